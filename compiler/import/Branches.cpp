// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The operator If.

#include "compiler/import/Program.h"
#include "dialects/onnx/OnnxOps.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

SmallVector<Value>
ProgramImporter::importBranch(const Node &node,
                              const ::onnx::GraphProto &graph) {
  // A branch sees the names around it; its own end with it.
  llvm::StringMap<Value> outer = values;
  for (const auto &tensor : graph.initializer()) {
    Location location = NameLoc::get(builder.getStringAttr(tensor.name()));
    FailureOr<ElementsAttr> value =
        tensors.read(tensor, location, "initializer '" + tensor.name() + "'");
    if (succeeded(value))
      define(tensor.name(),
             veltair::onnx::ConstantOp::create(builder, location, *value));
  }
  for (const auto &inner : graph.node())
    if (!problems.done())
      importNode(inner);
  SmallVector<Value> outputs;
  for (const auto &output : graph.output()) {
    std::optional<Value> value = lookup(output.name());
    if (!value && !problems.done())
      (void)fail(node, "output '" + output.name() +
                           "' of a branch is computed by no node");
    outputs.push_back(value.value_or(Value()));
  }
  values = std::move(outer);
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
  if (auto known = veltair::onnx::constantIntegers(condition)) {
    results = importBranch(node, *branches[known->front() == 0]);
    return failure(llvm::is_contained(results, Value()));
  }
  SmallVector<Value> taken = importBranch(node, *branches[0]);
  SmallVector<Value> other = importBranch(node, *branches[1]);
  if (llvm::is_contained(taken, Value()) || llvm::is_contained(other, Value()))
    return failure();
  if (taken.size() != other.size())
    return fail(node, "the branches differ in their number of outputs");
  Value scalar = builder.createOrFold<veltair::onnx::ReshapeOp>(
      node.location, condition, node.constant(ArrayRef<int64_t>()));
  for (auto [x, y] : llvm::zip_equal(taken, other)) {
    Node choice = node;
    choice.op = x.getType() == y.getType() ? "Where" : "BoundedIf";
    choice.operands = {scalar, x, y};
    choice.attributes = {};
    SmallVector<Value> chosen;
    if (failed(finish(choice, chosen)))
      return failure();
    results.push_back(chosen.front());
  }
  return success();
}
