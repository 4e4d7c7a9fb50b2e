// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair_soak SECONDS ARTIFACT…
//
// Serves models at saturation for a long time while they are unloaded, loaded
// and replaced, and queries are cancelled and shed. Fails when a query is lost
// or answered twice, when a result differs from the first one, or when resident
// memory grows.

#include "tools/veltair/ResidentMemory.h"
#include "tools/veltair/ServedModel.h"

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>

using namespace veltair;
using namespace veltair::tool;
using Clock = std::chrono::steady_clock;

namespace {

constexpr size_t queriesPerModel = 2; // under way
constexpr double qosMs = 100;
constexpr auto churnPeriod = std::chrono::milliseconds(100);
constexpr auto samplePeriod = std::chrono::seconds(1);

class Soak {
public:
  Soak(Runtime &runtime, const std::vector<std::string> &artifacts);

  // False if something went wrong.
  bool run(double seconds);

private:
  struct Model {
    std::string file;
    std::unique_ptr<ServedModel> served; // null: unloaded
    std::vector<Tensor> expected;
  };

  struct Query {
    Soak *soak;
    Model *model;
    std::vector<Tensor> outputs;
    bool underWay = false;
  };

  std::unique_ptr<ServedModel> load(const std::string &file);
  static void onEnd(void *context, const veltair_result *result);
  void account(Query &query, veltair_status status);
  void submit(Query &query);
  void submitUntil(Clock::time_point end);
  void churn();
  bool memoryIsFlat() const;
  void fail(const char *what) {
    std::fprintf(stderr, "soak: %s\n", what);
    failed = true;
  }

  Runtime &runtime;
  std::deque<Model> models;
  std::deque<Query> queries;
  std::mt19937 random{1};
  std::vector<double> residentMb;
  std::atomic<bool> stopping = false;
  std::atomic<uint64_t> replacements = 0;

  std::mutex mutex; // of models, queries, and what follows
  std::condition_variable ended;
  uint64_t submitted = 0, answered = 0;
  std::map<veltair_status, uint64_t> statuses;
  std::atomic<bool> failed = false;
};

std::unique_ptr<ServedModel> Soak::load(const std::string &file) {
  auto model = std::make_unique<ServedModel>(runtime, file, RunOptions(),
                                             Service{"", qosMs});
  model->setInputs({}, /*fillMissing=*/true);
  return model;
}

Soak::Soak(Runtime &runtime, const std::vector<std::string> &artifacts)
    : runtime(runtime) {
  for (const std::string &file : artifacts) {
    Model &model = models.emplace_back(Model{file, load(file), {}});
    model.expected = model.served->makeOutputs();
    model.served->tenant().run(model.served->inputs(),
                               outputViews(model.expected));
    for (size_t i = 0; i < queriesPerModel; ++i)
      queries.push_back({this, &model, model.served->makeOutputs()});
  }
}

void Soak::onEnd(void *context, const veltair_result *result) {
  auto &query = *static_cast<Query *>(context);
  std::lock_guard lock(query.soak->mutex);
  query.soak->account(query, result->status);
}

void Soak::account(Query &query, veltair_status status) {
  if (!std::exchange(query.underWay, false))
    fail("a query was answered twice");
  ++answered;
  ++statuses[status];
  if (status == VELTAIR_OK)
    for (size_t i = 0; i < query.outputs.size(); ++i)
      if (query.outputs[i].data != query.model->expected[i].data)
        fail("a result differs");
  ended.notify_all();
}

// Some queries have a deadline that they may miss; some are cancelled.
void Soak::submit(Query &query) {
  ServedModel &model = *query.model->served;
  veltair_query_options options{};
  options.size = sizeof options;
  if (random() % 8 == 0)
    options.deadline_ns = veltair_now_ns() + random() % 50'000'000;
  std::vector<veltair_output> outputs = outputViews(query.outputs);
  veltair_request *request = nullptr;
  query.underWay = true;
  ++submitted;
  veltair_status status = veltair_submit(
      model.tenant().get(), model.inputs().data(),
      uint32_t(model.inputs().size()), outputs.data(), uint32_t(outputs.size()),
      &options, onEnd, &query, &request);
  if (status != VELTAIR_OK)
    return account(query, status);
  if (random() % 16 == 0)
    veltair_request_cancel(request);
  veltair_request_release(request);
}

void Soak::submitUntil(Clock::time_point end) {
  auto nextSample = Clock::now();
  while (Clock::now() < end && !failed) {
    std::unique_lock lock(mutex);
    for (Query &query : queries)
      if (!query.underWay && query.model->served)
        submit(query);
    ended.wait_for(lock, std::chrono::milliseconds(10));
    if (Clock::now() < nextSample)
      continue;
    nextSample += samplePeriod;
    residentMb.push_back(double(residentBytes()) / 1e6);
    if (residentMb.size() % 10 == 1)
      std::printf("%5zu s: %llu answered, %llu replacements, %.1f MB "
                  "resident\n",
                  residentMb.size() - 1,
                  static_cast<unsigned long long>(answered),
                  static_cast<unsigned long long>(replacements.load()),
                  residentMb.back());
    std::fflush(stdout);
  }
}

// One model after the other: replaced without a gap, or unloaded and then
// loaded again; its queries completed or cancelled.
void Soak::churn() {
  for (size_t turn = 0; !stopping; ++turn) {
    std::this_thread::sleep_for(churnPeriod);
    Model &model = models[turn % models.size()];
    bool gap = turn % 4 == 0, cancel = turn % 3 == 0;
    std::unique_ptr<ServedModel> next = gap ? nullptr : load(model.file);
    {
      std::lock_guard lock(mutex);
      model.served.swap(next);
    }
    if (!cancel)
      next->tenant().retire();
    next.reset();
    if (gap) {
      next = load(model.file);
      std::lock_guard lock(mutex);
      model.served = std::move(next);
    }
    ++replacements;
  }
}

// The second half beside the first one, without its beginning.
bool Soak::memoryIsFlat() const {
  constexpr double tolerance = 1.05, toleranceMb = 8;
  size_t count = residentMb.size();
  auto mean = [&](size_t from, size_t to) {
    return std::accumulate(residentMb.begin() + long(from),
                           residentMb.begin() + long(to), 0.0) /
           double(std::max<size_t>(to - from, 1));
  };
  double early = mean(count / 10, count / 2), late = mean(count / 2, count);
  std::printf("resident memory: %.1f MB, then %.1f MB\n", early, late);
  return late <= early * tolerance + toleranceMb;
}

bool Soak::run(double seconds) {
  auto end = Clock::now() + std::chrono::duration_cast<Clock::duration>(
                                std::chrono::duration<double>(seconds));
  std::thread churning([this] {
    try {
      churn();
    } catch (const std::exception &error) {
      fail(error.what());
    }
  });
  submitUntil(end);
  stopping = true;
  churning.join();
  {
    std::unique_lock lock(mutex);
    if (!ended.wait_for(lock, std::chrono::seconds(60),
                        [&] { return submitted == answered; }))
      fail("queries were lost");
  }
  for (auto [status, count] : statuses)
    std::printf("%s: %llu\n", veltair_status_name(status),
                static_cast<unsigned long long>(count));
  std::printf("%llu submitted, %llu answered, %llu replacements\n",
              static_cast<unsigned long long>(submitted),
              static_cast<unsigned long long>(answered),
              static_cast<unsigned long long>(replacements.load()));
  if (!memoryIsFlat())
    fail("resident memory grows");
  return !failed;
}

} // namespace

int main(int argc, char **argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: veltair_soak SECONDS ARTIFACT…\n");
    return 2;
  }
  try {
    Runtime runtime = makeRuntime(RunOptions());
    Soak soak(runtime, {argv + 2, argv + argc});
    return soak.run(std::stod(argv[1])) ? 0 : 1;
  } catch (const std::exception &error) {
    std::fprintf(stderr, "soak: %s\n", error.what());
    return 1;
  }
}
