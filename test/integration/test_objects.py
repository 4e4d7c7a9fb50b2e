"""Properties of what veltairc writes: symbols, relocations, determinism."""

import os
import re
import shutil
import stat
import subprocess
import tempfile
import unittest

import onnx
from onnx import TensorProto, helper

from support import VELTAIRC, Case, make_model, small_model

ALLOWED = {"memcpy", "memmove", "memset"}


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Objects(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.shared.cleanup)
        cls.model = os.path.join(cls.shared.name, "small.onnx")
        onnx.save(small_model(), cls.model)
        cls.object = os.path.join(cls.shared.name, "small.o")
        cls.library = os.path.join(cls.shared.name, "small.so")
        for output in (cls.object, cls.library):
            subprocess.run([VELTAIRC, cls.model, "-o", output], check=True, capture_output=True)

    def test_options_may_come_before_the_model(self):
        shape, header = "--shape=x=1x3x11x13", self.path("before.h")
        for march in (["--march=x86-64-v3"], ["--march", "x86-64-v3"]):
            self.check_runs(VELTAIRC, *march, shape, self.model, "-o", self.path("before.so"), "--header", header)
        with open(header) as file:
            self.assertIn("#include <stddef.h>", file.read())
        result = self.run_program(VELTAIRC, self.model, "-o", self.path("before.s"), "--header", header)
        self.assertEqual(result.returncode, 2)

    def test_undefined_symbols(self):
        for file in (["nm", "-u", self.object], ["nm", "-D", "-u", self.library]):
            names = {line.split()[-1].split("@")[0] for line in tool(*file).splitlines()}
            self.assertLessEqual(names, ALLOWED)

    def test_exported_symbols(self):
        exported = lambda *nm: {line.split()[-1] for line in tool("nm", "--defined-only", *nm).splitlines()}
        self.assertEqual(exported("-D", self.library), {"veltair_small", "veltair_small_run", "veltair_query"})
        self.assertEqual({name for name in exported("-g", self.object) if not name.startswith("veltair_small")}, set())

    def test_layers_keep_local_symbols(self):
        local = [line.split()[-1] for line in tool("nm", self.library).splitlines() if line.split()[-2] == "t"]
        for isa in ("x86-64-v3", "x86-64-v4"):
            self.assertTrue(any(name.endswith("." + isa) for name in local), local)

    def test_sections(self):
        for file in (self.object, self.library):
            sections = tool("readelf", "-SW", file)
            for forbidden in (".init_array", ".ctors", ".fini_array", ".tdata", ".tbss"):
                self.assertNotIn(forbidden, sections)
            self.assertIn(".eh_frame", sections)
            self.assertIn(".note.veltair", sections)

    def test_position_independent(self):
        self.assertNotIn("TEXTREL", tool("readelf", "-dW", self.library))
        kinds = set(re.findall(r"R_X86_64_\w+", tool("readelf", "-rW", self.library)))
        self.assertLessEqual(kinds, {"R_X86_64_RELATIVE", "R_X86_64_JUMP_SLOT", "R_X86_64_GLOB_DAT"})

    def test_stack_is_not_executable(self):
        stack = [line for line in tool("readelf", "-lW", self.library).splitlines() if "GNU_STACK" in line]
        self.assertTrue(stack and "RWE" not in stack[0], stack)

    def test_needs_at_most_the_c_library(self):
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", tool("readelf", "-dW", self.library))
        self.assertLessEqual(set(needed), {"libc.so.6"})

    def test_object_links_into_a_program(self):
        source = self.write("main.c", b"int veltair_small(unsigned); int main(void) { return veltair_small == 0; }")
        tool("clang-22", "-fuse-ld=lld-22", source, self.object, "-o", self.path("main"))
        self.check_runs(self.path("main"))

    def test_names_that_llvm_gives_a_meaning(self):
        names = ["llvm.sqrt.f32", "\x01raw", "a@b\x01c", ".Layer"]
        nodes = [helper.make_node(op, ["x"], [op], name) for op, name in zip(("Relu", "Neg", "Abs", "Sqrt"), names)]
        outputs = [(node.output[0], TensorProto.FLOAT, [4]) for node in nodes]
        model = self.save(make_model(nodes, [("x", TensorProto.FLOAT, [4])], outputs))
        self.check_runs(VELTAIRC, model, "-o", self.path("names.so"), "--march=x86-64-v3")
        symbols = tool("nm", self.path("names.so"))
        for name in ("_llvm.sqrt.f32", "_raw", "a_b_c", "_.Layer"):
            self.assertIn(f" {name}.0.x86-64-v3", symbols)


class Outputs(Case):
    def test_outputs_that_are_no_files(self):
        """They are written, and remain what they are."""
        model = self.save(small_model())
        for folder in ("plain", "linked"):
            os.makedirs(self.path(folder))
        for suffix in ("so", "o", "s"):
            plain, link, redirected = (self.path(folder, "net." + suffix) for folder in ("plain", "linked", ""))
            self.check_runs(VELTAIRC, model, "-o", plain, "--march=x86-64-v3")
            os.symlink("/dev/stdout", link)
            command = [VELTAIRC, model, "-o", link, "--march=x86-64-v3"]
            piped = subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout
            with open(redirected, "wb") as file:
                subprocess.run(command, stdout=file, check=True)
            with open(plain, "rb") as file:
                wanted = file.read()
            with open(redirected, "rb") as file:
                self.assertEqual(file.read(), wanted)
            self.assertEqual(piped, wanted)
            self.assertEqual(os.readlink(link), "/dev/stdout")

    def test_header_to_a_pipe(self):
        pipe = self.path("net.h")
        os.mkfifo(pipe)
        with subprocess.Popen(["cat", pipe], stdout=subprocess.PIPE) as reader:
            try:
                model = self.save(small_model())
                self.check_runs(VELTAIRC, model, "-o", self.path("net.so"), "--march=x86-64-v3", "--header", pipe)
                self.assertIn(b"#include <stddef.h>", reader.communicate(timeout=60)[0])
            finally:
                reader.kill()
        self.assertTrue(stat.S_ISFIFO(os.stat(pipe).st_mode))


class WithoutRuntime(Case):
    def test_rows_of_results_of_data_dependent_size(self):
        nodes = [
            helper.make_node("NonZero", ["x"], ["t"]),
            helper.make_node("Transpose", ["t"], ["where"], perm=[1, 0]),
            helper.make_node("Neg", ["x"], ["all"]),
        ]
        outputs = [("where", TensorProto.INT64, [None, 1]), ("all", TensorProto.FLOAT, [5])]
        model = self.save(make_model(nodes, [("x", TensorProto.FLOAT, [5])], outputs))
        header = self.path("net.h")
        self.check_runs(VELTAIRC, model, "-o", self.path("net.o"), "--header", header)
        with open(header) as file:
            self.assertRegex(file.read(), r"int64\[at most 5, 1\]")
        source = self.write(
            "main.c",
            b"""
            #include "net.h"
            #include <stdio.h>
            int main(void) {
              static _Alignas(64) char workspace[VELTAIR_NET_WORKSPACE_BYTES];
              for (size_t i = 0; i < sizeof workspace; ++i) workspace[i] = 0x55;
              float x[5] = {0, 3, 0, 0, 4}, all[5];
              int64_t where[5];
              const void *in[] = {x};
              void *out[] = {where, all};
              if (veltair_net_run(in, out, workspace, NULL)) return 1;
              printf("%d rows:", (int)VELTAIR_NET_OUTPUT0_ROWS(workspace));
              for (int i = 0; i < VELTAIR_NET_OUTPUT0_ROWS(workspace); ++i) printf(" %d", (int)where[i]);
              return ((const int64_t *)workspace)[1] != 5;
            }
            """,
        )
        tool("clang-22", "-fuse-ld=lld-22", source, self.path("net.o"), "-o", self.path("main"))
        self.assertEqual(self.check_runs(self.path("main")), "2 rows: 1 4")


class Determinism(Case):
    """Bytes depend neither on threads nor on where the files lie."""

    def test_same_bytes(self):
        model = self.save(small_model())
        os.makedirs(self.path("elsewhere"))
        moved = shutil.copy(model, self.path("elsewhere", "other.onnx"))
        for suffix in ("so", "o", "ll", "s"):
            contents = set()
            for number, (source, jobs) in enumerate([(model, 1), (model, 2), (moved, 2)]):
                os.makedirs(self.path(str(number)), exist_ok=True)
                output = self.path(str(number), "same." + suffix)
                self.check_runs(VELTAIRC, source, "-o", output, "-j", jobs)
                with open(output, "rb") as file:
                    contents.add(file.read())
            self.assertEqual(len(contents), 1, suffix)


if __name__ == "__main__":
    unittest.main()
