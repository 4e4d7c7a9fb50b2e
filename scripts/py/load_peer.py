"""Serves a scenario of `veltair load` with ONNX Runtime, as is common today:
one session a model behind a first-come-first-served queue. Prints the same
JSON. Arrivals are Poisson, open loop; latency counts from the arrival."""

import argparse
import json
import queue
import sys
import threading
import time

import numpy as np

from peers import onnxruntime_session


def arrivals(scenario):
    """Sorted (time, tenant's index) from the scenario's seed and rates."""
    times = []
    for index, tenant in enumerate(scenario["tenants"]):
        generator = np.random.default_rng([scenario["seed"], index])
        now = 0.0
        while (now := now + generator.exponential(1 / tenant["rate_rps"])) < scenario["duration_s"]:
            times.append((now, index))
    return sorted(times)


def serve(sessions, inputs, events, workers):
    """Returns for each tenant the latencies in ms."""
    waiting = queue.SimpleQueue()
    latencies = [[] for _ in sessions]

    def work():
        while (item := waiting.get()) is not None:
            due, index = item
            sessions[index].run(None, inputs[index])
            latencies[index].append((time.perf_counter() - due) * 1e3)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    start = time.perf_counter() + 0.01
    for offset, index in events:
        due = start + offset
        while (delay := due - time.perf_counter()) > 0:
            time.sleep(delay)
        waiting.put((due, index))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return latencies


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenario")
    parser.add_argument("--model", action="append", required=True, metavar="TENANT=FILE.onnx")
    parser.add_argument("--input", action="append", required=True, metavar="TENANT:NAME=FILE.npy")
    parser.add_argument("--workers", type=int, required=True, help="queries served at once")
    parser.add_argument("--threads", type=int, required=True, help="of a session")
    options = parser.parse_args()
    with open(options.scenario) as file:
        scenario = json.load(file)
    models = dict(item.split("=", 1) for item in options.model)
    data = {}
    for item in options.input:
        key, file = item.rsplit("=", 1)
        tenant, name = key.split(":", 1)
        data.setdefault(tenant, {})[name] = np.load(file)
    names = [tenant["name"] for tenant in scenario["tenants"]]
    loaded = {file: onnxruntime_session(file, options.threads) for file in set(models.values())}
    sessions = [loaded[models[name]] for name in names]
    inputs = [data[name] for name in names]
    for session, values in zip(sessions, inputs):
        for _ in range(3):
            session.run(None, values)
    latencies = serve(sessions, inputs, arrivals(scenario), options.workers)
    tenants = []
    for tenant, times in zip(scenario["tenants"], latencies):
        tenants.append(
            {
                "name": tenant["name"],
                "qos_ms": tenant["qos_ms"],
                "offered": len(times),
                "completed": len(times),
                "satisfied": sum(latency <= tenant["qos_ms"] for latency in times),
                "rejected": 0,
                "cancelled": 0,
                "failed": 0,
                "latency_ms": {
                    "mean": float(np.mean(times)),
                    **{f"p{p}": float(np.percentile(times, p)) for p in (50, 95, 99)},
                }
                if times
                else None,
            }
        )
    json.dump({"schema": "veltair.load.peer.1", "policy": "onnxruntime", "seed": scenario["seed"], "tenants": tenants}, sys.stdout)


main()
