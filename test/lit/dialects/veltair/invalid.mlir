// RUN: veltair-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{packing has no transform F(3, 3)}}
#packing = #veltair.packing<winograd = 3 perm = [0, 2, 3, 1]>
