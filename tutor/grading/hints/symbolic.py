"""Hints for problems with symbols, where the rule with the symbols put in would already be the answer.

So the rungs are the name of the differentiation rule, the local gradient as a formula, then the product. A nudge needs
numbers, so it is shown at a point that we choose.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate_as_float
from tutor.algebra.expr import Expr, Sym, free_names, mul
from tutor.algebra.printing import SHOWN_DIGITS, format_expr, format_value
from tutor.algebra.simplify import simplify
from tutor.engine.nudge import perturbed_output
from tutor.engine.passes import NonFiniteError, Passes
from tutor.engine.symbolic import has_symbols, named_passes
from tutor.grading.hints.matrix_formulas import matrix_answer
from tutor.grading.sample_points import default_point
from tutor.grading.tolerances import POINT_NUDGE_TOLERANCE
from tutor.grading.wording import MAX_FORMULA_SIZE, expanded_size, template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge
    from tutor.grading.problem import Blank, Problem

_STEPS = (0.1, 0.01, 0.001)
#: Smaller numbers are written without a power of ten.
_MIN_POWER_OF_TEN = 1e9

_EDGE_AT_POINT = N_(
    "To check it, take {at}, where the local derivative is {slope}. Change {name} from {old} to {new}: "
    "{result} goes from {before} to {after}, a change of {moved} for {delta}."
)
_EDGE_ANY_POINT = N_(
    "To check the local derivative {slope}, change {name} from {old} to {new}: {result} goes from "
    "{before} to {after}, a change of {moved} for {delta}."
)
_OUTPUT_ANY_POINT = N_(
    "To check ∂{result}/∂{name} = {slope}, change {name} from {old} to {new}: {result} goes from "
    "{before} to {after}, a change of {moved} for {delta}."
)
_OUTPUT_AT_POINT = N_(
    "To check it, take {at}, where ∂{result}/∂{name} = {slope}. Change {name} from {old} to {new}: "
    "{result} goes from {before} to {after}, a change of {moved} for {delta}."
)


def local_gradient_is_symbolic(problem: Problem, blank: Blank) -> bool:
    """Return whether `blank` is an edge between numbers whose local gradient has symbols."""
    if not problem.symbolic or not blank.edge or blank.shape is not None:
        return False
    return has_symbols(problem.exact_passes.edges[blank.edge.target, blank.edge.slot].local_gradient)


def named_passes_of(problem: Problem) -> Passes | None:
    """Return both passes in the names of the graph, or None if they can't be written that way."""
    try:
        return named_passes(problem.graph, problem.inputs, problem.start, problem.wrt, problem.target_name)
    except (NonFiniteError, AlgebraError):
        return None


def answer_in_names(problem: Problem, blank: Blank) -> str:
    """Format the right answer at a blank; with symbols, as a formula in names that an answer may use."""
    if blank.is_matrix_formula:
        return matrix_answer(problem, blank)
    passes = named_passes_of(problem) if blank.is_backward and problem.symbolic else None
    if passes is not None:
        usable_names = problem.names_at(blank).keys()
        formulas = [problem.truth(blank, passes)]
        if blank.edge and "up" in usable_names:
            slope = passes.edges[blank.edge.target, blank.edge.slot].local_gradient
            formulas += [simplify(mul(Sym("up"), slope))] if isinstance(slope, Expr) else []
        for formula in formulas:
            if isinstance(formula, Expr) and free_names(formula) <= usable_names:
                return format_expr(formula)
    return format_value(problem.truth(blank), digits=max(SHOWN_DIGITS, problem.precision_at(blank).digits))


def upstream_in_names(problem: Problem, blank: Blank) -> str | None:
    """Format an edge's upstream in the names of the graph; return None if there are no symbols."""
    passes = named_passes_of(problem) if problem.symbolic and blank.edge else None
    if passes is None or not blank.edge:
        return None
    return format_value(passes.edges[blank.edge.target, blank.edge.slot].upstream)


def calculus_rule(problem: Problem, blank: Blank) -> Message | None:
    """Name the differentiation rule for an edge; return None if its operation declares none."""
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    if not operation.calculus_rule:
        return None
    return Message(operation.text_for(operation.calculus_rule, blank.edge.slot), template_values(problem, blank))


def slope_in_names(problem: Problem, edge: Edge) -> Expr | None:
    """Return an edge's local gradient in the names of the graph, or None if it is too long to read."""
    passes = named_passes_of(problem)
    slope = passes.edges[edge.target, edge.slot].local_gradient if passes else None
    return slope if isinstance(slope, Expr) and expanded_size(slope) <= MAX_FORMULA_SIZE else None


def local_gradient_formula(problem: Problem, blank: Blank) -> Message | None:
    """Return the local gradient in the names of the graph, or None if it is too long to read."""
    assert blank.edge
    slope = slope_in_names(problem, blank.edge)
    if slope is None:
        return None
    graph = problem.graph
    return message(
        N_("The local derivative of {node} is ∂{output}/∂{input} = {slope}. Multiply the upstream by it."),
        node=graph.nodes[blank.edge.target].symbol,
        output=_parenthesize_title(graph.label(blank.edge.target)),
        input=_parenthesize_title(graph.label(blank.edge.source)),
        slope=format_expr(slope),
    )


def _parenthesize_title(title: str) -> str:
    return title if title.isidentifier() or title.startswith("(") else f"({title})"


def nudge_hint_at_point(problem: Problem, blank: Blank) -> Message | None:
    """Say how a node's output moves when this edge's value moves, at a point; return None if it can't be shown.

    At a branch's sum, the output of the whole graph moves with the branching value.
    """
    if blank.shape is not None:
        return None
    point = {name: float(value) for name, value in default_point(problem.domains).items()}
    try:
        return _nudge_branch(problem, blank, point) if blank.edge is None else _nudge_edge(problem, blank.edge, point)
    except (AlgebraError, ArithmeticError, ValueError, KeyError, TypeError):
        return None


def _nudge_edge(problem: Problem, edge: Edge, point: Mapping[str, float]) -> Message | None:
    exact, graph = problem.exact_passes, problem.graph
    operation = graph.nodes[edge.target].operation
    operands = [_evaluate_at(value, point) for value in exact.operands_of(edge.target)]
    local = exact.edges[edge.target, edge.slot].local_gradient
    before = operation.forward(*operands)
    for step in _STEPS:
        moved = list(operands)
        moved[edge.slot] += step
        after = operation.forward(*moved)
        perturbation = _Perturbation(operands[edge.slot], step, before, after, _evaluate_at(local, point))
        if shown := perturbation.shown_values():
            used = free_names(exact.values[edge.source]) | free_names(local)
            names = {"name": graph.label(edge.source), "result": graph.label(edge.target)}
            return Message(
                _EDGE_AT_POINT if used & point.keys() else _EDGE_ANY_POINT,
                {**shown, **names, "at": _format_point(point, used)},
            )
    return None


def _nudge_branch(problem: Problem, blank: Blank, point: Mapping[str, float]) -> Message | None:
    exact, graph = problem.exact_passes, problem.graph
    if isinstance(problem.start, Sym):
        # Only the output's own movement can be shown, so its gradient counts as 1.
        point = {**point, problem.start.name: 1.0}
    truth = problem.truth(blank)
    slope = _evaluate_at(truth, point) / _evaluate_at(problem.start, point)
    values = tuple(_evaluate_at(value, point) for value in exact.values)
    old, before = values[blank.node], values[graph.output_position]
    for step in _STEPS:
        after = perturbed_output(graph, values, blank.node, old + step)
        if shown := _Perturbation(old, step, before, after, slope).shown_values():
            used = free_names(exact.values[graph.output_position])
            return Message(
                _OUTPUT_AT_POINT if used & point.keys() else _OUTPUT_ANY_POINT,
                {**shown, "at": _format_point(point, used), "name": graph.label(blank.node), "result": graph.output},
            )
    return None


@dataclass(frozen=True, slots=True)
class _Perturbation:
    """A value moved by a step, a result before and after, and the known slope between them."""

    old: float
    step: float
    before: float
    after: float
    slope: float

    def shown_values(self) -> dict[str, str] | None:
        """Return the template values, or None if the step is too large to show the slope."""
        moved = self.after - self.before
        if abs(moved - self.slope * self.step) > POINT_NUDGE_TOLERANCE * abs(moved):
            return None
        return {
            "slope": _format_number(self.slope),
            "old": _format_number(self.old, 7),
            "new": _format_number(self.old + self.step, 7),
            "before": _format_number(self.before, 7),
            "after": _format_number(self.after, 7),
            "moved": _format_number(moved),
            "delta": _format_number(self.step),
        }


def _format_point(point: Mapping[str, float], used: set[str]) -> str:
    return ", ".join(f"{name} = {_format_number(value)}" for name, value in point.items() if name in used)


def _evaluate_at(value: Value, point: Mapping[str, float]) -> float:
    if ops.is_matrix(value):
        raise ValueError("a matrix")
    return evaluate_as_float(value, point)


def _format_number(value: float, digits: int = SHOWN_DIGITS) -> str:
    text = f"{value:.{digits}g}"
    return (f"{value:.0f}" if "e+" in text and abs(value) < _MIN_POWER_OF_TEN else text).replace("-", "−")
