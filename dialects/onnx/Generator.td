// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations that make tensors from little: constants, ranges, windows.

include "dialects/onnx/OnnxBase.td"

def Onnx_ConstantOfShapeOp : Onnx_IndexedOp<"ConstantOfShape"> {
  let summary = "A tensor of one repeated value, 0 by default";
  let description = [{
    (C1) the operand, the shape, is constant; (C2) value has one element, which can
    be read.
  }];
  let arguments = (ins Onnx_Int64:$input, OptionalAttr<ElementsAttr>:$value);
  let results = (outs Onnx_Tensor:$output);
  let hasFolder = 1;
}

def Onnx_EyeLikeOp : Onnx_IndexedOp<"EyeLike"> {
  let summary = "Ones on a diagonal, zeros elsewhere, in the shape of the operand";
  let description = [{
    The element type is the operand's or the one with ONNX's number dtype.
    (C1) the operand is a matrix; (C2) dtype is a supported type.
  }];
  let arguments = (ins Onnx_Tensor:$input, OptionalAttr<I64Attr>:$dtype, Onnx_Int<"0">:$k);
  let results = (outs Onnx_Tensor:$output);
}

def Onnx_RangeOp : Onnx_IndexedOp<"Range"> {
  let summary = "start, start + delta, ... before limit";
  let description = [{
    (C1) the operands are constant scalars of one type; (C2) delta is not 0.
  }];
  let arguments = (ins Onnx_Numeric:$start, Onnx_Numeric:$limit, Onnx_Numeric:$delta);
  let results = (outs Onnx_Numeric:$output);
}

// A window function of signal processing; size is the number of elements.
// * (C1) size is a constant that is not negative; (C2) output_datatype is a
//   floating-point type.
class Onnx_WindowOp<string mnemonic> : Onnx_IndexedOp<mnemonic> {
  let arguments = (ins Onnx_Index:$size, Onnx_Int<"1">:$output_datatype,
    Onnx_Int<"1">:$periodic);
  let results = (outs Onnx_Float:$output);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor a, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      Inference infer("}] # mnemonic # [{", location, types);
      return inferWindowFunction(infer, a.getSize(),
                                 typeOfDataType(context, a.getOutputDatatype()));
    }
  }];
}

def Onnx_BlackmanWindowOp : Onnx_WindowOp<"BlackmanWindow"> {
  let summary = "0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)";
}

def Onnx_HammingWindowOp : Onnx_WindowOp<"HammingWindow"> {
  let summary = "25 / 46 - 21 / 46 cos(2 pi n / N)";
}

def Onnx_HannWindowOp : Onnx_WindowOp<"HannWindow"> {
  let summary = "1 / 2 - 1 / 2 cos(2 pi n / N)";
}

def Onnx_MelWeightMatrixOp : Onnx_IndexedOp<"MelWeightMatrix"> {
  let summary = "Weights that turn a spectrum into mel-scaled bands";
  let description = [{
    (C1) the operands are constant scalars; (C2) num_mel_bins and dft_length are
    positive and sample_rate, too; (C3) output_datatype is a numeric type.
  }];
  let arguments = (ins Onnx_Index:$num_mel_bins, Onnx_Index:$dft_length,
    Onnx_Index:$sample_rate, Onnx_Float:$lower_edge_hertz, Onnx_Float:$upper_edge_hertz,
    Onnx_Int<"1">:$output_datatype);
  let results = (outs Onnx_Numeric:$output);
}
