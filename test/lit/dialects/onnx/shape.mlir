// RUN: veltair-opt %s --fold-onnx-constants | FileCheck %s

// CHECK-LABEL: @reshape
// CHECK: dense<{{\[\[}}1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
func.func @reshape() -> tensor<3x2xi32> {
  %x = onnx.Constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %s = onnx.Constant dense<[3, -1]> : tensor<2xi64>
  %0 = onnx.Reshape %x, %s : (tensor<2x3xi32>, tensor<2xi64>) -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// CHECK-LABEL: @transpose
// CHECK: dense<{{\[\[}}1, 4], [2, 5], [3, 6]]> : tensor<3x2xi32>
func.func @transpose() -> tensor<3x2xi32> {
  %x = onnx.Constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %0 = onnx.Transpose %x : (tensor<2x3xi32>) -> tensor<3x2xi32>
  return %0 : tensor<3x2xi32>
}

// CHECK-LABEL: @concat
// CHECK: dense<{{\[\[}}1, 2, 5], [3, 4, 6]]> : tensor<2x3xi32>
func.func @concat() -> tensor<2x3xi32> {
  %x = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %e = onnx.Constant dense<> : tensor<2x0xi32>
  %y = onnx.Constant dense<[[5], [6]]> : tensor<2x1xi32>
  %0 = onnx.Concat %x, %e, %y {axis = -1 : i64} : (tensor<2x2xi32>, tensor<2x0xi32>, tensor<2x1xi32>) -> tensor<2x3xi32>
  return %0 : tensor<2x3xi32>
}

// CHECK-LABEL: @concat_many
// CHECK: dense<[1, 2, 3, 4, 5, 6, 7]> : tensor<7xi32>
func.func @concat_many() -> tensor<7xi32> {
  %a = onnx.Constant dense<1> : tensor<1xi32>
  %b = onnx.Constant dense<[2, 3]> : tensor<2xi32>
  %c = onnx.Constant dense<4> : tensor<1xi32>
  %d = onnx.Constant dense<[5, 6]> : tensor<2xi32>
  %e = onnx.Constant dense<7> : tensor<1xi32>
  %0 = onnx.Concat %a, %b, %c, %d, %e {axis = 0 : i64} : (tensor<1xi32>, tensor<2xi32>, tensor<1xi32>, tensor<2xi32>, tensor<1xi32>) -> tensor<7xi32>
  return %0 : tensor<7xi32>
}

// CHECK-LABEL: @split
// CHECK-DAG: dense<[1, 2]> : tensor<2xi32>
// CHECK-DAG: dense<3> : tensor<1xi32>
func.func @split() -> (tensor<2xi32>, tensor<1xi32>) {
  %x = onnx.Constant dense<[1, 2, 3]> : tensor<3xi32>
  %n = onnx.NoValue
  %0:2 = onnx.Split %x, %n {num_outputs = 2 : i64} : (tensor<3xi32>, none) -> (tensor<2xi32>, tensor<1xi32>)
  return %0#0, %0#1 : tensor<2xi32>, tensor<1xi32>
}

// Backwards, from far behind the end.
// CHECK-LABEL: @slice
// CHECK: dense<[5, 3]> : tensor<2xi32>
func.func @slice() -> tensor<2xi32> {
  %x = onnx.Constant dense<[1, 2, 3, 4, 5]> : tensor<5xi32>
  %s = onnx.Constant dense<1000> : tensor<1xi64>
  %e = onnx.Constant dense<0> : tensor<1xi64>
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %p = onnx.Constant dense<-2> : tensor<1xi64>
  %0 = onnx.Slice %x, %s, %e, %a, %p : (tensor<5xi32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// CHECK-LABEL: @pad
// CHECK-DAG: %[[CONSTANT:.*]] = onnx.Constant dense<[9, 9, 1, 2, 3, 9]> : tensor<6xi32>
// CHECK-DAG: %[[REFLECT:.*]] = onnx.Constant dense<[3, 2, 1, 2, 3, 2]> : tensor<6xi32>
// CHECK-DAG: %[[EDGE:.*]] = onnx.Constant dense<[1, 1, 1, 2, 3, 3]> : tensor<6xi32>
// CHECK-DAG: %[[WRAP:.*]] = onnx.Constant dense<[2, 3, 1, 2, 3, 1]> : tensor<6xi32>
// CHECK: return %[[CONSTANT]], %[[REFLECT]], %[[EDGE]], %[[WRAP]]
func.func @pad() -> (tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>) {
  %x = onnx.Constant dense<[1, 2, 3]> : tensor<3xi32>
  %p = onnx.Constant dense<[2, 1]> : tensor<2xi64>
  %v = onnx.Constant dense<9> : tensor<i32>
  %n = onnx.NoValue
  %0 = onnx.Pad %x, %p, %v, %n : (tensor<3xi32>, tensor<2xi64>, tensor<i32>, none) -> tensor<6xi32>
  %1 = onnx.Pad %x, %p, %n, %n {mode = "reflect"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<6xi32>
  %2 = onnx.Pad %x, %p, %n, %n {mode = "edge"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<6xi32>
  %3 = onnx.Pad %x, %p, %n, %n {mode = "wrap"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<6xi32>
  return %0, %1, %2, %3 : tensor<6xi32>, tensor<6xi32>, tensor<6xi32>, tensor<6xi32>
}

// What is taken away is not repeated.
// CHECK-LABEL: @pad_and_crop
// CHECK-DAG: dense<[2, 3, 2]> : tensor<3xi32>
// CHECK-DAG: dense<[2, 3, 2, 3]> : tensor<4xi32>
// CHECK-DAG: dense<[2, 1, 2, 1, 2]> : tensor<5xi32>
func.func @pad_and_crop() -> (tensor<3xi32>, tensor<4xi32>, tensor<5xi32>) {
  %x = onnx.Constant dense<[1, 2, 3]> : tensor<3xi32>
  %p = onnx.Constant dense<[-1, 1]> : tensor<2xi64>
  %q = onnx.Constant dense<[-1, 2]> : tensor<2xi64>
  %r = onnx.Constant dense<[3, -1]> : tensor<2xi64>
  %n = onnx.NoValue
  %0 = onnx.Pad %x, %p, %n, %n {mode = "reflect"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<3xi32>
  %1 = onnx.Pad %x, %q, %n, %n {mode = "wrap"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<4xi32>
  %2 = onnx.Pad %x, %r, %n, %n {mode = "wrap"} : (tensor<3xi32>, tensor<2xi64>, none, none) -> tensor<5xi32>
  return %0, %1, %2 : tensor<3xi32>, tensor<4xi32>, tensor<5xi32>
}

// An odd element is missing, or too much, at the end.
// CHECK-LABEL: @center_crop_pad
// CHECK-DAG: dense<[2, 3]> : tensor<2xi32>
// CHECK-DAG: dense<{{\[\[}}0, 1, 2, 3, 4, 5, 0, 0]]> : tensor<1x8xi32>
func.func @center_crop_pad() -> (tensor<2xi32>, tensor<1x8xi32>) {
  %x = onnx.Constant dense<[1, 2, 3, 4, 5]> : tensor<5xi32>
  %y = onnx.Constant dense<[[1, 2, 3, 4, 5]]> : tensor<1x5xi32>
  %s = onnx.Constant dense<2> : tensor<1xi64>
  %t = onnx.Constant dense<8> : tensor<1xi64>
  %0 = onnx.CenterCropPad %x, %s : (tensor<5xi32>, tensor<1xi64>) -> tensor<2xi32>
  %1 = onnx.CenterCropPad %y, %t {axes = array<i64: -1>} : (tensor<1x5xi32>, tensor<1xi64>) -> tensor<1x8xi32>
  return %0, %1 : tensor<2xi32>, tensor<1x8xi32>
}

// Positions in front of unsigned data are negative all the same.
// CHECK-LABEL: @pad_unsigned
// CHECK: dense<[30, 20, 10, 20, 30, 20, 10]> : tensor<7xui8>
func.func @pad_unsigned() -> tensor<7xui8> {
  %x = onnx.Constant dense<[10, 20, 30]> : tensor<3xui8>
  %p = onnx.Constant dense<2> : tensor<2xi64>
  %n = onnx.NoValue
  %0 = onnx.Pad %x, %p, %n, %n {mode = "reflect"} : (tensor<3xui8>, tensor<2xi64>, none, none) -> tensor<7xui8>
  return %0 : tensor<7xui8>
}

// CHECK-LABEL: @tile_expand
// CHECK-DAG: dense<[1, 2, 1, 2]> : tensor<4xi32>
// CHECK-DAG: dense<{{\[\[}}1, 2], [1, 2]]> : tensor<2x2xi32>
func.func @tile_expand() -> (tensor<4xi32>, tensor<2x2xi32>) {
  %x = onnx.Constant dense<[1, 2]> : tensor<2xi32>
  %r = onnx.Constant dense<2> : tensor<1xi64>
  %s = onnx.Constant dense<[2, 1]> : tensor<2xi64>
  %0 = onnx.Tile %x, %r : (tensor<2xi32>, tensor<1xi64>) -> tensor<4xi32>
  %1 = onnx.Expand %x, %s : (tensor<2xi32>, tensor<2xi64>) -> tensor<2x2xi32>
  return %0, %1 : tensor<4xi32>, tensor<2x2xi32>
}

// The shape is known without the elements.
// CHECK-LABEL: @shape
// CHECK: dense<[3, 4]> : tensor<2xi64>
func.func @shape(%x: tensor<2x3x4xf32>) -> tensor<2xi64> {
  %0 = onnx.Shape %x {start = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}

// CHECK-LABEL: @trilu
// CHECK: dense<{{\[\[}}0, 2], [0, 0]]> : tensor<2x2xi32>
func.func @trilu() -> tensor<2x2xi32> {
  %x = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %k = onnx.Constant dense<1> : tensor<i64>
  %0 = onnx.Trilu %x, %k : (tensor<2x2xi32>, tensor<i64>) -> tensor<2x2xi32>
  return %0 : tensor<2x2xi32>
}

// A diagonal far outside leaves all elements, or none.
// CHECK-LABEL: @trilu_outside
// CHECK-DAG: %[[ALL:.*]] = onnx.Constant dense<{{\[\[}}1, 2], [3, 4]]> : tensor<2x2xi32>
// CHECK-DAG: %[[NONE:.*]] = onnx.Constant dense<0> : tensor<2x2xi32>
// CHECK: return %[[ALL]], %[[NONE]]
func.func @trilu_outside() -> (tensor<2x2xi32>, tensor<2x2xi32>) {
  %x = onnx.Constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %k = onnx.Constant dense<-9223372036854775808> : tensor<i64>
  %0 = onnx.Trilu %x, %k : (tensor<2x2xi32>, tensor<i64>) -> tensor<2x2xi32>
  %1 = onnx.Trilu %x, %k {upper = 0 : i64} : (tensor<2x2xi32>, tensor<i64>) -> tensor<2x2xi32>
  return %0, %1 : tensor<2x2xi32>, tensor<2x2xi32>
}

// CHECK-LABEL: @depth_to_space
// CHECK: {{\[\[\[\[}}1, 2], [3, 4]]]]> : tensor<1x1x2x2xi32>
func.func @depth_to_space() -> tensor<1x1x2x2xi32> {
  %x = onnx.Constant dense<[[[[1]], [[2]], [[3]], [[4]]]]> : tensor<1x4x1x1xi32>
  %0 = onnx.DepthToSpace %x {blocksize = 2 : i64} : (tensor<1x4x1x1xi32>) -> tensor<1x1x2x2xi32>
  return %0 : tensor<1x1x2x2xi32>
}
