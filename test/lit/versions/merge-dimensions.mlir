// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions,plan-memory)),outline-versions)' | FileCheck %s

// Dimensions that all tensors traverse alike are merged. A dimension of 1 in
// the result merges with any, but does not hide that its neighbours differ.

// CHECK-LABEL: func.func @"all.0.x86-64-v4"
// CHECK: kernel.argument operand 0 {{.*}} -> memref<6xf32>
// CHECK-LABEL: func.func @"broadcast.0.x86-64-v4"
// CHECK-DAG: kernel.argument operand 0 {{.*}} -> memref<2x3xf32>
// CHECK-DAG: kernel.argument operand 1 {{.*}} -> memref<2x1xf32>
veltair.model @m attributes {input_names = ["x", "y"], input_types = [tensor<1x2x1x3xf32>, tensor<1x2x1x1xf32>], output_names = ["z", "w"], output_types = [tensor<1x2x1x3xf32>, tensor<1x2x1x3xf32>]} {
  veltair.program @p(%x: tensor<1x2x1x3xf32>, %y: tensor<1x2x1x1xf32>) {
    %0 = veltair.layer "all" "Relu" ins(%x : tensor<1x2x1x3xf32>) constants() -> tensor<1x2x1x3xf32> {
    ^bb0(%a: tensor<1x2x1x3xf32>):
      %2 = "onnx.Relu"(%a) : (tensor<1x2x1x3xf32>) -> tensor<1x2x1x3xf32>
      veltair.yield %2 : tensor<1x2x1x3xf32>
    }
    %1 = veltair.layer "broadcast" "Sub" ins(%x, %y : tensor<1x2x1x3xf32>, tensor<1x2x1x1xf32>) constants() -> tensor<1x2x1x3xf32> {
    ^bb0(%a: tensor<1x2x1x3xf32>, %b: tensor<1x2x1x1xf32>):
      %2 = onnx.Sub %a, %b : (tensor<1x2x1x3xf32>, tensor<1x2x1x1xf32>) -> tensor<1x2x1x3xf32>
      veltair.yield %2 : tensor<1x2x1x3xf32>
    }
    veltair.return %0, %1 : tensor<1x2x1x3xf32>, tensor<1x2x1x3xf32>
  }
}
