"""Random problems with indexes, masks, choices and joined values."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num
from tutor.engine.builder import parse_graph
from tutor.grading.problem import Problem

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

#: A graph, its matrices and vectors as rows×columns (0 rows for a vector), and its indexes as length, entries.
_TEMPLATES: tuple[tuple[str, dict[str, tuple[int, int]], dict[str, tuple[int, int]]], ...] = (
    ("h = x[0]*x[1]; f = h*x[2] + sum(x)", {"x": (0, 3)}, {}),
    ("H = W[ids]; f = sum(H * U)", {"W": (3, 2), "U": (3, 2)}, {"ids": (3, 3)}),
    ("h = w[ids]; f = sum(h * h * u)", {"w": (0, 4), "u": (0, 3)}, {"ids": (3, 4)}),
    ("p = P[range(3), y]; L = -mean(p * v)", {"P": (3, 4), "v": (0, 3)}, {"y": (3, 4)}),
    ("h = tanh(W[i]) * v; f = sum(h)", {"W": (3, 2), "v": (0, 2)}, {"i": (1, 3)}),
    ("A = X[:, 0:2]; f = sum(A * X[:, 1:3] * U)", {"X": (2, 3), "U": (2, 2)}, {}),
    ("R = X * (X > 0); f = sum(R * U)", {"X": (2, 2), "U": (2, 2)}, {}),
    ("C = where(X > Y, A, B); f = sum(C * U)", {"X": (2, 2), "Y": (2, 2), "A": (2, 2), "B": (2, 2), "U": (2, 2)}, {}),
    ("h = concat(a, b); f = sum(h * h * w)", {"a": (0, 2), "b": (0, 2), "w": (0, 4)}, {}),
    ("H = concat(A, B, axis=1); f = sum(H * U)", {"A": (2, 1), "B": (2, 2), "U": (2, 3)}, {}),
    ("H = stack(a*b, b); f = sum(H * U)", {"a": (0, 3), "b": (0, 3), "U": (2, 3)}, {}),
    ("h = [a*b, a+b, b^2]; f = sum(h * u)", {"a": (1, 1), "b": (1, 1), "u": (0, 3)}, {}),
    ("H = reshape(X, 3, 2); f = sum(H @ v * u)", {"X": (2, 3), "v": (0, 2), "u": (0, 3)}, {}),
    ("h = flatten(X); f = sum(sigmoid(h) * u)", {"X": (2, 2), "u": (0, 4)}, {}),
)
NUM_TEMPLATES = len(_TEMPLATES)


def random_array_problem(seed: int) -> Problem:
    """Return the problem of a seed: the graphs in turn, each time with other numbers."""
    rng = Random(f"arrays {seed}")
    graph, shapes, indexes = _TEMPLATES[seed % NUM_TEMPLATES]
    inputs = {name: _numbers(rng, *shape) for name, shape in shapes.items()}
    for name, (length, size) in indexes.items():
        entries = [rng.randrange(size) for _ in range(length)]
        if length > 1 and len(set(entries)) == length and rng.random() < 0.6:
            entries[-1] = entries[0]
        cells = tuple(Num(Fraction(entry)) for entry in entries)
        inputs[name] = cells[0] if length == 1 else ops.as_vector(ops.make_matrix((cells,)))
    start = Num(Fraction(rng.choice((1, 2, 3))))
    return Problem(parse_graph(graph, inputs), inputs, start)


def _numbers(rng: Random, rows: int, columns: int) -> Value:
    """Return different numbers that are not 0, of both signs."""
    drawn = rng.sample([number for number in range(-19, 20) if abs(number) > 1], max(rows, 1) * columns)
    cells = [Num(Fraction(number, rng.choice((1, 2, 10)))) for number in drawn]
    if (rows, columns) == (1, 1):
        return cells[0]
    matrix = ops.make_matrix(tuple(tuple(cells[i : i + columns]) for i in range(0, len(cells), columns)))
    return matrix if rows else ops.as_vector(matrix)
