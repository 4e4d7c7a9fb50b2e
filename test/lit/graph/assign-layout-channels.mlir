// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(assign-layout)))' | FileCheck %s

// Parts with lanes beyond their channels are joined lane by lane; what selects
// channels of that reads the parts themselves, and what joins a selection reads
// the selection.

// CHECK-LABEL: veltair.program @channels
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK-NOT: kernel.gather_channels %{{.*}}, %{{.*}} {channels = array<i64: 0, 1, 2, 16, 17, 18>}
// CHECK: %[[E:.*]] = kernel.gather_channels %[[C]], %[[C]] {channels = array<i64: 18, 0, 17>} : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
// CHECK: %[[F:.*]] = kernel.gather_channels %[[C]], %[[C]] {channels = array<i64: 17, 1>}
// CHECK: %[[J:.*]] = kernel.gather_channels %[[E]], %[[F]] {channels = array<i64: 0, 1, 2, 16, 17>}
// CHECK: kernel.reorder %[[J]] : tensor<1x1x4x4x16xf32> -> tensor<1x5x4x4xf32>
// CHECK-NOT: onnx.
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x5x4x4xf32>]} {
  veltair.program @channels(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<3x3x1x1xf32>
    %order = onnx.Constant dense<[5, 0, -2]> : tensor<3xi64>
    %axis = onnx.Constant dense<1> : tensor<1xi64>
    %start = onnx.Constant dense<-2> : tensor<1xi64>
    %end = onnx.Constant dense<-100> : tensor<1xi64>
    %step = onnx.Constant dense<-3> : tensor<1xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<3x3x1x1xf32>, none) -> tensor<1x3x4x4xf32>
    %j = onnx.Concat %c, %c {axis = 1 : i64} : (tensor<1x3x4x4xf32>, tensor<1x3x4x4xf32>) -> tensor<1x6x4x4xf32>
    %e = onnx.Gather %j, %order {axis = 1 : i64} : (tensor<1x6x4x4xf32>, tensor<3xi64>) -> tensor<1x3x4x4xf32>
    %f = onnx.Slice %j, %start, %end, %axis, %step : (tensor<1x6x4x4xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x2x4x4xf32>
    %y = onnx.Concat %e, %f {axis = 1 : i64} : (tensor<1x3x4x4xf32>, tensor<1x2x4x4xf32>) -> tensor<1x5x4x4xf32>
    veltair.return %y : tensor<1x5x4x4xf32>
  }
}

// -----

// Every piece of a Split.

// CHECK-LABEL: veltair.program @split
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK: kernel.gather_channels %[[C]] {channels = array<i64: 0, 1, 2, 3, 4>}
// CHECK: kernel.gather_channels %[[C]] {channels = array<i64: 5, 6, 7>}
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x5x4x4xf32>, tensor<1x3x4x4xf32>]} {
  veltair.program @split(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %sizes = onnx.Constant dense<[5, 3]> : tensor<2xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %s:2 = onnx.Split %c, %sizes {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<1x8x4x4xf32>, tensor<2xi64>) -> (tensor<1x5x4x4xf32>, tensor<1x3x4x4xf32>)
    veltair.return %s#0, %s#1 : tensor<1x5x4x4xf32>, tensor<1x3x4x4xf32>
  }
}

// -----

// Channels last and first again, in whole groups of lanes; with the pixels in one
// dimension, too.

// CHECK-LABEL: veltair.program @move
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK: %[[L:.*]] = onnx.Transpose %[[C]] {perm = array<i64: 0, 2, 3, 1, 4>} : (tensor<1x2x4x3x16xf32>) -> tensor<1x4x3x2x16xf32>
// CHECK: %[[V:.*]] = veltair.view %[[L]] : tensor<1x4x3x2x16xf32> -> tensor<1x4x3x32xf32>
// CHECK: %[[R:.*]] = onnx.Relu %[[V]] : (tensor<1x4x3x32xf32>)
// CHECK: %[[W:.*]] = veltair.view %[[R]] : tensor<1x4x3x32xf32> -> tensor<1x4x3x2x16xf32>
// CHECK: %[[F:.*]] = onnx.Transpose %[[W]] {perm = array<i64: 0, 3, 1, 2, 4>} : (tensor<1x4x3x2x16xf32>) -> tensor<1x2x4x3x16xf32>
// CHECK: %[[A:.*]] = onnx.Abs %[[F]]
// CHECK: %[[D:.*]] = kernel.conv2d %[[A]]
// CHECK: %[[P:.*]] = onnx.Transpose %[[D]] {perm = array<i64: 0, 2, 3, 1, 4>}
// CHECK: veltair.view %[[P]] : tensor<1x4x3x1x16xf32> -> tensor<1x12x16xf32>
// CHECK-NOT: kernel.reorder
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x3xf32>],
    output_names = ["y"], output_types = [tensor<1x12x16xf32>]} {
  veltair.program @move(%x: tensor<1x3x4x3xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<32x3x1x1xf32>
    %v = onnx.Constant dense<0.1> : tensor<16x32x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x3xf32>, tensor<32x3x1x1xf32>, none) -> tensor<1x32x4x3xf32>
    %l = onnx.Transpose %c {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x32x4x3xf32>) -> tensor<1x4x3x32xf32>
    %r = onnx.Relu %l : (tensor<1x4x3x32xf32>) -> tensor<1x4x3x32xf32>
    %f = onnx.Transpose %r {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x3x32xf32>) -> tensor<1x32x4x3xf32>
    %a = onnx.Abs %f : (tensor<1x32x4x3xf32>) -> tensor<1x32x4x3xf32>
    %d = onnx.Conv %a, %v, %none : (tensor<1x32x4x3xf32>, tensor<16x32x1x1xf32>, none) -> tensor<1x16x4x3xf32>
    %p = veltair.view %d : tensor<1x16x4x3xf32> -> tensor<1x16x12xf32>
    %y = onnx.Transpose %p {perm = array<i64: 0, 2, 1>} : (tensor<1x16x12xf32>) -> tensor<1x12x16xf32>
    veltair.return %y : tensor<1x12x16xf32>
  }
}

// -----

// Lanes beyond the channels, and no convolution behind.

// CHECK-LABEL: veltair.program @stay
// CHECK: onnx.Transpose %{{.*}} {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x3xf32>) -> tensor<1x4x3x8xf32>
// CHECK: onnx.Transpose %{{.*}} {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x3x16xf32>) -> tensor<1x16x4x3xf32>
veltair.model @m attributes {
    input_names = ["x", "z"], input_types = [tensor<1x3x4x3xf32>, tensor<1x4x3x16xf32>],
    output_names = ["y", "w"], output_types = [tensor<1x4x3x8xf32>, tensor<1x16x4x3xf32>]} {
  veltair.program @stay(%x: tensor<1x3x4x3xf32>, %z: tensor<1x4x3x16xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x3xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x3xf32>
    %l = onnx.Transpose %c {perm = array<i64: 0, 2, 3, 1>} : (tensor<1x8x4x3xf32>) -> tensor<1x4x3x8xf32>
    %f = onnx.Transpose %z {perm = array<i64: 0, 3, 1, 2>} : (tensor<1x4x3x16xf32>) -> tensor<1x16x4x3xf32>
    veltair.return %l, %f : tensor<1x4x3x8xf32>, tensor<1x16x4x3xf32>
  }
}
