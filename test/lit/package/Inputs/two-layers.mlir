// A model y = transpose(w) * x, z = y + 1 of 4x4 elements, as code generation
// leaves it: two instruction sets, two versions of the first layer, of which
// the second wants its weights transposed back.

#usage = #veltair.cache_usage<flops = 16 read = 128 written = 64 writeback = 64 l1 = 192
  private = 192 shared = 64 curve = [1, 2, 3, 4, 5, 6] -> [192, 192, 128, 128, 128, 128]>
#schedule = #veltair.schedule<general rows = 1 vectors = 1 order = rows grain = 1 groups = 0>
#transposed = #veltair.packing<perm = [1, 0]>
#plain = #veltair.packing<>

module {
veltair.model @two_layers attributes {
    input_names = ["x"], input_types = [tensor<4x4xf32>],
    output_names = ["z\""], output_types = [tensor<?x4xf32>],
    metadata = {author = "a test"}, source_hash = 42 : i64} {
  veltair.program @p0(%x: tensor<4x4xf32>) attributes {isa = "x86-64-v3", arena_bytes = 64 : i64} {
    %w = arith.constant dense<[[0., 1., 2., 3.], [4., 5., 6., 7.], [8., 9., 10., 11.], [12., 13., 14., 15.]]> : tensor<4x4xf32>
    %one = arith.constant dense<1.0> : tensor<4x4xf32>
    %y = veltair.layer "/mul" "Transpose+Mul" ins(%x : tensor<4x4xf32>) constants(%w : tensor<4x4xf32>) -> tensor<4x4xf32> {
    ^bb0(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>):
      veltair.yield %a : tensor<4x4xf32>
    } versions {
      veltair.version #schedule cache #usage packings [#transposed] stages [#veltair.stage<@"/mul.0.x86-64-v3", 2>]
      veltair.version #schedule cache #usage packings [#plain] stages [#veltair.stage<@"/mul.1.x86-64-v3", 2>] {numerics = 1 : i32}
    } {offsets = array<i64: 0>, first_conflict = 2 : i64, hash = 7 : i64}
    %z = veltair.layer "/add" "Add" ins(%y, %one : tensor<4x4xf32>, tensor<4x4xf32>) constants() -> tensor<4x4xf32> {
    ^bb0(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>):
      veltair.yield %a : tensor<4x4xf32>
    } versions {
      veltair.version #schedule cache #usage packings [] stages [#veltair.stage<@"/add.0.x86-64-v3", 1>] {worker_scratch = 100 : i64}
    } {offsets = array<i64: -1>, first_conflict = 2 : i64, hash = 8 : i64}
    veltair.return %z : tensor<4x4xf32>
  }
  veltair.program @p1(%x: tensor<4x4xf32>) attributes {isa = "x86-64-v4", arena_bytes = 64 : i64} {
    %w = arith.constant dense<[[0., 1., 2., 3.], [4., 5., 6., 7.], [8., 9., 10., 11.], [12., 13., 14., 15.]]> : tensor<4x4xf32>
    %one = arith.constant dense<1.0> : tensor<4x4xf32>
    %flat = veltair.view %one : tensor<4x4xf32> -> tensor<16xf32>
    %y = veltair.layer "/mul" "Transpose+Mul" ins(%x : tensor<4x4xf32>) constants(%w : tensor<4x4xf32>) -> tensor<4x4xf32> {
    ^bb0(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>):
      veltair.yield %a : tensor<4x4xf32>
    } versions {
      veltair.version #schedule cache #usage packings [#transposed] stages [#veltair.stage<@"/mul.0.x86-64-v4", 1>]
      veltair.version #schedule cache #usage packings [#plain] stages [#veltair.stage<@"/mul.1.x86-64-v4", 1>] {numerics = 1 : i32}
    } {offsets = array<i64: 0>, first_conflict = 2 : i64, hash = 7 : i64}
    %z = veltair.layer "/add" "Add" ins(%y, %flat : tensor<4x4xf32>, tensor<16xf32>) constants() -> tensor<4x4xf32> {
    ^bb0(%a: tensor<4x4xf32>, %b: tensor<16xf32>):
      veltair.yield %a : tensor<4x4xf32>
    } versions {
      veltair.version #schedule cache #usage packings [] stages [#veltair.stage<@"/add.0.x86-64-v4", 1>] {worker_scratch = 100 : i64}
    } {offsets = array<i64: -1>, first_conflict = 2 : i64, hash = 8 : i64}
    veltair.return %z : tensor<4x4xf32>
  }
}

// operands[0] * constants[0], eight elements a chunk.
module attributes {veltair.isa = "x86-64-v3"} {
  llvm.func @"/mul.0.x86-64-v3"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %step = llvm.mlir.constant(1 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %y_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %y_place : !llvm.ptr -> !llvm.ptr
    %constants_place = llvm.getelementptr %args[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %constants = llvm.load %constants_place : !llvm.ptr -> !llvm.ptr
    %w = llvm.load %constants : !llvm.ptr -> !llvm.ptr
    llvm.br ^head(%begin : i32)
  ^head(%chunk: i32):
    %more = llvm.icmp "ult" %chunk, %end : i32
    llvm.cond_br %more, ^body, ^exit
  ^body:
    %xp = llvm.getelementptr %x[%chunk] : (!llvm.ptr, i32) -> !llvm.ptr, vector<8xf32>
    %wp = llvm.getelementptr %w[%chunk] : (!llvm.ptr, i32) -> !llvm.ptr, vector<8xf32>
    %yp = llvm.getelementptr %y[%chunk] : (!llvm.ptr, i32) -> !llvm.ptr, vector<8xf32>
    %xv = llvm.load %xp {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %wv = llvm.load %wp {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %yv = llvm.fmul %xv, %wv : vector<8xf32>
    llvm.store %yv, %yp {alignment = 4 : i64} : vector<8xf32>, !llvm.ptr
    %next = llvm.add %chunk, %step : i32
    llvm.br ^head(%next : i32)
  ^exit:
    llvm.return %ok : i32
  }
  // The same, element by element, with the weights transposed on the way.
  llvm.func @"/mul.1.x86-64-v3"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %one = llvm.mlir.constant(1 : i32) : i32
    %two = llvm.mlir.constant(2 : i32) : i32
    %three = llvm.mlir.constant(3 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %y_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %y_place : !llvm.ptr -> !llvm.ptr
    %constants_place = llvm.getelementptr %args[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %constants = llvm.load %constants_place : !llvm.ptr -> !llvm.ptr
    %w = llvm.load %constants : !llvm.ptr -> !llvm.ptr
    %first = llvm.shl %begin, %three : i32
    %last = llvm.shl %end, %three : i32
    llvm.br ^head(%first : i32)
  ^head(%i: i32):
    %more = llvm.icmp "ult" %i, %last : i32
    llvm.cond_br %more, ^body, ^exit
  ^body:
    %row = llvm.lshr %i, %two : i32
    %column = llvm.and %i, %three : i32
    %column_start = llvm.shl %column, %two : i32
    %j = llvm.or %column_start, %row : i32
    %xp = llvm.getelementptr %x[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %wp = llvm.getelementptr %w[%j] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %yp = llvm.getelementptr %y[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
    %xv = llvm.load %xp : !llvm.ptr -> f32
    %wv = llvm.load %wp : !llvm.ptr -> f32
    %yv = llvm.fmul %xv, %wv : f32
    llvm.store %yv, %yp : f32, !llvm.ptr
    %next = llvm.add %i, %one : i32
    llvm.br ^head(%next : i32)
  ^exit:
    llvm.return %ok : i32
  }
}
module attributes {veltair.isa = "x86-64-v3"} {
  llvm.func @"/add.0.x86-64-v3"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %y = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %one_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %one = llvm.load %one_place : !llvm.ptr -> !llvm.ptr
    %z_place = llvm.getelementptr %operands[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %z = llvm.load %z_place : !llvm.ptr -> !llvm.ptr
    %y1 = llvm.getelementptr %y[8] : (!llvm.ptr) -> !llvm.ptr, f32
    %one1 = llvm.getelementptr %one[8] : (!llvm.ptr) -> !llvm.ptr, f32
    %z1 = llvm.getelementptr %z[8] : (!llvm.ptr) -> !llvm.ptr, f32
    %a0 = llvm.load %y {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %a1 = llvm.load %y1 {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %b0 = llvm.load %one {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %b1 = llvm.load %one1 {alignment = 4 : i64} : !llvm.ptr -> vector<8xf32>
    %c0 = llvm.fadd %a0, %b0 : vector<8xf32>
    %c1 = llvm.fadd %a1, %b1 : vector<8xf32>
    llvm.store %c0, %z {alignment = 4 : i64} : vector<8xf32>, !llvm.ptr
    llvm.store %c1, %z1 {alignment = 4 : i64} : vector<8xf32>, !llvm.ptr
    llvm.return %ok : i32
  }
}
module attributes {veltair.isa = "x86-64-v4"} {
  llvm.func @"/mul.0.x86-64-v4"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %y_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %y_place : !llvm.ptr -> !llvm.ptr
    %constants_place = llvm.getelementptr %args[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %constants = llvm.load %constants_place : !llvm.ptr -> !llvm.ptr
    %w = llvm.load %constants : !llvm.ptr -> !llvm.ptr
    %xv = llvm.load %x {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %wv = llvm.load %w {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %yv = llvm.fmul %xv, %wv : vector<16xf32>
    llvm.store %yv, %y {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
    llvm.return %ok : i32
  }
  llvm.func @"/mul.1.x86-64-v4"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %x = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %y_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %y = llvm.load %y_place : !llvm.ptr -> !llvm.ptr
    %constants_place = llvm.getelementptr %args[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %constants = llvm.load %constants_place : !llvm.ptr -> !llvm.ptr
    %w = llvm.load %constants : !llvm.ptr -> !llvm.ptr
    %xv = llvm.load %x {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %wv = llvm.load %w {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %wt = llvm.shufflevector %wv, %wv [0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15] : vector<16xf32>
    %yv = llvm.fmul %xv, %wt : vector<16xf32>
    llvm.store %yv, %y {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
    llvm.return %ok : i32
  }
}
module attributes {veltair.isa = "x86-64-v4"} {
  llvm.func @"/add.0.x86-64-v4"(%args: !llvm.ptr, %begin: i32, %end: i32, %scratch: !llvm.ptr) -> i32 {
    %ok = llvm.mlir.constant(0 : i32) : i32
    %operands = llvm.load %args : !llvm.ptr -> !llvm.ptr
    %y = llvm.load %operands : !llvm.ptr -> !llvm.ptr
    %one_place = llvm.getelementptr %operands[1] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %one = llvm.load %one_place : !llvm.ptr -> !llvm.ptr
    %z_place = llvm.getelementptr %operands[2] : (!llvm.ptr) -> !llvm.ptr, !llvm.ptr
    %z = llvm.load %z_place : !llvm.ptr -> !llvm.ptr
    %a = llvm.load %y {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %b = llvm.load %one {alignment = 4 : i64} : !llvm.ptr -> vector<16xf32>
    %c = llvm.fadd %a, %b : vector<16xf32>
    llvm.store %c, %z {alignment = 4 : i64} : vector<16xf32>, !llvm.ptr
    llvm.return %ok : i32
  }
}
}
