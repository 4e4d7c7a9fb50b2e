// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Tensors whose size depends on data; docs/extents.md tells the whole.

#ifndef VELTAIR_ONNX_EXTENTS
#define VELTAIR_ONNX_EXTENTS

include "dialects/onnx/OnnxDialect.td"
include "mlir/IR/AttrTypeBase.td"

def Onnx_ExtentsAttr : AttrDef<Onnx_Dialect, "Extents"> {
  let mnemonic = "extents";
  let summary = "Which dimensions of a tensor are bounds of data-dependent extents";
  let description = [{
    The encoding of a tensor type. It has a number for each dimension: -1 where
    the extent in the shape is exact; else the shape holds a bound, in whose
    layout the elements lie, and the number names the true extent: in a program
    that of a `veltair.extent`, in the body of a layer the number of the
    argument that holds it. -2 stands for an extent that has no name (yet).
  }];
  let parameters = (ins ArrayRefParameter<"int64_t">:$numbers);
  let assemblyFormat = "`<` `[` $numbers `]` `>`";
}

// The code of the operation reads `ElementBuilder::extent` wherever it depends
// on the size of an operand, so it is right for bounded operands.
def Onnx_ExtentAware : NativeOpTrait<"ExtentAware"> {
  let cppNamespace = "::mlir::veltair::onnx";
}

// The last result, a scalar, is the true extent of the dimensions that type
// inference leaves without a name.
def Onnx_ExtentSource : NativeOpTrait<"ExtentSource"> {
  let cppNamespace = "::mlir::veltair::onnx";
}

#endif // VELTAIR_ONNX_EXTENTS
