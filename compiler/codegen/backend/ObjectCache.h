// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Object code kept between runs of the compiler (`--cache DIR`).

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCACHE_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCACHE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace mlir::veltair {

/// A folder of objects, each named by the hash of all that it was made from.
/// Any number of processes and threads may use one folder at once: entries
/// appear whole or not at all. A damaged entry counts as absent.
class ObjectCache {
public:
  /// Makes the folder if needed.
  static llvm::Expected<ObjectCache> open(llvm::StringRef directory);

  /// The object made from `key`; null if there is none.
  std::unique_ptr<llvm::MemoryBuffer> find(llvm::ArrayRef<uint8_t> key) const;

  /// Keeps `object` for `key`. A failure to write costs only time later.
  void insert(llvm::ArrayRef<uint8_t> key, llvm::StringRef object) const;

private:
  explicit ObjectCache(llvm::StringRef directory) : directory(directory) {}
  std::string getPath(llvm::ArrayRef<uint8_t> key) const;

  std::string directory;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_OBJECTCACHE_H
