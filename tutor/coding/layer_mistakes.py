"""The mistakes that are expected in layers: statistics treated as constants, and sums along the wrong axis."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from tutor.coding.arrays import to_array
from tutor.coding.mistakes import (
    MEAN_CONSTANT,
    MEAN_OTHER_AXIS,
    ROOT_CONSTANT,
    STATISTICS_CONSTANT,
    SUMMED_OTHER_AXIS,
    VARIANCE_CONSTANT,
)
from tutor.coding.task import ExpectedMistake

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from numpy.typing import NDArray

    from tutor.grading.mistakes.candidate import GeneralMistake
    from tutor.grading.mistakes.equivalence import FloatProblem

    #: The name of a gradient, the mistake, and what it gives.
    _Wrong = tuple[str, GeneralMistake, Callable[["_Values"], NDArray[Any]]]


class _Values:
    """The values of a problem by the names of its nodes, and their gradients with a d in front."""

    def __init__(self, problem: FloatProblem) -> None:
        self._problem = problem

    def __getitem__(self, name: str) -> NDArray[Any]:
        problem, graph = self._problem, self._problem.graph
        if name in graph.position:
            position = graph.position[name]
            return to_array(problem.exact_passes.values[position], graph.nodes[position].shape)
        if graph.position[name[1:]] == graph.output_position:
            return to_array(problem.start, graph.nodes[graph.output_position].shape)
        place = problem.place(name[1:])
        return to_array(problem.truth(place), place.shape)


def _norm_mistakes(axis: int) -> Sequence[_Wrong]:
    """Return the mistakes in a normalisation along an axis. The other one is right for the parameters only."""

    def through_mean_only(v: _Values) -> NDArray[Any]:
        found: NDArray[Any] = (v["dH"] - v["dH"].mean(axis=axis, keepdims=True)) / v["s"]
        return found

    def through_variance_only(v: _Values) -> NDArray[Any]:
        found: NDArray[Any] = (v["dH"] - v["H"] * (v["dH"] * v["H"]).mean(axis=axis, keepdims=True)) / v["s"]
        return found

    def along(mean_axis: int, product_axis: int, v: _Values) -> NDArray[Any]:
        mean = v["dH"].mean(axis=mean_axis, keepdims=True)
        product = (v["dH"] * v["H"]).mean(axis=product_axis, keepdims=True)
        found: NDArray[Any] = (v["dH"] - mean - v["H"] * product) / v["s"]
        return found

    return (
        ("dX", STATISTICS_CONSTANT, lambda v: v["dH"] / v["s"]),
        ("dX", VARIANCE_CONSTANT, through_mean_only),
        ("dX", MEAN_CONSTANT, through_variance_only),
        ("dX", MEAN_OTHER_AXIS, partial(along, 1 - axis, axis)),
        ("dX", MEAN_OTHER_AXIS, partial(along, axis, 1 - axis)),
        ("dX", MEAN_OTHER_AXIS, partial(along, 1 - axis, 1 - axis)),
        ("dgamma", SUMMED_OTHER_AXIS, lambda v: (v["dY"] * v["H"]).sum(axis=1)),
        ("dbeta", SUMMED_OTHER_AXIS, lambda v: v["dY"].sum(axis=1)),
    )


def _rms_mistakes() -> Sequence[_Wrong]:
    def along_other_axis(v: _Values) -> NDArray[Any]:
        found: NDArray[Any] = (v["dH"] - v["H"] * (v["dH"] * v["H"]).mean(axis=0, keepdims=True)) / v["s"]
        return found

    return (
        ("dX", ROOT_CONSTANT, lambda v: v["dH"] / v["s"]),
        ("dX", MEAN_OTHER_AXIS, along_other_axis),
        ("dgamma", SUMMED_OTHER_AXIS, lambda v: (v["dY"] * v["H"]).sum(axis=1)),
    )


_MISTAKES: Mapping[str, Callable[[], Sequence[_Wrong]]] = {
    "batch-norm": partial(_norm_mistakes, 0),
    "layer-norm": partial(_norm_mistakes, 1),
    "rms-norm": _rms_mistakes,
}


def layer_mistakes(layer: str) -> Sequence[ExpectedMistake]:
    """Return the mistakes that are expected in a layer that is built in."""
    return [
        ExpectedMistake(mistake.id, mistake.feedback, partial(_wrong_value, gradient, value))
        for gradient, mistake, value in _MISTAKES.get(layer, lambda: ())()
    ]


def _wrong_value(
    gradient: str, value: Callable[[_Values], NDArray[Any]], _trial: int, problem: FloatProblem, name: str
) -> NDArray[Any] | None:
    """Return what a mistake gives on a trial; None if it is one in another gradient."""
    return value(_Values(problem)) if name == gradient else None
