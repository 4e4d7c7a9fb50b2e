"""Measures models side by side with their peers: rounds of A B C A B C, each
measurement in a process of its own, on the same CPUs and the same input."""

import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
import time

import manifest
from peers import onnxruntime_session, random_inputs, save_inputs
from programs import VELTAIR, VELTAIRC, Failure, call, compiled

PEER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peer.py")
DOCUMENT = os.path.join(manifest.ROOT, "docs", "benchmarks")
# Of models/export_torch.py, which the comparison is about.
MODELS = [
    "resnet50", "googlenet", "mobilenet_v2", "efficientnet_b0", "squeezenet1_1",
    "tiny_yolov2", "ssd300_vgg16", "ssdlite320", "bert_base", "bert_large",
]  # fmt: skip


def commands(name, precision, threads, seconds, peers, input_options):
    """What to measure: system -> command that prints the JSON of a measurement."""
    cpus = ",".join(map(str, sorted(os.sched_getaffinity(0))[:threads]))
    common = ["--threads", threads, "--duration-s", seconds, *input_options]
    ours = ["taskset", "-c", cpus, VELTAIR, "bench", compiled(name, precision), *common, "--json"]
    peer_options = [manifest.path(name), "--precision", precision, *common]
    theirs = {peer: ["taskset", "-c", cpus, sys.executable, PEER, peer, *peer_options] for peer in peers}
    return {"veltair": ours, **theirs}


def measure(name, precision, threads, rounds, seconds, peers):
    binding = manifest.load()[name]["shapes"][0]
    inputs = random_inputs(onnxruntime_session(manifest.path(name), 1), binding)
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        input_options = [f"--input={key}={file}" for key, file in save_inputs(inputs, folder).items()]
        systems = commands(name, precision, threads, seconds, peers, input_options)
        for _ in range(rounds):
            for system, command in systems.items():
                results.setdefault(system, []).append(json.loads(call(*command)))
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
    return {"model": name, "threads": threads, "systems": summary, "ratio_to_best_peer": ratio, "rounds": results}


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


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def table(rows, systems):
    figure = " | ".join(f"{system}, ms" for system in systems)
    yield f"| model | threads | {figure} | ratio to the better peer |"
    yield "|---" * (len(systems) + 3) + "|"
    for row in rows:
        cells = [f"{row['systems'][s]['min_ms']:.2f} / {row['systems'][s]['median_ms']:.2f}" for s in systems]
        ratio = row["ratio_to_best_peer"]
        cells.append(f"{ratio['min_ms']:.2f} / {ratio['median_ms']:.2f}")
        yield f"| {row['model']} | {row['threads']} | {' | '.join(cells)} |"
    for threads in sorted({row["threads"] for row in rows}):
        ratios = [row["ratio_to_best_peer"] for row in rows if row["threads"] == threads]
        means = " / ".join(f"{geometric_mean([r[key] for r in ratios]):.2f}" for key in ("min_ms", "median_ms"))
        yield f"| geometric mean | {threads} | {' | '.join([''] * len(systems))} | {means} |"


def memory_table(rows, systems, costs):
    resident = " | ".join(f"{system}, MB" for system in systems)
    yield f"| model | {resident} | load, ms | first answer, ms | compile, s | compile peak, MB |"
    yield "|---" * (len(systems) + 5) + "|"
    for row in rows:
        if row["threads"] != min(r["threads"] for r in rows):
            continue
        ours, cost = row["systems"]["veltair"], costs[row["model"]]
        cells = [f"{row['systems'][s]['rss_bytes'] / 1e6:.0f}" for s in systems]
        cells += [f"{ours['load_ms']:.1f}", f"{ours['first_ms']:.1f}"]
        cells += [f"{cost['seconds']:.1f}", f"{cost['peak_bytes'] / 1e6:.0f}"]
        yield f"| {row['model']} | {' | '.join(cells)} |"


def machine():
    with open("/proc/cpuinfo") as file:
        text = file.read()
    model = re.search(r"^model name\s*:\s*(.*)$", text, re.M).group(1)
    keys = ("cpu family", "model", "stepping")
    numbers = [re.search(rf"^{key}\s*:\s*(\d+)$", text, re.M).group(1) for key in keys]
    caches = subprocess.run(["lscpu", "-C=NAME,ONE-SIZE"], capture_output=True, text=True).stdout.split()[2:]
    sizes = ", ".join(f"{name} {size}" for name, size in zip(caches[::2], caches[1::2]))
    return (
        f"{model} (family {numbers[0]}, model {numbers[1]}, stepping {numbers[2]}), "
        f"{len(os.sched_getaffinity(0))} CPUs, {sizes}, {platform.system()} {platform.release()}"
    )


def versions(peers):
    from importlib.metadata import version

    return ", ".join(f"{peer} {version(peer)}" for peer in peers)


def write_document(rows, systems, options):
    costs = {name: compile_cost(name) for name in options.model}
    lines = [
        "# Benchmarks",
        "",
        f"Written by `scripts/bench-peers --write` on {time.strftime('%Y-%m-%d')}.",
        "",
        f"Machine: {machine()}.",
        "",
        f"Peers: {versions(options.peers)}; f32, batch 1, one stream, denormals flushed. {options.rounds} rounds of",
        f"all systems in turn, {options.seconds:g} s each in a process of its own. Times are minimum / median.",
        "",
        *table(rows, systems),
        "",
        "Memory is resident while serving with the fewest threads (of the peers without Python's own). Loading is",
        "with a warm page cache. Compiling makes all versions for this CPU, on all CPUs.",
        "",
        *memory_table(rows, systems, costs),
        "",
    ]
    with open(DOCUMENT + ".md", "w") as file:
        file.write("\n".join(lines))
    summary = [{key: value for key, value in row.items() if key != "rounds"} for row in rows]
    document = {"schema": "veltair.benchmarks.1", "machine": machine(), "results": summary, "compile": costs}
    with open(DOCUMENT + ".json", "w") as file:
        json.dump(document, file, indent=1)
        file.write("\n")


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-peers", description=__doc__)
    parser.add_argument("model", nargs="*", default=MODELS, help="names from models/manifest.json (default: the ten)")
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3, help="of one measurement")
    parser.add_argument("--peers", nargs="+", default=["onnxruntime", "openvino"], choices=["onnxruntime", "openvino"])
    parser.add_argument("--json", metavar="FILE", help="write everything measured there")
    parser.add_argument("--write", action="store_true", help="write docs/benchmarks.md and .json")
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
    try:
        for name in options.model:
            for threads in options.threads:
                rows.append(measure(name, options.precision, threads, options.rounds, options.seconds, options.peers))
                print(list(table(rows[-1:], systems))[2], file=sys.stderr, flush=True)
        print("\n".join(table(rows, systems)))
        if options.write:
            write_document(rows, systems, options)
    except Failure as failure:
        sys.exit(f"bench-peers: {failure}")
    if options.json:
        with open(options.json, "w") as file:
            json.dump({"schema": "veltair.bench-peers.1", "results": rows}, file, indent=1)


main()
