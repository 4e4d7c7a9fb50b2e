"""What a model is made of besides operators: functions, loops, long chains, halves."""

import re
import unittest

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from operator_case import OperatorCase, constants
from support import VELTAIRC, make_model

FLOAT, FLOAT16, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.INT64


class Graphs(OperatorCase):
    def chain(self, length):
        """Elementwise operators, each on the result of the one before it."""
        names = ["x", *(f"t{number}" for number in range(1, length)), "y"]
        binary = lambda op: lambda source: (op, [source, "x"])
        kinds = [binary("Add"), binary("Mul"), lambda source: ("Tanh", [source])]
        return [
            helper.make_node(*kinds[number % 3](names[number]), [names[number + 1]]) for number in range(length)
        ]

    def test_models_in_halves(self):
        # Weights of more elements than are computed when compiling.
        half = lambda *shape, scale: (scale * self.normal(*shape)).astype(np.float16)
        tensors = constants(
            w=half(64, 16, 3, 3, scale=0.1),
            b=half(64, scale=0.1),
            m=half(64, 96, scale=0.1),
            shift=half(96, scale=1),
        )
        nodes = [
            helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("MaxPool", ["r"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
            helper.make_node("GlobalAveragePool", ["p"], ["g"]),
            helper.make_node("Flatten", ["g"], ["f"]),
            helper.make_node("MatMul", ["f", "m"], ["d"]),
            helper.make_node("Add", ["d", "shift"], ["e"]),
            helper.make_node("Softmax", ["e"], ["y"]),
        ]
        x = half(2, 16, 10, 12, scale=1)
        self.agree(
            nodes,
            [("x", FLOAT16, x.shape)],
            [("y", FLOAT16, [2, 96]), ("p", FLOAT16, [2, 64, 5, 6])],
            tensors,
            [[x]],
            tolerance=1e-2,
        )

    def test_functions_of_a_model(self):
        opsets = [helper.make_opsetid("", 17)]
        inner = helper.make_function(
            "mine",
            "Scaled",
            ["a", "b"],
            ["c"],
            [
                helper.make_node("LeakyRelu", ["a"], ["t"], name="leaky"),
                helper.make_node("Mul", ["t", "b"], ["c"]),
            ],
            opsets,
            ["alpha"],
        )
        inner.node[0].attribute.append(
            AttributeProto(name="alpha", ref_attr_name="alpha", type=AttributeProto.FLOAT)
        )
        branch = lambda name, op: helper.make_graph(
            [helper.make_node(op, ["u"], [name])], name, [], [helper.make_tensor_value_info(name, FLOAT, [2, 3])]
        )
        outer = helper.make_function(
            "mine",
            "Twice",
            ["x"],
            ["y"],
            [
                helper.make_node("Scaled", ["x", "x"], ["u"], domain="mine", alpha=0.5),
                helper.make_node("Scaled", ["u", "x"], ["v"], domain="mine", alpha=0.25),
                helper.make_node("Constant", [], ["flag"], value=numpy_helper.from_array(np.array(True))),
                helper.make_node("If", ["flag"], ["w"], then_branch=branch("p", "Neg"), else_branch=branch("q", "Abs")),
                helper.make_node("Add", ["v", "w"], ["y"]),
            ],
            [*opsets, helper.make_opsetid("mine", 1)],
        )
        nodes = [
            helper.make_node("Twice", ["x"], ["t"], domain="mine"),
            helper.make_node("Twice", ["t"], ["y"], domain="mine"),
        ]
        x = self.normal(2, 3)
        self.agree(nodes, [("x", FLOAT, x.shape)], [("y", FLOAT, x.shape)], [], [[x]], functions=[inner, outer])

    def test_defaults_of_attributes_of_functions(self):
        function = helper.make_function(
            "mine",
            "Leaky",
            ["a"],
            ["b"],
            [helper.make_node("LeakyRelu", ["a"], ["b"])],
            [helper.make_opsetid("", 17)],
            attribute_protos=[helper.make_attribute("slope", 0.25)],
        )
        function.node[0].attribute.append(
            AttributeProto(name="alpha", ref_attr_name="slope", type=AttributeProto.FLOAT)
        )
        nodes = [
            helper.make_node("Leaky", ["x"], ["t"], domain="mine"),
            helper.make_node("Leaky", ["t"], ["y"], domain="mine", slope=0.5),
        ]
        x = self.normal(2, 3)
        self.agree(nodes, [("x", FLOAT, x.shape)], [("y", FLOAT, x.shape)], [], [[x]], functions=[function])

    def test_loops(self):
        info = helper.make_tensor_value_info
        inner = lambda name, op: helper.make_graph(
            [helper.make_node(op, ["t"], [name])], name, [], [info(name, FLOAT, [3])]
        )
        body = helper.make_graph(
            [
                helper.make_node("Less", ["i", "three"], ["d"]),
                helper.make_node("Gather", ["rows", "i"], ["row"]),
                helper.make_node("Add", ["s", "row"], ["t"]),
                helper.make_node("If", ["flag"], ["u"], then_branch=inner("p", "Neg"), else_branch=inner("q", "Exp")),
                helper.make_node("Mul", ["u", "u"], ["v"]),
            ],
            "body",
            [info("i", INT64, []), info("c", TensorProto.BOOL, []), info("s", FLOAT, [3])],
            [info("d", TensorProto.BOOL, []), info("u", FLOAT, [3]), info("v", FLOAT, [3])],
        )
        scanned = helper.make_graph(
            [helper.make_node("Sub", ["a", "e"], ["n"]), helper.make_node("Mul", ["n", "f"], ["o"])],
            "scanned",
            [info("a", FLOAT, [2]), info("e", FLOAT, [2]), info("f", FLOAT, [2])],
            [info("n", FLOAT, [2]), info("o", FLOAT, [2])],
        )
        nodes = [
            helper.make_node("Loop", ["most", "", "x"], ["y", "z"], body=body),
            helper.make_node(
                "Scan",
                ["start", "m", "m"],
                ["last", "all"],
                body=scanned,
                num_scan_inputs=2,
                scan_input_axes=[1, 1],
                scan_input_directions=[0, 1],
                scan_output_axes=[1],
                scan_output_directions=[1],
            ),
        ]
        tensors = constants(most=np.array(10), three=np.array(3), rows=self.normal(5, 3))
        inputs = [("x", FLOAT, [3]), ("flag", TensorProto.BOOL, []), ("start", FLOAT, [2]), ("m", FLOAT, [2, 5])]
        outputs = [("y", FLOAT, [3]), ("z", FLOAT, [4, 3]), ("last", FLOAT, [2]), ("all", FLOAT, [2, 5])]
        feeds = [[0.1 * self.normal(3), np.array(flag), self.normal(2), self.normal(2, 5)] for flag in (True, False)]
        self.agree(nodes, inputs, outputs, tensors, feeds, tolerance=1e-4)

    def test_long_chains(self):
        x = np.linspace(-0.9, 0.9, 20, dtype=np.float32)
        value = lambda name: (name, FLOAT, x.shape)
        self.agree(self.chain(600), [value("x")], [value("y")], [], [[x]], tolerance=1e-4)

    def test_chains_longer_than_the_stack(self):
        """Nothing walks along them by recursion."""
        nodes = [*self.chain(20000), helper.make_node("Conv", ["y", "w"], ["c"], pads=[3] * 4, strides=[2, 2])]
        x, c = ("x", FLOAT, [1, 3, 64, 96]), ("c", FLOAT, [1, 64, 32, 48])
        model = self.save(make_model(nodes, [x], [c], constants(w=self.normal(64, 3, 7, 7))))
        graph = self.check_runs(VELTAIRC, model, "--emit=graph", "-o", "-")
        layers = [text.split("+") for text in re.findall(r'veltair\.layer "[^"]*" "([^"]*)"', graph)]
        self.assertLessEqual(max(map(len, layers)), 256)
        self.assertEqual(sum(layer.count("Tanh") for layer in layers), 20000 // 3)
        self.check_runs(VELTAIRC, model, "-o", self.path("model.so"), "--march=x86-64-v3", "--versions=1")


if __name__ == "__main__":
    unittest.main()
