// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/GeneralLoops.h"
#include "compiler/versions/families/LayerOperands.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;

bool veltair::isSequential(LayerOp layer) {
  return !layer.getBody().front().getOps<onnx::SequentialOp>().empty();
}

/// Whether every operation of the layer is elementwise.
static bool isElementwise(LayerOp layer) {
  return llvm::all_of(layer.getBody().front().without_terminator(),
                      [](Operation &op) {
                        return isa<onnx::ElementwiseOp>(op) ||
                               op.hasTrait<OpTrait::ConstantLike>();
                      });
}

/// The type of the layer's first result as its body has it.
static RankedTensorType resultType(LayerOp layer) {
  return cast<RankedTensorType>(layer.getYield().getValues()[0].getType());
}

/// True when the last dimension of the result is a bound: then each element is
/// a row of its own, so that the loop over rows ends at the true extent.
static bool hasRowsOfOne(RankedTensorType type) {
  return type.getRank() == 0 ||
         onnx::extentNumber(type, type.getRank() - 1) != onnx::exactExtent;
}

namespace {

/// Merges neighbouring dimensions of an elementwise layer's result wherever no
/// tensor has one of them in full and the other broadcast.
class Collapse {
public:
  explicit Collapse(LayerOp layer) {
    ArrayRef<int64_t> result =
        cast<RankedTensorType>(layer.getResult(0).getType()).getShape();
    rank = result.size();
    for (int64_t dim = 0; dim < rank; ++dim) {
      bool merge =
          dim > 0 && llvm::all_of(layer.getBody().getArguments(),
                                  [&](BlockArgument argument) {
                                    return traversedAlike(argument, result,
                                                          starts.back(), dim);
                                  });
      if (!merge)
        starts.push_back(dim);
    }
  }

  /// The shape of a tensor that broadcasts to the result, with the merged
  /// dimensions; rank at least 1.
  SmallVector<int64_t> apply(ArrayRef<int64_t> shape) const {
    SmallVector<int64_t> merged;
    for (size_t i = 0; i < starts.size(); ++i) {
      int64_t end = i + 1 < starts.size() ? starts[i + 1] : rank, size = 1;
      for (int64_t dim = starts[i]; dim < end; ++dim)
        size *= extent(shape, dim);
      merged.push_back(size);
    }
    if (merged.empty())
      merged.push_back(1);
    return merged;
  }

private:
  /// The extent of `shape`, right-aligned, in dimension `dim` of the result.
  int64_t extent(ArrayRef<int64_t> shape, int64_t dim) const {
    int64_t own = dim - (rank - (int64_t)shape.size());
    return own < 0 ? 1 : shape[own];
  }

  /// Whether the argument has dimension `dim` in full where it has the merged
  /// ones from `start` in full. Extents of 1 in the result say nothing.
  bool traversedAlike(BlockArgument argument, ArrayRef<int64_t> result,
                      int64_t start, int64_t dim) const {
    ArrayRef<int64_t> shape =
        cast<RankedTensorType>(argument.getType()).getShape();
    int64_t outer = start;
    while (outer < dim && result[outer] == 1)
      ++outer;
    if (outer == dim || result[dim] == 1)
      return true;
    return (extent(shape, outer) == result[outer]) ==
           (extent(shape, dim) == result[dim]);
  }

  int64_t rank;
  SmallVector<int64_t> starts; // first dimension of each merged one
};

/// Emits elements of the tensors in a layer's body, each from the elements of
/// the operands that it needs: fusion by recursion.
class ElementEmitter {
public:
  ElementEmitter(StageFunction &f, LayerOp layer) : f(f), layer(layer) {
    if (isElementwise(layer) && !onnx::hasExtents(resultType(layer)))
      collapse.emplace(layer);
    for (BlockArgument argument : layer.getBody().getArguments())
      memory.push_back(bind(argument));
  }

  /// The element of `tensor` at `index`, in its memory type.
  Value element(onnx::ElementBuilder &at, Value tensor, ValueRange index) {
    if (auto argument = dyn_cast<BlockArgument>(tensor))
      return loadArgument(at, argument, index);
    // Code for each use would double with every tensor that is used twice.
    Block *block = at.getInsertionBlock();
    if (auto last = emitted.find(tensor);
        last != emitted.end() && last->second.block == block &&
        llvm::equal(last->second.index, index))
      return last->second.value;
    Value value = compute(at, tensor, index);
    emitted[tensor] = {block, SmallVector<Value>(index), value};
    return value;
  }

  onnx::ElementAccess access() {
    onnx::ElementAccess access;
    access.load = [this](onnx::ElementBuilder &b, Value operand,
                         ValueRange index) {
      return element(b, operand, index);
    };
    access.check = [this](onnx::ElementBuilder &b, Value condition,
                          onnx::Fault fault) {
      f.check(b, condition, static_cast<int32_t>(fault));
    };
    access.extent = [this](onnx::ElementBuilder &b, Value tensor, int64_t dim) {
      return extent(b, tensor.getType(), dim);
    };
    return access;
  }

  /// The true extent of a bounded dimension: the argument that holds it.
  Value extent(OpBuilder &b, Type tensor, int64_t dim) {
    ImplicitLocOpBuilder builder(f.b.getLoc(), b);
    Value buffer = memory[onnx::extentNumber(tensor, dim)];
    Value zero = arith::ConstantIndexOp::create(builder, 0);
    Value value = memref::LoadOp::create(builder, buffer, zero);
    return arith::IndexCastOp::create(builder, b.getIndexType(), value);
  }

  /// The buffer type of a tensor of the layer; rank at least 1.
  MemRefType bufferType(Type tensor) const {
    auto type = cast<RankedTensorType>(tensor);
    SmallVector<int64_t> shape(type.getShape());
    if (collapse)
      shape = collapse->apply(shape);
    if (shape.empty())
      shape.push_back(1);
    return MemRefType::get(shape, onnx::memoryType(type.getElementType()));
  }

private:
  /// The same by new code.
  Value compute(onnx::ElementBuilder &at, Value tensor, ValueRange index) {
    auto result = cast<OpResult>(tensor);
    Operation *op = result.getOwner();
    Type elementType =
        cast<RankedTensorType>(tensor.getType()).getElementType();
    if (auto reorder = dyn_cast<kernel::ReorderOp>(op))
      return reordered(at, reorder, index);
    onnx::ElementBuilder b(op, at, access());
    DenseElementsAttr splat;
    if (matchPattern(tensor, m_Constant(&splat)) && splat.isSplat())
      return b.toMemory(splatElement(b, splat), elementType);
    if (auto indexed = dyn_cast<onnx::IndexedOp>(op))
      return b.toMemory(indexed.emitElement(b, result.getResultNumber(), index),
                        elementType);
    auto elementwise = cast<onnx::ElementwiseOp>(op);
    ArrayRef<int64_t> shape = onnx::shapeOf(tensor);
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(operandElement(b, operand, index, shape));
    return b.toMemory(elementwise.emitScalar(b, operands), elementType);
  }

  Value bind(BlockArgument argument) {
    if (!isa<RankedTensorType>(argument.getType()))
      return {};
    return bindArgument(f, layer, argument, bufferType(argument.getType()));
  }

  Value loadArgument(onnx::ElementBuilder &at, BlockArgument argument,
                     ValueRange index) {
    Value buffer = memory[argument.getArgNumber()];
    SmallVector<Value> position(index);
    if (collapse)
      position = broadcastIndex(
          at, cast<MemRefType>(buffer.getType()).getShape(), index);
    if (position.empty())
      position.push_back(at.index(0));
    return memref::LoadOp::create(at, buffer, position);
  }

  /// The operand of an elementwise operation with a result of `shape` under
  /// multidirectional broadcasting; null when it is absent.
  Value operandElement(onnx::ElementBuilder &b, Value operand, ValueRange index,
                       ArrayRef<int64_t> shape) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type)
      return {};
    SmallVector<Value> position(index);
    if (!collapse && type.getShape() != shape)
      position = broadcastIndex(b, type.getShape(), index);
    return b.fromMemory(element(b, operand, position), type.getElementType());
  }

  static SmallVector<Value> broadcastIndex(onnx::ElementBuilder &b,
                                           ArrayRef<int64_t> shape,
                                           ValueRange index) {
    SmallVector<Value> position;
    for (auto [size, value] :
         llvm::zip_equal(shape, index.take_back(shape.size())))
      position.push_back(size == 1 ? b.index(0) : value);
    return position;
  }

  Value reordered(onnx::ElementBuilder &at, kernel::ReorderOp op,
                  ValueRange index) {
    onnx::ElementBuilder b(op, at, access());
    SmallVector<Value> position(index);
    if (!op.isBlocking()) {
      position[1] = b.divIndex(index[1], channelGroup);
      position.push_back(b.remIndex(index[1], channelGroup));
      return element(b, op.getSource(), position);
    }
    Value lane = position.pop_back_val();
    position[1] = b.add(b.mul(index[1], channelGroup), lane);
    int64_t channels = op.getSource().getType().getDimSize(1);
    if (channels % channelGroup == 0)
      return element(b, op.getSource(), position);
    Value exists = b.lt(position[1], b.index(channels));
    position[1] = b.min(position[1], b.index(channels - 1));
    Value value = element(b, op.getSource(), position);
    Value zero = arith::ConstantOp::create(
        b, cast<TypedAttr>(b.getZeroAttr(value.getType())));
    return b.select(exists, value, zero);
  }

  StageFunction &f;
  LayerOp layer;
  std::optional<Collapse> collapse;
  SmallVector<Value> memory;
  /// The last element emitted of each tensor, and where it can be used again.
  struct Emitted {
    Block *block;
    SmallVector<Value> index;
    Value value;
  };
  llvm::DenseMap<Value, Emitted> emitted;
};

} // namespace

SmallVector<int64_t> veltair::generalShape(LayerOp layer) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(layer.getResult(0).getType()).getShape());
  if (isElementwise(layer) && !onnx::hasExtents(resultType(layer)))
    return Collapse(layer).apply(shape);
  if (hasRowsOfOne(resultType(layer)))
    shape.push_back(1);
  return shape;
}

/// One chunk that runs the loops of the layer's sequential operation.
static void emitSequential(StageFunction &f, LayerOp layer) {
  ElementEmitter emitter(f, layer);
  onnx::SequentialOp op =
      *layer.getBody().front().getOps<onnx::SequentialOp>().begin();
  SmallVector<Value> results(op->getNumResults());
  for (auto [number, value] : llvm::enumerate(layer.getYield().getValues()))
    results[cast<OpResult>(value).getResultNumber()] =
        bindResult(f, layer, number, emitter.bufferType(value.getType()));
  auto position = [](onnx::ElementBuilder &b, ValueRange index) {
    SmallVector<Value> position(index);
    if (position.empty())
      position.push_back(b.index(0));
    return position;
  };
  onnx::ElementAccess access = emitter.access();
  access.loadResult = [&](onnx::ElementBuilder &b, unsigned result,
                          ValueRange index) -> Value {
    return memref::LoadOp::create(b, results[result], position(b, index));
  };
  access.store = [&](onnx::ElementBuilder &b, unsigned result, Value value,
                     ValueRange index) {
    memref::StoreOp::create(b, value, results[result], position(b, index));
  };
  onnx::ElementBuilder b(op, f.b, access);
  op.emitLoops(b);
}

void veltair::emitGeneralLoops(StageFunction &f, LayerOp layer,
                               ScheduleAttr schedule) {
  if (isSequential(layer))
    return emitSequential(f, layer);
  SmallVector<int64_t> shape = generalShape(layer);
  ArrayRef<int64_t> outer = ArrayRef(shape).drop_back();
  int64_t rows = ShapedType::getNumElements(outer);
  if (rows == 0 || shape.back() == 0)
    return;
  ElementEmitter emitter(f, layer);
  RankedTensorType type = resultType(layer);
  Value result = bindResult(f, layer, 0, shape);
  bool rowsOfOne = hasRowsOfOne(type);
  auto emitRow = [&](ArrayRef<Value> row) {
    mapRow(f, result, row, [&](OpBuilder &builder, Value lane) {
      SmallVector<Value> index(row);
      if (!rowsOfOne)
        index.push_back(lane);
      onnx::ElementBuilder b(layer, builder, emitter.access());
      return emitter.element(b, layer.getYield().getValues()[0], index);
    });
  };

  // Elements beyond the true extents are not computed: there is nothing right
  // to compute them from.
  auto isBounded = [&](size_t dim) {
    return dim < outer.size() &&
           onnx::extentNumber(type, dim) != onnx::exactExtent;
  };
  Value end;
  if (isBounded(0))
    end = arith::MulIOp::create(f.b, emitter.extent(f.b, type, 0),
                                f.index(rows / outer[0]));
  auto body = [&](Value row) {
    SmallVector<Value> index(outer.size());
    Value inside;
    for (int64_t dim = outer.size() - 1; dim >= 0; --dim) {
      if (dim == 0) {
        index[dim] = row;
        break;
      }
      index[dim] = arith::RemUIOp::create(f.b, row, f.index(outer[dim]));
      row = arith::DivUIOp::create(f.b, row, f.index(outer[dim]));
      if (!isBounded(dim))
        continue;
      Value within =
          arith::CmpIOp::create(f.b, arith::CmpIPredicate::slt, index[dim],
                                emitter.extent(f.b, type, dim));
      inside = inside ? arith::AndIOp::create(f.b, inside, within) : within;
    }
    if (inside)
      f.branch(inside, [&] { emitRow(index); }, [] {});
    else
      emitRow(index);
  };
  f.loopPart(f.getChunk(), schedule.getGrain(), rows, body, end);
}
