"""What scripts/bench-serving is made of: the arrivals, the driver of the
peers, and the search."""

import json
import os
import sys
import unittest

import numpy as np
from onnx import TensorProto, helper

from support import PY, VELTAIR, VELTAIRC, Case, make_model, small_model

from rate_search import highest_rate


class Search(unittest.TestCase):
    def search(self, limit, guess, tolerance=0.02):
        return highest_rate(lambda rate: rate <= limit, guess, tolerance)

    def test_finds_the_border_from_below_and_above(self):
        for guess in (1, 50, 99, 100, 101, 3000):
            with self.subTest(guess=guess):
                found = self.search(100, guess)
                self.assertLessEqual(found, 100)
                self.assertGreater(found, 100 / 1.02 - 1e-9)

    def test_a_good_guess_is_cheap(self):
        for guess, step, probes in ((100, 1.02, 3), (101, 1.02, 3), (97, 1.02, 5), (50, 1.02, 14), (50, 1.25, 10)):
            with self.subTest(guess=guess, step=step):
                rates = []

                def sustains(rate):
                    rates.append(rate)
                    return rate <= 100

                found = highest_rate(sustains, guess, 0.02, step)
                self.assertEqual(found, max(rate for rate in rates if rate <= 100))
                self.assertGreater(found, 100 / 1.02 - 1e-9)
                self.assertLessEqual(len(rates), probes)

    def test_nothing_is_sustained(self):
        self.assertEqual(self.search(0, 10), 0)

    def test_a_disturbance_does_not_end_the_search(self):
        for first in range(6):
            with self.subTest(first=first):
                rates = []

                def sustains(rate):
                    rates.append(rate)
                    return rate <= 100 and len(rates) - 1 != first

                found = highest_rate(sustains, 90, 0.02, 1.02)
                self.assertLessEqual(found, 100)
                self.assertGreater(found, 100 / 1.02 - 1e-9)

    def test_stops_at_the_least(self):
        rates = []
        self.assertEqual(highest_rate(rates.append, 10, 0.02, least=5), 0)
        self.assertGreaterEqual(min(rates), 5)
        self.assertLess(min(rates), 5 * 1.25)


class Serving(Case):
    def setUp(self):
        super().setUp()
        self.model = self.save(small_model())
        self.artifact = self.path("model.so")
        self.check_runs(VELTAIRC, self.model, "-o", self.artifact)
        np.save(self.path("x.npy"), np.zeros((1, 3, 11, 13), np.float32))

    def scenario(self, **tenant):
        tenants = [
            {"name": name, "artifact": "model.so", "qos_ms": 50, "rate_rps": 60, **tenant} for name in ("one", "two")
        ]
        text = json.dumps({"seed": 7, "duration_s": 1, "tenants": tenants})
        return self.write("scenario.json", text.encode())

    def arrivals(self, file):
        return json.loads(self.check_runs(VELTAIR, "load", file, "--print-arrivals"))

    def test_arrivals(self):
        found = self.arrivals(self.scenario())
        self.assertEqual((found["schema"], found["seed"]), ("veltair.arrivals.1", 7))
        times = [time for time, _ in found["arrivals"]]
        self.assertEqual(times, sorted(times))
        self.assertLess(times[-1], 1e9)
        # Twice the rate plays the same sequence in half the time.
        faster = self.arrivals(self.scenario(rate_rps=120))["arrivals"]
        for tenant in (0, 1):
            slow, fast = ([time for time, index in list if index == tenant] for list in (found["arrivals"], faster))
            np.testing.assert_allclose(slow, 2 * np.array(fast[: len(slow)]), atol=2)

    def test_giving_up(self):
        found = json.loads(
            self.check_runs(VELTAIR, "load", self.scenario(qos_ms=1e-6), "--give-up", "--threads=1", "--json")
        )
        for tenant in found["tenants"]:
            ends = sum(tenant[key] for key in ("completed", "rejected", "cancelled", "failed"))
            self.assertEqual(tenant["offered"], ends)
        self.assertLess(sum(tenant["offered"] for tenant in found["tenants"]), 60)

    def simulate(self, file, cores, *options):
        machine = self.write("machine.json", json.dumps({"cores": cores, "block_overhead_us": 2000}).encode())
        command = [VELTAIR, "simulate", file, "--machine", machine, "--json", *options]
        return json.loads(self.check_runs(*command))

    def test_simulation(self):
        file = self.scenario()
        found = self.simulate(file, 2)
        self.assertEqual((found["schema"], found["policy"], found["seed"]), ("veltair.simulate.1", "veltair", 7))
        for tenant in found["tenants"]:
            self.assertEqual(tenant["offered"], tenant["completed"])
            self.assertEqual(tenant["satisfied"], tenant["completed"])
            self.assertGreater(tenant["latency_ms"]["p50"], 0)
            self.assertGreaterEqual(tenant["latency_ms"]["max"], tenant["latency_ms"]["p99"])
        self.assertEqual(self.simulate(file, 2), found)
        self.assertNotEqual(self.simulate(file, 2, "--seed=8")["tenants"], found["tenants"])
        # The arrivals are those of `load`.
        offered = sum(tenant["offered"] for tenant in found["tenants"])
        self.assertEqual(offered, len(self.arrivals(file)["arrivals"]))

    def test_simulation_of_a_shape(self):
        """The program is the one that takes the tenant's inputs."""
        node, rows = helper.make_node("Exp", ["x"], ["y"]), ["n", 1 << 14]
        model = make_model([node], [("x", TensorProto.FLOAT, rows)], [("y", TensorProto.FLOAT, rows)])
        self.check_runs(VELTAIRC, self.save(model, "shapes.onnx"), "-o", self.path("shapes.so"), "--dim", "n=1,64")
        latencies = []
        for count in (1, 64, 3):
            np.save(self.path("x.npy"), np.zeros((count, 1 << 14), np.float32))
            file = self.scenario(artifact="shapes.so", inputs={"x": "x.npy"}, rate_rps=10)
            if count == 3:
                machine = self.write("machine.json", b'{"cores": 1}')
                self.check_fails(VELTAIR, "simulate", file, "--machine", machine, says="input 'x'")
            else:
                latencies.append(self.simulate(file, 1)["tenants"][0]["latency_ms"]["p50"])
        self.assertGreater(latencies[1], latencies[0])

    def test_simulated_search(self):
        with open(self.scenario(qos_ms=20)) as text:
            scenario = json.load(text)
        file = self.write("search.json", json.dumps({**scenario, "search": True}).encode())
        few, many = (self.simulate(file, cores, "--policy=edf")["max_rate_rps"] for cores in (1, 8))
        self.assertGreater(few, 120)
        self.assertGreater(many, few)

    def test_simulation_of_what_is_not_there(self):
        file = self.scenario()
        machine = self.write("machine.json", b'{"cores": 2, "warp": 9}')
        for wrong, options in (
            ("machine.json: the machine has an unknown key 'warp'", ["--machine", machine]),
            ("nowhere.json", ["--machine", "nowhere.json"]),
        ):
            result = self.run_program(VELTAIR, "simulate", file, *options)
            self.assertEqual(result.returncode, 1)
            self.assertIn(wrong, result.stderr)
        machine = self.write("machine.json", b'{"cores": 2}')
        command = [VELTAIR, "simulate", file, "--machine", machine]
        self.check_fails(*command, "--policy=none", says="no policy 'none'.*fcfs.*veltair")

    def serve(self, file, *options):
        command = [sys.executable, os.path.join(PY, "serve_peer.py"), "onnxruntime", file, "--threads=1", *options]
        for tenant in ("one", "two"):
            command += [f"--model={tenant}={self.model}", f"--input={tenant}:x={self.path('x.npy')}"]
        return json.loads(self.check_runs(*command))

    def test_peers_get_the_same_arrivals(self):
        file = self.scenario()
        offered = [0, 0]
        for _, tenant in self.arrivals(file)["arrivals"]:
            offered[tenant] += 1
        for options in (["--workers=2"], ["--queue-per-tenant"], ["--workers=2", "--by-deadline"]):
            found = self.serve(file, *options)
            self.assertEqual([tenant["offered"] for tenant in found["tenants"]], offered)
            self.assertEqual([tenant["completed"] for tenant in found["tenants"]], offered)
            self.assertGreater(found["driver_overhead_ms"], 0)

    def test_peers_give_up(self):
        found = self.serve(self.scenario(qos_ms=1e-6), "--give-up")
        self.assertGreater(sum(tenant["cancelled"] for tenant in found["tenants"]), 0)
        self.assertEqual(sum(tenant["satisfied"] for tenant in found["tenants"]), 0)


if __name__ == "__main__":
    unittest.main()
