// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Passes.h"
#include "compiler/graph/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void veltair::addGraphPasses(OpPassManager &programs, bool bf16) {
  // Before all that looks for f32.
  programs.addPass(createWidenHalves());
  programs.addPass(createLimitSelections());
  // Weights often stand behind an Identity or a Reshape: as constants they can
  // be folded into.
  programs.addPass(createSimplifyGraph());
  programs.addPass(createFoldBatchNorm());
  // Decompositions would hide what these look for.
  programs.addPass(createFuseAttention());
  programs.addPass(createConvertRowsToKernel());
  programs.addPass(createDecomposeOnnx());
  // Kernels and layouts are of images.
  programs.addPass(createRaiseConv1D());
  // Decompositions leave arithmetic on constants, reshapes, and common parts.
  programs.addPass(createFoldOnnxConstants());
  programs.addPass(createSimplifyGraph());
  programs.addPass(createCSEPass());
  programs.addPass(createRaiseChannelShuffle());
  // After batch normalizations are in the weights that this rearranges.
  programs.addPass(createConvertConvTranspose());
  // In bf16 direct convolutions have twice the rate, large tiles of Winograd's
  // algorithm have not.
  if (!bf16) {
    programs.addPass(createFoldStrides());
    // Convolutions of one input have its phases in common.
    programs.addPass(createCSEPass());
  }
  // Blocked layouts need groups of whole blocks.
  programs.addPass(createWidenConvGroups());
  programs.addPass(createConvertMatMulToKernel());
  programs.addPass(createConvertRecurrentToKernel());
  programs.addPass(createAssignLayout());
  // Once it is known what kernels there are.
  if (bf16)
    programs.addPass(createDemoteToBf16());
  programs.addPass(createFormLayers());
  programs.addPass(createJoinParts());
}

void veltair::registerGraphPipelines() {
  PassPipelineRegistration<>(
      "graph", "From imported operations to layers, on each program",
      [](OpPassManager &manager) {
        addGraphPasses(manager.nest<ModelOp>().nest<ProgramOp>());
      });
}
