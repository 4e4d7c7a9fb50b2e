// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/StageFunction.h"
#include "compiler/codegen/kernel/Lanes.h"
#include "dialects/kernel/KernelDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace mlir::veltair;

StageFunction::StageFunction(ModuleOp module, StringRef name, Location loc)
    : b(loc, module.getContext()) {
  b.setInsertionPointToEnd(module.getBody());
  auto pointer = LLVM::LLVMPointerType::get(b.getContext());
  Type i32 = b.getI32Type();
  function = func::FuncOp::create(
      b, name, b.getFunctionType({pointer, i32, i32, pointer}, {i32}));
  b.setInsertionPointToStart(function.addEntryBlock());
  Value begin = arith::IndexCastUIOp::create(b, b.getIndexType(),
                                             function.getArgument(1));
  Value end = arith::IndexCastUIOp::create(b, b.getIndexType(),
                                           function.getArgument(2));
  auto loop = scf::ForOp::create(b, begin, end, index(1));
  Value ok = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  func::ReturnOp::create(b, ok);
  chunk = loop.getInductionVar();
  b.setInsertionPointToStart(loop.getBody());
}

Value StageFunction::index(int64_t value) {
  return constantIndex(b, b.getLoc(), value);
}

Value StageFunction::operand(unsigned number, MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.front());
  return kernel::ArgumentOp::create(b, type, kernel::ArgumentKind::Operand,
                                    number, function.getArgument(0));
}

Value StageFunction::constant(unsigned number, MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.front());
  return kernel::ArgumentOp::create(b, type, kernel::ArgumentKind::Constant,
                                    number, function.getArgument(0));
}

Value StageFunction::workerScratch(int64_t offset, MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.front());
  return kernel::ScratchOp::create(b, type, kernel::ScratchKind::Worker, offset,
                                   function.getArgument(3));
}

Value StageFunction::sharedScratch(int64_t offset, MemRefType type) {
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(&function.front());
  return kernel::ScratchOp::create(b, type, kernel::ScratchKind::Shared, offset,
                                   function.getArgument(0));
}

void StageFunction::check(OpBuilder &builder, Value condition, int32_t code) {
  Location loc = b.getLoc();
  if (!fault) {
    // One word on the stack, which becomes a register.
    OpBuilder entry = OpBuilder::atBlockBegin(&function.front());
    fault = memref::AllocaOp::create(entry, loc,
                                     MemRefType::get({}, entry.getI32Type()));
    Value ok =
        arith::ConstantOp::create(entry, loc, entry.getI32IntegerAttr(0));
    memref::StoreOp::create(entry, loc, ok, fault, ValueRange{});
    auto exit = cast<func::ReturnOp>(function.front().getTerminator());
    OpBuilder atExit(exit);
    exit.setOperand(0,
                    memref::LoadOp::create(atExit, loc, fault, ValueRange{}));
  }
  Value previous = memref::LoadOp::create(builder, loc, fault, ValueRange{});
  Value failed =
      arith::ConstantOp::create(builder, loc, builder.getI32IntegerAttr(code));
  Value next =
      arith::SelectOp::create(builder, loc, condition, previous, failed);
  memref::StoreOp::create(builder, loc, next, fault, ValueRange{});
}

SmallVector<Value> StageFunction::delinearizeChunk(ArrayRef<int64_t> extents) {
  SmallVector<Value> position(extents.size());
  Value rest = chunk;
  for (int64_t dim = extents.size() - 1; dim > 0; --dim) {
    position[dim] = arith::RemUIOp::create(b, rest, index(extents[dim]));
    rest = arith::DivUIOp::create(b, rest, index(extents[dim]));
  }
  if (!extents.empty())
    position[0] = rest;
  return position;
}

void StageFunction::loop(Value lower, Value upper,
                         function_ref<void(Value)> body) {
  auto loop = scf::ForOp::create(b, lower, upper, index(1));
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(loop.getBody());
  body(loop.getInductionVar());
}

void StageFunction::loop(int64_t extent, function_ref<void(Value)> body) {
  if (extent == 1)
    return body(index(0));
  loop(index(0), index(extent), body);
}

void StageFunction::loopPart(Value part, int64_t grain, int64_t extent,
                             function_ref<void(Value)> body, Value end) {
  if (!end && grain >= extent)
    return loop(extent, body);
  if (!end && grain == 1)
    return body(part);
  Value lower = arith::MulIOp::create(b, part, index(grain));
  Value upper = arith::AddIOp::create(b, lower, index(grain));
  if (extent % grain != 0)
    upper = arith::MinUIOp::create(b, upper, index(extent));
  if (end)
    upper = arith::MinUIOp::create(b, upper, end);
  loop(lower, upper, body);
}

void StageFunction::branch(Value condition, function_ref<void()> then,
                           function_ref<void()> otherwise) {
  auto branch = scf::IfOp::create(b, condition, /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  then();
  b.setInsertionPointToStart(branch.elseBlock());
  otherwise();
}
