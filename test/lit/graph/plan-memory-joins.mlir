// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers,join-parts,plan-memory{reuse-delay=0})))' | FileCheck %s

// The parts lie in the join (offsets 0, 512 and 1024 of 1536 bytes), which lives
// until its last reader: only then are its bytes written again. Layers that
// write different parts are no conflict of each other.

// CHECK-LABEL: veltair.program @nested
// CHECK-SAME: arena_bytes = 3072 : i64
// CHECK: veltair.layer "a"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: 0>}
// CHECK: veltair.layer "b"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: 512>}
// CHECK: veltair.layer "c"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: 1024>}
// CHECK: veltair.layer "y"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: 1536>}
// CHECK: veltair.layer "e"
// CHECK: {first_conflict = 6 : i64, offsets = array<i64: 0>}
// CHECK: veltair.layer "z"
// CHECK: {first_conflict = 6 : i64, offsets = array<i64: -1>}
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["z"], output_types = [tensor<24x16xf32>]} {
  veltair.program @nested(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %j = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("j")
    %c = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("c")
    %k = onnx.Concat %j, %c {axis = 0 : i64} : (tensor<16x16xf32>, tensor<8x16xf32>) -> tensor<24x16xf32> loc("k")
    %y = kernel.matmul %k, %w : tensor<24x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32> loc("y")
    %e = kernel.matmul %y, %w : tensor<24x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32> loc("e")
    %z = kernel.matmul %e, %w : tensor<24x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32> loc("z")
    veltair.return %z : tensor<24x16xf32>
  }
}

// -----

// The layer that reads a part last keeps the whole: "c" does not lie in it.

// CHECK-LABEL: veltair.program @part
// CHECK-SAME: arena_bytes = 1536 : i64
// CHECK: veltair.layer "a"
// CHECK: {first_conflict = 5 : i64, offsets = array<i64: 0>}
// CHECK: veltair.layer "b"
// CHECK: {first_conflict = 5 : i64, offsets = array<i64: 512>}
// CHECK: veltair.layer "y"
// CHECK: {first_conflict = 5 : i64, offsets = array<i64: -1>}
// CHECK: veltair.layer "c"
// CHECK: {first_conflict = 5 : i64, offsets = array<i64: 1024>}
// CHECK: veltair.layer "z"
// CHECK: {first_conflict = 5 : i64, offsets = array<i64: -1>}
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y", "z"], output_types = [tensor<16x16xf32>, tensor<2x4x16xf32>]} {
  veltair.program @part(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %j = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("j")
    %y = kernel.matmul %j, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y")
    %v = veltair.view %a : tensor<8x16xf32> -> tensor<2x4x16xf32>
    %c = kernel.matmul %v, %w : tensor<2x4x16xf32>, tensor<16x16xf32> -> tensor<2x4x16xf32> loc("c")
    %z = kernel.matmul %c, %w : tensor<2x4x16xf32>, tensor<16x16xf32> -> tensor<2x4x16xf32> loc("z")
    veltair.return %y, %z : tensor<16x16xf32>, tensor<2x4x16xf32>
  }
}
