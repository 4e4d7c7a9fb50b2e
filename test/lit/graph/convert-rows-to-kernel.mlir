// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(convert-rows-to-kernel)))' | FileCheck %s

// What exporters write for a layer normalization: scale and bias stay behind.

// CHECK-LABEL: veltair.program @decomposed
// CHECK-SAME: (%[[X:.*]]: tensor<4x20xf32>
// CHECK: %[[N:.*]] = kernel.normalize_rows %[[X]] {epsilon = 9.99999996E-13 : f32} : tensor<4x20xf32> -> tensor<4x20xf32>
// CHECK: onnx.Mul %[[N]]
// CHECK-NOT: onnx.Sqrt
veltair.model @m attributes {
    input_names = ["x", "s"], input_types = [tensor<4x20xf32>, tensor<20xf32>],
    output_names = ["y"], output_types = [tensor<4x20xf32>]} {
  veltair.program @decomposed(%x: tensor<4x20xf32>, %s: tensor<20xf32>) {
    %axes = onnx.Constant dense<-1> : tensor<1xi64>
    %two = onnx.Constant dense<2.0> : tensor<f32>
    %eps = onnx.Constant dense<1.0e-12> : tensor<f32>
    %0 = onnx.ReduceMean %x, %axes : (tensor<4x20xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %1 = onnx.Sub %x, %0 : (tensor<4x20xf32>, tensor<4x1xf32>) -> tensor<4x20xf32>
    %2 = onnx.Pow %1, %two : (tensor<4x20xf32>, tensor<f32>) -> tensor<4x20xf32>
    %3 = onnx.ReduceMean %2, %axes : (tensor<4x20xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %4 = onnx.Add %3, %eps : (tensor<4x1xf32>, tensor<f32>) -> tensor<4x1xf32>
    %5 = onnx.Sqrt %4 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %6 = onnx.Div %1, %5 : (tensor<4x20xf32>, tensor<4x1xf32>) -> tensor<4x20xf32>
    %7 = onnx.Mul %6, %s : (tensor<4x20xf32>, tensor<20xf32>) -> tensor<4x20xf32>
    veltair.return %7 : tensor<4x20xf32>
  }
}

// -----

// Without a mean, by a product with the reciprocal.

// CHECK-LABEL: veltair.program @rms
// CHECK-SAME: (%[[X:.*]]: tensor<4x20xf32>)
// CHECK-NEXT: kernel.normalize_rows %[[X]] {epsilon = 1.000000e-03 : f32, uncentered}
// CHECK-NEXT: veltair.return
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4x20xf32>],
    output_names = ["y"], output_types = [tensor<4x20xf32>]} {
  veltair.program @rms(%x: tensor<4x20xf32>) {
    %axes = onnx.Constant dense<1> : tensor<1xi64>
    %eps = onnx.Constant dense<1.0e-3> : tensor<1xf32>
    %2 = onnx.Mul %x, %x : (tensor<4x20xf32>, tensor<4x20xf32>) -> tensor<4x20xf32>
    %3 = onnx.ReduceMean %2, %axes : (tensor<4x20xf32>, tensor<1xi64>) -> tensor<4x1xf32>
    %4 = onnx.Add %eps, %3 : (tensor<1xf32>, tensor<4x1xf32>) -> tensor<4x1xf32>
    %5 = onnx.Sqrt %4 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %6 = onnx.Reciprocal %5 : (tensor<4x1xf32>) -> tensor<4x1xf32>
    %7 = onnx.Mul %6, %x : (tensor<4x1xf32>, tensor<4x20xf32>) -> tensor<4x20xf32>
    veltair.return %7 : tensor<4x20xf32>
  }
}

// -----

// The operators themselves. Not those that need the mean, or along other axes.

// CHECK-LABEL: veltair.program @operators
// CHECK-SAME: (%[[X:.*]]: tensor<4x20xf32>, %[[S:.*]]: tensor<20xf32>
// CHECK: %[[N:.*]] = kernel.normalize_rows %[[X]]
// CHECK-NEXT: %[[M:.*]] = onnx.Mul %[[N]], %[[S]]
// CHECK-NEXT: onnx.Add %[[M]], %[[S]]
// CHECK: onnx.LayerNormalization
// CHECK: kernel.softmax_rows %[[X]]
// CHECK: onnx.Softmax
veltair.model @m attributes {
    input_names = ["x", "s"], input_types = [tensor<4x20xf32>, tensor<20xf32>],
    output_names = ["a", "b", "mean", "c", "d"], output_types = [tensor<4x20xf32>, tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x20xf32>, tensor<4x20xf32>]} {
  veltair.program @operators(%x: tensor<4x20xf32>, %s: tensor<20xf32>) {
    %a, %m0, %d0 = onnx.LayerNormalization %x, %s, %s : (tensor<4x20xf32>, tensor<20xf32>, tensor<20xf32>) -> (tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x1xf32>)
    %b, %m1, %d1 = onnx.LayerNormalization %x, %s, %s : (tensor<4x20xf32>, tensor<20xf32>, tensor<20xf32>) -> (tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x1xf32>)
    %c = onnx.Softmax %x : (tensor<4x20xf32>) -> tensor<4x20xf32>
    %d = onnx.Softmax %x {axis = 0 : i64} : (tensor<4x20xf32>) -> tensor<4x20xf32>
    veltair.return %a, %b, %m1, %c, %d : tensor<4x20xf32>, tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x20xf32>, tensor<4x20xf32>
  }
}

// -----

// Kernels and their epilogues are of f32.

// CHECK-LABEL: veltair.program @halves
// CHECK-NOT: kernel.normalize_rows
// CHECK: onnx.LayerNormalization
// CHECK: onnx.LayerNormalization
// CHECK: onnx.RMSNormalization
// CHECK-NOT: kernel.normalize_rows
// CHECK: veltair.return
veltair.model @m attributes {
    input_names = ["x", "s", "h"], input_types = [tensor<4x20xf32>, tensor<20xf32>, tensor<20xf16>],
    output_names = ["a", "b", "c"], output_types = [tensor<4x20xf32>, tensor<4x20xf32>, tensor<4x20xf16>]} {
  veltair.program @halves(%x: tensor<4x20xf32>, %s: tensor<20xf32>, %h: tensor<20xf16>) {
    %a, %m0, %d0 = onnx.LayerNormalization %x, %h, %s : (tensor<4x20xf32>, tensor<20xf16>, tensor<20xf32>) -> (tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x1xf32>)
    %b, %m1, %d1 = onnx.LayerNormalization %x, %s, %h : (tensor<4x20xf32>, tensor<20xf32>, tensor<20xf16>) -> (tensor<4x20xf32>, tensor<4x1xf32>, tensor<4x1xf32>)
    %c = onnx.RMSNormalization %x, %h : (tensor<4x20xf32>, tensor<20xf16>) -> tensor<4x20xf16>
    veltair.return %a, %b, %c : tensor<4x20xf32>, tensor<4x20xf32>, tensor<4x20xf16>
  }
}
