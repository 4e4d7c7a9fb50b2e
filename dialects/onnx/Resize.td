// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Interpolation.

include "dialects/onnx/OnnxBase.td"

def Onnx_ResizeOp : Onnx_IndexedOp<"Resize"> {
  let summary = "Interpolation to other extents";
  let description = [{
    The nearest_mode "simple", which is ONNX Runtime's name for it, is "ceil" in
    dimensions that shrink and "floor" in the others.

    * (C1) exactly one of scales and sizes is given; both, and roi, are constant;
    * (C2) they have one element (roi: two) for each dimension, or each in axes;
    * (C3) scales and sizes are positive, elements of roi less than 10^9;
    * (C4) mode, nearest_mode and coordinate_transformation_mode are known;
      antialiased dimensions shrink to an eighth, with mode cubic a fourth, at most;
      each result is interpolated between 4096 elements at most;
    * (C5) axes are in range and differ.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_Optional<Onnx_Float>:$roi,
    Onnx_Optional<Onnx_Float>:$scales, Onnx_Optional<Onnx_Int64>:$sizes,
    Onnx_Int<"0">:$antialias, Onnx_Ints:$axes,
    Onnx_String<"half_pixel">:$coordinate_transformation_mode,
    Onnx_Float32<"-0.75">:$cubic_coeff_a, Onnx_Int<"0">:$exclude_outside,
    Onnx_Float32<"0.0">:$extrapolation_value,
    Onnx_String<"stretch">:$keep_aspect_ratio_policy,
    Onnx_String<"nearest">:$mode, Onnx_String<"round_prefer_floor">:$nearest_mode);
  let results = (outs Onnx_Tensor:$y);
}
