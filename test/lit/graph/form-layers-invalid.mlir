// RUN: veltair-opt %s -verify-diagnostics -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers)))'

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4xf32>],
    output_names = ["y"], output_types = [tensor<4xf32>]} {
  veltair.program @composite(%x: tensor<4xf32>) {
    // expected-error @below {{'onnx.Softmax' op cannot be compiled: there is no lowering for it}}
    %0 = onnx.Softmax %x : (tensor<4xf32>) -> tensor<4xf32>
    veltair.return %0 : tensor<4xf32>
  }
}
