// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "runtime/interference/ProxyFit.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace veltair {

// The pull towards 0, in the unit of each feature's variance.
static constexpr double ridge = 1e-6;

// Solves the symmetric positive definite system a x = b by elimination; rows
// that are all 0 give 0.
static Features solve(std::array<Features, featureCount> a, Features b) {
  for (unsigned k = 0; k < featureCount; ++k) {
    if (a[k][k] <= 0)
      continue;
    for (unsigned r = k + 1; r < featureCount; ++r) {
      double factor = a[r][k] / a[k][k];
      for (unsigned c = k; c < featureCount; ++c)
        a[r][c] -= factor * a[k][c];
      b[r] -= factor * b[k];
    }
  }
  Features x = {};
  for (unsigned k = featureCount; k-- > 0;) {
    if (a[k][k] <= 0)
      continue;
    double rest = b[k];
    for (unsigned c = k + 1; c < featureCount; ++c)
      rest -= a[k][c] * x[c];
    x[k] = rest / a[k][k];
  }
  return x;
}

LinearProxy fitProxy(std::span<const ProxySample> samples) {
  if (samples.empty())
    return {};
  double count = double(samples.size());
  Features mean = {};
  double meanLevel = 0;
  for (const ProxySample &s : samples) {
    for (unsigned f = 0; f < featureCount; ++f)
      mean[f] += s.features[f] / count;
    meanLevel += s.level / count;
  }
  std::array<Features, featureCount> covariance = {};
  Features withLevel = {};
  for (const ProxySample &s : samples)
    for (unsigned f = 0; f < featureCount; ++f) {
      double x = s.features[f] - mean[f];
      for (unsigned g = 0; g < featureCount; ++g)
        covariance[f][g] += x * (s.features[g] - mean[g]);
      withLevel[f] += x * (s.level - meanLevel);
    }
  for (unsigned f = 0; f < featureCount; ++f)
    covariance[f][f] *= 1 + ridge;
  LinearProxy proxy;
  proxy.weights = solve(covariance, withLevel);
  proxy.intercept = meanLevel;
  for (unsigned f = 0; f < featureCount; ++f)
    proxy.intercept -= proxy.weights[f] * mean[f];
  return proxy;
}

double leaveOneOutError(std::span<const ProxySample> samples) {
  if (samples.size() < 2)
    return 0;
  double sum = 0;
  for (size_t left = 0; left < samples.size(); ++left) {
    std::vector<ProxySample> others(samples.begin(), samples.end());
    others.erase(others.begin() + ptrdiff_t(left));
    double error =
        fitProxy(others).level(samples[left].features) - samples[left].level;
    sum += error * error;
  }
  return std::sqrt(sum / double(samples.size()));
}

} // namespace veltair
