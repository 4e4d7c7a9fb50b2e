// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors in files: NumPy's .npy, and ONNX's TensorProto (.pb). The bytes are
// not trusted: every size is checked before it is used. Errors are UserErrors
// that name the file.

#ifndef VELTAIR_TOOLS_TENSORFILES_H
#define VELTAIR_TOOLS_TENSORFILES_H

#include "tools/veltair/Tensor.h"

#include <initializer_list>
#include <string>
#include <string_view>

namespace veltair::tool {

// Reads a .npy or .pb file; the suffix decides.
Tensor readTensor(const std::string &path);

// Writes a .npy file, as writeFile does.
void writeNpy(const std::string &path, const Tensor &tensor);

// The contents of such files. Errors are UserErrors without the file's name.
Tensor parseNpy(std::string_view bytes);
Tensor parseTensorProto(std::string_view bytes);

std::string readFile(const std::string &path);

// Writes the parts: a temporary file beside it first, so that no half-written
// file is left.
void writeFile(const std::string &path,
               std::initializer_list<std::string_view> parts);

} // namespace veltair::tool

#endif // VELTAIR_TOOLS_TENSORFILES_H
