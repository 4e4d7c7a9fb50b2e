// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What older opsets say in another way: one table, applied in order.

#include "compiler/import/Node.h"
#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/APSInt.h"
#include <cmath>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

//===----------------------------------------------------------------------===//
// Upgrades
//===----------------------------------------------------------------------===//

/// Attribute `name`, a list, becomes the operand at `index`.
static void listToOperand(Node &node, StringRef name, unsigned index) {
  if (auto integers = node.take<DenseI64ArrayAttr>(name))
    node.setOperand(index, node.constant(integers.asArrayRef()));
  else if (auto floats = node.take<DenseF32ArrayAttr>(name))
    node.setOperand(index, node.constant(floats.asArrayRef()));
}

/// Attribute `name`, a number, becomes a scalar of the type of operand 0.
static void scalarToOperand(Node &node, StringRef name, unsigned index) {
  Value like = node.operand(0);
  auto value = like ? node.take<FloatAttr>(name) : FloatAttr();
  if (!value)
    return;
  Type element = onnx::elementType(like);
  auto type = RankedTensorType::get({}, element);
  APFloat number = value.getValue();
  bool ignored;
  if (auto real = dyn_cast<FloatType>(element)) {
    number.convert(real.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                   &ignored);
    node.setOperand(index, node.constant(DenseElementsAttr::get(type, number)));
    return;
  }
  // The limits of floats, which Clip has by default, become those of integers.
  llvm::APSInt integer(element.getIntOrFloatBitWidth(),
                       onnx::isUnsignedElement(element));
  number.convertToInteger(integer, APFloat::rmTowardZero, &ignored);
  const APInt &bits = integer;
  node.setOperand(index, node.constant(DenseElementsAttr::get(
                             type, ArrayRef<APInt>(bits))));
}

static void axesToOperand(Node &node) { listToOperand(node, "axes", 1); }

static void splitToOperand(Node &node) { listToOperand(node, "split", 1); }

static void countSplitOutputs(Node &node) {
  // The last pieces need not be outputs of the node.
  if (!node.attributes.get("num_outputs"))
    node.attributes.set("num_outputs",
                        node.builder.getI64IntegerAttr(node.resultCount));
}

static void clipToOperands(Node &node) {
  scalarToOperand(node, "min", 1);
  scalarToOperand(node, "max", 2);
}

static void dropoutRatioToOperand(Node &node) {
  node.take("is_test");
  node.take("ratio");
}

static void sliceToOperands(Node &node) {
  listToOperand(node, "starts", 1);
  listToOperand(node, "ends", 2);
  listToOperand(node, "axes", 3);
}

static void padToOperands(Node &node) {
  listToOperand(node, "paddings", 1);
  listToOperand(node, "pads", 1);
  scalarToOperand(node, "value", 2);
}

static void reshapeToOperand(Node &node) { listToOperand(node, "shape", 1); }

static void topKToOperand(Node &node) {
  if (auto k = node.take<IntegerAttr>("k"))
    node.setOperand(1, node.constant(ArrayRef<int64_t>{k.getInt()}));
}

/// Until opset 6, types were given by name.
static void castTypeToNumber(Node &node) {
  constexpr int64_t typeCount = 24;
  auto name = dyn_cast_or_null<StringAttr>(node.attributes.get("to"));
  for (int64_t code = 1; name && code < typeCount; ++code)
    if (name.getValue() == onnx::nameOfDataType(code))
      node.attributes.set("to", node.builder.getI64IntegerAttr(code));
}

/// Until opset 2, p was a float.
static void normOrderToInteger(Node &node) {
  auto p = dyn_cast_or_null<FloatAttr>(node.attributes.get("p"));
  double value = p ? p.getValueAsDouble() : 0;
  if (value >= 1 && value < (1 << 30) && value == std::floor(value))
    node.attributes.set("p", node.builder.getI64IntegerAttr(int64_t(value)));
}

/// Until opset 6, one dimension was repeated; how often, and which it is, are
/// of the type of the tensor.
static void tileToRepeats(Node &node) {
  Value x = node.operand(0);
  if (node.operands.size() != 3 || !x)
    return;
  int64_t numbers[2] = {};
  for (unsigned i = 0; i < 2; ++i) {
    Value operand = node.operand(1 + i);
    if (!operand || onnx::elementCount(onnx::shapeOf(operand)) != 1)
      return;
    if (auto integer = onnx::constantInteger(operand)) {
      numbers[i] = *integer;
    } else if (auto reals = onnx::constantFloats(operand);
               reals && std::abs(reals->front()) < onnx::maxExtent) {
      numbers[i] = int64_t(reals->front());
    } else {
      node.problem = "tiles and axis must be constants";
      return;
    }
  }
  std::optional<int64_t> axis =
      onnx::normalizeAxis(numbers[1], onnx::rankOf(x));
  if (!axis) {
    node.problem = "axis is out of range";
    return;
  }
  SmallVector<int64_t> repeats(onnx::rankOf(x), 1);
  repeats[*axis] = numbers[0];
  node.operands = {x, node.constant(repeats)};
}

/// Until opset 6, the second operand was aligned at attribute axis.
static void alignBroadcast(Node &node) {
  auto axis = node.take<IntegerAttr>("axis");
  node.take("broadcast");
  Value a = node.operand(0), b = node.operand(1);
  if (!axis || !a || !b)
    return;
  std::optional<int64_t> first =
      onnx::normalizeAxis(axis.getInt(), onnx::rankOf(a));
  if (!first) {
    node.problem = "axis is out of range";
    return;
  }
  int64_t missing = onnx::rankOf(a) - *first - onnx::rankOf(b);
  if (missing <= 0)
    return;
  // 0 stands for whatever extent the dimension has, be it data-dependent.
  SmallVector<int64_t> shape(onnx::rankOf(b), 0);
  shape.append(missing, 1);
  node.operands[1] = node.builder.createOrFold<onnx::ReshapeOp>(
      node.location, b, node.constant(shape));
}

/// Until opset 6, a slope of one element a channel stood for dimension 1.
static void alignSlope(Node &node) {
  Value x = node.operand(0), slope = node.operand(1);
  if (x && slope && onnx::rankOf(slope) == 1 && onnx::rankOf(x) > 2 &&
      onnx::shapeOf(slope)[0] == onnx::shapeOf(x)[1])
    node.attributes.set("axis", node.builder.getI64IntegerAttr(1));
  alignBroadcast(node);
}

static void dropBroadcast(Node &node) { node.take("broadcast"); }

/// The batch's own mean and variance instead of those given, and the further
/// outputs of that.
static void normalizeByBatch(Node &node, float momentum) {
  Value x = node.operand(0);
  SmallVector<Value> old{node.operand(3), node.operand(4)};
  auto isReal = [](Value value) {
    return value && isa<FloatType>(onnx::elementType(value));
  };
  // Other problems are told by the operator.
  if (!isReal(x) || onnx::rankOf(x) < 2 || !llvm::all_of(old, isReal))
    return;
  if (onnx::extentNumber(x.getType(), 1) != onnx::exactExtent) {
    node.problem = "the number of channels depends on data";
    return;
  }
  onnx::Composer c(node.builder, node.location);
  SmallVector<int64_t> axes{0};
  llvm::append_range(axes, llvm::seq<int64_t>(2, onnx::rankOf(x)));
  Value wide = c.widened(x);
  Value mean = c.reduce<onnx::ReduceMeanOp>(wide, axes);
  Value centred = c.sub(wide, mean);
  Value variance = c.reduce<onnx::ReduceMeanOp>(c.mul(centred, centred), axes);
  SmallVector<Value> computed{mean, variance}, batch, running;
  for (auto [value, before] : llvm::zip_equal(computed, old)) {
    Value vector = c.cast(c.reshape(value, {onnx::shapeOf(x)[1]}),
                          onnx::elementType(before));
    batch.push_back(vector);
    if (onnx::shapeOf(before) == onnx::shapeOf(vector))
      running.push_back(c.add(c.mul(before, c.scalar(before, momentum)),
                              c.mul(vector, c.scalar(vector, 1 - momentum))));
  }
  node.operands[3] = batch[0];
  node.operands[4] = batch[1];
  node.furtherResults = running;
  if (node.opset < 14)
    llvm::append_range(node.furtherResults, batch);
}

/// Since opset 14 an attribute says whether it trains, before that how many
/// outputs there are.
static void resolveTraining(Node &node) {
  node.take("is_test");
  auto momentum = node.take<FloatAttr>("momentum");
  Value x = node.operand(0);
  if (node.integer("spatial", 1) != 1 && x && onnx::rankOf(x) > 2)
    node.problem = "spatial = 0 is not supported";
  bool trains = node.opset < 14 ? node.namedResultCount > 1
                                : node.integer("training_mode", 0) != 0;
  node.take("spatial");
  node.take("training_mode");
  if (trains)
    normalizeByBatch(node, momentum ? momentum.getValueAsDouble() : 0.9);
}

/// Until opset 12, all dimensions from axis on were normalised together.
static void normalizeTrailing(Node &node) {
  Value x = node.operand(0);
  int64_t axis = node.integer("axis", 1);
  if (!x)
    return;
  std::optional<int64_t> normal = onnx::normalizeAxis(axis, onnx::rankOf(x));
  Builder &b = node.builder;
  SmallVector<int64_t> shape(onnx::shapeOf(x));
  if (!normal || *normal == onnx::rankOf(x) - 1 ||
      onnx::elementCount(shape) == 0) {
    node.attributes.set("axis", b.getI64IntegerAttr(axis));
    return;
  }
  // One data-dependent size follows from the others; of several, Flatten's
  // would have no name.
  for (auto [dim, extent] : llvm::enumerate(shape))
    if (onnx::extentNumber(x.getType(), dim) != onnx::exactExtent)
      extent = -1;
  if (llvm::count(shape, -1) > 1) {
    node.problem = "the sizes of several dimensions depend on data";
    return;
  }
  node.operands[0] =
      onnx::FlattenOp::create(node.builder, node.location, x, *normal);
  node.attributes.set("axis", b.getI64IntegerAttr(1));
  node.finish = [&node, shape = std::move(shape)](Value y) {
    return node.builder.createOrFold<onnx::ReshapeOp>(node.location, y,
                                                      node.constant(shape));
  };
}

/// Upsample, and Resize of opset 10, counted coordinates from the corner, and
/// rounded them towards the next element that is read in dimensions that
/// shrink.
static void upsampleToResize(Node &node) {
  node.op = "Resize";
  listToOperand(node, "scales", 1);
  if (Value scales = node.operand(1)) {
    node.operands[1] = node.noValue();
    node.setOperand(2, scales);
  }
  Builder &b = node.builder;
  node.attributes.set("coordinate_transformation_mode",
                      b.getStringAttr("asymmetric"));
  node.attributes.set("nearest_mode", b.getStringAttr("simple"));
}

static void scatterToScatterElements(Node &node) {
  node.op = "ScatterElements";
}

static void axisOneByDefault(Node &node) {
  if (!node.attributes.get("axis"))
    node.attributes.set("axis", node.builder.getI64IntegerAttr(1));
}

static void dftAxisToOperand(Node &node) {
  int64_t axis = node.integer("axis", 1);
  node.take("axis");
  node.setOperand(
      2, node.constant(DenseElementsAttr::get(
             RankedTensorType::get({}, node.builder.getI64Type()), axis)));
}

static void renameGridSampleModes(Node &node) {
  auto mode = dyn_cast_or_null<StringAttr>(node.attributes.get("mode"));
  if (mode && mode.getValue().starts_with("bi"))
    node.attributes.set(
        "mode", node.builder.getStringAttr(mode.getValue().drop_front(2)));
}

static void roiAlignWithoutOffset(Node &node) {
  node.attributes.set("coordinate_transformation_mode",
                      node.builder.getStringAttr("output_half_pixel"));
}

static void dropRnnOutputSequence(Node &node) { node.take("output_sequence"); }

/// Until opset 20, scale and bias had an element for each group.
static void repeatScaleByGroup(Node &node) {
  Value x = node.operand(0);
  int64_t groups = node.integer("num_groups", 0);
  // Other problems are told by the operator.
  if (!x || onnx::rankOf(x) < 2 || groups < 1 ||
      onnx::shapeOf(x)[1] % groups != 0)
    return;
  int64_t channels = onnx::shapeOf(x)[1];
  // Which group each belongs to is written out.
  constexpr int64_t maxChannels = 1 << 20;
  if (channels > maxChannels) {
    node.problem = "there are too many channels";
    return;
  }
  SmallVector<int64_t> groupOf;
  for (int64_t channel = 0; channel < channels; ++channel)
    groupOf.push_back(channel / (channels / groups));
  onnx::Composer c(node.builder, node.location);
  for (unsigned i : {1, 2})
    if (Value vector = node.operand(i);
        vector && onnx::shapeOf(vector) == ArrayRef<int64_t>{groups})
      node.operands[i] =
          c.make<onnx::GatherOp>(vector, c.integers(groupOf), /*axis=*/0);
}

namespace {
struct Upgrade {
  StringLiteral op;
  int64_t below; // applies to models of smaller opsets
  void (*apply)(Node &node);
};
} // namespace

static constexpr int64_t always = maxOpset + 1;

static constexpr Upgrade upgrades[] = {
    {"Add", 7, alignBroadcast},
    {"And", 7, alignBroadcast},
    {"BatchNormalization", always, resolveTraining},
    {"Cast", 6, castTypeToNumber},
    {"Clip", 11, clipToOperands},
    {"Concat", 4, axisOneByDefault},
    {"DFT", 20, dftAxisToOperand},
    {"Div", 7, alignBroadcast},
    {"Dropout", 12, dropoutRatioToOperand},
    {"Equal", 7, alignBroadcast},
    {"GRU", 14, dropRnnOutputSequence},
    {"Gemm", 7, dropBroadcast},
    {"GlobalLpPool", 2, normOrderToInteger},
    {"Greater", 7, alignBroadcast},
    {"GridSample", 20, renameGridSampleModes},
    {"GroupNormalization", 21, repeatScaleByGroup},
    {"Hardmax", 13, normalizeTrailing},
    {"LSTM", 14, dropRnnOutputSequence},
    {"Less", 7, alignBroadcast},
    {"LogSoftmax", 13, normalizeTrailing},
    {"LpPool", 2, normOrderToInteger},
    {"Mul", 7, alignBroadcast},
    {"Or", 7, alignBroadcast},
    {"PRelu", 7, alignSlope},
    {"Pad", 11, padToOperands},
    {"Pow", 7, alignBroadcast},
    {"RNN", 14, dropRnnOutputSequence},
    {"ReduceL1", 18, axesToOperand},
    {"ReduceL2", 18, axesToOperand},
    {"ReduceLogSum", 18, axesToOperand},
    {"ReduceLogSumExp", 18, axesToOperand},
    {"ReduceMax", 18, axesToOperand},
    {"ReduceMean", 18, axesToOperand},
    {"ReduceMin", 18, axesToOperand},
    {"ReduceProd", 18, axesToOperand},
    {"ReduceSum", 13, axesToOperand},
    {"ReduceSumSquare", 18, axesToOperand},
    {"Reshape", 5, reshapeToOperand},
    {"Resize", 11, upsampleToResize},
    {"RoiAlign", 16, roiAlignWithoutOffset},
    {"Scatter", always, scatterToScatterElements},
    {"Slice", 10, sliceToOperands},
    {"Softmax", 13, normalizeTrailing},
    {"Split", 13, splitToOperand},
    {"Split", always, countSplitOutputs},
    {"Squeeze", 13, axesToOperand},
    {"Sub", 7, alignBroadcast},
    {"Tile", 6, tileToRepeats},
    {"TopK", 10, topKToOperand},
    {"Unsqueeze", 13, axesToOperand},
    {"Upsample", always, upsampleToResize},
    {"Xor", 7, alignBroadcast},
};

void mlir::veltair::importer::upgradeNode(Node &node) {
  // A hint about memory in opset 1, without meaning.
  node.take("consumed_inputs");
  std::string original = node.op;
  for (const Upgrade &upgrade : upgrades)
    if (original == upgrade.op && node.opset < upgrade.below)
      upgrade.apply(node);
}
