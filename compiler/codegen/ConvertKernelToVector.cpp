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

/// Loads the pointer from `veltair_layer_args` and makes it a buffer.
static Value lowerArgument(kernel::ArgumentOp op, OpBuilder &builder,
                           const LLVMTypeConverter &converter) {
  Location loc = op.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(builder.getContext());
  // The first two members of the structure are the arrays, in this order.
  auto member = static_cast<int32_t>(op.getKind());
  auto load = [&](Value base, int32_t index) {
    Value address = LLVM::GEPOp::create(builder, loc, pointer, pointer, base,
                                        ArrayRef<LLVM::GEPArg>{index});
    return LLVM::LoadOp::create(builder, loc, pointer, address);
  };
  Value array = load(op.getArgs(), member);
  Value memory = load(array, static_cast<int32_t>(op.getNumber()));
  auto type = cast<MemRefType>(op.getMemory().getType());
  Value descriptor =
      MemRefDescriptor::fromStaticShape(builder, loc, converter, type, memory);
  return UnrealizedConversionCastOp::create(builder, loc, type, descriptor)
      .getResult(0);
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
      else if (auto tile = dyn_cast<kernel::ConvTileOp>(op))
        lowerConvTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::DepthwiseTileOp>(op))
        lowerDepthwiseTile(tile, builder, lanes);
      else if (auto tile = dyn_cast<kernel::MatMulTileOp>(op))
        lowerMatMulTile(tile, builder, lanes);
      else if (auto map = dyn_cast<kernel::MapRowOp>(op))
        lowerMapRow(map, builder, lanes);
      else
        return;
      op->erase();
    });
  }
};

struct VerifyVectorWidth : veltair::impl::VerifyVectorWidthBase<VerifyVectorWidth> {
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
