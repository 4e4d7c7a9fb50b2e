"""Artifacts and inputs that veltair must refuse with one clear message."""

import io
import os
import random
import shutil
import subprocess
import tempfile
import unittest

import numpy as np
import onnx

from support import VELTAIR, VELTAIRC, Case, small_model

CLANG = "clang-22"


class Artifacts(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        model = os.path.join(cls.shared.name, "small.onnx")
        onnx.save(small_model(), model)
        for suffix in ("so", "o"):
            output = os.path.join(cls.shared.name, "small." + suffix)
            subprocess.run([VELTAIRC, model, "-o", output], check=True, capture_output=True)
        cls.artifact = os.path.join(cls.shared.name, "small.so")
        with open(cls.artifact, "rb") as file:
            cls.data = file.read()

    def setUp(self):
        super().setUp()
        self.x = np.random.default_rng(1).standard_normal((1, 3, 11, 13), dtype=np.float32)

    def save_input(self, value, name="x.npy"):
        np.save(self.path(name), value)
        return self.path(name)

    def run_options(self, artifact, file):
        return [VELTAIR, "run", artifact, f"--input=x={file}", f"--output={self.folder}"]

    def refuse(self, artifact, says):
        self.check_fails(*self.run_options(artifact, self.save_input(self.x)), says=says)

    def refuse_input(self, file, says):
        self.check_fails(*self.run_options(self.artifact, file), says=says)


class BadArtifacts(Artifacts):
    def test_good(self):
        self.check_runs(*self.run_options(self.artifact, self.save_input(self.x)))
        self.assertEqual(np.load(self.path("y.npy")).shape, (1, 7))

    def test_no_such_file(self):
        self.refuse(self.path("absent.so"), r"absent\.so")

    def test_folder(self):
        self.refuse(self.folder, os.path.basename(self.folder))

    def test_other_files(self):
        self.refuse(self.write("empty.so", b""), r"empty\.so")
        self.refuse(self.write("text.so", b"no object\n" * 99), r"text\.so")
        self.refuse(shutil.copy(VELTAIR, self.path("program.so")), r"program\.so")

    def test_truncated(self):
        for size in (10, 64, 500, len(self.data) // 2, len(self.data) - 1):
            with self.subTest(size=size):
                self.refuse(self.write("cut.so", self.data[:size]), r"cut\.so")

    def note(self):
        """Offset of the note's descriptor."""
        return self.data.index(b"VELTAIR\0") + 8

    def patched(self, offset, data):
        return self.write("patched.so", self.data[:offset] + data + self.data[offset + len(data) :])

    def test_other_abi(self):
        self.refuse(self.patched(self.note(), (99).to_bytes(4, "little")), "ABI|abi")

    def test_damaged_tables(self):
        section = b".veltair.tables"
        listing = subprocess.run(["readelf", "-SW", self.artifact], capture_output=True, text=True, check=True).stdout
        fields = next(line for line in listing.splitlines() if section.decode() in line).split("]")[1].split()
        offset, size = int(fields[3], 16), int(fields[4], 16)
        generator = random.Random(0)
        for _ in range(20):
            position = offset + generator.randrange(size)
            with self.subTest(position=position):
                self.refuse(self.patched(position, bytes([self.data[position] ^ 0x5A])), r"patched\.so")

    def linked_with(self, source):
        code = self.write("extra.c", source.encode())
        output = self.path("linked.so")
        objects = [os.path.join(self.shared.name, "small.o"), code]
        query = "const void *veltair_small(unsigned); const void *veltair_query(unsigned a){return veltair_small(a);}"
        alias = self.write("query.c", query.encode())
        subprocess.run([CLANG, "-shared", "-fPIC", "-fuse-ld=lld-22", *objects, alias, "-o", output], check=True)
        return output

    def test_constructors(self):
        self.refuse(self.linked_with("__attribute__((constructor)) static void f(void) {}"), "constructor")

    def test_foreign_imports(self):
        self.refuse(self.linked_with("int puts(const char *); int f(void) { return puts(\"\"); }"), "puts")

    def test_mutations(self):
        """`inspect` runs no code of layers: whatever is damaged, no crash."""
        generator = random.Random(0)
        for trial in range(60):
            mutated = bytearray(self.data)
            for _ in range(generator.choice((1, 4, 32))):
                mutated[generator.randrange(len(mutated))] = generator.randrange(256)
            file = self.write("mutated.so", bytes(mutated))
            result = self.run_program(VELTAIR, "inspect", file)
            self.assertIn(result.returncode, (0, 1), f"trial {trial}: {result.stderr}")


class BadInputs(Artifacts):
    def test_wrong_shape(self):
        for shape in ((1, 3, 11, 12), (3, 11, 13), (1, 3, 11, 13, 1), (0,)):
            with self.subTest(shape=shape):
                self.refuse_input(self.save_input(np.zeros(shape, np.float32)), "'?x'?.*1x3x11x13|1x3x11x13")

    def test_wrong_type(self):
        self.refuse_input(self.save_input(self.x.astype(np.float64)), "'?x'?")

    def test_objects_and_garbage(self):
        np.save(self.path("o.npy"), np.array([{}], dtype=object), allow_pickle=True)
        self.refuse_input(self.path("o.npy"), r"o\.npy")
        self.refuse_input(self.write("g.npy", b"\x93NUMPY\x01\x00garbage"), r"g\.npy")
        self.refuse_input(self.write("g.pb", b"\xff" * 50), r"g\.pb")
        self.refuse_input(self.path("absent.npy"), r"absent\.npy")

    def test_truncated_data(self):
        buffer = io.BytesIO()
        np.save(buffer, self.x)
        self.refuse_input(self.write("t.npy", buffer.getvalue()[:-1]), r"t\.npy")

    def test_missing_and_unknown_names(self):
        self.check_fails(VELTAIR, "run", self.artifact, f"--output={self.folder}", says="'?x'?")
        file = self.save_input(self.x)
        self.check_fails(
            *self.run_options(self.artifact, file), f"--input=nowhere={file}", says="nowhere"
        )

    def test_isa_that_is_not_there(self):
        file = self.save_input(self.x)
        self.check_fails(*self.run_options(self.artifact, file), "--isa=x86-64-v9", says="x86-64-v9")

    def test_nan_and_infinity(self):
        self.x[0, 0, 0, 0] = np.nan
        self.x[0, 1, 5, 5] = np.inf
        self.check_runs(*self.run_options(self.artifact, self.save_input(self.x)))

    def test_layout_and_byte_order(self):
        self.check_runs(*self.run_options(self.artifact, self.save_input(self.x)))
        want = np.load(self.path("y.npy"))
        self.check_runs(*self.run_options(self.artifact, self.save_input(np.asfortranarray(self.x), "f.npy")))
        np.testing.assert_array_equal(np.load(self.path("y.npy")), want)

    def test_wrong_usage(self):
        for options in ([], ["run"], ["dance"], ["run", self.artifact, "--threads=many"]):
            with self.subTest(options=options):
                self.assertEqual(self.run_program(VELTAIR, *options).returncode, 2)


if __name__ == "__main__":
    unittest.main()
