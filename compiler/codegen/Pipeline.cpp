// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Conversion/ArithToLLVM/ArithToLLVM.h"
#include "mlir/Conversion/ControlFlowToLLVM/ControlFlowToLLVM.h"
#include "mlir/Conversion/FuncToLLVM/ConvertFuncToLLVMPass.h"
#include "mlir/Conversion/IndexToLLVM/IndexToLLVM.h"
#include "mlir/Conversion/MathToLLVM/MathToLLVM.h"
#include "mlir/Conversion/MemRefToLLVM/MemRefToLLVM.h"
#include "mlir/Conversion/ReconcileUnrealizedCasts/ReconcileUnrealizedCasts.h"
#include "mlir/Conversion/SCFToControlFlow/SCFToControlFlow.h"
#include "mlir/Conversion/UBToLLVM/UBToLLVM.h"
#include "mlir/Conversion/VectorToLLVM/ConvertVectorToLLVMPass.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void veltair::addKernelToLlvmPasses(OpPassManager &manager, bool bf16) {
  OpPassManager &function = manager.nest<func::FuncOp>();
  // Loops of one iteration and branches on constants disappear before the
  // nano-kernels multiply them.
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  function.addPass(createConvertKernelToVector());
  function.addPass(createCanonicalizerPass());
  function.addPass(createCSEPass());
  // Address arithmetic of a tile is the same for many of its elements.
  function.addPass(createLoopInvariantCodeMotionPass());
  function.addPass(createExpandMath({bf16}));
  function.addPass(createVerifyVectorWidth());
  function.addPass(createConvertVectorToSCFPass());
  arith::ArithExpandOpsPassOptions expand;
  // Without instructions for it, LLVM calls a library to round to bf16.
  expand.includeBf16 = !bf16;
  function.addPass(arith::createArithExpandOpsPass(expand));
  // Only now the uses of carried values can be counted.
  function.addPass(createKeepBranchingLoops());
  function.addPass(createSCFToControlFlowPass());
  // Views of parts of buffers become arithmetic, in the affine dialect.
  function.addPass(memref::createExpandStridedMetadataPass());
  function.addPass(createLowerAffinePass());

  manager.addPass(createConvertVectorToLLVMPass());
  manager.addPass(createFinalizeMemRefToLLVMConversionPass());
  manager.addPass(createConvertIndexToLLVMPass());
  manager.addPass(createConvertMathToLLVMPass());
  manager.addPass(createArithToLLVMConversionPass());
  manager.addPass(createConvertControlFlowToLLVMPass());
  manager.addPass(createUBToLLVMConversionPass());
  manager.addPass(createConvertFuncToLLVMPass());
  manager.addPass(createReconcileUnrealizedCastsPass());
  manager.addPass(createCanonicalizerPass());
  manager.addPass(createCSEPass());
}

void veltair::registerCodegenPipelines() {
  PassPipelineRegistration<>(
      "kernel-to-llvm", "From nano-kernels to the LLVM dialect",
      [](OpPassManager &manager) { addKernelToLlvmPasses(manager); });
}
