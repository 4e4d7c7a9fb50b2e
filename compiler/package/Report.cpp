// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Report.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace mlir::veltair;

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static uint64_t getWeightBytes(const Artifact &artifact,
                               const VersionEntry &version) {
  uint64_t bytes = 0;
  for (uint32_t constant : version.constants)
    bytes += artifact.constants[constant].size;
  return bytes;
}

static uint64_t getChunks(const VersionEntry &version) {
  uint64_t chunks = 0;
  for (const StageEntry &stage : version.stages)
    chunks += stage.fields.chunks;
  return chunks;
}

static llvm::json::Array makeDims(ArrayRef<int64_t> dims) {
  llvm::json::Array array;
  for (int64_t dim : dims)
    array.push_back(dim);
  return array;
}

static llvm::json::Array makeTensors(ArrayRef<TensorEntry> tensors) {
  llvm::json::Array array;
  for (const TensorEntry &tensor : tensors)
    array.push_back(
        llvm::json::Object{{"name", tensor.name},
                           {"dtype", getDtypeName(tensor.fields.dtype)},
                           {"shape", makeDims(tensor.dims)}});
  return array;
}

static llvm::json::Object makeShapes(ArrayRef<TensorEntry> tensors,
                                     ArrayRef<ShapeEntry> shapes) {
  llvm::json::Object object;
  for (auto [tensor, shape] : llvm::zip_equal(tensors, shapes))
    object[tensor.name] = makeDims(shape.dims);
  return object;
}

static llvm::json::Object makeVersion(const Artifact &artifact,
                                      const VersionEntry &version) {
  const veltair_cache_usage &cache = version.fields.cache;
  llvm::json::Array curve;
  for (const veltair_miss_point &point : version.missCurve)
    curve.push_back(llvm::json::Object{{"l3_bytes", point.l3_bytes},
                                       {"bytes", point.bytes}});
  return llvm::json::Object{
      {"schedule", version.schedule},
      {"numerics", version.fields.numerics_class},
      {"chunks", getChunks(version)},
      {"flops", cache.flops},
      {"weight_bytes", getWeightBytes(artifact, version)},
      {"cache", llvm::json::Object{{"private_bytes", cache.private_bytes},
                                   {"shared_bytes", cache.shared_bytes},
                                   {"dram_bytes", std::move(curve)}}}};
}

static llvm::json::Object makeProgram(const Artifact &artifact,
                                      const ProgramEntry &program) {
  llvm::json::Array layers;
  for (const LayerEntry &layer : program.layers) {
    llvm::json::Array versions;
    for (const VersionEntry &version : layer.versions)
      versions.push_back(makeVersion(artifact, version));
    layers.push_back(llvm::json::Object{{"name", layer.name},
                                        {"ops", layer.ops},
                                        {"versions", std::move(versions)}});
  }
  return llvm::json::Object{
      {"isa", program.isa},
      {"shapes", makeShapes(artifact.inputs, program.inputShapes)},
      {"arena_bytes", program.fields.arena_bytes},
      {"layers", std::move(layers)}};
}

void mlir::veltair::writeJsonReport(const Artifact &artifact,
                                    llvm::raw_ostream &os) {
  llvm::json::Array programs;
  for (const ProgramEntry &program : artifact.programs)
    programs.push_back(makeProgram(artifact, program));
  llvm::json::Value document =
      llvm::json::Object{{"schema", "veltair-inspect-1"},
                         {"abi", VELTAIR_ABI_VERSION},
                         {"model", artifact.name},
                         {"inputs", makeTensors(artifact.inputs)},
                         {"outputs", makeTensors(artifact.outputs)},
                         {"weight_bytes", artifact.fields.weights_size},
                         {"programs", std::move(programs)}};
  os << llvm::formatv("{0:2}\n", document);
}

//===----------------------------------------------------------------------===//
// HTML
//===----------------------------------------------------------------------===//

namespace {
/// Text as HTML.
struct Text {
  StringRef text;

  friend llvm::raw_ostream &operator<<(llvm::raw_ostream &os, Text text) {
    llvm::printHTMLEscaped(text.text, os);
    return os;
  }
};
} // namespace

static void writeTensorList(StringRef title, ArrayRef<TensorEntry> tensors,
                            llvm::raw_ostream &os) {
  os << "<p>" << title << ": ";
  llvm::interleaveComma(tensors, os, [&](const TensorEntry &tensor) {
    os << "<code>" << Text{tensor.name} << "</code> "
       << getDtypeName(tensor.fields.dtype) << '[';
    llvm::interleaveComma(tensor.dims, os, [&](int64_t dim) {
      dim == VELTAIR_DYNAMIC_DIM ? os << '?' : os << dim;
    });
    os << ']';
  });
  os << "</p>\n";
}

static void writeVersionRow(const Artifact &artifact,
                            const VersionEntry &version,
                            llvm::raw_ostream &os) {
  const veltair_cache_usage &cache = version.fields.cache;
  os << "<td>" << Text{version.schedule} << "</td>";
  for (uint64_t number :
       {uint64_t(version.fields.numerics_class), getChunks(version),
        cache.flops, getWeightBytes(artifact, version), cache.private_bytes,
        cache.shared_bytes, version.missCurve.front().bytes,
        version.missCurve.back().bytes})
    os << "<td class=n>" << number << "</td>";
  os << "</tr>\n";
}

static void writeProgram(const Artifact &artifact, const ProgramEntry &program,
                         llvm::raw_ostream &os) {
  os << "<h2>" << Text{program.isa};
  for (auto [tensor, shape] :
       llvm::zip_equal(artifact.inputs, program.inputShapes)) {
    os << ", " << Text{tensor.name} << ' ';
    llvm::interleave(shape.dims, os, "x");
  }
  os << "</h2>\n<p>" << program.layers.size() << " layers, arena of "
     << program.fields.arena_bytes << " bytes</p>\n<table>\n"
     << "<tr><th>Layer<th>Operators<th>Version<th>Numerics<th>Chunks<th>Flops"
        "<th>Weights (bytes)<th>Private (bytes)<th>Shared (bytes)"
        "<th>DRAM, least L3 (bytes)<th>DRAM, most L3 (bytes)</tr>\n";
  for (const LayerEntry &layer : program.layers) {
    size_t rows = layer.versions.size();
    os << "<tr><td rowspan=" << rows << '>' << Text{layer.name}
       << "</td><td rowspan=" << rows << '>' << Text{layer.ops} << "</td>";
    for (const VersionEntry &version : layer.versions) {
      if (&version != &layer.versions.front())
        os << "<tr>";
      writeVersionRow(artifact, version, os);
    }
  }
  os << "</table>\n";
}

void mlir::veltair::writeHtmlReport(const Artifact &artifact,
                                    llvm::raw_ostream &os) {
  os << "<!DOCTYPE html>\n<html lang=en><head><meta charset=utf-8><title>"
     << artifact.name
     << "</title>\n<style>body{font-family:sans-serif;margin:2em}"
        "table{border-collapse:collapse}td,th{border:1px solid "
        "#ccc;padding:.2em .5em;"
        "text-align:left}.n{text-align:right}</style></head><body>\n<h1>"
     << artifact.name << "</h1>\n<p>" << Text{artifact.producer} << ", ABI "
     << VELTAIR_ABI_VERSION << ", weights of " << artifact.fields.weights_size
     << " bytes</p>\n";
  writeTensorList("Inputs", artifact.inputs, os);
  writeTensorList("Outputs", artifact.outputs, os);
  for (const ProgramEntry &program : artifact.programs)
    writeProgram(artifact, program, os);
  os << "</body></html>\n";
}
