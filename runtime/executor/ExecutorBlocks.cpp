// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// What the scheduler is told and decides: blocks, and the teams that run them.

#include "runtime/executor/Executor.h"
#include "runtime/executor/Transaction.h"

#include <new>
#include <optional>
#include <variant>

namespace veltair {

void Executor::processEvents() {
  while (!events.empty()) {
    PostedEvent event = events.pop();
    if (auto *arrived = std::get_if<QueryArrived>(&event)) {
      announce(*arrived);
      continue;
    }
    if (auto *ended = std::get_if<BlockEnded>(&event))
      if (Request *request = find(ended->query))
        request->query->endPosted = false;
    std::visit([this](const auto &e) { handle(e); }, event);
  }
}

void Executor::handle(const Event &event) {
  scheduler->handle(options.clock(), event, decision);
  if (wakeUp != decision.wakeUp) {
    wakeUp = decision.wakeUp;
    timerChanged.notify_one();
  }
  for (const Grant &grant : decision.grants)
    apply(grant);
}

// The one event of a query's life for which the scheduler may lack memory.
void Executor::announce(const QueryArrived &event) {
  Request *request = find(event.query);
  if (!request)
    return; // it has ended meanwhile
  request->known = true;
  try {
    handle(event);
  } catch (const std::bad_alloc &) {
    request->known = false;
    stopQuery(*request, VELTAIR_OUT_OF_MEMORY);
  }
}

void Executor::apply(const Grant &grant) {
  // The query, or its block, may have ended since the scheduler was told the
  // last time.
  Request *request = find(grant.query);
  if (!request || (!request->query && !start(*request)))
    return;
  Query &query = *request->query;
  if (query.endPosted || query.ending)
    return;
  if (query.blockOpen) {
    query.blockEnd.store(grant.firstLayer + grant.layerCount,
                         std::memory_order_release);
    growths += grant.cores > query.team.size();
    resizeTeam(query, grant.cores);
    return;
  }
  query.beginBlock(grant);
  resizeTeam(query, grant.cores);
  advance(query, /*run=*/nullptr, /*locked=*/true);
}

void Executor::resizeTeam(Query &query, uint32_t cores) {
  query.cores.store(cores, std::memory_order_relaxed);
  uint32_t taken = 0;
  for (; query.team.size() > cores; ++taken) {
    Worker *worker = query.team.back();
    query.team.pop_back();
    worker->assign(nullptr);
    freeWorkers.push_back(worker);
  }
  // They may have been woken for chunks that they will not look for any more,
  // and be the only ones.
  if (taken && !query.team.empty() && query.available())
    wakeTeam(query, taken);
  while (query.team.size() < cores && !freeWorkers.empty()) {
    Worker *worker = freeWorkers.back();
    freeWorkers.pop_back();
    worker->assign(&query, uint32_t(query.team.size()));
    query.team.push_back(worker);
  }
}

void Executor::endBlock(Query &query) {
  resizeTeam(query, 0);
  if (query.blockOpen)
    query.traceBlock();
  query.blockOpen = false;
  if (query.stopped() || query.isComplete()) {
    endQuery(*query.request, query.stopReason());
    return;
  }
  query.endPosted = true;
  post(BlockEnded{query.id, query.layersDone(), query.takeVersionSwitches()});
}

void Executor::advance(Query &query, LayerRun *run, bool locked) {
  while (true) {
    uint32_t opened = 0;
    Query::Step step =
        query.advance(run, levelBucket.load(std::memory_order_relaxed), opened);
    run = nullptr;
    if (opened)
      wakeTeam(query, opened);
    if (step == Query::Step::elsewhere)
      return;
    if (step == Query::Step::layerEnded && !wantsLayerEnds)
      continue;

    std::optional<Transaction> transaction;
    if (!locked)
      transaction.emplace(*this);
    if (step == Query::Step::layerEnded) {
      post(LayerEnded{query.id, query.layersDone()});
    } else if (step == Query::Step::queryEnded ||
               (query.isBlockDone() && !query.stopped())) {
      endBlock(query);
      return;
    } // else the block was made longer, or the query was stopped, meanwhile
  }
}

// Wakes as many sleeping workers of the team as find a chunk.
void Executor::wakeTeam(Query &query, uint32_t chunks) {
  if (query.sleepers.load(std::memory_order_seq_cst) == 0)
    return;
  for (const auto &worker : workers)
    if (worker->wakeFor(query) && --chunks == 0)
      return;
}

} // namespace veltair
