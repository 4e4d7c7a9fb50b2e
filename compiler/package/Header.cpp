// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/Header.h"
#include "compiler/package/Entry.h"

using namespace mlir;
using namespace mlir::veltair;

/// Bytes of the largest workspace that `veltair_<name>_run` may need.
static uint64_t getWorkspaceBytes(const Artifact &artifact) {
  uint64_t bytes = 0;
  for (const ProgramEntry &program : artifact.programs) {
    veltair_entry_needs needs{};
    needs.arenaBytes = program.fields.arena_bytes;
    needs.outputs = artifact.outputs.size();
    needs.extents = program.fields.extent_count;
    for (const LayerEntry &layer : program.layers) {
      const VersionEntry &version = layer.versions.front();
      needs.operands =
          std::max<uint64_t>(needs.operands, layer.operands.size());
      needs.constants =
          std::max<uint64_t>(needs.constants, version.constants.size());
      needs.scratchBytes = std::max<uint64_t>(
          needs.scratchBytes, version.fields.worker_scratch_bytes);
    }
    bytes = std::max(bytes, veltair_entry_get_layout(&needs).bytes);
  }
  return bytes;
}

/// Defines the number, names and sizes of the inputs or outputs.
static void writeTensors(ArrayRef<TensorEntry> tensors,
                         ArrayRef<ShapeEntry> shapes, const std::string &prefix,
                         StringRef kind, llvm::raw_ostream &os) {
  os << "\n#define " << prefix << kind << "_COUNT " << tensors.size() << '\n';
  for (auto [index, tensor, shape] : llvm::enumerate(tensors, shapes)) {
    uint64_t bytes = getDtypeBytes(tensor.fields.dtype);
    bool isBound = shape.fields.extent != VELTAIR_NONE;
    os << "// " << getDtypeName(tensor.fields.dtype)
       << (isBound ? "[at most " : "[");
    llvm::interleaveComma(shape.dims, os, [&](int64_t dim) {
      os << dim;
      bytes *= dim;
    });
    std::string name = (prefix + kind + Twine(index)).str();
    os << "]\n#define " << name << "_NAME \"";
    os.write_escaped(tensor.name);
    os << "\"\n#define " << name << "_BYTES " << bytes << '\n';
    if (isBound)
      os << "// Its true rows, once the model has run.\n#define " << name
         << "_ROWS(workspace) (((const int64_t *)(workspace))[" << index
         << "])\n";
  }
}

void mlir::veltair::writeHeader(const Artifact &artifact,
                                llvm::raw_ostream &os) {
  const std::string &name = artifact.name;
  std::string prefix = "VELTAIR_" + StringRef(name).upper() + "_";
  const ProgramEntry &program = artifact.programs.front();
  os << "// Made by " << artifact.producer << ".\n\n"
     << "#ifndef " << prefix << "H\n#define " << prefix
     << "H\n\n#include <stddef.h>\n#include <stdint.h>\n";
  writeTensors(artifact.inputs, program.inputShapes, prefix, "INPUT", os);
  writeTensors(artifact.outputs, program.outputShapes, prefix, "OUTPUT", os);
  os << "\n// Bytes of the workspace, which must be aligned to "
     << VELTAIR_ALIGNMENT << ".\n#define " << prefix << "WORKSPACE_BYTES "
     << getWorkspaceBytes(artifact) << '\n';
  if (!artifact.weightsFile.empty())
    os << "// Bytes of the weights' file, whose content must be aligned to "
       << VELTAIR_ALIGNMENT << ".\n#define " << prefix << "WEIGHTS_BYTES "
       << artifact.fields.weights_size << '\n';
  os << R"(
#ifdef __cplusplus
extern "C" {
#endif

// The tables that the runtime reads (veltair/artifact.h).
struct veltair_artifact;
const struct veltair_artifact *veltair_)"
     << name << R"((uint32_t abi);

// Runs the model in the calling thread, without the runtime. `in` and `out`
// have one pointer for each input and output; nothing is checked. `weights` is
// the content of the weights' file, or null when they are embedded. Several
// threads may call this at once with workspaces and outputs of their own.
// Denormals count as zero inside. Afterwards the workspace begins with each
// output's extent along dimension 0. Returns 0; or a positive code for bad data
// (an index out of range: 1, an integer division by zero: 2); or -1 if this CPU
// lacks the features that the code needs.
int veltair_)"
     << name
     << R"(_run(const void *const *in, void *const *out, void *workspace,
    const void *weights);

#ifdef __cplusplus
}
#endif

#endif
)";
}
