// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

/// The names of all activations in lower case, the default where none is given.
static SmallVector<std::string> activationNames(ArrayAttr given,
                                                ArrayRef<StringRef> defaults,
                                                int64_t directions) {
  SmallVector<std::string> names;
  for (Attribute name : given ? given.getValue() : ArrayRef<Attribute>())
    names.push_back(cast<StringAttr>(name).getValue().lower());
  while (names.size() < defaults.size() * directions)
    names.push_back(defaults[names.size() % defaults.size()].lower());
  return names;
}

static bool isKnownActivation(StringRef name) {
  return llvm::is_contained({"affine", "elu", "hardsigmoid", "leakyrelu",
                             "relu", "scaledtanh", "sigmoid", "softplus",
                             "softsign", "tanh", "thresholdedrelu"},
                            name);
}

// The lists of parameters have an element for each activation that has one.
static bool hasAlpha(StringRef activation) {
  return llvm::is_contained({"affine", "elu", "hardsigmoid", "leakyrelu",
                             "scaledtanh", "thresholdedrelu"},
                            activation);
}

static bool hasBeta(StringRef activation) {
  return llvm::is_contained({"affine", "hardsigmoid", "scaledtanh"},
                            activation);
}

/// The gates of a network and the activations that it uses by default.
template <typename T> struct Gates;

template <typename RecurrentAdaptor>
static LogicalResult inferRecurrent(Inference &infer, RecurrentAdaptor a) {
  using G = Gates<RecurrentAdaptor>;
  bool isBatchFirst = a.getLayout() == 1;
  StringRef direction = a.getDirection();
  if (a.getLayout() > 1 || (direction != "forward" && direction != "reverse" &&
                            direction != "bidirectional"))
    return infer.fail(2, "unknown layout or direction");
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.size() != 3)
    return infer.fail(1, "x must have three dimensions");
  int64_t sequence = x[isBatchFirst ? 1 : 0], batch = x[isBatchFirst ? 0 : 1];
  int64_t directions = direction == "bidirectional" ? 2 : 1;
  int64_t hidden = a.getHiddenSize(), rows = G::count * hidden;
  if (hidden < 1 || hidden > (1 << 24))
    return infer.fail(1, "hidden_size is impossible");
  auto fits = [](Value operand, ArrayRef<int64_t> shape) {
    return isAbsent(operand) || shapeOf(operand) == shape;
  };
  SmallVector<int64_t> state{directions, batch, hidden};
  if (isBatchFirst)
    std::swap(state[0], state[1]);
  bool operandsFit = fits(a.getW(), {directions, rows, x[2]}) &&
                     fits(a.getR(), {directions, rows, hidden}) &&
                     fits(a.getB(), {directions, 2 * rows}) &&
                     fits(a.getSequenceLens(), batch) &&
                     fits(a.getInitialH(), state);
  if constexpr (G::hasCell)
    operandsFit &= fits(a.getInitialC(), state) &&
                   fits(a.getP(), {directions, 3 * hidden});
  if (!operandsFit)
    return infer.fail(1, "an operand does not fit x and hidden_size");
  SmallVector<Value> numbers{a.getX(), a.getW(), a.getR(), a.getB(),
                             a.getInitialH()};
  if constexpr (G::hasCell)
    numbers.append({a.getInitialC(), a.getP()});
  if (failed(infer.matching(4, numbers)))
    return failure();
  SmallVector<std::string> names =
      activationNames(a.getActivations(), G::activations, directions);
  if (names.size() != std::size(G::activations) * directions ||
      !llvm::all_of(names, isKnownActivation))
    return infer.fail(3, "unknown activations");
  SmallVector<int64_t> all{sequence, directions, batch, hidden};
  if (isBatchFirst)
    all = {batch, sequence, directions, hidden};
  Type element = elementType(a.getX());
  LogicalResult result = infer.result(element, all);
  for (int i = 0; i < 1 + G::hasCell && succeeded(result); ++i)
    result = infer.result(element, state);
  if (G::hasWork && succeeded(result))
    result = infer.result(element, hidden);
  return result;
}

template <> struct Gates<RNNOp::Adaptor> {
  static constexpr int64_t count = 1;
  static constexpr bool hasCell = false, hasWork = false;
  static constexpr StringRef activations[] = {"Tanh"};
};
template <> struct Gates<GRUOp::Adaptor> {
  static constexpr int64_t count = 3;
  static constexpr bool hasCell = false, hasWork = true;
  static constexpr StringRef activations[] = {"Sigmoid", "Tanh"};
};
template <> struct Gates<LSTMOp::Adaptor> {
  static constexpr int64_t count = 4;
  static constexpr bool hasCell = true, hasWork = false;
  static constexpr StringRef activations[] = {"Sigmoid", "Tanh", "Tanh"};
};

#define GET_OP_CLASSES
#include "dialects/onnx/Recurrent.cpp.inc"

template <typename Op> static bool hasOnlyDefaults(Op op) {
  auto names = [&](ArrayAttr given) {
    int64_t directions = op.getDirection() == "bidirectional" ? 2 : 1;
    return activationNames(given, Gates<typename Op::Adaptor>::activations,
                           directions);
  };
  return !op.getClip() && names(op.getActivations()) == names({});
}

bool RNNOp::hasDefaultActivations() { return hasOnlyDefaults(*this); }
bool GRUOp::hasDefaultActivations() { return hasOnlyDefaults(*this); }
bool LSTMOp::hasDefaultActivations() { return hasOnlyDefaults(*this); }

namespace {

/// Emits one recurrent network. Result 0 holds the hidden state of each step,
/// from which the next step reads; the other results hold the last state.
template <typename Op> class RecurrentEmitter {
  using G = Gates<typename Op::Adaptor>;

public:
  RecurrentEmitter(Op op, ElementBuilder &b)
      : op(op), b(b), type(computeType(elementType(op.getX()))),
        hidden(op.getHiddenSize()), isBatchFirst(op.getLayout() == 1) {
    ArrayRef<int64_t> x = shapeOf(op.getX());
    sequence = x[isBatchFirst ? 1 : 0];
    batch = x[isBatchFirst ? 0 : 1];
    input = x[2];
    directions = op.getDirection() == "bidirectional" ? 2 : 1;
    names = activationNames(op.getActivations(), G::activations, directions);
  }

  void emit() {
    for (direction = 0; direction < directions; ++direction) {
      isReverse = op.getDirection() == "reverse" || direction == 1;
      d = b.index(direction);
      emitDirection();
    }
  }

  //===--- What the steps are made of ------------------------------------===//

  /// x * w for a gate and hidden unit, and h * r, without biases.
  Value fromInput(int64_t gate, Value unit) {
    return dot(input, op.getW(), gate, unit, [&](Value k) {
      return b.load(op.getX(),
                    isBatchFirst ? ValueRange{n, t, k} : ValueRange{t, n, k});
    });
  }
  Value fromState(int64_t gate, Value unit, function_ref<Value(Value)> state) {
    return dot(hidden, op.getR(), gate, unit, state);
  }
  /// The bias that goes with w (0) or with r (1).
  Value bias(int64_t gate, int64_t which, Value unit) {
    if (isAbsent(op.getB()))
      return number(0);
    int64_t offset = (which * G::count + gate) * hidden;
    return b.load(op.getB(), {d, b.add(unit, offset)});
  }
  /// The state of the step before: of the last one done, or the initial one.
  Value previousH(Value unit) { return b.loadResult(1, stateIndex(unit)); }

  Value activate(int64_t which, Value x) {
    x = clip(x);
    int64_t index = which + direction * std::size(G::activations);
    StringRef name = names[index];
    auto parameter = [&](ArrayRef<float> list, bool (*has)(StringRef),
                         double otherwise) {
      size_t place = llvm::count_if(ArrayRef(names).take_front(index), has);
      return number(place < list.size() ? list[place] : otherwise);
    };
    auto alpha = [&](double otherwise) {
      return parameter(op.getActivationAlpha(), hasAlpha, otherwise);
    };
    auto beta = [&](double otherwise) {
      return parameter(op.getActivationBeta(), hasBeta, otherwise);
    };
    Value zero = number(0), one = number(1);
    auto exp = [&](Value v) -> Value { return math::ExpOp::create(b, v); };
    if (name == "sigmoid")
      return b.sigmoid(x);
    if (name == "tanh")
      return math::TanhOp::create(b, x);
    if (name == "relu")
      return b.max(x, zero);
    if (name == "leakyrelu")
      return b.select(b.lt(x, zero), b.mul(alpha(0.01), x), x);
    if (name == "thresholdedrelu")
      return b.select(b.gt(x, alpha(1)), x, zero);
    if (name == "scaledtanh")
      return b.mul(alpha(1), math::TanhOp::create(b, b.mul(beta(1), x)));
    if (name == "hardsigmoid")
      return b.clamp(b.add(b.mul(alpha(0.2), x), beta(0.5)), zero, one);
    if (name == "affine")
      return b.add(b.mul(alpha(1), x), beta(0));
    if (name == "elu")
      return b.select(b.lt(x, zero), b.mul(alpha(1), b.sub(exp(x), one)), x);
    if (name == "softsign")
      return b.div(x, b.add(one, b.abs(x)));
    Value log = math::Log1pOp::create(b, exp(b.neg(b.abs(x))));
    return b.add(b.max(x, zero), log); // softplus
  }

  Value number(double value) { return b.constant(type, value); }
  /// The state h of this step.
  void storeH(Value unit, Value value) {
    b.store(0, value, stepIndex(t, unit));
  }
  Value loadH(Value unit) { return b.loadResult(0, stepIndex(t, unit)); }
  SmallVector<Value> stateIndex(Value unit) {
    return isBatchFirst ? SmallVector<Value>{n, d, unit}
                        : SmallVector<Value>{d, n, unit};
  }
  void forUnits(function_ref<void(Value)> body) {
    b.loop(b.index(0), b.index(hidden), {}, [&](Value unit, ValueRange) {
      body(unit);
      return SmallVector<Value>();
    });
  }

  Op op;
  ElementBuilder &b;
  Type type;
  Value d, n, t; // direction, batch element and time of the current step

private:
  Value clip(Value x) {
    if (!op.getClip())
      return x;
    double limit = op.getClip()->convertToFloat();
    return b.clamp(x, number(-limit), number(limit));
  }

  Value dot(int64_t extent, Value weights, int64_t gate, Value unit,
            function_ref<Value(Value)> operand) {
    Value row = b.add(unit, gate * hidden);
    // Added in any order, so that LLVM adds whole vectors.
    auto anyOrder =
        arith::FastMathFlags::reassoc | arith::FastMathFlags::contract;
    return b.reduce(extent, number(0), [&](Value k, Value acc) -> Value {
      Value product = arith::MulFOp::create(
          b, operand(k), b.load(weights, {d, row, k}), anyOrder);
      return arith::AddFOp::create(b, acc, product, anyOrder);
    });
  }

  SmallVector<Value> stepIndex(Value time, Value unit) {
    return isBatchFirst ? SmallVector<Value>{n, time, d, unit}
                        : SmallVector<Value>{time, d, n, unit};
  }

  void emitDirection();
  void emitStep();

  int64_t sequence, batch, input, hidden, directions, direction = 0;
  bool isBatchFirst, isReverse = false;
  SmallVector<std::string> names;
};

template <typename Op> void RecurrentEmitter<Op>::emitDirection() {
  b.loop(b.index(0), b.index(batch), {}, [&](Value batchIndex, ValueRange) {
    n = batchIndex;
    // The last state begins as the initial one.
    forUnits([&](Value unit) {
      auto initial = [&](Value operand) {
        return isAbsent(operand) ? number(0)
                                 : b.load(operand, stateIndex(unit));
      };
      b.store(1, initial(op.getInitialH()), stateIndex(unit));
      if constexpr (G::hasCell)
        b.store(2, initial(op.getInitialC()), stateIndex(unit));
    });
    Value length = b.index(sequence);
    if (!isAbsent(op.getSequenceLens()))
      length = b.clamp(b.toIndex(b.load(op.getSequenceLens(), n)), b.index(0),
                       length);
    b.loop(b.index(0), length, {}, [&](Value step, ValueRange) {
      t = isReverse ? b.sub(b.sub(length, step), b.index(1)) : step;
      emitStep();
      forUnits([&](Value unit) { b.store(1, loadH(unit), stateIndex(unit)); });
      return SmallVector<Value>();
    });
    // Steps behind the end of a short sequence are zero.
    b.loop(length, b.index(sequence), {}, [&](Value step, ValueRange) {
      t = step;
      forUnits([&](Value unit) { storeH(unit, number(0)); });
      return SmallVector<Value>();
    });
    return SmallVector<Value>();
  });
}

template <> void RecurrentEmitter<RNNOp>::emitStep() {
  forUnits([&](Value unit) {
    auto state = [&](Value k) { return previousH(k); };
    Value sum = b.add(fromInput(0, unit), fromState(0, unit, state));
    sum = b.add(sum, b.add(bias(0, 0, unit), bias(0, 1, unit)));
    storeH(unit, activate(0, sum));
  });
}

template <> void RecurrentEmitter<GRUOp>::emitStep() {
  // Gates: update z, reset r, hidden h.
  auto state = [&](Value k) { return previousH(k); };
  auto gate = [&](int64_t which, Value unit) {
    Value sum = b.add(fromInput(which, unit), fromState(which, unit, state));
    sum = b.add(sum, b.add(bias(which, 0, unit), bias(which, 1, unit)));
    return activate(0, sum);
  };
  bool linearFirst = op.getLinearBeforeReset() != 0;
  // Otherwise every unit needs r * h of all units: these are kept where this
  // step's state will stand, while the candidates for it wait in result 2.
  if (!linearFirst)
    forUnits([&](Value unit) {
      storeH(unit, b.mul(gate(1, unit), previousH(unit)));
    });
  auto candidate = [&](Value unit) {
    Value sum = b.add(fromInput(2, unit), bias(2, 0, unit));
    Value recurrent =
        linearFirst
            ? b.mul(gate(1, unit),
                    b.add(fromState(2, unit, state), bias(2, 1, unit)))
            : b.add(fromState(2, unit, [&](Value k) { return loadH(k); }),
                    bias(2, 1, unit));
    return activate(1, b.add(sum, recurrent));
  };
  auto blend = [&](Value unit, Value fresh) {
    Value z = gate(0, unit);
    Value kept = b.mul(z, previousH(unit));
    return b.add(b.mul(b.sub(number(1), z), fresh), kept);
  };
  if (linearFirst) {
    forUnits([&](Value unit) { storeH(unit, blend(unit, candidate(unit))); });
    return;
  }
  forUnits([&](Value unit) { b.store(2, candidate(unit), unit); });
  forUnits(
      [&](Value unit) { storeH(unit, blend(unit, b.loadResult(2, unit))); });
}

template <> void RecurrentEmitter<LSTMOp>::emitStep() {
  // Gates: input i, output o, forget f, cell c.
  forUnits([&](Value unit) {
    auto state = [&](Value k) { return previousH(k); };
    Value cell = b.loadResult(2, stateIndex(unit));
    auto peephole = [&](int64_t which, Value value) {
      if (isAbsent(op.getP()))
        return number(0);
      int64_t offset = which * int64_t(op.getHiddenSize());
      return b.mul(b.load(op.getP(), {d, b.add(unit, offset)}), value);
    };
    auto sum = [&](int64_t gate) {
      Value value = b.add(fromInput(gate, unit), fromState(gate, unit, state));
      return b.add(value, b.add(bias(gate, 0, unit), bias(gate, 1, unit)));
    };
    Value i = activate(0, b.add(sum(0), peephole(0, cell)));
    Value f = op.getInputForget() != 0
                  ? b.sub(number(1), i)
                  : activate(0, b.add(sum(2), peephole(2, cell)));
    Value candidate = activate(1, sum(3));
    Value next = b.add(b.mul(f, cell), b.mul(i, candidate));
    Value o = activate(0, b.add(sum(1), peephole(1, next)));
    b.store(2, next, stateIndex(unit));
    storeH(unit, b.mul(o, activate(2, next)));
  });
}

} // namespace

void RNNOp::emitLoops(ElementBuilder &b) { RecurrentEmitter(*this, b).emit(); }
void GRUOp::emitLoops(ElementBuilder &b) { RecurrentEmitter(*this, b).emit(); }
void LSTMOp::emitLoops(ElementBuilder &b) { RecurrentEmitter(*this, b).emit(); }
