// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The compiler as a library: what veltairc does, for tests and tools, too.

#ifndef VELTAIR_COMPILER_DRIVER_DRIVER_H
#define VELTAIR_COMPILER_DRIVER_DRIVER_H

#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace mlir::veltair {

/// Where compilation stops, and so what is written.
enum class EmitLevel {
  Onnx,
  Graph,
  Versions,
  Kernel,
  Llvm,
  Asm,
  Object,
  Shared
};

/// The numbers that products are computed with; sums are always f32.
enum class Precision { F32, BF16 };

/// Options of one compilation; texts as on veltairc's command line.
struct DriverOptions {
  std::string input;
  std::string output; ///< "-" is standard output, for levels of text.
  EmitLevel emit = EmitLevel::Shared;
  std::string name; ///< C identifier

  std::vector<std::string> march = {"x86-64-v3", "x86-64-v4"};
  std::string mtune; ///< empty: a generic server
  /// BF16 needs targets with AVX512-BF16.
  Precision precision = Precision::F32;
  unsigned versions = 5;
  /// The packed weights of a layer's versions, relative to the plain ones.
  double weightBudget = 5;
  /// Keep versions that the cost model finds useless: a test of the machinery.
  bool keepUselessVersions = false;

  std::vector<std::string> shapes;         ///< NAME=1x3x224x224
  std::vector<std::string> dimensions;     ///< SYMBOL=VALUE[,VALUE...]
  std::vector<std::string> constantInputs; ///< NAME=FILE

  bool embedWeights = true;
  std::string header, report, cache; ///< empty: none
  unsigned threads = 0;              ///< 0: all

  bool timing = false;     ///< MLIR's report of time by pass
  bool statistics = false; ///< MLIR's statistics of passes
  std::string reproducer;  ///< file for a crash reproducer; empty: none

  /// Called as kernels are compiled, from any thread, one call at a time.
  std::function<void(size_t done, size_t total)> onProgress;
};

/// Compiles one model. Errors and warnings go to standard error as located
/// messages. Returns whether it succeeded; on failure no output is left.
bool compileModel(const DriverOptions &options);

/// Prints everything that keeps the model from being compiled, a line each, to
/// standard output; compiles nothing. Returns whether nothing was found.
bool checkModel(const DriverOptions &options);

/// The level that the suffix of `output` asks for, as {level, found}.
std::pair<EmitLevel, bool> emitLevelOf(const std::string &output);

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_DRIVER_DRIVER_H
