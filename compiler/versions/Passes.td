// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_COMPILER_VERSIONS_PASSES_TD
#define VELTAIR_COMPILER_VERSIONS_PASSES_TD

include "mlir/Pass/PassBase.td"

def SpecializePrograms : Pass<"specialize-programs", "::mlir::veltair::ModelOp"> {
  let summary = "Makes one program for each instruction set";
  let description = [{
    Each program is cloned for every instruction set of `march`, the most
    demanding first, as the runtime takes the first that fits.
  }];
  let options = [
    ListOption<"march", "march", "std::string", "Instruction sets">
  ];
}

def ChooseVersions : Pass<"choose-versions", "::mlir::veltair::ProgramOp"> {
  let summary = "Gives each layer the versions that are best somewhere";
  let description = [{
    Enumerates the schedules of each layer, estimates each in a set of
    situations (team size, share of the last-level cache) and keeps a thin set:
    first the one fastest alone, then, while one of the others is worth it, the
    one that most reduces the worst loss against the best schedule of a
    situation. Where one schedule dominates it stays alone. Together the versions
    of a layer pack their constants in at most `weight-budget` times the bytes
    of the smallest packing.
  }];
  let options = [
    Option<"machine", "mtune", "std::string", "\"\"", "Machine whose caches are assumed">,
    Option<"maxVersions", "max-versions", "unsigned", "5", "Most versions of a layer">,
    Option<"minGain", "min-gain", "double", "0.05",
           "Relative loss in some situation that is worth a further version; "
           "negative to keep as many versions as there are">,
    Option<"weightBudget", "weight-budget", "double", "5",
           "Most bytes of a layer's packed constants, relative to the least">
  ];
  let statistics = [
    Statistic<"schedules", "schedules", "Schedules estimated">,
    Statistic<"kept", "versions", "Versions kept">
  ];
}

def OutlineVersions : Pass<"outline-versions", "::mlir::ModuleOp"> {
  let summary = "Makes a function of every version of every layer";
  let description = [{
    For each version, builds the loops that its schedule asks for around the
    nano-kernels that compute its layer, as the function of a nested module
    beside the model, one for each stage, and notes the functions and their
    numbers of chunks in the version. Versions of equal layers under equal schedules for the same
    instruction set share one function. Sets the `hash` of each layer.
  }];
  let statistics = [
    Statistic<"versions", "versions", "Versions of layers">,
    Statistic<"functions", "functions", "Distinct functions">
  ];
  let dependentDialects = [
    "::mlir::LLVM::LLVMDialect", "::mlir::func::FuncDialect",
    "::mlir::scf::SCFDialect", "::mlir::arith::ArithDialect",
    "::mlir::math::MathDialect", "::mlir::memref::MemRefDialect",
    "::mlir::vector::VectorDialect", "::mlir::veltair::kernel::KernelDialect"];
}

#endif // VELTAIR_COMPILER_VERSIONS_PASSES_TD
