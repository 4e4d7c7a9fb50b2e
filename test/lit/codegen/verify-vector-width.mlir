// RUN: veltair-opt %s -verify-diagnostics -pass-pipeline='builtin.module(func.func(verify-vector-width))'

module attributes {veltair.vector_bits = 256} {
  func.func @wide(%x: memref<16xf32>) {
    %0 = arith.constant 0 : index
    // expected-error @below {{a register holds 256 bits}}
    %1 = vector.load %x[%0] : memref<16xf32>, vector<16xf32>
    vector.store %1, %x[%0] : memref<16xf32>, vector<16xf32>
    return
  }
}
