// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// veltair run: one query, inputs and outputs in files.

#include "tools/veltair/PrintJson.h"
#include "tools/veltair/ServedModel.h"
#include "tools/veltair/TensorFiles.h"
#include "tools/veltair/UserError.h"

#include <cstdio>
#include <filesystem>

namespace veltair::tool {

// The file of each output in `folder`.
static std::vector<std::string> outputFiles(const veltair_artifact &artifact,
                                            const std::string &folder) {
  std::vector<std::string> files;
  std::map<std::string, std::string> taken;
  for (uint32_t i = 0; i < artifact.output_count; ++i) {
    std::string name = artifact.outputs[i].name;
    std::string stem = name;
    for (char &c : stem)
      if (c == '/')
        c = '_';
    auto [other, isNew] = taken.emplace(stem, name);
    if (!isNew)
      throw UserError("outputs '" + other->second + "' and '" + name +
                      "' would both be written to '" + stem + ".npy'");
    files.push_back((std::filesystem::path(folder) / (stem + ".npy")).string());
  }
  return files;
}

void execute(const RunCommand &command) {
  Runtime runtime = makeRuntime(command.common);
  ServedModel model(runtime, command.artifact, command.common);
  model.setInputs(assignments(model.artifact(), command.inputs),
                  /*fillMissing=*/false);
  std::vector<std::string> files;
  if (!command.output.empty())
    files = outputFiles(model.artifact(), command.output);

  std::vector<Tensor> outputs = model.makeOutputs();
  TraceFile trace(runtime, command.common);
  model.tenant().run(model.inputs(), outputViews(outputs));
  trace.finish();
  for (Tensor &tensor : outputs)
    tensor.data.resize(
        tensorBytes(tensor.dims, findElementType(tensor.dtype)->size).value());

  if (!files.empty()) {
    std::error_code error;
    std::filesystem::create_directories(command.output, error);
    if (error)
      throw UserError(command.output + ": " + error.message());
  }
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (size_t i = 0; i < outputs.size(); ++i) {
    const Tensor &tensor = outputs[i];
    if (!files.empty())
      writeNpy(files[i], tensor);
    std::string name = model.artifact().outputs[i].name;
    std::string type = elementTypeName(tensor.dtype);
    list.push_back({{"name", name}, {"dtype", type}, {"shape", tensor.dims}});
    if (!files.empty())
      list.back()["file"] = files[i];
    if (!command.json)
      std::printf("%s: %s %s%s%s\n", name.c_str(), type.c_str(),
                  shapeText(tensor.dims).c_str(), files.empty() ? "" : " -> ",
                  files.empty() ? "" : files[i].c_str());
  }
  if (command.json)
    printJson({{"schema", "veltair.run.1"},
               {"model", model.artifact().name},
               {"isa", model.selected().isa},
               {"outputs", list}});
}

} // namespace veltair::tool
