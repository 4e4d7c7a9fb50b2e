// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(convert-conv-transpose)))' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(convert-conv-transpose,assign-layout)))' | FileCheck %s --check-prefix=LAYOUT

// Window and stride are equal: each phase has one weight, nothing is cut off.
// What follows is done before. Whole groups of channels move as rows.

// CHECK-LABEL: veltair.program @pointwise
// CHECK-SAME: (%[[X:.*]]: tensor<1x8x5x6xf32>)
// CHECK: %[[C:.*]] = onnx.Conv %[[X]], %{{.*}}, %{{.*}} {pads = array<i64: 0, 0, 0, 0>} : (tensor<1x8x5x6xf32>, tensor<64x8x1x1xf32>, tensor<64xf32>) -> tensor<1x64x5x6xf32>
// CHECK: %[[R:.*]] = onnx.Relu %[[C]]
// CHECK: %[[Y:.*]] = onnx.DepthToSpace %[[R]] {blocksize = 2 : i64} : (tensor<1x64x5x6xf32>) -> tensor<1x16x10x12xf32>
// CHECK: veltair.return %[[Y]]

// LAYOUT-LABEL: veltair.program @pointwise
// LAYOUT: kernel.conv2d
// LAYOUT: veltair.view {{.*}} -> tensor<1x2x2x1x5x6x16xf32>
// LAYOUT: onnx.Transpose {{.*}} {perm = array<i64: 0, 3, 4, 1, 5, 2, 6>} : (tensor<1x2x2x1x5x6x16xf32>) -> tensor<1x1x5x2x6x2x16xf32>
// LAYOUT: veltair.view {{.*}} -> tensor<1x1x10x12x16xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x8x5x6xf32>],
    output_names = ["y"], output_types = [tensor<1x16x10x12xf32>]} {
  veltair.program @pointwise(%x: tensor<1x8x5x6xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<8x16x2x2xf32>
    %b = onnx.Constant dense<2.0> : tensor<16xf32>
    %0 = onnx.ConvTranspose %x, %w, %b {strides = array<i64: 2, 2>} : (tensor<1x8x5x6xf32>, tensor<8x16x2x2xf32>, tensor<16xf32>) -> tensor<1x16x10x12xf32>
    %y = onnx.Relu %0 : (tensor<1x16x10x12xf32>) -> tensor<1x16x10x12xf32>
    veltair.return %y : tensor<1x16x10x12xf32>
  }
}

// -----

// The weights of phase r of a window of 3 by stride 2: elements r + 2 t in
// reverse order, zero where there is none. A pixel is cut off at the top.

// CHECK-LABEL: veltair.program @phases
// CHECK: onnx.Conv {{.*}} {pads = array<i64: 1, 1, 0, 0>} : (tensor<1x1x2x2xf32>, tensor<4x1x2x2xf32>, none) -> tensor<1x4x2x2xf32>
// CHECK: onnx.DepthToSpace {{.*}} -> tensor<1x1x4x4xf32>
// CHECK: onnx.Slice {{.*}} -> tensor<1x1x3x3xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x2x2xf32>],
    output_names = ["y"], output_types = [tensor<1x1x3x3xf32>]} {
  veltair.program @phases(%x: tensor<1x1x2x2xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]]> : tensor<1x1x3x3xf32>
    %y = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 2, 2>, pads = array<i64: 1, 1, 1, 1>} : (tensor<1x1x2x2xf32>, tensor<1x1x3x3xf32>, none) -> tensor<1x1x3x3xf32>
    veltair.return %y : tensor<1x1x3x3xf32>
  }
}

// -----

// Groups, dilation and weights that are no constant stay.

// CHECK-LABEL: veltair.program @others
// CHECK-COUNT-3: onnx.ConvTranspose
veltair.model @m attributes {
    input_names = ["x", "w"], input_types = [tensor<1x2x4x4xf32>, tensor<2x2x2x2xf32>],
    output_names = ["a", "b", "c"], output_types = [tensor<1x2x8x8xf32>, tensor<1x1x6x6xf32>, tensor<1x2x8x8xf32>]} {
  veltair.program @others(%x: tensor<1x2x4x4xf32>, %v: tensor<2x2x2x2xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<2x1x2x2xf32>
    %a = onnx.ConvTranspose %x, %w, %none {strides = array<i64: 2, 2>, group = 2 : i64} : (tensor<1x2x4x4xf32>, tensor<2x1x2x2xf32>, none) -> tensor<1x2x8x8xf32>
    %b = onnx.ConvTranspose %x, %w, %none {dilations = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>, tensor<2x1x2x2xf32>, none) -> tensor<1x1x6x6xf32>
    %c = onnx.ConvTranspose %x, %v, %none {strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>, tensor<2x2x2x2xf32>, none) -> tensor<1x2x8x8xf32>
    veltair.return %a, %b, %c : tensor<1x2x8x8xf32>, tensor<1x1x6x6xf32>, tensor<1x2x8x8xf32>
  }
}
