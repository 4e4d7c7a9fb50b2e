"""Times every version of single layers, beside the cost model's prediction.

A shape is CxHxW-O: input channels, height, width, output channels of a 3x3
convolution of stride 1 with padding 1 (another window, stride or padding by the
options). The layer is repeated until its weights no longer stay in the cache
from one query to the next, as in a whole model."""

import argparse
import math
import os
import re
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from programs import VELTAIR, VELTAIRC, call, call_json


def convolutions(channels, rows, columns, outputs, copies, options):
    """`copies` convolutions with a bias and an activation, each with weights of
    its own, on inputs of the same shape."""
    generator = np.random.default_rng(0)
    nodes, inputs, results, weights = [], [], [], []
    extent = lambda size: (size + 2 * options.pad - options.window) // options.stride + 1  # noqa: E731
    for copy in range(copies):
        names = [f"{kind}{copy}" for kind in ("x", "w", "b", "c", "y")]
        window = (outputs, channels, options.window, options.window)
        weight = generator.standard_normal(window, dtype=np.float32) / math.sqrt(math.prod(window[1:]))
        weights.append(numpy_helper.from_array(weight.astype(np.float32), names[1]))
        weights.append(numpy_helper.from_array(generator.standard_normal(outputs, dtype=np.float32), names[2]))
        nodes.append(
            helper.make_node(
                "Conv", names[:3], [names[3]], f"conv{copy}", pads=[options.pad] * 4, strides=[options.stride] * 2
            )
        )
        nodes.append(helper.make_node("Relu", [names[3]], [names[4]]))
        inputs.append(helper.make_tensor_value_info(names[0], TensorProto.FLOAT, [options.batch, channels, rows, columns]))
        results.append(
            helper.make_tensor_value_info(
                names[4], TensorProto.FLOAT, [options.batch, outputs, extent(rows), extent(columns)]
            )
        )
    graph = helper.make_graph(nodes, "layers", inputs, results, weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def measure(shape, options):
    channels, rows, columns, outputs = map(int, re.fullmatch(r"(\d+)x(\d+)x(\d+)-(\d+)", shape).groups())
    weight_bytes = 4 * channels * outputs * options.window**2
    copies = options.copies or max(1, min(24, (48 << 20) // weight_bytes))
    flops = 2 * channels * outputs * options.window**2 * options.batch
    with tempfile.TemporaryDirectory() as folder:
        model = os.path.join(folder, "model.onnx")
        onnx.save(convolutions(channels, rows, columns, outputs, copies, options), model)
        common = [VELTAIRC, model, f"--march={options.march}", f"--versions={options.versions}", "-j2"]
        common += [f"--weight-budget={options.weight_budget}"]
        if options.all:
            common.append("--keep-useless-versions")
        text = call(*common, "--emit=versions", "-o", "-")
        layer = text[text.index('veltair.layer "conv0"') :]
        layer = layer[: layer.index("veltair.layer", 10)]
        cycles = [int(found) for found in re.findall(r"cycles = (\d+)", layer)]
        artifact = os.path.join(folder, "model.so")
        call(*common, "-o", artifact)
        layers = call_json(VELTAIR, "inspect", artifact)["programs"][0]["layers"]
        versions = next(layer["versions"] for layer in layers if layer["name"] == "conv0")
        print(f"{shape}: {copies} copies")
        for number, version in enumerate(versions):
            bench = [VELTAIR, "bench", artifact, f"--threads={options.threads}", f"--kernel-version={number}"]
            report = call_json(*bench, f"--iterations={options.iterations}", "--per-layer")
            times = [layer["min_ms"] for layer in report["layers"] if layer["name"].startswith("conv")]
            best, middle = min(times), float(np.median(times))
            area = next(layer for layer in report["layers"] if layer["name"] == "conv0")["gflops"]
            predicted = cycles[number] / options.ghz / 1e6
            scale = area * next(l for l in report["layers"] if l["name"] == "conv0")["mean_ms"]
            print(
                f"  {number:2} {version['schedule']:44} chunks {version['chunks']:5}"
                f" predicted {predicted:8.4f} ms  measured {middle:8.4f} (least {best:.4f})"
                f"  {scale / middle:6.1f} GFLOP/s  ratio {middle / predicted:.2f}",
                flush=True,
            )


def main():
    parser = argparse.ArgumentParser(prog="scripts/layer-times", description=__doc__)
    parser.add_argument("shape", nargs="+", help="for example 64x56x56-64")
    parser.add_argument("--window", type=int, default=3)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--pad", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--march", default="native")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--copies", type=int, default=0, help="default: as the weights' size demands")
    parser.add_argument("--versions", type=int, default=12)
    parser.add_argument("--weight-budget", type=float, default=1000)
    parser.add_argument("--all", action="store_true", help="also versions that the cost model finds useless")
    parser.add_argument("--ghz", type=float, default=3.6, help="for the prediction")
    options = parser.parse_args()
    for shape in options.shape:
        measure(shape, options)


main()
