"""The commands of veltair: what they print, and what they refuse."""

import json
import os
import subprocess
import tempfile
import unittest

import numpy as np
import onnx
from onnx import TensorProto, helper

from support import VELTAIR, VELTAIRC, Case, make_model, small_model


class Commands(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        cls.artifact = cls.compile(small_model(), "small")

    @classmethod
    def compile(cls, model, name):
        path = os.path.join(cls.shared.name, name)
        onnx.save(model, path + ".onnx")
        subprocess.run([VELTAIRC, path + ".onnx", "-o", path + ".so"], check=True, capture_output=True)
        return path + ".so"

    def json(self, *command):
        return json.loads(self.check_runs(VELTAIR, *command, "--json"))


class Inspect(Commands):
    def test_fields(self):
        found = self.json("inspect", self.artifact)
        self.assertEqual(found["abi"], 1)
        self.assertEqual([value["name"] for value in found["inputs"]], ["x"])
        self.assertEqual([value["name"] for value in found["outputs"]], ["y"])
        self.assertGreater(found["weight_bytes"], 0)
        for program in found["programs"]:
            self.assertGreater(program["arena_bytes"], 0)
            self.assertEqual(list(program["shapes"]), ["x"])
            for layer in program["layers"]:
                self.assertTrue(layer["name"] and layer["ops"])
                for version in layer["versions"]:
                    self.assertGreaterEqual(version["chunks"], 1)
                    for key in ("schedule", "numerics", "flops", "weight_bytes"):
                        self.assertIn(key, version)
                    cache = version["cache"]
                    self.assertIn("private_bytes", cache)
                    self.assertIn("shared_bytes", cache)
                    curve = cache["dram_bytes"]
                    self.assertGreaterEqual(len(curve), 6)
                    shares = [point["l3_bytes"] for point in curve]
                    self.assertEqual(shares, sorted(shares))

    def test_text(self):
        self.assertIn("small", self.check_runs(VELTAIR, "inspect", self.artifact))


class Bench(Commands):
    def test_trace(self):
        trace = self.path("trace.json")
        self.json("bench", self.artifact, "--iterations=3", "--warmup-ms=1", f"--trace={trace}")
        with open(trace) as file:
            events = json.load(file)["traceEvents"]
        self.assertEqual(sum(event["ph"] == "b" for event in events), 3)
        self.assertTrue(any("ops" in event.get("args", {}) for event in events))
        self.check_fails(VELTAIR, "run", self.artifact, "--trace=/nowhere/t.json", says="input|/nowhere/t.json")

    def test_fields(self):
        found = self.json("bench", self.artifact, "--iterations=7", "--warmup-ms=1", "--threads=1")
        self.assertEqual(found["runs"], 7)
        self.assertEqual(found["threads"], 1)
        self.assertTrue(found["cpus"])
        latency = found["latency_ms"]
        self.assertIsNone(latency["p99"])
        order = [latency[key] for key in ("min", "p50", "p90", "p95", "max")]
        self.assertEqual(order, sorted(order))
        for key in ("model", "isa", "load_ms", "first_ms", "rss_bytes"):
            self.assertIn(key, found)
        many = self.json("bench", self.artifact, "--iterations=100", "--warmup-ms=1")
        self.assertIsNotNone(many["latency_ms"]["p99"])

    def test_layers(self):
        programs = self.json("inspect", self.artifact)["programs"]
        found = self.json("bench", self.artifact, "--iterations=2", "--per-layer")
        program = next(program for program in programs if program["isa"] == found["isa"])
        names = [layer["name"] for layer in program["layers"]]
        self.assertEqual([layer["name"] for layer in found["layers"]], names)
        self.assertTrue(all(layer["mean_ms"] >= layer["min_ms"] > 0 for layer in found["layers"]))
        for layer, described in zip(found["layers"], program["layers"]):
            self.assertEqual(layer["flops"], described["versions"][layer["version"]]["flops"])
            self.assertGreater(layer["bytes"], 0)
            self.assertGreater(layer["roofline_share"], 0)
        roofline = found["roofline"]
        self.assertGreater(roofline["gflops"], 0)
        sets = [point["set_bytes"] for point in roofline["bandwidth"]]
        self.assertEqual(sets, sorted(sets))
        self.assertTrue(all(point["gb_per_s"] > 0 for point in roofline["bandwidth"]))
        self.assertIn("roofline", self.check_runs(VELTAIR, "bench", self.artifact, "--iterations=1", "--per-layer"))
        self.assertNotIn("layers", self.json("bench", self.artifact, "--iterations=1"))

    def test_forced_version_is_clamped(self):
        programs = self.json("inspect", self.artifact)["programs"]
        for last in ("99", "0x63"):
            found = self.json("bench", self.artifact, "--iterations=1", "--per-layer", f"--kernel-version={last}")
            program = next(program for program in programs if program["isa"] == found["isa"])
            for layer, ran in zip(program["layers"], found["layers"]):
                self.assertEqual(ran["version"], len(layer["versions"]) - 1)

    def test_numbers_of_options(self):
        for command in (
            ["bench", self.artifact, "--duration-s=nan"],
            ["bench", self.artifact, "--warmup-ms=nan"],
            ["bench", self.artifact, "--kernel-version=1x"],
            ["calibrate", self.artifact, "-o", self.path("p.json"), "--step-s=nan"],
            ["simulate", "s.json", "--machine=m.json", "--seed=-1"],
        ):
            self.assertEqual(self.run_program(VELTAIR, *command).returncode, 2, command)

    def test_range_of_inputs(self):
        self.check_runs(VELTAIR, "bench", self.artifact, "--iterations=1", "--val-range=x=[-1,1]")
        for text in ("[1", "[2,1]", "1,2", "[a,b]"):
            self.check_fails(
                VELTAIR, "bench", self.artifact, "--iterations=1", f"--val-range=x={text}", says="range"
            )
        self.check_fails(VELTAIR, "bench", self.artifact, "--val-range=q=[0,1]", says="'q'.*'x'")

    def test_ranges_are_of_the_inputs_type(self):
        inputs = [("b", TensorProto.BOOL, [4]), ("u", TensorProto.UINT8, [4]), ("f", TensorProto.FLOAT, [4])]
        nodes = [helper.make_node("Identity", [name], ["y_" + name]) for name, _, _ in inputs]
        outputs = [("y_" + name, dtype, shape) for name, dtype, shape in inputs]
        artifact = self.path("types.so")
        self.check_runs(VELTAIRC, self.save(make_model(nodes, inputs, outputs)), "-o", artifact)
        bench = [VELTAIR, "bench", artifact, "--iterations=1"]
        self.check_runs(*bench, "--val-range=b=[1,1]", "--val-range=u=[0,255]", "--val-range=f=[-1e30,1e30]")
        for text in ("b=[0,2]", "u=[0,300]", "u=[-1,0]", "u=[0.5,0.7]", "f=[0,1e40]"):
            self.check_fails(*bench, f"--val-range={text}", says=f"'{text[0]}'.*range")
        np.save(self.path("f.npy"), np.zeros(4, np.float32))
        self.check_fails(*bench, f"--input=f={self.path('f.npy')}", "--val-range=f=[0,1]", says="file and a range")

    def test_missing_inputs_have_the_shapes_that_go_with_those_given(self):
        pair = [(name, TensorProto.FLOAT, ["n", 2]) for name in "ab"]
        model = self.save(make_model([helper.make_node("Add", ["a", "b"], ["y"])], pair, [("y", TensorProto.FLOAT, ["n", 2])]))
        artifact = self.path("bindings.so")
        self.check_runs(VELTAIRC, model, "--dim=n=32,320", "-o", artifact)
        given = []
        for rows in (320, 32, 3):
            np.save(self.path(f"{rows}.npy"), np.zeros((rows, 2), np.float32))
            given.append(self.path(f"{rows}.npy"))
        bench = [VELTAIR, "bench", artifact, "--iterations=1"]
        self.check_runs(*bench, f"--input=b={given[0]}")
        self.check_fails(*bench, f"--input=b={given[2]}", says="input 'b' has shape 3x2.*for 32x2, 320x2$")
        self.check_fails(
            *bench, f"--input=a={given[0]}", f"--input=b={given[1]}", says="input 'b' has shape 32x2.*for 320x2$"
        )


class Run(Commands):
    def test_names_of_files(self):
        def model(first, second):
            nodes = [helper.make_node("Relu", ["x"], [first]), helper.make_node("Neg", ["x"], [second])]
            outputs = [(name, TensorProto.FLOAT, [3]) for name in (first, second)]
            return make_model(nodes, [("x", TensorProto.FLOAT, [3])], outputs)

        value = np.array([-1, 0, 2], np.float32)
        np.save(self.path("x.npy"), value)
        options = [f"--input=x={self.path('x.npy')}"]
        artifact = self.compile(model("a/b", "c"), "slash")
        found = self.json("run", artifact, *options, f"--output={self.path('out')}")
        np.testing.assert_array_equal(np.load(self.path("out", "a_b.npy")), np.maximum(value, 0))
        np.testing.assert_array_equal(np.load(self.path("out", "c.npy")), -value)
        self.assertEqual([output["shape"] for output in found["outputs"]], [[3], [3]])
        artifact = self.compile(model("a/b", "a_b"), "clash")
        self.check_fails(VELTAIR, "run", artifact, *options, f"--output={self.folder}", says="'a/b'.*'a_b'")

    def test_files_whose_names_are_no_text(self):
        folder = self.path("y\udcff\udcfey")
        np.save(self.path("x.npy"), np.zeros((1, 3, 11, 13), np.float32))
        found = self.json("run", self.artifact, f"--input=x={self.path('x.npy')}", f"--output={folder}")
        self.assertTrue(os.path.exists(os.path.join(folder, "y.npy")))
        self.assertRegex(found["outputs"][0]["file"], "y\ufffd+y/y.npy$")

    def test_input_from_a_tensor_proto(self):
        value = np.random.default_rng(2).standard_normal((1, 3, 11, 13), dtype=np.float32)
        np.save(self.path("x.npy"), value)
        self.write("x.pb", onnx.numpy_helper.from_array(value).SerializeToString())
        results = []
        for suffix in ("npy", "pb"):
            file = self.path("x." + suffix)
            self.check_runs(VELTAIR, "run", self.artifact, f"--input=x={file}", f"--output={self.folder}")
            results.append(np.load(self.path("y.npy")))
        np.testing.assert_array_equal(*results)

    def test_team_does_not_change_a_bit(self):
        np.save(self.path("x.npy"), np.random.default_rng(3).standard_normal((1, 3, 11, 13), dtype=np.float32))
        results = []
        for threads in (1, 2, 3):
            self.check_runs(
                VELTAIR, "run", self.artifact, f"--input=x={self.path('x.npy')}",
                f"--output={self.folder}", f"--threads={threads}",
            )  # fmt: skip
            results.append(np.load(self.path("y.npy")).tobytes())
        self.assertEqual(len(set(results)), 1)


class Pmu(Commands):
    def test_says_what_is_used(self):
        found = self.json("pmu")
        self.assertEqual(found["schema"], "veltair.pmu.1")
        used = any(event["used"] for event in found["events"]) and found["enough_descriptors"]
        self.assertEqual(found["source"], "perf" if used else "software")
        self.assertIn("interference is measured", self.check_runs(VELTAIR, "pmu"))


class Load(Commands):
    def scenario(self, **changes):
        tenant = {"artifact": self.artifact, "qos_ms": 50, "rate_rps": 40}
        scenario = {
            "seed": 5,
            "duration_s": 1,
            "tenants": [{"name": name, **tenant} for name in ("one", "two", "three")],
            **changes,
        }
        return self.write("scenario.json", json.dumps(scenario).encode())

    def test_every_query_is_accounted_for(self):
        offered = []
        for policy in ("fcfs", "veltair"):
            found = self.json("load", self.scenario(), f"--policy={policy}", "--threads=2")
            self.assertEqual(found["policy"], policy)
            self.assertEqual(found["seed"], 5)
            self.assertEqual(found["rate_rps"], 120)
            self.assertIsNone(found["max_rate_rps"])
            for tenant in found["tenants"]:
                ends = sum(tenant[key] for key in ("completed", "rejected", "cancelled", "failed"))
                self.assertEqual(tenant["offered"], ends)
                self.assertLessEqual(tenant["satisfied"], tenant["completed"])
                self.assertGreater(tenant["latency_ms"]["p50"], 0)
            total = sum(tenant["offered"] for tenant in found["tenants"])
            self.assertGreaterEqual(found["blocks"], total)
            for key in ("conflicts", "version_switches", "backups"):
                self.assertIn(key, found)
            self.assertGreater(found["core_ms"], 0)
            offered.append([tenant["offered"] for tenant in found["tenants"]])
        # The same arrivals for every policy.
        self.assertEqual(*offered)

    def test_search(self):
        found = self.json("load", self.scenario(search=True, duration_s=0.2))
        self.assertIsNotNone(found["max_rate_rps"])

    def test_bad_scenarios(self):
        def refuse(scenario, says):
            self.check_fails(VELTAIR, "load", scenario, says=r"scenario\.json.*" + says)

        refuse(self.write("scenario.json", b"{"), "JSON")
        refuse(self.scenario(speed=1), "'speed'")
        refuse(self.scenario(tenants=[{"name": "a"}]), "'artifact'")
        refuse(self.scenario(duration_s=-1), "'duration_s'")
        tenant = {"name": "a", "artifact": self.path("absent.so"), "qos_ms": 1, "rate_rps": 1}
        self.check_fails(VELTAIR, "load", self.scenario(tenants=[tenant]), says=r"absent\.so")
        self.check_fails(VELTAIR, "load", self.path("absent.json"), says=r"absent\.json")
        tenant = {"name": "a", "artifact": self.artifact, "qos_ms": 1, "rate_rps": 1, "inputs": {"X": "x.npy"}}
        machine = self.write("machine.json", b'{"cores": 2}')
        for command in (["load"], ["simulate", "--machine", machine]):
            self.check_fails(VELTAIR, *command, self.scenario(tenants=[tenant]), says="tenant 'a': 'X' is no input")
        self.check_fails(VELTAIR, "load", self.scenario(), "--trace", self.path("no/trace.json"), says="cannot write")
        self.check_fails(VELTAIR, "load", self.scenario(), "--policy=none", says="'none'.*fcfs.*veltair")


if __name__ == "__main__":
    unittest.main()
