// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Functions.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <google/protobuf/unknown_field_set.h>
#include <map>
#include <onnx/onnx_pb.h>
#include <vector>

using namespace mlir::veltair;
using llvm::StringRef;

/// Functions that call each other twice, and so on, have exponentially many.
static constexpr int64_t maxNodes = 1 << 20;

/// Most calls that lie in each other: they are replaced by recursion.
static constexpr unsigned maxDepth = 100;

static StringRef domainOf(StringRef domain) {
  return domain == "ai.onnx" ? "" : domain;
}

namespace {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

class Inliner {
public:
  explicit Inliner(::onnx::ModelProto &model) : model(model) {}

  std::string run();

private:
  /// The function that the node calls, or null.
  const ::onnx::FunctionProto *callee(const ::onnx::NodeProto &node) const;
  bool importsSameOpsets(const ::onnx::FunctionProto &function);
  /// Replaces all calls in `nodes`, which lie in `depth` calls.
  bool expand(Nodes &nodes, unsigned depth);
  bool inlineCall(const ::onnx::NodeProto &call,
                  const ::onnx::FunctionProto &function, unsigned depth,
                  Nodes &result);
  bool fail(const std::string &message) {
    if (problem.empty())
      problem = message;
    return false;
  }

  ::onnx::ModelProto &model;
  std::map<std::pair<StringRef, StringRef>, const ::onnx::FunctionProto *>
      functions;
  int64_t calls = 0, nodesMade = 0;
  std::string problem;
};

/// One call: what names and attributes mean in the function.
class Instance {
public:
  Instance(const ::onnx::NodeProto &call, const ::onnx::FunctionProto &function,
           int64_t number);

  /// The node, as it stands behind the call.
  ::onnx::NodeProto instantiate(const ::onnx::NodeProto &inner) const;

private:
  void rename(std::string &name) const;
  void rename(::onnx::NodeProto &node) const;
  void rename(::onnx::GraphProto &graph) const;
  /// The attribute of the call that this one stands for; false: none.
  bool resolve(::onnx::AttributeProto &attribute) const;

  const ::onnx::NodeProto &call;
  std::string prefix;
  std::vector<::onnx::AttributeProto> defaults;
  llvm::StringMap<std::string> names;
};

} // namespace

//===----------------------------------------------------------------------===//
// A call
//===----------------------------------------------------------------------===//

/// FunctionProto::attribute_proto, which libonnx knows since version 1.13.
static std::vector<::onnx::AttributeProto>
defaultAttributes(const ::onnx::FunctionProto &function) {
  constexpr int fieldNumber = 11;
  std::vector<::onnx::AttributeProto> attributes;
  if (const google::protobuf::FieldDescriptor *known =
          ::onnx::FunctionProto::GetDescriptor()->FindFieldByNumber(
              fieldNumber)) {
    const google::protobuf::Reflection *reflection = function.GetReflection();
    for (int i = 0; i < reflection->FieldSize(function, known); ++i)
      attributes.emplace_back().CopyFrom(
          reflection->GetRepeatedMessage(function, known, i));
    return attributes;
  }
  const google::protobuf::UnknownFieldSet &fields = function.unknown_fields();
  for (int i = 0; i < fields.field_count(); ++i)
    if (const google::protobuf::UnknownField &field = fields.field(i);
        field.number() == fieldNumber &&
        field.type() == google::protobuf::UnknownField::TYPE_LENGTH_DELIMITED)
      attributes.emplace_back().ParseFromString(field.length_delimited());
  return attributes;
}

Instance::Instance(const ::onnx::NodeProto &call,
                   const ::onnx::FunctionProto &function, int64_t number)
    : call(call), prefix((call.name().empty() ? function.name() : call.name()) +
                         "." + std::to_string(number) + "/"),
      defaults(defaultAttributes(function)) {
  // Operands that are left out, like results, have no name.
  for (int i = 0; i < function.output_size(); ++i)
    if (i < call.output_size() && !call.output(i).empty())
      names[function.output(i)] = call.output(i);
  for (int i = 0; i < function.input_size(); ++i)
    names[function.input(i)] = i < call.input_size() ? call.input(i) : "";
}

void Instance::rename(std::string &name) const {
  if (name.empty())
    return;
  auto known = names.find(name);
  name = known == names.end() ? prefix + name : known->second;
}

void Instance::rename(::onnx::NodeProto &node) const {
  node.set_name(prefix + node.name());
  for (std::string &name : *node.mutable_input())
    rename(name);
  for (std::string &name : *node.mutable_output())
    rename(name);
  google::protobuf::RepeatedPtrField<::onnx::AttributeProto> attributes;
  for (::onnx::AttributeProto &attribute : *node.mutable_attribute()) {
    if (!resolve(attribute))
      continue;
    if (attribute.has_g())
      rename(*attribute.mutable_g());
    *attributes.Add() = std::move(attribute);
  }
  node.mutable_attribute()->Swap(&attributes);
}

void Instance::rename(::onnx::GraphProto &graph) const {
  for (::onnx::NodeProto &node : *graph.mutable_node())
    rename(node);
  for (auto &tensor : *graph.mutable_initializer())
    rename(*tensor.mutable_name());
  for (auto *values : {graph.mutable_input(), graph.mutable_output()})
    for (::onnx::ValueInfoProto &value : *values)
      rename(*value.mutable_name());
}

bool Instance::resolve(::onnx::AttributeProto &attribute) const {
  std::string wanted = attribute.ref_attr_name(), name = attribute.name();
  if (wanted.empty())
    return true;
  auto take = [&](const ::onnx::AttributeProto &candidate) {
    if (candidate.name() != wanted)
      return false;
    attribute = candidate;
    attribute.set_name(name);
    return true;
  };
  return llvm::any_of(call.attribute(), take) || llvm::any_of(defaults, take);
}

::onnx::NodeProto Instance::instantiate(const ::onnx::NodeProto &inner) const {
  ::onnx::NodeProto node = inner;
  rename(node);
  return node;
}

//===----------------------------------------------------------------------===//
// All calls
//===----------------------------------------------------------------------===//

const ::onnx::FunctionProto *
Inliner::callee(const ::onnx::NodeProto &node) const {
  auto found = functions.find({domainOf(node.domain()), node.op_type()});
  return found == functions.end() ? nullptr : found->second;
}

bool Inliner::importsSameOpsets(const ::onnx::FunctionProto &function) {
  for (const auto &own : function.opset_import())
    for (const auto &import : model.opset_import())
      if (domainOf(own.domain()).empty() && domainOf(import.domain()).empty() &&
          own.version() != import.version())
        return fail("function '" + function.name() + "' is written in opset " +
                    std::to_string(own.version()) + ", the model in " +
                    std::to_string(import.version()) +
                    ": this is not supported");
  return true;
}

bool Inliner::inlineCall(const ::onnx::NodeProto &call,
                         const ::onnx::FunctionProto &function, unsigned depth,
                         Nodes &result) {
  if (depth > unsigned(functions.size()))
    return fail("function '" + function.name() + "' calls itself");
  if (depth > maxDepth)
    return fail("function '" + function.name() + "' lies in more than " +
                std::to_string(maxDepth) + " calls of others");
  if (!importsSameOpsets(function))
    return false;
  Instance instance(call, function, calls++);
  Nodes body;
  for (const ::onnx::NodeProto &inner : function.node())
    *body.Add() = instance.instantiate(inner);
  nodesMade += body.size();
  if (nodesMade > maxNodes)
    return fail("the model's functions call each other too often");
  if (!expand(body, depth + 1))
    return false;
  for (::onnx::NodeProto &node : body)
    *result.Add() = std::move(node);
  return true;
}

bool Inliner::expand(Nodes &nodes, unsigned depth) {
  Nodes result;
  for (::onnx::NodeProto &node : nodes) {
    for (::onnx::AttributeProto &attribute : *node.mutable_attribute())
      if (attribute.has_g() &&
          !expand(*attribute.mutable_g()->mutable_node(), depth))
        return false;
    const ::onnx::FunctionProto *function = callee(node);
    if (!function)
      *result.Add() = std::move(node);
    else if (!inlineCall(node, *function, depth, result))
      return false;
  }
  nodes.Swap(&result);
  return true;
}

std::string Inliner::run() {
  for (const ::onnx::FunctionProto &function : model.functions()) {
    std::pair<StringRef, StringRef> key{domainOf(function.domain()),
                                        function.name()};
    // Newer files tell functions of one name apart by `overload`.
    if (!functions.try_emplace(key, &function).second)
      fail("function '" + function.name() +
           "' is defined twice; overloads are not supported");
  }
  if (!functions.empty() && problem.empty())
    expand(*model.mutable_graph()->mutable_node(), /*depth=*/0);
  return problem;
}

std::string importer::inlineFunctions(::onnx::ModelProto &model) {
  return Inliner(model).run();
}
