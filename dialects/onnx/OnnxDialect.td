// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_ONNX_DIALECT
#define VELTAIR_ONNX_DIALECT

include "mlir/IR/OpBase.td"

def Onnx_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::mlir::veltair::onnx";
  let summary = "The canonical ONNX operators on statically shaped tensors";
  let description = [{
    One operation for each ONNX operator, with the operands and attributes of
    the newest opset that the importer reads. It upgrades older opsets to this
    form, so nothing below the importer knows about opsets.

    * All tensors are ranked and statically shaped. Where a size depends on data,
      the shape holds a bound, and the type's encoding names the true extent. Signed integers are signless
      (`i32`), unsigned ones are `ui32`, booleans are `i1`.
    * An absent optional operand is the result of `onnx.NoValue`.
    * An operand that decides the shape of a result (the target shape of
      Reshape, the axes of Squeeze ...) must be a constant: whoever moves
      operations into regions that are isolated from above has to take such
      constants along.
    * The results of an operation follow from its operands and attributes by its
      `inferReturnTypes`, which states the numbered constraints (C1), (C2) ... of
      the description and is checked by the verifier too.
    * What an operation computes is said by one of the four interfaces
      ElementwiseOp, IndexedOp, DecomposableOp and SequentialOp.
  }];
  let hasConstantMaterializer = 1;
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = "void registerAttributes();";
}

#endif // VELTAIR_ONNX_DIALECT
