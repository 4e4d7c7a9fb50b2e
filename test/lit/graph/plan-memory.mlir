// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers,plan-memory)))' | FileCheck %s
// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers,plan-memory{reuse-delay=0})))' | FileCheck %s --check-prefix=EAGER

// Four layers in a chain, each result of 512 bytes. Without delay the third
// writes where the first one did; a view keeps its source alive. The output lies
// in the caller's memory.

// CHECK-LABEL: veltair.program @chain
// CHECK-SAME: arena_bytes = 1536 : i64
// CHECK: veltair.layer "a"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: [[A:[0-9]+]]>}
// CHECK: veltair.layer "b"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: [[B:[0-9]+]]>}
// CHECK: veltair.layer "c"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: [[C:[0-9]+]]>}
// CHECK: veltair.layer "d"
// CHECK: {first_conflict = 4 : i64, offsets = array<i64: -1>}

// EAGER-LABEL: veltair.program @chain
// EAGER-SAME: arena_bytes = 1024 : i64
// EAGER: veltair.layer "a"
// EAGER: {first_conflict = 2 : i64, offsets = array<i64: [[A:[0-9]+]]>}
// EAGER: veltair.layer "b"
// EAGER: {first_conflict = 2 : i64, offsets = array<i64: [[B:[0-9]+]]>}
// EAGER: veltair.layer "c"
// EAGER: {first_conflict = 4 : i64, offsets = array<i64: [[A]]>}
// EAGER: veltair.layer "d"
// EAGER: {first_conflict = 4 : i64, offsets = array<i64: -1>}
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y"], output_types = [tensor<8x16xf32>]} {
  veltair.program @chain(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %v = veltair.view %a : tensor<8x16xf32> -> tensor<2x4x16xf32>
    %b = kernel.matmul %v, %w : tensor<2x4x16xf32>, tensor<16x16xf32> -> tensor<2x4x16xf32> loc("b")
    %u = veltair.view %b : tensor<2x4x16xf32> -> tensor<8x16xf32>
    %c = kernel.matmul %u, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("c")
    %d = kernel.matmul %c, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("d")
    veltair.return %d : tensor<8x16xf32>
  }
}
