# Tests of the compiler's programs: a `RUN:` line a command, FileCheck on what
# it prints. Folders follow the compiler's.
import os

import lit.formats

config.name = "veltair"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = config.veltair_build_dir
config.excludes = ["Inputs"]
config.environment["PATH"] = os.pathsep.join(
    [config.veltair_tools_dir, config.llvm_tools_dir, config.environment["PATH"]]
)
# A failed check shows what was compared.
config.environment["FILECHECK_OPTS"] = "--dump-input-filter=all --color=0"
config.substitutions.append(("%python", config.python))
# `%onnx INPUT OUTPUT.onnx` makes a model from ONNX's textual syntax.
config.substitutions.append(("%onnx", config.onnx_from_text))
# `%package INPUT.mlir -o OUTPUT` makes an artifact of a module written by hand.
config.substitutions.append(("%package", config.package_mlir))
# `%import MODEL.onnx [option…]` prints what the importer makes of a model.
config.substitutions.append(("%import", config.import_onnx))
