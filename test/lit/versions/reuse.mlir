// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions,plan-memory)),outline-versions)' | FileCheck %s

// What is used twice is computed once, behind elements of other operations and
// in dimensions of 1, too.

// CHECK-LABEL: func.func @"sums.0.x86-64-v4"
// CHECK-COUNT-4: arith.addf
// CHECK-NOT: arith.addf
// CHECK: return
// CHECK-LABEL: func.func @"moved.0.x86-64-v4"
// CHECK-COUNT-3: arith.addf
// CHECK-NOT: arith.addf
// CHECK: return
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<2x1x3xf32>], output_names = ["y", "z"], output_types = [tensor<2x1x3xf32>, tensor<3x1x2xf32>]} {
  veltair.program @p(%x: tensor<2x1x3xf32>) {
    %0 = veltair.layer "sums" "Add+Add+Add+Add" ins(%x : tensor<2x1x3xf32>) constants() -> tensor<2x1x3xf32> {
    ^bb0(%a: tensor<2x1x3xf32>):
      %2 = onnx.Add %a, %a : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
      %3 = onnx.Add %2, %2 : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
      %4 = onnx.Add %3, %3 : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
      %5 = onnx.Add %4, %4 : (tensor<2x1x3xf32>, tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
      veltair.yield %5 : tensor<2x1x3xf32>
    }
    %1 = veltair.layer "moved" "Transpose+Add+Add+Add" ins(%x : tensor<2x1x3xf32>) constants() -> tensor<3x1x2xf32> {
    ^bb0(%a: tensor<2x1x3xf32>):
      %2 = onnx.Transpose %a : (tensor<2x1x3xf32>) -> tensor<3x1x2xf32>
      %3 = onnx.Add %2, %2 : (tensor<3x1x2xf32>, tensor<3x1x2xf32>) -> tensor<3x1x2xf32>
      %4 = onnx.Add %3, %3 : (tensor<3x1x2xf32>, tensor<3x1x2xf32>) -> tensor<3x1x2xf32>
      %5 = onnx.Add %4, %4 : (tensor<3x1x2xf32>, tensor<3x1x2xf32>) -> tensor<3x1x2xf32>
      veltair.yield %5 : tensor<3x1x2xf32>
    }
    veltair.return %0, %1 : tensor<2x1x3xf32>, tensor<3x1x2xf32>
  }
}
