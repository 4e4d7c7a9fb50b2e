"""The highest total rate of several models' requests at which each model has
its share within its latency target, for the policies of VELTAIR and for peers,
under the same Poisson arrivals. A target is k times the faster peer's latency
on one core alone, and the models' rates are inverse to that latency."""

import argparse
import contextlib
import glob
import hashlib
import importlib.metadata
import json
import os
import signal
import subprocess
import sys
import time

import manifest
import serving_report
from machine import cpu_name
from peers import onnxruntime_session, random_inputs, save_inputs
from programs import Failure, call, compiled
from rate_search import WIDEST, highest_rate
from serving_systems import CPUS, FCFS_PEERS, HERE, OURS, PEERS, Ours, open_system

MIXES = {
    "light": ["mobilenet_v2", "efficientnet_b0", "tiny_yolov2"],
    "medium": ["resnet50", "googlenet"],
    "heavy": ["ssdlite320", "bert_base"],
}
MIXES["all"] = [model for models in MIXES.values() for model in models]
FOLDER = os.path.join(manifest.BUILD, "serving")
# Requests of the rarest tenant, in the mean: while searching, in the final probe
# (full: 300, and three standard deviations more, so that it has as many); and how
# close the search comes.
EFFORT = {"quick": (60, 100, 0.05), "full": (60, 352, 0.05)}
# Of the ideal rate: a system that does not sustain it counts as 0.
LEAST_SHARE = 0.05
DEFAULT_SYSTEMS = ["veltair", "edf", "fcfs", *FCFS_PEERS]
# Mean latencies are those of the median round; in each one all systems serve the
# same arrivals in turn, so that a disturbed minute does not decide.
ROUNDS, ROUND_S = 5, 20
# All policies are compared in fewer.
LOAD_ROUNDS = 3


# A foreign process that shares the last CPU.
FOREIGN = {
    "busy-loop": "while True: pass",
    "memory-stream": "a = bytearray(1 << 28); b = bytearray(1 << 28)\nwhile True: b[:] = a",
}


@contextlib.contextmanager
def foreign_load(name):
    if not name:
        yield
        return
    cpu = str(max(os.sched_getaffinity(0)))
    process = subprocess.Popen(["taskset", "-c", cpu, sys.executable, "-c", FOREIGN[name]])
    try:
        yield
    finally:
        process.kill()
        process.wait()


def log(text):
    print(text, file=sys.stderr, flush=True)


def versions():
    return {name: importlib.metadata.version(name) for name in ("onnxruntime", "openvino")}


def cached(kind, key, make, again=False):
    """What `make` gave the last time for the same key, else, or `again`, what it
    gives."""
    digest = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
    path = os.path.join(FOLDER, f"{kind}-{digest}.json")
    if os.path.exists(path) and not again:
        with open(path) as file:
            return json.load(file)["value"]
    value = make()
    with open(path + ".new", "w") as file:
        json.dump({"key": key, "value": value}, file, indent=1)
    os.replace(path + ".new", path)
    return value


def kept(kind):
    """(key, value) of what `cached` keeps, the newest first."""
    for path in sorted(glob.glob(os.path.join(FOLDER, kind + "-*.json")), key=os.path.getmtime, reverse=True):
        with open(path) as file:
            entry = json.load(file)
        yield entry["key"], entry["value"]


def content_hash(files):
    digest = hashlib.sha256()
    for path in files:
        with open(path, "rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()


def make_inputs(model):
    """input -> file, the same for every system."""
    folder = os.path.join(FOLDER, "inputs", model)
    os.makedirs(folder, exist_ok=True)
    binding = manifest.load()[model]["shapes"][0]
    return save_inputs(random_inputs(onnxruntime_session(manifest.path(model), 1), binding), folder)


def isolated_ms(model, inputs):
    """The faster peer's median latency on one core alone, best of three."""
    key = {"model": content_hash([manifest.path(model)]), "cpu": cpu_name(), "versions": versions()}
    cpu = min(os.sched_getaffinity(0))

    def measure():
        times = []
        for _ in range(3):
            for peer in ("onnxruntime", "openvino"):
                command = ["taskset", "-c", cpu, sys.executable, os.path.join(HERE, "peer.py"), peer]
                options = [f"--input={name}={file}" for name, file in inputs.items()]
                run = json.loads(call(*command, manifest.path(model), *options, "--duration-s=2"))
                times.append(run["latency_ms"]["p50"])
        return min(times)

    return cached("isolated", key, measure)


class Benchmark:
    """One mix with its targets."""

    def __init__(self, mix, models, k, share, beside, effort, again):
        self.mix, self.models, self.k, self.share, self.beside = mix, models, k, share, beside
        self.again = again
        self.search_least, self.final_least, self.tolerance = EFFORT[effort]
        self.inputs = {model: make_inputs(model) for model in models}
        self.alone = {model: isolated_ms(model, self.inputs[model]) for model in models}
        total = sum(1 / ms for ms in self.alone.values())
        self.weights = {model: 1 / ms / total for model, ms in self.alone.items()}
        # The peers' time on all cores without any waiting or loss.
        self.ideal = CPUS * 1e3 / sum(self.weights[model] * self.alone[model] for model in models)

    def scenario(self, rate, seed, duration):
        return {
            "seed": seed,
            "duration_s": duration,
            "satisfied": self.share,
            "tenants": [
                {
                    "name": model,
                    "artifact": os.path.abspath(compiled(model)),
                    "qos_ms": self.k * self.alone[model],
                    "rate_rps": self.weights[model] * rate,
                    "inputs": {name: os.path.abspath(file) for name, file in self.inputs[model].items()},
                }
                for model in self.models
            ],
        }

    def duration(self, rate, least):
        """In which the rarest tenant gets `least` requests."""
        return least / (min(self.weights.values()) * rate)

    def probe(self, system, rate, seed, duration):
        path = os.path.join(FOLDER, "scenario.json")
        with open(path, "w") as file:
            json.dump(self.scenario(rate, seed, duration), file)
        with foreign_load(self.beside):
            outcome = system.serve(path)
        tenants = outcome["tenants"]
        outcome["rate_rps"] = rate
        outcome["ended"] = time.strftime("%Y-%m-%d %H:%M")
        outcome["sustained"] = all(t["satisfied"] >= self.share * t["offered"] for t in tenants)
        return outcome

    def start(self, name):
        """Where the search begins, its tolerance and first step: near the rate
        that the system last reached on this mix, with any seed and build, here
        or, as a share of the ideal rate, where docs/serving.json was made."""
        close = self.tolerance, 1 + self.tolerance
        for key, value in kept("rate"):
            same = (key["system"], list(key["mix"]), key["k"], key["share"], key.get("beside"))
            wanted = (self.options(name), self.models, self.k, self.share, self.beside)
            if value["max_rate_rps"] and same == wanted:
                return value["max_rate_rps"], *close
        for row in (row for machine in serving_report.published() for row in machine["rows"]):
            same = (list(row["models"]), row["k"], row["share"], row["beside"])
            if name in row["systems"] and same == (self.models, self.k, self.share, self.beside):
                if share := serving_report.rate(row["systems"][name]) / row["ideal_rps"]:
                    return share * self.ideal, *close
        return 0.6 * self.ideal, self.tolerance, WIDEST

    def search(self, name, seed):
        """The highest rate that a final probe confirms, with that probe."""
        system = open_system(name, self.inputs, give_up=True)
        # Not worth more probes, each of which lasts the longer.
        lowest = LEAST_SHARE * self.ideal

        def sustains(rate, least):
            outcome = self.probe(system, rate, seed, self.duration(rate, least))
            log(f"  {rate:.2f}/s: " + ("within the targets" if outcome["sustained"] else "too much"))
            return outcome if outcome["sustained"] else None

        def confirmed(rate):
            final = failed = None
            while rate >= lowest and not (final := sustains(rate, self.final_least)):
                failed, rate = rate, rate / (1 + self.tolerance)
            # As in the search, a failure is checked later than it happened.
            again = sustains(failed, self.final_least) if final and failed else None
            return again or final

        try:
            final = confirmed(highest_rate(lambda r: sustains(r, self.search_least), *self.start(name), lowest))
        finally:
            system.close()
        return {"max_rate_rps": final["rate_rps"] if final else 0.0, "final": final}

    @staticmethod
    def options(name):
        return OURS.get(name) or PEERS[name]

    def key(self, name):
        files = Ours.files(self.models) if name in OURS else list(map(manifest.path, self.models))
        key = {
            "system": self.options(name),
            "files": content_hash(files),
            "versions": None if name in OURS else versions(),
            "cpu": [cpu_name(), CPUS],
            "mix": self.alone,
            "k": self.k,
            "share": self.share,
            "effort": [self.search_least, self.final_least, self.tolerance],
        }
        return key | ({"beside": self.beside} if self.beside else {})

    def result(self, name, seed):
        log(f"{self.mix}, k = {self.k:g}, {self.share:.0%}: {name}, seed {seed}")
        key = {**self.key(name), "seed": seed}
        found = cached("rate", key, lambda: self.search(name, seed), self.again)
        log(f"  highest rate {found['max_rate_rps']:.2f}/s")
        return found

    def at_rate(self, names, seed, rate, rounds=ROUNDS):
        """system -> its outcome in each round, at a rate that need not be
        sustained."""

        def measure():
            with contextlib.ExitStack() as stack:
                systems = {name: open_system(name, self.inputs, give_up=False) for name in names}
                for system in systems.values():
                    stack.callback(system.close)
                found = [
                    {name: self.probe(system, rate, ROUNDS * seed + number, ROUND_S) for name, system in systems.items()}
                    for number in range(rounds)
                ]
            return {name: [outcomes[name] for outcomes in found] for name in names}

        keys = [self.key(name) for name in names]
        key = {"systems": keys, "seed": seed, "rate": rate, "rounds": [rounds, ROUND_S]}
        return cached("rounds", key, measure, self.again)


def usable(mix):
    """The models of a mix that can be served; the others are named."""
    described, models = manifest.load(), []
    for model in MIXES[mix]:
        try:
            if model not in described:
                raise Failure("not in models/manifest.json")
            if not os.path.exists(manifest.path(model)):
                call(os.path.join(manifest.ROOT, "scripts", "models"), model)
            compiled(model)
            models.append(model)
        except Failure as failure:
            log(f"{mix}: without {model}: {failure}")
    return models


def described(benchmark):
    """What is the same whatever is measured."""
    return {
        "mix": benchmark.mix,
        "models": {model: {"alone_ms": ms, "qos_ms": benchmark.k * ms} for model, ms in benchmark.alone.items()},
        "missing": [model for model in MIXES[benchmark.mix] if model not in benchmark.models],
        "k": benchmark.k,
        "share": benchmark.share,
        "beside": benchmark.beside,
        "ideal_rps": benchmark.ideal,
        "systems": {},
        "at_best_peers_rate": [],
        "at_load": None,
    }


def compare(benchmark, seed, systems, load):
    """All systems under the same arrivals, at a share of the ideal rate."""
    rate = load * benchmark.ideal
    log(f"{benchmark.mix}, k = {benchmark.k:g}, {benchmark.share:.0%}: {rate:.2f}/s, seed {seed}")
    return {"load": load, "rate_rps": rate, "seed": seed, "systems": benchmark.at_rate(systems, seed, rate, LOAD_ROUNDS)}


def measure(benchmark, seeds, systems):
    """The highest rates, and mean latencies at the best peer's."""
    # Seed by seed, so that systems are measured in the same minutes.
    rates = {name: [] for name in systems}
    for seed in seeds:
        for name in systems:
            rates[name].append({"seed": seed, **benchmark.result(name, seed)})
    row = {"systems": rates, "at_best_peers_rate": []}
    peers = [name for name in systems if name in PEERS]
    # Mean latencies of all policies would take too long.
    ours = [name for name in systems if name in DEFAULT_SYSTEMS and name in OURS]
    for index, seed in enumerate(seeds if peers and ours else []):
        best = max(peers, key=lambda name: rates[name][index]["max_rate_rps"])
        if rate := rates[best][index]["max_rate_rps"]:
            outcomes = benchmark.at_rate([*ours, best], seed, rate)
            row["at_best_peers_rate"].append({"seed": seed, "rate_rps": rate, "peer": best, "systems": outcomes})
    return row


def main():
    parser = argparse.ArgumentParser(prog="scripts/bench-serving", description=__doc__)
    parser.add_argument("mix", nargs="*", help="one of: " + ", ".join(MIXES) + "; all four when none is named")
    parser.add_argument("--k", type=float, nargs="+", default=[3.0], help="targets in times the isolated latency")
    parser.add_argument("--share", type=float, nargs="+", default=[0.95], help="of requests that must be in time")
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--systems", nargs="+", default=DEFAULT_SYSTEMS, choices=[*OURS, *PEERS], metavar="NAME")
    parser.add_argument("--beside", choices=FOREIGN, help="a foreign process on the last CPU, while requests arrive")
    parser.add_argument(
        "--load",
        type=float,
        help="instead of highest rates: all systems in turn at this share of the ideal rate, by the first seed",
    )
    parser.add_argument(
        "--again", action="store_true", help="measure anew what is kept, so that all systems are measured together"
    )
    parser.add_argument("--quick", action="store_true", help="short probes, for trials")
    parser.add_argument("--write", action="store_true", help="put the figures into docs/serving.{md,json,svg}")
    options = parser.parse_args()
    if options.load is not None and options.load <= 0:
        parser.error("--load must be above 0")
    for mix in options.mix:
        if mix not in MIXES:
            parser.error(f"no mix '{mix}'; there are: {', '.join(MIXES)}")
    # So that what it started ends with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("bench-serving: terminated"))
    os.makedirs(FOLDER, exist_ok=True)
    effort = "quick" if options.quick else "full"
    rows = []
    try:
        for share in options.share:
            for k in options.k:
                for mix in options.mix or MIXES:
                    if not (models := usable(mix)):
                        continue
                    benchmark = Benchmark(mix, models, k, share, options.beside, effort, options.again)
                    row = described(benchmark)
                    if options.load:
                        row["at_load"] = compare(benchmark, options.seeds[0], options.systems, options.load)
                    else:
                        row |= measure(benchmark, options.seeds, options.systems)
                    rows.append(row)
    except Failure as failure:
        sys.exit(f"bench-serving: {failure}")
    machine = {"cpu": cpu_name(), "cpus": CPUS, "versions": versions(), "rows": rows}
    print(serving_report.tables(machine, PEERS))
    if options.write:
        serving_report.write(machine, PEERS)


main()
