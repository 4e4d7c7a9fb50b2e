// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=6 min-gain=-1 weight-budget=100},plan-memory)),outline-versions)' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=6 min-gain=-1 weight-budget=1})))' | FileCheck %s --check-prefix=PLAIN
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=6 min-gain=-1 weight-budget=3})))' | FileCheck %s --check-prefix=THREE

// A 3x3 convolution has versions by each algorithm, each a numerics class of its
// own. One that cuts the output channels has two stages: the transformed input lies
// in memory of the arena that all its chunks share.

// CHECK-LABEL: veltair.model @wide
// CHECK: veltair.layer
// CHECK: veltair.version <winograd4
// CHECK-SAME: packings [#veltair.packing<winograd = 4perm = [0, 2, 3, 1]inner = [3, 0]tiles = [16, 16]>]
// CHECK-SAME: stages [#veltair.stage<@[[FIRST:"[^"]*"]], {{[0-9]+}}>, #veltair.stage<@[[SECOND:"[^"]*"]], {{[0-9]+}}>]
// CHECK-SAME: numerics = 1 : i32
// CHECK-SAME: shared_scratch = {{[1-9]}}
// CHECK-SAME: worker_scratch = {{[1-9]}}
// CHECK-DAG: veltair.version <winograd2 {{.*}} numerics = 2
// CHECK-DAG: veltair.version <direct
// CHECK: func.func @[[FIRST]]
// CHECK: kernel.winograd_input_tile
// CHECK-NOT: kernel.matmul_tile
// CHECK: func.func @[[SECOND]]
// CHECK-NOT: kernel.winograd_input_tile
// CHECK: kernel.matmul_tile
// CHECK: kernel.winograd_output_tile
// CHECK: arith.addf

// PLAIN-LABEL: veltair.model @wide
// PLAIN: veltair.version <direct
// PLAIN-NOT: veltair.version <winograd

// THREE-LABEL: veltair.model @wide
// THREE-NOT: veltair.version <winograd4
// THREE: veltair.version <winograd2
// THREE-NOT: veltair.version <winograd4
veltair.model @wide attributes {input_names = ["x"], input_types = [tensor<1x16x14x14x16xf32>], output_names = ["y"], output_types = [tensor<1x16x14x14x16xf32>]} {
  veltair.program @p(%x: tensor<1x16x14x14x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<256x256x3x3xf32>
    %b = onnx.Constant dense<2.0> : tensor<1x16x1x1x16xf32>
    %0 = veltair.layer "conv" "Conv" ins(%x, %b : tensor<1x16x14x14x16xf32>, tensor<1x16x1x1x16xf32>) constants(%w : tensor<256x256x3x3xf32>) -> tensor<1x16x14x14x16xf32> {
    ^bb0(%a: tensor<1x16x14x14x16xf32>, %bias: tensor<1x16x1x1x16xf32>, %f: tensor<256x256x3x3xf32>):
      %1 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x16x14x14x16xf32>, tensor<256x256x3x3xf32> -> tensor<1x16x14x14x16xf32>
      %2 = "onnx.Add"(%1, %bias) : (tensor<1x16x14x14x16xf32>, tensor<1x16x1x1x16xf32>) -> tensor<1x16x14x14x16xf32>
      veltair.yield %2 : tensor<1x16x14x14x16xf32>
    }
    veltair.return %0 : tensor<1x16x14x14x16xf32>
  }
}

// -----

// Of many tiles and few channels each chunk makes all output channels: one stage,
// all scratch memory the worker's.

// CHECK-LABEL: veltair.model @large
// CHECK: veltair.version <winograd4 {{.*}} groups = 0>
// CHECK-SAME: stages [#veltair.stage<@[[ONE:"[^"]*"]], {{[0-9]+}}>]
// CHECK-NOT: shared_scratch
// CHECK: func.func @[[ONE]]
// CHECK: kernel.scratch {{ *}}worker 0
// CHECK: kernel.winograd_input_tile
// CHECK: kernel.matmul_tile
// CHECK: kernel.winograd_output_tile
veltair.model @large attributes {input_names = ["x"], input_types = [tensor<1x2x112x112x16xf32>], output_names = ["y"], output_types = [tensor<1x2x112x112x16xf32>]} {
  veltair.program @p(%x: tensor<1x2x112x112x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<32x32x3x3xf32>
    %0 = veltair.layer "conv" "Conv" ins(%x : tensor<1x2x112x112x16xf32>) constants(%w : tensor<32x32x3x3xf32>) -> tensor<1x2x112x112x16xf32> {
    ^bb0(%a: tensor<1x2x112x112x16xf32>, %f: tensor<32x32x3x3xf32>):
      %1 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x112x112x16xf32>, tensor<32x32x3x3xf32> -> tensor<1x2x112x112x16xf32>
      veltair.yield %1 : tensor<1x2x112x112x16xf32>
    }
    veltair.return %0 : tensor<1x2x112x112x16xf32>
  }
}

// -----

// Strides, dilations and other windows are left to the direct algorithm.

// CHECK-LABEL: veltair.model @strided
// CHECK: veltair.version <direct
// CHECK-NOT: winograd
veltair.model @strided attributes {input_names = ["x"], input_types = [tensor<1x2x28x28x16xf32>], output_names = ["y", "z"], output_types = [tensor<1x2x14x14x16xf32>, tensor<1x2x28x28x16xf32>]} {
  veltair.program @p(%x: tensor<1x2x28x28x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<32x32x3x3xf32>
    %v = onnx.Constant dense<1.0> : tensor<32x32x5x3xf32>
    %0 = veltair.layer "stride" "Conv" ins(%x : tensor<1x2x28x28x16xf32>) constants(%w : tensor<32x32x3x3xf32>) -> tensor<1x2x14x14x16xf32> {
    ^bb0(%a: tensor<1x2x28x28x16xf32>, %f: tensor<32x32x3x3xf32>):
      %2 = kernel.conv2d %a, %f {strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x28x28x16xf32>, tensor<32x32x3x3xf32> -> tensor<1x2x14x14x16xf32>
      veltair.yield %2 : tensor<1x2x14x14x16xf32>
    }
    %1 = veltair.layer "window" "Conv" ins(%x : tensor<1x2x28x28x16xf32>) constants(%v : tensor<32x32x5x3xf32>) -> tensor<1x2x28x28x16xf32> {
    ^bb0(%a: tensor<1x2x28x28x16xf32>, %f: tensor<32x32x5x3xf32>):
      %3 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 2, 1, 2, 1>} : tensor<1x2x28x28x16xf32>, tensor<32x32x5x3xf32> -> tensor<1x2x28x28x16xf32>
      veltair.yield %3 : tensor<1x2x28x28x16xf32>
    }
    veltair.return %0, %1 : tensor<1x2x14x14x16xf32>, tensor<1x2x28x28x16xf32>
  }
}

// -----

// A dilated window: the results of a tile are as far apart as its elements.

// CHECK-LABEL: veltair.model @dilated
// CHECK: veltair.version <winograd4
// CHECK: kernel.winograd_input_tile {{.*}}dilations = array<i64: 2, 3>
// CHECK: kernel.winograd_output_tile {{.*}}dilations = array<i64: 2, 3>
veltair.model @dilated attributes {input_names = ["x"], input_types = [tensor<1x16x28x28x16xf32>], output_names = ["y"], output_types = [tensor<1x16x28x28x16xf32>]} {
  veltair.program @p(%x: tensor<1x16x28x28x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<256x256x3x3xf32>
    %0 = veltair.layer "conv" "Conv" ins(%x : tensor<1x16x28x28x16xf32>) constants(%w : tensor<256x256x3x3xf32>) -> tensor<1x16x28x28x16xf32> {
    ^bb0(%a: tensor<1x16x28x28x16xf32>, %f: tensor<256x256x3x3xf32>):
      %1 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 2, 3>, pads = array<i64: 2, 3, 2, 3>} : tensor<1x16x28x28x16xf32>, tensor<256x256x3x3xf32> -> tensor<1x16x28x28x16xf32>
      veltair.yield %1 : tensor<1x16x28x28x16xf32>
    }
    veltair.return %0 : tensor<1x16x28x28x16xf32>
  }
}

// -----

// Most of each window lies in the padding.

// CHECK-LABEL: veltair.model @padding
// CHECK-NOT: veltair.version <winograd
// CHECK: veltair.version <direct
// CHECK-NOT: veltair.version <winograd
veltair.model @padding attributes {input_names = ["x"], input_types = [tensor<1x16x14x14x16xf32>], output_names = ["y"], output_types = [tensor<1x16x14x14x16xf32>]} {
  veltair.program @p(%x: tensor<1x16x14x14x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<256x256x3x3xf32>
    %0 = veltair.layer "conv" "Conv" ins(%x : tensor<1x16x14x14x16xf32>) constants(%w : tensor<256x256x3x3xf32>) -> tensor<1x16x14x14x16xf32> {
    ^bb0(%a: tensor<1x16x14x14x16xf32>, %f: tensor<256x256x3x3xf32>):
      %1 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 12, 12>, pads = array<i64: 12, 12, 12, 12>} : tensor<1x16x14x14x16xf32>, tensor<256x256x3x3xf32> -> tensor<1x16x14x14x16xf32>
      veltair.yield %1 : tensor<1x16x14x14x16xf32>
    }
    veltair.return %0 : tensor<1x16x14x14x16xf32>
  }
}
