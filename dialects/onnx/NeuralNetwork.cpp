// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "dialects/onnx/WindowLoops.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/NeuralNetwork.cpp.inc"

//===----------------------------------------------------------------------===//
// Convolution
//===----------------------------------------------------------------------===//

static FailureOr<Window> inferConvWindow(const Inference &infer,
                                         ConvOp::Adaptor a) {
  ArrayRef<int64_t> kernel = shapeOf(a.getW()).drop_front(2);
  if (!a.getKernelShape().empty() && a.getKernelShape() != kernel)
    return infer.fail(3, "kernel_shape is not the shape of w");
  return inferWindow(infer, 3, shapeOf(a.getX()).drop_front(2),
                     {.autoPad = a.getAutoPad(),
                      .dilations = a.getDilations(),
                      .kernel = kernel,
                      .pads = a.getPads(),
                      .strides = a.getStrides()});
}

LogicalResult ConvOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor a,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("Conv", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), w = shapeOf(a.getW());
  if (x.size() < 3 || w.size() != x.size())
    return infer.fail(1, "x and w need the same rank, at least 3");
  if (failed(checkGroups(infer, 2, x, w, a.getGroup())))
    return failure();
  FailureOr<Window> window = inferConvWindow(infer, a);
  if (failed(window))
    return failure();
  if (!isAbsent(a.getB()) && shapeOf(a.getB()) != ArrayRef<int64_t>{w[0]})
    return infer.fail(4, "b must have one element for each output channel");
  if (failed(infer.matching(5, {a.getX(), a.getW(), a.getB()})))
    return failure();
  SmallVector<int64_t> shape{x[0], w[0]};
  llvm::append_range(shape, window->output);
  return infer.result(elementType(a.getX()), shape);
}

Window ConvOp::getWindow() {
  return *inferConvWindow(Inference::silent(), Adaptor(*this));
}

Value ConvOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  WindowLoops loops(b, getWindow(), x.drop_front(2), index.drop_front(2));
  Value firstChannel =
      getGroup() == 1 ? b.index(0)
                      : b.mul(b.divIndex(index[1], w[0] / getGroup()), w[1]);
  Value init = b.constant(computeType(elementType(getX())), 0);
  Value sum = b.reduce(w[1], init, [&](Value c, Value outer) {
    return loops.reduce(outer, [&](ValueRange k, ValueRange position,
                                   Value acc) {
      SmallVector<Value> xIndex{index[0], b.add(firstChannel, c)};
      llvm::append_range(xIndex, position);
      SmallVector<Value> wIndex{index[1], c};
      llvm::append_range(wIndex, k);
      return b.add(acc, b.mul(b.load(getX(), xIndex), b.load(getW(), wIndex)));
    });
  });
  return isAbsent(getB()) ? sum : b.add(sum, b.load(getB(), index[1]));
}

//===----------------------------------------------------------------------===//
// Transposed convolution
//===----------------------------------------------------------------------===//

/// The window of the convolution that this one transposes: its kernel, strides,
/// dilations and padding; `output` holds the extents of the result.
static FailureOr<Window> inferTransposedWindow(const Inference &infer,
                                               ConvTransposeOp::Adaptor a) {
  ArrayRef<int64_t> spatial = shapeOf(a.getX()).drop_front(2);
  ArrayRef<int64_t> kernel = shapeOf(a.getW()).drop_front(2);
  size_t rank = spatial.size();
  auto sane = [](ArrayRef<int64_t> values, size_t size, int64_t low) {
    return isListOf(values, size, low, /*high=*/1 << 24);
  };
  if (!sane(spatial, rank, 0) || !sane(kernel, rank, 1) ||
      !sane(a.getStrides(), rank, 1) || !sane(a.getDilations(), rank, 1) ||
      !sane(a.getPads(), 2 * rank, 0) || !sane(a.getOutputPadding(), rank, 0) ||
      !sane(a.getOutputShape(), rank, 1) ||
      (!a.getKernelShape().empty() && a.getKernelShape() != kernel))
    return infer.fail(3, "an attribute does not fit x and w");
  Window window;
  window.kernel = llvm::to_vector(kernel);
  window.strides = listOr(a.getStrides(), rank, 1);
  window.dilations = listOr(a.getDilations(), rank, 1);
  SmallVector<int64_t> extra = listOr(a.getOutputPadding(), rank, 0);
  StringRef autoPad = a.getAutoPad();
  if (!isAutoPad(autoPad))
    return infer.fail(3, "unknown auto_pad '" + autoPad + "'");
  bool isSame = autoPad.starts_with("SAME");
  for (size_t i = 0; i < rank; ++i) {
    int64_t full = window.strides[i] * (spatial[i] - 1) + extra[i] +
                   (kernel[i] - 1) * window.dilations[i] + 1;
    int64_t begin = 0, end = 0;
    if (!a.getOutputShape().empty() || isSame) {
      int64_t wanted = a.getOutputShape().empty()
                           ? spatial[i] * window.strides[i]
                           : a.getOutputShape()[i];
      int64_t total = std::max<int64_t>(0, full - wanted);
      begin = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = full - wanted - begin;
    } else if (autoPad == "NOTSET" && !a.getPads().empty()) {
      begin = a.getPads()[i];
      end = a.getPads()[rank + i];
    }
    window.padsBegin.push_back(begin);
    window.padsEnd.push_back(end);
    window.output.push_back(full - begin - end);
  }
  return window;
}

LogicalResult
ConvTransposeOp::inferReturnTypes(MLIRContext *,
                                  std::optional<Location> location, Adaptor a,
                                  SmallVectorImpl<Type> &types) {
  Inference infer("ConvTranspose", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX()), w = shapeOf(a.getW());
  if (x.size() < 3 || w.size() != x.size())
    return infer.fail(1, "x and w need the same rank, at least 3");
  int64_t group = a.getGroup();
  if (group < 1 || x[1] % group != 0 || w[0] != x[1] || group > (1 << 30))
    return infer.fail(2, "group, the channels of x and the shape of w do not "
                         "fit each other");
  FailureOr<Window> window = inferTransposedWindow(infer, a);
  if (failed(window))
    return failure();
  SmallVector<int64_t> shape{x[0], w[1] * group};
  llvm::append_range(shape, window->output);
  if (!isAbsent(a.getB()) && shapeOf(a.getB()) != ArrayRef<int64_t>{shape[1]})
    return infer.fail(4, "b must have one element for each output channel");
  if (failed(infer.matching(5, {a.getX(), a.getW(), a.getB()})))
    return failure();
  return infer.result(elementType(a.getX()), shape);
}

Window ConvTransposeOp::getWindow() {
  return *inferTransposedWindow(Inference::silent(), Adaptor(*this));
}

Value ConvTransposeOp::emitElement(ElementBuilder &b, unsigned,
                                   ValueRange index) {
  Window window = getWindow();
  ArrayRef<int64_t> x = shapeOf(getX()), w = shapeOf(getW());
  int64_t channels = x[1] / getGroup();
  Value group = getGroup() == 1 ? b.index(0) : b.divIndex(index[1], w[1]);
  Value outChannel = getGroup() == 1 ? index[1] : b.remIndex(index[1], w[1]);

  // In each dimension the loop runs over steps j. Kernel element k meets input
  // element p where p * stride + k * dilation = output + pad. Without dilation
  // only every stride-th k does, and all of these within the bounds; otherwise
  // j is k, and what does not divide or lies outside counts as 0.
  SmallVector<Value> lower, upper, origin, firstKernel;
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    int64_t stride = window.strides[i], extent = x[2 + i];
    Value at = b.add(index[2 + i], window.padsBegin[i]);
    if (window.dilations[i] == 1) {
      Value quotient = b.divIndex(at, stride), first = b.remIndex(at, stride);
      Value inside = b.max(b.sub(quotient, b.index(extent - 1)), b.index(0));
      // As many k = first + j * stride as are below the kernel's extent.
      Value left = b.max(b.sub(b.index(window.kernel[i]), first), b.index(0));
      Value steps = b.divIndex(b.add(left, stride - 1), stride);
      lower.push_back(inside);
      upper.push_back(b.min(b.add(quotient, 1), steps));
      origin.push_back(quotient);
      firstKernel.push_back(first);
    } else {
      lower.push_back(b.index(0));
      // Of no elements none can be read, not even to be ignored.
      upper.push_back(b.index(extent == 0 ? 0 : window.kernel[i]));
      origin.push_back(at);
      firstKernel.push_back(Value());
    }
  }
  Value zero = b.constant(computeType(elementType(getX())), 0);
  auto term = [&](Value c, ValueRange steps) {
    Value channel = b.add(b.mul(group, channels), c), inside = b.boolean(true);
    SmallVector<Value> xIndex{index[0], channel}, wIndex{channel, outChannel};
    for (auto [i, j] : llvm::enumerate(steps)) {
      if (firstKernel[i]) {
        xIndex.push_back(b.sub(origin[i], j));
        wIndex.push_back(b.add(firstKernel[i], b.mul(j, window.strides[i])));
        continue;
      }
      xIndex.push_back(windowAt(b, window, i, x[2 + i], origin[i], j, inside));
      wIndex.push_back(j);
    }
    Value product = b.mul(b.load(getX(), xIndex), b.load(getW(), wIndex));
    return b.select(inside, product, zero);
  };
  Value sum = b.reduce(channels, zero, [&](Value c, Value outer) {
    return b.loopNest(
        lower, upper, outer, [&](ValueRange steps, ValueRange carried) {
          return SmallVector<Value>{b.add(carried[0], term(c, steps))};
        })[0];
  });
  return isAbsent(getB()) ? sum : b.add(sum, b.load(getB(), index[1]));
}

//===----------------------------------------------------------------------===//
// Matrix products
//===----------------------------------------------------------------------===//

LogicalResult MatMulOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor adaptor,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("MatMul", location, types);
  ArrayRef<int64_t> a = shapeOf(adaptor.getA()), b = shapeOf(adaptor.getB());
  if (a.empty() || b.empty() ||
      elementType(adaptor.getA()) != elementType(adaptor.getB()))
    return infer.fail(1, "operands must be tensors of one element type, no "
                         "scalars");
  if (a.back() != (b.size() == 1 ? b[0] : b[b.size() - 2]))
    return infer.fail(2, "the inner extents " + Twine(a.back()) + " and " +
                             Twine(b.size() == 1 ? b[0] : b[b.size() - 2]) +
                             " differ");
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes({a.drop_back(std::min<size_t>(2, a.size())),
                       b.drop_back(std::min<size_t>(2, b.size()))});
  if (!shape)
    return infer.fail(3, "the batch dimensions do not broadcast");
  if (a.size() > 1)
    shape->push_back(a[a.size() - 2]);
  if (b.size() > 1)
    shape->push_back(b.back());
  return infer.result(elementType(adaptor.getA()), *shape);
}

Value MatMulOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  int64_t aRank = rankOf(getA()), bRank = rankOf(getB());
  Value row, column;
  if (bRank > 1) {
    column = index.back();
    index = index.drop_back();
  }
  if (aRank > 1) {
    row = index.back();
    index = index.drop_back();
  }
  // The operand's index: its broadcast batch dimensions, then the matrix's.
  auto at = [&](Value operand, std::initializer_list<Value> matrix) {
    ArrayRef<int64_t> shape = shapeOf(operand);
    int64_t batch = std::max<int64_t>(0, int64_t(shape.size()) - 2);
    SmallVector<Value> position(index.take_back(batch));
    for (int64_t i = 0; i < batch; ++i)
      if (shape[i] == 1)
        position[i] = b.index(0);
    for (Value value : matrix)
      if (value)
        position.push_back(value);
    return b.load(operand, position);
  };
  Value init = b.constant(computeType(elementType(getA())), 0);
  return b.reduce(shapeOf(getA()).back(), init, [&](Value k, Value acc) {
    return b.add(acc, b.mul(at(getA(), {row, k}), at(getB(), {k, column})));
  });
}

LogicalResult GemmOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor adaptor,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("Gemm", location, types);
  ArrayRef<int64_t> a = shapeOf(adaptor.getA()), b = shapeOf(adaptor.getB());
  if (a.size() != 2 || b.size() != 2)
    return infer.fail(1, "a and b must be matrices");
  bool transA = adaptor.getTransA() != 0, transB = adaptor.getTransB() != 0;
  if (a[transA ? 0 : 1] != b[transB ? 1 : 0])
    return infer.fail(2, "the inner extents " + Twine(a[transA ? 0 : 1]) +
                             " and " + Twine(b[transB ? 1 : 0]) + " differ");
  SmallVector<int64_t> shape{a[transA ? 1 : 0], b[transB ? 0 : 1]};
  if (!isAbsent(adaptor.getC()) &&
      broadcastShapes({shape, shapeOf(adaptor.getC())}) != shape)
    return infer.fail(3, "c does not broadcast to the result");
  if (failed(
          infer.matching(4, {adaptor.getA(), adaptor.getB(), adaptor.getC()})))
    return failure();
  return infer.result(elementType(adaptor.getA()), shape);
}

Value GemmOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  bool transA = getTransA() != 0, transB = getTransB() != 0;
  Type type = computeType(elementType(getA()));
  auto at = [&](Value operand, bool transposed, Value i, Value j) {
    return b.load(operand, transposed ? ValueRange{j, i} : ValueRange{i, j});
  };
  auto scale = [&](Value value, APFloat factor) {
    return factor.isExactlyValue(1.0)
               ? value
               : b.mul(value, b.constant(type, factor.convertToFloat()));
  };
  Value sum =
      b.reduce(shapeOf(getA())[transA ? 0 : 1], b.constant(type, 0),
               [&](Value k, Value acc) {
                 return b.add(acc, b.mul(at(getA(), transA, index[0], k),
                                         at(getB(), transB, k, index[1])));
               });
  sum = scale(sum, getAlpha());
  if (isAbsent(getC()))
    return sum;
  return b.add(sum, scale(b.loadBroadcast(getC(), index), getBeta()));
}

//===----------------------------------------------------------------------===//
// Determinant
//===----------------------------------------------------------------------===//

LogicalResult DetOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("Det", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.size() < 2 || x.back() != x[x.size() - 2] || x.back() > 8)
    return infer.fail(1, "x must be square matrices of at most 8 rows");
  return infer.result(elementType(a.getX()), x.drop_back(2));
}

void DetOp::emitLoops(ElementBuilder &b) {
  ArrayRef<int64_t> x = shapeOf(getX());
  int64_t n = x.back();
  b.loopNest(x.drop_back(2), {}, [&](ValueRange index, ValueRange) {
    // The matrix is small enough to live in values. Elimination with the
    // largest pivot of each column; exchanging rows changes the sign.
    SmallVector<SmallVector<Value>> m(n);
    SmallVector<Value> position(index);
    position.resize(index.size() + 2);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) {
        position[index.size()] = b.index(i);
        position[index.size() + 1] = b.index(j);
        m[i].push_back(b.load(getX(), position));
      }
    Value det = b.constant(computeType(elementType(getX())), 1);
    for (int64_t c = 0; c < n; ++c) {
      for (int64_t r = c + 1; r < n; ++r) {
        Value swap = b.gt(b.abs(m[r][c]), b.abs(m[c][c]));
        for (int64_t j = c; j < n; ++j) {
          Value upper = b.select(swap, m[r][j], m[c][j]);
          m[r][j] = b.select(swap, m[c][j], m[r][j]);
          m[c][j] = upper;
        }
        det = b.select(swap, b.neg(det), det);
      }
      det = b.mul(det, m[c][c]);
      Value isZero = b.eq(m[c][c], b.constantLike(det, 0));
      Value pivot = b.select(isZero, b.constantLike(det, 1), m[c][c]);
      for (int64_t r = c + 1; r < n; ++r) {
        Value factor = b.div(m[r][c], pivot);
        for (int64_t j = c + 1; j < n; ++j)
          m[r][j] = b.sub(m[r][j], b.mul(factor, m[c][j]));
      }
    }
    b.store(0, det, index);
    return SmallVector<Value>();
  });
}
