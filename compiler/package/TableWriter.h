// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Collects C structures, arrays and strings and the pointers between them.

#ifndef VELTAIR_COMPILER_PACKAGE_TABLEWRITER_H
#define VELTAIR_COMPILER_PACKAGE_TABLEWRITER_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace llvm {
class GlobalVariable;
class Module;
} // namespace llvm

namespace mlir::veltair {

/// One block of memory as it grows: places in it are byte offsets.
class TableWriter {
public:
  /// The place of empty arrays; what points to it is null.
  static constexpr uint64_t nowhere = UINT64_MAX;

  /// Appends an array, whose pointers are null so far. Returns its place.
  template <typename T> uint64_t append(ArrayRef<T> array) {
    return appendBytes(array.data(), array.size() * sizeof(T), alignof(T));
  }
  /// Appends a string with its NUL, or finds an equal one.
  uint64_t append(StringRef string);

  /// Makes the pointer at `place` point to another place of the block.
  void point(uint64_t place, uint64_t target) {
    if (target != nowhere)
      pointers[place] = {"", target};
  }
  /// Makes it point to an external function or object.
  void point(uint64_t place, StringRef symbol) {
    pointers[place] = {symbol.str(), 0};
  }

  /// Ends as the definition of `global`'s module: a constant of the section
  /// `section` with local linkage.
  llvm::GlobalVariable *finish(llvm::Module &module, StringRef name,
                               StringRef section) const;

private:
  struct Target {
    std::string symbol; ///< Empty: the block itself.
    uint64_t offset;
  };

  uint64_t appendBytes(const void *data, size_t size, size_t alignment);

  std::vector<char> bytes;
  std::map<uint64_t, Target> pointers;
  llvm::StringMap<uint64_t> strings;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_TABLEWRITER_H
