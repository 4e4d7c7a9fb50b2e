// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers)))' | FileCheck %s

// A convolution takes the operations behind it that need nothing computed
// later; x + relu(x) is inside. The filter is a constant of the layer, the bias
// an input, the scalar is copied. What stems from one node is named once.

// CHECK-LABEL: veltair.program @epilogue
// CHECK-SAME: (%[[X:.*]]: tensor<1x1x4x4x16xf32>, %[[R:.*]]: tensor<1x1x4x4x16xf32>)
// CHECK-DAG: %[[W:.*]] = onnx.Constant dense_resource<w>
// CHECK-DAG: %[[B:.*]] = onnx.Constant dense_resource<b>
// CHECK: %[[Y:.*]] = veltair.layer "conv1" "Conv+Relu+Add+Add+Add" ins(%[[X]], %[[B]], %[[R]] :
// CHECK-SAME: constants(%[[W]] : tensor<16x16x1x1xf32>)
// CHECK-NEXT: ^bb0(%[[X0:.*]]: tensor<1x1x4x4x16xf32>, %[[B0:.*]]: tensor<1x1x1x1x16xf32>, %[[R0:.*]]: tensor<1x1x4x4x16xf32>, %[[W0:.*]]: tensor<16x16x1x1xf32>):
// CHECK-NEXT: %[[C:.*]] = kernel.conv2d %[[X0]], %[[W0]]
// CHECK-NEXT: %[[C1:.*]] = onnx.Add %[[C]], %[[B0]]
// CHECK-NEXT: %[[S:.*]] = onnx.Relu %[[C1]]
// CHECK-NEXT: %[[M:.*]] = onnx.Add %[[C1]], %[[S]]
// CHECK-NEXT: %[[A:.*]] = onnx.Add %[[M]], %[[R0]]
// CHECK-NEXT: %[[H:.*]] = onnx.Constant dense<5.000000e-01> : tensor<1x1x1x1x1xf32>
// CHECK-NEXT: %[[Z:.*]] = onnx.Add %[[A]], %[[H]]
// CHECK-NEXT: veltair.yield %[[Z]]
// CHECK: veltair.return %[[Y]]
veltair.model @m attributes {
    input_names = ["x", "r"], input_types = [tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>],
    output_names = ["y"], output_types = [tensor<1x1x4x4x16xf32>]} {
  veltair.program @epilogue(%x: tensor<1x1x4x4x16xf32>, %r: tensor<1x1x4x4x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16x1x1xf32>
    %b = onnx.Constant dense_resource<b> : tensor<1x1x1x1x16xf32>
    %half = onnx.Constant dense<0.5> : tensor<f32>
    %c = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("conv1")
    %c1 = onnx.Add %c, %b : (tensor<1x1x4x4x16xf32>, tensor<1x1x1x1x16xf32>) -> tensor<1x1x4x4x16xf32> loc("conv1")
    %s = onnx.Relu %c1 : (tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    %m = onnx.Add %c1, %s : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    %a = onnx.Add %m, %r : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    %z = onnx.Add %a, %half : (tensor<1x1x4x4x16xf32>, tensor<f32>) -> tensor<1x1x4x4x16xf32>
    veltair.return %z : tensor<1x1x4x4x16xf32>
  }
}

// -----

// Two convolutions are added: the earlier one takes the sum and waits for the
// later one. Its result is used twice afterwards, so the rest starts anew.

// CHECK-LABEL: veltair.program @residual
// CHECK: %[[B:.*]] = veltair.layer "b" "Conv" ins(%{{[^,]*}} :
// CHECK: %[[A:.*]] = veltair.layer "a" "Conv+Add" ins(%{{[^,]*}}, %[[B]] :
// CHECK: %[[C:.*]] = veltair.layer "c" "Conv" ins(%[[A]] :
// CHECK: %[[D:.*]] = veltair.layer "d" "Relu" ins(%[[A]] :
// CHECK: veltair.return %[[C]], %[[D]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x4x4x16xf32>],
    output_names = ["y", "z"], output_types = [tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>]} {
  veltair.program @residual(%x: tensor<1x1x4x4x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16x1x1xf32>
    %a = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("a")
    %b = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("b")
    %s = onnx.Add %b, %a : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    %c = kernel.conv2d %s, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("c")
    %d = onnx.Relu %s : (tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32> loc("d")
    veltair.return %c, %d : tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>
  }
}

// -----

// Operands of an epilogue get the rank of its result: constants by another
// type, computed ones by a view.

// CHECK-LABEL: veltair.program @ranks
// CHECK: %[[B:.*]] = onnx.Constant dense<{{.*}}> : tensor<1x1x2xf32>
// CHECK: %[[V:.*]] = veltair.view %{{.*}} : tensor<2xf32> -> tensor<1x1x2xf32>
// CHECK: veltair.layer "MatMul" "MatMul+Add+Add" ins(%{{.*}}, %[[B]], %[[V]] :
veltair.model @m attributes {
    input_names = ["x", "v"], input_types = [tensor<1x3x4xf32>, tensor<2xf32>],
    output_names = ["y"], output_types = [tensor<1x3x2xf32>]} {
  veltair.program @ranks(%x: tensor<1x3x4xf32>, %v: tensor<2xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<4x2xf32>
    %b = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
    %m = kernel.matmul %x, %w : tensor<1x3x4xf32>, tensor<4x2xf32> -> tensor<1x3x2xf32>
    %a = onnx.Add %m, %b : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
    %y = onnx.Add %a, %v : (tensor<1x3x2xf32>, tensor<2xf32>) -> tensor<1x3x2xf32>
    veltair.return %y : tensor<1x3x2xf32>
  }
}

// -----

// One layer for each used result; elementwise operations follow the result they
// read, also when another operand is broadcast. Elementwise operations of one
// shape form a layer. Dead operations are gone.

// CHECK-LABEL: veltair.program @general
// CHECK: %[[I:.*]] = veltair.layer "MaxPool" "MaxPool" ins(%{{.*}} : tensor<1x2x4x4xf32>)
// CHECK: %[[S:.*]] = veltair.layer "Relu" "Relu+Add" ins(%{{[^,]*}} : tensor<2xf32>)
// CHECK: %[[P:.*]] = veltair.layer "MaxPool_1" "MaxPool+Relu+Add" ins(%{{[^,]*}}, %[[S]] :
// CHECK-NOT: Flatten
// CHECK: veltair.return %[[I]], %[[P]]
veltair.model @m attributes {
    input_names = ["x", "v"], input_types = [tensor<1x2x4x4xf32>, tensor<2xf32>],
    output_names = ["i", "y"], output_types = [tensor<1x2x2x2xi64>, tensor<1x2x2x2xf32>]} {
  veltair.program @general(%x: tensor<1x2x4x4xf32>, %v: tensor<2xf32>) {
    %p, %i = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2>, strides = array<i64: 2, 2>} : (tensor<1x2x4x4xf32>) -> (tensor<1x2x2x2xf32>, tensor<1x2x2x2xi64>)
    %dead = onnx.Flatten %p : (tensor<1x2x2x2xf32>) -> tensor<1x8xf32>
    %r = onnx.Relu %p : (tensor<1x2x2x2xf32>) -> tensor<1x2x2x2xf32>
    %s = onnx.Relu %v : (tensor<2xf32>) -> tensor<2xf32>
    %t = onnx.Add %s, %v : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %y = onnx.Add %r, %t : (tensor<1x2x2x2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
    veltair.return %i, %y : tensor<1x2x2x2xi64>, tensor<1x2x2x2xf32>
  }
}

// -----

// What only moves rows takes the elementwise operations in front of it and
// behind it. Others do not: they would be computed element by element. A mean's
// result used twice is not computed twice.

// CHECK-LABEL: veltair.program @movement
// CHECK: veltair.layer "Transpose" "Relu+Exp+Transpose+Relu"
// CHECK: veltair.layer "Exp" "Exp"
// CHECK: veltair.layer "Transpose_1" "Transpose"
// CHECK: veltair.layer "ReduceMean" "ReduceMean"
// CHECK: veltair.layer "Relu" "Relu+Add"
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<4x2x8xf32>],
    output_names = ["y", "z"], output_types = [tensor<2x4x8xf32>, tensor<8x2x1xf32>]} {
  veltair.program @movement(%x: tensor<4x2x8xf32>) {
    %axes = onnx.Constant dense<2> : tensor<1xi64>
    %r = onnx.Relu %x : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
    %e = onnx.Exp %r : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
    %t = onnx.Transpose %e {perm = array<i64: 1, 0, 2>} : (tensor<4x2x8xf32>) -> tensor<2x4x8xf32>
    %y = onnx.Relu %t : (tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %f = onnx.Exp %x : (tensor<4x2x8xf32>) -> tensor<4x2x8xf32>
    %s = onnx.Transpose %f : (tensor<4x2x8xf32>) -> tensor<8x2x4xf32>
    %m = onnx.ReduceMean %s, %axes : (tensor<8x2x4xf32>, tensor<1xi64>) -> tensor<8x2x1xf32>
    %n = onnx.Relu %m : (tensor<8x2x1xf32>) -> tensor<8x2x1xf32>
    %z = onnx.Add %m, %n : (tensor<8x2x1xf32>, tensor<8x2x1xf32>) -> tensor<8x2x1xf32>
    veltair.return %y, %z : tensor<2x4x8xf32>, tensor<8x2x1xf32>
  }
}

// -----

// Outputs that no layer would write: an input, a view of one, a constant, a
// tensor that another output is already. Operands that a type depends on and
// scalars are copied into the body, absent ones as well.

// CHECK-LABEL: veltair.program @outputs
// CHECK-SAME: (%[[X:.*]]: tensor<2x2xf32>)
// CHECK: %[[S:.*]] = veltair.layer "Slice" "Slice" ins(%[[X]] : tensor<2x2xf32>) constants()
// CHECK-COUNT-3: onnx.Constant
// CHECK: onnx.NoValue
// CHECK: %[[A:.*]] = veltair.layer "Identity" "Identity" ins(%[[X]] :
// CHECK: %[[B:.*]] = veltair.layer "Identity_1" "Identity" ins(%{{.*}} : tensor<4xf32>)
// CHECK: %[[C:.*]] = veltair.layer "Identity_2" "Identity" ins(%{{.*}} : tensor<2xf32>)
// CHECK: %[[D:.*]] = veltair.layer "Identity_3" "Identity" ins(%[[S]] :
// CHECK: veltair.return %[[A]], %[[B]], %[[C]], %[[S]], %[[D]]
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<2x2xf32>],
    output_names = ["a", "b", "c", "d", "e"],
    output_types = [tensor<2x2xf32>, tensor<4xf32>, tensor<2xf32>, tensor<1x2xf32>, tensor<1x2xf32>]} {
  veltair.program @outputs(%x: tensor<2x2xf32>) {
    %none = onnx.NoValue
    %zero = onnx.Constant dense<0> : tensor<1xi64>
    %one = onnx.Constant dense<1> : tensor<1xi64>
    %c = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
    %v = veltair.view %x : tensor<2x2xf32> -> tensor<4xf32>
    %s = onnx.Slice %x, %zero, %one, %zero, %none : (tensor<2x2xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<1x2xf32>
    veltair.return %x, %v, %c, %s, %s : tensor<2x2xf32>, tensor<4xf32>, tensor<2xf32>, tensor<1x2xf32>, tensor<1x2xf32>
  }
}

// -----

// To kernels of rows all dimensions but the last are one: operands have a row
// for each of theirs or one for all; others are for a layer of its own.

// CHECK-LABEL: veltair.program @rows
// CHECK: veltair.layer "MatMul" "MatMul+Add+Mul"
// CHECK: veltair.layer "Add" "Add"
// CHECK: veltair.layer "LayerNormalization" "LayerNormalization"
// CHECK: veltair.layer "Mul" "Mul"
// CHECK: veltair.layer "Softmax" "Softmax+Mul"
// CHECK: veltair.layer "Add_1" "Add"
veltair.model @m attributes {
    input_names = ["x", "b", "r", "t", "p"], input_types = [tensor<2x4x8xf32>, tensor<8xf32>, tensor<2x4x1xf32>, tensor<2x1x8xf32>, tensor<4x8xf32>],
    output_names = ["y"], output_types = [tensor<2x4x8xf32>]} {
  veltair.program @rows(%x: tensor<2x4x8xf32>, %b: tensor<8xf32>, %r: tensor<2x4x1xf32>, %t: tensor<2x1x8xf32>, %p: tensor<4x8xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<8x8xf32>
    %0 = kernel.matmul %x, %w : tensor<2x4x8xf32>, tensor<8x8xf32> -> tensor<2x4x8xf32>
    %1 = onnx.Add %0, %b : (tensor<2x4x8xf32>, tensor<8xf32>) -> tensor<2x4x8xf32>
    %2 = onnx.Mul %1, %r : (tensor<2x4x8xf32>, tensor<2x4x1xf32>) -> tensor<2x4x8xf32>
    %3 = onnx.Add %2, %t : (tensor<2x4x8xf32>, tensor<2x1x8xf32>) -> tensor<2x4x8xf32>
    %4 = kernel.normalize_rows %3 {epsilon = 1.0e-5 : f32} : tensor<2x4x8xf32> -> tensor<2x4x8xf32>
    %5 = onnx.Mul %4, %p : (tensor<2x4x8xf32>, tensor<4x8xf32>) -> tensor<2x4x8xf32>
    %6 = kernel.softmax_rows %5 : tensor<2x4x8xf32> -> tensor<2x4x8xf32>
    %7 = onnx.Mul %6, %x : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
    %8 = onnx.Add %7, %t : (tensor<2x4x8xf32>, tensor<2x1x8xf32>) -> tensor<2x4x8xf32>
    veltair.return %8 : tensor<2x4x8xf32>
  }
}

// -----

// What is behind a product and a pool belongs to the product; what is behind a
// pool alone, to it.

// CHECK-LABEL: veltair.program @pools
// CHECK: veltair.layer "MaxPool" "MaxPool" ins
// CHECK: veltair.layer "Conv" "Conv+Add" ins
// CHECK: veltair.layer "MaxPool_1" "MaxPool+Relu" ins
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x4x4x16xf32>],
    output_names = ["y"], output_types = [tensor<1x1x4x4x16xf32>]} {
  veltair.program @pools(%x: tensor<1x1x4x4x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<16x16x1x1xf32>
    %p = kernel.max_pool %x {window = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x1x4x4x16xf32> -> tensor<1x1x4x4x16xf32>
    %c = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32>
    %s = onnx.Add %p, %c : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    %q = kernel.max_pool %s {window = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x1x4x4x16xf32> -> tensor<1x1x4x4x16xf32>
    %y = onnx.Relu %q : (tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
    veltair.return %y : tensor<1x1x4x4x16xf32>
  }
}

// -----

// Remainders are computed in f64: lanes of a kernel are of f32.

// CHECK-LABEL: veltair.program @remainder
// CHECK: veltair.layer "MatMul" "MatMul+Relu"
// CHECK: veltair.layer "Mod" "Mod+Relu"
veltair.model @m attributes {
    input_names = ["x", "d"], input_types = [tensor<4x8xf32>, tensor<8xf32>],
    output_names = ["y"], output_types = [tensor<4x8xf32>]} {
  veltair.program @remainder(%x: tensor<4x8xf32>, %d: tensor<8xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<8x8xf32>
    %0 = kernel.matmul %x, %w : tensor<4x8xf32>, tensor<8x8xf32> -> tensor<4x8xf32>
    %1 = onnx.Relu %0 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    %2 = onnx.Mod %1, %d {fmod = 1 : i64} : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
    %3 = onnx.Relu %2 : (tensor<4x8xf32>) -> tensor<4x8xf32>
    veltair.return %3 : tensor<4x8xf32>
  }
}
