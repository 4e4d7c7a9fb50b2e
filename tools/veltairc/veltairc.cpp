// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltairc: compiles an ONNX model to an artifact.

#include "compiler/driver/Driver.h"
#include "tools/CommandLine.h"
#include <cctype>
#include <filesystem>
#include <map>
#include <utility>

#include <unistd.h>

using namespace mlir::veltair;

/// The stem of the output as a C identifier.
static std::string identifierOf(const std::string &output) {
  std::string name = std::filesystem::path(output).stem().string();
  for (char &c : name)
    if (!std::isalnum(static_cast<unsigned char>(c)))
      c = '_';
  if (name.empty() || std::isdigit(static_cast<unsigned char>(name[0])))
    name.insert(0, "m");
  return name;
}

static bool isIdentifier(const std::string &name) {
  return !name.empty() && name == identifierOf(name);
}

/// A bar on standard error; only on a terminal.
static void printProgress(size_t done, size_t total) {
  constexpr size_t width = 40;
  size_t filled = total ? done * width / total : width;
  std::fprintf(stderr, "\r[%s%s] %zu/%zu kernels%s",
               std::string(filled, '=').c_str(),
               std::string(width - filled, ' ').c_str(), done, total,
               done == total ? "\n" : "");
}

int main(int argc, char **argv) {
  DriverOptions options;
  CLI::App app("Compiles an ONNX model to x86 object code with several "
               "versions of each layer.",
               "veltairc");
  app.set_version_flag("--version", "veltairc " VELTAIR_VERSION);
  app.add_option("model", options.input, "The ONNX file")
      ->required()
      ->option_text("MODEL.onnx");
  CLI::Option *output = app.add_option(
      "-o,--output", options.output,
      "Output file; its suffix says what to write (.so .o .mlir .ll .s; - is "
      "standard output)");
  std::map<std::string, EmitLevel> levels = {
      {"onnx", EmitLevel::Onnx},         {"graph", EmitLevel::Graph},
      {"versions", EmitLevel::Versions}, {"kernel", EmitLevel::Kernel},
      {"llvm", EmitLevel::Llvm},         {"asm", EmitLevel::Asm},
      {"obj", EmitLevel::Object},        {"so", EmitLevel::Shared}};
  std::string level;
  std::vector<std::string> levelNames;
  for (const auto &[name, value] : levels)
    levelNames.push_back(name);
  app.add_option("--emit", level, "What to write (default: as the suffix says)")
      ->check(CLI::IsMember(levelNames));
  veltair::takesOneEach(
      app.add_option("--march", options.march,
                     "Instruction sets: x86-64-v3, x86-64-v4, an LLVM CPU name "
                     "or native, each with +feature and -feature"))
      ->delimiter(',')
      ->capture_default_str();
  app.add_option("--mtune", options.mtune,
                 "CPU whose caches to assume: generic (default), native, a "
                 "CPU's name or a machine file (.json; docs/packaging.md)");
  std::map<std::string, Precision> precisions = {{"f32", Precision::F32},
                                                 {"bf16", Precision::BF16}};
  std::string precision = "f32";
  app.add_option("--precision", precision,
                 "Numbers of products and of the tensors they read: f32, or "
                 "bf16 for CPUs with AVX512-BF16")
      ->check(CLI::IsMember({"f32", "bf16"}))
      ->capture_default_str();
  app.add_option("--name", options.name,
                 "C identifier of the model (default: from the output)");
  app.add_option("--versions", options.versions, "Most versions of a layer")
      ->check(CLI::Range(1u, 32u))
      ->capture_default_str();
  app.add_option("--weight-budget", options.weightBudget,
                 "Packed weights of a layer's versions, at most X times the "
                 "plain ones")
      ->option_text("X")
      ->check(CLI::Range(1.0, 1000.0))
      ->capture_default_str();
  app.add_flag("--keep-useless-versions", options.keepUselessVersions,
               "Keep versions that the cost model finds useless (for tests)");
  veltair::takesOneEach(
      app.add_option("--shape", options.shapes,
                     "Shape of an input, NAME=1x3x224x224; again for a further "
                     "binding"));
  veltair::takesOneEach(app.add_option(
      "--dim", options.dimensions,
      "Values of a symbolic dimension, SYMBOL=VALUE[,VALUE...]"));
  veltair::takesOneEach(
      app.add_option("--constant-input", options.constantInputs,
                     "Input to compile in, NAME=FILE.pb or .npy"));
  std::string weights = "embed";
  app.add_option("--weights", weights,
                 "Where the weights go: into the output, or a file beside it")
      ->check(CLI::IsMember({"embed", "file"}))
      ->capture_default_str();
  app.add_option("--header", options.header, "C header to write");
  app.add_option("--report", options.report, "Report to write, .html or .json");
  bool check = false;
  app.add_flag("--check", check,
               "List everything that is not supported; compile nothing");
  app.add_option("--cache", options.cache,
                 "Folder where compiled kernels are kept for other runs");
  app.add_option("-j,--threads", options.threads,
                 "Threads (default: all CPUs)");
  app.add_flag("--timing", options.timing, "Report the time of each pass");
  app.add_flag("--statistics", options.statistics,
               "Report the statistics of the passes");
  app.add_option("--crash-reproducer", options.reproducer,
                 "File for what reproduces a crash of a pass");
  try {
    app.parse(argc, argv);
    if (!check && !*output)
      throw CLI::RequiredError("--output");
    options.embedWeights = weights == "embed";
    options.precision = precisions.at(precision);
    auto [suffixLevel, known] = emitLevelOf(options.output);
    if (!level.empty())
      options.emit = levels.at(level);
    else if (known || check)
      options.emit = suffixLevel;
    else
      throw CLI::ValidationError(
          "--output", "the suffix of " + options.output +
                          " says nothing; use .so .o .mlir .ll .s, or --emit");
    bool binary =
        options.emit == EmitLevel::Object || options.emit == EmitLevel::Shared;
    if (binary && options.output == "-")
      throw CLI::ValidationError("--output", "objects need a file");
    for (const auto &[option, file] : {std::pair("--header", options.header),
                                       std::pair("--report", options.report)})
      if (!binary && !file.empty())
        throw CLI::ValidationError(option, "is written with objects only");
    std::string report =
        std::filesystem::path(options.report).extension().string();
    if (!options.report.empty() && report != ".html" && report != ".json")
      throw CLI::ValidationError("--report", options.report +
                                                 " is neither .html nor .json");
    if (options.name.empty())
      options.name = options.output.empty() || options.output == "-"
                         ? identifierOf(options.input)
                         : identifierOf(options.output);
    if (!isIdentifier(options.name))
      throw CLI::ValidationError("--name",
                                 options.name + " is not a C identifier");
  } catch (const CLI::ParseError &error) {
    int code = app.exit(error);
    return code == 0 ? 0 : 2;
  }
  if (check)
    return checkModel(options) ? 0 : 1;
  if (isatty(STDERR_FILENO))
    options.onProgress = printProgress;
  return compileModel(options) ? 0 : 1;
}
