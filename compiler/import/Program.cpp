// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Program.h"
#include "compiler/import/Sequences.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/TypeSwitch.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

StringRef importer::nodeName(const ::onnx::NodeProto &node) {
  if (!node.name().empty())
    return node.name();
  for (const std::string &output : node.output())
    if (!output.empty())
      return output;
  return {};
}

ProgramImporter::ProgramImporter(const ModelContext &model,
                                 TensorReader &tensors, Problems &problems,
                                 OpBuilder builder)
    : model(model), tensors(tensors), problems(problems), builder(builder) {
  scopes.emplace_back();
}

LogicalResult ProgramImporter::fail(const Node &node, const Twine &message) {
  std::string operands;
  llvm::raw_string_ostream stream(operands);
  llvm::interleaveComma(node.operands, stream,
                        [&](Value operand) { stream << operand.getType(); });
  auto name = cast<NameLoc>(node.location).getName().getValue();
  return problems.add(node.location,
                      "node '" + name + "' (" + node.op + ", opset " +
                          Twine(node.opset) + "): " + message + "; operands: " +
                          (operands.empty() ? "none" : operands));
}

std::optional<Value> ProgramImporter::lookup(StringRef name) {
  for (const llvm::StringMap<Value> &scope : llvm::reverse(scopes))
    if (auto found = scope.find(name); found != scope.end())
      return found->second;
  auto constant = model.constants.find(name);
  if (constant == model.constants.end())
    return std::nullopt;
  auto location = NameLoc::get(builder.getStringAttr(name));
  Value value =
      veltair::onnx::ConstantOp::create(builder, location, constant->second);
  scopes.front()[name] = value;
  return value;
}

SmallVector<Value> ProgramImporter::run() {
  for (const ::onnx::NodeProto *node : model.order) {
    if (problems.done())
      break;
    importNode(*node);
  }
  SmallVector<Value> outputs;
  for (const auto &output : model.graph.output()) {
    std::optional<Value> value = lookup(output.name());
    if (!value && !problems.done())
      (void)problems.add(model.location, "output '" + output.name() +
                                             "' is computed by no node");
    outputs.push_back(value.value_or(Value()));
  }
  return outputs;
}

void ProgramImporter::importNode(const ::onnx::NodeProto &proto) {
  auto isNamed = [](const std::string &output) { return !output.empty(); };
  StringRef domain = proto.domain();
  std::string op = domain.empty() || domain == "ai.onnx"
                       ? proto.op_type()
                       : (domain + "." + proto.op_type()).str();
  Node node{.builder = builder,
            .location = NameLoc::get(builder.getStringAttr(nodeName(proto))),
            .op = op,
            .opset = model.opsets.lookup(domain == "ai.onnx" ? "" : domain),
            .operands = {},
            .attributes = {},
            .resultCount = unsigned(proto.output_size()),
            .namedResultCount =
                unsigned(llvm::count_if(proto.output(), isNamed))};

  SmallVector<Value> results;
  bool isKnown = succeeded(importOperator(proto, node, results));
  if (!isKnown)
    results.clear();
  for (int i = 0; i < proto.output_size(); ++i) {
    if (proto.output(i).empty())
      continue;
    Value value = size_t(i) < results.size() ? results[i] : Value();
    if (isKnown && !value)
      (void)fail(node, "the operator has no output number " + Twine(i));
    define(proto.output(i), value);
  }
}

LogicalResult ProgramImporter::importOperator(const ::onnx::NodeProto &proto,
                                              Node &node,
                                              SmallVectorImpl<Value> &results) {
  bool unknownOperand = false;
  for (const std::string &name : proto.input()) {
    std::optional<Value> value = name.empty() ? node.noValue() : lookup(name);
    if (!value)
      return fail(node, "operand '" + name +
                            "' is neither an input, nor an initializer, nor "
                            "the output of a node");
    unknownOperand |= !*value;
    node.operands.push_back(*value);
  }
  // Types are unknown because of an earlier problem; what remains to be said is
  // whether the operator exists at all.
  if (unknownOperand)
    node.operands.clear();
  SmallVector<StringRef> viaUpgrade{"Constant", "If",      "Loop",
                                    "Scan",     "Scatter", "Upsample"};
  auto operation =
      RegisteredOperationName::lookup("onnx." + node.op, builder.getContext());
  bool isOperator =
      operation && !operation->hasTrait<veltair::onnx::ImporterOnly>();
  if (!isOperator && !isSequenceOperator(node.op) &&
      !llvm::is_contained(viaUpgrade, node.op))
    return fail(node, "the operator is not supported");
  if (unknownOperand)
    return failure();
  if (node.op == "If")
    return importIf(proto, node, results);
  if (node.op == "Loop")
    return importLoop(proto, node, results);
  if (node.op == "Scan")
    return importScan(proto, node, results);
  if (failed(convertAttributes(proto, node)))
    return failure();
  if (node.op == "Constant")
    return importConstant(node, results);

  if (isSequenceOperator(node.op)) {
    Value result;
    resolveSequence(node, result);
    if (!node.problem.empty())
      return fail(node, node.problem);
    if (result) {
      results.push_back(result);
      return countItems(node, result);
    }
  }
  if (node.hasSequence() && node.op == "Identity") {
    results.push_back(node.operands.front());
    return success();
  }
  if (node.hasSequence())
    return fail(node, "an operand is a sequence");
  upgradeNode(node);
  if (!node.problem.empty())
    return fail(node, node.problem);
  for (Node &part : splitNode(node)) {
    if (!results.empty())
      part.operands[0] = results.front();
    results.clear();
    boundNode(part);
    if (failed(finish(part, results)))
      return failure();
  }
  if (node.finish)
    results[0] = node.finish(results[0]);
  llvm::append_range(results, node.furtherResults);
  return success();
}

LogicalResult ProgramImporter::importConstant(Node &node,
                                              SmallVectorImpl<Value> &results) {
  ElementsAttr value;
  for (NamedAttribute attribute : node.attributes)
    value =
        TypeSwitch<Attribute, ElementsAttr>(attribute.getValue())
            .Case<ElementsAttr>([](auto elements) { return elements; })
            .Case<DenseI64ArrayAttr>([&](auto integers) {
              return builder.getI64TensorAttr(integers.asArrayRef());
            })
            .Case<DenseF32ArrayAttr>([&](auto floats) {
              return DenseElementsAttr::get(
                  RankedTensorType::get(floats.size(), builder.getF32Type()),
                  floats.asArrayRef());
            })
            .Case<IntegerAttr, FloatAttr>([&](auto scalar) {
              return DenseElementsAttr::get(
                  RankedTensorType::get({}, scalar.getType()),
                  Attribute(scalar));
            })
            .Default(ElementsAttr());
  if (!value || node.attributes.getAttrs().size() != 1)
    return fail(node, "the constant has no value of a supported kind");
  results.push_back(node.constant(value));
  return success();
}

LogicalResult ProgramImporter::convertAttributes(const ::onnx::NodeProto &proto,
                                                 Node &node) {
  for (const auto &attribute : proto.attribute()) {
    FailureOr<Attribute> value = convert(attribute, node);
    if (failed(value))
      return failure();
    if (attribute.name().empty())
      return fail(node, "an attribute has no name");
    node.attributes.append(attribute.name(), *value);
  }
  return success();
}

FailureOr<Attribute>
ProgramImporter::convert(const ::onnx::AttributeProto &attribute,
                         const Node &node) {
  using Proto = ::onnx::AttributeProto;
  switch (attribute.type()) {
  case Proto::FLOAT:
    return Attribute(builder.getF32FloatAttr(attribute.f()));
  case Proto::INT:
    return Attribute(builder.getI64IntegerAttr(attribute.i()));
  case Proto::STRING:
    return Attribute(builder.getStringAttr(attribute.s()));
  case Proto::FLOATS:
    return Attribute(builder.getDenseF32ArrayAttr(SmallVector<float>(
        attribute.floats().begin(), attribute.floats().end())));
  case Proto::INTS:
    return Attribute(builder.getDenseI64ArrayAttr(SmallVector<int64_t>(
        attribute.ints().begin(), attribute.ints().end())));
  case Proto::STRINGS:
    return Attribute(builder.getStrArrayAttr(SmallVector<StringRef>(
        attribute.strings().begin(), attribute.strings().end())));
  case Proto::TENSOR: {
    FailureOr<ElementsAttr> value = tensors.read(
        attribute.t(), node.location,
        "attribute '" + attribute.name() + "' of node '" +
            cast<NameLoc>(node.location).getName().getValue() + "'");
    if (failed(value))
      return failure();
    return Attribute(*value);
  }
  default:
    return fail(node, "attribute '" + attribute.name() +
                          "' is of an unsupported kind");
  }
}
