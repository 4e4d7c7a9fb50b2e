// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/WindowLoops.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

WindowLoops::WindowLoops(ElementBuilder &b, const Window &window,
                         ArrayRef<int64_t> spatial, ValueRange index)
    : b(b), dilations(window.dilations) {
  for (size_t i = 0; i < spatial.size(); ++i) {
    int64_t dilation = window.dilations[i], pad = window.padsBegin[i];
    int64_t lastStart = (window.output[i] - 1) * window.strides[i] - pad;
    int64_t reach = (window.kernel[i] - 1) * dilation;
    // Where the kernel's first element falls; negative inside the padding.
    Value start = b.sub(b.mul(index[i], window.strides[i]), b.index(pad));
    // The first kernel element at or after position `from`, at least 0.
    auto firstFrom = [&](Value from) {
      Value distance = b.max(b.sub(from, start), b.index(0));
      return b.divIndex(b.add(distance, dilation - 1), dilation);
    };
    origin.push_back(start);
    lower.push_back(pad > 0 ? firstFrom(b.index(0)) : b.index(0));
    Value kernel = b.index(window.kernel[i]);
    upper.push_back(lastStart + reach >= spatial[i]
                        ? b.min(firstFrom(b.index(spatial[i])), kernel)
                        : kernel);
    int64_t padded = spatial[i] + window.padsEnd[i];
    paddedUpper.push_back(lastStart + reach >= padded
                              ? b.min(firstFrom(b.index(padded)), kernel)
                              : kernel);
  }
}

SmallVector<Value> WindowLoops::nest(ValueRange inits, Body body) {
  return b.loopNest(
      lower, upper, inits, [&](ValueRange kernel, ValueRange carried) {
        SmallVector<Value> position;
        for (auto [i, k] : llvm::enumerate(kernel))
          position.push_back(b.add(origin[i], b.mul(k, dilations[i])));
        return body(kernel, position, carried);
      });
}

Value WindowLoops::reduce(
    Value init, function_ref<Value(ValueRange, ValueRange, Value)> body) {
  return nest(init,
              [&](ValueRange kernel, ValueRange position, ValueRange carried) {
                return SmallVector<Value>{body(kernel, position, carried[0])};
              })[0];
}

Value WindowLoops::count() {
  Value count = b.index(1);
  for (auto [low, high] : llvm::zip_equal(lower, upper))
    count = b.mul(count, b.max(b.sub(high, low), b.index(0)));
  return count;
}

Value WindowLoops::paddedCount() {
  Value count = b.index(1);
  for (Value high : paddedUpper)
    count = b.mul(count, high);
  return count;
}

// Window p has element k at p * stride + k * dilation.
Value mlir::veltair::onnx::windowAt(ElementBuilder &b, const Window &window,
                                    size_t dim, int64_t extent, Value position,
                                    Value kernel, Value &inside) {
  Value distance = b.sub(position, b.mul(kernel, window.dilations[dim]));
  Value clamped = b.max(distance, b.index(0));
  Value result = b.divIndex(clamped, window.strides[dim]);
  Value last = b.index(extent - 1);
  Value divides = b.eq(b.remIndex(clamped, window.strides[dim]), b.index(0));
  inside = b.logicalAnd(
      inside, b.logicalAnd(b.logicalAnd(b.le(b.index(0), distance), divides),
                           b.le(result, last)));
  return b.min(result, last);
}
