"""The two tables of scripts/demo: models one at a time, then three tenants
together, each beside ONNX Runtime in the same run."""

import argparse
import json
import os
import sys
import tempfile

import numpy as np

from peers import onnxruntime_session, random_inputs, save_inputs
from programs import VELTAIR, Failure, call, call_json, output_file, relative_difference

HERE = os.path.dirname(os.path.abspath(__file__))
CPUS = len(os.sched_getaffinity(0))
RUNS = 100
# The target of a tenant, in times of ONNX Runtime's latency on one core alone.
QOS = 5
# The share of ONNX Runtime's throughput that the tenants ask for together.
LOAD = 0.6
SECONDS = 10


class Model:
    """A model with its artifact and one set of inputs on disk."""

    def __init__(self, name, onnx_file, artifact, folder):
        self.name, self.onnx, self.artifact = name, onnx_file, artifact
        self.folder = os.path.join(folder, name)
        os.makedirs(self.folder)
        program = call_json(VELTAIR, "inspect", artifact)["programs"][0]
        self.shapes = program["shapes"]
        self.session = onnxruntime_session(onnx_file, CPUS)
        compiled_in = [value.name for value in self.session.get_inputs() if value.name not in self.shapes]
        if compiled_in:
            raise Failure(f"{', '.join(compiled_in)}: compiled in, so ONNX Runtime cannot be given the same")
        self.inputs = random_inputs(self.session, self.shapes)
        self.files = save_inputs(self.inputs, self.folder)
        self.options = [f"--input={name}={file}" for name, file in self.files.items()]

    def difference(self):
        names = [value.name for value in self.session.get_outputs()]
        call(VELTAIR, "run", self.artifact, *self.options, f"--output={self.folder}")
        got = [np.load(output_file(self.folder, name)) for name in names]
        return max(map(relative_difference, got, self.session.run(names, self.inputs)))

    def bench(self, threads):
        return call_json(VELTAIR, "bench", self.artifact, *self.options, "--threads", threads, "--iterations", RUNS)

    def bench_peer(self, threads, runs=RUNS):
        peer = [sys.executable, os.path.join(HERE, "peer.py"), "onnxruntime", self.onnx]
        return json.loads(call(*peer, *self.options, "--threads", threads, "--iterations", runs))


def table_of_models(models):
    print(f"\nOne model at a time, {CPUS} threads, {RUNS} runs (memory: resident, without Python's own)\n")
    print(
        "| model | shape | max difference / max value | p50 / p99 ms, VELTAIR | p50 / p99 ms, ONNX Runtime"
        " | MB, VELTAIR | MB, ONNX Runtime |"
    )
    print("|---|---|---|---|---|---|---|")
    for model in models:
        ours, theirs = model.bench(CPUS), model.bench_peer(CPUS)
        shape = ", ".join("x".join(map(str, dims)) for dims in model.shapes.values())
        cells = [model.name, shape, f"{model.difference():.1e}"]
        cells += [f"{run['latency_ms']['p50']:.2f} / {run['latency_ms']['p99']:.2f}" for run in (ours, theirs)]
        cells += [f"{run['rss_bytes'] / 1e6:.0f}" for run in (ours, theirs)]
        print("| " + " | ".join(cells) + " |", flush=True)
        model.alone_ms = model.bench_peer(1, 20)["latency_ms"]["p50"]
        model.peer_ms = theirs["latency_ms"]["p50"]


def table_of_tenants(models, folder):
    rate = LOAD * 1e3 / sum(model.peer_ms for model in models)
    scenario = {
        "seed": 1,
        "duration_s": SECONDS,
        "tenants": [
            {
                "name": model.name,
                "artifact": os.path.abspath(model.artifact),
                "qos_ms": QOS * model.alone_ms,
                "rate_rps": rate,
                "priority": "medium",
                "inputs": {name: os.path.abspath(file) for name, file in model.files.items()},
            }
            for model in models
        ],
    }
    file = os.path.join(folder, "scenario.json")
    with open(file, "w") as stream:
        json.dump(scenario, stream)
    peer = [sys.executable, os.path.join(HERE, "serve_peer.py"), "onnxruntime", file]
    for model in models:
        peer += ["--model", f"{model.name}={model.onnx}"]
        peer += [f"--input={model.name}:{name}={path}" for name, path in model.files.items()]
    systems = {
        f"ONNX Runtime, {CPUS} threads": lambda: json.loads(call(*peer, "--workers=1", f"--threads={CPUS}")),
        f"ONNX Runtime, {CPUS} threads, no spinning": lambda: json.loads(
            call(*peer, "--workers=1", f"--threads={CPUS}", "--no-spinning")
        ),
        f"ONNX Runtime, {CPUS} x 1 thread": lambda: json.loads(call(*peer, f"--workers={CPUS}", "--threads=1")),
        "VELTAIR, fcfs": lambda: call_json(VELTAIR, "load", file, "--policy", "fcfs"),
        "VELTAIR, veltair": lambda: call_json(VELTAIR, "load", file, "--policy", "veltair"),
    }
    print(
        f"\nThree tenants together, {rate:.1f} requests a second each for {SECONDS} s (Poisson): share answered "
        f"within {QOS} times ONNX Runtime's latency on one core\n"
    )
    print("| system | " + " | ".join(f"{t['name']}, {t['qos_ms']:.0f} ms" for t in scenario["tenants"]) + " | all |")
    print("|---" * (len(models) + 2) + "|")
    for system, run in systems.items():
        tenants = run()["tenants"]
        shares = [(tenant["satisfied"], tenant["offered"]) for tenant in tenants]
        shares.append(tuple(map(sum, zip(*shares))))
        print(f"| {system} | " + " | ".join(f"{100 * a / max(b, 1):.1f} %" for a, b in shares) + " |", flush=True)


def main():
    parser = argparse.ArgumentParser(prog="scripts/demo", description=__doc__)
    parser.add_argument("--model", nargs=3, action="append", required=True, metavar=("NAME", "ONNX", "ARTIFACT"))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            models = [Model(*item, folder) for item in options.model]
            table_of_models(models)
            # One model is served to three tenants.
            while len(models) < 3:
                twin = Model(f"{models[0].name}_{len(models) + 1}", models[0].onnx, models[0].artifact, folder)
                twin.alone_ms, twin.peer_ms = models[0].alone_ms, models[0].peer_ms
                models.append(twin)
            table_of_tenants(models, folder)
        except Failure as failure:
            sys.exit(f"demo: {failure}")


main()
