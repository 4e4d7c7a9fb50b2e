// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Extents.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

static ExtentsAttr extentsOf(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  return tensor ? dyn_cast_or_null<ExtentsAttr>(tensor.getEncoding())
                : ExtentsAttr();
}

int64_t mlir::veltair::onnx::extentNumber(Type tensor, int64_t dim) {
  ExtentsAttr extents = extentsOf(tensor);
  return extents ? extents.getNumbers()[dim] : exactExtent;
}

bool mlir::veltair::onnx::hasExtents(Type type) {
  return bool(extentsOf(type));
}

bool mlir::veltair::onnx::hasUnnamedExtents(Type type) {
  ExtentsAttr extents = extentsOf(type);
  return extents && llvm::is_contained(extents.getNumbers(), unnamedExtent);
}

RankedTensorType mlir::veltair::onnx::withExtents(RankedTensorType type,
                                                  ArrayRef<int64_t> numbers) {
  bool exact =
      llvm::all_of(numbers, [](int64_t n) { return n == exactExtent; });
  return RankedTensorType::get(
      type.getShape(), type.getElementType(),
      exact ? ExtentsAttr() : ExtentsAttr::get(type.getContext(), numbers));
}

Type mlir::veltair::onnx::renameExtents(Type type,
                                        function_ref<int64_t(int64_t)> rename) {
  ExtentsAttr extents = extentsOf(type);
  if (!extents)
    return type;
  SmallVector<int64_t> numbers;
  for (int64_t number : extents.getNumbers())
    numbers.push_back(number == exactExtent ? number : rename(number));
  return withExtents(cast<RankedTensorType>(type), numbers);
}

Type mlir::veltair::onnx::withoutExtents(Type type) {
  return renameExtents(type, [](int64_t) { return exactExtent; });
}

bool mlir::veltair::onnx::isCompatible(TypeRange left, TypeRange right) {
  return llvm::equal(left, right, [](Type l, Type r) {
    return withoutExtents(l) == withoutExtents(r);
  });
}

//===----------------------------------------------------------------------===//
// From operands to results
//===----------------------------------------------------------------------===//

namespace {
/// Infers types again for operands of which one extent has another size.
class Probe {
public:
  Probe(ValueRange operands, InferFn infer)
      : operands(operands), infer(infer) {}

  /// The result types when extent `number` exceeds its bound by `excess`; of
  /// what has an element, one at least is left.
  FailureOr<SmallVector<Type>> run(int64_t number, int64_t excess) {
    Block scratch;
    SmallVector<Value> probed(operands);
    for (Value &operand : probed) {
      auto type = dyn_cast<RankedTensorType>(operand.getType());
      if (!type || !hasExtents(type))
        continue;
      SmallVector<int64_t> shape(type.getShape());
      for (auto [dim, extent] : llvm::enumerate(shape))
        if (extentNumber(type, dim) == number)
          extent = std::max(extent + excess, std::min<int64_t>(extent, 1));
      operand = scratch.addArgument(
          RankedTensorType::get(shape, type.getElementType()),
          operand.getLoc());
    }
    SmallVector<Type> types;
    if (failed(infer(probed, std::nullopt, types)))
      return failure();
    return types;
  }

private:
  ValueRange operands;
  InferFn infer;
};
} // namespace

LogicalResult mlir::veltair::onnx::inferWithExtents(
    StringRef op, ValueRange operands, std::optional<Location> location,
    InferFn infer, SmallVectorImpl<Type> &types) {
  if (failed(infer(operands, location, types)))
    return failure();
  llvm::SmallSetVector<int64_t, 4> numbers;
  for (Type type : operands.getTypes())
    if (ExtentsAttr extents = extentsOf(type))
      for (int64_t number : extents.getNumbers())
        if (number != exactExtent)
          numbers.insert(number);
  if (numbers.empty())
    return success();

  // A sequence only holds its operands.
  if (!llvm::all_of(types, llvm::IsaPred<RankedTensorType>))
    return success();
  SmallVector<SmallVector<int64_t>> names;
  for (Type &type : types) {
    auto tensor = cast<RankedTensorType>(type);
    SmallVector<int64_t> &own = names.emplace_back();
    // What an operation says itself stands.
    for (int64_t dim = 0; dim < tensor.getRank(); ++dim)
      own.push_back(extentNumber(tensor, dim) == unnamedExtent ? unnamedExtent
                                                               : exactExtent);
  }
  Probe probe(operands, infer);
  for (int64_t number : numbers) {
    // One more than the bound, and two less: -2 and 1 times the factor if the
    // result depends on the extent linearly.
    FailureOr<SmallVector<Type>> more = probe.run(number, 1),
                                 less = probe.run(number, -2);
    if (failed(more) || failed(less))
      return emitOptionalError(location, "onnx.", op,
                               ": an operand's data-dependent size may not "
                               "fit the others'");
    for (auto [r, type] : llvm::enumerate(types)) {
      auto shapeOf = [](Type t) {
        return cast<RankedTensorType>(t).getShape();
      };
      for (auto [dim, extent] : llvm::enumerate(shapeOf(type))) {
        int64_t grown = shapeOf((*more)[r])[dim] - extent;
        int64_t shrunk = shapeOf((*less)[r])[dim] - extent;
        int64_t &name = names[r][dim];
        if (grown == 0 && shrunk == 0)
          continue;
        bool same =
            grown == 1 && shrunk == -std::clamp<int64_t>(extent - 1, 0, 2);
        name = same && name == exactExtent ? number : unnamedExtent;
      }
    }
  }
  for (auto [type, own] : llvm::zip_equal(types, names))
    type = withExtents(cast<RankedTensorType>(type), own);
  return success();
}

/// True when no dimension of more than one element stands before a bounded one.
static bool isPrefix(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  bool ahead = false;
  for (int64_t dim = 0; dim < tensor.getRank(); ++dim) {
    bool bounded = extentNumber(type, dim) != exactExtent;
    if (bounded && ahead)
      return false;
    ahead |= bounded || tensor.getDimSize(dim) != 1;
  }
  return true;
}

LogicalResult mlir::veltair::onnx::verifyExtents(Operation *op) {
  bool bounded = llvm::any_of(op->getOperandTypes(), hasExtents);
  for (Type type : op->getResultTypes())
    if (hasUnnamedExtents(type))
      return op->emitOpError("has a result of data-dependent size that is not "
                             "supported");
  // What may be computed by its own code must be aware of extents there.
  bool composite = isa<DecomposableOp>(op) && !isa<IndexedOp>(op);
  if (!bounded || composite || isa<ElementwiseOp>(op) ||
      op->hasTrait<ExtentAware>())
    return success();
  if (isReinterpretation(op) && isPrefix(op->getOperand(0).getType()) &&
      isPrefix(op->getResult(0).getType()))
    return success();
  return op->emitOpError("does not support operands of data-dependent size");
}
