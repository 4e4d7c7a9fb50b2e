// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/LayerLoops.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;

LayerOperand veltair::layerOperand(LayerOp layer, BlockArgument argument) {
  unsigned number = argument.getArgNumber(), inputs = layer.getInputs().size();
  return number < inputs ? LayerOperand{false, number}
                         : LayerOperand{true, number - inputs};
}

unsigned veltair::resultOperand(LayerOp layer, unsigned result) {
  return layer.getInputs().size() + result;
}

Operation *veltair::layerRoot(LayerOp layer) {
  for (Operation &op : layer.getBody().front())
    if (isa<kernel::Conv2DOp, kernel::DepthwiseConv2DOp, kernel::MatMulOp>(op))
      return &op;
  return nullptr;
}

void veltair::buildEpilogue(StageFunction &f, LayerOp layer, Operation *root,
                            function_ref<MemRefType(RankedTensorType)> viewAs,
                            SmallVectorImpl<Value> &extras, Region &region) {
  OpBuilder builder(f.b.getContext());
  Location loc = root->getLoc();
  Block *block = builder.createBlock(&region);
  IRMapping mapping;
  mapping.map(root->getResult(0),
              block->addArgument(builder.getF32Type(), loc));

  auto element = [&](Operation *op, Value operand) -> Value {
    if (Value known = mapping.lookupOrNull(operand))
      return known;
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      return {}; // an absent operand
    onnx::ElementBuilder b(op, builder, {});
    DenseElementsAttr splat;
    if (matchPattern(operand, m_Constant(&splat))) {
      mapping.map(operand, splatElement(b, splat));
      return mapping.lookup(operand);
    }
    LayerOperand source = layerOperand(layer, cast<BlockArgument>(operand));
    extras.push_back(f.operand(source.number, viewAs(type)));
    Value argument =
        block->addArgument(onnx::memoryType(type.getElementType()), loc);
    Value value = b.fromMemory(argument, type.getElementType());
    mapping.map(operand, value);
    return value;
  };

  for (Operation &op : layer.getBody().front().without_terminator()) {
    auto elementwise = dyn_cast<onnx::ElementwiseOp>(op);
    if (!elementwise)
      continue;
    SmallVector<Value> operands;
    for (Value operand : op.getOperands())
      operands.push_back(element(&op, operand));
    onnx::ElementBuilder b(&op, builder, {});
    mapping.map(op.getResult(0), elementwise.emitScalar(b, operands));
  }
  Value result = layer.getYield().getValues()[0];
  auto type = cast<RankedTensorType>(result.getType());
  onnx::ElementBuilder b(root, builder, {});
  Value stored = b.toMemory(mapping.lookup(result), type.getElementType());
  kernel::YieldOp::create(builder, loc, stored);
}
