// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(simplify-graph,raise-channel-shuffle)))' | FileCheck %s

// Two groups of three channels, interleaved.

// CHECK-LABEL: veltair.program @shuffle
// CHECK-SAME: (%[[X:.*]]: tensor<1x6x4x4xf32>)
// CHECK: %[[I:.*]] = onnx.Constant dense<[0, 3, 1, 4, 2, 5]> : tensor<6xi64>
// CHECK: %[[Y:.*]] = onnx.Gather %[[X]], %[[I]] {axis = 1 : i64} : (tensor<1x6x4x4xf32>, tensor<6xi64>) -> tensor<1x6x4x4xf32>
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x6x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x6x4x4xf32>]} {
  veltair.program @shuffle(%x: tensor<1x6x4x4xf32>) {
    %cut = onnx.Constant dense<[1, 2, 3, 4, 4]> : tensor<5xi64>
    %joined = onnx.Constant dense<[1, 6, 4, 4]> : tensor<4xi64>
    %0 = onnx.Reshape %x, %cut : (tensor<1x6x4x4xf32>, tensor<5xi64>) -> tensor<1x2x3x4x4xf32>
    %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x2x3x4x4xf32>) -> tensor<1x3x2x4x4xf32>
    %2 = onnx.Reshape %1, %joined : (tensor<1x3x2x4x4xf32>, tensor<4xi64>) -> tensor<1x6x4x4xf32>
    veltair.return %2 : tensor<1x6x4x4xf32>
  }
}

// -----

// Pixels that move stay.

// CHECK-LABEL: veltair.program @pixels
// CHECK: onnx.Transpose
// CHECK-NOT: onnx.Gather
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x6x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x6x4x4xf32>]} {
  veltair.program @pixels(%x: tensor<1x6x4x4xf32>) {
    %cut = onnx.Constant dense<[1, 2, 3, 4, 4]> : tensor<5xi64>
    %joined = onnx.Constant dense<[1, 6, 4, 4]> : tensor<4xi64>
    %0 = onnx.Reshape %x, %cut : (tensor<1x6x4x4xf32>, tensor<5xi64>) -> tensor<1x2x3x4x4xf32>
    %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1, 4, 3>} : (tensor<1x2x3x4x4xf32>) -> tensor<1x3x2x4x4xf32>
    %2 = onnx.Reshape %1, %joined : (tensor<1x3x2x4x4xf32>, tensor<4xi64>) -> tensor<1x6x4x4xf32>
    veltair.return %2 : tensor<1x6x4x4xf32>
  }
}

// -----

// There is no channel.

// CHECK-LABEL: veltair.program @none
// CHECK: onnx.Transpose
// CHECK-NOT: onnx.Gather
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x0x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x0x4x4xf32>]} {
  veltair.program @none(%x: tensor<1x0x4x4xf32>) {
    %cut = onnx.Constant dense<[1, 2, 0, 4, 4]> : tensor<5xi64>
    %joined = onnx.Constant dense<[1, 0, 4, 4]> : tensor<4xi64>
    %0 = onnx.Reshape %x, %cut {allowzero = 1 : i64} : (tensor<1x0x4x4xf32>, tensor<5xi64>) -> tensor<1x2x0x4x4xf32>
    %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1, 3, 4>} : (tensor<1x2x0x4x4xf32>) -> tensor<1x0x2x4x4xf32>
    %2 = onnx.Reshape %1, %joined {allowzero = 1 : i64} : (tensor<1x0x2x4x4xf32>, tensor<4xi64>) -> tensor<1x0x4x4xf32>
    veltair.return %2 : tensor<1x0x4x4xf32>
  }
}
