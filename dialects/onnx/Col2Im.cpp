// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "dialects/onnx/WindowLoops.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

namespace {
/// The image that blocks make up, and the window that takes them from it, whose
/// output is how many there are along each dimension.
struct Columns {
  SmallVector<int64_t> image;
  Window window;
};
} // namespace

static FailureOr<Columns> inferColumns(const Inference &infer,
                                       Col2ImOp::Adaptor a) {
  FailureOr<SmallVector<int64_t>> image =
      infer.integers(1, a.getImageShape(), "image_shape");
  FailureOr<SmallVector<int64_t>> block =
      infer.integers(1, a.getBlockShape(), "block_shape");
  if (failed(image) || failed(block))
    return failure();
  if (image->empty() || image->size() != block->size() ||
      llvm::any_of(*image, [](int64_t extent) { return extent < 1; }) ||
      !isPossible(*image))
    return infer.fail(1, "image_shape and block_shape do not fit each other");
  FailureOr<Window> window = inferWindow(infer, 2, *image,
                                         {.autoPad = "NOTSET",
                                          .dilations = a.getDilations(),
                                          .kernel = *block,
                                          .pads = a.getPads(),
                                          .strides = a.getStrides()});
  if (failed(window))
    return failure();
  if (!isPossible(window->kernel) || !isPossible(window->output))
    return infer.fail(2, "the window is too large");
  return Columns{std::move(*image), std::move(*window)};
}

LogicalResult Col2ImOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Col2Im", location, types);
  FailureOr<Columns> columns = inferColumns(infer, a);
  if (failed(columns))
    return failure();
  ArrayRef<int64_t> input = shapeOf(a.getInput());
  int64_t taps = elementCount(columns->window.kernel);
  if (input.size() != 3 || input[1] % taps != 0 ||
      input[2] != elementCount(columns->window.output))
    return infer.fail(3, "the blocks do not make up the image");
  SmallVector<int64_t> shape{input[0], input[1] / taps};
  llvm::append_range(shape, columns->image);
  return infer.result(elementType(a.getInput()), shape);
}

Value Col2ImOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Window window = inferColumns(Inference::silent(), Adaptor(*this))->window;
  Value firstChannel = b.mul(index[1], elementCount(window.kernel));
  Value zero = b.constant(computeType(elementType(getInput())), 0);
  return b.reduceNest(window.kernel, zero, [&](ValueRange k, Value sum) {
    Value inside = b.boolean(true);
    SmallVector<Value> block;
    for (size_t i = 0; i < k.size(); ++i) {
      Value at = b.add(index[2 + i], window.padsBegin[i]);
      block.push_back(
          windowAt(b, window, i, window.output[i], at, k[i], inside));
    }
    Value channel = b.add(firstChannel, linearize(b, k, window.kernel));
    Value x = b.load(getInput(),
                     {index[0], channel, linearize(b, block, window.output)});
    return b.add(sum, b.select(inside, x, zero));
  });
}
