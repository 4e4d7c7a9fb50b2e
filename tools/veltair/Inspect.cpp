// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair inspect: what an artifact holds.

#include "tools/veltair/Commands.h"
#include "tools/veltair/PrintJson.h"
#include "tools/veltair/Tensor.h"
#include "tools/veltair/WeightBytes.h"

#include "veltair/veltair.hpp"

#include <algorithm>
#include <cstdio>

namespace veltair::tool {

using Json = nlohmann::ordered_json;

static Json describe(const veltair_tensor &tensor) {
  Json dims = Json::array();
  for (uint32_t d = 0; d < tensor.rank; ++d)
    dims.push_back(
        tensor.dims[d] == VELTAIR_DYNAMIC_DIM ? Json() : Json(tensor.dims[d]));
  return {{"name", tensor.name},
          {"dtype", elementTypeName(tensor.dtype)},
          {"shape", dims}};
}

// Of the stage with the most.
static uint32_t chunkCount(const veltair_version &version) {
  uint32_t chunks = 0;
  for (uint32_t s = 0; s < version.stage_count; ++s)
    chunks = std::max(chunks, version.stages[s].chunks);
  return chunks;
}

static Json describe(const veltair_artifact &artifact,
                     const veltair_version &version) {
  const veltair_cache_usage &cache = version.cache;
  Json stages = Json::array(), curve = Json::array();
  for (uint32_t s = 0; s < version.stage_count; ++s)
    stages.push_back(version.stages[s].chunks);
  for (uint32_t p = 0; p < cache.miss_curve_size; ++p)
    curve.push_back({{"l3_bytes", cache.miss_curve[p].l3_bytes},
                     {"bytes", cache.miss_curve[p].bytes}});
  return {
      {"schedule", version.schedule},
      {"numerics", version.numerics_class},
      {"chunks", chunkCount(version)},
      {"stages", stages},
      {"flops", cache.flops},
      {"weight_bytes", weightBytes(artifact, version)},
      {"scratch_bytes", version.worker_scratch_bytes},
      {"in_place", (version.flags & VELTAIR_VERSION_IN_PLACE) != 0},
      {"data_dependent", (version.flags & VELTAIR_VERSION_DATA_DEPENDENT) != 0},
      {"cache",
       {{"read_bytes", cache.bytes_read},
        {"written_bytes", cache.bytes_written},
        {"writeback_bytes", cache.writeback_bytes},
        {"l1_bytes", cache.l1_bytes},
        {"private_bytes", cache.private_bytes},
        {"shared_bytes", cache.shared_bytes},
        {"dram_bytes", curve}}}};
}

static Json describe(const veltair_artifact &artifact,
                     const veltair_program &program) {
  Json shapes = Json::object(), layers = Json::array();
  for (uint32_t i = 0; i < artifact.input_count; ++i) {
    const veltair_shape &shape = program.input_shapes[i];
    shapes[artifact.inputs[i].name] =
        std::vector<int64_t>(shape.dims, shape.dims + shape.rank);
  }
  for (uint32_t l = 0; l < program.layer_count; ++l) {
    const veltair_layer &layer = program.layers[l];
    Json versions = Json::array();
    for (uint32_t v = 0; v < layer.version_count; ++v)
      versions.push_back(describe(artifact, layer.versions[v]));
    layers.push_back({{"name", layer.name},
                      {"ops", layer.ops},
                      {"first_conflict", layer.first_conflict},
                      {"versions", versions}});
  }
  return {{"isa", program.isa},
          {"shapes", shapes},
          {"arena_bytes", program.arena_bytes},
          {"layers", layers}};
}

static Json describe(const veltair_artifact &artifact) {
  Json inputs = Json::array(), outputs = Json::array(),
       programs = Json::array(), metadata = Json::object();
  for (uint32_t i = 0; i < artifact.input_count; ++i)
    inputs.push_back(describe(artifact.inputs[i]));
  for (uint32_t i = 0; i < artifact.output_count; ++i)
    outputs.push_back(describe(artifact.outputs[i]));
  for (uint32_t i = 0; i < artifact.metadata_count; ++i)
    metadata[artifact.metadata[i].key] = artifact.metadata[i].value;
  for (uint32_t i = 0; i < artifact.program_count; ++i)
    programs.push_back(describe(artifact, artifact.programs[i]));
  return {{"schema", "veltair.inspect.1"},
          {"abi", artifact.abi},
          {"model", artifact.name},
          {"producer", artifact.producer},
          {"metadata", metadata},
          {"inputs", inputs},
          {"outputs", outputs},
          {"weight_bytes", artifact.weights_size},
          {"programs", programs}};
}

static void printTensors(const char *title, const veltair_tensor *tensors,
                         uint32_t count) {
  for (uint32_t i = 0; i < count; ++i)
    std::printf("%-7s %s: %s %s\n", i ? "" : title, tensors[i].name,
                elementTypeName(tensors[i].dtype).c_str(),
                shapeText({tensors[i].dims, tensors[i].rank}).c_str());
}

static void print(const veltair_artifact &artifact) {
  std::printf("model   %s (ABI %u, %s), weights %.2f MB\n", artifact.name,
              artifact.abi, artifact.producer,
              double(artifact.weights_size) / 1e6);
  printTensors("inputs", artifact.inputs, artifact.input_count);
  printTensors("outputs", artifact.outputs, artifact.output_count);
  for (uint32_t p = 0; p < artifact.program_count; ++p) {
    const veltair_program &program = artifact.programs[p];
    std::printf("\nprogram %u: %s, arena %.2f MB, %u layers, inputs", p,
                program.isa, double(program.arena_bytes) / 1e6,
                program.layer_count);
    for (uint32_t i = 0; i < artifact.input_count; ++i)
      std::printf(" %s", shapeText({program.input_shapes[i].dims,
                                    program.input_shapes[i].rank})
                             .c_str());
    std::printf("\n");
    for (uint32_t l = 0; l < program.layer_count; ++l) {
      const veltair_layer &layer = program.layers[l];
      std::printf("  %3u %s (%s)\n", l, layer.name, layer.ops);
      for (uint32_t v = 0; v < layer.version_count; ++v) {
        const veltair_version &version = layer.versions[v];
        std::printf("      %u: %s; class %u, chunks %u, %.2f MFLOP, "
                    "weights %.1f kB, private %.1f kB, shared %.1f kB\n",
                    v, version.schedule, version.numerics_class,
                    chunkCount(version), double(version.cache.flops) / 1e6,
                    double(weightBytes(artifact, version)) / 1e3,
                    double(version.cache.private_bytes) / 1e3,
                    double(version.cache.shared_bytes) / 1e3);
      }
    }
  }
}

void execute(const InspectCommand &command) {
  Module module(command.artifact);
  if (command.json)
    printJson(describe(module.artifact()));
  else
    print(module.artifact());
}

} // namespace veltair::tool
