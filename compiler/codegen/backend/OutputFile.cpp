// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Signals.h"

using namespace llvm;
using namespace mlir::veltair;

static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(code,
                           "cannot write '" + path + "': " + code.message());
}

/// Turns an error that a stream remembers into a result; the stream would end
/// the program otherwise.
static Error finish(raw_fd_ostream &os, StringRef path, Error error) {
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  if (error)
    return error;
  if (code)
    return createStringError(code,
                             "cannot write '" + path + "': " + code.message());
  return Error::success();
}

TemporaryFile::TemporaryFile(StringRef beside) {
  SmallString<128> unique;
  sys::fs::createUniquePath(beside + ".%%%%%%%%.tmp", unique,
                            /*MakeAbsolute=*/false);
  path = std::string(unique);
  sys::RemoveFileOnSignal(path);
}

TemporaryFile::~TemporaryFile() {
  consumeError(errorCodeToError(sys::fs::remove(path)));
  sys::DontRemoveFileOnSignal(path);
}

Error TemporaryFile::keep(StringRef finalPath) {
  if (std::error_code code = sys::fs::rename(path, finalPath))
    return cannotWrite(finalPath, code);
  return Error::success();
}

Error mlir::veltair::writeOutputFile(
    StringRef path, function_ref<Error(raw_fd_ostream &)> write) {
  if (path == "-")
    return finish(outs(), path, write(outs()));
  TemporaryFile file(path);
  std::error_code code;
  raw_fd_ostream os(file.getPath(), code);
  if (code)
    return cannotWrite(path, code);
  if (Error error = finish(os, path, write(os)))
    return error;
  return file.keep(path);
}

Error mlir::veltair::writeOutputFile(StringRef path, StringRef bytes) {
  return writeOutputFile(path, [&](raw_ostream &os) {
    os << bytes;
    return Error::success();
  });
}
