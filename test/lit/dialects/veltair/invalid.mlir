// RUN: veltair-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{packing has no transform F(-1, r)}}
#packing = #veltair.packing<winograd = -1 perm = [0, 2, 3, 1]>

// -----

func.func @noParts() {
  // expected-error @below {{needs at least one part}}
  %0 = "veltair.join"() : () -> tensor<4xf32>
  return
}

// -----

func.func @elementTypes(%a: tensor<2xf32>, %b: tensor<2xi32>) {
  // expected-error @below {{has a part of another element type: 'tensor<2xi32>' against 'tensor<4xf32>'}}
  %0 = veltair.join %a, %b : tensor<2xf32>, tensor<2xi32> -> tensor<4xf32>
  return
}

// -----

func.func @elements(%a: tensor<2xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{must keep the elements: its parts have 5, its result 6}}
  %0 = veltair.join %a, %b : tensor<2xf32>, tensor<3xf32> -> tensor<2x3xf32>
  return
}
