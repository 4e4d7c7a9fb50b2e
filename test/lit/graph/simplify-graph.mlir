// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(simplify-graph)))' | FileCheck %s

// CHECK-LABEL: veltair.program @reshapes
// CHECK-SAME: (%[[X:.*]]: tensor<1x6x1x1xf32>)
// CHECK-DAG: %[[V:.*]] = veltair.view %[[X]] : tensor<1x6x1x1xf32> -> tensor<2x3xf32>
// CHECK-DAG: %[[C:.*]] = onnx.Constant dense<{{.*}}> : tensor<2x3xf32>
// CHECK: %[[Y:.*]] = onnx.Add %[[V]], %[[C]]
// CHECK-NEXT: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x6x1x1xf32>],
    output_names = ["y"], output_types = [tensor<2x3xf32>]} {
  veltair.program @reshapes(%x: tensor<1x6x1x1xf32>) {
    %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
    %c = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]> : tensor<6xf32>
    %f = onnx.Flatten %x : (tensor<1x6x1x1xf32>) -> tensor<1x6xf32>
    %t = onnx.Transpose %f {perm = array<i64: 1, 0>} : (tensor<1x6xf32>) -> tensor<6x1xf32>
    %r = onnx.Reshape %t, %shape : (tensor<6x1xf32>, tensor<2xi64>) -> tensor<2x3xf32>
    %i = onnx.Identity %r : (tensor<2x3xf32>) -> tensor<2x3xf32>
    %d = onnx.Reshape %c, %shape : (tensor<6xf32>, tensor<2xi64>) -> tensor<2x3xf32>
    %y = onnx.Add %i, %d : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
    veltair.return %y : tensor<2x3xf32>
  }
}

// -----

// CHECK-LABEL: veltair.program @transposedConstant
// CHECK: %[[C:.*]] = onnx.Constant dense<{{\[\[}}1.000000e+00, 4.000000e+00], [2.000000e+00, 5.000000e+00], [3.000000e+00, 6.000000e+00]]> : tensor<3x2xf32>
// CHECK: onnx.Add %{{.*}}, %[[C]]
// CHECK: onnx.Transpose
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<3x2xf32>],
    output_names = ["y"], output_types = [tensor<2x3xf32>]} {
  veltair.program @transposedConstant(%x: tensor<3x2xf32>) {
    %c = onnx.Constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
    %t = onnx.Transpose %c {perm = array<i64: 1, 0>} : (tensor<2x3xf32>) -> tensor<3x2xf32>
    %y = onnx.Add %x, %t : (tensor<3x2xf32>, tensor<3x2xf32>) -> tensor<3x2xf32>
    %z = onnx.Transpose %y {perm = array<i64: 1, 0>} : (tensor<3x2xf32>) -> tensor<2x3xf32>
    veltair.return %z : tensor<2x3xf32>
  }
}

// -----

// CHECK-LABEL: veltair.program @convertedConstants
// CHECK-DAG: %[[H:.*]] = onnx.Constant dense<[5.000000e-01, -2.000000e+00]> : tensor<2xf32>
// CHECK-DAG: %[[D:.*]] = onnx.Constant dense<[2.500000e-01, 3.000000e+00]> : tensor<2xf32>
// CHECK: onnx.Sum %{{.*}}, %[[H]], %[[D]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<2xf32>],
    output_names = ["y"], output_types = [tensor<2xf32>]} {
  veltair.program @convertedConstants(%x: tensor<2xf32>) {
    %0 = onnx.Constant dense<[0.5, -2.0]> : tensor<2xf16>
    %1 = onnx.Constant dense<[0.25, 3.0]> : tensor<2xf64>
    %h = onnx.Cast %0 {to = 1 : i64} : (tensor<2xf16>) -> tensor<2xf32>
    %d = onnx.Cast %1 {to = 1 : i64} : (tensor<2xf64>) -> tensor<2xf32>
    %y = onnx.Sum %x, %h, %d : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    veltair.return %y : tensor<2xf32>
  }
}

// -----

// Zeros around height and width go into the convolution; those around the
// channels, or other numbers, stay.

// CHECK-LABEL: veltair.program @pad
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x5x5xf32>)
// CHECK: onnx.Conv %[[X]], %{{.*}} {pads = array<i64: 1, 2, 1, 3>}
// CHECK: %[[P:.*]] = onnx.Pad
// CHECK: onnx.Conv %[[P]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x4x5x5xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x4x5x8xf32>, tensor<1x4x5x8xf32>]} {
  veltair.program @pad(%x: tensor<1x4x5x5xf32>) {
    %none = onnx.NoValue
    %one = onnx.Constant dense<1.0> : tensor<f32>
    %w = onnx.Constant dense<0.5> : tensor<4x4x3x3xf32>
    %pads = onnx.Constant dense<[0, 1, 1, 2]> : tensor<4xi64>
    %axes = onnx.Constant dense<[2, -1]> : tensor<2xi64>
    %p = onnx.Pad %x, %pads, %none, %axes : (tensor<1x4x5x5xf32>, tensor<4xi64>, none, tensor<2xi64>) -> tensor<1x4x6x8xf32>
    %y = onnx.Conv %p, %w, %none {pads = array<i64: 1, 1, 0, 1>} : (tensor<1x4x6x8xf32>, tensor<4x4x3x3xf32>, none) -> tensor<1x4x5x8xf32>
    %q = onnx.Pad %x, %pads, %one, %axes : (tensor<1x4x5x5xf32>, tensor<4xi64>, tensor<f32>, tensor<2xi64>) -> tensor<1x4x6x8xf32>
    %z = onnx.Conv %q, %w, %none {pads = array<i64: 1, 1, 0, 1>} : (tensor<1x4x6x8xf32>, tensor<4x4x3x3xf32>, none) -> tensor<1x4x5x8xf32>
    veltair.return %y, %z : tensor<1x4x5x8xf32>, tensor<1x4x5x8xf32>
  }
}

// -----

// What is quantized and taken back at once stays f32; with another scale it is
// not taken back.

// CHECK-LABEL: veltair.program @quantized
// CHECK: %[[Q:.*]] = onnx.Div %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
// CHECK: %[[R:.*]] = onnx.Round %[[Q]]
// CHECK: %[[M:.*]] = onnx.Add %[[R]], %{{.*}} : (tensor<4xf32>, tensor<f32>)
// CHECK: %[[L:.*]] = onnx.Clip %[[M]], %{{.*}}, %{{.*}} : (tensor<4xf32>, tensor<f32>, tensor<f32>)
// CHECK: %[[D:.*]] = onnx.Sub %[[L]], %{{.*}} : (tensor<4xf32>, tensor<f32>)
// CHECK: %[[Y:.*]] = onnx.Mul %[[D]], %{{.*}} : (tensor<4xf32>, tensor<f32>)
// CHECK: %[[O:.*]] = onnx.QuantizeLinear
// CHECK: %[[Z:.*]] = onnx.DequantizeLinear %[[O]]
// CHECK: veltair.return %[[Y]], %[[Z]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4xf32>],
    output_names = ["y", "z"], output_types = [tensor<4xf32>, tensor<4xf32>]} {
  veltair.program @quantized(%x: tensor<4xf32>) {
    %s = onnx.Constant dense<0.5> : tensor<f32>
    %t = onnx.Constant dense<0.25> : tensor<f32>
    %p = onnx.Constant dense<3> : tensor<i8>
    %q = onnx.QuantizeLinear %x, %s, %p : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
    %y = onnx.DequantizeLinear %q, %s, %p : (tensor<4xi8>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
    %o = onnx.QuantizeLinear %x, %s, %p : (tensor<4xf32>, tensor<f32>, tensor<i8>) -> tensor<4xi8>
    %z = onnx.DequantizeLinear %o, %t, %p : (tensor<4xi8>, tensor<f32>, tensor<i8>) -> tensor<4xf32>
    veltair.return %y, %z : tensor<4xf32>, tensor<4xf32>
  }
}

// -----

// A constant of equal elements may be larger than memory: one is converted.

// CHECK-LABEL: veltair.program @splat
// CHECK: onnx.Constant dense<2.000000e+00> : tensor<1048576x1048576xf32>
veltair.model @m attributes {
    input_names = ["i"], input_types = [tensor<2xf32>],
    output_names = ["y"], output_types = [tensor<1048576x1048576xf32>]} {
  veltair.program @splat(%i: tensor<2xf32>) {
    %x = onnx.Constant dense<2.0> : tensor<1048576x1048576xf16>
    %y = onnx.Cast %x {saturate = 1 : i64, to = 1 : i64} : (tensor<1048576x1048576xf16>) -> tensor<1048576x1048576xf32>
    veltair.return %y : tensor<1048576x1048576xf32>
  }
}
