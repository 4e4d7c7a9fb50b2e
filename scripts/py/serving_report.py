"""docs/serving.md and docs/serving.json, from what bench_serving.py measured."""

import json
import math
import os
import statistics

import manifest
from bar_chart import COLOURS, bar_chart
from serving_systems import FCFS_PEERS

DOCUMENT = os.path.join(manifest.ROOT, "docs", "serving")  # .md, .json, .svg
SCHEMA = "veltair.bench-serving.2"
INTRODUCTION = """# Serving many models: measured

Written by `scripts/bench-serving --write`; the numbers behind it are in
[serving.json](serving.json). All in f32.

A mix of models is served under open-loop Poisson arrivals, the same for every
system. A model's target is k times the faster peer's latency on one core
alone, and its share of the requests is inverse to that latency. The figure is
the highest total rate (requests a second) at which every model has its share of
requests within its target, queueing included; it is found by bisection and
confirmed by a longer probe, for each seed; the failure that ends a search is
tried once more. How many requests of the rarest model the longer probes had,
stands in the table. The *ideal* is the rate at which the faster peer's isolated
times fill all cores. Systems of a table are measured one after the other, and
again only when they have changed: the table tells when, and between two times
a shared machine changes. Mean latencies are taken at the highest rate of the
best peer for a seed, in rounds in which all systems serve the same arrivals in
turn: the median of the rounds, and of their ratios to the peer. Policies are
compared in such rounds, too, at a share of the ideal rate.

Peers serve first come, first served (or by deadline, if their names say so), one
session a model, as exported; the best peer is the best of those in the table.
They are driven from Python: the driver's own overhead is the median time that it
adds to a request. `fcfs` is ours in the same order, each query on all cores:
beside a peer whose sessions have all threads it tells what kernels bring;
`veltair` beside it, what scheduling brings.

Models have random weights (`models/export_torch.py`) and inputs. A detector then
gives all boxes nearly the same score, and more of them reach the selection than
with trained weights: ssdlite320, in heavy and all, spends more of its time there
than a trained one.

![Highest rates relative to the best peer, on the first machine](serving.svg)
"""


def mean(values):
    return sum(values) / len(values)


def rate(runs):
    return mean([run["max_rate_rps"] for run in runs])


def mean_latency(outcome):
    """Over all completed requests, in ms."""
    tenants = [tenant for tenant in outcome["tenants"] if tenant["completed"]]
    completed = sum(tenant["completed"] for tenant in tenants)
    return sum(tenant["completed"] * tenant["latency_ms"]["mean"] for tenant in tenants) / completed


def median_ratio(values, others):
    return statistics.median(value / other for value, other in zip(values, others))


def best_peer_rate(row, peers):
    return max((rate(runs) for name, runs in row["systems"].items() if name in peers), default=0)


def conditions(row):
    beside = f", beside a foreign {row['beside']}" if row["beside"] else ""
    return f"k = {row['k']:g}, {row['share']:.0%} in time{beside}"


def worst_share(outcome):
    """In time, of the model that has the least."""
    return min(tenant["satisfied"] / tenant["offered"] for tenant in outcome["tenants"] if tenant["offered"])


def fewest(outcomes):
    """Requests of the rarest model in one of them."""
    return min((tenant["offered"] for outcome in outcomes for tenant in outcome["tenants"]), default=0)


def worst_tail(outcomes, percentile):
    """Over the target, of the model for which it is highest."""
    served = [tenant for outcome in outcomes for tenant in outcome["tenants"] if tenant["completed"]]
    return max((tenant["latency_ms"][percentile] / tenant["qos_ms"] for tenant in served), default=math.nan)


def per_request(outcome, count):
    return outcome[count] / sum(tenant["offered"] for tenant in outcome["tenants"])


def policy_cells(outcomes):
    """What a policy of ours did, medians of the outcomes."""

    def median(value):
        return statistics.median(map(value, outcomes))

    if any("core_ms" not in outcome for outcome in outcomes):
        return [""] * 4
    return [
        f"{median(lambda o: per_request(o, 'blocks')):.1f}",
        f"{median(lambda o: o['conflicts'] / o['blocks']):.0%}",
        f"{median(lambda o: per_request(o, 'version_switches')):.1f}",
        f"{median(lambda o: per_request(o, 'core_ms') * o['rate_rps'] / 1e3):.2f}",
    ]


def at_load(at):
    """The lines of the table of all systems at one rate, the best first."""
    rows = []
    for name, rounds in at["systems"].items():
        shares = sorted(map(worst_share, rounds))
        cells = [
            name,
            f"{statistics.median(shares):.1%}",
            f"{shares[0]:.1%} {shares[-1]:.1%}",
            f"{statistics.median(map(mean_latency, rounds)):.1f}",
            *(f"{worst_tail(rounds, percentile):.2f}" for percentile in ("p50", "p95", "p99")),
            *policy_cells(rounds),
        ]
        rows.append((statistics.median(shares), "| " + " | ".join(cells) + " |"))
    return [
        f"In turn under the same arrivals at {at['rate_rps']:.1f} a second, {at['load']:.0%} of the ideal rate, seed "
        f"{at['seed']}; of the model that has the least in time (a round has "
        f"{fewest(sum(at['systems'].values(), []))} requests of the rarest model, or more):",
        "",
        "| system | in time, median of rounds | least and most | mean latency, ms | worst p50 / target | p95 | p99 "
        "| blocks a request | conflicts, of blocks | version switches a request | cores in use |",
        "|" + "---|" * 11,
        *(line for _, line in sorted(rows, reverse=True)),
    ]


def measured(outcomes):
    """From when to when, as far as that is known."""
    times = sorted({outcome["ended"] for outcome in outcomes if "ended" in outcome})
    return " to ".join(dict.fromkeys([times[0], times[-1]])) if times else ""


def highest_rates(systems, best_peer):
    """The lines of the table of highest rates."""
    lines = [
        "| system | highest rate | seeds | of the best peer | worst p99 / target | requests of the rarest | overhead, ms "
        "| measured |",
        "|" + "---|" * 8,
    ]
    for name, runs in systems.items():
        finals = [run["final"] for run in runs if run["final"]]
        worst = worst_tail(finals, "p99")
        overheads = [final["driver_overhead_ms"] for final in finals if final.get("driver_overhead_ms") is not None]
        cells = [
            name,
            f"{rate(runs):.1f}",
            " ".join(f"{run['max_rate_rps']:.1f}" for run in runs),
            f"{rate(runs) / best_peer:.2f}" if best_peer else "",
            "" if math.isnan(worst) else f"{worst:.2f}",
            f"{fewest(finals)}" if finals else "",
            f"{mean(overheads):.3f}" if overheads else "",
            measured(finals),
        ]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def not_measured(row):
    missing = [name for name in FCFS_PEERS if name not in row["systems"]]
    return f" Peers not measured: {'; '.join(missing)}." if missing else ""


def table(row, peers):
    models = ", ".join(f"{name} {model['qos_ms']:.1f} ms" for name, model in row["models"].items())
    lines = [
        f"### {row['mix']}, {conditions(row)}",
        "",
        f"Targets: {models}. Ideal {row['ideal_rps']:.1f} a second."
        + (f" Not served: {', '.join(row['missing'])}." if row["missing"] else "")
        + (not_measured(row) if row["systems"] else ""),
    ]
    if row["systems"]:
        lines += ["", *highest_rates(row["systems"], best_peer_rate(row, peers))]
    for at in row["at_best_peers_rate"]:
        means = {name: list(map(mean_latency, rounds)) for name, rounds in at["systems"].items()}
        texts = [
            f"{name} {statistics.median(each):.1f} ({median_ratio(each, means[at['peer']]):.2f})"
            for name, each in means.items()
        ]
        lines += ["", f"Mean latency in ms at {at['rate_rps']:.1f} a second, seed {at['seed']}: {', '.join(texts)}."]
    if at := row.get("at_load"):
        lines += ["", *at_load(at)]
    return "\n".join(lines) + "\n"


def ratios(rows, peers):
    """conditions -> mix -> system -> its rate over the best peer's."""
    found = {}
    for row in rows:
        if best := best_peer_rate(row, peers):
            systems = {name: rate(runs) / best for name, runs in row["systems"].items()}
            found.setdefault(conditions(row), {})[row["mix"]] = systems
    return found


def summary(rows, peers):
    """The ratio to the best peer of each of our systems over the mixes in which
    it was measured: means of other mixes cannot be compared."""
    lines = ["| conditions | system | ratio to the best peer: geometric mean, least | mixes |", "|---|---|---|---|"]
    for title, mixes in ratios(rows, peers).items():
        ours = {name: None for systems in mixes.values() for name in systems if name not in peers}
        for name in ours:
            values = {mix: systems[name] for mix, systems in mixes.items() if name in systems}
            geometric = math.prod(values.values()) ** (1 / len(values))
            lines.append(f"| {title} | {name} | {geometric:.2f}, {min(values.values()):.2f} | {', '.join(values)} |")
    return "\n".join(lines) + "\n"


def picture(machine, peers):
    panels = ratios(machine["rows"], peers)
    highest = {}
    for systems in (systems for mixes in panels.values() for systems in mixes.values()):
        for name, value in systems.items():
            highest[name] = max(highest.get(name, 0), value)
    shown = sorted(highest, key=highest.get, reverse=True)[: len(COLOURS)]
    limit = max(highest.values(), default=1) * 1.05
    title = f"Highest rate over that of the best peer, {machine['cpu']}"
    return bar_chart(title, panels, shown, limit, reference=1)


def tables(machine, peers):
    """The section of one machine."""
    rows, versions = machine["rows"], machine["versions"]
    title = (
        f"## {machine['cpu']}, {machine['cpus']} CPUs\n\n"
        f"Beside ONNX Runtime {versions['onnxruntime']} and OpenVINO {versions['openvino']}.\n"
    )
    return "\n".join([title, summary(rows, peers), *(table(row, peers) for row in rows)])


def published():
    """The machines of docs/serving.json."""
    if not os.path.exists(DOCUMENT + ".json"):
        return []
    with open(DOCUMENT + ".json") as file:
        document = json.load(file)
    return document["machines"] if document["schema"] == SCHEMA else []


def completed(row, earlier):
    """`row` with what it did not measure of an earlier one of the same mix and
    conditions, if the targets are the same. Rates are worth more than a
    comparison under other targets."""
    if row["models"] != earlier["models"]:
        return row if row["systems"] else earlier
    kept = {key: row[key] or earlier.get(key) for key in ("at_best_peers_rate", "at_load")}
    return row | {"systems": earlier["systems"] | row["systems"], **kept}


def merged(machine, machines):
    """`machines` with `machine`, which completes what was measured on the same
    CPUs beside the same peers, and replaces what was beside others."""
    found = list(machines)
    for i, earlier in enumerate(machines):
        if (earlier["cpu"], earlier["cpus"]) != (machine["cpu"], machine["cpus"]):
            continue
        if earlier["versions"] != machine["versions"]:
            found[i] = machine
            return found
        rows = {(row["mix"], conditions(row)): row for row in earlier["rows"]}
        for row in machine["rows"]:
            key = row["mix"], conditions(row)
            rows[key] = completed(row, rows.get(key, row))
        found[i] = machine | {"rows": list(rows.values())}
        return found
    return [*found, machine]


def write(machine, peers):
    machines = merged(machine, published())
    with open(DOCUMENT + ".md", "w") as file:
        file.write("\n".join([INTRODUCTION, *(tables(each, peers) for each in machines)]))
    with open(DOCUMENT + ".json", "w") as file:
        json.dump({"schema": SCHEMA, "machines": machines}, file, indent=1)
        file.write("\n")
    with open(DOCUMENT + ".svg", "w") as file:
        file.write(picture(machines[0], peers))
