"""Artifacts that earlier compilers wrote, one for each ABI, still run.

test/golden/abiN.so is never written anew: a runtime that needs that has another
ABI. It holds a convolution, products and a result of data-dependent size, with
weights beside it; x.npy is its input, the others its outputs by ONNX Runtime."""

import glob
import os
import unittest

import numpy as np

from support import VELTAIR, Case, cpu_runs

FOLDER = os.path.join(os.path.dirname(__file__), "..", "golden")


@unittest.skipUnless(cpu_runs("x86-64-v3"), "needs AVX2")
class Golden(Case):
    def test_runs(self):
        artifacts = sorted(glob.glob(os.path.join(FOLDER, "abi*.so")))
        self.assertTrue(artifacts)
        load = lambda folder, name: np.load(os.path.join(folder, name + ".npy"))
        for artifact in artifacts:
            with self.subTest(artifact=os.path.basename(artifact)):
                options = [f"--input=x={os.path.join(FOLDER, 'x.npy')}", "--verify", f"--output={self.folder}"]
                self.check_runs(VELTAIR, "run", artifact, *options)
                np.testing.assert_allclose(load(self.folder, "y"), load(FOLDER, "y"), rtol=1e-4)
                np.testing.assert_array_equal(load(self.folder, "positive"), load(FOLDER, "positive"))


if __name__ == "__main__":
    unittest.main()
