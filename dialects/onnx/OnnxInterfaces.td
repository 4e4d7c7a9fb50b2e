// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef VELTAIR_ONNX_INTERFACES
#define VELTAIR_ONNX_INTERFACES

include "mlir/IR/OpBase.td"

class Onnx_Interface<string name> : OpInterface<name> {
  let cppNamespace = "::mlir::veltair::onnx";
}

def OnnxOpInterface : Onnx_Interface<"OnnxOpInterface"> {
  let description = [{What all operations of the dialect offer the importer.}];
  let methods = [
    StaticInterfaceMethod<[{
        How many operands an ONNX node may have; defined by Onnx_Op.
      }], "::mlir::veltair::onnx::OperandArity", "getOperandArity">,
    StaticInterfaceMethod<[{
        The names of the attributes that an ONNX node must have; defined by
        Onnx_Op.
      }], "::llvm::SmallVector<::llvm::StringRef>", "getRequiredAttributes">
  ];
}

def ElementwiseOp : Onnx_Interface<"ElementwiseOp"> {
  let description = [{
    An operation with one result, each element of which depends only on the
    operands' elements at the same index, after multidirectional broadcasting.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the scalar computation and returns its value. `x` holds one value
        for each operand (null for an absent one) in the compute type of its
        element type; the value returned is in the compute type of the result.
        Only operations with the Elementwise trait may be emitted, so that the
        body can also be cloned on vectors.
      }], "::mlir::Value", "emitScalar",
      (ins "::mlir::veltair::onnx::ElementBuilder &":$b, "::mlir::ValueRange":$x)>
  ];
}

def IndexedOp : Onnx_Interface<"IndexedOp"> {
  let description = [{
    An operation whose result elements can be computed independently of each
    other, each from any elements of the operands.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the computation of the element of result number `result` at `index`
        (one index value for each dimension) and returns it in the compute type
        of the result. Operands are read by `b.load`.
      }], "::mlir::Value", "emitElement",
      (ins "::mlir::veltair::onnx::ElementBuilder &":$b, "unsigned":$result,
           "::mlir::ValueRange":$index)>
  ];
}

def DecomposableOp : Onnx_Interface<"DecomposableOp"> {
  let description = [{An operation that is expressed by others of the dialect.}];
  let methods = [
    InterfaceMethod<[{
        Builds the operations at the builder's insertion point and appends one
        value for each result to `results`. Fails, without a message, when this
        operation cannot be decomposed.
      }], "::llvm::LogicalResult", "decompose",
      (ins "::mlir::OpBuilder &":$b,
           "::llvm::SmallVectorImpl<::mlir::Value> &":$results)>
  ];
}

def SequentialOp : Onnx_Interface<"SequentialOp"> {
  let description = [{
    An operation that is computed by loops with dependences between elements,
    executed as one piece.
  }];
  let methods = [
    InterfaceMethod<[{
        Emits the loops that write all elements of all results. Operands are read
        by `b.load`, results are written by `b.store` and may be read again by
        `b.loadResult`. Results of zero elements are never touched.
      }], "void", "emitLoops",
      (ins "::mlir::veltair::onnx::ElementBuilder &":$b)>
  ];
}

#endif // VELTAIR_ONNX_INTERFACES
