// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The machine that versions are chosen for (`--mtune`): caches and arithmetic.

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_MACHINEMODEL_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_MACHINEMODEL_H

#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <string>

namespace mlir::veltair {

/// Caches and arithmetic of one processor. The defaults are those of a current
/// server.
struct MachineModel {
  std::string name = "generic";
  uint64_t l1Bytes = 32 << 10; ///< First-level data cache of a core.
  uint64_t l2Bytes = 1 << 20;  ///< Second-level cache of a core.
  uint64_t l3Bytes = 32 << 20; ///< One last-level cache, shared by `l3Cores`.
  unsigned l3Cores = 8;
  unsigned fmaBits = 512; ///< Multiply-adds of a core in a cycle, in bits.
  /// The same of products of pairs of bf16, which do twice as much a bit.
  unsigned bf16Bits = 512;

  /// The part of the last-level cache that one busy core can count on.
  uint64_t l3Share() const { return l3Bytes / l3Cores; }
};

/// Parses `--mtune`: "generic" (or nothing), "native", an LLVM CPU name, or the
/// path of a machine file: JSON with any of the fields "name", "l1_bytes",
/// "l2_bytes", "l3_bytes", "l3_cores", "fma_bits" and "bf16_bits" (fields for
/// other readers are ignored). Fails with a message for the user.
llvm::Expected<MachineModel> parseMachineModel(llvm::StringRef text);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_MACHINEMODEL_H
