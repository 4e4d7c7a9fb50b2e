// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace mlir::veltair;

#define GET_OP_CLASSES
#include "dialects/veltair/VeltairOps.cpp.inc"

//===-- model
//---------------------------------------------------------------===//

LogicalResult ModelOp::verify() {
  if (getInputNames().size() != getInputTypes().size() ||
      getOutputNames().size() != getOutputTypes().size())
    return emitOpError("needs one type for each input and output name");
  for (Operation &op : getBody().front())
    if (!isa<ProgramOp>(op))
      return op.emitOpError("is not allowed in a model: it holds programs");
  return success();
}

//===-- program
//-------------------------------------------------------------===//

ReturnOp ProgramOp::getReturn() {
  return cast<ReturnOp>(getBlock().getTerminator());
}

llvm::DenseMap<int64_t, ExtentOp> ProgramOp::getExtents() {
  llvm::DenseMap<int64_t, ExtentOp> extents;
  for (auto extent : getBlock().getOps<ExtentOp>())
    extents.try_emplace(extent.getNumber(), extent);
  return extents;
}

LogicalResult ProgramOp::verify() {
  auto model = cast<ModelOp>((*this)->getParentOp());
  if (getBlock().getNumArguments() != model.getInputNames().size())
    return emitOpError("has ")
           << getBlock().getNumArguments() << " arguments, but the model has "
           << model.getInputNames().size() << " inputs";
  if (getReturn().getNumOperands() != model.getOutputNames().size())
    return emitOpError("returns ")
           << getReturn().getNumOperands() << " values, but the model has "
           << model.getOutputNames().size() << " outputs";
  return success();
}

void ProgramOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      getBlock().getArguments(), printer,
      [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getSymNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

ParseResult ProgramOp::parse(OpAsmParser &parser, OperationState &state) {
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  if (parser.parseSymbolName(name, getSymNameAttrName(state.name),
                             state.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true) ||
      parser.parseOptionalAttrDictWithKeyword(state.attributes))
    return failure();
  Region *body = state.addRegion();
  if (parser.parseRegion(*body, arguments))
    return failure();
  ensureTerminator(*body, parser.getBuilder(), state.location);
  return success();
}

//===-- view
//----------------------------------------------------------------===//

LogicalResult ViewOp::verify() {
  if (getSource().getType().getElementType() !=
          getResult().getType().getElementType() ||
      getSource().getType().getNumElements() !=
          getResult().getType().getNumElements())
    return emitOpError("must keep the elements: ")
           << getSource().getType() << " against " << getResult().getType();
  return success();
}

OpFoldResult ViewOp::fold(FoldAdaptor) {
  if (getSource().getType() == getResult().getType())
    return getSource();
  if (auto inner = getSource().getDefiningOp<ViewOp>()) {
    getSourceMutable().assign(inner.getSource());
    return getResult();
  }
  return {};
}

Value veltair::skipViews(Value value) {
  while (auto view = value.getDefiningOp<ViewOp>())
    value = view.getSource();
  return value;
}

//===-- join
//----------------------------------------------------------------===//

LogicalResult JoinOp::verify() {
  if (getParts().empty())
    return emitOpError("needs at least one part");
  RankedTensorType type = getResult().getType();
  int64_t elements = 0;
  for (Value value : getParts()) {
    auto part = cast<RankedTensorType>(value.getType());
    if (part.getElementType() != type.getElementType())
      return emitOpError("has a part of another element type: ")
             << part << " against " << type;
    elements += part.getNumElements();
  }
  if (elements != type.getNumElements())
    return emitOpError("must keep the elements: its parts have ")
           << elements << ", its result " << type.getNumElements();
  return success();
}

//===-- layer
//---------------------------------------------------------------===//

YieldOp LayerOp::getYield() {
  return cast<YieldOp>(getBody().front().getTerminator());
}

SmallVector<VersionOp, 5> LayerOp::getVersionOps() {
  if (getVersions().empty())
    return {};
  return llvm::to_vector<5>(getVersions().front().getOps<VersionOp>());
}

/// True when the types agree but for the numbers of extents.
static bool sameTensors(TypeRange left, TypeRange right) {
  return llvm::equal(left, right, [](Type l, Type r) {
    auto x = dyn_cast<RankedTensorType>(l), y = dyn_cast<RankedTensorType>(r);
    return x && y ? x.getShape() == y.getShape() &&
                        x.getElementType() == y.getElementType()
                  : l == r;
  });
}

LogicalResult LayerOp::verify() {
  // Only `versions` goes without a terminator.
  if (!llvm::hasSingleElement(getBody()) || getBody().front().empty() ||
      !isa<YieldOp>(getBody().front().back()))
    return emitOpError("needs a body of one block that ends in veltair.yield");
  if (!sameTensors(getBody().front().getArgumentTypes(), getOperandTypes()))
    return emitOpError("needs one block argument of the same type for each "
                       "input and constant");
  if (!sameTensors(getYield().getOperandTypes(), getResultTypes()))
    return emitOpError("must yield values of its result types");
  if (getOffsets() && getOffsets()->size() != getNumResults())
    return emitOpError("needs one arena offset for each result");
  if (!getVersions().empty())
    for (Operation &op : getVersions().front())
      if (!isa<VersionOp>(op))
        return op.emitOpError("is not allowed among versions");
  return success();
}

//===-- version
//-------------------------------------------------------------===//

LogicalResult VersionOp::verify() {
  auto layer = cast<LayerOp>((*this)->getParentOp());
  if (getPackings().size() != layer.getConstants().size())
    return emitOpError("has ") << getPackings().size() << " packings for "
                               << layer.getConstants().size() << " constants";
  if (getStages() && getStages()->empty())
    return emitOpError("needs at least one stage");
  return success();
}
