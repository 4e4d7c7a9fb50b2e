// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Rearrangement.cpp.inc"

//===----------------------------------------------------------------------===//
// Concatenation and pieces
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Concat", location, types);
  FailureOr<SmallVector<int64_t>> shape =
      inferConcat(infer, a.getInputs(), a.getAxis());
  if (failed(shape))
    return failure();
  return infer.result(elementType(a.getInputs().front()), *shape);
}

Value ConcatOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getOutput()));
  Type type = computeType(elementType(getOutput()));
  SmallVector<Value> inputs(llvm::make_filter_range(
      getInputs(), [&](Value v) { return shapeOf(v)[axis] != 0; }));
  std::function<Value(ArrayRef<Value>, int64_t)> choose =
      [&](ArrayRef<Value> parts, int64_t offset) -> Value {
    if (parts.size() == 1) {
      SmallVector<Value> position(index);
      position[axis] = b.sub(index[axis], b.index(offset));
      return b.load(parts.front(), position);
    }
    // Between halves, so that many parts are few branches.
    ArrayRef<Value> head = parts.take_front(parts.size() / 2);
    ArrayRef<Value> tail = parts.drop_front(head.size());
    int64_t end = offset;
    for (Value part : head)
      end += shapeOf(part)[axis];
    return b.ifElse(
        b.lt(index[axis], b.index(end)), type,
        [&] { return SmallVector<Value>{choose(head, offset)}; },
        [&] { return SmallVector<Value>{choose(tail, end)}; })[0];
  };
  return inputs.empty() ? b.constant(type, 0) : choose(inputs, 0);
}

LogicalResult SplitOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        Adaptor a,
                                        SmallVectorImpl<Type> &types) {
  Inference infer("Split", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getInput()));
  FailureOr<int64_t> axis = infer.axis(1, a.getAxis(), shape.size());
  if (failed(axis))
    return failure();
  int64_t extent = shape[*axis], count = a.getNumOutputs();
  if (count < 1 || count > maxPieces)
    return infer.fail(3, "there cannot be " + Twine(count) + " pieces");
  SmallVector<int64_t> pieces;
  if (isAbsent(a.getSplit())) {
    int64_t piece = (extent + count - 1) / count;
    for (int64_t i = 0; i < count; ++i)
      pieces.push_back(std::clamp<int64_t>(extent - i * piece, 0, piece));
  } else {
    FailureOr<SmallVector<int64_t>> given =
        infer.integers(2, a.getSplit(), "split");
    if (failed(given))
      return failure();
    pieces = std::move(*given);
  }
  int64_t sum = 0;
  for (int64_t piece : pieces) {
    if (piece < 0 || piece > extent)
      return infer.fail(3, "a piece has the extent " + Twine(piece));
    sum += piece;
  }
  if (sum != extent || int64_t(pieces.size()) != count)
    return infer.fail(3, "the pieces do not make up dimension " + Twine(*axis));
  for (int64_t piece : pieces) {
    shape[*axis] = piece;
    if (failed(infer.result(elementType(a.getInput()), shape)))
      return failure();
  }
  return success();
}

Value SplitOp::emitElement(ElementBuilder &b, unsigned result,
                           ValueRange index) {
  int64_t axis = *normalizeAxis(getAxis(), rankOf(getInput())), offset = 0;
  for (Value piece : getOutputs().take_front(result))
    offset += shapeOf(piece)[axis];
  SmallVector<Value> position(index);
  position[axis] = b.add(index[axis], offset);
  return b.load(getInput(), position);
}

//===----------------------------------------------------------------------===//
// Permutations and selections
//===----------------------------------------------------------------------===//

static SmallVector<int64_t> resolvePermutation(ArrayRef<int64_t> perm,
                                               int64_t rank) {
  return perm.empty()
             ? llvm::to_vector(llvm::reverse(llvm::seq<int64_t>(0, rank)))
             : llvm::to_vector(perm);
}

LogicalResult TransposeOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("Transpose", location, types);
  ArrayRef<int64_t> source = shapeOf(a.getData());
  SmallVector<int64_t> perm = resolvePermutation(a.getPerm(), source.size());
  FailureOr<SmallVector<int64_t>> axes = infer.axes(1, perm, source.size());
  if (failed(axes))
    return failure();
  if (*axes != perm || perm.size() != source.size())
    return infer.fail(1, "perm is no permutation of the dimensions");
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(source[axis]);
  return infer.result(elementType(a.getData()), shape);
}

SmallVector<int64_t> TransposeOp::getPermutation() {
  return resolvePermutation(getPerm(), rankOf(getData()));
}

Value TransposeOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  SmallVector<Value> position(index.size());
  for (auto [i, axis] : llvm::enumerate(getPermutation()))
    position[axis] = index[i];
  return b.load(getData(), position);
}

namespace {
/// Where a slice begins in each dimension, and its steps and extents.
struct SliceRanges {
  SmallVector<int64_t> starts, steps, extents;
};
} // namespace

static FailureOr<SliceRanges> resolveSlice(const Inference &infer,
                                           SliceOp::Adaptor a) {
  ArrayRef<int64_t> shape = shapeOf(a.getData());
  FailureOr<SmallVector<int64_t>> starts =
      infer.integers(1, a.getStarts(), "starts");
  FailureOr<SmallVector<int64_t>> ends = infer.integers(1, a.getEnds(), "ends");
  if (failed(starts) || failed(ends))
    return failure();
  size_t count = starts->size();
  FailureOr<SmallVector<int64_t>> axes = infer.integers(
      1, a.getAxes(), "axes", llvm::to_vector(llvm::seq<int64_t>(0, count)));
  FailureOr<SmallVector<int64_t>> steps =
      infer.integers(1, a.getSteps(), "steps", SmallVector<int64_t>(count, 1));
  if (failed(axes) || failed(steps))
    return failure();
  if (ends->size() != count || axes->size() != count || steps->size() != count)
    return infer.fail(1, "starts, ends, axes and steps differ in length");
  FailureOr<SmallVector<int64_t>> normal = infer.axes(2, *axes, shape.size());
  if (failed(normal))
    return failure();

  SliceRanges ranges;
  ranges.starts.assign(shape.size(), 0);
  ranges.steps.assign(shape.size(), 1);
  ranges.extents.assign(shape.begin(), shape.end());
  for (auto [i, axis] : llvm::enumerate(*normal)) {
    int64_t extent = shape[axis], step = (*steps)[i];
    if (step == 0 || step == INT64_MIN)
      return infer.fail(3, "the step " + Twine(step) + " is impossible");
    if (extent == 0)
      continue;
    auto clamp = [&](int64_t at, int64_t low, int64_t high) {
      return std::clamp(at < 0 ? at + extent : at, low, high);
    };
    // Going down, the end may lie before the first element.
    int64_t low = step > 0 ? 0 : -1, high = step > 0 ? extent : extent - 1;
    int64_t first = clamp((*starts)[i], 0, high);
    int64_t end = clamp((*ends)[i], low, high);
    int64_t span = step > 0 ? end - first : first - end;
    int64_t stride = std::abs(step);
    ranges.starts[axis] = first;
    ranges.steps[axis] = step;
    ranges.extents[axis] = span <= 0 ? 0 : span / stride + (span % stride != 0);
  }
  return ranges;
}

LogicalResult SliceOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        Adaptor a,
                                        SmallVectorImpl<Type> &types) {
  Inference infer("Slice", location, types);
  FailureOr<SliceRanges> ranges = resolveSlice(infer, a);
  if (failed(ranges))
    return failure();
  if (failed(infer.result(elementType(a.getData()), ranges->extents)))
    return failure();
  // The positions are those of the bound: a part of a bounded dimension would
  // lie, or end, elsewhere. BoundedSlice counts from the true end.
  RankedTensorType data = tensorType(a.getData());
  SmallVector<int64_t> numbers(data.getRank(), exactExtent);
  for (auto [dim, number] : llvm::enumerate(numbers)) {
    bool isWhole = ranges->starts[dim] == 0 && ranges->steps[dim] == 1 &&
                   ranges->extents[dim] == data.getDimSize(dim);
    if (extentNumber(data, dim) != exactExtent && !isWhole)
      number = unnamedExtent;
  }
  types.back() = withExtents(cast<RankedTensorType>(types.back()), numbers);
  return success();
}

Value SliceOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  SliceRanges ranges = *resolveSlice(Inference::silent(), Adaptor(*this));
  SmallVector<Value> position;
  for (auto [i, at] : llvm::enumerate(index)) {
    // A step across the whole dimension is never taken; the product could
    // overflow.
    int64_t step = ranges.extents[i] > 1 ? ranges.steps[i] : 1;
    position.push_back(b.add(b.mul(at, step), ranges.starts[i]));
  }
  return b.load(getData(), position);
}

namespace {
struct PadExtents {
  SmallVector<int64_t> begin, end; // one for each dimension
};
} // namespace

static FailureOr<PadExtents> resolvePads(const Inference &infer,
                                         PadOp::Adaptor a) {
  ArrayRef<int64_t> shape = shapeOf(a.getData());
  FailureOr<SmallVector<int64_t>> pads = infer.integers(1, a.getPads(), "pads");
  if (failed(pads))
    return failure();
  FailureOr<SmallVector<int64_t>> axes =
      infer.integers(1, a.getAxes(), "axes",
                     llvm::to_vector(llvm::seq<int64_t>(0, shape.size())));
  if (failed(axes))
    return failure();
  FailureOr<SmallVector<int64_t>> normal = infer.axes(2, *axes, shape.size());
  if (failed(normal))
    return failure();
  if (pads->size() != 2 * axes->size())
    return infer.fail(2, "pads has " + Twine(pads->size()) + " elements, not " +
                             Twine(2 * axes->size()));
  StringRef mode = a.getMode();
  if (!llvm::is_contained({"constant", "reflect", "edge", "wrap"}, mode))
    return infer.fail(3, "unknown mode '" + mode + "'");
  PadExtents extents{SmallVector<int64_t>(shape.size(), 0),
                     SmallVector<int64_t>(shape.size(), 0)};
  for (auto [i, axis] : llvm::enumerate(*normal)) {
    int64_t begin = (*pads)[i], end = (*pads)[axes->size() + i];
    if (std::min(begin, end) < -maxExtent || std::max(begin, end) > maxExtent)
      return infer.fail(2, "pads has an impossible element");
    // What is taken away is not there to be repeated.
    int64_t most = std::max(begin, end), kept = shape[axis];
    kept += std::min<int64_t>(begin, 0) + std::min<int64_t>(end, 0);
    if (mode != "constant" && most > 0 &&
        (kept < 1 || (mode == "reflect" && most >= kept)))
      return infer.fail(4, "dimension " + Twine(axis) + " is too small for " +
                               mode);
    extents.begin[axis] = begin;
    extents.end[axis] = end;
  }
  Value filler = a.getConstantValue();
  if (!isAbsent(filler) && elementCount(shapeOf(filler)) != 1)
    return infer.fail(5, "constant_value must have one element");
  if (failed(infer.matching(5, {a.getData(), filler})))
    return failure();
  return extents;
}

LogicalResult PadOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("Pad", location, types);
  FailureOr<PadExtents> pads = resolvePads(infer, a);
  if (failed(pads))
    return failure();
  SmallVector<int64_t> shape(shapeOf(a.getData()));
  for (auto [i, extent] : llvm::enumerate(shape))
    extent += pads->begin[i] + pads->end[i];
  return infer.result(elementType(a.getData()), shape);
}

Value PadOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  PadExtents pads = *resolvePads(Inference::silent(), Adaptor(*this));
  ArrayRef<int64_t> shape = shapeOf(getData());
  Value inside = b.boolean(true);
  SmallVector<Value> position(index);
  for (auto [i, extent] : llvm::enumerate(shape)) {
    Value zero = b.index(0), last = b.index(extent - 1);
    Value at = b.sub(index[i], b.index(pads.begin[i]));
    position[i] = at;
    if (pads.begin[i] <= 0 && pads.end[i] <= 0)
      continue;
    if (getMode() == "constant") {
      inside =
          b.logicalAnd(inside, b.logicalAnd(b.le(zero, at), b.le(at, last)));
    } else if (getMode() == "reflect") {
      at = b.select(b.gt(at, last), b.sub(b.mul(last, 2), at), b.abs(at));
    } else if (getMode() == "wrap") {
      int64_t before = std::max<int64_t>(pads.begin[i], 0);
      int64_t cropped = std::max<int64_t>(-pads.begin[i], 0);
      int64_t kept = extent - cropped - std::max<int64_t>(-pads.end[i], 0);
      int64_t turns = before / kept + 1;
      Value place = b.remIndex(b.add(at, turns * kept - cropped), kept);
      at = b.add(place, cropped);
    }
    position[i] = b.clamp(at, zero, last);
  }
  if (getMode() != "constant")
    return b.load(getData(), position);
  Type type = computeType(elementType(getData()));
  Value filler = b.constant(type, 0);
  if (!isAbsent(getConstantValue()))
    filler = b.loadScalar(getConstantValue());
  if (elementCount(shape) == 0)
    return filler;
  return b.select(inside, b.load(getData(), position), filler);
}

LogicalResult
CenterCropPadOp::inferReturnTypes(MLIRContext *,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("CenterCropPad", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getInputData()));
  FailureOr<SmallVector<int64_t>> extents =
      infer.integers(1, a.getShape(), "shape");
  if (failed(extents))
    return failure();
  SmallVector<int64_t> list(a.getAxes());
  if (list.empty())
    list = llvm::to_vector(llvm::seq<int64_t>(0, shape.size()));
  FailureOr<SmallVector<int64_t>> axes = infer.axes(2, list, shape.size());
  if (failed(axes))
    return failure();
  if (extents->size() != axes->size())
    return infer.fail(2, "shape has " + Twine(extents->size()) +
                             " elements, not " + Twine(axes->size()));
  if (failed(infer.exact(3, a.getInputData())))
    return failure();
  for (auto [axis, extent] : llvm::zip_equal(*axes, *extents))
    shape[axis] = extent;
  return infer.result(elementType(a.getInputData()), shape);
}

LogicalResult CenterCropPadOp::decompose(OpBuilder &b,
                                         SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  ArrayRef<int64_t> from = shapeOf(getInputData()),
                    to = shapeOf(getOutputData());
  // What is missing, or too much; the odd element is the last one.
  SmallVector<int64_t> begins, ends;
  for (auto [have, want] : llvm::zip_equal(from, to)) {
    begins.push_back((want - have) / 2);
    ends.push_back(want - have - begins.back());
  }
  llvm::append_range(begins, ends);
  results.push_back(
      c.make<PadOp>(getInputData(), c.integers(begins), c.none(), c.none()));
  return success();
}

LogicalResult TileOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor a,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("Tile", location, types);
  SmallVector<int64_t> shape(shapeOf(a.getInput()));
  FailureOr<SmallVector<int64_t>> repeats =
      infer.integers(1, a.getRepeats(), "repeats");
  if (failed(repeats))
    return failure();
  if (repeats->size() != shape.size())
    return infer.fail(2, "repeats needs one element for each dimension");
  for (auto [extent, repeat] : llvm::zip_equal(shape, *repeats)) {
    if (repeat < 0 || repeat > maxExtent ||
        (repeat > 0 && extent > maxExtent / repeat))
      return infer.fail(2,
                        "repeats has the impossible element " + Twine(repeat));
    extent *= repeat;
  }
  return infer.result(elementType(a.getInput()), shape);
}

Value TileOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  SmallVector<Value> position;
  for (auto [i, extent] : llvm::zip_equal(index, shapeOf(getInput())))
    position.push_back(b.remIndex(i, extent));
  return b.load(getInput(), position);
}

LogicalResult ExpandOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Expand", location, types);
  FailureOr<SmallVector<int64_t>> target =
      infer.integers(1, a.getShape(), "shape");
  if (failed(target))
    return failure();
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes({shapeOf(a.getInput()), *target});
  if (!shape)
    return infer.fail(2, "the operand does not broadcast to the shape");
  return infer.result(elementType(a.getInput()), *shape);
}

Value ExpandOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  return b.loadBroadcast(getInput(), index);
}

//===----------------------------------------------------------------------===//
// Blocks and triangles
//===----------------------------------------------------------------------===//

LogicalResult DepthToSpaceOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> location,
                                               Adaptor a,
                                               SmallVectorImpl<Type> &types) {
  Inference infer("DepthToSpace", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getInput());
  if (x.size() != 4)
    return infer.fail(1, "the operand must have four dimensions");
  int64_t block = a.getBlocksize();
  if (block < 1 || block > (1 << 20) || x[1] % (block * block) != 0)
    return infer.fail(2, "blocksize does not fit the channels");
  if (a.getMode() != "DCR" && a.getMode() != "CRD")
    return infer.fail(3, "unknown mode '" + a.getMode() + "'");
  return infer.result(elementType(a.getInput()), {x[0], x[1] / (block * block),
                                                  x[2] * block, x[3] * block});
}

Value DepthToSpaceOp::emitElement(ElementBuilder &b, unsigned,
                                  ValueRange index) {
  int64_t block = getBlocksize(), depth = shapeOf(getOutput())[1];
  Value inner = b.add(b.mul(b.remIndex(index[2], block), block),
                      b.remIndex(index[3], block));
  Value channel = getMode() == "DCR"
                      ? b.add(b.mul(inner, depth), index[1])
                      : b.add(b.mul(index[1], block * block), inner);
  return b.load(getInput(), {index[0], channel, b.divIndex(index[2], block),
                             b.divIndex(index[3], block)});
}

LogicalResult SpaceToDepthOp::inferReturnTypes(MLIRContext *,
                                               std::optional<Location> location,
                                               Adaptor a,
                                               SmallVectorImpl<Type> &types) {
  Inference infer("SpaceToDepth", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getInput());
  if (x.size() != 4)
    return infer.fail(1, "the operand must have four dimensions");
  int64_t block = a.getBlocksize();
  if (block < 1 || block > (1 << 20) || x[2] % block != 0 ||
      x[3] % block != 0 || x[1] > maxExtent / (block * block))
    return infer.fail(2, "blocksize does not fit height and width");
  return infer.result(elementType(a.getInput()),
                      {x[0], x[1] * block * block, x[2] / block, x[3] / block});
}

Value SpaceToDepthOp::emitElement(ElementBuilder &b, unsigned,
                                  ValueRange index) {
  int64_t block = getBlocksize(), depth = shapeOf(getInput())[1];
  Value inner = b.divIndex(index[1], depth);
  Value row = b.add(b.mul(index[2], block), b.divIndex(inner, block));
  Value column = b.add(b.mul(index[3], block), b.remIndex(inner, block));
  return b.load(getInput(),
                {index[0], b.remIndex(index[1], depth), row, column});
}

LogicalResult TriluOp::inferReturnTypes(MLIRContext *,
                                        std::optional<Location> location,
                                        Adaptor a,
                                        SmallVectorImpl<Type> &types) {
  Inference infer("Trilu", location, types);
  if (rankOf(a.getInput()) < 2 ||
      (!isAbsent(a.getK()) && elementCount(shapeOf(a.getK())) != 1))
    return infer.fail(1, "the operand must be matrices, k one number");
  return infer.result(elementType(a.getInput()), shapeOf(a.getInput()));
}

Value TriluOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Value diagonal = b.index(0);
  if (!isAbsent(getK())) {
    // Diagonals beyond the corners are all alike; differences of the largest
    // numbers would be of the other sign.
    ArrayRef<int64_t> matrix = shapeOf(getInput()).take_back(2);
    diagonal = b.clamp(b.toIndex(b.loadScalar(getK())), b.index(-matrix[0]),
                       b.index(matrix[1]));
  }
  Value row = index[index.size() - 2];
  Value offset = b.sub(b.sub(index.back(), row), diagonal);
  Value zero = b.index(0);
  Value keep = getUpper() != 0 ? b.ge(offset, zero) : b.le(offset, zero);
  Value value = b.load(getInput(), index);
  return b.select(keep, value, b.constantLike(value, 0));
}
