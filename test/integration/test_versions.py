"""All versions of convolutions against a reference in f64, on both instruction
sets: sizes that cut tiles, paddings on each side, channels that fill no group."""

import json
import os
import tempfile
import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, Case, convolution, cpu_runs, make_model

# Input channels, height, width, output channels, pads (top, left, bottom,
# right), batch, filter.
SHAPES = [
    (16, 7, 7, 16, (1, 1, 1, 1), 1, 3),
    (16, 1, 1, 16, (1, 1, 1, 1), 1, 3),
    (16, 2, 3, 16, (1, 1, 1, 1), 2, 3),
    (20, 9, 6, 40, (1, 1, 1, 1), 1, 3),
    (32, 14, 13, 32, (0, 0, 0, 0), 1, 3),
    (16, 10, 5, 48, (2, 0, 1, 3), 3, 3),
    (48, 12, 17, 64, (0, 2, 0, 1), 1, 3),
    (33, 31, 30, 17, (1, 1, 1, 1), 1, 3),
    (32, 15, 22, 32, (0, 1, 1, 0), 1, 2),
    (12, 20, 23, 48, (2, 2, 1, 1), 2, 4),
    (48, 14, 11, 32, (2, 2, 2, 2), 1, 5),
]
# Of the largest absolute value.
TOLERANCE = 1e-5


class Versions(Case):
    def setUp(self):
        super().setUp()
        generator = np.random.default_rng(7)
        nodes, inputs, outputs, weights = [], [], [], []
        self.inputs, self.wanted = {}, {}
        for number, (channels, rows, columns, results, pads, batch, taps) in enumerate(SHAPES):
            x, w, b, r, c, a, y = (f"{kind}{number}" for kind in "xwbrcay")
            value = generator.standard_normal((batch, channels, rows, columns), dtype=np.float32)
            filters = generator.standard_normal((results, channels, taps, taps), dtype=np.float32)
            bias = generator.standard_normal(results, dtype=np.float32)
            product = convolution(value, filters, pads) + bias[:, None, None]
            residual = generator.standard_normal(product.shape, dtype=np.float32)
            self.inputs[x], self.inputs[r] = value, residual
            self.wanted[y] = np.maximum(product + residual, 0)
            weights += [numpy_helper.from_array(filters, w), numpy_helper.from_array(bias, b)]
            nodes += [
                helper.make_node("Conv", [x, w, b], [c], f"conv{number}", pads=pads),
                helper.make_node("Add", [c, r], [a]),
                helper.make_node("Relu", [a], [y]),
            ]
            inputs += [(x, TensorProto.FLOAT, value.shape), (r, TensorProto.FLOAT, residual.shape)]
            outputs.append((y, TensorProto.FLOAT, product.shape))
        self.model = self.save(make_model(nodes, inputs, outputs, weights))
        for name, value in self.inputs.items():
            np.save(self.path(name + ".npy"), value)

    def run_version(self, artifact, isa, version, threads):
        options = [f"--input={name}={self.path(name)}.npy" for name in self.inputs]
        with tempfile.TemporaryDirectory() as folder:
            self.check_runs(
                VELTAIR, "run", artifact, *options, f"--output={folder}", f"--isa={isa}",
                f"--kernel-version={version}", f"--threads={threads}",
            )  # fmt: skip
            return {name: np.load(os.path.join(folder, name + ".npy")) for name in self.wanted}

    def test_all_versions(self):
        isas = ["x86-64-v3", "x86-64-v4"]
        artifact = self.path("model.so")
        self.check_runs(
            VELTAIRC, self.model, "-o", artifact, f"--march={','.join(isas)}",
            "--versions=9", "--keep-useless-versions", "--weight-budget=100",
        )  # fmt: skip
        programs = json.loads(self.check_runs(VELTAIR, "inspect", artifact, "--json"))["programs"]
        for program in programs:
            if not cpu_runs(program["isa"]):
                continue
            layers = {layer["name"]: layer["versions"] for layer in program["layers"]}
            bits = {}
            for version in range(9):
                first = None
                for threads in (1, 2, 5):
                    got = self.run_version(artifact, program["isa"], version, threads)
                    if first is None:
                        first = got
                    for number, shape in enumerate(SHAPES):
                        name = f"y{number}"
                        versions = layers[f"conv{number}"]
                        kept = versions[min(version, len(versions) - 1)]
                        with self.subTest(shape=shape, isa=program["isa"], schedule=kept["schedule"], threads=threads):
                            want = self.wanted[name]
                            worst = np.max(np.abs(got[name] - want)) / np.max(np.abs(want))
                            self.assertLess(worst, TOLERANCE)
                            self.assertEqual(got[name].tobytes(), first[name].tobytes())
                            # Equal in each numerics class.
                            same = bits.setdefault((name, kept["numerics"]), got[name].tobytes())
                            self.assertEqual(got[name].tobytes(), same)
            classes = {numerics for _, numerics in bits}
            self.assertEqual(classes, {0, 1, 2})


if __name__ == "__main__":
    unittest.main()
