// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tenants of executors without the C API.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_TESTTENANT_H
#define VELTAIR_TEST_UNIT_RUNTIME_TESTTENANT_H

#include "TestModel.h"

#include "runtime/executor/Executor.h"

#include <memory>
#include <vector>

namespace veltair::test {

inline ExecutorOptions withThreads(uint32_t threads) {
  ExecutorOptions options;
  options.threads = threads;
  return options;
}

inline std::unique_ptr<Tenant> makeTenant(const veltair_artifact &artifact) {
  auto tenant = std::make_unique<Tenant>();
  tenant->artifact = *LoadedArtifact::link(queryOf(artifact));
  tenant->weights = std::move(*Weights::open(*tenant->artifact, ""));
  tenant->usable = {0};
  tenant->programs.push_back(std::make_unique<Program>(
      artifact, artifact.programs[0], *tenant->weights));
  tenant->info.name = artifact.name;
  tenant->info.programs.push_back(tenant->programs[0]->info());
  return tenant;
}

inline Query::Buffers buffersOf(std::vector<float> &x, std::vector<float> &y) {
  Query::Buffers buffers;
  buffers.inputs = {x.data()};
  buffers.outputs = {y.data()};
  buffers.outputDims = {nullptr};
  return buffers;
}

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_TESTTENANT_H
