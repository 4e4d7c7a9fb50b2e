// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "Options.h"
#include "TestModel.h"

#include "runtime/executor/Trace.h"

#include "veltair/veltair.hpp"

#include "nlohmann/json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <locale>
#include <map>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

using namespace veltair;
using namespace veltair::test;
using Json = nlohmann::json;

// As programs in many countries have it.
struct DecimalComma : std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(Trace, DropsWhatDoesNotFit) {
  Trace trace;
  trace.record({.kind = TraceEvent::Kind::level}); // not started
  trace.reset(/*capacity=*/10);
  trace.start(/*workers=*/2);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 5; ++i)
        trace.record({.kind = TraceEvent::Kind::level, .level = 0.5});
    });
  for (std::thread &thread : threads)
    thread.join();
  trace.stop();
  trace.record({.kind = TraceEvent::Kind::level});
  std::ostringstream out;
  out.imbue(std::locale(out.getloc(), new DecimalComma));
  trace.write(out);
  Json json = Json::parse(out.str());
  EXPECT_EQ(json["otherData"]["dropped"], 10);
  EXPECT_EQ(json["traceEvents"].size(), 10u + 4);
  EXPECT_EQ(json["traceEvents"].back()["args"]["level"], 0.5);
}

TEST(Trace, TellsQueriesBlocksLayersAndChunks) {
  constexpr uint32_t elements = 256, queries = 3;
  TestModel model(elements);
  for (int i = 0; i < 4; ++i)
    i == 1 ? model.addReduce() : model.addAffine();
  veltair_artifact &artifact = model.artifact();
  model.layer(2).name = "a \"quoted\"\nname\\";
  Module module(queryOf(artifact));
  veltair_runtime_options options = runtimeOptions(2);
  Runtime runtime(&options);
  veltair_tenant_options tenantOptions = VELTAIR_TENANT_OPTIONS_INIT;
  tenantOptions.name = "toy \xff";
  Tenant tenant(runtime, module, &tenantOptions);
  std::vector<float> x(elements), y(elements);
  int64_t dims[] = {elements};
  veltair_input in = makeInput<float>(x, dims);
  veltair_output out = makeOutput<float>(y);
  tenant.run({&in, 1}, {&out, 1});
  std::string path = testing::TempDir() + "veltair-trace.json";
  EXPECT_THROW(runtime.stopTrace("/nowhere/trace.json"), Error);
  runtime.startTrace();
  for (uint32_t i = 0; i < queries; ++i)
    tenant.run({&in, 1}, {&out, 1});
  runtime.stopTrace(path);

  Json json = Json::parse(std::ifstream(path));
  std::map<std::string, unsigned> phases, layers;
  unsigned chunks = 0, blocks = 0;
  for (const Json &event : json["traceEvents"]) {
    ++phases[event["ph"]];
    const Json &args = event.contains("args") ? event["args"] : Json::object();
    chunks += args.value("chunks", 0u);
    if (args.contains("ops")) {
      EXPECT_EQ(args["model"], "toy \xef\xbf\xbd");
      ++layers[event["name"]];
    }
    blocks += args.contains("first");
    EXPECT_GE(event.value("dur", 0.0), 0);
  }
  EXPECT_EQ(phases["b"], queries);
  EXPECT_EQ(phases["e"], queries);
  EXPECT_GE(blocks, queries);
  EXPECT_EQ(layers.size(), 4u);
  EXPECT_EQ(layers["a \"quoted\"\nname\\"], queries);
  EXPECT_GE(chunks, queries * (3 * 16 + 16 + 64));
}
