// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(widen-halves)))' | FileCheck %s

// Up to the first product halves are halves; after it only the caller reads
// some, and what converts them itself.
// CHECK-LABEL: veltair.program @product
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf16>)
// CHECK: %[[R:.*]] = onnx.Relu %[[X]] : (tensor<2x3xf16>) -> tensor<2x3xf16>
// CHECK: %[[A:.*]] = onnx.Cast %[[R]] {{.*}} : (tensor<2x3xf16>) -> tensor<2x3xf32>
// CHECK: %[[B:.*]] = onnx.Constant dense<{{.*}}> : tensor<3x2xf32>
// CHECK: %[[P:.*]] = onnx.MatMul %[[A]], %[[B]] : {{.*}} -> tensor<2x2xf32>
// CHECK: %[[T:.*]] = onnx.Tanh %[[P]] : (tensor<2x2xf32>) -> tensor<2x2xf32>
// CHECK: %[[H:.*]] = onnx.Cast %[[T]] {{.*}} -> tensor<2x2xf16>
// CHECK: %[[I:.*]] = onnx.Cast %[[H]] {{.*}} -> tensor<2x2xi32>
// CHECK: veltair.return %[[H]], %[[I]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<2x3xf16>],
    output_names = ["y", "z"],
    output_types = [tensor<2x2xf16>, tensor<2x2xi32>]} {
  veltair.program @product(%x: tensor<2x3xf16>) {
    %w = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf16>
    %r = onnx.Relu %x : (tensor<2x3xf16>) -> tensor<2x3xf16>
    %p = onnx.MatMul %r, %w : (tensor<2x3xf16>, tensor<3x2xf16>) -> tensor<2x2xf16>
    %t = onnx.Tanh %p : (tensor<2x2xf16>) -> tensor<2x2xf16>
    %i = onnx.Cast %t {saturate = 1 : i64, to = 6 : i64} : (tensor<2x2xf16>) -> tensor<2x2xi32>
    veltair.return %t, %i : tensor<2x2xf16>, tensor<2x2xi32>
  }
}

// -----

// Operands whose value decides stay constants; the type of what is filled in
// follows from no operand.
// CHECK-LABEL: veltair.program @constants
// CHECK: %[[P:.*]] = onnx.MatMul
// CHECK: %[[ROI:.*]] = onnx.Constant dense<[0.000000e+00, 0.000000e+00, 5.000000e-01, 1.000000e+00]> : tensor<4xf32>
// CHECK: %[[R:.*]] = onnx.Resize %[[P]], %[[ROI]], {{.*}} -> tensor<2x2xf32>
// CHECK: %[[H:.*]] = onnx.Cast %[[R]] {{.*}} -> tensor<2x2xf16>
// CHECK: onnx.FillLike %[[H]] {{.*}} -> tensor<2x2xf16>
veltair.model @m attributes {
    input_names = ["x", "y"], input_types = [tensor<2x3xf16>, tensor<3x2xf16>],
    output_names = ["z"], output_types = [tensor<2x2xf16>]} {
  veltair.program @constants(%x: tensor<2x3xf16>, %y: tensor<3x2xf16>) {
    %n = onnx.NoValue
    %roi = onnx.Constant dense<[0.0, 0.0, 0.5, 1.0]> : tensor<4xf16>
    %scales = onnx.Constant dense<[2.0, 1.0]> : tensor<2xf32>
    %p = onnx.MatMul %x, %y : (tensor<2x3xf16>, tensor<3x2xf16>) -> tensor<2x2xf16>
    %r = onnx.Resize %p, %roi, %scales, %n {coordinate_transformation_mode = "tf_crop_and_resize"} : (tensor<2x2xf16>, tensor<4xf16>, tensor<2xf32>, none) -> tensor<2x2xf16>
    %f = onnx.FillLike %r {value = dense<1.0> : tensor<1xf16>} : (tensor<2x2xf16>) -> tensor<2x2xf16>
    veltair.return %f : tensor<2x2xf16>
  }
}

// -----

// CHECK-LABEL: veltair.program @noProduct
// CHECK-NOT: f32
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<2xbf16>],
    output_names = ["y"], output_types = [tensor<2xbf16>]} {
  veltair.program @noProduct(%x: tensor<2xbf16>) {
    %y = onnx.Add %x, %x : (tensor<2xbf16>, tensor<2xbf16>) -> tensor<2xbf16>
    veltair.return %y : tensor<2xbf16>
  }
}

// -----

// An attribute tells the type of what is taken back from integers.
// CHECK-LABEL: veltair.program @dequantize
// CHECK: %[[P:.*]] = onnx.MatMul {{.*}} -> tensor<1x1xf32>
// CHECK: %[[H:.*]] = onnx.Cast %[[P]] {{.*}} -> tensor<1x1xf16>
// CHECK: onnx.DequantizeLinear %{{.*}}, %[[H]], {{.*}} -> tensor<4xf16>
veltair.model @m attributes {
    input_names = ["x", "y", "q"], input_types = [tensor<1x3xf16>, tensor<3x1xf16>, tensor<4xi8>],
    output_names = ["z"], output_types = [tensor<4xf16>]} {
  veltair.program @dequantize(%x: tensor<1x3xf16>, %y: tensor<3x1xf16>, %q: tensor<4xi8>) {
    %n = onnx.NoValue
    %p = onnx.MatMul %x, %y : (tensor<1x3xf16>, tensor<3x1xf16>) -> tensor<1x1xf16>
    %z = onnx.DequantizeLinear %q, %p, %n {output_dtype = 10 : i64} : (tensor<4xi8>, tensor<1x1xf16>, none) -> tensor<4xf16>
    veltair.return %z : tensor<4xf16>
  }
}
