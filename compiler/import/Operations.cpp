// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// From nodes in the newest form to operations, or constants where these are
// known.

#include "compiler/codegen/general/Evaluate.h"
#include "compiler/import/Program.h"
#include "dialects/onnx/OnnxOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/DenseSet.h"

using namespace mlir;
using namespace mlir::veltair;
using namespace mlir::veltair::importer;

LogicalResult ProgramImporter::finish(Node &node,
                                      SmallVectorImpl<Value> &results) {
  FailureOr<Operation *> op = build(node);
  if (failed(op))
    return failure();
  // Passes look for the products and the softmax that it consists of.
  if (auto attention = dyn_cast<veltair::onnx::AttentionOp>(*op)) {
    if (failed(attention.decompose(builder, results)))
      return fail(node, "the operator is not supported");
    attention.erase();
    return success();
  }
  if (foldBounded(*op, model.maxFoldedElements, &stepsLeft, results))
    return success();
  op = name(node, *op);
  if (failed(op))
    return failure();
  fold(*op, results);
  return success();
}

FailureOr<Value> ProgramImporter::apply(const Node &node, StringRef op,
                                        ArrayRef<Value> operands,
                                        NamedAttrList attributes) {
  Node made = node;
  made.op = op.str();
  made.operands.assign(operands.begin(), operands.end());
  made.attributes = std::move(attributes);
  boundNode(made);
  SmallVector<Value> results;
  if (failed(finish(made, results)))
    return failure();
  return results.front();
}

namespace {
/// Memory for the properties of an operation while its results are inferred.
class ScratchProperties {
public:
  explicit ScratchProperties(RegisteredOperationName name)
      : name(name), storage(name.getOpPropertyByteSize() / 8 + 1) {
    name.initOpProperties(get(), OpaqueProperties(nullptr));
  }
  ~ScratchProperties() { name.destroyOpProperties(get()); }
  OpaqueProperties get() { return OpaqueProperties(storage.data()); }

private:
  RegisteredOperationName name;
  std::vector<uint64_t> storage;
};
} // namespace

/// The name of a program input that the operand at `location` is computed from;
/// empty when there is none.
static StringRef findInput(ValueRange operands, Location location) {
  SmallVector<Value> open;
  for (Value operand : operands)
    if (operand.getLoc() == location)
      open.push_back(operand);
  llvm::DenseSet<Value> seen;
  while (!open.empty()) {
    Value value = open.pop_back_val();
    if (!seen.insert(value).second)
      continue;
    if (isa<BlockArgument>(value))
      return cast<NameLoc>(value.getLoc()).getName();
    llvm::append_range(open, value.getDefiningOp()->getOperands());
  }
  return {};
}

std::string importer::bindingHint(ValueRange operands, Location location) {
  StringRef input = findInput(operands, location);
  return input.empty() ? std::string()
                       : ("; to bind the input that decides it, use "
                          "--constant-input '" +
                          input + "=FILE.npy'")
                             .str();
}

FailureOr<Operation *> ProgramImporter::build(Node &node) {
  MLIRContext *context = builder.getContext();
  std::optional<RegisteredOperationName> name =
      RegisteredOperationName::lookup("onnx." + node.op, context);
  auto *interface =
      name ? name->getInterface<veltair::onnx::OnnxOpInterface>() : nullptr;
  if (!interface)
    return fail(node, "the operator is not supported");

  veltair::onnx::OperandArity arity = interface->getOperandArity();
  while (!arity.variadic && node.operands.size() > arity.total &&
         veltair::onnx::isAbsent(node.operands.back()))
    node.operands.pop_back();
  size_t given = node.operands.size();
  if (given < arity.required || (given > arity.total && !arity.variadic))
    return fail(node, "the operator has " + Twine(arity.required) + " to " +
                          Twine(arity.total) + " operands, not " +
                          Twine(given));
  if (node.hasSequence())
    return fail(node, "an operand is a sequence");
  for (unsigned i = 0; i < given; ++i)
    if ((i < arity.required || i >= arity.total) && !node.operand(i))
      return fail(node, "operand number " + Twine(i) + " is absent");
  while (node.operands.size() < arity.total)
    node.operands.push_back(node.noValue());
  for (NamedAttribute attribute : node.attributes)
    if (!llvm::is_contained(name->getAttributeNames(), attribute.getName()))
      return fail(node, "attribute '" + attribute.getName().getValue() +
                            "' is not supported");
  for (StringRef required : interface->getRequiredAttributes())
    if (!node.attributes.get(required))
      return fail(node, "attribute '" + required + "' is missing");

  // What inference and verification complain about becomes the message. A note
  // tells of an operand whose value has to be known.
  std::string complaint;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    if (!complaint.empty() ||
        diagnostic.getSeverity() != DiagnosticSeverity::Error)
      return success();
    complaint = diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      complaint += bindingHint(node.operands, note.getLocation());
    return success();
  });
  auto emit = [&] { return emitError(node.location); };
  DictionaryAttr attributes = node.attributes.getDictionary(context);
  ScratchProperties properties(*name);
  NamedAttrList inherent = node.attributes;
  SmallVector<Type> types;
  auto *inference = name->getInterface<InferTypeOpInterface>();
  if (name->getOpPropertyByteSize() != 0) {
    if (failed(name->verifyInherentAttrs(inherent, emit)) ||
        failed(name->setOpPropertiesFromAttribute(*name, properties.get(),
                                                  attributes, emit)))
      return fail(node, complaint);
    name->populateDefaultProperties(properties.get());
  }
  if (failed(inference->inferReturnTypes(context, node.location, node.operands,
                                         attributes, properties.get(), {},
                                         types)))
    return fail(node, complaint);
  OperationState state(node.location, *name, node.operands, types,
                       node.attributes.getAttrs());
  Operation *op = builder.create(state);
  if (failed(verify(op))) {
    op->erase();
    return fail(node, complaint);
  }
  return op;
}

FailureOr<Operation *> ProgramImporter::name(const Node &node, Operation *op) {
  std::string complaint;
  ScopedDiagnosticHandler handler(builder.getContext(),
                                  [&](Diagnostic &diagnostic) {
                                    complaint = diagnostic.str();
                                    return success();
                                  });
  op = extents.name(op);
  if (failed(veltair::onnx::verifyExtents(op)))
    return fail(node, complaint);
  return op;
}

void ProgramImporter::fold(Operation *op, SmallVectorImpl<Value> &results) {
  llvm::append_range(results, op->getResults());
  std::optional<SmallVector<OpFoldResult>> folded =
      foldOrEvaluate(op, model.maxFoldedElements, &stepsLeft);
  if (!folded)
    return;
  results.clear();
  for (auto [result, value] : llvm::zip_equal(op->getResults(), *folded)) {
    if (auto known = dyn_cast<Value>(value))
      results.push_back(known);
    else
      results.push_back(veltair::onnx::ConstantOp::create(
          builder, op->getLoc(), cast<ElementsAttr>(cast<Attribute>(value))));
  }
  op->erase();
}
