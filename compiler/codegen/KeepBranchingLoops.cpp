// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Passes.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_KEEPBRANCHINGLOOPS
#include "compiler/codegen/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;

// So many iterations may be unrolled: 2^8 paths are looked at quickly.
static constexpr uint64_t mostUnrolled = 8;

namespace {
struct KeepBranchingLoops
    : veltair::impl::KeepBranchingLoopsBase<KeepBranchingLoops> {
  void runOnOperation() override {
    // Inner loops come first.
    getOperation().walk([&](scf::ForOp loop) {
      auto carried = loop.getRegionIterArgs();
      if (llvm::any_of(carried, [&](Value v) { return goesOn(v); }))
        return keep(loop);
      if (llvm::none_of(carried, isUsedTwice))
        return;
      branching.insert(loop);
      std::optional<APInt> count = loop.getStaticTripCount();
      if (!count || count->ugt(mostUnrolled))
        keep(loop);
    });
    branching.clear();
  }

private:
  static bool isUsedTwice(Value value) {
    return value.getType().isIntOrIndexOrFloat() &&
           llvm::hasNItemsOrMore(value.getUses(), 2);
  }

  /// Whether the value enters an inner loop that branches.
  bool goesOn(Value value) const {
    return llvm::any_of(value.getUsers(), [&](Operation *user) {
      return branching.contains(user);
    });
  }

  void keep(scf::ForOp loop) {
    MLIRContext *context = &getContext();
    auto unroll = LLVM::LoopUnrollAttr::get(
        context, /*disable=*/BoolAttr::get(context, true), {}, {}, {}, {}, {},
        {});
    loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(
                                         context, {}, {}, {}, unroll, {}, {},
                                         {}, {}, {}, {}, {}, {}, {}, {}, {}));
    branching.insert(loop);
    ++numKept;
  }

  llvm::SmallPtrSet<Operation *, 8> branching;
};
} // namespace
