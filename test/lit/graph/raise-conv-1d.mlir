// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(raise-conv-1d,simplify-graph)))' | FileCheck %s

// Two convolutions and what is between them: one view at either end. Operands
// that broadcast get a height, too.

// CHECK-LABEL: veltair.program @chain
// CHECK-SAME: (%[[X:.*]]: tensor<1x4x9xf32>)
// CHECK: %[[V:.*]] = veltair.view %[[X]] : tensor<1x4x9xf32> -> tensor<1x4x1x9xf32>
// CHECK: %[[C:.*]] = onnx.Conv %[[V]], %{{.*}} {dilations = array<i64: 1, 2>, kernel_shape = array<i64: 1, 3>, pads = array<i64: 0, 2, 0, 2>, strides = array<i64: 1, 1>} : (tensor<1x4x1x9xf32>, tensor<8x4x1x3xf32>, none) -> tensor<1x8x1x9xf32>
// CHECK: %[[A:.*]] = onnx.Mul %[[C]], %{{.*}} : (tensor<1x8x1x9xf32>, tensor<1x8x1x1xf32>) -> tensor<1x8x1x9xf32>
// CHECK: %[[D:.*]] = onnx.Conv %[[A]], {{.*}} -> tensor<1x2x1x4xf32>
// CHECK: %[[Y:.*]] = veltair.view %[[D]] : tensor<1x2x1x4xf32> -> tensor<1x2x4xf32>
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x4x9xf32>],
    output_names = ["y"], output_types = [tensor<1x2x4xf32>]} {
  veltair.program @chain(%x: tensor<1x4x9xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<8x4x3xf32>
    %v = onnx.Constant dense<1.0> : tensor<2x8x3xf32>
    %s = onnx.Constant dense<[[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0]]]> : tensor<1x8x1xf32>
    %0 = onnx.Conv %x, %w, %none {pads = array<i64: 2, 2>, dilations = array<i64: 2>} : (tensor<1x4x9xf32>, tensor<8x4x3xf32>, none) -> tensor<1x8x9xf32>
    %1 = onnx.Mul %0, %s : (tensor<1x8x9xf32>, tensor<1x8x1xf32>) -> tensor<1x8x9xf32>
    %2 = onnx.Conv %1, %v, %none {strides = array<i64: 2>} : (tensor<1x8x9xf32>, tensor<2x8x3xf32>, none) -> tensor<1x2x4xf32>
    veltair.return %2 : tensor<1x2x4xf32>
  }
}

// -----

// Without a convolution in front, and where a matrix broadcasts, nothing is
// gained.

// CHECK-LABEL: veltair.program @kept
// CHECK: onnx.Relu {{.*}} : (tensor<1x4x9xf32>)
// CHECK: onnx.Conv {{.*}} -> tensor<1x8x1x7xf32>
// CHECK: onnx.Add {{.*}} : (tensor<1x8x7xf32>, tensor<8x1xf32>)
veltair.model @m attributes {
    input_names = ["x", "s"], input_types = [tensor<1x4x9xf32>, tensor<8x1xf32>],
    output_names = ["y"], output_types = [tensor<1x8x7xf32>]} {
  veltair.program @kept(%x: tensor<1x4x9xf32>, %s: tensor<8x1xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<8x4x3xf32>
    %r = onnx.Relu %x : (tensor<1x4x9xf32>) -> tensor<1x4x9xf32>
    %0 = onnx.Conv %r, %w, %none : (tensor<1x4x9xf32>, tensor<8x4x3xf32>, none) -> tensor<1x8x7xf32>
    %1 = onnx.Add %0, %s : (tensor<1x8x7xf32>, tensor<8x1xf32>) -> tensor<1x8x7xf32>
    veltair.return %1 : tensor<1x8x7xf32>
  }
}

// -----

// A result of data-dependent size stays a sequence.

// CHECK-LABEL: veltair.program @bounded
// CHECK: onnx.Conv {{.*}} -> tensor<1x8x1x7xf32>
// CHECK: onnx.Mul {{.*}} -> tensor<1x8x7xf32, #onnx.extents<[0, -1, -1]>>
veltair.model @m attributes {
    input_names = ["x", "v", "c"], input_types = [tensor<1x4x9xf32>, tensor<1x8x7xf32>, tensor<1xi1>],
    output_names = ["y"], output_types = [tensor<?x8x7xf32>]} {
  veltair.program @bounded(%x: tensor<1x4x9xf32>, %v: tensor<1x8x7xf32>, %c: tensor<1xi1>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<8x4x3xf32>
    %0 = onnx.Conv %x, %w, %none : (tensor<1x4x9xf32>, tensor<8x4x3xf32>, none) -> tensor<1x8x7xf32>
    %b, %e = onnx.Compress %v, %c {axis = 0 : i64} : (tensor<1x8x7xf32>, tensor<1xi1>) -> (tensor<1x8x7xf32, #onnx.extents<[0, -1, -1]>>, tensor<i64>)
    veltair.extent %e as 0 : tensor<i64>
    %y = onnx.Mul %0, %b : (tensor<1x8x7xf32>, tensor<1x8x7xf32, #onnx.extents<[0, -1, -1]>>) -> tensor<1x8x7xf32, #onnx.extents<[0, -1, -1]>>
    veltair.return %y : tensor<1x8x7xf32, #onnx.extents<[0, -1, -1]>>
  }
}
