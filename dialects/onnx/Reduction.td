// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reductions over some dimensions.

include "dialects/onnx/OnnxBase.td"

// Reduces the dimensions axes (all of them when axes is absent or empty, unless
// noop_with_empty_axes is set), which stay with extent 1 or, with keepdims = 0,
// vanish.
// * (C1) axes is constant;
// * (C2) its elements are in range and differ.
class Onnx_ReduceOp<string mnemonic, Type type, list<Trait> traits>
    : Onnx_Op<mnemonic, traits> {
  let arguments = (ins type:$data, Onnx_Optional<Onnx_Int64>:$axes,
    Onnx_Int<"1">:$keepdims, Onnx_Int<"0">:$noop_with_empty_axes);
  let results = (outs type:$reduced);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      return inferReduction(infer, adaptor.getData(), adaptor.getAxes(),
                            adaptor.getKeepdims() != 0,
                            adaptor.getNoopWithEmptyAxes() != 0);
    }
  }];
}

class Onnx_SimpleReduceOp<string mnemonic, Type type>
    : Onnx_ReduceOp<mnemonic, type, [DeclareOpInterfaceMethods<IndexedOp>, Onnx_ExtentAware]>;

def Onnx_ReduceL1Op : Onnx_SimpleReduceOp<"ReduceL1", Onnx_Numeric> {
  let summary = "Sum of absolute values";
}

def Onnx_ReduceL2Op : Onnx_SimpleReduceOp<"ReduceL2", Onnx_Numeric> {
  let summary = "Square root of the sum of squares";
}

def Onnx_ReduceLogSumOp : Onnx_SimpleReduceOp<"ReduceLogSum", Onnx_Numeric> {
  let summary = "Logarithm of the sum";
}

def Onnx_ReduceMaxOp : Onnx_SimpleReduceOp<"ReduceMax", Onnx_Tensor> {
  let summary = "Maximum";
}

def Onnx_ReduceMeanOp : Onnx_SimpleReduceOp<"ReduceMean", Onnx_Numeric> {
  let summary = "Mean";
}

def Onnx_ReduceMinOp : Onnx_SimpleReduceOp<"ReduceMin", Onnx_Tensor> {
  let summary = "Minimum";
}

def Onnx_ReduceProdOp : Onnx_SimpleReduceOp<"ReduceProd", Onnx_Numeric> {
  let summary = "Product";
}

def Onnx_ReduceSumOp : Onnx_SimpleReduceOp<"ReduceSum", Onnx_Numeric> {
  let summary = "Sum";
}

def Onnx_ReduceSumSquareOp : Onnx_SimpleReduceOp<"ReduceSumSquare", Onnx_Numeric> {
  let summary = "Sum of squares";
}

def Onnx_ReduceLogSumExpOp
    : Onnx_ReduceOp<"ReduceLogSumExp", Onnx_Numeric, [DeclareOpInterfaceMethods<DecomposableOp>]> {
  let summary = "Logarithm of the sum of exponentials, without overflow";
  let description = [{
    Of integers it is computed in f64 and limited to what their type holds (of 64
    bits, to the last number of f64 that it holds: 2^63 - 1024 or 2^64 - 2048):
    that of no elements is the least.
  }];
}

// The position of an extreme element along one dimension.
// * (C1) axis is in range; (C2) its extent is not 0.
class Onnx_ArgOp<string mnemonic> : Onnx_IndexedOp<mnemonic, [Onnx_ExtentAware]> {
  let arguments = (ins Onnx_Numeric:$data, Onnx_Int<"0">:$axis,
    Onnx_Int<"1">:$keepdims, Onnx_Int<"0">:$select_last_index);
  let results = (outs Onnx_Int64:$reduced);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      return inferArg(infer, adaptor.getData(), adaptor.getAxis(),
                      adaptor.getKeepdims() != 0);
    }
  }];
}

def Onnx_ArgMaxOp : Onnx_ArgOp<"ArgMax"> {
  let summary = "The position of the largest element";
}

def Onnx_ArgMinOp : Onnx_ArgOp<"ArgMin"> {
  let summary = "The position of the smallest element";
}

def Onnx_CumSumOp : Onnx_SequentialOp<"CumSum"> {
  let summary = "Sums of all elements up to each along axis";
  let description = [{
    With exclusive = 1 without the element itself, with reverse = 1 from the end.

    * (C1) axis is a constant; (C2) it has one element in range.
  }];
  let arguments = (ins Onnx_Numeric:$x, Onnx_Index:$axis, Onnx_Int<"0">:$exclusive,
    Onnx_Int<"0">:$reverse);
  let results = (outs Onnx_Numeric:$y);
}
