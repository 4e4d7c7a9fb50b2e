// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What happened when, for chrome://tracing and Perfetto.

#ifndef VELTAIR_EXECUTOR_TRACE_H
#define VELTAIR_EXECUTOR_TRACE_H

#include "runtime/artifact/LoadedArtifact.h"
#include "runtime/scheduler/Scheduler.h"
#include "runtime/support/Status.h"

#include "veltair/artifact.h"

#include <atomic>
#include <cstdint>
#include <iosfwd>
#include <map>
#include <string>
#include <vector>

namespace veltair {

struct TraceEvent {
  enum class Kind : uint8_t {
    chunks, // executed by a worker
    backup, // the same, again
    layer,  // from its opening to its last chunk
    block,
    query, // from its arrival to its end
    level  // of interference
  };

  Kind kind;
  uint32_t track = 0; // the worker; of layer and block the query's slot
  TenantId tenant = 0;
  uint32_t version = 0; // of the layer; status of the query
  uint32_t count = 0;   // chunks; layers of the block
  uint32_t cores = 0;   // granted
  QueryId query = 0;
  const veltair_layer *layer = nullptr; // of chunks, layer; a block's first
  double level = 0;
  Time begin = 0;
  Time end = 0;
  Time start = 0; // of the query
};

// Events in memory of fixed size: what does not fit any more is dropped.
// record() may be called by any thread at any time and takes no locks; all else
// by one thread at a time.
class Trace {
public:
  bool active() const { return recording.load(std::memory_order_relaxed); }

  // Does nothing when the trace is not active.
  void record(const TraceEvent &event);

  // Names a tenant's events. Keeps the artifact, whose layers events name.
  void addTenant(TenantId tenant, const std::string &name,
                 LoadedArtifact::Pointer artifact);

  // Forgets what was recorded, with its memory and the artifacts, and makes
  // room for so many events. The trace must not be active.
  void reset(size_t capacity);
  // Begins recording, after reset().
  void start(uint32_t workers);
  // Ends recording.
  void stop();

  // Writes what was recorded as a JSON object of the Trace Event Format.
  void write(std::ostream &out) const;

private:
  struct Model {
    std::string name;
    LoadedArtifact::Pointer artifact;
  };

  void writeEvent(std::ostream &out, const TraceEvent &event) const;
  std::string tenantName(TenantId tenant) const;

  std::atomic<bool> recording{false};
  std::atomic<uint32_t> writers{0}; // threads inside record()
  std::atomic<size_t> next{0};
  std::vector<TraceEvent> events;
  std::map<TenantId, Model> tenants;
  uint32_t workers = 0;
};

} // namespace veltair

#endif // VELTAIR_EXECUTOR_TRACE_H
