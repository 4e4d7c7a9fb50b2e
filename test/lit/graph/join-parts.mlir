// RUN: veltair-opt %s -split-input-file -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers,join-parts)))' | FileCheck %s

// Channels of one image: groups of lanes stand one after the other.

// CHECK-LABEL: veltair.program @channels
// CHECK: %[[A:.*]] = veltair.layer "a" "Conv"
// CHECK: %[[B:.*]] = veltair.layer "b" "Conv"
// CHECK: %[[J:.*]] = veltair.join %[[A]], %[[B]] : tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32> -> tensor<1x2x4x4x16xf32>
// CHECK: veltair.layer "y" "Conv" ins(%[[J]] :
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<1x1x4x4x16xf32>],
    output_names = ["y"], output_types = [tensor<1x1x4x4x16xf32>]} {
  veltair.program @channels(%x: tensor<1x1x4x4x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16x1x1xf32>
    %v = onnx.Constant dense_resource<v> : tensor<16x32x1x1xf32>
    %a = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("a")
    %b = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("b")
    %j = onnx.Concat %a, %b {axis = -4 : i64} : (tensor<1x1x4x4x16xf32>, tensor<1x1x4x4x16xf32>) -> tensor<1x2x4x4x16xf32> loc("j")
    %y = kernel.conv2d %j, %v {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x2x4x4x16xf32>, tensor<16x32x1x1xf32> -> tensor<1x1x4x4x16xf32> loc("y")
    veltair.return %y : tensor<1x1x4x4x16xf32>
  }
}

// -----

// Parts and results behind views.

// CHECK-LABEL: veltair.program @views
// CHECK: %[[A:.*]] = veltair.layer "a"
// CHECK: %[[U:.*]] = veltair.view %[[A]]
// CHECK: %[[B:.*]] = veltair.layer "b"
// CHECK: %[[V:.*]] = veltair.view %[[B]]
// CHECK: %[[J:.*]] = veltair.join %[[U]], %[[V]] : tensor<128xf32>, tensor<128xf32> -> tensor<256xf32>
// CHECK: %[[R:.*]] = veltair.view %[[J]]
// CHECK: veltair.layer "y" "MatMul" ins(%[[R]] :
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y"], output_types = [tensor<16x16xf32>]} {
  veltair.program @views(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %u = veltair.view %a : tensor<8x16xf32> -> tensor<128xf32>
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %v = veltair.view %b : tensor<8x16xf32> -> tensor<128xf32>
    %j = onnx.Concat %u, %v {axis = 0 : i64} : (tensor<128xf32>, tensor<128xf32>) -> tensor<256xf32> loc("j")
    %r = veltair.view %j : tensor<256xf32> -> tensor<16x16xf32>
    %y = kernel.matmul %r, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y")
    veltair.return %y : tensor<16x16xf32>
  }
}

// -----

// A join may be part of another one.

// CHECK-LABEL: veltair.program @nested
// CHECK: %[[A:.*]] = veltair.layer "a"
// CHECK: %[[B:.*]] = veltair.layer "b"
// CHECK: %[[J:.*]] = veltair.join %[[A]], %[[B]] :
// CHECK: veltair.layer "y" "MatMul" ins(%[[J]] :
// CHECK: %[[C:.*]] = veltair.layer "c"
// CHECK: %[[K:.*]] = veltair.join %[[J]], %[[C]] : tensor<16x16xf32>, tensor<8x16xf32> -> tensor<24x16xf32>
// CHECK: veltair.layer "z" "MatMul" ins(%[[K]] :
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y", "z"], output_types = [tensor<16x16xf32>, tensor<24x16xf32>]} {
  veltair.program @nested(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %j = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("j")
    %y = kernel.matmul %j, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y")
    %c = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("c")
    %k = onnx.Concat %j, %c {axis = 0 : i64} : (tensor<16x16xf32>, tensor<8x16xf32>) -> tensor<24x16xf32> loc("k")
    %z = kernel.matmul %k, %w : tensor<24x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32> loc("z")
    veltair.return %y, %z : tensor<16x16xf32>, tensor<24x16xf32>
  }
}

// -----

// Of concatenations with a common part the largest takes it, and of equal ones
// the first.

// CHECK-LABEL: veltair.program @shared
// CHECK: %[[B:.*]] = veltair.layer "b"
// CHECK: veltair.layer "j" "Concat"
// CHECK: %[[C:.*]] = veltair.layer "c"
// CHECK: %[[D:.*]] = veltair.layer "d"
// CHECK: veltair.join %[[B]], %[[C]], %[[D]] :
// CHECK: %[[E:.*]] = veltair.layer "e"
// CHECK: %[[F:.*]] = veltair.layer "f"
// CHECK: veltair.join %[[E]], %[[F]] :
// CHECK: veltair.layer "g"
// CHECK: veltair.layer "n" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.return
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y", "z", "p", "q"], output_types = [tensor<16x16xf32>, tensor<24x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>]} {
  veltair.program @shared(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %j = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("j")
    %y = kernel.matmul %j, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y")
    %c = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("c")
    %d = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("d")
    %k = onnx.Concat %b, %c, %d {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<24x16xf32> loc("k")
    %z = kernel.matmul %k, %w : tensor<24x16xf32>, tensor<16x16xf32> -> tensor<24x16xf32> loc("z")
    %e = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("e")
    %f = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("f")
    %m = onnx.Concat %e, %f {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("m")
    %p = kernel.matmul %m, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("p")
    %g = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("g")
    %n = onnx.Concat %f, %g {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("n")
    %q = kernel.matmul %n, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("q")
    veltair.return %y, %z, %p, %q : tensor<16x16xf32>, tensor<24x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  }
}

// -----

// Layers stay: parts that are apart in the result, an input or a constant as a
// part, a part that stands twice, one that is returned, a result that is
// returned, a part that begins at no aligned place, and what computes more.

// CHECK-LABEL: veltair.program @apart
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "apart" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "input" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "constant" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "twice" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "returnedPart" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "returned" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "unaligned" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "more" "Concat+Relu"
// CHECK-NOT: veltair.join
// CHECK: veltair.return
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8x16xf32>],
    output_names = ["y0", "y1", "y2", "y3", "y4", "g", "y5", "returned", "y6", "y7"], output_types = [tensor<8x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<8x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>]} {
  veltair.program @apart(%x: tensor<8x16xf32>) {
    %w = onnx.Constant dense_resource<w> : tensor<16x16xf32>
    %k = onnx.Constant dense_resource<k> : tensor<8x16xf32>
    %wide = onnx.Constant dense_resource<wide> : tensor<32x16xf32>
    %narrow = onnx.Constant dense_resource<narrow> : tensor<16x3xf32>
    %low = onnx.Constant dense_resource<low> : tensor<3x16xf32>
    %a = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("a")
    %b = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("b")
    %apart = onnx.Concat %a, %b {axis = 1 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x32xf32> loc("apart")
    %y0 = kernel.matmul %apart, %wide : tensor<8x32xf32>, tensor<32x16xf32> -> tensor<8x16xf32> loc("y0")
    %c = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("c")
    %input = onnx.Concat %x, %c {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("input")
    %y1 = kernel.matmul %input, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y1")
    %d = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("d")
    %constant = onnx.Concat %d, %k {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("constant")
    %y2 = kernel.matmul %constant, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y2")
    %e = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("e")
    %twice = onnx.Concat %e, %e {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("twice")
    %y3 = kernel.matmul %twice, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y3")
    %f = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("f")
    %g = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("g")
    %returnedPart = onnx.Concat %f, %g {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("returnedPart")
    %y4 = kernel.matmul %returnedPart, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y4")
    %h = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("h")
    %i = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("i")
    %returned = onnx.Concat %h, %i {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("returned")
    %y5 = kernel.matmul %returned, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y5")
    %j = kernel.matmul %x, %narrow : tensor<8x16xf32>, tensor<16x3xf32> -> tensor<8x3xf32> loc("j")
    %l = kernel.matmul %x, %narrow : tensor<8x16xf32>, tensor<16x3xf32> -> tensor<8x3xf32> loc("l")
    %unaligned = onnx.Concat %j, %l {axis = 0 : i64} : (tensor<8x3xf32>, tensor<8x3xf32>) -> tensor<16x3xf32> loc("unaligned")
    %y6 = kernel.matmul %unaligned, %low : tensor<16x3xf32>, tensor<3x16xf32> -> tensor<16x16xf32> loc("y6")
    %m = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("m")
    %n = kernel.matmul %x, %w : tensor<8x16xf32>, tensor<16x16xf32> -> tensor<8x16xf32> loc("n")
    %more = onnx.Concat %m, %n {axis = 0 : i64} : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<16x16xf32> loc("more")
    %r = onnx.Relu %more : (tensor<16x16xf32>) -> tensor<16x16xf32>
    %y7 = kernel.matmul %r, %w : tensor<16x16xf32>, tensor<16x16xf32> -> tensor<16x16xf32> loc("y7")
    veltair.return %y0, %y1, %y2, %y3, %y4, %g, %y5, %returned, %y6, %y7 : tensor<8x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<8x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>, tensor<16x16xf32>
  }
}

// -----

// Bounded tensors are joined by copying.

// CHECK-LABEL: veltair.program @bounded
// CHECK-NOT: veltair.join
// CHECK: veltair.layer "j" "Concat"
// CHECK-NOT: veltair.join
// CHECK: veltair.return
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8xf32>],
    output_names = ["y"], output_types = [tensor<?x2xi64>]} {
  veltair.program @bounded(%x: tensor<8xf32>) {
    %p, %e = onnx.NonZero %x : (tensor<8xf32>) -> (tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<i64>)
    veltair.extent %e as 7 : tensor<i64>
    %a = onnx.Add %p, %p : (tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<1x8xi64, #onnx.extents<[-1, 7]>>) -> tensor<1x8xi64, #onnx.extents<[-1, 7]>>
    %b = onnx.Mul %p, %p : (tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<1x8xi64, #onnx.extents<[-1, 7]>>) -> tensor<1x8xi64, #onnx.extents<[-1, 7]>>
    %j = onnx.Concat %a, %b {axis = 0 : i64} : (tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<1x8xi64, #onnx.extents<[-1, 7]>>) -> tensor<2x8xi64, #onnx.extents<[-1, 7]>> loc("j")
    %y = onnx.Transpose %j : (tensor<2x8xi64, #onnx.extents<[-1, 7]>>) -> tensor<8x2xi64, #onnx.extents<[7, -1]>>
    veltair.return %y : tensor<8x2xi64, #onnx.extents<[7, -1]>>
  }
}
