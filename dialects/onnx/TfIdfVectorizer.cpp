// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/OnnxOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

/// How many distances there are between the items of an n-gram in a row of
/// `length`, of which at most `skip` are skipped. Single items have one.
static int64_t distancesOf(int64_t n, int64_t skip, int64_t length) {
  if (length == 0 || n == 1)
    return std::min<int64_t>(length, 1);
  return std::min(skip + 1, (length - 1) / (n - 1));
}

LogicalResult
TfIdfVectorizerOp::inferReturnTypes(MLIRContext *context,
                                    std::optional<Location> location, Adaptor a,
                                    SmallVectorImpl<Type> &types) {
  Inference infer("TfIdfVectorizer", location, types);
  ArrayRef<int64_t> x = shapeOf(a.getX());
  if (x.empty() || x.size() > 2)
    return infer.fail(1, "x must have one or two dimensions");
  ArrayRef<int64_t> counts = a.getNgramCounts();
  int64_t pool = a.getPoolInt64s().size(), grams = 0;
  for (auto [i, first] : llvm::enumerate(counts)) {
    int64_t end = i + 1 < counts.size() ? counts[i + 1] : pool;
    if (first < 0 || end < first || end > pool ||
        (end - first) % int64_t(i + 1) != 0)
      return infer.fail(2, "ngram_counts does not fit the pool");
    grams += (end - first) / int64_t(i + 1);
  }
  int64_t width = 0;
  for (int64_t index : a.getNgramIndexes()) {
    if (index < 0 || index > (1 << 24))
      return infer.fail(2, "ngram_indexes has the impossible element " +
                               Twine(index));
    width = std::max(width, index + 1);
  }
  if (int64_t(a.getNgramIndexes().size()) != grams || counts.empty() ||
      counts.front() != 0)
    return infer.fail(2, "ngram_indexes does not fit the pool");
  int64_t low = a.getMinGramLength(), high = a.getMaxGramLength();
  int64_t skip = a.getMaxSkipCount();
  if (low < 1 || high < low || high > 64 || skip < 0 || skip > (1 << 24))
    return infer.fail(3, "the lengths of n-grams or the skips are impossible");
  // Each comparison of an item is written out.
  constexpr int64_t maxComparisons = 1 << 20;
  int64_t comparisons = 0;
  for (int64_t n = low; n <= std::min<int64_t>(high, counts.size()); ++n) {
    int64_t end = n < int64_t(counts.size()) ? counts[n] : pool;
    comparisons += (end - counts[n - 1]) * distancesOf(n, skip, x.back());
    if (comparisons > maxComparisons)
      return infer.fail(3, "there are too many n-grams and distances");
  }
  StringRef mode = a.getMode();
  if ((mode != "TF" && mode != "IDF" && mode != "TFIDF") ||
      !(a.getWeights().empty() || int64_t(a.getWeights().size()) == grams))
    return infer.fail(4, "unknown mode, or weights do not fit");
  SmallVector<int64_t> shape(x.drop_back());
  shape.push_back(width);
  return infer.result(Float32Type::get(context), shape);
}

void TfIdfVectorizerOp::emitLoops(ElementBuilder &b) {
  ArrayRef<int64_t> counts = getNgramCounts(), pool = getPoolInt64s();
  int64_t length = shapeOf(getX()).back();
  Type real = b.getF32Type();
  Type element = computeType(elementType(getX()));
  b.fillResult(0, b.constant(real, 0));
  b.loopNest(shapeOf(getX()).drop_back(), {}, [&](ValueRange row, ValueRange) {
    auto at = [&](Value i) {
      SmallVector<Value> position(row);
      position.push_back(i);
      return position;
    };
    int64_t number = 0;
    for (int64_t n = 1; n <= int64_t(counts.size()); ++n) {
      int64_t end = n < int64_t(counts.size()) ? counts[n] : pool.size();
      for (int64_t gram = counts[n - 1]; gram < end; gram += n, ++number) {
        // No item is one that its type does not hold.
        bool occurs = llvm::all_of(pool.slice(gram, n), [&](int64_t item) {
          return llvm::isIntN(element.getIntOrFloatBitWidth(), item);
        });
        if (n < int64_t(getMinGramLength()) ||
            n > int64_t(getMaxGramLength()) || !occurs)
          continue;
        Value target = b.index(getNgramIndexes()[number]);
        double weight = getWeights().empty() || getMode() == "TF"
                            ? 1
                            : getWeights()[number];
        int64_t distances = distancesOf(n, getMaxSkipCount(), length);
        for (int64_t d = 1; d <= distances; ++d)
          b.loop(b.index(0), b.index(length - (n - 1) * d), {},
                 [&](Value i, ValueRange) {
                   Value matches = b.boolean(true);
                   for (int64_t k = 0; k < n; ++k) {
                     Value item = b.load(getX(), at(b.add(i, k * d)));
                     Value wanted = arith::ConstantOp::create(
                         b, b.getIntegerAttr(element, pool[gram + k]));
                     matches = b.logicalAnd(matches, b.eq(item, wanted));
                   }
                   Value old = b.loadResult(0, at(target));
                   Value next = getMode() == "IDF"
                                    ? b.constant(real, weight)
                                    : b.add(old, b.constant(real, weight));
                   b.store(0, b.select(matches, next, old), at(target));
                   return SmallVector<Value>();
                 });
      }
    }
    return SmallVector<Value>();
  });
}
