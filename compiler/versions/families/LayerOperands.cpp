// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerOperands.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;

Operation *veltair::layerRoot(LayerOp layer) {
  auto kernels = layer.getBody().front().getOps<kernel::LayerKernelOp>();
  return kernels.empty() ? nullptr : (*kernels.begin()).getOperation();
}

Value veltair::bindArgument(StageFunction &f, LayerOp layer, Value argument,
                            MemRefType type) {
  unsigned number = cast<BlockArgument>(argument).getArgNumber();
  unsigned inputs = layer.getInputs().size();
  return number < inputs ? f.operand(number, type)
                         : f.constant(number - inputs, type);
}

Value veltair::bindResult(StageFunction &f, LayerOp layer, unsigned result,
                          MemRefType type) {
  return f.operand(layer.getInputs().size() + result, type);
}

Value veltair::bindResult(StageFunction &f, LayerOp layer, unsigned result,
                          ArrayRef<int64_t> shape) {
  auto type = cast<RankedTensorType>(layer.getResult(result).getType());
  return bindResult(
      f, layer, result,
      MemRefType::get(shape, onnx::memoryType(type.getElementType())));
}

Value veltair::bindView(StageFunction &f, LayerOp layer, Value argument,
                        kernel::StridedViewAttr view) {
  auto tensor = cast<RankedTensorType>(argument.getType());
  Value memory = bindArgument(
      f, layer, argument,
      MemRefType::get(tensor.getNumElements(), tensor.getElementType()));
  auto layout = StridedLayoutAttr::get(f.b.getContext(), view.getOffset(),
                                       view.getStrides());
  auto type = MemRefType::get(view.getSizes(), tensor.getElementType(), layout);
  return memref::ReinterpretCastOp::create(f.b, type, memory, view.getOffset(),
                                           view.getSizes(), view.getStrides());
}

Value veltair::slice(StageFunction &f, Value buffer,
                     ArrayRef<OpFoldResult> offsets, ArrayRef<int64_t> sizes,
                     ArrayRef<int64_t> shape) {
  SmallVector<OpFoldResult> lengths =
      getAsIndexOpFoldResult(f.b.getContext(), sizes);
  SmallVector<OpFoldResult> steps(sizes.size(), f.b.getIndexAttr(1));
  MemRefType type = memref::SubViewOp::inferRankReducedResultType(
      shape, cast<MemRefType>(buffer.getType()), offsets, lengths, steps);
  return memref::SubViewOp::create(f.b, type, buffer, offsets, lengths, steps);
}

Value veltair::sliceAt(StageFunction &f, Value buffer, ArrayRef<Value> index) {
  ArrayRef<int64_t> shape = cast<MemRefType>(buffer.getType()).getShape();
  if (index.empty())
    return buffer;
  SmallVector<OpFoldResult> offsets(shape.size(), f.b.getIndexAttr(0));
  SmallVector<int64_t> sizes(shape);
  for (auto [dim, value] : llvm::enumerate(index)) {
    if (shape[dim] != 1)
      offsets[dim] = value;
    sizes[dim] = 1;
  }
  return slice(f, buffer, offsets, sizes, shape.drop_front(index.size()));
}

Value veltair::sliceMatrix(StageFunction &f, Value buffer,
                           ArrayRef<Value> index) {
  assert(cast<MemRefType>(buffer.getType()).getRank() ==
         int64_t(index.size()) + 2);
  return sliceAt(f, buffer, index);
}

Value veltair::sliceColumns(StageFunction &f, Value matrix, Value first,
                            int64_t size) {
  ArrayRef<int64_t> shape = cast<MemRefType>(matrix.getType()).getShape();
  if (shape[1] == 1)
    return matrix;
  int64_t sizes[] = {shape[0], size};
  return slice(f, matrix, {f.b.getIndexAttr(0), first}, sizes, sizes);
}

void veltair::mapRow(StageFunction &f, Value memory, ValueRange index,
                     function_ref<Value(OpBuilder &, Value)> element) {
  auto map = kernel::MapRowOp::create(f.b, memory, index);
  OpBuilder::InsertionGuard guard(f.b);
  Block *body = f.b.createBlock(&map.getBody());
  Value lane = body->addArgument(f.b.getIndexType(), f.b.getLoc());
  kernel::YieldOp::create(f.b, element(f.b, lane));
}

Value veltair::splatElement(onnx::ElementBuilder &b, DenseElementsAttr splat) {
  Type element = splat.getElementType();
  Type type = onnx::computeType(element);
  TypedAttr value;
  if (isa<FloatType>(element)) {
    APFloat number = splat.getSplatValue<APFloat>();
    bool losesInfo;
    number.convert(cast<FloatType>(type).getFloatSemantics(),
                   APFloat::rmNearestTiesToEven, &losesInfo);
    value = FloatAttr::get(type, number);
  } else {
    value = IntegerAttr::get(type, splat.getSplatValue<APInt>());
  }
  return arith::ConstantOp::create(b, value);
}

Epilogue::Epilogue(StageFunction &f, LayerOp layer, Operation *root,
                   function_ref<MemRefType(RankedTensorType)> viewAs) {
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
    extras.push_back(bindArgument(f, layer, operand, viewAs(type)));
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

void Epilogue::cloneInto(Region &tile) {
  IRMapping mapping;
  region.cloneInto(&tile, mapping);
}

Value Epilogue::apply(OpBuilder &builder, Value element, ValueRange extras,
                      ArrayRef<Value> index) {
  Block &block = region.front();
  IRMapping mapping;
  mapping.map(block.getArgument(0), element);
  for (auto [number, extra] : llvm::enumerate(extras)) {
    Location loc = extra.getLoc();
    SmallVector<Value> position;
    for (auto [size, value] :
         llvm::zip_equal(cast<MemRefType>(extra.getType()).getShape(), index))
      position.push_back(
          size == 1 ? arith::ConstantIndexOp::create(builder, loc, 0) : value);
    mapping.map(block.getArgument(1 + number),
                memref::LoadOp::create(builder, loc, extra, position));
  }
  for (Operation &op : block.without_terminator())
    builder.clone(op, mapping);
  auto yield = cast<kernel::YieldOp>(block.getTerminator());
  return mapping.lookupOrDefault(yield.getValue());
}
