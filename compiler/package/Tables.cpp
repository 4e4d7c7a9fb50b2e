// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Tables.h"
#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/package/TableWriter.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"
#include <cstddef>

using namespace mlir;
using namespace mlir::veltair;

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

namespace {
/// Writes the structures, innermost first.
class Tables {
public:
  explicit Tables(TableWriter &writer) : writer(writer) {}

  uint64_t addArtifact(const Artifact &artifact);

private:
  uint64_t addMetadata(const Artifact &artifact);
  uint64_t addTensors(ArrayRef<TensorEntry> tensors);
  uint64_t addShapes(ArrayRef<ShapeEntry> shapes);
  uint64_t addStages(ArrayRef<StageEntry> stages);
  uint64_t addVersions(ArrayRef<VersionEntry> versions);
  uint64_t addLayers(ArrayRef<LayerEntry> layers);
  uint64_t addPrograms(ArrayRef<ProgramEntry> programs);

  TableWriter &writer;
};

/// A pointer field of a structure and where it shall point.
struct Pointer {
  size_t field;
  uint64_t target;
};
} // namespace

/// Appends the fields of `entries` after `complete(entry, fields)` has set the
/// counts and returned the pointers.
template <typename Entry, typename Complete>
static uint64_t appendTable(TableWriter &writer, ArrayRef<Entry> entries,
                            Complete complete) {
  using Fields = decltype(Entry::fields);
  std::vector<Fields> table;
  SmallVector<Pointer> pointers;
  for (const Entry &entry : entries) {
    Fields fields = entry.fields;
    for (Pointer pointer : complete(entry, fields))
      pointers.push_back(
          {table.size() * sizeof(Fields) + pointer.field, pointer.target});
    table.push_back(fields);
  }
  uint64_t place = writer.append(ArrayRef<Fields>(table));
  for (Pointer pointer : pointers)
    writer.point(place + pointer.field, pointer.target);
  return place;
}

uint64_t Tables::addMetadata(const Artifact &artifact) {
  std::vector<veltair_key_value> table(artifact.metadata.size());
  uint64_t place = writer.append(ArrayRef<veltair_key_value>(table));
  for (auto [index, entry] : llvm::enumerate(artifact.metadata)) {
    uint64_t fields = place + index * sizeof(veltair_key_value);
    writer.point(fields + offsetof(veltair_key_value, key),
                 writer.append(StringRef(entry.first)));
    writer.point(fields + offsetof(veltair_key_value, value),
                 writer.append(StringRef(entry.second)));
  }
  return place;
}

uint64_t Tables::addTensors(ArrayRef<TensorEntry> tensors) {
  return appendTable(writer, tensors,
                     [&](const TensorEntry &entry, veltair_tensor &fields) {
                       fields.rank = entry.dims.size();
                       return std::array<Pointer, 2>{
                           {{offsetof(veltair_tensor, name),
                             writer.append(StringRef(entry.name))},
                            {offsetof(veltair_tensor, dims),
                             writer.append(ArrayRef<int64_t>(entry.dims))}}};
                     });
}

uint64_t Tables::addShapes(ArrayRef<ShapeEntry> shapes) {
  return appendTable(writer, shapes,
                     [&](const ShapeEntry &entry, veltair_shape &fields) {
                       fields.rank = entry.dims.size();
                       return std::array<Pointer, 1>{
                           {{offsetof(veltair_shape, dims),
                             writer.append(ArrayRef<int64_t>(entry.dims))}}};
                     });
}

uint64_t Tables::addStages(ArrayRef<StageEntry> stages) {
  uint64_t place =
      appendTable(writer, stages, [](const StageEntry &, veltair_stage &) {
        return ArrayRef<Pointer>();
      });
  for (auto [index, stage] : llvm::enumerate(stages))
    writer.point(place + index * sizeof(veltair_stage) +
                     offsetof(veltair_stage, function),
                 StringRef(stage.function));
  return place;
}

uint64_t Tables::addVersions(ArrayRef<VersionEntry> versions) {
  return appendTable(
      writer, versions,
      [&](const VersionEntry &entry, veltair_version &fields) {
        fields.stage_count = entry.stages.size();
        fields.constant_count = entry.constants.size();
        fields.cache.miss_curve_size = entry.missCurve.size();
        return std::array<Pointer, 4>{
            {{offsetof(veltair_version, schedule),
              writer.append(StringRef(entry.schedule))},
             {offsetof(veltair_version, stages), addStages(entry.stages)},
             {offsetof(veltair_version, constants),
              writer.append(ArrayRef<uint32_t>(entry.constants))},
             {offsetof(veltair_version, cache) +
                  offsetof(veltair_cache_usage, miss_curve),
              writer.append(ArrayRef<veltair_miss_point>(entry.missCurve))}}};
      });
}

uint64_t Tables::addLayers(ArrayRef<LayerEntry> layers) {
  return appendTable(
      writer, layers, [&](const LayerEntry &entry, veltair_layer &fields) {
        fields.operand_count = entry.operands.size();
        fields.version_count = entry.versions.size();
        return std::array<Pointer, 4>{
            {{offsetof(veltair_layer, name),
              writer.append(StringRef(entry.name))},
             {offsetof(veltair_layer, ops),
              writer.append(StringRef(entry.ops))},
             {offsetof(veltair_layer, operands),
              writer.append(ArrayRef<veltair_operand>(entry.operands))},
             {offsetof(veltair_layer, versions), addVersions(entry.versions)}}};
      });
}

uint64_t Tables::addPrograms(ArrayRef<ProgramEntry> programs) {
  return appendTable(
      writer, programs,
      [&](const ProgramEntry &entry, veltair_program &fields) {
        fields.layer_count = entry.layers.size();
        return std::array<Pointer, 4>{
            {{offsetof(veltair_program, isa),
              writer.append(StringRef(entry.isa))},
             {offsetof(veltair_program, input_shapes),
              addShapes(entry.inputShapes)},
             {offsetof(veltair_program, output_shapes),
              addShapes(entry.outputShapes)},
             {offsetof(veltair_program, layers), addLayers(entry.layers)}}};
      });
}

uint64_t Tables::addArtifact(const Artifact &artifact) {
  veltair_artifact fields = artifact.fields;
  fields.abi = VELTAIR_ABI_VERSION;
  fields.artifact_size = sizeof(veltair_artifact);
  fields.tensor_size = sizeof(veltair_tensor);
  fields.shape_size = sizeof(veltair_shape);
  fields.constant_size = sizeof(veltair_constant);
  fields.operand_size = sizeof(veltair_operand);
  fields.stage_size = sizeof(veltair_stage);
  fields.version_size = sizeof(veltair_version);
  fields.layer_size = sizeof(veltair_layer);
  fields.program_size = sizeof(veltair_program);
  fields.metadata_count = artifact.metadata.size();
  fields.input_count = artifact.inputs.size();
  fields.output_count = artifact.outputs.size();
  fields.constant_count = artifact.constants.size();
  fields.program_count = artifact.programs.size();
  uint64_t place = writer.append(ArrayRef<veltair_artifact>(fields));
  auto point = [&](size_t field, uint64_t target) {
    writer.point(place + field, target);
  };
  point(offsetof(veltair_artifact, name),
        writer.append(StringRef(artifact.name)));
  point(offsetof(veltair_artifact, producer),
        writer.append(StringRef(artifact.producer)));
  point(offsetof(veltair_artifact, metadata), addMetadata(artifact));
  point(offsetof(veltair_artifact, inputs), addTensors(artifact.inputs));
  point(offsetof(veltair_artifact, outputs), addTensors(artifact.outputs));
  point(offsetof(veltair_artifact, constants),
        writer.append(ArrayRef<veltair_constant>(artifact.constants)));
  point(offsetof(veltair_artifact, programs), addPrograms(artifact.programs));
  if (!artifact.weightsFile.empty())
    point(offsetof(veltair_artifact, weights_file),
          writer.append(StringRef(artifact.weightsFile)));
  else if (fields.weights_size)
    writer.point(place + offsetof(veltair_artifact, weights), weightsSymbol);
  return place;
}

//===----------------------------------------------------------------------===//
// Functions and note
//===----------------------------------------------------------------------===//

static llvm::Function *makeFunction(llvm::Module &module,
                                    const llvm::Twine &name, llvm::Type *result,
                                    ArrayRef<llvm::Type *> parameters,
                                    bool isExported = true) {
  auto *function = llvm::Function::Create(
      llvm::FunctionType::get(result, parameters, /*isVarArg=*/false),
      llvm::GlobalValue::ExternalLinkage, name, module);
  function->setDSOLocal(true);
  function->setVisibility(isExported ? llvm::GlobalValue::DefaultVisibility
                                     : llvm::GlobalValue::HiddenVisibility);
  function->setDoesNotThrow();
  function->setUWTableKind(llvm::UWTableKind::Default);
  function->addFnAttr("frame-pointer", "all");
  return function;
}

/// `const veltair_artifact *name(uint32_t abi)`
static void makeQuery(llvm::Module &module, const llvm::Twine &name,
                      llvm::Constant *tables) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Function *function =
      makeFunction(module, name, builder.getPtrTy(), {builder.getInt32Ty()});
  builder.SetInsertPoint(
      llvm::BasicBlock::Create(module.getContext(), "", function));
  llvm::Value *isServed = builder.CreateICmpUGE(
      function->getArg(0), builder.getInt32(VELTAIR_ABI_VERSION));
  builder.CreateRet(builder.CreateSelect(
      isServed, tables, llvm::ConstantPointerNull::get(builder.getPtrTy())));
}

/// `int name(const void *const *in, void *const *out, void *workspace,
/// const void *weights)`
static void makeRun(llvm::Module &module, const llvm::Twine &name,
                    llvm::Constant *tables) {
  llvm::IRBuilder<> builder(module.getContext());
  llvm::Type *pointer = builder.getPtrTy();
  llvm::Function *entry =
      makeFunction(module, entrySymbol, builder.getInt32Ty(),
                   SmallVector<llvm::Type *>(5, pointer),
                   /*isExported=*/false);
  llvm::Function *function =
      makeFunction(module, name, builder.getInt32Ty(),
                   SmallVector<llvm::Type *>(4, pointer));
  builder.SetInsertPoint(
      llvm::BasicBlock::Create(module.getContext(), "", function));
  SmallVector<llvm::Value *> arguments = {tables};
  for (llvm::Argument &argument : function->args())
    arguments.push_back(&argument);
  builder.CreateRet(builder.CreateCall(entry, arguments));
}

static void makeNote(llvm::Module &module, const Artifact &artifact) {
  struct {
    uint32_t ownerSize = sizeof(VELTAIR_NOTE_OWNER);
    uint32_t noteSize = sizeof(veltair_note);
    uint32_t type = VELTAIR_NOTE_TYPE;
    char owner[sizeof(VELTAIR_NOTE_OWNER)] = VELTAIR_NOTE_OWNER;
    char bytes[sizeof(veltair_note)];
  } record;
  veltair_note note{};
  note.abi = VELTAIR_ABI_VERSION;
  note.program_count = artifact.programs.size();
  note.features_any = artifact.programs.back().fields.features;
  note.weights_size = artifact.fields.weights_size;
  note.weights_hash = artifact.fields.weights_hash;
  artifact.name.copy(note.name, sizeof note.name - 1);
  std::memcpy(record.bytes, &note, sizeof note);
  auto *value = llvm::ConstantDataArray::getRaw(
      StringRef(reinterpret_cast<const char *>(&record), sizeof record),
      sizeof record, llvm::Type::getInt8Ty(module.getContext()));
  auto *global = new llvm::GlobalVariable(
      module, value->getType(), /*isConstant=*/true,
      llvm::GlobalValue::InternalLinkage, value, "veltair_note");
  global->setSection(noteSection);
  global->setAlignment(llvm::Align(4));
}

void mlir::veltair::makeTablesObject(const Artifact &artifact, bool isShared,
                                     SmallVectorImpl<char> &object) {
  llvm::LLVMContext context;
  llvm::Module module("tables", context);
  TableWriter writer;
  uint64_t place = Tables(writer).addArtifact(artifact);
  llvm::GlobalVariable *block =
      writer.finish(module, "veltair_tables", tablesSection);
  llvm::Constant *tables = llvm::ConstantExpr::getGetElementPtr(
      llvm::Type::getInt8Ty(context), block,
      llvm::ConstantInt::get(llvm::Type::getInt64Ty(context), place));
  makeQuery(module, "veltair_" + artifact.name, tables);
  if (isShared)
    makeQuery(module, "veltair_query", tables);
  makeRun(module, "veltair_" + artifact.name + "_run", tables);
  makeNote(module, artifact);
  emitObject(module, object);
}

llvm::Error mlir::veltair::sealNote(StringRef path) {
  auto fail = [&](const llvm::Twine &why) {
    return llvm::createStringError("internal: linked artifact '" + path +
                                   "': " + why);
  };
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return fail(file.getError().message());
  auto object =
      llvm::object::ObjectFile::createELFObjectFile((*file)->getMemBufferRef());
  if (!object)
    return object.takeError();
  StringRef tables, note;
  for (llvm::object::SectionRef section : (*object)->sections()) {
    llvm::Expected<StringRef> name = section.getName();
    llvm::Expected<StringRef> contents = section.getContents();
    if (!name)
      return name.takeError();
    if (!contents)
      return contents.takeError();
    if (*name == tablesSection)
      tables = *contents;
    else if (*name == noteSection)
      note = *contents;
  }
  if (tables.empty() || note.size() < sizeof(veltair_note))
    return fail("it has no tables or no note");
  uint64_t hash = llvm::xxh3_64bits(tables);
  uint64_t offset = note.end() - (*file)->getBufferStart() -
                    sizeof(veltair_note) + offsetof(veltair_note, tables_hash);
  file->reset();

  int descriptor;
  if (std::error_code error = llvm::sys::fs::openFileForReadWrite(
          path, descriptor, llvm::sys::fs::CD_OpenExisting,
          llvm::sys::fs::OF_None))
    return fail(error.message());
  llvm::raw_fd_ostream os(descriptor, /*shouldClose=*/true);
  os.pwrite(reinterpret_cast<const char *>(&hash), sizeof hash, offset);
  os.flush();
  std::error_code error = os.error();
  os.clear_error();
  return error ? fail(error.message()) : llvm::Error::success();
}
