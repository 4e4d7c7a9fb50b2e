"""The tables and the picture of scripts/bench-peers, of figures made up."""

import unittest
import xml.etree.ElementTree

import support  # noqa: F401  (where the scripts' modules are)

import peers_report

SYSTEMS = ["veltair", "onnxruntime", "openvino"]


def row(model, threads, peak, *times):
    """Of a model with 8 GFLOP; the times in ms are those of SYSTEMS."""
    systems = {name: {"min_ms": ms, "median_ms": 2 * ms} for name, ms in zip(SYSTEMS, times)}
    ratio = times[0] / min(times[1:])
    return {
        "model": model,
        "threads": threads,
        "gflop": 8,
        "peak_gflops": peak,
        "systems": systems,
        "ratio_to_best_peer": {"min_ms": ratio, "median_ms": ratio},
    }


ROWS = [row("one<", 1, 100, 160, 200, 400), row("two", 1, 80, 40, 100, 80), row("one<", 2, 200, 80, 90, 100)]


class Report(unittest.TestCase):
    def test_shares_are_of_the_highest_peak_with_as_many_threads(self):
        lines = list(peers_report.table(ROWS, SYSTEMS))
        self.assertEqual(len({line.count("|") for line in lines}), 1)
        self.assertIn("| one< | 1 | 160.00 / 320.00 | 200.00 / 400.00 |", lines[2])
        for line, ratio, share in zip(lines[2:], ("0.80", "0.50", "0.89"), ("50%", "200%", "50%")):
            self.assertTrue(line.endswith(f"| {ratio} / {ratio} | 8.00 | {share} |"), line)
        self.assertIn("| geometric mean | 1 |  |  |  | 0.63 / 0.63 |", lines[5])

    def test_picture(self):
        root = xml.etree.ElementTree.fromstring(peers_report.picture(ROWS[:2], SYSTEMS))
        space = "{http://www.w3.org/2000/svg}"
        texts = [element.text for element in root.iter(space + "text")]
        for text in ("one<", "two", "1 thread", "0.80", "2.00", *SYSTEMS):
            self.assertIn(text, texts)
        # Two longer than the picture reaches are cut off.
        widths = [float(e.get("width")) for e in root.iter(space + "rect") if e.get("height") == "7"]
        self.assertEqual(len(widths), 6)
        self.assertEqual(max(widths), 300)


if __name__ == "__main__":
    unittest.main()
