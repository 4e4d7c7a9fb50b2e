// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v3,x86-64-v4},veltair.program(choose-versions{max-versions=5})))' | FileCheck %s
// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=1})))' | FileCheck %s --check-prefix=ONE
// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions{max-versions=5 min-gain=-1})))' | FileCheck %s --check-prefix=FIVE
// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(specialize-programs{march=x86-64-v4},veltair.program(choose-versions,plan-memory)),outline-versions)' | FileCheck %s --check-prefix=OUTLINE

// The more demanding instruction set comes first. A compulsory footprint of
// input, filter, bias and result bounds every miss curve from below.

// CHECK: veltair.program @"p.x86-64-v4"
// CHECK: veltair.version <direct {{.*}}> cache <flops = 231211008 read = 950528 written = 802816 {{.*}}, 1753344]>
// CHECK-SAME: packings [#veltair.packing<inner = [1, 0]tiles = [16, 16]>]
// CHECK: veltair.program @"p.x86-64-v3"

// ONE-COUNT-1: veltair.version
// ONE-NOT: veltair.version

// FIVE-COUNT-5: veltair.version

// OUTLINE: veltair.layer
// OUTLINE: stages [#veltair.stage<@"conv1.0.x86-64-v4", [[CHUNKS:[0-9]+]]>]
// OUTLINE: hash =
// OUTLINE: module attributes {veltair.isa = "x86-64-v4", veltair.vector_bits = 512 : i64}
// OUTLINE: func.func @"conv1.0.x86-64-v4"(%{{.*}}: !llvm.ptr, %{{.*}}: i32, %{{.*}}: i32, %{{.*}}: !llvm.ptr) -> i32
// OUTLINE: kernel.argument {{ *}}operand 0 of
// OUTLINE: kernel.conv_tile
veltair.model @m attributes {input_names = ["x"], input_types = [tensor<1x4x56x56x16xf32>], output_names = ["y"], output_types = [tensor<1x4x56x56x16xf32>]} {
  veltair.program @p(%x: tensor<1x4x56x56x16xf32>) {
    %w = onnx.Constant dense<1.0> : tensor<64x64x1x9xf32>
    %b = onnx.Constant dense<2.0> : tensor<1x4x1x1x16xf32>
    %0 = veltair.layer "conv1" "Conv+Relu" ins(%x, %b : tensor<1x4x56x56x16xf32>, tensor<1x4x1x1x16xf32>) constants(%w : tensor<64x64x1x9xf32>) -> tensor<1x4x56x56x16xf32> {
    ^bb0(%a: tensor<1x4x56x56x16xf32>, %bias: tensor<1x4x1x1x16xf32>, %f: tensor<64x64x1x9xf32>):
      %1 = kernel.conv2d %a, %f {strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 4, 0, 4>} : tensor<1x4x56x56x16xf32>, tensor<64x64x1x9xf32> -> tensor<1x4x56x56x16xf32>
      %2 = "onnx.Add"(%1, %bias) : (tensor<1x4x56x56x16xf32>, tensor<1x4x1x1x16xf32>) -> tensor<1x4x56x56x16xf32>
      %3 = "onnx.Relu"(%2) : (tensor<1x4x56x56x16xf32>) -> tensor<1x4x56x56x16xf32>
      veltair.yield %3 : tensor<1x4x56x56x16xf32>
    }
    veltair.return %0 : tensor<1x4x56x56x16xf32>
  }
}
