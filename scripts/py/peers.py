"""The peers to compare with, set up alike: fixed threads, denormals flushed.
Each is imported where it is used, so that none counts as the other's memory."""

import numpy as np

# ONNX Runtime's names of types whose numpy names differ.
NUMPY_NAMES = {"float": "float32", "double": "float64"}


def random_inputs(session, binding, seed=0):
    """Inputs of the shapes in `binding` (name -> dimensions): normal numbers,
    or 0 and 1 where the model takes integers (right as indices and as masks)."""
    generator = np.random.default_rng(seed)
    inputs = {}
    for value in session.get_inputs():
        name = value.type.removeprefix("tensor(").removesuffix(")")
        kind = np.dtype(NUMPY_NAMES.get(name, name))
        if kind.kind == "f":
            data = generator.standard_normal(binding[value.name])
        else:
            data = generator.integers(0, 2, binding[value.name])
        inputs[value.name] = data.astype(kind)
    return inputs


def save_inputs(inputs, folder):
    """Writes each input to a file; returns name -> file."""
    files = {}
    for name, value in inputs.items():
        files[name] = f"{folder}/input_{len(files)}.npy"
        np.save(files[name], value)
    return files


def onnxruntime_session(model, threads, spinning=True):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    options.add_session_config_entry("session.intra_op.allow_spinning", "1" if spinning else "0")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])


def openvino_network(model, inputs, threads, **settings):
    """`settings` are further properties, such as NUM_STREAMS or a hint."""
    import openvino

    core = openvino.Core()
    network = core.read_model(model)
    network.reshape({name: list(value.shape) for name, value in inputs.items()})
    properties = {
        "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32",
        "CPU_DENORMALS_OPTIMIZATION": True,
    }
    return core.compile_model(network, "CPU", {**properties, **settings})


def openvino_runner(network, inputs):
    """A function that runs one query at a time."""
    import openvino

    request = network.create_infer_request()
    tensors = {name: openvino.Tensor(value) for name, value in inputs.items()}
    return lambda: request.infer(tensors, share_inputs=True, share_outputs=True)
