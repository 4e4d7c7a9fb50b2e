// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/artifact/Validate.h"
#include "runtime/artifact/CheckMemory.h"
#include "runtime/artifact/ElementType.h"
#include "runtime/support/Numbers.h"
#include "runtime/support/Utf8.h"

#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace veltair {

namespace {
// Far above anything sensible; keeps sums of checked sizes from overflowing.
constexpr uint64_t maxBytes = uint64_t(1) << 46;
constexpr uint32_t maxCount = 1u << 24;
constexpr uint32_t maxRank = 64;
constexpr uint32_t maxVersions = 1u << 16; // of a layer: policies keep 16 bits

template <typename... Ts> Status damaged(const Ts &...what) {
  return Status::error(VELTAIR_BAD_ARTIFACT, what...);
}

class Validator {
public:
  Validator(const veltair_artifact &artifact, const ImageMemory &image)
      : artifact(artifact), image(image) {}

  Status run();

private:
  Status checkWeights();
  Status checkTensors(const veltair_tensor *tensors, uint32_t count);
  Status checkProgram(const veltair_program &program);
  Status checkShape(const veltair_program &program, const veltair_shape &shape,
                    const veltair_tensor &tensor, uint64_t &bytes);
  Status checkLayer(const veltair_program &program, uint32_t index);
  Status checkOperand(const veltair_program &program,
                      const veltair_operand &operand);
  Status checkVersion(const veltair_program &program,
                      const veltair_version &version);
  Status checkCacheUsage(const veltair_cache_usage &cache);

  template <typename T> bool isArray(const T *array, uint32_t count) const {
    return count == 0 ||
           (count <= maxCount &&
            image.contains(array, uint64_t(count) * sizeof(T), alignof(T)));
  }
  bool isString(const char *text) const {
    return image.containsString(text) && isUtf8(text);
  }

  const veltair_artifact &artifact;
  const ImageMemory &image;
  // Of the program being checked.
  std::vector<uint64_t> inputBytes, outputBytes;
};
} // namespace

static bool isIdentifier(std::string_view name) {
  auto isWord = [](char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z');
  };
  if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
    return false;
  for (char c : name)
    if (!isWord(c))
      return false;
  return true;
}

static bool hasExpectedSizes(const veltair_artifact &a) {
  return a.artifact_size == sizeof(veltair_artifact) &&
         a.tensor_size == sizeof(veltair_tensor) &&
         a.shape_size == sizeof(veltair_shape) &&
         a.constant_size == sizeof(veltair_constant) &&
         a.operand_size == sizeof(veltair_operand) &&
         a.stage_size == sizeof(veltair_stage) &&
         a.version_size == sizeof(veltair_version) &&
         a.layer_size == sizeof(veltair_layer) &&
         a.program_size == sizeof(veltair_program);
}

Status Validator::run() {
  if (!hasExpectedSizes(artifact))
    return damaged("the tables' structures have other sizes than those of ABI ",
                   artifact.abi);
  if (!isString(artifact.name) || !isIdentifier(artifact.name))
    return damaged("the model's name is damaged");
  if (!isString(artifact.producer))
    return damaged("the producer's name is damaged");
  if (artifact.reserved)
    return damaged("a reserved field is not zero");
  if (!isArray(artifact.metadata, artifact.metadata_count) ||
      !isArray(artifact.inputs, artifact.input_count) ||
      !isArray(artifact.outputs, artifact.output_count) ||
      !isArray(artifact.constants, artifact.constant_count) ||
      !isArray(artifact.programs, artifact.program_count))
    return damaged("a table lies outside the artifact");
  for (uint32_t i = 0; i < artifact.metadata_count; ++i)
    if (!isString(artifact.metadata[i].key) ||
        !isString(artifact.metadata[i].value))
      return damaged("metadata ", i, " is damaged");
  if (Status s = checkTensors(artifact.inputs, artifact.input_count); !s.ok())
    return std::move(s).within("inputs");
  if (Status s = checkTensors(artifact.outputs, artifact.output_count); !s.ok())
    return std::move(s).within("outputs");
  if (Status s = checkWeights(); !s.ok())
    return s;
  if (artifact.program_count == 0)
    return damaged("it has no programs");
  for (uint32_t i = 0; i < artifact.program_count; ++i)
    if (Status s = checkProgram(artifact.programs[i]); !s.ok())
      return std::move(s).within(concat("program ", i));
  return {};
}

Status Validator::checkTensors(const veltair_tensor *tensors, uint32_t count) {
  std::set<std::string_view> names;
  for (uint32_t i = 0; i < count; ++i) {
    const veltair_tensor &tensor = tensors[i];
    if (!isString(tensor.name))
      return damaged("name ", i, " is damaged");
    if (!names.insert(tensor.name).second)
      return damaged("the name '", tensor.name, "' occurs twice");
    if (!elementSize(tensor.dtype))
      return damaged("'", tensor.name, "' has element type ", tensor.dtype);
    if (tensor.rank > maxRank || !isArray(tensor.dims, tensor.rank))
      return damaged("the dimensions of '", tensor.name, "' are damaged");
    for (uint32_t d = 0; d < tensor.rank; ++d)
      if (tensor.dims[d] < 0 && tensor.dims[d] != VELTAIR_DYNAMIC_DIM)
        return damaged("'", tensor.name, "' has dimension ", tensor.dims[d]);
  }
  return {};
}

Status Validator::checkWeights() {
  if (artifact.weights_size > maxBytes)
    return damaged("the weights have ", artifact.weights_size, " bytes");
  if (artifact.weights_size) {
    if (!artifact.weights == !artifact.weights_file)
      return damaged("the weights must be embedded or in a file");
    if (artifact.weights &&
        !image.contains(artifact.weights, artifact.weights_size,
                        VELTAIR_ALIGNMENT))
      return damaged("the weights lie outside the artifact");
  }
  if (artifact.weights_file) {
    if (!image.containsString(artifact.weights_file))
      return damaged("the weights' file name is damaged");
    std::string_view name = artifact.weights_file;
    if (name.empty() || name == "." || name == ".." ||
        name.find('/') != name.npos)
      return damaged("the weights' file '", name,
                     "' is not beside the artifact");
  }
  for (uint32_t i = 0; i < artifact.constant_count; ++i) {
    const veltair_constant &constant = artifact.constants[i];
    if (constant.offset % VELTAIR_ALIGNMENT ||
        !fits(constant.offset, constant.size, artifact.weights_size))
      return damaged("constant ", i, " lies outside the weights");
  }
  return {};
}

Status Validator::checkProgram(const veltair_program &program) {
  if (!isString(program.isa))
    return damaged("the instruction set's name is damaged");
  if (program.arena_bytes > maxBytes)
    return damaged("the arena has ", program.arena_bytes, " bytes");
  if (program.extent_count > maxCount)
    return damaged("it has ", program.extent_count, " extents");
  if (!isArray(program.input_shapes, artifact.input_count) ||
      !isArray(program.output_shapes, artifact.output_count) ||
      !isArray(program.layers, program.layer_count))
    return damaged("a table lies outside the artifact");
  if (program.layer_count == 0)
    return damaged("it has no layers");

  inputBytes.assign(artifact.input_count, 0);
  for (uint32_t i = 0; i < artifact.input_count; ++i)
    if (Status s = checkShape(program, program.input_shapes[i],
                              artifact.inputs[i], inputBytes[i]);
        !s.ok())
      return std::move(s).within(
          concat("input '", artifact.inputs[i].name, "'"));
  outputBytes.assign(artifact.output_count, 0);
  for (uint32_t i = 0; i < artifact.output_count; ++i)
    if (Status s = checkShape(program, program.output_shapes[i],
                              artifact.outputs[i], outputBytes[i]);
        !s.ok())
      return std::move(s).within(
          concat("output '", artifact.outputs[i].name, "'"));

  std::set<std::string_view> names;
  for (uint32_t i = 0; i < program.layer_count; ++i) {
    const veltair_layer &layer = program.layers[i];
    if (!isString(layer.name) || !isString(layer.ops))
      return damaged("the name of layer ", i, " is damaged");
    if (!names.insert(layer.name).second)
      return damaged("two layers have the name '", layer.name, "'");
    if (Status s = checkLayer(program, i); !s.ok())
      return std::move(s).within(concat("layer '", layer.name, "'"));
  }
  return checkMemory(program);
}

Status Validator::checkShape(const veltair_program &program,
                             const veltair_shape &shape,
                             const veltair_tensor &tensor, uint64_t &bytes) {
  if (shape.rank != tensor.rank || !isArray(shape.dims, shape.rank))
    return damaged("its shape is damaged");
  if (shape.extent != VELTAIR_NONE &&
      (shape.extent >= program.extent_count || shape.rank == 0))
    return damaged("extent ", shape.extent, " does not exist");
  bytes = elementSize(tensor.dtype);
  for (uint32_t d = 0; d < shape.rank; ++d) {
    if (shape.dims[d] < 0 || (tensor.dims[d] != VELTAIR_DYNAMIC_DIM &&
                              tensor.dims[d] != shape.dims[d]))
      return damaged("dimension ", d, " cannot be ", shape.dims[d]);
    if (!multiply(bytes, uint64_t(shape.dims[d]), bytes) || bytes > maxBytes)
      return damaged("it is too large");
  }
  return {};
}

Status Validator::checkLayer(const veltair_program &program, uint32_t index) {
  const veltair_layer &layer = program.layers[index];
  if (layer.reserved)
    return damaged("a reserved field is not zero");
  if (layer.version_count == 0)
    return damaged("it has no versions");
  if (layer.version_count > maxVersions)
    return damaged("it has more than ", maxVersions, " versions");
  if (!isArray(layer.operands, layer.operand_count) ||
      !isArray(layer.versions, layer.version_count))
    return damaged("a table lies outside the artifact");
  if (layer.guard != VELTAIR_NONE && layer.guard >= program.extent_count)
    return damaged("guard ", layer.guard, " does not exist");
  if (layer.first_conflict <= index ||
      layer.first_conflict > program.layer_count)
    return damaged("its first conflict cannot be layer ", layer.first_conflict);
  for (uint32_t i = 0; i < layer.operand_count; ++i)
    if (Status s = checkOperand(program, layer.operands[i]); !s.ok())
      return std::move(s).within(concat("operand ", i));
  for (uint32_t i = 0; i < layer.version_count; ++i)
    if (Status s = checkVersion(program, layer.versions[i]); !s.ok())
      return std::move(s).within(concat("version ", i));
  return {};
}

Status Validator::checkOperand(const veltair_program &program,
                               const veltair_operand &operand) {
  if (operand.access == 0 ||
      operand.access & ~uint32_t(VELTAIR_READ | VELTAIR_WRITE))
    return damaged("its access is ", operand.access);
  bool writes = operand.access & VELTAIR_WRITE;
  switch (operand.kind) {
  case VELTAIR_OPERAND_ARENA:
    if (!fits(operand.value, operand.size, program.arena_bytes))
      return damaged("it lies outside the arena");
    return {};
  case VELTAIR_OPERAND_INPUT:
    if (operand.value >= artifact.input_count || writes)
      return damaged("it cannot be that of an input");
    if (operand.size > inputBytes[operand.value])
      return damaged("it is larger than its input");
    return {};
  case VELTAIR_OPERAND_OUTPUT:
    if (operand.value >= artifact.output_count)
      return damaged("output ", operand.value, " does not exist");
    if (operand.size > outputBytes[operand.value])
      return damaged("it is larger than its output");
    return {};
  case VELTAIR_OPERAND_CONSTANT:
    if (operand.value >= artifact.constant_count || writes)
      return damaged("it cannot be that of a constant");
    if (operand.size > artifact.constants[operand.value].size)
      return damaged("it is larger than its constant");
    return {};
  case VELTAIR_OPERAND_EXTENT:
    if (operand.value >= program.extent_count)
      return damaged("extent ", operand.value, " does not exist");
    if (operand.size > sizeof(int64_t))
      return damaged("it is larger than an extent");
    return {};
  default:
    return damaged("its kind is ", operand.kind);
  }
}

Status Validator::checkVersion(const veltair_program &program,
                               const veltair_version &version) {
  if (!isString(version.schedule))
    return damaged("its schedule is damaged");
  if (version.reserved ||
      version.flags & ~uint32_t(VELTAIR_VERSION_FLAGS_KNOWN))
    return damaged("a reserved field is not zero");
  if (!isArray(version.stages, version.stage_count) ||
      !isArray(version.constants, version.constant_count))
    return damaged("a table lies outside the artifact");
  if (version.stage_count == 0)
    return damaged("it has no stages");
  for (uint32_t i = 0; i < version.stage_count; ++i) {
    const veltair_stage &stage = version.stages[i];
    if (!image.containsCode(reinterpret_cast<uintptr_t>(stage.function)))
      return damaged("the function of stage ", i, " lies outside the artifact");
    if (stage.chunks == 0 || stage.reserved)
      return damaged("stage ", i, " is damaged");
  }
  for (uint32_t i = 0; i < version.constant_count; ++i)
    if (version.constants[i] >= artifact.constant_count)
      return damaged("constant ", version.constants[i], " does not exist");
  if (version.worker_scratch_bytes % VELTAIR_ALIGNMENT ||
      version.shared_scratch_offset % VELTAIR_ALIGNMENT ||
      !fits(version.shared_scratch_offset, version.shared_scratch_bytes,
            program.arena_bytes))
    return damaged("its scratch memory is damaged");
  return checkCacheUsage(version.cache);
}

Status Validator::checkCacheUsage(const veltair_cache_usage &cache) {
  constexpr uint32_t minPoints = 6;
  if (cache.reserved || cache.miss_curve_size < minPoints ||
      !isArray(cache.miss_curve, cache.miss_curve_size))
    return damaged("its cache usage is damaged");
  for (uint32_t i = 1; i < cache.miss_curve_size; ++i)
    if (cache.miss_curve[i].l3_bytes <= cache.miss_curve[i - 1].l3_bytes)
      return damaged("its miss curve does not ascend");
  return {};
}

Status validateArtifact(const veltair_artifact *artifact,
                        const ImageMemory &image) {
  if (!image.contains(artifact, sizeof(uint32_t), alignof(veltair_artifact)))
    return damaged("its query function returns no tables");
  if (artifact->abi == 0 || artifact->abi > VELTAIR_ABI_VERSION)
    return Status::error(VELTAIR_ABI_MISMATCH, "the artifact has ABI ",
                         artifact->abi, ", this runtime knows 1 to ",
                         VELTAIR_ABI_VERSION);
  if (!image.contains(artifact, sizeof(veltair_artifact),
                      alignof(veltair_artifact)))
    return damaged("its tables lie outside");
  return Validator(*artifact, image).run();
}

} // namespace veltair
