// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/LoadTrial.h"

#include <chrono>
#include <thread>
#include <utility>

#include <sys/prctl.h>

namespace veltair::tool {

LoadTrial::LoadTrial(Runtime &runtime,
                     std::span<const std::unique_ptr<ServedModel>> models,
                     const Scenario &scenario)
    : runtime(runtime), models(models), scenario(scenario),
      spareOutputs(models.size()) {}

std::vector<Tensor> LoadTrial::takeOutputs(uint32_t tenant) {
  std::lock_guard lock(mutex);
  auto &spare = spareOutputs[tenant];
  if (spare.empty())
    return models[tenant]->makeOutputs();
  std::vector<Tensor> outputs = std::move(spare.back());
  spare.pop_back();
  return outputs;
}

void LoadTrial::onEnd(void *context, const veltair_result *result) {
  Query &query = *static_cast<Query *>(context);
  query.trial->account(query, *result);
}

void LoadTrial::account(Query &query, const veltair_result &result) {
  std::lock_guard lock(mutex);
  TenantOutcome &tenant = outcome.tenants[query.tenant];
  spareOutputs[query.tenant].push_back(std::move(query.outputs));
  double qosMs = scenario.tenants[query.tenant].qosMs;
  switch (result.status) {
  case VELTAIR_OK: {
    double ms = double(result.end_ns - result.arrival_ns) / 1e6;
    ++tenant.completed;
    tenant.satisfied += ms <= qosMs;
    tenant.latencyMs.push_back(ms);
    break;
  }
  case VELTAIR_REJECTED:
    ++tenant.rejected;
    break;
  case VELTAIR_CANCELLED:
    ++tenant.cancelled;
    break;
  default:
    if (!tenant.failed++ && result.message)
      tenant.failure = result.message;
  }
  uint64_t over =
      tenant.completed + tenant.rejected + tenant.cancelled + tenant.failed;
  if (over - tenant.satisfied > misses[query.tenant])
    hopeless = true;
  --underWay;
  ended.notify_all();
}

void LoadTrial::submit(Query &query, uint64_t due) {
  query.outputs = takeOutputs(query.tenant);
  std::vector<veltair_output> views = outputViews(query.outputs);
  ServedModel &model = *models[query.tenant];
  veltair_query_options options = {};
  options.size = sizeof(options);
  options.arrival_ns = due;
  {
    std::lock_guard lock(mutex);
    ++outcome.tenants[query.tenant].offered;
    ++underWay;
  }
  veltair_status status = veltair_submit(
      model.tenant().get(), model.inputs().data(),
      uint32_t(model.inputs().size()), views.data(), uint32_t(views.size()),
      &options, onEnd, &query, &query.request);
  if (status != VELTAIR_OK) {
    veltair_result result = {};
    result.status = status;
    result.message = veltair_last_message();
    account(query, result);
  }
}

void LoadTrial::endAll(std::span<Query> queries) {
  for (Query &query : queries)
    if (query.request)
      veltair_request_cancel(query.request);
  {
    std::unique_lock lock(mutex);
    ended.wait(lock, [&] { return underWay == 0; });
  }
  for (Query &query : queries)
    veltair_request_release(std::exchange(query.request, nullptr));
}

TrialOutcome LoadTrial::run(const std::vector<Arrival> &arrivals, bool giveUp) {
  outcome = {};
  outcome.tenants.resize(models.size());
  hopeless = false;
  misses = missesAllowed(scenario, arrivals);

  runtime.resetMetrics();
  std::vector<Query> queries(arrivals.size());
  // Whatever happens, no query outlives its buffers.
  struct AtExit {
    LoadTrial &trial;
    std::span<Query> queries;
    ~AtExit() { trial.endAll(queries); }
  } atExit{*this, queries};

  // The kernel may prolong sleeps by so many nanoseconds, 50,000 by default.
  prctl(PR_SET_TIMERSLACK, 1ul);
  uint64_t start = veltair_now_ns() + 1'000'000;
  for (size_t i = 0; i < arrivals.size(); ++i) {
    uint64_t due = start + arrivals[i].time;
    for (uint64_t now; (now = veltair_now_ns()) < due;)
      std::this_thread::sleep_for(std::chrono::nanoseconds(due - now));
    if (giveUp) {
      std::lock_guard lock(mutex);
      if (hopeless)
        break;
    }
    queries[i].trial = this;
    queries[i].tenant = arrivals[i].tenant;
    submit(queries[i], due);
  }

  std::unique_lock lock(mutex);
  ended.wait(lock, [&] { return underWay == 0 || (giveUp && hopeless); });
  outcome.stopped = giveUp && hopeless;
  if (outcome.stopped) {
    lock.unlock();
    endAll(queries);
    lock.lock();
  }
  outcome.metrics = runtime.metrics();
  return std::move(outcome);
}

} // namespace veltair::tool
