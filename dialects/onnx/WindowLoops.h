// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Loops over the part of a sliding window that lies inside the input, and which
// window an element belongs to.

#ifndef VELTAIR_DIALECTS_ONNX_WINDOWLOOPS_H
#define VELTAIR_DIALECTS_ONNX_WINDOWLOOPS_H

#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Inference.h"

namespace mlir::veltair::onnx {

/// The loops of one window: that of the output element at `index` (spatial
/// dimensions only) over an input of extents `spatial`. Padding is skipped by
/// the loops' bounds, so bodies never read outside the input.
class WindowLoops {
public:
  WindowLoops(ElementBuilder &b, const Window &window,
              ArrayRef<int64_t> spatial, ValueRange index);

  using Body = function_ref<SmallVector<Value>(
      ValueRange kernel, ValueRange position, ValueRange carried)>;
  /// Calls `body` with the position in the kernel and in the input.
  SmallVector<Value> nest(ValueRange inits, Body body);
  Value reduce(
      Value init,
      function_ref<Value(ValueRange kernel, ValueRange position, Value carried)>
          body);

  /// The number of input elements in the window, as an index.
  Value count();
  /// The same with the padding (but nothing behind it).
  Value paddedCount();

private:
  ElementBuilder &b;
  SmallVector<int64_t> dilations;
  SmallVector<Value> origin, lower, upper, paddedUpper;
};

/// The other way round: of the windows along dimension `dim`, `extent` of them,
/// the one whose element `kernel` lies at `position`, which counts from the
/// beginning of the padding. Clears `inside` if there is none; another window
/// is returned then.
Value windowAt(ElementBuilder &b, const Window &window, size_t dim,
               int64_t extent, Value position, Value kernel, Value &inside);

} // namespace mlir::veltair::onnx

#endif // VELTAIR_DIALECTS_ONNX_WINDOWLOOPS_H
