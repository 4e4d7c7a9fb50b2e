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

namespace {
// The sums that a fit is made of.
struct Moments {
  Features mean = {};
  double meanLevel = 0;
  std::array<Features, featureCount> covariance = {}; // times the count
  Features withLevel = {};

  explicit Moments(std::span<const ProxySample> samples);
  Features centred(const Features &x) const {
    Features difference;
    for (unsigned f = 0; f < featureCount; ++f)
      difference[f] = x[f] - mean[f];
    return difference;
  }
};
} // namespace

Moments::Moments(std::span<const ProxySample> samples) {
  double count = double(samples.size());
  for (const ProxySample &s : samples) {
    for (unsigned f = 0; f < featureCount; ++f)
      mean[f] += s.features[f] / count;
    meanLevel += s.level / count;
  }
  for (const ProxySample &s : samples) {
    Features x = centred(s.features);
    for (unsigned f = 0; f < featureCount; ++f) {
      for (unsigned g = 0; g < featureCount; ++g)
        covariance[f][g] += x[f] * x[g];
      withLevel[f] += x[f] * (s.level - meanLevel);
    }
  }
  for (unsigned f = 0; f < featureCount; ++f)
    covariance[f][f] *= 1 + ridge;
}

static LinearProxy fit(const Moments &moments) {
  LinearProxy proxy;
  proxy.weights = solve(moments.covariance, moments.withLevel);
  proxy.intercept = moments.meanLevel;
  for (unsigned f = 0; f < featureCount; ++f)
    proxy.intercept -= proxy.weights[f] * moments.mean[f];
  return proxy;
}

LinearProxy fitProxy(std::span<const ProxySample> samples) {
  return samples.empty() ? LinearProxy() : fit(Moments(samples));
}

// A line without a sample misses it by its distance from the whole fit's line,
// over one less its leverage.
double leaveOneOutError(std::span<const ProxySample> samples) {
  if (samples.size() < 2)
    return 0;
  Moments moments(samples);
  LinearProxy proxy = fit(moments);
  double sum = 0;
  for (size_t left = 0; left < samples.size(); ++left) {
    const ProxySample &sample = samples[left];
    Features x = moments.centred(sample.features);
    Features solved = solve(moments.covariance, x);
    double leverage = 1 / double(samples.size());
    for (unsigned f = 0; f < featureCount; ++f)
      leverage += x[f] * solved[f];
    double line = proxy.intercept;
    for (unsigned f = 0; f < featureCount; ++f)
      line += proxy.weights[f] * sample.features[f];
    double level;
    if (leverage < 1 - 1e-3) {
      double missed = (line - sample.level) / (1 - leverage);
      level = std::clamp(sample.level + missed, 0.0, 1.0);
    } else { // it alone tells a weight
      std::vector<ProxySample> others(samples.begin(), samples.end());
      others.erase(others.begin() + ptrdiff_t(left));
      level = fitProxy(others).level(sample.features);
    }
    double error = level - sample.level;
    sum += error * error;
  }
  return std::sqrt(sum / double(samples.size()));
}

} // namespace veltair
