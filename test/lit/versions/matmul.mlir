// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=1},plan-memory)),outline-versions)' | FileCheck %s
// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v3},veltair.program(choose-versions{max-versions=1},plan-memory)),outline-versions)' | FileCheck %s --check-prefix=V3

// A big product takes seven of half the size: the sums of blocks of the right
// operand are packed, those of the left one are a stage of their own and lie in
// shared memory. One with few rows reads each weight once, and no more of them
// than there are.

// CHECK: veltair.layer "big"
// CHECK: veltair.version <strassen
// CHECK-SAME: packings [#veltair.packing<perm = [0, 2, 1]inner = [1]tiles = [16]strassen = plain>]
// CHECK-SAME: stages [#veltair.stage<@"big.0.x86-64-v4", 8>, #veltair.stage<@"big.0.x86-64-v4.stage1", {{[0-9]+}}>]
// CHECK-SAME: numerics = 1
// CHECK-SAME: shared_scratch = {{[1-9]}}
// CHECK: veltair.layer "few"
// CHECK: veltair.version <direct
// CHECK-SAME: packings [#veltair.packing<perm = [1, 0]inner = [0]tiles = [16]>]
// CHECK: func.func @"big.0.x86-64-v4"
// CHECK: kernel.scratch {{ *}}shared 0
// CHECK-COUNT-7: kernel.map_row
// CHECK: func.func @"big.0.x86-64-v4.stage1"
// CHECK: kernel.matmul_tile
// CHECK-COUNT-4: kernel.map_row

// Sixteen registers hold tiles of six rows at most: these are not too few.

// V3: veltair.layer "big"
// V3: veltair.version <{{[a-z]+}} rows = {{[56]}} vectors = 1
// V3: veltair.layer "few"
// V3: veltair.version <direct rows = 4
veltair.model @m attributes {input_names = ["x", "z"], input_types = [tensor<128x768xf32>, tensor<4x768xf32>], output_names = ["y", "w"], output_types = [tensor<128x3072xf32>, tensor<4x3072xf32>]} {
  veltair.program @p(%x: tensor<128x768xf32>, %z: tensor<4x768xf32>) {
    %c = onnx.Constant dense<1.0> : tensor<768x3072xf32>
    %0 = veltair.layer "big" "MatMul" ins(%x : tensor<128x768xf32>) constants(%c : tensor<768x3072xf32>) -> tensor<128x3072xf32> {
    ^bb0(%a: tensor<128x768xf32>, %f: tensor<768x3072xf32>):
      %1 = kernel.matmul %a, %f : tensor<128x768xf32>, tensor<768x3072xf32> -> tensor<128x3072xf32>
      veltair.yield %1 : tensor<128x3072xf32>
    }
    %2 = veltair.layer "few" "MatMul" ins(%z : tensor<4x768xf32>) constants(%c : tensor<768x3072xf32>) -> tensor<4x3072xf32> {
    ^bb0(%a: tensor<4x768xf32>, %f: tensor<768x3072xf32>):
      %1 = kernel.matmul %a, %f : tensor<4x768xf32>, tensor<768x3072xf32> -> tensor<4x3072xf32>
      veltair.yield %1 : tensor<4x3072xf32>
    }
    veltair.return %0, %2 : tensor<128x3072xf32>, tensor<4x3072xf32>
  }
}
