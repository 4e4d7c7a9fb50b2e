// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same by the C++ interface.

#include <veltair/veltair.hpp>

#include <cstdio>
#include <exception>
#include <functional>
#include <numeric>
#include <span>
#include <vector>

static std::vector<float> ones(const veltair_tensor &tensor) {
  std::span dims(tensor.dims, tensor.rank);
  return std::vector<float>(
      std::accumulate(dims.begin(), dims.end(), size_t(1), std::multiplies()),
      1.0f);
}

int main(int argc, char **argv) try {
  if (argc != 2)
    return 2;
  veltair::Runtime runtime;
  veltair::Module module{std::string(argv[1])};
  veltair::Tenant tenant(runtime, module);
  const veltair_tensor &x = module.inputs()[0];
  std::vector<float> in = ones(x), out = ones(module.outputs()[0]);
  veltair_input input =
      veltair::makeInput<float>(in, std::span(x.dims, x.rank));
  veltair_output output = veltair::makeOutput<float>(out);
  tenant.run({&input, 1}, {&output, 1});
  for (float value : out)
    std::printf("%.4f\n", double(value));
  return 0;
} catch (const std::exception &error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
