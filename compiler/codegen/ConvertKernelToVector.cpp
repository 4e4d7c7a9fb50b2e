// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/kernel/Lanes.h"
#include "compiler/codegen/kernel/Lowerings.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Conversion/LLVMCommon/TypeConverter.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_CONVERTKERNELTOVECTOR
#define GEN_PASS_DEF_VERIFYVECTORWIDTH
#include "compiler/codegen/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

unsigned veltair::getVectorBits(Operation *op) {
  auto module = op->getParentOfType<ModuleOp>();
  auto bits = module->getAttrOfType<IntegerAttr>(vectorBitsAttrName);
  return bits ? bits.getInt() : 256;
}

static Type pointerType(OpBuilder &builder) {
  return LLVM::LLVMPointerType::get(builder.getContext());
}

/// Loads pointer number `index` of an array of pointers.
static Value loadPointer(OpBuilder &builder, Location loc, Value base,
                         int32_t index) {
  Type pointer = pointerType(builder);
  Value address = LLVM::GEPOp::create(builder, loc, pointer, pointer, base,
                                      ArrayRef<LLVM::GEPArg>{index});
  return LLVM::LoadOp::create(builder, loc, pointer, address);
}

/// The memory at a pointer as a buffer.
static Value asBuffer(OpBuilder &builder, Location loc,
                      const LLVMTypeConverter &converter, Value memory,
                      Type type) {
  Value descriptor = MemRefDescriptor::fromStaticShape(
      builder, loc, converter, cast<MemRefType>(type), memory);
  return UnrealizedConversionCastOp::create(builder, loc, type, descriptor)
      .getResult(0);
}

/// Loads the pointer from `veltair_layer_args` and makes it a buffer.
static Value lowerArgument(kernel::ArgumentOp op, OpBuilder &builder,
                           const LLVMTypeConverter &converter) {
  Location loc = op.getLoc();
  // The first two members of the structure are the arrays, in this order.
  auto member = static_cast<int32_t>(op.getKind());
  Value array = loadPointer(builder, loc, op.getArgs(), member);
  Value memory =
      loadPointer(builder, loc, array, static_cast<int32_t>(op.getNumber()));
  return asBuffer(builder, loc, converter, memory, op.getMemory().getType());
}

static Value lowerScratch(kernel::ScratchOp op, OpBuilder &builder,
                          const LLVMTypeConverter &converter) {
  Location loc = op.getLoc();
  // The last member of the structure, behind three other pointers.
  constexpr int32_t sharedScratch = 3;
  Value base = op.getBase();
  if (op.getKind() == kernel::ScratchKind::Shared)
    base = loadPointer(builder, loc, base, sharedScratch);
  Value memory = LLVM::GEPOp::create(
      builder, loc, pointerType(builder), builder.getI8Type(), base,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(op.getOffset())});
  return asBuffer(builder, loc, converter, memory, op.getMemory().getType());
}

namespace {

struct ConvertKernelToVector
    : veltair::impl::ConvertKernelToVectorBase<ConvertKernelToVector> {
  void runOnOperation() override {
    int64_t lanes = getVectorBits(getOperation()) / 32;
    LLVMTypeConverter converter(&getContext());
    getOperation().walk([&](Operation *op) {
      OpBuilder builder(op);
      if (auto argument = dyn_cast<kernel::ArgumentOp>(op))
        argument.replaceAllUsesWith(
            lowerArgument(argument, builder, converter));
      else if (auto scratch = dyn_cast<kernel::ScratchOp>(op))
        scratch.replaceAllUsesWith(lowerScratch(scratch, builder, converter));
      else if (auto tile = dyn_cast<kernel::ConvTileOp>(op))
        lowerConvTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::DepthwiseTileOp>(op))
        lowerDepthwiseTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::MaxPoolTileOp>(op))
        lowerMaxPoolTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::MatMulTileOp>(op))
        lowerMatMulTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::GatherLanesOp>(op))
        lowerGatherLanes(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::WinogradInputTileOp>(op))
        lowerWinogradInputTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::WinogradOutputTileOp>(op))
        lowerWinogradOutputTile(tile, builder, lanes);
      else if (auto row = dyn_cast<kernel::NormalizeRowOp>(op))
        lowerNormalizeRow(row, builder, lanes);
      else if (auto row = dyn_cast<kernel::SoftmaxRowOp>(op))
        lowerSoftmaxRow(row, builder, lanes);
      else if (auto columns = dyn_cast<kernel::SoftmaxColumnsOp>(op))
        lowerSoftmaxColumns(columns, builder, lanes);
      else if (auto map = dyn_cast<kernel::MapRowOp>(op))
        lowerMapRow(map, builder, lanes);
      else
        return;
      op->erase();
    });
  }
};

struct VerifyVectorWidth
    : veltair::impl::VerifyVectorWidthBase<VerifyVectorWidth> {
  void runOnOperation() override {
    unsigned vectorBits = getVectorBits(getOperation());
    WalkResult result = getOperation().walk([&](Operation *op) {
      for (Type type : op->getResultTypes()) {
        auto vector = dyn_cast<VectorType>(type);
        if (!vector || vector.getElementType().isInteger(1))
          continue;
        Type element = vector.getElementType();
        int64_t bits = element.isIndex() ? 64 : element.getIntOrFloatBitWidth();
        if (vector.getRank() > 1 ||
            vector.getNumElements() * bits > vectorBits) {
          op->emitError("makes a vector of ")
              << vector << ", but a register holds " << vectorBits << " bits";
          return WalkResult::interrupt();
        }
      }
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};

} // namespace
