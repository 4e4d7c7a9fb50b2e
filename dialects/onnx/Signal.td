// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Fourier transforms. Complex numbers are a last dimension of two elements.

include "dialects/onnx/OnnxBase.td"

def Onnx_DFTOp : Onnx_IndexedOp<"DFT"> {
  let summary = "The discrete Fourier transform along one dimension";
  let description = [{
    The signal is cut or continued by zeros to dft_length elements. With onesided
    only the first half of the frequencies (and the middle one) is computed.

    * (C1) the last extent of the operand is 1 (real) or 2 (complex);
    * (C2) dft_length is a positive constant; (C3) axis is a constant in range,
      not the last one; (C4) an inverse transform is not onesided.
  }];
  let arguments = (ins Onnx_Float:$input, Onnx_Optional<Onnx_Index>:$dft_length,
    Onnx_Optional<Onnx_Int64>:$axis, Onnx_Int<"0">:$inverse, Onnx_Int<"0">:$onesided);
  let results = (outs Onnx_Float:$output);
}

def Onnx_STFTOp : Onnx_IndexedOp<"STFT"> {
  let summary = "Fourier transforms of windowed pieces of a signal";
  let description = [{
    * (C1) signal is [batch, length, 1 or 2] or, as PyTorch exports real ones,
      [batch, length]; (C2) frame_step is a positive constant; (C3) window or
      frame_length, a constant, gives the length of the pieces, and they agree; it
      is positive and not larger than the signal; (C4) the element types of signal
      and window match.
  }];
  let arguments = (ins Onnx_Float:$signal, Onnx_Index:$frame_step,
    Onnx_Optional<Onnx_Float>:$window, Onnx_Optional<Onnx_Index>:$frame_length,
    Onnx_Int<"1">:$onesided);
  let results = (outs Onnx_Float:$output);
}
