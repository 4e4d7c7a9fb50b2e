// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operators with graphs inside: If, and Loop and Scan, whose iterations are
// written out.

#include "compiler/import/Program.h"
#include "dialects/onnx/OnnxOps.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

/// Most iterations of one loop that are written out, and most nodes in all:
/// loops in loops have exponentially many.
static constexpr int64_t maxIterations = 1 << 14, maxWritten = 1 << 20;

/// Most graphs that lie in each other: importing them is recursive.
static constexpr size_t maxDepth = 100;

LogicalResult ProgramImporter::countWritten(const Node &node, int64_t nodes) {
  written += nodes;
  if (written <= maxWritten)
    return success();
  return fail(node, "what is written out of loops and sequences is more than " +
                        Twine(maxWritten) + " nodes");
}

// A sequence holds all of its tensors again: one that grows by single tensors
// takes quadratic memory.
LogicalResult ProgramImporter::countItems(const Node &node, Value sequence) {
  constexpr int64_t itemsPerNode = 4;
  auto op = sequence.getDefiningOp<veltair::onnx::SequenceConstructOp>();
  int64_t items = op ? int64_t(op.getInputs().size()) : 0;
  return countWritten(node, items / itemsPerNode);
}

Value ProgramImporter::readInitializer(const ::onnx::TensorProto &tensor) {
  auto [entry, isNew] = initializers.try_emplace(&tensor);
  if (!isNew)
    return entry->second;
  Location location = NameLoc::get(builder.getStringAttr(tensor.name()));
  FailureOr<ElementsAttr> value =
      tensors.read(tensor, location, "initializer '" + tensor.name() + "'");
  if (succeeded(value))
    entry->second =
        veltair::onnx::ConstantOp::create(builder, location, *value);
  return entry->second;
}

FailureOr<SmallVector<Value>>
ProgramImporter::importBody(const Node &node, const ::onnx::GraphProto &graph,
                            ArrayRef<Value> arguments) {
  size_t problemsBefore = problems.size();
  if (scopes.size() > maxDepth)
    return fail(node,
                "more than " + Twine(maxDepth) + " graphs lie in each other");
  if (failed(countWritten(node, 1 + graph.node_size() + graph.input_size() +
                                    graph.initializer_size() +
                                    graph.output_size())))
    return failure();
  // A graph sees the names around it; its own end with it. An initialiser that
  // is called like an input is no more than its default.
  scopes.emplace_back();
  for (const auto &tensor : graph.initializer())
    define(tensor.name(), readInitializer(tensor));
  for (auto [input, argument] : llvm::zip(graph.input(), arguments))
    define(input.name(), argument);
  for (const auto &inner : graph.node())
    if (!problems.done())
      importNode(inner);
  SmallVector<Value> outputs;
  for (const auto &output : graph.output()) {
    std::optional<Value> value = lookup(output.name());
    if (!value && !problems.done())
      (void)fail(node, "output '" + output.name() +
                           "' of a graph inside is computed by no node");
    outputs.push_back(value.value_or(Value()));
  }
  scopes.pop_back();
  // Iterations would only repeat the problems of the first.
  if (problems.size() != problemsBefore || llvm::is_contained(outputs, Value()))
    return failure();
  return outputs;
}

LogicalResult ProgramImporter::importIf(const ::onnx::NodeProto &proto,
                                        Node &node,
                                        SmallVectorImpl<Value> &results) {
  const ::onnx::GraphProto *branches[2] = {};
  for (const auto &attribute : proto.attribute())
    if (attribute.has_g() && (attribute.name() == "then_branch" ||
                              attribute.name() == "else_branch"))
      branches[attribute.name() == "else_branch"] = &attribute.g();
  if (!branches[0] || !branches[1])
    return fail(node, "there are no two branches");
  Value condition = node.operand(0);
  auto type = condition ? dyn_cast<RankedTensorType>(condition.getType())
                        : RankedTensorType();
  if (!type || type.getNumElements() != 1 || veltair::onnx::hasExtents(type) ||
      !type.getElementType().isInteger(1))
    return fail(node, "the condition must be one boolean");
  if (auto known = veltair::onnx::constantInteger(condition)) {
    FailureOr<SmallVector<Value>> chosen =
        importBody(node, *branches[*known == 0]);
    if (failed(chosen))
      return failure();
    results.append(*chosen);
    return success();
  }
  FailureOr<SmallVector<Value>> taken = importBody(node, *branches[0]);
  FailureOr<SmallVector<Value>> other = importBody(node, *branches[1]);
  if (failed(taken) || failed(other))
    return failure();
  if (taken->size() != other->size())
    return fail(node, "the branches differ in their number of outputs");
  Value scalar = builder.createOrFold<veltair::onnx::ReshapeOp>(
      node.location, condition, node.constant(ArrayRef<int64_t>()));
  for (auto [x, y] : llvm::zip_equal(*taken, *other)) {
    StringRef choice = x.getType() == y.getType() ? "Where" : "BoundedIf";
    FailureOr<Value> chosen = apply(node, choice, {scalar, x, y});
    if (failed(chosen))
      return failure();
    results.push_back(*chosen);
  }
  return success();
}

//===----------------------------------------------------------------------===//
// Iterations
//===----------------------------------------------------------------------===//

/// The attribute of that name; null when there is none.
static const ::onnx::AttributeProto *
findAttribute(const ::onnx::NodeProto &proto, StringRef name) {
  for (const auto &attribute : proto.attribute())
    if (attribute.name() == name)
      return &attribute;
  return nullptr;
}

static const ::onnx::GraphProto *findBody(const ::onnx::NodeProto &proto) {
  const ::onnx::AttributeProto *body = findAttribute(proto, "body");
  return body && body->has_g() ? &body->g() : nullptr;
}

/// Element `index` of a list of integers, 0 when there is no such list.
static int64_t integerAt(const ::onnx::NodeProto &proto, StringRef list,
                         int64_t index) {
  const ::onnx::AttributeProto *attribute = findAttribute(proto, list);
  return attribute ? attribute->ints(int(index)) : 0;
}

FailureOr<Value> ProgramImporter::stack(const Node &node,
                                        ArrayRef<Value> values, int64_t axis) {
  if (values.empty())
    return fail(node, "without an iteration, the shape of an output is "
                      "unknown");
  Value axes = veltair::onnx::ConstantOp::create(
      builder, node.location,
      DenseElementsAttr::get(RankedTensorType::get({1}, builder.getI64Type()),
                             axis));
  SmallVector<Value> items;
  for (Value value : values) {
    FailureOr<Value> item = apply(node, "Unsqueeze", {value, axes});
    if (failed(item))
      return failure();
    items.push_back(*item);
  }
  NamedAttrList attributes;
  attributes.set("axis", builder.getI64IntegerAttr(axis));
  return apply(node, "Concat", items, attributes);
}

LogicalResult ProgramImporter::importLoop(const ::onnx::NodeProto &proto,
                                          Node &node,
                                          SmallVectorImpl<Value> &results) {
  const ::onnx::GraphProto *body = findBody(proto);
  size_t carried = node.operands.size() < 2 ? 0 : node.operands.size() - 2;
  if (!body || size_t(body->input_size()) != carried + 2 ||
      size_t(body->output_size()) < carried + 1)
    return fail(node, "there is no body that fits the operands");
  auto unknown = [&](Value value, StringRef what) {
    return fail(node, what + " must be known when compiling" +
                          bindingHint(value, value.getLoc()));
  };
  int64_t most = maxIterations + 1;
  if (Value count = node.operand(0)) {
    std::optional<int64_t> known = veltair::onnx::constantInteger(count);
    if (!known)
      return unknown(count, "the number of iterations");
    most = std::min(most, *known);
  }
  auto scalar = [&](Type type, int64_t value) {
    Attribute attribute = builder.getIntegerAttr(type, value);
    return node.constant(
        DenseElementsAttr::get(RankedTensorType::get({}, type), attribute));
  };
  Value condition = node.operand(1);
  if (!condition)
    condition = scalar(builder.getI1Type(), 1);
  SmallVector<Value> state;
  if (carried > 0)
    state.assign(node.operands.begin() + 2, node.operands.end());
  std::vector<SmallVector<Value>> scanned(body->output_size() - 1 - carried);
  for (int64_t i = 0; i < most; ++i) {
    std::optional<int64_t> goesOn = veltair::onnx::constantInteger(condition);
    if (!goesOn)
      return unknown(condition, "whether there is another iteration");
    if (*goesOn == 0)
      break;
    if (i == maxIterations)
      return fail(node, "there are more than " + Twine(maxIterations) +
                            " iterations");
    SmallVector<Value> arguments{scalar(builder.getI64Type(), i), condition};
    llvm::append_range(arguments, state);
    FailureOr<SmallVector<Value>> outputs = importBody(node, *body, arguments);
    if (failed(outputs))
      return failure();
    condition = outputs->front();
    ArrayRef<Value> rest = ArrayRef(*outputs).drop_front();
    state.assign(rest.begin(), rest.begin() + carried);
    for (auto [list, value] :
         llvm::zip_equal(scanned, rest.drop_front(carried)))
      list.push_back(value);
  }
  results.append(state);
  for (ArrayRef<Value> list : scanned) {
    FailureOr<Value> all = stack(node, list, /*axis=*/0);
    if (failed(all))
      return failure();
    results.push_back(*all);
  }
  return success();
}

FailureOr<Value> ProgramImporter::pick(const Node &node, Value tensor,
                                       int64_t axis, int64_t at) {
  Value index = veltair::onnx::ConstantOp::create(
      builder, node.location,
      DenseElementsAttr::get(RankedTensorType::get({}, builder.getI64Type()),
                             at));
  NamedAttrList attributes;
  attributes.set("axis", builder.getI64IntegerAttr(axis));
  return apply(node, "Gather", {tensor, index}, attributes);
}

/// What is wrong with an attribute of a Scan of that opset; empty: nothing.
/// What a list has to hold follows from the body.
static std::string checkScanAttribute(const ::onnx::AttributeProto &attribute,
                                      int64_t opset) {
  using Proto = ::onnx::AttributeProto;
  StringRef name = attribute.name();
  bool isList =
      opset < 9
          ? name == "directions"
          : llvm::is_contained({"scan_input_axes", "scan_input_directions",
                                "scan_output_axes", "scan_output_directions"},
                               name);
  bool isRightKind = false;
  if (isList)
    isRightKind = attribute.type() == Proto::INTS;
  else if (name == "num_scan_inputs")
    isRightKind = attribute.type() == Proto::INT;
  else if (name == "body")
    isRightKind = attribute.has_g();
  else
    return ("attribute '" + name + "' is not supported").str();
  return isRightKind ? std::string()
                     : ("attribute '" + name + "' is of the wrong kind").str();
}

/// What is wrong with the lists of a Scan of so many scanned inputs and
/// outputs; empty: nothing. A list that is absent is all zeros.
static std::string checkScanLists(const ::onnx::NodeProto &proto,
                                  int64_t inputs, int64_t outputs) {
  for (const auto &attribute : proto.attribute()) {
    if (attribute.type() != ::onnx::AttributeProto::INTS)
      continue;
    StringRef name = attribute.name();
    bool isOfOutputs = name.starts_with("scan_output");
    int64_t size = attribute.ints_size();
    int64_t wanted = isOfOutputs ? outputs : inputs;
    if (size != wanted)
      return ("attribute '" + name + "' has " + Twine(size) +
              " elements, but the scanned " +
              (isOfOutputs ? "outputs" : "inputs") + " are " + Twine(wanted))
          .str();
    if (name.ends_with("directions"))
      for (int64_t direction : attribute.ints())
        if (direction != 0 && direction != 1)
          return ("attribute '" + name + "' has the direction " +
                  Twine(direction) + ", which is neither 0 nor 1")
              .str();
  }
  return {};
}

LogicalResult ProgramImporter::importScan(const ::onnx::NodeProto &proto,
                                          Node &node,
                                          SmallVectorImpl<Value> &results) {
  for (const auto &attribute : proto.attribute())
    if (std::string problem = checkScanAttribute(attribute, node.opset);
        !problem.empty())
      return fail(node, problem);
  if (node.opset >= 9)
    return scanSequence(proto, node, node.operands, results);
  // Until opset 8, the first operand was the lengths of sequences, and the
  // first dimension of the others that of batches.
  if (node.operands.empty() || node.operand(0))
    return fail(node, "sequences of different lengths are not supported");
  ArrayRef<Value> operands = ArrayRef<Value>(node.operands).drop_front();
  std::optional<int64_t> batches;
  for (Value operand : operands) {
    auto type = dyn_cast<RankedTensorType>(operand.getType());
    if (!type || type.getRank() == 0)
      return fail(node, "an operand has no dimension of batches");
    if (veltair::onnx::extentNumber(type, 0) != veltair::onnx::exactExtent ||
        batches.value_or(type.getDimSize(0)) != type.getDimSize(0))
      return fail(node, "the operands differ in their number of batches");
    batches = type.getDimSize(0);
  }
  // Without any, it would be unknown what the outputs are.
  int64_t count = batches.value_or(0);
  if (count == 0)
    return fail(node, "there are no batches");
  if (count > maxIterations)
    return fail(node,
                "there are more than " + Twine(maxIterations) + " batches");
  // The parts of the operands, of which there are some even where no step is.
  if (failed(countWritten(node, count * int64_t(1 + operands.size()))))
    return failure();
  std::vector<SmallVector<Value>> outputs;
  for (int64_t batch = 0; batch < count; ++batch) {
    SmallVector<Value> own, one;
    for (Value operand : operands) {
      FailureOr<Value> part = pick(node, operand, /*axis=*/0, batch);
      if (failed(part))
        return failure();
      own.push_back(*part);
    }
    if (failed(scanSequence(proto, node, own, one)))
      return failure();
    outputs.resize(one.size());
    for (auto [list, value] : llvm::zip_equal(outputs, one))
      list.push_back(value);
  }
  for (ArrayRef<Value> list : outputs) {
    FailureOr<Value> all = stack(node, list, /*axis=*/0);
    if (failed(all))
      return failure();
    results.push_back(*all);
  }
  return success();
}

LogicalResult ProgramImporter::scanSequence(const ::onnx::NodeProto &proto,
                                            const Node &node,
                                            ArrayRef<Value> operands,
                                            SmallVectorImpl<Value> &results) {
  const ::onnx::GraphProto *body = findBody(proto);
  const ::onnx::AttributeProto *count = findAttribute(proto, "num_scan_inputs");
  int64_t given = operands.size(), inputs = count ? count->i() : 0;
  if (!body || inputs < 1 || inputs > given || body->input_size() != given ||
      body->output_size() < given - inputs)
    return fail(node, "there is no body that fits the operands");
  int64_t states = given - inputs;
  if (std::string problem =
          checkScanLists(proto, inputs, body->output_size() - states);
      !problem.empty())
    return fail(node, problem);

  SmallVector<Value> state(operands.take_front(states));
  std::optional<int64_t> length;
  SmallVector<int64_t> axes;
  for (int64_t i = 0; i < inputs; ++i) {
    Value input = operands[states + i];
    if (!isa<RankedTensorType>(input.getType()))
      return fail(node, "an input that is scanned is no tensor");
    std::optional<int64_t> axis = veltair::onnx::normalizeAxis(
        integerAt(proto, "scan_input_axes", i), veltair::onnx::rankOf(input));
    if (!axis ||
        veltair::onnx::extentNumber(input.getType(), *axis) !=
            veltair::onnx::exactExtent ||
        length.value_or(veltair::onnx::shapeOf(input)[*axis]) !=
            veltair::onnx::shapeOf(input)[*axis])
      return fail(node, "the inputs that are scanned differ in length, or an "
                        "axis is out of range");
    length = veltair::onnx::shapeOf(input)[*axis];
    axes.push_back(*axis);
  }
  if (*length > maxIterations)
    return fail(node,
                "there are more than " + Twine(maxIterations) + " iterations");

  std::vector<SmallVector<Value>> scanned(body->output_size() - states);
  for (int64_t step = 0; step < *length; ++step) {
    SmallVector<Value> arguments = state;
    for (int64_t i = 0; i < inputs; ++i) {
      StringRef directions =
          node.opset < 9 ? "directions" : "scan_input_directions";
      bool isBackward = integerAt(proto, directions, i) != 0;
      int64_t at = isBackward ? *length - 1 - step : step;
      FailureOr<Value> element = pick(node, operands[states + i], axes[i], at);
      if (failed(element))
        return failure();
      arguments.push_back(*element);
    }
    FailureOr<SmallVector<Value>> outputs = importBody(node, *body, arguments);
    if (failed(outputs))
      return failure();
    state.assign(outputs->begin(), outputs->begin() + states);
    for (auto [list, value] :
         llvm::zip_equal(scanned, ArrayRef(*outputs).drop_front(states)))
      list.push_back(value);
  }
  results.append(state);
  for (auto [i, list] : llvm::enumerate(scanned)) {
    if (integerAt(proto, "scan_output_directions", i) != 0)
      std::reverse(list.begin(), list.end());
    FailureOr<Value> all =
        stack(node, list, integerAt(proto, "scan_output_axes", i));
    if (failed(all))
      return failure();
    results.push_back(*all);
  }
  return success();
}
