// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors of ONNX files as attributes, without copying their bytes.

#ifndef VELTAIR_COMPILER_IMPORT_TENSORS_H
#define VELTAIR_COMPILER_IMPORT_TENSORS_H

#include "compiler/import/Problems.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringMap.h"
#include <memory>

namespace onnx {
class TensorProto;
} // namespace onnx

namespace mlir::veltair::importer {

/// Bytes of a file, mapped where possible. Null when it cannot be read.
std::shared_ptr<const llvm::MemoryBuffer> mapFile(const std::string &path);

/// Reads the tensors of one model.
class TensorReader {
public:
  /// External data is looked for below `folder`, that of the model. `owner`
  /// keeps the protocol buffers alive that tensors come from.
  TensorReader(std::string folder, std::shared_ptr<const void> owner,
               Problems &problems)
      : folder(std::move(folder)), owner(std::move(owner)), problems(problems) {
  }

  /// The tensor as a constant, or a problem that names it by `name`.
  FailureOr<ElementsAttr> read(const ::onnx::TensorProto &tensor,
                               Location location, const Twine &name);

  /// The tensor in a .npy or .pb file.
  FailureOr<ElementsAttr> readFile(const std::string &path, Location location);

  /// A hash over all external files and files read so far.
  uint64_t getHash() const { return hash; }

private:
  FailureOr<ArrayRef<char>> external(const ::onnx::TensorProto &tensor,
                                     size_t size, Location location,
                                     const Twine &name,
                                     std::shared_ptr<const void> &keeper);

  std::string folder;
  std::shared_ptr<const void> owner;
  Problems &problems;
  llvm::StringMap<std::shared_ptr<const llvm::MemoryBuffer>> files;
  uint64_t hash = 0;
};

} // namespace mlir::veltair::importer

#endif // VELTAIR_COMPILER_IMPORT_TENSORS_H
