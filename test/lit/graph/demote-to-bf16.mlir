// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(demote-to-bf16)))' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(demote-to-bf16,form-layers)))' | FileCheck %s --check-prefix=LAYERS

// What a product reads is rounded once; the sum reads the same tensor, widened.
// The pooling in between is done in bf16. The result, which no product reads,
// stays in f32.

// CHECK-LABEL: veltair.program @residual
// CHECK: %[[A:.*]] = kernel.conv2d {{.*}} : tensor<1x1x8x8x16xbf16>, tensor<16x16x1x1xf32> -> tensor<1x1x8x8x16xf32>
// CHECK: %[[B:.*]] = onnx.Relu %[[A]]
// CHECK: %[[C:.*]] = onnx.Cast %[[B]] {{.*}} -> tensor<1x1x8x8x16xbf16>
// CHECK: %[[D:.*]], %{{.*}} = onnx.MaxPool %[[C]]
// CHECK-SAME: -> (tensor<1x1x4x4x16xbf16>,
// CHECK: %[[W:.*]] = onnx.Cast %[[D]] {{.*}} -> tensor<1x1x4x4x16xf32>
// CHECK: %[[E:.*]] = kernel.conv2d %[[D]], %{{.*}} -> tensor<1x1x4x4x16xf32>
// CHECK: %[[F:.*]] = onnx.Add %[[E]], %[[W]]
// CHECK: veltair.return %[[F]]

// The casts are parts of layers, of which one stores f32.

// LAYERS-LABEL: veltair.program @residual
// LAYERS: veltair.layer "Cast"
// LAYERS: veltair.layer "a" "Conv+Relu+Cast" {{.*}} -> tensor<1x1x8x8x16xbf16>
// LAYERS: veltair.layer "MaxPool" "MaxPool" {{.*}} -> tensor<1x1x4x4x16xbf16>
// LAYERS: veltair.layer "b" {{.*}} -> tensor<1x1x4x4x16xf32>
// LAYERS-NEXT: ^bb0(%[[X:.*]]: tensor<1x1x4x4x16xbf16>, %{{.*}}: tensor<16x16x1x1xf32>):
// LAYERS-NEXT: kernel.conv2d %[[X]]
// LAYERS-NEXT: onnx.Cast %[[X]]
// LAYERS-NEXT: onnx.Add
// LAYERS-NOT: veltair.layer
// LAYERS: veltair.return
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x8x8x16xf32>],
    output_names = ["y"], output_types = [tensor<1x1x4x4x16xf32>]} {
  veltair.program @residual(%x: tensor<1x1x8x8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16x1x1xf32>
    %a = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x8x8x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x8x8x16xf32> loc("a")
    %r = onnx.Relu %a : (tensor<1x1x8x8x16xf32>) -> tensor<1x1x8x8x16xf32>
    %p, %i = onnx.MaxPool %r {kernel_shape = array<i64: 2, 2, 1>, strides = array<i64: 2, 2, 1>} : (tensor<1x1x8x8x16xf32>) -> (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xi64>)
    %b = kernel.conv2d %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("b")
    %s = onnx.Add %b, %p : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    veltair.return %s : tensor<1x1x4x4x16xf32>
  }
}

// -----

// Pairs need an even depth, and an image of few channels is read as it is, by
// windows of one column and of so many that their code would be long.

// CHECK-LABEL: veltair.program @odd
// CHECK-NOT: onnx.Cast
veltair.model @m attributes {
    input_names = ["x", "z"], input_types = [tensor<4x7xf32>, tensor<1x3x4x4xf32>],
    output_names = ["y", "w", "u"], output_types = [tensor<4x16xf32>, tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>]} {
  veltair.program @odd(%x: tensor<4x7xf32>, %z: tensor<1x3x4x4xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<7x16xf32>
    %v = onnx.Constant dense_resource<v> : tensor<16x3x1x1xf32>
    %0 = kernel.matmul %x, %w : tensor<4x7xf32>, tensor<7x16xf32> -> tensor<4x16xf32>
    %1 = kernel.conv2d %z, %v {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x3x4x4xf32>, tensor<16x3x1x1xf32> -> tensor<1x1x4x4x16xf32>
    %u = onnx.Constant dense_resource<u> : tensor<16x3x1x17xf32>
    %2 = kernel.conv2d %z, %u {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 8, 0, 8>} : tensor<1x3x4x4xf32>, tensor<16x3x1x17xf32> -> tensor<1x1x4x4x16xf32>
    veltair.return %0, %1, %2 : tensor<4x16xf32>, tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>
  }
}

// -----

// A slice is done in bf16; what it lacks stays absent.

// CHECK-LABEL: veltair.program @slice
// CHECK: %[[A:.*]] = kernel.matmul
// CHECK: %[[N:.*]] = onnx.Cast %[[A]] {{.*}} -> tensor<8x16xbf16>
// CHECK: %[[S:.*]] = onnx.Slice %[[N]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}} : (tensor<8x16xbf16>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<4x16xbf16>
// CHECK: kernel.matmul %[[S]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y"], output_types = [tensor<4x16xf32>]} {
  veltair.program @slice(%x: tensor<8x16xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %start = onnx.Constant dense<4> : tensor<1xi64>
    %end = onnx.Constant dense<8> : tensor<1xi64>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32>
    %s = onnx.Slice %a, %start, %end, %none, %none : (tensor<8x16xf32>, tensor<1xi64>, tensor<1xi64>, none, none) -> tensor<4x16xf32>
    %y = kernel.matmul %s, %w : tensor<4x16xf32>, tensor<16x16xf32> -> tensor<4x16xf32>
    veltair.return %y : tensor<4x16xf32>
  }
}

// -----

// A pool in front of a product is done in bf16; another one, whose result stays
// in f32, reads the same tensor.

// CHECK-LABEL: veltair.program @pools
// CHECK: %[[A:.*]] = kernel.conv2d
// CHECK: %[[N:.*]] = onnx.Cast %[[A]] {{.*}} -> tensor<1x1x8x8x16xbf16>
// CHECK: %[[P:.*]] = kernel.max_pool %[[N]] {{.*}} : tensor<1x1x8x8x16xbf16> -> tensor<1x1x4x4x16xbf16>
// CHECK: kernel.conv2d %[[P]]
// CHECK: %[[Q:.*]] = kernel.max_pool %[[N]] {{.*}} : tensor<1x1x8x8x16xbf16> -> tensor<1x1x4x4x16xf32>
// CHECK: veltair.return %{{.*}}, %[[Q]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x8x8x16xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>]} {
  veltair.program @pools(%x: tensor<1x1x8x8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16x1x1xf32>
    %a = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x8x8x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x8x8x16xf32>
    %p = kernel.max_pool %a {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x8x8x16xf32> -> tensor<1x1x4x4x16xf32>
    %b = kernel.conv2d %p, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32>
    %q = kernel.max_pool %a {window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>} : tensor<1x1x8x8x16xf32> -> tensor<1x1x4x4x16xf32>
    veltair.return %b, %q : tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>
  }
}
