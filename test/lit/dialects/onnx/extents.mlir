// RUN: veltair-opt %s --split-input-file --verify-diagnostics | FileCheck %s

// An operation's own type inference says which extents its result has: they
// follow the operands'. What was written need not name them.

// CHECK-LABEL: @same
func.func @same(%x: tensor<8x3xf32, #onnx.extents<[4, -1]>>, %y: tensor<3xf32>) {
  // CHECK: onnx.Add {{.*}} -> tensor<8x3xf32, #onnx.extents<[4, -1]>>
  %0 = onnx.Add %x, %y : (tensor<8x3xf32, #onnx.extents<[4, -1]>>, tensor<3xf32>) -> tensor<8x3xf32, #onnx.extents<[4, -1]>>
  return
}

// -----

// Two extents of one bound may differ when the program runs.

func.func @other(%x: tensor<8xf32, #onnx.extents<[4]>>, %y: tensor<8xf32, #onnx.extents<[5]>>) {
  // expected-error@+2 {{onnx.Add: an operand's data-dependent size may not fit the others'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Add %x, %y : (tensor<8xf32, #onnx.extents<[4]>>, tensor<8xf32, #onnx.extents<[5]>>) -> tensor<8xf32>
  return
}

// -----

func.func @exact(%x: tensor<8xf32, #onnx.extents<[4]>>, %y: tensor<8xf32>) {
  // expected-error@+2 {{onnx.Add: an operand's data-dependent size may not fit the others'}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Add %x, %y : (tensor<8xf32, #onnx.extents<[4]>>, tensor<8xf32>) -> tensor<8xf32>
  return
}

// -----

func.func @compress(%x: tensor<4x2xf32>, %c: tensor<5xi1>) {
  // expected-error@+2 {{condition does not fit the operand (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = onnx.Compress %x, %c {axis = 0 : i64} : (tensor<4x2xf32>, tensor<5xi1>) -> (tensor<5x2xf32>, tensor<i64>)
  return
}

// -----

func.func @suppression(%b: tensor<1x8x4xf32>, %s: tensor<1x2x7xf32>, %n: none) {
  // expected-error@+2 {{boxes and scores do not fit each other (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:3 = onnx.NonMaxSuppression %b, %s, %n, %n, %n : (tensor<1x8x4xf32>, tensor<1x2x7xf32>, none, none, none) -> (tensor<0x3xi64>, tensor<8xi64>, tensor<i64>)
  return
}

// -----

func.func @suppression(%b: tensor<1x8x4xf32>, %s: tensor<1x2x8xf32>, %m: tensor<2xi64>, %n: none) {
  // expected-error@+2 {{an operand has more than one element (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:3 = onnx.NonMaxSuppression %b, %s, %m, %n, %n : (tensor<1x8x4xf32>, tensor<1x2x8xf32>, tensor<2xi64>, none, none) -> (tensor<16x3xi64>, tensor<8xi64>, tensor<i64>)
  return
}

// -----

func.func @concat(%x: tensor<4x2xf32>, %y: tensor<4x3xf32>) {
  // expected-error@+2 {{operands differ in dimensions other than axis (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = onnx.BoundedConcat %x, %y {axis = 0 : i64} : (tensor<4x2xf32>, tensor<4x3xf32>) -> (tensor<8x2xf32>, tensor<i64>)
  return
}

// -----

func.func @if(%c: tensor<i1>, %x: tensor<4x2xf32>, %y: tensor<3x3xf32>) {
  // expected-error@+2 {{the branches' results differ in two dimensions (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:2 = onnx.BoundedIf %c, %x, %y : (tensor<i1>, tensor<4x2xf32>, tensor<3x3xf32>) -> (tensor<4x3xf32>, tensor<i64>)
  return
}

// -----

func.func @top_k(%x: tensor<4xf32>, %k: tensor<1xi64>) {
  // expected-error@+2 {{bound is negative (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:3 = onnx.BoundedTopK %x, %k {bound = -1 : i64} : (tensor<4xf32>, tensor<1xi64>) -> (tensor<4xf32>, tensor<4xi64>, tensor<i64>)
  return
}
