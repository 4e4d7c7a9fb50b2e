// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(widen-conv-groups)))' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(widen-conv-groups,assign-layout)))' | FileCheck %s --check-prefix=LAYOUT

// Groups of 8 channels: two make one of 16. The weights between them are zero.

// CHECK-LABEL: veltair.program @pairs
// CHECK-SAME: (%[[X:.*]]: tensor<1x32x5x6xf32>)
// CHECK: %[[Y:.*]] = onnx.Conv %[[X]], %{{.*}}, %{{.*}} {group = 2 : i64} : (tensor<1x32x5x6xf32>, tensor<32x16x1x1xf32>, none) -> tensor<1x32x5x6xf32>
// CHECK: veltair.return %[[Y]]

// LAYOUT-LABEL: veltair.program @pairs
// LAYOUT: kernel.conv2d {{.*}} {dilations = array<i64: 1, 1>, groups = 2 : i64, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>} : tensor<1x2x5x6x16xf32>, tensor<32x16x1x1xf32> -> tensor<1x2x5x6x16xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x32x5x6xf32>],
    output_names = ["y"], output_types = [tensor<1x32x5x6xf32>]} {
  veltair.program @pairs(%x: tensor<1x32x5x6xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<32x8x1x1xf32>
    %y = onnx.Conv %x, %w, %none {group = 4 : i64} : (tensor<1x32x5x6xf32>, tensor<32x8x1x1xf32>, none) -> tensor<1x32x5x6xf32>
    veltair.return %y : tensor<1x32x5x6xf32>
  }
}

// -----

// Three groups of 2: no part of them has whole blocks of channels.

// CHECK-LABEL: veltair.program @all
// CHECK: %[[W:.*]] = onnx.Constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]], {{\[\[}}0.000000e+00]], {{.*}}> : tensor<3x6x1x1xf32>
// CHECK: onnx.Conv %{{.*}}, %[[W]], %{{.*}} : (tensor<1x6x5x6xf32>, tensor<3x6x1x1xf32>, none)

// LAYOUT-LABEL: veltair.program @all
// LAYOUT: kernel.conv2d {{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, strides = array<i64: 1, 1>}
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x6x5x6xf32>],
    output_names = ["y"], output_types = [tensor<1x3x5x6xf32>]} {
  veltair.program @all(%x: tensor<1x6x5x6xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<[[[[1.0]], [[2.0]]], [[[3.0]], [[4.0]]], [[[5.0]], [[6.0]]]]> : tensor<3x2x1x1xf32>
    %y = onnx.Conv %x, %w, %none {group = 3 : i64} : (tensor<1x6x5x6xf32>, tensor<3x2x1x1xf32>, none) -> tensor<1x3x5x6xf32>
    veltair.return %y : tensor<1x3x5x6xf32>
  }
}

// -----

// A group a channel has a kernel of its own, whole blocks need no help, and
// the weights have to be known.

// CHECK-LABEL: veltair.program @kept
// CHECK: onnx.Conv {{.*}} {group = 32 : i64} : (tensor<1x32x5x6xf32>, tensor<32x1x1x1xf32>, none)
// CHECK: onnx.Conv {{.*}} {group = 2 : i64} : (tensor<1x32x5x6xf32>, tensor<64x16x1x1xf32>, none)
// CHECK: onnx.Conv {{.*}} {group = 16 : i64} : (tensor<1x64x5x6xf32>, tensor<32x4x1x1xf32>, none)

// LAYOUT-LABEL: veltair.program @kept
// LAYOUT: kernel.depthwise_conv2d
// LAYOUT: kernel.conv2d {{.*}}groups = 2 : i64
// LAYOUT: onnx.Conv
veltair.model @m attributes {
    input_names = ["x", "v"], input_types = [tensor<1x32x5x6xf32>, tensor<32x4x1x1xf32>],
    output_names = ["y"], output_types = [tensor<1x32x5x6xf32>]} {
  veltair.program @kept(%x: tensor<1x32x5x6xf32>, %v: tensor<32x4x1x1xf32>) {
    %none = onnx.NoValue
    %d = onnx.Constant dense<1.0> : tensor<32x1x1x1xf32>
    %w = onnx.Constant dense<1.0> : tensor<64x16x1x1xf32>
    %0 = onnx.Conv %x, %d, %none {group = 32 : i64} : (tensor<1x32x5x6xf32>, tensor<32x1x1x1xf32>, none) -> tensor<1x32x5x6xf32>
    %1 = onnx.Conv %0, %w, %none {group = 2 : i64} : (tensor<1x32x5x6xf32>, tensor<64x16x1x1xf32>, none) -> tensor<1x64x5x6xf32>
    %y = onnx.Conv %1, %v, %none {group = 16 : i64} : (tensor<1x64x5x6xf32>, tensor<32x4x1x1xf32>, none) -> tensor<1x32x5x6xf32>
    veltair.return %y : tensor<1x32x5x6xf32>
  }
}

// -----

// No few groups of three channels have whole blocks, and 37 together are mostly
// zeros.

// CHECK-LABEL: veltair.program @many
// CHECK: onnx.Conv {{.*}} {group = 37 : i64} : (tensor<1x111x5x6xf32>, tensor<111x3x1x1xf32>, none)
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x111x5x6xf32>],
    output_names = ["y"], output_types = [tensor<1x111x5x6xf32>]} {
  veltair.program @many(%x: tensor<1x111x5x6xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<111x3x1x1xf32>
    %y = onnx.Conv %x, %w, %none {group = 37 : i64} : (tensor<1x111x5x6xf32>, tensor<111x3x1x1xf32>, none) -> tensor<1x111x5x6xf32>
    veltair.return %y : tensor<1x111x5x6xf32>
  }
}

// -----

// There is no channel of results, and no weight.

// CHECK-LABEL: veltair.program @none
// CHECK: onnx.Conv {{.*}} {group = 2 : i64} : (tensor<1x8x5x6xf32>, tensor<0x4x1x1xf32>, none)
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x8x5x6xf32>],
    output_names = ["y"], output_types = [tensor<1x0x5x6xf32>]} {
  veltair.program @none(%x: tensor<1x8x5x6xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<> : tensor<0x4x1x1xf32>
    %y = onnx.Conv %x, %w, %none {group = 2 : i64} : (tensor<1x8x5x6xf32>, tensor<0x4x1x1xf32>, none) -> tensor<1x0x5x6xf32>
    veltair.return %y : tensor<1x0x5x6xf32>
  }
}
