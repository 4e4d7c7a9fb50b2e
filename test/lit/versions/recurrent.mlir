// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=1},plan-memory)),outline-versions)' | FileCheck %s

// A chunk is a direction. A step is a product with the state and rows of gates:
// of the cell, of the state, and of the result.

// CHECK: veltair.version <direct rows = 1
// CHECK-SAME: packings [#veltair.packing<inner = [1]tiles = [16]>]
// CHECK-SAME: stages [#veltair.stage<@"lstm.0.x86-64-v4", 2>]
// CHECK-SAME: worker_scratch = 1024
// CHECK: func.func @"lstm.0.x86-64-v4"
// The initial states.
// CHECK-COUNT-2: kernel.map_row
// CHECK: scf.for
// CHECK: arith.select
// CHECK: kernel.matmul_tile
// CHECK-COUNT-3: kernel.map_row
// The last states.
// CHECK-COUNT-2: kernel.map_row
// CHECK-NOT: kernel.map_row
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<5x1x256xf32>], output_names = ["y"], output_types = [tensor<5x2x1x32xf32>]} {
  veltair.program @p(%x: tensor<5x1x256xf32>) {
    %c = onnx.Constant dense<1.0> : tensor<2x128x32xf32>
    %0:3 = veltair.layer "lstm" "LSTM" ins(%x : tensor<5x1x256xf32>) constants(%c : tensor<2x128x32xf32>) -> tensor<5x2x1x32xf32>, tensor<2x1x32xf32>, tensor<2x1x32xf32> {
    ^bb0(%a: tensor<5x1x256xf32>, %r: tensor<2x128x32xf32>):
      %1:3 = kernel.recurrent lstm %a, %r : (tensor<5x1x256xf32>, tensor<2x128x32xf32>) -> (tensor<5x2x1x32xf32>, tensor<2x1x32xf32>, tensor<2x1x32xf32>)
      veltair.yield %1#0, %1#1, %1#2 : tensor<5x2x1x32xf32>, tensor<2x1x32xf32>, tensor<2x1x32xf32>
    }
    veltair.return %0#0 : tensor<5x2x1x32xf32>
  }
}
