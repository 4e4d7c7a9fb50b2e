// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/codegen/backend/ObjectCache.h"
#include "compiler/codegen/backend/OutputFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/xxhash.h"

using namespace llvm;
using namespace mlir::veltair;

// An entry is this mark, the hash of the object, and the object.
static constexpr StringLiteral mark = "VELTOBJ1";
static constexpr size_t headerSize = 16;

Expected<ObjectCache> ObjectCache::open(StringRef directory) {
  if (std::error_code code = sys::fs::create_directories(directory))
    return createStringError(code, "cannot make the cache folder '" +
                                       directory + "': " + code.message());
  return ObjectCache(directory);
}

std::string ObjectCache::getPath(ArrayRef<uint8_t> key) const {
  XXH128_hash_t hash = xxh3_128bits(key);
  SmallString<128> path(directory);
  sys::path::append(path, utohexstr(hash.high64, true, 16) +
                              utohexstr(hash.low64, true, 16) + ".o");
  return std::string(path);
}

std::unique_ptr<MemoryBuffer> ObjectCache::find(ArrayRef<uint8_t> key) const {
  auto file = MemoryBuffer::getFile(getPath(key), /*IsText=*/false,
                                    /*RequiresNullTerminator=*/false);
  if (!file)
    return nullptr;
  StringRef bytes = (*file)->getBuffer();
  if (bytes.size() <= headerSize || !bytes.starts_with(mark))
    return nullptr;
  StringRef object = bytes.drop_front(headerSize);
  if (support::endian::read64le(bytes.data() + mark.size()) !=
      xxh3_64bits(object))
    return nullptr;
  return MemoryBuffer::getMemBufferCopy(object);
}

void ObjectCache::insert(ArrayRef<uint8_t> key, StringRef object) const {
  consumeError(writeOutputFile(getPath(key), [&](raw_ostream &os) {
    char hash[8];
    support::endian::write64le(hash, xxh3_64bits(object));
    os << mark << StringRef(hash, sizeof hash) << object;
    return Error::success();
  }));
}
