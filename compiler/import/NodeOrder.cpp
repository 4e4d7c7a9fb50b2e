// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/NodeOrder.h"
#include "llvm/ADT/StringSet.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair::importer;

/// Appends the names that a node reads: its operands, and what graphs inside of
/// it take from around them.
static void appendReads(const ::onnx::NodeProto &node,
                        SmallVectorImpl<StringRef> &names) {
  for (const std::string &name : node.input())
    names.push_back(name);
  for (const auto &attribute : node.attribute()) {
    if (!attribute.has_g())
      continue;
    const ::onnx::GraphProto &graph = attribute.g();
    SmallVector<StringRef> inside;
    llvm::StringSet<> own;
    for (const auto &input : graph.input())
      own.insert(input.name());
    for (const auto &tensor : graph.initializer())
      own.insert(tensor.name());
    for (const auto &inner : graph.node()) {
      appendReads(inner, inside);
      for (const std::string &output : inner.output())
        own.insert(output);
    }
    for (const auto &output : graph.output())
      inside.push_back(output.name());
    llvm::copy_if(inside, std::back_inserter(names),
                  [&](StringRef name) { return !own.contains(name); });
  }
}

std::string mlir::veltair::importer::sortNodes(ModelContext &model) {
  llvm::StringMap<int> producer;
  const auto &nodes = model.graph.node();
  for (int i = 0; i < nodes.size(); ++i)
    for (const std::string &name : nodes[i].output())
      if (!name.empty())
        producer[name] = i;
  // Depth first, with an explicit stack of (node, next operand).
  enum State : char { New, Open, Done };
  std::vector<State> states(nodes.size(), New);
  std::vector<SmallVector<StringRef>> reads(nodes.size());
  for (int i = 0; i < nodes.size(); ++i)
    appendReads(nodes[i], reads[i]);
  for (int root = 0; root < nodes.size(); ++root) {
    SmallVector<std::pair<int, int>> stack;
    if (states[root] == New)
      stack.push_back({root, 0});
    while (!stack.empty()) {
      auto &[index, operand] = stack.back();
      states[index] = Open;
      if (operand == int(reads[index].size())) {
        states[index] = Done;
        model.order.push_back(&nodes[index]);
        stack.pop_back();
        continue;
      }
      auto found = producer.find(reads[index][operand++]);
      if (found == producer.end())
        continue;
      if (states[found->second] == Open)
        return ("the graph has a cycle through value '" + found->first() + "'")
            .str();
      if (states[found->second] == New)
        stack.push_back({found->second, 0});
    }
  }
  return "";
}
