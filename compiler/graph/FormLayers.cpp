// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/LayerGroups.h"
#include "compiler/graph/Passes.h"
#include "compiler/graph/RewriteOps.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/Elements.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlow.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_FORMLAYERS
#include "compiler/graph/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

//===-- names -------------------------------------------------------------===//

/// The ONNX operator that `op` stands for.
static StringRef getOperator(Operation *op) {
  if (auto kernel = dyn_cast<kernel::LayerKernelOp>(op))
    return kernel.getOperatorName();
  return isa<kernel::ReorderOp>(op) ? "Reorder" : op->getName().stripDialect();
}

/// The name of the ONNX node that `location` tells of, or nothing.
static StringRef getNodeName(Location location) {
  if (auto name = dyn_cast<NameLoc>(location))
    return name.getName();
  if (auto fused = dyn_cast<FusedLoc>(location))
    for (Location part : fused.getLocations())
      if (StringRef name = getNodeName(part); !name.empty())
        return name;
  return {};
}

/// The operators of a group, e.g. "Conv+Relu". What stems from one ONNX node
/// counts once.
static std::string describe(const LayerGroup &group) {
  std::string text;
  StringRef previous;
  for (Operation *op : group.ops) {
    StringRef node = getNodeName(op->getLoc());
    if (!text.empty() && !node.empty() && node == previous)
      continue;
    text += (text.empty() ? "" : "+") + getOperator(op).str();
    previous = node;
  }
  return text;
}

namespace {

class Names {
public:
  std::string unique(Operation *op) {
    StringRef node = getNodeName(op->getLoc());
    std::string base = node.empty() ? getOperator(op).str() : node.str();
    std::string name = base;
    for (unsigned &number = last[base]; !used.insert(name).second;)
      name = base + "_" + std::to_string(++number);
    return name;
  }

private:
  llvm::StringSet<> used;
  llvm::StringMap<unsigned> last; // number behind each name
};

} // namespace

//===-- operands ----------------------------------------------------------===//

/// True when `op` cannot do without knowing this operand at compile time: its
/// result types depend on it.
static bool needsConstant(OpOperand &operand) {
  auto infer = dyn_cast<InferTypeOpInterface>(operand.getOwner());
  if (!infer)
    return false;
  Block scratch;
  SmallVector<Value> operands(infer->getOperands());
  operands[operand.getOperandNumber()] =
      scratch.addArgument(operand.get().getType(), infer->getLoc());
  SmallVector<Type> types;
  return failed(infer.inferReturnTypes(
      infer->getContext(), std::nullopt, operands, infer->getAttrDictionary(),
      infer->getPropertiesStorage(), infer->getRegions(), types));
}

static bool isSplat(ElementsAttr elements) {
  return elements.getNumElements() == 1 || elements.isSplat();
}

namespace {

/// Moves one group into a layer.
class Outliner {
public:
  using Extents = llvm::DenseMap<int64_t, ExtentOp>;

  Outliner(const LayerGroup &group, const Extents &extents)
      : group(group), extents(extents), builder(group.last()),
        body(std::make_unique<Block>()), inner(builder.getContext()) {
    inner.setInsertionPointToEnd(body.get());
  }

  LayerOp outline(StringRef name);

private:
  /// What stands for an operand in the body.
  Value import(OpOperand &operand);
  /// The body's argument for an operand of the layer.
  Value addOperand(Value value, SmallVectorImpl<Value> &segment);
  /// `value` with leading dimensions of 1 up to the rank of the group's result,
  /// which the epilogues of dense kernels need.
  Value extendRank(Value value);

  /// Makes the extents in the body's types those of the body's arguments.
  void bindExtents();

  const LayerGroup &group;
  const Extents &extents;
  OpBuilder builder;
  std::unique_ptr<Block> body;
  OpBuilder inner;
  IRMapping computed; // inside the group
  llvm::DenseMap<Value, Value> extended;
  SmallVector<Value> inputs, constants;
};

} // namespace

Value Outliner::addOperand(Value value, SmallVectorImpl<Value> &segment) {
  bool isInput = &segment == &inputs;
  auto *known = llvm::find(segment, value);
  unsigned place =
      (isInput ? 0 : inputs.size()) + std::distance(segment.begin(), known);
  if (known != segment.end())
    return body->getArgument(place);
  segment.push_back(value);
  return body->insertArgument(place, value.getType(), value.getLoc());
}

Value Outliner::extendRank(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  int64_t rank =
      cast<RankedTensorType>(group.outputs.front().getType()).getRank();
  if (type.getRank() == rank)
    return value;
  Value &result = extended[value];
  if (result)
    return result;
  SmallVector<int64_t> shape(rank - type.getRank(), 1);
  llvm::append_range(shape, type.getShape());
  RankedTensorType wide = type.clone(shape);
  if (ElementsAttr elements = onnx::constantElements(value))
    result = onnx::ConstantOp::create(
        builder, value.getLoc(), onnx::reinterpretElements(elements, wide));
  else
    result = ViewOp::create(builder, value.getLoc(), wide, value);
  return result;
}

Value Outliner::import(OpOperand &operand) {
  Value value = operand.get();
  Operation *op = operand.getOwner();
  if (Value inside = computed.lookupOrNull(value))
    return inside;
  if (isa<NoneType>(value.getType()))
    return inner.clone(*value.getDefiningOp())->getResult(0);
  if (Operation *widening = value.getDefiningOp();
      widening && isWidening(widening)) {
    Operation *clone = widening->clone();
    clone->setOperand(0, import(widening->getOpOperand(0)));
    inner.insert(clone);
    // Epilogues give their operands the rank of the result.
    auto rank = onnx::tensorType(clone->getOperand(0)).getShape();
    clone->getResult(0).setType(onnx::tensorType(value).clone(rank));
    computed.map(value, clone->getResult(0));
    return clone->getResult(0);
  }
  auto kernel = dyn_cast<kernel::LayerKernelOp>(op);
  if (kernel && kernel.isPackedOperand(operand.getOperandNumber()))
    return addOperand(value, constants);
  if (kernel)
    return addOperand(value, inputs);
  bool inEpilogue = isa<kernel::LayerKernelOp>(group.root);
  ElementsAttr elements = onnx::constantElements(value);
  if (elements && (isSplat(elements) || needsConstant(operand))) {
    if (inEpilogue) {
      auto type = cast<RankedTensorType>(group.outputs.front().getType());
      RankedTensorType scalar = RankedTensorType::get(
          SmallVector<int64_t>(type.getRank(), 1), elements.getElementType());
      elements = elements.getNumElements() == 1
                     ? onnx::reinterpretElements(elements, scalar)
                     : cast<DenseElementsAttr>(elements).resizeSplat(scalar);
    }
    return onnx::ConstantOp::create(inner, value.getLoc(), elements);
  }
  return addOperand(inEpilogue ? extendRank(value) : value, inputs);
}

void Outliner::bindExtents() {
  auto bind = [&](int64_t number) -> int64_t {
    Value extent =
        const_cast<ExtentOp &>(extents.find(number)->second).getValue();
    if (computed.contains(extent))
      return onnx::unnamedExtent;
    return cast<BlockArgument>(addOperand(extent, inputs)).getArgNumber();
  };
  auto rename = [&](Value value) {
    value.setType(onnx::renameExtents(value.getType(), bind));
  };
  // Arguments that are added on the way have no extents.
  for (BlockArgument argument : llvm::to_vector(body->getArguments()))
    rename(argument);
  for (Operation &op : *body)
    for (Value result : op.getResults())
      rename(result);
}

LayerOp Outliner::outline(StringRef name) {
  for (Operation *op : group.ops) {
    Operation *clone = op->clone();
    for (auto [inside, outside] :
         llvm::zip_equal(clone->getOpOperands(), op->getOpOperands()))
      inside.set(import(outside));
    inner.insert(clone);
    computed.map(op->getResults(), clone->getResults());
  }
  bindExtents();
  SmallVector<Value> yielded;
  for (Value output : group.outputs)
    yielded.push_back(computed.lookup(output));
  YieldOp::create(inner, group.last()->getLoc(), yielded);

  auto layer = LayerOp::create(
      builder, group.root->getLoc(), ValueRange(group.outputs).getTypes(), name,
      describe(group), inputs, constants, /*offsets=*/nullptr,
      /*first_conflict=*/nullptr, /*hash=*/nullptr);
  layer.getBody().push_back(body.release());
  return layer;
}

//===-- pass --------------------------------------------------------------===//

/// Gives every output of the program a tensor of its own that a layer writes.
static void separateOutputs(ReturnOp op) {
  OpBuilder builder(op);
  llvm::DenseSet<Value> written;
  for (OpOperand &output : op->getOpOperands()) {
    Value tensor = skipViews(output.get());
    bool byLayer = tensor.getDefiningOp() &&
                   !tensor.getDefiningOp()->hasTrait<OpTrait::ConstantLike>();
    if (!byLayer || !written.insert(tensor).second)
      output.set(builder
                     .create(op.getLoc(),
                             builder.getStringAttr("onnx.Identity"),
                             output.get(), output.get().getType())
                     ->getResult(0));
  }
}

/// Erases the names of extents that no tensor has which the outputs need.
static void eraseDeadExtents(ProgramOp program) {
  llvm::DenseMap<int64_t, ExtentOp> extents = program.getExtents();
  llvm::SetVector<Operation *> live;
  live.insert(program.getReturn());
  for (size_t i = 0; i < live.size(); ++i) {
    auto visit = [&](Value value) {
      (void)onnx::renameExtents(value.getType(), [&](int64_t number) {
        live.insert(extents.lookup(number));
        return number;
      });
      if (Operation *op = value.getDefiningOp())
        live.insert(op);
    };
    Operation *op = live[i];
    llvm::for_each(op->getOperands(), visit);
    llvm::for_each(op->getResults(), visit);
  }
  for (auto [number, extent] : extents)
    if (!live.contains(extent))
      extent->erase();
}

static void eraseDead(ProgramOp program) {
  eraseDeadExtents(program);
  eraseDeadOps(program);
}

namespace {

class FormLayers : public veltair::impl::FormLayersBase<FormLayers> {
public:
  using FormLayersBase::FormLayersBase;

  void runOnOperation() override {
    ProgramOp program = getOperation();
    eraseDead(program);
    separateOutputs(program.getReturn());
    FailureOr<std::vector<LayerGroup>> groups = groupLayers(program);
    if (failed(groups))
      return signalPassFailure();
    Names names;
    llvm::DenseMap<int64_t, ExtentOp> extents = program.getExtents();
    for (const LayerGroup &group : *groups) {
      LayerOp layer =
          Outliner(group, extents).outline(names.unique(group.root));
      for (auto [output, result] :
           llvm::zip_equal(group.outputs, layer.getResults()))
        Value(output).replaceAllUsesWith(result);
      ++layers;
      fusedOps += group.ops.size() - 1;
    }
    eraseDead(program);
  }
};

} // namespace
