// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Which operations of a program make one layer.

#ifndef VELTAIR_COMPILER_GRAPH_LAYERGROUPS_H
#define VELTAIR_COMPILER_GRAPH_LAYERGROUPS_H

#include "dialects/veltair/VeltairDialect.h"

namespace mlir::veltair {

/// What becomes one layer. Only `outputs` are used outside of the group.
struct LayerGroup {
  /// What gives the layer its name and its loops. It may belong to several
  /// groups when it has several results; all others belong to this group alone.
  Operation *root;
  /// In program order.
  SmallVector<Operation *> ops;
  SmallVector<Value, 1> outputs;

  /// The place of the layer: all other operations of the group are used, in
  /// the end, by this one only.
  Operation *last() const { return ops.back(); }
};

/// Whether `op` widens elements for operations that read them one by one: it is
/// no layer, but is repeated where it is used.
bool isWidening(Operation *op);

/// Groups all operations of the program but constants, views,
/// widening casts and its return,
/// in an order in which the layers can be executed. The program must hold no
/// dead operations. Fails with a message on an operation without lowering.
FailureOr<std::vector<LayerGroup>> groupLayers(ProgramOp program);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_GRAPH_LAYERGROUPS_H
