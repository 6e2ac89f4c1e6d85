"""Both passes with a rounding after each step, in floats, as a learner or a program computes them."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


def operands_of(problem: Problem, values: Sequence[Value], position: int) -> tuple[Value, ...]:
    """Return the operands of a node from the values of all nodes."""
    constant = problem.graph.float_constants[position]
    return tuple(constant if arg is None else values[arg] for arg in problem.graph.nodes[position].args)


def rounded_forward(problem: Problem, round_value: Callable[[Value, int], Value]) -> Sequence[Value]:
    """Return the values of all nodes, each computed from rounded ones; `round_value` gets a value and its position."""
    values: list[Value] = []
    for position, node in enumerate(problem.graph.nodes):
        if node.is_input:
            values.append(problem.float_passes.values[position])
        else:
            value = node.operation.forward(*operands_of(problem, values, position))
            values.append(round_value(value, position))
    return values


class RoundedBackward:
    """The backward pass on given forward `values`, in which each gradient is computed from rounded ones.

    `accepted` replaces gradients by what a learner typed, by place id.
    """

    def __init__(
        self,
        problem: Problem,
        values: Sequence[Value],
        round_value: Callable[[Value], Value],
        accepted: Mapping[str, Value],
    ) -> None:
        self._problem = problem
        self._values = values
        #: The gradients of nodes, by position, None where none is asked for.
        self.gradients: list[Value] = [None] * len(problem.graph.nodes)
        #: The gradients at all places, by place id.
        self.places: dict[str, Value] = {}
        for place in problem.places:
            gradient = accepted.get(place.id)
            if gradient is None:
                gradient = round_value(self._gradient(place))
            self.places[place.id] = gradient
            if place.edge is None or len(problem.gradient_edges[place.node]) == 1:
                self.gradients[place.node] = gradient

    def _gradient(self, place: Blank) -> Value:
        problem = self._problem
        if place.kind == "start":
            return problem.float_passes.gradients[place.node]
        if place.edge is None:
            return reduce(add, (self.places[part.id] for part in problem.branch_edges(place)))
        target = place.edge.target
        return problem.graph.nodes[target].operation.backpropagate(
            self.gradients[target], self._values[target], operands_of(problem, self._values, target), place.edge.slot
        )
