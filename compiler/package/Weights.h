// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The packed constants of an artifact: laid out as versions want them, equal
// ones stored once, streamed to a file.

#ifndef VELTAIR_COMPILER_PACKAGE_WEIGHTS_H
#define VELTAIR_COMPILER_PACKAGE_WEIGHTS_H

#include "dialects/veltair/VeltairDialect.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "veltair/artifact.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/raw_ostream.h"
#include <tuple>
#include <vector>

namespace mlir::veltair {

/// The bytes that one element of a tensor takes in memory; 0 for types that
/// artifacts do not hold. Bools take a whole byte.
unsigned getElementBytes(Type elementType);

/// The bytes of a tensor in memory.
uint64_t getTensorBytes(RankedTensorType type);

/// Whether `packing` can be done to a tensor of this type.
bool isValidPacking(PackingAttr packing, RankedTensorType type);

/// Lays out `source`, a constant of type `type`, as `packing` says. `packed`
/// has the size of `packing.getPackedType(type)`. The packing must be valid.
void packConstant(PackingAttr packing, RankedTensorType type,
                  ArrayRef<char> source, MutableArrayRef<char> packed);

/// Writes packed constants one after another. Holds one at a time in memory.
class WeightWriter {
public:
  /// Writes to `os`, which must outlive this.
  explicit WeightWriter(llvm::raw_ostream &os) : os(os) {}

  /// Continues at a new page: what follows belongs to versions that may never
  /// be used, and their pages are then never read.
  void startPage() { alignment = 4096; }

  /// The index of the constant `value`, seen as a tensor of `type`, in the
  /// layout `packing`. Equal bytes get equal indices. Fails for values without
  /// bytes and for invalid packings.
  FailureOr<uint32_t> add(ElementsAttr value, RankedTensorType type,
                          PackingAttr packing);

  ArrayRef<veltair_constant> getConstants() const { return constants; }
  uint64_t getSize() const { return size; }
  /// veltair_artifact::weights_hash.
  uint64_t getHash() const;

private:
  llvm::raw_ostream &os;
  uint64_t size = 0;
  uint64_t alignment = VELTAIR_ALIGNMENT; ///< Of the next constant.
  std::vector<veltair_constant> constants;
  DenseMap<std::tuple<Attribute, Type, Attribute>, uint32_t> byDefinition;
  DenseMap<std::pair<uint64_t, uint64_t>, uint32_t> byHashAndSize;
};

} // namespace mlir::veltair

#endif // VELTAIR_COMPILER_PACKAGE_WEIGHTS_H
