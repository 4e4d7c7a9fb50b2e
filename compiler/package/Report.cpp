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

/// Of the stage with the most.
static uint32_t getChunks(const VersionEntry &version) {
  uint32_t chunks = 0;
  for (const StageEntry &stage : version.stages)
    chunks = std::max(chunks, stage.fields.chunks);
  return chunks;
}

namespace {
/// Prints the parts of the document. Fields and their order are those of
/// tools/veltair/Inspect.cpp.
class JsonReport {
public:
  JsonReport(const Artifact &artifact, llvm::raw_ostream &os)
      : artifact(artifact), json(os, /*IndentSize=*/2) {}
  void write();

private:
  void writeDims(ArrayRef<int64_t> dims);
  void writeTensors(StringRef key, ArrayRef<TensorEntry> tensors);
  void writeVersion(const VersionEntry &version);
  void writeProgram(const ProgramEntry &program);

  const Artifact &artifact;
  llvm::json::OStream json;
};
} // namespace

void JsonReport::writeDims(ArrayRef<int64_t> dims) {
  json.array([&] {
    for (int64_t dim : dims)
      json.value(dim == VELTAIR_DYNAMIC_DIM ? llvm::json::Value(nullptr) : dim);
  });
}

void JsonReport::writeTensors(StringRef key, ArrayRef<TensorEntry> tensors) {
  json.attributeArray(key, [&] {
    for (const TensorEntry &tensor : tensors)
      json.object([&] {
        json.attribute("name", tensor.name);
        json.attribute("dtype", getDtypeName(tensor.fields.dtype));
        json.attributeBegin("shape");
        writeDims(tensor.dims);
        json.attributeEnd();
      });
  });
}

void JsonReport::writeVersion(const VersionEntry &version) {
  const veltair_cache_usage &cache = version.fields.cache;
  json.object([&] {
    json.attribute("schedule", version.schedule);
    json.attribute("numerics", version.fields.numerics_class);
    json.attribute("chunks", getChunks(version));
    json.attributeArray("stages", [&] {
      for (const StageEntry &stage : version.stages)
        json.value(stage.fields.chunks);
    });
    json.attribute("flops", cache.flops);
    json.attribute("weight_bytes", getWeightBytes(artifact, version));
    json.attribute("scratch_bytes", version.fields.worker_scratch_bytes);
    json.attribute("in_place",
                   (version.fields.flags & VELTAIR_VERSION_IN_PLACE) != 0);
    json.attribute("data_dependent", (version.fields.flags &
                                      VELTAIR_VERSION_DATA_DEPENDENT) != 0);
    json.attributeObject("cache", [&] {
      json.attribute("read_bytes", cache.bytes_read);
      json.attribute("written_bytes", cache.bytes_written);
      json.attribute("writeback_bytes", cache.writeback_bytes);
      json.attribute("l1_bytes", cache.l1_bytes);
      json.attribute("private_bytes", cache.private_bytes);
      json.attribute("shared_bytes", cache.shared_bytes);
      json.attributeArray("dram_bytes", [&] {
        for (const veltair_miss_point &point : version.missCurve)
          json.object([&] {
            json.attribute("l3_bytes", point.l3_bytes);
            json.attribute("bytes", point.bytes);
          });
      });
    });
  });
}

void JsonReport::writeProgram(const ProgramEntry &program) {
  json.object([&] {
    json.attribute("isa", program.isa);
    json.attributeObject("shapes", [&] {
      for (auto [tensor, shape] :
           llvm::zip_equal(artifact.inputs, program.inputShapes)) {
        json.attributeBegin(tensor.name);
        writeDims(shape.dims);
        json.attributeEnd();
      }
    });
    json.attribute("arena_bytes", program.fields.arena_bytes);
    json.attributeArray("layers", [&] {
      for (const LayerEntry &layer : program.layers)
        json.object([&] {
          json.attribute("name", layer.name);
          json.attribute("ops", layer.ops);
          json.attribute("first_conflict", layer.fields.first_conflict);
          json.attributeArray("versions", [&] {
            for (const VersionEntry &version : layer.versions)
              writeVersion(version);
          });
        });
    });
  });
}

void JsonReport::write() {
  json.object([&] {
    json.attribute("schema", "veltair.inspect.1");
    json.attribute("abi", VELTAIR_ABI_VERSION);
    json.attribute("model", artifact.name);
    json.attribute("producer", artifact.producer);
    json.attributeObject("metadata", [&] {
      for (const auto &[key, value] : artifact.metadata)
        json.attribute(key, value);
    });
    writeTensors("inputs", artifact.inputs);
    writeTensors("outputs", artifact.outputs);
    json.attribute("weight_bytes", artifact.fields.weights_size);
    json.attributeArray("programs", [&] {
      for (const ProgramEntry &program : artifact.programs)
        writeProgram(program);
    });
  });
}

void mlir::veltair::writeJsonReport(const Artifact &artifact,
                                    llvm::raw_ostream &os) {
  JsonReport(artifact, os).write();
  os << '\n';
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
       {uint64_t(version.fields.numerics_class), uint64_t(getChunks(version)),
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
