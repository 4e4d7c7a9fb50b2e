// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(func.func(convert-kernel-to-vector,canonicalize,cse,verify-vector-width))' | FileCheck %s

// Pairs of the left operand are one broadcast of 32 bits; the epilogue rounds.

// CHECK-LABEL: func.func @product
// CHECK: scf.for %{{.*}} = %c0 to %c4
// CHECK-COUNT-2: vector.load {{.*}} : memref<2x4x32xbf16>, vector<32xbf16>
// CHECK: %[[PAIR:.*]] = vector.load {{.*}} : memref<4x8xbf16>, vector<2xbf16>
// CHECK: %[[BITS:.*]] = vector.bitcast %[[PAIR]] : vector<2xbf16> to vector<1xi32>
// CHECK: vector.broadcast {{.*}} : i32 to vector<16xi32>
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK: scf.yield
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: vector.store {{.*}} : memref<4x32xbf16>, vector<16xbf16>
module attributes {veltair.vector_bits = 512} {
  func.func @product(%a: memref<4x8xbf16>, %b: memref<2x4x32xbf16>, %c: memref<4x32xbf16>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.matmul_tile %a, %b into %c[%i, %0] attributes {rows = 2 : i64, vectors = 2 : i64, columns = 32 : i64} : memref<4x8xbf16>, memref<2x4x32xbf16>, memref<4x32xbf16> {
    ^bb0(%sum: f32):
      %1 = arith.truncf %sum : f32 to bf16
      kernel.yield %1 : bf16
    }
    return
  }
}

// -----

// Twenty channels: a group of eight pairs, and two of the next, without a loop.

// CHECK-LABEL: func.func @window
// CHECK: scf.for %{{.*}} = %{{.*}} to %c8
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK: scf.yield
// CHECK-COUNT-2: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK-NOT: llvm.call_intrinsic
module attributes {veltair.vector_bits = 512} {
  func.func @window(%x: memref<1x2x8x8x16xbf16>, %f: memref<1x1x1x10x32xbf16>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.conv_tile %x, %f into %y[%0, %0, %i, %0] attributes {columns = 1 : i64, vectors = 1 : i64, channels = 20 : i64, outputs = 16 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior} : memref<1x2x8x8x16xbf16>, memref<1x1x1x10x32xbf16>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Eight outputs of the last group are half a register.

// CHECK-LABEL: func.func @half
// CHECK: vector.load {{.*}} : memref<2x1x1x8x32xbf16>, vector<32xbf16>
// CHECK: vector.load {{.*}} : memref<2x1x1x8x32xbf16>, vector<16xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
// CHECK: vector.extract_strided_slice {{.*}} : vector<32xbf16> to vector<16xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.256"
module attributes {veltair.vector_bits = 512} {
  func.func @half(%x: memref<1x1x8x8x16xbf16>, %f: memref<2x1x1x8x32xbf16>, %y: memref<1x2x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.conv_tile %x, %f into %y[%0, %0, %i, %0] attributes {columns = 1 : i64, vectors = 2 : i64, channels = 16 : i64, outputs = 24 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior} : memref<1x1x8x8x16xbf16>, memref<2x1x1x8x32xbf16>, memref<1x2x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Of an input that is not blocked, neighbouring columns are the pairs: of three, the
// third pairs with the second, whose weight is shifted out. At the right edge a
// pair has its first number alone. Eight outputs are half a register.

// CHECK-LABEL: func.func @plain
// CHECK: vector.load {{.*}} : memref<1x3x3x2x32xbf16>, vector<16xbf16>
// CHECK: vector.load {{.*}} : memref<1x3x8x8xbf16>, vector<2xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.256"
// CHECK: arith.shli {{.*}} : vector<8xi32>
// CHECK: memref.load {{.*}} : memref<1x3x8x8xbf16>
// CHECK: arith.extui {{.*}} : i16 to i32
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.256"
// CHECK-NOT: llvm.call_intrinsic
module attributes {veltair.vector_bits = 512} {
  func.func @plain(%x: memref<1x3x8x8xbf16>, %f: memref<1x3x3x2x32xbf16>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    %7 = arith.constant 7 : index
    kernel.conv_tile %x, %f into %y[%0, %0, %i, %7] attributes {columns = 1 : i64, vectors = 1 : i64, channels = 3 : i64, outputs = 8 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, paired_columns = 3 : i64} : memref<1x3x8x8xbf16>, memref<1x3x3x2x32xbf16>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Depthwise windows of one column are multiplied in f32.

// CHECK-LABEL: func.func @depthwise
// CHECK: vector.load {{.*}} : memref<1x1x8x8x16xbf16>, vector<16xbf16>
// CHECK: arith.extf {{.*}} : vector<16xbf16> to vector<16xf32>
// CHECK: vector.fma
module attributes {veltair.vector_bits = 512} {
  func.func @depthwise(%x: memref<1x1x8x8x16xbf16>, %f: memref<1x1x1x16xf32>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.depthwise_tile %x, %f into %y[%0, %0, %i, %0] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior} : memref<1x1x8x8x16xbf16>, memref<1x1x1x16xf32>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Of three columns of a window the first two are a pair; the third pairs with the
// one before it, whose weight is shifted out. An inner tile loads two neighbouring
// columns at once, and each of them for all sums that read it: here three times.

// CHECK-LABEL: func.func @depthwise_pairs
// CHECK: memref.collapse_shape {{.*}} into memref<1x1x8x128xbf16>
// CHECK: scf.for
// CHECK-COUNT-2: vector.load {{.*}} : memref<1x3x2x32xbf16>, vector<32xbf16>
// CHECK: arith.shli {{.*}} : vector<16xi32>
// CHECK-COUNT-3: vector.load {{.*}} : memref<1x1x8x128xbf16>, vector<32xbf16>
// CHECK-NOT: vector.load
// CHECK: scf.yield
module attributes {veltair.vector_bits = 512} {
  func.func @depthwise_pairs(%x: memref<1x1x8x8x16xbf16>, %f: memref<1x3x2x32xbf16>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.depthwise_tile %x, %f into %y[%0, %0, %i, %i] attributes {columns = 2 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, interior, paired_columns = 3 : i64} : memref<1x1x8x8x16xbf16>, memref<1x3x2x32xbf16>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// At the left edge the first pair has one column alone.

// CHECK-LABEL: func.func @depthwise_edge
// CHECK: vector.load {{.*}} : memref<1x1x8x128xbf16>, vector<16xbf16>
// CHECK: vector.interleave {{.*}} : vector<16xbf16>
// CHECK: vector.load {{.*}} : memref<1x1x8x128xbf16>, vector<32xbf16>
// CHECK: vector.shuffle {{.*}} : vector<32xbf16>, vector<32xbf16>
module attributes {veltair.vector_bits = 512} {
  func.func @depthwise_edge(%x: memref<1x1x8x8x16xbf16>, %f: memref<1x3x2x32xbf16>, %y: memref<1x1x8x8x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.depthwise_tile %x, %f into %y[%0, %0, %i, %0] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, paired_columns = 3 : i64} : memref<1x1x8x8x16xbf16>, memref<1x3x2x32xbf16>, memref<1x1x8x8x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// Blocks of 16 channels are 8 pairs.

// CHECK-LABEL: func.func @blocked_product
// CHECK: scf.for %{{.*}} = %c0 to %c2
// CHECK: scf.for %{{.*}} = %c0 to %c8
// CHECK: vector.load {{.*}} : memref<2x4x16xbf16>, vector<2xbf16>
// CHECK: llvm.call_intrinsic "llvm.x86.avx512bf16.dpbf16ps.512"
module attributes {veltair.vector_bits = 512} {
  func.func @blocked_product(%a: memref<2x4x16xbf16>, %b: memref<1x16x32xbf16>, %c: memref<4x16xf32>, %i: index) {
    %0 = arith.constant 0 : index
    kernel.matmul_tile %a, %b into %c[%i, %0] attributes {rows = 2 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<2x4x16xbf16>, memref<1x16x32xbf16>, memref<4x16xf32> {
    ^bb0(%sum: f32):
      kernel.yield %sum : f32
    }
    return
  }
}

// -----

// A Winograd transform of bf16 is computed in f32.

// CHECK-LABEL: func.func @transform
// CHECK: vector.load {{.*}} : memref<1x1x6x6x16xbf16>, vector<16xbf16>
// CHECK: arith.extf {{.*}} : vector<16xbf16> to vector<16xf32>
// CHECK: arith.subf {{.*}} : vector<16xf32>
// CHECK: arith.truncf {{.*}} : vector<16xf32> to vector<16xbf16>
// CHECK: vector.store {{.*}} : memref<16x1x4x16xbf16>, vector<16xbf16>
module attributes {veltair.vector_bits = 512} {
  func.func @transform(%x: memref<1x1x6x6x16xbf16>, %v: memref<16x1x4x16xbf16>, %row: index, %column: index, %tile: index) {
    %0 = arith.constant 0 : index
    kernel.winograd_input_tile %x[%0, %0, %row, %column] into %v[%tile] {outputs = 2 : i64, taps = 3 : i64, pads = array<i64: 0, 0, 0, 0>} : memref<1x1x6x6x16xbf16>, memref<16x1x4x16xbf16>
    return
  }
}
