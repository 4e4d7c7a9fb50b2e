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
    kernel.conv_tile %x, %w into %y[%0, %0, %row, %0] attributes {columns = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, vectors = 1 : i64, channels = 16 : i64, outputs = 16 : i64} : memref<1x1x4x4x16xf32>, memref<1x1x3x3x16x16xf32>, memref<1x1x4x4x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Where a wide window has all columns inside, its columns are a loop.

// CHECK-LABEL: func.func @wide
// CHECK: scf.for {{.*}} to %c16
// CHECK-COUNT-1: vector.fma
// CHECK-NOT: vector.fma
// CHECK: scf.for {{.*}} = %c8{{.*}} to %c40
// CHECK: scf.for {{.*}} to %c16
// CHECK-COUNT-2: vector.fma
// CHECK-NOT: vector.fma
module attributes {veltair.vector_bits = 512} {
  func.func @wide(%x: memref<1x1x4x64x16xf32>, %w: memref<1x1x1x40x16x16xf32>, %y: memref<1x1x4x33x16xf32>, %row: index) {
    %0 = arith.constant 0 : index
    kernel.conv_tile %x, %w into %y[%0, %0, %row, %0] attributes {columns = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 8, 0, 0>, vectors = 1 : i64, channels = 16 : i64, outputs = 16 : i64} : memref<1x1x4x64x16xf32>, memref<1x1x1x40x16x16xf32>, memref<1x1x4x33x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// The second group of input channels has 8: its loop ends there. Of the second
// group of outputs, half a register is computed; the rest is zero.

// Weights of both groups are fetched ahead.

// CHECK-LABEL: func.func @half
// CHECK: scf.for {{.*}} to %c16
// CHECK: vector.load {{.*}}, vector<16xf32>
// CHECK: memref.prefetch {{.*}} locality<2>
// CHECK: vector.load {{.*}}, vector<8xf32>
// CHECK: memref.prefetch {{.*}} locality<2>
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: vector.fma {{.*}} : vector<8xf32>
// CHECK: scf.for {{.*}} to %c8
// CHECK: vector.fma {{.*}} : vector<16xf32>
// CHECK: vector.fma {{.*}} : vector<8xf32>
// CHECK: vector.store {{.*}}, vector<16xf32>
// CHECK: vector.insert_strided_slice {{.*}} : vector<8xf32> into vector<16xf32>
// CHECK: vector.store {{.*}}, vector<16xf32>
module attributes {veltair.vector_bits = 512} {
  func.func @half(%x: memref<1x2x4x4x16xf32>, %w: memref<2x2x1x1x16x16xf32>, %y: memref<1x2x4x4x16xf32>, %row: index) {
    %0 = arith.constant 0 : index
    kernel.conv_tile %x, %w into %y[%0, %0, %row, %0] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior, vectors = 2 : i64, channels = 24 : i64, outputs = 24 : i64, prefetch = 64 : i64} : memref<1x2x4x4x16xf32>, memref<2x2x1x1x16x16xf32>, memref<1x2x4x4x16xf32> {
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

// -----

// A right operand in place: rows of 20 columns, the last vector masked.

// CHECK-LABEL: func.func @in_place
// CHECK: scf.for
// CHECK: vector.load %{{.*}} : memref<8x20xf32, strided<[32, 1]>>, vector<16xf32>
// CHECK: vector.maskedload %{{.*}} : memref<8x20xf32, strided<[32, 1]>>
// CHECK-COUNT-2: vector.fma
module attributes {veltair.vector_bits = 512} {
  func.func @in_place(%a: memref<1x8xf32>, %b: memref<8x20xf32, strided<[32, 1]>>, %c: memref<1x20xf32>) {
    %0 = arith.constant 0 : index
    kernel.matmul_tile %a, %b into %c[%0, %0] attributes {rows = 1 : i64, vectors = 2 : i64, columns = 20 : i64} : memref<1x8xf32>, memref<8x20xf32, strided<[32, 1]>>, memref<1x20xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// The sum, the squares of the deviations with lanes beyond the row left out, and
// the result, whose epilogue multiplies by a scale.

// CHECK-LABEL: func.func @normalize
// CHECK: scf.for %{{.*}} = %c0 to %c128 step %c64 iter_args
// CHECK-COUNT-4: arith.addf
// CHECK: vector.maskedload
// CHECK: vector.reduction <add>
// CHECK: arith.subf
// CHECK: arith.select
// CHECK: vector.reduction <add>
// CHECK: math.sqrt
// CHECK: scf.for %{{.*}} = %c0 to %c128 step %c16 {
// CHECK: vector.store
// CHECK: vector.maskedstore
module attributes {veltair.vector_bits = 512} {
  func.func @normalize(%x: memref<4x134xf32>, %y: memref<4x134xf32>, %s: memref<1x134xf32>, %row: index) {
    kernel.normalize_row %x into %y[%row] extras(%s : memref<1x134xf32>) attributes {epsilon = 1.0e-5 : f32} : memref<4x134xf32>, memref<4x134xf32> {
    ^bb0(%e: f32, %f: f32):
      %0 = arith.mulf %e, %f : f32
      kernel.yield %0 : f32
    }
    return
  }
}

// -----

// Without a mean there is one sum only.

// CHECK-LABEL: func.func @uncentered
// CHECK: vector.reduction <add>
// CHECK-NOT: vector.reduction
module attributes {veltair.vector_bits = 512} {
  func.func @uncentered(%x: memref<4x64xf32>, %y: memref<4x64xf32>, %row: index) {
    kernel.normalize_row %x into %y[%row] attributes {epsilon = 1.0e-5 : f32, uncentered} : memref<4x64xf32>, memref<4x64xf32> {
    ^bb0(%e: f32):
      kernel.yield %e : f32
    }
    return
  }
}

// -----

// The exponentials are kept in scratch memory; the result is written once.

// CHECK-LABEL: func.func @softmax
// CHECK-SAME: (%[[X:.*]]: memref<4x64xf32>, %[[Y:.*]]: memref<4x64xf32>, %[[S:.*]]: memref<64xf32>
// CHECK: vector.reduction <maximumf>
// CHECK: math.exp
// CHECK: vector.store %{{.*}}, %[[S]]
// CHECK: vector.reduction <add>
// CHECK: vector.store %{{.*}}, %[[Y]]
// CHECK-NOT: vector.store
module attributes {veltair.vector_bits = 512} {
  func.func @softmax(%x: memref<4x64xf32>, %y: memref<4x64xf32>, %s: memref<64xf32>, %row: index) {
    kernel.softmax_row %x into %y[%row] scratch %s : memref<4x64xf32>, memref<4x64xf32>, memref<64xf32> {
    ^bb0(%e: f32):
      kernel.yield %e : f32
    }
    return
  }
}

// -----

// Columns in lanes, three vectors side by side.

// CHECK-LABEL: func.func @columns
// CHECK: scf.for {{.*}} iter_args({{.*}}) -> (vector<16xf32>, vector<16xf32>, vector<16xf32>)
// CHECK-COUNT-3: arith.maximumf
// CHECK: scf.for
// CHECK-COUNT-3: math.exp
// CHECK-COUNT-3: arith.divf
// CHECK: scf.for
// CHECK-COUNT-3: vector.store
module attributes {veltair.vector_bits = 512} {
  func.func @columns(%x: memref<9x48xf32>) {
    kernel.softmax_columns %x : memref<9x48xf32>
    return
  }
}

// -----

// Elements of a column are apart: lane by lane.

// CHECK-LABEL: func.func @column
// CHECK-NOT: vector.load
module attributes {veltair.vector_bits = 512} {
  func.func @column(%x: memref<4x64xf32, strided<[1, 4]>>, %y: memref<4x64xf32>, %row: index) {
    kernel.map_row %y[%row] : memref<4x64xf32> {
    ^bb0(%lane: index):
      %0 = memref.load %x[%row, %lane] : memref<4x64xf32, strided<[1, 4]>>
      kernel.yield %0 : f32
    }
    return
  }
}

// -----

// Lanes of two vectors, one of them of the second source, and lanes that no
// source has.

// CHECK-LABEL: func.func @gather
// CHECK: %[[ZERO:.*]] = arith.constant dense<0.000000e+00> : vector<16xf32>
// CHECK: %[[A:.*]] = vector.load %arg0[%{{.*}}, %c1, %{{.*}}, %{{.*}}, %c0] : memref<1x2x4x4x16xf32>, vector<16xf32>
// CHECK: %[[S:.*]] = vector.shuffle %[[ZERO]], %[[A]] [31, 30, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15] : vector<16xf32>, vector<16xf32>
// CHECK: %[[B:.*]] = vector.load %arg1
// CHECK: %[[T:.*]] = vector.shuffle %[[S]], %[[B]] [0, 1, 16, 17, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]
// CHECK: vector.store %[[T]], %arg2
module attributes {veltair.vector_bits = 512} {
  func.func @gather(%a: memref<1x2x4x4x16xf32>, %b: memref<1x1x4x4x16xf32>, %c: memref<1x1x4x4x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.gather_lanes %a, %b into %c[%0, %0, %i, %i] attributes {lanes = array<i64: 31, 30, 32, 33, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1>} : memref<1x2x4x4x16xf32>, memref<1x1x4x4x16xf32> into memref<1x1x4x4x16xf32> {
    ^bb0(%lane: f32):
      kernel.yield %lane : f32
    }
    return
  }
}

// -----

// Two results of a pool: maxima of four input columns, then of three of them
// each.

// CHECK-LABEL: func.func @pool
// CHECK: %[[COLUMNS:.*]]:4 = scf.for
// CHECK-COUNT-4: llvm.intr.maximum
// CHECK-NOT: llvm.intr.maximum
// CHECK: scf.yield
// CHECK: %[[A:.*]] = llvm.intr.maximum(%[[COLUMNS]]#1, %[[COLUMNS]]#0)
// CHECK: %[[B:.*]] = llvm.intr.maximum(%[[COLUMNS]]#2, %[[A]])
// CHECK: %[[C:.*]] = llvm.intr.maximum(%[[COLUMNS]]#2, %[[COLUMNS]]#1)
// CHECK: %[[D:.*]] = llvm.intr.maximum(%[[COLUMNS]]#3, %[[C]])
// CHECK: vector.store %[[B]]
// CHECK: vector.store %[[D]]
module attributes {veltair.vector_bits = 512} {
  func.func @pool(%x: memref<1x1x8x8x16xf32>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.max_pool_tile %x into %y[%0, %0, %i, %i] attributes {columns = 2 : i64, window = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, interior} : memref<1x1x8x8x16xf32>, memref<1x1x8x8x16xf32> {
    ^bb0(%max: f32):
      kernel.yield %max : f32
    }
    return
  }
}

// -----

// At the left edge two of three columns are in the input. Halves of 16 channels
// of bf16 are compared in f32.

// CHECK-LABEL: func.func @pool_edge
// CHECK: scf.for {{.*}} to %c16 step %c8
// CHECK: scf.for {{.*}} -> (vector<8xf32>, vector<8xf32>) {
// CHECK-COUNT-2: arith.extf {{.*}} : vector<8xbf16> to vector<8xf32>
// CHECK-NOT: arith.extf
// CHECK: scf.yield
// CHECK-COUNT-1: llvm.intr.maximum
// CHECK-NOT: llvm.intr.maximum
// CHECK: arith.truncf {{.*}} : vector<8xf32> to vector<8xbf16>
// CHECK: vector.store {{.*}}, vector<8xbf16>
module attributes {veltair.vector_bits = 256} {
  func.func @pool_edge(%x: memref<1x1x8x8x16xbf16>, %y: memref<1x1x4x4x16xbf16>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.max_pool_tile %x into %y[%0, %0, %i, %0] attributes {columns = 1 : i64, window = array<i64: 3, 3>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 0, 0>} : memref<1x1x8x8x16xbf16>, memref<1x1x4x4x16xbf16> {
    ^bb0(%max: f32):
      %1 = arith.truncf %max : f32 to bf16
      kernel.yield %1 : bf16
    }
    return
  }
}

// -----

// The columns of a wide window are loops: one where both results have input.

// CHECK-LABEL: func.func @pool_wide
// CHECK: llvm.intr.maximum
// CHECK-NOT: llvm.intr.maximum
// CHECK: scf.for {{.*}} = %c8{{.*}} to %c40
// CHECK-COUNT-2: llvm.intr.maximum
// CHECK-NOT: llvm.intr.maximum
// CHECK-COUNT-2: vector.store
module attributes {veltair.vector_bits = 512} {
  func.func @pool_wide(%x: memref<1x1x4x64x16xf32>, %y: memref<1x1x4x33x16xf32>, %row: index) {
    %0 = arith.constant 0 : index
    kernel.max_pool_tile %x into %y[%0, %0, %row, %0] attributes {columns = 2 : i64, window = array<i64: 1, 40>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 8, 0, 0>} : memref<1x1x4x64x16xf32>, memref<1x1x4x33x16xf32> {
    ^bb0(%max: f32):
      kernel.yield %max : f32
    }
    return
  }
}
