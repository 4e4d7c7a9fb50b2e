"""models/manifest.json: which evaluation models there are, and their files."""

import argparse
import json
import os

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.path.join(ROOT, "build")
FOLDER = os.path.join(BUILD, "models")


def load():
    """Name -> description, with "source" and "package" from its group."""
    with open(os.path.join(ROOT, "models", "manifest.json")) as file:
        groups = json.load(file)
    models = {}
    for source, group in groups.items():
        for name, model in group["models"].items():
            models[name] = dict(model, source=source, package=group.get("package"))
    return models


def tested():
    """The models that tests use, in order."""
    return [name for name, model in load().items() if model.get("tested")]


def known(name):
    """The name of a model, as argparse's type of an argument."""
    if name not in load():
        raise argparse.ArgumentTypeError(f"no model '{name}'; there are: {', '.join(load())}")
    return name


def path(name):
    return os.path.join(FOLDER, name + ".onnx")


def shape_options(model):
    """The `--shape` options that bind a described model's inputs."""
    return [
        f"--shape={name}={'x'.join(map(str, dims))}"
        for binding in model["shapes"]
        for name, dims in binding.items()
    ]
