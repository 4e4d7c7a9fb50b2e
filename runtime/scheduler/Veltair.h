// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Adaptive scheduling by layer blocks.
//
// Queries that can keep their deadlines go first, the most urgent before the
// others; when not all can, Triage says who gives way. All others get some of
// the time that these can spare, the cores that they leave, and after a while
// turns: short times in which they go before all. A query's next block gets the
// cores that it needs to keep to its share of the target, or more as long as
// these are used well; the rest goes to the next query. A block's need is told
// anew at each decision from the progress that it should have made, so a late
// block grows; cores are taken back at chunk boundaries. Blocks shrink as the
// load grows.

#ifndef VELTAIR_SCHEDULER_VELTAIR_H
#define VELTAIR_SCHEDULER_VELTAIR_H

#include "runtime/scheduler/BlockPlan.h"
#include "runtime/scheduler/OrderedQueue.h"
#include "runtime/scheduler/SchedulerBase.h"
#include "runtime/scheduler/Triage.h"

#include <map>
#include <utility>
#include <vector>

namespace veltair {

class Veltair final : public SchedulerBase {
public:
  using SchedulerBase::SchedulerBase;

private:
  struct BlockQuery final : Query {
    TenantRecord *record = nullptr;
    unsigned demand = 1; // of the whole model, when it arrived

    Time due = 0;        // its deadline, or a nominal one
    Time target = 0;     // when it should be done, a margin before
    Time span = 0;       // from its arrival to the target
    Time patience = 0;   // from its arrival to its turns
    double work = 0;     // core time left, when last looked at
    bool hopeful = true; // in `hopefuls`, else in `bestEffort`

    // The running block.
    Time blockDeadline = 0;
    unsigned blockDemand = 1;
    Correction::Progress progress; // by `updated`
    Time updated = 0;

    // Of this decision.
    BlockPlan plan{};   // of a running block: what it needs now
    unsigned share = 0; // cores that it gets

    // The first layer after the running block.
    unsigned next() const { return running() ? blockEnd() : layersDone; }
    std::pair<Time, QueryId> urgency() const { return {due, id}; }
    Time patienceEnd() const { return later(arrival, patience); }
    double waited(Time now) const { // beyond it, if more than 1
      return double(now - arrival) / double(patience);
    }
    std::pair<double, QueryId> shortness() const { return {work, id}; }
  };

  std::unique_ptr<Query> newQuery() override {
    return std::make_unique<BlockQuery>();
  }
  void tenantChanging(TenantId tenant, const TenantInfo &info) override;
  void reserve(size_t queries, TenantId tenant) override;
  void tenantRemoved(TenantId tenant) override;
  void queryArrived(Time now, Query &query) override;
  void blockEnding(Time now, Query &query) override;
  void blockEnded(Time now, Query &query) override;
  void queryEnded(Time now, Query &query, End end) override;
  void queryNeverArrived(Time now, const Query &query, End end) override;
  void coresChanging(Time now) override;
  void dispatch(Time now) override;

  static BlockQuery &blockQuery(Query &query) {
    return static_cast<BlockQuery &>(query);
  }

  // VeltairPredictions.cpp
  // The share of the running block that should be done.
  static double done(const BlockQuery &query) {
    return query.program->correction.done(query.progress);
  }
  static double blockLeft(const BlockQuery &query);
  static double left(const BlockQuery &query, double all, double afterBlock);
  // Of the layers from `first` to the last: the core time if single cores do
  // it, and the time of the fastest team.
  double restWork(const Query &query, unsigned first = 0);
  double fastestRest(const Query &query, unsigned first = 0);
  double workLeft(const BlockQuery &query);
  // Until its deadline, if it got every core now.
  double spareTime(Time now, const BlockQuery &query);
  bool isLate(Time now, const BlockQuery &query) {
    return spareTime(now, query) < 0;
  }
  void updateProgress(Time now, BlockQuery &query);
  BlockPlan plan(Time now, const BlockQuery &query, bool late);
  unsigned needNow(Time now, const BlockQuery &query, bool late);

  // VeltairTurns.cpp
  static Time patienceOf(const BlockQuery &query);
  void giveTurn(Time now);
  void spendTurn(Time now);
  void endTurn(Time now);
  double chunksBegun(const BlockQuery &query) const;
  double wholeTurn() const;
  double machineShare() const;
  void limitTurns();
  double turnWork(Time now, Time end) const;
  void findFirstPatient();
  BlockQuery *mostPatient(Time now);
  void wakeForTurns();

  // Veltair.cpp
  void loadChanged();
  void updateShares(Time now);
  void enqueue(BlockQuery &query);
  void dequeue(BlockQuery &query);
  void giveUpMissed(Time now);
  void findWhoGivesWay(Time now);
  void lookAt(Time now, BlockQuery &query);
  void shareCores(Time now);
  double lateBudget(Time now);
  void serve(Time now, BlockQuery &query, bool late, unsigned &spare);
  void lendSpareCores(unsigned spare);
  void applyShares(Time now);

  std::map<TenantId, TenantRecord> records;
  std::vector<TenantRecord *> byShare; // all of them
  Time nextShares = 0;                 // not before
  // All queries: those that have a deadline to keep, and the others.
  OrderedQueue<BlockQuery, &BlockQuery::urgency> hopefuls;
  OrderedQueue<BlockQuery, &BlockQuery::shortness> bestEffort;
  double bestEffortWork = 0; // the works of `bestEffort`
  unsigned demands = 0;      // summed over all queries
  unsigned theta = 0;
  double efficiency = 0;       // that teams need
  BlockQuery *ready = nullptr; // whose block this event made ready

  // Who of `bestEffort` goes before all now, if anybody.
  struct Turn {
    BlockQuery *query = nullptr;
    Time begin = 0, end = 0;
    Time seen = 0;      // latest decision in it,
    unsigned cores = 0; // and what that gave the query
    double spent = 0;   // core time before
  } turn;
  uint64_t turns = 0;
  Time turnLength = 1;
  double turnRunsOn = 0; // core time by which the latest may outlast its end
  // Of the machine, for turns as the latest one; bounded, so that an overload
  // does not make all late.
  static constexpr double leastTurnShare = 0.02, mostTurnShare = 0.05;
  double turnShare = mostTurnShare;
  Time turnAllowed = 0;      // none before,
  Time firstPatient = never; // and nobody has waited enough before

  // Of this decision; the buffers are reused.
  std::vector<Triage::Claim> claims; // of `claimants`
  std::vector<BlockQuery *> claimants;
  std::vector<BlockQuery *> givingWay; // the shortest first
  std::vector<BlockQuery *> served;    // in order
  std::vector<BlockQuery *> serving;   // those of the decision before
  Triage triage;
  double slack = 0; // core time that those kept can spare

  // Core time that late queries had before others, less what they may have.
  double lateSpent = 0;
  unsigned lateCores = 0; // that they got by the latest decision
  Time latestDecision = 0;
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_VELTAIR_H
