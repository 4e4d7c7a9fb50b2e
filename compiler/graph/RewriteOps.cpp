// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/RewriteOps.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace mlir::veltair;

void veltair::eraseDeadOps(ProgramOp program) {
  IRRewriter rewriter(program.getContext());
  (void)runRegionDCE(rewriter, program->getRegions());
}

int64_t
veltair::rewriteOps(ProgramOp program,
                    function_ref<Value(Operation *, OpBuilder &)> rewrite) {
  int64_t count = 0;
  for (Operation &op : llvm::make_early_inc_range(program.getBlock())) {
    OpBuilder builder(&op);
    Value value = rewrite(&op, builder);
    if (!value)
      continue;
    op.getResult(0).replaceAllUsesWith(value);
    op.erase();
    ++count;
  }
  eraseDeadOps(program);
  return count;
}
