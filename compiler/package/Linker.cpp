// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Linker.h"
#include "compiler/codegen/backend/OutputFile.h"
#include "lld/Common/Driver.h"
#include "llvm/ObjCopy/ConfigManager.h"
#include "llvm/ObjCopy/ObjCopy.h"
#include "llvm/Object/Binary.h"
#include "llvm/Support/raw_ostream.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace mlir::veltair;

static Error runLld(ArrayRef<const char *> options,
                    ArrayRef<std::string> inputs, StringRef output,
                    unsigned threads) {
  std::string outputArgument = output.str();
  std::string threadsArgument = "--threads=" + std::to_string(threads);
  SmallVector<const char *> arguments = {"ld.lld"};
  append_range(arguments, options);
  arguments.append({"--build-id=none", "-z", "noexecstack",
                    threadsArgument.c_str(), "-o", outputArgument.c_str(),
                    "--whole-archive"});
  for (const std::string &input : inputs)
    arguments.push_back(input.c_str());
  std::string messages;
  raw_string_ostream os(messages);
  lld::Result result =
      lld::lldMain(arguments, os, os, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode)
    return createStringError("internal: cannot link '" + output +
                             "': " + messages);
  return Error::success();
}

Error mlir::veltair::linkSharedObject(ArrayRef<std::string> inputs,
                                      StringRef output, unsigned threads) {
  return runLld({"-shared", "-z", "now", "-z", "relro", "--hash-style=gnu",
                 "--eh-frame-hdr", "-z", "lrodata-after-bss"},
                inputs, output, threads);
}

Error mlir::veltair::linkObject(ArrayRef<std::string> inputs, StringRef output,
                                unsigned threads) {
  TemporaryFile whole(output);
  if (Error error = runLld({"-r"}, inputs, whole.getPath(), threads))
    return error;
  Expected<object::OwningBinary<object::Binary>> binary =
      object::createBinary(whole.getPath());
  if (!binary)
    return binary.takeError();
  objcopy::ConfigManager config;
  config.Common.OutputFilename = output;
  config.ELF.LocalizeHidden = true;
  return writeOutputFile(output, [&](raw_ostream &os) {
    return objcopy::executeObjcopyOnBinary(config, *binary->getBinary(), os);
  });
}
