"""Single operators, against ONNX Runtime or ONNX's reference: what ONNX's own
tests of them leave out."""

import math
import re
import unittest

import numpy as np
from onnx import AttributeProto, TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, ModelCase, make_model

FLOAT, FLOAT16, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT64


def constants(**arrays):
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]


class Operators(ModelCase):
    def one(self, op, x, y, tensors=(), attributes={}, **options):
        """The operator makes y, (type, shape), of arrays x and the tensors."""
        operands = ["x", *(tensor.name for tensor in tensors)]
        self.agree(
            [helper.make_node(op, operands, ["y"], **attributes)],
            [("x", helper.np_dtype_to_tensor_dtype(x[0].dtype), x[0].shape)],
            [("y", *y)],
            tensors,
            [[array] for array in x],
            **options,
        )

    def normal(self, *shape, dtype=np.float32):
        return np.random.default_rng(0).standard_normal(shape).astype(dtype)

    def test_resize_behind_a_convolution(self):
        # Old models give both, one of them empty.
        tensors = constants(
            w=self.normal(16, 3, 3, 3),
            roi=np.zeros(0, np.float32),
            scales=np.zeros(0, np.float32),
            sizes=np.array([1, 16, 28, 20]),
        )
        nodes = [
            helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("Resize", ["c", "roi", "scales", "sizes"], ["y"], mode="linear"),
        ]
        self.agree(
            nodes,
            [("x", FLOAT, [1, 3, 14, 10])],
            [("y", FLOAT, [1, 16, 28, 20])],
            tensors,
            [[self.normal(1, 3, 14, 10)]],
            opset=11,
            tolerance=1e-4,
        )

    def test_max_pools_behind_a_convolution(self):
        pools = [
            dict(kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
            dict(kernel_shape=[2, 2], strides=[2, 2]),
            dict(kernel_shape=[2, 4], strides=[2, 2], ceil_mode=1),
            dict(kernel_shape=[3, 2], strides=[2, 3], pads=[2, 0, 1, 1], ceil_mode=1),
            dict(kernel_shape=[3, 3], strides=[2, 2], auto_pad="SAME_UPPER"),
            dict(kernel_shape=[3, 3], dilations=[2, 3], pads=[1, 2, 2, 1]),
            dict(kernel_shape=[1, 1], strides=[3, 2]),
            dict(kernel_shape=[13, 13], pads=[6, 6, 6, 6]),
            dict(kernel_shape=[5, 15], strides=[1, 2], pads=[2, 7, 2, 7]),
            dict(kernel_shape=[19, 37]),
        ]
        nodes = [helper.make_node("Conv", ["x", "w"], ["c"])]
        for number, attributes in enumerate(pools):
            nodes.append(helper.make_node("MaxPool", ["c"], [f"p{number}"], **attributes))
            nodes.append(helper.make_node("LeakyRelu", [f"p{number}"], [f"y{number}"]))
        self.agree(
            nodes,
            [("x", FLOAT, [2, 3, 19, 37])],
            [(f"y{number}", FLOAT, [None] * 4) for number in range(len(pools))],
            constants(w=self.normal(20, 3, 1, 1)),
            [[self.normal(2, 3, 19, 37)]],
        )

    def test_max_pool_of_nan(self):
        x = self.normal(1, 16, 9, 20)
        x[:, :, 4, ::7] = np.nan
        nodes = [
            helper.make_node("Conv", ["x", "w"], ["c"]),
            helper.make_node("MaxPool", ["c"], ["y"], kernel_shape=[3, 3]),
        ]
        tensors = constants(w=np.eye(16, dtype=np.float32).reshape(16, 16, 1, 1))
        model = make_model(nodes, [("x", FLOAT, x.shape)], [("y", FLOAT, [1, 16, 7, 18])], tensors)
        artifact = self.path("model.so")
        self.check_runs(VELTAIRC, self.save(model), "-o", artifact, f"--march={','.join(self.ISAS)}")
        np.save(self.path("x.npy"), x)
        wanted = np.lib.stride_tricks.sliding_window_view(x, (3, 3), (2, 3)).max(axis=(4, 5))
        for isa in self.ISAS:
            files = [f"--input=x={self.path('x.npy')}", f"--output={self.folder}"]
            self.check_runs(VELTAIR, "run", artifact, f"--isa={isa}", *files)
            np.testing.assert_allclose(np.load(self.path("y.npy")), wanted, rtol=1e-5)

    def test_parameters_of_activations(self):
        # The first activation has no alpha: the list begins with the second.
        tensors = constants(w=self.normal(1, 9, 4), r=self.normal(1, 9, 3))
        attributes = {"hidden_size": 3, "activations": ["Sigmoid", "LeakyRelu"], "activation_alpha": [0.3]}
        self.one("GRU", [self.normal(5, 2, 4)], (FLOAT, [5, 1, 2, 3]), tensors, attributes, tolerance=1e-4)
        attributes["activations"] = ["HardSigmoid", "ScaledTanh"]
        attributes["activation_alpha"] = [0.3, 0.7]
        attributes["activation_beta"] = [0.4, 0.6]
        self.one("GRU", [self.normal(5, 2, 4)], (FLOAT, [5, 1, 2, 3]), tensors, attributes, tolerance=1e-4)

    def test_batch_normalization_by_the_batch(self):
        # As exported for models that track no statistics.
        tensors = constants(
            scale=self.normal(4), bias=self.normal(4), mean=np.zeros(4, np.float32), var=np.ones(4, np.float32)
        )
        x = 3 * self.normal(2, 4, 5, 6) + 1
        node = lambda *further, **attributes: helper.make_node(
            "BatchNormalization", ["x", "scale", "bias", "mean", "var"], ["y", *further], **attributes
        )
        y = ("y", FLOAT, x.shape)
        statistics = [(name, FLOAT, [4]) for name in ("m", "v")]
        trains = node("m", "v", training_mode=1, momentum=0.7)
        self.agree([trains], [("x", FLOAT, x.shape)], [y, *statistics], tensors, [[x]], opset=15, tolerance=1e-5)
        self.agree([trains], [("x", FLOAT, x.shape)], [y], tensors, [[x]], opset=15, tolerance=1e-5)
        old = node("m", "v", "a", "b")
        self.agree([old], [("x", FLOAT, x.shape)], [y], tensors, [[x]], opset=9, tolerance=1e-5)

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

    def test_corners(self):
        zeros = np.zeros((3, 4), np.float32)
        zeros[1] = [1, 2, 3, 4]
        for p in (1, 2):
            self.one("LpNormalization", [zeros], (FLOAT, [3, 4]), attributes={"axis": -1, "p": p})
        self.one("Squeeze", [self.normal(1, 3, 1)], (FLOAT, [3]), constants(axes=np.zeros(0, np.int64)))
        nodes = [
            helper.make_node(
                "Resize",
                ["x", "", "", "sizes"],
                ["y"],
                mode="nearest",
                nearest_mode="floor",
                coordinate_transformation_mode="align_corners",
            )
        ]
        x = self.normal(1, 1, 1, 2)
        sizes = constants(sizes=np.array([1, 1, 1, 42]))
        self.agree(nodes, [("x", FLOAT, x.shape)], [("y", FLOAT, [1, 1, 1, 42])], sizes, [[x]])
        # Of two dimensions, this is a detail of no meaning.
        vectors = constants(
            **{name: np.abs(self.normal(4)) for name in ("scale", "bias", "mean", "var")},
        )
        x = self.normal(3, 4)
        self.one("BatchNormalization", [x], (FLOAT, x.shape), vectors, {"spatial": 0}, opset=7, tolerance=1e-5)

    def test_group_normalization_of_large_halves(self):
        # Their squares are no halves.
        x = np.where(self.normal(2, 4, 6, 5) > 0, 300, -300).astype(np.float16)
        tensors = constants(scale=np.ones(4, np.float16), bias=np.arange(4).astype(np.float16))
        self.one(
            "GroupNormalization",
            [x],
            (FLOAT16, x.shape),
            tensors,
            {"num_groups": 2},
            opset=21,
            tolerance=1e-2,
        )

    def test_group_normalization_with_a_scale_a_group(self):
        x = self.normal(2, 6, 4, 5)
        tensors = constants(scale=self.normal(3), bias=np.arange(3).astype(np.float32))
        attributes = {"num_groups": 3}
        self.one("GroupNormalization", [x], (FLOAT, x.shape), tensors, attributes, opset=18, reference=True)

    def test_antialiased_resize(self):
        x = self.normal(1, 2, 9, 12)
        for mode in ("linear", "cubic"):
            for further in ({}, {"exclude_outside": 1}):
                node = helper.make_node("Resize", ["x", "", "", "sizes"], ["y"], mode=mode, antialias=1, **further)
                sizes = constants(sizes=np.array([1, 2, 4, 15]))
                y = ("y", FLOAT, [1, 2, 4, 15])
                self.agree([node], [("x", FLOAT, x.shape)], [y], sizes, [[x]], opset=18, reference=True, tolerance=1e-4)

    def test_short_time_transform_of_a_plain_signal(self):
        tensors = constants(step=np.array(4), window=np.hanning(8).astype(np.float32))
        self.one("STFT", [self.normal(2, 32)], (FLOAT, [2, 7, 5, 2]), tensors, tolerance=1e-4)

    def integers(self, *shape, dtype=np.uint8, limit=None):
        info = np.iinfo(dtype)
        low, high = (info.min, info.max) if limit is None else (-limit, limit)
        return np.random.default_rng(1).integers(low, high, shape, endpoint=True).astype(dtype)

    def test_quantized_convolution(self):
        """Between QuantizeLinear and DequantizeLinear. All scales are powers of two,
        so that nothing is rounded but what is quantized."""
        scales = np.array([0.5, 0.25, 1, 2] * 5, np.float32)
        tensors = constants(
            xs=np.array(0.25, np.float32),
            xz=np.array(128, np.uint8),
            w=self.integers(20, 3, 1, 1, dtype=np.int8, limit=20),
            ws=scales,
            wz=np.zeros(20, np.int8),
            b=self.integers(20, dtype=np.int32, limit=1000),
            bs=0.25 * scales,
            ys=np.array(4, np.float32),
            yz=np.array(-3, np.int8),
        )
        nodes = [
            helper.make_node("QuantizeLinear", ["x", "xs", "xz"], ["xq"]),
            helper.make_node("DequantizeLinear", ["xq", "xs", "xz"], ["xd"]),
            helper.make_node("DequantizeLinear", ["w", "ws", "wz"], ["wd"], axis=0),
            helper.make_node("DequantizeLinear", ["b", "bs"], ["bd"], axis=0),
            helper.make_node("Conv", ["xd", "wd", "bd"], ["c"], pads=[1, 1, 1, 1]),
            helper.make_node("QuantizeLinear", ["c", "ys", "yz"], ["q"]),
            helper.make_node("DequantizeLinear", ["q", "ys", "yz"], ["y"]),
        ]
        x = 10 * self.normal(1, 3, 9, 12)
        y = [("y", FLOAT, [1, 20, 11, 14]), ("q", TensorProto.INT8, [1, 20, 11, 14])]
        self.agree(nodes, [("x", FLOAT, x.shape)], y, tensors, [[x]], opset=19, reference=True)
        # Weights of any size become constants, for which there are kernels.
        model = self.save(make_model(nodes, [("x", FLOAT, x.shape)], y[:1], tensors))
        graph = self.check_runs(VELTAIRC, model, "--emit=graph", "-o", "-")
        self.assertIn("kernel.conv2d", graph)
        self.assertNotRegex(graph, "tensor<[^>]*xu?i8")

    def test_quantized_weights_of_training(self):
        # Weights are f32, quantized and taken back.
        tensors = constants(
            w=self.normal(8, 64, 3, 3), s=np.linspace(0.01, 0.02, 8).astype(np.float32), z=np.zeros(8, np.int8)
        )
        nodes = [
            helper.make_node("QuantizeLinear", ["w", "s", "z"], ["q"], axis=0),
            helper.make_node("DequantizeLinear", ["q", "s", "z"], ["d"], axis=0),
            helper.make_node("Conv", ["x", "d"], ["y"]),
        ]
        x = self.normal(1, 64, 6, 7)
        y = [("y", FLOAT, [1, 8, 4, 5])]
        self.agree(nodes, [("x", FLOAT, x.shape)], y, tensors, [[x]], tolerance=1e-4)
        graph = self.check_runs(
            VELTAIRC, self.save(make_model(nodes, [("x", FLOAT, x.shape)], y, tensors)), "--emit=graph", "-o", "-"
        )
        self.assertIn("kernel.conv2d", graph)

    def test_products_of_quantized_tensors(self):
        byte, word = TensorProto.UINT8, TensorProto.INT32
        a = self.integers(5, 700)
        # More terms than f32 sums up exactly; a zero point for each column.
        tensors = constants(
            b=self.integers(700, 6, dtype=np.int8), az=np.array(131, np.uint8), bz=self.integers(6, dtype=np.int8)
        )
        self.one("MatMulInteger", [a], (word, [5, 6]), tensors, reference=True)
        long = self.integers(2, 5000)
        tensors = constants(b=self.integers(5000, 3))
        self.one("MatMulInteger", [long], (word, [2, 3]), tensors, reference=True)
        for channels in (2, 40):
            image = self.integers(1, channels, 6, 7)
            tensors = constants(w=self.integers(5, channels, 3, 3), xz=np.array(120, np.uint8), wz=self.integers(5))
            self.one("ConvInteger", [image], (word, [1, 5, 4, 5]), tensors, reference=True)
        tensors = constants(
            a_scale=np.array(0.0066, np.float32),
            a_zero=np.array(113, np.uint8),
            b=self.integers(700, 6),
            b_scale=np.array(0.00705, np.float32),
            b_zero=np.array(114, np.uint8),
            y_scale=np.array(0.7, np.float32),
            y_zero=np.array(118, np.uint8),
        )
        self.one("QLinearMatMul", [a], (byte, [5, 6]), tensors)
        tensors = constants(
            x_scale=np.array(0.25, np.float32),
            x_zero=np.array(120, np.uint8),
            w=self.integers(20, 3, 1, 1, dtype=np.int8),
            w_scale=np.array([0.5, 0.25, 1, 2] * 5, np.float32),
            w_zero=np.zeros(20, np.int8),
            y_scale=np.array(128, np.float32),
            y_zero=np.array(100, np.uint8),
            bias=self.integers(20, dtype=np.int32, limit=30000),
        )
        image = self.integers(2, 3, 7, 9)
        self.one("QLinearConv", [image], (byte, [2, 20, 9, 11]), tensors, {"pads": [1, 1, 1, 1]})

    def test_dynamic_quantization(self):
        x = self.normal(2, 7, 33)
        outputs = [("y", TensorProto.UINT8, x.shape), ("s", FLOAT, []), ("z", TensorProto.UINT8, [])]
        nodes = [helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])]
        self.agree(nodes, [("x", FLOAT, x.shape)], outputs, [], [[x], [np.abs(x)], [np.zeros_like(x)]])

    def test_attention(self):
        generator = np.random.default_rng(0)
        random = lambda *shape: generator.standard_normal(shape, dtype=np.float32)
        rows = {"q": random(2, 6, 64), "k": random(2, 7, 32), "v": random(2, 7, 32)}
        heads = {"q": random(2, 4, 6, 16), "k": random(2, 4, 7, 16), "v": random(2, 4, 7, 8)}
        past = {"pk": random(2, 4, 3, 16), "pv": random(2, 4, 3, 8)}
        flags = generator.random((2, 1, 6, 7)) < 0.7
        flags[1, 0, 2] = False
        cases = [
            (rows, "", {"q_num_heads": 4, "kv_num_heads": 2}),
            # The reference shows softcapped scores in mode 0, too.
            (
                rows,
                "",
                {"q_num_heads": 4, "kv_num_heads": 2, "is_causal": 1, "softcap": 2.0, "qk_matmul_output_mode": 1},
            ),
            (heads, "", {"scale": 0.5}),
            (heads | {"m": random(6, 7)}, "m", {"qk_matmul_output_mode": 2}),
            (heads | {"m": flags}, "m", {"qk_matmul_output_mode": 3}),
            (heads | {"m": flags}, "m", {"is_causal": 1}),
            (heads | past, " pk pv", {"is_causal": 1}),
            (heads | {"m": random(2, 4, 6, 10)} | past, "m pk pv", {}),
        ]
        for arrays, further, attributes in cases:
            names = ["q", "k", "v", *further.split(" ")]
            results = ["y", "present_k", "present_v", "scores"]
            nodes = [helper.make_node("Attention", names, results, **attributes)]
            inputs = [(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in arrays.items()]
            outputs = [(name, FLOAT, [None] * (3 if name == "y" and arrays is rows else 4)) for name in results]
            feeds = [list(arrays.values())]
            with self.subTest(attributes=attributes, operands=further):
                self.agree(nodes, inputs, outputs, [], feeds, opset=23, reference=True, tolerance=1e-4)
        # The parts of the operator are found by the pass that looks for them.
        nodes = [helper.make_node("Attention", ["q", "k", "v"], ["y"], q_num_heads=4, kv_num_heads=4)]
        inputs = [(name, FLOAT, [2, 16, 64]) for name in "qkv"]
        model = self.save(make_model(nodes, inputs, [("y", FLOAT, [2, 16, 64])], opset=23))
        self.assertIn("kernel.attention", self.check_runs(VELTAIRC, model, "--emit=graph", "-o", "-"))

    def test_rotary_embedding(self):
        caches = {"cos": self.normal(50, 4), "sin": self.normal(50, 4)}
        ids = constants(ids=np.array([[3, 1, 0, 49, 7]] * 2))
        for shape, attributes in (
            ([2, 3, 5, 8], {}),
            ([2, 3, 5, 8], {"interleaved": 1}),
            ([2, 5, 24], {"num_heads": 3, "interleaved": 1}),
            ([2, 5, 36], {"num_heads": 3, "rotary_embedding_dim": 8}),
        ):
            y, tensors = (FLOAT, shape), [*constants(**caches), *ids]
            self.one("RotaryEmbedding", [self.normal(*shape)], y, tensors, attributes, opset=23, reference=True)
        tensors = constants(cos=self.normal(2, 5, 4), sin=self.normal(2, 5, 4))
        shape = [2, 3, 5, 8]
        self.one("RotaryEmbedding", [self.normal(*shape)], (FLOAT, shape), tensors, opset=23, reference=True)

    def test_losses(self):
        scores, labels = self.normal(3, 5, 4), np.array([[0, 4, 2, 1], [3, -7, 0, 2], [1, 1, -7, 4]])
        tensors = constants(w=np.abs(self.normal(5)))
        names = ["x", "t", "w"]
        for reduction in ("none", "sum", "mean"):
            for operands in (2, 3):
                attributes = {"reduction": reduction, "ignore_index": -7}
                nodes = [
                    helper.make_node("SoftmaxCrossEntropyLoss", names[:operands], ["y", "log"], **attributes),
                    helper.make_node("NegativeLogLikelihoodLoss", ["log", *names[1:operands]], ["z"], **attributes),
                ]
                shape = [3, 4] if reduction == "none" else []
                outputs = [("y", FLOAT, shape), ("z", FLOAT, shape), ("log", FLOAT, scores.shape)]
                inputs = [("x", FLOAT, scores.shape), ("t", INT64, labels.shape)]
                self.agree(nodes, inputs, outputs, tensors[: operands - 2], [[scores, labels]], reference=True)

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

    def test_remainders_behind_kernels(self):
        """They are computed in f64, what is fused with kernels in f32."""
        nodes = [
            helper.make_node("MatMul", ["x", "m"], ["product"]),
            helper.make_node("Mod", ["product", "d"], ["r"], fmod=1),
            helper.make_node("Softmax", ["r"], ["s"]),
            helper.make_node("Mod", ["s", "e"], ["y"], fmod=1),
            helper.make_node("Conv", ["image", "w"], ["c"]),
            helper.make_node("Mod", ["c", "d"], ["z"], fmod=1),
        ]
        tensors = constants(
            m=self.normal(8, 20), w=self.normal(16, 3, 3, 3), d=np.array(0.7, np.float32), e=np.array(0.03, np.float32)
        )
        self.agree(
            nodes,
            [("x", FLOAT, [3, 8]), ("image", FLOAT, [1, 3, 6, 7])],
            [("y", FLOAT, [3, 20]), ("z", FLOAT, [1, 16, 4, 5])],
            tensors,
            [[self.normal(3, 8), self.normal(1, 3, 6, 7)]],
            tolerance=1e-3,
        )

    def test_largest_elements_of_regions(self):
        # Of some regions, samples lie far outside; of the second one there are none.
        tensors = constants(
            rois=np.array([[0, 0, 1, 1], [1, 1, 1, 1], [-3, 0, 3, 2.5]], np.float32), batch=np.zeros(3, np.int64)
        )
        size = {"output_height": 2, "output_width": 2}
        for attributes in (
            {"sampling_ratio": 1, "coordinate_transformation_mode": "output_half_pixel"},
            {"sampling_ratio": 0},
        ):
            self.one(
                "RoiAlign",
                [self.normal(1, 2, 3, 4)],
                (FLOAT, [3, 2, 2, 2]),
                tensors,
                {"mode": "max", **size, **attributes},
                reference=True,
            )

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
        ]
        base = np.concatenate([base, [x for x, _ in corners]])
        exponent = np.concatenate([exponent, [y for _, y in corners]])
        self.function("Pow", base, lambda x: np.power(x, exponent), 1e-13, np.float64, constants(e=exponent))

    def test_indices_of_equal_pools(self):
        for x in (np.zeros((1, 2, 4, 4), np.uint8), np.full((1, 1, 4, 4), -np.inf, np.float32)):
            element = helper.np_dtype_to_tensor_dtype(x.dtype)
            shape = [*x.shape[:2], 2, 2]
            self.agree(
                [helper.make_node("MaxPool", ["x"], ["v", "y"], kernel_shape=[2, 2], strides=[2, 2])],
                [("x", element, x.shape)],
                [("v", element, shape), ("y", INT64, shape)],
                [],
                [[x]],
                reference=True,
            )

    def test_resize_by_scales_that_are_no_binary_fractions(self):
        for scale, length in ((0.7, 7), (0.9, 9), (1.4, 14), (0.33, 3)):
            tensors = constants(scales=np.array([1, 1, scale, scale], np.float32))
            self.agree(
                [helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest")],
                [("x", FLOAT, [1, 3, 10, 10])],
                [("y", FLOAT, [1, 3, length, length])],
                tensors,
                [[self.normal(1, 3, 10, 10)]],
            )

    def test_resize_to_the_nearest_of_equal_distances(self):
        """3 / 0.6f is 5 in f32, and less than 5 in f64."""
        tensors = constants(scales=np.array([1, 1, 1, 0.6], np.float32))
        x = np.arange(10, dtype=np.float32).reshape(1, 1, 1, 10)
        for nearest in ("floor", "ceil", "round_prefer_floor", "round_prefer_ceil"):
            attributes = {"nearest_mode": nearest, "coordinate_transformation_mode": "asymmetric"}
            node = helper.make_node("Resize", ["x", "", "scales"], ["y"], mode="nearest", **attributes)
            self.agree([node], [("x", FLOAT, x.shape)], [("y", FLOAT, [1, 1, 1, 6])], tensors, [[x]])
        node = helper.make_node("Resize", ["x", "scales"], ["y"], mode="nearest")
        self.agree([node], [("x", FLOAT, x.shape)], [("y", FLOAT, [1, 1, 1, 6])], tensors, [[x]], opset=10)
        # One dimension grows, another shrinks.
        tensors = constants(scales=np.array([1, 1, 1.5, 0.6], np.float32))
        x = np.arange(30, dtype=np.float32).reshape(1, 1, 3, 10)
        self.agree([node], [("x", FLOAT, x.shape)], [("y", FLOAT, [1, 1, 4, 6])], tensors, [[x]], opset=10)

    def test_log_sum_exp_of_infinities(self):
        inf = np.inf
        x = np.array([[-inf, -inf], [inf, 1], [inf, -inf], [1, 2], [-inf, 2]], np.float32)
        for keepdims in (0, 1):
            attributes = {"axes": [1], "keepdims": keepdims}
            self.one("ReduceLogSumExp", [x], (FLOAT, [5, 1][: 1 + keepdims]), (), attributes)

    def test_batch_normalization_of_other_types(self):
        tensors = constants(
            scale=self.normal(3), bias=self.normal(3), mean=self.normal(3), var=np.arange(1, 4).astype(np.float32)
        )
        for dtype, element, tolerance in ((np.float16, FLOAT16, 1e-2), (np.float64, DOUBLE, 1e-5)):
            self.one(
                "BatchNormalization",
                [self.normal(2, 3, 4, 5, dtype=dtype)],
                (element, [2, 3, 4, 5]),
                tensors,
                opset=15,
                tolerance=tolerance,
                reference=True,
            )

    def test_instance_normalization_of_other_types(self):
        tensors = constants(scale=self.normal(3), bias=self.normal(3))
        for dtype, element, tolerance in ((np.float16, FLOAT16, 3e-2), (np.float64, DOUBLE, 1e-5)):
            self.one(
                "InstanceNormalization",
                [self.normal(2, 3, 4, 5, dtype=dtype)],
                (element, [2, 3, 4, 5]),
                tensors,
                tolerance=tolerance,
                reference=True,
            )

    def test_one_hot_of_large_bytes(self):
        tensors = constants(depth=np.array(150), values=np.array([0, 1], np.float32))
        x = np.array([140, 3, 149, 200], np.uint8)
        self.one("OneHot", [x], (FLOAT, [4, 150]), tensors, reference=True)

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

    def chain(self, length):
        """Elementwise operators, each on the result of the one before it."""
        names = ["x", *(f"t{number}" for number in range(1, length)), "y"]
        binary = lambda op: lambda source: (op, [source, "x"])
        kinds = [binary("Add"), binary("Mul"), lambda source: ("Tanh", [source])]
        return [
            helper.make_node(*kinds[number % 3](names[number]), [names[number + 1]]) for number in range(length)
        ]

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
