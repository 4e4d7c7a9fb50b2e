"""The error of `veltair simulate` against `veltair load`: a scenario's
latencies, and how much its tenants slow each other down."""

import argparse
import json
import os
import sys
import tempfile

from programs import VELTAIR, Failure, call_json


def read_json(file, key):
    """The object in the file, which has `key`; what else is wrong with it, the
    tool says."""
    try:
        with open(file) as text:
            found = json.load(text)
    except OSError as error:
        raise Failure(str(error)) from None
    except ValueError as error:
        raise Failure(f"{file}: {error}") from None
    if not isinstance(found, dict) or key not in found:
        raise Failure(f"{file}: '{key}' is missing")
    return found


def scenario_of(file):
    """The scenario, its paths made absolute."""
    scenario = read_json(file, "tenants")
    folder = os.path.dirname(os.path.abspath(file))
    for tenant in scenario["tenants"]:
        tenant["artifact"] = os.path.join(folder, tenant.get("artifact", ""))
        for name, value in tenant.get("inputs", {}).items():
            tenant["inputs"][name] = os.path.join(folder, value)
    return scenario


def play(scenario, command, *options):
    """Means and 95th percentiles of the tenants by name, and the rate."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(scenario, file)
        file.flush()
        # A search tries some twenty rates.
        timeout = 600 + 30 * scenario.get("duration_s", 10)
        found = call_json(VELTAIR, command, file.name, *options, timeout=timeout)
    if unserved := [tenant["name"] for tenant in found["tenants"] if not tenant["latency_ms"]]:
        raise Failure(f"no request of {', '.join(unserved)} ended: prolong the scenario")
    latencies = {tenant["name"]: tenant["latency_ms"] for tenant in found["tenants"]}
    return latencies, found["max_rate_rps"]


def error(measured, simulated):
    # A search may find no rate at all.
    return f"{100 * (simulated / measured - 1):+6.1f} %" if measured else "-"


def line(name, what, measured, simulated):
    print(f"{name:20} {what:22} {measured:10.3f} {simulated:10.3f} {error(measured, simulated)}")


def main():
    parser = argparse.ArgumentParser(prog="scripts/simulator-error", description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("machine")
    parser.add_argument("--profile")
    parser.add_argument("--policy", default="veltair")
    options = parser.parse_args()
    common = ["--policy", options.policy]
    if options.profile:
        common += ["--profile", options.profile]
    simulation = ["simulate", "--machine", options.machine, *common]
    # The same threads as the machine has cores.
    load = ["load", "--threads", read_json(options.machine, "cores")["cores"], *common]

    scenario = scenario_of(options.scenario)
    together = {**scenario, "search": False}
    print(f"{'tenant':20} {'':22} {'measured':>10} {'simulated':>10}    error")
    measured, simulated = (play(together, *way)[0] for way in (load, simulation))
    for tenant in scenario["tenants"]:
        name = tenant["name"]
        alone = {**together, "tenants": [tenant]}
        measured_alone, simulated_alone = (play(alone, *way)[0][name] for way in (load, simulation))
        line(name, "alone, mean ms", measured_alone["mean"], simulated_alone["mean"])
        line(name, "together, mean ms", measured[name]["mean"], simulated[name]["mean"])
        line(name, "together, p95 ms", measured[name]["p95"], simulated[name]["p95"])
        line(
            name,
            "slow-down",
            measured[name]["mean"] / measured_alone["mean"],
            simulated[name]["mean"] / simulated_alone["mean"],
        )
    if scenario.get("search"):
        rates = [play(scenario, *way)[1] for way in (load, simulation)]
        line("all", "highest rate, 1/s", *rates)


if __name__ == "__main__":
    try:
        main()
    except Failure as failure:
        sys.exit(f"simulator-error: {failure}")
