"""Programs outside of the source tree, built against the installed runtime."""

import os
import subprocess
import unittest

from support import BUILD, VELTAIRC, Case, small_model

PROGRAMS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "installed")


class Installed(Case):
    def setUp(self):
        super().setUp()
        # Installed in one place, used from another.
        self.check_runs("cmake", "--install", BUILD, "--prefix", self.path("first"), "--component", "runtime")
        os.rename(self.path("first"), self.path("prefix"))
        self.model = self.path("small.so")
        self.check_runs(VELTAIRC, self.save(small_model()), "-o", self.model)

    def check_program(self, *command):
        lines = self.check_runs(*command, self.model).splitlines()
        self.assertEqual(len(lines), 7)
        return lines

    def test_cmake(self):
        self.check_runs("cmake", "-S", PROGRAMS, "-B", self.path("b"), f"-DCMAKE_PREFIX_PATH={self.path('prefix')}")
        self.check_runs("cmake", "--build", self.path("b"))
        results = [
            self.check_program(self.path("b", f"{language}_{kind}"))
            for language in ("c", "cpp")
            for kind in ("veltair", "veltair_static")
        ]
        self.assertEqual(results, results[:1] * 4)

    def test_pkg_config(self):
        folders = [top for top, _, names in os.walk(self.path("prefix")) if "veltair.pc" in names]
        self.assertEqual(len(folders), 1)
        library = os.path.dirname(folders[0])
        env = dict(os.environ, PKG_CONFIG_PATH=folders[0])

        def flags(*options):
            command = ["pkg-config", *options, "veltair"]
            return subprocess.run(command, env=env, check=True, capture_output=True, text=True).stdout.split()

        source = os.path.join(PROGRAMS, "program.c")
        shared, static = self.path("shared"), self.path("static")
        self.check_runs("cc", source, "-o", shared, *flags("--cflags", "--libs"), f"-Wl,-rpath,{library}")
        archive = [
            os.path.join(library, "libveltair.a") if flag == "-lveltair" else flag
            for flag in flags("--static", "--cflags", "--libs")
        ]
        self.check_runs("cc", source, "-o", static, *archive)
        self.assertEqual(self.check_program(shared), self.check_program(static))
        self.assertNotIn("libveltair", self.check_runs("ldd", static))


if __name__ == "__main__":
    unittest.main()
