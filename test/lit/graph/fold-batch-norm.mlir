// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(fold-batch-norm)))' | FileCheck %s

// The normalization has the scales 2 and 1 and the shifts -1 and 3, the rest
// doubles it and adds 1.

// CHECK-LABEL: veltair.program @conv
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<{{\[\[\[\[}}4.000000e+00]]], {{\[\[\[}}6.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<[3.000000e+00, 9.000000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = onnx.Conv %{{.*}}, %[[W]], %[[B]]
// CHECK-NEXT: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x2x2xf32>],
    output_names = ["y"], output_types = [tensor<1x2x2x2xf32>]} {
  veltair.program @conv(%x: tensor<1x1x2x2xf32>) {
    %w = onnx.Constant dense<[[[[1.0]]], [[[3.0]]]]> : tensor<2x1x1x1xf32>
    %b = onnx.Constant dense<1.0> : tensor<2xf32>
    %scale = onnx.Constant dense<[4.0, 2.0]> : tensor<2xf32>
    %bias = onnx.Constant dense<[1.0, 4.0]> : tensor<2xf32>
    %mean = onnx.Constant dense<1.0> : tensor<2xf32>
    %var = onnx.Constant dense<4.0> : tensor<2xf32>
    %two = onnx.Constant dense<2.0> : tensor<f32>
    %one = onnx.Constant dense<-1.0> : tensor<1x2x1x1xf32>
    %c = onnx.Conv %x, %w, %b : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
    %n = onnx.BatchNormalization %c, %scale, %bias, %mean, %var {epsilon = 0.0 : f32} : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
    %m = onnx.Mul %two, %n : (tensor<f32>, tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
    %y = onnx.Sub %m, %one : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x2x2xf32>
    veltair.return %y : tensor<1x2x2x2xf32>
  }
}

// -----

// Groups of a transposed convolution: the outputs of a group stand in the
// second dimension of the weights of its inputs.

// CHECK-LABEL: veltair.program @convTranspose
// CHECK: onnx.Constant dense<{{\[\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]], {{\[\[\[}}1.000000e+00]], {{\[\[}}2.000000e+00]]], {{\[\[\[}}3.000000e+00]], {{\[\[}}4.000000e+00]]], {{\[\[\[}}3.000000e+00]], {{\[\[}}4.000000e+00]]]]> : tensor<4x2x1x1xf32>
// CHECK-NOT: onnx.Mul
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x4x2x2xf32>],
    output_names = ["y"], output_types = [tensor<1x4x2x2xf32>]} {
  veltair.program @convTranspose(%x: tensor<1x4x2x2xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<4x2x1x1xf32>
    %s = onnx.Constant dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]> : tensor<4x1x1xf32>
    %c = onnx.ConvTranspose %x, %w, %none {group = 2} : (tensor<1x4x2x2xf32>, tensor<4x2x1x1xf32>, none) -> tensor<1x4x2x2xf32>
    %y = onnx.Mul %c, %s : (tensor<1x4x2x2xf32>, tensor<4x1x1xf32>) -> tensor<1x4x2x2xf32>
    veltair.return %y : tensor<1x4x2x2xf32>
  }
}

// -----

// beta becomes 1, its factor goes into the bias.

// CHECK-LABEL: veltair.program @gemm
// CHECK-DAG: onnx.Constant dense<{{\[\[}}1.000000e+00, 2.000000e+00], [1.000000e+00, 2.000000e+00], [1.000000e+00, 2.000000e+00]]> : tensor<3x2xf32>
// CHECK-DAG: onnx.Constant dense<[2.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK: %[[Y:.*]] = onnx.Gemm
// CHECK-NOT: beta
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4x3xf32>],
    output_names = ["y"], output_types = [tensor<4x2xf32>]} {
  veltair.program @gemm(%x: tensor<4x3xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<3x2xf32>
    %b = onnx.Constant dense<1.0> : tensor<2xf32>
    %s = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
    %g = onnx.Gemm %x, %w, %b {beta = 2.0 : f32} : (tensor<4x3xf32>, tensor<3x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
    %y = onnx.Mul %g, %s : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
    veltair.return %y : tensor<4x2xf32>
  }
}

// -----

// The convolution has another user: product and sum. Constants that are no
// channel's stay where they are.

// CHECK-LABEL: veltair.program @used
// CHECK: %[[C:.*]] = onnx.Conv
// CHECK: %[[M:.*]] = onnx.Mul %[[C]], %{{.*}} : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>)
// CHECK: %[[A:.*]] = onnx.Add %[[M]], %{{.*}} : (tensor<1x2x2x2xf32>, tensor<1x2x1x1xf32>)
// CHECK: %[[B:.*]] = onnx.Conv
// CHECK: onnx.Mul %[[B]], %{{.*}} : (tensor<1x2x2x2xf32>, tensor<2xf32>)
// CHECK: veltair.return %[[C]], %[[A]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x2x2xf32>],
    output_names = ["c", "y", "z"], output_types = [tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>]} {
  veltair.program @used(%x: tensor<1x1x2x2xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<2x1x1x1xf32>
    %p = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
    %none = onnx.NoValue
    %c = onnx.Conv %x, %w, %none : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
    %y = onnx.BatchNormalization %c, %p, %p, %p, %p : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
    %d = onnx.Conv %x, %w, %none : (tensor<1x1x2x2xf32>, tensor<2x1x1x1xf32>, none) -> tensor<1x2x2x2xf32>
    %z = onnx.Mul %d, %p : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
    veltair.return %c, %y, %z : tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>, tensor<1x2x2x2xf32>
  }
}

// -----

// The factors are computed in f32: other types stay.

// CHECK-LABEL: veltair.program @half
// CHECK: onnx.BatchNormalization
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x2x2x2xf16>],
    output_names = ["y"], output_types = [tensor<1x2x2x2xf16>]} {
  veltair.program @half(%x: tensor<1x2x2x2xf16>) {
    %v = onnx.Constant dense<1.0> : tensor<2xf32>
    %y = onnx.BatchNormalization %x, %v, %v, %v, %v : (tensor<1x2x2x2xf16>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf16>
    veltair.return %y : tensor<1x2x2x2xf16>
  }
}
