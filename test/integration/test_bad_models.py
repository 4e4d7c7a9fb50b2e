"""Models and options that veltairc must refuse with one clear message."""

import os
import random
import unittest

from onnx import TensorProto, helper

from support import VELTAIRC, Case, make_model, small_model

FLOAT, INT64 = TensorProto.FLOAT, TensorProto.INT64


def one_node(operator, inputs=(("x", FLOAT, [2, 3]),), output=("y", FLOAT, [2, 3]), opset=17, **attributes):
    node = helper.make_node(operator, [value[0] for value in inputs], [output[0]], "the_node", **attributes)
    return make_model([node], inputs, [output], opset=opset)


class BadModels(Case):
    def refuse(self, file, says, *options):
        self.check_fails(VELTAIRC, file, "-o", self.path("out.so"), "--march=x86-64-v3", *options, says=says)

    def refuse_model(self, model, says, *options):
        self.refuse(self.save(model), says, *options)

    def test_no_such_file(self):
        self.refuse(self.path("absent.onnx"), r"absent\.onnx")

    def test_folder(self):
        self.refuse(self.folder, os.path.basename(self.folder))

    def test_empty_file(self):
        self.refuse(self.write("empty.onnx", b""), r"empty\.onnx")

    def test_text(self):
        self.refuse(self.write("text.onnx", b"This is no model.\n" * 10), r"text\.onnx")

    def test_truncated(self):
        data = small_model().SerializeToString()
        for size in (1, len(data) // 2, len(data) - 1):
            with self.subTest(size=size):
                self.refuse(self.write("cut.onnx", data[:size]), r"cut\.onnx")

    def test_cycle(self):
        nodes = [helper.make_node("Add", ["x", "b"], ["a"], "first"), helper.make_node("Relu", ["a"], ["b"], "second")]
        self.refuse_model(make_model(nodes, [("x", FLOAT, [2])], [("b", FLOAT, [2])]), "cycle")

    def test_missing_initializer(self):
        model = small_model()
        del model.graph.initializer[0]
        self.refuse_model(model, "'?w'?")

    def test_undefined_output(self):
        model = small_model()
        model.graph.output[0].name = "elsewhere"
        self.refuse_model(model, "elsewhere")

    def test_output_listed_twice(self):
        value = ("y", FLOAT, [2])
        model = make_model([helper.make_node("Relu", ["x"], ["y"])], [("x", FLOAT, [2])], [value, value])
        self.refuse_model(model, "output 'y' stands twice")

    def test_defined_twice(self):
        nodes = [helper.make_node("Relu", ["x"], ["y"], "first"), helper.make_node("Abs", ["x"], ["y"], "second")]
        model = make_model(nodes, [("x", FLOAT, [2])], [("y", FLOAT, [2])])
        self.refuse_model(model, "value 'y' is defined twice, the second time by node 'second'")

    def test_value_called_like_one_of_a_function(self):
        body = [helper.make_node("Neg", ["a"], ["t"]), helper.make_node("Abs", ["t"], ["b"])]
        function = helper.make_function("mine", "F", ["a"], ["b"], body, [helper.make_opsetid("", 17)])
        nodes = [
            helper.make_node("Relu", ["x"], ["F.0/t"], "other"),
            helper.make_node("F", ["F.0/t"], ["y"], domain="mine"),
        ]
        model = make_model(nodes, [("x", FLOAT, [2])], [("y", FLOAT, [2])], functions=[function])
        self.refuse_model(model, "value 'F.0/t' is defined twice")

    def test_unknown_operator(self):
        self.refuse_model(one_node("Frobnicate"), "Frobnicate")

    def test_unknown_operator_with_a_body(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["c"], ["d"])],
            "body",
            [helper.make_tensor_value_info(n, t, []) for n, t in (("i", INT64), ("c", TensorProto.BOOL))],
            [helper.make_tensor_value_info("d", TensorProto.BOOL, [])],
        )
        nodes = [
            helper.make_node("SequenceMap", ["n"], [], "the_map", body=body),
            helper.make_node("Identity", ["n"], ["y"]),
        ]
        model = make_model(nodes, [("n", INT64, [])], [("y", INT64, [])])
        self.refuse_model(model, r"\(SequenceMap, opset 17\): the operator is not supported")

    def test_functions_in_many_functions(self):
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("mine", 1)]

        def function(number, operator, domain):
            node = helper.make_node(operator, ["a"], ["b"], domain=domain)
            return helper.make_function("mine", f"F{number}", ["a"], ["b"], [node], opsets)

        functions = [function(number, f"F{number + 1}", "mine") for number in range(5000)]
        functions.append(function(5000, "Relu", ""))
        call = helper.make_node("F0", ["x"], ["y"], domain="mine")
        model = make_model([call], [("x", FLOAT, [2])], [("y", FLOAT, [2])], functions=functions)
        self.refuse_model(model, "'F101' lies in more than 100 calls of others")

    def test_loop_of_unknown_length(self):
        body = helper.make_graph(
            [helper.make_node("Identity", ["c"], ["d"]), helper.make_node("Neg", ["s"], ["t"])],
            "body",
            [
                helper.make_tensor_value_info(n, t, [])
                for n, t in (("i", INT64), ("c", TensorProto.BOOL), ("s", FLOAT))
            ],
            [helper.make_tensor_value_info("d", TensorProto.BOOL, []), helper.make_tensor_value_info("t", FLOAT, [])],
        )
        inputs, output = [("n", INT64, []), ("x", FLOAT, [])], ("y", FLOAT, [])
        loop = helper.make_node("Loop", ["n", "", "x"], ["y"], "the_loop", body=body)
        model = make_model([loop], inputs, [output])
        self.refuse_model(model, "the_loop.*number of iterations must be known.*--constant-input 'n=FILE.npy'")
        numbers = [helper.make_tensor("n", INT64, [], [1 << 40])]
        self.refuse_model(make_model([loop], inputs[1:], [output], numbers), "the_loop.*more than 16384 iterations")

    def test_scans(self):
        body = helper.make_graph(
            [helper.make_node("Add", ["s", "e"], ["t"])],
            "body",
            [helper.make_tensor_value_info(name, FLOAT, None) for name in ("s", "e")],
            [helper.make_tensor_value_info("t", FLOAT, None)],
        )

        def refuse(says, operands=("", "s0", "x"), shapes=([2, 3], [2, 4, 3]), opset=8, **attributes):
            attributes = {"body": body, "num_scan_inputs": 1, **attributes}
            attributes = {name: value for name, value in attributes.items() if value is not None}
            node = helper.make_node("Scan", operands, ["y"], "the_scan", **attributes)
            inputs = [(name, FLOAT, shape) for name, shape in zip(("s0", "x"), shapes)]
            model = make_model([node], inputs, [("y", FLOAT, [2, 3])], opset=opset)
            self.refuse_model(model, f"'the_scan'.*{says}")

        refuse("an operand has no dimension of batches", shapes=([], [2, 4, 3]))
        refuse("an operand has no dimension of batches", operands=("", "", "x"))
        refuse("the operands differ in their number of batches", shapes=([3, 3], [2, 4, 3]))
        refuse("there are no batches", operands=("",))
        refuse("there are no batches", shapes=([0, 3], [0, 4, 3]))
        refuse("there is no body that fits the operands", body=None)
        refuse("attribute 'body' is of the wrong kind", body=1)
        refuse("attribute 'num_scan_inputs' is of the wrong kind", num_scan_inputs=1.0)
        for number in (None, 0, 3, -(1 << 63)):
            refuse("there is no body that fits the operands", num_scan_inputs=number)
        new = {"operands": ("s0", "x"), "shapes": ([3], [4, 3]), "opset": 9}
        refuse("there is no body that fits the operands", **new, body=None)
        for name in ("scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"):
            refuse(f"attribute '{name}' is not supported", **{name: [0]})
        refuse("attribute 'directions' is not supported", **new, directions=[0])
        refuse("attribute 'scan_input_axes' is of the wrong kind", **new, scan_input_axes=0)
        refuse("attribute 'directions' is of the wrong kind", directions=0)
        # One for each input, and for each output beside the states.
        refuse("'directions' has 2 elements, but the scanned inputs are 1", directions=[0, 0])
        refuse("'scan_input_axes' has 2 elements, but the scanned inputs are 1", **new, scan_input_axes=[0, 0])
        refuse("'scan_input_directions' has 3 elements", **new, scan_input_directions=[0, 1, 0])
        refuse("'scan_output_axes' has 1 elements, but the scanned outputs are 0", **new, scan_output_axes=[0])
        refuse("'scan_output_directions' has 1 elements", **new, scan_output_directions=[0])
        value = lambda name: helper.make_tensor_value_info(name, FLOAT, None)
        add = helper.make_node("Add", ["e", "f"], ["t"])
        two = helper.make_graph([add], "body", [value("e"), value("f")], [value("t"), value("t")])
        new = {"body": two, "num_scan_inputs": 2, "operands": ("x", "x"), "shapes": ([3], [4, 3]), "opset": 9}
        for name in ("scan_input_axes", "scan_input_directions", "scan_output_axes", "scan_output_directions"):
            refuse(f"'{name}' has 1 elements, but the scanned (in|out)puts are 2", **new, **{name: [0]})
        for direction in (2, -1, -(1 << 63)):
            refuse(f"'directions' has the direction {direction},", directions=[direction])
            for name in ("scan_input_directions", "scan_output_directions"):
                refuse(f"'{name}' has the direction {direction}, which is neither", **new, **{name: [0, direction]})

    def test_scans_whose_batches_and_steps_multiply(self):
        """Each of both numbers is small enough."""
        value = lambda name: helper.make_tensor_value_info(name, FLOAT, None)

        def refuse(x, count=1, initializers=0):
            elements = [f"e{i}" for i in range(count)]
            body = helper.make_graph(
                [helper.make_node("Add", ["s", "e0"], ["t"])],
                "body",
                [value(name) for name in ("s", *elements)],
                [value("t")],
                # They count as nodes do.
                [helper.make_tensor(f"w{i}", FLOAT, [], [i]) for i in range(initializers)],
            )
            operands = ["", "s0", *["x"] * count]
            node = helper.make_node("Scan", operands, ["y"], "the_scan", body=body, num_scan_inputs=count)
            inputs = [("s0", FLOAT, [x[0], *x[2:]]), ("x", FLOAT, x)]
            model = make_model([node], inputs, [("y", FLOAT, inputs[0][2])], opset=8)
            self.refuse_model(model, "'the_scan'.*written out of loops and sequences is more than 1048576 nodes")

        refuse([16384, 64, 1], initializers=200)
        refuse([16384, 16384, 1], initializers=100)
        # Without a step, there are still the parts of the operands.
        refuse([16384, 0, 1], count=64)

    def test_input_too_large(self):
        inputs = [("x", FLOAT, [1 << 62, 4])]
        self.refuse_model(one_node("ReduceMax", inputs, ("y", FLOAT, []), keepdims=0), "'x' has impossible dimensions")

    def test_too_many_dimensions(self):
        inputs = [("x", FLOAT, [1] * 100_000)]
        self.refuse_model(one_node("Abs", inputs, ("y", FLOAT, [1])), "'x' has impossible dimensions")
        model = one_node("Unsqueeze", [("x", FLOAT, [2])], ("y", FLOAT, [2]))
        model.graph.node[0].input.append("axes")
        model.graph.initializer.append(helper.make_tensor("axes", INT64, [100_000], list(range(100_000))))
        self.refuse_model(model, "the_node.*there are 100001 dimensions")
        inputs = [("x", FLOAT, [1] * 40), ("z", INT64, [1] * 40)]
        self.refuse_model(one_node("Gather", inputs, ("y", FLOAT, [1])), "the_node.*would have 79 dimensions")

    def test_unknown_domain(self):
        self.refuse_model(one_node("Relu", domain="org.example"), r"org\.example")

    def test_unknown_opset(self):
        self.refuse_model(one_node("Relu", opset=9999), "9999")

    def test_no_opset(self):
        model = one_node("Relu")
        del model.opset_import[:]
        self.refuse_model(model, "opset")

    def test_wrong_types(self):
        self.refuse_model(one_node("Add", [("x", FLOAT, [2, 3]), ("z", INT64, [2, 3])]), "the_node")

    def test_type_that_operator_lacks(self):
        self.refuse_model(one_node("Sqrt", [("x", INT64, [2, 3])], ("y", INT64, [2, 3])), "the_node")

    def test_wrong_rank(self):
        inputs = [("x", FLOAT, [1, 3, 8, 8]), ("w", FLOAT, [4, 3, 3])]
        self.refuse_model(one_node("Conv", inputs, ("y", FLOAT, [1, 4, 6, 6])), "the_node")

    def test_channels_that_do_not_fit(self):
        inputs = [("x", FLOAT, [1, 3, 8, 8]), ("w", FLOAT, [4, 5, 3, 3])]
        self.refuse_model(one_node("Conv", inputs, ("y", FLOAT, [1, 4, 6, 6])), "the_node")

    def test_shapes_that_do_not_broadcast(self):
        self.refuse_model(one_node("Mul", [("x", FLOAT, [2, 3]), ("z", FLOAT, [2, 4])]), "the_node")

    def test_products_that_do_not_fit(self):
        self.refuse_model(one_node("MatMul", [("x", FLOAT, [2, 3]), ("z", FLOAT, [4, 5])]), "the_node")

    def test_wrong_number_of_operands(self):
        self.refuse_model(one_node("Add"), "the_node")

    def test_wrong_attribute_type(self):
        self.refuse_model(one_node("Softmax", axis="last"), "the_node")

    def test_axis_outside(self):
        self.refuse_model(one_node("Softmax", axis=7), "the_node")

    def test_reshape_of_another_size(self):
        model = one_node("Reshape", [("x", FLOAT, [2, 3])], ("y", FLOAT, [5]))
        model.graph.node[0].input.append("shape")
        model.graph.initializer.append(helper.make_tensor("shape", INT64, [1], [5]))
        self.refuse_model(model, "the_node")

    def test_dimension_left_open(self):
        self.refuse_model(one_node("Relu", [("x", FLOAT, ["batch", 3])]), r"--dim batch=|--dim=batch=")

    def test_unnamed_dimension_left_open(self):
        self.refuse_model(one_node("Relu", [("x", FLOAT, [None, 3])]), r"--shape[ =]x=")

    def test_initializer_of_another_size(self):
        model = small_model()
        model.graph.initializer[0].raw_data = model.graph.initializer[0].raw_data[:-4]
        self.refuse_model(model, "'?w'?")

    def test_initializer_too_large(self):
        model = small_model()
        del model.graph.initializer[0].dims[:]
        model.graph.initializer[0].dims.extend([1 << 40, 1 << 40, 3, 3])
        self.refuse_model(model, "'?w'?")

    def test_negative_dimension(self):
        model = small_model()
        model.graph.initializer[0].dims[0] = -20
        self.refuse_model(model, "'?w'?")

    def external(self, location, length=None):
        model = small_model()
        tensor = model.graph.initializer[0]
        size = len(tensor.raw_data)
        tensor.ClearField("raw_data")
        tensor.data_location = TensorProto.EXTERNAL
        fields = {"location": location, "offset": "0", "length": str(length or size)}
        for key, value in fields.items():
            tensor.external_data.add(key=key, value=value)
        os.makedirs(self.path("inside"), exist_ok=True)
        return self.save(model, "inside/model.onnx"), size

    def test_external_data_outside(self):
        for location in ("../weights", self.path("weights"), "sub/../../weights"):
            with self.subTest(location=location):
                file, size = self.external(location)
                self.write("weights", bytes(size))
                self.refuse(file, "weights")

    def test_external_data_through_link(self):
        file, size = self.external("weights")
        self.write("weights", bytes(size))
        os.symlink(self.path("weights"), self.path("inside", "weights"))
        self.refuse(file, "weights")

    def test_external_data_of_a_model_named_without_a_folder(self):
        file, size = self.external("weights")
        self.write("inside/weights", bytes(size))
        command = [VELTAIRC, os.path.basename(file), "-o", self.path("out.so"), "--march=x86-64-v3"]
        self.check_runs(*command, cwd=os.path.dirname(file))

    def test_external_data_missing(self):
        self.refuse(self.external("weights")[0], "weights")

    def test_external_data_too_short(self):
        file, size = self.external("weights")
        self.write("inside/weights", bytes(size - 1))
        self.refuse(file, "weights")

    def test_names_that_are_no_text(self):
        """In the file they are any bytes; in artifacts, texts."""
        inner = helper.make_graph([helper.make_node("Neg", ["x"], ["mm"], "mmmm")], "body", [], [])
        inner.output.append(helper.make_tensor_value_info("mm", FLOAT, [2]))
        nodes = [
            helper.make_node("Relu", ["x"], ["aaaa"], "nnnn"),
            helper.make_node("Constant", [], ["c"], value=helper.make_tensor("c", TensorProto.BOOL, [], [1])),
            helper.make_node("If", ["c"], ["b"], then_branch=inner, else_branch=inner),
            helper.make_node("Add", ["aaaa", "b"], ["yyyy"]),
        ]
        model = make_model(nodes, [("x", FLOAT, [2])], [("yyyy", FLOAT, [2])])
        helper.set_model_props(model, {"kkkk": "vvvv"})
        data = model.SerializeToString()
        self.check_runs(VELTAIRC, self.write("good.onnx", data), "-o", self.path("good.so"))
        for name, what in (
            (b"nnnn", "the name of node"),
            (b"mmmm", "the name of node"),
            (b"aaaa", "the name of value"),
            (b"yyyy", "the name of output"),
            (b"kkkk", "the key of metadata"),
            (b"vvvv", "metadata 'kkkk'"),
        ):
            with self.subTest(name=name):
                bad = self.write("bad.onnx", data.replace(name, b"n\xff\xfen"))
                self.refuse(bad, rf"bad\.onnx.*: {what} 'n\\FF\\FEn' is no text in UTF-8, or has zeros")
        self.refuse(self.write("bad.onnx", data.replace(b"yyyy", b"y\0yy")), r"output 'y\\00yy' is no text")

    def test_no_graph(self):
        model = small_model()
        model.ClearField("graph")
        self.refuse_model(model, "graph")

    def test_check_lists_all(self):
        nodes = [helper.make_node(name, ["x"], [name], name) for name in ("Frobnicate", "Confabulate")]
        model = make_model(nodes, [("x", FLOAT, [2])], [("Frobnicate", FLOAT, [2])])
        result = self.run_program(VELTAIRC, self.save(model), "--check")
        self.assertEqual(result.returncode, 1, result.stderr)
        for name in ("Frobnicate", "Confabulate"):
            self.assertIn(name, result.stdout + result.stderr)


class BadOptions(Case):
    def test_wrong_usage(self):
        model = self.save(small_model())
        out = self.path("out.so")
        for options in (
            [],
            [model],
            [model, "-o", out, "--no-such-option"],
            [model, "-o", out, "--versions=none"],
            [model, "-o", out, f"--report={self.path('report.txt')}"],
        ):
            with self.subTest(options=options):
                result = self.run_program(VELTAIRC, *options)
                self.assertEqual(result.returncode, 2, result.stderr)
                self.assertNotEqual(result.stderr, "")
                self.assertFalse(os.path.exists(out))

    def refuse(self, says, *options):
        self.check_fails(VELTAIRC, self.save(small_model()), "-o", self.path("out.so"), *options, says=says)

    def test_unknown_cpu(self):
        self.refuse("pentium9", "--march=pentium9")

    def test_shape_of_no_input(self):
        self.refuse("nowhere", "--shape=nowhere=1x2")

    def test_shape_that_contradicts(self):
        self.refuse("x", "--shape=x=1x4x11x13")

    def test_output_folder_missing(self):
        self.check_fails(
            VELTAIRC, self.save(small_model()), "-o", self.path("no", "out.so"), says=r"out\.so|no such|No such"
        )

    def test_failed_compilation_keeps_old_output(self):
        old = self.write("out.so", b"old")
        self.check_fails(VELTAIRC, self.save(one_node("Frobnicate")), "-o", old, says="Frobnicate")
        with open(old, "rb") as file:
            self.assertEqual(file.read(), b"old")


class Mutations(Case):
    """Damaged bytes anywhere end in success or in an error, never in a crash."""

    def test_mutations(self):
        data = small_model().SerializeToString()
        # Weights are most of the file, and any value is right there.
        graph = data.index(b"relu")
        generator = random.Random(0)
        for trial in range(60):
            mutated = bytearray(data)
            for _ in range(generator.choice((1, 1, 2, 8))):
                mutated[generator.randrange(min(len(data), graph + 200))] = generator.randrange(256)
            file = self.write("mutated.onnx", bytes(mutated))
            result = self.run_program(VELTAIRC, file, "-o", self.path("out.so"), "--march=x86-64-v3", "--versions=1")
            self.assertIn(result.returncode, (0, 1), f"trial {trial}: {result.stderr}")


if __name__ == "__main__":
    unittest.main()
