"""Values between the tutor and a learner's file: vectors are one-dimensional there, and one row here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.problem import Problem

#: How far a value may be off, relative to the largest entry: in float64, and in float32.
_TOLERANCE, _COARSE_TOLERANCE = 1e-7, 1e-3
#: Entries below this are rounding errors: two terms of ordinary size may cancel.
_SMALL = 1e-5


@dataclass(frozen=True, slots=True)
class SentValue:
    """A value that a file has sent: an array, or why it is none. `coarse`: it was computed in less than float64."""

    array: NDArray[np.float64] | None = None
    coarse: bool = False
    is_missing: bool = False
    kind: str = ""

    @classmethod
    def from_data(cls, data: Any) -> SentValue:
        """Return the value in a message of the process; whatever it holds, this does not raise."""
        if not isinstance(data, dict):
            return cls(kind="?")
        if data.get("missing") is True:
            return cls(is_missing=True)
        if "other" in data:
            return cls(kind=str(data["other"])[:80])
        try:
            shape = tuple(int(size) for size in data["shape"])
            array = np.array(data["entries"], dtype=float).reshape(shape)
        except (KeyError, TypeError, ValueError, OverflowError):
            return cls(kind="?")
        return cls(array, data.get("coarse") is True)


def to_argument(value: Value, shape: Shape, *, whole: bool = False) -> Mapping[str, Any]:
    """Return a value as the data of an argument; `whole` numbers are sent as integers."""
    array = to_array(value, shape)
    return {"shape": list(array.shape), "entries": [float(cell) for cell in array.ravel()], "whole": whole}


def input_argument(problem: Problem, name: str) -> Mapping[str, Any]:
    """Return an input of a problem as the data of an argument; indexes are whole numbers."""
    graph = problem.graph
    shape = graph.nodes[graph.position[name]].shape
    return to_argument(problem.inputs[name], shape, whole=name in graph.index_sizes)


def to_array(value: Value, shape: Shape) -> NDArray[np.float64]:
    """Return a value of the engine as the array that a program has."""
    array = np.asarray(value, dtype=float)
    return array.reshape(-1) if ops.is_vector_shape(shape) else array


def to_value(array: NDArray[np.float64], shape: Shape) -> Value:
    """Return an array of a program as a value of the engine."""
    if shape is None:
        return float(array)
    matrix = array.reshape(shape)
    return ops.as_vector(matrix) if ops.is_vector_shape(shape) else matrix


def repeat_to(value: Value, shape: Shape) -> Value | None:
    """Return a value of the engine repeated to a shape as NumPy's operators do; None if it doesn't fit."""
    if ops.shape_of(value) == shape:
        return value
    if shape is None:
        return None
    try:
        return to_value(np.broadcast_to(np.asarray(value, dtype=float), shape), shape)
    except ValueError:
        return None


def is_equal(sent: SentValue, right: NDArray[np.float64], scale: float = 0) -> bool:
    """Return whether a sent value has the right shape and entries, within what floats of its kind can keep.

    `scale` is the size of the terms that were added up, which may be far larger than their sum.
    """
    array = sent.array
    if array is None or array.shape != right.shape:
        return False
    if not array.size:
        return True
    tolerance = (_COARSE_TOLERANCE if sent.coarse else _TOLERANCE) * max(float(np.abs(right).max()), scale, _SMALL)
    return bool(np.isfinite(array).all() and np.abs(array - right).max() <= tolerance)


def format_array_shape(shape: tuple[int, ...]) -> str:
    """Return the shape of an array as people write it: `2×3`, `(4,)`, or `()` for a single number."""
    if len(shape) < 2:
        return f"({shape[0]},)" if shape else "()"
    return "×".join(map(str, shape))
