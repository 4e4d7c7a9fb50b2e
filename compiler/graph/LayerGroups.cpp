// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/graph/LayerGroups.h"
#include "dialects/kernel/KernelDialect.h"
#include "dialects/onnx/OnnxOps.h"
#include <set>

using namespace mlir;
using namespace mlir::veltair;

/// Most operations of a layer. The code of an element is emitted by recursion,
/// and LLVM's time grows faster than the code of a function.
static constexpr size_t maxOps = 256;

/// True for operations that stay between layers.
static bool staysOutside(Operation &op) {
  return isa<ViewOp, ReturnOp, ExtentOp, onnx::NoValueOp>(op) ||
         isWidening(&op) || op.hasTrait<OpTrait::ConstantLike>();
}

/// True for operations whose result elements are independent of each other, so
/// that elementwise operations can be computed together with them.
static bool isRootByElement(Operation *op) {
  return isa<onnx::IndexedOp, kernel::ReorderOp>(op);
}

/// True for operations that are a layer with all their results.
static bool isWhole(Operation *op) {
  return isa<onnx::SequentialOp, kernel::RecurrentOp>(op);
}

bool veltair::isWidening(Operation *op) {
  auto cast = dyn_cast<onnx::CastOp>(op);
  return cast && onnx::elementType(cast.getX()).isBF16() &&
         onnx::elementType(cast.getResult()).isF32() &&
         llvm::all_of(op->getUsers(), [](Operation *user) {
           return isa<onnx::ElementwiseOp>(user) || isRootByElement(user);
         });
}

namespace {

class Grouping {
public:
  explicit Grouping(ProgramOp program) : program(program) {}

  FailureOr<std::vector<LayerGroup>> run();

private:
  /// True when the layer of `group` can compute `op` behind the rest.
  bool canJoin(const LayerGroup &group, Operation *op) const;
  /// Starts a group of one result of `root` and adds the elementwise
  /// operations behind it.
  void growFrom(Operation *root, Value result);
  /// Joins groups that take no more time when they are computed element by
  /// element, with the group of the only operation that reads them, if it only
  /// moves elements.
  void absorbProducers();

  ProgramOp program;
  SmallVector<Operation *> ops; // by position
  llvm::DenseMap<Operation *, size_t> positions;
  llvm::DenseSet<Operation *> taken;
  std::vector<LayerGroup> groups;
};

} // namespace

/// Whether an operand that broadcasts to `result` has one row for all of its
/// rows, or one for each.
static bool hasOneOrAllRows(Type operand, RankedTensorType result) {
  auto type = dyn_cast<RankedTensorType>(operand);
  if (!type || type.getRank() == 0)
    return true;
  int64_t rows = ShapedType::getNumElements(type.getShape().drop_back());
  return rows == 1 ||
         rows == ShapedType::getNumElements(result.getShape().drop_back());
}

/// Whether an elementwise operation on f32 computes in no wider type on the
/// way: a vector of a kernel's epilogue is one register of f32. Read off its
/// scalar code.
static bool fitsLanes(Operation *op) {
  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  SmallVector<Value> x(op->getNumOperands());
  for (auto [value, operand] : llvm::zip_equal(x, op->getOperands()))
    if (!onnx::isAbsent(operand))
      value = scratch.addArgument(onnx::computeType(onnx::elementType(operand)),
                                  op->getLoc());
  onnx::ElementBuilder b(op, builder, {});
  cast<onnx::ElementwiseOp>(op).emitScalar(b, x);
  return llvm::all_of(scratch, [](Operation &inner) {
    return llvm::all_of(inner.getResultTypes(), [](Type type) {
      return type.getIntOrFloatBitWidth() <= 32;
    });
  });
}

bool Grouping::canJoin(const LayerGroup &group, Operation *op) const {
  if (!isa<onnx::ElementwiseOp>(op) || isWidening(op) || taken.contains(op))
    return false;
  RankedTensorType output = onnx::tensorType(group.outputs.front());
  RankedTensorType result = onnx::tensorType(op->getResult(0));
  if (result.getShape() != output.getShape())
    return false;
  auto kernel = dyn_cast<kernel::LayerKernelOp>(group.root);
  if (!kernel)
    return true;
  if (kernel.mergesRows() &&
      llvm::any_of(op->getOperandTypes(),
                   [&](Type type) { return !hasOneOrAllRows(type, result); }))
    return false;
  // Epilogues of kernels work on f32; the last operation may round.
  auto isF32 = [](Type type) {
    auto tensor = dyn_cast<RankedTensorType>(type);
    return !tensor || tensor.getElementType().isF32();
  };
  bool rounds = isa<onnx::CastOp>(op) && result.getElementType().isBF16();
  return (rounds || isF32(result)) &&
         output.getEncoding() == result.getEncoding() &&
         llvm::all_of(op->getOperandTypes(), isF32) && fitsLanes(op);
}

// What a root computes by element is computed again for each use of it.
static bool isRecomputed(Operation *root, Value value) {
  return isRootByElement(root) && !value.hasOneUse();
}

// Walks the users in program order. Whenever all users of what was seen so far
// were seen too, but for those of the last one, the group can end there.
void Grouping::growFrom(Operation *root, Value result) {
  LayerGroup group{root, {root}, {result}};
  SmallVector<Operation *> ahead;
  llvm::DenseSet<Operation *> inside{root};
  std::set<size_t> pending;
  auto addUsers = [&](Value value) {
    for (Operation *user : value.getUsers())
      if (!inside.contains(user))
        pending.insert(positions.lookup(user));
  };
  for (addUsers(result); !pending.empty();) {
    if (isRecomputed(root, group.outputs.front()) || inside.size() == maxOps)
      break;
    Operation *next = ops[*pending.begin()];
    pending.erase(pending.begin());
    if (!canJoin(group, next))
      break;
    ahead.push_back(next);
    inside.insert(next);
    if (pending.empty()) {
      group.ops.append(ahead);
      group.outputs.front() = next->getResult(0);
      ahead.clear();
    }
    addUsers(next->getResult(0));
  }
  taken.insert_range(group.ops);
  groups.push_back(std::move(group));
}

namespace {
/// How an operation puts elements elsewhere.
enum class Movement {
  None, ///< it does something else, or reads elements often
  Elements,
  Rows, ///< rows of the result are from rows of the operands
};
} // namespace

/// Whether each element of the result is one of the operands' elements, which
/// are read about once: then what computes the operands can as well be computed
/// in place. Read off the scalar code of one element.
static Movement movementBy(Operation *op) {
  auto indexed = dyn_cast<onnx::IndexedOp>(op);
  if (!indexed || op->getNumResults() != 1)
    return Movement::None;
  int64_t elements = 0;
  for (Value operand : op->getOperands())
    if (!onnx::isAbsent(operand) && !onnx::constantElements(operand))
      elements += onnx::tensorType(operand).getNumElements();
  RankedTensorType result = onnx::tensorType(op->getResult(0));
  if (result.getNumElements() > elements || result.getRank() == 0)
    return Movement::None;

  Block scratch;
  OpBuilder builder(op->getContext());
  builder.setInsertionPointToEnd(&scratch);
  SmallVector<Value> index;
  for (int64_t i = 0; i < result.getRank(); ++i)
    index.push_back(scratch.addArgument(builder.getIndexType(), op->getLoc()));
  unsigned reads = 0;
  bool alongRow = true;
  onnx::ElementAccess access;
  access.load = [&](onnx::ElementBuilder &b, Value operand, ValueRange at) {
    ++reads;
    alongRow &= !at.empty() && at.back() == index.back();
    return scratch.addArgument(onnx::memoryType(onnx::elementType(operand)),
                               op->getLoc());
  };
  access.extent = [&](onnx::ElementBuilder &, Value, int64_t) -> Value {
    return scratch.addArgument(builder.getIndexType(), op->getLoc());
  };
  onnx::ElementBuilder b(op, builder, access);
  indexed.emitElement(b, 0, index);
  bool hasRegions = llvm::any_of(
      scratch, [](Operation &inner) { return inner.getNumRegions() != 0; });
  if (reads != 1 || hasRegions)
    return Movement::None;
  return alongRow ? Movement::Rows : Movement::Elements;
}

/// Whether `user`, the only operation that reads `producer`, can compute it
/// itself. Lanes are gathered one by one, wherever they lie, but what is
/// computed from them is faster in vectors, along rows.
static bool canAbsorb(Operation *user, const LayerGroup &producer) {
  if (auto reorder = dyn_cast<kernel::ReorderOp>(user))
    return reorder.isBlocking() && producer.ops.size() == 1 &&
           movementBy(producer.root) != Movement::None;
  return isa<onnx::ElementwiseOp>(producer.root) &&
         movementBy(user) == Movement::Rows;
}

void Grouping::absorbProducers() {
  llvm::DenseMap<Operation *, size_t> groupOf; // by root
  for (auto [number, group] : llvm::enumerate(groups))
    groupOf.try_emplace(group.root, number);
  for (LayerGroup &producer : llvm::reverse(groups)) {
    Value output = producer.outputs.front();
    if (!output.hasOneUse())
      continue;
    Operation *user = *output.getUsers().begin();
    auto found = groupOf.find(user);
    if (found == groupOf.end() || !canAbsorb(user, producer))
      continue;
    LayerGroup &consumer = groups[found->second];
    if (consumer.ops.size() + producer.ops.size() > maxOps)
      continue;
    consumer.ops.insert(consumer.ops.begin(), producer.ops.begin(),
                        producer.ops.end());
    llvm::sort(consumer.ops, [&](Operation *a, Operation *b) {
      return positions.lookup(a) < positions.lookup(b);
    });
    producer.ops.clear();
  }
  llvm::erase_if(groups,
                 [](const LayerGroup &group) { return group.ops.empty(); });
}

FailureOr<std::vector<LayerGroup>> Grouping::run() {
  for (Operation &op : program.getBlock()) {
    positions[&op] = ops.size();
    ops.push_back(&op);
    if (!staysOutside(op) && !isa<kernel::LayerKernelOp>(op) &&
        !isRootByElement(&op) &&
        !isa<onnx::ElementwiseOp, onnx::SequentialOp>(op))
      return op.emitOpError("cannot be compiled: there is no lowering for it");
    if (!staysOutside(op) && failed(onnx::verifyExtents(&op)))
      return failure();
  }
  // The costlier the root the more it gains from work done on its results
  // while they are in registers: kernels choose first, pools last of them.
  auto growFromAll = [&](auto isRoot) {
    for (Operation *op : ops)
      if (isRoot(op) && !staysOutside(*op) && !taken.contains(op))
        for (Value result : op->getResults())
          if (!result.use_empty())
            growFrom(op, result);
  };
  growFromAll([](Operation *op) {
    return isa<kernel::LayerKernelOp>(op) && !isa<kernel::MaxPoolOp>(op) &&
           !isWhole(op);
  });
  growFromAll([](Operation *op) { return isa<kernel::MaxPoolOp>(op); });
  growFromAll(isRootByElement);
  growFromAll([](Operation *op) { return isa<onnx::ElementwiseOp>(op); });
  absorbProducers();
  for (Operation *op : ops)
    if (isWhole(op))
      groups.push_back({op, {op}, SmallVector<Value, 1>(op->getResults())});

  // Every operation of a group leads to its last one, which all other groups
  // that use this one come after. Extents come before what has them.
  auto order = [&](const LayerGroup &group) {
    auto output = cast<OpResult>(group.outputs.front());
    bool isExtent = output.getOwner()->hasTrait<onnx::ExtentSource>() &&
                    output == output.getOwner()->getResults().back();
    return std::tuple(positions.lookup(group.last()), !isExtent,
                      output.getResultNumber());
  };
  llvm::sort(groups, [&](const LayerGroup &a, const LayerGroup &b) {
    return order(a) < order(b);
  });
  return std::move(groups);
}

FailureOr<std::vector<LayerGroup>> veltair::groupLayers(ProgramOp program) {
  return Grouping(program).run();
}
