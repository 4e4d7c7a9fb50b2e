// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/api/Api.h"
#include "runtime/executor/AllowedCpus.h"
#include "runtime/profile/Profile.h"
#include "runtime/support/CpuFeatures.h"
#include "runtime/support/CpuTopology.h"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <optional>
#include <utility>

using namespace veltair;

namespace {
// Where the workers are to run.
struct Placement {
  uint32_t threads;
  std::vector<uint32_t> cpus; // if pinned: one a worker
  bool pinned;
  std::optional<double> quota; // of control groups
};
} // namespace

static constexpr uint32_t maxThreads = 4096;

static Status checkNamedCpus(const std::vector<uint32_t> &named,
                             const std::vector<uint32_t> &allowed) {
  for (auto it = named.begin(); it != named.end(); ++it) {
    if (std::find(named.begin(), it, *it) != it)
      return Status::error(VELTAIR_INVALID_ARGUMENT, "CPU ", *it,
                           " is named twice");
    if (!std::binary_search(allowed.begin(), allowed.end(), *it))
      return Status::error(VELTAIR_INVALID_ARGUMENT, "CPU ", *it,
                           " is not one that the calling thread may use");
  }
  return {};
}

static Result<Placement> place(const veltair_runtime_options &options,
                               AllowedCpus allowed) {
  if (options.threads > maxThreads)
    return Status::error(VELTAIR_INVALID_ARGUMENT, options.threads,
                         " threads are too many, the most are ", maxThreads);
  if (options.cpu_count) {
    if (!options.cpus)
      return invalidArgument("the list of CPUs is null");
    std::vector<uint32_t> named(options.cpus, options.cpus + options.cpu_count);
    if (Status s = checkNamedCpus(named, allowed.cpus); !s.ok())
      return s;
    uint32_t threads = options.threads ? options.threads : options.cpu_count;
    if (threads > named.size())
      return Status::error(VELTAIR_INVALID_ARGUMENT, threads, " threads, but ",
                           named.size(), " CPUs are named");
    named.resize(threads);
    return Placement{threads, std::move(named), /*pinned=*/true, allowed.quota};
  }
  uint32_t threads = options.threads ? options.threads : allowed.threads();
  // Containers that are limited by quota share CPUs: each pinning its workers
  // to the first ones would crowd these.
  bool pinned = threads == allowed.cpus.size() && allowed.threads() == threads;
  if (pinned)
    allowed.cpus = CpuTopology(allowed.cpus).coresFirst();
  return Placement{threads, std::move(allowed.cpus), pinned, allowed.quota};
}

// "0-3, 8"
static std::string rangesText(std::vector<uint32_t> cpus) {
  std::sort(cpus.begin(), cpus.end());
  std::string text;
  for (size_t i = 0; i < cpus.size();) {
    size_t end = i + 1;
    while (end < cpus.size() && cpus[end] == cpus[end - 1] + 1)
      ++end;
    text += concat(i ? ", " : "", cpus[i]);
    if (end - i > 1)
      text += concat("-", cpus[end - 1]);
    i = end;
  }
  return text;
}

static void describe(const veltair_runtime_options &options,
                     const Placement &placement, const std::string &policy,
                     std::string_view counterSource) {
  if (!options.log)
    return;
  auto log = [&](veltair_log_level level, const std::string &message) {
    options.log(options.log_context, level, message.c_str());
  };
  log(VELTAIR_LOG_INFO,
      concat("policy ", policy, ", ", placement.threads, " threads ",
             placement.pinned ? "pinned to" : "on", " CPUs ",
             rangesText(placement.cpus)));
  if (placement.threads > placement.cpus.size())
    log(VELTAIR_LOG_WARNING,
        concat(placement.threads, " threads share ", placement.cpus.size(),
               " CPUs: latencies will suffer"));
  if (placement.quota && *placement.quota < placement.threads) {
    char quota[32];
    std::snprintf(quota, sizeof(quota), "%.2f", *placement.quota);
    log(VELTAIR_LOG_WARNING,
        concat("control groups allow the time of ", quota, " CPUs for ",
               placement.threads, " threads: they will be held back"));
  }
  if (counterSource == "software")
    log(VELTAIR_LOG_INFO, "no hardware counters: interference is measured by "
                          "the run time of layers alone");
}

veltair_status veltair_runtime_create(const veltair_runtime_options *given,
                                      veltair_runtime **runtime) {
  return guarded([&]() -> Status {
    if (!runtime)
      return invalidArgument("veltair_runtime_create: a pointer is null");
    veltair_runtime_options options{};
    if (Status s = readOptions(given, options); !s.ok())
      return s;
    if (options.numerics > VELTAIR_FAST)
      return invalidArgument("unknown numerics");
    ControlGroups controlGroups = ControlGroups::find();
    Result<Placement> placement = place(options, allowedCpus(controlGroups));
    if (!placement.ok())
      return placement.status();

    auto made = std::make_unique<veltair_runtime>();
    std::string policy = options.policy ? options.policy : "veltair";
    SchedulerOptions schedulerOptions;
    if (options.numerics == VELTAIR_FAST)
      schedulerOptions.numerics = Numerics::fast;
    ExecutorOptions executorOptions;
    if (options.profile) {
      Result<Profile> profile = readProfile(options.profile, cpuName());
      if (!profile.ok())
        return profile.status();
      profile->fill(made->model);
      executorOptions.proxy = profile->proxy;
    }
    auto scheduler = createScheduler(policy, schedulerOptions, made->model);
    if (!scheduler)
      return invalidArgument(unknownScheduler(policy));

    executorOptions.threads = placement->threads;
    if (placement->pinned)
      executorOptions.pins = placement->cpus;
    executorOptions.controlGroups = std::move(controlGroups);
    executorOptions.arenaLimit = options.arena_limit_bytes;
    Result<std::unique_ptr<Executor>> executor =
        Executor::create(std::move(executorOptions), std::move(scheduler));
    if (!executor.ok())
      return executor.status();
    describe(options, *placement, policy, (*executor)->counterSource());
    made->executor = std::move(*executor);
    made->cpus = std::move(placement->cpus);
    std::sort(made->cpus.begin(), made->cpus.end());
    *runtime = made.release();
    return {};
  });
}

veltair_status veltair_runtime_destroy(veltair_runtime *runtime) {
  return guarded([&]() -> Status {
    if (!runtime)
      return {};
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    if (runtime->executor->isNotifierThread())
      return invalidArgument("a callback must not destroy the runtime");
    if (size_t count = runtime->executor->tenantCount())
      return Status::error(VELTAIR_INVALID_ARGUMENT, count,
                           " tenants must be removed first");
    // Here, not on the thread that releases the last request.
    runtime->executor->shutDown();
    delete runtime;
    return {};
  });
}

uint32_t veltair_runtime_threads(const veltair_runtime *runtime) {
  return runtime ? runtime->executor->threads() : 0;
}

uint32_t veltair_runtime_cpus(const veltair_runtime *runtime, uint32_t *cpus,
                              uint32_t capacity) {
  if (!runtime)
    return 0;
  auto count = uint32_t(runtime->cpus.size());
  if (cpus)
    std::copy_n(runtime->cpus.begin(), std::min(count, capacity), cpus);
  return count;
}

uint32_t veltair_default_threads(void) {
  try {
    return allowedCpus(ControlGroups::find()).threads();
  } catch (...) {
    return 1;
  }
}

veltair_status veltair_runtime_get_metrics(const veltair_runtime *runtime,
                                           veltair_runtime_metrics *metrics) {
  return guarded([&]() -> Status {
    if (!runtime || !metrics)
      return invalidArgument("veltair_runtime_get_metrics: a pointer is null");
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    *metrics = runtime->executor->metrics();
    return {};
  });
}

veltair_status veltair_runtime_reset_metrics(veltair_runtime *runtime) {
  return guarded([&]() -> Status {
    if (!runtime)
      return invalidArgument(
          "veltair_runtime_reset_metrics: a pointer is null");
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    runtime->executor->resetMetrics();
    return {};
  });
}

//===----------------------------------------------------------------------===//
// Trace
//===----------------------------------------------------------------------===//

static constexpr uint64_t defaultTraceCapacity = uint64_t(1) << 19;

veltair_status veltair_runtime_trace_start(veltair_runtime *runtime,
                                           uint64_t capacity) {
  return guarded([&]() -> Status {
    if (!runtime)
      return invalidArgument("veltair_runtime_trace_start: a pointer is null");
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    runtime->executor->startTrace(capacity ? capacity : defaultTraceCapacity);
    return {};
  });
}

veltair_status veltair_runtime_trace_stop(veltair_runtime *runtime,
                                          const char *path) {
  return guarded([&]() -> Status {
    if (!runtime || !path)
      return invalidArgument("veltair_runtime_trace_stop: a pointer is null");
    if (Status s = checkProcess(*runtime->executor); !s.ok())
      return s;
    std::ofstream file(path);
    // Recording ends also when nothing can be written.
    runtime->executor->stopTrace(file);
    file.close();
    if (!file)
      return Status::error(VELTAIR_IO_ERROR, "cannot write '", path, "'");
    return {};
  });
}
