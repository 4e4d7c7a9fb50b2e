// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(assign-layout)))' | FileCheck %s

// The first convolution reads three plain channels; what follows is blocked up
// to the output. The bias has lanes of zeros beyond its 24 channels.

// CHECK-LABEL: veltair.program @network
// CHECK-SAME: (%[[X:.*]]: tensor<1x3x8x8xf32>)
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<1.000000e-01> : tensor<24x3x3x3xf32>
// CHECK-DAG: %[[D:.*]] = onnx.Constant dense<2.000000e-01> : tensor<24x1x3x3xf32>
// CHECK-DAG: %[[P:.*]] = onnx.Constant dense<3.000000e-01> : tensor<8x24x1x1xf32>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense<{{.*}}8.000000e+00, 0.000000e+00{{.*}}> : tensor<1x2x1x1x16xf32>
// CHECK: %[[C1:.*]] = kernel.conv2d %[[X]], %[[W]] {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : tensor<1x3x8x8xf32>, tensor<24x3x3x3xf32> -> tensor<1x2x4x4x16xf32>
// CHECK: %[[A1:.*]] = onnx.Add %[[C1]], %[[B]]
// CHECK: %[[R1:.*]] = onnx.Relu %[[A1]] : (tensor<1x2x4x4x16xf32>) -> tensor<1x2x4x4x16xf32>
// CHECK: %[[C2:.*]] = kernel.depthwise_conv2d %[[R1]], %[[D]] {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>} : tensor<1x2x4x4x16xf32>, tensor<24x1x3x3xf32> -> tensor<1x2x4x4x16xf32>
// CHECK: %[[S:.*]] = onnx.Add %[[C2]], %[[R1]]
// CHECK: %[[M:.*]] = kernel.max_pool %[[S]] {dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>, strides = array<i64: 2, 2>, window = array<i64: 3, 3>} : tensor<1x2x4x4x16xf32> -> tensor<1x2x2x2x16xf32>
// CHECK: %[[C3:.*]] = kernel.conv2d %[[M]], %[[P]]
// CHECK-SAME: -> tensor<1x1x2x2x16xf32>
// CHECK: %[[Y:.*]] = kernel.reorder %[[C3]] : tensor<1x1x2x2x16xf32> -> tensor<1x8x2x2xf32>
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x8x8xf32>],
    output_names = ["y"], output_types = [tensor<1x8x2x2xf32>]} {
  veltair.program @network(%x: tensor<1x3x8x8xf32>) {
    %none = onnx.NoValue
    %w1 = onnx.Constant dense<0.1> : tensor<24x3x3x3xf32>
    %b1 = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<24xf32>
    %w2 = onnx.Constant dense<0.2> : tensor<24x1x3x3xf32>
    %w3 = onnx.Constant dense<0.3> : tensor<8x24x1x1xf32>
    %c1 = onnx.Conv %x, %w1, %b1 {pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x3x8x8xf32>, tensor<24x3x3x3xf32>, tensor<24xf32>) -> tensor<1x24x4x4xf32>
    %r1 = onnx.Relu %c1 : (tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
    %c2 = onnx.Conv %r1, %w2, %none {auto_pad = "SAME_UPPER", group = 24} : (tensor<1x24x4x4xf32>, tensor<24x1x3x3xf32>, none) -> tensor<1x24x4x4xf32>
    %s = onnx.Add %c2, %r1 : (tensor<1x24x4x4xf32>, tensor<1x24x4x4xf32>) -> tensor<1x24x4x4xf32>
    %m, %i = onnx.MaxPool %s {kernel_shape = array<i64: 3, 3>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 2, 2>} : (tensor<1x24x4x4xf32>) -> (tensor<1x24x2x2xf32>, tensor<1x24x2x2xi64>)
    %c3 = onnx.Conv %m, %w3, %none : (tensor<1x24x2x2xf32>, tensor<8x24x1x1xf32>, none) -> tensor<1x8x2x2xf32>
    veltair.return %c3 : tensor<1x8x2x2xf32>
  }
}

// -----

// Operations in front of and behind operations that only know plain tensors
// stay plain: one reorder to the grouped convolution, none around the sum. A
// tensor is reordered once for all its plain users.

// CHECK-LABEL: veltair.program @plain
// CHECK-SAME: (%[[X:.*]]: tensor<1x32x4x4xf32>)
// CHECK: %[[R:.*]] = onnx.Relu %[[X]] : (tensor<1x32x4x4xf32>)
// CHECK: %[[RB:.*]] = kernel.reorder %[[R]] : tensor<1x32x4x4xf32> -> tensor<1x2x4x4x16xf32>
// CHECK: %[[C:.*]] = kernel.conv2d %[[RB]]
// CHECK: %[[CP:.*]] = kernel.reorder %[[C]] : tensor<1x2x4x4x16xf32> -> tensor<1x32x4x4xf32>
// CHECK-NOT: kernel.reorder
// CHECK: %[[G:.*]] = onnx.Conv %[[CP]]
// CHECK: %[[A:.*]] = onnx.Relu %[[G]] : (tensor<1x32x4x4xf32>)
// CHECK: %[[H:.*]] = onnx.Conv %[[A]]
// CHECK: %[[F:.*]] = onnx.Flatten %[[CP]]
// CHECK: veltair.return %[[H]], %[[F]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x32x4x4xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x32x4x4xf32>, tensor<1x512xf32>]} {
  veltair.program @plain(%x: tensor<1x32x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<32x32x1x1xf32>
    %g = onnx.Constant dense<0.2> : tensor<32x8x1x1xf32>
    %r = onnx.Relu %x : (tensor<1x32x4x4xf32>) -> tensor<1x32x4x4xf32>
    %c = onnx.Conv %r, %w, %none : (tensor<1x32x4x4xf32>, tensor<32x32x1x1xf32>, none) -> tensor<1x32x4x4xf32>
    %c1 = onnx.Conv %c, %g, %none {group = 4} : (tensor<1x32x4x4xf32>, tensor<32x8x1x1xf32>, none) -> tensor<1x32x4x4xf32>
    %a = onnx.Relu %c1 : (tensor<1x32x4x4xf32>) -> tensor<1x32x4x4xf32>
    %c2 = onnx.Conv %a, %g, %none {group = 4} : (tensor<1x32x4x4xf32>, tensor<32x8x1x1xf32>, none) -> tensor<1x32x4x4xf32>
    %f = onnx.Flatten %c : (tensor<1x32x4x4xf32>) -> tensor<1x512xf32>
    veltair.return %c2, %f : tensor<1x32x4x4xf32>, tensor<1x512xf32>
  }
}

// -----

// Operands that broadcast: one value for all channels, one row, a scalar, a
// constant for each channel. Without lanes beyond C all are welcome. With H = W
// = 1 both layouts are the same bytes.

// CHECK-LABEL: veltair.program @broadcast
// CHECK-SAME: (%[[X:.*]]: tensor<1x16x1x1xf32>, %[[V:.*]]: tensor<1x1x4x4xf32>, %[[R:.*]]: tensor<4xf32>)
// CHECK: %[[XB:.*]] = veltair.view %[[X]] : tensor<1x16x1x1xf32> -> tensor<1x1x1x1x16xf32>
// CHECK: %[[C:.*]] = kernel.conv2d %[[XB]]
// CHECK: %[[S:.*]] = onnx.Add %[[C]], %{{.*}} : (tensor<1x1x1x1x16xf32>, tensor<f32>) -> tensor<1x1x1x1x16xf32>
// CHECK: %[[V5:.*]] = veltair.view %[[V]] : tensor<1x1x4x4xf32> -> tensor<1x1x4x4x1xf32>
// CHECK: %[[A:.*]] = onnx.Add %[[S]], %[[V5]] : (tensor<1x1x1x1x16xf32>, tensor<1x1x4x4x1xf32>) -> tensor<1x1x4x4x16xf32>
// CHECK: %[[R5:.*]] = veltair.view {{.*}} -> tensor<1x1x1x4x1xf32>
// CHECK: %[[B:.*]] = onnx.Add %[[A]], %[[R5]]
// CHECK: kernel.reorder %[[B]]
veltair.model @m attributes {
    input_names = ["x", "v", "r"], input_types = [tensor<1x16x1x1xf32>, tensor<1x1x4x4xf32>, tensor<4xf32>],
    output_names = ["y"], output_types = [tensor<1x16x4x4xf32>]} {
  veltair.program @broadcast(%x: tensor<1x16x1x1xf32>, %v: tensor<1x1x4x4xf32>, %r: tensor<4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x16x1x1xf32>
    %one = onnx.Constant dense<1.0> : tensor<f32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x16x1x1xf32>, tensor<16x16x1x1xf32>, none) -> tensor<1x16x1x1xf32>
    %s = onnx.Add %c, %one : (tensor<1x16x1x1xf32>, tensor<f32>) -> tensor<1x16x1x1xf32>
    %a = onnx.Add %s, %v : (tensor<1x16x1x1xf32>, tensor<1x1x4x4xf32>) -> tensor<1x16x4x4xf32>
    %b = onnx.Add %a, %r : (tensor<1x16x4x4xf32>, tensor<4xf32>) -> tensor<1x16x4x4xf32>
    veltair.return %b : tensor<1x16x4x4xf32>
  }
}

// -----

// With lanes beyond C the sum with an unknown number cannot be blocked: it might
// not be finite.

// CHECK-LABEL: veltair.program @unknownPadding
// CHECK: %[[C:.*]] = kernel.conv2d
// CHECK: %[[R:.*]] = kernel.reorder %[[C]]
// CHECK: onnx.Add %[[R]], %{{.*}} : (tensor<1x8x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x8x4x4xf32>
veltair.model @m attributes {
    input_names = ["x", "v"], input_types = [tensor<1x3x4x4xf32>, tensor<1x1x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x8x4x4xf32>]} {
  veltair.program @unknownPadding(%x: tensor<1x3x4x4xf32>, %v: tensor<1x1x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %a = onnx.Add %c, %v : (tensor<1x8x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x8x4x4xf32>
    veltair.return %a : tensor<1x8x4x4xf32>
  }
}

// -----

// Nor can one whose other operand is blocked but has one channel for all: its
// number reaches every lane.

// CHECK-LABEL: veltair.program @oneChannel
// CHECK: onnx.HardSigmoid %{{.*}} : (tensor<1x1x4x4x16xf32>)
// CHECK: onnx.Mul %{{.*}} : (tensor<1x8x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x8x4x4xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x3x4x4xf32>],
    output_names = ["y"], output_types = [tensor<1x8x4x4xf32>]} {
  veltair.program @oneChannel(%x: tensor<1x3x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<8x3x1x1xf32>
    %v = onnx.Constant dense<0.1> : tensor<1x3x1x1xf32>
    %c = onnx.Conv %x, %w, %none : (tensor<1x3x4x4xf32>, tensor<8x3x1x1xf32>, none) -> tensor<1x8x4x4xf32>
    %d = onnx.Conv %x, %v, %none : (tensor<1x3x4x4xf32>, tensor<1x3x1x1xf32>, none) -> tensor<1x1x4x4xf32>
    %m = onnx.HardSigmoid %d : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
    %y = onnx.Mul %c, %m : (tensor<1x8x4x4xf32>, tensor<1x1x4x4xf32>) -> tensor<1x8x4x4xf32>
    veltair.return %y : tensor<1x8x4x4xf32>
  }
}

// -----

// Convolutions that crop or have nothing to do stay.

// CHECK-LABEL: veltair.program @convolutionsThatStay
// CHECK: onnx.Conv {{.*}} -> tensor<1x16x3x4xf32>
// CHECK: onnx.Conv {{.*}} -> tensor<0x16x4x4xf32>
// CHECK-NOT: kernel
veltair.model @m attributes {
    input_names = ["x", "e"], input_types = [tensor<1x16x4x4xf32>, tensor<0x16x4x4xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x16x3x4xf32>, tensor<0x16x4x4xf32>]} {
  veltair.program @convolutionsThatStay(%x: tensor<1x16x4x4xf32>, %e: tensor<0x16x4x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x16x1x1xf32>
    %y = onnx.Conv %x, %w, %none {pads = array<i64: -1, 0, 0, 0>} : (tensor<1x16x4x4xf32>, tensor<16x16x1x1xf32>, none) -> tensor<1x16x3x4xf32>
    %z = onnx.Conv %e, %w, %none : (tensor<0x16x4x4xf32>, tensor<16x16x1x1xf32>, none) -> tensor<0x16x4x4xf32>
    veltair.return %y, %z : tensor<1x16x3x4xf32>, tensor<0x16x4x4xf32>
  }
}

// -----

// The columns of a depthwise window are unrolled: one with very many stays.

// CHECK-LABEL: veltair.program @wideWindows
// CHECK: kernel.depthwise_conv2d {{.*}} -> tensor<1x1x1x9x16xf32>
// CHECK: onnx.Conv {{.*}} -> tensor<1x16x1x8xf32>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x16x1x40xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x16x1x9xf32>, tensor<1x16x1x8xf32>]} {
  veltair.program @wideWindows(%x: tensor<1x16x1x40xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x1x1x32xf32>
    %v = onnx.Constant dense<0.1> : tensor<16x1x1x33xf32>
    %y = onnx.Conv %x, %w, %none {group = 16} : (tensor<1x16x1x40xf32>, tensor<16x1x1x32xf32>, none) -> tensor<1x16x1x9xf32>
    %z = onnx.Conv %x, %v, %none {group = 16} : (tensor<1x16x1x40xf32>, tensor<16x1x1x33xf32>, none) -> tensor<1x16x1x8xf32>
    veltair.return %y, %z : tensor<1x16x1x9xf32>, tensor<1x16x1x8xf32>
  }
}

// -----

// Extents are numbered by the dimensions of plain tensors.

// CHECK-LABEL: veltair.program @bounded
// CHECK: kernel.conv2d
// CHECK: %[[P:.*]] = kernel.reorder {{.*}} -> tensor<1x16x2x2xf32>
// CHECK: onnx.Mul %[[P]], {{.*}} -> tensor<10x16x2x2xf32, #onnx.extents<[0, -1, -1, -1]>>
veltair.model @m attributes {
    input_names = ["x", "v", "c"], input_types = [tensor<1x3x2x2xf32>, tensor<10x16x1x1xf32>, tensor<10xi1>],
    output_names = ["y"], output_types = [tensor<?x16x2x2xf32>]} {
  veltair.program @bounded(%x: tensor<1x3x2x2xf32>, %v: tensor<10x16x1x1xf32>, %c: tensor<10xi1>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<0.1> : tensor<16x3x1x1xf32>
    %0 = onnx.Conv %x, %w, %none : (tensor<1x3x2x2xf32>, tensor<16x3x1x1xf32>, none) -> tensor<1x16x2x2xf32>
    %b, %e = onnx.Compress %v, %c {axis = 0 : i64} : (tensor<10x16x1x1xf32>, tensor<10xi1>) -> (tensor<10x16x1x1xf32, #onnx.extents<[0, -1, -1, -1]>>, tensor<i64>)
    veltair.extent %e as 0 : tensor<i64>
    %y = onnx.Mul %0, %b : (tensor<1x16x2x2xf32>, tensor<10x16x1x1xf32, #onnx.extents<[0, -1, -1, -1]>>) -> tensor<10x16x2x2xf32, #onnx.extents<[0, -1, -1, -1]>>
    veltair.return %y : tensor<10x16x2x2xf32, #onnx.extents<[0, -1, -1, -1]>>
  }
}
