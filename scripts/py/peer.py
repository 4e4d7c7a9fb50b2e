"""One measurement of one peer in a process of its own: the counterpart of
`veltair bench --json`, with the same fields."""

import argparse
import importlib
import json
import os
import sys
import time

import numpy as np


def percentiles(times):
    result = {"min": min(times), "mean": float(np.mean(times)), "max": max(times)}
    for p in (50, 90, 95, 99):
        enough = p < 99 or len(times) >= 100
        result[f"p{p}"] = float(np.percentile(times, p)) if enough else None
    return result


def resident_bytes():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def load_onnxruntime(model, threads, inputs, precision):
    if precision != "f32":
        sys.exit(f"peer: ONNX Runtime computes a model of f32 in f32, not in {precision}")
    from peers import onnxruntime_session

    session = onnxruntime_session(model, threads)
    return lambda: session.run(None, inputs)


def load_openvino(model, threads, inputs, precision):
    from peers import openvino_network, openvino_runner

    network = openvino_network(model, inputs, threads, NUM_STREAMS=1, INFERENCE_PRECISION_HINT=precision)
    return openvino_runner(network, inputs)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=("onnxruntime", "openvino"))
    parser.add_argument("model")
    parser.add_argument("--input", action="append", default=[], metavar="NAME=FILE.npy")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=["f32", "bf16"], default="f32")
    parser.add_argument("--warmup-ms", type=float, default=200)
    parser.add_argument("--duration-s", type=float, default=3)
    parser.add_argument("--iterations", type=int, default=0, help="instead of a duration")
    options = parser.parse_args()
    inputs = {name: np.load(file) for name, file in (item.rsplit("=", 1) for item in options.input)}

    load = {"onnxruntime": load_onnxruntime, "openvino": load_openvino}[options.peer]
    now = time.perf_counter
    interpreter = resident_bytes()  # Python and numpy are not the peer's
    importlib.import_module(options.peer)  # the library, as libveltair, is there before a model is loaded
    begin = now()
    run = load(options.model, options.threads, inputs, options.precision)
    loaded = now()
    run()
    first = now()
    while (now() - first) * 1e3 < options.warmup_ms:
        run()
    times = []
    start = now()
    while not times or (
        len(times) < options.iterations if options.iterations else now() - start < options.duration_s
    ):
        before = now()
        run()
        times.append((now() - before) * 1e3)
    json.dump(
        {
            "schema": "veltair.bench.peer.1",
            "model": os.path.basename(options.model),
            "threads": options.threads,
            "runs": len(times),
            "latency_ms": percentiles(times),
            "load_ms": (loaded - begin) * 1e3,
            "first_ms": (first - loaded) * 1e3,
            "rss_bytes": resident_bytes() - interpreter,
        },
        sys.stdout,
    )


if __name__ == "__main__":
    main()
