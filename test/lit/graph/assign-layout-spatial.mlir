// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(assign-layout)))' | FileCheck %s

// The lanes are one more dimension of pools, resizes, slices and pads; means
// over a plane keep them.

// CHECK-LABEL: veltair.program @spatial
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK-SAME: -> tensor<1x1x4x4x16xf32>
// CHECK: %[[A:.*]] = onnx.AveragePool %[[C]] {auto_pad = "SAME_UPPER", kernel_shape = array<i64: 3, 3, 1>, strides = array<i64: 2, 2, 1>} : (tensor<1x1x4x4x16xf32>) -> tensor<1x1x2x2x16xf32>
// CHECK-DAG: %[[SCALES:.*]] = onnx.Constant dense<2.000000e+00> : tensor<2xf32>
// CHECK: %[[R:.*]] = onnx.Resize %[[A]], %{{.*}}, %[[SCALES]], %{{.*}} {axes = array<i64: 2, 3>, mode = "linear"} :
// CHECK-SAME: -> tensor<1x1x4x4x16xf32>
// CHECK-DAG: %[[AXES:.*]] = onnx.Constant dense<[3, 2]> : tensor<2xi64>
// CHECK: %[[S:.*]] = onnx.Slice %[[R]], %{{.*}}, %{{.*}}, %[[AXES]], %{{.*}} :
// CHECK-SAME: -> tensor<1x1x2x3x16xf32>
// CHECK: %[[P:.*]] = onnx.Pad %[[S]], %{{.*}} :
// CHECK-SAME: -> tensor<1x1x3x3x16xf32>
// CHECK: %[[J:.*]] = onnx.Concat %[[P]], %[[P]] {axis = 1 : i64} : (tensor<1x1x3x3x16xf32>, tensor<1x1x3x3x16xf32>) -> tensor<1x2x3x3x16xf32>
// CHECK: %[[G:.*]] = onnx.ReduceMean %[[J]], %{{.*}} : (tensor<1x2x3x3x16xf32>, tensor<2xi64>) -> tensor<1x2x1x1x16xf32>
// CHECK: %[[M:.*]] = onnx.ReduceMax %[[J]], %{{.*}} : (tensor<1x2x3x3x16xf32>, tensor<2xi64>) -> tensor<1x2x1x1x16xf32>
// CHECK: %[[Y:.*]] = onnx.Add %[[G]], %[[M]]
// CHECK: %[[V:.*]] = veltair.view %[[Y]] : tensor<1x2x1x1x16xf32> -> tensor<1x32x1x1xf32>
// CHECK: veltair.return %[[V]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x32x1x1xf32>]} {
  veltair.program @spatial(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x3x1x1xf32>
    %scales = onnx.Constant dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>
    %starts = onnx.Constant dense<[1, 0]> : tensor<2xi64>
    %ends = onnx.Constant dense<[4, 2]> : tensor<2xi64>
    %axes = onnx.Constant dense<[3, -2]> : tensor<2xi64>
    %plane = onnx.Constant dense<[-2, -1]> : tensor<2xi64>
    %pads = onnx.Constant dense<[0, 0, 1, 0, 0, 0, 0, 0]> : tensor<8xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<16x3x1x1xf32>, none) -> tensor<1x16x4x4xf32>
    %a = onnx.AveragePool %c {auto_pad = "SAME_UPPER", kernel_shape = array<i64: 3, 3>, strides = array<i64: 2, 2>} : (tensor<1x16x4x4xf32>) -> tensor<1x16x2x2xf32>
    %r = onnx.Resize %a, %none, %scales, %none {mode = "linear"} : (tensor<1x16x2x2xf32>, none, tensor<4xf32>, none) -> tensor<1x16x4x4xf32>
    %s = onnx.Slice %r, %starts, %ends, %axes, %none : (tensor<1x16x4x4xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, none) -> tensor<1x16x2x3xf32>
    %p = onnx.Pad %s, %pads, %none, %none : (tensor<1x16x2x3xf32>, tensor<8xi64>, none, none) -> tensor<1x16x3x3xf32>
    %j = onnx.Concat %p, %p {axis = -3 : i64} : (tensor<1x16x3x3xf32>, tensor<1x16x3x3xf32>) -> tensor<1x32x3x3xf32>
    %g = onnx.GlobalAveragePool %j : (tensor<1x32x3x3xf32>) -> tensor<1x32x1x1xf32>
    %m = onnx.ReduceMax %j, %plane : (tensor<1x32x3x3xf32>, tensor<2xi64>) -> tensor<1x32x1x1xf32>
    %y = onnx.Add %g, %m : (tensor<1x32x1x1xf32>, tensor<1x32x1x1xf32>) -> tensor<1x32x1x1xf32>
    veltair.return %y : tensor<1x32x1x1xf32>
  }
}

// -----

// Means over channels are computed plain.

// CHECK-LABEL: veltair.program @plain
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK: %[[R:.*]] = kernel.reorder %[[C]]
// CHECK: onnx.ReduceMean %[[R]], %{{.*}} : (tensor<1x8x4x4xf32>, tensor<1xi64>)
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x1x4x4xf32>]} {
  veltair.program @plain(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %channels = onnx.Constant dense<1> : tensor<1xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %m = onnx.ReduceMean %c, %channels : (tensor<1x8x4x4xf32>, tensor<1xi64>) -> tensor<1x1x4x4xf32>
    veltair.return %m : tensor<1x1x4x4xf32>
  }
}

// -----

// With 8 channels, half of the lanes hold what the operations make of zeros:
// 0.5 after the sigmoid, which a logarithm can take; its result, -0.69, has no
// square root.

// CHECK-LABEL: veltair.program @padding
// CHECK: onnx.Sigmoid %{{.*}} : (tensor<1x1x4x4x16xf32>)
// CHECK: onnx.Log %{{.*}} : (tensor<1x1x4x4x16xf32>)
// CHECK: %[[R:.*]] = kernel.reorder
// CHECK: onnx.Sqrt %[[R]] : (tensor<1x8x4x4xf32>)
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x8x4x4xf32>]} {
  veltair.program @padding(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %s = onnx.Sigmoid %c : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %l = onnx.Log %s : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    %q = onnx.Sqrt %l : (tensor<1x8x4x4xf32>) -> tensor<1x8x4x4xf32>
    veltair.return %q : tensor<1x8x4x4xf32>
  }
}

// -----

// Sizes for all dimensions under a policy: its factor is 1, that of the batch,
// which it would not be without it. Those for a plane can do without the others.

// CHECK-LABEL: veltair.program @aspectRatio
// CHECK: onnx.Resize {{.*}} -> tensor<1x16x4x4xf32>
// CHECK: onnx.Resize {{.*}} -> tensor<1x1x8x8x16xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x16x4x4xf32>, tensor<1x16x8x8xf32>]} {
  veltair.program @aspectRatio(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x3x1x1xf32>
    %all = onnx.Constant dense<[1, 16, 8, 8]> : tensor<4xi64>
    %plane = onnx.Constant dense<[8, 9]> : tensor<2xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<16x3x1x1xf32>, none) -> tensor<1x16x4x4xf32>
    %y = onnx.Resize %c, %none, %none, %all {keep_aspect_ratio_policy = "not_larger"} : (tensor<1x16x4x4xf32>, none, none, tensor<4xi64>) -> tensor<1x16x4x4xf32>
    %z = onnx.Resize %c, %none, %none, %plane {axes = array<i64: 2, 3>, keep_aspect_ratio_policy = "not_larger"} : (tensor<1x16x4x4xf32>, none, none, tensor<2xi64>) -> tensor<1x16x8x8xf32>
    veltair.return %y, %z : tensor<1x16x4x4xf32>, tensor<1x16x8x8xf32>
  }
}

// -----

// Old models give scales and sizes, one of them empty.

// CHECK-LABEL: veltair.program @sizes
// CHECK: kernel.conv2d
// CHECK-DAG: %[[SIZES:.*]] = onnx.Constant dense<[8, 6]> : tensor<2xi64>
// CHECK: onnx.Resize %{{.*}}, %{{.*}}, %{{.*}}, %[[SIZES]] {axes = array<i64: 2, 3>, mode = "linear"} :
// CHECK-SAME: -> tensor<1x1x8x6x16xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x16x8x6xf32>]} {
  veltair.program @sizes(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x3x1x1xf32>
    %empty = onnx.Constant dense<> : tensor<0xf32>
    %sizes = onnx.Constant dense<[1, 16, 8, 6]> : tensor<4xi64>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<16x3x1x1xf32>, none) -> tensor<1x16x4x4xf32>
    %y = onnx.Resize %c, %empty, %empty, %sizes {mode = "linear"} : (tensor<1x16x4x4xf32>, tensor<0xf32>, tensor<0xf32>, tensor<4xi64>) -> tensor<1x16x8x6xf32>
    veltair.return %y : tensor<1x16x8x6xf32>
  }
}

// -----

// Windows that reach over the end are padded there. Those that crop are no
// kernels.

// CHECK-LABEL: veltair.program @pools
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK: kernel.max_pool %[[C]] {dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 1, 1>, strides = array<i64: 2, 2>, window = array<i64: 2, 2>} : tensor<1x1x5x5x16xf32> -> tensor<1x1x3x3x16xf32>
// CHECK: onnx.MaxPool %[[C]] {kernel_shape = array<i64: 2, 2, 1>, pads = array<i64: -1, 0, 0, 0, 0, 0>} : (tensor<1x1x5x5x16xf32>) -> (tensor<1x1x3x4x16xf32>,
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x5x5xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x16x3x3xf32>, tensor<1x16x3x4xf32>]} {
  veltair.program @pools(%x: tensor<1x3x5x5xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x5x5xf32>, tensor<16x3x1x1xf32>, none) -> tensor<1x16x5x5xf32>
    %y, %i = onnx.MaxPool %c {ceil_mode = 1 : i64, kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x16x5x5xf32>) -> (tensor<1x16x3x3xf32>, tensor<1x16x3x3xi64>)
    %z, %j = onnx.MaxPool %c {kernel_shape = array<i64: 2, 2>, pads = array<i64: -1, 0, 0, 0>} : (tensor<1x16x5x5xf32>) -> (tensor<1x16x3x4xf32>, tensor<1x16x3x4xi64>)
    veltair.return %y, %z : tensor<1x16x3x3xf32>, tensor<1x16x3x4xf32>
  }
}

// -----

// Of a window in the padding alone, the lanes beyond C hold no number either.

// CHECK-LABEL: veltair.program @emptyWindow
// CHECK: %[[P:.*]] = kernel.max_pool %{{.*}} {dilations = array<i64: 1, 1>, pads = array<i64: 2, 0, 0, 0>, strides = array<i64: 1, 1>, window = array<i64: 2, 2>}
// CHECK: %[[R:.*]] = kernel.reorder %[[P]]
// CHECK: onnx.Relu %[[R]] : (tensor<1x8x5x3xf32>)
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x8x5x3xf32>]} {
  veltair.program @emptyWindow(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %p, %i = onnx.MaxPool %c {kernel_shape = array<i64: 2, 2>, pads = array<i64: 2, 0, 0, 0>} : (tensor<1x8x4x4xf32>) -> (tensor<1x8x5x3xf32>, tensor<1x8x5x3xi64>)
    %y = onnx.Relu %p : (tensor<1x8x5x3xf32>) -> tensor<1x8x5x3xf32>
    veltair.return %y : tensor<1x8x5x3xf32>
  }
}
