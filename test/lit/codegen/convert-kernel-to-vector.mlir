// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(convert-kernel-to-vector,canonicalize,cse,verify-vector-width))' | FileCheck %s

// Rows by two registers of accumulators, carried by the loop over K; the bias
// is loaded once for all rows.

// CHECK-LABEL: func.func @product
// CHECK: %[[SUMS:.*]]:4 = scf.for %[[K:.*]] = %{{.*}} to %c8 step %{{.*}} iter_args({{.*}}) -> (vector<8xf32>, vector<8xf32>, vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-2: vector.load %{{.*}} : memref<1x8x16xf32>, vector<8xf32>
// CHECK: memref.load
// CHECK: vector.broadcast
// CHECK-COUNT-2: vector.fma
// CHECK: memref.load
// CHECK-COUNT-2: vector.fma
// CHECK: scf.yield
// CHECK: vector.load %{{.*}} : memref<1x16xf32>, vector<8xf32>
// CHECK: arith.addf %[[SUMS]]#0
// CHECK: vector.store
// CHECK: vector.load %{{.*}} : memref<1x16xf32>, vector<8xf32>
// CHECK: vector.store
// CHECK-NOT: vector.load
// CHECK-COUNT-2: vector.store
module attributes {veltair.vector_bits = 256} {
  func.func @product(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>, %e: memref<1x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.matmul_tile %a, %b into %c[%i, %0] extras(%e : memref<1x16xf32>) attributes {rows = 2 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<4x8xf32>, memref<1x8x16xf32>, memref<4x16xf32> {
    ^bb0(%sum: f32, %x: f32):
      %1 = arith.addf %sum, %x : f32
      kernel.yield %1 : f32
    }
    return
  }
}

// -----

// At the left edge the first window column has one column of padding: it is left
// out, not multiplied by zeros.

// CHECK-LABEL: func.func @edge
// CHECK: scf.for {{.*}} to %c16
// CHECK-COUNT-1: vector.fma
// CHECK-NOT: vector.fma
// CHECK: scf.for {{.*}} to %c16
// CHECK-COUNT-2: vector.fma
// CHECK: scf.for {{.*}} to %c16
// CHECK-COUNT-2: vector.fma
// CHECK-NOT: vector.fma
module attributes {veltair.vector_bits = 512} {
  func.func @edge(%x: memref<1x1x4x4x16xf32>, %w: memref<1x1x3x3x16x16xf32>, %y: memref<1x1x4x4x16xf32>, %row: index) {
    %0 = arith.constant 0 : index
    kernel.conv_tile %x, %w into %y[%0, %0, %row, %0] attributes {columns = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, vectors = 1 : i64} : memref<1x1x4x4x16xf32>, memref<1x1x3x3x16x16xf32>, memref<1x1x4x4x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Lanes become vectors where loads are contiguous; the rest of the row is
// scalar.

// CHECK-LABEL: func.func @row
// CHECK: scf.for %{{.*}} = %c0 to %c32 step %c16
// CHECK: vector.load %{{.*}} : memref<3x37xf32>, vector<16xf32>
// CHECK: scf.for {{.*}} -> (vector<16xf32>)
// CHECK: vector.store
// CHECK: scf.for %{{.*}} = %c32 to %c37
// CHECK: memref.store
module attributes {veltair.vector_bits = 512} {
  func.func @row(%x: memref<3x37xf32>, %y: memref<3x37xf32>, %row: index) {
    kernel.map_row %y[%row] : memref<3x37xf32> {
    ^bb0(%lane: index):
      %0 = arith.constant 0 : index
      %1 = arith.constant 1 : index
      %3 = arith.constant 3 : index
      %a = memref.load %x[%row, %lane] : memref<3x37xf32>
      %sum = scf.for %i = %0 to %3 step %1 iter_args(%s = %a) -> f32 {
        %b = memref.load %x[%i, %lane] : memref<3x37xf32>
        %t = arith.addf %s, %b : f32
        scf.yield %t : f32
      }
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// A transposing read is no contiguous load: the loop stays scalar.

// CHECK-LABEL: func.func @transposed
// CHECK-NOT: vector
// CHECK: memref.store
module attributes {veltair.vector_bits = 512} {
  func.func @transposed(%x: memref<32x32xf32>, %y: memref<32x32xf32>, %row: index) {
    kernel.map_row %y[%row] : memref<32x32xf32> {
    ^bb0(%lane: index):
      %a = memref.load %x[%lane, %row] : memref<32x32xf32>
      kernel.yield %a : f32
    }
    return
  }
}
