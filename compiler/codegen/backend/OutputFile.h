// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Writing files so that a failure leaves none half-written.

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_OUTPUTFILE_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_OUTPUTFILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

namespace mlir::veltair {

/// Writes what `write` prints to `path` ("-": standard output) through a
/// temporary file beside it that is renamed at the end. On failure, also of the
/// device, `path` is as before. Devices and pipes are written directly.
llvm::Error
writeOutputFile(llvm::StringRef path,
                llvm::function_ref<llvm::Error(llvm::raw_fd_ostream &)> write);

/// The same for bytes that are there already.
llvm::Error writeOutputFile(llvm::StringRef path, llvm::StringRef bytes);

/// A path beside another (of a device: in the folder for temporary files), free
/// for a file that is removed with this, and when a signal ends the program.
class TemporaryFile {
public:
  explicit TemporaryFile(llvm::StringRef beside);
  ~TemporaryFile();
  TemporaryFile(const TemporaryFile &) = delete;
  TemporaryFile &operator=(const TemporaryFile &) = delete;

  const std::string &getPath() const { return path; }

  /// Gives the file its final name, or its bytes to the device of that name.
  llvm::Error keep(llvm::StringRef finalPath);

private:
  std::string path;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_OUTPUTFILE_H
