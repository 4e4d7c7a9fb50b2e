// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/general/Interpreter.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace mlir;
using namespace mlir::veltair;

/// What a step that makes attributes counts as.
static constexpr int64_t folderSteps = 100;

static bool isScalar(Type type) {
  return type.isIndex() ||
         (type.isIntOrFloat() && type.getIntOrFloatBitWidth() <= 64);
}

unsigned Interpreter::widthOf(Type type) {
  return type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
}

static Attribute asAttribute(Type type, const APInt &bits) {
  if (auto real = dyn_cast<FloatType>(type))
    return FloatAttr::get(type, APFloat(real.getFloatSemantics(), bits));
  return IntegerAttr::get(type, bits);
}

/// The word of a constant; nothing when it is no scalar.
static std::optional<uint64_t> asWord(Attribute attribute) {
  APInt bits;
  if (auto real = dyn_cast_or_null<FloatAttr>(attribute))
    bits = real.getValue().bitcastToAPInt();
  else if (auto integer = dyn_cast_or_null<IntegerAttr>(attribute))
    bits = integer.getValue();
  else
    return std::nullopt;
  return bits.getBitWidth() <= 64 ? std::optional(bits.getZExtValue())
                                  : std::nullopt;
}

//===----------------------------------------------------------------------===//
// Execution
//===----------------------------------------------------------------------===//

LogicalResult Interpreter::run(Block &block) {
  Code code;
  if (!translate(block, code) || stepsLeft < 0 ||
      code.least > uint64_t(stepsLeft))
    return failure();
  return success(execute(code));
}

bool Interpreter::execute(Code &code) {
  stepsLeft -= code.steps;
  if (stepsLeft < 0)
    return false;
  uint64_t *x = table.data();
  return llvm::all_of(code.actions, [x](Action &action) { return action(x); });
}

/// Copies scalars, all at once.
static void copy(uint64_t *x, ArrayRef<unsigned> from, ArrayRef<unsigned> to) {
  SmallVector<uint64_t, 4> values;
  for (unsigned slot : from)
    values.push_back(x[slot]);
  for (auto [slot, value] : llvm::zip_equal(to, values))
    x[slot] = value;
}

//===----------------------------------------------------------------------===//
// The table of scalars
//===----------------------------------------------------------------------===//

unsigned Interpreter::define(Value value) {
  auto [entry, isNew] = slots.try_emplace(value, unsigned(table.size()));
  if (isNew)
    table.push_back(0);
  return entry->second;
}

Interpreter::Slots Interpreter::defineAll(ValueRange values) {
  Slots places;
  for (Value value : values)
    places.push_back(define(value));
  return places;
}

std::optional<unsigned> Interpreter::find(Value value) const {
  auto known = slots.find(value);
  return known == slots.end() ? std::nullopt : std::optional(known->second);
}

std::optional<Interpreter::Slots>
Interpreter::findAll(ValueRange values) const {
  Slots places;
  for (Value value : values) {
    std::optional<unsigned> place = find(value);
    if (!place)
      return std::nullopt;
    places.push_back(*place);
  }
  return places;
}

//===----------------------------------------------------------------------===//
// Blocks
//===----------------------------------------------------------------------===//

bool Interpreter::translate(Block &block, Code &code) {
  for (Operation &op : block.without_terminator())
    if (!translate(op, code))
      return false;
  ++code.steps; // the terminator: no loop is for free
  code.least = llvm::SaturatingAdd(code.least, uint64_t(code.steps));
  return true;
}

bool Interpreter::translate(Operation &op, Code &code) {
  if (auto constant = dyn_cast<arith::ConstantOp>(op)) {
    std::optional<uint64_t> word = asWord(Attribute(constant.getValue()));
    unsigned slot = define(constant.getResult());
    table[slot] = word.value_or(0);
    return word.has_value();
  }
  ++code.steps;
  if (isa<scf::ForOp>(op))
    return addLoop(op, code);
  if (isa<scf::IfOp>(op))
    return addBranch(op, code);
  if (isa<memref::LoadOp>(op))
    return addLoad(op, code);
  if (isa<memref::StoreOp>(op))
    return addStore(op, code);
  if (isa<cf::AssertOp>(op))
    return addAssertion(op, code);
  // Whatever else there is computes scalars from scalars.
  if (op.getNumRegions() != 0 || op.getNumResults() == 0 ||
      !llvm::all_of(op.getOperandTypes(), isScalar) ||
      !llvm::all_of(op.getResultTypes(), isScalar))
    return false;
  return addConversion(op, code) || addOnIntegers(op, code) ||
         addOnFloats(op, code) || addFolder(op, code);
}

/// How often a loop runs at least.
static uint64_t leastTrips(scf::ForOp loop) {
  APInt lower, upper, step;
  if (!matchPattern(loop.getLowerBound(), m_ConstantInt(&lower)) ||
      !matchPattern(loop.getUpperBound(), m_ConstantInt(&upper)) ||
      !matchPattern(loop.getStep(), m_ConstantInt(&step)) ||
      !step.isStrictlyPositive() || lower.sge(upper))
    return 0;
  return llvm::divideCeil((upper - lower).getZExtValue(), step.getZExtValue());
}

bool Interpreter::addLoop(Operation &op, Code &code) {
  auto loop = cast<scf::ForOp>(op);
  if (!loop.getInductionVar().getType().isIndex())
    return false;
  // Lower and upper bound, step, and what is carried at first.
  std::optional<Slots> operands = findAll(op.getOperands());
  if (!operands)
    return false;
  unsigned counter = define(loop.getInductionVar());
  Slots carried = defineAll(loop.getRegionIterArgs());
  Code body;
  if (!translate(*loop.getBody(), body))
    return false;
  std::optional<Slots> next =
      findAll(loop.getBody()->getTerminator()->getOperands());
  if (!next)
    return false;
  Slots results = defineAll(op.getResults());
  code.least =
      llvm::SaturatingMultiplyAdd(leastTrips(loop), body.least, code.least);
  code.actions.push_back([this, counter, operands = std::move(*operands),
                          carried = std::move(carried), next = std::move(*next),
                          results = std::move(results),
                          body = std::move(body)](uint64_t *x) mutable {
    int64_t upper(x[operands[1]]), step(x[operands[2]]);
    if (step <= 0)
      return false;
    copy(x, ArrayRef(operands).drop_front(3), carried);
    for (int64_t i(x[operands[0]]); i < upper;) {
      x[counter] = uint64_t(i);
      if (!execute(body))
        return false;
      copy(x, next, carried);
      // Steps are of any size: the next one may lie behind all integers.
      if (llvm::AddOverflow(i, step, i))
        break;
    }
    copy(x, carried, results);
    return true;
  });
  return true;
}

bool Interpreter::addBranch(Operation &op, Code &code) {
  auto branch = cast<scf::IfOp>(op);
  std::optional<unsigned> condition = find(branch.getCondition());
  if (!condition)
    return false;
  struct Side {
    Code code;
    Slots yielded;
  };
  auto translateSide = [&](Block *block, Side &side) {
    if (!block)
      return true;
    if (!translate(*block, side.code))
      return false;
    std::optional<Slots> yielded =
        findAll(block->getTerminator()->getOperands());
    side.yielded = yielded.value_or(Slots());
    return yielded.has_value();
  };
  Side then, otherwise;
  if (!translateSide(branch.thenBlock(), then) ||
      !translateSide(branch.elseBlock(), otherwise))
    return false;
  Slots results = defineAll(op.getResults());
  code.actions.push_back([this, condition = *condition, then = std::move(then),
                          otherwise = std::move(otherwise),
                          results = std::move(results)](uint64_t *x) mutable {
    Side &taken = x[condition] != 0 ? then : otherwise;
    if (!execute(taken.code))
      return false;
    copy(x, taken.yielded, results);
    return true;
  });
  return true;
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

namespace {
/// Which element of a buffer is meant.
struct Place {
  /// The byte offset, or nothing outside of the buffer.
  std::optional<size_t> offset(const uint64_t *x) const {
    uint64_t flat = 0;
    for (auto [slot, extent] : index) {
      // A negative position is a large word.
      if (x[slot] >= extent)
        return std::nullopt;
      flat = flat * extent + x[slot];
    }
    return isSplat ? 0 : flat * element;
  }

  size_t element; // bytes
  bool isSplat;   // there is one element, which stands for all
  SmallVector<std::pair<unsigned, uint64_t>, 4> index; // slots and extents
};
} // namespace

/// The element at the position that `slots` hold of a buffer of `bytes`;
/// nothing when these are not its bytes.
static std::optional<Place> placeIn(MemRefType type, ArrayRef<char> bytes,
                                    ArrayRef<unsigned> slots) {
  Type elementType = type.getElementType();
  if (!elementType.isIntOrFloat() || !type.hasStaticShape() ||
      slots.size() != size_t(type.getRank()))
    return std::nullopt;
  unsigned width = elementType.getIntOrFloatBitWidth();
  if (width > 64 || width % 8 != 0)
    return std::nullopt;
  Place place{width / 8, bytes.size() == width / 8, {}};
  if (!place.isSplat &&
      bytes.size() != size_t(type.getNumElements()) * place.element)
    return std::nullopt;
  for (auto [slot, extent] : llvm::zip_equal(slots, type.getShape()))
    place.index.emplace_back(slot, uint64_t(extent));
  return place;
}

bool Interpreter::addLoad(Operation &op, Code &code) {
  auto load = cast<memref::LoadOp>(op);
  auto bytes = constants.find(load.getMemref());
  std::optional<Slots> index = findAll(load.getIndices());
  if (bytes == constants.end() || !index)
    return false;
  std::optional<Place> place =
      placeIn(load.getMemRefType(), bytes->second, *index);
  if (!place)
    return false;
  code.actions.push_back([place = std::move(*place),
                          data = bytes->second.data(),
                          target = define(load.getResult())](uint64_t *x) {
    std::optional<size_t> offset = place.offset(x);
    if (!offset)
      return false;
    uint64_t word = 0;
    std::memcpy(&word, data + *offset, place.element);
    x[target] = word;
    return true;
  });
  return true;
}

bool Interpreter::addStore(Operation &op, Code &code) {
  auto store = cast<memref::StoreOp>(op);
  auto bytes = buffers.find(store.getMemref());
  std::optional<Slots> index = findAll(store.getIndices());
  std::optional<unsigned> source = find(store.getValue());
  if (bytes == buffers.end() || !index || !source)
    return false;
  std::optional<Place> place =
      placeIn(store.getMemRefType(), bytes->second, *index);
  if (!place)
    return false;
  code.actions.push_back([place = std::move(*place),
                          data = bytes->second.data(),
                          source = *source](uint64_t *x) {
    std::optional<size_t> offset = place.offset(x);
    if (offset)
      std::memcpy(data + *offset, &x[source], place.element);
    return offset.has_value();
  });
  return true;
}

//===----------------------------------------------------------------------===//
// Others
//===----------------------------------------------------------------------===//

bool Interpreter::addAssertion(Operation &op, Code &code) {
  std::optional<unsigned> condition = find(cast<cf::AssertOp>(op).getArg());
  if (!condition)
    return false;
  code.actions.push_back(
      [condition = *condition](uint64_t *x) { return x[condition] != 0; });
  return true;
}

bool Interpreter::addFolder(Operation &op, Code &code) {
  std::optional<Slots> operands = findAll(op.getOperands());
  if (!operands)
    return false;
  Slots results = defineAll(op.getResults());
  code.steps += folderSteps;
  code.actions.push_back([this, &op, operands = std::move(*operands),
                          results = std::move(results)](uint64_t *x) {
    SmallVector<Attribute, 4> attributes;
    for (auto [slot, type] : llvm::zip_equal(operands, op.getOperandTypes()))
      attributes.push_back(asAttribute(type, APInt(widthOf(type), x[slot])));
    SmallVector<OpFoldResult, 1> folded;
    if (failed(op.fold(attributes, folded)) || folded.size() != results.size())
      return false;
    for (auto [slot, value] : llvm::zip_equal(results, folded)) {
      std::optional<uint64_t> word;
      if (auto attribute = dyn_cast<Attribute>(value))
        word = asWord(attribute);
      else if (std::optional<unsigned> known = find(cast<Value>(value)))
        word = x[*known];
      if (!word)
        return false;
      x[slot] = *word;
    }
    return true;
  });
  return true;
}
