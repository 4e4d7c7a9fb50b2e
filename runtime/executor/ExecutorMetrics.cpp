// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the executor tells about itself.

#include "runtime/executor/Executor.h"
#include "runtime/scheduler/ApiTypes.h"

#include <algorithm>
#include <new>

namespace veltair {

static veltair_latency summarize(const LatencyHistogram &latency) {
  auto ms = [](double nanoseconds) { return nanoseconds / 1e6; };
  auto percentile = [&](double fraction) {
    return ms(double(latency.percentile(fraction)));
  };
  return {latency.count(),  ms(double(latency.min())), ms(latency.mean()),
          percentile(0.5),  percentile(0.9),           percentile(0.95),
          percentile(0.99), ms(double(latency.max()))};
}

veltair_runtime_metrics Executor::metrics() {
  Time throttling = options.controlGroups.throttling(); // reads files
  std::lock_guard lock(mutex);
  return {schedulingSince(statisticsBase, scheduler->statistics()),
          cancelled,
          shed,
          growths,
          backups.load(),
          double(std::max<Time>(throttling - throttlingBase, 0)) / 1e6,
          arenas.bytesHeld(),
          level.level()};
}

veltair_tenant_metrics Executor::metrics(const Tenant &tenant) {
  std::lock_guard lock(mutex);
  const TenantCounts &counts = tenant.counts;
  return {
      counts.offered,
      counts.completed,
      counts.rejected,
      counts.cancelled,
      counts.failed,
      counts.shed,
      counts.satisfied,
      summarize(counts.latency),
      schedulingSince(tenant.statisticsBase, scheduler->statistics(tenant.id))};
}

void Executor::resetMetrics() {
  Time throttling = options.controlGroups.throttling();
  std::lock_guard lock(mutex);
  statisticsBase = scheduler->statistics();
  throttlingBase = throttling;
  cancelled = shed = growths = 0;
  backups = 0;
  for (const auto &tenant : tenants) {
    tenant->counts = {};
    tenant->counts.offered = tenant->underway;
    tenant->statisticsBase = scheduler->statistics(tenant->id);
  }
}

//===----------------------------------------------------------------------===//
// Trace
//===----------------------------------------------------------------------===//

void Executor::startTrace(size_t capacity) {
  std::lock_guard control(traceControl);
  {
    std::lock_guard lock(mutex);
    tracing.stop();
  }
  tracing.reset(capacity); // takes long
  try {
    std::lock_guard lock(mutex);
    // What needs memory first: a trace must hold the models of its events.
    for (const auto &tenant : tenants)
      tracing.addTenant(tenant->id, tenant->info.name, tenant->artifact);
    tracing.start(threads());
  } catch (const std::bad_alloc &) {
    tracing.reset(/*capacity=*/0);
    throw;
  }
}

void Executor::stopTrace(std::ostream &out) {
  std::lock_guard control(traceControl);
  {
    // Then no tenant is added to it any more.
    std::lock_guard lock(mutex);
    tracing.stop();
  }
  struct AtExit {
    Trace &trace;
    ~AtExit() { trace.reset(/*capacity=*/0); }
  } atExit{tracing};
  tracing.write(out);
}

} // namespace veltair
