// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(convert-recurrent-to-kernel)))' | FileCheck %s

// Both directions of an LSTM: one product for all steps, whose bias is the first
// half of each direction's. A missing initial state is zero when the other one
// is given.

// CHECK-LABEL: veltair.program @lstm
// CHECK-SAME: (%[[X:.*]]: tensor<5x3x6xf32>, %[[H:.*]]: tensor<2x3x4xf32>)
// CHECK-DAG: %[[R:.*]] = onnx.Constant dense<2.000000e+00> : tensor<2x16x4xf32>
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense<1.000000e+00> : tensor<32x6xf32>
// CHECK: %[[P:.*]] = kernel.matmul %[[X]], %[[W]] {transpose_rhs} : tensor<5x3x6xf32>, tensor<32x6xf32> -> tensor<5x3x32xf32>
// CHECK: %[[S:.*]] = onnx.Add %[[P]], %{{.*}} : (tensor<5x3x32xf32>, tensor<32xf32>)
// CHECK: %[[ZERO:.*]] = onnx.Constant dense<0.000000e+00> : tensor<2x3x4xf32>
// CHECK: %[[Y:.*]], %[[LAST:.*]]:2 = kernel.recurrent lstm %[[S]], %[[R]] bias %{{.*}} initial %[[H]], %[[ZERO]] : (tensor<5x3x32xf32>, tensor<2x16x4xf32>, tensor<2x16xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> (tensor<5x2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>)
// CHECK: veltair.return %[[Y]], %[[LAST]]#1
veltair.model @m attributes {
    input_names = ["x", "h"], input_types = [tensor<5x3x6xf32>, tensor<2x3x4xf32>],
    output_names = ["y", "c"], output_types = [tensor<5x2x3x4xf32>, tensor<2x3x4xf32>]} {
  veltair.program @lstm(%x: tensor<5x3x6xf32>, %h: tensor<2x3x4xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<2x16x6xf32>
    %r = onnx.Constant dense<2.0> : tensor<2x16x4xf32>
    %b = onnx.Constant dense<3.0> : tensor<2x32xf32>
    %y:3 = onnx.LSTM %x, %w, %r, %b, %none, %h, %none, %none {hidden_size = 4 : i64, direction = "bidirectional", activations = ["Sigmoid", "Tanh", "Tanh", "sigmoid", "tanh", "tanh"]} : (tensor<5x3x6xf32>, tensor<2x16x6xf32>, tensor<2x16x4xf32>, tensor<2x32xf32>, none, tensor<2x3x4xf32>, none, none) -> (tensor<5x2x3x4xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>)
    veltair.return %y#0, %y#2 : tensor<5x2x3x4xf32>, tensor<2x3x4xf32>
  }
}

// -----

// A GRU that resets behind the product, backwards; one that resets before it
// stays, as does one whose activations are others.

// CHECK-LABEL: veltair.program @gru
// CHECK: kernel.recurrent gru %{{.*}}, %{{.*}} {reverse} : (tensor<5x1x12xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
// CHECK: onnx.GRU
// CHECK: onnx.GRU
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<5x1x6xf32>],
    output_names = ["a", "b", "c"], output_types = [tensor<5x1x1x4xf32>, tensor<5x1x1x4xf32>, tensor<5x1x1x4xf32>]} {
  veltair.program @gru(%x: tensor<5x1x6xf32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<1x12x6xf32>
    %r = onnx.Constant dense<2.0> : tensor<1x12x4xf32>
    %a:3 = onnx.GRU %x, %w, %r, %none, %none, %none {hidden_size = 4 : i64, direction = "reverse", linear_before_reset = 1 : i64} : (tensor<5x1x6xf32>, tensor<1x12x6xf32>, tensor<1x12x4xf32>, none, none, none) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<4xf32>)
    %b:3 = onnx.GRU %x, %w, %r, %none, %none, %none {hidden_size = 4 : i64} : (tensor<5x1x6xf32>, tensor<1x12x6xf32>, tensor<1x12x4xf32>, none, none, none) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<4xf32>)
    %c:3 = onnx.GRU %x, %w, %r, %none, %none, %none {hidden_size = 4 : i64, linear_before_reset = 1 : i64, activations = ["HardSigmoid", "Tanh"]} : (tensor<5x1x6xf32>, tensor<1x12x6xf32>, tensor<1x12x4xf32>, none, none, none) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<4xf32>)
    veltair.return %a#0, %b#0, %c#0 : tensor<5x1x1x4xf32>, tensor<5x1x1x4xf32>, tensor<5x1x1x4xf32>
  }
}

// -----

// Sequences that may be short stay.

// CHECK-LABEL: veltair.program @rnn
// CHECK: onnx.RNN
// CHECK-NOT: kernel.recurrent
veltair.model @m attributes {
    input_names = ["x", "n"], input_types = [tensor<5x1x6xf32>, tensor<1xi32>],
    output_names = ["y"], output_types = [tensor<5x1x1x4xf32>]} {
  veltair.program @rnn(%x: tensor<5x1x6xf32>, %n: tensor<1xi32>) {
    %none = onnx.NoValue
    %w = onnx.Constant dense<1.0> : tensor<1x4x6xf32>
    %r = onnx.Constant dense<2.0> : tensor<1x4x4xf32>
    %y:2 = onnx.RNN %x, %w, %r, %none, %n, %none {hidden_size = 4 : i64} : (tensor<5x1x6xf32>, tensor<1x4x6xf32>, tensor<1x4x4xf32>, none, tensor<1xi32>, none) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>)
    veltair.return %y#0 : tensor<5x1x1x4xf32>
  }
}
