// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions,plan-memory)),outline-versions)' | FileCheck %s

// Functions have the names of layers, but for what means something in the name
// of a function of LLVM or of an ELF symbol.

// CHECK: func.func @"_llvm.sqrt.0.x86-64-v4"
// CHECK: func.func @"_raw.0.x86-64-v4"
// CHECK: func.func @"a_b_c.0.x86-64-v4"
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<4xf32>], output_names = ["y", "z", "w"], output_types = [tensor<4xf32>, tensor<4xf32>, tensor<4xf32>]} {
  veltair.program @p(%x: tensor<4xf32>) {
    %0 = veltair.layer "llvm.sqrt" "Relu" ins(%x : tensor<4xf32>) constants() -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %3 = onnx.Relu %a : (tensor<4xf32>) -> tensor<4xf32>
      veltair.yield %3 : tensor<4xf32>
    }
    %1 = veltair.layer "\01raw" "Neg" ins(%x : tensor<4xf32>) constants() -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %3 = onnx.Neg %a : (tensor<4xf32>) -> tensor<4xf32>
      veltair.yield %3 : tensor<4xf32>
    }
    %2 = veltair.layer "a@b\00c" "Abs" ins(%x : tensor<4xf32>) constants() -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %3 = onnx.Abs %a : (tensor<4xf32>) -> tensor<4xf32>
      veltair.yield %3 : tensor<4xf32>
    }
    veltair.return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
  }
}
