// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_KERNEL_DIALECT_TD
#define VELTAIR_DIALECTS_KERNEL_DIALECT_TD

include "mlir/IR/OpBase.td"

def Kernel_Dialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::mlir::veltair::kernel";
  let summary = "Dense kernels on blocked tensors, and the nano-kernels they are made of";
  let description = [{
    Two levels. **Layer kernels** work on whole tensors and are the roots of
    fused layers: their channel layout is NCHW16c, that is
    `[N, ceil(C/16), H, W, 16]`, where the lanes beyond C hold finite values
    that nobody reads into results. **Nano-kernels** work on memrefs and compute
    one register tile; loops around them come from the schedule, and they are
    lowered to vectors of native width.
  }];
  let useDefaultAttributePrinterParser = 1;
}

#endif
