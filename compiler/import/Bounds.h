// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Nodes with results of data-dependent size.

#ifndef VELTAIR_COMPILER_IMPORT_BOUNDS_H
#define VELTAIR_COMPILER_IMPORT_BOUNDS_H

#include "compiler/import/Node.h"
#include "mlir/IR/Operation.h"
#include <map>

namespace mlir::veltair::importer {

/// The nodes, each of the result of the one before, that compute `node`: a
/// Slice of an operand of data-dependent size has one for each axis; else
/// `node`.
std::vector<Node> splitNode(Node &node);

/// Brings a node whose result has a data-dependent size, but would not have one
/// for operands of known sizes and values, into the form that carries it.
void boundNode(Node &node);

/// The most that the only element of an integer tensor can be, when that
/// follows from how it is computed.
std::optional<int64_t> upperBound(Value scalar);

/// Replaces an extent source on constants by constants of their true sizes,
/// which are appended to `results`. For the limits see evaluateOnConstants.
bool foldBounded(Operation *op, int64_t maxElements, int64_t *stepsLeft,
                 SmallVectorImpl<Value> &results);

/// Names the data-dependent extents of one program.
class ExtentNames {
public:
  /// Gives the results of an extent source the name of their extent, which a
  /// `veltair.extent` behind it defines; other operations stay as they are.
  /// Extents that are known to be equal have one name. An equal operation in
  /// front of `op` stands for it: then `op` is erased and that one returned.
  Operation *name(Operation *op);

private:
  int64_t next = 0;
  /// Of extents that follow from others, by all that they follow from.
  std::map<std::vector<int64_t>, int64_t> derived;
};

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_BOUNDS_H
