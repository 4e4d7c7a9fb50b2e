// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Artifact.h"
#include "compiler/codegen/backend/Target.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::veltair;

namespace {
/// A constant of a layer, looked through views.
struct Constant {
  ElementsAttr value;
  RankedTensorType type; ///< As the layer sees it.
};

class Collector {
public:
  Collector(ModelOp model, WeightWriter &weights)
      : model(model), weights(weights) {}

  /// Learns the stage functions that `modules` define.
  LogicalResult addKernels(ArrayRef<ModuleOp> modules);
  FailureOr<Artifact> run();

private:
  LogicalResult addTensors(ArrayAttr names, ArrayAttr types,
                           std::vector<TensorEntry> &tensors);
  std::vector<ShapeEntry> makeShapes(ProgramOp program, TypeRange types);
  FailureOr<ProgramEntry> makeProgram(ProgramOp program);
  LogicalResult setLayer(LayerOp op, LayerEntry &layer);
  FailureOr<veltair_operand> makeOperand(LayerOp op, Value value,
                                         bool isResult);
  FailureOr<VersionEntry> makeVersion(VersionOp op);
  LogicalResult writeConstants(ArrayRef<ProgramOp> programs,
                               Artifact &artifact);
  FailureOr<Constant> getConstant(LayerOp op, Value value);
  FailureOr<uint32_t> addConstant(LayerOp op, Value value, PackingAttr packing);

  ModelOp model;
  WeightWriter &weights;
  DenseMap<StringRef, LLVM::LLVMFuncOp> kernels;
  /// Of the program at hand: the index of the output that a layer writes, and
  /// of the extent of an output in the query's table.
  DenseMap<Value, uint64_t> outputs, extents;
};
} // namespace

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

LogicalResult Collector::addKernels(ArrayRef<ModuleOp> modules) {
  for (ModuleOp module : modules) {
    for (auto function : module.getOps<LLVM::LLVMFuncOp>()) {
      if (function.isExternal() ||
          function.getLinkage() != LLVM::Linkage::External)
        continue;
      if (!kernels.try_emplace(function.getName(), function).second)
        return function.emitOpError("is defined in another kernel module too");
    }
  }
  return success();
}

LogicalResult Collector::addTensors(ArrayAttr names, ArrayAttr types,
                                    std::vector<TensorEntry> &tensors) {
  for (auto [name, type] : llvm::zip_equal(names.getAsRange<StringAttr>(),
                                           types.getAsValueRange<TypeAttr>())) {
    auto tensorType = dyn_cast<RankedTensorType>(type);
    veltair_dtype dtype =
        tensorType ? getDtype(tensorType.getElementType()) : 0;
    if (!dtype)
      return model.emitOpError("has '")
             << name.getValue() << "' of type " << type
             << ", which artifacts cannot hold";
    TensorEntry tensor;
    tensor.name = name.getValue();
    tensor.fields.dtype = dtype;
    for (int64_t dim : tensorType.getShape())
      tensor.dims.push_back(ShapedType::isDynamic(dim) ? VELTAIR_DYNAMIC_DIM
                                                       : dim);
    tensors.push_back(std::move(tensor));
  }
  return success();
}

std::vector<ShapeEntry> Collector::makeShapes(ProgramOp program,
                                              TypeRange types) {
  DenseMap<int64_t, ExtentOp> names = program.getExtents();
  std::vector<ShapeEntry> shapes;
  for (Type type : types) {
    ShapeEntry shape;
    shape.fields.extent = VELTAIR_NONE;
    (void)onnx::renameExtents(type, [&](int64_t number) {
      Value extent = skipViews(names.lookup(number).getValue());
      shape.fields.extent =
          extents.try_emplace(extent, extents.size()).first->second;
      return number;
    });
    shape.dims.assign(cast<RankedTensorType>(type).getShape());
    shapes.push_back(std::move(shape));
  }
  return shapes;
}

FailureOr<veltair_operand> Collector::makeOperand(LayerOp op, Value value,
                                                  bool isResult) {
  RankedTensorType type = getTensorType(value);
  if (!type.hasStaticShape() || !getElementBytes(type.getElementType()))
    return op.emitOpError("has an operand of type ")
           << type << ", which artifacts cannot hold";
  veltair_operand operand{};
  operand.access = isResult ? VELTAIR_WRITE : VELTAIR_READ;
  operand.size = getTensorBytes(type);
  Value tensor = skipViews(value);
  // A join begins where its first part does.
  while (auto join = tensor.getDefiningOp<JoinOp>())
    tensor = skipViews(join.getParts().front());
  if (auto argument = dyn_cast<BlockArgument>(tensor)) {
    operand.kind = VELTAIR_OPERAND_INPUT;
    operand.value = argument.getArgNumber();
  } else if (auto output = outputs.find(tensor); output != outputs.end()) {
    operand.kind = VELTAIR_OPERAND_OUTPUT;
    operand.value = output->second;
  } else if (auto extent = extents.find(tensor); extent != extents.end()) {
    operand.kind = VELTAIR_OPERAND_EXTENT;
    operand.value = extent->second;
  } else if (auto producer = tensor.getDefiningOp<LayerOp>()) {
    int64_t offset = -1;
    if (producer.getOffsets())
      offset =
          (*producer.getOffsets())[cast<OpResult>(tensor).getResultNumber()];
    if (offset < 0)
      return producer.emitOpError("has a result without a place in the arena");
    operand.kind = VELTAIR_OPERAND_ARENA;
    operand.value = offset;
  } else {
    FailureOr<uint32_t> constant = addConstant(
        op, value, PackingAttr::get(op.getContext(), {}, {}, {}, {}));
    if (failed(constant))
      return failure();
    operand.kind = VELTAIR_OPERAND_CONSTANT;
    operand.value = *constant;
  }
  return operand;
}

FailureOr<Constant> Collector::getConstant(LayerOp op, Value value) {
  Constant constant{{}, getTensorType(value)};
  if (!matchPattern(skipViews(value), m_Constant(&constant.value)))
    return op.emitOpError(
        "has an operand that is no constant, input or result");
  return constant;
}

FailureOr<uint32_t> Collector::addConstant(LayerOp op, Value value,
                                           PackingAttr packing) {
  FailureOr<Constant> constant = getConstant(op, value);
  if (failed(constant))
    return failure();
  FailureOr<uint32_t> index =
      weights.add(constant->value, constant->type, packing);
  if (failed(index))
    return op.emitOpError("has a constant of type ")
           << constant->type << " that cannot be stored as " << packing;
  return index;
}

/// True if how much there is to do depends on the data.
static bool dependsOnData(LayerOp layer) {
  return llvm::any_of(layer.getBody().front(), [](Operation &op) {
    return llvm::any_of(op.getOperandTypes(), onnx::hasExtents) ||
           llvm::any_of(op.getResultTypes(), onnx::hasExtents);
  });
}

FailureOr<VersionEntry> Collector::makeVersion(VersionOp op) {
  VersionEntry version;
  version.schedule = op.getSchedule().getText();
  if (!op.getStages())
    return op.emitOpError("is not compiled");
  for (auto attribute : op.getStages()->getAsRange<StageAttr>()) {
    LLVM::LLVMFuncOp function =
        kernels.lookup(attribute.getFunction().getValue());
    if (!function)
      return op.emitOpError("has a stage without code: ")
             << attribute.getFunction();
    // veltair_stage_function
    Type pointer = LLVM::LLVMPointerType::get(op.getContext());
    Type i32 = IntegerType::get(op.getContext(), 32);
    if (function.getFunctionType() !=
        LLVM::LLVMFunctionType::get(i32, {pointer, i32, i32, pointer}))
      return function.emitOpError("is no stage function: it has type ")
             << function.getFunctionType();
    if (attribute.getChunks() < 1 || attribute.getChunks() > UINT32_MAX)
      return op.emitOpError("has a stage of ")
             << attribute.getChunks() << " chunks";
    StageEntry stage;
    stage.fields.chunks = attribute.getChunks();
    stage.function = function.getName();
    version.stages.push_back(std::move(stage));
  }
  version.fields.worker_scratch_bytes =
      llvm::alignTo(op.getWorkerScratch(), VELTAIR_ALIGNMENT);
  version.fields.numerics_class = op.getNumerics();
  auto layer = cast<LayerOp>(op->getParentOp());
  // Loops of such operations have their results as working memory.
  if (!layer.getBody().front().getOps<onnx::SequentialOp>().empty())
    version.fields.flags |= VELTAIR_VERSION_IN_PLACE;
  if (dependsOnData(layer))
    version.fields.flags |= VELTAIR_VERSION_DATA_DEPENDENT;
  version.fields.shared_scratch_bytes = op.getSharedScratch();
  version.fields.shared_scratch_offset = op.getSharedScratchOffset();
  CacheUsageAttr cache = op.getCache();
  version.fields.cache.flops = cache.getFlops();
  version.fields.cache.bytes_read = cache.getBytesRead();
  version.fields.cache.bytes_written = cache.getBytesWritten();
  version.fields.cache.writeback_bytes = cache.getWritebackBytes();
  version.fields.cache.l1_bytes = cache.getL1Bytes();
  version.fields.cache.private_bytes = cache.getPrivateBytes();
  version.fields.cache.shared_bytes = cache.getSharedBytes();
  for (auto [capacity, bytes] :
       llvm::zip_equal(cache.getMissCapacities(), cache.getMissBytes()))
    version.missCurve.push_back({uint64_t(capacity), uint64_t(bytes)});
  return version;
}

LogicalResult Collector::setLayer(LayerOp op, LayerEntry &layer) {
  layer.name = op.getName();
  layer.ops = op.getOps();
  layer.fields.hash = op.getHash().value_or(0);
  layer.fields.group = VELTAIR_NONE;
  layer.fields.guard = VELTAIR_NONE;
  if (!op.getFirstConflict())
    return op.emitOpError("has no first conflict: memory is not planned");
  layer.fields.first_conflict = *op.getFirstConflict();
  for (auto [values, isResult] :
       {std::pair<ValueRange, bool>(op.getInputs(), false),
        std::pair<ValueRange, bool>(op.getResults(), true)}) {
    for (Value value : values) {
      FailureOr<veltair_operand> operand = makeOperand(op, value, isResult);
      if (failed(operand))
        return failure();
      layer.operands.push_back(*operand);
    }
  }
  for (VersionOp versionOp : op.getVersionOps()) {
    FailureOr<VersionEntry> version = makeVersion(versionOp);
    if (failed(version))
      return failure();
    layer.versions.push_back(std::move(*version));
  }
  if (layer.versions.empty())
    return op.emitOpError("has no versions");
  return success();
}

FailureOr<ProgramEntry> Collector::makeProgram(ProgramOp op) {
  ProgramEntry program;
  if (!op.getIsa() || !op.getArenaBytes())
    return op.emitOpError("needs 'isa' and 'arena_bytes'");
  llvm::Expected<TargetIsa> isa = parseTargetIsa(*op.getIsa());
  if (!isa)
    return op.emitOpError(llvm::toString(isa.takeError()));
  program.isa = isa->name;
  program.fields.features = isa->featureBits;
  program.fields.arena_bytes = *op.getArenaBytes();
  extents.clear();
  program.inputShapes = makeShapes(op, op.getBlock().getArgumentTypes());
  program.outputShapes = makeShapes(op, op.getReturn().getOperandTypes());
  program.fields.extent_count = extents.size();

  outputs.clear();
  for (auto [index, value] : llvm::enumerate(op.getReturn().getOutputs())) {
    Value tensor = skipViews(value);
    if (!tensor.getDefiningOp<LayerOp>() ||
        !outputs.try_emplace(tensor, index).second)
      return op.getReturn().emitOpError(
          "needs outputs that layers write, each one a "
          "tensor of its own");
  }
  for (auto layerOp : op.getBlock().getOps<LayerOp>())
    if (failed(setLayer(layerOp, program.layers.emplace_back())))
      return failure();
  return program;
}

/// Writes all first versions' constants, then all second versions', and so on:
/// what only later versions use lies apart.
LogicalResult Collector::writeConstants(ArrayRef<ProgramOp> programs,
                                        Artifact &artifact) {
  bool isPastLast = false;
  for (size_t index = 0; !isPastLast; ++index) {
    if (index)
      weights.startPage();
    isPastLast = true;
    for (auto [constOp, program] :
         llvm::zip_equal(programs, artifact.programs)) {
      ProgramOp op = constOp;
      for (auto [layerOp, layer] :
           llvm::zip_equal(op.getBlock().getOps<LayerOp>(), program.layers)) {
        if (index >= layer.versions.size())
          continue;
        isPastLast = false;
        VersionOp version = layerOp.getVersionOps()[index];
        for (auto [value, packing] :
             llvm::zip_equal(layerOp.getConstants(),
                             version.getPackings().getAsRange<PackingAttr>())) {
          FailureOr<uint32_t> constant = addConstant(layerOp, value, packing);
          if (failed(constant))
            return failure();
          layer.versions[index].constants.push_back(*constant);
        }
      }
    }
  }
  return success();
}

/// The programs such that the first of two that fit a CPU is the better one.
static SmallVector<ProgramOp> getProgramsInOrder(ModelOp model) {
  struct Entry {
    int features;
    size_t index;
    ProgramOp program;
  };
  SmallVector<Entry> entries;
  for (auto [index, program] :
       llvm::enumerate(model.getBody().getOps<ProgramOp>())) {
    llvm::Expected<TargetIsa> isa =
        parseTargetIsa(program.getIsa().value_or(""));
    int features = isa ? llvm::popcount(isa->featureBits) : 0;
    if (!isa)
      llvm::consumeError(isa.takeError());
    entries.push_back({features, index, program});
  }
  llvm::sort(entries, [](const Entry &a, const Entry &b) {
    return std::tuple(-a.features, a.index) < std::tuple(-b.features, b.index);
  });
  return llvm::map_to_vector(entries,
                             [](const Entry &entry) { return entry.program; });
}

FailureOr<Artifact> Collector::run() {
  Artifact artifact;
  artifact.name = model.getSymName();
  artifact.producer = "veltairc " VELTAIR_VERSION;
  artifact.fields.source_hash = model.getSourceHash();
  for (NamedAttribute entry : model.getMetadata())
    if (auto value = dyn_cast<StringAttr>(entry.getValue()))
      artifact.metadata.emplace_back(entry.getName().str(), value.str());
  if (failed(addTensors(model.getInputNames(), model.getInputTypes(),
                        artifact.inputs)) ||
      failed(addTensors(model.getOutputNames(), model.getOutputTypes(),
                        artifact.outputs)))
    return failure();

  SmallVector<ProgramOp> programs = getProgramsInOrder(model);
  if (programs.empty())
    return model.emitOpError("has no programs");
  for (ProgramOp op : programs) {
    FailureOr<ProgramEntry> program = makeProgram(op);
    if (failed(program))
      return failure();
    artifact.programs.push_back(std::move(*program));
  }
  if (failed(writeConstants(programs, artifact)))
    return failure();
  artifact.constants = weights.getConstants();
  artifact.fields.weights_size = weights.getSize();
  artifact.fields.weights_hash = weights.getHash();
  return artifact;
}

FailureOr<Artifact> mlir::veltair::collectArtifact(ModelOp model,
                                                   ArrayRef<ModuleOp> kernels,
                                                   WeightWriter &weights) {
  Collector collector(model, weights);
  if (failed(collector.addKernels(kernels)))
    return failure();
  return collector.run();
}
