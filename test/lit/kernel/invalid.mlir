// RUN: veltair-opt %s -split-input-file -verify-diagnostics

func.func @two_strides(%x: tensor<1x1x4x4x16xf32>, %w: tensor<16x16x1x1xf32>) {
  // expected-error @below {{needs 2 strides, 2 dilations and 4 pads}}
  %0 = kernel.conv2d %x, %w {strides = array<i64: 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @channels(%x: tensor<1x1x4x4x16xf32>, %w: tensor<16x32x1x1xf32>) {
  // expected-error @below {{does not have the filter's 32 channels}}
  %0 = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x32x1x1xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @groups(%x: tensor<1x2x4x4x16xf32>, %w: tensor<16x16x1x1xf32>) {
  // expected-error @below {{needs groups of 16 channels or a multiple of them}}
  %0 = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, groups = 2 : i64} : tensor<1x2x4x4x16xf32>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @extent(%x: tensor<1x1x4x4x16xf32>, %w: tensor<16x16x3x3xf32>) {
  // expected-error @below {{has a result whose dimension 2 does not follow from input, window and pads}}
  %0 = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x4x4x16xf32>, tensor<16x16x3x3xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @product(%a: tensor<4x8xf32>, %b: tensor<9x16xf32>) {
  // expected-error @below {{has sizes that do not match}}
  %0 = kernel.matmul %a, %b : tensor<4x8xf32>, tensor<9x16xf32> -> tensor<4x16xf32>
  return
}

// -----

func.func @lane(%x: tensor<1x1x4x4x16xf32>) {
  // expected-error @below {{names a lane that its inputs do not have}}
  %0 = kernel.gather_channels %x {channels = array<i64: 0, 16>} : (tensor<1x1x4x4x16xf32>) -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @lanes(%x: memref<1x1x4x4x16xf32>, %i: index) {
  // expected-error @below {{needs 16 lanes of its sources}}
  kernel.gather_lanes %x into %x[%i, %i, %i, %i] attributes {lanes = array<i64: 0, 1>} : memref<1x1x4x4x16xf32> into memref<1x1x4x4x16xf32> {
  ^bb0(%lane: f32):
    kernel.yield %lane : f32
  }
  return
}

// -----

func.func @gates(%x: tensor<5x1x12xf32>, %r: tensor<1x12x4xf32>) {
  // expected-error @below {{needs an input [steps, batch, gates of all directions]}}
  %0:3 = kernel.recurrent lstm %x, %r : (tensor<5x1x12xf32>, tensor<1x12x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>)
  return
}

// -----

func.func @states(%x: tensor<5x1x16xf32>, %r: tensor<1x16x4xf32>, %h: tensor<1x1x4xf32>) {
  // expected-error @below {{needs 2 initial and last states}}
  %0:3 = kernel.recurrent lstm %x, %r initial %h : (tensor<5x1x16xf32>, tensor<1x16x4xf32>, tensor<1x1x4xf32>) -> (tensor<5x1x1x4xf32>, tensor<1x1x4xf32>, tensor<1x1x4xf32>)
  return
}

// -----

func.func @directions(%x: tensor<5x1x8xf32>, %r: tensor<2x4x4xf32>) {
  // expected-error @below {{needs one direction, or two without 'reverse'}}
  %0:2 = kernel.recurrent rnn %x, %r {reverse} : (tensor<5x1x8xf32>, tensor<2x4x4xf32>) -> (tensor<5x2x1x4xf32>, tensor<2x1x4xf32>)
  return
}

// -----

func.func @reorder(%x: tensor<1x20x4x4xf32>) {
  // expected-error @below {{needs [N, C, D...] and [N, ceil(C/16), D..., 16]}}
  %0 = kernel.reorder %x : tensor<1x20x4x4xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @column(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>, %i: index) {
  // expected-error @below {{needs 1 to 16 * vectors columns}}
  kernel.matmul_tile %a, %b into %c[%i, %i] attributes {rows = 4 : i64, vectors = 1 : i64, columns = 17 : i64} : memref<4x8xf32>, memref<1x8x16xf32>, memref<4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @extra(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>, %e: memref<2x16xf32>, %i: index) {
  // expected-error @below {{that does not broadcast to}}
  kernel.matmul_tile %a, %b into %c[%i, %i] extras(%e : memref<2x16xf32>) attributes {rows = 4 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<4x8xf32>, memref<1x8x16xf32>, memref<4x16xf32> {
  ^bb0(%sum: f32, %x: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @depth(%a: memref<2x4x16xf32>, %b: memref<1x31x16xf32>, %c: memref<4x16xf32>, %i: index) {
  // expected-error @below {{needs [M, K], [K / 16, M, 16] or [1, M, K], and [ceil(N/16), K, 16] or [K, N]}}
  kernel.matmul_tile %a, %b into %c[%i, %i] attributes {rows = 4 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<2x4x16xf32>, memref<1x31x16xf32>, memref<4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @prefetch(%a: memref<4x8xf32>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>, %i: index) {
  // expected-error @below {{cannot prefetch what is behind}}
  kernel.matmul_tile %a, %b into %c[%i, %i] attributes {rows = 4 : i64, vectors = 1 : i64, columns = 16 : i64, prefetch = -1 : i64} : memref<4x8xf32>, memref<1x8x16xf32>, memref<4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @tile_size(%x: memref<1x1x9x9x16xf32>, %v: memref<25x1x4x16xf32>, %i: index) {
  // expected-error @below {{has no algorithm F(3, 3)}}
  kernel.winograd_input_tile %x[%i, %i, %i, %i] into %v[%i] {outputs = 3 : i64, taps = 3 : i64, pads = array<i64: 1, 1, 1, 1>} : memref<1x1x9x9x16xf32>, memref<25x1x4x16xf32>
  return
}

// -----

func.func @positions(%x: memref<1x1x9x9x16xf32>, %v: memref<16x1x4x16xf32>, %i: index) {
  // expected-error @below {{needs a buffer of 36 positions, of rank 4}}
  kernel.winograd_input_tile %x[%i, %i, %i, %i] into %v[%i] {outputs = 4 : i64, taps = 3 : i64, pads = array<i64: 1, 1, 1, 1>} : memref<1x1x9x9x16xf32>, memref<16x1x4x16xf32>
  return
}

// -----

func.func @pads(%x: memref<1x1x9x9x16xf32>, %v: memref<16x1x4x16xf32>, %i: index) {
  // expected-error @below {{needs 4 pads}}
  kernel.winograd_input_tile %x[%i, %i, %i, %i] into %v[%i] {outputs = 2 : i64, taps = 3 : i64, pads = array<i64: 1, 1>} : memref<1x1x9x9x16xf32>, memref<16x1x4x16xf32>
  return
}

// -----

func.func @dilations(%x: memref<1x1x9x9x16xf32>, %v: memref<16x1x4x16xf32>, %i: index) {
  // expected-error @below {{needs 2 positive dilations}}
  kernel.winograd_input_tile %x[%i, %i, %i, %i] into %v[%i] {outputs = 2 : i64, taps = 3 : i64, pads = array<i64: 1, 1, 1, 1>, dilations = array<i64: 1, 0>} : memref<1x1x9x9x16xf32>, memref<16x1x4x16xf32>
  return
}

// -----

func.func @plain(%m: memref<16x4x16xf32>, %y: memref<1x1x9x9xf32>, %i: index) {
  // expected-error @below {{needs a blocked tensor}}
  kernel.winograd_output_tile %m[%i, %i] into %y[%i, %i, %i, %i] attributes {outputs = 2 : i64, taps = 3 : i64} : memref<16x4x16xf32>, memref<1x1x9x9xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @view(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @below {{has a right view beyond its tensor}}
  %0 = kernel.batch_matmul %a, %b {lhs_view = #kernel.strided_view<0, sizes = [2, 3], strides = [3, 1]>, rhs_view = #kernel.strided_view<1, sizes = [3, 4], strides = [4, 1]>} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return
}

// -----

func.func @view_sizes(%a: tensor<2x3xf32>, %b: tensor<3x4xf32>) {
  // expected-error @below {{has sizes that do not match}}
  %0 = kernel.batch_matmul %a, %b {lhs_view = #kernel.strided_view<0, sizes = [2, 3], strides = [3, 1]>, rhs_view = #kernel.strided_view<0, sizes = [2, 4], strides = [4, 1]>} : tensor<2x3xf32>, tensor<3x4xf32> -> tensor<2x4xf32>
  return
}

// -----

// expected-error @below {{needs an offset, sizes and strides that are not negative}}
func.func private @strides() attributes {view = #kernel.strided_view<0, sizes = [2, 3], strides = [-1, 1]>}

// -----

func.func @values(%x: tensor<4x8xf32>) {
  // expected-error @below {{needs values whose rows are contiguous}}
  %0 = kernel.attention %x, %x, %x {query_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, key_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, value_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 1, 4]>, scale = 1.0 : f32, result_order = array<i64: 0, 1, 2, 3>} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<1x1x4x8xf32>
  return
}

// -----

func.func @result_order(%x: tensor<4x8xf32>) {
  // expected-error @below {{needs a result order that permutes the first three}}
  %0 = kernel.attention %x, %x, %x {query_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, key_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, value_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, scale = 1.0 : f32, result_order = array<i64: 0, 1, 3, 2>} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>) -> tensor<1x1x8x4xf32>
  return
}

// -----

func.func @mask(%x: tensor<4x8xf32>, %m: tensor<4x4xf32>) {
  // expected-error @below {{needs a view of its mask}}
  %0 = kernel.attention %x, %x, %x mask %m {query_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, key_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, value_view = #kernel.strided_view<0, sizes = [1, 1, 4, 8], strides = [0, 0, 8, 1]>, scale = 1.0 : f32, result_order = array<i64: 0, 1, 2, 3>} : (tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x8xf32>, tensor<4x4xf32>) -> tensor<1x1x4x8xf32>
  return
}

// -----

func.func @rows(%x: tensor<4x8xf32>) {
  // expected-error @below {{needs an input and a result of one type}}
  %0 = kernel.softmax_rows %x : tensor<4x8xf32> -> tensor<8x4xf32>
  return
}

// -----

func.func @columns(%x: memref<4x8xf32>) {
  // expected-error @below {{needs [M, N] with N a multiple of 16}}
  kernel.softmax_columns %x : memref<4x8xf32>
  return
}

// -----

func.func @scratch(%x: memref<4x8xf32>, %s: memref<4xf32>, %i: index) {
  // expected-error @below {{needs scratch memory [N]}}
  kernel.softmax_row %x into %x[%i] scratch %s : memref<4x8xf32>, memref<4x8xf32>, memref<4xf32> {
  ^bb0(%e: f32):
    kernel.yield %e : f32
  }
  return
}

// -----

func.func @odd_pairs(%a: tensor<4x7xbf16>, %b: tensor<7x16xf32>) {
  // expected-error @below {{needs an even K for products of bf16}}
  %0 = kernel.matmul %a, %b : tensor<4x7xbf16>, tensor<7x16xf32> -> tensor<4x16xf32>
  return
}

// -----

func.func @plain_pairs(%x: tensor<1x16x4x4xbf16>, %w: tensor<16x16x1x1xf32>) {
  // expected-error @below {{needs, for products of bf16, a blocked input or neighbouring columns in its window}}
  %0 = kernel.conv2d %x, %w {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x16x4x4xbf16>, tensor<16x16x1x1xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @pairs(%a: memref<4x8xbf16>, %b: memref<1x8x16xbf16>, %c: memref<4x16xf32>, %i: index) {
  // expected-error @below {{needs [M, K], [K / 16, M, 16] or [K / 2, M, 2], and [ceil(N/16), K / 2, 32], of bf16}}
  kernel.matmul_tile %a, %b into %c[%i, %i] attributes {rows = 4 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<4x8xbf16>, memref<1x8x16xbf16>, memref<4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @plain_columns(%x: memref<1x3x4x4xbf16>, %w: memref<1x3x3x2x32xbf16>, %y: memref<1x1x4x4x16xf32>, %i: index) {
  // expected-error @below {{pairs columns of a plain input of bf16, and only those}}
  kernel.conv_tile %x, %w into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, vectors = 1 : i64, channels = 3 : i64, outputs = 16 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, interior} : memref<1x3x4x4xbf16>, memref<1x3x3x2x32xbf16>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @plain_filter(%x: memref<1x3x4x4xbf16>, %w: memref<1x3x3x3x32xbf16>, %y: memref<1x1x4x4x16xf32>, %i: index) {
  // expected-error @below {{or [N, C, H, W] and [Ob, C, KH, ceil(KW / 2), 32]}}
  kernel.conv_tile %x, %w into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, vectors = 1 : i64, channels = 3 : i64, outputs = 16 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, interior, paired_columns = 3 : i64} : memref<1x3x4x4xbf16>, memref<1x3x3x3x32xbf16>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @paired_columns(%x: memref<1x1x4x4x16xbf16>, %w: memref<1x3x2x16xbf16>, %y: memref<1x1x4x4x16xf32>, %i: index) {
  // expected-error @below {{needs an input and a filter [Cb, KH, ceil(KW / 2), 32] of bf16}}
  kernel.depthwise_tile %x, %w into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, interior, paired_columns = 3 : i64} : memref<1x1x4x4x16xbf16>, memref<1x3x2x16xbf16>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @pairs_of_distant_columns(%x: memref<1x1x8x8x16xbf16>, %w: memref<1x3x2x32xbf16>, %y: memref<1x1x8x8x16xf32>, %i: index) {
  // expected-error @below {{pairs two columns or more that are neighbours}}
  kernel.depthwise_tile %x, %w into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 2, 2>, pads = array<i64: 2, 2, 2, 2>, interior, paired_columns = 3 : i64} : memref<1x1x8x8x16xbf16>, memref<1x3x2x32xbf16>, memref<1x1x8x8x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @odd_keys_of_bf16(%x: tensor<17x8xf32>, %v: tensor<17x8xbf16>) {
  // expected-error @below {{needs values of f32, or of bf16 for an even number of keys and 16 queries or more}}
  %0 = kernel.attention %x, %x, %v {query_view = #kernel.strided_view<0, sizes = [1, 1, 17, 8], strides = [0, 0, 8, 1]>, key_view = #kernel.strided_view<0, sizes = [1, 1, 17, 8], strides = [0, 0, 8, 1]>, value_view = #kernel.strided_view<0, sizes = [1, 1, 17, 8], strides = [0, 0, 8, 1]>, scale = 1.0 : f32, result_order = array<i64: 0, 1, 2, 3>} : (tensor<17x8xf32>, tensor<17x8xf32>, tensor<17x8xbf16>) -> tensor<1x1x17x8xf32>
  return
}

// -----

func.func @two_types(%a: memref<4x8xbf16>, %b: memref<1x8x16xf32>, %c: memref<4x16xf32>, %i: index) {
  // expected-error @below {{needs operands of one element type}}
  kernel.matmul_tile %a, %b into %c[%i, %i] attributes {rows = 4 : i64, vectors = 1 : i64, columns = 16 : i64} : memref<4x8xbf16>, memref<1x8x16xf32>, memref<4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @input_channels(%x: memref<1x1x4x4x16xf32>, %w: memref<1x1x1x1x16x16xf32>, %i: index) {
  // expected-error @below {{has an input of other than 24 channels a group}}
  kernel.conv_tile %x, %w into %x[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior, vectors = 1 : i64, channels = 24 : i64, outputs = 16 : i64} : memref<1x1x4x4x16xf32>, memref<1x1x1x1x16x16xf32>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @outputs(%x: memref<1x1x4x4x16xf32>, %w: memref<1x1x1x1x16x16xf32>, %i: index) {
  // expected-error @below {{needs 1 to 16 * vectors outputs}}
  kernel.conv_tile %x, %w into %x[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior, vectors = 1 : i64, channels = 16 : i64, outputs = 17 : i64} : memref<1x1x4x4x16xf32>, memref<1x1x1x1x16x16xf32>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @tile_of_two_parts(%x: memref<1x2x4x4x16xf32>, %w: memref<2x1x1x1x16x16xf32>, %y: memref<1x2x4x4x16xf32>, %i: index) {
  // expected-error @below {{needs groups of equal size, and tiles within them}}
  kernel.conv_tile %x, %w into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior, vectors = 2 : i64, channels = 16 : i64, outputs = 32 : i64} : memref<1x2x4x4x16xf32>, memref<2x1x1x1x16x16xf32>, memref<1x2x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @conv_prefetch(%x: memref<1x1x4x4x16xf32>, %w: memref<1x1x1x1x16x16xf32>, %i: index) {
  // expected-error @below {{cannot prefetch what is behind}}
  kernel.conv_tile %x, %w into %x[%i, %i, %i, %i] attributes {columns = 1 : i64, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>, interior, vectors = 1 : i64, channels = 16 : i64, outputs = 16 : i64, prefetch = -1 : i64} : memref<1x1x4x4x16xf32>, memref<1x1x1x1x16x16xf32>, memref<1x1x4x4x16xf32> {
  ^bb0(%sum: f32):
    kernel.yield %sum : f32
  }
  return
}

// -----

func.func @pool_extent(%x: tensor<1x1x5x5x16xf32>) {
  // expected-error @below {{has a result whose dimension 2 does not follow from input, window and pads}}
  %0 = kernel.max_pool %x {window = array<i64: 2, 2>, strides = array<i64: 2, 2>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x5x5x16xf32> -> tensor<1x1x3x3x16xf32>
  return
}

// -----

func.func @pool_window(%x: tensor<1x1x5x5x16xf32>) {
  // expected-error @below {{needs a window of 2 positive sizes}}
  %0 = kernel.max_pool %x {window = array<i64: 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x1x5x5x16xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @pool_of_plain(%x: tensor<1x16x5x5xf32>) {
  // expected-error @below {{needs an input [N, C/16, H, W, 16]}}
  %0 = kernel.max_pool %x {window = array<i64: 2, 2>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>} : tensor<1x16x5x5xf32> -> tensor<1x1x4x4x16xf32>
  return
}

// -----

func.func @pool_at_unknown_edge(%x: memref<1x1x4x4x16xf32>, %y: memref<1x1x4x4x16xf32>, %i: index) {
  // expected-error @below {{needs a constant column or 'interior'}}
  kernel.max_pool_tile %x into %y[%i, %i, %i, %i] attributes {columns = 1 : i64, window = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : memref<1x1x4x4x16xf32>, memref<1x1x4x4x16xf32> {
  ^bb0(%max: f32):
    kernel.yield %max : f32
  }
  return
}
