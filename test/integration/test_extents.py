"""Results of data-dependent size, against ONNX Runtime: small models on every
instruction set that this CPU has, with data that selects some, all or nothing."""

import itertools
import unittest

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from support import VELTAIR, VELTAIRC, ModelCase, make_model

from programs import call

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL


def node(op, inputs, outputs, **attributes):
    return helper.make_node(op, inputs.split(), outputs.split(), **attributes)


def constant(name, value, dtype=np.int64):
    return numpy_helper.from_array(np.array(value, dtype), name)


def selected(x="x", rows=None):
    """Nodes that select the elements above 0.5 of a vector, and the same rows."""
    nodes = [
        node("Greater", f"{x} half", "mask"),
        node("NonZero", "mask", "where"),
        node("Transpose", "where", "places", perm=[1, 0]),
        node("GatherND", f"{x} places", "some"),
    ]
    if rows:
        nodes.append(node("GatherND", f"{rows} places", "rows"))
    return nodes


HALF = constant("half", 0.5, np.float32)


class Extents(ModelCase):
    def vectors(self, count):
        generator = np.random.default_rng(0)
        some = generator.random(count, dtype=np.float32)
        return [some, np.zeros(count, np.float32), np.ones(count, np.float32)]

    def test_non_zero(self):
        self.agree(
            [node("NonZero", "x", "p"), node("Transpose", "p", "y", perm=[1, 0])],
            [("x", FLOAT, [3, 5])],
            [("y", INT64, [None, 2])],
            [],
            [[np.round(v.reshape(3, 5))] for v in self.vectors(15)],
        )

    def test_elementwise(self):
        self.agree(
            [*selected(), node("Exp", "some", "e"), node("Mul", "e some", "m"), node("Add", "m half", "y")],
            [("x", FLOAT, [37])],
            [("y", FLOAT, [None])],
            [HALF],
            [[v] for v in self.vectors(37)],
        )

    def test_reductions(self):
        # Of no elements, a minimum or mean is not defined.
        tensors = [HALF, constant("one", [1.0], np.float32)]
        nodes = [
            *selected("x"),
            node("Concat", "some one", "all", axis=0),
            *[node(op, "all", op, keepdims=0) for op in ("ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd")],
            node("ReduceSum", "some", "ReduceSum", keepdims=0),
            node("ArgMax", "all", "ArgMax", axis=0, keepdims=0),
            node("Softmax", "all", "Softmax", axis=0),
            node("Shape", "some", "Shape"),
        ]
        outputs = [(op, FLOAT, []) for op in ("ReduceMax", "ReduceMin", "ReduceMean", "ReduceProd", "ReduceSum")]
        outputs += [("ArgMax", INT64, []), ("Softmax", FLOAT, [None]), ("Shape", INT64, [1])]
        self.agree(nodes, [("x", FLOAT, [37])], outputs, tensors, [[v] for v in self.vectors(37)])

    def test_slices_and_concatenations(self):
        for start, end in ((0, 5), (2, 1 << 40), (-3, 1 << 40), (1, -1), (-6, -2), (4, 4)):
            tensors = [HALF, constant("start", [start]), constant("end", [end]), constant("axis", [0])]
            self.agree(
                [
                    *selected("x", rows="r"),
                    node("Slice", "rows start end axis", "part"),
                    node("Concat", "part r rows", "y", axis=0),
                ],
                [("x", FLOAT, [11]), ("r", FLOAT, [11, 3])],
                [("y", FLOAT, [None, 3])],
                tensors,
                [[v, np.arange(33, dtype=np.float32).reshape(11, 3)] for v in self.vectors(11)],
            )

    def test_concatenation_of_many(self):
        self.agree(
            [*selected("x", rows="r"), node("Concat", 7 * "r rows empty " + "rows r", "y", axis=0)],
            [("x", FLOAT, [11]), ("r", FLOAT, [11, 3])],
            [("y", FLOAT, [None, 3])],
            [HALF, constant("empty", np.zeros((0, 3)), np.float32)],
            [[v, np.arange(33, dtype=np.float32).reshape(11, 3)] for v in self.vectors(11)],
        )

    def test_compress(self):
        condition = np.arange(6) % 3 == 0
        for axis in (0, None):
            attributes = {} if axis is None else {"axis": axis}
            self.agree(
                [node("Compress", "x c", "y", **attributes)],
                [("x", FLOAT, [6, 2]), ("c", BOOL, [6])],
                [("y", FLOAT, [None, 2][: 2 if axis == 0 else 1])],
                [],
                [
                    [np.arange(12, dtype=np.float32).reshape(6, 2), c]
                    for c in (condition, ~condition, condition & False)
                ],
            )

    def test_compress_of_what_has_extents_behind(self):
        """The coordinates of the elements that are not 0: 2 by a number."""
        mask = np.zeros((2, 4), np.float32)
        mask[0, 1] = mask[1, 2] = 1
        for condition in ([1, 1, 1, 1], [1, 0, 0, 1], [0, 1, 1], [0, 0]):
            self.agree(
                [node("NonZero", "x", "n"), node("Compress", "n c", "y")],
                [("x", FLOAT, [2, 4])],
                [("y", INT64, [None])],
                [constant("c", condition, bool)],
                [[mask]],
            )

    def test_one_of_at_most_two(self):
        """Bounds of one and two elements, of which one is taken."""
        corners = np.array([[[0, 0, 1, 1], [0, 0, 1, 1.1], [2, 2, 3, 3]]], np.float32)
        scores = np.array([[[0.5, 0.9, 0.8]]], np.float32)
        for most in (1, 2):
            self.agree(
                [node("NonMaxSuppression", "b s k t", "n"), node("Gather", "n i", "y", axis=0)],
                [("b", FLOAT, corners.shape), ("s", FLOAT, scores.shape)],
                [("y", INT64, [3])],
                [constant("k", [most]), constant("t", [0.5], np.float32), constant("i", 0)],
                [[corners, scores]],
            )

    def top_k(self, largest, x):
        nodes = [
            *selected(),
            node("Shape", "some", "size"),
            node("Concat", "size most", "sizes", axis=0),
            node("ReduceMin", "sizes", "least", keepdims=0),
            node("Reshape", "least one", "k"),
            node("TopK", "some k", "v i", largest=largest),
            node("Shape", "v", "shape"),
            node("ConstantOfShape", "shape", "filled", value=constant("value", [7])),
        ]
        self.agree(
            nodes,
            [("x", FLOAT, [len(x[0])])],
            [("v", FLOAT, [None]), ("i", INT64, [None]), ("filled", INT64, [None])],
            [HALF, constant("most", [10]), constant("one", [1])],
            [[v] for v in x],
        )

    def test_top_k(self):
        # Ties: the first of equal elements comes first.
        ties = np.random.default_rng(0).integers(0, 5, 40).astype(np.float32) / 4
        for largest in (0, 1):
            self.top_k(largest, [*self.vectors(40), ties])

    def test_fixed_k(self):
        ties = np.random.default_rng(0).integers(0, 9, (5, 40)).astype(np.float32)
        for axis, largest in itertools.product((0, 1), (0, 1)):
            self.agree(
                [node("TopK", "x k", "v i", axis=axis, largest=largest)],
                [("x", FLOAT, [5, 40])],
                [("v", FLOAT, [None, None]), ("i", INT64, [None, None])],
                [constant("k", [4])],
                [[ties]],
            )

    def test_if(self):
        def branch(name, nodes, dtype=FLOAT):
            output = helper.make_tensor_value_info(name, dtype, [None])
            return helper.make_graph(nodes, name, [], [output])

        self.agree(
            [
                *selected(),
                node("Size", "some", "size"),
                node("Greater", "size few", "many"),
                node(
                    "If",
                    "many",
                    "y",
                    then_branch=branch("t", [node("Neg", "some", "t")]),
                    else_branch=branch("e", [node("Identity", "x", "e")]),
                ),
            ],
            [("x", FLOAT, [8])],
            [("y", FLOAT, [None])],
            [HALF, constant("few", 2)],
            [[v] for v in self.vectors(8)],
        )

    def non_max_suppression(self, boxes, scores, most, limit=None, threshold=0.25, center=0):
        nodes = [node("NonMaxSuppression", "b s most iou score", "y", center_point_box=center)]
        tensors = [
            constant("most", [most]),
            constant("iou", [0.3], np.float32),
            constant("score", [threshold], np.float32),
        ]
        if limit is not None:
            nodes[0].output[0] = "all"
            nodes.append(node("Slice", "all zero limit", "y"))
            tensors += [constant("zero", [0]), constant("limit", [limit])]
        self.agree(
            nodes,
            [("b", FLOAT, boxes.shape), ("s", FLOAT, scores.shape)],
            [("y", INT64, [None, 3])],
            tensors,
            [[boxes, scores], [boxes, scores * 0], [boxes * 0, scores]],
        )

    def test_non_max_suppression(self):
        generator = np.random.default_rng(0)
        corners = generator.random((2, 50, 4), dtype=np.float32)
        # Equal scores, too.
        scores = np.round(generator.random((2, 3, 50), dtype=np.float32), 1)
        self.non_max_suppression(corners, scores, 1 << 40)
        self.non_max_suppression(corners, scores, 4)
        self.non_max_suppression(corners, scores, 20, limit=9)
        self.non_max_suppression(corners, scores, 0)
        self.non_max_suppression(corners, scores, 20, center=1)

    def test_index_out_of_range_of_the_true_extent(self):
        model = self.save(
            make_model(
                [*selected(), node("Gather", "some i", "y")],
                [("x", FLOAT, [8]), ("i", INT64, [1])],
                [("y", FLOAT, [1])],
                [HALF],
            )
        )
        artifact = self.path("model.so")
        call(VELTAIRC, model, "-o", artifact)
        np.save(self.path("x.npy"), np.array([1, 1, 1, 0, 0, 0, 0, 0], np.float32))
        for index, code in ((2, 0), (-3, 0), (3, 1), (-4, 1)):
            np.save(self.path("i.npy"), np.array([index]))
            command = [f"--input={name}={self.path(name + '.npy')}" for name in "xi"]
            done = self.run_program(VELTAIR, "run", artifact, *command, f"--output={self.folder}")
            self.assertEqual(done.returncode, code, done.stderr)
            if code:
                self.assertIn("an index in the data lies outside its axis", done.stderr)

    def rows(self, nodes, outputs, tensors=(), shape=(10, 4), more=(), **options):
        """The nodes make the outputs of b, rows of x, and of `more` inputs, of
        name -> array."""
        x = np.random.default_rng(0).standard_normal(shape).astype(np.float32)
        conditions = [np.arange(shape[0]) % 3 != 1, np.arange(shape[0]) == 2]
        self.agree(
            [node("Compress", "x c", "b", axis=0), *nodes],
            [("x", FLOAT, shape), ("c", BOOL, shape[:1]), *((n, FLOAT, v.shape) for n, v in dict(more).items())],
            outputs,
            tensors,
            [[x, c, *dict(more).values()] for c in conditions],
            **options,
        )

    def test_bounded_rows_behind_what_could_be_computed_in_place(self):
        """Whether it can is decided by the code of an element, which asks for
        the extent."""
        w = np.random.default_rng(1).standard_normal((16, 8, 3, 3)).astype(np.float32)
        last, first = constant("i", [-1]), constant("a", [0])
        shape, result = (6, 8, 9, 9), [("y", FLOAT, [1, 16, 9, 9])]
        conv = node("Conv", "r w", "y", pads=[1, 1, 1, 1])
        weights = numpy_helper.from_array(w, "w")
        self.rows([node("Gather", "b i", "r", axis=0), conv], result, [last, weights], shape, tolerance=1e-4)
        self.rows([node("Relu", "b", "p"), node("Gather", "p i", "y", axis=0)], [("y", FLOAT, [1, 4])], [last])
        self.rows([node("Relu", "b", "p"), node("ReduceSum", "p a", "y")], [("y", FLOAT, [1, 4])], [first])

    def test_slices_of_several_axes(self):
        most = (1 << 63) - 1
        for starts, ends, axes in (
            ([0, 0], [5, 2], [0, 1]),
            ([1, 0], [most, 2], [0, 1]),
            ([1, -2], [-1, most], [1, 0]),
            ([0, 1], [most, 4], [0, 1]),
        ):
            tensors = [constant("s", starts), constant("e", ends), constant("a", axes)]
            self.rows([node("Slice", "b s e a", "y")], [("y", FLOAT, [None, None])], tensors)

    def test_product_with_the_last_row(self):
        more = {"w": np.arange(8, dtype=np.float32).reshape(4, 2)}
        nodes = [node("Gather", "b last", "r", axis=0), node("MatMul", "r w", "y")]
        self.rows(nodes, [("y", FLOAT, [1, 2])], [constant("last", [-1])], more=more)

    def test_split_to_sequence(self):
        nodes = [
            node("SplitToSequence", "b", "s", axis=1, keepdims=0),
            node("SequenceAt", "s second", "y"),
        ]
        self.rows(nodes, [("y", FLOAT, [None])], [constant("second", 1)])

    def test_einsum(self):
        more = {"w": np.arange(12, dtype=np.float32).reshape(4, 3)}
        nodes = [
            node("Einsum", "b", "sum", equation="ni->i"),
            node("Einsum", "b w b", "square", equation="ni,ij,nk->jk"),
            node("Einsum", "b w", "product", equation="ni,ij->nj"),
        ]
        outputs = [("sum", FLOAT, [4]), ("square", FLOAT, [3, 4]), ("product", FLOAT, [None, 3])]
        self.rows(nodes, outputs, more=more)
        more = {"w": np.arange(8, dtype=np.float32).reshape(4, 2)}
        nodes = [node("Einsum", "b w", "y", equation="nhi,ij->nhj")]
        self.rows(nodes, [("y", FLOAT, [None, 3, 2])], shape=(10, 3, 4), more=more)

    def test_softmax_of_trailing_dimensions(self):
        outputs = [("y", FLOAT, [None, 3, 4])]
        self.rows([node("Softmax", "b", "y")], outputs, shape=(10, 3, 4), opset=11)
        nodes = [
            node("Unsqueeze", "b", "u", axes=[0]),
            node("LogSoftmax", "u", "l", axis=2),
            node("Squeeze", "l", "y", axes=[0]),
        ]
        self.rows(nodes, outputs, shape=(10, 3, 4), opset=11)

    def test_group_normalization(self):
        tensors = [constant("s", np.arange(4), np.float32), constant("m", np.ones(4), np.float32)]
        nodes = [node("GroupNormalization", "b s m", "y", num_groups=2)]
        self.rows(nodes, [("y", FLOAT, [None, 4, 5, 3])], tensors, shape=(6, 4, 5, 3), opset=21)

    def computed_k(self, nodes, tensors):
        nodes = [*selected(), *nodes, node("TopK", "some k", "v i")]
        outputs = [("v", FLOAT, [None]), ("i", INT64, [None])]
        self.agree(nodes, [("x", FLOAT, [37])], outputs, [HALF, *tensors], [[v] for v in self.vectors(37)])

    def test_bounds_of_k(self):
        # The last dimension is the first as well.
        self.computed_k(
            [node("Shape", "some", "n", start=-1), node("Min", "n most", "k")],
            [constant("most", [100])],
        )
        # The other element says nothing about this one.
        self.computed_k(
            [
                node("Shape", "some", "n"),
                node("Concat", "n three", "both", axis=0),
                node("Min", "both most", "least"),
                node("Gather", "least first", "k"),
            ],
            [constant("three", [3]), constant("most", [100, 100]), constant("first", [0])],
        )

    def test_fill_with_a_large_integer(self):
        nodes = [
            *selected(),
            node("Shape", "some", "n"),
            node("ConstantOfShape", "n", "y", value=constant("value", [(1 << 63) - 1])),
        ]
        self.agree(nodes, [("x", FLOAT, [8])], [("y", INT64, [None])], [HALF], [[v] for v in self.vectors(8)])

    def test_unique(self):
        generator = np.random.default_rng(0)
        for shape, attributes in (
            ([40], {}),
            ([40], {"sorted": 0}),
            ([5, 8], {}),
            ([30, 2], {"axis": 0}),
            ([30, 2], {"axis": -2, "sorted": 0}),
        ):
            y = ("y", FLOAT, [None, *(shape[1:] if "axis" in attributes else [])])
            outputs = [y, *((name, INT64, [None]) for name in ("first", "inverse", "counts"))]
            feeds = [[generator.integers(0, n, shape).astype(np.float32)] for n in (1, 4, 1000)]
            nodes = [node("Unique", "x", "y first inverse counts", **attributes)]
            self.agree(nodes, [("x", FLOAT, shape)], outputs, [], feeds)

    def test_images_by_selected_rows(self):
        """Extents have no place in the blocked layout of what convolutions compute."""
        generator = np.random.default_rng(0)
        weights = generator.standard_normal((16, 3, 1, 1), dtype=np.float32)
        image, rows = np.ones((1, 3, 4, 5), np.float32), generator.random((8, 16), dtype=np.float32)
        self.agree(
            [
                *selected(rows="r"),
                node("Unsqueeze", "rows axes", "factors"),
                node("Conv", "image w", "c"),
                node("Mul", "c factors", "y"),
            ],
            [("x", FLOAT, [8]), ("r", FLOAT, rows.shape), ("image", FLOAT, image.shape)],
            [("y", FLOAT, [None, 16, 4, 5])],
            [HALF, constant("axes", [2, 3]), numpy_helper.from_array(weights, "w")],
            [[v, rows, image] for v in self.vectors(8)],
        )


if __name__ == "__main__":
    unittest.main()
