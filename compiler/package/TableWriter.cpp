// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/package/TableWriter.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair;

static constexpr size_t pointerSize = 8;

uint64_t TableWriter::appendBytes(const void *data, size_t size,
                                  size_t alignment) {
  if (!size)
    return nowhere;
  uint64_t place = llvm::alignTo(bytes.size(), alignment);
  bytes.resize(place + size);
  std::memcpy(bytes.data() + place, data, size);
  return place;
}

uint64_t TableWriter::append(StringRef string) {
  auto [entry, isNew] = strings.try_emplace(string, bytes.size());
  if (isNew) {
    bytes.insert(bytes.end(), string.begin(), string.end());
    bytes.push_back(0);
  }
  return entry->second;
}

llvm::GlobalVariable *TableWriter::finish(llvm::Module &module, StringRef name,
                                          StringRef section) const {
  llvm::LLVMContext &context = module.getContext();
  llvm::Type *byte = llvm::Type::getInt8Ty(context);
  llvm::Type *pointer = llvm::PointerType::getUnqual(context);

  // Bytes and pointers in turn, without padding.
  SmallVector<llvm::Type *> types;
  uint64_t end = 0;
  for (const auto &[place, target] : pointers) {
    types.push_back(llvm::ArrayType::get(byte, place - end));
    types.push_back(pointer);
    end = place + pointerSize;
  }
  types.push_back(llvm::ArrayType::get(byte, bytes.size() - end));
  auto *type = llvm::StructType::get(context, types, /*isPacked=*/true);
  auto *block = new llvm::GlobalVariable(module, type, /*isConstant=*/false,
                                         llvm::GlobalValue::InternalLinkage,
                                         nullptr, name);

  SmallVector<llvm::Constant *> fields;
  auto addBytes = [&](uint64_t from, uint64_t to) {
    fields.push_back(llvm::ConstantDataArray::getRaw(
        StringRef(bytes.data() + from, to - from), to - from, byte));
  };
  end = 0;
  for (const auto &[place, target] : pointers) {
    addBytes(end, place);
    if (target.symbol.empty()) {
      llvm::Constant *offset = llvm::ConstantInt::get(
          llvm::Type::getInt64Ty(context), target.offset);
      fields.push_back(
          llvm::ConstantExpr::getGetElementPtr(byte, block, offset));
    } else {
      auto *symbol = cast<llvm::GlobalValue>(
          module.getOrInsertGlobal(target.symbol, byte));
      symbol->setVisibility(llvm::GlobalValue::HiddenVisibility);
      fields.push_back(symbol);
    }
    end = place + pointerSize;
  }
  addBytes(end, bytes.size());
  block->setInitializer(llvm::ConstantStruct::get(type, fields));
  block->setSection(section);
  block->setAlignment(llvm::Align(16));
  return block;
}
