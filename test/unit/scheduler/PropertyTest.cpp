// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Random events, from seeds 1 to 100: whatever happens, no policy grants more
// cores than there are, leaves a core idle while a query waits, or forgets a
// query; it wants to be woken later than now; and the same events give the same
// decisions.

#include "TestProgram.h"

#include <algorithm>
#include <map>
#include <random>
#include <sstream>

namespace veltair {
namespace {

// Plays the executor.
class RandomMachine {
public:
  RandomMachine(std::string_view policy, unsigned seed) : random(seed) {
    scheduler = createScheduler(policy, {.shortestTurn = 1}, model);
    for (TenantId t = 1; t <= 3; ++t)
      changeTenant(t);
    send(CoresChanged{cores = uint32_t(below(9))});
  }

  void play(unsigned events) {
    for (unsigned i = 0; i < events; ++i) {
      now += Time(below(500));
      step();
      if (testing::Test::HasFailure())
        return;
    }
    send(CoresChanged{cores = 1 + uint32_t(below(8))});
    while (!queries.empty() && !testing::Test::HasFailure()) {
      now += Time(below(500));
      endBlock();
    }
  }

  std::string log() const { return text.str(); }

private:
  struct Running {
    TenantId tenant;
    uint32_t layers;
    uint32_t done = 0;
    uint32_t first = 0, count = 0, cores = 0; // count 0: ready
  };

  size_t below(size_t bound) { return random() % bound; }

  void changeTenant(TenantId id) {
    TenantInfo info;
    info.qos = below(5) ? Time(1 + below(5000)) : never;
    info.priority = Priority(below(3));
    if (below(4) == 0)
      info.forcedVersion = uint32_t(below(4));
    for (size_t p = 0, count = 1 + below(2); p < count; ++p) {
      auto program = std::make_shared<ProgramInfo>();
      for (size_t l = 0, layers = 1 + below(12); l < layers; ++l) {
        LayerInfo &layer = program->layers.emplace_back();
        for (size_t v = 0, versions = 1 + below(4); v < versions; ++v) {
          VersionInfo &version = layer.versions.emplace_back();
          version.flops = 1 + below(1000);
          version.chunks = uint32_t(1 + below(16));
          version.bytes = below(200);
          version.numericsClass = uint32_t(below(2));
        }
      }
      info.programs.push_back(std::move(program));
    }
    programs[id] = info.programs;
    send(TenantChanged{id, info});
  }

  void step() {
    switch (below(11)) {
    case 0:
    case 1:
    case 2: {
      TenantId tenant = TenantId(1 + below(3));
      uint32_t program = uint32_t(below(programs[tenant].size()));
      QueryId id = ++lastQuery;
      queries[id] = {tenant,
                     uint32_t(programs[tenant][program]->layers.size())};
      return send(QueryArrived{id, tenant, program, now - Time(below(100))});
    }
    case 3:
      if (!queries.empty()) {
        auto it = std::next(queries.begin(), Time(below(queries.size())));
        QueryId id = it->first;
        queries.erase(it);
        send(QueryCancelled{id});
      }
      return;
    case 4:
      if (below(4) == 0)
        send(CoresChanged{cores = uint32_t(below(9))});
      return;
    case 5: {
      double level = double(below(101)) / 100;
      return send(InterferenceSampled{level, bucketOfLevel(level)});
    }
    case 6:
      if (below(4) == 0)
        changeTenant(TenantId(1 + below(3)));
      else
        send(TimerFired{});
      return;
    case 7: {
      TenantId tenant = TenantId(1 + below(3));
      uint32_t program = uint32_t(below(programs[tenant].size()));
      Time arrival = now - Time(below(1000));
      return send(QueryNeverArrived{tenant, program, arrival, below(2) == 0});
    }
    default:
      return endBlock();
    }
  }

  void endBlock() {
    std::vector<QueryId> running;
    for (auto &[id, q] : queries)
      if (q.count && q.cores)
        running.push_back(id);
    if (running.empty())
      return;
    QueryId id = running[below(running.size())];
    Running &q = queries[id];
    q.done = q.first + q.count;
    BlockEnded event{id, q.done, uint32_t(below(3))};
    q.count = q.cores = 0;
    if (q.done == q.layers)
      queries.erase(id);
    send(event);
  }

  uint32_t granted() const {
    uint32_t sum = 0;
    for (auto &[id, q] : queries)
      sum += q.cores;
    return sum;
  }

  void send(const Event &event) {
    scheduler->handle(now, event, decision);
    EXPECT_GT(decision.wakeUp, now); // else a clock that stands still is a loop
    text << now << " event " << event.index() << ":";
    bool excused = granted() > cores; // until the grants took cores away
    for (const Grant &g : decision.grants) {
      text << " " << g.query << "," << g.firstLayer << "+" << g.layerCount
           << "*" << g.cores;
      ASSERT_TRUE(queries.count(g.query)) << "no query " << g.query;
      Running &q = queries[g.query];
      if (q.count == 0) {
        ASSERT_EQ(g.firstLayer, q.done);
        ASSERT_GT(g.cores, 0u);
      } else {
        ASSERT_EQ(g.firstLayer, q.first);
      }
      ASSERT_GT(g.layerCount, 0u);
      ASSERT_LE(g.firstLayer + g.layerCount, q.layers);
      ASSERT_EQ(g.versions->layerCount(), q.layers);
      if (g.cores > q.cores)
        excused = false;
      q.first = g.firstLayer;
      q.count = g.layerCount;
      q.cores = g.cores;
      if (!excused)
        ASSERT_LE(granted(), cores) << text.str();
    }
    text << "\n";
    ASSERT_LE(granted(), cores) << text.str();
    bool waiting = std::any_of(queries.begin(), queries.end(), [](auto &entry) {
      return entry.second.count == 0 || entry.second.cores == 0;
    });
    if (waiting)
      ASSERT_EQ(granted(), cores) << "idle cores while a query waits\n"
                                  << text.str();
  }

  std::mt19937 random;
  TestTimeModel model;
  std::unique_ptr<Scheduler> scheduler;
  std::map<TenantId, std::vector<std::shared_ptr<const ProgramInfo>>> programs;
  std::map<QueryId, Running> queries;
  QueryId lastQuery = 0;
  uint32_t cores = 0;
  Time now = 1000;
  Decision decision;
  std::ostringstream text;
};

class PolicyProperties : public testing::TestWithParam<std::string_view> {};

TEST_P(PolicyProperties, HoldForRandomEvents) {
  for (unsigned seed = 1; seed <= 100; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    RandomMachine machine(GetParam(), seed);
    machine.play(300);
    ASSERT_FALSE(HasFailure());
    if (seed <= 10) {
      RandomMachine again(GetParam(), seed);
      again.play(300);
      ASSERT_EQ(machine.log(), again.log());
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Policies, PolicyProperties,
                         testing::ValuesIn(schedulerNames()),
                         [](const auto &info) {
                           std::string name(info.param);
                           std::replace(name.begin(), name.end(), ':', '_');
                           return name;
                         });

} // namespace
} // namespace veltair
