// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Training of the linear proxy.

#ifndef VELTAIR_INTERFERENCE_PROXYFIT_H
#define VELTAIR_INTERFERENCE_PROXYFIT_H

#include "runtime/interference/LevelEstimator.h"

#include <span>

namespace veltair {

struct ProxySample {
  Features features;
  double level; // measured, in [0, 1]
};

// Least squares, with a slight pull of the weights towards 0: features that
// never differ get the weight 0. The default proxy without samples.
LinearProxy fitProxy(std::span<const ProxySample> samples);

// The root mean square error of each sample's level by a proxy that was trained
// on the others; 0 with fewer than two samples.
double leaveOneOutError(std::span<const ProxySample> samples);

} // namespace veltair

#endif // VELTAIR_INTERFERENCE_PROXYFIT_H
