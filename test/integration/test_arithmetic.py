"""Values at the ends of what numbers hold: long sums, powers, functions of large and
small numbers and of doubles."""

import math
import unittest

import numpy as np
from onnx import TensorProto, helper

from operator_case import OperatorCase, constants
from support import VELTAIR, VELTAIRC, make_model

FLOAT, FLOAT16, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT64


class Arithmetic(OperatorCase):
    def function(self, op, x, function, tolerance=2e-6, dtype=np.float32, tensors=()):
        """The operator of x and the tensors gives what the function of x does
        in f64."""
        x = np.array(x, dtype)
        element = helper.np_dtype_to_tensor_dtype(x.dtype)
        nodes = [helper.make_node(op, ["x", *(tensor.name for tensor in tensors)], ["y"])]
        model = self.save(make_model(nodes, [("x", element, x.shape)], [("y", element, x.shape)], tensors))
        artifact = self.path("model.so")
        self.check_runs(VELTAIRC, model, "-o", artifact, f"--march={','.join(self.ISAS)}")
        np.save(self.path("x.npy"), x)
        with np.errstate(all="ignore"):
            want = function(x.astype(np.float64)).astype(dtype)
        for isa in self.ISAS:
            files = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
            self.check_runs(VELTAIR, "run", artifact, f"--isa={isa}", *files)
            got = np.load(self.path("y.npy"))
            with self.subTest(op=op, isa=isa):
                # Of circular functions a zero is as wrong as other results.
                circular = op in ("Sin", "Cos", "Tan")
                np.testing.assert_allclose(got, want, rtol=tolerance, atol=np.finfo(dtype).eps if circular else 0)
                if not circular:
                    np.testing.assert_array_equal(np.signbit(got[want == 0]), np.signbit(want[want == 0]))

    def test_statistics_of_large_halves(self):
        x = np.where(self.normal(1, 2, 8, 8) > 0, 300, -300).astype(np.float16)
        tensors = constants(scale=np.ones(2, np.float16), bias=np.zeros(2, np.float16))
        self.one("InstanceNormalization", [x], (FLOAT16, x.shape), tensors, tolerance=1e-2)
        # A variance and a sum that are no halves.
        vectors = {"scale": [300, 1], "bias": [0, 1], "mean": [0, 2], "var": [1e5, 4]}
        tensors = constants(**{name: np.array(value, np.float32) for name, value in vectors.items()})
        self.one("BatchNormalization", [x], (FLOAT16, x.shape), tensors, opset=15, tolerance=1e-2, reference=True)
        zeros = np.zeros((1, 131072), np.float16)
        self.one("Softmax", [zeros], (FLOAT16, zeros.shape), tolerance=1e-2)
        self.one("LogSoftmax", [zeros], (FLOAT16, zeros.shape), tolerance=1e-2)

    def test_powers_of_integers(self):
        for base, exponent in ((np.int64, np.int64), (np.int8, np.int64), (np.int32, np.int8)):
            a = np.array([0, 1, -1, -1, 2, 3, -3, 0, 2, -4], base)
            b = np.array([100, 100, 101, 64, 5, 4, 3, 0, 100, 120], exponent)
            types = map(helper.np_dtype_to_tensor_dtype, (a.dtype, b.dtype))
            self.agree(
                [helper.make_node("Pow", ["a", "b"], ["y"])],
                [(name, element, [10]) for name, element in zip("ab", types)],
                [("y", helper.np_dtype_to_tensor_dtype(a.dtype), [10])],
                [],
                [[a, b]],
                reference=True,
            )

    def test_real_powers_of_integers(self):
        x = np.array([5001, 16777217, 7, -3, 0, -1], np.int64)
        for exponent in (2, 3, 0, 127):
            tensors = constants(e=np.array(exponent, np.float32))
            values = x if exponent < 3 else np.clip(x, -1, 7 if exponent == 3 else 1)
            self.one("Pow", [values], (INT64, [6]), tensors, reference=True)
        self.one("Pow", [np.array([9, 2], np.int64)], (INT64, [2]), constants(e=np.array(0.5, np.float32)))

    def test_long_sums(self):
        """An accumulator of f32 would be off by a percent, or stand still."""
        x = np.full((1, 2, 1000, 1000), 0.1, np.float32)
        x[0, 1] = 1
        self.one("GlobalAveragePool", [x], (FLOAT, [1, 2, 1, 1]), reference=True)
        self.one("ReduceSum", [x], (FLOAT, [1, 2, 1, 1]), constants(axes=np.array([2, 3])), opset=18, reference=True)
        ones = np.ones((1, 5000 * 5000), np.float32)
        self.one("ReduceMean", [ones], (FLOAT, [1, 1]), (), {"axes": [1]}, opset=13)
        tensors = constants(scale=np.ones(2, np.float32), bias=np.zeros(2, np.float32))
        x[0, :, ::2] += 1
        self.one("InstanceNormalization", [x], (FLOAT, x.shape), tensors, tolerance=1e-4, reference=True)

    def test_long_cumulative_sum(self):
        for attributes in ({}, {"exclusive": 1}, {"reverse": 1}, {"exclusive": 1, "reverse": 1}):
            for axis in (0, 1, 2):
                tensors = constants(axis=np.array(axis))
                self.one("CumSum", [self.normal(2, 3, 5)], (FLOAT, [2, 3, 5]), tensors, attributes)
        x = np.arange(1 << 18, dtype=np.int64).reshape(1, -1)
        self.one("CumSum", [x], (INT64, x.shape), constants(axis=np.array(1)))

    def test_functions_of_large_and_small_numbers(self):
        large = [1e2, 1e3, 1e4, 12345.678, 1e5, 1e6, 1e8, 1e9, 3e9]
        small = [0.0, -0.0, 1e-20, 1e-8, 1e-5, 1e-3, 0.1, 0.3, 0.5, 0.7, 0.9]
        both = np.array([*small, 1, 1.5, 2, 5, 10])
        ends = [np.inf, -np.inf, np.nan]
        angles = np.concatenate([both, -both, np.linspace(-20, 20, 200), large, np.negative(large), ends])
        self.function("Sin", angles, np.sin)
        self.function("Cos", angles, np.cos)
        self.function("Tan", [*both, *np.negative(both), 1e3, 1e5], np.tan, tolerance=1e-5)
        self.function("Sinh", [*both, *-both, 19.9, 20.1, 88, 89.2, -89.2, 90, *ends], np.sinh)
        self.function("Asinh", [*both, *-both, 5e3, -5e3, 2e4, 1e20, -1e20, 3e38, *ends], np.arcsinh)
        self.function("Acosh", [1, 1.0001, 1.1, 2, 5e3, 2e4, 1e20, 3e38, 0.5, *ends], np.arccosh)
        self.function("Atanh", [*small, *np.negative(small), 0.999, 1, -1, 1.5, *ends], np.arctanh)
        self.function("Exp", [0, 1, -1, 10, 80, 88, 88.3, 88.5, 88.7, 88.8, 1e3, -80, -1e3, *ends], np.exp, 1.5e-5)

    def test_functions_of_doubles(self):
        wide = lambda op, x, function: self.function(op, x, function, 1e-13, np.float64)
        small = np.array([0.0, 1e-300, 1e-100, 1e-20, 1e-8, 1e-5, 1e-3, 0.1, 0.3, 0.5, 0.66, 0.67, 0.9])
        unit = np.concatenate([small, -small, np.linspace(-1, 1, 101)])
        ends = [np.inf, -np.inf, np.nan]
        real = np.concatenate([unit, np.linspace(-30, 30, 601), ends])
        orders = np.concatenate([10.0 ** np.linspace(-300, 300, 601), ends])
        angles = np.concatenate([real, np.linspace(-1e8, 1e8, 301), 10.0 ** np.arange(1, 10), [123456789.0]])
        # The last results that are finite, and that are no denormals, and what follows.
        last = [709.782712893384, 709.79, 711, 1e308, -708.3964, -746, -1e308]
        wide("Exp", [*real, *np.linspace(-708, 709.7, 1001), *last], np.exp)
        wide("Log", [*orders, 0, -0.0, -1, 3e-308, 1.7e308, *(1 + unit[unit > -1])], np.log)
        wide("Sin", angles, np.sin)
        wide("Cos", angles, np.cos)
        wide("Tan", angles, np.tan)
        wide("Asin", [*unit, 1.5, *ends], np.arcsin)
        wide("Acos", [*unit, 1.5, *ends], np.arccos)
        wide("Atan", [*real, *orders, *-orders], np.arctan)
        hyperbolic = np.concatenate([real, np.linspace(-710.4, 710.4, 301), [711, -711]])
        wide("Sinh", hyperbolic, np.sinh)
        wide("Cosh", hyperbolic, np.cosh)
        wide("Tanh", hyperbolic, np.tanh)
        wide("Asinh", [*real, *orders, *-orders], np.arcsinh)
        wide("Acosh", [*orders[orders >= 1], 1.0001, 1.5, 0.5, -np.inf, np.nan], np.arccosh)
        wide("Atanh", [*unit, 0.999999, 1.5, *ends], np.arctanh)
        wide("Erf", real, np.vectorize(math.erf))
        wide("Sigmoid", [*real, *np.linspace(-700, 700, 301)], lambda x: 1 / (1 + np.exp(-x)))
        wide("Softplus", [*real, *np.linspace(-700, 700, 301)], lambda x: np.logaddexp(0, x))
        wide("Elu", real, lambda x: np.where(x < 0, np.expm1(x), x))

    def test_powers_of_doubles(self):
        generator = np.random.default_rng(0)
        base = np.exp(generator.uniform(-690, 690, 1001))
        exponent = generator.uniform(-700, 700, base.size) / np.log(base)
        corners = [
            (1e200, 0.5),
            (1.5, 1700),
            (1.000001, 1e8),
            (2, 1023),
            (2, 1024),
            (2, -1022),
            (10, 308),
            (10, -400),
            (-1.5, 3),
            (-1.5, 4),
            (-1.5, 0.5),
            (0, 0),
            (0, 2.5),
            (0, -1),
            (np.inf, 0.5),
            (np.inf, -1),
            (-np.inf, 3),
            (2, np.inf),
            (0.5, np.inf),
            (1, np.inf),
            (1, np.nan),
            (-1, -np.inf),
            (np.nan, 2),
            (np.nan, 0),
            (-0.0, 3),
            (-0.0, 2),
            (-0.0, 0.5),
            (-0.0, -3),
        ]
        base = np.concatenate([base, [x for x, _ in corners]])
        exponent = np.concatenate([exponent, [y for _, y in corners]])
        self.function("Pow", base, lambda x: np.power(x, exponent), 1e-13, np.float64, constants(e=exponent))

    def test_remainders_of_large_quotients(self):
        generator = np.random.default_rng(0)
        # So large that no remainder is denormal: those count as 0.
        numbers = lambda: generator.choice([-1, 1], 1001) * 2.0 ** generator.uniform(-960, 1023, 1001)
        x, y = numbers(), numbers()
        x[:5], y[:5] = [1.7e308, 1.7e308, -1e300, 3, -2e-289], [2e-289, 3, 7, np.inf, 2e-289]
        # To the last bit, however small they are.
        node = helper.make_node("Mod", ["x", "y"], ["r"], fmod=1)
        nodes = [node, helper.make_node("Equal", ["r", "w"], ["z"])]
        values = constants(y=y, w=np.fmod(x, y))
        self.agree(nodes, [("x", DOUBLE, x.shape)], [("z", TensorProto.BOOL, x.shape)], values, [[x]], reference=True)

    def test_halves_are_rounded_once(self):
        """Just beside the middle between two of them, f32 is on it."""
        tiny = 2.0**-40
        x = np.array([1 + 2.0**-11 + tiny, 1 + 3 * 2.0**-11 - tiny, 1e300, 1e-300, np.inf, np.nan, 3, 65519.9] * 5)
        x = np.concatenate([x, -x])
        self.one("Cast", [x], (FLOAT16, x.shape), (), {"to": FLOAT16}, reference=True)
        numbers = np.array([2**40 + 2**32 + 1, 2**62 + 2**54 + 1, 7, -(2**40) - 2**32 - 1, 2**40 + 2**32] * 5)
        nodes = [
            helper.make_node("Cast", ["x"], ["h"], to=TensorProto.BFLOAT16),
            helper.make_node("Cast", ["h"], ["y"], to=INT64),
        ]
        model = make_model(nodes, [("x", INT64, numbers.shape)], [("y", INT64, numbers.shape)])
        artifact = self.path("model.so")
        self.check_runs(VELTAIRC, self.save(model), "-o", artifact, f"--march={','.join(self.ISAS)}")
        np.save(self.path("x.npy"), numbers)
        wanted = np.array([2**40 + 2**33, 2**62 + 2**55, 7, -(2**40) - 2**33, 2**40] * 5)
        for isa in self.ISAS:
            files = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
            self.check_runs(VELTAIR, "run", artifact, f"--isa={isa}", *files)
            np.testing.assert_array_equal(np.load(self.path("y.npy")), wanted)

    def test_log_sum_exp_of_infinities(self):
        inf = np.inf
        x = np.array([[-inf, -inf], [inf, 1], [inf, -inf], [1, 2], [-inf, 2]], np.float32)
        for keepdims in (0, 1):
            attributes = {"axes": [1], "keepdims": keepdims}
            self.one("ReduceLogSumExp", [x], (FLOAT, [5, 1][: 1 + keepdims]), (), attributes)


if __name__ == "__main__":
    unittest.main()
