// Part of the VELTAIR project, under the Apache License v2.0 with LLVM
// Exceptions. See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Operations computed element by element, with multidirectional broadcasting.
// Constraints of all of them: (C1) the operands' shapes broadcast to one shape,
// that of the result; (C2) the operands have one element type, but for Pow,
// CastLike, and the condition of Where.

include "dialects/onnx/OnnxBase.td"

//===----------------------------------------------------------------------===//
// One operand
//===----------------------------------------------------------------------===//

def Onnx_AbsOp : Onnx_UnaryOp<"Abs", Onnx_Numeric> {
  let summary = "|x|";
}

def Onnx_AcosOp : Onnx_UnaryOp<"Acos", Onnx_Float> {
  let summary = "arccos(x)";
}

def Onnx_AcoshOp : Onnx_UnaryOp<"Acosh", Onnx_Float> {
  let summary = "arcosh(x)";
}

def Onnx_AsinOp : Onnx_UnaryOp<"Asin", Onnx_Float> {
  let summary = "arcsin(x)";
}

def Onnx_AsinhOp : Onnx_UnaryOp<"Asinh", Onnx_Float> {
  let summary = "arsinh(x)";
}

def Onnx_AtanOp : Onnx_UnaryOp<"Atan", Onnx_Float> {
  let summary = "arctan(x)";
}

def Onnx_AtanhOp : Onnx_UnaryOp<"Atanh", Onnx_Float> {
  let summary = "artanh(x)";
}

def Onnx_BitwiseNotOp : Onnx_UnaryOp<"BitwiseNot", Onnx_Integer> {
  let summary = "The complement of all bits";
}

def Onnx_CeilOp : Onnx_UnaryOp<"Ceil", Onnx_Float> {
  let summary = "The least integer not below x";
}

def Onnx_CeluOp : Onnx_UnaryOp<"Celu", Onnx_Float> {
  let summary = "max(x, 0) + min(alpha * (exp(x / alpha) - 1), 0)";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"1.0">:$alpha);
}

def Onnx_CosOp : Onnx_UnaryOp<"Cos", Onnx_Float> {
  let summary = "cos(x)";
}

def Onnx_CoshOp : Onnx_UnaryOp<"Cosh", Onnx_Float> {
  let summary = "cosh(x)";
}

def Onnx_EluOp : Onnx_UnaryOp<"Elu", Onnx_Float> {
  let summary = "x if x >= 0, else alpha * (exp(x) - 1)";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"1.0">:$alpha);
}

def Onnx_ErfOp : Onnx_UnaryOp<"Erf", Onnx_Float> {
  let summary = "The error function";
}

def Onnx_ExpOp : Onnx_UnaryOp<"Exp", Onnx_Float> {
  let summary = "exp(x)";
}

def Onnx_FloorOp : Onnx_UnaryOp<"Floor", Onnx_Float> {
  let summary = "The greatest integer not above x";
}

def Onnx_GeluOp : Onnx_UnaryOp<"Gelu", Onnx_Float> {
  let summary = "x * Phi(x), the Gaussian error linear unit";
  let description = [{With `approximate = "tanh"`, Phi is approximated by a hyperbolic tangent.}];
  let arguments = (ins Onnx_Float:$x,
    DefaultValuedStrAttr<Onnx_StringOf<["none", "tanh"]>, "none">:$approximate);
}

def Onnx_HardSigmoidOp : Onnx_UnaryOp<"HardSigmoid", Onnx_Float> {
  let summary = "max(0, min(1, alpha * x + beta))";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"0.2f">:$alpha, Onnx_Float32<"0.5">:$beta);
}

def Onnx_HardSwishOp : Onnx_UnaryOp<"HardSwish", Onnx_Float> {
  let summary = "x * max(0, min(1, x / 6 + 1 / 2))";
}

def Onnx_IsInfOp : Onnx_UnaryOp<"IsInf", Onnx_Float, Onnx_ToBool> {
  let summary = "Whether x is infinite";
  let arguments = (ins Onnx_Float:$x, Onnx_Int<"1">:$detect_negative, Onnx_Int<"1">:$detect_positive);
}

def Onnx_IsNaNOp : Onnx_UnaryOp<"IsNaN", Onnx_Float, Onnx_ToBool> {
  let summary = "Whether x is not a number";
}

def Onnx_LeakyReluOp : Onnx_UnaryOp<"LeakyRelu", Onnx_Float> {
  let summary = "x if x >= 0, else alpha * x";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"0.01f">:$alpha);
}

def Onnx_LogOp : Onnx_UnaryOp<"Log", Onnx_Float> {
  let summary = "The natural logarithm";
}

def Onnx_MishOp : Onnx_UnaryOp<"Mish", Onnx_Float> {
  let summary = "x * tanh(softplus(x))";
}

def Onnx_NegOp : Onnx_UnaryOp<"Neg", Onnx_Numeric> {
  let summary = "-x";
}

def Onnx_NotOp : Onnx_UnaryOp<"Not", Onnx_Bool> {
  let summary = "Logical negation";
}

def Onnx_ReciprocalOp : Onnx_UnaryOp<"Reciprocal", Onnx_Float> {
  let summary = "1 / x";
}

def Onnx_ReluOp : Onnx_UnaryOp<"Relu", Onnx_Numeric> {
  let summary = "max(x, 0)";
}

def Onnx_RoundOp : Onnx_UnaryOp<"Round", Onnx_Float> {
  let summary = "The nearest integer; halves to the even one";
}

def Onnx_SeluOp : Onnx_UnaryOp<"Selu", Onnx_Float> {
  let summary = "gamma * x if x > 0, else gamma * alpha * (exp(x) - 1)";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"1.67326319217681884765625">:$alpha,
    Onnx_Float32<"1.05070102214813232421875">:$gamma);
}

def Onnx_ShrinkOp : Onnx_UnaryOp<"Shrink", Onnx_Numeric> {
  let summary = "x + bias below -lambd, x - bias above lambd, else 0";
  let arguments = (ins Onnx_Numeric:$x, Onnx_Float32<"0.0">:$bias, Onnx_Float32<"0.5">:$lambd);
}

def Onnx_SigmoidOp : Onnx_UnaryOp<"Sigmoid", Onnx_Float> {
  let summary = "1 / (1 + exp(-x))";
}

def Onnx_SignOp : Onnx_UnaryOp<"Sign", Onnx_Numeric> {
  let summary = "-1, 0 or 1";
}

def Onnx_SinOp : Onnx_UnaryOp<"Sin", Onnx_Float> {
  let summary = "sin(x)";
}

def Onnx_SinhOp : Onnx_UnaryOp<"Sinh", Onnx_Float> {
  let summary = "sinh(x)";
}

def Onnx_SoftplusOp : Onnx_UnaryOp<"Softplus", Onnx_Float> {
  let summary = "log(1 + exp(x))";
}

def Onnx_SoftsignOp : Onnx_UnaryOp<"Softsign", Onnx_Float> {
  let summary = "x / (1 + |x|)";
}

def Onnx_SqrtOp : Onnx_UnaryOp<"Sqrt", Onnx_Float> {
  let summary = "The square root";
}

def Onnx_TanOp : Onnx_UnaryOp<"Tan", Onnx_Float> {
  let summary = "tan(x)";
}

def Onnx_TanhOp : Onnx_UnaryOp<"Tanh", Onnx_Float> {
  let summary = "tanh(x)";
}

def Onnx_ThresholdedReluOp : Onnx_UnaryOp<"ThresholdedRelu", Onnx_Float> {
  let summary = "x if x > alpha, else 0";
  let arguments = (ins Onnx_Float:$x, Onnx_Float32<"1.0">:$alpha);
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

def Onnx_CastOp : Onnx_UnaryOp<"Cast", Onnx_Tensor,
    "typeOfDataType(context, adaptor.getTo())"> {
  let summary = "The elements converted to ONNX's data type number `to`";
  let description = [{
    Floating-point numbers become integers towards zero and booleans by being
    other than zero. (C3) `to` is a type that tensors can have.
  }];
  let arguments = (ins Onnx_Tensor:$x, Onnx_Int<"1">:$saturate, I64Attr:$to);
  let hasFolder = 1;
}

def Onnx_CastLikeOp : Onnx_Op<"CastLike", [DeclareOpInterfaceMethods<DecomposableOp>]> {
  let summary = "The elements of the first operand in the type of the second";
  let arguments = (ins Onnx_Tensor:$x, Onnx_Tensor:$like, Onnx_Int<"1">:$saturate);
  let results = (outs Onnx_Tensor:$y);
}

//===----------------------------------------------------------------------===//
// Two operands
//===----------------------------------------------------------------------===//

def Onnx_AddOp : Onnx_BinaryOp<"Add", Onnx_Numeric> {
  let summary = "a + b";
}

def Onnx_AndOp : Onnx_BinaryOp<"And", Onnx_Bool> {
  let summary = "Logical and";
}

def Onnx_BitShiftOp : Onnx_BinaryOp<"BitShift", Onnx_Unsigned> {
  let summary = "a shifted by b bits to the LEFT or RIGHT";
  let arguments = (ins Onnx_Unsigned:$a, Onnx_Unsigned:$b,
    Onnx_StringOf<["LEFT", "RIGHT"]>:$direction);
}

def Onnx_BitwiseAndOp : Onnx_BinaryOp<"BitwiseAnd", Onnx_Integer> {
  let summary = "Bitwise and";
}

def Onnx_BitwiseOrOp : Onnx_BinaryOp<"BitwiseOr", Onnx_Integer> {
  let summary = "Bitwise or";
}

def Onnx_BitwiseXorOp : Onnx_BinaryOp<"BitwiseXor", Onnx_Integer> {
  let summary = "Bitwise exclusive or";
}

def Onnx_DivOp : Onnx_BinaryOp<"Div", Onnx_Numeric> {
  let summary = "a / b; of integers towards zero";
}

def Onnx_EqualOp : Onnx_BinaryOp<"Equal", Onnx_Tensor, Onnx_ToBool> {
  let summary = "a == b";
}

def Onnx_GreaterOp : Onnx_BinaryOp<"Greater", Onnx_Numeric, Onnx_ToBool> {
  let summary = "a > b";
}

def Onnx_GreaterOrEqualOp : Onnx_BinaryOp<"GreaterOrEqual", Onnx_Numeric, Onnx_ToBool> {
  let summary = "a >= b";
}

def Onnx_LessOp : Onnx_BinaryOp<"Less", Onnx_Numeric, Onnx_ToBool> {
  let summary = "a < b";
}

def Onnx_LessOrEqualOp : Onnx_BinaryOp<"LessOrEqual", Onnx_Numeric, Onnx_ToBool> {
  let summary = "a <= b";
}

def Onnx_ModOp : Onnx_BinaryOp<"Mod", Onnx_Numeric> {
  let summary = "The remainder of a / b";
  let description = [{
    With fmod = 0 it has the sign of b (as in Python), else that of a (as in C).
  }];
  let arguments = (ins Onnx_Numeric:$a, Onnx_Numeric:$b, Onnx_Int<"0">:$fmod);
}

def Onnx_MulOp : Onnx_BinaryOp<"Mul", Onnx_Numeric> {
  let summary = "a * b";
}

def Onnx_OrOp : Onnx_BinaryOp<"Or", Onnx_Bool> {
  let summary = "Logical or";
}

def Onnx_PReluOp : Onnx_BinaryOp<"PRelu", Onnx_Numeric> {
  let summary = "a if a >= 0, else a * b";
}

def Onnx_PowOp : Onnx_BinaryOp<"Pow", Onnx_Numeric, "elementType(operands[0]), ::mlir::ValueRange()"> {
  let summary = "a to the power of b, in the type of a";
}

def Onnx_SubOp : Onnx_BinaryOp<"Sub", Onnx_Numeric> {
  let summary = "a - b";
}

def Onnx_XorOp : Onnx_BinaryOp<"Xor", Onnx_Bool> {
  let summary = "Logical exclusive or";
}

//===----------------------------------------------------------------------===//
// Any number of operands
//===----------------------------------------------------------------------===//

class Onnx_VariadicOp<string mnemonic, Type type> : Onnx_ElementwiseOp<mnemonic> {
  let arguments = (ins Variadic<type>:$inputs);
}

def Onnx_ClipOp : Onnx_ElementwiseOp<"Clip"> {
  let summary = "x, but not below min and not above max";
  let arguments = (ins Onnx_Numeric:$x, Onnx_Optional<Onnx_Numeric>:$min,
    Onnx_Optional<Onnx_Numeric>:$max);
}

def Onnx_MaxOp : Onnx_VariadicOp<"Max", Onnx_Numeric> {
  let summary = "The largest operand";
}

def Onnx_MeanOp : Onnx_VariadicOp<"Mean", Onnx_Float> {
  let summary = "The mean of the operands";
}

def Onnx_MinOp : Onnx_VariadicOp<"Min", Onnx_Numeric> {
  let summary = "The smallest operand";
}

def Onnx_SumOp : Onnx_VariadicOp<"Sum", Onnx_Float> {
  let summary = "The sum of the operands";
}

def Onnx_WhereOp : Onnx_ElementwiseOp<"Where", "elementType(operands[1]), operands.drop_front()"> {
  let summary = "x where condition holds, else y";
  let arguments = (ins Onnx_Bool:$condition, Onnx_Tensor:$x, Onnx_Tensor:$y);
}
