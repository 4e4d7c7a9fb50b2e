"""Times every version of single layers, beside what the cost model predicts.

A shape is CxHxW-O: input channels, height, width, output channels of a
convolution with bias and Relu. The layer is repeated with other weights until
these no longer stay in the cache from one query to the next, as in a model."""

import argparse
import os
import re
import statistics
import tempfile

import onnx

from convolutions import extent, model_of
from programs import VELTAIR, VELTAIRC, Failure, call, call_json


def parse_shape(text):
    """64x56x48-32 as (channels, rows, columns, outputs)."""
    found = re.fullmatch(r"([1-9]\d*)x([1-9]\d*)x([1-9]\d*)-([1-9]\d*)", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is no CxHxW-O, such as 64x56x56-64")
    return tuple(map(int, found.groups()))


def predicted_cycles(text):
    """The estimated cycles of each version of conv0, of `--emit=versions`."""
    layer = text.split('veltair.layer "conv0"')[1].split("veltair.layer")[0]
    return [int(found) for found in re.findall(r"cycles = (\d+)", layer)]


def measure(shape, options, folder):
    channels, rows, columns, outputs = shape
    weight_bytes = 4 * channels * outputs * options.window**2
    copies = options.copies or max(1, min(24, (48 << 20) // weight_bytes))
    places = [extent(size, options.window, options.stride, options.pad) for size in (rows, columns)]
    flops = weight_bytes // 2 * options.batch * places[0] * places[1]
    model, _ = model_of(shape, copies, options.window, options.stride, options.pad, options.batch)
    path, artifact = os.path.join(folder, "model.onnx"), os.path.join(folder, "model.so")
    onnx.save(model, path)
    compiler = [VELTAIRC, path, f"--march={options.march}", f"--versions={options.versions}"]
    compiler += [f"--weight-budget={options.weight_budget}", f"--precision={options.precision}"]
    if options.all:
        compiler.append("--keep-useless-versions")
    cycles = predicted_cycles(call(*compiler, "--emit=versions", "-o", "-"))
    call(*compiler, "-o", artifact)
    layers = call_json(VELTAIR, "inspect", artifact)["programs"][0]["layers"]
    versions = next(layer["versions"] for layer in layers if layer["name"] == "conv0")
    for number, version in enumerate(versions):
        bench = [VELTAIR, "bench", artifact, f"--threads={options.threads}", f"--kernel-version={number}"]
        report = call_json(*bench, f"--iterations={options.iterations}", "--per-layer")
        times = [layer["min_ms"] for layer in report["layers"] if layer["name"].startswith("conv")]
        measured = statistics.median(times)
        predicted = cycles[number] / options.ghz / 1e6
        print(
            f"  {version['schedule']:44} chunks {version['chunks']:4}  predicted {predicted:8.4f} ms"
            f"  measured {measured:8.4f} (least {min(times):.4f})"
            f"  {flops / measured / 1e6:5.0f} GFLOP/s  ratio {measured / predicted:.2f}",
            flush=True,
        )


def main():
    parser = argparse.ArgumentParser(prog="scripts/layer-times", description=__doc__)
    parser.add_argument("shape", nargs="+", type=parse_shape, help="for example 64x56x56-64")
    parser.add_argument("--window", type=int, default=3)
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--pad", type=int, default=1)
    parser.add_argument("--batch", type=int, default=1)
    parser.add_argument("--march", default="native")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--iterations", type=int, default=10)
    parser.add_argument("--copies", type=int, default=0, help="layers (default: for 48 MiB of weights, at most 24)")
    parser.add_argument("--versions", type=int, default=12, help="most versions")
    parser.add_argument("--weight-budget", type=float, default=1000)
    parser.add_argument("--all", action="store_true", help="also versions that the cost model finds useless")
    parser.add_argument("--ghz", type=float, default=3.6, help="clock of the prediction")
    options = parser.parse_args()
    for shape in options.shape:
        print("{}x{}x{}-{}:".format(*shape), flush=True)
        try:
            with tempfile.TemporaryDirectory() as folder:
                measure(shape, options, folder)
        except Failure as failure:
            raise SystemExit(str(failure)) from None


main()
