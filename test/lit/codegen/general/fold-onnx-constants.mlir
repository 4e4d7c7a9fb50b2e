// RUN: veltair-opt %s --fold-onnx-constants | FileCheck %s

// What constant folding computes, and what it leaves to the program. What it
// makes of each operator is seen in dialects/onnx.

// CHECK-LABEL: @long_sum
// CHECK: onnx.Constant dense<1.000000e+05> : tensor<1xf32>
func.func @long_sum() -> tensor<1xf32> {
  %x = onnx.Constant dense<1.0> : tensor<100000xf32>
  %n = onnx.NoValue
  %0 = onnx.ReduceSum %x, %n : (tensor<100000xf32>, none) -> tensor<1xf32>
  return %0 : tensor<1xf32>
}

// Small results of much work: that it is too much is known before it begins.
// CHECK-LABEL: @large_reduction
// CHECK: onnx.ReduceL2
func.func @large_reduction() -> tensor<1x1xf32> {
  %x = onnx.Constant dense<2.0> : tensor<100000x100000xf32>
  %n = onnx.NoValue
  %0 = onnx.ReduceL2 %x, %n : (tensor<100000x100000xf32>, none) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// CHECK-LABEL: @large_product
// CHECK: onnx.MatMul
func.func @large_product() -> tensor<64x64xf32> {
  %x = onnx.Constant dense<2.0> : tensor<64x1000000xf32>
  %y = onnx.Constant dense<3.0> : tensor<1000000x64xf32>
  %0 = onnx.MatMul %x, %y : (tensor<64x1000000xf32>, tensor<1000000x64xf32>) -> tensor<64x64xf32>
  return %0 : tensor<64x64xf32>
}

// Also of what an operation consists of.
// CHECK-LABEL: @large_part
// CHECK: onnx.ReduceLogSumExp
func.func @large_part() -> tensor<1x1xf32> {
  %x = onnx.Constant dense<2.0> : tensor<100000x100000xf32>
  %n = onnx.NoValue
  %0 = onnx.ReduceLogSumExp %x, %n : (tensor<100000x100000xf32>, none) -> tensor<1x1xf32>
  return %0 : tensor<1x1xf32>
}

// Of a large tensor of equal elements, one is read.
// CHECK-LABEL: @part_of_splat
// CHECK-DAG: onnx.Constant dense<3> : tensor<1x2xi32>
// CHECK-DAG: onnx.Constant dense<true> : tensor<1x2xi1>
func.func @part_of_splat() -> (tensor<1x2xi32>, tensor<1x2xi1>) {
  %x = onnx.Constant dense<3> : tensor<1000000x1000000xi32>
  %y = onnx.Constant dense<true> : tensor<1000000x1000000xi1>
  %s = onnx.Constant dense<[5, 999998]> : tensor<2xi64>
  %e = onnx.Constant dense<[6, 1000000]> : tensor<2xi64>
  %n = onnx.NoValue
  %0 = onnx.Slice %x, %s, %e, %n, %n
    : (tensor<1000000x1000000xi32>, tensor<2xi64>, tensor<2xi64>, none, none) -> tensor<1x2xi32>
  %1 = onnx.Slice %y, %s, %e, %n, %n
    : (tensor<1000000x1000000xi1>, tensor<2xi64>, tensor<2xi64>, none, none) -> tensor<1x2xi1>
  return %0, %1 : tensor<1x2xi32>, tensor<1x2xi1>
}

// Where the functions' domains end: -0 has a root and a logarithm.
// CHECK-LABEL: @ends
// CHECK-DAG: dense<[-0.000000e+00, 0x7FC00000, 0x7F800000]> : tensor<3xf32>
// CHECK-DAG: dense<[0xFF800000, 0x7FC00000, 0x7F800000]> : tensor<3xf32>
// CHECK-DAG: dense<[0x7FC00000, 0xFF800000]> : tensor<2xf32>
func.func @ends() -> (tensor<3xf32>, tensor<3xf32>, tensor<2xf32>) {
  %x = onnx.Constant dense<[-0.0, -1.0, 0x7F800000]> : tensor<3xf32>
  %a = onnx.Constant dense<[0.0, -1.0]> : tensor<2xf32>
  %b = onnx.Constant dense<0.0> : tensor<2xf32>
  %0 = onnx.Sqrt %x : (tensor<3xf32>) -> tensor<3xf32>
  %1 = onnx.Log %x : (tensor<3xf32>) -> tensor<3xf32>
  %2 = onnx.Div %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<3xf32>, tensor<3xf32>, tensor<2xf32>
}

// Of 0 and -0, the larger one is 0; a NaN is larger and smaller than all.
// CHECK-LABEL: @extremes
// CHECK-DAG: dense<[0.000000e+00, 0.000000e+00, 0x7FC00000]> : tensor<3xf32>
// CHECK-DAG: dense<[-0.000000e+00, -0.000000e+00, 0x7FC00000]> : tensor<3xf32>
func.func @extremes() -> (tensor<3xf32>, tensor<3xf32>) {
  %a = onnx.Constant dense<[-0.0, 0.0, 0x7FC00000]> : tensor<3xf32>
  %b = onnx.Constant dense<[0.0, -0.0, 1.0]> : tensor<3xf32>
  %0 = onnx.Max %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = onnx.Min %a, %b : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
  return %0, %1 : tensor<3xf32>, tensor<3xf32>
}

// Integers wrap in their own width; the least one has no positive.
// CHECK-LABEL: @wrapping
// CHECK-DAG: dense<[44, -128]> : tensor<2xi8>
// CHECK-DAG: dense<[-56, -128]> : tensor<2xi8>
// CHECK-DAG: dense<[100, -128]> : tensor<2xi8>
// CHECK-DAG: dense<[100, 128]> : tensor<2xui8>
func.func @wrapping() -> (tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xui8>) {
  %x = onnx.Constant dense<[100, -128]> : tensor<2xi8>
  %y = onnx.Constant dense<[3, -1]> : tensor<2xi8>
  %0 = onnx.Mul %x, %y : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  %z = onnx.Constant dense<[100, 0]> : tensor<2xi8>
  %1 = onnx.Add %x, %z : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  %2 = onnx.Abs %x : (tensor<2xi8>) -> tensor<2xi8>
  %3 = onnx.Cast %x {to = 2 : i64} : (tensor<2xi8>) -> tensor<2xui8>
  return %0, %1, %2, %3 : tensor<2xi8>, tensor<2xi8>, tensor<2xi8>, tensor<2xui8>
}

// What no integer is stays a conversion, of which the program makes something;
// bytes are the low ones of a larger integer.
// CHECK-LABEL: @no_integer
// CHECK: onnx.Constant dense<[1, 44]> : tensor<2xi8>
// CHECK: onnx.Cast
func.func @no_integer() -> (tensor<2xi8>, tensor<2xi64>) {
  %x = onnx.Constant dense<[1.0, 300.0]> : tensor<2xf32>
  %0 = onnx.Cast %x {to = 3 : i64} : (tensor<2xf32>) -> tensor<2xi8>
  %y = onnx.Constant dense<[1.0, 1.0e30]> : tensor<2xf32>
  %1 = onnx.Cast %y {to = 7 : i64} : (tensor<2xf32>) -> tensor<2xi64>
  return %0, %1 : tensor<2xi8>, tensor<2xi64>
}
