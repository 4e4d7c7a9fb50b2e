// RUN: veltair-opt %s -expand-math | FileCheck %s

// exp: one rounding, two steps of reduction, six of the polynomial.
// CHECK-LABEL: @exp
// CHECK-NOT: math.exp
// CHECK: math.roundeven
// CHECK-COUNT-8: math.fma
// CHECK: arith.fptosi {{.*}} : vector<16xf32> to vector<16xi32>
// CHECK: arith.shli
// CHECK: arith.mulf
// CHECK-NOT: math.fma
// CHECK: return
func.func @exp(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x : vector<16xf32>
  return %0 : vector<16xf32>
}

// Without infinities: n is added to the exponent.
// CHECK-LABEL: @finite_exp
// CHECK-NOT: math.exp
// CHECK: %[[ROUNDED:.*]] = math.fma
// CHECK-COUNT-6: math.fma
// CHECK: %[[BITS:.*]] = arith.bitcast %[[ROUNDED]]
// CHECK: arith.shli %[[BITS]]
// CHECK: arith.addi
// CHECK-NOT: math.fma
// CHECK: return
func.func @finite_exp(%x: vector<16xf32>) -> vector<16xf32> {
  %0 = math.exp %x fastmath<ninf> : vector<16xf32>
  return %0 : vector<16xf32>
}

// f64 goes through f32.
// CHECK-LABEL: @wide
// CHECK: arith.truncf {{.*}} : f64 to f32
// CHECK-NOT: math.exp
// CHECK: arith.extf
func.func @wide(%x: f64) -> f64 {
  %0 = math.exp %x : f64
  return %0 : f64
}
