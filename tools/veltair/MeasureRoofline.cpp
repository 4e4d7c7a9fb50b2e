// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/Roofline.h"
#include "tools/veltair/UserError.h"

#include "veltair/veltair.h"

#include <barrier>
#include <exception>
#include <functional>
#include <string>
#include <thread>

#include <immintrin.h>

namespace veltair::tool {

// Enough independent chains for two units with a latency of four cycles.
static constexpr int chains = 12;

// Each returns the operations done. The values stay normal, and what is stored
// keeps the compiler from dropping the work.
__attribute__((target("avx512f"))) static uint64_t
multiplyAdd512(uint64_t steps, float *sink) {
  __m512 half = _mm512_set1_ps(0.5f), one = _mm512_set1_ps(1);
  __m512 sums[chains];
  for (__m512 &sum : sums)
    sum = one;
  for (uint64_t i = 0; i < steps; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm512_fmadd_ps(sums[c], half, one);
  for (__m512 sum : sums)
    _mm512_storeu_ps(sink, _mm512_add_ps(_mm512_loadu_ps(sink), sum));
  return steps * chains * 16 * 2;
}

__attribute__((target("avx2,fma"))) static uint64_t
multiplyAdd256(uint64_t steps, float *sink) {
  __m256 half = _mm256_set1_ps(0.5f), one = _mm256_set1_ps(1);
  __m256 sums[chains];
  for (__m256 &sum : sums)
    sum = one;
  for (uint64_t i = 0; i < steps; ++i)
#pragma clang loop unroll(full)
    for (int c = 0; c < chains; ++c)
      sums[c] = _mm256_fmadd_ps(sums[c], half, one);
  for (__m256 sum : sums)
    _mm256_storeu_ps(sink, _mm256_add_ps(_mm256_loadu_ps(sink), sum));
  return steps * chains * 8 * 2;
}

__attribute__((target("avx2"))) static void
readAll(const std::vector<float> &buffer, float *sink) {
  constexpr size_t lanes = 8, lines = 8, stride = lanes * lines;
  __m256i bits[lines] = {};
  for (size_t i = 0; i + stride <= buffer.size(); i += stride)
#pragma clang loop unroll(full)
    for (size_t l = 0; l < lines; ++l)
      bits[l] = _mm256_xor_si256(
          bits[l], _mm256_loadu_si256(reinterpret_cast<const __m256i *>(
                       buffer.data() + i + l * lanes)));
  for (__m256i b : bits)
    _mm256_storeu_ps(
        sink, _mm256_add_ps(_mm256_loadu_ps(sink), _mm256_castsi256_ps(b)));
}

// Calls `work`, which returns how much it did, on all threads over and over for
// some milliseconds, and returns what they did together in a second: the best
// of `times`, since neighbours disturb some.
static double rate(uint32_t threads, int times,
                   const std::function<uint64_t(uint32_t thread)> &work) {
  constexpr uint64_t duration = 6'000'000; // ns
  std::vector<double> rates(threads);
  double best = 0;
  for (int i = 0; i < times; ++i) {
    std::barrier start{std::ptrdiff_t(threads)};
    {
      std::vector<std::jthread> running;
      running.reserve(threads);
      auto body = [&](uint32_t t) {
        start.arrive_and_wait();
        uint64_t begin = veltair_now_ns(), now = begin, done = 0;
        uint64_t end = begin + duration;
        for (; now < end; now = veltair_now_ns())
          done += work(t);
        rates[t] = double(done) / double(now - begin) * 1e9;
      };
      try {
        while (running.size() < threads)
          running.emplace_back(body, uint32_t(running.size()));
      } catch (const std::exception &error) {
        // Those that run wait for all.
        for (size_t t = running.size(); t < threads; ++t)
          start.arrive_and_drop();
        throw UserError(
            std::string("cannot start threads to measure the roofline: ") +
            error.what());
      }
    }
    double sum = 0;
    for (double r : rates)
      sum += r;
    best = std::max(best, sum);
  }
  return best;
}

Roofline measureRoofline(uint32_t threads, uint32_t vectorBits) {
  constexpr int computeTimes = 10, readTimes = 4;
  constexpr uint64_t smallest = uint64_t(256) << 10, largest = smallest << 10;
  struct alignas(64) Sink {
    float values[16] = {};
  };
  std::vector<Sink> sinks(threads);
  double flops = rate(threads, computeTimes, [&](uint32_t t) {
    constexpr uint64_t steps = 10000;
    return vectorBits == 512 ? multiplyAdd512(steps, sinks[t].values)
                             : multiplyAdd256(steps, sinks[t].values);
  });
  std::vector<Roofline::Bandwidth> curve;
  for (uint64_t bytes = smallest; bytes <= largest; bytes *= 2) {
    // Each thread has its part of the set.
    std::vector<std::vector<float>> parts(
        threads, std::vector<float>(bytes / threads / sizeof(float)));
    double bandwidth = rate(threads, readTimes, [&](uint32_t t) {
      readAll(parts[t], sinks[t].values);
      return parts[t].size() * sizeof(float);
    });
    curve.push_back({bytes, bandwidth});
  }
  return {flops, std::move(curve)};
}

} // namespace veltair::tool
