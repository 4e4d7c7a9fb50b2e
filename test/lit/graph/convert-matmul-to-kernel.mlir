// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(convert-matmul-to-kernel)))' | FileCheck %s

// A Gemm with factors: they go into the constants.

// CHECK-LABEL: veltair.program @gemm
// CHECK-SAME: (%[[X:.*]]: tensor<3x4xf32>)
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<1.000000e+00> : tensor<2x4xf32>
// CHECK-DAG: %[[C:.*]] = onnx.Constant dense<[5.000000e-01, 1.000000e+00]> : tensor<2xf32>
// CHECK: %[[M:.*]] = kernel.matmul %[[X]], %[[B]] {transpose_rhs} : tensor<3x4xf32>, tensor<2x4xf32> -> tensor<3x2xf32>
// CHECK: %[[Y:.*]] = onnx.Add %[[M]], %[[C]] : (tensor<3x2xf32>, tensor<2xf32>) -> tensor<3x2xf32>
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<3x4xf32>],
    output_names = ["y"], output_types = [tensor<3x2xf32>]} {
  veltair.program @gemm(%x: tensor<3x4xf32>) {
    %b = onnx.Constant dense<2.0> : tensor<2x4xf32>
    %c = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
    %y = onnx.Gemm %x, %b, %c {alpha = 0.5 : f32, beta = 0.5 : f32, transB = 1} : (tensor<3x4xf32>, tensor<2x4xf32>, tensor<2xf32>) -> tensor<3x2xf32>
    veltair.return %y : tensor<3x2xf32>
  }
}

// -----

// The constant has a leading dimension of 1. Without a constant, with a left
// operand of lower rank, or with a transposed one, nothing changes.

// CHECK-LABEL: veltair.program @matmul
// CHECK-SAME: (%[[X:.*]]: tensor<5x3x4xf32>, %[[V:.*]]: tensor<4x2xf32>)
// CHECK: kernel.matmul %[[X]], %{{.*}} : tensor<5x3x4xf32>, tensor<4x2xf32> -> tensor<5x3x2xf32>
// CHECK: onnx.MatMul %[[X]], %[[V]]
// CHECK: onnx.MatMul %[[V]]
// CHECK: onnx.Gemm %[[V]]
veltair.model @m attributes {
    input_names = ["x", "v"], input_types = [tensor<5x3x4xf32>, tensor<4x2xf32>],
    output_names = ["y", "z", "u", "t"], output_types = [tensor<5x3x2xf32>, tensor<5x3x2xf32>, tensor<1x4x2xf32>, tensor<2x2xf32>]} {
  veltair.program @matmul(%x: tensor<5x3x4xf32>, %v: tensor<4x2xf32>) {
    %none = onnx.NoValue
    %b = onnx.Constant dense<2.0> : tensor<1x4x2xf32>
    %s = onnx.Constant dense<2.0> : tensor<1x2x2xf32>
    %c = onnx.Constant dense<2.0> : tensor<4x2xf32>
    %y = onnx.MatMul %x, %b : (tensor<5x3x4xf32>, tensor<1x4x2xf32>) -> tensor<5x3x2xf32>
    %z = onnx.MatMul %x, %v : (tensor<5x3x4xf32>, tensor<4x2xf32>) -> tensor<5x3x2xf32>
    %u = onnx.MatMul %v, %s : (tensor<4x2xf32>, tensor<1x2x2xf32>) -> tensor<1x4x2xf32>
    %t = onnx.Gemm %v, %c, %none {transA = 1} : (tensor<4x2xf32>, tensor<4x2xf32>, none) -> tensor<2x2xf32>
    veltair.return %y, %z, %u, %t : tensor<5x3x2xf32>, tensor<5x3x2xf32>, tensor<1x4x2xf32>, tensor<2x2xf32>
  }
}
