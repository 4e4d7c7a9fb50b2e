"""Measures models side by side with their peers: rounds of A B C A B C, each
measurement in a process of its own, on the same CPUs and the same input."""

import argparse
import json
import os
import statistics
import sys
import tempfile

import manifest
from peers import onnxruntime_session, random_inputs, save_inputs
from programs import VELTAIR, Failure, call, compiled

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")


def commands(name, threads, seconds, peers, input_options):
    """What to measure: system -> command that prints the JSON of a measurement."""
    cpus = ",".join(map(str, sorted(os.sched_getaffinity(0))[:threads]))
    common = ["--threads", threads, "--duration-s", seconds, *input_options]
    ours = ["taskset", "-c", cpus, VELTAIR, "bench", compiled(name), *common, "--json"]
    theirs = {
        peer: ["taskset", "-c", cpus, sys.executable, PEER, peer, manifest.path(name), *common] for peer in peers
    }
    return {"veltair": ours, **theirs}


def measure(name, threads, rounds, seconds, peers):
    binding = manifest.load()[name]["shapes"][0]
    inputs = random_inputs(onnxruntime_session(manifest.path(name), 1), binding)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        input_options = [f"--input={key}={file}" for key, file in save_inputs(inputs, folder).items()]
        systems = commands(name, threads, seconds, peers, input_options)
        for _ in range(rounds):
            for system, command in systems.items():
                results.setdefault(system, []).append(json.loads(call(*command)))
    summary = {
        system: {
            "min_ms": min(run["latency_ms"]["min"] for run in runs),
            "median_ms": statistics.median(run["latency_ms"]["p50"] for run in runs),
            "rss_bytes": max(run["rss_bytes"] for run in runs),
        }
        for system, runs in results.items()
    }
    best = {key: min(summary[peer][key] for peer in peers) for key in ("min_ms", "median_ms")}
    ratio = {key: summary["veltair"][key] / value for key, value in best.items()}
    return {"model": name, "threads": threads, "systems": summary, "ratio_to_best_peer": ratio, "rounds": results}


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__)
    parser.add_argument("model", nargs="*", default=["resnet50"], help="names from models/manifest.json")
    parser.add_argument("--threads", type=int, nargs="+", default=[1])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of one measurement")
    parser.add_argument("--peers", nargs="+", default=["onnxruntime", "openvino"], choices=["onnxruntime", "openvino"])
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    options = parser.parse_args()
    systems = ["veltair", *options.peers]
    figure = " | ".join(f"{system} min / median, ms" for system in systems)
    print(f"| model | threads | {figure} | ratio to the better peer, min / median |")
    print("|---" * (len(systems) + 3) + "|")
    everything = []
    try:
        for name in options.model:
            for threads in options.threads:
                row = measure(name, threads, options.rounds, options.seconds, options.peers)
                everything.append(row)
                cells = [f"{row['systems'][s]['min_ms']:.2f} / {row['systems'][s]['median_ms']:.2f}" for s in systems]
                ratio = row["ratio_to_best_peer"]
                cells.append(f"{ratio['min_ms']:.2f} / {ratio['median_ms']:.2f}")
                print(f"| {name} | {threads} | {' | '.join(cells)} |", flush=True)
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"schema": "veltair.bench-peers.1", "results": everything}, file, indent=1)


main()
