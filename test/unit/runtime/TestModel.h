// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An artifact written by hand, in memory: a chain of layers over one vector.

#ifndef VELTAIR_TEST_UNIT_RUNTIME_TESTMODEL_H
#define VELTAIR_TEST_UNIT_RUNTIME_TESTMODEL_H

#include "veltair/artifact.h"

#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace veltair::test {

// Input "x" and output "y" are f32[elements]. Layers are added from first to
// last; each reads what the one before wrote. The tables may be changed before
// they are used.
class TestModel {
public:
  // Elements that a chunk handles; elements are a multiple.
  static constexpr uint32_t grain = 16;

  // The tensors between layers lie in `buffers` (at least 2) buffers in turn:
  // the more, the later memory is reused.
  explicit TestModel(uint32_t elements, uint32_t buffers = 2);
  TestModel(const TestModel &) = delete;
  TestModel &operator=(const TestModel &) = delete;

  // Elementwise: x -> 1.25 x + constant; one stage.
  void addAffine();
  // The same by a group of `parts` layers; not the first or last.
  void addAffineGroup(uint32_t parts);
  // x -> x / 2 + sum(x) / elements, by two stages: partial sums in the shared
  // scratch memory, then the rest.
  void addReduce();
  // Any single-stage layer.
  void addLayer(veltair_stage_function function, uint32_t chunks);

  // The tables; adding layers afterwards is not allowed.
  veltair_artifact &artifact();
  // What the model computes.
  std::vector<float> expected(const std::vector<float> &x) const;

  veltair_program &program() { return programs[0]; }
  veltair_layer &layer(uint32_t i) { return layers[i]; }
  veltair_version &version(uint32_t i) { return versions[i]; }
  veltair_stage &stage(uint32_t layer, uint32_t i) { return stages[layer][i]; }
  veltair_operand &operand(uint32_t layer, uint32_t i) {
    return operands[layer][i];
  }
  veltair_tensor &input() { return inputs[0]; }
  veltair_tensor &output() { return outputs[0]; }

private:
  void addLayer(std::vector<veltair_stage> layerStages, const char *ops);
  void findFirstConflicts();

  // Where a layer stands in the chain, and the share of the vector it handles.
  struct Place {
    uint32_t step;
    uint32_t part = 0, parts = 1;
  };

  uint32_t elements;
  uint32_t buffers;
  std::vector<std::string> kinds; // of steps
  std::vector<Place> places;      // of layers
  std::deque<std::string> names;
  std::deque<std::vector<veltair_stage>> stages;
  std::deque<std::vector<veltair_operand>> operands;
  std::deque<veltair_version> versions; // one a layer
  std::vector<veltair_layer> layers;
  std::vector<veltair_program> programs;
  std::vector<veltair_tensor> inputs, outputs;
  std::vector<veltair_shape> inputShapes, outputShapes;
  std::vector<veltair_constant> constants;
  std::vector<int64_t> dims;
  alignas(64) float weights[16];
  veltair_artifact tables{};
};

// A query function that returns `artifact` until the next call.
veltair_query_function queryOf(const veltair_artifact &artifact);

} // namespace veltair::test

#endif // VELTAIR_TEST_UNIT_RUNTIME_TESTMODEL_H
