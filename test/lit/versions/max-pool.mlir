// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions,plan-memory)),outline-versions)' | FileCheck %s

// Tiles at the two edges stand alone, those between them are a loop. Every
// version is of one class.

// CHECK: veltair.version <direct {{.*}}> cache <flops = 903168 read = 401408 written = 401408
// CHECK-LABEL: func.func @"pool.0.x86-64-v4"
// CHECK: kernel.max_pool_tile {{.*}} attributes {columns = {{[0-9]+}} : i64, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>, strides = array<i64: 1, 1>, window = array<i64: 3, 3>} : memref<1x2x56x56x16xf32>, memref<1x2x56x56x16xf32>
// CHECK: arith.maximumf
// CHECK: scf.for
// CHECK: kernel.max_pool_tile {{.*}} dilations = array<i64: 1, 1>, interior, pads
// CHECK: kernel.max_pool_tile
// CHECK-NOT: interior
// CHECK: return
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<1x2x56x56x16xf32>], output_names = ["y"], output_types = [tensor<1x2x56x56x16xf32>]} {
  veltair.program @p(%x: tensor<1x2x56x56x16xf32>) {
    %0 = veltair.layer "pool" "MaxPool+Relu" ins(%x : tensor<1x2x56x56x16xf32>) constants() -> tensor<1x2x56x56x16xf32> {
    ^bb0(%a: tensor<1x2x56x56x16xf32>):
      %1 = kernel.max_pool %a {window = array<i64: 3, 3>, strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 1, 1, 1, 1>} : tensor<1x2x56x56x16xf32> -> tensor<1x2x56x56x16xf32>
      %2 = onnx.Relu %1 : (tensor<1x2x56x56x16xf32>) -> tensor<1x2x56x56x16xf32>
      veltair.yield %2 : tensor<1x2x56x56x16xf32>
    }
    veltair.return %0 : tensor<1x2x56x56x16xf32>
  }
}
