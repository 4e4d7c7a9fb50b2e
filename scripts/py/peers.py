"""The peers to compare with, set up alike: fixed threads, denormals flushed."""

import numpy as np
import onnxruntime


def random_inputs(session, binding, seed=0):
    """Inputs of the shapes in `binding` (name -> dimensions): normal numbers,
    or small indices where the model takes integers."""
    generator = np.random.default_rng(seed)
    inputs = {}
    for value in session.get_inputs():
        shape = binding[value.name]
        if value.type == "tensor(float)":
            inputs[value.name] = generator.standard_normal(shape, dtype=np.float32)
        else:
            kind = {"tensor(int64)": np.int64, "tensor(int32)": np.int32, "tensor(bool)": np.bool_}[value.type]
            inputs[value.name] = generator.integers(0, 2, shape).astype(kind)
    return inputs


def onnxruntime_session(model, threads):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
