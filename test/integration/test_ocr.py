"""The example service reads a drawn picture, and says what is wrong with others."""

import os
import subprocess
import sys
import unittest

from support import BUILD, PY, Case

OCR = os.path.join(BUILD, "bin", "ocr")


class Ocr(Case):
    def test_reads_what_was_drawn(self):
        picture = self.path("picture.png")
        drawn = subprocess.run(
            [sys.executable, os.path.join(PY, "picture.py"), picture], check=True, capture_output=True, text=True
        ).stdout
        self.assertEqual(self.check_runs(OCR, picture), drawn)

    def test_no_picture(self):
        self.check_fails(OCR, self.path("absent.png"), says=r"absent\.png")
        self.check_fails(OCR, self.write("text.png", b"no picture"), says=r"text\.png")

    def test_wrong_usage(self):
        self.assertEqual(self.run_program(OCR).returncode, 2)


if __name__ == "__main__":
    unittest.main()
