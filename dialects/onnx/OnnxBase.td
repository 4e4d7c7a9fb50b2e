// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Types and base classes of the operations.

#ifndef VELTAIR_ONNX_BASE
#define VELTAIR_ONNX_BASE

include "dialects/onnx/OnnxDialect.td"
include "dialects/onnx/Extents.td"
include "dialects/onnx/OnnxInterfaces.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

defvar Onnx_FloatTypes = [F16, BF16, F32, F64];
defvar Onnx_SignedTypes = [I8, I16, I32, I64];
defvar Onnx_UnsignedTypes = [UI8, UI16, UI32, UI64];
defvar Onnx_IntegerTypes = Onnx_SignedTypes # Onnx_UnsignedTypes;
defvar Onnx_NumericTypes = Onnx_FloatTypes # Onnx_IntegerTypes;

def Onnx_Float : StaticShapeTensorOf<Onnx_FloatTypes>;
def Onnx_FloatOrInt32 : StaticShapeTensorOf<Onnx_FloatTypes # [I32]>;
def Onnx_Integer : StaticShapeTensorOf<Onnx_IntegerTypes>;
def Onnx_Unsigned : StaticShapeTensorOf<Onnx_UnsignedTypes>;
def Onnx_Numeric : StaticShapeTensorOf<Onnx_NumericTypes>;
def Onnx_Bool : StaticShapeTensorOf<[I1]>;
def Onnx_Int64 : StaticShapeTensorOf<[I64]>;
def Onnx_Index : StaticShapeTensorOf<[I32, I64]>;
def Onnx_Tensor : StaticShapeTensorOf<Onnx_NumericTypes # [I1]>;

// An operand that may be absent.
class Onnx_Optional<Type type> : AnyTypeOf<[type, NoneType]>;

// Attributes with a default, as ONNX has them.
class Onnx_Int<string value> : DefaultValuedAttr<I64Attr, value>;
class Onnx_Float32<string value> : DefaultValuedAttr<F32Attr, value>;
class Onnx_String<string value> : DefaultValuedStrAttr<StrAttr, value>;
// A string that is one of some.
class Onnx_StringOf<list<string> names> : ConfinedAttr<StrAttr, [AttrConstraint<
  CPred<"::llvm::is_contained({\"" # !interleave(names, "\", \"") #
        "\"}, ::llvm::cast<::mlir::StringAttr>($_self).getValue())">,
  "that is " # !interleave(names, " or ")>]>;
def Onnx_Ints : DefaultValuedAttr<DenseI64ArrayAttr, "{}">;

// The operation is no operator of ONNX: the importer makes it of others, or for
// what other operators lack, and no model may contain it.
def Onnx_ImporterOnly : NativeOpTrait<"ImporterOnly"> {
  let cppNamespace = "::mlir::veltair::onnx";
}

// Result types by a function of an adaptor that looks at shapes alone; extents
// spread from operands to results in one place for all operations.
def Onnx_InferTypes : TraitList<[
  DeclareOpInterfaceMethods<InferTypeOpInterface>,
  NativeOpTrait<"InferTypeOpAdaptor", [], [{
    static ::llvm::LogicalResult inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types);
    static bool isCompatibleReturnTypes(::mlir::TypeRange left,
                                        ::mlir::TypeRange right) {
      return ::mlir::veltair::onnx::isCompatible(left, right);
    }
  }], [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        ::mlir::ValueRange operands, ::mlir::DictionaryAttr attributes,
        ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      auto infer = [&](::mlir::ValueRange operands,
                       std::optional<::mlir::Location> location,
                       ::llvm::SmallVectorImpl<::mlir::Type> &types) {
        $cppClass::Adaptor adaptor(operands, attributes, properties, regions);
        return $cppClass::inferReturnTypes(context, location, adaptor, types);
      };
      return ::mlir::veltair::onnx::inferWithExtents(
          getOperationName().split('.').second, operands, location, infer,
          types);
    }
  }]>
]>;

// Base of all operations. What the importer needs to know is read off the
// arguments: required operands come first, a variadic one last.
class Onnx_Op<string mnemonic, list<Trait> traits = []>
    : Op<Onnx_Dialect, mnemonic,
         traits # [Pure, Onnx_InferTypes, OnnxOpInterface]> {
  let assemblyFormat = "operands attr-dict `:` functional-type(operands, results)";

  int operandCount = !foldl(0, !range(!size(arguments)), n, i, !add(n,
    !if(!isa<TypeConstraint>(!getdagarg<Constraint>(arguments, i)), 1, 0)));
  int optionalCount = !foldl(0, !range(!size(arguments)), n, i, !add(n,
    !if(!isa<Onnx_Optional>(!getdagarg<Constraint>(arguments, i)), 1, 0)));
  int variadicCount = !foldl(0, !range(!size(arguments)), n, i, !add(n,
    !if(!isa<Variadic>(!getdagarg<Constraint>(arguments, i)), 1, 0)));
  defvar arityDeclaration =
    "static ::mlir::veltair::onnx::OperandArity getOperandArity() {\n"
    "  return {" # !sub(operandCount, optionalCount) # ", " # operandCount # ", "
    # !if(!gt(variadicCount, 0), "true", "false") # "};\n}\n";

  // Attributes that have no default and are not optional.
  string requiredAttributes = !foldl("", !range(!size(arguments)), names, i, names #
    !if(!isa<Attr>(!getdagarg<Constraint>(arguments, i)),
      !if(!or(!isa<OptionalAttr>(!getdagarg<Constraint>(arguments, i)),
              !isa<DefaultValuedAttr>(!getdagarg<Constraint>(arguments, i))),
        "", "\"" # !getdagname(arguments, i) # "\", "), ""));
  defvar requiredDeclaration =
    "static ::llvm::SmallVector<::llvm::StringRef> getRequiredAttributes() {\n"
    "  return {" # requiredAttributes # "};\n}\n";

  // Declarations that a single operation adds to its class.
  code declarations = "";
  let extraClassDeclaration = arityDeclaration # requiredDeclaration # declarations;
}

// An operation that is computed element by element. Its result has the element
// type of its first operand unless `resultElement` is a C++ expression over
// `context`, `operands` and `adaptor` that says otherwise.
class Onnx_ElementwiseOp<string mnemonic, string resultElement = "",
                         list<Trait> traits = []>
    : Onnx_Op<mnemonic, [DeclareOpInterfaceMethods<ElementwiseOp>] # traits> {
  let results = (outs Onnx_Tensor:$output);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, std::optional<::mlir::Location> location,
        Adaptor adaptor, ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      ::mlir::ValueRange operands = adaptor.getOperands();
      Inference infer("}] # mnemonic # [{", location, types);
      return infer.elementwise(operands, }] #
        !if(!empty(resultElement), "elementType(operands[0])", resultElement) #
    [{);
    }
  }];
}

class Onnx_UnaryOp<string mnemonic, Type type, string resultElement = "">
    : Onnx_ElementwiseOp<mnemonic, resultElement> {
  let arguments = (ins type:$x);
}

class Onnx_BinaryOp<string mnemonic, Type type, string resultElement = "">
    : Onnx_ElementwiseOp<mnemonic, resultElement> {
  let arguments = (ins type:$a, type:$b);
}

// A result of booleans.
defvar Onnx_ToBool = "::mlir::IntegerType::get(context, 1)";

class Onnx_IndexedOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic, [DeclareOpInterfaceMethods<IndexedOp>] # traits>;

class Onnx_DecomposableOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic, [DeclareOpInterfaceMethods<DecomposableOp>] # traits>;

class Onnx_SequentialOp<string mnemonic, list<Trait> traits = []>
    : Onnx_Op<mnemonic, [DeclareOpInterfaceMethods<SequentialOp>] # traits>;

#endif // VELTAIR_ONNX_BASE
