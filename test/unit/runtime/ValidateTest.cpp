// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The checks of an artifact's tables, one by one.

#include "TestModel.h"

#include "runtime/artifact/Validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

using namespace veltair;
using namespace veltair::test;
using testing::HasSubstr;

namespace {
class ValidateTest : public testing::Test {
protected:
  ValidateTest() : model(64) {
    model.addAffine();
    model.addReduce();
    model.addAffine();
    tables = &model.artifact();
  }

  // What is wrong after a change, which is then taken back.
  template <typename T, typename V>
  void expectRefused(T &field, V value, const char *message) {
    T before = field;
    field = static_cast<T>(value);
    Status status = validateArtifact(tables, ImageMemory());
    EXPECT_EQ(status.code(), VELTAIR_BAD_ARTIFACT);
    EXPECT_THAT(status.message(), HasSubstr(message));
    field = before;
    EXPECT_TRUE(validateArtifact(tables, ImageMemory()).ok());
  }

  TestModel model;
  veltair_artifact *tables;
};

constexpr uint64_t huge = ~uint64_t(0);
} // namespace

TEST_F(ValidateTest, AcceptsGoodTables) {
  Status status = validateArtifact(tables, ImageMemory());
  EXPECT_TRUE(status.ok()) << status.message();
}

TEST_F(ValidateTest, NoTables) {
  EXPECT_EQ(validateArtifact(nullptr, ImageMemory()).code(),
            VELTAIR_BAD_ARTIFACT);
}

TEST_F(ValidateTest, Abi) {
  tables->abi = VELTAIR_ABI_VERSION + 1;
  Status status = validateArtifact(tables, ImageMemory());
  EXPECT_EQ(status.code(), VELTAIR_ABI_MISMATCH);
  EXPECT_THAT(status.message(), HasSubstr("has ABI 2"));
  tables->abi = 0;
  EXPECT_FALSE(validateArtifact(tables, ImageMemory()).ok());
}

TEST_F(ValidateTest, StructureSizes) {
  for (uint32_t *size :
       {&tables->artifact_size, &tables->tensor_size, &tables->shape_size,
        &tables->constant_size, &tables->operand_size, &tables->stage_size,
        &tables->version_size, &tables->layer_size, &tables->program_size})
    expectRefused(*size, *size + 8, "other sizes");
}

TEST_F(ValidateTest, Global) {
  expectRefused(tables->name, "no identifier", "name is damaged");
  expectRefused(tables->name, "", "name is damaged");
  expectRefused(tables->name, nullptr, "name is damaged");
  expectRefused(tables->producer, nullptr, "producer");
  expectRefused(tables->reserved, 1, "reserved");
  expectRefused(tables->metadata, nullptr, "outside");
  expectRefused(tables->programs, nullptr, "outside");
  expectRefused(tables->program_count, 0, "no programs");
  expectRefused(tables->input_count, 1u << 31, "outside");
  expectRefused(tables->inputs,
                reinterpret_cast<const veltair_tensor *>(
                    reinterpret_cast<uintptr_t>(tables->inputs) + 4),
                "outside");
}

TEST_F(ValidateTest, Texts) {
  const char *bytes = "y\xFF\xFEy";
  expectRefused(tables->producer, bytes, "producer");
  expectRefused(model.input().name, bytes, "inputs: name 0");
  expectRefused(model.output().name, bytes, "outputs: name 0");
  expectRefused(model.program().isa, bytes, "the instruction set");
  expectRefused(model.layer(1).name, bytes, "name of layer 1");
  expectRefused(model.layer(1).ops, bytes, "name of layer 1");
  expectRefused(model.version(1).schedule, bytes, "its schedule");
  const veltair_key_value badKey{bytes, "text"}, badValue{"text", bytes};
  expectRefused(tables->metadata, &badKey, "metadata 0");
  expectRefused(tables->metadata, &badValue, "metadata 0");
}

TEST_F(ValidateTest, Tensors) {
  expectRefused(model.input().dtype, 0, "element type 0");
  expectRefused(model.input().dtype, 99, "element type 99");
  expectRefused(model.input().name, nullptr, "name 0");
  expectRefused(model.input().rank, 1000, "dimensions of 'x'");
  expectRefused(model.input().dims, nullptr, "dimensions of 'x'");
  expectRefused(model.output().rank, 0, "output 'y': its shape");
  const int64_t negative[] = {-5};
  expectRefused(model.output().dims, negative, "'y' has dimension -5");
  const int64_t other[] = {65};
  expectRefused(model.output().dims, other, "dimension 0 cannot be 64");
}

TEST_F(ValidateTest, Weights) {
  expectRefused(tables->weights, nullptr, "embedded or in a file");
  expectRefused(tables->weights_file, "w", "embedded or in a file");
  expectRefused(tables->weights_size, huge, "weights have");
  expectRefused(tables->weights_size, 32, "constant 0 lies outside");
  expectRefused(tables->weights, &tables->name, "weights lie outside");
  auto &constant = const_cast<veltair_constant &>(tables->constants[0]);
  expectRefused(constant.offset, 4, "constant 0 lies outside");
  expectRefused(constant.offset, huge - 63, "constant 0 lies outside");
  expectRefused(constant.size, huge, "constant 0 lies outside");

  tables->weights = nullptr;
  for (const char *name : {"", "..", "/etc/passwd", "a/b"}) {
    tables->weights_file = name;
    EXPECT_THAT(validateArtifact(tables, ImageMemory()).message(),
                HasSubstr("is not beside the artifact"));
  }
}

TEST_F(ValidateTest, Programs) {
  veltair_program &program = model.program();
  expectRefused(program.isa, nullptr, "program 0: the instruction set");
  expectRefused(program.arena_bytes, huge, "the arena has");
  expectRefused(program.arena_bytes, 64, "layer 'layer0'");
  expectRefused(program.layer_count, 0, "no layers");
  expectRefused(program.layers, nullptr, "outside");
  expectRefused(program.input_shapes, nullptr, "outside");
  expectRefused(program.extent_count, 1u << 31, "extents");
  auto &shape = const_cast<veltair_shape &>(program.input_shapes[0]);
  expectRefused(shape.extent, 0, "extent 0 does not exist");
  expectRefused(shape.dims, nullptr, "its shape is damaged");
}

TEST_F(ValidateTest, HugeShapes) {
  const int64_t dims[] = {int64_t(1) << 40, int64_t(1) << 40};
  const int64_t unknown[] = {-1, -1};
  model.input().rank = 2;
  model.input().dims = unknown;
  auto &shape = const_cast<veltair_shape &>(model.program().input_shapes[0]);
  shape.rank = 2;
  shape.dims = dims;
  EXPECT_THAT(validateArtifact(tables, ImageMemory()).message(),
              HasSubstr("input 'x': it is too large"));
}

TEST_F(ValidateTest, Layers) {
  veltair_layer &layer = model.layer(1);
  expectRefused(layer.name, nullptr, "name of layer 1");
  expectRefused(layer.name, "layer0", "two layers have the name 'layer0'");
  expectRefused(layer.ops, nullptr, "name of layer 1");
  expectRefused(layer.operands, nullptr, "layer 'layer1': a table");
  expectRefused(layer.versions, nullptr, "layer 'layer1': a table");
  expectRefused(layer.version_count, 0, "no versions");
  expectRefused(layer.version_count, 65537, "more than 65536 versions");
  expectRefused(layer.guard, 0, "guard 0");
  expectRefused(layer.first_conflict, 1, "first conflict");
  expectRefused(layer.first_conflict, 4, "first conflict");
  expectRefused(layer.reserved, 1, "reserved");
}

TEST(ValidateMemory, FirstConflictsAreTrue) {
  TestModel model(64, /*buffers=*/3);
  for (int i = 0; i < 6; ++i)
    i % 2 ? model.addReduce() : model.addAffine();
  veltair_artifact &tables = model.artifact();
  ASSERT_TRUE(validateArtifact(&tables, ImageMemory()).ok());
  EXPECT_EQ(model.layer(1).first_conflict, 3u);
  model.layer(1).first_conflict = 4;
  EXPECT_EQ(validateArtifact(&tables, ImageMemory()).message(),
            "program 0: layer 'layer1': layer 'layer3' overwrites its memory "
            "before the first conflict");
}

TEST(ValidateMemory, GroupsShareNoMemory) {
  TestModel model(64);
  model.addAffine();
  model.addAffineGroup(2);
  model.addAffine();
  veltair_artifact &tables = model.artifact();
  ASSERT_TRUE(validateArtifact(&tables, ImageMemory()).ok());
  model.operand(2, 1) = model.operand(1, 1);
  model.layer(1).first_conflict = 2;
  EXPECT_EQ(validateArtifact(&tables, ImageMemory()).message(),
            "program 0: layers 'layer1' and 'layer2' of one group share "
            "memory");
}

TEST_F(ValidateTest, Operands) {
  veltair_operand &arena = model.operand(1, 0), &input = model.operand(0, 0),
                  &output = model.operand(2, 1);
  expectRefused(arena.kind, 5, "operand 0: its kind is 5");
  expectRefused(arena.kind, VELTAIR_OPERAND_EXTENT,
                "operand 0: extent 0 does not exist");
  expectRefused(arena.access, 0, "access");
  expectRefused(arena.access, 4, "access");
  expectRefused(arena.size, huge, "outside the arena");
  expectRefused(arena.value, huge, "outside the arena");
  expectRefused(arena.value, model.program().arena_bytes - 4,
                "outside the arena");
  expectRefused(input.value, 1, "that of an input");
  expectRefused(input.access, VELTAIR_WRITE, "that of an input");
  expectRefused(input.size, input.size + 1, "larger than its input");
  expectRefused(output.value, 1, "output 1 does not exist");
  expectRefused(output.size, output.size + 1, "larger than its output");
  input.kind = VELTAIR_OPERAND_CONSTANT;
  input.size = 64;
  expectRefused(input.size, 65, "larger than its constant");
  model.program().extent_count = 1;
  input.kind = VELTAIR_OPERAND_EXTENT;
  input.size = 8;
  expectRefused(input.size, 9, "larger than an extent");
  expectRefused(input.value, 1, "extent 1 does not exist");
}

TEST_F(ValidateTest, Versions) {
  veltair_version &version = model.version(1);
  expectRefused(version.schedule, nullptr, "schedule");
  expectRefused(version.reserved, 1, "reserved");
  expectRefused(version.flags, 1u << 31, "reserved");
  expectRefused(version.stages, nullptr, "outside");
  expectRefused(version.constants, nullptr, "outside");
  expectRefused(version.stage_count, 0, "no stages");
  expectRefused(version.worker_scratch_bytes, 65, "scratch");
  expectRefused(version.shared_scratch_offset, 32, "scratch");
  expectRefused(version.shared_scratch_offset, huge - 63, "scratch");
  expectRefused(version.shared_scratch_bytes, huge, "scratch");
  expectRefused(model.stage(1, 1).function, nullptr, "function of stage 1");
  expectRefused(model.stage(1, 1).chunks, 0, "stage 1");
  expectRefused(model.stage(1, 1).reserved, 1, "stage 1");
  const uint32_t constant = 1;
  expectRefused(version.constants, &constant, "constant 1 does not exist");
}

TEST_F(ValidateTest, CacheUsage) {
  veltair_cache_usage &cache = model.version(0).cache;
  expectRefused(cache.reserved, 1, "cache usage");
  expectRefused(cache.miss_curve_size, 5, "cache usage");
  expectRefused(cache.miss_curve, nullptr, "cache usage");
  const veltair_miss_point flat[6] = {};
  expectRefused(cache.miss_curve, flat, "does not ascend");
}

TEST(ImageMemory, KnowsItsBounds) {
  alignas(8) static const char data[16] = "0123456789abcde";
  auto begin = reinterpret_cast<uintptr_t>(data);
  ImageMemory image({{begin, begin + 16, false}, {4096, 8192, true}});
  EXPECT_TRUE(image.contains(data, 16, 8));
  EXPECT_FALSE(image.contains(data, 17, 8));
  EXPECT_FALSE(image.contains(data, huge, 8));
  EXPECT_FALSE(image.contains(data + 1, 1, 2));
  EXPECT_TRUE(image.containsString(data));
  ImageMemory cut({{begin, begin + 15, false}});
  EXPECT_FALSE(cut.containsString(data)) << "the NUL lies outside";
  EXPECT_FALSE(image.containsString(nullptr));
  EXPECT_TRUE(image.containsCode(4096));
  EXPECT_FALSE(image.containsCode(begin));
}
