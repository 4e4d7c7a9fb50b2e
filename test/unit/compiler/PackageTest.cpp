// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Uses artifacts as a program does that links them: objects and headers that
// the build made from test/lit/package/Inputs/two-layers.mlir, once with
// embedded weights, once (as "second") with weights in a file.

#include "second.h"
#include "two_layers.h"
#include "veltair/veltair.h"
#include <fstream>
#include <gmock/gmock.h>
#include <immintrin.h>
#include <sstream>
#include <string>
#include <vector>

using testing::ElementsAre;

namespace {
/// 4x4 matrices.
using Matrix = std::vector<float>;

class PackageTest : public testing::Test {
protected:
  PackageTest()
      : input(16), wanted(16),
        workspace(VELTAIR_TWO_LAYERS_WORKSPACE_BYTES + 64) {
    for (int i = 0; i < 16; ++i) {
      input[i] = float(i);
      wanted[i] = input[i] * float(i % 4 * 4 + i / 4) + 1;
    }
  }
  void *getWorkspace() {
    auto address = reinterpret_cast<uintptr_t>(workspace.data());
    return reinterpret_cast<void *>((address + 63) / 64 * 64);
  }

  Matrix input, wanted;
  std::vector<char> workspace;
};
} // namespace

static std::string readFile(const char *path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

TEST_F(PackageTest, Tables) {
  EXPECT_EQ(veltair_two_layers(0), nullptr);
  const veltair_artifact *artifact = veltair_two_layers(VELTAIR_ABI_VERSION);
  ASSERT_NE(artifact, nullptr);
  EXPECT_EQ(artifact, veltair_two_layers(VELTAIR_ABI_VERSION + 1));
  EXPECT_EQ(artifact->abi, VELTAIR_ABI_VERSION);
  EXPECT_EQ(artifact->layer_size, sizeof(veltair_layer));
  EXPECT_STREQ(artifact->name, "two_layers");
  EXPECT_EQ(artifact->source_hash, 42u);
  ASSERT_EQ(artifact->metadata_count, 1u);
  EXPECT_STREQ(artifact->metadata[0].key, "author");
  EXPECT_STREQ(artifact->metadata[0].value, "a test");
  ASSERT_EQ(artifact->input_count, 1u);
  EXPECT_STREQ(artifact->inputs[0].name, VELTAIR_TWO_LAYERS_INPUT0_NAME);
  ASSERT_EQ(artifact->output_count, 1u);
  EXPECT_STREQ(artifact->outputs[0].name, "z\"");
  EXPECT_EQ(artifact->outputs[0].dims[0], VELTAIR_DYNAMIC_DIM);
  EXPECT_EQ(artifact->outputs[0].dims[1], 4);
  EXPECT_NE(artifact->weights, nullptr);
  EXPECT_EQ(artifact->weights_file, nullptr);

  // The better program stands first, whatever the order in the module.
  ASSERT_EQ(artifact->program_count, 2u);
  EXPECT_STREQ(artifact->programs[0].isa, "x86-64-v4");
  EXPECT_STREQ(artifact->programs[1].isa, "x86-64-v3");
  EXPECT_EQ(artifact->programs[1].features, uint64_t(VELTAIR_CPU_AVX512F - 1));
  EXPECT_EQ(artifact->programs[1].output_shapes[0].dims[0], 4);
}

TEST_F(PackageTest, Layers) {
  const veltair_artifact *artifact = veltair_two_layers(VELTAIR_ABI_VERSION);
  const veltair_program &program = artifact->programs[1];
  ASSERT_EQ(program.layer_count, 2u);
  const veltair_layer &first = program.layers[0], &last = program.layers[1];
  EXPECT_STREQ(first.name, "/mul");
  EXPECT_STREQ(first.ops, "Transpose+Mul");
  EXPECT_EQ(first.hash, 7u);
  EXPECT_EQ(first.first_conflict, 2u);
  EXPECT_EQ(first.group, VELTAIR_NONE);
  ASSERT_EQ(first.operand_count, 2u);
  EXPECT_EQ(first.operands[0].kind, uint32_t(VELTAIR_OPERAND_INPUT));
  EXPECT_EQ(first.operands[0].access, uint32_t(VELTAIR_READ));
  EXPECT_EQ(first.operands[1].kind, uint32_t(VELTAIR_OPERAND_ARENA));
  EXPECT_EQ(first.operands[1].access, uint32_t(VELTAIR_WRITE));
  EXPECT_EQ(first.operands[1].size, 64u);
  ASSERT_EQ(last.operand_count, 3u);
  EXPECT_EQ(last.operands[0].kind, uint32_t(VELTAIR_OPERAND_ARENA));
  EXPECT_EQ(last.operands[1].kind, uint32_t(VELTAIR_OPERAND_CONSTANT));
  EXPECT_EQ(last.operands[2].kind, uint32_t(VELTAIR_OPERAND_OUTPUT));

  ASSERT_EQ(first.version_count, 2u);
  EXPECT_STREQ(first.versions[0].schedule, "general grain=1");
  EXPECT_EQ(first.versions[1].numerics_class, 1u);
  EXPECT_EQ(first.versions[0].stages[0].chunks, 2u);
  EXPECT_EQ(first.versions[0].cache.private_bytes, 192u);
  ASSERT_EQ(first.versions[0].cache.miss_curve_size, 6u);
  EXPECT_EQ(first.versions[0].cache.miss_curve[2].l3_bytes, 3u);
  EXPECT_EQ(first.versions[0].cache.miss_curve[2].bytes, 128u);
  EXPECT_EQ(last.versions[0].worker_scratch_bytes, 128u);
}

TEST_F(PackageTest, Constants) {
  const veltair_artifact *artifact = veltair_two_layers(VELTAIR_ABI_VERSION);
  // The weights of both versions and the ones; shared by the programs.
  ASSERT_EQ(artifact->constant_count, 3u);
  const veltair_layer &layer = artifact->programs[0].layers[0];
  const veltair_constant &transposed =
      artifact->constants[layer.versions[0].constants[0]];
  const veltair_constant &plain =
      artifact->constants[layer.versions[1].constants[0]];
  EXPECT_EQ(artifact->programs[1].layers[0].versions[0].constants[0],
            layer.versions[0].constants[0]);
  EXPECT_EQ(plain.offset, 4096u);
  auto *weights = static_cast<const char *>(artifact->weights);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(weights) % VELTAIR_ALIGNMENT, 0u);
  EXPECT_EQ(reinterpret_cast<const float *>(weights + plain.offset)[1], 1.f);
  EXPECT_EQ(reinterpret_cast<const float *>(weights + transposed.offset)[1],
            4.f);
}

TEST_F(PackageTest, AllVersionsAgree) {
  const veltair_artifact *artifact = veltair_two_layers(VELTAIR_ABI_VERSION);
  for (uint32_t p = 0; p < artifact->program_count; ++p) {
    if (artifact->programs[p].features & VELTAIR_CPU_AVX512F &&
        !__builtin_cpu_supports("avx512f"))
      continue;
    const veltair_layer &layer = artifact->programs[p].layers[0];
    for (uint32_t v = 0; v < layer.version_count; ++v) {
      const veltair_version &version = layer.versions[v];
      Matrix output(16);
      void *operands[] = {input.data(), output.data()};
      const void *constants[] = {
          static_cast<const char *>(artifact->weights) +
          artifact->constants[version.constants[0]].offset};
      veltair_layer_args args = {operands, constants, nullptr, nullptr};
      EXPECT_EQ(version.stages[0].function(&args, 0, version.stages[0].chunks,
                                           nullptr),
                0);
      for (int i = 0; i < 16; ++i)
        EXPECT_EQ(output[i] + 1, wanted[i])
            << "program " << p << " version " << v;
    }
  }
}

TEST_F(PackageTest, RunsWithoutRuntime) {
  Matrix output(VELTAIR_TWO_LAYERS_OUTPUT0_BYTES / sizeof(float));
  const void *in[VELTAIR_TWO_LAYERS_INPUT_COUNT] = {input.data()};
  void *out[VELTAIR_TWO_LAYERS_OUTPUT_COUNT] = {output.data()};
  EXPECT_EQ(veltair_two_layers_run(in, out, getWorkspace(), nullptr), 0);
  EXPECT_EQ(output, wanted);
}

TEST_F(PackageTest, TwoModelsInOneProgramAndWeightsInAFile) {
  const veltair_artifact *artifact = veltair_second(VELTAIR_ABI_VERSION);
  ASSERT_NE(artifact, nullptr);
  EXPECT_STREQ(artifact->name, "second");
  EXPECT_EQ(artifact->weights, nullptr);
  EXPECT_STREQ(artifact->weights_file, "second.o.weights");
  std::string file = readFile(ARTIFACT_FOLDER "/second.o.weights");
  ASSERT_EQ(file.size(), size_t(VELTAIR_SECOND_WEIGHTS_BYTES));
  EXPECT_EQ(file.size(), artifact->weights_size);
  const veltair_artifact *other = veltair_two_layers(VELTAIR_ABI_VERSION);
  EXPECT_EQ(artifact->weights_hash, other->weights_hash);
  EXPECT_EQ(file, std::string(static_cast<const char *>(other->weights),
                              file.size()));

  Matrix output(16);
  const void *in[] = {input.data()};
  void *out[] = {output.data()};
  EXPECT_EQ(veltair_second_run(in, out, getWorkspace(), file.data()), 0);
  EXPECT_EQ(output, wanted);
}

TEST_F(PackageTest, DenormalsAreFlushedAndTheModeRestored) {
  input.assign(16, 1e-39f);
  Matrix output(16);
  const void *in[] = {input.data()};
  void *out[] = {output.data()};
  unsigned mode = _mm_getcsr() ^ 0x2000; // another rounding mode
  _mm_setcsr(mode);
  veltair_two_layers_run(in, out, getWorkspace(), nullptr);
  EXPECT_EQ(_mm_getcsr(), mode);
  _mm_setcsr(mode ^ 0x2000);
  // The product in the arena, at the workspace's start.
  EXPECT_EQ(static_cast<const float *>(getWorkspace())[5], 0.f);
}

/// Runs the model of `module` in a runtime, each version and program forced.
static void expectServed(veltair_module *module, const char *weightsFile,
                         const Matrix &input, const Matrix &wanted) {
  veltair_runtime_options options{};
  options.size = sizeof options;
  options.threads = 2;
  veltair_runtime *runtime = nullptr;
  ASSERT_EQ(veltair_runtime_create(&options, &runtime), VELTAIR_OK)
      << veltair_last_message();
  const veltair_artifact *artifact = veltair_module_artifact(module);
  for (uint32_t p = 0; p < artifact->program_count; ++p) {
    if (artifact->programs[p].features & ~veltair_cpu_features())
      continue;
    for (int version : {0, 1}) {
      veltair_tenant_options tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
      tenantOptions.isa = artifact->programs[p].isa;
      tenantOptions.kernel_version = version;
      tenantOptions.weights_file = weightsFile;
      tenantOptions.verify_weights = 1;
      veltair_tenant *tenant = nullptr;
      ASSERT_EQ(veltair_tenant_add(runtime, module, &tenantOptions, &tenant),
                VELTAIR_OK)
          << veltair_last_message();
      const int64_t dims[] = {4, 4};
      Matrix output(16);
      veltair_input in = {input.data(), 64, VELTAIR_F32, 2, dims};
      veltair_output out = {output.data(), 64, nullptr};
      EXPECT_EQ(veltair_run(tenant, &in, 1, &out, 1, nullptr), VELTAIR_OK)
          << veltair_last_message();
      EXPECT_EQ(output, wanted);
      veltair_tenant_remove(tenant);
    }
  }
  veltair_runtime_destroy(runtime);
}

TEST_F(PackageTest, RuntimeServesWhatIsLinked) {
  veltair_module *module = nullptr;
  ASSERT_EQ(veltair_module_link(veltair_two_layers, &module), VELTAIR_OK)
      << veltair_last_message();
  expectServed(module, nullptr, input, wanted);
  veltair_module_release(module);
  ASSERT_EQ(veltair_module_link(veltair_second, &module), VELTAIR_OK);
  expectServed(module, ARTIFACT_FOLDER "/second.o.weights", input, wanted);
  veltair_module_release(module);
}

TEST_F(PackageTest, RuntimeServesWhatIsLoaded) {
  for (const char *path :
       {ARTIFACT_FOLDER "/two_layers.so", ARTIFACT_FOLDER "/second.so"}) {
    veltair_module *module = nullptr;
    ASSERT_EQ(veltair_module_load(path, &module), VELTAIR_OK)
        << veltair_last_message();
    expectServed(module, nullptr, input, wanted);
    veltair_module_release(module);
  }
}
