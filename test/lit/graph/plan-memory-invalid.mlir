// RUN: veltair-opt %s -split-input-file -verify-diagnostics -pass-pipeline='builtin.module(veltair.model(veltair.program(plan-memory)))'

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4xf32>],
    output_names = ["y"], output_types = [tensor<4xf32>]} {
  veltair.program @noLayer(%x: tensor<4xf32>) {
    // expected-error @below {{'onnx.Relu' op is in no layer}}
    %0 = onnx.Relu %x : (tensor<4xf32>) -> tensor<4xf32>
    %1 = veltair.layer "l" "Relu" ins(%0 : tensor<4xf32>) constants() -> tensor<4xf32> {
    ^bb0(%a: tensor<4xf32>):
      %2 = onnx.Relu %a : (tensor<4xf32>) -> tensor<4xf32>
      veltair.yield %2 : tensor<4xf32>
    }
    veltair.return %1 : tensor<4xf32>
  }
}

// -----

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4xf32>],
    output_names = ["y"], output_types = [tensor<4xf32>]} {
  veltair.program @outputIsInput(%x: tensor<4xf32>) {
    // expected-error @below {{needs outputs that layers write}}
    veltair.return %x : tensor<4xf32>
  }
}
