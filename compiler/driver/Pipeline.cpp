// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/driver/Pipeline.h"
#include "compiler/codegen/Passes.h"
#include "compiler/graph/Passes.h"
#include "compiler/versions/Passes.h"

using namespace mlir;
using namespace mlir::veltair;

/// From layers to the versions in which each will be compiled.
static void addVersionPasses(OpPassManager &model,
                             const DriverOptions &options) {
  // From here on programs differ: versions depend on registers and vectors.
  SpecializeProgramsOptions specialize;
  llvm::append_range(specialize.march, options.march);
  model.addPass(createSpecializePrograms(specialize));

  OpPassManager &program = model.nest<ProgramOp>();
  ChooseVersionsOptions choose;
  choose.machine = options.mtune;
  choose.maxVersions = options.versions;
  choose.weightBudget = options.weightBudget;
  if (options.keepUselessVersions)
    choose.minGain = -1;
  program.addPass(createChooseVersions(choose));
  // After the versions, whose shared scratch memory lies in the arena, too.
  program.addPass(createPlanMemory());
}

void veltair::buildPipeline(OpPassManager &manager,
                            const DriverOptions &options) {
  if (options.emit == EmitLevel::Onnx)
    return;
  // All targets have been checked for its instructions.
  bool bf16 = options.precision == Precision::BF16;
  addGraphPasses(manager.nest<ModelOp>().nest<ProgramOp>(), bf16);
  if (options.emit == EmitLevel::Graph)
    return;
  addVersionPasses(manager.nest<ModelOp>(), options);
  if (options.emit == EmitLevel::Versions)
    return;
  manager.addPass(createOutlineVersions());
  if (options.emit == EmitLevel::Kernel)
    return;
  // Each function is a module of its own: these passes run on all in parallel.
  addKernelToLlvmPasses(manager.nest<ModuleOp>(), bf16);
}
