// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(convert-kernel-to-vector,canonicalize,cse,verify-vector-width))' | FileCheck %s

// Without padding every tile lies inside of the input: 16 loads, 2 x 4 transforms
// of 4 operations, 16 stores; no branch, no mask.

// CHECK-LABEL: func.func @inside
// CHECK-NOT: scf.if
// CHECK-NOT: maskedload
// CHECK-COUNT-16: vector.load
// CHECK-NOT: vector.load
// CHECK: arith.subf
// CHECK-COUNT-16: vector.store
// CHECK-NOT: vector.store
module attributes {veltair.vector_bits = 512} {
  func.func @inside(%x: memref<1x1x6x6x16xf32>, %v: memref<16x1x4x16xf32>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_input_tile %x[%0, %0, %row, %column] into %v[%tile] {outputs = 2 : i64, taps = 3 : i64, pads = array<i64: 0, 0, 0, 0>} : memref<1x1x6x6x16xf32>, memref<16x1x4x16xf32>
    return
  }
}

// -----

// With padding a branch for the tile, and masks where it touches the padding; two
// registers of 8 lanes in a loop.

// CHECK-LABEL: func.func @edges
// CHECK: scf.if
// CHECK: scf.for
// CHECK-COUNT-36: vector.load {{.*}} vector<8xf32>
// CHECK-NOT: vector.load
// CHECK: else
// CHECK: arith.select
// CHECK: scf.for
// CHECK-COUNT-36: vector.maskedload {{.*}} vector<8xf32>
// CHECK-NOT: vector.maskedload
module attributes {veltair.vector_bits = 256} {
  func.func @edges(%x: memref<1x1x14x14x16xf32>, %v: memref<36x1x4x16xf32>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_input_tile %x[%0, %0, %row, %column] into %v[%tile] {outputs = 4 : i64, taps = 3 : i64, pads = array<i64: 1, 1, 1, 1>} : memref<1x1x14x14x16xf32>, memref<36x1x4x16xf32>
    return
  }
}

// -----

// A map of one tile has no tile inside.

// CHECK-LABEL: func.func @small
// CHECK-NOT: scf.if
// CHECK-COUNT-16: vector.maskedload
module attributes {veltair.vector_bits = 512} {
  func.func @small(%x: memref<1x1x2x2x16xf32>, %v: memref<16x1x4x16xf32>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_input_tile %x[%0, %0, %row, %column] into %v[%tile] {outputs = 2 : i64, taps = 3 : i64, pads = array<i64: 1, 1, 1, 1>} : memref<1x1x2x2x16xf32>, memref<16x1x4x16xf32>
    return
  }
}

// -----

// Tiles that reach over the result's end store what exists.

// CHECK-LABEL: func.func @partial
// CHECK-COUNT-16: vector.load
// CHECK: scf.if
// CHECK-COUNT-4: vector.store
// CHECK: else
// CHECK: scf.if
// CHECK: scf.if
// CHECK: vector.store
module attributes {veltair.vector_bits = 512} {
  func.func @partial(%m: memref<16x4x16xf32>, %y: memref<1x1x5x5x16xf32>, %b: memref<1x1x1x1x16xf32>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_output_tile %m[%tile, %0] into %y[%0, %0, %row, %column] extras(%b : memref<1x1x1x1x16xf32>) attributes {outputs = 2 : i64, taps = 3 : i64} : memref<16x4x16xf32>, memref<1x1x5x5x16xf32> {
    ^bb0(%sum: f32, %bias: f32):
      %1 = arith.addf %sum, %bias : f32
      kernel.yield %1 : f32
    }
    return
  }
}

// -----

// Tiles that cut the result evenly need no branch; the bias is loaded once a row.

// CHECK-LABEL: func.func @even
// CHECK-NOT: scf.if
// CHECK-COUNT-36: vector.load %{{.*}} memref<36x4x16xf32>
// CHECK-COUNT-4: vector.load %{{.*}} memref<1x1x1x1x16xf32>
// CHECK-NOT: vector.load %{{.*}} memref<1x1x1x1x16xf32>
// CHECK: return
module attributes {veltair.vector_bits = 512} {
  func.func @even(%m: memref<36x4x16xf32>, %y: memref<1x1x8x8x16xf32>, %b: memref<1x1x1x1x16xf32>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_output_tile %m[%tile, %0] into %y[%0, %0, %row, %column] extras(%b : memref<1x1x1x1x16xf32>) attributes {outputs = 4 : i64, taps = 3 : i64} : memref<36x4x16xf32>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32, %bias: f32):
      %1 = arith.addf %sum, %bias : f32
      kernel.yield %1 : f32
    }
    return
  }
}

// -----

// A blocked left operand, whose weights are fetched ahead.

// CHECK-LABEL: func.func @blocked
// CHECK: scf.for {{.*}} to %c2
// CHECK: scf.for {{.*}} to %c16
// CHECK: vector.load %{{.*}} : memref<1x32x16xf32>, vector<16xf32>
// CHECK: memref.prefetch {{.*}} locality<2>
// CHECK: memref.load %{{.*}} : memref<2x4x16xf32>
// CHECK: vector.fma
module attributes {veltair.vector_bits = 512} {
  func.func @blocked(%a: memref<2x4x16xf32>, %b: memref<1x32x16xf32>, %c: memref<4x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.matmul_tile %a, %b into %c[%i, %0] attributes {rows = 2 : i64, vectors = 1 : i64, columns = 16 : i64, prefetch = 64 : i64} : memref<2x4x16xf32>, memref<1x32x16xf32>, memref<4x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}
