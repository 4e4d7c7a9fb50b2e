"""Properties of the runtime's library: small, and free of what it must not need."""

import os
import re
import subprocess
import unittest

from support import BUILD, Case

LIBRARY = os.path.join(BUILD, "lib", "libveltair.so")


def tool(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


class Library(Case):
    def test_size(self):
        stripped = self.path("libveltair.so")
        tool("strip", "--strip-all", "-o", stripped, LIBRARY)
        self.assertLess(os.path.getsize(stripped), 1 << 20)

    def test_exports_the_c_api_alone(self):
        names = {line.split()[-1].split("@")[0] for line in tool("nm", "-D", "--defined-only", LIBRARY).splitlines()}
        self.assertIn("veltair_runtime_create", names)
        self.assertEqual({name for name in names if not name.startswith("veltair_")}, set())

    def test_needs_neither_llvm_nor_protobuf(self):
        needed = re.findall(r"\(NEEDED\).*\[(.*)\]", tool("readelf", "-dW", LIBRARY))
        self.assertEqual([name for name in needed if re.search("LLVM|MLIR|proto|onnx", name)], [])


if __name__ == "__main__":
    unittest.main()
