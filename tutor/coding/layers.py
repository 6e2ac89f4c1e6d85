"""The layers that are built in: what they compute, the shapes to try them on, and their forward pass in NumPy."""

from __future__ import annotations

import random
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.coding import variants
from tutor.coding.layer import FaultyClass, Layer
from tutor.coding.layer_mistakes import layer_mistakes
from tutor.coding.layer_task import ClassTask, LayerForm
from tutor.coding.library import NUMPY, Library
from tutor.coding.torch_layers import TORCH_FORWARD
from tutor.coding.variants import Trial
from tutor.engine.builder import parse_graph
from tutor.engine.standard_functions import with_standard_functions
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.coding.task import ExpectedMistake
    from tutor.engine.graph import Graph

_ROWS = ({"n": 3, "d": 4}, {"n": 2, "d": 3}, {"n": 1, "d": 4}, {"n": 5, "d": 3})
_FAULT = N_("One line of forward has a bug. Find it first.")
_FIND_FAULTS = N_("This class is complete, but more than one of its lines is wrong.")

LAYERS: Mapping[str, Layer] = {
    layer.id: layer
    for layer in (
        Layer(
            "sigmoid",
            "Sigmoid",
            N_("The sigmoid function"),
            "y = sigmoid(x)",
            "y",
            {"x": ("n", "d")},
            _ROWS,
            ("x",),
            forward=("self.output = 1 / (1 + np.exp(-x))", "return output"),
            note=_FAULT,
        ),
        Layer(
            "relu",
            "Relu",
            N_("relu"),
            "y = relu(x)",
            "y",
            {"x": ("n", "d")},
            _ROWS,
            ("x",),
            forward=("return np.maximum(x, 0)",),
        ),
        Layer(
            "affine",
            "Affine",
            N_("The affine layer, X @ W + b"),
            "Y = X @ W + b",
            "Y",
            {"X": ("n", "d"), "W": ("d", "k"), "b": ("k",)},
            tuple({**sizes, "k": k} for sizes, k in zip(_ROWS, (2, 4, 3, 3), strict=True)),
            ("X",),
            ("W", "b"),
            forward=("return X @ self.W + self.b",),
            faulty=FaultyClass(
                ("self.X = X", "return X @ self.W + self.b"),
                ("self.dW += self.X.T @ dY", "self.db = dY", "dX = dY @ self.W"),
                ("self.dW = np.zeros_like(W)",),
            ),
        ),
        Layer(
            "softmax-loss",
            "SoftmaxLoss",
            N_("Softmax and cross-entropy of logits, averaged over the rows"),
            "P = softmax(A); L = cross_entropy(P, T)",
            "L",
            {"A": ("n", "d"), "T": ("n", "d")},
            _ROWS,
            ("A",),
            data=("T",),
            kinds={"T": "one-hot"},
            forward=(
                "grown = np.exp(A - A.max(axis=1, keepdims=True))",
                "P = grown / grown.sum(axis=1, keepdims=True)",
                "return -(T * np.log(P)).sum() / len(A)",
            ),
            faulty=FaultyClass(
                (
                    "grown = np.exp(A - A.max(axis=1, keepdims=True))",
                    "self.P, self.T = grown / grown.sum(axis=0), T",
                    "return -(T * np.log(self.P)).sum() / len(A)",
                ),
                ("dA = dL * (self.P - self.T)",),
            ),
        ),
        Layer(
            "mean-squared-error",
            "MeanSquaredError",
            N_("The mean squared error over all cells"),
            "L = mse(Y, T)",
            "L",
            {"Y": ("n", "d"), "T": ("n", "d")},
            _ROWS,
            ("Y",),
            data=("T",),
            forward=("return ((Y - T) ** 2).mean()",),
        ),
        Layer(
            "batch-norm",
            "BatchNorm",
            N_("Batch normalisation: normalise each column to mean 0 and variance 1, then scale and shift it"),
            "m = mean(X, axis=0); D = X - m; v = mean(D^2, axis=0); s = sqrt(v + 0.00001); H = D / s; "
            "Y = gamma * H + beta",
            "Y",
            {"X": ("n", "d"), "gamma": ("d",), "beta": ("d",)},
            ({"n": 4, "d": 3}, {"n": 3, "d": 2}, {"n": 5, "d": 4}, {"n": 3, "d": 1}),
            ("X",),
            ("gamma", "beta"),
            forward=(
                "m = X.mean(axis=0)",
                "v = ((X - m) ** 2).mean(axis=0)",
                "H = (X - m) / np.sqrt(v + 1e-5)",
                "return self.gamma * H + self.beta",
            ),
        ),
        Layer(
            "layer-norm",
            "LayerNorm",
            N_("Layer normalisation: normalise each row to mean 0 and variance 1, then scale and shift it"),
            "m = mean(X, axis=1, keepdims=True); D = X - m; v = mean(D^2, axis=1, keepdims=True); "
            "s = sqrt(v + 0.00001); H = D / s; Y = gamma * H + beta",
            "Y",
            {"X": ("n", "d"), "gamma": ("d",), "beta": ("d",)},
            _ROWS,
            ("X",),
            ("gamma", "beta"),
            forward=(
                "m = X.mean(axis=1, keepdims=True)",
                "v = ((X - m) ** 2).mean(axis=1, keepdims=True)",
                "H = (X - m) / np.sqrt(v + 1e-5)",
                "return self.gamma * H + self.beta",
            ),
        ),
        Layer(
            "rms-norm",
            "RMSNorm",
            N_("RMS normalisation: divide each row by its root mean square, then scale it"),
            "v = mean(X^2, axis=1, keepdims=True); s = sqrt(v + 0.00001); H = X / s; Y = gamma * H",
            "Y",
            {"X": ("n", "d"), "gamma": ("d",)},
            _ROWS,
            ("X",),
            ("gamma",),
            forward=(
                "s = np.sqrt((X ** 2).mean(axis=1, keepdims=True) + 1e-5)",
                "return self.gamma * (X / s)",
            ),
        ),
        Layer(
            "embedding",
            "Embedding",
            N_("An embedding: look up rows of a table by index, some of them twice"),
            "Y = W[ids]",
            "Y",
            {"W": ("v", "d"), "ids": ("n",)},
            ({"v": 4, "d": 2, "n": 5}, {"v": 3, "d": 4, "n": 6}, {"v": 5, "d": 3, "n": 1}, {"v": 2, "d": 1, "n": 4}),
            parameters=("W",),
            data=("ids",),
            kinds={"ids": "index"},
            forward=("return self.W[ids]",),
        ),
        Layer(
            "dropout",
            "Dropout",
            N_("Dropout with a given mask of zeros and ones; the kept values are divided by 0.5"),
            "Y = X * mask / 0.5",
            "Y",
            {"X": ("n", "d"), "mask": ("n", "d")},
            _ROWS,
            ("X",),
            data=("mask",),
            kinds={"mask": "mask"},
            forward=("return X * mask / 0.5",),
        ),
        Layer(
            "convolution",
            "Convolution",
            N_("A convolution without padding and with stride 1"),
            "Y = conv2d(X, K)",
            "Y",
            {"X": ("h", "w"), "K": ("a", "b")},
            (
                {"h": 4, "w": 4, "a": 2, "b": 2},
                {"h": 3, "w": 5, "a": 2, "b": 3},
                {"h": 3, "w": 3, "a": 3, "b": 3},
                {"h": 4, "w": 3, "a": 1, "b": 2},
            ),
            ("X",),
            ("K",),
            forward=(
                "a, b = self.K.shape",
                "rows, columns = X.shape[0] - a + 1, X.shape[1] - b + 1",
                "patches = np.array([X[i:i + a, j:j + b].ravel() for i in range(rows) for j in range(columns)])",
                "return (patches @ self.K.ravel()).reshape(rows, columns)",
            ),
        ),
        Layer(
            "attention",
            "Attention",
            N_("Scaled dot-product attention"),
            "S = Q @ K.T / sqrt({d}); P = softmax(S); O = P @ V",
            "O",
            {"Q": ("n", "d"), "K": ("m", "d"), "V": ("m", "k")},
            (
                {"n": 2, "d": 4, "m": 3, "k": 2},
                {"n": 3, "d": 2, "m": 2, "k": 3},
                {"n": 1, "d": 3, "m": 4, "k": 2},
                {"n": 4, "d": 1, "m": 2, "k": 1},
            ),
            ("Q", "K", "V"),
            forward=(
                "S = Q @ K.T / np.sqrt(Q.shape[1])",
                "grown = np.exp(S - S.max(axis=1, keepdims=True))",
                "P = grown / grown.sum(axis=1, keepdims=True)",
                "return P @ V",
            ),
        ),
    )
}


class LayerTask(ClassTask):
    """A layer that is built in."""

    def __init__(self, layer: Layer, library: Library = NUMPY, *, faulty: bool = False) -> None:
        self.layer = layer
        faulty_class = layer.faulty if faulty else None
        note = _FIND_FAULTS if faulty_class else layer.note
        super().__init__(
            LayerForm(
                layer.class_name,
                _(layer.title),
                {name: name for name in layer.parameters},
                {name: name for name in layer.arguments},
                layer.inputs,
                {name: f"d{name}" for name in (*layer.parameters, *layer.inputs)},
                (layer.output, layer.output),
                f"d{layer.output}",
                faulty_class.forward
                if faulty_class
                else layer.forward
                if library is NUMPY
                else TORCH_FORWARD[layer.id],
                note=_(note) if note else "",
                library=library,
                first=faulty_class.first if faulty_class else (),
                backward=faulty_class.backward if faulty_class else (),
            )
        )

    @cached_property
    def problem(self) -> FloatProblem:
        return self._make_problem(self.layer.sizes[0], 0, 0)

    def expected_mistakes(self) -> Sequence[ExpectedMistake]:
        return layer_mistakes(self.layer.id)

    def trials(self) -> Sequence[Trial]:
        """Return two problems for each size, after fresh numbers: the parameters belong to one object."""
        return self._trials

    @cached_property
    def _trials(self) -> Sequence[Trial]:
        first = self.layer.sizes[0]
        return [
            Trial(
                self.problem if (number, turn) == (0, 0) else self._make_problem(sizes, number, turn),
                has_other_shapes=number > 0,
                is_second_call=turn > 0,
                is_example=(number, turn) == (0, 0),
            )
            for number, sizes in enumerate((first, *self.layer.sizes), -1)
            for turn in range(2)
        ]

    def _make_problem(self, sizes: Mapping[str, int], number: int, turn: int) -> FloatProblem:
        layer = self.layer
        inputs = {}
        for name in layer.shapes:
            # The parameters of an object stay from one turn to the next.
            of_turn = "" if name in layer.parameters else f":{turn}"
            source = random.Random(f"{variants.SEED}:{layer.id}:{name}:{number}{of_turn}")
            inputs[name] = self._random_value(source, name, sizes)
        graph = self._graph(sizes, inputs)
        shape = graph.nodes[graph.output_position].shape
        source = random.Random(f"{variants.SEED}:{layer.id}:start:{number}:{turn}")
        start: Value = round(source.uniform(0.5, 3), 1)
        if shape is not None:
            start = _random_array(source, shape[0], shape[1], is_vector=ops.is_vector_shape(shape))
        wrt = (*layer.parameters, *layer.inputs)
        return FloatProblem(graph, inputs, start, wrt, forward=(graph.nodes[graph.output_position].id,))

    def _graph(self, sizes: Mapping[str, int], inputs: Mapping[str, Value]) -> Graph:
        text = self.layer.graph.format(**sizes) if "{" in self.layer.graph else self.layer.graph
        return parse_graph(text, inputs, with_standard_functions())

    def _random_value(self, source: random.Random, name: str, sizes: Mapping[str, int]) -> Value:
        letters, kind = self.layer.shapes[name], self.layer.kinds.get(name, "real")
        rows, columns = (1, sizes[letters[0]]) if len(letters) == 1 else (sizes[letters[0]], sizes[letters[1]])
        is_vector = len(letters) == 1
        if kind == "real":
            return _random_array(source, rows, columns, is_vector=is_vector)
        if kind == "mask":
            table = [[float(source.random() < 0.6) for _column in range(columns)] for _row in range(rows)]
        elif kind == "one-hot":
            chosen = [source.randrange(columns) for _row in range(rows)]
            table = [[float(column == chosen[row]) for column in range(columns)] for row in range(rows)]
        else:
            most = sizes[self.layer.shapes["W"][0]]
            table = [[float(source.randrange(most)) for _column in range(columns)]]
        array = ops.load_arrays().np.array(table)
        return ops.as_vector(array) if is_vector else array


def _random_array(source: random.Random, rows: int, columns: int, *, is_vector: bool) -> Value:
    """Return numbers with one decimal, none of them 0, so that hints can be followed on paper."""
    table = [
        [round(source.uniform(0.2, 2.5), 1) * source.choice((-1, 1)) for _column in range(columns)]
        for _row in range(rows)
    ]
    array = ops.load_arrays().np.array(table)
    return ops.as_vector(array) if is_vector else array
