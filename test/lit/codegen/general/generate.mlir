// RUN: veltair-opt %s --decompose-onnx --convert-onnx-to-generate --split-input-file | FileCheck %s

// A padded convolution skips the padding by its loops' bounds.
// CHECK-LABEL: @conv
// CHECK: tensor.generate
// CHECK: arith.maxsi
// CHECK: arith.minsi
// CHECK-COUNT-2: scf.for
// CHECK: tensor.extract %{{.*}} : tensor<1x1x8x8xf32>
// CHECK: tensor.extract %{{.*}} : tensor<6x1x3x3xf32>
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK: tensor.yield
// CHECK-NOT: onnx.
func.func @conv(%x: tensor<1x1x8x8xf32>, %w: tensor<6x1x3x3xf32>) -> tensor<1x6x8x8xf32> {
  %n = onnx.NoValue
  %0 = onnx.Conv %x, %w, %n {pads = array<i64: 1, 1, 1, 1>}
    : (tensor<1x1x8x8xf32>, tensor<6x1x3x3xf32>, none) -> tensor<1x6x8x8xf32>
  return %0 : tensor<1x6x8x8xf32>
}

// -----

// Memory is signless and booleans are bytes.
// CHECK-LABEL: @types
// CHECK-SAME: (%[[A:.*]]: tensor<4xi8>, %{{.*}}: tensor<4xi8>) -> tensor<4xi8>
// CHECK: %[[X:.*]] = tensor.extract %[[A]]
// CHECK: %[[LESS:.*]] = arith.cmpi ult, %[[X]]
// CHECK: arith.extui %[[LESS]] : i1 to i8
func.func @types(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xi1> {
  %0 = onnx.Less %a, %b : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// -----

// Half precision is computed in single precision.
// CHECK-LABEL: @half
// CHECK: arith.extf %{{.*}} : f16 to f32
// CHECK: math.exp %{{.*}} : f32
// CHECK: arith.truncf %{{.*}} : f32 to f16
func.func @half(%a: tensor<4xf16>) -> tensor<4xf16> {
  %0 = onnx.Exp %a : (tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// -----

// CHECK-LABEL: @softmax
// CHECK-COUNT-5: tensor.generate
// CHECK-NOT: tensor.generate
func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = onnx.Softmax %x : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// -----

// Operations with dependences become loops on buffers.
// CHECK-LABEL: @scatter
// CHECK: bufferization.to_buffer
// CHECK: %[[OUT:.*]] = memref.alloc() : memref<4xf32>
// CHECK: scf.for
// CHECK: memref.store %{{.*}}, %[[OUT]]
// CHECK: bufferization.to_tensor %[[OUT]] restrict writable
func.func @scatter(%x: tensor<4xf32>, %i: tensor<2x1xi64>, %u: tensor<2xf32>) -> tensor<4xf32> {
  %0 = onnx.ScatterND %x, %i, %u : (tensor<4xf32>, tensor<2x1xi64>, tensor<2xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}

// -----

// Many parts are few branches: the first one is between halves.
// CHECK-LABEL: @concat
// CHECK: scf.if
// CHECK-NOT: tensor.extract
// CHECK: scf.if
// CHECK-COUNT-2: tensor.extract
// CHECK: scf.if
// CHECK-COUNT-2: tensor.extract
// CHECK-NOT: scf.if
func.func @concat(%a: tensor<1xf32>, %b: tensor<2xf32>, %c: tensor<3xf32>, %d: tensor<4xf32>) -> tensor<10xf32> {
  %0 = onnx.Concat %a, %b, %c, %d {axis = 0 : i64} : (tensor<1xf32>, tensor<2xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<10xf32>
  return %0 : tensor<10xf32>
}
