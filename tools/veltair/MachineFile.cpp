// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "tools/veltair/MachineFile.h"
#include "tools/veltair/ObjectReader.h"
#include "tools/veltair/TensorFiles.h"

#include <cmath>

namespace veltair::tool {

static uint32_t readCores(ObjectReader &reader, const char *key,
                          double fallback) {
  constexpr double most = 4096;
  double cores = reader.positive(key, most, fallback);
  if (cores != std::floor(cores))
    reader.fail(key, "must be a whole number");
  return uint32_t(cores);
}

Machine parseMachine(std::string_view text) {
  nlohmann::json json = parseJson(text, "the machine");
  ObjectReader reader(json, "the machine");
  Machine machine;
  machine.cores = readCores(reader, "cores", -1);
  machine.coresPerL3 = readCores(reader, "cores_per_l3", machine.cores);
  auto read = [&](const char *key, double unit, double fallback) {
    return unit * reader.positive(key, 1e6, fallback / unit);
  };
  constexpr double giga = 1e9, mebi = 1 << 20, microsecond = 1e3;
  MachineParameters &p = machine.parameters;
  p.l3Bytes = uint64_t(read("l3_mib", mebi, double(p.l3Bytes)));
  p.flopsPerSecond = read("core_gflops", giga, p.flopsPerSecond);
  p.cacheBytesPerSecond =
      read("core_cache_gb_per_s", giga, p.cacheBytesPerSecond);
  p.memoryBytesPerSecond =
      read("core_memory_gb_per_s", giga, p.memoryBytesPerSecond);
  p.totalMemoryBytesPerSecond =
      read("memory_gb_per_s", giga, p.totalMemoryBytesPerSecond);
  p.stageOverhead =
      Time(read("stage_overhead_us", microsecond, double(p.stageOverhead)));
  machine.blockOverhead = Time(
      read("block_overhead_us", microsecond, double(machine.blockOverhead)));
  reader.finish();
  return machine;
}

Machine readMachine(const std::string &file) {
  return readNamed(file, [&] { return parseMachine(readFile(file)); });
}

} // namespace veltair::tool
