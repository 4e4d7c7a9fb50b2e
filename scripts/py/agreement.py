"""Compares whole models with ONNX Runtime: for each binding of shapes, each
instruction set, each number of threads and each version forced."""

import argparse
import sys
import tempfile

import numpy as np

import manifest
from peers import onnxruntime_session, random_inputs, save_inputs
from programs import VELTAIR, Failure, call, call_json, compiled, cpu_runs, output_file, relative_difference

# Of the largest absolute value in the output. What bf16 gives is documented in
# docs/precision.md.
TOLERANCE = {"f32": 1e-3, "bf16": 3e-2}


def in_order_of(wanted, got):
    """The outputs with their rows, the detections, in the order of `wanted`:
    scores that differ by rounding alone change places."""
    if [value.shape for value in got] != [value.shape for value in wanted]:
        return got
    count = len(wanted[0])
    scales = [np.max(np.abs(value), initial=0) or 1 for value in wanted]

    def table(values):
        return np.hstack([value.reshape(count, -1) / scale for value, scale in zip(values, scales)])

    rows, left = table(got), np.zeros(count)
    order = []
    for row in table(wanted):
        order.append(int(np.argmin(np.max(np.abs(rows - row), axis=1) + left)))
        left[order[-1]] = np.inf
    return [value[order] for value in got]


def compare(name, precision, threads, report):
    model = manifest.load()[name]
    artifact = compiled(name, precision)
    session = onnxruntime_session(manifest.path(name), max(threads))
    outputs = [value.name for value in session.get_outputs()]
    programs = call_json(VELTAIR, "inspect", artifact)["programs"]
    versions = max(len(layer["versions"]) for program in programs for layer in program["layers"])
    isas = list(dict.fromkeys(program["isa"] for program in programs))
    for binding in model["shapes"]:
        inputs = random_inputs(session, binding)
        wanted = session.run(outputs, inputs)
        shape = ",".join("x".join(map(str, dims)) for dims in binding.values())
        with tempfile.TemporaryDirectory() as folder:
            options = [f"--input={key}={file}" for key, file in save_inputs(inputs, folder).items()]
            for isa in isas:
                if not cpu_runs(isa):
                    report(name, shape, isa, "-", "-", None, "not on this CPU")
                    continue
                for version in [*range(versions), "auto"]:
                    # The team must not change a bit.
                    first = None
                    for count in threads:
                        common = [f"--isa={isa}", f"--threads={count}", f"--kernel-version={version}"]
                        call(VELTAIR, "run", artifact, *common, *options, f"--output={folder}")
                        got = [np.load(output_file(folder, output)) for output in outputs]
                        ordered = in_order_of(wanted, got) if model.get("detections") else got
                        worst = max(map(relative_difference, ordered, wanted))
                        verdict = "ok" if worst <= TOLERANCE[precision] else "DIFFERS"
                        if first is None:
                            first = got
                        elif any(a.tobytes() != b.tobytes() for a, b in zip(first, got)):
                            verdict = "DEPENDS ON THREADS"
                        report(name, shape, isa, count, version, worst, verdict)


def main():
    parser = argparse.ArgumentParser(prog="scripts/agreement", description=__doc__)
    names = "names from models/manifest.json (default: those that tests use)"
    parser.add_argument("model", nargs="*", type=manifest.known, default=manifest.tested(), help=names)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--precision", choices=TOLERANCE, default="f32", help="of the artifacts")
    options = parser.parse_args()
    failures = 0
    total = 0

    def report(name, shape, isa, threads, version, worst, verdict):
        nonlocal failures, total
        skipped = worst is None
        failures += not skipped and verdict != "ok"
        total += not skipped
        figure = "-" if skipped else f"{worst:.1e}"
        print(f"{name:14} {shape:14} {isa:20} {threads:>7} {version!s:>7} {figure:>8}  {verdict}", flush=True)

    print(f"{'model':14} {'shape':14} {'isa':20} {'threads':>7} {'version':>7} {'max diff':>8}")
    for name in options.model:
        try:
            compare(name, options.precision, options.threads, report)
        except Failure as failure:
            failures += 1
            total += 1
            print(f"{name}: {failure}", flush=True)
    print(f"agree {total - failures} of {total}")
    return 1 if failures else 0


sys.exit(main())
