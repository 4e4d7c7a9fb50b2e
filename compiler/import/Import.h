// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Import of ONNX models: a file becomes a veltair.model with one program of
// onnx operations for each binding of its open dimensions.

#ifndef VELTAIR_COMPILER_IMPORT_IMPORT_H
#define VELTAIR_COMPILER_IMPORT_IMPORT_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>
#include <vector>

namespace mlir::veltair {

struct ImportOptions {
  /// An open dimension in a shape: one that must come from elsewhere.
  static constexpr int64_t open = -1;

  /// The shape of an input. Several for one input make several programs.
  struct Shape {
    std::string input;
    std::vector<int64_t> extents;
  };
  /// The values of a symbolic dimension; several make several programs.
  struct Dimension {
    std::string symbol;
    std::vector<int64_t> values;
  };
  /// An input that is compiled in as a constant from a .npy file or a file with
  /// one TensorProto.
  struct ConstantInput {
    std::string input;
    std::string file;
  };

  /// The symbol of the model; a C identifier.
  std::string name = "model";
  std::vector<Shape> shapes;
  std::vector<Dimension> dimensions;
  std::vector<ConstantInput> constantInputs;
  /// Results of up to this many elements are folded when their operands are
  /// constant.
  int64_t maxFoldedElements = 4096;
};

/// Parses "NAME=1x3x224x224"; `?` stands for an open dimension. Fails without a
/// message when the text has another form.
FailureOr<ImportOptions::Shape> parseShapeOption(StringRef text);
/// Parses "SYMBOL=VALUE[,VALUE...]", likewise.
FailureOr<ImportOptions::Dimension> parseDimensionOption(StringRef text);
/// Parses "NAME=FILE", likewise.
FailureOr<ImportOptions::ConstantInput>
parseConstantInputOption(StringRef text);

/// One thing that keeps a model from being imported. The message is complete:
/// it names node, operator and opset or the tensor.
struct ImportProblem {
  Location location;
  std::string message;
};

/// Imports the model of file `path`. On failure one error, the first problem,
/// has been emitted through `context`. Programs with n values of a dimension or
/// n shapes of an input are numbered in the order of the values: the lists of
/// different dimensions and inputs run in step, lists of one value serve all.
/// The context keeps the bytes of constants alive; the file is no longer
/// needed. Loads the dialects it needs. One thread at a time for one context.
FailureOr<OwningOpRef<ModuleOp>>
importOnnx(StringRef path, const ImportOptions &options, MLIRContext &context);

/// Imports the model for nothing but its problems, and finds all of them that
/// do not hide each other. Empty when the model can be imported.
std::vector<ImportProblem>
checkOnnx(StringRef path, const ImportOptions &options, MLIRContext &context);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_IMPORT_IMPORT_H
