// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The bookkeeping that all policies share. A policy changes the state of
// queries by start, resize and setBlockEnd; the base turns what changed into
// the grants of the decision.

#ifndef VELTAIR_SCHEDULER_SCHEDULERBASE_H
#define VELTAIR_SCHEDULER_SCHEDULERBASE_H

#include "runtime/scheduler/BlockPlan.h"
#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Reserve.h"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

namespace veltair {

// So many times a time, within what a Time holds.
inline Time scaled(Time time, double factor) {
  return Time(std::clamp(double(time) * factor, -9e18, 9e18));
}

// `never` if it lies beyond.
inline Time after(Time time, double span) {
  return span >= double(never - time) ? never : time + Time(span);
}

class SchedulerBase : public Scheduler {
public:
  SchedulerBase(const SchedulerOptions &options, const TimeModel &model)
      : options(options), model(model) {}

  void handle(Time now, const Event &event, Decision &decision) final;
  std::shared_ptr<TenantTables> prepare(const TenantInfo &info,
                                        uint32_t cores) const final;
  SchedulerStatistics statistics() const final { return counts; }
  SchedulerStatistics statistics(TenantId tenant) const final {
    return tenants.at(tenant).counts;
  }

protected:
  // One program of one tenant: its tables, and what a policy learns of it.
  // Shared by the tenant and the queries that run it.
  struct ProgramState {
    std::shared_ptr<const ProgramInfo> program;
    std::shared_ptr<const VersionTable> versions;
    std::vector<ProgramTimes> times; // by bucket of the interference level
    Correction correction;
  };

  struct Query {
    virtual ~Query() = default;

    QueryId id = 0;
    TenantId tenant = 0;
    std::shared_ptr<ProgramState> program;
    Time arrival = 0;
    Time deadline = never; // arrival + the tenant's target; `never` without one
    uint32_t layersDone = 0;

    // The running block; blockLayers is 0 when there is none.
    uint32_t blockFirst = 0;
    uint32_t blockLayers = 0;
    uint32_t cores = 0;
    bool conflicted = false; // the block to start was already counted

    bool running() const { return blockLayers != 0; }
    uint32_t blockEnd() const { return blockFirst + blockLayers; }
    uint32_t layerCount() const {
      return uint32_t(program->program->layers.size());
    }

  private:
    friend class SchedulerBase;
    bool touched = false;
    uint32_t coresBefore = 0;
    Time coresSince = 0;
  };

  //===--------------------------------------------------------------------===//
  // What a policy defines
  //===--------------------------------------------------------------------===//

  // Decides after each event, with the books up to date.
  virtual void dispatch(Time now) = 0;

  // A policy that keeps more about a query derives from Query.
  virtual std::unique_ptr<Query> newQuery() {
    return std::make_unique<Query>();
  }

  // Those that allocate: newQuery, tenantChanging and reserve, which come
  // before anything has changed; what the others need, and dispatch, must have
  // been reserved.

  // `info` is what the tenant will be.
  virtual void tenantChanging(TenantId tenant, const TenantInfo &info) {}
  // There will be so many queries, one more of the tenant.
  virtual void reserve(size_t queries, TenantId tenant) {}
  virtual void tenantRemoved(TenantId tenant) {}
  virtual void queryArrived(Time now, Query &query) {}
  virtual void layerEnded(Time now, Query &query) {}
  // The block's layers are done; it still stands in the query.
  virtual void blockEnding(Time now, Query &query) {}
  // The block is over; layersDone is up to date. Not called for the last one.
  virtual void blockEnded(Time now, Query &query) {}
  // The query is about to be forgotten; cancelled: its client gave it up, or it
  // failed.
  enum class End { completed, shed, cancelled };
  virtual void queryEnded(Time now, Query &query, End end) {}
  // The same of one that has never arrived.
  virtual void queryNeverArrived(Time now, const Query &query, End end) {}
  // Teams, and the times predicted for them, are still those of before.
  virtual void coresChanging(Time now) {}

  //===--------------------------------------------------------------------===//
  // What a policy reads and calls
  //===--------------------------------------------------------------------===//

  using Queries = std::vector<std::unique_ptr<Query>>;

  // All queries, in the order of their arrival, which is that of their ids.
  const Queries &queries() const { return active; }
  const TenantInfo &tenant(TenantId id) const { return tenants.at(id).info; }
  uint32_t coreCount() const { return cores; }
  uint32_t freeCores() const { return cores - granted; }
  // The predicted times of the query's program at the interference level of
  // now.
  const ProgramTimes &times(const Query &query) const {
    return query.program->times[bucket];
  }

  // Starts the next block of a query that runs none: `layers` (clamped to what
  // remains) from layersDone on by `cores` free cores, at least one. `demand`
  // is what the block would like; less counts as a conflict.
  void start(Query &query, uint32_t layers, uint32_t cores, uint32_t demand);

  // Says that the next block of the query could not start for want of cores.
  // Counts once a block.
  void noteConflict(Query &query);

  // Changes the team of a running block, within the free cores.
  void resize(Query &query, uint32_t cores);

  // Changes where a running block ends; clamped to the program.
  void setBlockEnd(Query &query, uint32_t end);

  void wakeUpAt(Time time) { wakeUp = std::min(wakeUp, time); }

  const SchedulerOptions options;
  const TimeModel &model;

private:
  void apply(Time now, const TenantChanged &event);
  void apply(Time now, const TenantRemoved &event);
  void apply(Time now, const QueryArrived &event);
  void apply(Time now, const LayerEnded &event);
  void apply(Time now, const BlockEnded &event);
  void apply(Time now, const QueryCancelled &event);
  void apply(Time now, const QueryNeverArrived &event);
  void apply(Time now, const CoresChanged &event);
  void apply(Time now, const InterferenceSampled &event);
  void apply(Time now, const TimerFired &event);
  void describe(Query &query, TenantId tenant, uint32_t program, Time arrival);
  Queries::iterator find(QueryId id);
  void release(Query &query);
  void setCores(Query &query, uint32_t teamCores);
  void takeCoresLost();
  void touch(Query &query);
  void emit(Decision &decision);

  // Of each program of a tenant; with version tables for `tableCores` cores.
  struct Tables final : TenantTables {
    std::vector<std::shared_ptr<ProgramState>> programs;
    uint32_t tableCores = 0;
  };

  struct Tenant {
    TenantInfo info;
    std::shared_ptr<Tables> tables;
    SchedulerStatistics counts;
  };

  void makeTables(const TenantInfo &info, uint32_t forCores,
                  Tables &tables) const;
  void makeTimes(ProgramState &state, uint32_t forCores) const;

  std::map<TenantId, Tenant> tenants;
  Queries active;
  std::vector<Query *> changed;
  uint32_t cores = 0;
  uint32_t granted = 0;
  uint32_t bucket = 0; // of the interference level
  Time latest = 0;     // event
  Time wakeUp = never;
  SchedulerStatistics counts;
};

} // namespace veltair

#endif // VELTAIR_SCHEDULER_SCHEDULERBASE_H
