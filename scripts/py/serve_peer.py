"""Serves scenarios of `veltair load` with a peer, as is common today: one
session a model, and workers that take requests first come, first served, or by
deadline. The arrivals are those of `veltair load`; latency counts from the
arrival. Prints one line of the same JSON for each scenario, with the driver's
own overhead."""

import argparse
import ctypes
import json
import math
import queue
import sys
import threading
import time

import numpy as np

from peers import onnxruntime_session, openvino_network, openvino_runner
from programs import VELTAIR, call


def onnxruntime_runners(options, model, inputs):
    session = onnxruntime_session(model, options.threads, not options.no_spinning)
    return [lambda: session.run(None, inputs)] * options.workers


def openvino_runners(options, model, inputs):
    network = openvino_network(model, inputs, options.threads, PERFORMANCE_HINT=options.hint.upper())
    return [openvino_runner(network, inputs) for _ in range(options.workers)]


# From linux/prctl.h. The kernel ends a sleep up to 50 us late by default; the
# threads that this one starts inherit its slack.
PR_SET_TIMERSLACK = 29

RUNNERS = {"onnxruntime": onnxruntime_runners, "openvino": openvino_runners}


# Behind all requests, in the order of any queue.
END = (math.inf, 0, -1)


class Trial:
    """One run of a scenario. `runners[tenant][worker]` runs one query. Queues
    hold (deadline, due, tenant)."""

    def __init__(self, scenario, give_up, runners, workers, queue_per_tenant, by_deadline):
        self.tenants = scenario["tenants"]
        self.runners = runners
        make_queue = queue.PriorityQueue if by_deadline else queue.SimpleQueue
        self.latencies = [[] for _ in self.tenants]
        self.overheads = []  # of requests that found their worker idle
        self.misses = [0] * len(self.tenants)
        self.give_up = give_up
        self.share = scenario.get("satisfied", 0.95)
        self.hopeless = False
        if queue_per_tenant:
            self.queues = [make_queue() for _ in self.tenants]
            places = [(line, 0) for line in self.queues]
        else:
            self.queues = [make_queue()] * len(self.tenants)
            places = [(self.queues[0], worker) for worker in range(workers)]
        self.threads = [threading.Thread(target=self.work, args=place) for place in places]
        self.ends = [line for line, _ in places]  # a thread takes one end

    def work(self, line, worker):
        idle_since = 0
        while (item := line.get()) != END:
            _, due, tenant = item
            if self.hopeless:
                continue
            begin = time.perf_counter()
            self.runners[tenant][worker]()
            end = time.perf_counter()
            latency = (end - due) * 1e3
            self.latencies[tenant].append(latency)
            if latency > self.tenants[tenant]["qos_ms"]:
                self.misses[tenant] += 1
                if self.give_up and self.misses[tenant] > self.allowed[tenant]:
                    self.hopeless = True
            now = time.perf_counter()
            if due > idle_since:
                self.overheads.append((begin - due + now - end) * 1e3)
            idle_since = now

    def run(self, arrivals):
        self.offered = [sum(tenant == index for _, tenant in arrivals) for index in range(len(self.tenants))]
        self.allowed = [offered - math.ceil(self.share * offered) for offered in self.offered]
        for thread in self.threads:
            thread.start()
        start = time.perf_counter() + 0.01
        for offset, tenant in arrivals:
            due = start + offset / 1e9
            while (delay := due - time.perf_counter()) > 0:
                time.sleep(delay)
            if self.hopeless:
                break
            deadline = due + self.tenants[tenant]["qos_ms"] / 1e3
            self.queues[tenant].put((deadline, due, tenant))
        for line in self.ends:
            line.put(END)
        for thread in self.threads:
            thread.join()

    def report(self):
        return [
            {
                "name": tenant["name"],
                "qos_ms": tenant["qos_ms"],
                "offered": offered,
                "completed": len(times),
                "satisfied": sum(latency <= tenant["qos_ms"] for latency in times),
                "rejected": 0,
                "cancelled": offered - len(times),
                "failed": 0,
                "latency_ms": {
                    "mean": float(np.mean(times)),
                    **{f"p{p}": float(np.percentile(times, p)) for p in (50, 95, 99)},
                }
                if times
                else None,
            }
            for tenant, offered, times in zip(self.tenants, self.offered, self.latencies)
        ]


def serve(options, runners, file):
    with open(file) as stream:
        scenario = json.load(stream)
    arrivals = json.loads(call(VELTAIR, "load", file, "--print-arrivals"))["arrivals"]
    tenants = [runners[tenant["name"]] for tenant in scenario["tenants"]]
    trial = Trial(
        scenario, options.give_up, tenants, options.workers, options.queue_per_tenant, options.by_deadline
    )
    trial.run(arrivals)
    document = {
        "schema": "veltair.load.peer.1",
        "policy": options.peer,
        "seed": scenario["seed"],
        "tenants": trial.report(),
        "driver_overhead_ms": float(np.median(trial.overheads)) if trial.overheads else None,
    }
    print(json.dumps(document), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer", choices=RUNNERS)
    parser.add_argument("scenario", nargs="*", help="without any, their names come by standard input, one a line")
    parser.add_argument("--model", action="append", required=True, metavar="TENANT=FILE.onnx")
    parser.add_argument("--input", action="append", required=True, metavar="TENANT:NAME=FILE.npy")
    parser.add_argument("--threads", type=int, required=True, help="of a session")
    parser.add_argument("--workers", type=int, default=1, help="queries served at once")
    parser.add_argument("--queue-per-tenant", action="store_true", help="a worker for each tenant")
    parser.add_argument("--by-deadline", action="store_true", help="earliest deadline first, not first come")
    parser.add_argument("--no-spinning", action="store_true", help="ONNX Runtime's idle threads sleep")
    parser.add_argument("--hint", choices=("latency", "throughput"), default="latency", help="for OpenVINO")
    parser.add_argument("--give-up", action="store_true", help="stop once a tenant cannot be satisfied")
    options = parser.parse_args()
    ctypes.CDLL(None).prctl(PR_SET_TIMERSLACK, 1)
    data = {}
    for item in options.input:
        key, file = item.rsplit("=", 1)
        tenant, name = key.split(":", 1)
        data.setdefault(tenant, {})[name] = np.load(file)
    runners = {}
    for item in options.model:
        tenant, file = item.split("=", 1)
        runners[tenant] = RUNNERS[options.peer](options, file, data[tenant])
        for run in runners[tenant]:
            for _ in range(3):
                run()
    for file in options.scenario or map(str.strip, sys.stdin):
        serve(options, runners, file)


main()
