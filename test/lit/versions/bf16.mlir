// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4+avx512bf16},veltair.program(choose-versions{max-versions=6 min-gain=-1 weight-budget=100},plan-memory)),outline-versions)' | FileCheck %s

// Weights of bf16 are packed in pairs along what is summed over: 20 input channels
// are 10 pairs of two groups. F(4x4, 3x3) multiplies in f32, F(2x2, 3x3) in bf16,
// for whole groups of channels.

// CHECK: veltair.layer "conv"
// CHECK-NOT: veltair.version <winograd2
// CHECK: veltair.version <direct
// CHECK-SAME: packings [#veltair.packing<perm = [0, 2, 3, 1]inner = [0, 3]tiles = [16, 2]element = bf16>]
// CHECK-NOT: veltair.version <winograd2
// CHECK: veltair.version <winograd4
// CHECK-SAME: packings [#veltair.packing<winograd = 4perm = [0, 2, 3, 1]inner = [3, 0]tiles = [16, 16]>]
// CHECK-NOT: veltair.version <winograd2
// CHECK: veltair.layer "whole_groups"
// CHECK: veltair.version <winograd2
// CHECK-SAME: packings [#veltair.packing<winograd = 2perm = [0, 2, 3, 1]inner = [0, 3]tiles = [16, 2]element = bf16>]
// CHECK: veltair.layer "depthwise"
// CHECK: packings [#veltair.packing<shape = [32, 3, 3]inner = [0, 2]tiles = [16, 2]element = bf16>]
// CHECK: veltair.layer "product"
// CHECK-NOT: veltair.version <strassen
// CHECK: veltair.version <direct
// CHECK-SAME: packings [#veltair.packing<perm = [1, 0]inner = [0, 1]tiles = [16, 2]element = bf16>]
// CHECK-NOT: veltair.version <strassen
// CHECK: veltair.layer "attention"
// CHECK: kernel.conv_tile {{.*}} memref<1x2x14x14x16xbf16>, memref<2x3x3x10x32xbf16>, memref<1x2x14x14x16xf32>
// CHECK: kernel.matmul_tile {{.*}} memref<128x256xbf16>, memref<16x128x32xbf16>, memref<128x256xf32>
// CHECK: vector.store {{.*}} memref<{{[0-9]+}}x32x32xbf16>, vector<2xbf16>
// CHECK: kernel.matmul_tile {{.*}} memref<{{[0-9]+}}x32x32xbf16>, memref<32x{{[0-9]+}}xf32>
// CHECK: kernel.softmax_columns
// CHECK: kernel.matmul_tile {{.*}} memref<{{[0-9]+}}x32xf32, strided<[1, {{[0-9]+}}]>>, memref<32x64xf32
// Of values in bf16, pairs of keys.
// CHECK: kernel.softmax_columns
// CHECK: vector.interleave {{.*}} : vector<16xbf16> -> vector<32xbf16>
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: kernel.matmul_tile {{.*}} memref<16x{{[0-9]+}}x2xbf16>, memref<4x16x32xbf16>
veltair.model @m attributes {
    input_names = ["x", "z", "q", "v"], input_types = [tensor<1x2x14x14x16xbf16>, tensor<128x256xbf16>, tensor<32x64xbf16>, tensor<32x64xf32>],
    output_names = ["y", "g", "d", "w", "o", "p"], output_types = [tensor<1x2x14x14x16xf32>, tensor<1x2x14x14x16xf32>, tensor<1x2x14x14x16xf32>, tensor<128x256xf32>, tensor<1x1x32x64xf32>, tensor<1x1x32x64xf32>]} {
  veltair.program @p(%x: tensor<1x2x14x14x16xbf16>, %z: tensor<128x256xbf16>, %q: tensor<32x64xbf16>, %v: tensor<32x64xf32>) {
    %f = onnx.Constant dense<1.0> : tensor<32x20x3x3xf32>
    %h = onnx.Constant dense<1.0> : tensor<32x32x3x3xf32>
    %e = onnx.Constant dense<1.0> : tensor<32x1x3x3xf32>
    %m = onnx.Constant dense<1.0> : tensor<256x256xf32>
    %0 = veltair.layer "conv" "Conv" ins(%x : tensor<1x2x14x14x16xbf16>) constants(%f : tensor<32x20x3x3xf32>) -> tensor<1x2x14x14x16xf32> {
    ^bb0(%a: tensor<1x2x14x14x16xbf16>, %b: tensor<32x20x3x3xf32>):
      %1 = kernel.conv2d %a, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x14x14x16xbf16>, tensor<32x20x3x3xf32> -> tensor<1x2x14x14x16xf32>
      veltair.yield %1 : tensor<1x2x14x14x16xf32>
    }
    %g = veltair.layer "whole_groups" "Conv" ins(%x : tensor<1x2x14x14x16xbf16>) constants(%h : tensor<32x32x3x3xf32>) -> tensor<1x2x14x14x16xf32> {
    ^bb0(%a: tensor<1x2x14x14x16xbf16>, %b: tensor<32x32x3x3xf32>):
      %1 = kernel.conv2d %a, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x14x14x16xbf16>, tensor<32x32x3x3xf32> -> tensor<1x2x14x14x16xf32>
      veltair.yield %1 : tensor<1x2x14x14x16xf32>
    }
    %d = veltair.layer "depthwise" "Conv" ins(%x : tensor<1x2x14x14x16xbf16>) constants(%e : tensor<32x1x3x3xf32>) -> tensor<1x2x14x14x16xf32> {
    ^bb0(%a: tensor<1x2x14x14x16xbf16>, %b: tensor<32x1x3x3xf32>):
      %1 = kernel.depthwise_conv2d %a, %b {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x14x14x16xbf16>, tensor<32x1x3x3xf32> -> tensor<1x2x14x14x16xf32>
      veltair.yield %1 : tensor<1x2x14x14x16xf32>
    }
    %2 = veltair.layer "product" "MatMul" ins(%z : tensor<128x256xbf16>) constants(%m : tensor<256x256xf32>) -> tensor<128x256xf32> {
    ^bb0(%a: tensor<128x256xbf16>, %b: tensor<256x256xf32>):
      %1 = kernel.matmul %a, %b : tensor<128x256xbf16>, tensor<256x256xf32> -> tensor<128x256xf32>
      veltair.yield %1 : tensor<128x256xf32>
    }
    %3 = veltair.layer "attention" "Attention" ins(%q, %v : tensor<32x64xbf16>, tensor<32x64xf32>) constants() -> tensor<1x1x32x64xf32> {
    ^bb0(%a: tensor<32x64xbf16>, %b: tensor<32x64xf32>):
      %1 = kernel.attention %a, %a, %b {
          query_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          key_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          value_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          scale = 0.125 : f32, result_order = array<i64: 0, 1, 2, 3>} : (tensor<32x64xbf16>, tensor<32x64xbf16>, tensor<32x64xf32>) -> tensor<1x1x32x64xf32>
      veltair.yield %1 : tensor<1x1x32x64xf32>
    }
    %4 = veltair.layer "attention_of_pairs" "Attention" ins(%q : tensor<32x64xbf16>) constants() -> tensor<1x1x32x64xf32> {
    ^bb0(%a: tensor<32x64xbf16>):
      %1 = kernel.attention %a, %a, %a {
          query_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          key_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          value_view = #kernel.strided_view<0, sizes = [1, 1, 32, 64], strides = [0, 0, 64, 1]>,
          scale = 0.125 : f32, result_order = array<i64: 0, 1, 2, 3>} : (tensor<32x64xbf16>, tensor<32x64xbf16>, tensor<32x64xbf16>) -> tensor<1x1x32x64xf32>
      veltair.yield %1 : tensor<1x1x32x64xf32>
    }
    veltair.return %0, %g, %d, %2, %3, %4 : tensor<1x2x14x14x16xf32>, tensor<1x2x14x14x16xf32>, tensor<1x2x14x14x16xf32>, tensor<128x256xf32>, tensor<1x1x32x64xf32>, tensor<1x1x32x64xf32>
  }
}
