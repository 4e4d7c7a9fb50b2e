// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=1},plan-memory{reuse-delay=0})))' | FileCheck %s

// Two layers whose stages share memory of the arena. The second's takes the place
// of the first's (offset 0 is not printed), which is then in conflict with it,
// though no tensor is.

// CHECK: veltair.layer "first"
// CHECK: veltair.version <winograd4 {{.*}} shared_scratch = [[BYTES:[0-9]+]] : i64, worker_scratch
// CHECK: first_conflict = 1 : i64
// CHECK: veltair.layer "second"
// CHECK: veltair.version <winograd4 {{.*}} shared_scratch = [[BYTES]] : i64, worker_scratch
// CHECK: first_conflict = 2 : i64
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<1x16x14x14x16xf32>], output_names = ["y"], output_types = [tensor<1x16x14x14x16xf32>]} {
  veltair.program @p(%x: tensor<1x16x14x14x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<256x256x3x3xf32>
    %0 = veltair.layer "first" "Conv" ins(%x : tensor<1x16x14x14x16xf32>) constants(%w : tensor<256x256x3x3xf32>) -> tensor<1x16x14x14x16xf32> {
    ^bb0(%a: tensor<1x16x14x14x16xf32>, %f: tensor<256x256x3x3xf32>):
      %2 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x16x14x14x16xf32>, tensor<256x256x3x3xf32> -> tensor<1x16x14x14x16xf32>
      veltair.yield %2 : tensor<1x16x14x14x16xf32>
    }
    %1 = veltair.layer "second" "Conv" ins(%0 : tensor<1x16x14x14x16xf32>) constants(%w : tensor<256x256x3x3xf32>) -> tensor<1x16x14x14x16xf32> {
    ^bb0(%a: tensor<1x16x14x14x16xf32>, %f: tensor<256x256x3x3xf32>):
      %3 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x16x14x14x16xf32>, tensor<256x256x3x3xf32> -> tensor<1x16x14x14x16xf32>
      veltair.yield %3 : tensor<1x16x14x14x16xf32>
    }
    veltair.return %1 : tensor<1x16x14x14x16xf32>
  }
}
