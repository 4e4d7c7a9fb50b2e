// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The scheduler: events in, grants out. It is a pure state machine: no clock,
// no thread, no randomness, so that the executor and the simulator drive the
// same code and a recorded trace gives the same decisions again.
//
// The life of a query: QueryArrived -> { grant -> BlockEnded }* -> the
// BlockEnded whose `layersDone` is the program's layer count. Or QueryCancelled
// anywhere. Between BlockEnded and its next grant a query holds no cores. Or
// QueryNeverArrived alone.
//
// Not thread safe: the caller serialises.

#ifndef VELTAIR_SCHEDULER_SCHEDULER_H
#define VELTAIR_SCHEDULER_SCHEDULER_H

#include "runtime/scheduler/TimeModel.h"
#include "runtime/scheduler/VersionTable.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace veltair {

using TenantId = uint32_t;
using QueryId = uint64_t; // ascends from one arrival to the next

inline constexpr Time never = std::numeric_limits<Time>::max();

// `never` if it lies beyond.
inline Time later(Time time, Time span) {
  return span >= never - time ? never : time + span;
}

enum class Priority : uint8_t { low, medium, high };

inline constexpr double defaultQosShare = 0.95;

struct TenantInfo {
  std::string name;
  Time qos = never;                  // latency target
  double qosShare = defaultQosShare; // of the queries that must meet it
  Priority priority = Priority::medium;
  // Run this version of every layer (the last one where a layer has fewer).
  std::optional<uint32_t> forcedVersion;
  // A query runs one of these. Shared, since version tables and models outlive
  // a tenant's replacement.
  std::vector<std::shared_ptr<const ProgramInfo>> programs;
};

//===----------------------------------------------------------------------===//
// Events
//===----------------------------------------------------------------------===//

// What a scheduler computes of a tenant's programs.
class TenantTables {
public:
  virtual ~TenantTables() = default;
};

// A tenant is new, or its target, priority or programs are others. Queries
// under way keep their program.
struct TenantChanged {
  TenantId tenant;
  TenantInfo info;
  // By Scheduler::prepare, for no other event; null: they are computed now.
  std::shared_ptr<TenantTables> tables = {};
};

// Comes after the last query of the tenant ended.
struct TenantRemoved {
  TenantId tenant;
};

struct QueryArrived {
  QueryId query;
  TenantId tenant;
  uint32_t program; // index into `TenantInfo::programs`
  Time arrival;     // what latency counts from; at most `now`
};

// Layers [0, layersDone) of a running query are done. Sent only if
// `Scheduler::wantsLayerEnds`, and not for the last layer of a block.
struct LayerEnded {
  QueryId query;
  uint32_t layersDone;
};

// The granted layers are done and no worker serves the query any more.
struct BlockEnded {
  QueryId query;
  uint32_t layersDone;
  // Layers of the block that ran by another version than they did the last time
  // that this tenant ran them.
  uint32_t versionSwitches = 0;
};

// A query ends early: cancelled or failed. A queued query ends at once, a
// running one when its last worker has left it.
struct QueryCancelled {
  QueryId query;
  bool shed = false; // it could not start in time: a miss, if it has a target
};

// A query that was kept from the scheduler, since it waited for memory, ended
// early. It counts as if it had arrived and been cancelled.
struct QueryNeverArrived {
  TenantId tenant;
  uint32_t program;
  Time arrival;
  bool shed = false; // the same
};

// The number of workers is now `cores`; may be 0. The first event of all.
struct CoresChanged {
  uint32_t cores;
};

// `level` in [0, 1]; `bucket` is the level's bucket with hysteresis, the one
// that workers use to read version tables.
struct InterferenceSampled {
  double level;
  uint32_t bucket;
};

// The wake-up time asked for was reached.
struct TimerFired {};

using Event =
    std::variant<TenantChanged, TenantRemoved, QueryArrived, LayerEnded,
                 BlockEnded, QueryCancelled, QueryNeverArrived, CoresChanged,
                 InterferenceSampled, TimerFired>;

//===----------------------------------------------------------------------===//
// Decisions
//===----------------------------------------------------------------------===//

// Runs the layers [firstLayer, firstLayer + layerCount) of a query by `cores`
// workers: a new block if the query has none, else a change of the running
// block:
//  * `cores` is the new size of the team: workers join or leave at the next
//    chunk boundary. 0 holds the query where it is.
//  * `layerCount` may grow, or shrink: the block then ends at the first layer
//    boundary that is not before the new end. `firstLayer` does not change.
// The sum of the granted cores of all running blocks never exceeds the cores
// there are; while workers change teams, a team may be smaller for a moment.
struct Grant {
  QueryId query;
  uint32_t firstLayer;
  uint32_t layerCount;
  uint32_t cores;
  std::shared_ptr<const VersionTable> versions; // of all layers of the program
};

// What to do after an event. Grants are applied in order (those that take cores
// away come first).
struct Decision {
  std::vector<Grant> grants;
  // Send TimerFired at this time, unless a later decision says otherwise: each
  // decision replaces the time.
  Time wakeUp = never;

  void clear() {
    grants.clear();
    wakeUp = never;
  }
};

struct SchedulerStatistics {
  uint64_t blocks = 0;    // started
  uint64_t conflicts = 0; // blocks that found fewer free cores than they demand
  uint64_t versionSwitches = 0;
  // Nanoseconds: teams' cores, times how long they had them; counted when a
  // team changes or ends.
  uint64_t coreTime = 0;
};

//===----------------------------------------------------------------------===//
// Scheduler
//===----------------------------------------------------------------------===//

class Scheduler {
public:
  virtual ~Scheduler() = default;

  // Takes an event that happened at `now` (never before the last event's) and
  // writes the decision to `decision`, whose contents are replaced (its buffers
  // are reused). Unknown queries and tenants are a bug of the caller.
  //
  // Throws std::bad_alloc for the events TenantChanged, QueryArrived and
  // CoresChanged only, and nothing has changed after the first two: all others
  // need no memory, given the same `decision` each time.
  virtual void handle(Time now, const Event &event, Decision &decision) = 0;

  // Computes for a machine of `cores` cores what takes long of a TenantChanged:
  // layers x cores x levels predictions. Thread safe, beside `handle` too.
  virtual std::shared_ptr<TenantTables> prepare(const TenantInfo &info,
                                                uint32_t cores) const {
    return nullptr;
  }

  // True if the policy wants LayerEnded.
  virtual bool wantsLayerEnds() const { return false; }

  // Since the start, of all tenants.
  virtual SchedulerStatistics statistics() const = 0;

  // Since the tenant was added.
  virtual SchedulerStatistics statistics(TenantId tenant) const = 0;
};

struct SchedulerOptions {
  Numerics numerics = Numerics::reproducible;
  // Choose versions by cores and interference; else version 0, the fastest
  // alone, runs always. createScheduler sets it: it is a part of the policy.
  bool adaptVersions = true;
  // The share of a tenant's target that plans may fill.
  double margin = 0.9;
  // What late queries get, before those that can be in time, of the core time
  // that these can spare. Others to come will need some of it.
  double lateShare = 0.25;
  // The longest and the shortest that a turn may be: the time after which a
  // query that has waited long gives way again. At least 1.
  Time turn = 2'000'000;
  Time shortestTurn = 500'000;
};

// Makes the scheduler of the policy `name`, or null if there is none of that
// name. `model` must outlive it.
std::unique_ptr<Scheduler> createScheduler(std::string_view name,
                                           const SchedulerOptions &options,
                                           const TimeModel &model);

// The names that createScheduler knows, sorted.
std::vector<std::string_view> schedulerNames();
// What to say of one that it does not know.
std::string unknownScheduler(std::string_view name);

} // namespace veltair

#endif // VELTAIR_SCHEDULER_SCHEDULER_H
