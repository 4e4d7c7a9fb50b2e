// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/SoftwareCounters.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace veltair {

std::optional<RunTimes> parseSchedstat(std::string_view text) {
  const char *end = text.data() + text.size();
  RunTimes times;
  auto ran = std::from_chars(text.data(), end, times.ran);
  if (ran.ec != std::errc() || ran.ptr == end || *ran.ptr != ' ')
    return std::nullopt;
  auto delay = std::from_chars(ran.ptr + 1, end, times.delay);
  if (delay.ec != std::errc() || times.ran < 0 || times.delay < 0)
    return std::nullopt;
  return times;
}

static std::optional<RunTimes> readSchedstat(int file) {
  if (file < 0)
    return std::nullopt;
  char text[96];
  ssize_t size = pread(file, text, sizeof(text), 0);
  return size > 0 ? parseSchedstat({text, size_t(size)}) : std::nullopt;
}

SoftwareCounters::SoftwareCounters(unsigned workers, Time now,
                                   std::unique_ptr<PerfCounters> hardware)
    : count(workers), workers(std::make_unique<Worker[]>(workers)),
      hardware(std::move(hardware)), lastRead(now) {}

SoftwareCounters::~SoftwareCounters() {
  for (unsigned i = 0; i < count; ++i)
    attachSchedstat(i, -1);
}

void SoftwareCounters::attachThread(unsigned worker) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%ld/schedstat",
                syscall(SYS_gettid));
  attachSchedstat(worker, open(path, O_RDONLY | O_CLOEXEC));
  if (hardware)
    hardware->attachThread(worker);
}

void SoftwareCounters::attachSchedstat(unsigned worker, int schedstat) {
  if (int old = workers[worker].schedstat.exchange(schedstat); old >= 0)
    close(old);
}

CounterReading SoftwareCounters::read(Time now) {
  CounterReading reading;
  reading.duration = now - std::exchange(lastRead, now);
  for (unsigned i = 0; i < count; ++i)
    workers[i].addTo(reading);
  if (hardware)
    hardware->addTo(reading);
  return reading;
}

// A worker is also without a CPU when it looks for work or wakes up: chunks
// have their share of that by the time that they took.
static Time delayOfChunks(Time busy, Time ran, Time delay) {
  // What a running thread ran is told late by some kernels.
  Time runnable = std::max(ran + delay, busy);
  return Time(double(delay) * (double(busy) / double(runnable)));
}

void SoftwareCounters::Worker::addTo(CounterReading &reading) {
  Time busyNow = busy.load(std::memory_order_relaxed);
  Time quietNow = quiet.load(std::memory_order_relaxed);
  Time busySince = busyNow - std::exchange(lastBusy, busyNow);
  reading.busy += busySince;
  reading.quiet += quietNow - std::exchange(lastQuiet, quietNow);

  std::optional<RunTimes> times = readSchedstat(schedstat.load());
  if (!times)
    return;
  if (!lastTimes) {
    lastTimes = times;
    return;
  }
  Time delay = 0;
  // Else it may be inside a chunk, which will count as a whole.
  if (busySince > 0) {
    delay =
        delayOfChunks(busySince, std::max<Time>(times->ran - lastTimes->ran, 0),
                      std::max<Time>(times->delay - lastTimes->delay, 0));
    lastTimes = times;
  }
  reading.runDelay = reading.runDelay.value_or(0) + delay;
}

} // namespace veltair
