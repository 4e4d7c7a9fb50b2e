// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(fold-strides)))' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(fold-strides,assign-layout,form-layers)))' | FileCheck %s --check-prefix=LAYERS

// 7x7 of stride 2, padded by 3: rows y of the phases 0 and 1 are rows 2y and 2y + 1
// of the image. Taps reach from 3 rows above to 3 below: in phases from 2 to 1.

// CHECK-LABEL: veltair.program @stem
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x64x96xf32>)
// CHECK: %[[PHASES:.*]] = onnx.SpaceToDepth %[[X]] {blocksize = 2 : i64} : (tensor<1x3x64x96xf32>) -> tensor<1x12x32x48xf32>
// CHECK: onnx.Conv %[[PHASES]], %{{.*}}, %{{.*}} {pads = array<i64: 2, 2, 1, 1>} : (tensor<1x12x32x48xf32>, tensor<64x12x4x4xf32>, none) -> tensor<1x64x32x48xf32>

// Phases and layout are one layer.
// LAYERS-LABEL: veltair.program @stem
// LAYERS: veltair.layer "Reorder" "SpaceToDepth+Reorder" ins(%{{.*}} : tensor<1x3x64x96xf32>) constants() -> tensor<1x1x32x48x16xf32>
// LAYERS: onnx.SpaceToDepth
// LAYERS-NEXT: kernel.reorder
// LAYERS: veltair.layer
// LAYERS: kernel.conv2d
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x64x96xf32>],
    output_names = ["y"], output_types = [tensor<1x64x32x48xf32>]} {
  veltair.program @stem(%x: tensor<1x3x64x96xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<64x3x7x7xf32>
    %y = onnx.Conv %x, %w, %none {pads = array<i64: 3, 3, 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x3x64x96xf32>, tensor<64x3x7x7xf32>, none) -> tensor<1x64x32x48xf32>
    veltair.return %y : tensor<1x64x32x48xf32>
  }
}

// -----

// 5x5 of stride 2, padded by 1 before and 2 behind: taps 0, 2, 4 read phase 1 from
// the row before on, taps 1 and 3 phase 0.

// CHECK-LABEL: veltair.program @taps
// CHECK: onnx.Conv %{{.*}} {pads = array<i64: 1, 1, 1, 1>} : (tensor<1x12x20x20xf32>, tensor<16x12x3x3xf32>, none) -> tensor<1x16x20x20xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x40x40xf32>],
    output_names = ["y"], output_types = [tensor<1x16x20x20xf32>]} {
  veltair.program @taps(%x: tensor<1x3x40x40xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<16x3x5x5xf32>
    %y = onnx.Conv %x, %w, %none {pads = array<i64: 1, 1, 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x3x40x40xf32>, tensor<16x3x5x5xf32>, none) -> tensor<1x16x20x20xf32>
    veltair.return %y : tensor<1x16x20x20xf32>
  }
}

// -----

// Not worth it: 3x3 of three channels; a map of few tiles. Not possible: an odd
// extent.

// CHECK-LABEL: veltair.program @left
// CHECK-NOT: onnx.SpaceToDepth
veltair.model @m attributes {
    input_names = ["x", "u", "v"], input_types = [tensor<1x3x64x64xf32>, tensor<1x3x63x64xf32>, tensor<1x3x8x8xf32>],
    output_names = ["y", "s", "t"], output_types = [tensor<1x8x32x32xf32>, tensor<1x8x32x32xf32>, tensor<1x8x1x1xf32>]} {
  veltair.program @left(%x: tensor<1x3x64x64xf32>, %u: tensor<1x3x63x64xf32>, %v: tensor<1x3x8x8xf32>) {
    %none = onnx.NoValue
    %w3 = onnx.Constant dense<1.0> : tensor<8x3x3x3xf32>
    %w7 = onnx.Constant dense<1.0> : tensor<8x3x7x7xf32>
    %y = onnx.Conv %x, %w3, %none {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x64x64xf32>, tensor<8x3x3x3xf32>, none) -> tensor<1x8x32x32xf32>
    %s = onnx.Conv %u, %w7, %none {pads = array<i64: 3, 3, 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x3x63x64xf32>, tensor<8x3x7x7xf32>, none) -> tensor<1x8x32x32xf32>
    %t = onnx.Conv %v, %w7, %none {strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<8x3x7x7xf32>, none) -> tensor<1x8x1x1xf32>
    veltair.return %y, %s, %t : tensor<1x8x32x32xf32>, tensor<1x8x32x32xf32>, tensor<1x8x1x1xf32>
  }
}

// -----

// Nor behind another convolution, whose result is blocked.

// CHECK-LABEL: veltair.program @behind
// CHECK-NOT: onnx.SpaceToDepth
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x64x96xf32>],
    output_names = ["y"], output_types = [tensor<1x64x32x48xf32>]} {
  veltair.program @behind(%x: tensor<1x3x64x96xf32>) {
    %none = onnx.NoValue
    %v = onnx.Constant dense<1.0> : tensor<3x3x1x1xf32>
    %w = onnx.Constant dense<1.0> : tensor<64x3x7x7xf32>
    %c = onnx.Conv %x, %v, %none : (tensor<1x3x64x96xf32>, tensor<3x3x1x1xf32>, none) -> tensor<1x3x64x96xf32>
    %r = onnx.Relu %c : (tensor<1x3x64x96xf32>) -> tensor<1x3x64x96xf32>
    %y = onnx.Conv %r, %w, %none {pads = array<i64: 3, 3, 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x3x64x96xf32>, tensor<64x3x7x7xf32>, none) -> tensor<1x64x32x48xf32>
    veltair.return %y : tensor<1x64x32x48xf32>
  }
}
