// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/Target.h"
#include "compiler/codegen/backend/MachineModel.h"
#include "llvm/Target/TargetMachine.h"
#include <gmock/gmock.h>

using namespace llvm;
using namespace mlir::veltair;
using testing::HasSubstr;

static constexpr uint64_t v3Bits = VELTAIR_CPU_AVX512F - 1;
static constexpr uint64_t v4Bits = VELTAIR_CPU_AVX512VNNI - 1;

static TargetIsa parse(StringRef text) {
  Expected<TargetIsa> isa = parseTargetIsa(text);
  if (!isa) {
    ADD_FAILURE() << toString(isa.takeError());
    return {};
  }
  return *isa;
}

template <typename T> static std::string getMessage(Expected<T> result) {
  if (result)
    return "no error";
  return toString(result.takeError());
}

TEST(Target, Levels) {
  TargetIsa v3 = parse("x86-64-v3");
  EXPECT_EQ(v3.name, "x86-64-v3");
  EXPECT_EQ(v3.featureBits, v3Bits);
  EXPECT_EQ(v3.vectorBits, 256u);
  EXPECT_EQ(v3.vectorRegisters, 16u);
  TargetIsa v4 = parse("x86-64-v4");
  EXPECT_EQ(v4.featureBits, v4Bits);
  EXPECT_EQ(v4.lanes(32), 16u);
  EXPECT_EQ(v4.vectorRegisters, 32u);
}

TEST(Target, FeaturesAndCanonicalNames) {
  EXPECT_EQ(parse("x86-64-v4+avx512vnni").name, "x86-64-v4+avx512vnni");
  EXPECT_EQ(parse("x86-64-v4+avx512f").name, "x86-64-v4");
  // Taking a feature away takes those that need it.
  TargetIsa narrow = parse("x86-64-v4-avx512f");
  EXPECT_EQ(narrow.featureBits, v3Bits);
  EXPECT_EQ(narrow.vectorBits, 256u);
  EXPECT_EQ(parse(narrow.name).featureBits, narrow.featureBits);
  // Half of AVX-512 is not used.
  EXPECT_EQ(parse("knl").featureBits & v4Bits, v3Bits);
  EXPECT_TRUE(parse("znver4").has(VELTAIR_CPU_AVX512BF16));
  TargetIsa native = parse("native");
  EXPECT_EQ(parse(native.name).featureBits, native.featureBits);
}

TEST(Target, Bf16Products) {
  EXPECT_FALSE(parse("x86-64-v4").hasBf16Products());
  EXPECT_FALSE(parse("icelake-server").hasBf16Products());
  for (StringRef text :
       {"x86-64-v4+avx512bf16", "znver4", "cooperlake", "sapphirerapids"})
    EXPECT_TRUE(parse(text).hasBf16Products());
  EXPECT_FALSE(parse("znver4-avx512bf16").hasBf16Products());
}

TEST(Target, Errors) {
  EXPECT_THAT(getMessage(parseTargetIsa("x86-64-v9")),
              HasSubstr("unknown target 'x86-64-v9'; known are native"));
  EXPECT_THAT(getMessage(parseTargetIsa("")), HasSubstr("unknown target ''"));
  EXPECT_THAT(getMessage(parseTargetIsa("x86-64-v4+gfni")),
              HasSubstr("unknown CPU feature 'gfni'"));
  EXPECT_THAT(getMessage(parseTargetIsa("nehalem")), HasSubstr("lacks avx"));
  EXPECT_THAT(getMessage(parseTargetIsa("haswell-fma")),
              HasSubstr("lacks fma"));
  EXPECT_THAT(getMessage(parseTargetIsaList("x86-64-v3,x86-64-v3")),
              HasSubstr("named twice"));
}

TEST(Target, Machine) {
  EXPECT_EQ(createTargetMachine(parse("x86-64-v4"))->getTargetTriple().str(),
            targetTriple);
}

TEST(MachineModel, Names) {
  Expected<MachineModel> zen = parseMachineModel("znver4");
  ASSERT_TRUE(bool(zen));
  EXPECT_EQ(zen->l2Bytes, 1u << 20);
  EXPECT_EQ(zen->l3Share(), 4u << 20);
  EXPECT_EQ(zen->bf16Bits, 512u);
  Expected<MachineModel> wider = parseMachineModel("znver5");
  ASSERT_TRUE(bool(wider));
  EXPECT_EQ(wider->bf16Bits, 1024u);
  Expected<MachineModel> native = parseMachineModel("native");
  ASSERT_TRUE(bool(native));
  EXPECT_GT(native->l1Bytes, 0u);
  EXPECT_THAT(
      getMessage(parseMachineModel("z80")),
      HasSubstr("unknown machine 'z80'; known are generic, native, haswell"));
  EXPECT_THAT(getMessage(parseMachineModel("/absent.json")),
              HasSubstr("cannot read the machine file '/absent.json'"));
}
