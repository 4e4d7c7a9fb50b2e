// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The C API of the runtime: load compiled models ("artifacts"), serve them as
// tenants of one set of worker threads, and measure.
//
//   veltair_runtime_create -> veltair_module_load -> veltair_tenant_add
//     -> veltair_run | veltair_submit ... -> veltair_tenant_remove
//     -> veltair_module_release -> veltair_runtime_destroy
//
// Errors: every function that can fail returns a `veltair_status`; the text of
// a thread's latest failure is `veltair_last_message()`. Nothing throws,
// nothing is written to standard output or standard error.
//
// Threads: every function may be called from any thread at any time, unless it
// says otherwise. An object may be used until the call that releases it.
//
// fork(): a runtime belongs to the process that created it. In a forked child
// every call on it, its tenants and requests under way returns VELTAIR_FORKED.
//
// Artifacts are machine code. The checks made when one is loaded catch damage
// and mistakes, not malice: load only artifacts that you trust.

#ifndef VELTAIR_VELTAIR_H
#define VELTAIR_VELTAIR_H

#include "veltair/artifact.h"

#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define VELTAIR_API __attribute__((visibility("default")))
#else
#define VELTAIR_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef int32_t veltair_status;
enum {
  VELTAIR_OK = 0,
  VELTAIR_INVALID_ARGUMENT = 1, // wrong use of the API; unknown name
  VELTAIR_IO_ERROR = 2,         // a file cannot be read or mapped
  VELTAIR_BAD_ARTIFACT = 3,     // damaged, truncated, or no artifact at all
  VELTAIR_ABI_MISMATCH = 4,     // an artifact of a later ABI
  VELTAIR_CPU_MISMATCH = 5,     // no program runs on this CPU
  VELTAIR_SHAPE_MISMATCH = 6,   // no program for these input shapes
  VELTAIR_TYPE_MISMATCH = 7,    // an input of another element type
  VELTAIR_OUT_OF_MEMORY = 8,    // also: above the limit on arenas by itself
  VELTAIR_REJECTED = 9,         // not admitted: the tenant's queue is full
  VELTAIR_CANCELLED = 10,
  VELTAIR_KERNEL_ERROR = 11, // the data made a layer fail: index out of range…
  VELTAIR_FORKED = 12,
  VELTAIR_SYSTEM_ERROR = 13, // the system refuses a thread, a CPU…
  VELTAIR_EXPIRED = 14,      // not started before its deadline
};

// The message of the latest call on this thread that failed; never null; valid
// until the thread's next failing call.
VELTAIR_API const char *veltair_last_message(void);

// "invalid argument", "rejected"…: a constant string.
VELTAIR_API const char *veltair_status_name(veltair_status status);

// "0.1.0"
VELTAIR_API const char *veltair_version_string(void);

// What this CPU and its operating system offer, as VELTAIR_CPU_* bits.
VELTAIR_API uint64_t veltair_cpu_features(void);

// Monotonic time in nanoseconds: the clock of all times in this API.
VELTAIR_API uint64_t veltair_now_ns(void);

//===----------------------------------------------------------------------===//
// Modules: loaded artifacts
//===----------------------------------------------------------------------===//

// A loaded and validated artifact. Independent of any runtime.
typedef struct veltair_module veltair_module;

// Reads, checks and loads the shared object `path`. Nothing of the file is
// executed before its structure, hashes and imports have been checked. While it
// is loaded, another file may be renamed over it; it must not be written over.
VELTAIR_API veltair_status veltair_module_load(const char *path,
                                               veltair_module **module);

// The same for an artifact linked into this program: `query` is its
// `veltair_<name>`. A weights file, if it has one, is looked for in the current
// directory.
VELTAIR_API veltair_status veltair_module_link(veltair_query_function query,
                                               veltair_module **module);

// Tenants of the module stay valid. Null is allowed.
VELTAIR_API void veltair_module_release(veltair_module *module);

// The validated tables, for inspection; valid while the module or a tenant of
// it exists. Null for null.
VELTAIR_API const veltair_artifact *
veltair_module_artifact(const veltair_module *module);

//===----------------------------------------------------------------------===//
// Runtime
//===----------------------------------------------------------------------===//

typedef struct veltair_runtime veltair_runtime;

typedef uint32_t veltair_numerics;
enum {
  // One numerics class a layer: the bits of the results depend neither on load
  // nor on the number of threads.
  VELTAIR_REPRODUCIBLE = 0,
  // The policy may use every version.
  VELTAIR_FAST = 1,
};

typedef uint32_t veltair_log_level;
enum { VELTAIR_LOG_INFO = 0, VELTAIR_LOG_WARNING = 1 };

// Called from the thread that has something to say, one call at a time. Must
// not call this API.
typedef void (*veltair_log_callback)(void *context, veltair_log_level level,
                                     const char *message);

// Zeroed fields mean their defaults.
typedef struct veltair_runtime_options {
  size_t size;      // sizeof(veltair_runtime_options)
  uint32_t threads; // workers; 0: one per CPU that the calling thread may use
  uint32_t cpu_count;
  // Pin the workers to these CPUs, in this order; of those that the calling
  // thread may use. Null: docs/runtime.md tells how they are placed.
  const uint32_t *cpus;
  const char *policy; // docs/scheduling.md lists them; null: "veltair"
  veltair_numerics numerics;
  uint32_t reserved;
  // Of the queries that are served; those above it wait (docs/runtime.md). 0:
  // no limit.
  uint64_t arena_limit_bytes;
  veltair_log_callback log;
  void *log_context;
  const char *profile; // file of `veltair calibrate`; null: annotations alone
} veltair_runtime_options;

// `options` may be null.
VELTAIR_API veltair_status veltair_runtime_create(
    const veltair_runtime_options *options, veltair_runtime **runtime);

// Cancels what is queued and running, waits for all callbacks, ends the
// workers. All tenants must have been removed. Not to be called from a
// callback. Null is allowed.
VELTAIR_API veltair_status veltair_runtime_destroy(veltair_runtime *runtime);

// The number of workers; 0 for null.
VELTAIR_API uint32_t veltair_runtime_threads(const veltair_runtime *runtime);

// Writes at most `capacity` of the CPUs on which the workers may run,
// ascending, unless `cpus` is null; returns how many there are, 0 without a
// runtime.
VELTAIR_API uint32_t veltair_runtime_cpus(const veltair_runtime *runtime,
                                          uint32_t *cpus, uint32_t capacity);

// How many threads a runtime takes by default: the calling thread's affinity
// mask, cpuset, and CPU quota rounded down; at least 1.
VELTAIR_API uint32_t veltair_default_threads(void);

//===----------------------------------------------------------------------===//
// Tenants: models that are served
//===----------------------------------------------------------------------===//

typedef struct veltair_tenant veltair_tenant;

typedef uint32_t veltair_priority;
enum {
  VELTAIR_PRIORITY_DEFAULT = 0, // medium
  VELTAIR_PRIORITY_LOW = 1,
  VELTAIR_PRIORITY_MEDIUM = 2,
  VELTAIR_PRIORITY_HIGH = 3,
};

// `veltair_tenant_options::kernel_version`: the policy chooses.
#define VELTAIR_VERSION_AUTO (-1)

// Start from VELTAIR_TENANT_OPTIONS_INIT: a zeroed `kernel_version` forces
// version 0.
typedef struct veltair_tenant_options {
  size_t size;      // sizeof(veltair_tenant_options)
  const char *name; // null: the artifact's name
  double qos_ms;    // latency target; 0: none
  veltair_priority priority;
  // VELTAIR_VERSION_AUTO, or force this version of every layer (the last one
  // where a layer has fewer).
  int32_t kernel_version;
  const char *isa;          // force a program's `isa`; null: the best
  const char *weights_file; // null: as the artifact says, beside it
  int32_t verify_weights;   // not 0: check the weights' hashes (reads them all)
  // The most queries under way; more are rejected. 0: no limit.
  uint32_t queue_limit;
  // The share of the queries that must meet qos_ms, in (0, 1]: when not all
  // can, schedulers choose who is late by it. 0: 0.95.
  double qos_share;
} veltair_tenant_options;

// Defaults: automatic version, everything else zero.
#define VELTAIR_TENANT_OPTIONS_INIT                                            \
  {sizeof(veltair_tenant_options),                                             \
   0,                                                                          \
   0.0,                                                                        \
   0,                                                                          \
   VELTAIR_VERSION_AUTO,                                                       \
   0,                                                                          \
   0,                                                                          \
   0,                                                                          \
   0,                                                                          \
   0.0}

// `options` may be null. Fails with VELTAIR_CPU_MISMATCH when no program of the
// module runs here.
VELTAIR_API veltair_status veltair_tenant_add(
    veltair_runtime *runtime, veltair_module *module,
    const veltair_tenant_options *options, veltair_tenant **tenant);

// Cancels the tenant's queries, waits for their callbacks and frees it. Others
// go on being served. Not to be called from a callback. Null is allowed.
VELTAIR_API veltair_status veltair_tenant_remove(veltair_tenant *tenant);

// The same, but the queries under way are completed. A model is replaced, and
// no query lost, by adding the new one, sending it all further queries, and
// retiring the old one.
VELTAIR_API veltair_status veltair_tenant_retire(veltair_tenant *tenant);

// An input as the caller holds it: dense, row-major, aligned to its elements.
typedef struct veltair_input {
  const void *data;
  uint64_t bytes; // exactly the size of the shape
  veltair_dtype dtype;
  uint32_t rank;
  const int64_t *dims;
} veltair_input;

// Room for an output: dense, row-major, aligned to its elements. Must not
// overlap other buffers of the query.
typedef struct veltair_output {
  void *data;
  uint64_t bytes; // at least the size of the program's output shape
  // Null, or room for the output's rank dimensions; the true shape is written
  // on success.
  int64_t *dims;
} veltair_output;

// The program (an index into `veltair_artifact::programs`) that serves inputs
// of these shapes; only `dtype`, `rank` and `dims` of the inputs are read. With
// `inputs` null: the first program that runs here.
VELTAIR_API veltair_status veltair_tenant_select(const veltair_tenant *tenant,
                                                 const veltair_input *inputs,
                                                 uint32_t input_count,
                                                 uint32_t *program);

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

// What one layer of a query did. A layer that was skipped has no cores.
typedef struct veltair_layer_time {
  uint64_t begin_ns; // veltair_now_ns() when it was opened
  uint64_t end_ns;   // and when its last chunk was done
  uint32_t version;
  uint32_t cores; // granted when it was opened
} veltair_layer_time;

typedef struct veltair_query_options {
  size_t size; // sizeof(veltair_query_options)
  // When the query was due: latency counts from here. 0: now.
  uint64_t arrival_ns;
  // Null, or room for `layer_times_capacity` layers of the program, filled
  // until completion.
  veltair_layer_time *layer_times;
  uint32_t layer_times_capacity;
  uint32_t reserved;
  // A query that has not started by then ends with VELTAIR_EXPIRED: it is shed.
  // One that has started is completed. 0: none.
  uint64_t deadline_ns;
} veltair_query_options;

typedef struct veltair_result {
  veltair_status status;
  uint32_t program;    // that served the query
  const char *message; // "" on success; valid during the callback
  uint64_t arrival_ns, start_ns, end_ns; // start: first layer opened; 0: never
} veltair_result;

// Tells the end of a query. Called by one thread of the runtime, which calls
// all callbacks, in the order in which queries ended; a slow callback delays
// other callbacks, but no computation. May call everything except
// veltair_tenant_remove, veltair_tenant_retire and veltair_runtime_destroy.
typedef void (*veltair_callback)(void *context, const veltair_result *result);

typedef struct veltair_request veltair_request;

// Runs a query and waits for its end. `options` may be null.
VELTAIR_API veltair_status veltair_run(veltair_tenant *tenant,
                                       const veltair_input *inputs,
                                       uint32_t input_count,
                                       const veltair_output *outputs,
                                       uint32_t output_count,
                                       const veltair_query_options *options);

// Starts a query. The buffers (inputs, outputs, their `dims`, layer times)
// belong to the query until it has ended: until the callback is called, or
// veltair_request_wait has returned; the arrays `inputs` and `outputs`
// themselves, and an input's dims, are only read during the call.
//
// `callback` may be null. `request` may be null; otherwise it receives a handle
// that must be released; the callback finds it there, and may do so. When this
// call itself fails (bad arguments, shapes…), nothing was started and no
// callback follows.
VELTAIR_API veltair_status veltair_submit(
    veltair_tenant *tenant, const veltair_input *inputs, uint32_t input_count,
    const veltair_output *outputs, uint32_t output_count,
    const veltair_query_options *options, veltair_callback callback,
    void *context, veltair_request **request);

// Ends the query with VELTAIR_CANCELLED, at once when it is queued, after the
// chunks in progress when it runs; without effect when it has ended.
VELTAIR_API veltair_status veltair_request_cancel(veltair_request *request);

// Waits for the end of the query and returns its status; its message is then
// this thread's `veltair_last_message()`. `result`, which may be null, receives
// the rest; its message is valid until the request is released. The callback,
// if there is one, may come later.
VELTAIR_API veltair_status veltair_request_wait(veltair_request *request,
                                                veltair_result *result);

// Gives the handle back; the query itself goes on. Null is allowed.
VELTAIR_API void veltair_request_release(veltair_request *request);

//===----------------------------------------------------------------------===//
// Metrics
//===----------------------------------------------------------------------===//

// Percentiles are exact to 1 %.
typedef struct veltair_latency {
  uint64_t count;
  double min_ms, mean_ms, p50_ms, p90_ms, p95_ms, p99_ms, max_ms;
} veltair_latency;

// What the policy did.
typedef struct veltair_scheduling {
  uint64_t blocks;           // blocks of layers that were run
  uint64_t conflicts;        // blocks that found too few free cores
  uint64_t version_switches; // layers run by another version than the last time
  // Teams' cores, times how long they had them; counted when a team changes or
  // ends.
  double core_ms;
} veltair_scheduling;

// offered = completed + rejected + cancelled + failed + shed + those under way.
typedef struct veltair_tenant_metrics {
  uint64_t offered, completed, rejected, cancelled, failed;
  uint64_t shed;           // had not started before their deadline
  uint64_t satisfied;      // completed within the QoS target, if there is one
  veltair_latency latency; // of completed queries, from arrival to end
  veltair_scheduling scheduling;
} veltair_tenant_metrics;

typedef struct veltair_runtime_metrics {
  // Of all tenants, also of those removed.
  veltair_scheduling scheduling;
  uint64_t cancelled, shed; // queries
  uint64_t growths; // teams that got more workers in the middle of a block
  uint64_t backups; // chunks executed again for a descheduled worker
  // How long control groups held this process back, because it had used up its
  // CPU quota: summed over CPUs, and over groups inside each other.
  double throttled_ms;
  uint64_t arena_bytes; // held now, in use or kept for the next query
  double interference;  // level in [0, 1]
} veltair_runtime_metrics;

// Snapshots since the start or the latest reset.
VELTAIR_API veltair_status veltair_tenant_get_metrics(
    const veltair_tenant *tenant, veltair_tenant_metrics *metrics);
VELTAIR_API veltair_status veltair_runtime_get_metrics(
    const veltair_runtime *runtime, veltair_runtime_metrics *metrics);
// Sets all counts of the runtime and its tenants to zero.
VELTAIR_API veltair_status
veltair_runtime_reset_metrics(veltair_runtime *runtime);

//===----------------------------------------------------------------------===//
// Trace
//===----------------------------------------------------------------------===//

// Records what workers, layers, blocks and queries do from now on, in memory
// for `capacity` events (0: 2^19; 72 bytes each). Further ones are dropped.
// Forgets what an earlier trace recorded.
VELTAIR_API veltair_status veltair_runtime_trace_start(veltair_runtime *runtime,
                                                       uint64_t capacity);

// Ends recording, and writes the events to the file `path` as JSON for
// chrome://tracing and https://ui.perfetto.dev. Then they are forgotten, also
// when they cannot be written.
VELTAIR_API veltair_status veltair_runtime_trace_stop(veltair_runtime *runtime,
                                                      const char *path);

#ifdef __cplusplus
} // extern "C"
#endif

#endif // VELTAIR_VELTAIR_H
