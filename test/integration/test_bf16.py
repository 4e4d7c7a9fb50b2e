"""Products of bf16 against references in f64: sizes that cut tiles and pairs,
what lies between products, and targets that have no such products."""

import json
import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, Case, convolution, cpu_runs, make_model, small_model

ISA = "x86-64-v4+avx512bf16"
# Of the largest absolute value, after one product: operands have 8 bits.
TOLERANCE = 1e-2


class Bf16(Case):
    def setUp(self):
        super().setUp()
        self.generator = np.random.default_rng(11)
        self.nodes, self.weights, self.inputs, self.wanted = [], [], {}, {}

    def random(self, *shape):
        return self.generator.standard_normal(shape, dtype=np.float32)

    def weight(self, name, value):
        self.weights.append(numpy_helper.from_array(value, name))
        return name

    def node(self, operator, inputs, output, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [output], output, **attributes))

    def add_convolution(self, number, channels, rows, columns, results, window, pads, strides=(1, 1)):
        x, y = f"x{number}", f"y{number}"
        value, filters = self.random(2, channels, rows, columns), self.random(results, channels, window, window)
        self.inputs[x] = value
        self.wanted[y] = convolution(value, filters, pads)[:, :, :: strides[0], :: strides[1]]
        self.node("Conv", [x, self.weight(f"w{number}", filters)], y, pads=pads, strides=strides)

    def add_depthwise(self, number, channels, rows, columns, window, stride):
        """Behind a product with the identity, which leaves an input in bf16."""
        x, y, pad = f"x{number}", f"y{number}", window // 2
        value = self.random(1, channels, rows, columns)
        same = np.eye(channels, dtype=np.float32).reshape(channels, channels, 1, 1)
        filters = self.random(channels, 1, window, window)
        results = [
            convolution(value[:, c : c + 1], filters[c : c + 1], (pad,) * 4)[:, :, ::stride, ::stride]
            for c in range(channels)
        ]
        self.inputs[x] = value
        self.wanted[y] = np.concatenate(results, axis=1)
        self.node("Conv", [x, self.weight(f"s{number}", same)], f"c{number}")
        self.node(
            "Conv", [f"c{number}", self.weight(f"w{number}", filters)], y,
            group=channels, pads=[pad] * 4, strides=[stride] * 2,
        )  # fmt: skip

    def add_product(self, number, rows, depth, columns):
        x, y = f"x{number}", f"y{number}"
        value, weight = self.random(rows, depth), self.random(depth, columns)
        bias = self.random(columns)
        self.inputs[x] = value
        self.wanted[y] = np.maximum(value.astype(np.float64) @ weight + bias, 0)
        self.node("MatMul", [x, self.weight(f"w{number}", weight)], f"p{number}")
        self.node("Add", [f"p{number}", self.weight(f"b{number}", bias)], f"a{number}")
        self.node("Relu", [f"a{number}"], y)

    def add_attention(self, number, heads, queries, depth):
        names = [f"{kind}{number}" for kind in "qkv"]
        q, k, v = (self.random(1, heads, queries, depth) for _ in names)
        self.inputs.update(zip(names, (q, k, v)))
        scores = q.astype(np.float64) @ np.swapaxes(k, 2, 3) / np.sqrt(depth)
        weights = np.exp(scores - scores.max(axis=3, keepdims=True))
        y = f"y{number}"
        self.wanted[y] = weights / weights.sum(axis=3, keepdims=True) @ v
        scale = self.weight(f"s{number}", np.float32(1 / np.sqrt(depth)))
        self.node("Transpose", [names[1]], f"t{number}", perm=[0, 1, 3, 2])
        self.node("MatMul", [names[0], f"t{number}"], f"m{number}")
        self.node("Mul", [f"m{number}", scale], f"f{number}")
        self.node("Softmax", [f"f{number}"], f"g{number}", axis=3)
        self.node("MatMul", [f"g{number}", names[2]], y)

    def add_chain(self, number):
        """Depthwise and pooling between products, a tensor that is read twice."""
        x, y = f"x{number}", f"y{number}"
        value = self.random(1, 24, 10, 12)
        first, each, last = self.random(24, 24, 1, 1), self.random(24, 1, 3, 3), self.random(24, 24, 1, 1)
        self.inputs[x] = value
        a = np.maximum(convolution(value, first, (0, 0, 0, 0)), 0)
        b = np.concatenate(
            [convolution(a[:, c : c + 1].astype(np.float32), each[c : c + 1], (1, 1, 1, 1)) for c in range(24)], axis=1
        )
        c = (a + b).reshape(1, 24, 5, 2, 6, 2).max(axis=(3, 5))
        self.wanted[y] = convolution(c.astype(np.float32), last, (0, 0, 0, 0)) + c
        weights = [self.weight(f"w{number}.{n}", w) for n, w in enumerate((first, each, last))]
        self.node("Conv", [x, weights[0]], f"c{number}")
        self.node("Relu", [f"c{number}"], f"r{number}")
        self.node("Conv", [f"r{number}", weights[1]], f"d{number}", group=24, pads=[1, 1, 1, 1])
        self.node("Add", [f"r{number}", f"d{number}"], f"a{number}")
        self.node("MaxPool", [f"a{number}"], f"m{number}", kernel_shape=[2, 2], strides=[2, 2])
        self.node("Conv", [f"m{number}", weights[2]], f"e{number}")
        self.node("Add", [f"e{number}", f"m{number}"], y)

    def compile(self):
        model = make_model(
            self.nodes,
            [(name, TensorProto.FLOAT, value.shape) for name, value in self.inputs.items()],
            [(name, TensorProto.FLOAT, value.shape) for name, value in self.wanted.items()],
            self.weights,
        )
        artifact = self.path("model.so")
        self.check_runs(
            VELTAIRC, self.save(model), "-o", artifact, "--precision=bf16", f"--march={ISA}",
            "--versions=4", "--keep-useless-versions",
        )  # fmt: skip
        return artifact

    def test_products(self):
        self.add_convolution(0, 3, 17, 15, 20, 7, (3, 3, 3, 3), strides=(2, 2))
        self.add_convolution(1, 33, 9, 11, 17, 3, (1, 1, 1, 1))
        self.add_convolution(2, 20, 14, 14, 48, 3, (0, 2, 1, 0))
        self.add_convolution(3, 64, 7, 7, 32, 1, (0, 0, 0, 0))
        self.add_convolution(4, 16, 1, 1, 16, 1, (0, 0, 0, 0))
        self.add_product(5, 37, 200, 55)
        self.add_product(6, 1, 64, 16)
        self.add_product(7, 5, 33, 20)
        self.add_attention(8, 3, 37, 32)
        self.add_attention(9, 2, 16, 9)
        self.add_chain(10)
        self.add_convolution(11, 32, 13, 10, 48, 3, (1, 1, 1, 1))
        self.add_attention(12, 2, 36, 24)
        for number, (window, stride) in enumerate([(5, 1), (3, 2), (2, 1), (1, 1)]):
            self.add_depthwise(13 + number, 40, 17, 30, window, stride)
        self.add_convolution(17, 2, 9, 31, 24, 4, (1, 2, 2, 1))
        self.add_convolution(18, 3, 6, 7, 40, 1, (0, 0, 0, 0))
        for number, (window, pads) in enumerate([(2, (0, 1, 1, 0)), (4, (2, 1, 1, 2)), (5, (2, 2, 2, 2))]):
            self.add_convolution(19 + number, 32, 13, 18, 48, window, pads)
        artifact = self.compile()
        (program,) = json.loads(self.check_runs(VELTAIR, "inspect", artifact, "--json"))["programs"]
        self.assertEqual(program["isa"], ISA)
        if not cpu_runs(ISA):
            self.check_fails(VELTAIR, "run", artifact, f"--output={self.folder}", says="AVX512BF16")
            self.skipTest("this CPU has no AVX512-BF16")
        for name, value in self.inputs.items():
            np.save(self.path(name + ".npy"), value)
        options = [f"--input={name}={self.path(name)}.npy" for name in self.inputs]
        for version in range(4):
            first = {}
            for threads in (1, 2):
                self.check_runs(
                    VELTAIR, "run", artifact, *options, f"--output={self.folder}",
                    f"--kernel-version={version}", f"--threads={threads}",
                )  # fmt: skip
                for name, want in self.wanted.items():
                    got = np.load(self.path(name + ".npy"))
                    with self.subTest(output=name, version=version, threads=threads):
                        self.assertEqual(got.shape, want.shape)
                        self.assertLess(np.max(np.abs(got - want)) / np.max(np.abs(want)), TOLERANCE)
                        self.assertEqual(got.tobytes(), first.setdefault(name, got.tobytes()))

    def test_casts_without_instructions(self):
        value = np.append(self.random(99), np.float32([0, -0.0, np.inf, -np.inf, 3.4e38, 1 + 2**-8, 1 + 3 * 2**-8]))
        bits = value.view(np.uint32)
        wanted = ((bits + 0x7FFF + (bits >> 16 & 1)) & 0xFFFF0000).view(np.float32)
        self.node("Cast", ["x"], "n", to=TensorProto.BFLOAT16)
        self.node("Cast", ["n"], "y", to=TensorProto.FLOAT)
        ends = [[(name, TensorProto.FLOAT, value.shape)] for name in "xy"]
        model = self.save(make_model(self.nodes, *ends, []))
        np.save(self.path("x.npy"), value)
        for isa in ("x86-64-v3", "x86-64-v4"):
            artifact = self.path(isa + ".so")
            self.check_runs(VELTAIRC, model, "-o", artifact, f"--march={isa}")
            if cpu_runs(isa):
                options = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
                self.check_runs(VELTAIR, "run", artifact, *options)
                np.testing.assert_array_equal(np.load(self.path("y.npy")).view(np.uint32), wanted.view(np.uint32))

    def test_targets_without(self):
        model, output = self.save(small_model()), self.path("model.so")
        for march, missing in (("x86-64-v3", "x86-64-v3"), ("znver4,x86-64-v4", "x86-64-v4")):
            self.check_fails(
                VELTAIRC, model, "-o", output, "--precision=bf16", f"--march={march}",
                says=f"target '{missing}' lacks avx512bf16; name targets that have it",
            )  # fmt: skip
        self.check_fails(VELTAIRC, model, "-o", output, "--precision=bf16", says="'x86-64-v3' lacks avx512bf16")
        self.assertEqual(
            self.run_program(VELTAIRC, model, "-o", output, "--precision=f16").returncode, 2, "a wrong use"
        )


if __name__ == "__main__":
    unittest.main()
