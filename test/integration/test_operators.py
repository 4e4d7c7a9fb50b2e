"""Single operators, against ONNX Runtime or ONNX's reference: what ONNX's own
tests of them leave out."""

import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from operator_case import OperatorCase, constants
from support import VELTAIR, VELTAIRC, make_model

FLOAT, FLOAT16, DOUBLE, INT64 = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE, TensorProto.INT64


class Operators(OperatorCase):
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

    def test_regions_far_beyond_the_image(self):
        x = self.normal(1, 2, 7, 9)
        size = {"output_height": 2, "output_width": 3}
        rois = np.array([[-40.3, -30.7, 50.9, 60.1], [2.1, -70.3, 5.7, 90.9], [-5, -5, -3, -3]], np.float32)
        tensors = constants(rois=rois, batch=np.zeros(3, np.int64))
        for mode in ("avg", "max"):
            attributes = {"mode": mode, **size}
            self.one("RoiAlign", [x], (FLOAT, [3, 2, 2, 3]), tensors, attributes, tolerance=1e-3, reference=True)
        # Of so many samples there is no end; some are nowhere.
        inf, nan = np.inf, np.nan
        rois = np.array([[-1e9, -1e9, 1e9, 1e9], [-3e38, 0, 3e38, 5], [nan, 0, 1, 1], [0, 0, inf, 1]], np.float32)
        y = ("y", FLOAT, [4, 2, 2, 3])
        np.save(self.path("x.npy"), x)
        np.save(self.path("rois.npy"), rois)
        files = [f"--input={name}={self.path(name + '.npy')}" for name in ("x", "rois")]
        for ratio in (0, 2):
            node = helper.make_node("RoiAlign", ["x", "rois", "batch"], ["y"], sampling_ratio=ratio, **size)
            inputs = [("x", FLOAT, x.shape), ("rois", FLOAT, rois.shape)]
            model = make_model([node], inputs, [y], constants(batch=np.zeros(4, np.int64)))
            artifact = self.path("model.so")
            self.check_runs(VELTAIRC, self.save(model), "-o", artifact, f"--march={','.join(self.ISAS)}")
            for isa in self.ISAS:
                self.check_runs(VELTAIR, "run", artifact, f"--isa={isa}", *files, f"--output={self.folder}")
                np.testing.assert_allclose(np.load(self.path("y.npy")), np.zeros(y[2]), atol=1e-4)

    def test_center_crop_pad(self):
        x = self.normal(5, 4, 7)
        for shape, attributes in (([3, 4, 10], {}), ([8, 1, 6], {}), ([9, 2], {"axes": [-1, 0]})):
            wanted = shape if not attributes else [2, 4, 9]
            tensors = constants(shape=np.array(shape))
            self.one("CenterCropPad", [x], (FLOAT, wanted), tensors, attributes, opset=18, reference=True)

    def test_affine_grid(self):
        for size in ([2, 1, 5, 6], [2, 1, 3, 5, 6]):
            rank = len(size) - 2
            for corners in (0, 1):
                theta = self.normal(2, rank, rank + 1)
                y, tensors = (FLOAT, [2, *size[2:], rank]), constants(size=np.array(size))
                attributes = {"align_corners": corners}
                self.one("AffineGrid", [theta], y, tensors, attributes, opset=20, reference=True)

    def test_col2im(self):
        x = self.normal(2, 18, 12)
        tensors = constants(image=np.array([5, 6]), block=np.array([2, 3]))
        attributes = {"dilations": [1, 2], "pads": [1, 0, 1, 2], "strides": [2, 1]}
        self.one("Col2Im", [x], (FLOAT, [2, 3, 5, 6]), tensors, attributes, opset=18, reference=True)
        tensors = constants(image=np.array([2, 3, 4]), block=np.array([1, 2, 2]))
        self.one("Col2Im", [self.normal(1, 8, 12)], (FLOAT, [1, 2, 2, 3, 4]), tensors, opset=18, reference=True)

    def test_deformable_convolution(self):
        generator = np.random.default_rng(1)
        random = lambda *shape: generator.standard_normal(shape, dtype=np.float32)
        x, offsets, mask = random(2, 4, 5, 6), 2 * random(2, 24, 3, 4), random(2, 12, 3, 4)
        tensors = constants(w=random(6, 2, 2, 3), b=random(6))
        attributes = {"dilations": [1, 2], "pads": [1, 0, 1, 2], "strides": [2, 1], "group": 2, "offset_group": 2}
        y = ("y", FLOAT, [2, 6, 3, 4])
        inputs = [("x", FLOAT, x.shape), ("o", FLOAT, offsets.shape), ("m", FLOAT, mask.shape)]
        node = helper.make_node("DeformConv", ["x", "w", "o", "b", "m"], ["y"], **attributes)
        feeds = [[x, offsets, mask]]
        self.agree([node], inputs, [y], tensors, feeds, opset=19, tolerance=3e-4, reference=True)
        node = helper.make_node("DeformConv", ["x", "w", "o"], ["y"], **attributes)
        feeds = [[x, offsets]]
        self.agree([node], inputs[:2], [y], tensors[:1], feeds, opset=19, tolerance=3e-4, reference=True)
        # What is moved to nowhere, or far away, is 0.
        offsets = np.resize(np.array([np.nan, np.inf, -np.inf, 1e30, -1e30], np.float32), offsets.shape)
        node = helper.make_node("DeformConv", ["x", "w", "o", "b"], ["y"], **attributes)
        artifact = self.path("model.so")
        model = self.save(make_model([node], inputs[:2], [y], tensors, opset=19))
        self.check_runs(VELTAIRC, model, "-o", artifact, f"--march={','.join(self.ISAS)}")
        np.save(self.path("x.npy"), x)
        np.save(self.path("o.npy"), offsets)
        files = [f"--input={name}={self.path(name + '.npy')}" for name in ("x", "o")]
        wanted = np.broadcast_to(numpy_helper.to_array(tensors[1])[:, None, None], y[2])
        for isa in self.ISAS:
            self.check_runs(VELTAIR, "run", artifact, f"--isa={isa}", *files, f"--output={self.folder}")
            np.testing.assert_allclose(np.load(self.path("y.npy")), wanted, rtol=1e-6)

    def test_scan_of_batches(self):
        # As it was in opset 8.
        value = helper.make_tensor_value_info
        body = helper.make_graph(
            [helper.make_node("Add", ["s", "e"], ["t"]), helper.make_node("Mul", ["t", "e"], ["u"])],
            "body",
            [value("s", FLOAT, [3]), value("e", FLOAT, [3])],
            [value("t", FLOAT, [3]), value("u", FLOAT, [3])],
        )
        for direction in (0, 1):
            node = helper.make_node(
                "Scan", ["", "s0", "x"], ["y", "z"], body=body, num_scan_inputs=1, directions=[direction]
            )
            self.agree(
                [node],
                [("s0", FLOAT, [2, 3]), ("x", FLOAT, [2, 4, 3])],
                [("y", FLOAT, [2, 3]), ("z", FLOAT, [2, 4, 3])],
                [],
                [[self.normal(2, 3), self.normal(2, 4, 3)]],
                opset=8,
            )

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


if __name__ == "__main__":
    unittest.main()
