"""Running the project's programs from Python, and comparing what they give."""

import json
import os
import re
import subprocess

import numpy as np

import manifest

VELTAIRC = os.path.join(manifest.BUILD, "bin", "veltairc")
VELTAIR = os.path.join(manifest.BUILD, "bin", "veltair")


class Failure(Exception):
    """A program failed; the text is one line that says how."""


def call(*command, timeout=600):
    """Runs a command and returns its standard output; raises Failure."""
    try:
        result = subprocess.run(
            [str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout
        )
    except OSError as error:
        raise Failure(str(error)) from None
    except subprocess.TimeoutExpired:
        raise Failure(f"{os.path.basename(command[0])}: no end within {timeout} s") from None
    if result.returncode != 0:
        said = result.stderr.decode(errors="replace").strip().splitlines()
        end = f"signal {-result.returncode}" if result.returncode < 0 else f"exit code {result.returncode}"
        first = next((line for line in said if "error" in line), said[0] if said else "no message")
        raise Failure(f"{os.path.basename(command[0])}: {end}: {first}")
    return result.stdout.decode()


def call_json(*command, timeout=600):
    return json.loads(call(*command, "--json", timeout=timeout))


def output_file(folder, name):
    """Where `veltair run --output` puts the output `name`."""
    return os.path.join(folder, name.replace("/", "_") + ".npy")


def relative_difference(got, want):
    """max |difference| / max |value|; infinite for another shape or for NaN."""
    if got.shape != want.shape:
        return np.inf
    if want.size == 0:
        return 0.0
    want = want.astype(np.float64)
    largest = np.max(np.abs(want))
    difference = np.max(np.abs(got - want))
    return float(difference / largest) if largest and np.isfinite(difference) else float(difference and np.inf)


# Instruction sets that artifacts of a precision are compiled for.
ISAS = {"f32": ["x86-64-v3", "x86-64-v4"], "bf16": ["x86-64-v4+avx512bf16"]}


def compiled(name, precision="f32"):
    """The shared object of a model of the manifest, for all its bindings and
    instruction sets; compiled when missing or older than what makes it."""
    model = manifest.load()[name]
    suffix = "" if precision == "f32" else "." + precision
    artifact = os.path.join(manifest.BUILD, "artifacts", name + suffix + ".so")
    sources = [VELTAIRC, manifest.path(name)]
    if not os.path.exists(sources[1]):
        raise Failure(f"{sources[1]} is missing: run scripts/models {name}")
    if not os.path.exists(artifact) or os.path.getmtime(artifact) < max(map(os.path.getmtime, sources)):
        os.makedirs(os.path.dirname(artifact), exist_ok=True)
        options = [f"--precision={precision}", f"--march={','.join(ISAS[precision])}"]
        call(VELTAIRC, sources[1], "-o", artifact, *options, *manifest.shape_options(model), timeout=1800)
    return artifact


def cpu_runs(isa):
    """Whether this CPU has what the instruction set `isa` needs."""
    with open("/proc/cpuinfo") as file:
        flags = re.search(r"^flags\s*:(.*)$", file.read(), re.M).group(1).split()
    needs = {"x86-64-v3": {"avx2", "fma", "f16c", "bmi2"}}
    needs["x86-64-v4"] = needs["x86-64-v3"] | {"avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"}
    needs["x86-64-v4+avx512bf16"] = needs["x86-64-v4"] | {"avx512_bf16"}
    return needs.get(isa, set()) <= set(flags)


def mismatch(got, want, rtol, atol):
    """None when equal within the tolerance, as numpy's allclose with NaN equal
    to NaN; else one line that says how they differ."""
    if got.shape != want.shape:
        return f"shape {list(got.shape)}, expected {list(want.shape)}"
    if got.dtype != want.dtype:
        return f"type {got.dtype}, expected {want.dtype}"
    if got.dtype == bool or not np.issubdtype(want.dtype, np.floating):
        wrong = int(np.count_nonzero(got != want))
        return f"{wrong} of {want.size} elements differ" if wrong else None
    close = np.isclose(got, want, rtol=rtol, atol=atol, equal_nan=True)
    if close.all():
        return None
    index = tuple(int(i) for i in np.argwhere(~close)[0])
    return (
        f"{np.count_nonzero(~close)} of {want.size} elements differ, "
        f"first at {list(index)}: {got[index]}, expected {want[index]}"
    )
