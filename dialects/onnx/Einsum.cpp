// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Composer.h"
#include "dialects/onnx/OnnxOps.h"
#include "llvm/ADT/StringExtras.h"
#include <map>

using namespace mlir;
using namespace mlir::veltair::onnx;

#define GET_OP_CLASSES
#include "dialects/onnx/Einsum.cpp.inc"

namespace {

/// A letter, or, for dimensions under an ellipsis, -1 for the last, -2 for the
/// one before it, and so on.
using Label = int;
using Labels = SmallVector<Label>;

struct Equation {
  SmallVector<Labels> terms; ///< one an operand
  Labels output;
  std::map<Label, int64_t> extents;

  /// The labels that are summed over.
  Labels summed() const {
    Labels labels;
    for (auto [label, extent] : extents)
      if (!llvm::is_contained(output, label))
        labels.push_back(label);
    return labels;
  }
  SmallVector<int64_t> shape(ArrayRef<Label> labels) const {
    return llvm::map_to_vector(labels, [&](Label l) { return extents.at(l); });
  }
};

} // namespace

/// The labels of a term; an ellipsis stands for `hidden` dimensions.
static std::optional<Labels> parseTerm(StringRef text, int64_t hidden) {
  Labels labels;
  bool seen = false;
  while (!text.empty()) {
    if (llvm::isAlpha(text.front())) {
      labels.push_back(text.front());
      text = text.drop_front();
      continue;
    }
    if (seen || !text.consume_front("..."))
      return std::nullopt;
    seen = true;
    for (int64_t i = hidden; i > 0; --i)
      labels.push_back(-int(i));
  }
  return labels;
}

/// How many dimensions an ellipsis of `text` stands for in a tensor of `rank`.
static int64_t hiddenDims(StringRef text, int64_t rank) {
  return text.contains('.') ? rank - int64_t(text.size()) + 3 : 0;
}

/// Without an arrow: what ellipses stand for, then letters that occur once.
static Labels implicitOutput(ArrayRef<Labels> terms) {
  std::map<Label, int> counts;
  for (const Labels &term : terms)
    for (Label label : term)
      ++counts[label];
  Labels output;
  for (auto [label, count] : counts)
    if (label < 0 || count == 1)
      output.push_back(label);
  return output;
}

/// The equation of operands of these shapes. On failure `failed` has the number
/// of the constraint that is violated.
static std::optional<Equation> parseEquation(StringRef text,
                                             ArrayRef<ArrayRef<int64_t>> shapes,
                                             unsigned &failed) {
  std::string plain = text.str();
  llvm::erase(plain, ' ');
  auto [inputs, output] = StringRef(plain).split("->");
  SmallVector<StringRef> parts;
  inputs.split(parts, ',');
  Equation equation;
  failed = 1;
  if (parts.size() != shapes.size())
    return std::nullopt;
  int64_t hidden = 0;
  for (auto [part, shape] : llvm::zip_equal(parts, shapes)) {
    int64_t own = hiddenDims(part, shape.size());
    std::optional<Labels> term = parseTerm(part, own);
    if (!term || term->size() != shape.size())
      return std::nullopt;
    hidden = std::max(hidden, own);
    equation.terms.push_back(*term);
  }
  bool hasArrow = StringRef(plain).contains("->");
  std::optional<Labels> result =
      hasArrow ? parseTerm(output, hidden) : implicitOutput(equation.terms);
  if (!result)
    return std::nullopt;
  equation.output = *result;

  failed = 3;
  for (auto [term, shape] : llvm::zip_equal(equation.terms, shapes))
    for (auto [label, extent] : llvm::zip_equal(term, shape)) {
      int64_t &known =
          equation.extents.try_emplace(label, extent).first->second;
      if (known == 1)
        known = extent;
      if (extent != known && extent != 1)
        return std::nullopt;
    }
  failed = 2;
  for (Label label : equation.output)
    if (llvm::count(equation.output, label) != 1 ||
        !equation.extents.count(label))
      return std::nullopt;
  return equation;
}

static Equation equationOf(EinsumOp op) {
  SmallVector<ArrayRef<int64_t>> shapes = llvm::map_to_vector(
      op.getInputs(), [](Value input) { return shapeOf(input); });
  unsigned failed;
  return *parseEquation(op.getEquation(), shapes, failed);
}

LogicalResult EinsumOp::inferReturnTypes(MLIRContext *,
                                         std::optional<Location> location,
                                         Adaptor a,
                                         SmallVectorImpl<Type> &types) {
  Inference infer("Einsum", location, types);
  SmallVector<ArrayRef<int64_t>> shapes;
  for (Value input : a.getInputs()) {
    shapes.push_back(shapeOf(input));
    if (elementType(input) != elementType(a.getInputs().front()))
      return infer.fail(1, "operands must have one element type");
  }
  unsigned failed = 1;
  std::optional<Equation> equation =
      parseEquation(a.getEquation(), shapes, failed);
  if (!equation)
    return infer.fail(failed, "the equation '" + Twine(a.getEquation()) +
                                  "' does not fit the operands");
  return infer.result(elementType(a.getInputs().front()),
                      equation->shape(equation->output));
}

/// The true extent of a label. Dimensions that do not broadcast agree in it.
static Value extentOf(ElementBuilder &b, EinsumOp op, const Equation &equation,
                      Label label) {
  for (auto [term, input] : llvm::zip_equal(equation.terms, op.getInputs()))
    for (auto [dim, own] : llvm::enumerate(term))
      if (own == label && shapeOf(input)[dim] == equation.extents.at(label))
        return b.extent(input, dim);
  llvm_unreachable("some operand has the label");
}

Value EinsumOp::emitElement(ElementBuilder &b, unsigned, ValueRange index) {
  Equation equation = equationOf(*this);
  std::map<Label, Value> position;
  for (auto [label, value] : llvm::zip_equal(equation.output, index))
    position[label] = value;
  Labels summed = equation.summed();
  Value zero = b.constant(computeType(elementType(getOutput())), 0);
  SmallVector<Value> upper;
  for (Label label : summed)
    upper.push_back(extentOf(b, *this, equation, label));
  return b.loopNestOver(upper, zero, [&](ValueRange inner, ValueRange sums) {
    for (auto [label, value] : llvm::zip_equal(summed, inner))
      position[label] = value;
    Value product;
    for (auto [term, input] : llvm::zip_equal(equation.terms, getInputs())) {
      SmallVector<Value> at;
      for (auto [label, extent] : llvm::zip_equal(term, shapeOf(input)))
        at.push_back(extent == 1 ? b.index(0) : position.at(label));
      Value element = b.load(input, at);
      product = product ? b.mul(product, element) : element;
    }
    return SmallVector<Value>{b.add(sums[0], product)};
  })[0];
}

//===-- as MatMul ---------------------------------------------------------===//

/// The labels of `from` that satisfy `keep`, in order.
static Labels filter(ArrayRef<Label> from, function_ref<bool(Label)> keep) {
  Labels labels;
  llvm::copy_if(from, std::back_inserter(labels), keep);
  return labels;
}

static SmallVector<int64_t> permutation(ArrayRef<Label> from,
                                        ArrayRef<Label> to) {
  return llvm::map_to_vector(to, [&](Label label) {
    return int64_t(llvm::find(from, label) - from.begin());
  });
}

// [batch..., M, K] times [batch..., K, N], where M, N and K are the labels of
// the left operand alone, of the right alone, and of both but not the result.
LogicalResult EinsumOp::decompose(OpBuilder &b,
                                  SmallVectorImpl<Value> &results) {
  if (getInputs().size() != 2 ||
      llvm::any_of(getInputs().getTypes(), hasExtents))
    return failure();
  Equation equation = equationOf(*this);
  const Labels &left = equation.terms[0], &right = equation.terms[1],
               &out = equation.output;
  auto in = [](const Labels &labels, Label label) {
    return llvm::is_contained(labels, label);
  };
  for (auto [term, input] : llvm::zip_equal(equation.terms, getInputs()))
    for (auto [label, extent] : llvm::zip_equal(term, shapeOf(input)))
      // No diagonals, sums of one operand, or broadcasts.
      if (llvm::count(term, label) != 1 ||
          extent != equation.extents.at(label) ||
          (!in(out, label) && !(in(left, label) && in(right, label))))
        return failure();
  Labels batch =
      filter(out, [&](Label l) { return in(left, l) && in(right, l); });
  Labels rows = filter(out, [&](Label l) { return !in(right, l); });
  Labels columns = filter(out, [&](Label l) { return !in(left, l); });
  Labels depth = filter(left, [&](Label l) { return !in(out, l); });

  Composer c(b, getLoc());
  auto matrix = [&](Value input, const Labels &term, const Labels &first,
                    const Labels &second) {
    Labels order(batch);
    llvm::append_range(order, first);
    llvm::append_range(order, second);
    SmallVector<int64_t> shape = equation.shape(batch);
    shape.push_back(elementCount(equation.shape(first)));
    shape.push_back(elementCount(equation.shape(second)));
    return c.reshape(c.transpose(input, permutation(term, order)), shape);
  };
  Value product =
      c.make<MatMulOp>(matrix(getInputs()[0], left, rows, depth),
                       matrix(getInputs()[1], right, depth, columns));
  Labels order(batch);
  llvm::append_range(order, rows);
  llvm::append_range(order, columns);
  product = c.reshape(product, equation.shape(order));
  results.push_back(c.transpose(product, permutation(order, out)));
  return success();
}
