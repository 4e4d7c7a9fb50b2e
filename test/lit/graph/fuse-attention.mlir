// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(fuse-attention)))' | FileCheck %s

// Heads inside of rows: reshapes and transpositions become strides, the scale
// behind the product a factor, and the result is written as rows.

// CHECK-LABEL: veltair.program @heads
// CHECK-SAME: (%[[Q:.*]]: tensor<1x8x32xf32>, %[[K:.*]]: tensor<1x8x32xf32>, %[[V:.*]]: tensor<1x8x32xf32>, %[[M:.*]]: tensor<1x1x1x8xf32>)
// CHECK-NEXT: %[[A:.*]] = kernel.attention %[[Q]], %[[K]], %[[V]] mask %[[M]]
// CHECK-SAME: key_view = #kernel.strided_view<0, sizes = [1, 2, 8, 16], strides = [0, 16, 32, 1]>
// CHECK-SAME: mask_view = #kernel.strided_view<0, sizes = [1, 2, 8, 8], strides = [8, 0, 0, 1]>
// CHECK-SAME: query_view = #kernel.strided_view<0, sizes = [1, 2, 8, 16], strides = [0, 16, 32, 1]>
// CHECK-SAME: result_order = array<i64: 0, 2, 1, 3>, scale = 2.500000e-01
// CHECK-SAME: -> tensor<1x8x2x16xf32>
// CHECK-NEXT: %[[Y:.*]] = veltair.view %[[A]]
// CHECK-NEXT: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["q", "k", "v", "m"], input_types = [tensor<1x8x32xf32>, tensor<1x8x32xf32>, tensor<1x8x32xf32>, tensor<1x1x1x8xf32>],
    output_names = ["y"], output_types = [tensor<1x8x32xf32>]} {
  veltair.program @heads(%q: tensor<1x8x32xf32>, %k: tensor<1x8x32xf32>, %v: tensor<1x8x32xf32>, %m: tensor<1x1x1x8xf32>) {
    %c = onnx.Constant dense<4.0> : tensor<f32>
    %0 = veltair.view %q : tensor<1x8x32xf32> -> tensor<1x8x2x16xf32>
    %1 = onnx.Transpose %0 {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x8x2x16xf32>) -> tensor<1x2x8x16xf32>
    %2 = veltair.view %k : tensor<1x8x32xf32> -> tensor<1x8x2x16xf32>
    %3 = onnx.Transpose %2 {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x8x2x16xf32>) -> tensor<1x2x16x8xf32>
    %4 = veltair.view %v : tensor<1x8x32xf32> -> tensor<1x8x2x16xf32>
    %5 = onnx.Transpose %4 {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x8x2x16xf32>) -> tensor<1x2x8x16xf32>
    %6 = onnx.MatMul %1, %3 : (tensor<1x2x8x16xf32>, tensor<1x2x16x8xf32>) -> tensor<1x2x8x8xf32>
    %7 = onnx.Div %6, %c : (tensor<1x2x8x8xf32>, tensor<f32>) -> tensor<1x2x8x8xf32>
    %8 = onnx.Add %7, %m : (tensor<1x2x8x8xf32>, tensor<1x1x1x8xf32>) -> tensor<1x2x8x8xf32>
    %9 = onnx.Softmax %8 : (tensor<1x2x8x8xf32>) -> tensor<1x2x8x8xf32>
    %10 = onnx.MatMul %9, %5 : (tensor<1x2x8x8xf32>, tensor<1x2x8x16xf32>) -> tensor<1x2x8x16xf32>
    %11 = onnx.Transpose %10 {perm = array<i64: 0, 2, 1, 3>} : (tensor<1x2x8x16xf32>) -> tensor<1x8x2x16xf32>
    %12 = veltair.view %11 : tensor<1x8x2x16xf32> -> tensor<1x8x32xf32>
    veltair.return %12 : tensor<1x8x32xf32>
  }
}

// -----

// One tensor holds queries, keys and values, which are picked by index; factors
// stand in front of the product on both sides; tokens come first.

// CHECK-LABEL: veltair.program @packed
// CHECK-SAME: (%[[X:.*]]: tensor<5x96xf32>)
// CHECK: kernel.attention %[[X]], %[[X]], %[[X]]
// CHECK-SAME: key_view = #kernel.strided_view<32, sizes = [1, 2, 5, 16], strides = [0, 16, 96, 1]>
// CHECK-SAME: query_view = #kernel.strided_view<0, sizes = [1, 2, 5, 16], strides = [0, 16, 96, 1]>
// CHECK-SAME: scale = 2.500000e-01
// CHECK-SAME: value_view = #kernel.strided_view<64, sizes = [1, 2, 5, 16], strides = [0, 16, 96, 1]>
// CHECK-SAME: -> tensor<1x2x5x16xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<5x96xf32>],
    output_names = ["y"], output_types = [tensor<2x5x16xf32>]} {
  veltair.program @packed(%x: tensor<5x96xf32>) {
    %h = onnx.Constant dense<0.5> : tensor<f32>
    %i0 = onnx.Constant dense<0> : tensor<i64>
    %i1 = onnx.Constant dense<1> : tensor<i64>
    %i2 = onnx.Constant dense<-1> : tensor<i64>
    %0 = veltair.view %x : tensor<5x96xf32> -> tensor<5x3x2x16xf32>
    %1 = onnx.Transpose %0 {perm = array<i64: 1, 2, 0, 3>} : (tensor<5x3x2x16xf32>) -> tensor<3x2x5x16xf32>
    %q = onnx.Gather %1, %i0 : (tensor<3x2x5x16xf32>, tensor<i64>) -> tensor<2x5x16xf32>
    %k = onnx.Gather %1, %i1 : (tensor<3x2x5x16xf32>, tensor<i64>) -> tensor<2x5x16xf32>
    %v = onnx.Gather %1, %i2 : (tensor<3x2x5x16xf32>, tensor<i64>) -> tensor<2x5x16xf32>
    %2 = onnx.Mul %q, %h : (tensor<2x5x16xf32>, tensor<f32>) -> tensor<2x5x16xf32>
    %3 = onnx.Transpose %k {perm = array<i64: 0, 2, 1>} : (tensor<2x5x16xf32>) -> tensor<2x16x5xf32>
    %4 = onnx.Mul %h, %3 : (tensor<f32>, tensor<2x16x5xf32>) -> tensor<2x16x5xf32>
    %5 = onnx.MatMul %2, %4 : (tensor<2x5x16xf32>, tensor<2x16x5xf32>) -> tensor<2x5x5xf32>
    %6 = onnx.Softmax %5 : (tensor<2x5x5xf32>) -> tensor<2x5x5xf32>
    %7 = onnx.MatMul %6, %v : (tensor<2x5x5xf32>, tensor<2x5x16xf32>) -> tensor<2x5x16xf32>
    veltair.return %7 : tensor<2x5x16xf32>
  }
}

// -----

// A mask that is scaled, weights that are used elsewhere, another axis, no
// queries: no attention.

// CHECK-LABEL: veltair.program @others
// CHECK-NOT: kernel.attention
veltair.model @m attributes {
    input_names = ["q", "k", "v", "m", "e"], input_types = [tensor<8x16xf32>, tensor<16x8xf32>, tensor<8x16xf32>, tensor<8x8xf32>, tensor<0x16xf32>],
    output_names = ["a", "b", "w", "c", "d"], output_types = [tensor<8x16xf32>, tensor<8x16xf32>, tensor<8x8xf32>, tensor<8x16xf32>, tensor<0x16xf32>]} {
  veltair.program @others(%q: tensor<8x16xf32>, %k: tensor<16x8xf32>, %v: tensor<8x16xf32>, %m: tensor<8x8xf32>, %e: tensor<0x16xf32>) {
    %c = onnx.Constant dense<4.0> : tensor<f32>
    %0 = onnx.MatMul %q, %k : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    %1 = onnx.Add %0, %m : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
    %2 = onnx.Div %1, %c : (tensor<8x8xf32>, tensor<f32>) -> tensor<8x8xf32>
    %3 = onnx.Softmax %2 : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %4 = onnx.MatMul %3, %v : (tensor<8x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    %5 = onnx.MatMul %q, %k : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    %6 = onnx.Softmax %5 : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %7 = onnx.MatMul %6, %v : (tensor<8x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    %8 = onnx.MatMul %q, %k : (tensor<8x16xf32>, tensor<16x8xf32>) -> tensor<8x8xf32>
    %9 = onnx.Softmax %8 {axis = 0 : i64} : (tensor<8x8xf32>) -> tensor<8x8xf32>
    %10 = onnx.MatMul %9, %v : (tensor<8x8xf32>, tensor<8x16xf32>) -> tensor<8x16xf32>
    %11 = onnx.MatMul %e, %k : (tensor<0x16xf32>, tensor<16x8xf32>) -> tensor<0x8xf32>
    %12 = onnx.Softmax %11 : (tensor<0x8xf32>) -> tensor<0x8xf32>
    %13 = onnx.MatMul %12, %v : (tensor<0x8xf32>, tensor<8x16xf32>) -> tensor<0x16xf32>
    veltair.return %4, %7, %6, %10, %13 : tensor<8x16xf32>, tensor<8x16xf32>, tensor<8x8xf32>, tensor<8x16xf32>, tensor<0x16xf32>
  }
}
