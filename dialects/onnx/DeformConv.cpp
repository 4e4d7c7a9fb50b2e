// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

static FailureOr<Window> inferDeformWindow(const Inference &infer,
                                           DeformConvOp::Adaptor a) {
  ArrayRef<int64_t> kernel = shapeOf(a.getW()).drop_front(2);
  if (!a.getKernelShape().empty() && a.getKernelShape() != kernel)
    return infer.fail(3, "kernel_shape is not the shape of w");
  FailureOr<Window> window =
      inferWindow(infer, 3, shapeOf(a.getX()).drop_front(2),
                  {.autoPad = "NOTSET",
                   .dilations = a.getDilations(),
                   .kernel = kernel,
                   .pads = a.getPads(),
                   .strides = a.getStrides()});
  if (failed(window))
    return failure();
  // Where the elements of the kernel are is written out for each row and
  // column.
  constexpr int64_t maxPositions = 1 << 20;
  for (int64_t extent : window->output)
    if (!isPossible({kernel[0], kernel[1], extent}) ||
        kernel[0] * kernel[1] * extent > maxPositions)
      return infer.fail(3, "the kernel and the result are too large");
  return window;
}

LogicalResult DeformConvOp::inferReturnTypes(MLIRContext *,
                                             std::optional<Location> location,
                                             Adaptor a,
                                             SmallVectorImpl<Type> &types) {
  Inference infer("DeformConv", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), w = shapeOf(a.getW());
  if (x.size() != 4 || w.size() != 4 || llvm::is_contained(x, 0))
    return infer.fail(1, "x and w need four dimensions, and x an element");
  if (failed(checkGroups(infer, 2, x, w, a.getGroup())))
    return failure();
  FailureOr<Window> window = inferDeformWindow(infer, a);
  if (failed(window))
    return failure();
  int64_t rows = window->output[0], columns = window->output[1];
  int64_t taps = elementCount(window->kernel);
  int64_t offsetGroup = a.getOffsetGroup();
  if (offsetGroup < 1 || x[1] % offsetGroup != 0)
    return infer.fail(4, "offset_group does not divide the channels of x");
  auto fits = [&](Value operand, int64_t numbers) {
    return shapeOf(operand) ==
           ArrayRef<int64_t>{x[0], offsetGroup * taps * numbers, rows, columns};
  };
  if (!fits(a.getOffset(), 2) ||
      (!isAbsent(a.getMask()) && !fits(a.getMask(), 1)) ||
      (!isAbsent(a.getB()) && shapeOf(a.getB()) != ArrayRef<int64_t>{w[0]}))
    return infer.fail(4, "offset, mask or b does not fit x and w");
  if (failed(infer.matching(5, a.getOperands())) ||
      failed(infer.exact(5, a.getOperands())))
    return failure();
  if (!isPossible({x[0], x[1] * taps, rows, columns}))
    return infer.fail(6, "there are too many positions");
  return infer.result(elementType(a.getX()), {x[0], w[0], rows, columns});
}

/// Where the elements of the kernel lie for each row (`dim` 0) or column of the
/// result before they are moved: [elements, 1, rows or 1, columns or 1], as
/// GridSample counts in an x of `extent` rows or columns.
static Value unmovedPositions(Composer &c, const Window &window, int64_t dim,
                              int64_t extent, Type real) {
  std::vector<double> positions;
  int64_t taps = elementCount(window.kernel), count = window.output[dim];
  for (int64_t tap = 0; tap < taps; ++tap)
    for (int64_t i = 0; i < count; ++i) {
      int64_t k = dim == 0 ? tap / window.kernel[1] : tap % window.kernel[1];
      int64_t at = i * window.strides[dim] + k * window.dilations[dim] -
                   window.padsBegin[dim];
      positions.push_back((2 * double(at) + 1) / double(extent) - 1);
    }
  SmallVector<int64_t> shape{taps, 1, 1, 1};
  shape[2 + dim] = count;
  return c.make<ConstantOp>(DenseElementsAttr::get(
      RankedTensorType::get(shape, real), ArrayRef<double>(positions)));
}

// GridSample reads what the kernel's elements do as channels of their own, and
// a convolution with a kernel of one element is the product. Positions are of
// f64: relative to the size of x, those of f32 would be off.
LogicalResult DeformConvOp::decompose(OpBuilder &b,
                                      SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  Window window = *inferDeformWindow(Inference::silent(), Adaptor(*this));
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  int64_t rows = window.output[0], columns = window.output[1];
  int64_t taps = elementCount(window.kernel);
  int64_t groups = getOffsetGroup(), channels = x[1] / groups;

  Type real = b.getF64Type();
  Value offsets = c.reshape(c.cast(getOffset(), real),
                            {x[0], groups, taps, 2, rows, columns});
  SmallVector<Value> coordinates;
  // The last dimension's coordinate comes first.
  for (int64_t dim : {1, 0}) {
    int64_t extent = x[2 + dim];
    Value moved = c.make<GatherOp>(offsets, c.integers({dim}), /*axis=*/3);
    moved = c.mul(moved, c.scalar(moved, 2.0 / double(extent)));
    moved = c.add(moved, unmovedPositions(c, window, dim, extent, real));
    coordinates.push_back(
        c.reshape(moved, {x[0], groups, taps, rows, columns, 1}));
  }
  Value grid = c.make<ConcatOp>(ValueRange(coordinates), /*axis=*/5);
  grid = c.reshape(grid, {x[0] * groups, taps * rows, columns, 2});
  Value images = c.reshape(getX(), {x[0] * groups, channels, x[2], x[3]});
  Value samples = c.make<GridSampleOp>(images, grid);
  if (!isAbsent(getMask())) {
    Value mask = c.cast(getMask(), elementType(samples));
    samples =
        c.mul(c.reshape(samples, {x[0], groups, channels, taps, rows, columns}),
              c.reshape(mask, {x[0], groups, 1, taps, rows, columns}));
  }
  samples = c.reshape(samples, {x[0], x[1] * taps, rows, columns});
  Value filters = c.reshape(getW(), {w[0], w[1] * taps, 1, 1});
  results.push_back(c.make<ConvOp>(samples, filters, getB(), "NOTSET",
                                   ArrayRef<int64_t>(), getGroup()));
  return success();
}
