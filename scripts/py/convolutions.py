"""Models of convolutions alone, and what they compute, in f64."""

import math

import numpy as np
from onnx import TensorProto, helper, numpy_helper


def extent(size, window, stride, pad):
    return (size + 2 * pad - window) // stride + 1


def model_of(shape, copies=1, window=3, stride=1, pad=1, batch=1):
    """`copies` convolutions with a bias and Relu, conv0, conv1 and so on, each
    with weights and an input of its own: (x0, w0, b0) -> y0. Weights are such
    that results are about as large as inputs. Returns the model and the
    weights."""
    channels, rows, columns, outputs = shape
    generator = np.random.default_rng(0)
    nodes, inputs, results, weights = [], [], [], {}
    for copy in range(copies):
        x, w, b, c, y = (f"{kind}{copy}" for kind in "xwbcy")
        filters = generator.standard_normal((outputs, channels, window, window), dtype=np.float32)
        weights[w] = filters / np.float32(math.sqrt(channels * window**2))
        weights[b] = generator.standard_normal(outputs, dtype=np.float32)
        nodes.append(
            helper.make_node("Conv", [x, w, b], [c], f"conv{copy}", pads=[pad] * 4, strides=[stride] * 2)
        )
        nodes.append(helper.make_node("Relu", [c], [y]))
        inputs.append(helper.make_tensor_value_info(x, TensorProto.FLOAT, [batch, channels, rows, columns]))
        result = [batch, outputs, extent(rows, window, stride, pad), extent(columns, window, stride, pad)]
        results.append(helper.make_tensor_value_info(y, TensorProto.FLOAT, result))
    initializers = [numpy_helper.from_array(value, name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "convolutions", inputs, results, initializers)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), weights


def convolution(x, filters, pads):
    """The convolution of stride 1 in f64; pads are top, left, bottom, right."""
    top, left, bottom, right = pads
    x = np.pad(x.astype(np.float64), ((0, 0), (0, 0), (top, bottom), (left, right)))
    windows = np.lib.stride_tricks.sliding_window_view(x, filters.shape[2:], axis=(2, 3))
    return np.einsum("nchwrs,ocrs->nohw", windows, filters.astype(np.float64), optimize=True)
