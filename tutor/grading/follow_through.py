"""Right steps from the learner's own wrong values, which are not errors of their own."""

from __future__ import annotations

import re
from functools import reduce
from operator import add
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Num, free_names
from tutor.algebra.printing import format_brief
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.question import Question
#: A gradient in a formula of an author.
_GRADIENT = re.compile(r"grad\((.+)\)")
RIGHT_STEP = N_("Right step. It starts from your value {u} at {at}, which isn't right yet: can you fix that one first?")
RIGHT_STEP_OF_MATRIX = N_(
    "Right step. It starts from your matrix at {at}, which isn't right yet: can you fix that one first?"
)


def follow_through_message(problem: Problem, place: str, wrong_value: Value) -> Message:
    at = place_name(problem, problem.place(place))
    if ops.is_matrix(wrong_value):
        return message(RIGHT_STEP_OF_MATRIX, at=at)
    return message(RIGHT_STEP, u=format_brief(wrong_value), at=at)


def follow_through(problem: Problem, blank: Blank, wrong_values: Mapping[str, Value]) -> tuple[str, Value] | None:
    """Return the result of a right step from the learner's wrong values, after the id of the place it starts from.

    A wrong upstream of 0 does not count: every rule would fit.
    """
    try:
        if blank.kind == "forward":
            return _follow_through_forward(problem, blank, wrong_values)
        if blank.kind == "question":
            return _follow_through_question(problem, problem.question(blank), wrong_values)
        if blank.kind == "sum":
            parts = problem.branch_edges(blank)
            wrong = [part.id for part in parts if part.id in wrong_values]
            values = [wrong_values.get(part.id, problem.truth(part)) for part in parts]
            return (wrong[0], reduce(add, values)) if wrong else None
        upstream = problem.upstream(blank)
        if not blank.edge or upstream is None or upstream not in wrong_values or _is_zero(wrong_values[upstream]):
            return None
        context = problem.exact_passes.edge_context(blank.edge, wrong_values[upstream])
        operation = problem.graph.nodes[blank.edge.target].operation
        return upstream, operation.backpropagate(context.g, context.z, context.operands, context.slot)
    except (ArithmeticError, ValueError):
        return None


def _follow_through_forward(
    problem: Problem, blank: Blank, wrong_values: Mapping[str, Value]
) -> tuple[str, Value] | None:
    graph = problem.graph
    node = graph.nodes[blank.node]
    operands = list(problem.exact_passes.operands_of(blank.node))
    wrong = ""
    for slot, arg in enumerate(node.args):
        place = f"value({graph.nodes[arg].id})" if arg is not None else ""
        if place in wrong_values:
            operands[slot], wrong = wrong_values[place], place
    return (wrong, node.operation.forward(*operands)) if wrong else None


def _follow_through_question(
    problem: Problem, question: Question, wrong_values: Mapping[str, Value]
) -> tuple[str, Value] | None:
    """Return what the author's formula gives with the learner's gradients and forward values, and where it starts."""
    if question.formula is None:
        return None
    values, start = dict(question.author_names), ""
    for name in sorted(free_names(question.formula)):
        gradient = _GRADIENT.fullmatch(name)
        place = gradient[1] if gradient else f"value({name})"
        if problem.has_place(place) and (id := problem.place(place).id) in wrong_values:
            values[name], start = wrong_values[id], start or id
    return (start, evaluate(question.formula, values)) if start else None


def _is_zero(value: Value) -> bool:
    return all(isinstance(cell, Num) and cell.value == 0 for cell in ops.cells(value))
