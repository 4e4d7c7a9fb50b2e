"""What the integration tests share. Run with scripts/python."""

import itertools
import os
import subprocess
import sys
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

PY = os.path.join(os.path.dirname(__file__), "..", "..", "scripts", "py")
sys.path.insert(0, PY)

from convolutions import convolution  # noqa: E402,F401
from manifest import BUILD  # noqa: E402,F401  (for the tests)
from programs import VELTAIR, VELTAIRC, call, cpu_runs, output_file  # noqa: E402,F401


def make_model(nodes, inputs, outputs, initializers=(), opset=17, **fields):
    """A model from nodes; inputs and outputs are (name, type, shape)."""
    graph = helper.make_graph(
        nodes,
        "test",
        [helper.make_tensor_value_info(*value) for value in inputs],
        [helper.make_tensor_value_info(*value) for value in outputs],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)], ir_version=8, **fields)


def small_model():
    """A convolution, an activation and a matrix product with odd sizes."""
    import numpy as np
    from onnx import numpy_helper

    generator = np.random.default_rng(0)
    weights = {
        "w": generator.standard_normal((20, 3, 3, 3), dtype=np.float32),
        "b": generator.standard_normal(20, dtype=np.float32),
        "m": generator.standard_normal((20, 7), dtype=np.float32),
    }
    return make_model(
        [
            helper.make_node("Conv", ["x", "w", "b"], ["c"], "conv", pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"], "relu"),
            helper.make_node("GlobalAveragePool", ["r"], ["p"], "pool"),
            helper.make_node("Flatten", ["p"], ["f"], "flatten"),
            helper.make_node("MatMul", ["f", "m"], ["y"], "product"),
        ],
        [("x", TensorProto.FLOAT, [1, 3, 11, 13])],
        [("y", TensorProto.FLOAT, [1, 7])],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )


class Case(unittest.TestCase):
    """Tests work in a folder of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def save(self, model, name="model.onnx"):
        onnx.save(model, self.path(name))
        return self.path(name)

    def write(self, name, data):
        with open(self.path(name), "wb") as file:
            file.write(data)
        return self.path(name)

    def run_program(self, *command, timeout=300, cwd=None):
        return subprocess.run(
            [str(part) for part in command],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            cwd=cwd,
        )

    def check_runs(self, *command, **options):
        result = self.run_program(*command, **options)
        self.assertEqual(result.returncode, 0, result.stderr)
        return result.stdout

    def check_fails(self, *command, says, code=1):
        """The command ends with `code` and one error that matches `says`, and
        leaves no file behind."""
        before = self.files()
        result = self.run_program(*command)
        self.assertEqual(result.returncode, code, f"{command}\n{result.stderr}")
        errors = [line for line in result.stderr.splitlines() if "error:" in line]
        self.assertEqual(len(errors), 1, result.stderr)
        self.assertRegex(result.stderr, says)
        self.assertNotRegex(result.stderr, "Stack dump|LLVM ERROR|Assertion|terminate called|PLEASE submit")
        self.assertEqual(self.files(), before, "files were left behind")

    def files(self):
        return sorted(os.path.join(top, name) for top, _, names in os.walk(self.folder) for name in names)


class ModelCase(Case):
    """Models run beside another implementation, on every instruction set that
    this CPU has."""

    ISAS = [isa for isa in ("x86-64-v3", "x86-64-v4") if cpu_runs(isa)]

    def agree(
        self, nodes, inputs, outputs, tensors, feeds, opset=17, tolerance=1e-5, reference=False, functions=()
    ):
        """`inputs` and `outputs` are (name, type, shape); all `feeds`, lists of
        arrays, give what ONNX Runtime, or ONNX's reference, does."""
        import numpy as np
        import onnxruntime
        from onnx.reference import ReferenceEvaluator

        model = make_model(nodes, inputs, outputs, tensors, opset=opset, functions=functions)
        model.opset_import.extend(helper.make_opsetid(name, 1) for name in {f.domain for f in functions})
        model = self.save(model)
        other = (
            ReferenceEvaluator(model)
            if reference
            else onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])
        )
        names = [name for name, *_ in outputs]
        artifact = self.path("model.so")
        call(VELTAIRC, model, "-o", artifact, f"--march={','.join(self.ISAS)}")
        for feed, isa in itertools.product(feeds, self.ISAS):
            with self.subTest(isa=isa, feed=feed):
                wanted = other.run(names, {name: value for (name, *_), value in zip(inputs, feed)})
                options = []
                for (name, *_), value in zip(inputs, feed):
                    np.save(self.path(name + ".npy"), value)
                    options.append(f"--input={name}={self.path(name + '.npy')}")
                call(VELTAIR, "run", artifact, f"--isa={isa}", *options, f"--output={self.folder}")
                for name, want in zip(names, wanted):
                    got = np.load(output_file(self.folder, name))
                    self.assertEqual(got.shape, want.shape)
                    np.testing.assert_allclose(got, want, rtol=tolerance, atol=tolerance / 10)
