// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Bounds.h"
#include "compiler/codegen/general/Evaluate.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

/// Whether dimension `axis` of `tensor`, if there is one, is a bound.
static bool isBounded(Value tensor, int64_t axis) {
  auto type = dyn_cast<RankedTensorType>(tensor.getType());
  if (!type)
    return false;
  auto normal = onnx::normalizeAxis(axis, type.getRank());
  return normal && onnx::extentNumber(type, *normal) != onnx::exactExtent;
}

//===----------------------------------------------------------------------===//
// Forms of nodes
//===----------------------------------------------------------------------===//

static void boundConcat(Node &node) {
  int64_t axis = node.integer("axis", 0);
  if (llvm::any_of(node.operands, [&](Value v) { return isBounded(v, axis); }))
    node.op = "BoundedConcat";
}

static void boundConstantOfShape(Node &node) {
  Value shape = node.operand(0);
  auto source = shape ? shape.getDefiningOp<onnx::ShapeOp>() : nullptr;
  if (!source || onnx::elementCount(onnx::shapeOf(shape)) !=
                     onnx::rankOf(source.getData()))
    return;
  node.op = "FillLike";
  node.operands = {source.getData()};
  if (!node.attributes.get("value"))
    node.attributes.set(
        "value",
        DenseElementsAttr::get(
            RankedTensorType::get({1}, node.builder.getF32Type()), 0.0f));
}

static void boundSlice(Node &node) {
  SmallVector<int64_t> lists[4] = {{}, {}, {0}, {1}};
  for (unsigned i = 0; i < 4; ++i)
    if (Value operand = node.operand(i + 1)) {
      auto constant = onnx::constantIntegers(operand);
      if (!constant || constant->size() != 1)
        return;
      lists[i] = *constant;
    }
  if (lists[0].empty() || lists[1].empty() || lists[3][0] != 1 ||
      !isBounded(node.operands[0], lists[2][0]))
    return;
  ArrayRef<int64_t> shape = onnx::shapeOf(node.operands[0]);
  // What keeps all elements keeps the extent.
  if (lists[0][0] == 0 &&
      lists[1][0] >= shape[*onnx::normalizeAxis(lists[2][0], shape.size())])
    return;
  node.op = "BoundedSlice";
  node.operands.resize(1);
  for (auto [name, list] :
       llvm::zip(ArrayRef<StringRef>{"start", "end", "axis"}, lists))
    node.attributes.set(name, node.builder.getI64IntegerAttr(list[0]));
}

static void boundTopK(Node &node) {
  Value x = node.operand(0), k = node.operand(1);
  // An input can be bound to a value, which is better than a bound.
  if (!x || !k || onnx::constantIntegers(k) || isa<BlockArgument>(k))
    return;
  auto axis = onnx::normalizeAxis(node.integer("axis", -1), onnx::rankOf(x));
  if (!axis)
    return;
  int64_t extent = onnx::shapeOf(x)[*axis];
  int64_t bound =
      std::clamp<int64_t>(upperBound(k).value_or(extent), 0, extent);
  node.op = "BoundedTopK";
  node.attributes.set("bound", node.builder.getI64IntegerAttr(bound));
}

std::vector<Node> mlir::veltair::importer::splitNode(Node &node) {
  Value data = node.operand(0);
  if (node.op != "Slice" || !data || !onnx::hasExtents(data.getType()))
    return {node};
  // Starts, ends, axes and steps.
  SmallVector<int64_t> lists[4];
  for (unsigned i = 0; i < 4; ++i) {
    if (Value operand = node.operand(i + 1)) {
      auto constant = onnx::constantIntegers(operand);
      if (!constant)
        return {node};
      lists[i] = *constant;
    } else if (i == 2) {
      lists[i] = llvm::to_vector(llvm::seq<int64_t>(0, lists[0].size()));
    } else if (i == 3) {
      lists[i].assign(lists[0].size(), 1);
    }
    if (lists[i].empty() || lists[i].size() != lists[0].size())
      return {node};
  }
  std::vector<Node> parts(lists[0].size(), node);
  for (auto [i, part] : llvm::enumerate(parts)) {
    part.operands = {data};
    for (ArrayRef<int64_t> list : lists)
      part.operands.push_back(node.constant(list.slice(i, 1)));
  }
  return parts;
}

void mlir::veltair::importer::boundNode(Node &node) {
  static const llvm::StringMap<void (*)(Node &)> forms = {
      {"Concat", boundConcat},
      {"ConstantOfShape", boundConstantOfShape},
      {"Slice", boundSlice},
      {"TopK", boundTopK},
  };
  if (auto form = forms.find(node.op); form != forms.end())
    form->second(node);
}

//===----------------------------------------------------------------------===//
// Upper bounds
//===----------------------------------------------------------------------===//

/// The most that element `index` of a vector can be, all that a scalar can. At
/// most `left` values are looked at: a chain may be long, and what each of its
/// links reads twice is reached in exponentially many ways.
static std::optional<int64_t> upperBound(Value value, int64_t index,
                                         int64_t &left) {
  if (left-- <= 0)
    return std::nullopt;
  if (auto constant = onnx::constantIntegers(value))
    return (*constant)[index];
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (onnx::isReinterpretation(op) || isa<onnx::CastOp>(op))
    return upperBound(op->getOperand(0), index, left);
  if (auto shape = dyn_cast<onnx::ShapeOp>(op))
    return onnx::shapeOf(shape.getData())[index + shape.getRange().first];
  if (auto gather = dyn_cast<onnx::GatherOp>(op)) {
    auto chosen = onnx::constantIntegers(gather.getIndices());
    int64_t size = onnx::elementCount(onnx::shapeOf(gather.getData()));
    if (!chosen || onnx::rankOf(gather.getData()) != 1)
      return std::nullopt;
    auto position = onnx::normalizeAxis((*chosen)[index], size);
    return position ? upperBound(gather.getData(), *position, left)
                    : std::nullopt;
  }
  // Elements of vectors alone lie one after the other.
  if (auto concat = dyn_cast<onnx::ConcatOp>(op);
      concat && onnx::rankOf(value) == 1) {
    for (Value input : concat.getInputs()) {
      int64_t size = onnx::elementCount(onnx::shapeOf(input));
      if (index < size)
        return upperBound(input, index, left);
      index -= size;
    }
    return std::nullopt;
  }
  if (!isa<onnx::ReduceMinOp, onnx::MinOp>(op) ||
      onnx::elementCount(onnx::shapeOf(value)) != 1)
    return std::nullopt;
  // The least of what is known.
  std::optional<int64_t> least;
  for (Value operand : op->getOperands()) {
    if (onnx::isAbsent(operand) ||
        (isa<onnx::ReduceMinOp>(op) && operand != op->getOperand(0)))
      continue;
    int64_t size = onnx::elementCount(onnx::shapeOf(operand));
    for (int64_t i = 0; i < size && left > 0; ++i)
      if (auto bound = upperBound(operand, i, left); bound && bound >= 0)
        least = std::min(*bound, least.value_or(*bound));
  }
  return least;
}

std::optional<int64_t> mlir::veltair::importer::upperBound(Value scalar) {
  if (onnx::elementCount(onnx::shapeOf(scalar)) != 1)
    return std::nullopt;
  int64_t left = 1000;
  return ::upperBound(scalar, 0, left);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

/// The first `extent` elements in each dimension that is a bound.
static ElementsAttr crop(ElementsAttr value, Type bounded, int64_t extent) {
  auto type = cast<RankedTensorType>(bounded);
  SmallVector<int64_t> shape(type.getShape());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (onnx::extentNumber(type, dim) != onnx::exactExtent)
      shape[dim] = extent;
  int64_t size = onnx::elementBytes(type.getElementType());
  onnx::ElementBytes bytes(value);
  std::vector<char> kept;
  for (int64_t i = 0, e = onnx::elementCount(shape); i < e; ++i) {
    int64_t rest = i, place = 0, stride = 1;
    for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
      place += rest % shape[dim] * stride;
      rest /= shape[dim];
      stride *= type.getDimSize(dim);
    }
    llvm::append_range(kept, bytes.get().slice(place * size, size));
  }
  return onnx::makeElements(RankedTensorType::get(shape, type.getElementType()),
                            kept);
}

bool mlir::veltair::importer::foldBounded(Operation *op, int64_t maxElements,
                                          int64_t *stepsLeft,
                                          SmallVectorImpl<Value> &results) {
  if (!op->hasTrait<onnx::ExtentSource>())
    return false;
  SmallVector<Type> types(op->getResultTypes());
  for (OpResult result : op->getResults())
    result.setType(onnx::withoutExtents(result.getType()));
  auto values = evaluateOnConstants(op, maxElements, stepsLeft);
  for (auto [result, type] : llvm::zip_equal(op->getResults(), types))
    result.setType(type);
  if (!values)
    return false;
  OpBuilder builder(op);
  int64_t extent = onnx::getIntegers(values->back())->front();
  for (auto [value, type] : llvm::zip_equal(*values, types))
    results.push_back(onnx::ConstantOp::create(builder, op->getLoc(),
                                               crop(value, type, extent)));
  op->erase();
  return true;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// An earlier operation that computes the same as `op`, which then has the same
/// extent.
static Operation *findEqual(Operation *op) {
  for (Value operand : op->getOperands()) {
    if (operand.getDefiningOp() &&
        operand.getDefiningOp()->hasTrait<OpTrait::ConstantLike>())
      continue;
    for (Operation *other : operand.getUsers())
      if (other != op && other->getName() == op->getName() &&
          other->getOperands() == op->getOperands() &&
          other->getAttrDictionary() == op->getAttrDictionary())
        return other;
    return nullptr;
  }
  return nullptr;
}

/// What the extent of an operation's result follows from, if that is nothing
/// but the extents of its operands and attributes; else nothing.
static std::vector<int64_t> derivation(Operation *op) {
  std::vector<int64_t> key;
  auto add = [&](Value value, int64_t axis) {
    axis = *onnx::normalizeAxis(axis, onnx::rankOf(value));
    key.push_back(onnx::extentNumber(value.getType(), axis));
    key.push_back(onnx::shapeOf(value)[axis]);
  };
  if (auto concat = dyn_cast<onnx::BoundedConcatOp>(op)) {
    key.push_back(0);
    for (Value input : concat.getInputs())
      add(input, concat.getAxis());
  } else if (auto slice = dyn_cast<onnx::BoundedSliceOp>(op)) {
    key = {1, int64_t(slice.getStart()), int64_t(slice.getEnd())};
    add(slice.getData(), slice.getAxis());
  }
  return key;
}

Operation *ExtentNames::name(Operation *op) {
  if (!op->hasTrait<onnx::ExtentSource>())
    return op;
  if (Operation *equal = findEqual(op)) {
    op->erase();
    return equal;
  }
  int64_t number = next;
  if (std::vector<int64_t> key = derivation(op); !key.empty())
    number = derived.try_emplace(std::move(key), next).first->second;
  for (OpResult result : op->getResults())
    result.setType(onnx::renameExtents(result.getType(), [&](int64_t own) {
      return own == onnx::unnamedExtent ? number : own;
    }));
  if (number != next)
    return op;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointAfter(op);
  ExtentOp::create(builder, op->getLoc(), op->getResults().back(), next++);
  return op;
}
