// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace mlir::veltair;

FailureOr<SmallVector<Attribute>> Interpreter::run(Block &block) {
  for (Operation &op : block.without_terminator())
    if (failed(execute(op)))
      return failure();
  SmallVector<Attribute> results;
  for (Value value : block.getTerminator()->getOperands())
    results.push_back(scalars.lookup(value));
  return results;
}

LogicalResult Interpreter::execute(Operation &op) {
  if (--stepsLeft < 0)
    return failure();
  return TypeSwitch<Operation *, LogicalResult>(&op)
      .Case<tensor::ExtractOp>([&](auto extract) {
        FailureOr<Attribute> value =
            read(extract.getTensor(), extract.getIndices());
        return failed(value) ? failure() : assign(extract.getResult(), *value);
      })
      .Case<memref::LoadOp>([&](auto load) {
        FailureOr<Attribute> value = read(load.getMemref(), load.getIndices());
        return failed(value) ? failure() : assign(load.getResult(), *value);
      })
      .Case<memref::StoreOp>([&](auto store) {
        return write(store.getMemref(), store.getIndices(), store.getValue());
      })
      .Case<cf::AssertOp>([&](auto check) {
        FailureOr<int64_t> holds = integer(check.getArg());
        return success(succeeded(holds) && *holds != 0);
      })
      .Case<scf::ForOp>([&](auto) { return executeFor(op); })
      .Case<scf::IfOp>([&](auto) { return executeIf(op); })
      .Default([&](Operation *) { return fold(op); });
}

LogicalResult Interpreter::executeFor(Operation &op) {
  auto loop = cast<scf::ForOp>(op);
  FailureOr<int64_t> lower = integer(loop.getLowerBound()),
                     upper = integer(loop.getUpperBound()),
                     step = integer(loop.getStep());
  if (failed(lower) || failed(upper) || failed(step) || *step <= 0)
    return failure();
  SmallVector<Attribute> carried;
  for (Value init : loop.getInitArgs())
    carried.push_back(scalars.lookup(init));
  Type type = loop.getInductionVar().getType();
  for (int64_t i = *lower; i < *upper; i += *step) {
    scalars[loop.getInductionVar()] = IntegerAttr::get(type, i);
    if (failed(assign(loop.getRegionIterArgs(), carried)))
      return failure();
    FailureOr<SmallVector<Attribute>> next = run(*loop.getBody());
    if (failed(next))
      return failure();
    carried = std::move(*next);
  }
  return assign(loop.getResults(), carried);
}

LogicalResult Interpreter::executeIf(Operation &op) {
  auto branch = cast<scf::IfOp>(op);
  FailureOr<int64_t> condition = integer(branch.getCondition());
  if (failed(condition))
    return failure();
  Block *block = *condition != 0 ? branch.thenBlock() : branch.elseBlock();
  if (!block)
    return success();
  FailureOr<SmallVector<Attribute>> values = run(*block);
  return failed(values) ? failure() : assign(branch.getResults(), *values);
}

/// What the folders leave undone: they have none for fma, and refuse what is
/// inexact or no number.
static Attribute evaluateInexact(Operation &op, ArrayRef<Attribute> operands) {
  auto x =
      dyn_cast_or_null<FloatAttr>(operands.empty() ? Attribute() : operands[0]);
  auto type = op.getNumResults() == 1
                  ? dyn_cast<FloatType>(op.getResult(0).getType())
                  : FloatType();
  if (!x || !type)
    return nullptr;
  APFloat value = x.getValue();
  bool losesInfo;
  if (isa<arith::TruncFOp>(op)) {
    value.convert(type.getFloatSemantics(), APFloat::rmNearestTiesToEven,
                  &losesInfo);
    return FloatAttr::get(type, value);
  }
  if (isa<math::FmaOp>(op)) {
    auto y = dyn_cast_or_null<FloatAttr>(operands[1]);
    auto z = dyn_cast_or_null<FloatAttr>(operands[2]);
    if (!y || !z)
      return nullptr;
    value.fusedMultiplyAdd(y.getValue(), z.getValue(),
                           APFloat::rmNearestTiesToEven);
    return FloatAttr::get(type, value);
  }
  // Outside their domains, such as the root of a negative number.
  if (isa<math::SqrtOp, math::LogOp, math::AsinOp, math::AcosOp, math::AcoshOp,
          math::AtanhOp, math::PowFOp>(op))
    return FloatAttr::get(type, APFloat::getNaN(type.getFloatSemantics()));
  return nullptr;
}

LogicalResult Interpreter::fold(Operation &op) {
  SmallVector<Attribute, 4> operands;
  for (Value operand : op.getOperands())
    operands.push_back(scalars.lookup(operand));
  SmallVector<OpFoldResult, 1> folded;
  if (failed(op.fold(operands, folded)) ||
      folded.size() != op.getNumResults()) {
    folded.clear();
    if (Attribute value = evaluateInexact(op, operands))
      folded.push_back(value);
    else
      return failure();
  }
  for (auto [result, value] : llvm::zip_equal(op.getResults(), folded)) {
    Attribute attribute = dyn_cast<Attribute>(value);
    if (!attribute)
      attribute = scalars.lookup(cast<Value>(value));
    if (!attribute)
      return failure();
    scalars[result] = attribute;
  }
  return success();
}

LogicalResult Interpreter::assign(ValueRange targets,
                                  ArrayRef<Attribute> values) {
  for (auto [target, value] : llvm::zip_equal(targets, values)) {
    if (!value)
      return failure();
    scalars[target] = value;
  }
  return success();
}

FailureOr<int64_t> Interpreter::integer(Value value) {
  auto attribute = dyn_cast_or_null<IntegerAttr>(scalars.lookup(value));
  if (!attribute)
    return failure();
  return attribute.getValue().getSExtValue();
}

FailureOr<size_t> Interpreter::offset(Value buffer, ValueRange index) {
  auto type = cast<ShapedType>(buffer.getType());
  int64_t flat = 0;
  for (auto [i, extent] : llvm::zip_equal(index, type.getShape())) {
    FailureOr<int64_t> position = integer(i);
    if (failed(position) || *position < 0 || *position >= extent)
      return failure();
    flat = flat * extent + *position;
  }
  return size_t(flat) * (type.getElementTypeBitWidth() / 8);
}

FailureOr<Attribute> Interpreter::read(Value buffer, ValueRange index) {
  FailureOr<size_t> at = offset(buffer, index);
  Type type = getElementTypeOrSelf(buffer.getType());
  size_t size = type.getIntOrFloatBitWidth() / 8;
  ArrayRef<char> bytes = constants.lookup(buffer);
  if (failed(at) || *at + size > bytes.size())
    return failure();
  uint64_t bits = 0;
  memcpy(&bits, bytes.data() + *at, size);
  APInt value(8 * size, bits);
  if (auto real = dyn_cast<FloatType>(type))
    return Attribute(
        FloatAttr::get(type, APFloat(real.getFloatSemantics(), value)));
  return Attribute(IntegerAttr::get(type, value));
}

LogicalResult Interpreter::write(Value buffer, ValueRange index, Value value) {
  FailureOr<size_t> at = offset(buffer, index);
  MutableArrayRef<char> bytes = buffers.lookup(buffer);
  Attribute attribute = scalars.lookup(value);
  size_t size = value.getType().getIntOrFloatBitWidth() / 8;
  if (failed(at) || !attribute || *at + size > bytes.size())
    return failure();
  storeScalar(attribute, bytes.data() + *at);
  return success();
}

void mlir::veltair::storeScalar(Attribute value, char *target) {
  auto real = dyn_cast<FloatAttr>(value);
  APInt bits = real ? real.getValue().bitcastToAPInt()
                    : cast<IntegerAttr>(value).getValue();
  uint64_t word = bits.getZExtValue();
  memcpy(target, &word, bits.getBitWidth() / 8);
}
