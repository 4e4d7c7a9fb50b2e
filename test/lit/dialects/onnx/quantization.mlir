// RUN: veltair-opt %s --fold-onnx-constants | FileCheck %s

// Halves round to the even neighbour; what a byte does not hold becomes its end.
// CHECK-LABEL: @quantize
// CHECK: dense<[127, 128, 130, 130, 255]> : tensor<5xui8>
func.func @quantize() -> tensor<5xui8> {
  %x = onnx.Constant dense<[-1.0, 0.5, 1.5, 2.5, 1000.0]> : tensor<5xf32>
  %s = onnx.Constant dense<1.0> : tensor<f32>
  %z = onnx.Constant dense<128> : tensor<ui8>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<5xf32>, tensor<f32>, tensor<ui8>) -> tensor<5xui8>
  return %0 : tensor<5xui8>
}

// The same where the numbers are halves, which are no constants in f32.
// CHECK-LABEL: @quantize_halves
// CHECK: dense<[127, 128, 130, 130, 255]> : tensor<5xui8>
func.func @quantize_halves() -> tensor<5xui8> {
  %x = onnx.Constant dense<[-1.0, 0.5, 1.5, 2.5, 1000.0]> : tensor<5xf16>
  %s = onnx.Constant dense<1.0> : tensor<f16>
  %z = onnx.Constant dense<128> : tensor<ui8>
  %0 = onnx.QuantizeLinear %x, %s, %z : (tensor<5xf16>, tensor<f16>, tensor<ui8>) -> tensor<5xui8>
  return %0 : tensor<5xui8>
}

// Without a zero point an attribute tells the type.
// CHECK-LABEL: @quantize_as
// CHECK: dense<[-128, 3]> : tensor<2xi8>
func.func @quantize_as() -> tensor<2xi8> {
  %x = onnx.Constant dense<[-1000.0, 6.0]> : tensor<2xf32>
  %s = onnx.Constant dense<2.0> : tensor<f32>
  %n = onnx.NoValue
  %0 = onnx.QuantizeLinear %x, %s, %n {output_dtype = 3 : i64} : (tensor<2xf32>, tensor<f32>, none) -> tensor<2xi8>
  return %0 : tensor<2xi8>
}

// A scale and a zero point for each row; a scale for each two neighbours; a
// difference that f32 would round.
// CHECK-LABEL: @dequantize
// CHECK-DAG: dense<{{\[\[}}0.000000e+00, 5.000000e-01], [8.000000e+00, 1.000000e+01]]> : tensor<2x2xf32>
// CHECK-DAG: dense<{{\[\[}}1.000000e+01, 2.000000e+01, 3.000000e+02, 4.000000e+02]]> : tensor<1x4xf32>
// CHECK-DAG: dense<4.700000e+01> : tensor<1xf32>
func.func @dequantize() -> (tensor<2x2xf32>, tensor<1x4xf32>, tensor<1xf32>) {
  %x = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>
  %s = onnx.Constant dense<[0.5, 2.0]> : tensor<2xf32>
  %z = onnx.Constant dense<[1, -1]> : tensor<2xi8>
  %0 = onnx.DequantizeLinear %x, %s, %z {axis = 0 : i64} : (tensor<2x2xi8>, tensor<2xf32>, tensor<2xi8>) -> tensor<2x2xf32>
  %y = onnx.Constant dense<[[1, 2, 3, 4]]> : tensor<1x4xi8>
  %t = onnx.Constant dense<[[10.0, 100.0]]> : tensor<1x2xf32>
  %n = onnx.NoValue
  %1 = onnx.DequantizeLinear %y, %t, %n {block_size = 2 : i64} : (tensor<1x4xi8>, tensor<1x2xf32>, none) -> tensor<1x4xf32>
  %v = onnx.Constant dense<2147483647> : tensor<1xi32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %w = onnx.Constant dense<2147483600> : tensor<i32>
  %2 = onnx.DequantizeLinear %v, %one, %w : (tensor<1xi32>, tensor<f32>, tensor<i32>) -> tensor<1xf32>
  return %0, %1, %2 : tensor<2x2xf32>, tensor<1x4xf32>, tensor<1xf32>
}

// Of no element, there is no block.
// CHECK-LABEL: @quantize_nothing
// CHECK: dense<> : tensor<2x0xui8>
func.func @quantize_nothing() -> tensor<2x0xui8> {
  %x = onnx.Constant dense<> : tensor<2x0xf16>
  %n = onnx.NoValue
  %0 = onnx.QuantizeLinear %x, %x, %n {block_size = 2 : i64} : (tensor<2x0xf16>, tensor<2x0xf16>, none) -> tensor<2x0xui8>
  return %0 : tensor<2x0xui8>
}

// What stands for more elements than memory holds is not written out.
// CHECK-LABEL: @splats
// CHECK-DAG: dense<6> : tensor<1048576x1048576xui8>
// CHECK-DAG: dense<1.500000e+00> : tensor<1048576x1048576xf32>
func.func @splats() -> (tensor<1048576x1048576xui8>, tensor<1048576x1048576xf32>) {
  %x = onnx.Constant dense<3.0> : tensor<1048576x1048576xf32>
  %s = onnx.Constant dense<0.5> : tensor<f32>
  %n = onnx.NoValue
  %0 = onnx.QuantizeLinear %x, %s, %n : (tensor<1048576x1048576xf32>, tensor<f32>, none) -> tensor<1048576x1048576xui8>
  %y = onnx.Constant dense<3> : tensor<1048576x1048576xi8>
  %1 = onnx.DequantizeLinear %y, %s, %n : (tensor<1048576x1048576xi8>, tensor<f32>, none) -> tensor<1048576x1048576xf32>
  return %0, %1 : tensor<1048576x1048576xui8>, tensor<1048576x1048576xf32>
}

// CHECK-LABEL: @dequantize_to_halves
// CHECK: dense<[-1.500000e+00, 1.000000e+00]> : tensor<2xf16>
func.func @dequantize_to_halves() -> tensor<2xf16> {
  %x = onnx.Constant dense<[-3, 2]> : tensor<2xi8>
  %s = onnx.Constant dense<0.5> : tensor<f16>
  %n = onnx.NoValue
  %0 = onnx.DequantizeLinear %x, %s, %n : (tensor<2xi8>, tensor<f16>, none) -> tensor<2xf16>
  return %0 : tensor<2xf16>
}

// CHECK-LABEL: @dynamic
// CHECK-DAG: dense<[153, 255, 0, 26, 221, 179]> : tensor<6xui8>
// CHECK-DAG: dense<153> : tensor<ui8>
// CHECK-DAG: dense<0> : tensor<2x1xui8>
func.func @dynamic() -> (tensor<6xui8>, tensor<ui8>, tensor<2x1xui8>) {
  %x = onnx.Constant dense<[0.0, 2.0, -3.0, -2.5, 1.34, 0.5]> : tensor<6xf32>
  %0:3 = onnx.DynamicQuantizeLinear %x : (tensor<6xf32>) -> (tensor<6xui8>, tensor<f32>, tensor<ui8>)
  %y = onnx.Constant dense<0.0> : tensor<2x1xf32>
  %1:3 = onnx.DynamicQuantizeLinear %y : (tensor<2x1xf32>) -> (tensor<2x1xui8>, tensor<f32>, tensor<ui8>)
  return %0#0, %0#2, %1#0 : tensor<6xui8>, tensor<ui8>, tensor<2x1xui8>
}

// Also where the sum is larger than what f32 holds exactly.
// CHECK-LABEL: @matmul_integer
// CHECK-DAG: dense<{{\[\[}}-38, -83], [-44, -98]]> : tensor<2x2xi32>
// CHECK-DAG: dense<19507501> : tensor<1x1xi32>
func.func @matmul_integer() -> (tensor<2x2xi32>, tensor<1x1xi32>) {
  %a = onnx.Constant dense<[[11, 7, 3], [10, 6, 2]]> : tensor<2x3xui8>
  %b = onnx.Constant dense<[[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi8>
  %z = onnx.Constant dense<12> : tensor<ui8>
  %n = onnx.NoValue
  %0 = onnx.MatMulInteger %a, %b, %z, %n : (tensor<2x3xui8>, tensor<3x2xi8>, tensor<ui8>, none) -> tensor<2x2xi32>
  %one = onnx.Constant dense<1> : tensor<1x1xui8>
  %many = onnx.Constant dense<255> : tensor<1x300xui8>
  %c = onnx.Concat %many, %one {axis = 1 : i64} : (tensor<1x300xui8>, tensor<1x1xui8>) -> tensor<1x301xui8>
  %d = onnx.Transpose %c : (tensor<1x301xui8>) -> tensor<301x1xui8>
  %1 = onnx.MatMulInteger %c, %d, %n, %n : (tensor<1x301xui8>, tensor<301x1xui8>, none, none) -> tensor<1x1xi32>
  return %0, %1 : tensor<2x2xi32>, tensor<1x1xi32>
}

// CHECK-LABEL: @conv_integer
// CHECK: {{\[\[\[\[}}12, 16], [24, 28]]]]> : tensor<1x1x2x2xi32>
func.func @conv_integer() -> tensor<1x1x2x2xi32> {
  %x = onnx.Constant dense<[[[[2, 3, 4], [5, 6, 7], [8, 9, 10]]]]> : tensor<1x1x3x3xui8>
  %w = onnx.Constant dense<1> : tensor<1x1x2x2xui8>
  %z = onnx.Constant dense<1> : tensor<ui8>
  %n = onnx.NoValue
  %0 = onnx.ConvInteger %x, %w, %z, %n : (tensor<1x1x3x3xui8>, tensor<1x1x2x2xui8>, tensor<ui8>, none) -> tensor<1x1x2x2xi32>
  return %0 : tensor<1x1x2x2xi32>
}

// CHECK-LABEL: @qlinear_matmul
// CHECK: dense<{{\[\[}}168, 115, 255], [1, 66, 151]]> : tensor<2x3xui8>
func.func @qlinear_matmul() -> tensor<2x3xui8> {
  %a = onnx.Constant dense<[[208, 236, 0, 238], [3, 214, 255, 29]]> : tensor<2x4xui8>
  %b = onnx.Constant dense<[[152, 51, 244], [60, 26, 255], [0, 127, 246], [127, 254, 247]]> : tensor<4x3xui8>
  %as = onnx.Constant dense<0.0066> : tensor<1xf32>
  %az = onnx.Constant dense<113> : tensor<1xui8>
  %bs = onnx.Constant dense<0.00705> : tensor<3xf32>
  %bz = onnx.Constant dense<114> : tensor<3xui8>
  %ys = onnx.Constant dense<0.0107> : tensor<1xf32>
  %yz = onnx.Constant dense<118> : tensor<1xui8>
  %0 = onnx.QLinearMatMul %a, %as, %az, %b, %bs, %bz, %ys, %yz
    : (tensor<2x4xui8>, tensor<1xf32>, tensor<1xui8>, tensor<4x3xui8>, tensor<3xf32>, tensor<3xui8>, tensor<1xf32>, tensor<1xui8>) -> tensor<2x3xui8>
  return %0 : tensor<2x3xui8>
}

// Two channels of different scales, and a bias.
// CHECK-LABEL: @qlinear_conv
// CHECK: {{\[\[\[}}5, 9], [5, 0]]]> : tensor<1x2x2xui8>
func.func @qlinear_conv() -> tensor<1x2x2xui8> {
  %x = onnx.Constant dense<[[[11, 13]]]> : tensor<1x1x2xui8>
  %w = onnx.Constant dense<[[[2]], [[-3]]]> : tensor<2x1x1xi8>
  %b = onnx.Constant dense<[2, 4]> : tensor<2xi32>
  %xs = onnx.Constant dense<0.5> : tensor<f32>
  %xz = onnx.Constant dense<10> : tensor<ui8>
  %ws = onnx.Constant dense<[1.0, 4.0]> : tensor<2xf32>
  %wz = onnx.Constant dense<0> : tensor<i8>
  %ys = onnx.Constant dense<0.5> : tensor<f32>
  %yz = onnx.Constant dense<1> : tensor<ui8>
  %0 = onnx.QLinearConv %x, %xs, %xz, %w, %ws, %wz, %ys, %yz, %b
    : (tensor<1x1x2xui8>, tensor<f32>, tensor<ui8>, tensor<2x1x1xi8>, tensor<2xf32>, tensor<i8>, tensor<f32>, tensor<ui8>, tensor<2xi32>) -> tensor<1x2x2xui8>
  return %0 : tensor<1x2x2xui8>
}
