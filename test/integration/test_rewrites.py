"""What the graph passes make of operators, against ONNX Runtime: random models
of a few nodes on every instruction set that this CPU has."""

import itertools
import json
import unittest

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, Case, make_model

from programs import call, cpu_runs, output_file, relative_difference

ISAS = [isa for isa in ("x86-64-v3", "x86-64-v4") if cpu_runs(isa)]


class Rewrites(Case):
    def agree(self, nodes, weights, shape, tolerance=1e-5, integers={}, versions=("auto",)):
        """The nodes compute y from x, of `shape`, `weights`, name -> shape, and
        `integers`, name -> list; with each of these versions of the layers."""
        seed = 0
        generator = np.random.default_rng(seed)
        tensors = [
            numpy_helper.from_array(generator.standard_normal(dims).astype(np.float32), name)
            for name, dims in weights.items()
        ]
        tensors += [numpy_helper.from_array(np.array(values), name) for name, values in integers.items()]
        rank = [None] * len(shape)
        model = self.save(
            make_model(nodes, [("x", TensorProto.FLOAT, shape)], [("y", TensorProto.FLOAT, rank)], tensors)
        )
        x = generator.standard_normal(shape).astype(np.float32)
        np.save(self.path("x.npy"), x)
        (want,) = onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"]).run(["y"], {"x": x})
        artifact = self.path("model.so")
        call(VELTAIRC, model, "-o", artifact, f"--march={','.join(ISAS)}")
        for isa, version in itertools.product(ISAS, versions):
            with self.subTest(isa=isa, version=version, seed=seed):
                files = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
                call(VELTAIR, "run", artifact, f"--isa={isa}", f"--kernel-version={version}", *files)
                got = np.load(output_file(self.folder, "y"))
                self.assertEqual(got.shape, want.shape)
                self.assertLess(relative_difference(got, want), tolerance)

    def layers(self):
        """What the layers of each program of the last model compute."""
        inspected = json.loads(self.check_runs(VELTAIR, "inspect", "--json", self.path("model.so")))
        return [[layer["ops"] for layer in program["layers"]] for program in inspected["programs"]]

    def conv_transpose(self, shape, outputs, kernel, bias=True, after=(), **attributes):
        operands = ["x", "w", "b"] if bias else ["x", "w"]
        group = attributes.get("group", 1)
        names = ["c"] + [f"e{i}" for i in range(len(after))]
        nodes = [helper.make_node("ConvTranspose", operands, ["c"], **attributes)]
        nodes += [helper.make_node(op, [names[i]], [names[i + 1]]) for i, op in enumerate(after)]
        nodes[-1].output[0] = "y"
        weights = {"w": [shape[1], outputs // group, *kernel]}
        if bias:
            weights["b"] = [outputs]
        self.agree(nodes, weights, shape)

    def test_conv_transpose_without_overlap(self):
        self.conv_transpose([1, 24, 7, 9], 32, [2, 2], strides=[2, 2], after=["Relu"])
        self.conv_transpose([2, 24, 5, 5], 1, [2, 2], strides=[2, 2], after=["Sigmoid"])

    def test_conv_transpose_and_one_bound(self):
        """The other operand of the Clip, which moves, is absent."""
        nodes = [
            helper.make_node("ConvTranspose", ["x", "w", "b"], ["c"], strides=[2, 2]),
            helper.make_node("Cast", ["zero"], ["low"], to=TensorProto.FLOAT),
            helper.make_node("Clip", ["c", "low"], ["y"]),
        ]
        weights = {"w": [8, 8, 2, 2], "b": [8]}
        self.agree(nodes, weights, [1, 8, 4, 4], integers={"zero": 0})

    def test_conv_transpose_with_overlap(self):
        self.conv_transpose([1, 16, 7, 6], 16, [4, 4], strides=[2, 2], pads=[1, 1, 1, 1])
        self.conv_transpose(
            [1, 16, 7, 6], 5, [3, 3], bias=False, strides=[2, 2], pads=[1, 1, 1, 1], output_padding=[1, 1]
        )
        self.conv_transpose([1, 3, 6, 5], 48, [5, 3], strides=[3, 3], after=["Relu", "Neg"])

    def test_conv_transpose_of_stride_one(self):
        self.conv_transpose([1, 8, 6, 7], 20, [3, 3], pads=[1, 0, 0, 2])

    def test_conv_transpose_that_stays(self):
        self.conv_transpose([1, 8, 6, 7], 8, [3, 3], strides=[2, 1])
        self.conv_transpose([1, 8, 6, 7], 8, [3, 3], group=2, dilations=[2, 2])

    def test_grouped_conv(self):
        def check(shape, outputs, group, kernel=(3, 3), **attributes):
            nodes = [helper.make_node("Conv", ["x", "w", "b"], ["y"], group=group, **attributes)]
            self.agree(nodes, {"w": [outputs, shape[1] // group, *kernel], "b": [outputs]}, shape)

        check([1, 64, 9, 7], 96, 2, pads=[1, 1, 1, 1])
        check([2, 32, 9, 7], 32, 8, pads=[1, 1, 1, 1], strides=[2, 2])
        check([1, 24, 8, 8], 48, 24, pads=[2, 2, 2, 2], dilations=[2, 2])
        check([1, 6, 8, 8], 9, 3)
        check([1, 96, 5, 5], 192, 3, kernel=[1, 1])
        check([1, 111, 5, 5], 111, 37)

    def test_conv_of_one_dimension(self):
        nodes = [
            helper.make_node("Conv", ["x", "w", "b"], ["c"], pads=[1, 2], strides=[2]),
            helper.make_node("Relu", ["c"], ["r"]),
            helper.make_node("Mul", ["r", "s"], ["m"]),
            helper.make_node("Conv", ["m", "v"], ["d"], group=3, dilations=[2], pads=[4, 4]),
            helper.make_node("Add", ["d", "r"], ["y"]),
        ]
        self.agree(nodes, {"w": [48, 20, 3], "b": [48], "s": [48, 1], "v": [48, 16, 5]}, [2, 20, 37])
        nodes[2].input[1] = "t"
        self.agree(nodes, {"w": [48, 20, 3], "b": [48], "t": [1, 48, 1], "v": [48, 16, 5]}, [2, 20, 37])

    def test_wide_windows(self):
        def check(shape, filters, **attributes):
            node = helper.make_node("Conv", ["x", "w"], ["y"], **attributes)
            self.agree([node], {"w": filters}, shape, tolerance=1e-4)

        check([1, 1, 4000], [34, 1, 1024], pads=[512, 512], strides=[256])
        check([1, 20, 100], [24, 20, 67], pads=[40, 50])
        check([1, 32, 90], [16, 32, 25], pads=[24, 24], dilations=[2])
        check([1, 20, 1100], [20, 1, 1024], pads=[512, 511], group=20)

    def test_rows_of_several_dimensions(self):
        """Operands with some of the leading dimensions behind kernels of rows."""
        nodes = [
            helper.make_node("MatMul", ["x", "w"], ["a"]),
            helper.make_node("Add", ["a", "t"], ["b"]),
            helper.make_node("Add", ["b", "p"], ["c"]),
            helper.make_node("LayerNormalization", ["c", "s", "bias"], ["d"]),
            helper.make_node("Mul", ["d", "t"], ["e"]),
            helper.make_node("Softmax", ["e"], ["f"]),
            helper.make_node("Mul", ["f", "p"], ["g"]),
            helper.make_node("Add", ["g", "r"], ["y"]),
        ]
        weights = {"w": [24, 48], "t": [2, 1, 48], "p": [1, 9, 48], "s": [48], "bias": [48], "r": [2, 9, 1]}
        self.agree(nodes, weights, [2, 9, 24], versions=range(3))

    def test_empty_batch(self):
        def node(op, operands, result, **attributes):
            return helper.make_node(op, operands.split(), [result], **attributes)

        convolutions = [node("Conv", "x w", "a"), node("Relu", "a", "b"), node("Conv", "b v", "y", group=32)]
        self.agree(convolutions, {"w": [32, 3, 3, 3], "v": [32, 1, 3, 3]}, [0, 3, 24, 24])
        products = [node("MatMul", "x w", "a"), node("Softmax", "a", "c"), node("Gemm", "c v b", "y")]
        self.agree(products, {"w": [64, 32], "v": [32, 8], "b": [8]}, [0, 64])
        attention = [
            node("Transpose", "x", "t", perm=[0, 1, 3, 2]),
            node("MatMul", "x t", "m"),
            node("Softmax", "m", "s"),
            node("MatMul", "s x", "y"),
        ]
        self.agree(attention, {}, [0, 2, 8, 16])
        for shape in ([0, 4, 32], [4, 0]):
            self.agree([node("Softmax", "x", "y")], {}, shape)

    def test_sigmoid_of_nan(self):
        """A NaN stays one, whatever its other bits are."""
        x = (0x7FC00000 + np.arange(1000, dtype=np.uint32)).view(np.float32)
        np.save(self.path("x.npy"), x)
        ends = [[(name, TensorProto.FLOAT, x.shape)] for name in "xy"]
        model = self.save(make_model([helper.make_node("Sigmoid", ["x"], ["y"])], *ends))
        artifact = self.path("model.so")
        call(VELTAIRC, model, "-o", artifact, f"--march={','.join(ISAS)}")
        for isa in ISAS:
            files = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
            call(VELTAIR, "run", artifact, f"--isa={isa}", *files)
            self.assertTrue(np.isnan(np.load(output_file(self.folder, "y"))).all())

    def test_einsum(self):
        def check(equation, x, w):
            self.agree([helper.make_node("Einsum", ["x", "w"], ["y"], equation=equation)], {"w": w}, x)

        check("b g h i d, b g h j d -> b g h i j", [1, 3, 2, 5, 8], [1, 3, 2, 7, 8])
        check("bhwc,hkc->bhwk", [2, 3, 4, 8], [3, 5, 8])
        check("...ij,...jk", [2, 3, 4], [1, 4, 5])
        check("ii,jk->kj", [4, 4], [3, 5])

    def test_dilated_convolution(self):
        """Phases of one size and of several, beside and without padding."""

        def check(shape, dilations, pads, taps=3):
            node = helper.make_node(
                "Conv", ["x", "w", "b"], ["y"], dilations=dilations, pads=pads
            )
            weights = {"w": [64, shape[1], taps, taps], "b": [64]}
            self.agree([node], weights, shape, tolerance=1e-4, versions=range(5))

        check([1, 64, 28, 28], [2, 2], [2, 2, 2, 2])
        check([2, 64, 13, 21], [3, 2], [1, 0, 4, 2])
        check([1, 64, 19, 19], [6, 6], [6, 6, 6, 6])
        check([1, 64, 24, 40], [2, 5], [0, 0, 0, 0])
        check([1, 32, 27, 22], [2, 2], [1, 0, 1, 2], taps=2)
        check([1, 32, 25, 30], [3, 2], [4, 3, 5, 3], taps=4)
        check([2, 32, 23, 26], [2, 3], [4, 6, 4, 6], taps=5)

    def test_strided_convolution_of_few_channels(self):
        """Strides that become channels: even and odd pads, more behind than
        before, several phases and groups of lanes, images with channels last."""

        def check(shape, outputs, window, stride, pads, last=False):
            node = helper.make_node("Conv", ["t", "w", "b"], ["y"], strides=[stride] * 2, pads=pads)
            weights = {"w": [outputs, shape[1], window, window], "b": [outputs]}
            if last:
                shape = [shape[0], *shape[2:], shape[1]]
            order = [0, 3, 1, 2] if last else [0, 1, 2, 3]
            transpose = helper.make_node("Transpose", ["x"], ["t"], perm=order)
            self.agree([transpose, node], weights, shape, versions=range(4))
            for ops in self.layers():
                self.assertTrue(any("SpaceToDepth" in layer for layer in ops), ops)

        check([1, 3, 64, 48], 32, 7, 2, [3, 3, 3, 3])
        check([2, 3, 40, 44], 20, 7, 2, [2, 3, 3, 2])
        check([1, 3, 48, 48], 16, 6, 2, [2, 2, 2, 2])
        check([1, 4, 60, 36], 24, 5, 2, [1, 2, 2, 1])
        check([1, 3, 120, 96], 32, 11, 4, [2, 2, 2, 2])
        check([1, 4, 66, 63], 16, 9, 3, [4, 4, 2, 2])
        check([1, 3, 64, 48], 32, 7, 2, [3, 3, 3, 3], last=True)

    def test_channels(self):
        """A unit of ShuffleNet, whose halves fill no group of lanes, then pieces
        of other sizes, joined with an activation."""
        channels = {"cut": [1, 2, 21, 6, 5], "join": [1, 42, 6, 5], "sizes": [17, 25]}
        first = {"zero": [0], "half": [21], "end": [42], "axis": [1]}
        nodes = [
            helper.make_node("Conv", ["x", "w0"], ["a"]),
            helper.make_node("Conv", ["x", "w1"], ["b"]),
            helper.make_node("Concat", ["a", "b"], ["c"], axis=1),
            helper.make_node("Reshape", ["c", "cut"], ["d"]),
            helper.make_node("Transpose", ["d"], ["e"], perm=[0, 2, 1, 3, 4]),
            helper.make_node("Reshape", ["e", "join"], ["f"]),
            helper.make_node("Slice", ["f", "zero", "half", "axis"], ["g"]),
            helper.make_node("Slice", ["f", "half", "end", "axis"], ["h"]),
            helper.make_node("Conv", ["h", "w2"], ["i"]),
            helper.make_node("Concat", ["g", "i"], ["j"], axis=1),
            helper.make_node("Split", ["j", "sizes"], ["k", "l"], axis=1),
            helper.make_node("Concat", ["l", "k", "l"], ["m"], axis=1),
            helper.make_node("Relu", ["m"], ["y"]),
        ]
        weights = {"w0": [21, 8, 1, 1], "w1": [21, 8, 1, 1], "w2": [21, 21, 1, 1]}
        self.agree(nodes, weights, [1, 8, 6, 5], integers={**channels, **first})

    def test_joined_parts(self):
        """Concatenations within and beside each other, of which those of one
        image are written in place but for the one whose parts lie elsewhere."""
        nodes = [
            helper.make_node("Conv", ["x", "w0"], ["a"]),
            helper.make_node("Conv", ["x", "w1"], ["p"], pads=[1, 1, 1, 1]),
            helper.make_node("Relu", ["p"], ["b"]),
            helper.make_node("MaxPool", ["x"], ["q"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            helper.make_node("Conv", ["q", "w2"], ["c"]),
            helper.make_node("Concat", ["a", "b"], ["ab"], axis=1),
            helper.make_node("Concat", ["ab", "c"], ["abc"], axis=1),
            helper.make_node("Concat", ["b", "c"], ["bc"], axis=1),
            helper.make_node("Conv", ["abc", "v0"], ["d"]),
            helper.make_node("Conv", ["ab", "v1"], ["e"]),
            helper.make_node("Conv", ["bc", "v2"], ["f"], pads=[1, 1, 1, 1]),
            helper.make_node("Add", ["d", "e"], ["g"]),
            helper.make_node("Add", ["g", "f"], ["h"]),
            helper.make_node("Add", ["h", "a"], ["y"]),
        ]
        weights = {"w0": [16, 8, 1, 1], "w1": [32, 8, 3, 3], "w2": [16, 8, 1, 1]}
        weights |= {"v0": [16, 64, 1, 1], "v1": [16, 48, 1, 1], "v2": [16, 48, 3, 3]}
        for batch, copied in ((1, 1), (2, 3)):
            with self.subTest(batch=batch):
                self.agree(nodes, weights, [batch, 8, 9, 7], tolerance=1e-4)
                for ops in self.layers():
                    self.assertEqual(ops.count("Concat"), copied, ops)

    def test_channels_last(self):
        """A block of ConvNeXt: from convolutions to rows of channels and back."""
        nodes = [
            helper.make_node("Conv", ["x", "w0"], ["a"]),
            helper.make_node("Conv", ["a", "w1"], ["b"], group=32, pads=[1, 1, 1, 1]),
            helper.make_node("Transpose", ["b"], ["c"], perm=[0, 2, 3, 1]),
            helper.make_node("MatMul", ["c", "w2"], ["d"]),
            helper.make_node("Transpose", ["d"], ["e"], perm=[0, 3, 1, 2]),
            helper.make_node("Add", ["a", "e"], ["f"]),
            helper.make_node("Conv", ["f", "w3"], ["g"]),
            helper.make_node("Reshape", ["g", "flat"], ["h"]),
            helper.make_node("Transpose", ["h"], ["y"], perm=[0, 2, 1]),
        ]
        weights = {"w0": [32, 5, 1, 1], "w1": [32, 1, 3, 3], "w2": [32, 32], "w3": [48, 32, 2, 2]}
        self.agree(nodes, weights, [2, 5, 7, 6], integers={"flat": [2, 48, 30]})

    def test_recurrent(self):
        for op, gates in (("LSTM", 4), ("GRU", 3), ("RNN", 1)):
            node = helper.make_node(op, ["x", "w", "r", "b"], ["y"], hidden_size=40, direction="bidirectional")
            weights = {"w": [2, 40 * gates, 24], "r": [2, 40 * gates, 40], "b": [2, 80 * gates]}
            # ONNX Runtime approximates the activations.
            self.agree([node], weights, [6, 3, 24], tolerance=1e-4)

    def test_recurrent_kernel(self):
        """Directions, batches of one and of several tiles, sizes that are no
        multiple of a vector, initial states, and the last states."""
        for op, gates, states in (("LSTM", 4, "hc"), ("GRU", 3, "h"), ("RNN", 1, "h")):
            for direction, batch, hidden in (("forward", 1, 64), ("reverse", 35, 20), ("bidirectional", 2, 33)):
                directions = 2 if direction == "bidirectional" else 1
                attributes = {"linear_before_reset": 1} if op == "GRU" else {}
                operands = ["x", "w", "r", "b", "", *(f"initial_{s}" for s in states)]
                last = [f"last_{s}" for s in states]
                nodes = [
                    helper.make_node(
                        op, operands, ["all", *last], hidden_size=hidden, direction=direction, **attributes
                    ),
                    *(helper.make_node("Unsqueeze", [s, "axis"], [f"row_{s}"]) for s in last),
                    helper.make_node("Concat", ["all", *(f"row_{s}" for s in last)], ["y"], axis=0),
                ]
                weights = {
                    "w": [directions, gates * hidden, 12],
                    "r": [directions, gates * hidden, hidden],
                    "b": [directions, 2 * gates * hidden],
                    **{f"initial_{s}": [directions, batch, hidden] for s in states},
                }
                with self.subTest(op=op, direction=direction):
                    self.agree(nodes, weights, [5, batch, 12], tolerance=1e-4, integers={"axis": [0]})

if __name__ == "__main__":
    unittest.main()
