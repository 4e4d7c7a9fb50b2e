// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/api/Api.h"
#include "runtime/support/Clock.h"
#include "runtime/support/CpuFeatures.h"

using namespace veltair;

static thread_local std::string lastMessage;

veltair_status veltair::report(veltair_status code,
                               std::string_view message) noexcept {
  if (code != VELTAIR_OK) {
    try {
      lastMessage = message;
    } catch (...) {
      lastMessage.clear();
    }
  }
  return code;
}

const char *veltair_last_message(void) { return lastMessage.c_str(); }

const char *veltair_status_name(veltair_status status) {
  return statusName(status);
}

const char *veltair_version_string(void) { return VELTAIR_VERSION; }

uint64_t veltair_cpu_features(void) { return cpuFeatures(); }

uint64_t veltair_now_ns(void) { return uint64_t(currentTime()); }

static Status makeModule(Result<LoadedArtifact::Pointer> artifact,
                         veltair_module **module) {
  if (!artifact.ok())
    return artifact.status();
  *module = new veltair_module(std::move(*artifact));
  return {};
}

veltair_status veltair_module_load(const char *path, veltair_module **module) {
  return guarded([&]() -> Status {
    if (!path || !module)
      return invalidArgument("veltair_module_load: a pointer is null");
    return makeModule(LoadedArtifact::load(path), module);
  });
}

veltair_status veltair_module_link(veltair_query_function query,
                                   veltair_module **module) {
  return guarded([&]() -> Status {
    if (!query || !module)
      return invalidArgument("veltair_module_link: a pointer is null");
    return makeModule(LoadedArtifact::link(query), module);
  });
}

void veltair_module_release(veltair_module *module) { delete module; }

const veltair_artifact *veltair_module_artifact(const veltair_module *module) {
  return module ? &module->artifact->tables() : nullptr;
}
