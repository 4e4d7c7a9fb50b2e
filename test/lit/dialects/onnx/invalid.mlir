// RUN: veltair-opt %s --split-input-file --verify-diagnostics

// The numbers are those of the constraints in the operations' descriptions.

func.func @add(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error@+2 {{the operands' shapes do not broadcast to one (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Add %a, %b : (tensor<2xf32>, tensor<3xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @add(%a: tensor<2xf32>, %b: tensor<2xi32>) {
  // expected-error@+2 {{operands have different element types (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Add %a, %b : (tensor<2xf32>, tensor<2xi32>) -> tensor<2xf32>
  return
}

// -----

func.func @result_type(%a: tensor<2xf32>) {
  // expected-error@+2 {{failed to infer returned types}}
  // expected-error@+1 {{inferred type(s) 'tensor<2xf32>' are incompatible}}
  %0 = onnx.Relu %a : (tensor<2xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @element_type(%a: tensor<2xi32>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor of}}
  %0 = onnx.Exp %a : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @cast(%a: tensor<2xi32>) {
  // expected-error@+2 {{unsupported element type (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Cast %a {to = 8 : i64} : (tensor<2xi32>) -> tensor<2xi32>
  return
}

// -----

func.func @approximate(%a: tensor<2xf32>) {
  // expected-error@+1 {{attribute 'approximate' failed to satisfy constraint: string attribute that is none or tanh}}
  %0 = onnx.Gelu %a {approximate = "Tanh"} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @direction(%a: tensor<2xui8>) {
  // expected-error@+1 {{attribute 'direction' failed to satisfy constraint: string attribute that is LEFT or RIGHT}}
  %0 = onnx.BitShift %a, %a {direction = "left"} : (tensor<2xui8>, tensor<2xui8>) -> tensor<2xui8>
  return
}

// -----

// Of negative distances nothing is said.
func.func @signed_shift(%a: tensor<2xi8>) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor of}}
  %0 = onnx.BitShift %a, %a {direction = "LEFT"} : (tensor<2xi8>, tensor<2xi8>) -> tensor<2xi8>
  return
}

// -----

func.func @lp_normalization(%a: tensor<2xf32>) {
  // expected-error@+1 {{attribute 'p' failed to satisfy constraint}}
  %0 = onnx.LpNormalization %a {p = 3 : i64} : (tensor<2xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @lp_pool(%a: tensor<1x1x2xf32>) {
  // expected-error@+1 {{attribute 'p' failed to satisfy constraint}}
  %0 = onnx.LpPool %a {kernel_shape = array<i64: 2>, p = 0 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return
}

// -----

func.func @global_lp_pool(%a: tensor<1x1x2xf32>) {
  // expected-error@+1 {{attribute 'p' failed to satisfy constraint}}
  %0 = onnx.GlobalLpPool %a {p = -1 : i64} : (tensor<1x1x2xf32>) -> tensor<1x1x1xf32>
  return
}

// -----

func.func @conv_rank(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3xf32>, %n: none) {
  // expected-error@+2 {{x and w need the same rank, at least 3 (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Conv %x, %w, %n : (tensor<1x3x8x8xf32>, tensor<4x3x3xf32>, none) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_group(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf32>, %n: none) {
  // expected-error@+2 {{group, the channels of x and the shape of w do not fit each other (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Conv %x, %w, %n {group = 2 : i64} : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_window(%x: tensor<1x3x2x2xf32>, %w: tensor<4x3x3x3xf32>, %n: none) {
  // expected-error@+2 {{the kernel is larger than the padded input (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Conv %x, %w, %n : (tensor<1x3x2x2xf32>, tensor<4x3x3x3xf32>, none) -> tensor<1x4x1x1xf32>
  return
}

// -----

func.func @matmul(%a: tensor<2x3xf32>, %b: tensor<4x5xf32>) {
  // expected-error@+2 {{the inner extents 3 and 4 differ (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.MatMul %a, %b : (tensor<2x3xf32>, tensor<4x5xf32>) -> tensor<2x5xf32>
  return
}

// -----

// expected-note@+1 {{its value is computed at run time}}
func.func @reshape_runtime(%x: tensor<6xf32>, %s: tensor<2xi64>) {
  // expected-error@+2 {{operand 'shape' must be a constant (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<6xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  return
}

// -----

func.func @reshape_size(%x: tensor<6xf32>) {
  %s = onnx.Constant dense<[4, -1]> : tensor<2xi64>
  // expected-error@+2 {{the operand has 6 elements, which do not fit the shape (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<6xf32>, tensor<2xi64>) -> tensor<4x1xf32>
  return
}

// -----

func.func @reshape_huge(%x: tensor<6xf32>) {
  %s = onnx.Constant dense<[4611686018427387904, 4611686018427387904]> : tensor<2xi64>
  // expected-error@+2 {{the result would have an impossible shape}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Reshape %x, %s : (tensor<6xf32>, tensor<2xi64>) -> tensor<6xf32>
  return
}

// -----

func.func @softmax(%x: tensor<2x3xf32>) {
  // expected-error@+2 {{axis 7 is out of range for rank 2 (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Softmax %x {axis = 7 : i64} : (tensor<2x3xf32>) -> tensor<2x3xf32>
  return
}

// -----

func.func @transpose(%x: tensor<2x3xf32>) {
  // expected-error@+2 {{axis 0 stands twice in axes (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Transpose %x {perm = array<i64: 0, 0>} : (tensor<2x3xf32>) -> tensor<2x2xf32>
  return
}

// -----

func.func @pad(%x: tensor<3xf32>, %n: none) {
  %p = onnx.Constant dense<[3, 0]> : tensor<2xi64>
  // expected-error@+2 {{dimension 0 is too small for reflect (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %n, %n {mode = "reflect"} : (tensor<3xf32>, tensor<2xi64>, none, none) -> tensor<6xf32>
  return
}

// -----

func.func @concat_of_all_there_is(%x: tensor<4611686018427387904xf32>) {
  // expected-error@+2 {{the result would have an impossible shape [1099511627777]}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Concat %x, %x, %x, %x {axis = 0 : i64}
    : (tensor<4611686018427387904xf32>, tensor<4611686018427387904xf32>, tensor<4611686018427387904xf32>, tensor<4611686018427387904xf32>) -> tensor<0xf32>
  return
}

// -----

func.func @split_pieces(%x: tensor<1048576xf32>, %n: none) {
  // expected-error@+2 {{there cannot be 1048576 pieces (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Split %x, %n {num_outputs = 1048576 : i64} : (tensor<1048576xf32>, none) -> tensor<1xf32>
  return
}

// -----

func.func @pad_of_what_is_cropped(%x: tensor<3xf32>, %n: none) {
  %p = onnx.Constant dense<[-2, 1]> : tensor<2xi64>
  // expected-error@+2 {{dimension 0 is too small for reflect (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %n, %n {mode = "reflect"} : (tensor<3xf32>, tensor<2xi64>, none, none) -> tensor<2xf32>
  return
}

// -----

func.func @space_to_depth(%x: tensor<1x1099511627776x0x0xf32>) {
  // expected-error@+2 {{blocksize does not fit height and width (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.SpaceToDepth %x {blocksize = 1048576 : i64} : (tensor<1x1099511627776x0x0xf32>) -> tensor<1x0x0x0xf32>
  return
}

// -----

func.func @topk(%x: tensor<3xf32>) {
  %k = onnx.Constant dense<4> : tensor<1xi64>
  // expected-error@+2 {{k = 4 does not fit the extent 3 (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0, %1 = onnx.TopK %x, %k : (tensor<3xf32>, tensor<1xi64>) -> (tensor<4xf32>, tensor<4xi64>)
  return
}

// -----

func.func @lstm(%x: tensor<2x1x3xf32>, %w: tensor<1x4x3xf32>, %r: tensor<1x4x2xf32>, %n: none) {
  // expected-error@+2 {{an operand does not fit x and hidden_size (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0, %1, %2 = onnx.LSTM %x, %w, %r, %n, %n, %n, %n, %n {hidden_size = 2 : i64}
    : (tensor<2x1x3xf32>, tensor<1x4x3xf32>, tensor<1x4x2xf32>, none, none, none, none, none)
    -> (tensor<2x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
  return
}

// -----

func.func @einsum_term(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{the equation 'i->i' does not fit the operands (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a {equation = "i->i"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @einsum_output(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{the equation 'ij->ik' does not fit the operands (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a {equation = "ij->ik"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @einsum_extents(%a: tensor<2x3xf32>) {
  // expected-error@+2 {{the equation 'ii->i' does not fit the operands (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Einsum %a {equation = "ii->i"} : (tensor<2x3xf32>) -> tensor<2xf32>
  return
}

// -----

func.func @dropout(%a: tensor<2xf32>) {
  %ratio = onnx.Constant dense<0.5> : tensor<f32>
  %training = onnx.Constant dense<true> : tensor<i1>
  // expected-error@+2 {{training is not supported (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0, %1 = onnx.Dropout %a, %ratio, %training : (tensor<2xf32>, tensor<f32>, tensor<i1>) -> (tensor<2xf32>, tensor<2xi1>)
  return
}

// -----

func.func @attention(%q: tensor<1x4x5x8xf32>, %k: tensor<1x3x5x8xf32>, %n: none) {
  // expected-error@+2 {{the heads of k and v do not fit those of q (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:4 = onnx.Attention %q, %k, %k, %n, %n, %n
    : (tensor<1x4x5x8xf32>, tensor<1x3x5x8xf32>, tensor<1x3x5x8xf32>, none, none, none) -> (tensor<1x4x5x8xf32>, tensor<1x3x5x8xf32>, tensor<1x3x5x8xf32>, tensor<1x4x5x5xf32>)
  return
}

// -----

func.func @quantize(%x: tensor<2x3xf32>, %s: tensor<2xf32>, %n: none) {
  // expected-error@+2 {{scale or zero point does not fit the tensor (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.QuantizeLinear %x, %s, %n : (tensor<2x3xf32>, tensor<2xf32>, none) -> tensor<2x3xui8>
  return
}

// -----

func.func @quantize_as_words(%x: tensor<2x3xf32>, %s: tensor<f32>, %n: none) {
  // expected-error@+2 {{integers must have 8 or 16 bits (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.QuantizeLinear %x, %s, %n {output_dtype = 6 : i64} : (tensor<2x3xf32>, tensor<f32>, none) -> tensor<2x3xi32>
  return
}

// -----

func.func @dequantize(%x: tensor<2x3xi8>, %s: tensor<3xf32>, %n: none) {
  // expected-error@+2 {{axis 2 is out of range for rank 2 (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.DequantizeLinear %x, %s, %n {axis = 2 : i64} : (tensor<2x3xi8>, tensor<3xf32>, none) -> tensor<2x3xf32>
  return
}

// -----

func.func @matmul_integer(%a: tensor<2x3xi8>, %b: tensor<3x4xi8>, %z: tensor<3xi8>, %n: none) {
  // expected-error@+2 {{a scale or zero point does not fit its matrix (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.MatMulInteger %a, %b, %z, %n : (tensor<2x3xi8>, tensor<3x4xi8>, tensor<3xi8>, none) -> tensor<2x4xi32>
  return
}

// -----

func.func @conv_integer(%x: tensor<1x1x2x2xi8>, %w: tensor<1x1x3x3xi8>, %n: none) {
  // expected-error@+2 {{the kernel is larger than the padded input (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.ConvInteger %x, %w, %n, %n : (tensor<1x1x2x2xi8>, tensor<1x1x3x3xi8>, none, none) -> tensor<1x1x1x1xi32>
  return
}

// -----

func.func @max_unpool(%x: tensor<1x1x1x1xf32>, %i: tensor<1x1x1x1xi64>) {
  %shape = onnx.Constant dense<[1, 1, 3, 3]> : tensor<4xi64>
  // expected-error@+2 {{an attribute does not fit x (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.MaxUnpool %x, %i, %shape {kernel_shape = array<i64: 1, 1>, pads = array<i64: 5, 5, 5, 5>} : (tensor<1x1x1x1xf32>, tensor<1x1x1x1xi64>, tensor<4xi64>) -> tensor<1x1x3x3xf32>
  return
}

// -----

func.func @conv_types(%x: tensor<1x3x8x8xf32>, %w: tensor<4x3x3x3xf64>, %n: none) {
  // expected-error@+2 {{operands have different element types (C5)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Conv %x, %w, %n : (tensor<1x3x8x8xf32>, tensor<4x3x3x3xf64>, none) -> tensor<1x4x6x6xf32>
  return
}

// -----

func.func @conv_transpose_types(%x: tensor<1x1x2xf64>, %w: tensor<1x1x3xf64>, %b: tensor<1xf32>) {
  // expected-error@+2 {{operands have different element types (C5)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.ConvTranspose %x, %w, %b : (tensor<1x1x2xf64>, tensor<1x1x3xf64>, tensor<1xf32>) -> tensor<1x1x4xf64>
  return
}

// -----

// Halves are computed with in f32.
func.func @gemm_types(%a: tensor<2x3xf16>, %b: tensor<3x4xf32>, %c: tensor<4xi32>, %n: none) {
  %0 = onnx.Gemm %a, %b, %n : (tensor<2x3xf16>, tensor<3x4xf32>, none) -> tensor<2x4xf16>
  // expected-error@+2 {{operands have different element types (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %1 = onnx.Gemm %a, %b, %c : (tensor<2x3xf16>, tensor<3x4xf32>, tensor<4xi32>) -> tensor<2x4xf16>
  return
}

// -----

func.func @rnn_types(%x: tensor<2x1x1xf32>, %w: tensor<1x1x1xf32>, %r: tensor<1x1x1xf64>, %n: none) {
  // expected-error@+2 {{operands have different element types (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0, %1 = onnx.RNN %x, %w, %r, %n, %n, %n {hidden_size = 1 : i64}
    : (tensor<2x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf64>, none, none, none) -> (tensor<2x1x1x1xf32>, tensor<1x1x1xf32>)
  return
}

// -----

func.func @where_types(%c: tensor<2xi1>, %x: tensor<2xf32>, %y: tensor<2xi64>) {
  // expected-error@+2 {{operands have different element types (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Where %c, %x, %y : (tensor<2xi1>, tensor<2xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @pad_types(%x: tensor<3xf32>, %v: tensor<f64>, %n: none) {
  %p = onnx.Constant dense<[3, 0]> : tensor<2xi64>
  // expected-error@+2 {{operands have different element types (C5)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %v, %n : (tensor<3xf32>, tensor<2xi64>, tensor<f64>, none) -> tensor<6xf32>
  return
}

// -----

func.func @pad_value(%x: tensor<3xf32>, %v: tensor<0xf32>, %n: none) {
  %p = onnx.Constant dense<[3, 0]> : tensor<2xi64>
  // expected-error@+2 {{constant_value must have one element (C5)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Pad %x, %p, %v, %n : (tensor<3xf32>, tensor<2xi64>, tensor<0xf32>, none) -> tensor<6xf32>
  return
}

// -----

func.func @loss_of_no_class(%x: tensor<2x0xf32>, %t: tensor<2xi64>, %n: none) {
  // expected-error@+2 {{the labels do not fit the predictions (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.NegativeLogLikelihoodLoss %x, %t, %n : (tensor<2x0xf32>, tensor<2xi64>, none) -> tensor<f32>
  return
}

// -----

func.func @attention_past(%q: tensor<1x1x2x4xf32>, %p: tensor<1x1x3x4xf16>, %n: none) {
  // expected-error@+2 {{past_key and past_value do not fit k and v (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:4 = onnx.Attention %q, %q, %q, %n, %p, %p
    : (tensor<1x1x2x4xf32>, tensor<1x1x2x4xf32>, tensor<1x1x2x4xf32>, none, tensor<1x1x3x4xf16>, tensor<1x1x3x4xf16>) -> (tensor<1x1x2x4xf32>, tensor<1x1x5x4xf32>, tensor<1x1x5x4xf32>, tensor<1x1x2x5xf32>)
  return
}

// -----

// Repeated for each head, the keys would have 2^56 elements.
func.func @attention_heads(%q: tensor<1x65536x1x1048576xf32>, %k: tensor<1x1x1048576x1048576xf32>, %n: none) {
  // expected-error@+2 {{there are too many heads (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:4 = onnx.Attention %q, %k, %k, %n, %n, %n
    : (tensor<1x65536x1x1048576xf32>, tensor<1x1x1048576x1048576xf32>, tensor<1x1x1048576x1048576xf32>, none, none, none) -> (tensor<1x65536x1x1048576xf32>, tensor<1x1x1048576x1048576xf32>, tensor<1x1x1048576x1048576xf32>, tensor<1x65536x1x1048576xf32>)
  return
}

// -----

func.func @attention_extents(%q: tensor<1x1x4x2xf32, #onnx.extents<[-1, -1, 0, -1]>>, %n: none) {
  // expected-error@+2 {{a size other than the batch's depends on data (C5)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0:4 = onnx.Attention %q, %q, %q, %n, %n, %n {is_causal = 1 : i64}
    : (tensor<1x1x4x2xf32, #onnx.extents<[-1, -1, 0, -1]>>, tensor<1x1x4x2xf32, #onnx.extents<[-1, -1, 0, -1]>>, tensor<1x1x4x2xf32, #onnx.extents<[-1, -1, 0, -1]>>, none, none, none) -> (tensor<1x1x4x2xf32>, tensor<1x1x4x2xf32>, tensor<1x1x4x2xf32>, tensor<1x1x4x4xf32>)
  return
}

// -----

func.func @rotary_embedding(%x: tensor<1x1x2x4xf32>, %c: tensor<0x2xf32>, %i: tensor<1x2xi64>) {
  // expected-error@+2 {{cos_cache has no rows (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.RotaryEmbedding %x, %c, %c, %i : (tensor<1x1x2x4xf32>, tensor<0x2xf32>, tensor<0x2xf32>, tensor<1x2xi64>) -> tensor<1x1x2x4xf32>
  return
}

// -----

func.func @zero_point_type(%a: tensor<2x3xui8>, %b: tensor<3x4xi8>, %z: tensor<i8>, %n: none) {
  // expected-error@+2 {{a zero point is not of its tensor's type (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.MatMulInteger %a, %b, %z, %n : (tensor<2x3xui8>, tensor<3x4xi8>, tensor<i8>, none) -> tensor<2x4xi32>
  return
}

// -----

func.func @dequantize_words(%x: tensor<2xi64>, %s: tensor<f32>, %n: none) {
  // expected-error@+1 {{operand #0 must be statically shaped tensor of}}
  %0 = onnx.DequantizeLinear %x, %s, %n : (tensor<2xi64>, tensor<f32>, none) -> tensor<2xf32>
  return
}

// -----

func.func @quantize_extents(%x: tensor<4x3xf32, #onnx.extents<[0, -1]>>, %s: tensor<1x3xf32>, %n: none) {
  // expected-error@+2 {{the size of the blocks' dimension depends on data (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.QuantizeLinear %x, %s, %n {axis = 0 : i64, block_size = 8 : i64} : (tensor<4x3xf32, #onnx.extents<[0, -1]>>, tensor<1x3xf32>, none) -> tensor<4x3xui8>
  return
}

// -----

func.func @quantize_blocks(%x: tensor<1099511627776xf32>, %s: tensor<549755813888xf32>, %n: none) {
  // expected-error@+2 {{the blocks' dimension is too long (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.QuantizeLinear %x, %s, %n {axis = 0 : i64, block_size = 2 : i64} : (tensor<1099511627776xf32>, tensor<549755813888xf32>, none) -> tensor<1099511627776xui8>
  return
}

// -----

func.func @grid_sample_taps(%x: tensor<1x1x1x1x1x1x1x1x1xf32>, %g: tensor<1x1x1x1x1x1x1x1x7xf32>) {
  // expected-error@+2 {{interpolation between so many elements is not supported (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.GridSample %x, %g {mode = "cubic"} : (tensor<1x1x1x1x1x1x1x1x1xf32>, tensor<1x1x1x1x1x1x1x1x7xf32>) -> tensor<1x1x1x1x1x1x1x1x1xf32>
  return
}

// -----

func.func @tf_idf(%x: tensor<1048576xi32>) {
  // expected-error@+2 {{there are too many n-grams and distances (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.TfIdfVectorizer %x {max_gram_length = 2 : i64, max_skip_count = 16777216 : i64, min_gram_length = 2 : i64, mode = "TF", ngram_counts = array<i64: 0, 0>, ngram_indexes = array<i64: 0>, pool_int64s = array<i64: 1, 2>} : (tensor<1048576xi32>) -> tensor<1xf32>
  return
}

// -----

func.func @resize_roi(%x: tensor<8xf32>, %n: none) {
  %r = onnx.Constant dense<[0.0, 0x7FC00000]> : tensor<2xf32>
  %s = onnx.Constant dense<4> : tensor<1xi64>
  // expected-error@+2 {{roi has an impossible element (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Resize %x, %r, %n, %s {coordinate_transformation_mode = "tf_crop_and_resize"} : (tensor<8xf32>, tensor<2xf32>, none, tensor<1xi64>) -> tensor<4xf32>
  return
}

// -----

func.func @resize_taps(%x: tensor<8x8x8x8xf32>, %n: none) {
  %s = onnx.Constant dense<0.125> : tensor<4xf32>
  // expected-error@+2 {{interpolation between so many elements is not supported (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Resize %x, %n, %s, %n {mode = "linear", antialias = 1 : i64} : (tensor<8x8x8x8xf32>, none, tensor<4xf32>, none) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @resize_shrinks(%x: tensor<8xf32>, %n: none) {
  %s = onnx.Constant dense<1.0e-30> : tensor<1xf32>
  // expected-error@+2 {{antialiasing of a dimension that shrinks so much is not supported (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Resize %x, %n, %s, %n {mode = "linear", antialias = 1 : i64} : (tensor<8xf32>, none, tensor<1xf32>, none) -> tensor<0xf32>
  return
}

// -----

func.func @gather_from_nothing(%x: tensor<0x2xf32>, %i: tensor<1xi64>) {
  // expected-error@+2 {{there is nothing to gather from (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Gather %x, %i : (tensor<0x2xf32>, tensor<1xi64>) -> tensor<1x2xf32>
  return
}

// -----

func.func @center_crop_pad(%x: tensor<2x3xf32>) {
  %s = onnx.Constant dense<1> : tensor<1xi64>
  // expected-error@+2 {{shape has 1 elements, not 2 (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
  return
}

// -----

func.func @center_crop_pad_extents(%x: tensor<4x3xf32, #onnx.extents<[0, -1]>>) {
  %s = onnx.Constant dense<1> : tensor<1xi64>
  // expected-error@+2 {{an operand's size depends on data (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.CenterCropPad %x, %s {axes = array<i64: 1>} : (tensor<4x3xf32, #onnx.extents<[0, -1]>>, tensor<1xi64>) -> tensor<4x1xf32>
  return
}

// -----

func.func @affine_grid(%x: tensor<1x2x3xf32>) {
  %s = onnx.Constant dense<[1, 3, 4, 5, 6]> : tensor<5xi64>
  // expected-error@+2 {{theta does not fit size (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.AffineGrid %x, %s : (tensor<1x2x3xf32>, tensor<5xi64>) -> tensor<1x4x5x6x3xf32>
  return
}

// -----

func.func @col2im(%x: tensor<1x2x4xf32>) {
  %i = onnx.Constant dense<4> : tensor<1xi64>
  %w = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error@+2 {{the blocks do not make up the image (C3)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Col2Im %x, %i, %w : (tensor<1x2x4xf32>, tensor<1xi64>, tensor<1xi64>) -> tensor<1x1x4xf32>
  return
}

// -----

func.func @col2im_image(%x: tensor<1x2x3xf32>) {
  %i = onnx.Constant dense<[4, 0]> : tensor<2xi64>
  %w = onnx.Constant dense<2> : tensor<2xi64>
  // expected-error@+2 {{image_shape and block_shape do not fit each other (C1)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.Col2Im %x, %i, %w : (tensor<1x2x3xf32>, tensor<2xi64>, tensor<2xi64>) -> tensor<1x1x4x0xf32>
  return
}

// -----

func.func @deform_conv(%x: tensor<1x2x4x4xf32>, %w: tensor<1x2x2x2xf32>, %o: tensor<1x8x4x4xf32>, %n: none) {
  // expected-error@+2 {{offset, mask or b does not fit x and w (C4)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.DeformConv %x, %w, %o, %n, %n
    : (tensor<1x2x4x4xf32>, tensor<1x2x2x2xf32>, tensor<1x8x4x4xf32>, none, none) -> tensor<1x1x3x3xf32>
  return
}

// -----

func.func @roi_align(%x: tensor<1x1x4x4xf32>, %r: tensor<1x4xf32>, %i: tensor<1xi64>) {
  // expected-error@+2 {{an attribute is out of range (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.RoiAlign %x, %r, %i {sampling_ratio = 1099511627776 : i64} : (tensor<1x1x4x4xf32>, tensor<1x4xf32>, tensor<1xi64>) -> tensor<1x1x1x1xf32>
  return
}

// -----

func.func @constant_of_shape() {
  %s = onnx.Constant dense<2> : tensor<1xi64>
  // expected-error@+2 {{value cannot be read (C2)}}
  // expected-error@+1 {{failed to infer returned types}}
  %0 = onnx.ConstantOfShape %s {value = dense_resource<missing> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<2xf32>
  return
}

// -----

func.func @fill_like(%x: tensor<2xi32>) {
  // expected-error@+1 {{has a value that cannot be read (C1)}}
  %0 = onnx.FillLike %x {value = dense_resource<missing> : tensor<1xi64>} : (tensor<2xi32>) -> tensor<2xi64>
  return
}
