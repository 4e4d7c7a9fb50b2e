"""Measures models side by side with their peers: rounds of A B C A B C, each
measurement in a process of its own, on the same CPUs and the same input."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

import manifest
import peers_report
from peers import onnxruntime_session, random_inputs, save_inputs
from programs import VELTAIR, VELTAIRC, Failure, call, compiled

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
# Rounds, unless given. The medians of short models vary more.
LONG_MS, LONG_ROUNDS, SHORT_ROUNDS = 20, 5, 11


def commands(name, precision, threads, seconds, peers, input_options):
    """What to measure: system -> command that prints the JSON of a measurement."""
    cpus = ",".join(map(str, sorted(os.sched_getaffinity(0))[:threads]))
    common = ["--threads", threads, "--duration-s", seconds, *input_options]
    ours = ["taskset", "-c", cpus, VELTAIR, "bench", compiled(name, precision), *common, "--json"]
    peer_options = [manifest.path(name), "--precision", precision, *common]
    theirs = {peer: ["taskset", "-c", cpus, sys.executable, PEER, peer, *peer_options] for peer in peers}
    return {"veltair": ours, **theirs}


def enough_rounds(runs):
    """How many rounds a system needs that gave `runs` so far."""
    short = runs and runs[0]["latency_ms"]["p50"] < LONG_MS
    return SHORT_ROUNDS if short else LONG_ROUNDS


def measure(name, precision, threads, rounds, seconds, peers):
    binding = manifest.load()[name]["shapes"][0]
    inputs = random_inputs(onnxruntime_session(manifest.path(name), 1), binding)
    with tempfile.TemporaryDirectory() as folder:
        input_options = [f"--input={key}={file}" for key, file in save_inputs(inputs, folder).items()]
        systems = commands(name, precision, threads, seconds, peers, input_options)
        results = {system: [] for system in systems}
        while len(results["veltair"]) < (rounds or enough_rounds(results["veltair"])):
            for system, command in systems.items():
                results[system].append(json.loads(call(*command)))
        layers = json.loads(call(*systems["veltair"], "--per-layer", "--iterations=1"))
    summary = {
        system: {
            "min_ms": min(run["latency_ms"]["min"] for run in runs),
            "median_ms": statistics.median(run["latency_ms"]["p50"] for run in runs),
            "load_ms": min(run["load_ms"] for run in runs),
            "first_ms": min(run["first_ms"] for run in runs),
            "rss_bytes": max(run["rss_bytes"] for run in runs),
        }
        for system, runs in results.items()
    }
    best = {key: min(summary[peer][key] for peer in peers) for key in ("min_ms", "median_ms")}
    ratio = {key: summary["veltair"][key] / value for key, value in best.items()}
    return {
        "model": name,
        "threads": threads,
        "gflop": sum(layer["flops"] for layer in layers["layers"]) / 1e9,
        "peak_gflops": layers["roofline"]["gflops"],
        "systems": summary,
        "ratio_to_best_peer": ratio,
        "rounds": results,
    }


def compile_cost(name):
    """Seconds and peak memory of compiling all versions for this CPU."""
    with tempfile.TemporaryDirectory() as folder:
        report = os.path.join(folder, "time")
        options = manifest.shape_options(manifest.load()[name])
        begin = time.monotonic()
        call(
            "/usr/bin/time", "-f", "%M", "-o", report,
            VELTAIRC, manifest.path(name), "-o", os.path.join(folder, "model.so"), "--march=native", *options,
            timeout=1800,
        )  # fmt: skip
        seconds = time.monotonic() - begin
        with open(report) as file:
            return {"seconds": seconds, "peak_bytes": int(file.read().split()[-1]) * 1024}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__)
    parser.add_argument("model", nargs="+", type=manifest.known, help="names from models/manifest.json")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    rounds = f"default: {LONG_ROUNDS}, of models under {LONG_MS} ms {SHORT_ROUNDS}"
    parser.add_argument("--rounds", type=int, default=0, help=rounds)
    parser.add_argument("--seconds", type=float, default=3, help="of one measurement")
    parser.add_argument("--peers", nargs="+", default=["onnxruntime", "openvino"], choices=["onnxruntime", "openvino"])
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md, .json and .svg")
    parser.add_argument(
        "--precision", choices=["f32", "bf16"], default="f32", help="bf16: beside OpenVINO, which has it, too"
    )
    options = parser.parse_args()
    if options.precision == "bf16":
        if options.write:
            parser.error("--write is of f32")
        options.peers = ["openvino"]
    systems = ["veltair", *options.peers]
    rows = []

    def save():
        if options.json:
            with open(options.json, "w") as file:
                json.dump({"schema": "veltair.bench-peers.1", "results": rows}, file, indent=1)

    try:
        for name in options.model:
            for threads in options.threads:
                rows.append(measure(name, options.precision, threads, options.rounds, options.seconds, options.peers))
                save()
                print(list(peers_report.table(rows[-1:], systems))[2], file=sys.stderr, flush=True)
        print("\n".join(peers_report.table(rows, systems)))
        if options.write:
            costs = {name: compile_cost(name) for name in options.model}
            peers_report.write(rows, systems, costs, options.seconds)
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")


main()
