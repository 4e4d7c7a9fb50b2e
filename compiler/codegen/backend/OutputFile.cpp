// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/OutputFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Signals.h"

#include <unistd.h>

using namespace llvm;
using namespace mlir::veltair;

static Error cannotWrite(StringRef path, std::error_code code) {
  return createStringError(code,
                           "cannot write '" + path + "': " + code.message());
}

/// Whether bytes go into what `path` names, since no file can take its place: a
/// device, a pipe, or what standard output is, to which links in /dev lead.
static bool isWrittenInPlace(StringRef path) {
  sys::fs::file_status status, standard;
  if (sys::fs::status(path, status))
    return false;
  return !sys::fs::is_regular_file(status) ||
         (!sys::fs::status(STDOUT_FILENO, standard) &&
          sys::fs::equivalent(status, standard));
}

/// Turns an error that a stream remembers into a result; the stream would end
/// the program otherwise.
static Error finish(raw_fd_ostream &os, StringRef path, Error error) {
  os.flush();
  std::error_code code = os.error();
  os.clear_error();
  if (error)
    return error;
  return code ? cannotWrite(path, code) : Error::success();
}

/// Writes to `file`; messages name `path`.
static Error writeFile(StringRef file, StringRef path,
                       function_ref<Error(raw_fd_ostream &)> write) {
  std::error_code code;
  raw_fd_ostream os(file, code);
  if (code)
    return cannotWrite(path, code);
  return finish(os, path, write(os));
}

TemporaryFile::TemporaryFile(StringRef beside) {
  SmallString<128> stem(beside), unique;
  // Folders of devices are no place for files.
  if (isWrittenInPlace(beside)) {
    sys::path::system_temp_directory(/*erasedOnReboot=*/true, stem);
    sys::path::append(stem, sys::path::filename(beside));
  }
  sys::fs::createUniquePath(stem + ".%%%%%%%%.tmp", unique,
                            /*MakeAbsolute=*/false);
  path = std::string(unique);
  sys::RemoveFileOnSignal(path);
}

TemporaryFile::~TemporaryFile() {
  consumeError(errorCodeToError(sys::fs::remove(path)));
  sys::DontRemoveFileOnSignal(path);
}

Error TemporaryFile::keep(StringRef finalPath) {
  if (isWrittenInPlace(finalPath)) {
    auto file = MemoryBuffer::getFile(path, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
    return file ? writeOutputFile(finalPath, (*file)->getBuffer())
                : cannotWrite(finalPath, file.getError());
  }
  if (std::error_code code = sys::fs::rename(path, finalPath))
    return cannotWrite(finalPath, code);
  return Error::success();
}

Error mlir::veltair::writeOutputFile(
    StringRef path, function_ref<Error(raw_fd_ostream &)> write) {
  if (path == "-")
    return finish(outs(), path, write(outs()));
  if (isWrittenInPlace(path))
    return writeFile(path, path, write);
  TemporaryFile file(path);
  if (Error error = writeFile(file.getPath(), path, write))
    return error;
  return file.keep(path);
}

Error mlir::veltair::writeOutputFile(StringRef path, StringRef bytes) {
  return writeOutputFile(path, [&](raw_ostream &os) {
    os << bytes;
    return Error::success();
  });
}
