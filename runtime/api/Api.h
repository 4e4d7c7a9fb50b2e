// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the functions of the C API share.

#ifndef VELTAIR_API_API_H
#define VELTAIR_API_API_H

#include "runtime/artifact/LoadedArtifact.h"
#include "runtime/executor/Executor.h"
#include "runtime/support/Status.h"

#include "veltair/veltair.h"

#include <cstring>
#include <exception>
#include <memory>
#include <mutex>
#include <new>
#include <string_view>
#include <utility>
#include <vector>

#include <cxxabi.h>

struct veltair_module {
  explicit veltair_module(veltair::LoadedArtifact::Pointer artifact)
      : artifact(std::move(artifact)) {}

  veltair::LoadedArtifact::Pointer artifact;
  veltair::SharedWeights weights;
};

struct veltair_runtime {
  // The scheduler's: what the profile knows, else what annotations say.
  veltair::AnnotationTimeModel annotations;
  veltair::ProfileTimeModel model{annotations};
  std::shared_ptr<veltair::Executor> executor;
  std::vector<uint32_t> cpus; // where the workers may run
};

struct veltair_tenant {
  veltair_runtime *runtime;
  veltair::Tenant *tenant;
};

struct veltair_request {
  // A thread may be about to look at it when the runtime is destroyed.
  std::shared_ptr<veltair::Executor> executor;
  std::shared_ptr<veltair::Request> request;
};

namespace veltair {

// Makes the code what the caller of the API sees, and the message, if there is
// memory for it.
veltair_status report(veltair_status code, std::string_view message) noexcept;

// Runs the body of an API function, which returns a Status; nothing that it
// throws leaves.
template <typename Body> veltair_status guarded(Body body) {
  try {
    Status status = body();
    return report(status.code(), status.message());
  } catch (const std::bad_alloc &) {
    return report(VELTAIR_OUT_OF_MEMORY, "out of memory");
  } catch (const std::exception &error) {
    return report(VELTAIR_SYSTEM_ERROR, error.what());
  } catch (abi::__forced_unwind &) {
    throw;        // no exception: the thread is being cancelled
  } catch (...) { // of a callback
    return report(VELTAIR_SYSTEM_ERROR, "an unknown exception");
  }
}

inline Status invalidArgument(std::string_view what) {
  return Status::error(VELTAIR_INVALID_ARGUMENT, what);
}

// Checks that the runtime is used by the process that created it.
inline Status checkProcess(const Executor &executor) {
  if (executor.isForked())
    return Status::error(VELTAIR_FORKED,
                         "the runtime belongs to the parent process");
  return {};
}

// Copies options that a caller of this or an earlier version of the API filled.
template <typename Options>
Status readOptions(const Options *given, Options &options) {
  if (!given)
    return {};
  if (given->size == 0 || given->size > sizeof(Options))
    return invalidArgument("the options' size is not that of their structure");
  std::memcpy(&options, given, given->size);
  return {};
}

} // namespace veltair

#endif // VELTAIR_API_API_H
