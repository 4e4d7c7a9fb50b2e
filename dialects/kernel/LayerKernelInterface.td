// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_DIALECTS_KERNEL_LAYER_KERNEL_INTERFACE_TD
#define VELTAIR_DIALECTS_KERNEL_LAYER_KERNEL_INTERFACE_TD

include "mlir/IR/OpBase.td"

def LayerKernelOp : OpInterface<"LayerKernelOp"> {
  let cppNamespace = "::mlir::veltair::kernel";
  let description = [{
    The root of a fused layer: a kernel with loops of its own, in whose epilogue
    the elementwise operations behind it are computed.
  }];
  let methods = [
    InterfaceMethod<[{
        The ONNX operator that the kernel stands for.
      }], "::llvm::StringRef", "getOperatorName", (ins)>,
    InterfaceMethod<[{
        Whether operand `number` is a constant that each version packs.
      }], "bool", "isPackedOperand", (ins "unsigned":$number), [{}], [{
        return number == 1;
      }]>,
    InterfaceMethod<[{
        Whether the kernel can read operand `number` in bf16. What it multiplies
        in bf16 it adds up in f32.
      }], "bool", "canReadBf16", (ins "unsigned":$number), [{}], [{
        return false;
      }]>,
    InterfaceMethod<[{
        Whether the kernel takes its result for a matrix: all dimensions but the
        last are one to it, and so they are to its epilogue.
      }], "bool", "mergesRows", (ins), [{}], [{
        return false;
      }]>
  ];
}

#endif
