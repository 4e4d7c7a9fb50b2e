// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A worker without a thread, which does what Worker does in steps: between two
// of them others may take theirs.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_SIMULATEDWORKER_H
#define VELTAIR_TEST_UNIT_RUNTIME_SIMULATEDWORKER_H

#include "runtime/executor/Query.h"

#include <optional>
#include <utility>

namespace veltair::test {

class SimulatedWorker {
public:
  // What surrounds the worker.
  class Host {
  public:
    virtual ~Host() = default;
    // The caller is the query's opener.
    virtual void advance(Query &query, LayerRun *run) = 0;
    // Executes chunks and returns the kernel's code.
    virtual int32_t execute(Query &query, LayerRun &run,
                            ChunkQueue::Range range) = 0;
    // False if there is no memory for the worker's scratch.
    virtual bool reserveScratch() { return true; }
  };

  uint32_t member = 0; // of the team
  uint64_t backups = 0;

  // In the middle of chunks, or about to execute them.
  bool isInside() const {
    return next == Next::execute || next == Next::finish || next == Next::leave;
  }
  // Whether the next step executes chunks.
  bool executes() const { return next == Next::execute; }
  // The query whose chunks it holds, or null.
  const Query *holds() const { return next == Next::look ? nullptr : query; }

  // One step; `assigned`, which may be null, is looked at only between chunks.
  void step(Query *assigned, Claim &claim, Time now, Host &host) {
    switch (next) {
    case Next::look:
      return look(assigned, now, host);
    case Next::publish:
      if ((published = run->repeatable()))
        claim.publish(*query, *run, range, now);
      next = Next::execute;
      return;
    case Next::execute:
      code = host.execute(*query, *run, range);
      next = Next::finish;
      return;
    case Next::finish:
      if (backup) {
        first = backup->claim->finish(backup->view);
        shared = true;
      } else if (published) {
        Claim::Outcome outcome = claim.finish();
        first = outcome.first;
        shared = outcome.shared;
      }
      next = shared ? Next::leave : Next::complete;
      return;
    case Next::leave: {
      next = first ? Next::complete : Next::look;
      if (query->leave(*run))
        host.advance(*query, nullptr);
      return;
    }
    case Next::complete:
      return complete(host);
    }
  }

private:
  enum class Next { look, publish, execute, finish, leave, complete };

  void look(Query *assigned, Time now, Host &host) {
    query = assigned;
    backup.reset();
    published = shared = false;
    first = true;
    code = 0;
    if (!query)
      return;
    if ((run = query->claim(member, range))) {
      next = Next::publish;
      if (!query->stopped() && !host.reserveScratch())
        query->stop(VELTAIR_OUT_OF_MEMORY);
      if (query->stopped())
        next = Next::complete;
      return;
    }
    Query::Backup found;
    Time nextLook;
    switch (query->findBackup(now, found, nextLook)) {
    case Query::Search::nothing:
      return;
    case Query::Search::isOpener:
      return host.advance(*query, nullptr);
    case Query::Search::joined:
      ++backups;
      backup = found;
      run = found.view.run;
      range = found.view.range;
      next = Next::execute;
      if (!host.reserveScratch()) {
        // The owner goes on alone.
        first = false;
        next = Next::leave;
      }
    }
  }

  void complete(Host &host) {
    uint32_t chunks = range.size();
    if (code)
      query->stop(VELTAIR_KERNEL_ERROR, run->layer(), code);
    if (query->stopped())
      chunks += run->chunks.claimRest();
    next = Next::look;
    if (run->chunks.complete(chunks))
      host.advance(*query, run);
  }

  Next next = Next::look;
  Query *query = nullptr;
  LayerRun *run = nullptr;
  ChunkQueue::Range range{};
  std::optional<Query::Backup> backup;
  bool published = false, first = true, shared = false;
  int32_t code = 0;
};

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_SIMULATEDWORKER_H
