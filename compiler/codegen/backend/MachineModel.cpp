// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/MachineModel.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/TargetParser/Host.h"

using namespace llvm;
using namespace mlir::veltair;

namespace {
struct KnownMachine {
  StringLiteral names; // separated by commas
  unsigned l1KiB, l2KiB, l3KiB, l3Cores, fmaBits;
  unsigned bf16Bits = 512;
};
} // namespace

static constexpr KnownMachine knownMachines[] = {
    {"haswell,broadwell", 32, 256, 35 << 10, 14, 512},
    {"skylake", 32, 256, 8 << 10, 4, 512},
    {"skylake-avx512,cascadelake,cooperlake", 32, 1024, 38 << 10, 28, 1024},
    {"icelake-server", 48, 1280, 48 << 10, 32, 1024},
    {"sapphirerapids,emeraldrapids", 48, 2048, 105 << 10, 56, 1024},
    {"graniterapids", 48, 2048, 168 << 10, 43, 1024},
    {"alderlake,raptorlake", 48, 1280, 30 << 10, 8, 512},
    {"znver1", 32, 512, 8 << 10, 4, 256},
    {"znver2", 32, 512, 16 << 10, 4, 512},
    {"znver3", 32, 512, 32 << 10, 8, 512},
    {"znver4", 32, 1024, 32 << 10, 8, 512},
    {"znver5", 48, 1024, 32 << 10, 8, 1024, 1024},
};

static Error userError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static const KnownMachine *findMachine(StringRef name) {
  const KnownMachine *machine =
      find_if(knownMachines, [&](const KnownMachine &m) {
        return is_contained(split(m.names, ','), name);
      });
  return machine == std::end(knownMachines) ? nullptr : machine;
}

static MachineModel getModel(StringRef name, const KnownMachine &machine) {
  return {name.str(),
          uint64_t(machine.l1KiB) << 10,
          uint64_t(machine.l2KiB) << 10,
          uint64_t(machine.l3KiB) << 10,
          machine.l3Cores,
          machine.fmaBits,
          machine.bf16Bits};
}

/// The trimmed content of a file in sysfs; empty if it cannot be read.
static std::string readSysfs(const Twine &path) {
  auto buffer = MemoryBuffer::getFileAsStream(path);
  return buffer ? (*buffer)->getBuffer().trim().str() : "";
}

/// The number of CPUs in a list such as "0-3,8".
static unsigned countCpus(StringRef list) {
  unsigned count = 0;
  for (StringRef range : split(list, ',')) {
    auto [low, high] = range.split('-');
    unsigned first = 0, last = 0;
    if (low.getAsInteger(10, first))
      continue;
    if (high.getAsInteger(10, last))
      last = first;
    count += last - first + 1;
  }
  return count;
}

/// This machine, as far as its system tells; the rest as its CPU's model says.
static MachineModel getNativeModel() {
  StringRef cpu = sys::getHostCPUName();
  const KnownMachine *known = findMachine(cpu);
  MachineModel model = known ? getModel(cpu, *known) : MachineModel();
  model.name = cpu.str();
  for (unsigned index = 0;; ++index) {
    std::string cache =
        formatv("/sys/devices/system/cpu/cpu0/cache/index{0}/", index).str();
    std::string level = readSysfs(cache + "level");
    if (level.empty())
      return model;
    uint64_t size = 0;
    std::string sizeStorage = readSysfs(cache + "size");
    StringRef sizeText = sizeStorage;
    unsigned shift = sizeText.consume_back("K")   ? 10
                     : sizeText.consume_back("M") ? 20
                                                  : 0;
    if (readSysfs(cache + "type") == "Instruction" ||
        sizeText.getAsInteger(10, size) || !size)
      continue;
    size <<= shift;
    if (level == "1") {
      model.l1Bytes = size;
    } else if (level == "2") {
      model.l2Bytes = size;
    } else if (level == "3") {
      model.l3Bytes = size;
      model.l3Cores =
          std::max(1u, countCpus(readSysfs(cache + "shared_cpu_list")));
    }
  }
}

static Expected<MachineModel> readMachineFile(StringRef path) {
  auto buffer = MemoryBuffer::getFile(path, /*IsText=*/true);
  if (!buffer)
    return userError("cannot read the machine file '" + path +
                     "': " + buffer.getError().message());
  Expected<json::Value> value = json::parse((*buffer)->getBuffer());
  if (!value)
    return userError("machine file '" + path +
                     "': " + toString(value.takeError()));
  MachineModel model;
  model.name = sys::path::stem(path).str();
  int64_t l1 = model.l1Bytes, l2 = model.l2Bytes, l3 = model.l3Bytes,
          cores = model.l3Cores, fma = model.fmaBits, bf16 = model.bf16Bits;
  json::Path::Root root("machine");
  json::ObjectMapper mapper(*value, root);
  if (!mapper || !mapper.mapOptional("name", model.name) ||
      !mapper.mapOptional("l1_bytes", l1) ||
      !mapper.mapOptional("l2_bytes", l2) ||
      !mapper.mapOptional("l3_bytes", l3) ||
      !mapper.mapOptional("l3_cores", cores) ||
      !mapper.mapOptional("fma_bits", fma) ||
      !mapper.mapOptional("bf16_bits", bf16))
    return userError("machine file '" + path +
                     "': " + toString(root.getError()));
  constexpr int64_t limit = int64_t(1) << 40;
  for (int64_t field : {l1, l2, l3, cores, fma, bf16})
    if (field < 1 || field > limit)
      return userError("machine file '" + path +
                       "': sizes must lie between 1 and 2^40");
  model.l1Bytes = l1;
  model.l2Bytes = l2;
  model.l3Bytes = l3;
  model.l3Cores = unsigned(std::min<int64_t>(cores, UINT32_MAX));
  model.fmaBits = unsigned(std::min<int64_t>(fma, UINT32_MAX));
  model.bf16Bits = unsigned(std::min<int64_t>(bf16, UINT32_MAX));
  return model;
}

Expected<MachineModel> mlir::veltair::parseMachineModel(StringRef text) {
  if (text.empty() || text == "generic")
    return MachineModel();
  if (text == "native")
    return getNativeModel();
  if (text.ends_with(".json"))
    return readMachineFile(text);
  if (const KnownMachine *machine = findMachine(text))
    return getModel(text, *machine);
  auto names =
      map_range(knownMachines, [](const KnownMachine &m) { return m.names; });
  return userError(
      formatv("unknown machine '{0}'; known are generic, native, {1}, or "
              "the path of a machine file (.json)",
              text, join(names, ",")));
}
