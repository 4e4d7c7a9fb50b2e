// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(widen-halves)))' | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(widen-halves,simplify-graph)))' | FileCheck %s --check-prefixes=CHECK,FOLDED

// Up to the first product halves are halves; after it only the caller reads
// some, and what converts them itself.
// CHECK-LABEL: veltair.program @product
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf16>)
// CHECK: %[[R:.*]] = onnx.Relu %[[X]] : (tensor<2x3xf16>) -> tensor<2x3xf16>
// CHECK: %[[A:.*]] = onnx.Cast %[[R]] {{.*}} : (tensor<2x3xf16>) -> tensor<2x3xf32>
// WIDE: %[[B:.*]] = onnx.Cast %{{.*}} : (tensor<3x2xf16>) -> tensor<3x2xf32>
// FOLDED: %[[B:.*]] = onnx.Constant dense<{{.*}}> : tensor<3x2xf32>
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
