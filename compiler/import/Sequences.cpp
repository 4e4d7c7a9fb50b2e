// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Sequences.h"
#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

bool mlir::veltair::importer::isSequenceOperator(StringRef op) {
  return llvm::is_contained(
      {"ConcatFromSequence", "Optional", "OptionalGetElement",
       "OptionalHasElement", "SequenceAt", "SequenceConstruct", "SequenceEmpty",
       "SequenceErase", "SequenceInsert", "SequenceLength", "SplitToSequence"},
      op);
}

namespace {
class Resolver {
public:
  explicit Resolver(Node &node) : node(node), c(node.builder, node.location) {}

  Value resolve() {
    if (node.op == "SequenceEmpty")
      return sequence({});
    if (node.op == "SequenceConstruct")
      return areTensors(node.operands) ? sequence(node.operands) : Value();
    if (node.op == "SplitToSequence")
      return split();
    // What is optional is known to be there, or not.
    Value element = node.operand(0);
    if (node.op == "OptionalHasElement")
      return node.constant(DenseElementsAttr::get(
          RankedTensorType::get({}, node.builder.getI1Type()), bool(element)));
    if (node.op == "Optional" || node.op == "OptionalGetElement")
      return element ? element : fail("there is no element");
    auto construct =
        node.operands.empty()
            ? onnx::SequenceConstructOp()
            : node.operands[0].getDefiningOp<onnx::SequenceConstructOp>();
    if (!construct)
      return fail("the first operand is no sequence");
    items = llvm::to_vector(construct.getInputs());
    if (node.op == "SequenceLength")
      return node.constant(DenseElementsAttr::get(
          RankedTensorType::get({}, node.builder.getI64Type()),
          int64_t(items.size())));
    if (node.op == "ConcatFromSequence")
      return concat();
    if (node.op == "SequenceInsert")
      return insert();
    std::optional<int64_t> at = position(1, items.size());
    if (!at || *at < 0 || *at >= int64_t(items.size()))
      return fail("the position must be a constant in range");
    if (node.op == "SequenceAt")
      return items[*at];
    items.erase(items.begin() + *at);
    return sequence(items);
  }

private:
  Value fail(StringRef message) {
    node.problem = message;
    return nullptr;
  }

  bool areTensors(ValueRange values) {
    bool all = llvm::all_of(values.getTypes(), llvm::IsaPred<RankedTensorType>);
    if (!all)
      fail("an operand is no tensor");
    return all;
  }

  Value sequence(ValueRange values) {
    return c.make<onnx::SequenceConstructOp>(values);
  }

  /// A position that is an operand, counted from the end when negative; the
  /// last one by default.
  std::optional<int64_t> position(unsigned operand, int64_t count) {
    Value value = node.operand(operand);
    if (!value)
      return count - (node.op == "SequenceErase" ? 1 : 0);
    std::optional<int64_t> constant = onnx::constantInteger(value);
    if (!constant)
      return std::nullopt;
    int64_t at = *constant + (*constant < 0 ? count : 0);
    return at < 0 || at > count ? std::nullopt : std::optional(at);
  }

  Value insert() {
    Value tensor = node.operand(1);
    std::optional<int64_t> at = position(2, items.size());
    if (!tensor || !areTensors(tensor) || !at)
      return fail("the position must be a constant in range");
    items.insert(items.begin() + *at, tensor);
    return sequence(items);
  }

  Value concat() {
    int64_t axis = node.integer("axis", 0);
    if (node.integer("new_axis", 0) != 0) {
      for (Value &item : items) {
        int64_t rank = onnx::rankOf(item);
        if (!onnx::normalizeAxis(axis, rank + 1))
          return fail("axis is out of range");
        item = c.make<onnx::UnsqueezeOp>(item, c.integers(axis));
      }
    }
    // The node goes on as an ordinary one.
    node.op = "Concat";
    node.take("new_axis");
    node.operands = items;
    return nullptr;
  }

  Value split() {
    Value input = node.operand(0), lengths = node.operand(1);
    if (!input || !areTensors(input))
      return fail("there is no tensor to split");
    std::optional<int64_t> axis =
        onnx::normalizeAxis(node.integer("axis", 0), onnx::rankOf(input));
    if (!axis)
      return fail("axis is out of range");
    if (onnx::extentNumber(input.getType(), *axis) != onnx::exactExtent)
      return fail("the size of the dimension depends on data");
    int64_t extent = onnx::shapeOf(input)[*axis];
    // A dimension may be larger than memory.
    if (!lengths && extent > onnx::maxPieces)
      return fail("there are too many pieces");
    bool keep = node.integer("keepdims", 1) != 0 || lengths;
    SmallVector<int64_t> pieces(lengths ? 0 : extent, 1);
    if (lengths) {
      auto given = onnx::constantIntegers(lengths);
      if (!given || given->empty())
        return fail("split must be a constant");
      pieces = *given;
      if (onnx::rankOf(lengths) == 0) {
        if (pieces[0] < 1)
          return fail("split must be positive");
        int64_t piece = pieces[0];
        if (extent / piece >= onnx::maxPieces)
          return fail("there are too many pieces");
        pieces.assign(extent / piece, piece);
        if (extent % piece != 0)
          pieces.push_back(extent % piece);
      }
    }
    if (int64_t(pieces.size()) > onnx::maxPieces)
      return fail("there are too many pieces");
    int64_t sum = 0;
    for (int64_t piece : pieces) {
      if (piece < 0 || piece > extent)
        return fail("split does not fit the dimension");
      sum += piece;
    }
    if (sum != extent || pieces.empty())
      return fail("split does not fit the dimension");
    SmallVector<Value> parts;
    auto op = onnx::SplitOp::create(
        node.builder, node.location, splitTypes(input, *axis, pieces), input,
        c.integers(pieces), *axis, int64_t(pieces.size()));
    for (Value part : op.getOutputs())
      parts.push_back(keep ? part
                           : c.make<onnx::SqueezeOp>(part, c.integers(*axis)));
    return sequence(parts);
  }

  static SmallVector<Type> splitTypes(Value input, int64_t axis,
                                      ArrayRef<int64_t> pieces) {
    SmallVector<Type> types;
    SmallVector<int64_t> shape(onnx::shapeOf(input));
    for (int64_t piece : pieces) {
      shape[axis] = piece;
      types.push_back(onnx::tensorType(input).clone(shape));
    }
    return types;
  }

  Node &node;
  onnx::Composer c;
  SmallVector<Value> items;
};
} // namespace

void mlir::veltair::importer::resolveSequence(Node &node, Value &result) {
  result = Resolver(node).resolve();
}
