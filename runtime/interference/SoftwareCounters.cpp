// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/SoftwareCounters.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace veltair {

Time parseRunDelay(std::string_view schedstat) {
  size_t space = schedstat.find(' ');
  if (space == std::string_view::npos)
    return -1;
  const char *end = schedstat.data() + schedstat.size();
  Time delay = -1;
  auto [rest, error] =
      std::from_chars(schedstat.data() + space + 1, end, delay);
  return error == std::errc() && delay >= 0 ? delay : -1;
}

SoftwareCounters::SoftwareCounters(unsigned workers, Time now,
                                   std::unique_ptr<PerfCounters> hardware)
    : count(workers), workers(std::make_unique<Worker[]>(workers)),
      hardware(std::move(hardware)), lastRead(now) {}

SoftwareCounters::~SoftwareCounters() {
  for (unsigned i = 0; i < count; ++i)
    if (int fd = workers[i].schedstat.load(); fd >= 0)
      close(fd);
}

void SoftwareCounters::attachThread(unsigned worker) {
  char path[64];
  std::snprintf(path, sizeof(path), "/proc/self/task/%ld/schedstat",
                syscall(SYS_gettid));
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (int old = workers[worker].schedstat.exchange(fd); old >= 0)
    close(old);
  if (hardware)
    hardware->attachThread(worker);
}

CounterReading SoftwareCounters::read(Time now) {
  CounterReading reading;
  reading.duration = now - lastRead;
  lastRead = now;

  Time busy = 0, quiet = 0;
  for (unsigned i = 0; i < count; ++i) {
    Worker &worker = workers[i];
    busy += worker.busy.load(std::memory_order_relaxed);
    quiet += worker.quiet.load(std::memory_order_relaxed);

    int fd = worker.schedstat.load();
    if (fd < 0)
      continue;
    char text[96];
    ssize_t size = pread(fd, text, sizeof(text), 0);
    Time delay = size > 0 ? parseRunDelay({text, size_t(size)}) : -1;
    if (delay < 0)
      continue;
    if (worker.lastDelay >= 0)
      reading.runDelay = reading.runDelay.value_or(0) +
                         std::max<Time>(delay - worker.lastDelay, 0);
    worker.lastDelay = delay;
  }
  reading.busy = busy - lastBusy;
  reading.quiet = quiet - lastQuiet;
  if (hardware)
    hardware->addTo(reading);
  lastBusy = busy;
  lastQuiet = quiet;
  return reading;
}

} // namespace veltair
