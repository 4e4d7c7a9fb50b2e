// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of one graph into one program.

#ifndef VELTAIR_COMPILER_IMPORT_PROGRAM_H
#define VELTAIR_COMPILER_IMPORT_PROGRAM_H

#include "compiler/import/Bounds.h"
#include "compiler/import/Problems.h"
#include "compiler/import/Tensors.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/ADT/StringMap.h"
#include <vector>

namespace onnx {
class AttributeProto;
class GraphProto;
class NodeProto;
class TensorProto;
} // namespace onnx

namespace mlir::veltair::importer {

/// What is the same in all programs of a model.
struct ModelContext {
  const ::onnx::GraphProto &graph;
  Location location; // of the file
  /// The opset of each imported domain; that of ONNX itself is "".
  llvm::StringMap<int64_t> opsets;
  /// Initialisers and constant inputs by name.
  llvm::StringMap<ElementsAttr> constants;
  /// The nodes in an order in which all operands come first.
  std::vector<const ::onnx::NodeProto *> order;
  int64_t maxFoldedElements;
};

/// A node's name or, without one, that of its first output.
StringRef nodeName(const ::onnx::NodeProto &node);

/// How to bind the input from which the operand at `location` is computed, to
/// be appended to a message; empty when there is none.
std::string bindingHint(ValueRange operands, Location location);

/// Imports the nodes of a graph at an insertion point.
class ProgramImporter {
public:
  ProgramImporter(const ModelContext &model, TensorReader &tensors,
                  Problems &problems, OpBuilder builder);

  /// Names a value in the innermost graph; the program's inputs before its
  /// nodes are imported. Null stands for a value that is unknown because of a
  /// problem.
  void define(StringRef name, Value value) { scopes.back()[name] = value; }

  /// Imports all nodes and returns the graph's outputs (null where a problem
  /// keeps them unknown).
  SmallVector<Value> run();

private:
  void importNode(const ::onnx::NodeProto &node);
  LogicalResult importOperator(const ::onnx::NodeProto &proto, Node &node,
                               SmallVectorImpl<Value> &results);
  LogicalResult importConstant(Node &node, SmallVectorImpl<Value> &results);
  LogicalResult convertAttributes(const ::onnx::NodeProto &proto, Node &node);
  FailureOr<Attribute> convert(const ::onnx::AttributeProto &attribute,
                               const Node &node);
  /// If: both branches are computed, then one result is chosen; where the
  /// condition is constant, its branch alone.
  LogicalResult importIf(const ::onnx::NodeProto &proto, Node &node,
                         SmallVectorImpl<Value> &results);
  /// Loop and Scan, whose numbers of iterations are known: all of these.
  LogicalResult importLoop(const ::onnx::NodeProto &proto, Node &node,
                           SmallVectorImpl<Value> &results);
  LogicalResult importScan(const ::onnx::NodeProto &proto, Node &node,
                           SmallVectorImpl<Value> &results);
  /// One sequence of a Scan: the operands are its states, then its inputs.
  LogicalResult scanSequence(const ::onnx::NodeProto &proto, const Node &node,
                             ArrayRef<Value> operands,
                             SmallVectorImpl<Value> &results);
  /// The part of a tensor at an index of a dimension, which vanishes.
  FailureOr<Value> pick(const Node &node, Value tensor, int64_t axis,
                        int64_t at);
  /// The values of all iterations as one tensor along a new dimension.
  FailureOr<Value> stack(const Node &node, ArrayRef<Value> values,
                         int64_t axis);
  /// The outputs of a graph inside of a node. `arguments` are its inputs.
  FailureOr<SmallVector<Value>> importBody(const Node &node,
                                           const ::onnx::GraphProto &graph,
                                           ArrayRef<Value> arguments = {});
  /// An initialiser of a graph inside, which is read once; null where a problem
  /// keeps it unknown.
  Value readInitializer(const ::onnx::TensorProto &tensor);
  /// Counts nodes that are written out of graphs inside, and the items of
  /// sequences as far as they are as much.
  LogicalResult countWritten(const Node &node, int64_t nodes);
  LogicalResult countItems(const Node &node, Value sequence);
  /// The only result of another operator in the place of `node`.
  FailureOr<Value> apply(const Node &node, StringRef op,
                         ArrayRef<Value> operands,
                         NamedAttrList attributes = {});
  FailureOr<Operation *> build(Node &node);
  /// Builds the operation and appends its results, by constants where known.
  LogicalResult finish(Node &node, SmallVectorImpl<Value> &results);
  /// Names the data-dependent extents of the results of `op`.
  FailureOr<Operation *> name(const Node &node, Operation *op);
  /// The results of an operation, by constants where they are known now.
  void fold(Operation *op, SmallVectorImpl<Value> &results);
  /// The value called `name`: nothing when there is none.
  std::optional<Value> lookup(StringRef name);
  LogicalResult fail(const Node &node, const Twine &message);

  const ModelContext &model;
  TensorReader &tensors;
  Problems &problems;
  OpBuilder builder;
  /// The values by name, of the model's graph and of each that lies in the one
  /// before.
  std::vector<llvm::StringMap<Value>> scopes;
  llvm::DenseMap<const ::onnx::TensorProto *, Value> initializers;
  int64_t written = 0;
  /// Scalar operations that folding may still take: many seconds of them.
  int64_t stepsLeft = 1'000'000'000;
  ExtentNames extents;
};

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_PROGRAM_H
