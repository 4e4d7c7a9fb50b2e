// RUN: veltair-opt %s --fold-onnx-constants | FileCheck %s

// Convolutions, pools, products, reductions, indexing and recurrent networks on
// constants.

// CHECK-LABEL: @conv
// CHECK: {{\[\[\[\[}}1.300000e+01, 1.700000e+01], [2.500000e+01, 2.900000e+01]]]]> : tensor<1x1x2x2xf32>
func.func @conv() -> tensor<1x1x2x2xf32> {
  %x = onnx.Constant dense<[[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0], [7.0, 8.0, 9.0]]]]> : tensor<1x1x3x3xf32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x2x2xf32>
  %b = onnx.Constant dense<1.0> : tensor<1xf32>
  %0 = onnx.Conv %x, %w, %b : (tensor<1x1x3x3xf32>, tensor<1x1x2x2xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>
  return %0 : tensor<1x1x2x2xf32>
}

// Groups, dilation, stride and padding in one dimension.
// CHECK-LABEL: @conv_grouped
// CHECK: {{\[\[\[}}2.000000e+00, 6.000000e+00], [5.200000e+01, 1.380000e+02]]]> : tensor<1x2x2xf32>
func.func @conv_grouped() -> tensor<1x2x2xf32> {
  %x = onnx.Constant dense<[[[1.0, 2.0, 3.0, 4.0], [10.0, 26.0, 30.0, 43.0]]]> : tensor<1x2x4xf32>
  %w = onnx.Constant dense<[[[1.0, 1.0]], [[2.0, 2.0]]]> : tensor<2x1x2xf32>
  %n = onnx.NoValue
  %0 = onnx.Conv %x, %w, %n {group = 2 : i64, dilations = array<i64: 2>, strides = array<i64: 2>, pads = array<i64: 1, 1>}
    : (tensor<1x2x4xf32>, tensor<2x1x2xf32>, none) -> tensor<1x2x2xf32>
  return %0 : tensor<1x2x2xf32>
}

// CHECK-LABEL: @conv_transpose
// CHECK: {{\[\[\[}}1.000000e+00, 1.000000e+00, 3.000000e+00, 2.000000e+00, 2.000000e+00]]]> : tensor<1x1x5xf32>
func.func @conv_transpose() -> tensor<1x1x5xf32> {
  %x = onnx.Constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x3xf32>
  %n = onnx.NoValue
  %0 = onnx.ConvTranspose %x, %w, %n {strides = array<i64: 2>} : (tensor<1x1x2xf32>, tensor<1x1x3xf32>, none) -> tensor<1x1x5xf32>
  return %0 : tensor<1x1x5xf32>
}

// The second element of the kernel reads half a row further down, and is halved;
// outside of x all is 0.
// CHECK-LABEL: @deform_conv
// CHECK: {{\[\[\[\[}}7.000000e+00, 1.050000e+01]]]]> : tensor<1x1x1x2xf32>
func.func @deform_conv() -> tensor<1x1x1x2xf32> {
  %x = onnx.Constant dense<[[[[1.0, 2.0], [3.0, 4.0]]]]> : tensor<1x1x2x2xf32>
  %w = onnx.Constant dense<[[[[1.0], [2.0]]]]> : tensor<1x1x2x1xf32>
  %o = onnx.Constant dense<[[[[0.0, 0.0]], [[0.0, 0.0]], [[0.5, -1.0]], [[0.0, 0.0]]]]> : tensor<1x4x1x2xf32>
  %b = onnx.Constant dense<4.5> : tensor<1xf32>
  %m = onnx.Constant dense<[[[[1.0, 1.0]], [[0.5, 1.0]]]]> : tensor<1x2x1x2xf32>
  %0 = onnx.DeformConv %x, %w, %o, %b, %m
    : (tensor<1x1x2x2xf32>, tensor<1x1x2x1xf32>, tensor<1x4x1x2xf32>, tensor<1xf32>, tensor<1x2x1x2xf32>) -> tensor<1x1x1x2xf32>
  return %0 : tensor<1x1x1x2xf32>
}

// Positions are exact: all lie in the middle between two elements.
// CHECK-LABEL: @deform_conv_positions
// CHECK: dense<{{\[\[\[\[}}5.000000e-01, 1.500000e+00, 2.500000e+00, 3.500000e+00, 4.500000e+00, 5.500000e+00, 6.500000e+00, 7.500000e+00, 8.500000e+00, 9.500000e+00, 5.000000e+00]]]]> : tensor<1x1x1x11xf32>
func.func @deform_conv_positions() -> tensor<1x1x1x11xf32> {
  %x = onnx.Constant dense<[[[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]]]]> : tensor<1x1x1x11xf32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %right = onnx.Constant dense<0.5> : tensor<1x1x1x11xf32>
  %down = onnx.Constant dense<0.0> : tensor<1x1x1x11xf32>
  %o = onnx.Concat %down, %right {axis = 1 : i64} : (tensor<1x1x1x11xf32>, tensor<1x1x1x11xf32>) -> tensor<1x2x1x11xf32>
  %n = onnx.NoValue
  %0 = onnx.DeformConv %x, %w, %o, %n, %n
    : (tensor<1x1x1x11xf32>, tensor<1x1x1x1xf32>, tensor<1x2x1x11xf32>, none, none) -> tensor<1x1x1x11xf32>
  return %0 : tensor<1x1x1x11xf32>
}

// What is moved to nowhere, or far away, is 0.
// CHECK-LABEL: @deform_conv_outside
// CHECK: dense<{{\[\[\[\[}}1.000000e+00, 0.000000e+00, 0.000000e+00, 0.000000e+00]]]]> : tensor<1x1x1x4xf32>
func.func @deform_conv_outside() -> tensor<1x1x1x4xf32> {
  %x = onnx.Constant dense<[[[[1.0, 2.0, 3.0, 4.0]]]]> : tensor<1x1x1x4xf32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x1x1xf32>
  %o = onnx.Constant dense<[[[[0.0, 0x7FC00000, 0.0, 0.0]], [[0.0, 0.0, 0x7F800000, -1.0e30]]]]> : tensor<1x2x1x4xf32>
  %n = onnx.NoValue
  %0 = onnx.DeformConv %x, %w, %o, %n, %n
    : (tensor<1x1x1x4xf32>, tensor<1x1x1x1xf32>, tensor<1x2x1x4xf32>, none, none) -> tensor<1x1x1x4xf32>
  return %0 : tensor<1x1x1x4xf32>
}

// NaN, infinities and what is far away make no NaN of numbers: all is outside,
// or at a border.
// CHECK-LABEL: @grid_sample_outside
// CHECK-DAG: %[[LINEAR:.*]] = onnx.Constant dense<0.000000e+00> : tensor<1x1x4xf32>
// CHECK-DAG: %[[CUBIC:.*]] = onnx.Constant dense<0.000000e+00> : tensor<1x1x4xf64>
// CHECK-DAG: %[[BORDER:.*]] = onnx.Constant dense<{{\[\[\[}}1.000000e+00, 2.000000e+00, 1.000000e+00, 2.000000e+00]]]> : tensor<1x1x4xf32>
// CHECK-DAG: %[[REFLECTED:.*]] = onnx.Constant dense<1.000000e+00> : tensor<1x1x4xf32>
// CHECK: return %[[LINEAR]], %[[CUBIC]], %[[BORDER]], %[[REFLECTED]]
func.func @grid_sample_outside() -> (tensor<1x1x4xf32>, tensor<1x1x4xf64>, tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %x = onnx.Constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %d = onnx.Constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf64>
  %g = onnx.Constant dense<[[[0x7FC00000], [0x7F800000], [0xFF800000], [1.0e30]]]> : tensor<1x4x1xf32>
  %0 = onnx.GridSample %x, %g : (tensor<1x1x2xf32>, tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  %1 = onnx.GridSample %d, %g {mode = "cubic"} : (tensor<1x1x2xf64>, tensor<1x4x1xf32>) -> tensor<1x1x4xf64>
  %2 = onnx.GridSample %x, %g {padding_mode = "border"} : (tensor<1x1x2xf32>, tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  %3 = onnx.GridSample %x, %g {mode = "nearest", padding_mode = "reflection"} : (tensor<1x1x2xf32>, tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  return %0, %1, %2, %3 : tensor<1x1x4xf32>, tensor<1x1x4xf64>, tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// Padding is that of elements, not of positions: a cubic function overshoots
// beside a border, and what is nearest is rounded before it is mirrored.
// CHECK-LABEL: @grid_sample_pads_elements
// CHECK-DAG: %[[CUBIC:.*]] = onnx.Constant dense<{{\[\[\[}}1.000000e+00, 9.062500e-01, 2.093750e+00, 2.000000e+00]]]> : tensor<1x1x4xf32>
// CHECK-DAG: %[[NEAREST:.*]] = onnx.Constant dense<{{\[\[\[}}2.000000e+00, 1.000000e+00, 2.000000e+00, 2.000000e+00]]]> : tensor<1x1x4xf32>
// CHECK: return %[[CUBIC]], %[[NEAREST]]
func.func @grid_sample_pads_elements() -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %x = onnx.Constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %g = onnx.Constant dense<[[[-2.0], [-1.0], [1.0], [2.0]]]> : tensor<1x4x1xf32>
  %0 = onnx.GridSample %x, %g {mode = "cubic", padding_mode = "border"} : (tensor<1x1x2xf32>, tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  %1 = onnx.GridSample %x, %g {mode = "nearest", padding_mode = "reflection"} : (tensor<1x1x2xf32>, tensor<1x4x1xf32>) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// Of two elements each, blocks that overlap; blocks with a step, in padding.
// CHECK-LABEL: @col2im
// CHECK-DAG: %[[OVERLAP:.*]] = onnx.Constant dense<{{\[\[\[}}1, 12, 23, 30]]]> : tensor<1x1x4xi32>
// CHECK-DAG: %[[STEP:.*]] = onnx.Constant dense<{{\[\[\[}}10, 2, 20, 3]]]> : tensor<1x1x4xi32>
// CHECK: return %[[OVERLAP]], %[[STEP]]
func.func @col2im() -> (tensor<1x1x4xi32>, tensor<1x1x4xi32>) {
  %x = onnx.Constant dense<[[[1, 2, 3], [10, 20, 30]]]> : tensor<1x2x3xi32>
  %i = onnx.Constant dense<4> : tensor<1xi64>
  %w = onnx.Constant dense<2> : tensor<1xi64>
  %0 = onnx.Col2Im %x, %i, %w : (tensor<1x2x3xi32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x4xi32>
  %1 = onnx.Col2Im %x, %i, %w {pads = array<i64: 1, 1>, strides = array<i64: 2>} : (tensor<1x2x3xi32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x4xi32>
  return %0, %1 : tensor<1x1x4xi32>, tensor<1x1x4xi32>
}

// Of an empty operand, what it spreads is empty as well; without padding, pads
// mean nothing.
// CHECK-LABEL: @conv_transpose_corners
// CHECK-DAG: %[[EMPTY:.*]] = onnx.Constant dense<3.000000e+00> : tensor<1x1x4xf32>
// CHECK-DAG: %[[VALID:.*]] = onnx.Constant dense<{{\[\[\[}}1.000000e+00, 3.000000e+00, 3.000000e+00, 2.000000e+00]]]> : tensor<1x1x4xf32>
// CHECK: return %[[EMPTY]], %[[VALID]]
func.func @conv_transpose_corners() -> (tensor<1x1x4xf32>, tensor<1x1x4xf32>) {
  %e = onnx.Constant dense<> : tensor<1x1x0xf32>
  %x = onnx.Constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %w = onnx.Constant dense<1.0> : tensor<1x1x3xf32>
  %b = onnx.Constant dense<3.0> : tensor<1xf32>
  %n = onnx.NoValue
  %0 = onnx.ConvTranspose %e, %w, %b {dilations = array<i64: 2>} : (tensor<1x1x0xf32>, tensor<1x1x3xf32>, tensor<1xf32>) -> tensor<1x1x4xf32>
  %1 = onnx.ConvTranspose %x, %w, %n {auto_pad = "VALID", pads = array<i64: 1, 1>} : (tensor<1x1x2xf32>, tensor<1x1x3xf32>, none) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x4xf32>, tensor<1x1x4xf32>
}

// CHECK-LABEL: @pools
// CHECK-DAG: {{\[\[\[}}3.000000e+00, 4.000000e+00, 4.000000e+00]]]> : tensor<1x1x3xf32>
// CHECK-DAG: {{\[\[\[}}1, 3, 3]]]> : tensor<1x1x3xi64>
// CHECK-DAG: {{\[\[\[}}2.000000e+00, 2.500000e+00, 3.000000e+00]]]> : tensor<1x1x3xf32>
// CHECK-DAG: dense<2.500000e+00> : tensor<1x1x1xf32>
func.func @pools() -> (tensor<1x1x3xf32>, tensor<1x1x3xi64>, tensor<1x1x3xf32>, tensor<1x1x1xf32>) {
  %x = onnx.Constant dense<[[[1.0, 3.0, 2.0, 4.0]]]> : tensor<1x1x4xf32>
  %0, %1 = onnx.MaxPool %x {kernel_shape = array<i64: 3>, pads = array<i64: 1, 1>, strides = array<i64: 2>, ceil_mode = 1 : i64, dilations = array<i64: 1>}
    : (tensor<1x1x4xf32>) -> (tensor<1x1x3xf32>, tensor<1x1x3xi64>)
  %2 = onnx.AveragePool %x {kernel_shape = array<i64: 2>} : (tensor<1x1x4xf32>) -> tensor<1x1x3xf32>
  %3 = onnx.GlobalAveragePool %x : (tensor<1x1x4xf32>) -> tensor<1x1x1xf32>
  return %0, %1, %2, %3 : tensor<1x1x3xf32>, tensor<1x1x3xi64>, tensor<1x1x3xf32>, tensor<1x1x1xf32>
}

// In column-major order the first dimension runs fastest.
// CHECK-LABEL: @column_major
// CHECK: dense<1> : tensor<1x1x1x1x1xi64>
func.func @column_major() -> tensor<1x1x1x1x1xi64> {
  %x = onnx.Constant dense<[[[[[1.0, 2.0], [3.0, 4.0]], [[9.0, 5.0], [6.0, 7.0]]]]]> : tensor<1x1x2x2x2xf32>
  %0, %1 = onnx.MaxPool %x {kernel_shape = array<i64: 2, 2, 2>, storage_order = 1 : i64}
    : (tensor<1x1x2x2x2xf32>) -> (tensor<1x1x1x1x1xf32>, tensor<1x1x1x1x1xi64>)
  return %1 : tensor<1x1x1x1x1xi64>
}

// CHECK-LABEL: @products
// CHECK-DAG: dense<1.100000e+01> : tensor<f32>
// CHECK-DAG: {{\[\[}}1.300000e+01, 2.600000e+01]]> : tensor<1x2xf32>
func.func @products() -> (tensor<f32>, tensor<1x2xf32>) {
  %v = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %w = onnx.Constant dense<[3.0, 4.0]> : tensor<2xf32>
  %a = onnx.Constant dense<[[1.0], [2.0]]> : tensor<2x1xf32>
  %b = onnx.Constant dense<[[1.0, 3.0], [2.0, 4.0]]> : tensor<2x2xf32>
  %0 = onnx.MatMul %v, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<f32>
  %1 = onnx.Gemm %a, %b, %w {alpha = 2.0 : f32, beta = 1.0 : f32, transA = 1 : i64}
    : (tensor<2x1xf32>, tensor<2x2xf32>, tensor<2xf32>) -> tensor<1x2xf32>
  return %0, %1 : tensor<f32>, tensor<1x2xf32>
}

// CHECK-LABEL: @reductions
// CHECK-DAG: dense<{{\[\[}}6], [15]]> : tensor<2x1xi32>
// CHECK-DAG: dense<[4, 5, 6]> : tensor<3xi32>
// CHECK-DAG: dense<2> : tensor<2xi64>
func.func @reductions() -> (tensor<2x1xi32>, tensor<3xi32>, tensor<2xi64>) {
  %x = onnx.Constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %first = onnx.Constant dense<0> : tensor<1xi64>
  %0 = onnx.ReduceSum %x, %last : (tensor<2x3xi32>, tensor<1xi64>) -> tensor<2x1xi32>
  %1 = onnx.ReduceMax %x, %first {keepdims = 0 : i64} : (tensor<2x3xi32>, tensor<1xi64>) -> tensor<3xi32>
  %2 = onnx.ArgMax %x {axis = 1 : i64, keepdims = 0 : i64} : (tensor<2x3xi32>) -> tensor<2xi64>
  return %0, %1, %2 : tensor<2x1xi32>, tensor<3xi32>, tensor<2xi64>
}

// Functions of integers are computed in f64.
// CHECK-LABEL: @log_sum_exp_of_integers
// CHECK: dense<[2, 1000]> : tensor<2xi32>
func.func @log_sum_exp_of_integers() -> tensor<2xi32> {
  %x = onnx.Constant dense<[[1, 2], [1000, 1000]]> : tensor<2x2xi32>
  %last = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.ReduceLogSumExp %x, %last {keepdims = 0 : i64} : (tensor<2x2xi32>, tensor<1xi64>) -> tensor<2xi32>
  return %0 : tensor<2xi32>
}

// What is not reduced keeps all its bits; of no elements, the result is the
// least that there is. The largest of i64 is a number of f64: 2^63 - 1024.
// CHECK-LABEL: @log_sum_exp_corners
// CHECK-DAG: %[[SAME:.*]] = onnx.Constant dense<[9007199254740993, -9223372036854775807]> : tensor<2xi64>
// CHECK-DAG: %[[SIGNED:.*]] = onnx.Constant dense<-2147483648> : tensor<2xi32>
// CHECK-DAG: %[[UNSIGNED:.*]] = onnx.Constant dense<0> : tensor<1x2xui8>
// CHECK-DAG: %[[REAL:.*]] = onnx.Constant dense<0xFF800000> : tensor<2xf32>
// CHECK-DAG: %[[LARGEST:.*]] = onnx.Constant dense<127> : tensor<i8>
// CHECK-DAG: %[[LONG:.*]] = onnx.Constant dense<9223372036854774784> : tensor<i64>
// CHECK: return %[[SAME]], %[[SIGNED]], %[[UNSIGNED]], %[[REAL]], %[[LARGEST]], %[[LONG]]
func.func @log_sum_exp_corners() -> (tensor<2xi64>, tensor<2xi32>, tensor<1x2xui8>, tensor<2xf32>, tensor<i8>, tensor<i64>) {
  %n = onnx.NoValue
  %first = onnx.Constant dense<0> : tensor<1xi64>
  %x = onnx.Constant dense<[9007199254740993, -9223372036854775807]> : tensor<2xi64>
  %i = onnx.Constant dense<> : tensor<0x2xi32>
  %u = onnx.Constant dense<> : tensor<0x2xui8>
  %f = onnx.Constant dense<> : tensor<0x2xf32>
  %l = onnx.Constant dense<127> : tensor<4xi8>
  %m = onnx.Constant dense<9223372036854775807> : tensor<4xi64>
  %0 = onnx.ReduceLogSumExp %x, %n {keepdims = 0 : i64, noop_with_empty_axes = 1 : i64} : (tensor<2xi64>, none) -> tensor<2xi64>
  %1 = onnx.ReduceLogSumExp %i, %first {keepdims = 0 : i64} : (tensor<0x2xi32>, tensor<1xi64>) -> tensor<2xi32>
  %2 = onnx.ReduceLogSumExp %u, %first : (tensor<0x2xui8>, tensor<1xi64>) -> tensor<1x2xui8>
  %3 = onnx.ReduceLogSumExp %f, %first {keepdims = 0 : i64} : (tensor<0x2xf32>, tensor<1xi64>) -> tensor<2xf32>
  %4 = onnx.ReduceLogSumExp %l, %n {keepdims = 0 : i64} : (tensor<4xi8>, none) -> tensor<i8>
  %5 = onnx.ReduceLogSumExp %m, %n {keepdims = 0 : i64} : (tensor<4xi64>, none) -> tensor<i64>
  return %0, %1, %2, %3, %4, %5 : tensor<2xi64>, tensor<2xi32>, tensor<1x2xui8>, tensor<2xf32>, tensor<i8>, tensor<i64>
}

// CHECK-LABEL: @indexing
// CHECK-DAG: dense<[30, 10]> : tensor<2xi32>
// CHECK-DAG: dense<[10, 21, 31]> : tensor<3xi32>
// CHECK-DAG: dense<[30, 20]> : tensor<2xi32>
// CHECK-DAG: dense<[2, 1]> : tensor<2xi64>
func.func @indexing() -> (tensor<2xi32>, tensor<3xi32>, tensor<2xi32>, tensor<2xi64>) {
  %x = onnx.Constant dense<[10, 20, 30]> : tensor<3xi32>
  %i = onnx.Constant dense<[-1, 0]> : tensor<2xi64>
  %j = onnx.Constant dense<[1, -1]> : tensor<2xi64>
  %u = onnx.Constant dense<1> : tensor<2xi32>
  %k = onnx.Constant dense<2> : tensor<1xi64>
  %0 = onnx.Gather %x, %i : (tensor<3xi32>, tensor<2xi64>) -> tensor<2xi32>
  %1 = onnx.ScatterElements %x, %j, %u {reduction = "add"} : (tensor<3xi32>, tensor<2xi64>, tensor<2xi32>) -> tensor<3xi32>
  %2, %3 = onnx.TopK %x, %k : (tensor<3xi32>, tensor<1xi64>) -> (tensor<2xi32>, tensor<2xi64>)
  return %0, %1, %2, %3 : tensor<2xi32>, tensor<3xi32>, tensor<2xi32>, tensor<2xi64>
}

// Where nothing is read or written there need not be anything.
// CHECK-LABEL: @indexing_nothing
// CHECK-NOT: onnx.{{Gather|Scatter}}
// CHECK: return
func.func @indexing_nothing() -> (tensor<0x2xi32>, tensor<1x0xi32>, tensor<0x2xi32>, tensor<0x2xi32>, tensor<0x2xi32>, tensor<0x2xi32>) {
  %x = onnx.Constant dense<> : tensor<0x2xi32>
  %i = onnx.Constant dense<> : tensor<0xi64>
  %j = onnx.Constant dense<> : tensor<0x2xi64>
  %k = onnx.Constant dense<> : tensor<0x1xi64>
  %y = onnx.Constant dense<> : tensor<0x0xi32>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Gather %x, %i : (tensor<0x2xi32>, tensor<0xi64>) -> tensor<0x2xi32>
  %1 = onnx.Gather %y, %one : (tensor<0x0xi32>, tensor<1xi64>) -> tensor<1x0xi32>
  %2 = onnx.GatherElements %x, %j : (tensor<0x2xi32>, tensor<0x2xi64>) -> tensor<0x2xi32>
  %3 = onnx.GatherND %x, %k : (tensor<0x2xi32>, tensor<0x1xi64>) -> tensor<0x2xi32>
  %4 = onnx.ScatterElements %x, %j, %x : (tensor<0x2xi32>, tensor<0x2xi64>, tensor<0x2xi32>) -> tensor<0x2xi32>
  %5 = onnx.ScatterND %x, %k, %x : (tensor<0x2xi32>, tensor<0x1xi64>, tensor<0x2xi32>) -> tensor<0x2xi32>
  return %0, %1, %2, %3, %4, %5 : tensor<0x2xi32>, tensor<1x0xi32>, tensor<0x2xi32>, tensor<0x2xi32>, tensor<0x2xi32>, tensor<0x2xi32>
}

// 2^32 + 1 is no item of 32 bits.
// CHECK-LABEL: @tf_idf
// CHECK: dense<[0.000000e+00, 2.000000e+00, 1.000000e+00]> : tensor<3xf32>
func.func @tf_idf() -> tensor<3xf32> {
  %x = onnx.Constant dense<[1, 5, 1]> : tensor<3xi32>
  %0 = onnx.TfIdfVectorizer %x {max_gram_length = 2 : i64, max_skip_count = 5 : i64, min_gram_length = 1 : i64, mode = "TF",
    ngram_counts = array<i64: 0, 2>, ngram_indexes = array<i64: 0, 1, 2>, pool_int64s = array<i64: 4294967297, 1, 1, 1>} : (tensor<3xi32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Integers that doubles do not hold, and the longest way down.
// CHECK-LABEL: @range
// CHECK-DAG: dense<[9007199254740993, 9007199254740994, 9007199254740995]> : tensor<3xi64>
// CHECK-DAG: dense<[9223372036854775807, -1]> : tensor<2xi64>
// CHECK-DAG: dense<[0.000000e+00, 5.000000e-01]> : tensor<2xf32>
func.func @range() -> (tensor<3xi64>, tensor<2xi64>, tensor<2xf32>) {
  %a = onnx.Constant dense<9007199254740993> : tensor<i64>
  %b = onnx.Constant dense<9007199254740996> : tensor<i64>
  %one = onnx.Constant dense<1> : tensor<i64>
  %0 = onnx.Range %a, %b, %one : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<3xi64>
  %most = onnx.Constant dense<9223372036854775807> : tensor<i64>
  %least = onnx.Constant dense<-9223372036854775808> : tensor<i64>
  %1 = onnx.Range %most, %least, %least : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<2xi64>
  %x = onnx.Constant dense<0.0> : tensor<f32>
  %y = onnx.Constant dense<1.0> : tensor<f32>
  %z = onnx.Constant dense<0.5> : tensor<f32>
  %2 = onnx.Range %x, %y, %z : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<2xf32>
  return %0, %1, %2 : tensor<3xi64>, tensor<2xi64>, tensor<2xf32>
}

// An index out of range is a fault when the operation runs: it stays.
// CHECK-LABEL: @gather_outside
// CHECK: onnx.Gather
func.func @gather_outside() -> tensor<1xi32> {
  %x = onnx.Constant dense<[10, 20, 30]> : tensor<3xi32>
  %i = onnx.Constant dense<3> : tensor<1xi64>
  %0 = onnx.Gather %x, %i : (tensor<3xi32>, tensor<1xi64>) -> tensor<1xi32>
  return %0 : tensor<1xi32>
}

// CHECK-LABEL: @softmax
// CHECK: dense<2.500000e-01> : tensor<1x4xf32>
func.func @softmax() -> tensor<1x4xf32> {
  %x = onnx.Constant dense<1000.0> : tensor<1x4xf32>
  %0 = onnx.Softmax %x : (tensor<1x4xf32>) -> tensor<1x4xf32>
  return %0 : tensor<1x4xf32>
}

// The squares of halves are no halves; the result has the type of the scale.
// CHECK-LABEL: @rms_normalization
// CHECK: dense<[5.000000e-01, -3.000000e+00]> : tensor<2xf32>
func.func @rms_normalization() -> tensor<2xf32> {
  %x = onnx.Constant dense<[300.0, -300.0]> : tensor<2xf16>
  %s = onnx.Constant dense<[0.5, 3.0]> : tensor<2xf32>
  %0 = onnx.RMSNormalization %x, %s {epsilon = 0.0 : f32} : (tensor<2xf16>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Scale and bias are converted to the type of the operand.
// CHECK-LABEL: @normalizations_of_mixed_types
// CHECK-DAG: dense<{{\[\[\[}}3.000000e+00, -1.000000e+00]]]> : tensor<1x1x2xf16>
// CHECK-DAG: dense<{{\[\[\[}}3.000000e+00, -1.000000e+00]]]> : tensor<1x1x2xf64>
// CHECK-DAG: dense<{{\[\[\[}}1.000000e+00, -1.000000e+00], [3.000000e+00, -1.000000e+00]]]> : tensor<1x2x2xf16>
// CHECK-DAG: dense<[5.000000e-01, -3.000000e+00]> : tensor<2xf16>
func.func @normalizations_of_mixed_types() -> (tensor<1x1x2xf16>, tensor<1x1x2xf64>, tensor<1x2x2xf16>, tensor<2xf16>) {
  %x = onnx.Constant dense<[[[300.0, -300.0]]]> : tensor<1x1x2xf16>
  %y = onnx.Constant dense<[[[3.0, -3.0]]]> : tensor<1x1x2xf64>
  %z = onnx.Constant dense<[[[300.0, -300.0], [300.0, -300.0]]]> : tensor<1x2x2xf16>
  %v = onnx.Constant dense<[300.0, -300.0]> : tensor<2xf16>
  %two = onnx.Constant dense<2.0> : tensor<1xf32>
  %one = onnx.Constant dense<1.0> : tensor<1xf32>
  %halves = onnx.Constant dense<2.0> : tensor<1xf16>
  %s = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = onnx.Constant dense<[0.0, 1.0]> : tensor<2xf64>
  %w = onnx.Constant dense<[0.5, 3.0]> : tensor<2xf32>
  %n = onnx.NoValue
  %0 = onnx.InstanceNormalization %x, %two, %one {epsilon = 0.0 : f32}
    : (tensor<1x1x2xf16>, tensor<1xf32>, tensor<1xf32>) -> tensor<1x1x2xf16>
  %1 = onnx.InstanceNormalization %y, %halves, %one {epsilon = 0.0 : f32}
    : (tensor<1x1x2xf64>, tensor<1xf16>, tensor<1xf32>) -> tensor<1x1x2xf64>
  %2 = onnx.GroupNormalization %z, %s, %b {epsilon = 0.0 : f32, num_groups = 2 : i64}
    : (tensor<1x2x2xf16>, tensor<2xf32>, tensor<2xf64>) -> tensor<1x2x2xf16>
  %3, %mean, %inverse = onnx.LayerNormalization %v, %w, %n {epsilon = 0.0 : f32}
    : (tensor<2xf16>, tensor<2xf32>, none) -> (tensor<2xf16>, tensor<1xf32>, tensor<1xf32>)
  return %0, %1, %2, %3 : tensor<1x1x2xf16>, tensor<1x1x2xf64>, tensor<1x2x2xf16>, tensor<2xf16>
}

// CHECK-LABEL: @resize
// CHECK-DAG: dense<[1.000000e+00, 1.000000e+00, 3.000000e+00, 3.000000e+00]> : tensor<4xf32>
// CHECK-DAG: dense<[1.000000e+00, 1.500000e+00, 2.500000e+00, 3.000000e+00]> : tensor<4xf32>
func.func @resize() -> (tensor<4xf32>, tensor<4xf32>) {
  %x = onnx.Constant dense<[1.0, 3.0]> : tensor<2xf32>
  %n = onnx.NoValue
  %s = onnx.Constant dense<2.0> : tensor<1xf32>
  %0 = onnx.Resize %x, %n, %s, %n : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<4xf32>
  %1 = onnx.Resize %x, %n, %s, %n {mode = "linear"} : (tensor<2xf32>, none, tensor<1xf32>, none) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// Equal scores weigh all keys alike: those up to the query's own, those that a
// mask allows, or none. Two heads share one of keys, which the past comes before.
// CHECK-LABEL: @attention
// CHECK-DAG: {{\[\[\[\[}}2.000000e+00], [4.000000e+00]]]]> : tensor<1x1x2x1xf32>
// CHECK-DAG: {{\[\[\[\[}}6.000000e+00], [0.000000e+00]]]]> : tensor<1x1x2x1xf32>
// CHECK-DAG: dense<4.000000e+00> : tensor<1x1x2xf32>
// CHECK-DAG: {{\[\[\[\[}}6.000000e+00], [2.000000e+00]]]]> : tensor<1x1x2x1xf32>
func.func @attention() -> (tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2xf32>, tensor<1x1x2x1xf32>) {
  %n = onnx.NoValue
  %q = onnx.Constant dense<0.0> : tensor<1x1x2x3xf32>
  %v = onnx.Constant dense<[[[[2.0], [6.0]]]]> : tensor<1x1x2x1xf32>
  %0:4 = onnx.Attention %q, %q, %v, %n, %n, %n {is_causal = 1 : i64}
    : (tensor<1x1x2x3xf32>, tensor<1x1x2x3xf32>, tensor<1x1x2x1xf32>, none, none, none) -> (tensor<1x1x2x1xf32>, tensor<1x1x2x3xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x2xf32>)
  %m = onnx.Constant dense<[[false, true], [false, false]]> : tensor<2x2xi1>
  %1:4 = onnx.Attention %q, %q, %v, %m, %n, %n
    : (tensor<1x1x2x3xf32>, tensor<1x1x2x3xf32>, tensor<1x1x2x1xf32>, tensor<2x2xi1>, none, none) -> (tensor<1x1x2x1xf32>, tensor<1x1x2x3xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x2xf32>)
  %r = onnx.Constant dense<0.0> : tensor<1x1x2xf32>
  %k = onnx.Constant dense<0.0> : tensor<1x1x1xf32>
  %w = onnx.Constant dense<2.0> : tensor<1x1x1xf32>
  %p = onnx.Constant dense<0.0> : tensor<1x1x1x1xf32>
  %s = onnx.Constant dense<6.0> : tensor<1x1x1x1xf32>
  %2:4 = onnx.Attention %r, %k, %w, %n, %p, %s {q_num_heads = 2 : i64, kv_num_heads = 1 : i64}
    : (tensor<1x1x2xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, none, tensor<1x1x1x1xf32>, tensor<1x1x1x1xf32>) -> (tensor<1x1x2xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x2x1x2xf32>)
  return %0#0, %1#0, %2#0, %2#2 : tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2xf32>, tensor<1x1x2x1xf32>
}

// A quarter turn of halves and, interleaved, of neighbours; what is not turned.
// CHECK-LABEL: @rotary_embedding
// CHECK-DAG: {{\[\[\[\[}}-3.000000e+00, -4.000000e+00, 1.000000e+00, 2.000000e+00]]]]> : tensor<1x1x1x4xf32>
// CHECK-DAG: {{\[\[\[}}-2.000000e+00, 1.000000e+00, 3.000000e+00, 4.000000e+00]]]> : tensor<1x1x4xf32>
func.func @rotary_embedding() -> (tensor<1x1x1x4xf32>, tensor<1x1x4xf32>) {
  %n = onnx.NoValue
  %x = onnx.Constant dense<[[[[1.0, 2.0, 3.0, 4.0]]]]> : tensor<1x1x1x4xf32>
  %c = onnx.Constant dense<0.0> : tensor<1x1x2xf32>
  %s = onnx.Constant dense<1.0> : tensor<1x1x2xf32>
  %0 = onnx.RotaryEmbedding %x, %c, %s, %n
    : (tensor<1x1x1x4xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>, none) -> tensor<1x1x1x4xf32>
  %y = onnx.Constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
  %d = onnx.Constant dense<[[1.0], [0.0]]> : tensor<2x1xf32>
  %t = onnx.Constant dense<[[0.0], [1.0]]> : tensor<2x1xf32>
  %i = onnx.Constant dense<1> : tensor<1x1xi64>
  %1 = onnx.RotaryEmbedding %y, %d, %t, %i {interleaved = 1 : i64, num_heads = 1 : i64, rotary_embedding_dim = 2 : i64}
    : (tensor<1x1x4xf32>, tensor<2x1xf32>, tensor<2x1xf32>, tensor<1x1xi64>) -> tensor<1x1x4xf32>
  return %0, %1 : tensor<1x1x1x4xf32>, tensor<1x1x4xf32>
}

// The mean; that of what is not ignored; weighted losses and their mean.
// CHECK-LABEL: @likelihood
// CHECK-DAG: dense<2.500000e+00> : tensor<f32>
// CHECK-DAG: dense<1.000000e+00> : tensor<f32>
// CHECK-DAG: dense<[2.000000e+00, 1.200000e+01]> : tensor<2xf32>
// CHECK-DAG: dense<3.500000e+00> : tensor<f32>
// A label that its type does not hold is none that is ignored.
// CHECK-DAG: dense<[1.000000e+00, 3.000000e+00]> : tensor<2xf32>
func.func @likelihood() -> (tensor<f32>, tensor<f32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>) {
  %x = onnx.Constant dense<[[-1.0, -2.0], [-3.0, -4.0]]> : tensor<2x2xf32>
  %t = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  %u = onnx.Constant dense<[0, 7]> : tensor<2xi64>
  %w = onnx.Constant dense<[2.0, 3.0]> : tensor<2xf32>
  %v = onnx.Constant dense<[1.0, 5.0]> : tensor<2xf32>
  %n = onnx.NoValue
  %0 = onnx.NegativeLogLikelihoodLoss %x, %t, %n : (tensor<2x2xf32>, tensor<2xi64>, none) -> tensor<f32>
  %1 = onnx.NegativeLogLikelihoodLoss %x, %u, %n {ignore_index = 7 : i64} : (tensor<2x2xf32>, tensor<2xi64>, none) -> tensor<f32>
  %2 = onnx.NegativeLogLikelihoodLoss %x, %t, %w {reduction = "none"} : (tensor<2x2xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<2xf32>
  %3 = onnx.NegativeLogLikelihoodLoss %x, %t, %v : (tensor<2x2xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<f32>
  %s = onnx.Constant dense<0> : tensor<2xi32>
  %4 = onnx.NegativeLogLikelihoodLoss %x, %s, %n {ignore_index = 4294967296 : i64, reduction = "none"} : (tensor<2x2xf32>, tensor<2xi32>, none) -> tensor<2xf32>
  return %0, %1, %2, %3, %4 : tensor<f32>, tensor<f32>, tensor<2xf32>, tensor<f32>, tensor<2xf32>
}

// What shrinks to the half takes four elements for one.
// CHECK-LABEL: @resize_antialiased
// CHECK: dense<[1.625000e+00, 3.375000e+00]> : tensor<2xf32>
func.func @resize_antialiased() -> tensor<2xf32> {
  %x = onnx.Constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %n = onnx.NoValue
  %s = onnx.Constant dense<0.5> : tensor<1xf32>
  %0 = onnx.Resize %x, %n, %s, %n {mode = "linear", antialias = 1 : i64} : (tensor<4xf32>, none, tensor<1xf32>, none) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// The first coordinate is that of the last dimension.
// CHECK-LABEL: @affine_grid
// CHECK-DAG: %[[SAME:.*]] = onnx.Constant dense<{{\[\[\[\[}}-5.000000e-01, 0.000000e+00], [5.000000e-01, 0.000000e+00]]]]> : tensor<1x1x2x2xf32>
// CHECK-DAG: %[[MOVED:.*]] = onnx.Constant dense<{{\[\[\[\[}}0.000000e+00, -2.000000e+00], [2.000000e+00, -2.000000e+00]]]]> : tensor<1x1x2x2xf32>
// CHECK: return %[[SAME]], %[[MOVED]]
func.func @affine_grid() -> (tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>) {
  %s = onnx.Constant dense<[1, 3, 1, 2]> : tensor<4xi64>
  %i = onnx.Constant dense<[[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]]> : tensor<1x2x3xf32>
  %0 = onnx.AffineGrid %i, %s : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<1x1x2x2xf32>
  %m = onnx.Constant dense<[[[1.0, 3.0, 1.0], [0.0, 1.0, -2.0]]]> : tensor<1x2x3xf32>
  %1 = onnx.AffineGrid %m, %s {align_corners = 1 : i64} : (tensor<1x2x3xf32>, tensor<4xi64>) -> tensor<1x1x2x2xf32>
  return %0, %1 : tensor<1x1x2x2xf32>, tensor<1x1x2x2xf32>
}

// Real signals need no dimension of one element.
// CHECK-LABEL: @stft
// CHECK: {{\[\[\[\[}}3.000000e+00, 0.000000e+00], [-1.000000e+00, 0.000000e+00]], {{\[\[}}7.000000e+00, 0.000000e+00], [-1.000000e+00, 0.000000e+00]]]]> : tensor<1x2x2x2xf32>
func.func @stft() -> tensor<1x2x2x2xf32> {
  %x = onnx.Constant dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>
  %two = onnx.Constant dense<2> : tensor<i64>
  %n = onnx.NoValue
  %0 = onnx.STFT %x, %two, %n, %two : (tensor<1x4xf32>, tensor<i64>, none, tensor<i64>) -> tensor<1x2x2x2xf32>
  return %0 : tensor<1x2x2x2xf32>
}

// With one unit, no recurrence and relu, h = x * 2 + 1.
// CHECK-LABEL: @rnn
// CHECK-DAG: {{\[\[\[\[}}3.000000e+00]]], {{\[\[\[}}5.000000e+00]]]]> : tensor<2x1x1x1xf32>
// CHECK-DAG: dense<5.000000e+00> : tensor<1x1x1xf32>
func.func @rnn() -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>) {
  %x = onnx.Constant dense<[[[1.0]], [[2.0]]]> : tensor<2x1x1xf32>
  %w = onnx.Constant dense<2.0> : tensor<1x1x1xf32>
  %r = onnx.Constant dense<0.0> : tensor<1x1x1xf32>
  %b = onnx.Constant dense<[[1.0, 0.0]]> : tensor<1x2xf32>
  %n = onnx.NoValue
  %0, %1 = onnx.RNN %x, %w, %r, %b, %n, %n {hidden_size = 1 : i64, activations = ["Relu"]}
    : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x2xf32>, none, none) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
  return %0, %1 : tensor<2x1x1x1xf32>, tensor<1x1x1xf32>
}

// A matrix product; a diagonal; sums over the first and the last of three
// labels; a row for all rows.
// CHECK-LABEL: @einsum
// CHECK-DAG: dense<{{\[\[}}1.700000e+01], [3.900000e+01]]> : tensor<2x1xf32>
// CHECK-DAG: dense<[1.000000e+00, 4.000000e+00]> : tensor<2xf32>
// CHECK-DAG: dense<[2.000000e+01, 7.200000e+01]> : tensor<2xf32>
// CHECK-DAG: dense<[2.100000e+02, 4.300000e+02]> : tensor<2xf32>
func.func @einsum() -> (tensor<2x1xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %x = onnx.Constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %y = onnx.Constant dense<[[5.0], [6.0]]> : tensor<2x1xf32>
  %z = onnx.Constant dense<[1.0, 2.0]> : tensor<2xf32>
  %0 = onnx.Einsum %x, %y {equation = "i j, j k -> i k"} : (tensor<2x2xf32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %1 = onnx.Einsum %x {equation = "...ii->...i"} : (tensor<2x2xf32>) -> tensor<2xf32>
  %2 = onnx.Einsum %x, %z, %y {equation = "ij,j,jk->j"} : (tensor<2x2xf32>, tensor<2xf32>, tensor<2x1xf32>) -> tensor<2xf32>
  %r = onnx.Constant dense<[[10.0, 100.0]]> : tensor<1x2xf32>
  %3 = onnx.Einsum %r, %x {equation = "ij,ij->i"} : (tensor<1x2xf32>, tensor<2x2xf32>) -> tensor<2xf32>
  return %0, %1, %2, %3 : tensor<2x1xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}

// What is trained without loss is kept.
// CHECK-LABEL: @dropout
// CHECK: dense<3.000000e+00> : tensor<2xf32>
func.func @dropout() -> tensor<2xf32> {
  %x = onnx.Constant dense<3.0> : tensor<2xf32>
  %r = onnx.Constant dense<0.0> : tensor<f32>
  %t = onnx.Constant dense<true> : tensor<i1>
  %0, %1 = onnx.Dropout %x, %r, %t : (tensor<2xf32>, tensor<f32>, tensor<i1>) -> (tensor<2xf32>, tensor<2xi1>)
  return %0 : tensor<2xf32>
}
