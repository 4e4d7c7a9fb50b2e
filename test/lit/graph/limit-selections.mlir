// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(veltair.program(limit-selections)))' | FileCheck %s

// Of the first selection three rows are used, of the second all: it has another
// user.

// CHECK: onnx.NonMaxSuppression {{.*}} {limit = 3 : i64}
// CHECK: onnx.NonMaxSuppression
// CHECK-NOT: limit
veltair.model @m attributes {
    input_names = ["b", "s"], input_types = [tensor<1x8x4xf32>, tensor<1x1x8xf32>],
    output_names = ["x", "y", "z"], output_types = [tensor<?xi64>, tensor<?x3xi64>, tensor<?x3xi64>]} {
  veltair.program @p(%b: tensor<1x8x4xf32>, %s: tensor<1x1x8xf32>) {
    %n = onnx.NoValue
    %most = onnx.Constant dense<8> : tensor<i64>
    %two = onnx.Constant dense<2> : tensor<1xi64>
    %one = onnx.Constant dense<1> : tensor<1xi64>
    %0:3 = onnx.NonMaxSuppression %b, %s, %most, %n, %n : (tensor<1x8x4xf32>, tensor<1x1x8xf32>, tensor<i64>, none, none) -> (tensor<8x3xi64, #onnx.extents<[0, -1]>>, tensor<8xi64>, tensor<i64>)
    veltair.extent %0#2 as 0 : tensor<i64>
    %1 = onnx.Gather %0#0, %two {axis = 1 : i64} : (tensor<8x3xi64, #onnx.extents<[0, -1]>>, tensor<1xi64>) -> tensor<8x1xi64, #onnx.extents<[0, -1]>>
    %2 = onnx.Squeeze %1, %one : (tensor<8x1xi64, #onnx.extents<[0, -1]>>, tensor<1xi64>) -> tensor<8xi64, #onnx.extents<[0]>>
    %3:2 = onnx.BoundedSlice %2 {start = 0 : i64, end = 3 : i64, axis = 0 : i64} : (tensor<8xi64, #onnx.extents<[0]>>) -> (tensor<3xi64, #onnx.extents<[1]>>, tensor<i64>)
    veltair.extent %3#1 as 1 : tensor<i64>
    %4:3 = onnx.NonMaxSuppression %b, %s, %most, %n, %n : (tensor<1x8x4xf32>, tensor<1x1x8xf32>, tensor<i64>, none, none) -> (tensor<8x3xi64, #onnx.extents<[2, -1]>>, tensor<8xi64>, tensor<i64>)
    veltair.extent %4#2 as 2 : tensor<i64>
    %5:2 = onnx.BoundedSlice %4#0 {start = 0 : i64, end = 3 : i64, axis = 0 : i64} : (tensor<8x3xi64, #onnx.extents<[2, -1]>>) -> (tensor<3x3xi64, #onnx.extents<[3, -1]>>, tensor<i64>)
    veltair.extent %5#1 as 3 : tensor<i64>
    veltair.return %3#0, %5#0, %4#0 : tensor<3xi64, #onnx.extents<[1]>>, tensor<3x3xi64, #onnx.extents<[3, -1]>>, tensor<8x3xi64, #onnx.extents<[2, -1]>>
  }
}
