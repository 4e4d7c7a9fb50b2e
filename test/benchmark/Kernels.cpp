// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// Single layers: every version that veltairc makes of them for this CPU, on one
// thread, with warm caches. Only the layer itself is timed, not the reorders
// around it.

#include "test/unit/runtime/Options.h"

#include "veltair/veltair.hpp"

#include <benchmark/benchmark.h>
#include <onnx/defs/parser.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

using namespace veltair;
using namespace veltair::test;

namespace {

struct Weights {
  const char *name;
  std::vector<int64_t> dims;
};

// A model in ONNX's textual syntax; the layer to time is that of its last node.
struct Case {
  const char *name;
  const char *graph;
  std::vector<Weights> weights;
};

// A compiled case with data.
struct Compiled {
  explicit Compiled(const std::string &path);

  Module module;
  const veltair_program *program = nullptr;
  const veltair_layer *layer = nullptr; // null when fused away
  std::vector<std::vector<float>> inputs, outputs;
};

} // namespace

static constexpr const char *nodeName = "kernel";

static const Case cases[] = {
    {"conv1x1",
     "(float[1,256,56,56] x) => (float[1,64,56,56] y) { y = Conv(x, w) }",
     {{"w", {64, 256, 1, 1}}}},
    {"conv3x3",
     "(float[1,128,28,28] x) => (float[1,128,28,28] y)"
     "{ y = Conv<pads = [1, 1, 1, 1]>(x, w) }",
     {{"w", {128, 128, 3, 3}}}},
    {"conv7x7_stride2",
     "(float[1,3,224,224] x) => (float[1,64,112,112] y)"
     "{ y = Conv<pads = [3, 3, 3, 3], strides = [2, 2]>(x, w) }",
     {{"w", {64, 3, 7, 7}}}},
    {"depthwise3x3",
     "(float[1,96,56,56] x) => (float[1,96,56,56] y)"
     "{ y = Conv<pads = [1, 1, 1, 1], group = 96>(x, w) }",
     {{"w", {96, 1, 3, 3}}}},
    {"grouped3x3",
     "(float[1,128,28,28] x) => (float[1,128,28,28] y)"
     "{ y = Conv<pads = [1, 1, 1, 1], group = 4>(x, w) }",
     {{"w", {128, 32, 3, 3}}}},
    {"matmul_tall",
     "(float[2048,256] x) => (float[2048,64] y) { y = MatMul(x, w) }",
     {{"w", {256, 64}}}},
    {"matmul_flat",
     "(float[128,768] x) => (float[128,3072] y) { y = MatMul(x, w) }",
     {{"w", {768, 3072}}}},
    {"matmul_few_rows",
     "(float[4,1024] x) => (float[4,1024] y) { y = MatMul(x, w) }",
     {{"w", {1024, 1024}}}},
    {"matmul_batched",
     "(float[12,128,64] x, float[12,64,128] z) => (float[12,128,128] y)"
     "{ y = MatMul(x, z) }",
     {}},
    {"attention",
     "(float[1,12,128,64] q, float[1,12,64,128] k, float[1,12,128,64] v)"
     " => (float[1,12,128,64] y)"
     "{ s = MatMul(q, k) p = Softmax<axis = -1>(s) y = MatMul(p, v) }",
     {}},
    {"layer_norm",
     "(float[128,768] x) => (float[128,768] y)"
     "{ y = LayerNormalization(x, scale, bias) }",
     {{"scale", {768}}, {"bias", {768}}}},
    {"softmax",
     "(float[128,768] x) => (float[128,768] y) { y = Softmax<axis = -1>(x) }",
     {}},
    {"max_pool",
     "(float[1,64,112,112] x) => (float[1,64,56,56] y)"
     "{ y = MaxPool<kernel_shape = [3, 3], strides = [2, 2],"
     " pads = [1, 1, 1, 1]>(x) }",
     {}},
    {"global_average_pool",
     "(float[1,512,7,7] x) => (float[1,512,1,1] y)"
     "{ y = GlobalAveragePool(x) }",
     {}},
};

// Values that are neither equal nor subnormal.
static std::vector<float> someFloats(size_t count) {
  std::vector<float> values(count);
  for (size_t i = 0; i < count; ++i)
    values[i] = float(i % 17) / 16 - 0.5f;
  return values;
}

static size_t elementCount(const veltair_shape &shape) {
  size_t count = 1;
  for (uint32_t d = 0; d < shape.rank; ++d)
    count *= size_t(shape.dims[d]);
  return count;
}

static void writeModel(const Case &c, const std::string &path) {
  onnx::ModelProto model;
  std::string text =
      R"(<ir_version: 8, opset_import: ["" : 17]> g )" + std::string(c.graph);
  auto status = onnx::OnnxParser(text.c_str()).Parse(model);
  if (!status.IsOK()) {
    std::fprintf(stderr, "%s: %s\n", c.name, status.ErrorMessage().c_str());
    std::exit(1);
  }
  onnx::GraphProto &graph = *model.mutable_graph();
  graph.mutable_node(graph.node_size() - 1)->set_name(nodeName);
  for (const Weights &weights : c.weights) {
    onnx::TensorProto &tensor = *graph.add_initializer();
    tensor.set_name(weights.name);
    tensor.set_data_type(onnx::TensorProto::FLOAT);
    size_t count = 1;
    for (int64_t dim : weights.dims) {
      tensor.add_dims(dim);
      count *= size_t(dim);
    }
    std::vector<float> values = someFloats(count);
    tensor.set_raw_data(values.data(), count * sizeof(float));
  }
  std::ofstream file(path, std::ios::binary);
  model.SerializeToOstream(&file);
}

Compiled::Compiled(const std::string &path) : module(path) {
  program = &module.programs()[0];
  for (uint32_t l = 0; l < program->layer_count; ++l)
    if (program->layers[l].name == std::string_view(nodeName))
      layer = &program->layers[l];
  for (uint32_t i = 0; i < module.inputs().size(); ++i)
    inputs.push_back(someFloats(elementCount(program->input_shapes[i])));
  for (uint32_t i = 0; i < module.outputs().size(); ++i)
    outputs.emplace_back(elementCount(program->output_shapes[i]));
}

static void runVersion(benchmark::State &state, Compiled &model,
                       uint32_t version) {
  veltair_runtime_options runtimeRaw = runtimeOptions(/*threads=*/1, "fcfs");
  Runtime runtime(&runtimeRaw);
  veltair_tenant_options tenantRaw = VELTAIR_TENANT_OPTIONS_INIT;
  tenantRaw.kernel_version = int32_t(version);
  Tenant tenant(runtime, model.module, &tenantRaw);
  std::vector<veltair_input> inputs;
  for (size_t i = 0; i < model.inputs.size(); ++i) {
    const veltair_shape &shape = model.program->input_shapes[i];
    inputs.push_back(
        makeInput<float>(model.inputs[i], {shape.dims, shape.rank}));
  }
  std::vector<veltair_output> outputs;
  for (std::vector<float> &output : model.outputs)
    outputs.push_back(makeOutput<float>(output));
  std::vector<veltair_layer_time> times(model.program->layer_count);
  veltair_query_options options = {};
  options.size = sizeof options;
  options.layer_times = times.data();
  options.layer_times_capacity = uint32_t(times.size());
  const veltair_layer_time &own = times[model.layer - model.program->layers];
  for (auto _ : state) {
    tenant.run(inputs, outputs, &options);
    state.SetIterationTime(double(own.end_ns - own.begin_ns) / 1e9);
  }
  const veltair_version &used = model.layer->versions[version];
  state.SetLabel(used.schedule);
  state.counters["FLOP/s"] = benchmark::Counter(
      double(used.cache.flops), benchmark::Counter::kIsIterationInvariantRate);
}

static std::shared_ptr<Compiled> compile(const Case &c,
                                         const std::string &folder) {
  std::string base = folder + "/" + c.name;
  writeModel(c, base + ".onnx");
  std::string command = std::string(VELTAIRC) + " " + base + ".onnx -o " +
                        base + ".so --march=native";
  if (std::system(command.c_str()) != 0)
    std::exit(1);
  return std::make_shared<Compiled>(base + ".so");
}

int main(int argc, char **argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv))
    return 2;
  std::string folder =
      (std::filesystem::temp_directory_path() / "veltair-kernels-XXXXXX")
          .string();
  if (!mkdtemp(folder.data())) {
    std::perror(folder.c_str());
    return 1;
  }
  for (const Case &c : cases) {
    std::shared_ptr<Compiled> model = compile(c, folder);
    if (!model->layer) {
      std::fprintf(stderr, "%s: no layer of its own\n", c.name);
      continue;
    }
    for (uint32_t v = 0; v < model->layer->version_count; ++v)
      benchmark::RegisterBenchmark(
          (c.name + ("/version:" + std::to_string(v))).c_str(),
          [model, v](benchmark::State &state) { runVersion(state, *model, v); })
          ->UseManualTime()
          ->Unit(benchmark::kMicrosecond);
  }
  std::filesystem::remove_all(folder);
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
