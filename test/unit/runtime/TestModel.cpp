// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "TestModel.h"

#include <atomic>

namespace veltair::test {

static constexpr uint32_t grain = TestModel::grain;
static constexpr float shift = 0.375f;

//===----------------------------------------------------------------------===//
// Kernels. Operands: what the layer reads, what it writes, its element count
// as the size of either.
//===----------------------------------------------------------------------===//

// Late workers write again what others read: the same values.
static float load(const float &x) {
  return std::atomic_ref(const_cast<float &>(x))
      .load(std::memory_order_relaxed);
}
static void store(float &x, float value) {
  std::atomic_ref(x).store(value, std::memory_order_relaxed);
}

static int32_t affine(const veltair_layer_args *args, uint32_t begin,
                      uint32_t end, void *scratch) {
  auto *x = static_cast<const float *>(args->operands[0]);
  auto *y = static_cast<float *>(args->operands[1]);
  auto *constant = static_cast<const float *>(args->constants[0]);
  // Through the scratch memory, so that it is tested too.
  auto *copy = static_cast<float *>(scratch);
  for (uint32_t chunk = begin; chunk < end; ++chunk) {
    for (uint32_t i = 0; i < grain; ++i)
      copy[i] = load(x[chunk * grain + i]);
    for (uint32_t i = 0; i < grain; ++i)
      store(y[chunk * grain + i], 1.25f * copy[i] + *constant);
  }
  return VELTAIR_KERNEL_OK;
}

static int32_t reducePartial(const veltair_layer_args *args, uint32_t begin,
                             uint32_t end, void *) {
  auto *x = static_cast<const float *>(args->operands[0]);
  auto *partial = static_cast<float *>(args->shared_scratch);
  for (uint32_t chunk = begin; chunk < end; ++chunk) {
    float sum = 0;
    for (uint32_t i = 0; i < grain; ++i)
      sum += load(x[chunk * grain + i]);
    store(partial[chunk], sum);
  }
  return VELTAIR_KERNEL_OK;
}

// The constant holds the number of chunks of the first stage; here a chunk is
// a quarter of one, so that the stages differ.
static int32_t reduceFinal(const veltair_layer_args *args, uint32_t begin,
                           uint32_t end, void *) {
  auto *x = static_cast<const float *>(args->operands[0]);
  auto *y = static_cast<float *>(args->operands[1]);
  auto *partial = static_cast<const float *>(args->shared_scratch);
  auto chunks = uint32_t(static_cast<const float *>(args->constants[0])[1]);
  float sum = 0;
  for (uint32_t chunk = 0; chunk < chunks; ++chunk)
    sum += load(partial[chunk]);
  float mean = sum / float(chunks * grain);
  for (uint32_t i = begin * grain / 4; i < end * grain / 4; ++i)
    store(y[i], load(x[i]) / 2 + mean);
  return VELTAIR_KERNEL_OK;
}

std::vector<float> TestModel::expected(const std::vector<float> &x) const {
  std::vector<float> in = x, out(x.size());
  std::vector<float> partial(x.size() / grain);
  alignas(64) float copy[grain];
  const void *constant = weights;
  for (const std::string &kind : kinds) {
    void *pointers[] = {in.data(), out.data()};
    veltair_layer_args args{pointers, &constant, nullptr, partial.data()};
    auto chunks = uint32_t(partial.size());
    if (kind == "affine") {
      affine(&args, 0, chunks, copy);
    } else if (kind == "reduce") {
      reducePartial(&args, 0, chunks, nullptr);
      reduceFinal(&args, 0, 4 * chunks, nullptr);
    }
    in.swap(out);
  }
  return in;
}

//===----------------------------------------------------------------------===//
// Tables
//===----------------------------------------------------------------------===//

static const veltair_miss_point missCurve[] = {{1 << 20, 6},  {2 << 20, 5},
                                               {4 << 20, 4},  {8 << 20, 3},
                                               {16 << 20, 2}, {32 << 20, 1}};

TestModel::TestModel(uint32_t elements, uint32_t buffers)
    : elements(elements), buffers(buffers), dims{elements} {
  weights[0] = shift;
  weights[1] = float(elements / grain);
  inputs = {{"x", VELTAIR_F32, 1, dims.data()}};
  outputs = {{"y", VELTAIR_F32, 1, dims.data()}};
  inputShapes = {{1, VELTAIR_NONE, dims.data()}};
  outputShapes = inputShapes;
  constants = {{0, sizeof weights, 0}};
}

void TestModel::addAffine() {
  kinds.push_back("affine");
  addLayer({{affine, elements / grain, 0}}, "Mul+Add");
}

void TestModel::addAffineGroup(uint32_t parts) {
  kinds.push_back("affine");
  uint32_t chunks = elements / grain;
  auto step = uint32_t(kinds.size() - 1);
  for (uint32_t part = 0; part < parts; ++part) {
    addLayer({{affine, chunks / parts, 0}}, "Mul+Add");
    places.back() = {step, part, parts};
    layers.back().group = step;
  }
}

void TestModel::addReduce() {
  kinds.push_back("reduce");
  addLayer({{reducePartial, elements / grain, 0},
            {reduceFinal, 4 * elements / grain, 0}},
           "ReduceMean+Add");
}

void TestModel::addLayer(veltair_stage_function function, uint32_t chunks) {
  kinds.push_back("other");
  addLayer({{function, chunks, 0}}, "Other");
}

void TestModel::addLayer(std::vector<veltair_stage> layerStages,
                         const char *ops) {
  static const uint32_t constant = 0;
  stages.push_back(std::move(layerStages));
  names.push_back("layer" + std::to_string(layers.size()));
  places.push_back({uint32_t(kinds.size() - 1)});

  veltair_version version{};
  version.schedule = "scalar";
  version.stages = stages.back().data();
  version.stage_count = uint32_t(stages.back().size());
  version.constants = &constant;
  version.constant_count = 1;
  version.worker_scratch_bytes = grain * sizeof(float);
  version.cache.flops = elements;
  version.cache.miss_curve = missCurve;
  version.cache.miss_curve_size = std::size(missCurve);
  versions.push_back(version);

  veltair_layer layer{};
  layer.name = names.back().c_str();
  layer.ops = ops;
  layer.versions = &versions.back();
  layer.version_count = 1;
  layer.group = VELTAIR_NONE;
  layer.guard = VELTAIR_NONE;
  layers.push_back(layer);
}

// The arena: the buffers, then as many for shared scratch.
veltair_artifact &TestModel::artifact() {
  auto count = uint32_t(layers.size());
  uint64_t bytes = elements * sizeof(float);
  uint64_t stride = (bytes + 63) / 64 * 64;
  operands.clear();
  for (uint32_t i = 0; i < count; ++i) {
    auto [step, part, parts] = places[i];
    uint64_t share = bytes / parts;
    veltair_operand in{VELTAIR_OPERAND_ARENA, VELTAIR_READ,
                       (step + buffers - 1) % buffers * stride + part * share,
                       share};
    veltair_operand out{VELTAIR_OPERAND_ARENA, VELTAIR_WRITE,
                        step % buffers * stride + part * share, share};
    if (i == 0)
      in.kind = VELTAIR_OPERAND_INPUT, in.value = 0;
    if (i == count - 1)
      out.kind = VELTAIR_OPERAND_OUTPUT, out.value = 0;
    operands.push_back({in, out});
    layers[i].operands = operands.back().data();
    layers[i].operand_count = 2;
    versions[i].shared_scratch_bytes = versions[i].stage_count > 1 ? stride : 0;
    versions[i].shared_scratch_offset = (buffers + step % buffers) * stride;
  }
  findFirstConflicts();
  programs = {{"x86-64", VELTAIR_CPU_SSE42, inputShapes.data(),
               outputShapes.data(), layers.data(), 2 * buffers * stride, count,
               0}};

  static const veltair_key_value metadata = {"purpose", "tests"};
  tables = {};
  tables.abi = VELTAIR_ABI_VERSION;
  tables.artifact_size = sizeof(veltair_artifact);
  tables.tensor_size = sizeof(veltair_tensor);
  tables.shape_size = sizeof(veltair_shape);
  tables.constant_size = sizeof(veltair_constant);
  tables.operand_size = sizeof(veltair_operand);
  tables.stage_size = sizeof(veltair_stage);
  tables.version_size = sizeof(veltair_version);
  tables.layer_size = sizeof(veltair_layer);
  tables.program_size = sizeof(veltair_program);
  tables.name = "toy";
  tables.producer = "test";
  tables.metadata = &metadata;
  tables.metadata_count = 1;
  tables.inputs = inputs.data();
  tables.input_count = 1;
  tables.outputs = outputs.data();
  tables.output_count = 1;
  tables.constants = constants.data();
  tables.constant_count = 1;
  tables.programs = programs.data();
  tables.program_count = 1;
  tables.weights = weights;
  tables.weights_size = sizeof weights;
  return tables;
}

void TestModel::findFirstConflicts() {
  auto touches = [&](uint32_t layer, const veltair_operand &bytes) {
    for (const veltair_operand &other : operands[layer])
      if (other.kind == VELTAIR_OPERAND_ARENA &&
          bytes.kind == VELTAIR_OPERAND_ARENA &&
          other.value < bytes.value + bytes.size &&
          bytes.value < other.value + other.size)
        return true;
    // Scratch memory lies apart from tensors.
    const veltair_version &own = versions[layer];
    return bytes.kind == VELTAIR_OPERAND_ARENA && own.shared_scratch_bytes &&
           bytes.value == own.shared_scratch_offset;
  };
  auto count = uint32_t(layers.size());
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t j = i + 1;
    for (; j < count; ++j) {
      const veltair_version &later = versions[j];
      veltair_operand scratch{VELTAIR_OPERAND_ARENA, VELTAIR_WRITE,
                              later.shared_scratch_offset,
                              later.shared_scratch_bytes};
      if (touches(i, operands[j][1]) || (scratch.size && touches(i, scratch)))
        break;
    }
    layers[i].first_conflict = j;
  }
}

static const veltair_artifact *current = nullptr;

veltair_query_function queryOf(const veltair_artifact &artifact) {
  current = &artifact;
  return [](uint32_t) { return current; };
}

} // namespace veltair::test
