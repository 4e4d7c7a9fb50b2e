// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Import.h"
#include "compiler/codegen/general/Evaluate.h"
#include "compiler/import/Bindings.h"
#include "compiler/import/Functions.h"
#include "compiler/import/NodeOrder.h"
#include "compiler/import/Program.h"
#include "compiler/import/Repetitions.h"
#include "compiler/import/Texts.h"
#include "dialects/onnx/DataTypes.h"
#include "dialects/onnx/OnnxOps.h"
#include "dialects/veltair/VeltairDialect.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"
#include <onnx/onnx_pb.h>

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

namespace {

class ModelImporter {
public:
  ModelImporter(StringRef path, const ImportOptions &options,
                MLIRContext &context, Problems &problems)
      : path(path.str()), options(options), builder(&context),
        // Layers may get their name from it.
        location(
            NameLoc::get(builder.getStringAttr(llvm::json::fixUTF8(path)))),
        problems(problems) {}

  /// The model, or null. There may be problems even when it is not null.
  OwningOpRef<ModuleOp> run();

private:
  LogicalResult load();
  LogicalResult readOpsets(ModelContext &model);
  LogicalResult readConstants(ModelContext &model, TensorReader &tensors);
  LogicalResult readInputs(const ModelContext &model);
  void importProgram(const ModelContext &model, TensorReader &tensors,
                     const Binding &binding, size_t number, ModelOp op);
  void checkOutputs(const ModelContext &model, ArrayRef<Value> values);
  LogicalResult fail(const Twine &message) {
    return problems.add(location, "'" + path + "': " + message);
  }

  std::string path;
  const ImportOptions &options;
  OpBuilder builder;
  Location location;
  Problems &problems;
  std::shared_ptr<::onnx::ModelProto> proto;
  uint64_t fileHash = 0;
  std::vector<DeclaredInput> inputs;
  std::vector<SmallVector<Type>> outputTypes; // by program
};

} // namespace

LogicalResult ModelImporter::load() {
  std::shared_ptr<const llvm::MemoryBuffer> file = mapFile(path);
  if (!file)
    return fail("the file cannot be read");
  if (file->getBufferSize() > INT_MAX)
    return fail("the file is larger than 2 GiB; keep the weights in external "
                "data");
  fileHash = llvm::xxh3_64bits(file->getBuffer());
  google::protobuf::LogSilencer silencer;
  proto = std::make_shared<::onnx::ModelProto>();
  if (!proto->ParseFromArray(file->getBufferStart(),
                             int(file->getBufferSize())))
    return fail("the file is no ONNX model, or it is truncated");
  if (!proto->has_graph())
    return fail("the file is no ONNX model: it has no graph");
  if (proto->graph().sparse_initializer_size() > 0)
    return fail("sparse initializers are not supported");
  // Before calls vanish with their attributes, and again since the names of
  // what stands in their place may be others' too.
  if (std::string problem = checkRepetitions(*proto); !problem.empty())
    return fail(problem);
  if (std::string problem = inlineFunctions(*proto); !problem.empty())
    return fail(problem);
  if (std::string problem = checkTexts(*proto); !problem.empty())
    return fail(problem);
  if (std::string problem = checkRepetitions(*proto); !problem.empty())
    return fail(problem);
  return success();
}

LogicalResult ModelImporter::readOpsets(ModelContext &model) {
  for (const auto &import : proto->opset_import()) {
    StringRef domain = import.domain();
    if (domain == "ai.onnx")
      domain = "";
    model.opsets[domain] = import.version();
  }
  auto found = model.opsets.find("");
  if (found == model.opsets.end())
    return fail("the model imports no opset of ONNX's own operators");
  if (found->second < minOpset || found->second > maxOpset)
    return fail("opset " + Twine(found->second) +
                " is not supported; known are " + Twine(minOpset) + " to " +
                Twine(maxOpset));
  return success();
}

LogicalResult ModelImporter::readConstants(ModelContext &model,
                                           TensorReader &tensors) {
  for (const auto &tensor : proto->graph().initializer()) {
    FailureOr<ElementsAttr> value =
        tensors.read(tensor, NameLoc::get(builder.getStringAttr(tensor.name())),
                     "initializer '" + tensor.name() + "'");
    if (succeeded(value))
      model.constants[tensor.name()] = *value;
    if (problems.done())
      return failure();
  }
  for (const ImportOptions::ConstantInput &input : options.constantInputs) {
    if (llvm::none_of(proto->graph().input(), [&](const auto &declared) {
          return declared.name() == input.input;
        }))
      return fail("--constant-input " + input.input +
                  "=...: the model has no such input");
    FailureOr<ElementsAttr> value = tensors.readFile(input.file, location);
    if (failed(value))
      return failure();
    model.constants[input.input] = *value;
  }
  return success();
}

LogicalResult ModelImporter::readInputs(const ModelContext &model) {
  for (const auto &input : proto->graph().input()) {
    // Old files list initialisers among the inputs.
    if (model.constants.contains(input.name()))
      continue;
    const auto &tensor = input.type().tensor_type();
    if (!input.type().has_tensor_type() || !tensor.has_shape()) {
      (void)fail("input '" + input.name() + "' is no tensor of known rank");
      continue;
    }
    DeclaredInput declared{
        input.name(),
        veltair::onnx::typeOfDataType(builder.getContext(), tensor.elem_type()),
        /*dimensions=*/{}};
    if (!declared.element) {
      (void)fail("input '" + input.name() + "' has the unsupported type " +
                 veltair::onnx::nameOfDataType(tensor.elem_type()));
      continue;
    }
    for (const auto &dim : tensor.shape().dim()) {
      DeclaredDimension dimension;
      if (dim.has_dim_param() && dim.dim_param() != "?")
        dimension.symbol = dim.dim_param();
      else if (dim.has_dim_value() && dim.dim_value() >= 0)
        dimension.extent = dim.dim_value();
      declared.dimensions.push_back(dimension);
    }
    inputs.push_back(std::move(declared));
  }
  return failure(!problems.empty());
}

void ModelImporter::checkOutputs(const ModelContext &model,
                                 ArrayRef<Value> values) {
  for (auto [i, output, value] :
       llvm::enumerate(model.graph.output(), values)) {
    if (!value)
      continue;
    if (!isa<RankedTensorType>(value.getType())) {
      (void)fail("output '" + output.name() + "' is no tensor");
      continue;
    }
    auto tensor = cast<RankedTensorType>(value.getType());
    int64_t others =
        outputTypes.empty()
            ? tensor.getRank()
            : cast<RankedTensorType>(outputTypes.front()[i]).getRank();
    if (tensor.getRank() != others)
      (void)fail("output '" + output.name() + "' has " + Twine(others) +
                 " dimensions for some sizes of the inputs and " +
                 Twine(tensor.getRank()) + " for others");
    if (!output.type().has_tensor_type())
      continue;
    for (int64_t dim = 1; dim < tensor.getRank(); ++dim)
      if (veltair::onnx::extentNumber(tensor, dim) !=
          veltair::onnx::exactExtent)
        (void)fail("output '" + output.name() +
                   "' has a data-dependent size in dimension " + Twine(dim) +
                   "; outputs can have one in dimension 0 alone" +
                   bindingHint(value, value.getLoc()));
    int64_t declared = output.type().tensor_type().elem_type();
    Type element = veltair::onnx::elementType(value);
    if (declared != 0 && declared != veltair::onnx::dataTypeOf(element))
      (void)fail(
          "output '" + output.name() + "' is declared as " +
          veltair::onnx::nameOfDataType(declared) + ", but computed as " +
          veltair::onnx::nameOfDataType(veltair::onnx::dataTypeOf(element)));
  }
}

void ModelImporter::importProgram(const ModelContext &model,
                                  TensorReader &tensors, const Binding &binding,
                                  size_t number, ModelOp op) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(&op.getBody().front());
  auto program = ProgramOp::create(builder, location,
                                   builder.getStringAttr("p" + Twine(number)),
                                   StringAttr(), IntegerAttr());
  Block &block = program.getBody().emplaceBlock();
  builder.setInsertionPointToEnd(&block);
  ProgramImporter importer(model, tensors, problems, builder);
  for (auto [input, shape] : llvm::zip_equal(inputs, binding)) {
    Value argument =
        block.addArgument(RankedTensorType::get(shape, input.element),
                          NameLoc::get(builder.getStringAttr(input.name)));
    importer.define(input.name, argument);
  }
  SmallVector<Value> outputs = importer.run();
  checkOutputs(model, outputs);
  if (!problems.empty())
    return;
  ReturnOp::create(builder, location, outputs);
  outputTypes.emplace_back(ValueRange(outputs).getTypes());
  // What folding and upgrades left behind.
  for (Operation &dead : llvm::make_early_inc_range(llvm::reverse(block)))
    if (isOpTriviallyDead(&dead))
      dead.erase();
}

/// The one type that describes all of them: dimensions that differ, or depend
/// on data, are dynamic.
static Type mergeTypes(ArrayRef<Type> types) {
  auto first = cast<RankedTensorType>(types.front());
  SmallVector<int64_t> shape(first.getShape());
  for (Type type : types)
    for (auto [dim, extent] :
         llvm::enumerate(cast<RankedTensorType>(type).getShape()))
      if (shape[dim] != extent ||
          veltair::onnx::extentNumber(type, dim) != veltair::onnx::exactExtent)
        shape[dim] = ShapedType::kDynamic;
  return RankedTensorType::get(shape, first.getElementType());
}

OwningOpRef<ModuleOp> ModelImporter::run() {
  if (failed(load()))
    return nullptr;
  ModelContext model{proto->graph(),           location, {}, {}, {},
                     options.maxFoldedElements};
  StringRef folder = llvm::sys::path::parent_path(path);
  TensorReader tensors(folder.empty() ? "." : folder.str(), proto, problems);
  if (failed(readOpsets(model)) || failed(readConstants(model, tensors)) ||
      failed(readInputs(model)))
    return nullptr;
  if (std::string problem = sortNodes(model); !problem.empty()) {
    (void)fail(problem);
    return nullptr;
  }
  FailureOr<std::vector<Binding>> bindings =
      bindInputs(inputs, options, location, problems);
  if (failed(bindings))
    return nullptr;

  OwningOpRef<ModuleOp> module = ModuleOp::create(location);
  builder.setInsertionPointToEnd(module->getBody());
  SmallVector<StringRef> inputNames, outputNames;
  for (const DeclaredInput &input : inputs)
    inputNames.push_back(input.name);
  for (const auto &output : proto->graph().output())
    outputNames.push_back(output.name());
  SmallVector<NamedAttribute> metadata;
  llvm::StringSet<> keys;
  for (const auto &entry : proto->metadata_props())
    if (!entry.key().empty() && keys.insert(entry.key()).second)
      metadata.push_back(builder.getNamedAttr(
          entry.key(), builder.getStringAttr(entry.value())));
  uint64_t words[2] = {fileHash, tensors.getHash()};
  uint64_t hash = llvm::xxh3_64bits(
      ArrayRef<uint8_t>(reinterpret_cast<uint8_t *>(words), sizeof(words)));
  auto op = ModelOp::create(
      builder, location, builder.getStringAttr(options.name),
      builder.getStrArrayAttr(inputNames), builder.getTypeArrayAttr({}),
      builder.getStrArrayAttr(outputNames), builder.getTypeArrayAttr({}),
      builder.getDictionaryAttr(metadata),
      builder.getI64IntegerAttr(int64_t(hash)));
  op.getBody().emplaceBlock();

  for (auto [number, binding] : llvm::enumerate(*bindings)) {
    importProgram(model, tensors, binding, number, op);
    // Further programs would only repeat the problems of the first.
    if (!problems.empty())
      return nullptr;
  }
  auto mergeAll = [&](size_t count, auto typeOf) {
    SmallVector<Type> merged;
    for (size_t i = 0; i < count; ++i) {
      SmallVector<Type> types;
      for (size_t program = 0; program < bindings->size(); ++program)
        types.push_back(typeOf(program, i));
      merged.push_back(mergeTypes(types));
    }
    return builder.getTypeArrayAttr(merged);
  };
  op.setInputTypesAttr(mergeAll(inputs.size(), [&](size_t program, size_t i) {
    return RankedTensorType::get((*bindings)[program][i], inputs[i].element);
  }));
  op.setOutputTypesAttr(
      mergeAll(outputNames.size(), [&](size_t program, size_t i) {
        return outputTypes[program][i];
      }));
  return module;
}

static OwningOpRef<ModuleOp> importModel(StringRef path,
                                         const ImportOptions &options,
                                         MLIRContext &context,
                                         Problems &problems) {
  context.loadDialect<VeltairDialect>();
  loadEvaluationDialects(context);
  return ModelImporter(path, options, context, problems).run();
}

FailureOr<OwningOpRef<ModuleOp>>
mlir::veltair::importOnnx(StringRef path, const ImportOptions &options,
                          MLIRContext &context) {
  Problems problems(/*stopAtFirst=*/true);
  OwningOpRef<ModuleOp> module = importModel(path, options, context, problems);
  if (problems.empty())
    return module;
  ImportProblem first = problems.take().front();
  return emitError(first.location, first.message);
}

std::vector<ImportProblem>
mlir::veltair::checkOnnx(StringRef path, const ImportOptions &options,
                         MLIRContext &context) {
  Problems problems(/*stopAtFirst=*/false);
  importModel(path, options, context, problems);
  return problems.take();
}
