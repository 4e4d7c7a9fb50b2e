// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/Target.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Target/TargetOptions.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"

using namespace llvm;
using namespace mlir::veltair;

namespace {
/// A VELTAIR_CPU_* bit, the name a user gives it and LLVM's features for it.
struct Feature {
  uint64_t bit;
  StringLiteral name;
  StringLiteral llvmFeatures;
};

using FeatureMap = StringMap<bool>;
} // namespace

static constexpr Feature features[] = {
    {VELTAIR_CPU_SSE42, "sse4.2", "sse4.2,popcnt"},
    {VELTAIR_CPU_AVX, "avx", "avx"},
    {VELTAIR_CPU_AVX2, "avx2", "avx2"},
    {VELTAIR_CPU_FMA, "fma", "fma"},
    {VELTAIR_CPU_F16C, "f16c", "f16c"},
    {VELTAIR_CPU_BMI2, "bmi2", "bmi,bmi2,lzcnt,movbe"},
    {VELTAIR_CPU_AVX512F, "avx512f", "avx512f"},
    {VELTAIR_CPU_AVX512VL, "avx512vl", "avx512vl"},
    {VELTAIR_CPU_AVX512BW, "avx512bw", "avx512bw"},
    {VELTAIR_CPU_AVX512DQ, "avx512dq", "avx512dq"},
    {VELTAIR_CPU_AVX512CD, "avx512cd", "avx512cd"},
    {VELTAIR_CPU_AVX512VNNI, "avx512vnni", "avx512vnni"},
    {VELTAIR_CPU_AVX512BF16, "avx512bf16", "avx512bf16"},
};

/// What all code may use: x86-64-v3.
static constexpr uint64_t baseBits = VELTAIR_CPU_AVX512F - 1;
static constexpr uint64_t avx512Bits = VELTAIR_CPU_KNOWN & ~baseBits;
/// 512-bit code needs all of these: without them some element types or masks
/// have no instructions.
static constexpr uint64_t avx512CoreBits =
    VELTAIR_CPU_AVX512F | VELTAIR_CPU_AVX512VL | VELTAIR_CPU_AVX512BW |
    VELTAIR_CPU_AVX512DQ;

static Error userError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static FeatureMap getCpuFeatures(StringRef cpu) {
  SmallVector<StringRef> names;
  X86::getFeaturesForCPU(cpu, names);
  FeatureMap map;
  for (StringRef name : names) {
    X86::updateImpliedFeatures(name, true, map);
    map[name] = true;
  }
  return map;
}

static uint64_t getFeatureBits(const FeatureMap &map) {
  uint64_t bits = 0;
  for (const Feature &feature : features)
    if (all_of(split(feature.llvmFeatures, ','),
               [&](StringRef name) { return map.lookup(name); }))
      bits |= feature.bit;
  return (bits & avx512CoreBits) == avx512CoreBits ? bits : bits & ~avx512Bits;
}

static SmallVector<StringRef> getCpuNames() {
  SmallVector<StringRef> names;
  X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  // One spelling is enough for messages, and only CPUs that can run our code.
  erase_if(names, [](StringRef name) {
    return name.contains('_') ||
           (getFeatureBits(getCpuFeatures(name)) & baseBits) != baseBits;
  });
  sort(names);
  return names;
}

static bool isCpuName(StringRef name) {
  SmallVector<StringRef> names;
  X86::fillValidCPUArchList(names, /*Only64Bit=*/true);
  return is_contained(names, name);
}

/// The length of the CPU name that `text` begins with: the longest that is
/// known and followed by nothing or a feature. 0 if there is none.
static size_t getCpuNameLength(StringRef text) {
  for (size_t end = text.size(); end;
       end = text.take_front(end).find_last_of("+-")) {
    if (end == StringRef::npos)
      return 0;
    StringRef name = text.take_front(end);
    if (name == "native" || isCpuName(name))
      return end;
  }
  return 0;
}

static Error unknownTarget(StringRef text) {
  return userError(
      formatv("unknown target '{0}'; known are native, {1}, each with any "
              "+feature or -feature",
              text, join(getCpuNames(), ", ")));
}

static Error applyFeatures(StringRef text, StringRef whole, FeatureMap &map) {
  while (!text.empty()) {
    bool enable = text.consume_front("+");
    if (!enable)
      text.consume_front("-");
    StringRef name =
        text.take_until([](char c) { return c == '+' || c == '-'; });
    text = text.drop_front(name.size());
    const Feature *feature =
        find_if(features, [&](const Feature &f) { return f.name == name; });
    if (feature == std::end(features)) {
      // "x86-64-v9" is no "x86-64" without "v9".
      if (!enable)
        return unknownTarget(whole);
      auto names = map_range(features, [](const Feature &f) { return f.name; });
      return userError(
          formatv("unknown CPU feature '{0}' in '{1}'; known are {2}", name,
                  whole, join(names, ", ")));
    }
    for (StringRef llvmName : split(feature->llvmFeatures, ',')) {
      X86::updateImpliedFeatures(llvmName, enable, map);
      map[llvmName] = enable;
    }
  }
  return Error::success();
}

Expected<TargetIsa> mlir::veltair::parseTargetIsa(StringRef text) {
  size_t length = getCpuNameLength(text);
  if (!length)
    return unknownTarget(text);
  TargetIsa isa;
  isa.cpu = text.take_front(length).str();
  FeatureMap map;
  if (isa.cpu == "native") {
    isa.cpu = sys::getHostCPUName().str();
    if (!isCpuName(isa.cpu))
      isa.cpu = "x86-64";
    for (const auto &entry : sys::getHostCPUFeatures())
      map[entry.getKey()] = entry.getValue();
  } else {
    map = getCpuFeatures(isa.cpu);
  }
  if (Error error = applyFeatures(text.drop_front(length), text, map))
    return error;

  isa.featureBits = getFeatureBits(map);
  isa.name = isa.cpu;
  uint64_t cpuBits = getFeatureBits(getCpuFeatures(isa.cpu));
  SmallVector<std::string> missing, enabled;
  for (const Feature &feature : features) {
    bool has = isa.has(feature.bit);
    if (has != bool(cpuBits & feature.bit))
      isa.name += ((has ? "+" : "-") + feature.name).str();
    if (has)
      for (StringRef name : split(feature.llvmFeatures, ','))
        enabled.push_back(("+" + name).str());
    else if (baseBits & feature.bit)
      missing.push_back(feature.name.str());
  }
  if (!missing.empty())
    return userError(
        formatv("target '{0}' lacks {1}: code needs at least x86-64-v3", text,
                join(missing, ", ")));
  isa.features = join(enabled, ",");
  isa.vectorBits = isa.has(avx512CoreBits) ? 512 : 256;
  isa.vectorRegisters = isa.has(avx512CoreBits) ? 32 : 16;
  return isa;
}

Expected<SmallVector<TargetIsa, 2>>
mlir::veltair::parseTargetIsaList(StringRef text) {
  SmallVector<TargetIsa, 2> isas;
  for (StringRef part : split(text, ',')) {
    Expected<TargetIsa> isa = parseTargetIsa(part.trim());
    if (!isa)
      return isa.takeError();
    if (any_of(isas,
               [&](const TargetIsa &other) { return other.name == isa->name; }))
      return userError(formatv("target '{0}' is named twice", isa->name));
    isas.push_back(std::move(*isa));
  }
  return isas;
}

std::unique_ptr<TargetMachine>
mlir::veltair::createTargetMachine(const TargetIsa &isa) {
  static const Target *target = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    std::string error;
    const Target *found =
        TargetRegistry::lookupTarget(Triple(targetTriple), error);
    if (!found)
      report_fatal_error(Twine(error));
    return found;
  }();
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      Triple(targetTriple), "x86-64", isa.features, TargetOptions(),
      Reloc::PIC_, CodeModel::Small, CodeGenOptLevel::Aggressive));
}
