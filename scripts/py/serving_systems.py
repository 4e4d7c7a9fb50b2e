"""The servers that scripts/bench-serving compares, behind one interface."""

import json
import os
import subprocess
import sys

import manifest
from programs import VELTAIR, Failure, call, compiled

HERE = os.path.dirname(os.path.abspath(__file__))
CPUS = len(os.sched_getaffinity(0))

# name -> options of `veltair load`
OURS = {
    "veltair": ["--policy=veltair"],
    "veltair, fast": ["--policy=veltair", "--numerics=fast"],
    "veltair:scheduling": ["--policy=veltair:scheduling"],
    "veltair:compilation": ["--policy=veltair:compilation"],
    "edf": ["--policy=edf"],
    "fcfs": ["--policy=fcfs"],
    "layerwise": ["--policy=layerwise"],
    "fixed:5": ["--policy=fixed:5"],
    "fixed:10": ["--policy=fixed:10"],
    "fixed:20": ["--policy=fixed:20"],
}

# name -> options of serve_peer.py
FCFS_PEERS = {
    f"ONNX Runtime, {CPUS} x 1 thread": ["onnxruntime", "--threads=1", f"--workers={CPUS}"],
    f"ONNX Runtime, {CPUS} threads": ["onnxruntime", f"--threads={CPUS}"],
    f"ONNX Runtime, {CPUS} threads, no spinning": ["onnxruntime", f"--threads={CPUS}", "--no-spinning"],
    "ONNX Runtime, a thread a model": ["onnxruntime", "--threads=1", "--queue-per-tenant"],
    "OpenVINO, latency": ["openvino", f"--threads={CPUS}", "--hint=latency"],
    "OpenVINO, throughput": ["openvino", f"--threads={CPUS}", "--hint=throughput", f"--workers={CPUS}"],
}
# The same sessions behind a queue that knows the deadlines.
PEERS = FCFS_PEERS | {
    f"{name}, by deadline": [*options, "--by-deadline"]
    for name, options in FCFS_PEERS.items()
    if "--queue-per-tenant" not in options
}


class Ours:
    """`veltair load`, a process for each scenario."""

    def __init__(self, name, give_up):
        self.options = [*OURS[name], *give_up]

    @staticmethod
    def files(models):
        """What results depend on."""
        library = os.path.join(manifest.BUILD, "lib", "libveltair.so")
        return [path for path in (VELTAIR, library) if os.path.exists(path)] + [compiled(name) for name in models]

    def serve(self, scenario_file):
        command = [VELTAIR, "load", scenario_file, "--json", *self.options]
        return json.loads(call(*command, timeout=7200))

    def close(self):
        pass


class Peer:
    """serve_peer.py, one process for all scenarios of the same tenants."""

    def __init__(self, name, inputs, give_up):
        """`inputs`: model -> input -> file."""
        command = [sys.executable, os.path.join(HERE, "serve_peer.py"), *PEERS[name], *give_up]
        for model, files in inputs.items():
            command.append(f"--model={model}={manifest.path(model)}")
            command += [f"--input={model}:{key}={file}" for key, file in files.items()]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def serve(self, scenario_file):
        self.process.stdin.write(scenario_file + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise Failure("serve_peer.py ended early")
        return json.loads(line)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


def open_system(name, inputs, give_up):
    """A system that ends a scenario, with `give_up`, once a tenant cannot be
    satisfied."""
    options = ["--give-up"] if give_up else []
    return Ours(name, options) if name in OURS else Peer(name, inputs, options)
