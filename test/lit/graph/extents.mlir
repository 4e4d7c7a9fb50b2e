// RUN: veltair-opt %s -pass-pipeline='builtin.module(veltair.model(veltair.program(form-layers,plan-memory)))' | FileCheck %s

// Extents that types name are operands of the layers, in whose bodies they have
// the arguments' numbers: equal layers have equal bodies. An extent that no
// tensor has is dropped. That of an output lies in the query's table.

// CHECK: veltair.layer "n" "NonZero"
// CHECK-SAME: -> tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<i64>
// CHECK: onnx.NonZero {{.*}} -> (tensor<1x8xi64, #onnx.extents<[-1, -2]>>, tensor<i64>)
// CHECK: offsets = array<i64: {{[0-9]+}}, -1>
// CHECK: veltair.extent %[[E:.*]] as 7 : tensor<i64>
// CHECK-NOT: veltair.extent
// CHECK: veltair.layer "g" "GatherND" ins(%{{.*}}, %{{.*}}, %[[E]] :
// CHECK-NEXT: ^bb0(%{{.*}}: tensor<8xf32>, %{{.*}}: tensor<8x1xi64, #onnx.extents<[2, -1]>>, %{{.*}}: tensor<i64>):
// CHECK-NEXT: onnx.GatherND {{.*}} -> tensor<8xf32, #onnx.extents<[2]>>
veltair.model @m attributes {
    input_names = ["x"], input_types = [tensor<8xf32>],
    output_names = ["y"], output_types = [tensor<?xf32>]} {
  veltair.program @p(%x: tensor<8xf32>) {
    %p, %e = onnx.NonZero %x : (tensor<8xf32>) -> (tensor<1x8xi64, #onnx.extents<[-1, 7]>>, tensor<i64>) loc("n")
    veltair.extent %e as 7 : tensor<i64>
    %q, %f = onnx.NonZero %x : (tensor<8xf32>) -> (tensor<1x8xi64, #onnx.extents<[-1, 8]>>, tensor<i64>)
    veltair.extent %f as 8 : tensor<i64>
    %v = veltair.view %p : tensor<1x8xi64, #onnx.extents<[-1, 7]>> -> tensor<8x1xi64, #onnx.extents<[7, -1]>>
    %y = onnx.GatherND %x, %v : (tensor<8xf32>, tensor<8x1xi64, #onnx.extents<[7, -1]>>) -> tensor<8xf32, #onnx.extents<[7]>> loc("g")
    veltair.return %y : tensor<8xf32, #onnx.extents<[7]>>
  }
}
