// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "examples/ocr/Network.h"

namespace ocr {

std::vector<std::pair<int, int>> Network::inputSizes() const {
  std::vector<std::pair<int, int>> sizes;
  for (const veltair_program &program : module.programs()) {
    const int64_t *dims = program.input_shapes[0].dims;
    sizes.emplace_back(int(dims[2]), int(dims[3]));
  }
  return sizes;
}

Answer Network::start(std::vector<float> input, int height, int width) {
  // First of all, so that the buffers are there as long as the query.
  std::unique_ptr<Answer::Query> query(
      new Answer::Query{std::move(input), {}, veltair::Request(nullptr)});
  int64_t dims[] = {1, 3, height, width};
  veltair_input inputs[] = {
      veltair::makeInput<float>(query->input, std::span<const int64_t>(dims))};

  // The shape selects the program, and that the size of the output.
  const veltair_program &program = module.programs()[tenant.select(inputs)];
  size_t count = 1;
  const veltair_shape &shape = program.output_shapes[0];
  for (uint32_t d = 0; d < shape.rank; ++d)
    count *= size_t(shape.dims[d]);
  query->output.resize(count);

  veltair_output outputs[] = {veltair::makeOutput<float>(query->output)};
  query->request = tenant.submit(inputs, outputs);
  return Answer(std::move(query));
}

} // namespace ocr
