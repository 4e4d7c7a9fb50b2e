// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Repetitions.h"
#include "compiler/import/Program.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair::importer;

namespace {

using Nodes = google::protobuf::RepeatedPtrField<::onnx::NodeProto>;

class RepetitionFinder {
public:
  std::string run(const ::onnx::ModelProto &model);

private:
  /// `owner` is appended to the names of what it owns.
  void visitGraph(const ::onnx::GraphProto &graph, const Twine &owner);
  void visitFunction(const ::onnx::FunctionProto &function);
  /// `values` are those that the nodes find.
  void visitNodes(const Nodes &nodes, llvm::StringSet<> &values);
  template <typename List>
  void visitNames(StringRef what, const List &list, const Twine &owner);
  void add(const Twine &message) {
    if (problem.empty())
      problem = message.str();
  }

  /// Graphs inside of nodes that are still to be visited: without recursion,
  /// since a file may have many in each other.
  SmallVector<std::pair<const ::onnx::GraphProto *, const ::onnx::NodeProto *>>
      inside;
  std::string problem;
};

} // namespace

static StringRef nameOf(const std::string &name) { return name; }
template <typename Item> static StringRef nameOf(const Item &item) {
  return item.name();
}

static std::string describe(const ::onnx::NodeProto &node) {
  return ("node '" + nodeName(node) + "' (" + node.op_type() + ")").str();
}

template <typename List>
void RepetitionFinder::visitNames(StringRef what, const List &list,
                                  const Twine &owner) {
  llvm::StringSet<> names;
  for (const auto &item : list)
    if (!names.insert(nameOf(item)).second)
      add(what + " '" + nameOf(item) + "'" + owner + " stands twice");
}

void RepetitionFinder::visitNodes(const Nodes &nodes,
                                  llvm::StringSet<> &values) {
  for (const ::onnx::NodeProto &node : nodes) {
    for (const std::string &output : node.output())
      if (!output.empty() && !values.insert(output).second)
        add("value '" + output + "' is defined twice, the second time by " +
            describe(node));
    visitNames("attribute", node.attribute(), " of " + describe(node));
    for (const ::onnx::AttributeProto &attribute : node.attribute())
      if (attribute.has_g())
        inside.push_back({&attribute.g(), &node});
  }
}

void RepetitionFinder::visitGraph(const ::onnx::GraphProto &graph,
                                  const Twine &owner) {
  visitNames("input", graph.input(), owner);
  visitNames("initializer", graph.initializer(), owner);
  llvm::StringSet<> values;
  for (const auto &input : graph.input())
    values.insert(input.name());
  for (const auto &tensor : graph.initializer())
    values.insert(tensor.name());
  visitNodes(graph.node(), values);
}

void RepetitionFinder::visitFunction(const ::onnx::FunctionProto &function) {
  std::string owner = " of function '" + function.name() + "'";
  visitNames("input", function.input(), owner);
  visitNames("output", function.output(), owner);
  llvm::StringSet<> values;
  for (const std::string &input : function.input())
    values.insert(input);
  visitNodes(function.node(), values);
}

std::string RepetitionFinder::run(const ::onnx::ModelProto &model) {
  visitGraph(model.graph(), /*owner=*/"");
  // Those of graphs inside are known by their position alone.
  visitNames("output", model.graph().output(), /*owner=*/"");
  for (const ::onnx::FunctionProto &function : model.functions())
    visitFunction(function);
  while (!inside.empty()) {
    auto [graph, node] = inside.pop_back_val();
    visitGraph(*graph, " of a graph in " + describe(*node));
  }
  return problem;
}

std::string
mlir::veltair::importer::checkRepetitions(const ::onnx::ModelProto &model) {
  return RepetitionFinder().run(model);
}
