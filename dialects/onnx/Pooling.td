// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Pools: sliding windows and whole planes.

include "dialects/onnx/OnnxBase.td"

// p of a p-norm.
def Onnx_NormOrder : DefaultValuedAttr<ConfinedAttr<I64Attr, [IntPositive]>, "2">;

def Onnx_MaxPoolOp : Onnx_IndexedOp<"MaxPool"> {
  let summary = "Maximum over a sliding window, and where it stands";
  let description = [{
    indices holds the flat position in x, in row-major order or, with
    storage_order = 1, with the spatial dimensions in column-major order.

    * (C1) x has at least three dimensions;
    * (C2) the window fits (see inferWindow).
  }];
  let arguments = (ins Onnx_Numeric:$x, Onnx_String<"NOTSET">:$auto_pad,
    Onnx_Int<"0">:$ceil_mode, Onnx_Ints:$dilations, DenseI64ArrayAttr:$kernel_shape,
    Onnx_Ints:$pads, Onnx_Int<"0">:$storage_order, Onnx_Ints:$strides);
  let results = (outs Onnx_Numeric:$y, Onnx_Int64:$indices);
  let declarations = [{
    Window getWindow();
  }];
}

class Onnx_GlobalPoolOp<string mnemonic, Type type> : Onnx_IndexedOp<mnemonic> {
  let description = [{(C1) x has at least two dimensions.}];
  let arguments = (ins type:$x);
  let results = (outs type:$y);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *, std::optional<::mlir::Location> location,
        Adaptor a, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      return inferGlobalPool(infer, a.getX());
    }
  }];
}

def Onnx_GlobalAveragePoolOp : Onnx_GlobalPoolOp<"GlobalAveragePool", Onnx_Float> {
  let summary = "Mean over all spatial dimensions, which become 1";
}

def Onnx_GlobalMaxPoolOp : Onnx_GlobalPoolOp<"GlobalMaxPool", Onnx_Float> {
  let summary = "Maximum over all spatial dimensions, which become 1";
}

def Onnx_GlobalLpPoolOp : Onnx_GlobalPoolOp<"GlobalLpPool", Onnx_Float> {
  let summary = "p-norm over all spatial dimensions, which become 1";
  let arguments = (ins Onnx_Float:$x, Onnx_NormOrder:$p);
}

def Onnx_AveragePoolOp : Onnx_IndexedOp<"AveragePool"> {
  let summary = "Mean over a sliding window";
  let description = [{
    Padding is not counted unless count_include_pad is set; what ceil_mode adds
    behind the padding never is.

    * (C1) x has at least three dimensions; (C2) the window fits (inferWindow).
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_String<"NOTSET">:$auto_pad,
    Onnx_Int<"0">:$ceil_mode, Onnx_Int<"0">:$count_include_pad, Onnx_Ints:$dilations,
    DenseI64ArrayAttr:$kernel_shape, Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Float:$y);
  let declarations = [{
    Window getWindow();
  }];
}

def Onnx_LpPoolOp : Onnx_IndexedOp<"LpPool"> {
  let summary = "p-norm over a sliding window";
  let description = [{
    (C1) x has at least three dimensions; (C2) the window fits (inferWindow).
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_String<"NOTSET">:$auto_pad,
    Onnx_Int<"0">:$ceil_mode, Onnx_Ints:$dilations, DenseI64ArrayAttr:$kernel_shape,
    Onnx_NormOrder:$p, Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Float:$y);
  let declarations = [{
    Window getWindow();
  }];
}

def Onnx_MaxUnpoolOp : Onnx_SequentialOp<"MaxUnpool"> {
  let summary = "Elements put back to where a MaxPool found them, zeros elsewhere";
  let description = [{
    The indices count in the tensor that kernel_shape, strides and pads make
    x come from; output_shape may add room behind it.

    * (C1) x has at least three dimensions and the shape of indices;
    * (C2) the attributes fit x;
    * (C3) output_shape is constant and not smaller than what the attributes say.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Int64:$indices, Onnx_Optional<Onnx_Int64>:$output_shape,
    DenseI64ArrayAttr:$kernel_shape, Onnx_Ints:$pads, Onnx_Ints:$strides);
  let results = (outs Onnx_Float:$y);
}
