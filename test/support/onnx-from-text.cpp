// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// usage: onnx-from-text INPUT OUTPUT.onnx
// Reads a model in ONNX's textual syntax (lines of `//` and `#` are comments,
// so that a test's own directives may stand in the file) and writes protobuf.
// Nothing is checked: tests want broken models too.

#include <onnx/defs/parser.h>

#include <fstream>
#include <iostream>
#include <string>

int main(int argc, char **argv) {
  if (argc != 3) {
    std::cerr << "usage: onnx-from-text INPUT OUTPUT.onnx\n";
    return 2;
  }
  std::ifstream in(argv[1]);
  std::string text, line;
  while (std::getline(in, line)) {
    bool comment = line.rfind("//", 0) == 0 || line.rfind("#", 0) == 0;
    text += (comment ? "" : line) + "\n";
  }
  onnx::ModelProto model;
  onnx::OnnxParser parser(text.c_str());
  auto status = parser.Parse(model);
  if (!status.IsOK()) {
    std::cerr << argv[1] << ": " << status.ErrorMessage() << "\n";
    return 1;
  }
  std::ofstream out(argv[2], std::ios::binary);
  if (!model.SerializeToOstream(&out) || !out.flush()) {
    std::cerr << argv[2] << ": cannot write\n";
    return 1;
  }
  return 0;
}
