"""The error of each algorithm of a convolution against the same in f64, over
random inputs (normal, and not negative as behind a Relu) and depths. Errors are
relative to the largest absolute result. Prints a table in Markdown."""

import argparse
import os
import sys
import tempfile

import numpy as np
import onnx

from convolutions import convolution, model_of
from programs import VELTAIR, VELTAIRC, Failure, call, call_json

DEPTHS = [16, 64, 256, 512, 1024]
SIZE, OUTPUTS = 28, 32
ALGORITHMS = ["direct", "winograd2", "winograd4"]


def errors(depth, positive, options, folder):
    """Algorithm -> (largest, root mean square) error."""
    pad = (options.window - 1) // 2
    model, weights = model_of((depth, SIZE, SIZE, OUTPUTS), window=options.window, pad=pad)
    path, artifact = os.path.join(folder, "model.onnx"), os.path.join(folder, "model.so")
    onnx.save(model, path)
    compiler = [VELTAIRC, path, "-o", artifact, f"--march={options.march}", f"--precision={options.precision}"]
    call(*compiler, "--keep-useless-versions", "--weight-budget=100")
    x = np.random.default_rng(depth).standard_normal((1, depth, SIZE, SIZE), dtype=np.float32)
    x = np.abs(x) if positive else x
    np.save(os.path.join(folder, "x.npy"), x)
    want = np.maximum(convolution(x, weights["w0"], (pad,) * 4) + weights["b0"][:, None, None], 0)
    layers = call_json(VELTAIR, "inspect", artifact)["programs"][0]["layers"]
    found = {}
    for number, version in enumerate(next(layer["versions"] for layer in layers if layer["name"] == "conv0")):
        command = [VELTAIR, "run", artifact, f"--input=x0={folder}/x.npy", f"--output={folder}"]
        call(*command, f"--kernel-version={number}", "--threads=1")
        difference = (np.load(os.path.join(folder, "y0.npy")) - want) / np.max(np.abs(want))
        algorithm = version["schedule"].split()[0]
        found[algorithm] = (np.max(np.abs(difference)), np.sqrt(np.mean(difference**2)))
    return found


def main():
    parser = argparse.ArgumentParser(prog="scripts/convolution-error", description=__doc__)
    parser.add_argument("--march", default="native")
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--window", type=int, default=3, help="height and width of the filters (3)")
    options = parser.parse_args()
    print("| input | channels |" + "".join(f" {name} max | rms |" for name in ALGORITHMS))
    print("|---|---|" + "---|---|" * len(ALGORITHMS))
    for positive in (False, True):
        for depth in DEPTHS:
            with tempfile.TemporaryDirectory() as folder:
                found = errors(depth, positive, options, folder)
            # Not every algorithm has filters of every size.
            cells = "".join(
                " {:.1e} | {:.1e} |".format(*found[name]) if name in found else " | |" for name in ALGORITHMS
            )
            print(f"| {'not negative' if positive else 'normal'} | {depth} |{cells}", flush=True)


try:
    main()
except Failure as failure:
    sys.exit(f"convolution-error: {failure}")
