"""The style `accumulation`: the gradients of a whole batch, added up over its parts."""

from __future__ import annotations

import random
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
from tutor.coding.arrays import input_argument
from tutor.coding.mistakes import CONSTANT_FACTOR, LAST_PART, MEAN_OF_MEANS, PARTS_SUMMED
from tutor.coding.part_texts import PartText
from tutor.coding.styles import TaskStyle
from tutor.coding.task import AskedValue, ExpectedMistake
from tutor.coding.variants import Trial
from tutor.engine.builder import parse_graph
from tutor.grading.mistakes.equivalence import FloatProblem
from tutor.i18n import N_, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.algebra.ops import Value
    from tutor.coding.part_texts import CodeHint
    from tutor.grading.mistakes.candidate import GeneralMistake

_FUNCTION = "accumulate"
_GRAPH = "Y = X @ W + b; L = mse(Y, T)"
_ARGUMENTS = ("X", "T", "W", "b")
#: Rows, columns of X, columns of W, and parts, the example's first. Some batches don't divide evenly.
_SIZES = ((4, 3, 2, 2), (6, 2, 3, 3), (5, 3, 2, 2), (7, 2, 2, 3), (2, 4, 2, 2), (3, 4, 1, 1))

_TITLE = N_("Return the gradients of L = mse(X @ W + b, T) for W and b, from k parts of the batch.")
_ONE_PART = N_("Handle one part of the batch at a time, as if the whole batch did not fit into memory.")
_WRITE = N_("Complete both lines. After the last part, dW and db must be the gradients of L over the whole batch.")


_PARTS: Mapping[str, PartText] = {
    "dW": PartText(
        "",
        (
            N_(
                "L is the mean over all cells of T. What weight does one cell have in it, whichever part "
                "the cell is in?"
            ),
            N_("The gradient of a sum is the sum of the gradients. Add this part's gradient to the sum so far."),
            N_(
                "The gradient of y is 2·(y − t), divided by the number of cells in all of T. To get "
                "from y to W, multiply by x transposed on the left."
            ),
            N_(
                "With k = 1 the only part is the whole batch. Call your function with k = 1 and with k = "
                "2, and compare the results."
            ),
        ),
    ),
    "db": PartText(
        "",
        (
            N_("b is added to every row of every part. How do you combine the gradients of all these copies?"),
            N_(
                "The gradient of a copied value is the sum over its copies. Here that is a sum over the "
                "rows of this part and over all parts."
            ),
            N_("The gradient of y has one row for each row of x. Its sum over the rows has the shape of b."),
            N_(
                "With k = 1 the only part is the whole batch. Call your function with k = 1 and with k = "
                "2, and compare the results."
            ),
        ),
    ),
}


class AccumulationTask:
    """A function that goes through a batch in parts. The right gradients are those of the whole batch."""

    entry = _FUNCTION

    @property
    def problem(self) -> FloatProblem:
        return self._problems[0]

    @cached_property
    def values(self) -> tuple[AskedValue, ...]:
        return tuple(AskedValue(f"d{name}", self.problem.place(name), name) for name in ("W", "b"))

    def code(self) -> list[str]:
        return [
            "import numpy as np",
            "",
            "",
            f"def {_FUNCTION}(X, T, W, b, k):",
            f'    """{_(_TITLE)}"""',
            "    dW, db = np.zeros_like(W), np.zeros_like(b)",
            "    for x, t in zip(np.array_split(X, k), np.array_split(T, k)):",
            f"        # {_(_ONE_PART)}",
            "        y = x @ W + b",
            f"        # {_(_WRITE)}",
            "        dW = ...",
            "        db = ...",
            '    return {"dW": dW, "db": db}',
        ]

    @cached_property
    def _problems(self) -> Sequence[FloatProblem]:
        return [_make_problem(number) for number in range(len(_SIZES))]

    def trials(self) -> Sequence[Trial]:
        return [
            Trial(problem, has_other_shapes=number > 0, is_example=number == 0)
            for number, problem in enumerate(self._problems)
        ]

    def job(self, trials: Sequence[Trial]) -> Mapping[str, Any]:
        calls = []
        for trial, (*_sizes, parts) in zip(trials, _SIZES, strict=False):
            arguments: list[Mapping[str, Any]] = [input_argument(trial.problem, name) for name in _ARGUMENTS]
            calls.append([*arguments, {"shape": [], "entries": [parts], "whole": True}])
        return {"function": _FUNCTION, "names": [asked.name for asked in self.values], "calls": calls}

    def argument_name(self, position: int) -> str:
        return (*_ARGUMENTS, "k")[position]

    def expected_mistakes(self) -> Sequence[ExpectedMistake]:
        return (
            _expected(LAST_PART, lambda parts, rows: parts[-1] * rows[-1] / sum(rows)),
            _expected(LAST_PART, lambda parts, _rows: parts[-1]),
            _expected(PARTS_SUMMED, lambda parts, _rows: np.sum(parts, axis=0)),
            _expected(
                CONSTANT_FACTOR,
                lambda parts, rows: (
                    np.sum([part * n for part, n in zip(parts, rows, strict=True)], axis=0) / sum(rows) / 2
                ),
            ),
            _expected(MEAN_OF_MEANS, lambda parts, _rows: np.mean(parts, axis=0)),
        )


def _make_problem(number: int) -> FloatProblem:
    rows, width, columns, _parts = _SIZES[number]
    source = random.Random(f"{_FUNCTION}:{number}")
    shapes = {"X": (rows, width), "W": (width, columns), "b": (1, columns), "T": (rows, columns)}
    inputs: dict[str, Value] = {}
    for name, (height, breadth) in shapes.items():
        table = [[round(source.uniform(-2.4, 2.4), 1) or 0.7 for _ in range(breadth)] for _ in range(height)]
        array = ops.load_arrays().np.array(table)
        inputs[name] = ops.as_vector(array) if name == "b" else array
    graph = parse_graph(_GRAPH, inputs)
    return FloatProblem(graph, inputs, 1.0, ("W", "b"))


def _expected(
    mistake: GeneralMistake, combine: Callable[[Sequence[NDArray[Any]], Sequence[int]], NDArray[Any]]
) -> ExpectedMistake:
    """Return a mistake: `combine` gets the gradient of each part's own mean, and its number of rows."""

    def value(number: int, problem: FloatProblem, name: str) -> NDArray[Any]:
        x, t, w, b = (np.asarray(problem.inputs[each], dtype=float) for each in _ARGUMENTS)
        parts, rows = [], []
        for part, target in zip(*(np.array_split(each, _SIZES[number][3]) for each in (x, t)), strict=True):
            error = 2 * (part @ w + b.reshape(-1) - target) / target.size
            parts.append(part.T @ error if name == "dW" else error.sum(axis=0))
            rows.append(len(part))
        return combine(parts, rows)

    return ExpectedMistake(mistake.id, mistake.feedback, value)


class AccumulationStyle(TaskStyle):
    """The gradients of a whole batch, whose hints are about its parts."""

    def __init__(self) -> None:
        super().__init__(AccumulationTask())

    def hint(self, name: str, rung: int) -> CodeHint:
        return _PARTS[name].hint(name, rung)
