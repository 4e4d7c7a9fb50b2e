"""docs/benchmarks.md, .json and .svg, from what bench_peers.py measured."""

import importlib.metadata
import json
import math
import os
import platform
import statistics
import subprocess
import time

import manifest
from bar_chart import bar_chart
from machine import cpu_name

DOCUMENT = os.path.join(manifest.ROOT, "docs", "benchmarks")


def geometric_mean(values):
    return math.exp(statistics.fmean(math.log(value) for value in values))


def peak_gflops(rows):
    """threads -> the highest peak measured; the processes saw different noise."""
    return {
        threads: max(row["peak_gflops"] for row in rows if row["threads"] == threads)
        for threads in sorted({row["threads"] for row in rows})
    }


def table(rows, systems):
    figure = " | ".join(f"{system}, ms" for system in systems)
    yield f"| model | threads | {figure} | ratio to the better peer | GFLOP | share of the peak |"
    yield "|---" * (len(systems) + 5) + "|"
    peaks = peak_gflops(rows)
    for row in rows:
        cells = [f"{row['systems'][s]['min_ms']:.2f} / {row['systems'][s]['median_ms']:.2f}" for s in systems]
        ratio = row["ratio_to_best_peer"]
        cells.append(f"{ratio['min_ms']:.2f} / {ratio['median_ms']:.2f}")
        share = row["gflop"] / row["systems"]["veltair"]["min_ms"] * 1e3 / peaks[row["threads"]]
        cells += [f"{row['gflop']:.2f}", f"{share:.0%}"]
        yield f"| {row['model']} | {row['threads']} | {' | '.join(cells)} |"
    for threads in peaks:
        ratios = [row["ratio_to_best_peer"] for row in rows if row["threads"] == threads]
        means = " / ".join(f"{geometric_mean([r[key] for r in ratios]):.2f}" for key in ("min_ms", "median_ms"))
        yield f"| geometric mean | {threads} | {' | '.join([''] * len(systems))} | {means} | | |"


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


def picture(rows, systems):
    peers = [system for system in systems if system != "veltair"]
    panels = {}
    for row in rows:
        times = {system: row["systems"][system]["min_ms"] for system in systems}
        best = min(times[peer] for peer in peers)
        title = f"{row['threads']} thread" + ("s" if row["threads"] > 1 else "")
        panels.setdefault(title, {})[row["model"]] = {system: ms / best for system, ms in times.items()}
    return bar_chart("Least time over that of the better peer", panels, systems, limit=1.5, reference=1)


def machine():
    caches = subprocess.run(["lscpu", "-C=NAME,ONE-SIZE"], capture_output=True, text=True).stdout.split()[2:]
    sizes = ", ".join(f"{name} {size}" for name, size in zip(caches[::2], caches[1::2]))
    return (
        f"{cpu_name()}, {len(os.sched_getaffinity(0))} CPUs, {sizes}, "
        f"{platform.system()} {platform.release()}"
    )


def write(rows, systems, costs, seconds):
    peers = ", ".join(f"{peer} {importlib.metadata.version(peer)}" for peer in systems if peer != "veltair")
    peaks = ", ".join(f"{peak:.0f} GFLOP/s with {threads}" for threads, peak in peak_gflops(rows).items())
    rounds = sorted({len(row["rounds"]["veltair"]) for row in rows})
    lines = [
        "# Benchmarks",
        "",
        f"Written by `scripts/bench-peers --write` on {time.strftime('%Y-%m-%d')}.",
        "",
        f"Machine: {machine()}. Measured f32 peak: {peaks} threads.",
        "",
        f"Peers: {peers}; f32, batch 1, one stream, denormals flushed. {' or '.join(map(str, rounds))} rounds of all",
        f"systems in turn, {seconds:g} s each in a process of its own. Times are minimum / median.",
        "",
        "Models are as `models/export_torch.py` exports them, with random weights and inputs; peers are called from",
        "Python, whose part of a call is in their times. A detector with random weights gives all boxes nearly the same",
        "score, so that more of them reach the selection than with trained ones: ssd300_vgg16 and ssdlite320 spend more",
        "of their time there.",
        "",
        "![Least times relative to the better peer](benchmarks.svg)",
        "",
        *table(rows, systems),
        "",
        "GFLOP are those of the layers' direct algorithms. The share of the peak is theirs at the least time: Winograd",
        "and Strassen need fewer operations, and may exceed 100 %.",
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
    with open(DOCUMENT + ".svg", "w") as file:
        file.write(picture(rows, systems))
