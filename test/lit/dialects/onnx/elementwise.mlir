// RUN: veltair-opt %s --fold-onnx-constants | FileCheck %s

// Each function computes with constants; the result is what is checked.

// CHECK-LABEL: @broadcast
// CHECK: onnx.Constant dense<{{\[\[}}11, 21], [12, 22], [13, 23]]> : tensor<3x2xi32>
func.func @broadcast() -> tensor<3x2xi32> {
  %a = onnx.Constant dense<[[1], [2], [3]]> : tensor<3x1xi32>
  %b = onnx.Constant dense<[10, 20]> : tensor<2xi32>
  %0 = onnx.Add %a, %b : (tensor<3x1xi32>, tensor<2xi32>) -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// CHECK-LABEL: @unsigned
// CHECK-DAG: dense<[0, 2]> : tensor<2xui8>
// CHECK-DAG: dense<[true, false]> : tensor<2xi1>
func.func @unsigned() -> (tensor<2xui8>, tensor<2xi1>) {
  %a = onnx.Constant dense<[100, 200]> : tensor<2xui8>
  %b = onnx.Constant dense<[200, 100]> : tensor<2xui8>
  %0 = onnx.Div %a, %b : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
  %1 = onnx.Less %a, %b : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xi1>
  return %0, %1 : tensor<2xui8>, tensor<2xi1>
}

// The remainder has the sign of the divisor, or with fmod that of the dividend.
// CHECK-LABEL: @mod
// CHECK-DAG: dense<[0, -2, 2]> : tensor<3xi32>
// CHECK-DAG: dense<[0, 1, -1]> : tensor<3xi32>
func.func @mod() -> (tensor<3xi32>, tensor<3xi32>) {
  %a = onnx.Constant dense<[-6, 4, -4]> : tensor<3xi32>
  %b = onnx.Constant dense<[2, -3, 3]> : tensor<3xi32>
  %0 = onnx.Mod %a, %b : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  %1 = onnx.Mod %a, %b {fmod = 1 : i64} : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi32>
  return %0, %1 : tensor<3xi32>, tensor<3xi32>
}

// fmod: the sign of the dividend, exact for large quotients.
// CHECK-LABEL: @fmod
// CHECK: dense<[-1.500000e+00, 0.000000e+00, 2.000000e+00, 1.000000e+00]>
func.func @fmod() -> tensor<4xf32> {
  %a = onnx.Constant dense<[-5.5, 1.0e30, 2.0, 16777216.0]> : tensor<4xf32>
  %b = onnx.Constant dense<[2.0, 3.0, 0x7F800000, 7.0]> : tensor<4xf32>
  %0 = onnx.Mod %a, %b {fmod = 1 : i64} : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// A zero has the sign of the dividend; there is no remainder of a division by 0,
// nor of an infinity.
// CHECK-LABEL: @fmod_corners
// CHECK: dense<[-0.000000e+00, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]>
func.func @fmod_corners() -> tensor<6xf32> {
  %a = onnx.Constant dense<[-6.0, 1.0, 0x7F800000, 0xFF800000, 0x7FC00000, 1.0]> : tensor<6xf32>
  %b = onnx.Constant dense<[3.0, 0.0, 2.0, 0x7F800000, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  %0 = onnx.Mod %a, %b {fmod = 1 : i64} : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  return %0 : tensor<6xf32>
}

// Of numbers whose product is 0, too: 2^-660 is less than ten times the double
// next to 0.1 * 2^-660.
// CHECK-LABEL: @fmod_of_small_doubles
// CHECK: onnx.Constant dense<true> : tensor<2xi1>
func.func @fmod_of_small_doubles() -> tensor<2xi1> {
  %a = onnx.Constant dense<[0x16B0000000000000, 0x96B0000000000000]> : tensor<2xf64>
  %b = onnx.Constant dense<0x167999999999999A> : tensor<1xf64>
  %w = onnx.Constant dense<[0x1679999999999996, 0x9679999999999996]> : tensor<2xf64>
  %0 = onnx.Mod %a, %b {fmod = 1 : i64} : (tensor<2xf64>, tensor<1xf64>) -> tensor<2xf64>
  %1 = onnx.Equal %0, %w : (tensor<2xf64>, tensor<2xf64>) -> tensor<2xi1>
  return %1 : tensor<2xi1>
}

// Quotients that f64 does not hold, of up to 2^2098.
// CHECK-LABEL: @fmod_of_large_quotients
// CHECK: onnx.Constant dense<true> : tensor<5xi1>
func.func @fmod_of_large_quotients() -> tensor<5xi1> {
  %a = onnx.Constant dense<[0x7FEFFFFFFFFFFFFF, 0xDFF0000000000000, 0x7E70000000000000, 0xFFE1CCF385EBC8A0, 0x3FF0000000000000]> : tensor<5xf64>
  %b = onnx.Constant dense<[0x0000000000000003, 0x4008000000000000, 0x019C000000000000, 0x01A56E1FC2F8F359, 0x7FF0000000000000]> : tensor<5xf64>
  %w = onnx.Constant dense<[0x0000000000000002, 0xBFF0000000000000, 0x0190000000000000, 0x8189E2240F9C9620, 0x3FF0000000000000]> : tensor<5xf64>
  %0 = onnx.Mod %a, %b {fmod = 1 : i64} : (tensor<5xf64>, tensor<5xf64>) -> tensor<5xf64>
  %1 = onnx.Equal %0, %w : (tensor<5xf64>, tensor<5xf64>) -> tensor<5xi1>
  return %1 : tensor<5xi1>
}

// Integer division by zero is a fault: the operation stays.
// CHECK-LABEL: @division_by_zero
// CHECK: onnx.Div
func.func @division_by_zero() -> tensor<1xi32> {
  %a = onnx.Constant dense<1> : tensor<1xi32>
  %b = onnx.Constant dense<0> : tensor<1xi32>
  %0 = onnx.Div %a, %b : (tensor<1xi32>, tensor<1xi32>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// CHECK-LABEL: @pow
// CHECK-DAG: dense<[-8.000000e+00, 1.000000e+00, 1.600000e+01]> : tensor<3xf32>
// CHECK-DAG: dense<[-8, 1, 16]> : tensor<3xi32>
func.func @pow() -> (tensor<3xf32>, tensor<3xi32>) {
  %a = onnx.Constant dense<[-2.0, 5.0, 4.0]> : tensor<3xf32>
  %i = onnx.Constant dense<[-2, 5, 4]> : tensor<3xi32>
  %b = onnx.Constant dense<[3, 0, 2]> : tensor<3xi64>
  %0 = onnx.Pow %a, %b : (tensor<3xf32>, tensor<3xi64>) -> tensor<3xf32>
  %1 = onnx.Pow %i, %b : (tensor<3xi32>, tensor<3xi64>) -> tensor<3xi32>
  return %0, %1 : tensor<3xf32>, tensor<3xi32>
}

// Halves round to the even neighbour.
// CHECK-LABEL: @round
// CHECK: dense<[0.000000e+00, 2.000000e+00, 2.000000e+00, -2.000000e+00]> : tensor<4xf32>
func.func @round() -> tensor<4xf32> {
  %a = onnx.Constant dense<[0.5, 1.5, 2.5, -2.5]> : tensor<4xf32>
  %0 = onnx.Round %a : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK-LABEL: @clip
// CHECK: dense<[0.000000e+00, 2.000000e+00, 6.000000e+00]> : tensor<3xf32>
func.func @clip() -> tensor<3xf32> {
  %x = onnx.Constant dense<[-1.0, 2.0, 7.0]> : tensor<3xf32>
  %low = onnx.Constant dense<0.0> : tensor<f32>
  %high = onnx.Constant dense<6.0> : tensor<f32>
  %0 = onnx.Clip %x, %low, %high : (tensor<3xf32>, tensor<f32>, tensor<f32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// CHECK-LABEL: @cast
// CHECK-DAG: dense<[1, -1, 0]> : tensor<3xi32>
// CHECK-DAG: dense<[true, true, false]> : tensor<3xi1>
// CHECK-DAG: dense<[1.500000e+00, -1.500000e+00, 0.000000e+00]> : tensor<3xf16>
func.func @cast() -> (tensor<3xi32>, tensor<3xi1>, tensor<3xf16>) {
  %x = onnx.Constant dense<[1.5, -1.5, 0.0]> : tensor<3xf32>
  %0 = onnx.Cast %x {to = 6 : i64} : (tensor<3xf32>) -> tensor<3xi32>
  %1 = onnx.Cast %x {to = 9 : i64} : (tensor<3xf32>) -> tensor<3xi1>
  %2 = onnx.Cast %x {to = 10 : i64} : (tensor<3xf32>) -> tensor<3xf16>
  return %0, %1, %2 : tensor<3xi32>, tensor<3xi1>, tensor<3xf16>
}

// What a byte does not hold loses its upper bits.
// CHECK-LABEL: @cast_to_bytes
// CHECK-DAG: dense<[44, 255, 254]> : tensor<3xui8>
// CHECK-DAG: dense<[44, -1, -2]> : tensor<3xi8>
func.func @cast_to_bytes() -> (tensor<3xui8>, tensor<3xi8>) {
  %x = onnx.Constant dense<[300.0, -1.0, -2.5]> : tensor<3xf32>
  %0 = onnx.Cast %x {to = 2 : i64} : (tensor<3xf32>) -> tensor<3xui8>
  %1 = onnx.Cast %x {to = 3 : i64} : (tensor<3xf32>) -> tensor<3xi8>
  return %0, %1 : tensor<3xui8>, tensor<3xi8>
}

// Just beside the middle between two halves is not on it.
// CHECK-LABEL: @cast_to_halves
// CHECK-DAG: onnx.Constant dense<true> : tensor<5xi1>
// CHECK-DAG: onnx.Constant dense<true> : tensor<3xi1>
// CHECK-DAG: onnx.Constant dense<true> : tensor<4xi1>
// CHECK-DAG: onnx.Constant dense<true> : tensor<2xi1>
// CHECK-DAG: onnx.Constant dense<true> : tensor<1xi1>
func.func @cast_to_halves() -> (tensor<5xi1>, tensor<3xi1>, tensor<4xi1>, tensor<2xi1>, tensor<1xi1>) {
  %x = onnx.Constant dense<[0x3FF0020000001000, 0x3FF005FFFFFFF000, 0xBFF0020000001000, 0x7E37E43C8800759C, 0x3E60000000020000]> : tensor<5xf64>
  %vx = onnx.Constant dense<[0x3C01, 0x3C01, 0xBC01, 0x7C00, 0x0001]> : tensor<5xf16>
  %0 = onnx.Cast %x {to = 10 : i64} : (tensor<5xf64>) -> tensor<5xf16>
  %1 = onnx.Equal %0, %vx : (tensor<5xf16>, tensor<5xf16>) -> tensor<5xi1>
  %y = onnx.Constant dense<[0x3FF0100000001000, 0xBFF02FFFFFFFF000, 0x7E37E43C8800759C]> : tensor<3xf64>
  %vy = onnx.Constant dense<[0x3F81, 0xBF81, 0x7F80]> : tensor<3xbf16>
  %2 = onnx.Cast %y {to = 16 : i64} : (tensor<3xf64>) -> tensor<3xbf16>
  %3 = onnx.Equal %2, %vy : (tensor<3xbf16>, tensor<3xbf16>) -> tensor<3xi1>
  %i = onnx.Constant dense<[1103806595073, -1103806595073, 4629700416936869889, 1103806595072]> : tensor<4xi64>
  %vi = onnx.Constant dense<[0x5381, 0xD381, 0x5E81, 0x5380]> : tensor<4xbf16>
  %4 = onnx.Cast %i {to = 16 : i64} : (tensor<4xi64>) -> tensor<4xbf16>
  %5 = onnx.Equal %4, %vi : (tensor<4xbf16>, tensor<4xbf16>) -> tensor<4xi1>
  %j = onnx.Constant dense<[1077936129, -1077936129]> : tensor<2xi32>
  %vj = onnx.Constant dense<[0x4E81, 0xCE81]> : tensor<2xbf16>
  %6 = onnx.Cast %j {to = 16 : i64} : (tensor<2xi32>) -> tensor<2xbf16>
  %7 = onnx.Equal %6, %vj : (tensor<2xbf16>, tensor<2xbf16>) -> tensor<2xi1>
  %k = onnx.Constant dense<9259400833873739777> : tensor<1xui64>
  %vk = onnx.Constant dense<0x5F01> : tensor<1xbf16>
  %8 = onnx.Cast %k {to = 16 : i64} : (tensor<1xui64>) -> tensor<1xbf16>
  %9 = onnx.Equal %8, %vk : (tensor<1xbf16>, tensor<1xbf16>) -> tensor<1xi1>
  return %1, %3, %5, %7, %9 : tensor<5xi1>, tensor<3xi1>, tensor<4xi1>, tensor<2xi1>, tensor<1xi1>
}

// CHECK-LABEL: @where
// CHECK: dense<[1, 20]> : tensor<2xi64>
func.func @where() -> tensor<2xi64> {
  %c = onnx.Constant dense<[true, false]> : tensor<2xi1>
  %x = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %y = onnx.Constant dense<[10, 20]> : tensor<2xi64>
  %0 = onnx.Where %c, %x, %y : (tensor<2xi1>, tensor<2xi64>, tensor<2xi64>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// f32 does not hold 2^24 + 1.
// CHECK-LABEL: @shrink
// CHECK: dense<[16777216, 0, -9007199254740990]> : tensor<3xi64>
func.func @shrink() -> tensor<3xi64> {
  %x = onnx.Constant dense<[16777217, 3, -9007199254740991]> : tensor<3xi64>
  %0 = onnx.Shrink %x {bias = 1.0 : f32, lambd = 3.0 : f32} : (tensor<3xi64>) -> tensor<3xi64>
  return %0 : tensor<3xi64>
}

// All bits of an integer count.
// CHECK-LABEL: @fill_like
func.func @fill_like() -> tensor<2xi64> {
  // CHECK: onnx.Constant dense<9223372036854775807> : tensor<2xi64>
  %x = onnx.Constant dense<0.0> : tensor<2xf32>
  %y = onnx.FillLike %x {value = dense<9223372036854775807> : tensor<1xi64>} : (tensor<2xf32>) -> tensor<2xi64>
  return %y : tensor<2xi64>
}
