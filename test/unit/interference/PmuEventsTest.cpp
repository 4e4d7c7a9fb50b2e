// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

// The table of events, against libpfm4, which encodes those of CPUs that are
// not present.

#include "runtime/interference/PmuEvents.h"

#include "gtest/gtest.h"

#include <cstdlib>
#include <set>
#include <string>

#include <perfmon/pfmlib_perf_event.h>

namespace veltair {
namespace {

class PmuEvents : public testing::TestWithParam<Pmu> {
protected:
  void SetUp() override {
    setenv("LIBPFM_ENCODE_INACTIVE", "1", /*overwrite=*/1);
    setenv("LIBPFM_FORCE_PMU", std::string(GetParam().name).c_str(), 1);
    ASSERT_EQ(pfm_initialize(), PFM_SUCCESS);
  }
  void TearDown() override {
    pfm_terminate();
    unsetenv("LIBPFM_FORCE_PMU");
  }
};

TEST_P(PmuEvents, HaveTheEncodingsOfLibpfm) {
  for (unsigned i = 0; i < pmuCounterCount; ++i) {
    const PmuEvent &event = GetParam().events[i];
    std::string name =
        std::string(GetParam().name) + "::" + std::string(event.name);
    SCOPED_TRACE(name);
    perf_event_attr attr = {};
    pfm_perf_encode_arg_t argument = {};
    argument.size = sizeof(argument);
    argument.attr = &attr;
    ASSERT_EQ(pfm_get_os_event_encoding(name.c_str(), PFM_PLM3,
                                        PFM_OS_PERF_EVENT, &argument),
              PFM_SUCCESS);
    EXPECT_EQ(attr.type, unsigned(PERF_TYPE_RAW));
    EXPECT_EQ(attr.config, event.config);
    EXPECT_EQ(attr.config1, 0u);
  }
}

INSTANTIATE_TEST_SUITE_P(Known, PmuEvents, testing::ValuesIn(knownPmus()),
                         [](const auto &info) {
                           return std::string(info.param.name);
                         });

TEST(FindPmu, KnowsModels) {
  struct Case {
    CpuModel cpu;
    std::string_view pmu;
  };
  for (auto [cpu, name] :
       {Case{{true, 0x17, 0x31}, "amd64_fam17h_zen2"},
        Case{{true, 0x19, 0x01}, "amd64_fam19h_zen3"},
        Case{{true, 0x19, 0x11}, "amd64_fam19h_zen4"},
        Case{{true, 0x19, 0x61}, "amd64_fam19h_zen4"},
        Case{{false, 6, 0x55}, "skx"}, Case{{false, 6, 0x6a}, "icx"},
        Case{{false, 6, 0x8f}, "spr"}}) {
    const Pmu *pmu = findPmu(cpu);
    ASSERT_TRUE(pmu) << name;
    EXPECT_EQ(pmu->name, name);
  }
  EXPECT_FALSE(findPmu({true, 0x17, 0x01}));
  EXPECT_FALSE(findPmu({false, 0x19, 0x11}));
  EXPECT_FALSE(findPmu({}));
}

TEST(FindPmu, EveryPmuIsFoundByItsModels) {
  std::set<std::string_view> names;
  for (const Pmu &pmu : knownPmus()) {
    EXPECT_TRUE(names.insert(pmu.name).second);
    for (const Pmu::Models &models : pmu.models)
      if (models.family)
        EXPECT_EQ(findPmu({pmu.amd, models.family, models.last}), &pmu);
  }
}

} // namespace
} // namespace veltair
