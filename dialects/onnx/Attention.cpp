// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Attention.cpp.inc"

/// [batch, heads, sequence, depth] of a tensor, or nothing when it is neither
/// that nor [batch, sequence, heads * depth].
static std::optional<SmallVector<int64_t>> headShape(Value x, int64_t heads) {
  ArrayRef<int64_t> shape = shapeOf(x);
  if (shape.size() == 4)
    return llvm::to_vector(shape);
  if (shape.size() != 3 || heads < 1 || shape[2] % heads != 0)
    return std::nullopt;
  SmallVector<int64_t> cut{shape[0], heads, shape[1], shape[2] / heads};
  // Of a depth of 0 there may be any number of heads.
  return isPossible(cut) ? std::optional(std::move(cut)) : std::nullopt;
}

/// Whether no size but that of the batch depends on data.
static bool hasExactRows(ValueRange operands) {
  for (Value operand : operands) {
    int64_t rank = isAbsent(operand) ? 0 : rankOf(operand);
    for (int64_t dim = 1; dim < rank; ++dim)
      if (extentNumber(operand.getType(), dim) != exactExtent)
        return false;
  }
  return true;
}

/// The two as one along dimension `axis`.
static Value joined(Composer &c, Value x, Value y, int64_t axis) {
  SmallVector<Value> parts{x, y};
  return c.make<ConcatOp>(ValueRange(parts), axis);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// The extents of an attention.
struct AttentionShape {
  SmallVector<int64_t> query, key, value; // by heads, without the past
  int64_t past = 0;

  int64_t keys() const { return past + key[2]; }
  SmallVector<int64_t> scores() const {
    return {query[0], query[1], query[2], keys()};
  }
  /// All keys or values.
  SmallVector<int64_t> present(ArrayRef<int64_t> part) const {
    return {part[0], part[1], keys(), part[3]};
  }
  /// The same for each head of queries.
  SmallVector<int64_t> repeated(ArrayRef<int64_t> part) const {
    return {part[0], query[1], keys(), part[3]};
  }
};
} // namespace

static FailureOr<AttentionShape> inferAttention(const Inference &infer,
                                                AttentionOp::Adaptor a) {
  auto query = headShape(a.getQ(), a.getQNumHeads()),
       key = headShape(a.getK(), a.getKvNumHeads()),
       value = headShape(a.getV(), a.getKvNumHeads());
  bool isAlike = rankOf(a.getQ()) == rankOf(a.getK()) &&
                 rankOf(a.getQ()) == rankOf(a.getV()) &&
                 commonElement({a.getQ(), a.getK(), a.getV()});
  if (!isAlike)
    return infer.fail(1, "q, k and v differ in rank or type");
  if (!query || !key || !value)
    return infer.fail(2, "q, k and v cannot be cut into heads");
  AttentionShape shape{*query, *key, *value};
  if (shape.query[0] != shape.key[0] || shape.query[0] != shape.value[0] ||
      shape.key[2] != shape.value[2] || shape.query[3] != shape.key[3])
    return infer.fail(1, "q, k and v do not fit each other");
  if (shape.key[1] != shape.value[1] || shape.key[1] < 1 ||
      shape.query[1] % shape.key[1] != 0)
    return infer.fail(2, "the heads of k and v do not fit those of q");
  if (!hasExactRows(a.getOperands()))
    return infer.fail(5, "a size other than the batch's depends on data");
  bool hasPast = !isAbsent(a.getPastKey());
  if (hasPast != !isAbsent(a.getPastValue()))
    return infer.fail(3, "past_key and past_value need each other");
  if (hasPast) {
    ArrayRef<int64_t> pastKey = shapeOf(a.getPastKey());
    shape.past = pastKey.size() == 4 ? pastKey[2] : 0;
    SmallVector<int64_t> keys(shape.key), values(shape.value);
    keys[2] = values[2] = shape.past;
    if (pastKey != ArrayRef<int64_t>(keys) ||
        shapeOf(a.getPastValue()) != ArrayRef<int64_t>(values) ||
        !commonElement({a.getK(), a.getPastKey(), a.getPastValue()}))
      return infer.fail(3, "past_key and past_value do not fit k and v");
  }
  // Which of k and v each of them has is written out.
  constexpr int64_t maxHeads = 1 << 20;
  if (shape.query[1] > maxHeads || !isPossible(shape.repeated(shape.key)) ||
      !isPossible(shape.repeated(shape.value)))
    return infer.fail(2, "there are too many heads");
  if (!isAbsent(a.getAttnMask())) {
    SmallVector<int64_t> mask(shapeOf(a.getAttnMask()));
    SmallVector<int64_t> scores = shape.scores();
    // One that is shorter forbids the keys behind its end.
    if (!mask.empty() && mask.back() != 1 && mask.back() < shape.keys())
      mask.back() = shape.keys();
    if (mask.empty() || broadcastShapes({scores, mask}) != scores)
      return infer.fail(4, "the mask does not fit the products");
  }
  return shape;
}

LogicalResult AttentionOp::inferReturnTypes(MLIRContext *,
                                            std::optional<Location> location,
                                            Adaptor a,
                                            SmallVectorImpl<Type> &types) {
  Inference infer("Attention", location, types);
  FailureOr<AttentionShape> shape = inferAttention(infer, a);
  if (failed(shape))
    return failure();
  SmallVector<int64_t> y(shape->query);
  y[3] = shape->value[3];
  if (rankOf(a.getQ()) == 3)
    y = {y[0], y[2], y[1] * y[3]};
  Type type = elementType(a.getQ());
  return success(succeeded(infer.result(type, y)) &&
                 succeeded(infer.result(type, shape->present(shape->key))) &&
                 succeeded(infer.result(type, shape->present(shape->value))) &&
                 succeeded(infer.result(type, shape->scores())));
}

/// `value`, of rank 4 already or in rows of all heads, by heads.
static Value splitHeads(Composer &c, Value value, ArrayRef<int64_t> shape) {
  if (rankOf(value) == 4)
    return value;
  value = c.reshape(value, {shape[0], shape[2], shape[1], shape[3]});
  return c.transpose(value, {0, 2, 1, 3});
}

/// Each head as often as heads of queries share it.
static Value repeatHeads(Composer &c, Value value, int64_t heads) {
  int64_t own = shapeOf(value)[1];
  if (own == heads)
    return value;
  SmallVector<int64_t> indices;
  for (int64_t head = 0; head < heads; ++head)
    indices.push_back(head / (heads / own));
  return c.make<GatherOp>(value, c.integers(indices), /*axis=*/1);
}

/// 0 where a query may attend to a key, `forbidden` elsewhere. Query i may to
/// the keys up to i + past. A constant would be as large as the scores of a
/// head, gigabytes of long sequences.
static Value causalMask(Composer &c, Value forbidden,
                        const AttentionShape &shape) {
  auto range = [&](int64_t first, int64_t count) {
    return c.make<RangeOp>(c.integers({first}), c.integers({first + count}),
                           c.integers({1}));
  };
  int64_t queries = shape.query[2];
  Value last = c.reshape(range(shape.past, queries), {queries, 1});
  Value allowed = c.make<LessOrEqualOp>(range(0, shape.keys()), last);
  return c.make<WhereOp>(allowed, c.scalar(forbidden, 0), forbidden);
}

/// What is added to `scores`; null when there is no mask.
static Value emitMask(AttentionOp op, Composer &c, Value scores,
                      const AttentionShape &shape) {
  Value forbidden = c.scalar(scores, -std::numeric_limits<double>::infinity());
  Value mask;
  if (!isAbsent(op.getAttnMask())) {
    mask = op.getAttnMask();
    mask = elementType(mask).isInteger(1)
               ? c.make<WhereOp>(mask, c.scalar(scores, 0), forbidden)
               : c.cast(mask, elementType(scores));
    int64_t length = shapeOf(mask).back(), missing = shape.keys() - length;
    if (length != 1 && missing > 0)
      mask = c.make<PadOp>(mask, c.integers({0, missing}), forbidden,
                           c.integers({-1}));
  }
  if (op.getIsCausal() == 0)
    return mask;
  Value causal = causalMask(c, forbidden, shape);
  return mask ? c.add(mask, causal) : causal;
}

LogicalResult AttentionOp::decompose(OpBuilder &b,
                                     SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  AttentionShape shape = *inferAttention(Inference::silent(), Adaptor(*this));
  Value query = splitHeads(c, getQ(), shape.query);
  Value key = splitHeads(c, getK(), shape.key);
  Value value = splitHeads(c, getV(), shape.value);
  if (!isAbsent(getPastKey())) {
    key = joined(c, getPastKey(), key, /*axis=*/2);
    value = joined(c, getPastValue(), value, /*axis=*/2);
  }
  int64_t mode = getQkMatmulOutputMode(), heads = shape.query[1];
  Value columns = c.transpose(repeatHeads(c, key, heads), {0, 1, 3, 2});
  Value scores = c.make<MatMulOp>(query, columns);
  double scale = getScale() ? getScale()->convertToFloat()
                            : 1 / std::sqrt(double(shape.query[3]));
  scores = c.mul(scores, c.scalar(scores, scale));
  Value shown = scores;
  if (double limit = getSoftcap().convertToFloat(); limit > 0) {
    Value cap = c.scalar(scores, limit);
    scores = c.mul(c.make<TanhOp>(c.div(scores, cap)), cap);
  }
  shown = mode == 1 ? scores : shown;
  Value mask = emitMask(*this, c, scores, shape);
  if (mask)
    scores = c.add(scores, mask);
  shown = mode == 2 ? scores : shown;
  Value weights = c.make<SoftmaxOp>(scores);
  Value y = c.make<MatMulOp>(weights, repeatHeads(c, value, heads));
  // A causal mask alone leaves each query a key.
  if (!isAbsent(getAttnMask())) {
    SmallVector<int64_t> last{rankOf(mask) - 1};
    Value most = c.reduce<ReduceMaxOp>(mask, last);
    Value isNone = c.make<EqualOp>(
        most, c.scalar(most, -std::numeric_limits<double>::infinity()));
    y = c.make<WhereOp>(isNone, c.scalar(y, 0), y);
    if (mode == 3)
      weights = c.make<WhereOp>(isNone, c.scalar(weights, 0), weights);
  }
  shown = mode == 3 ? weights : shown;
  if (rankOf(getQ()) == 3)
    y = c.reshape(c.transpose(y, {0, 2, 1, 3}),
                  {shape.query[0], shape.query[2], heads * shape.value[3]});
  results.append({y, key, value, shown});
  return success();
}

//===----------------------------------------------------------------------===//
// Rotary embedding
//===----------------------------------------------------------------------===//

/// How many elements of each head are turned, when the constraints hold.
static FailureOr<int64_t> inferRotation(const Inference &infer,
                                        RotaryEmbeddingOp::Adaptor a) {
  auto shape = headShape(a.getX(), a.getNumHeads());
  if (!shape)
    return infer.fail(1, "x cannot be cut into heads");
  int64_t turned = a.getRotaryEmbeddingDim();
  if (turned == 0)
    turned = shape->back();
  if (turned < 0 || turned > shape->back() || turned % 2 != 0)
    return infer.fail(1, "rotary_embedding_dim does not fit the heads");
  SmallVector<int64_t> positions{(*shape)[0], (*shape)[2]}, cache(positions);
  if (!isAbsent(a.getPositionIds())) {
    if (shapeOf(a.getPositionIds()) != ArrayRef<int64_t>(positions))
      return infer.fail(2, "position_ids does not fit x");
    // Positions are rows of the caches.
    ArrayRef<int64_t> rows = shapeOf(a.getCosCache());
    if (rows.empty() || rows[0] == 0)
      return infer.fail(2, "cos_cache has no rows");
    cache = {rows[0]};
  }
  cache.push_back(turned / 2);
  if (shapeOf(a.getCosCache()) != ArrayRef<int64_t>(cache) ||
      shapeOf(a.getSinCache()) != ArrayRef<int64_t>(cache) ||
      !commonElement({a.getX(), a.getCosCache(), a.getSinCache()}))
    return infer.fail(2, "a cache does not fit x");
  if (!hasExactRows(a.getOperands()))
    return infer.fail(3, "a size other than the batch's depends on data");
  return turned;
}

LogicalResult
RotaryEmbeddingOp::inferReturnTypes(MLIRContext *,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("RotaryEmbedding", location, types);
  if (failed(inferRotation(infer, a)))
    return failure();
  return infer.result(elementType(a.getX()), shapeOf(a.getX()));
}

/// Every `step`-th element of the last dimension from `begin` to `end`.
static Value slice(Composer &c, Value x, int64_t begin, int64_t end,
                   int64_t step = 1) {
  return c.make<SliceOp>(x, c.integers({begin}), c.integers({end}),
                         c.integers({-1}), c.integers({step}));
}

LogicalResult RotaryEmbeddingOp::decompose(OpBuilder &b,
                                           SmallVectorImpl<Value> &results) {
  Composer c(b, getLoc());
  int64_t turned = *inferRotation(Inference::silent(), Adaptor(*this));
  SmallVector<int64_t> shape = *headShape(getX(), getNumHeads());
  bool isFlat = rankOf(getX()) == 3, isInterleaved = getInterleaved() != 0;
  int64_t half = turned / 2, depth = shape[3];
  // Heads stand behind positions in rows of all heads, before them elsewhere.
  Value x = getX();
  SmallVector<int64_t> angles{shape[0], 1, shape[2], half};
  if (isFlat) {
    x = c.reshape(x, {shape[0], shape[2], shape[1], depth});
    std::swap(angles[1], angles[2]);
  }
  auto ofPositions = [&](Value cache) {
    if (!isAbsent(getPositionIds()))
      cache = c.make<GatherOp>(cache, getPositionIds(), /*axis=*/0);
    return c.reshape(cache, angles);
  };
  Value cosines = ofPositions(getCosCache()),
        sines = ofPositions(getSinCache());
  Value first =
      isInterleaved ? slice(c, x, 0, turned, 2) : slice(c, x, 0, half);
  Value second =
      isInterleaved ? slice(c, x, 1, turned, 2) : slice(c, x, half, turned);
  Value real = c.sub(c.mul(cosines, first), c.mul(sines, second));
  Value imaginary = c.add(c.mul(sines, first), c.mul(cosines, second));
  SmallVector<int64_t> whole(shapeOf(x));
  whole.back() = turned;
  if (isInterleaved) {
    SmallVector<int64_t> single(shapeOf(real));
    single.push_back(1);
    real = c.reshape(real, single);
    imaginary = c.reshape(imaginary, single);
  }
  Value y = joined(c, real, imaginary, rankOf(real) - 1);
  y = c.reshape(y, whole);
  if (turned < depth)
    y = joined(c, y, slice(c, x, turned, depth), rankOf(y) - 1);
  results.push_back(c.reshape(y, shapeOf(getX())));
  return success();
}
