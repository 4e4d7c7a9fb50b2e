// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The CPUs that code is made for: instruction sets (`--march`).

#ifndef VELTAIR_COMPILER_CODEGEN_BACKEND_TARGET_H
#define VELTAIR_COMPILER_CODEGEN_BACKEND_TARGET_H

#include "veltair/artifact.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include <cstdint>
#include <memory>
#include <string>

namespace llvm {
class TargetMachine;
} // namespace llvm

namespace mlir::veltair {

/// One instruction set. Code for it uses the instructions that `featureBits`
/// names and no others, whatever more the CPU of that name has: the runtime
/// decides by these bits whether a CPU can run a program.
struct TargetIsa {
  /// Canonical text of `--march`, e.g. "x86-64-v4", "haswell-bmi2",
  /// "icelake-server+avx512bf16" (never "native"). `parseTargetIsa(name)` gives
  /// the same target again.
  std::string name;
  /// The LLVM CPU whose timings guide instruction selection and scheduling.
  std::string cpu;
  /// LLVM's `target-features` in full, relative to the CPU "x86-64".
  std::string features;
  uint64_t featureBits = 0;     ///< VELTAIR_CPU_*
  unsigned vectorBits = 0;      ///< Width of the widest registers: 256 or 512.
  unsigned vectorRegisters = 0; ///< Their number: 16 or 32.

  /// Whether code may use all of `bits` (VELTAIR_CPU_*).
  bool has(uint64_t bits) const { return (featureBits & bits) == bits; }
  /// Whether products of bf16 have instructions, on 512 bits.
  bool hasBf16Products() const {
    return vectorBits == 512 && has(VELTAIR_CPU_AVX512BF16);
  }
  /// Elements of `elementBits` bits in one register.
  unsigned lanes(unsigned elementBits) const {
    return vectorBits / elementBits;
  }
};

/// Parses one `--march` text: "native" or an LLVM CPU name (x86-64-v3 and
/// x86-64-v4 among them), then any number of "+feature" and "-feature". Fails
/// with a message for the user on an unknown name, or when the result has less
/// than x86-64-v3.
llvm::Expected<TargetIsa> parseTargetIsa(llvm::StringRef text);

/// Parses a comma-separated list of the above. Fails also when it is empty or
/// names a target twice.
llvm::Expected<llvm::SmallVector<TargetIsa, 2>>
parseTargetIsaList(llvm::StringRef text);

/// A code generator for `isa`: position independent, small code model, -O3.
/// Thread-safe; each thread needs its own machine.
std::unique_ptr<llvm::TargetMachine> createTargetMachine(const TargetIsa &isa);

/// The target triple of all code.
inline constexpr llvm::StringLiteral targetTriple = "x86_64-unknown-linux-gnu";

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_CODEGEN_BACKEND_TARGET_H
