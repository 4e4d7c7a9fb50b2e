// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/ProxyFit.h"

#include "gtest/gtest.h"

#include <cmath>
#include <vector>

namespace veltair {
namespace {

ProxySample sample(double slowdown, double misses, double level) {
  ProxySample s{{}, level};
  s.features[size_t(Feature::slowdown)] = slowdown;
  s.features[size_t(Feature::l3Misses)] = misses;
  return s;
}

TEST(ProxyFit, FindsALine) {
  std::vector<ProxySample> samples;
  for (double x : {0.0, 0.2, 0.5, 0.9})
    for (double y : {0.0, 1.0, 3.0})
      samples.push_back(sample(x, y, 0.05 + 0.5 * x + 0.1 * y));
  LinearProxy proxy = fitProxy(samples);
  EXPECT_NEAR(proxy.intercept, 0.05, 1e-4);
  EXPECT_NEAR(proxy.weights[0], 0.5, 1e-4);
  EXPECT_NEAR(proxy.weights[1], 0.1, 1e-4);
  for (unsigned f = 2; f < featureCount; ++f)
    EXPECT_EQ(proxy.weights[f], 0); // they never differed
  EXPECT_NEAR(leaveOneOutError(samples), 0, 1e-4);
}

TEST(ProxyFit, ErrorsShowWhatAFeatureCannotTell) {
  std::vector<ProxySample> samples = {sample(0, 0, 0), sample(0, 0, 1),
                                      sample(0, 0, 0), sample(0, 0, 1)};
  // The mean of the three others is a third or two thirds away.
  EXPECT_NEAR(leaveOneOutError(samples), 2.0 / 3, 1e-9);
}

TEST(ProxyFit, ErrorsAreThoseOfFitsWithoutTheSample) {
  std::vector<ProxySample> samples = {sample(0.1, 0, 0.2), sample(0.4, 2, 0.1),
                                      sample(0.5, 1, 0.9), sample(0.9, 3, 0.7),
                                      sample(0.3, 5, 0.4)};
  double sum = 0;
  for (size_t i = 0; i < samples.size(); ++i) {
    std::vector<ProxySample> others = samples;
    others.erase(others.begin() + ptrdiff_t(i));
    double error =
        fitProxy(others).level(samples[i].features) - samples[i].level;
    sum += error * error;
  }
  EXPECT_NEAR(leaveOneOutError(samples),
              std::sqrt(sum / double(samples.size())), 1e-4);
}

TEST(ProxyFit, FewSamples) {
  EXPECT_EQ(fitProxy({}).weights, LinearProxy().weights);
  std::vector<ProxySample> one = {sample(0.5, 0, 0.25)};
  EXPECT_EQ(fitProxy(one).intercept, 0.25);
  EXPECT_EQ(leaveOneOutError(one), 0);
}

} // namespace
} // namespace veltair
