// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reading between the elements, at computed positions.

include "dialects/onnx/OnnxBase.td"

def Onnx_AffineGridOp : Onnx_IndexedOp<"AffineGrid"> {
  let summary = "Positions for GridSample, moved by affine transformations";
  let description = [{
    Before, they are those of the elements of a tensor that goes from -1 to 1:
    from the middle of its first to that of its last element, if align_corners is
    set, else between their outer ends. One element alone lies at 0.

    * (C1) size is a constant; (C2) it is [N, C, spatial...], of two or three
      spatial dimensions, and theta is [N, number of these, number of these + 1].
  }];
  let arguments = (ins Onnx_Float:$theta, Onnx_Int64:$size, Onnx_Int<"0">:$align_corners);
  let results = (outs Onnx_Float:$grid);
}

def Onnx_GridSampleOp : Onnx_IndexedOp<"GridSample"> {
  let summary = "x at the positions in grid, which are relative to its size";
  let description = [{
    The last dimension of grid holds coordinates from -1 to 1, that of x's last
    dimension first. One that is no number lies outside of x.
    Mode nearest rounds halves to the even element, as ONNX Runtime does.

    * (C1) x is [N, C, spatial...] and grid [N, spatial..., number of spatial
      dimensions], of one or more not empty spatial dimensions;
    * (C2) mode is linear, nearest or cubic, padding_mode zeros, border or
      reflection;
    * (C3) each result is interpolated between 4096 elements at most.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$grid, Onnx_Int<"0">:$align_corners,
    Onnx_String<"linear">:$mode, Onnx_String<"zeros">:$padding_mode);
  let results = (outs Onnx_Float:$y);
}

def Onnx_RoiAlignOp : Onnx_IndexedOp<"RoiAlign"> {
  let summary = "Regions of x, interpolated to one size";
  let description = [{
    * (C1) x is [N, C, H, W], rois [R, 4], batch_indices [R]; x is not empty;
    * (C2) output_height and output_width are positive, sampling_ratio is from 0
      to 4096; (C3) mode is avg or max, and the transformation is known;
    * (C4) the element types of x and rois match.
  }];
  let arguments = (ins Onnx_Float:$x, Onnx_Float:$rois, Onnx_Int64:$batch_indices,
    Onnx_String<"half_pixel">:$coordinate_transformation_mode, Onnx_String<"avg">:$mode,
    Onnx_Int<"1">:$output_height, Onnx_Int<"1">:$output_width,
    Onnx_Int<"0">:$sampling_ratio, Onnx_Float32<"1.0">:$spatial_scale);
  let results = (outs Onnx_Float:$y);
}
