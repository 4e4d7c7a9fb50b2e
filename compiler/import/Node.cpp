// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "compiler/import/Node.h"
#include "dialects/onnx/OnnxOps.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

Value Node::operand(unsigned index) const {
  if (index >= operands.size() || onnx::isAbsent(operands[index]))
    return nullptr;
  return operands[index];
}

void Node::setOperand(unsigned index, Value value) {
  while (operands.size() <= index)
    operands.push_back(noValue());
  operands[index] = value;
}

Value Node::noValue() { return onnx::NoValueOp::create(builder, location); }

Value Node::constant(ElementsAttr value) {
  return onnx::ConstantOp::create(builder, location, value);
}

Value Node::constant(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(values.size(), builder.getI64Type());
  return constant(DenseElementsAttr::get(type, values));
}

Value Node::constant(ArrayRef<float> values) {
  auto type = RankedTensorType::get(values.size(), builder.getF32Type());
  return constant(DenseElementsAttr::get(type, values));
}

int64_t Node::integer(StringRef name, int64_t otherwise) const {
  auto value = dyn_cast_or_null<IntegerAttr>(attributes.get(name));
  return value ? value.getInt() : otherwise;
}

bool Node::hasSequence() const {
  return !llvm::all_of(ValueRange(operands).getTypes(),
                       llvm::IsaPred<RankedTensorType, NoneType>);
}
