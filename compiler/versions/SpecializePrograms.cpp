// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/Target.h"
#include "compiler/versions/Passes.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/FormatVariadic.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_SPECIALIZEPROGRAMS
#include "compiler/versions/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

namespace {

struct SpecializePrograms
    : veltair::impl::SpecializeProgramsBase<SpecializePrograms> {
  using SpecializeProgramsBase::SpecializeProgramsBase;

  void runOnOperation() override {
    SmallVector<TargetIsa> targets;
    for (const std::string &text : march) {
      auto target = parseTargetIsa(text);
      if (!target) {
        getOperation().emitError(llvm::toString(target.takeError()));
        return signalPassFailure();
      }
      targets.push_back(*target);
    }
    // More features are better, wider vectors first of all.
    llvm::sort(targets, [](const TargetIsa &a, const TargetIsa &b) {
      auto rank = [](const TargetIsa &isa) {
        return std::tuple(isa.vectorBits, llvm::popcount(isa.featureBits),
                          StringRef(isa.name));
      };
      return rank(a) > rank(b);
    });
    for (ProgramOp program : llvm::to_vector(
             getOperation().getBody().front().getOps<ProgramOp>())) {
      OpBuilder builder(program);
      std::string base = program.getSymName().str();
      for (const TargetIsa &target : targets) {
        auto clone = cast<ProgramOp>(builder.clone(*program));
        clone.setSymName(llvm::formatv("{0}.{1}", base, target.name).str());
        clone.setIsa(target.name);
      }
      program.erase();
    }
  }
};

} // namespace
