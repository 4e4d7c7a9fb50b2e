// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Texts.h"
#include "mlir/Support/LLVM.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <onnx/onnx_pb.h>

using namespace mlir;

/// Calls `visit` with each name that a graph, or one inside, gives to
/// something, and what that is.
static void visitNames(const ::onnx::GraphProto &graph,
                       llvm::function_ref<void(StringRef, StringRef)> visit) {
  for (const auto &input : graph.input())
    visit("input", input.name());
  for (const auto &output : graph.output())
    visit("output", output.name());
  for (const auto &tensor : graph.initializer())
    visit("initializer", tensor.name());
  for (const auto &node : graph.node()) {
    visit("node", node.name());
    for (const std::string &output : node.output())
      visit("value", output);
    for (const auto &attribute : node.attribute())
      if (attribute.has_g())
        visitNames(attribute.g(), visit);
  }
}

std::string
mlir::veltair::importer::checkTexts(const ::onnx::ModelProto &model) {
  std::string problem;
  auto check = [&](const Twine &what, StringRef text) {
    if (!problem.empty() || (llvm::json::isUTF8(text) && !text.contains('\0')))
      return;
    llvm::raw_string_ostream os(problem);
    os << what << " '";
    llvm::printEscapedString(text, os);
    os << "' is no text in UTF-8, or has zeros";
  };
  visitNames(model.graph(), [&](StringRef what, StringRef name) {
    check("the name of " + what, name);
  });
  for (const auto &entry : model.metadata_props()) {
    check("the key of metadata", entry.key());
    check("metadata '" + entry.key() + "'", entry.value());
  }
  return problem;
}
