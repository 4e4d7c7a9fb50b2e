"""Single operators, against ONNX Runtime or ONNX's reference: what ONNX's own
tests of them leave out."""

import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, ModelCase, make_model

FLOAT, FLOAT16, DOUBLE = TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE


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

    def test_one_hot_of_large_bytes(self):
        tensors = constants(depth=np.array(150), values=np.array([0, 1], np.float32))
        x = np.array([140, 3, 149, 200], np.uint8)
        self.one("OneHot", [x], (FLOAT, [4, 150]), tensors, reference=True)


if __name__ == "__main__":
    unittest.main()
