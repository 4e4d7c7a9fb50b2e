// RUN: %package %s --emit=llvm | FileCheck %s --check-prefix=LLVM
// RUN: %package %s --emit=asm | FileCheck %s --check-prefix=ASM

// Kernels of several modules and instruction sets in one text.

// LLVM: target triple = "x86_64-unknown-linux-gnu"
// LLVM-DAG: @[[TABLE:.+]] = private {{.*}}constant [2 x float]
// LLVM-DAG: define hidden {{.*}}i32 @"/copy.0.x86-64-v3"{{.*}} #[[V3:[0-9]+]]
// LLVM-DAG: define hidden {{.*}}i32 @"/scale.0.x86-64-v4"{{.*}} #[[V4:[0-9]+]]
// LLVM-DAG: attributes #[[V3]] = { {{.*}}nounwind {{.*}}uwtable "frame-pointer"="all" "prefer-vector-width"="256" "probe-stack"="inline-asm" "target-cpu"="x86-64" "target-features"="+sse4.2,+popcnt,+avx,+avx2,+fma,+f16c,+bmi,+bmi2,+lzcnt,+movbe" "tune-cpu"="x86-64-v3" }
// LLVM-DAG: attributes #[[V4]] = { {{.*}}"prefer-vector-width"="512"{{.*}}+avx512cd" "tune-cpu"="x86-64-v4" }

// Library calls are made for plain copies alone.
// ASM: "/copy.0.x86-64-v3":
// ASM: {{call|jmp}}{{.*}}mem{{cpy|move}}
// ASM: "/scale.0.x86-64-v4":
// ASM-NOT: call
// ASM: vmulps {{.*}}%zmm

module {
  module attributes {veltair.isa = "x86-64-v3"} {
    llvm.func @"/copy.0.x86-64-v3"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
      %ok = llvm.mlir.constant(0 : i32) : i32
      %size = llvm.mlir.constant(4096 : i64) : i64
      "llvm.intr.memcpy"(%scratch, %args, %size) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
      llvm.return %ok : i32
    }
  }
  module attributes {veltair.isa = "x86-64-v4"} {
    // Equal names in several modules do not clash.
    llvm.mlir.global external constant @table(dense<[2.0, 3.0]> : tensor<2xf32>) : !llvm.array<2 x f32>
    llvm.func @"/scale.0.x86-64-v4"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
      %ok = llvm.mlir.constant(0 : i32) : i32
      %one = llvm.mlir.constant(1 : i32) : i32
      %limit = llvm.mlir.constant(1024 : i32) : i32
      %zero = llvm.mlir.constant(0 : i32) : i32
      %table = llvm.mlir.addressof @table : !llvm.ptr
      %place = llvm.getelementptr %table[%begin] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %factor = llvm.load %place : !llvm.ptr -> f32
      llvm.br ^head(%zero : i32)
    ^head(%i: i32):
      %more = llvm.icmp "ult" %i, %limit : i32
      llvm.cond_br %more, ^body, ^exit
    ^body:
      // A scalar loop, which LLVM vectorises in full width.
      %p = llvm.getelementptr %scratch[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
      %v = llvm.load %p : !llvm.ptr -> f32
      %w = llvm.fmul %v, %factor : f32
      llvm.store %w, %p : f32, !llvm.ptr
      %next = llvm.add %i, %one : i32
      llvm.br ^head(%next : i32)
    ^exit:
      llvm.return %ok : i32
    }
  }
  // A module without the attribute holds no kernels.
  module {
  }
}
