"""Wrong rules of the operations on matrices, and slips in a matrix."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from tests.simulated.bug import FACTS, Bug, names
from tests.simulated.own_pass import FORWARD, Array, Spot

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def _bugs(ops: str, *rows: tuple[str, str, Callable[[Spot], Array | None]], slot: int | None = None) -> list[Bug]:
    slots = (0, 1) if slot is None else (slot,)
    return [
        Bug(f"{ops.split()[0]}: {kind}", names(*ids.split()), edge=rule, ops=tuple(ops.split()), slots=slots)
        for kind, ids, rule in rows
    ]


def _like_input(spot: Spot, value: Array) -> Array:
    """Return the value if it has the shape that belongs here; the learner sees which one it is."""
    if np.shape(value) != np.shape(spot.x):
        raise ValueError("another shape")
    return value


def _everywhere(spot: Spot, value: Array) -> Array:
    return np.ones_like(spot.x) * value


_SUMS, _MEANS = "sum sum.0 sum.1", "mean mean.0 mean.1"


def _num_summed(spot: Spot) -> int:
    """Return how many cells a sum or mean goes over."""
    axis = spot.op.partition(".")[2]
    return int(spot.x.shape[int(axis)] if axis else spot.x.size)


def _other_axis(spot: Spot) -> Array:
    axis = int(spot.op.partition(".")[2])
    return _like_input(spot, np.ones_like(spot.x) * spot.right(spot.g).T if axis in (0, 1) else spot.g)


def _softmax_jacobian(spot: Spot, axis: int | None) -> Array:
    return spot.z * (spot.g - (spot.g * spot.z).sum(axis=axis, keepdims=True))


def _copies(spot: Spot) -> int:
    return int(np.size(spot.g) // np.size(spot.x))


def _first_copy(spot: Spot) -> Array:
    if np.ndim(spot.x) == 0:
        return spot.g[0, 0]
    return spot.g[: spot.x.shape[0], : spot.x.shape[1]]


RULES = (
    *_bugs(
        "matmul",
        ("not transposed", "matmul.no-transpose", lambda s: _like_input(s, s.g @ s.o if s.slot == 0 else s.o @ s.g)),
        (
            "on the wrong side",
            "matmul.wrong-side",
            lambda s: _like_input(s, s.o.T @ s.g if s.slot == 0 else s.g @ s.o.T),
        ),
        (
            "on the wrong side, not transposed",
            "matmul.wrong-side-no-transpose",
            lambda s: _like_input(s, s.o @ s.g if s.slot == 0 else s.g @ s.o),
        ),
        ("rows and columns swapped", "matmul.transposed-result matrix.transposed", lambda s: s.right(s.g).T),
        (
            "the other matrix's gradient",
            "matmul.other-operand elsewhere",
            lambda s: s.x.T @ s.g if s.slot == 0 else s.g @ s.x.T,
        ),
        ("cell by cell", "matmul.elementwise", lambda s: _like_input(s, s.g * s.o.T)),
        ("the other matrix alone", "matmul.other-itself", lambda s: _like_input(s, s.o.T)),
        ("upstream transposed", "", lambda s: _like_input(s, s.g.T @ s.o.T if s.slot == 0 else s.o.T @ s.g.T)),
        ("own matrix", "", lambda s: _like_input(s, s.g @ s.x.T if s.slot == 0 else s.x.T @ s.g)),
        (
            "sums of the other matrix",
            "",
            lambda s: _everywhere(s, s.o.sum(axis=1) if s.slot == 0 else s.o.sum(axis=0)[:, None]),
        ),
    ),
    *_bugs(
        "transpose",
        ("passed on", "transpose.not-transposed", lambda s: _like_input(s, s.g)),
        ("rows turned round", "matrix.reordered-rows", lambda s: s.g.T[::-1]),
    ),
    *_bugs(
        "broadcast",
        ("not summed", "broadcast.not-summed", lambda s: s.g),
        ("mean of the copies", "broadcast.mean-for-sum", lambda s: s.right(s.g) / _copies(s)),
        ("first copy only", "broadcast.no-sum-row-1", _first_copy),
        ("everything added up", "broadcast.added-up", lambda s: _everywhere(s, s.g.sum())),
        ("one copy left out", "", lambda s: s.right(s.g) - _first_copy(s)),
    ),
    *_bugs(
        _SUMS,
        ("shared out", "sum.split", lambda s: s.right(s.g) / _num_summed(s)),
        ("times the cells", "sum.times-cell", lambda s: s.g * s.x),
        ("not spread", "sum.not-spread", lambda s: s.g),
        ("times the number", "", lambda s: s.right(s.g) * _num_summed(s)),
        ("the sum itself", "", lambda s: _everywhere(s, s.z)),
        ("the wrong axis", "sum.wrong-axis", _other_axis),
    ),
    *_bugs(
        _MEANS,
        ("factor 1/n missing", "mean.no-one-over-n", lambda s: _everywhere(s, s.g)),
        ("1/n twice", "", lambda s: s.right(s.g) / _num_summed(s)),
        ("divided by n − 1", "", lambda s: _everywhere(s, s.g / (_num_summed(s) - 1))),
        ("divided by the rows", "mean.wrong-count", lambda s: _everywhere(s, s.g / s.x.shape[0])),
        ("divided by the columns", "mean.wrong-count", lambda s: _everywhere(s, s.g / s.x.shape[1])),
        ("divided by all cells", "mean.wrong-count", lambda s: _everywhere(s, s.g / s.x.size)),
        ("times n", "", lambda s: _everywhere(s, s.g * _num_summed(s))),
        ("not spread", "mean.not-spread", lambda s: s.g / _num_summed(s)),
        ("times the cells", "mean.times-cell", lambda s: s.right(s.g) * s.x),
        ("the mean itself", "", lambda s: _everywhere(s, s.g * s.z)),
        ("the wrong axis", "mean.wrong-axis", _other_axis),
    ),
    *_bugs(
        "softmax",
        ("diagonal only", "softmax.diagonal", lambda s: s.g * s.z * (1 - s.z)),
        ("times y", "softmax.forgot-1-minus", lambda s: s.g * s.z),
        ("plain mean", "softmax.plain-mean", lambda s: s.z * (s.g - s.g.mean(axis=1, keepdims=True))),
        ("y left out", "softmax.factor-left-out", lambda s: s.g - (s.g * s.z).sum(axis=1, keepdims=True)),
        ("down the columns", "softmax.wrong-axis", lambda s: _softmax_jacobian(s, 0)),
        ("all rows together", "softmax.whole-matrix", lambda s: _softmax_jacobian(s, None)),
        ("log-softmax's rule", "", lambda s: s.g - s.z * s.g.sum(axis=1, keepdims=True)),
        ("1 − y", "", lambda s: s.g * (1 - s.z)),
        ("plain sum", "", lambda s: s.z * (s.g - s.g.sum(axis=1, keepdims=True))),
    ),
    *_bugs(
        "cross_entropy",
        ("no minus", "cross_entropy.no-minus", lambda s: -s.right(s.g)),
        ("no 1/p", "cross_entropy.no-one-over-y", lambda s: -s.g * s.o / s.x.shape[0]),
        ("log itself", "cross_entropy.log-itself", lambda s: -s.g * s.o * np.log(s.x) / s.x.shape[0]),
        ("not by rows", "cross_entropy.not-by-rows", lambda s: s.right(s.g) * s.x.shape[0]),
        ("p − t", "cross_entropy.both-nodes", lambda s: s.g * (s.x - s.o) / s.x.shape[0]),
        ("by all cells", "", lambda s: s.right(s.g) / s.x.shape[1]),
        ("p and t exchanged", "", lambda s: -s.g * s.x / s.o / s.x.shape[0]),
        ("no target", "", lambda s: -s.g / s.x / s.x.shape[0]),
        slot=0,
    ),
    *_bugs(
        "mse",
        ("no two", "mse.no-two", lambda s: s.right(s.g) / 2),
        ("wrong way", "mse.wrong-way", lambda s: -s.right(s.g)),
        ("sum for mean", "mse.sum-for-mean", lambda s: s.right(s.g) * np.size(s.x)),
        ("by rows", "mse.by-rows", lambda s: s.right(s.g) * np.size(s.x) / s.x.shape[0]),
        ("squared", "mse.squared", lambda s: s.g * (s.x - s.o) ** 2 / np.size(s.x)),
        ("neither two nor mean", "", lambda s: s.g * (s.x - s.o) * (1 if s.slot == 0 else -1)),
    ),
    *_bugs(
        "sigmoid tanh relu exp log sqrt mul add sub",
        ("a matrix transposed", "matrix.transposed", lambda s: _like_input(s, s.right(s.g).T)),
    ),
)

_softmax = FORWARD["softmax"]


def _predictions_less_targets(spot: Spot, *, by_rows: bool, targets: bool) -> Array:
    """Return the rule of softmax and cross-entropy in one step, in a wrong form."""
    (edge,) = spot.learner.graph.outgoing_edges[spot.edge.target]
    if spot.learner.graph.nodes[edge.target].op != "cross_entropy" or edge.slot != 0:
        raise ValueError("no such loss")
    wanted = spot.learner.operands(edge.target)[1]
    up = spot.learner.gradients[edge.target]
    return up * (spot.z - wanted if targets else spot.z) / (spot.x.shape[0] if by_rows else 1)


SOFTMAX_WITH_LOSS = _bugs(
    "softmax",
    ("loss: not by rows", "softmax.not-by-rows", lambda s: _predictions_less_targets(s, by_rows=False, targets=True)),
    ("loss: y alone", "softmax.y-only", lambda s: _predictions_less_targets(s, by_rows=True, targets=False)),
    ("loss: t − y", "any.wrong-sign", lambda s: -_predictions_less_targets(s, by_rows=True, targets=True)),
)


def _one_cell(matrix: Array, rng: Random, change: Callable[[float], float]) -> Array | None:
    wrong = matrix.copy()
    i, j = rng.randrange(matrix.shape[0]), rng.randrange(matrix.shape[1])
    wrong[i, j] = change(wrong[i, j])
    return wrong


def _one_row(matrix: Array, rng: Random, change: Callable[[Array], Array]) -> Array | None:
    if matrix.shape[0] < 2:
        return None
    wrong = matrix.copy()
    i = rng.randrange(matrix.shape[0])
    wrong[i] = change(wrong[i])
    return wrong


#: Slips that leave the rest of a matrix right.
SLIPS = (
    Bug("matrix: one cell wrong", FACTS, matrix=lambda m, rng: _one_cell(m, rng, lambda c: c * 1.25 + 1)),
    Bug("matrix: one cell's sign", FACTS, matrix=lambda m, rng: _one_cell(m, rng, lambda c: -c)),
    Bug("matrix: one cell doubled", FACTS, matrix=lambda m, rng: _one_cell(m, rng, lambda c: 2 * c)),
    Bug("matrix: one cell zero", FACTS, matrix=lambda m, rng: _one_cell(m, rng, lambda c: 0.0)),
    Bug("matrix: one row's sign", FACTS, matrix=lambda m, rng: _one_row(m, rng, lambda r: -r)),
    Bug("matrix: one row doubled", FACTS, matrix=lambda m, rng: _one_row(m, rng, lambda r: 2 * r)),
    Bug("matrix: one row turned round", FACTS, matrix=lambda m, rng: _one_row(m, rng, lambda r: r[::-1])),
    Bug("matrix: rows in the other order", FACTS, matrix=lambda m, rng: m[::-1]),
    Bug("matrix: columns in the other order", FACTS, matrix=lambda m, rng: m[:, ::-1]),
    Bug("matrix: rows and columns swapped", FACTS, matrix=lambda m, rng: m.T if m.shape[0] == m.shape[1] else None),
    Bug(
        "matrix: rows and columns swapped in shape",
        FACTS,
        matrix=lambda m, rng: m.T if m.shape[0] != m.shape[1] else None,
    ),
    Bug("matrix: signs lost", FACTS | names("any.wrong-sign"), matrix=lambda m, rng: np.abs(m)),
)

BUGS = (*RULES, *SOFTMAX_WITH_LOSS, *SLIPS)
