"""Runs ONNX's own backend tests: compile, run, compare."""

import argparse
import concurrent.futures
import glob
import json
import os
import re
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

from programs import VELTAIR, VELTAIRC, Failure, call, mismatch, output_file

# Debian's libonnx-testdata.
DATA = "/usr/include/onnx/backend/test/data"
# ONNX's own runner compares with these.
RTOL, ATOL = 1e-3, 1e-7


def data_files(folder, kind):
    files = glob.glob(os.path.join(folder, kind + "_*.pb"))
    return sorted(files, key=lambda file: int(re.search(r"(\d+)\.pb$", file).group(1)))


def read_tensor(file):
    tensor = onnx.TensorProto()
    with open(file, "rb") as stream:
        tensor.ParseFromString(stream.read())
    return numpy_helper.to_array(tensor)


def compile_test(model, inputs, output):
    """Compiles; where the compiler asks for an input's value, binds it. Returns
    the inputs that were bound."""
    bound = []
    while True:
        options = [f"--constant-input={name}={inputs[name]}" for name in bound]
        try:
            call(VELTAIRC, model, "-o", output, "--march=native", "--versions=1", "-j1", *options)
            return bound
        except Failure as failure:
            asked = re.search(r"--constant-input[ =]'?([^\s='\"]+)=", str(failure))
            if not asked or asked.group(1) not in inputs or asked.group(1) in bound:
                raise
            bound.append(asked.group(1))


def run_test(name):
    """Returns (passed, inputs were bound, reason)."""
    folder = os.path.join(DATA, name)
    model_file = os.path.join(folder, "model.onnx")
    bound = []
    try:
        graph = onnx.load(model_file).graph
        known = {tensor.name for tensor in graph.initializer}
        names = [value.name for value in graph.input if value.name not in known]
        with tempfile.TemporaryDirectory() as work:
            folders = sorted(glob.glob(os.path.join(folder, "test_data_set_*")))
            if not folders:
                raise Failure("there is no data to compare with")
            for data in folders:
                files = dict(zip(names, data_files(data, "input")))
                artifact = os.path.join(work, "test.so")
                bound = compile_test(model_file, files, artifact)
                options = [f"--input={key}={file}" for key, file in files.items() if key not in bound]
                call(VELTAIR, "run", artifact, "--threads", 1, "--output", work, *options)
                for value, file in zip(graph.output, data_files(data, "output")):
                    got, want = np.load(output_file(work, value.name)), read_tensor(file)
                    wrong = mismatch(got, want, RTOL, ATOL)
                    if wrong:
                        raise Failure(f"output {value.name}: {wrong}")
    except Failure as failure:
        return False, bool(bound), str(failure)
    except Exception as error:  # no such test; unreadable data or output
        return False, bool(bound), f"{type(error).__name__}: {error}"
    return True, bool(bound), ""


def read_floor(file, lists):
    """How many tests of the lists must pass."""
    with open(file) as stream:
        floors = json.load(stream)
    names = [os.path.splitext(os.path.basename(name))[0] for name in lists]
    if unknown := [name for name in names if name not in floors]:
        sys.exit(f"conformance: {file} has no floor of {', '.join(unknown)}")
    return sum(floors[name] for name in names)


def read_lists(files):
    tests = []
    for file in files:
        with open(file) as stream:
            tests += [line.split("#")[0].strip() for line in stream]
    return [test for test in dict.fromkeys(tests) if test]


def main():
    parser = argparse.ArgumentParser(
        prog="scripts/conformance", description="Runs ONNX backend tests; the last line is `passed N of M`."
    )
    parser.add_argument("list", nargs="+", help="file with one test a line, such as node/test_abs")
    parser.add_argument("--filter", default="", help="only tests whose name matches this regular expression")
    parser.add_argument("--floor", help="JSON file, list's stem -> tests that must pass at least; fewer is a failure")
    parser.add_argument("--passing", help="file to write the names of the passing tests to")
    parser.add_argument("-j", "--jobs", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    tests = [test for test in read_lists(options.list) if re.search(options.filter, test)]
    floor = read_floor(options.floor, options.list) if options.floor else None

    # The work is in child processes; this one only compares.
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        results = dict(zip(tests, pool.map(run_test, tests)))

    for test, (passed, _, reason) in results.items():
        if not passed:
            print(f"FAILED {test}: {reason}")
    passed = [test for test, result in results.items() if result[0]]
    constant = sum(result[1] for result in results.values() if result[0])
    if options.passing:
        with open(options.passing, "w") as file:
            file.writelines(test + "\n" for test in passed)
    code = 0
    if floor is not None:
        if len(passed) < floor:
            print(f"the floor is {floor}")
            code = 1
        elif len(passed) > floor:
            print(f"the floor of {floor} in {options.floor} can be raised")
    print(f"{len(passed) - constant} as they are, {constant} with inputs bound at compile time")
    print(f"passed {len(passed)} of {len(tests)}")
    return code


sys.exit(main())
