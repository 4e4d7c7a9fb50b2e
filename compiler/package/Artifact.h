// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An artifact before it is written: what its tables, header and report say.

#ifndef VELTAIR_COMPILER_PACKAGE_ARTIFACT_H
#define VELTAIR_COMPILER_PACKAGE_ARTIFACT_H

#include "compiler/package/ElementTypes.h"
#include "compiler/package/Weights.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <vector>

namespace mlir::veltair {

// Each structure holds the C structure of the tables, in which numbers are set
// and pointers are null, and what the pointers and their counts will say.

struct TensorEntry {
  veltair_tensor fields{};
  std::string name;
  SmallVector<int64_t> dims;
};

struct ShapeEntry {
  veltair_shape fields{};
  SmallVector<int64_t> dims;
};

struct StageEntry {
  veltair_stage fields{};
  std::string function;
};

struct VersionEntry {
  veltair_version fields{};
  std::string schedule;
  SmallVector<StageEntry, 1> stages;
  SmallVector<uint32_t> constants;
  SmallVector<veltair_miss_point> missCurve;
};

struct LayerEntry {
  veltair_layer fields{};
  std::string name, ops;
  SmallVector<veltair_operand> operands;
  std::vector<VersionEntry> versions;
};

struct ProgramEntry {
  veltair_program fields{};
  std::string isa;
  std::vector<ShapeEntry> inputShapes, outputShapes;
  std::vector<LayerEntry> layers;
};

struct Artifact {
  veltair_artifact fields{};
  std::string name, producer;
  std::string weightsFile; ///< Empty when the weights are embedded.
  std::vector<std::pair<std::string, std::string>> metadata;
  std::vector<TensorEntry> inputs, outputs;
  std::vector<veltair_constant> constants;
  std::vector<ProgramEntry> programs; ///< Those that need more come first.
};

/// Collects what the artifact of `model` holds and writes its constants to
/// `weights`. `kernels` are the modules that define the stages. Errors are
/// reported.
FailureOr<Artifact> collectArtifact(ModelOp model, ArrayRef<ModuleOp> kernels,
                                    WeightWriter &weights);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_ARTIFACT_H
