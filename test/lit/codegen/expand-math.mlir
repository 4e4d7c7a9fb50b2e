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

// f64: three steps of reduction, twelve of the polynomial, one of the power.
// CHECK-LABEL: @wide_exp
// CHECK-COUNT-16: math.fma {{.*}} : vector<8xf64>
// CHECK-NOT: math.
// CHECK: arith.shli {{.*}} : vector<8xi64>
// CHECK-NOT: math.
// CHECK: return
func.func @wide_exp(%x: vector<8xf64>) -> vector<8xf64> {
  %0 = math.exp %x : vector<8xf64>
  return %0 : vector<8xf64>
}

// The product of a power is one of twice as many bits.
// CHECK-LABEL: @wide_power
// CHECK-NOT: arith.truncf
// CHECK: %[[PRODUCT:.*]] = arith.mulf %arg1, %[[LOG:[a-z0-9_]+]] : f64
// CHECK: %[[MINUS:.*]] = arith.negf %[[PRODUCT]]
// CHECK: math.fma %arg1, %[[LOG]], %[[MINUS]]
// CHECK-NOT: math.{{log|exp|powf}}
// CHECK: return
func.func @wide_power(%x: f64, %y: f64) -> f64 {
  %0 = math.powf %x, %y : f64
  return %0 : f64
}

// All that operators use stays in f64.
// CHECK-LABEL: @wide_functions
// CHECK-NOT: arith.truncf
// CHECK-NOT: math.{{exp|log|sin|cos|tan|asin|acos|atan|erf}}
// CHECK: return
func.func @wide_functions(%x: f64) -> f64 {
  %0 = math.exp %x : f64
  %1 = math.expm1 %0 : f64
  %2 = math.log %1 : f64
  %3 = math.log1p %2 : f64
  %4 = math.sin %3 : f64
  %5 = math.cos %4 : f64
  %6 = math.tan %5 : f64
  %7 = math.asin %6 : f64
  %8 = math.acos %7 : f64
  %9 = math.atan %8 : f64
  %10 = math.sinh %9 : f64
  %11 = math.cosh %10 : f64
  %12 = math.tanh %11 : f64
  %13 = math.asinh %12 : f64
  %14 = math.acosh %13 : f64
  %15 = math.atanh %14 : f64
  %16 = math.erf %15 : f64
  return %16 : f64
}

// What none uses goes through f32.
// CHECK-LABEL: @through_f32
// CHECK: arith.truncf {{.*}} : f64 to f32
// CHECK-NOT: math.log2
// CHECK: arith.extf
func.func @through_f32(%x: f64) -> f64 {
  %0 = math.log2 %x : f64
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
