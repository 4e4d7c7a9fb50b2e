// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Signal.cpp.inc"

/// cos and sin of 2 pi m / length, for an index 0 <= m < length, in f64. The
/// nearest quarter turn is split off in integers, which is exact; the series
/// for what remains, at most an eighth of a turn, is as exact as f64 is.
static std::pair<Value, Value> emitUnitRoot(ElementBuilder &b, Value m,
                                            int64_t length) {
  Type type = b.getF64Type();
  auto number = [&](double value) { return b.constant(type, value); };
  Value quarter = b.divIndex(b.add(b.mul(m, 8), length), 2 * length);
  Value rest = b.sub(b.mul(m, 4), b.mul(quarter, length));
  Value x = b.mul(b.fromIndex(rest, type), number(M_PI / 2 / double(length)));
  Value square = b.mul(x, x), cos = number(0), sin = number(0);
  double inverseFactorial[17] = {1};
  for (int k = 1; k < 17; ++k)
    inverseFactorial[k] = inverseFactorial[k - 1] / k;
  for (int k = 8; k-- > 0;) {
    double sign = k % 2 == 0 ? 1 : -1;
    cos = b.add(b.mul(cos, square), number(sign * inverseFactorial[2 * k]));
    sin = b.add(b.mul(sin, square), number(sign * inverseFactorial[2 * k + 1]));
  }
  sin = b.mul(sin, x);
  // Turning by quarters exchanges the two and changes signs.
  auto isQuarter = [&](int64_t a, int64_t c) {
    Value turns = b.remIndex(quarter, 4);
    return b.logicalOr(b.eq(turns, b.index(a)), b.eq(turns, b.index(c)));
  };
  Value isOdd = isQuarter(1, 3);
  Value newCos = b.select(isOdd, sin, cos), newSin = b.select(isOdd, cos, sin);
  return {b.select(isQuarter(1, 2), b.neg(newCos), newCos),
          b.select(isQuarter(2, 3), b.neg(newSin), newSin)};
}

/// One frequency of a transform of `length` elements: the real (component 0) or
/// imaginary part of the sum of load(n) * exp(-2 pi i n k / length) over the
/// `count` elements that are there. `load` returns both parts of an element,
/// the imaginary one null for real signals. The sum is kept in f64.
static Value transform(ElementBuilder &b, Type element, int64_t count,
                       int64_t length, bool inverse, Value k, Value component,
                       function_ref<std::pair<Value, Value>(Value)> load) {
  Type type = b.getF64Type();
  Value isReal = b.eq(component, b.index(0));
  Value sum = b.reduce(count, b.constant(type, 0), [&](Value n, Value acc) {
    auto [cos, sin] = emitUnitRoot(b, b.remIndex(b.mul(n, k), length), length);
    if (!inverse)
      sin = b.neg(sin);
    auto [real, imaginary] = load(n);
    real = b.convert(real, element, type);
    Value re = b.mul(real, cos), im = b.mul(real, sin);
    if (imaginary) {
      imaginary = b.convert(imaginary, element, type);
      re = b.sub(re, b.mul(imaginary, sin));
      im = b.add(im, b.mul(imaginary, cos));
    }
    return b.add(acc, b.select(isReal, re, im));
  });
  if (inverse)
    sum = b.div(sum, b.constant(type, double(length)));
  return b.convert(sum, type, element);
}

//===----------------------------------------------------------------------===//
// DFT
//===----------------------------------------------------------------------===//

namespace {
struct DftPlan {
  int64_t axis, length;
};
} // namespace

static FailureOr<DftPlan> planDft(const Inference &infer, DFTOp::Adaptor a) {
  ArrayRef<int64_t> shape = shapeOf(a.getInput());
  if (shape.size() < 2 || (shape.back() != 1 && shape.back() != 2))
    return infer.fail(1, "the last extent must be 1 or 2");
  int64_t axis = -2;
  if (!isAbsent(a.getAxis())) {
    std::optional<int64_t> given = constantInteger(a.getAxis());
    if (!given)
      return infer.failForValue(3, a.getAxis(),
                                "axis must be a constant number");
    axis = *given;
  }
  std::optional<int64_t> normal = normalizeAxis(axis, shape.size());
  if (!normal || *normal == int64_t(shape.size()) - 1)
    return infer.fail(3, "axis " + Twine(axis) + " is out of range");
  int64_t length = shape[*normal];
  if (!isAbsent(a.getDftLength())) {
    std::optional<int64_t> given = constantInteger(a.getDftLength());
    if (!given)
      return infer.failForValue(2, a.getDftLength(),
                                "dft_length must be a constant number");
    length = *given;
  }
  if (length < 1 || length > (1 << 30))
    return infer.fail(2, "the length " + Twine(length) + " is impossible");
  if (a.getInverse() != 0 && a.getOnesided() != 0)
    return infer.fail(4, "an inverse transform cannot be onesided");
  return DftPlan{*normal, length};
}

LogicalResult DFTOp::inferReturnTypes(MLIRContext *,
                                      std::optional<Location> location,
                                      Adaptor a, SmallVectorImpl<Type> &types) {
  Inference infer("DFT", location, types);
  FailureOr<DftPlan> plan = planDft(infer, a);
  if (failed(plan))
    return failure();
  SmallVector<int64_t> shape(shapeOf(a.getInput()));
  shape[plan->axis] =
      a.getOnesided() != 0 ? plan->length / 2 + 1 : plan->length;
  shape.back() = 2;
  return infer.result(elementType(a.getInput()), shape);
}

Value DFTOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  DftPlan plan = *planDft(Inference::silent(), Adaptor(*this));
  ArrayRef<int64_t> shape = shapeOf(getInput());
  SmallVector<Value> position(index);
  auto load = [&](Value n) {
    position[plan.axis] = n;
    auto part = [&](int64_t which) {
      position.back() = b.index(which);
      return b.load(getInput(), position);
    };
    Value real = part(0);
    return std::pair(real, shape.back() == 2 ? part(1) : Value());
  };
  return transform(b, elementType(getInput()),
                   std::min(shape[plan.axis], plan.length), plan.length,
                   getInverse() != 0, index[plan.axis], index.back(), load);
}

//===----------------------------------------------------------------------===//
// STFT
//===----------------------------------------------------------------------===//

namespace {
struct StftPlan {
  int64_t step, length;
};
} // namespace

static FailureOr<StftPlan> planStft(const Inference &infer, STFTOp::Adaptor a) {
  ArrayRef<int64_t> signal = shapeOf(a.getSignal());
  bool isReal = signal.size() == 2 || (signal.size() == 3 && signal[2] == 1);
  if (!isReal && (signal.size() != 3 || signal[2] != 2))
    return infer.fail(1, "signal must be [batch, length] or [batch, length, 1 "
                         "or 2]");
  std::optional<int64_t> step = constantInteger(a.getFrameStep());
  if (!step || *step < 1)
    return infer.failForValue(2, a.getFrameStep(),
                              "frame_step must be a positive constant");
  bool hasWindow = !isAbsent(a.getWindow());
  std::optional<int64_t> length;
  if (!isAbsent(a.getFrameLength()))
    length = constantInteger(a.getFrameLength());
  else if (hasWindow && rankOf(a.getWindow()) == 1)
    length = shapeOf(a.getWindow())[0];
  if (!length && !isAbsent(a.getFrameLength()))
    return infer.failForValue(3, a.getFrameLength(),
                              "frame_length must be a constant number");
  if (!length || *length < 1 || *length > signal[1] ||
      (hasWindow && shapeOf(a.getWindow()) != ArrayRef<int64_t>{*length}))
    return infer.fail(3, "the length of the pieces is unknown or impossible");
  if (failed(infer.matching(4, {a.getSignal(), a.getWindow()})))
    return failure();
  return StftPlan{*step, *length};
}

LogicalResult STFTOp::inferReturnTypes(MLIRContext *,
                                       std::optional<Location> location,
                                       Adaptor a,
                                       SmallVectorImpl<Type> &types) {
  Inference infer("STFT", location, types);
  FailureOr<StftPlan> plan = planStft(infer, a);
  if (failed(plan))
    return failure();
  ArrayRef<int64_t> signal = shapeOf(a.getSignal());
  int64_t frames = (signal[1] - plan->length) / plan->step + 1;
  int64_t bins = a.getOnesided() != 0 ? plan->length / 2 + 1 : plan->length;
  return infer.result(elementType(a.getSignal()), {signal[0], frames, bins, 2});
}

Value STFTOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  StftPlan plan = *planStft(Inference::silent(), Adaptor(*this));
  ArrayRef<int64_t> signal = shapeOf(getSignal());
  Value first = b.mul(index[1], plan.step);
  auto load = [&](Value n) {
    auto part = [&](int64_t which) {
      SmallVector<Value> position{index[0], b.add(first, n)};
      if (signal.size() == 3)
        position.push_back(b.index(which));
      Value x = b.load(getSignal(), position);
      return isAbsent(getWindow()) ? x : b.mul(x, b.load(getWindow(), n));
    };
    bool isComplex = signal.size() == 3 && signal[2] == 2;
    Value real = part(0);
    return std::pair(real, isComplex ? part(1) : Value());
  };
  return transform(b, elementType(getSignal()), plan.length, plan.length,
                   /*inverse=*/false, index[2], index[3], load);
}
