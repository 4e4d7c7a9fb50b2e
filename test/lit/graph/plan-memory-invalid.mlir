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

// -----

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<16xf32>],
    output_names = ["y"], output_types = [tensor<32xf32>]} {
  veltair.program @partIsInput(%x: tensor<16xf32>) {
    %0 = veltair.layer "l" "Relu" ins(%x : tensor<16xf32>) constants() -> tensor<16xf32> {
    ^bb0(%a: tensor<16xf32>):
      %r = onnx.Relu %a : (tensor<16xf32>) -> tensor<16xf32>
      veltair.yield %r : tensor<16xf32>
    }
    // expected-error @below {{needs parts that begin at aligned places of the arena and are in no other join}}
    %j = veltair.join %0, %x : tensor<16xf32>, tensor<16xf32> -> tensor<32xf32>
    %1 = veltair.layer "y" "Relu" ins(%j : tensor<32xf32>) constants() -> tensor<32xf32> {
    ^bb0(%a: tensor<32xf32>):
      %r = onnx.Relu %a : (tensor<32xf32>) -> tensor<32xf32>
      veltair.yield %r : tensor<32xf32>
    }
    veltair.return %1 : tensor<32xf32>
  }
}

// -----

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<16xf32>],
    output_names = ["y"], output_types = [tensor<32xf32>]} {
  veltair.program @partTwice(%x: tensor<16xf32>) {
    %0 = veltair.layer "l" "Relu" ins(%x : tensor<16xf32>) constants() -> tensor<16xf32> {
    ^bb0(%a: tensor<16xf32>):
      %r = onnx.Relu %a : (tensor<16xf32>) -> tensor<16xf32>
      veltair.yield %r : tensor<16xf32>
    }
    // expected-error @below {{needs parts that begin at aligned places of the arena and are in no other join}}
    %j = veltair.join %0, %0 : tensor<16xf32>, tensor<16xf32> -> tensor<32xf32>
    %1 = veltair.layer "y" "Relu" ins(%j : tensor<32xf32>) constants() -> tensor<32xf32> {
    ^bb0(%a: tensor<32xf32>):
      %r = onnx.Relu %a : (tensor<32xf32>) -> tensor<32xf32>
      veltair.yield %r : tensor<32xf32>
    }
    veltair.return %1 : tensor<32xf32>
  }
}

// -----

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8xf32>],
    output_names = ["y"], output_types = [tensor<16xf32>]} {
  veltair.program @unaligned(%x: tensor<8xf32>) {
    %0 = veltair.layer "k" "Relu" ins(%x : tensor<8xf32>) constants() -> tensor<8xf32> {
    ^bb0(%a: tensor<8xf32>):
      %r = onnx.Relu %a : (tensor<8xf32>) -> tensor<8xf32>
      veltair.yield %r : tensor<8xf32>
    }
    %1 = veltair.layer "l" "Relu" ins(%x : tensor<8xf32>) constants() -> tensor<8xf32> {
    ^bb0(%a: tensor<8xf32>):
      %r = onnx.Relu %a : (tensor<8xf32>) -> tensor<8xf32>
      veltair.yield %r : tensor<8xf32>
    }
    // expected-error @below {{needs parts that begin at aligned places of the arena and are in no other join}}
    %j = veltair.join %0, %1 : tensor<8xf32>, tensor<8xf32> -> tensor<16xf32>
    %2 = veltair.layer "y" "Relu" ins(%j : tensor<16xf32>) constants() -> tensor<16xf32> {
    ^bb0(%a: tensor<16xf32>):
      %r = onnx.Relu %a : (tensor<16xf32>) -> tensor<16xf32>
      veltair.yield %r : tensor<16xf32>
    }
    veltair.return %2 : tensor<16xf32>
  }
}

// -----

veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<16xf32>],
    output_names = ["y"], output_types = [tensor<16xf32>]} {
  veltair.program @partIsOutput(%x: tensor<16xf32>) {
    %0 = veltair.layer "k" "Relu" ins(%x : tensor<16xf32>) constants() -> tensor<16xf32> {
    ^bb0(%a: tensor<16xf32>):
      %r = onnx.Relu %a : (tensor<16xf32>) -> tensor<16xf32>
      veltair.yield %r : tensor<16xf32>
    }
    %1 = veltair.layer "l" "Relu" ins(%x : tensor<16xf32>) constants() -> tensor<16xf32> {
    ^bb0(%a: tensor<16xf32>):
      %r = onnx.Relu %a : (tensor<16xf32>) -> tensor<16xf32>
      veltair.yield %r : tensor<16xf32>
    }
    // expected-error @below {{needs parts that begin at aligned places of the arena and are in no other join}}
    %j = veltair.join %0, %1 : tensor<16xf32>, tensor<16xf32> -> tensor<32xf32>
    %2 = veltair.layer "y" "Relu" ins(%j : tensor<32xf32>) constants() -> tensor<32xf32> {
    ^bb0(%a: tensor<32xf32>):
      %r = onnx.Relu %a : (tensor<32xf32>) -> tensor<32xf32>
      veltair.yield %r : tensor<32xf32>
    }
    veltair.return %1 : tensor<16xf32>
  }
}
