// RUN: veltair-opt %s --keep-branching-loops | FileCheck %s

// CHECK: #[[UNROLL:.*]] = #llvm.loop_unroll<disable = true>
// CHECK: #[[KEEP:.*]] = #llvm.loop_annotation<unroll = #[[UNROLL]]>

// CHECK-LABEL: @maximum
// CHECK: } {loop_annotation = #[[KEEP]]}
func.func @maximum(%x: memref<33xf32>, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c33 = arith.constant 33 : index
  %0 = scf.for %i = %c0 to %c33 step %c1 iter_args(%m = %init) -> f32 {
    %e = memref.load %x[%i] : memref<33xf32>
    %less = arith.cmpf ugt, %m, %e : f32
    %next = arith.select %less, %m, %e : f32
    scf.yield %next : f32
  }
  return %0 : f32
}

// Few iterations are unrolled, but not those of the loop around them.
// CHECK-LABEL: @window
// CHECK: scf.for
// CHECK: scf.for
// CHECK: }
// CHECK-NOT: loop_annotation
// CHECK: scf.yield
// CHECK: } {loop_annotation = #[[KEEP]]}
func.func @window(%x: memref<3x3xf32>, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c3 = arith.constant 3 : index
  %0 = scf.for %i = %c0 to %c3 step %c1 iter_args(%a = %init) -> f32 {
    %1 = scf.for %j = %c0 to %c3 step %c1 iter_args(%m = %a) -> f32 {
      %e = memref.load %x[%i, %j] : memref<3x3xf32>
      %less = arith.cmpf ugt, %m, %e : f32
      %next = arith.select %less, %m, %e : f32
      scf.yield %next : f32
    }
    scf.yield %1 : f32
  }
  return %0 : f32
}

// CHECK-LABEL: @sum
// CHECK-NOT: loop_annotation
func.func @sum(%x: memref<33xf32>, %init: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c33 = arith.constant 33 : index
  %0 = scf.for %i = %c0 to %c33 step %c1 iter_args(%s = %init) -> f32 {
    %e = memref.load %x[%i] : memref<33xf32>
    %next = arith.addf %s, %e : f32
    scf.yield %next : f32
  }
  return %0 : f32
}
