// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A node of an ONNX graph on its way into the dialect.

#ifndef VELTAIR_COMPILER_IMPORT_NODE_H
#define VELTAIR_COMPILER_IMPORT_NODE_H

#include "mlir/IR/Builders.h"
#include <functional>

namespace mlir::veltair::importer {

/// An operator with resolved operands. Upgrades edit it until it has the form
/// of the newest opset that the dialect follows.
struct Node {
  OpBuilder &builder;
  Location location;
  std::string op; // the operator's name
  int64_t opset;  // the one that the model imports
  SmallVector<Value> operands;
  NamedAttrList attributes;
  unsigned resultCount;      // outputs of the node
  unsigned namedResultCount; // those of them that have a name
  /// Applied to the first result, when set.
  std::function<Value(Value)> finish = {};
  /// Values of the outputs after those of the operator.
  SmallVector<Value> furtherResults = {};
  /// Set by an upgrade that finds a form which no newer opset has.
  std::string problem = {};

  /// The operand at `index`; null when there is none or it is absent.
  Value operand(unsigned index) const;
  /// Sets an operand, with absent ones before it as needed.
  void setOperand(unsigned index, Value value);
  Value noValue();
  Value constant(ElementsAttr value);
  Value constant(ArrayRef<int64_t> values);
  Value constant(ArrayRef<float> values);
  /// The value of an integer attribute, or `otherwise`.
  int64_t integer(StringRef name, int64_t otherwise) const;
  /// Whether an operand is a sequence.
  bool hasSequence() const;
  /// Removes an attribute and returns it; null when there was none of the kind.
  /// One of another kind stays, and is refused when the operation is made.
  template <typename Kind = Attribute> Kind take(StringRef name) {
    auto value = llvm::dyn_cast_or_null<Kind>(attributes.get(name));
    if (value)
      attributes.erase(name);
    return value;
  }
};

/// Brings a node from its opset to the dialect's form.
void upgradeNode(Node &node);

/// The oldest and the newest opset that are understood.
constexpr int64_t minOpset = 1, maxOpset = 23;

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_NODE_H
