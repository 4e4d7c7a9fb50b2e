// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/Passes.h"
#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/versions/Passes.h"
#include "compiler/versions/families/LayerFamily.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_OUTLINEVERSIONS
#include "compiler/versions/Passes.h.inc"
} // namespace mlir::veltair

using namespace mlir;
using namespace mlir::veltair;

/// What a layer computes, without its name and place: equal layers, equal
/// texts.
static std::string definition(LayerOp layer) {
  std::string text;
  llvm::raw_string_ostream os(text);
  Block &block = layer.getBody().front();
  llvm::interleaveComma(block.getArgumentTypes(), os);
  os << " / " << layer.getInputs().size() << '\n';
  OpPrintingFlags flags;
  flags.useLocalScope().assumeVerified();
  // One walk over the block, so that values are numbered by their definition.
  AsmState state(layer, flags);
  for (Operation &op : block) {
    op.print(os, state);
    os << '\n';
  }
  return text;
}

/// The name of the function of a version.
static std::string functionName(StringRef layer, size_t number, StringRef isa) {
  std::string name = llvm::formatv("{0}.{1}.{2}", layer, number, isa);
  // In the name of an ELF symbol '@' would begin a version; to LLVM some
  // control characters have a meaning, as have names that begin like its
  // intrinsics' or like temporary symbols.
  auto isSpecial = [](unsigned char c) { return c == '@' || c < 0x20; };
  std::replace_if(name.begin(), name.end(), isSpecial, '_');
  bool hasMeaning =
      StringRef(name).starts_with("llvm.") || StringRef(name).starts_with(".L");
  return hasMeaning ? "_" + name : name;
}

namespace {

struct OutlineVersions : veltair::impl::OutlineVersionsBase<OutlineVersions> {
  void runOnOperation() override {
    for (ModelOp model : getOperation().getOps<ModelOp>())
      for (ProgramOp program : model.getBody().front().getOps<ProgramOp>())
        for (LayerOp layer : program.getBlock().getOps<LayerOp>())
          outline(program, layer);
  }

private:
  void outline(ProgramOp program, LayerOp layer) {
    Builder builder(&getContext());
    std::string text = definition(layer);
    layer.setHash(static_cast<int64_t>(llvm::xxh3_64bits(text)));
    for (auto [number, version] : llvm::enumerate(layer.getVersionOps())) {
      ++versions;
      ScheduleAttr schedule = version.getSchedule();
      std::string key = llvm::formatv("{0}\n{1}\n{2}", *program.getIsa(),
                                      schedule.getText(), text);
      SmallVector<FlatSymbolRefAttr, 1> &functions = compiled[key];
      if (functions.empty())
        functions = compile(program, layer, schedule, number);
      SmallVector<Attribute> stages;
      for (auto [function, chunks] :
           llvm::zip_equal(functions, familyOf(layer).stages(layer, schedule)))
        stages.push_back(StageAttr::get(&getContext(), function, chunks));
      version.setStagesAttr(builder.getArrayAttr(stages));
    }
  }

  /// The functions of all stages of a version.
  SmallVector<FlatSymbolRefAttr, 1> compile(ProgramOp program, LayerOp layer,
                                            ScheduleAttr schedule,
                                            unsigned number) {
    StringRef isa = *program.getIsa();
    std::string base = functionName(layer.getName(), number, isa);
    const LayerFamily &family = familyOf(layer);
    SmallVector<FlatSymbolRefAttr, 1> functions;
    for (unsigned stage = 0, e = family.stages(layer, schedule).size();
         stage < e; ++stage) {
      ++this->functions;
      std::string name =
          unique(stage ? base + ".stage" + std::to_string(stage) : base);
      OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
      auto module = ModuleOp::create(builder, layer.getLoc());
      module->setAttr(isaAttrName, builder.getStringAttr(isa));
      module->setAttr(vectorBitsAttrName,
                      builder.getI64IntegerAttr(vectorBits(isa)));
      StageFunction f(module, name, layer.getLoc());
      family.emit(f, layer, schedule, stage);
      functions.push_back(FlatSymbolRefAttr::get(&getContext(), name));
    }
    return functions;
  }

  std::string unique(const std::string &base) {
    std::string name = base;
    for (unsigned suffix = 1; !names.insert(name).second; ++suffix)
      name = llvm::formatv("{0}.{1}", base, suffix);
    return name;
  }

  static unsigned vectorBits(StringRef isa) {
    return llvm::cantFail(parseTargetIsa(isa)).vectorBits;
  }

  llvm::StringMap<SmallVector<FlatSymbolRefAttr, 1>> compiled;
  llvm::StringSet<> names;
};

} // namespace
