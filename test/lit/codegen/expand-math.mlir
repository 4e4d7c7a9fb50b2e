// RUN: veltair-opt %s -expand-math | FileCheck %s
// RUN: veltair-opt %s -expand-math=bf16 | FileCheck %s --check-prefix=BF16

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

// Without infinities: n is added to the exponent, 0 for a NaN.
// CHECK-LABEL: @finite_exp
// CHECK-NOT: math.exp
// CHECK: %[[ROUNDED:.*]] = math.fma
// CHECK-COUNT-6: math.fma
// CHECK: %[[ORDERED:.*]] = arith.cmpf olt, %[[ROUNDED]], %[[BEYOND:.*]] :
// CHECK: %[[SUM:.*]] = arith.select %[[ORDERED]], %[[ROUNDED]], %[[BEYOND]]
// CHECK: %[[BITS:.*]] = arith.bitcast %[[SUM]]
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

// With 8 bits of a result that count, no division is left.
// CHECK-LABEL: @erf_of_quotient
// CHECK-COUNT-2: arith.divf
// BF16-LABEL: @erf_of_quotient
// BF16-NOT: arith.divf
// BF16: arith.mulf %arg0
// BF16-COUNT-7: math.fma
// BF16-NOT: math.fma
// BF16: return
func.func @erf_of_quotient(%x: vector<16xf32>) -> vector<16xf32> {
  %root = arith.constant dense<1.41421354> : vector<16xf32>
  %0 = arith.divf %x, %root : vector<16xf32>
  %1 = math.erf %0 : vector<16xf32>
  return %1 : vector<16xf32>
}

// The reciprocal of a number that is too small would be infinite.
// BF16-LABEL: @small_divisor
// BF16: arith.divf
func.func @small_divisor(%x: f32) -> f32 {
  %small = arith.constant 1.0e-39 : f32
  %0 = arith.divf %x, %small : f32
  return %0 : f32
}

// An integer that was multiplied must come out of the division.
// BF16-LABEL: @floor_of_quotient
// BF16: arith.divf
func.func @floor_of_quotient(%x: vector<16xf32>) -> vector<16xf32> {
  %c = arith.constant dense<164.0> : vector<16xf32>
  %0 = arith.divf %x, %c : vector<16xf32>
  %1 = math.floor %0 : vector<16xf32>
  return %1 : vector<16xf32>
}
