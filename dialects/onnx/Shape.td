// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that reinterpret a tensor, or tell its shape.

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// The same elements in the same order
//===----------------------------------------------------------------------===//

// Row-major order is kept, so these can be done without moving a byte; see
// isReinterpretation in OnnxOps.h.
class Onnx_ReinterpretOp<string mnemonic> : Onnx_IndexedOp<mnemonic> {
  let results = (outs Onnx_Tensor:$output);
  let hasFolder = 1;
  let extraClassDefinition = [{
    ::mlir::Value $cppClass::emitElement(
        ElementBuilder &b, unsigned, ::mlir::ValueRange index) {
      return emitReinterpretation(b, (*this)->getOperand(0), index, getOutput());
    }
    ::mlir::OpFoldResult $cppClass::fold(FoldAdaptor adaptor) {
      return foldReinterpretation((*this)->getOperand(0), adaptor.getOperands()[0],
                                  getOutput());
    }
  }];
}

def Onnx_FlattenOp : Onnx_ReinterpretOp<"Flatten"> {
  let summary = "The matrix whose rows are the dimensions before axis";
  let description = [{(C1) axis is in [-rank, rank].}];
  let arguments = (ins Onnx_Tensor:$input, Onnx_Int<"1">:$axis);
}

def Onnx_IdentityOp : Onnx_ReinterpretOp<"Identity"> {
  let summary = "The operand";
  let arguments = (ins Onnx_Tensor:$input);
}

def Onnx_ReshapeOp : Onnx_ReinterpretOp<"Reshape"> {
  let summary = "The elements in another shape";
  let description = [{
    -1 stands for the extent that makes the sizes equal, 0, unless allowzero is
    set, for the operand's extent of the same dimension.

    * (C1) shape is a constant;
    * (C2) at most one of its elements is -1, none is less;
    * (C3) the result has as many elements as the operand.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$shape, Onnx_Int<"0">:$allowzero);
}

def Onnx_SqueezeOp : Onnx_ReinterpretOp<"Squeeze"> {
  let summary = "Removes dimensions of extent 1: those in axes, or all";
  let description = [{
    * (C1) axes is constant; (C2) its elements are in range and differ;
    * (C3) they name dimensions of extent 1.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Optional<Onnx_Int64>:$axes);
}

def Onnx_UnsqueezeOp : Onnx_ReinterpretOp<"Unsqueeze"> {
  let summary = "Inserts dimensions of extent 1, axes in the result";
  let description = [{
    (C1) axes is constant; (C2) its elements are in range and differ.
  }];
  let arguments = (ins Onnx_Tensor:$data, Onnx_Int64:$axes);
}

//===----------------------------------------------------------------------===//
// Facts about shapes
//===----------------------------------------------------------------------===//

def Onnx_ShapeOp : Onnx_IndexedOp<"Shape", [Onnx_ExtentAware]> {
  let summary = "The extents of the dimensions from start to end";
  let arguments = (ins Onnx_Tensor:$data, OptionalAttr<I64Attr>:$end, Onnx_Int<"0">:$start);
  let results = (outs Onnx_Int64:$shape);
  let hasFolder = 1;
  let declarations = [{
    /// The dimensions [first, second) that it tells.
    std::pair<int64_t, int64_t> getRange();
  }];
}

def Onnx_SizeOp : Onnx_IndexedOp<"Size", [Onnx_ExtentAware]> {
  let summary = "The number of elements";
  let arguments = (ins Onnx_Tensor:$data);
  let results = (outs Onnx_Int64:$size);
  let hasFolder = 1;
}
