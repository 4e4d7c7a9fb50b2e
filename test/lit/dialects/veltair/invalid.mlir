// RUN: veltair-opt %s -split-input-file -verify-diagnostics

// expected-error @below {{packing has no transform F(-1, r)}}
#packing = #veltair.packing<winograd = -1 perm = [0, 2, 3, 1]>
