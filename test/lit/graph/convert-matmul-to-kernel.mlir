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

// The constant has a leading dimension of 1. Without a constant, or with a left
// operand of lower rank, operands are read in place, repeated where they
// broadcast. A transposed left operand of a Gemm changes nothing.

// CHECK-LABEL: veltair.program @matmul
// CHECK-SAME: (%[[X:.*]]: tensor<5x3x4xf32>, %[[V:.*]]: tensor<4x2xf32>)
// CHECK: kernel.matmul %[[X]], %{{.*}} : tensor<5x3x4xf32>, tensor<4x2xf32> -> tensor<5x3x2xf32>
// CHECK: kernel.batch_matmul %[[X]], %[[V]] {lhs_view = #kernel.strided_view<0, sizes = [5, 3, 4], strides = [12, 4, 1]>, rhs_view = #kernel.strided_view<0, sizes = [5, 4, 2], strides = [0, 2, 1]>}
// CHECK: kernel.batch_matmul %[[V]], %{{.*}} {lhs_view = #kernel.strided_view<0, sizes = [1, 4, 2], strides = [0, 2, 1]>, rhs_view = #kernel.strided_view<0, sizes = [1, 2, 2], strides = [4, 2, 1]>}
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

// -----

// Transpositions and parts of operands become strides; other element types stay
// what they are.

// CHECK-LABEL: veltair.program @views
// CHECK-SAME: (%[[A:.*]]: tensor<2x3x8xf32>, %[[B:.*]]: tensor<2x5x4xf32>
// CHECK: kernel.batch_matmul %[[A]], %[[B]] {lhs_view = #kernel.strided_view<4, sizes = [2, 3, 4], strides = [24, 8, 1]>, rhs_view = #kernel.strided_view<0, sizes = [2, 4, 5], strides = [20, 1, 4]>}
// CHECK: onnx.MatMul
veltair.model @m attributes {
    input_names = ["a", "b", "c"], input_types = [tensor<2x3x8xf32>, tensor<2x5x4xf32>, tensor<3x3xf64>],
    output_names = ["y", "z"], output_types = [tensor<2x3x5xf32>, tensor<3x3xf64>]} {
  veltair.program @views(%a: tensor<2x3x8xf32>, %b: tensor<2x5x4xf32>, %c: tensor<3x3xf64>) {
    %s = onnx.Constant dense<4> : tensor<2xi64>
    %0:2 = onnx.Split %a, %s {axis = -1 : i64, num_outputs = 2 : i64} : (tensor<2x3x8xf32>, tensor<2xi64>) -> (tensor<2x3x4xf32>, tensor<2x3x4xf32>)
    %1 = onnx.Transpose %b {perm = array<i64: 0, 2, 1>} : (tensor<2x5x4xf32>) -> tensor<2x4x5xf32>
    %y = onnx.MatMul %0#1, %1 : (tensor<2x3x4xf32>, tensor<2x4x5xf32>) -> tensor<2x3x5xf32>
    %z = onnx.MatMul %c, %c : (tensor<3x3xf64>, tensor<3x3xf64>) -> tensor<3x3xf64>
    veltair.return %y, %z : tensor<2x3x5xf32>, tensor<3x3xf64>
  }
}

// -----

// Nothing to compute, or nothing to compute it from.

// CHECK-LABEL: veltair.program @empty
// CHECK: onnx.MatMul
// CHECK: onnx.MatMul
// CHECK: onnx.Gemm
veltair.model @m attributes {
    input_names = ["x", "z"], input_types = [tensor<0x4xf32>, tensor<3x0xf32>],
    output_names = ["a", "b", "c"], output_types = [tensor<0x2xf32>, tensor<3x2xf32>, tensor<0x2xf32>]} {
  veltair.program @empty(%x: tensor<0x4xf32>, %z: tensor<3x0xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<2.0> : tensor<4x2xf32>
    %v = onnx.Constant dense<2.0> : tensor<0x2xf32>
    %a = onnx.MatMul %x, %w : (tensor<0x4xf32>, tensor<4x2xf32>) -> tensor<0x2xf32>
    %b = onnx.MatMul %z, %v : (tensor<3x0xf32>, tensor<0x2xf32>) -> tensor<3x2xf32>
    %c = onnx.Gemm %x, %w, %none : (tensor<0x4xf32>, tensor<4x2xf32>, none) -> tensor<0x2xf32>
    veltair.return %a, %b, %c : tensor<0x2xf32>, tensor<3x2xf32>, tensor<0x2xf32>
  }
}

// -----

// Which row is the last of a data-dependent number is unknown here.

// CHECK-LABEL: veltair.program @bounded
// CHECK: %[[R:.*]] = onnx.Gather
// CHECK: kernel.batch_matmul %[[R]],
veltair.model @m attributes {
    input_names = ["x", "c", "w"], input_types = [tensor<10x4xf32>, tensor<10xi1>, tensor<4x2xf32>],
    output_names = ["y"], output_types = [tensor<1x2xf32>]} {
  veltair.program @bounded(%x: tensor<10x4xf32>, %c: tensor<10xi1>, %w: tensor<4x2xf32>) {
    %last = onnx.Constant dense<-1> : tensor<1xi64>
    %b, %e = onnx.Compress %x, %c {axis = 0 : i64} : (tensor<10x4xf32>, tensor<10xi1>) -> (tensor<10x4xf32, #onnx.extents<[0, -1]>>, tensor<i64>)
    veltair.extent %e as 0 : tensor<i64>
    %r = onnx.Gather %b, %last {axis = 0 : i64} : (tensor<10x4xf32, #onnx.extents<[0, -1]>>, tensor<1xi64>) -> tensor<1x4xf32>
    %y = onnx.MatMul %r, %w : (tensor<1x4xf32>, tensor<4x2xf32>) -> tensor<1x2xf32>
    veltair.return %y : tensor<1x2xf32>
  }
}

// -----

// An index out of range is a fault when the program runs.

// CHECK-LABEL: veltair.program @outside
// CHECK: %[[R:.*]] = onnx.Gather
// CHECK: kernel.batch_matmul %[[R]],
veltair.model @m attributes {
    input_names = ["x", "w"], input_types = [tensor<3x5x4xf32>, tensor<4x2xf32>],
    output_names = ["y"], output_types = [tensor<3x2xf32>]} {
  veltair.program @outside(%x: tensor<3x5x4xf32>, %w: tensor<4x2xf32>) {
    %i = onnx.Constant dense<5> : tensor<i64>
    %r = onnx.Gather %x, %i {axis = 1 : i64} : (tensor<3x5x4xf32>, tensor<i64>) -> tensor<3x4xf32>
    %y = onnx.MatMul %r, %w : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
    veltair.return %y : tensor<3x2xf32>
  }
}
