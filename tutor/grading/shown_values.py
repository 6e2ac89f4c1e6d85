"""Right answers computed from the numbers on the screen, which are rounded, and from the learner's own accepted values.

Whoever applies the right rule to shown numbers gets 0.3333 + 0.3333 − 0.6667 = −0.0001 where the truth is 0. All values
here are floats or arrays of floats.
"""

from __future__ import annotations

import math
from fractions import Fraction
from functools import reduce
from itertools import product
from operator import add
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, free_names
from tutor.algebra.literals import MAX_EXACT_DIGITS
from tutor.algebra.printing import SHOWN_DIGITS
from tutor.engine.symbolic import has_symbols
from tutor.grading.tolerances import (
    FLOAT_ROUNDING,
    MACHINE_TOLERANCE,
    MIN_MACHINE_DIGITS,
    MIN_NEAR_DIGITS,
    REQUIRED_DIGITS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem


# --- numbers as they are shown -----------------------------------------------------------------------------


def as_shown(value: Value, near_one: bool = False) -> Value:
    """Return floats as they are shown: short ones in full, any others with four significant digits.

    With `near_one`, a value just below 1 has enough digits for 1 − value.
    """
    return _array_as_shown(value, near_one) if ops.is_array(value) else _float_as_shown(float(value), near_one)


def _float_as_shown(value: float, near_one: bool) -> float:
    short = float(f"{value:.{MAX_EXACT_DIGITS - 1}e}")
    if abs(short - value) <= FLOAT_ROUNDING * abs(value):
        return short
    digits = SHOWN_DIGITS
    if near_one and 0.9 < value < 1:
        digits -= math.floor(math.log10(1 - value)) + 1
    return float(f"{value:.{digits - 1}e}")


def _array_as_shown(value: Value, near_one: bool) -> Value:
    np = ops.load_arrays().np
    size = np.floor(np.log10(np.where(value == 0, 1.0, abs(value))))
    short = _round_to_digits(value, MAX_EXACT_DIGITS - 1 - size)
    places = SHOWN_DIGITS - 1 - size
    if near_one:
        is_near = (value > 0.9) & (value < 1)
        places = np.where(is_near, places - np.floor(np.log10(np.where(is_near, 1 - value, 0.1))) - 1, places)
    is_short = abs(short - value) <= FLOAT_ROUNDING * abs(value)
    return np.where(is_short, short, _round_to_digits(value, places))


def _round_to_digits(value: Value, places: Value) -> Value:
    np = ops.load_arrays().np
    return np.rint(value * 10.0**places) / 10.0**places


# --- right rules on shown numbers --------------------------------------------------------------------------


def shown_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Sequence[Value]:
    """Return the values that the right rule gives at `blank` with shown numbers instead of exact ones.

    `accepted` are the learner's accepted values at other places, by place id, which are shown as they were typed. There
    are no results if symbols are involved.
    """
    if problem.symbolic or has_symbols(problem.truth(blank)):
        return ()
    if not accepted:
        return problem.memoize(("shown results", blank.id), lambda: tuple(_iter_results(problem, blank, {})))
    own = {place: ops.map_cells(nearest_float, value) for place, value in accepted.items()}
    return (*shown_results(problem, blank, {}), *_iter_results(problem, blank, own))


def _iter_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    results = {
        "edge": _edge_results,
        "sum": _sum_results,
        "forward": _forward_results,
        "question": _question_results,
    }.get(blank.kind)
    if results is None:
        return
    with ops.ignore_array_errors(any(node.shape for node in problem.graph.nodes)):
        try:
            yield from results(problem, blank, accepted)
        except (ArithmeticError, ValueError):
            # A rounded operand may leave the domain of its operation.
            return


def _edge_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    edge = blank.edge
    assert edge
    exact = problem.float_passes
    upstream = exact.edges[edge.target, edge.slot].upstream
    screen = _Screen(problem, accepted)
    upstreams = [screen.gradients[edge.target], as_shown(upstream), upstream]
    operation = problem.graph.nodes[edge.target].operation
    shown_operands = screen.operands_of(edge.target)
    operands = [
        (shown_operands, screen.values[edge.target]),
        (exact.operands_of(edge.target), exact.values[edge.target]),
    ]
    operands.append((shown_operands, operation.forward(*shown_operands)))
    for g, (arguments, z) in product(upstreams, operands):
        rule = operation.rules_for(z)[edge.slot]
        if operation.vjp:
            yield rule(g, z, *arguments)
        else:
            local = rule(z, *arguments)
            yield g * local
            yield g * as_shown(local)


def _sum_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    screen, exact = _Screen(problem, accepted), problem.float_passes
    places = problem.branch_edges(blank)
    truths = [problem.truth(place, exact) for place in places]
    yield reduce(add, (screen.edges[place.id] for place in places))
    yield reduce(add, (accepted.get(place.id, as_shown(truth)) for place, truth in zip(places, truths, strict=True)))
    yield reduce(add, (accepted.get(place.id, truth) for place, truth in zip(places, truths, strict=True)))


def _forward_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    operation = problem.graph.nodes[blank.node].operation
    yield operation.forward(*_Screen(problem, accepted).operands_of(blank.node))
    if not accepted:
        # Nothing is shown in between: the learner rounds at every step.
        yield operation.forward(*_operands(problem, _rounded_forward(problem), blank.node))


def _question_results(problem: Problem, blank: Blank, accepted: Mapping[str, Value]) -> Iterator[Value]:
    question = problem.question(blank)
    if question.formula is None:
        return
    names = {}
    for name in free_names(question.formula):
        value = question.author_names[name]
        if has_symbols(value):
            return
        place = name[len("grad(") : -1] if name.startswith("grad(") else f"value({name})"
        own = accepted.get(problem.place(place).id) if problem.has_place(place) else None
        names[name] = ops.map_cells(_to_exact, as_shown(ops.map_cells(nearest_float, value)) if own is None else own)
    try:
        yield ops.map_cells(nearest_float, evaluate(question.formula, names))
    except AlgebraError:
        return


def _to_exact(number: float) -> Expr:
    return Num(Fraction(repr(float(number))))


class _Screen:
    """All values of a graph as a learner has them: shown, typed by the learner, or computed from those and rounded."""

    def __init__(self, problem: Problem, accepted: Mapping[str, Value]) -> None:
        self._problem = problem
        graph, exact = problem.graph, problem.float_passes
        extra = problem.needs_extra_digits
        self.values = [as_shown(value, extra[position]) for position, value in enumerate(exact.values)]
        for place in problem.forward_blanks:
            if place.id in accepted:
                self.values[place.node] = accepted[place.id]
        #: The gradients of nodes, by position, and of edges, by place id; those that are not typed are computed.
        self.gradients: list[Value] = [None] * len(graph.nodes)
        self.edges: dict[str, Value] = {}
        for place in problem.places:
            if place.kind == "start":
                own = as_shown(exact.gradients[place.node])
            elif place.edge:
                own = accepted.get(place.id)
                if own is None:
                    own = as_shown(self._computed(place.edge))
                self.edges[place.id] = own
            else:
                own = accepted.get(place.id)
                if own is None:
                    own = as_shown(reduce(add, (self.edges[part.id] for part in problem.branch_edges(place))))
            if place.kind != "edge" or len(graph.outgoing_edges[place.node]) == 1:
                self.gradients[place.node] = accepted.get(place.id, own)

    def operands_of(self, position: int) -> tuple[Value, ...]:
        """Return the operands of a node as they are shown."""
        return _operands(self._problem, self.values, position)

    def _computed(self, edge: Edge) -> Value:
        operation = self._problem.graph.nodes[edge.target].operation
        return operation.backpropagate(
            self.gradients[edge.target], self.values[edge.target], self.operands_of(edge.target), edge.slot
        )


def _operands(problem: Problem, values: Sequence[Value], position: int) -> tuple[Value, ...]:
    node = problem.graph.nodes[position]
    constant = problem.graph.float_constants[position]
    return tuple(constant if arg is None else values[arg] for arg in node.args)


def _rounded_forward(problem: Problem) -> Sequence[Value]:
    values: list[Value] = []
    for position, node in enumerate(problem.graph.nodes):
        if node.is_input:
            values.append(problem.float_passes.values[position])
        else:
            value = node.operation.forward(*_operands(problem, values, position))
            values.append(as_shown(value, problem.needs_extra_digits[position]))
    return values


# --- comparison --------------------------------------------------------------------------------------------


def follows(typed: TypedNumber, result: float, largest: float) -> bool:
    """Return whether a typed number is `result`, or is rounded to it, with enough digits.

    `largest` is the largest absolute value that the result was computed from.
    """
    value = nearest_float(typed.value)
    distance = abs(value - result)
    if distance <= FLOAT_ROUNDING * max(largest, abs(result)):
        return True
    if typed.unit is None:
        return typed.decimal and distance <= MACHINE_TOLERANCE * abs(result)
    if typed.digits >= MIN_MACHINE_DIGITS and distance <= MACHINE_TOLERANCE * abs(result):
        return True
    min_digits = REQUIRED_DIGITS if typed.decimal else MIN_NEAR_DIGITS
    return typed.digits >= min_digits and distance <= float(typed.unit) * typed.terms / 2 * (1 + FLOAT_ROUNDING)
