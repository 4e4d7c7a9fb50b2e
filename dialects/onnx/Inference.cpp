// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "dialects/onnx/Inference.h"
#include "dialects/onnx/ElementBuilder.h"
#include "dialects/onnx/Extents.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace mlir::veltair::onnx;

bool mlir::veltair::onnx::isPossible(ArrayRef<int64_t> shape) {
  if (int64_t(shape.size()) > maxRank)
    return false;
  int64_t count = 1;
  for (int64_t extent : shape) {
    if (extent < 0 || extent > maxExtent ||
        (extent > 1 && count > maxExtent / extent))
      return false;
    count *= std::max<int64_t>(extent, 1);
  }
  return true;
}

Type mlir::veltair::onnx::commonElement(ValueRange operands) {
  Type first = elementType(operands.front());
  return llvm::all_of(operands,
                      [&](Value v) { return elementType(v) == first; })
             ? first
             : Type();
}

ElementsAttr mlir::veltair::onnx::constantElements(Value operand) {
  ElementsAttr attribute;
  matchPattern(operand, m_Constant(&attribute));
  return attribute;
}

std::optional<SmallVector<int64_t>>
mlir::veltair::onnx::constantIntegers(Value operand) {
  return getIntegers(constantElements(operand));
}

std::optional<int64_t> mlir::veltair::onnx::constantInteger(Value operand) {
  std::optional<SmallVector<int64_t>> values = constantIntegers(operand);
  return values && values->size() == 1 ? std::optional(values->front())
                                       : std::nullopt;
}

std::optional<SmallVector<double>>
mlir::veltair::onnx::constantFloats(Value operand) {
  return getFloats(constantElements(operand));
}

std::optional<SmallVector<int64_t>>
mlir::veltair::onnx::broadcastShapes(ArrayRef<ArrayRef<int64_t>> shapes) {
  size_t rank = 0;
  for (ArrayRef<int64_t> shape : shapes)
    rank = std::max(rank, shape.size());
  SmallVector<int64_t> result(rank, 1);
  for (ArrayRef<int64_t> shape : shapes)
    for (auto [i, extent] : llvm::enumerate(shape)) {
      int64_t &common = result[rank - shape.size() + i];
      if (extent == common || extent == 1)
        continue;
      if (common != 1)
        return std::nullopt;
      common = extent;
    }
  return result;
}

std::optional<int64_t> mlir::veltair::onnx::normalizeAxis(int64_t axis,
                                                          int64_t rank) {
  if (axis < -rank || axis >= rank)
    return std::nullopt;
  return axis < 0 ? axis + rank : axis;
}

int64_t mlir::veltair::onnx::elementCount(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  for (int64_t extent : shape)
    count *= extent;
  return count;
}

LogicalResult Inference::fail(unsigned number, const Twine &message) const {
  return emitOptionalError(location, "onnx.", op, ": ", message, " (C", number,
                           ")");
}

LogicalResult Inference::failForValue(unsigned number, Value operand,
                                      const Twine &message) const {
  if (!location || constantElements(operand))
    return fail(number, message);
  InFlightDiagnostic error = emitError(*location)
                             << "onnx." << op << ": " << message << " (C"
                             << number << ")";
  error.attachNote(operand.getLoc()) << "its value is computed at run time";
  return error;
}

LogicalResult Inference::result(Type element, ArrayRef<int64_t> shape) {
  if (int64_t(shape.size()) > maxRank)
    return emitOptionalError(location, "onnx.", op, ": the result would have ",
                             shape.size(), " dimensions");
  if (!isPossible(shape))
    return emitOptionalError(location, "onnx.", op,
                             ": the result would have an impossible shape [",
                             shape, "]");
  types->push_back(RankedTensorType::get(shape, element));
  return success();
}

LogicalResult Inference::elementwise(ValueRange operands, Type resultElement,
                                     ValueRange alike) {
  if (!resultElement)
    return fail(3, "the result has an unsupported element type");
  Type common;
  for (Value operand : alike) {
    if (isAbsent(operand))
      continue;
    if (common && elementType(operand) != common)
      return fail(2, "operands have different element types");
    common = elementType(operand);
  }
  SmallVector<ArrayRef<int64_t>> shapes;
  for (Value operand : operands)
    if (!isAbsent(operand))
      shapes.push_back(shapeOf(operand));
  std::optional<SmallVector<int64_t>> shape = broadcastShapes(shapes);
  if (!shape)
    return fail(1, "the operands' shapes do not broadcast to one");
  return result(resultElement, *shape);
}

LogicalResult Inference::matching(unsigned number, ValueRange operands) const {
  Type common;
  for (Value operand : operands) {
    if (isAbsent(operand))
      continue;
    Type type = computeType(elementType(operand));
    if (common && type != common)
      return fail(number, "operands have different element types");
    common = type;
  }
  return success();
}

LogicalResult Inference::exact(unsigned number, ValueRange operands) const {
  if (llvm::any_of(operands.getTypes(), hasExtents))
    return fail(number, "an operand's size depends on data");
  return success();
}

FailureOr<int64_t> Inference::axis(unsigned number, int64_t axis,
                                   int64_t rank) const {
  if (std::optional<int64_t> normal = normalizeAxis(axis, rank))
    return *normal;
  return fail(number, "axis " + Twine(axis) + " is out of range for rank " +
                          Twine(rank));
}

FailureOr<SmallVector<int64_t>>
Inference::axes(unsigned number, ArrayRef<int64_t> axes, int64_t rank) const {
  if (rank > maxRank)
    return fail(number, "there are " + Twine(rank) + " dimensions");
  SmallVector<int64_t> normal;
  for (int64_t value : axes) {
    FailureOr<int64_t> one = axis(number, value, rank);
    if (failed(one))
      return failure();
    if (llvm::is_contained(normal, *one))
      return fail(number, "axis " + Twine(value) + " stands twice in axes");
    normal.push_back(*one);
  }
  return normal;
}

FailureOr<SmallVector<int64_t>>
Inference::integers(unsigned number, Value operand, StringRef name) const {
  if (std::optional<SmallVector<int64_t>> values = constantIntegers(operand))
    return std::move(*values);
  return failForValue(number, operand,
                      "operand '" + name + "' must be a constant");
}

FailureOr<SmallVector<int64_t>>
Inference::integers(unsigned number, Value operand, StringRef name,
                    ArrayRef<int64_t> otherwise) const {
  if (isAbsent(operand))
    return SmallVector<int64_t>(otherwise);
  return integers(number, operand, name);
}

FailureOr<SmallVector<double>> Inference::floats(unsigned number, Value operand,
                                                 StringRef name) const {
  if (std::optional<SmallVector<double>> values = constantFloats(operand))
    return std::move(*values);
  return failForValue(number, operand,
                      "operand '" + name + "' must be a constant");
}

bool mlir::veltair::onnx::isListOf(ArrayRef<int64_t> values, size_t size,
                                   int64_t low, int64_t high) {
  return (values.empty() || values.size() == size) &&
         llvm::all_of(values, [&](int64_t value) {
           return value >= low && value <= high;
         });
}

SmallVector<int64_t> mlir::veltair::onnx::listOr(ArrayRef<int64_t> values,
                                                 size_t size, int64_t value) {
  return values.empty() ? SmallVector<int64_t>(size, value)
                        : llvm::to_vector(values);
}

FailureOr<SmallVector<int64_t>>
mlir::veltair::onnx::inferConcat(const Inference &infer, ValueRange inputs,
                                 int64_t axis) {
  Value head = inputs.front();
  SmallVector<int64_t> shape(shapeOf(head));
  FailureOr<int64_t> normal = infer.axis(1, axis, shape.size());
  if (failed(normal))
    return failure();
  shape[*normal] = 0;
  for (Value input : inputs) {
    SmallVector<int64_t> other(shapeOf(input));
    if (elementType(input) != elementType(head) || other.size() != shape.size())
      return infer.fail(2, "operands differ in element type or rank");
    // Either is an extent; what is too long is refused, however much is added.
    int64_t sum = std::min(shape[*normal] + other[*normal], maxExtent + 1);
    shape[*normal] = other[*normal] = sum;
    if (other != shape)
      return infer.fail(2, "operands differ in dimensions other than axis");
  }
  return shape;
}

bool Window::isPadded(ArrayRef<int64_t> spatial) const {
  for (size_t i = 0; i < kernel.size(); ++i) {
    int64_t last = (output[i] - 1) * strides[i] - padsBegin[i] +
                   (kernel[i] - 1) * dilations[i];
    if (padsBegin[i] > 0 || last >= spatial[i])
      return true;
  }
  return false;
}

bool mlir::veltair::onnx::isAutoPad(StringRef name) {
  return llvm::is_contained({"NOTSET", "VALID", "SAME_UPPER", "SAME_LOWER"},
                            name);
}

LogicalResult mlir::veltair::onnx::checkGroups(const Inference &infer,
                                               unsigned number,
                                               ArrayRef<int64_t> x,
                                               ArrayRef<int64_t> w,
                                               int64_t group) {
  if (group < 1 || x[1] % group != 0 || w[0] % group != 0 ||
      w[1] != x[1] / group)
    return infer.fail(number, "group, the channels of x and the shape of w do "
                              "not fit each other");
  return success();
}

FailureOr<Window>
mlir::veltair::onnx::inferWindow(const Inference &infer, unsigned number,
                                 ArrayRef<int64_t> spatial,
                                 const WindowAttributes &attributes) {
  size_t rank = spatial.size();
  auto hasSize = [&](ArrayRef<int64_t> values, size_t size) {
    return values.empty() || values.size() == size;
  };
  if (attributes.kernel.size() != rank || !hasSize(attributes.strides, rank) ||
      !hasSize(attributes.dilations, rank) ||
      !hasSize(attributes.pads, 2 * rank))
    return infer.fail(number,
                      "kernel, strides, dilations and pads do not fit " +
                          Twine(rank) + " spatial dimensions");
  // Attributes beyond this bound could overflow the arithmetic below.
  constexpr int64_t limit = 1 << 30;
  auto inRange = [&](ArrayRef<int64_t> values, int64_t low) {
    return llvm::all_of(values,
                        [&](int64_t v) { return v >= low && v <= limit; });
  };
  if (!inRange(attributes.kernel, 1) || !inRange(attributes.strides, 1) ||
      !inRange(attributes.dilations, 1) || !inRange(attributes.pads, -limit))
    return infer.fail(number, "kernel, strides and dilations must be positive");

  Window window;
  window.kernel = llvm::to_vector(attributes.kernel);
  window.strides = listOr(attributes.strides, rank, 1);
  window.dilations = listOr(attributes.dilations, rank, 1);
  StringRef autoPad = attributes.autoPad;
  if (!isAutoPad(autoPad))
    return infer.fail(number, "unknown auto_pad '" + autoPad + "'");
  for (size_t i = 0; i < rank; ++i) {
    int64_t stride = window.strides[i];
    int64_t reach = (window.kernel[i] - 1) * window.dilations[i] + 1;
    int64_t begin = 0, end = 0;
    if (autoPad == "NOTSET" && !attributes.pads.empty()) {
      begin = attributes.pads[i];
      end = attributes.pads[rank + i];
    } else if (autoPad.starts_with("SAME")) {
      int64_t output = (spatial[i] + stride - 1) / stride;
      int64_t total =
          std::max<int64_t>(0, (output - 1) * stride + reach - spatial[i]);
      begin = autoPad == "SAME_UPPER" ? total / 2 : total - total / 2;
      end = total - begin;
    }
    int64_t room = spatial[i] + begin + end - reach;
    if (room < 0)
      return infer.fail(number, "the kernel is larger than the padded input");
    int64_t output = (attributes.ceil ? room + stride - 1 : room) / stride + 1;
    // A window that would start behind the input and its left padding is none.
    if (attributes.ceil && (output - 1) * stride >= spatial[i] + begin)
      --output;
    window.padsBegin.push_back(begin);
    window.padsEnd.push_back(end);
    window.output.push_back(output);
  }
  return window;
}
