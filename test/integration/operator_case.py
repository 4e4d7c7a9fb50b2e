"""Tests of operators: one at a time, against ONNX Runtime or ONNX's reference."""

import numpy as np
from onnx import helper, numpy_helper

from support import ModelCase


def constants(**arrays):
    return [numpy_helper.from_array(array, name) for name, array in arrays.items()]


class OperatorCase(ModelCase):
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
