"""`veltair calibrate`, and what uses its profile."""

import json
import os
import re
import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, Case, make_model, small_model


class Calibrate(Case):
    def setUp(self):
        super().setUp()
        self.artifact = self.path("model.so")
        self.check_runs(VELTAIRC, self.save(small_model()), "-o", self.artifact)
        self.profile = self.path("profile.json")

    def calibrate(self, artifact=None, threads=1, *options):
        return self.check_runs(
            *(VELTAIR, "calibrate", artifact or self.artifact, "-o", self.profile),
            *(f"--threads={threads}", "--step-s=0.001", *options),
        )

    def read(self):
        with open(self.profile) as file:
            return json.load(file)

    def test_measures_every_version_once(self):
        # The last program runs on every CPU that the tests run on.
        program = json.loads(self.check_runs(VELTAIR, "inspect", self.artifact, "--json"))["programs"][-1]
        isa = f"--isa={program['isa']}"
        said = self.calibrate(None, 1, isa)
        self.assertRegex(said, "leave-one-out error")
        found = self.read()
        self.assertEqual(found["schema"], "veltair.profile.1")
        schedules = {version["schedule"] for layer in program["layers"] for version in layer["versions"]}
        self.assertEqual({layer["schedule"] for layer in found["layers"]}, schedules)
        self.assertTrue(all(entry["ns"] > 0 for layer in found["layers"] for entry in layer["times"]))
        # All is known now, also of another build.
        self.calibrate(None, 1, isa)
        self.assertEqual(self.read(), found)
        again = self.path("again.so")
        self.check_runs(VELTAIRC, self.path("model.onnx"), "-o", again)
        self.calibrate(again, 1, isa)
        self.assertEqual(self.read(), found)

    def test_measures_every_binding(self):
        nodes = [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("CumSum", ["r", "axis"], ["y"])]
        shape = ["n", 16]
        model = make_model(
            nodes,
            [("x", TensorProto.FLOAT, shape)],
            [("y", TensorProto.FLOAT, shape)],
            [numpy_helper.from_array(np.array(1), "axis")],
        )
        self.check_runs(VELTAIRC, self.save(model), "--dim=n=64,640", "-o", self.artifact)
        isa = json.loads(self.check_runs(VELTAIR, "inspect", self.artifact, "--json"))["programs"][-1]["isa"]
        found = json.loads(self.calibrate(None, 1, f"--isa={isa}", "--json"))
        self.assertEqual((found["schema"], found["left_out"]), ("veltair.calibrate.1", 0))
        self.assertGreaterEqual(found["measured"], 2)
        self.assertIn("leave_one_out_error", found["proxy"])
        layers = self.read()["layers"]
        self.assertEqual({layer["isa"] for layer in layers}, {isa})
        self.assertEqual(len({layer["hash"] for layer in layers}), 2 * len(nodes))

    @unittest.skipIf(len(os.sched_getaffinity(0)) < 2, "needs two CPUs")
    def test_measures_beside_others(self):
        self.calibrate(threads=2)
        found = self.read()
        conditions = {entry["condition"] for layer in found["layers"] for entry in layer["times"]}
        # A hypervisor may keep the CPUs apart.
        self.assertLessEqual(conditions, {"quiet", "stream", "thrash", "compute", "model"})
        self.assertIn("quiet", conditions)
        self.assertEqual(set(found["levels"]), conditions)
        self.assertEqual(found["levels"]["quiet"], 0)

    def test_no_more_cpus_than_may_be_used(self):
        self.check_fails(
            *(VELTAIR, "calibrate", self.artifact, "-o", self.profile, "--threads=4096"),
            says=r"there are \d+ CPUs to calibrate on, not 4096",
        )

    def test_profiles_are_used_or_refused(self):
        self.calibrate()
        bench = [VELTAIR, "bench", self.artifact, "--iterations=3", "--threads=1", f"--profile={self.profile}"]
        self.check_runs(*bench)
        found = self.read()
        found["cpu"] = "another"
        self.write("profile.json", json.dumps(found).encode())
        self.check_fails(*bench, says=r"profile\.json.*another CPU")
        self.check_fails(VELTAIR, "calibrate", self.artifact, "-o", self.profile, says="another CPU")
        self.write("profile.json", b"{}")
        self.check_fails(*bench, says=r"profile\.json.*'schema' is missing")
        os.remove(self.profile)
        self.check_fails(*bench, says=re.escape(self.profile))
        self.check_fails(
            *(VELTAIR, "calibrate", self.artifact, "--threads=1", "--step-s=0.001"),
            *("-o", self.path("no", "profile.json")),
            says=r"profile\.json: cannot be written: No such file",
        )


if __name__ == "__main__":
    unittest.main()
