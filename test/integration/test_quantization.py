"""Quantized tensors, against ONNX Runtime or ONNX's reference."""

import unittest

import numpy as np
from onnx import TensorProto, helper

from operator_case import OperatorCase, constants
from support import VELTAIRC, make_model

FLOAT = TensorProto.FLOAT


class Quantization(OperatorCase):
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
        # ONNX Runtime's sums of u8 times s8 saturate on CPUs without VNNI.
        self.one("QLinearConv", [image], (byte, [2, 20, 9, 11]), tensors, {"pads": [1, 1, 1, 1]}, reference=True)

    def test_dynamic_quantization(self):
        x = self.normal(2, 7, 33)
        outputs = [("y", TensorProto.UINT8, x.shape), ("s", FLOAT, []), ("z", TensorProto.UINT8, [])]
        nodes = [helper.make_node("DynamicQuantizeLinear", ["x"], ["y", "s", "z"])]
        self.agree(nodes, [("x", FLOAT, x.shape)], outputs, [], [[x], [np.abs(x)], [np.zeros_like(x)]])


if __name__ == "__main__":
    unittest.main()
