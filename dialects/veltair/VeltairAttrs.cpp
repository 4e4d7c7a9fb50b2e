// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/kernel/Strassen.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair;

static StringRef stringifyLoopOrder(LoopOrder order) {
  return order == LoopOrder::Rows ? "rows" : "channels";
}

#include "dialects/veltair/VeltairEnums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "dialects/veltair/VeltairAttrs.cpp.inc"

void VeltairDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "dialects/veltair/VeltairAttrs.cpp.inc"
      >();
}

std::string ScheduleAttr::getText() const {
  if (getAlgorithm() == "general")
    return llvm::formatv("general grain={0}", getGrain()).str();
  return llvm::formatv("{0} {1}x{2} {3} grain={4} groups={5}", getAlgorithm(),
                       getRows(), getVectors(), stringifyLoopOrder(getOrder()),
                       getGrain(), getGroups())
      .str();
}

void ScheduleAttr::print(AsmPrinter &printer) const {
  printer << '<' << getAlgorithm() << " rows = " << getRows()
          << " vectors = " << getVectors()
          << " order = " << stringifyLoopOrder(getOrder())
          << " grain = " << getGrain() << " groups = " << getGroups() << '>';
}

Attribute ScheduleAttr::parse(AsmParser &parser, Type) {
  std::string algorithm;
  int64_t rows, vectors, grain, groups;
  StringRef order;
  llvm::SMLoc loc = parser.getCurrentLocation();
  StringRef algorithmRef;
  if (parser.parseLess() || parser.parseKeyword(&algorithmRef))
    return {};
  algorithm = algorithmRef.str();
  if (parser.parseKeyword("rows") || parser.parseEqual() ||
      parser.parseInteger(rows) || parser.parseKeyword("vectors") ||
      parser.parseEqual() || parser.parseInteger(vectors) ||
      parser.parseKeyword("order") || parser.parseEqual() ||
      parser.parseKeyword(&order) || parser.parseKeyword("grain") ||
      parser.parseEqual() || parser.parseInteger(grain) ||
      parser.parseKeyword("groups") || parser.parseEqual() ||
      parser.parseInteger(groups) || parser.parseGreater())
    return {};
  if (order != "rows" && order != "channels") {
    parser.emitError(loc, "expected order 'rows' or 'channels'");
    return {};
  }
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    algorithm, rows, vectors,
                    order == "rows" ? LoopOrder::Rows : LoopOrder::Channels,
                    grain, groups);
}

LogicalResult ScheduleAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                   StringRef algorithm, int64_t rows,
                                   int64_t vectors, LoopOrder, int64_t grain,
                                   int64_t groups) {
  if (algorithm.empty())
    return emitError() << "schedule needs an algorithm";
  if (rows < 1 || vectors < 1 || grain < 1 || groups < 0)
    return emitError() << "schedule sizes must be positive";
  return success();
}

LogicalResult CacheUsageAttr::verify(
    function_ref<InFlightDiagnostic()> emitError, int64_t flops,
    int64_t bytesRead, int64_t bytesWritten, int64_t writebackBytes,
    int64_t l1Bytes, int64_t privateBytes, int64_t sharedBytes,
    ArrayRef<int64_t> missCapacities, ArrayRef<int64_t> missBytes) {
  for (int64_t value : {flops, bytesRead, bytesWritten, writebackBytes, l1Bytes,
                        privateBytes, sharedBytes})
    if (value < 0)
      return emitError() << "cache usage must not be negative";
  if (missCapacities.size() != missBytes.size())
    return emitError() << "miss curve has " << missCapacities.size()
                       << " capacities but " << missBytes.size() << " values";
  if (missCapacities.size() < 6)
    return emitError() << "miss curve needs at least 6 points";
  for (size_t i = 1; i < missCapacities.size(); ++i)
    if (missCapacities[i] <= missCapacities[i - 1] ||
        missBytes[i] > missBytes[i - 1])
      return emitError() << "miss curve must have ascending capacities and "
                            "must not rise";
  return success();
}

LogicalResult PackingAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t winograd, BlockSums strassen,
                                  ArrayRef<int64_t>, ArrayRef<int64_t>,
                                  ArrayRef<int64_t>, ArrayRef<int64_t>,
                                  Type element) {
  if (winograd < 0)
    return emitError() << "packing has no transform F(" << winograd << ", r)";
  if (winograd != 0 && strassen != BlockSums::None)
    return emitError() << "packing has two transforms";
  if (element && !element.isBF16())
    return emitError() << "packing rounds to bf16, not to " << element;
  return success();
}

RankedTensorType
PackingAttr::getTransformedType(RankedTensorType source) const {
  if (getStrassen() != BlockSums::None)
    return source.clone({kernel::Strassen::products, source.getDimSize(0) / 2,
                         source.getDimSize(1) / 2});
  if (!getWinograd())
    return source;
  SmallVector<int64_t> shape(source.getShape().drop_back(2));
  shape.append(2, getWinograd() + source.getShape().back() - 1);
  return RankedTensorType::get(shape, source.getElementType());
}

RankedTensorType PackingAttr::getPackedType(RankedTensorType source) const {
  SmallVector<int64_t> shape(
      getShape().empty() ? getTransformedType(source).getShape() : getShape());
  if (!getPermutation().empty()) {
    SmallVector<int64_t> permuted;
    for (int64_t dim : getPermutation())
      permuted.push_back(shape[dim]);
    shape = permuted;
  }
  for (auto [dim, tile] : llvm::zip_equal(getInnerDims(), getInnerTiles()))
    shape[dim] = llvm::divideCeil(shape[dim], tile);
  llvm::append_range(shape, getInnerTiles());
  return RankedTensorType::get(shape, getElement() ? getElement()
                                                   : source.getElementType());
}
