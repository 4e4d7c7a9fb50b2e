// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/LayerLoops.h"
#include "compiler/codegen/Passes.h"
#include "compiler/codegen/backend/ObjectCompiler.h"
#include "compiler/codegen/backend/Target.h"
#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/AsmState.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/xxhash.h"

namespace mlir::veltair {
#define GEN_PASS_DEF_OUTLINEVERSIONS
#include "compiler/codegen/Passes.h.inc"
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

int64_t veltair::countChunks(LayerOp layer, ScheduleAttr schedule) {
  Operation *root = layerRoot(layer);
  auto parts = [](int64_t extent, int64_t grain) {
    return grain == 0 ? 1 : (int64_t)llvm::divideCeil(extent, grain);
  };
  if (auto conv = dyn_cast_or_null<kernel::Conv2DOp>(root)) {
    ConvGeometry g = convGeometry(layer, conv);
    return g.images() *
           parts(g.groups() / schedule.getVectors(), schedule.getGroups()) *
           parts(g.rows(), schedule.getGrain());
  }
  if (auto conv = dyn_cast_or_null<kernel::DepthwiseConv2DOp>(root)) {
    ConvGeometry g = convGeometry(layer, conv);
    return g.images() * g.groups() * parts(g.rows(), schedule.getGrain());
  }
  if (auto product = dyn_cast_or_null<kernel::MatMulOp>(root)) {
    RankedTensorType type = product.getResult().getType();
    int64_t columns = type.getShape().back();
    int64_t groups = llvm::divideCeil(columns, kernel::channelGroup);
    return parts(parts(groups, schedule.getVectors()), schedule.getGroups()) *
           parts(parts(type.getNumElements() / columns, schedule.getRows()),
                 schedule.getGrain());
  }
  if (isSequential(layer))
    return 1;
  int64_t rows =
      ShapedType::getNumElements(ArrayRef(generalShape(layer)).drop_back());
  return std::max<int64_t>(1, parts(rows, schedule.getGrain()));
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
      FlatSymbolRefAttr &symbol = compiled[key];
      if (!symbol)
        symbol = compile(program, layer, schedule, number);
      version.setStagesAttr(builder.getArrayAttr(
          StageAttr::get(&getContext(), symbol, countChunks(layer, schedule))));
    }
  }

  FlatSymbolRefAttr compile(ProgramOp program, LayerOp layer,
                            ScheduleAttr schedule, unsigned number) {
    ++functions;
    StringRef isa = *program.getIsa();
    std::string base =
        llvm::formatv("{0}.{1}.{2}", layer.getName(), number, isa);
    // In the name of an ELF symbol '@' would begin a version.
    std::replace(base.begin(), base.end(), '@', '_');
    std::string name = base;
    for (unsigned suffix = 1; !names.insert(name).second; ++suffix)
      name = llvm::formatv("{0}.{1}", base, suffix);

    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    auto module = ModuleOp::create(builder, layer.getLoc());
    module->setAttr(isaAttrName, builder.getStringAttr(isa));
    module->setAttr(vectorBitsAttrName,
                    builder.getI64IntegerAttr(vectorBits(isa)));
    StageFunction f(module, name, layer.getLoc());
    emit(f, layer, schedule);
    return FlatSymbolRefAttr::get(&getContext(), name);
  }

  static unsigned vectorBits(StringRef isa) {
    return llvm::cantFail(parseTargetIsa(isa)).vectorBits;
  }

  void emit(StageFunction &f, LayerOp layer, ScheduleAttr schedule) {
    Operation *root = layerRoot(layer);
    if (auto conv = dyn_cast_or_null<kernel::Conv2DOp>(root))
      return emitConvLoops(f, layer, conv, schedule);
    if (auto conv = dyn_cast_or_null<kernel::DepthwiseConv2DOp>(root))
      return emitDepthwiseLoops(f, layer, conv, schedule);
    if (auto product = dyn_cast_or_null<kernel::MatMulOp>(root))
      return emitMatMulLoops(f, layer, product, schedule);
    emitGeneralLoops(f, layer, schedule);
  }

  llvm::StringMap<FlatSymbolRefAttr> compiled;
  llvm::StringSet<> names;
};

} // namespace
