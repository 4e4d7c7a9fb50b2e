// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Antagonist.h"

#include "veltair/veltair.h"

#include <algorithm>
#include <atomic>
#include <stop_token>

#include <immintrin.h>
#include <pthread.h>
#include <sched.h>

namespace veltair::tool {

static void pinTo(uint32_t cpu) {
  cpu_set_t *set = CPU_ALLOC(cpu + 1);
  size_t size = CPU_ALLOC_SIZE(cpu + 1);
  CPU_ZERO_S(size, set);
  CPU_SET_S(cpu, size, set);
  pthread_setaffinity_np(pthread_self(), size, set);
  CPU_FREE(set);
}

// Reads and writes a stretch of a megabyte.
static void stream(std::span<float> buffer, uint64_t round) {
  constexpr size_t stretch = (size_t(1) << 20) / sizeof(float);
  size_t first = round * stretch % buffer.size();
  for (float &value : buffer.subspan(first, stretch))
    value += 1;
}

// Reads lines in an order that no prefetcher follows.
static void thrash(std::span<float> buffer, uint64_t round) {
  uint64_t state = round * 0x9e3779b97f4a7c15 + 1;
  float sum = 0;
  for (int i = 0; i < 4096; ++i) {
    state = state * 6364136223846793005 + 1442695040888963407;
    sum += buffer[(state >> 33) % buffer.size()];
  }
  *const_cast<volatile float *>(buffer.data()) = sum;
}

static void compute(std::span<float> buffer, uint64_t round) {
  float values[16] = {float(round % 7)};
  for (int i = 0; i < 4096; ++i)
    for (float &value : values)
      value = value * 0.5f + 1;
  *const_cast<volatile float *>(buffer.data()) = values[round % 16];
}

std::span<const Antagonist> antagonists() {
  constexpr size_t mega = size_t(1) << 20;
  static constexpr Antagonist all[] = {
      {"stream", 256 * mega, stream},
      {"thrash", 28 * mega, thrash},
      {"compute", mega, compute},
  };
  return all;
}

RunningAntagonist::RunningAntagonist(const Antagonist &antagonist,
                                     std::span<const uint32_t> cpus) {
  size_t elements = bufferBytes(antagonist, cpus.size()) / sizeof(float);
  // Before any thread starts, where a lack of memory can be told.
  for (size_t i = 0; i < cpus.size(); ++i)
    buffers.push_back(std::make_unique_for_overwrite<float[]>(elements));
  for (size_t i = 0; i < cpus.size(); ++i)
    threads.emplace_back([&antagonist, cpu = cpus[i],
                          buffer = std::span(buffers[i].get(), elements)](
                             const std::stop_token &stop) {
      pinTo(cpu);
      std::fill(buffer.begin(), buffer.end(), 0.0f); // memory near this CPU
      for (uint64_t round = 0; !stop.stop_requested(); ++round)
        antagonist.step(buffer, round);
    });
}

double lineRoundTrip(uint32_t first, uint32_t second) {
  constexpr int batches = 20, trips = 500;
  alignas(64) std::atomic<int> ball{0};
  double best = 1e9;
  std::jthread other([&](const std::stop_token &stop) {
    pinTo(second);
    for (int i = 0; i < batches * trips; ++i) {
      while (ball.load(std::memory_order_acquire) != 2 * i + 1) {
        if (stop.stop_requested()) // there is no second thread
          return;
        _mm_pause();
      }
      ball.store(2 * i + 2, std::memory_order_release);
    }
  });
  std::jthread one([&] {
    pinTo(first);
    for (int batch = 0, i = 0; batch < batches; ++batch) {
      uint64_t begin = veltair_now_ns();
      for (int t = 0; t < trips; ++t, ++i) {
        ball.store(2 * i + 1, std::memory_order_release);
        while (ball.load(std::memory_order_acquire) != 2 * i + 2)
          _mm_pause();
      }
      best = std::min(best, double(veltair_now_ns() - begin) / trips);
    }
  });
  one.join();
  return best;
}

} // namespace veltair::tool
