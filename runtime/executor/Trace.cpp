// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/executor/Trace.h"

#include "nlohmann/json.hpp"

#include <algorithm>
#include <cstdio>
#include <locale>
#include <ostream>
#include <thread>

namespace veltair {

static_assert(sizeof(TraceEvent) == 72, "veltair.h says so");

//===----------------------------------------------------------------------===//
// Recording
//===----------------------------------------------------------------------===//

void Trace::record(const TraceEvent &event) {
  if (!active())
    return;
  // Ordered against stop(): it waits for those who came in time.
  writers.fetch_add(1, std::memory_order_seq_cst);
  if (recording.load(std::memory_order_seq_cst))
    if (size_t i = next.fetch_add(1, std::memory_order_relaxed);
        i < events.size())
      events[i] = event;
  writers.fetch_sub(1, std::memory_order_release);
}

void Trace::addTenant(TenantId tenant, const std::string &name,
                      LoadedArtifact::Pointer artifact) {
  tenants[tenant] = {name, std::move(artifact)};
}

void Trace::reset(size_t capacity) {
  next.store(0, std::memory_order_relaxed);
  tenants.clear();
  events = std::vector<TraceEvent>(); // gives the memory back
  events.resize(capacity, TraceEvent{TraceEvent::Kind::level});
}

void Trace::start(uint32_t workerCount) {
  workers = workerCount;
  recording.store(true, std::memory_order_seq_cst);
}

void Trace::stop() {
  recording.store(false, std::memory_order_seq_cst);
  while (writers.load(std::memory_order_seq_cst))
    std::this_thread::yield();
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

// Tracks are threads of these processes.
enum { workerTracks = 1, queryTracks = 2 };

// As JSON has strings; a caller's names are any bytes.
static std::string jsonString(std::string_view text) {
  using Json = nlohmann::json;
  const Json string = std::string(text);
  return string.dump(/*indent=*/-1, ' ', /*ensure_ascii=*/false,
                     Json::error_handler_t::replace);
}

// Microseconds.
static std::string timeText(Time time) {
  char text[32];
  std::snprintf(text, sizeof text, "%lld.%03lld", (long long)(time / 1000),
                (long long)(time % 1000));
  return text;
}

static std::string metadata(const char *kind, unsigned process, unsigned track,
                            const std::string &name) {
  return concat("{\"ph\":\"M\",\"name\":\"", kind, "\",\"pid\":", process,
                ",\"tid\":", track, ",\"args\":{\"name\":", jsonString(name),
                "}}");
}

// A span of time on a track.
static std::string span(const TraceEvent &event, unsigned process,
                        const std::string &name, const std::string &args) {
  return concat(
      "{\"ph\":\"X\",\"name\":", jsonString(name), ",\"pid\":", process,
      ",\"tid\":", event.track, ",\"ts\":", timeText(event.begin),
      ",\"dur\":", timeText(std::max<Time>(event.end - event.begin, 0)),
      ",\"args\":{\"query\":", event.query, args, "}}");
}

std::string Trace::tenantName(TenantId tenant) const {
  auto it = tenants.find(tenant);
  return it == tenants.end() ? concat("tenant ", tenant) : it->second.name;
}

void Trace::writeEvent(std::ostream &out, const TraceEvent &event) const {
  std::string model =
      concat(",\"model\":", jsonString(tenantName(event.tenant)));
  switch (event.kind) {
  case TraceEvent::Kind::chunks:
  case TraceEvent::Kind::backup: {
    bool backup = event.kind == TraceEvent::Kind::backup;
    out << span(event, workerTracks,
                concat(event.layer->name, backup ? " (backup)" : ""),
                concat(model, ",\"version\":", event.version,
                       ",\"chunks\":", event.count));
    return;
  }
  case TraceEvent::Kind::layer:
    out << span(event, queryTracks, event.layer->name,
                concat(model, ",\"ops\":", jsonString(event.layer->ops),
                       ",\"version\":", event.version,
                       ",\"cores\":", event.cores));
    return;
  case TraceEvent::Kind::block:
    out << span(event, queryTracks,
                concat(tenantName(event.tenant), ": ", event.count, " layers"),
                concat(",\"first\":", jsonString(event.layer->name),
                       ",\"cores\":", event.cores));
    return;
  case TraceEvent::Kind::query: {
    std::string common = concat(
        "\",\"cat\":\"query\",\"name\":", jsonString(tenantName(event.tenant)),
        ",\"id\":", event.query, ",\"pid\":", unsigned(queryTracks),
        ",\"tid\":", event.track, ",\"ts\":");
    out << "{\"ph\":\"b" << common << timeText(event.begin) << "},\n";
    if (event.start)
      out << "{\"ph\":\"n" << common << timeText(event.start) << "},\n";
    out << "{\"ph\":\"e" << common << timeText(event.end)
        << ",\"args\":{\"status\":"
        << jsonString(statusName(veltair_status(event.version))) << "}}";
    return;
  }
  case TraceEvent::Kind::level:
    out << "{\"ph\":\"C\",\"name\":\"interference\",\"pid\":"
        << unsigned(workerTracks) << ",\"ts\":" << timeText(event.begin)
        << ",\"args\":{\"level\":" << event.level << "}}";
    return;
  }
}

void Trace::write(std::ostream &out) const {
  size_t recorded = next.load(std::memory_order_relaxed);
  size_t count = std::min(recorded, events.size());
  out.imbue(std::locale::classic()); // JSON knows no other
  out << "{\"displayTimeUnit\":\"ms\",\"otherData\":{\"dropped\":"
      << recorded - count << "},\"traceEvents\":[\n"
      << metadata("process_name", workerTracks, 0, "workers") << ",\n"
      << metadata("process_name", queryTracks, 0, "queries");
  for (uint32_t i = 0; i < workers; ++i)
    out << ",\n"
        << metadata("thread_name", workerTracks, i, concat("worker ", i));
  for (size_t i = 0; i < count; ++i) {
    out << ",\n";
    writeEvent(out, events[i]);
  }
  out << "\n]}\n";
}

} // namespace veltair
