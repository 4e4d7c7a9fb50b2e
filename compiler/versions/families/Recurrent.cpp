// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/versions/families/LayerFamily.h"
#include "compiler/versions/families/LayerOperands.h"
#include "compiler/versions/families/ProductLoops.h"
#include "compiler/versions/families/ScheduleBuilder.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/ElementBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace mlir::veltair;
using kernel::channelGroup;
using kernel::RecurrentCell;

namespace {
struct Sizes {
  explicit Sizes(LayerOp layer) {
    kernel::RecurrentOp op = layerRoot<kernel::RecurrentOp>(layer);
    ArrayRef<int64_t> shape = op.getResult().getType().getShape();
    steps = shape[0];
    directions = shape[1];
    batch = shape[2];
    hidden = shape[3];
    gates = op.getGateCount();
    states = op.getStateCount();
  }
  int64_t steps, directions, batch, hidden, gates, states;
};
} // namespace

/// The product of one step and direction.
static ProductLoops loopsOf(LayerOp layer, ScheduleAttr schedule) {
  Sizes sizes(layer);
  return ProductLoops(sizes.batch, sizes.hidden, sizes.gates * sizes.hidden,
                      schedule);
}

namespace {

/// A worker's memory: the products of a step, then of each state its value
/// before and behind the step, in turns. Offsets in bytes.
struct StepMemory {
  explicit StepMemory(const Sizes &sizes)
      : products(align(sizes.batch * sizes.gates * sizes.hidden)),
        state(align(2 * sizes.batch * sizes.hidden)),
        size(products + sizes.states * state) {}

  int64_t stateOffset(int64_t number) const {
    return products + number * state;
  }

  int64_t products, state, size;

private:
  static int64_t align(int64_t floats) {
    return llvm::alignTo(floats * int64_t(sizeof(float)), 64);
  }
};

/// Recurrent networks. A chunk computes all steps of a direction, for a part of
/// the batch: each step is a product with the state, and rows of gates.
class RecurrentFamily : public LayerFamily {
public:
  SmallVector<ScheduleAttr> schedules(LayerOp layer,
                                      const TargetIsa &isa) const override {
    Sizes sizes(layer);
    ScheduleBuilder builder(layer.getContext(), isa);
    // Every step needs all of the state.
    builder.addProduct(
        "direct", sizes.batch, sizes.hidden * int64_t(sizeof(float)),
        llvm::divideCeil(sizes.gates * sizes.hidden, channelGroup),
        /*maxGroupParts=*/1);
    return builder.take();
  }

  LayerModel model(LayerOp layer, ScheduleAttr schedule) const override;

  /// [D, gates * hidden, hidden] to [D][gates * hidden / 16][hidden][16].
  SmallVector<PackingAttr> packings(LayerOp layer,
                                    ScheduleAttr) const override {
    return {PackingAttr::get(layer.getContext(), {}, {}, {1}, {channelGroup})};
  }

  SmallVector<int64_t> stages(LayerOp layer,
                              ScheduleAttr schedule) const override {
    return {Sizes(layer).directions * loopsOf(layer, schedule).rowParts()};
  }

  Scratch scratch(LayerOp layer, ScheduleAttr) const override {
    return {StepMemory(Sizes(layer)).size, 0};
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule,
            unsigned) const override;
};

/// Emits the loop over the steps of a chunk.
class StepLoop {
public:
  StepLoop(StageFunction &f, LayerOp layer, ScheduleAttr schedule);
  void emit();

private:
  MemRefType floats(ArrayRef<int64_t> shape) {
    return MemRefType::get(shape, f.b.getF32Type());
  }
  using RowBody = function_ref<Value(onnx::ElementBuilder &, Value lane)>;
  /// memory[index..., lane] = body(lane), for all units.
  void forUnits(Value memory, ArrayRef<Value> index, RowBody body);
  void forRows(function_ref<void(Value row)> body) {
    f.loopPart(rowPart, loops.tileGrain * loops.tileRows, sizes.batch, body);
  }

  void emitStep(Value step);
  void emitProduct(Value before);
  /// Computes the states of `row` behind a step.
  void emitCell(Value time, Value before, Value behind, Value row);

  StageFunction &f;
  LayerOp layer;
  kernel::RecurrentOp op;
  Sizes sizes;
  ProductLoops loops;
  Epilogue epilogue;
  Value direction, rowPart;
  Value input, weights, bias, result, products, gateProducts;
  SmallVector<Value, 2> states;
};

} // namespace

LayerModel RecurrentFamily::model(LayerOp layer, ScheduleAttr schedule) const {
  LayerModel model;
  LoopNest &nest = model.nest;
  Sizes sizes(layer);
  ProductLoops loops = loopsOf(layer, schedule);
  int64_t depth = model.depth = loops.depth;
  int64_t products = sizes.steps * sizes.directions;
  nest.extents = {products, loops.groups, loops.rows, 1};
  addDirectLoops(nest, schedule, loops.vectors, loops.tileRows, 1);
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[0] * e[2] * depth * 4; },
       {true, false, true, false}});
  nest.accesses.push_back(
      {[=](const Extents &e) { return e[1] * channelGroup * depth * 4; },
       {false, true, false, false}});
  addEpilogueAccesses(nest, layer, layerRoot(layer));
  model.tiles = loops.tileWork(products);
  model.flops = 2 * products * depth * loops.rows * loops.columns;
  model.chunks = stages(layer, schedule).front();
  return model;
}

StepLoop::StepLoop(StageFunction &f, LayerOp layer, ScheduleAttr schedule)
    : f(f), layer(layer), op(layerRoot<kernel::RecurrentOp>(layer)),
      sizes(layer), loops(loopsOf(layer, schedule)),
      epilogue(f, layer, op,
               [&](RankedTensorType type) { return floats(type.getShape()); }) {
  SmallVector<Value> position =
      f.delinearizeChunk({sizes.directions, loops.rowParts()});
  direction = position[0];
  rowPart = position[1];

  int64_t gates = sizes.directions * sizes.gates;
  input = bindArgument(f, layer, op.getInput(),
                       floats({sizes.steps, sizes.batch, gates, sizes.hidden}));
  weights = bindArgument(
      f, layer, op.getWeights(),
      floats({sizes.directions, loops.groups, loops.depth, channelGroup}));
  weights = sliceAt(f, weights, direction);
  if (op.getBias())
    bias = bindArgument(f, layer, op.getBias(), floats({gates, sizes.hidden}));
  result = bindResult(f, layer, 0, op.getResult().getType().getShape());

  StepMemory memory(sizes);
  products =
      f.workerScratch(0, floats({sizes.batch, sizes.gates * sizes.hidden}));
  gateProducts =
      f.workerScratch(0, floats({sizes.batch, sizes.gates, sizes.hidden}));
  for (int64_t state = 0; state < sizes.states; ++state)
    states.push_back(f.workerScratch(memory.stateOffset(state),
                                     floats({2, sizes.batch, sizes.hidden})));
}

void StepLoop::forUnits(Value memory, ArrayRef<Value> index, RowBody body) {
  mapRow(f, memory, index, [&](OpBuilder &builder, Value lane) {
    onnx::ElementBuilder b(op, builder, {});
    return body(b, lane);
  });
}

static Value load(onnx::ElementBuilder &b, Value memory, ValueRange index) {
  return memref::LoadOp::create(b, memory, index);
}

void StepLoop::emit() {
  SmallVector<int64_t> shape = {sizes.directions, sizes.batch, sizes.hidden};
  forRows([&](Value row) {
    for (auto [number, state] : llvm::enumerate(states)) {
      Value initial;
      if (!op.getInitial().empty())
        initial =
            bindArgument(f, layer, op.getInitial()[number], floats(shape));
      forUnits(state, {f.index(0), row},
               [&](onnx::ElementBuilder &b, Value lane) {
                 return initial ? load(b, initial, {direction, row, lane})
                                : b.constant(b.getF32Type(), 0);
               });
    }
  });
  f.loop(f.index(0), f.index(sizes.steps), [&](Value step) { emitStep(step); });
  forRows([&](Value row) {
    for (auto [number, state] : llvm::enumerate(states)) {
      Value last = bindResult(f, layer, 1 + number, shape);
      forUnits(last, {direction, row},
               [&](onnx::ElementBuilder &b, Value lane) {
                 return load(b, state, {f.index(sizes.steps % 2), row, lane});
               });
    }
  });
}

void StepLoop::emitStep(Value step) {
  Value time = step;
  if (op.getReverse() || sizes.directions == 2) {
    time = arith::SubIOp::create(f.b, f.index(sizes.steps - 1), step);
    if (sizes.directions == 2) {
      Value isFirst = arith::CmpIOp::create(f.b, arith::CmpIPredicate::eq,
                                            direction, f.index(0));
      time = arith::SelectOp::create(f.b, isFirst, step, time);
    }
  }
  Value before = arith::RemUIOp::create(f.b, step, f.index(2));
  Value behind = arith::SubIOp::create(f.b, f.index(1), before);
  emitProduct(before);
  forRows([&](Value row) {
    emitCell(time, before, behind, row);
    forUnits(result, {time, direction, row},
             [&](onnx::ElementBuilder &b, Value lane) {
               return load(b, states[0], {behind, row, lane});
             });
  });
}

void StepLoop::emitProduct(Value before) {
  Value state = sliceAt(f, states[0], before);
  loops.emit(f, f.index(0), rowPart,
             [&](Value row, Value group, int64_t rows, int64_t groups,
                 int64_t columns) {
               auto tile = kernel::MatMulTileOp::create(
                   f.b, state, weights, products, epilogue.getExtras(), row,
                   group, rows, groups, columns);
               epilogue.cloneInto(tile.getEpilogue());
             });
}

void StepLoop::emitCell(Value time, Value before, Value behind, Value row) {
  Value firstGate = arith::MulIOp::create(f.b, direction, f.index(sizes.gates));
  SmallVector<Value, 4> positions;
  for (int64_t gate = 0; gate < sizes.gates; ++gate)
    positions.push_back(arith::AddIOp::create(f.b, firstGate, f.index(gate)));
  // The biased product of a gate with the state, and its sum with the input's.
  auto fromState = [&](onnx::ElementBuilder &b, int64_t gate, Value lane) {
    Value sum = load(b, gateProducts, {row, f.index(gate), lane});
    return bias ? b.add(sum, load(b, bias, {positions[gate], lane})) : sum;
  };
  auto fromInput = [&](onnx::ElementBuilder &b, int64_t gate, Value lane) {
    return load(b, input, {time, row, positions[gate], lane});
  };
  auto sum = [&](onnx::ElementBuilder &b, int64_t gate, Value lane) {
    return b.add(fromInput(b, gate, lane), fromState(b, gate, lane));
  };
  auto tanh = [](onnx::ElementBuilder &b, Value x) -> Value {
    return math::TanhOp::create(b, x);
  };

  Value h = states[0];
  switch (op.getCell()) {
  case RecurrentCell::RNN:
    return forUnits(h, {behind, row}, [&](onnx::ElementBuilder &b, Value lane) {
      return tanh(b, sum(b, 0, lane));
    });
  case RecurrentCell::GRU:
    return forUnits(h, {behind, row}, [&](onnx::ElementBuilder &b, Value lane) {
      Value update = b.sigmoid(sum(b, 0, lane));
      Value reset = b.sigmoid(sum(b, 1, lane));
      Value fresh = tanh(
          b, b.add(fromInput(b, 2, lane), b.mul(reset, fromState(b, 2, lane))));
      Value kept = b.mul(update, load(b, h, {before, row, lane}));
      return b.add(b.mul(b.sub(b.constantLike(update, 1), update), fresh),
                   kept);
    });
  case RecurrentCell::LSTM:
    Value c = states[1];
    forUnits(c, {behind, row}, [&](onnx::ElementBuilder &b, Value lane) {
      Value kept =
          b.mul(b.sigmoid(sum(b, 2, lane)), load(b, c, {before, row, lane}));
      return b.add(kept,
                   b.mul(b.sigmoid(sum(b, 0, lane)), tanh(b, sum(b, 3, lane))));
    });
    forUnits(h, {behind, row}, [&](onnx::ElementBuilder &b, Value lane) {
      return b.mul(b.sigmoid(sum(b, 1, lane)),
                   tanh(b, load(b, c, {behind, row, lane})));
    });
  }
}

void RecurrentFamily::emit(StageFunction &f, LayerOp layer,
                           ScheduleAttr schedule, unsigned) const {
  StepLoop(f, layer, schedule).emit();
}

const LayerFamily &veltair::recurrentFamily() {
  static const RecurrentFamily family;
  return family;
}
