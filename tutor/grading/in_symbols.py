"""Hints where an input is left as a symbol: the rule with the symbols in it would be the answer.

So the rungs shift down: the differentiation rule by its name, the local gradient as a formula, then the product. What
would be a nudge of these numbers is one at a point that is taken for the purpose.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import in_floats
from tutor.algebra.show import show, write
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Expr, Sym, mul, names
from tutor.algebra.values import Value
from tutor.engine import Edge, NotANumber, Passes
from tutor.engine.nudge import nudged
from tutor.engine.symbolic import has_symbols, told
from tutor.grading.blank_words import LONG, fill, written_size
from tutor.grading.identity import plain_point
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Message, message

_STEPS = (0.1, 0.01, 0.001)
#: Numbers below this are written without a power of ten.
_LARGE = 1e9

_AT_A_POINT = N_(
    "Check the slope by nudging at {at}: it is {slope} there. With {name} = {new} instead of {old}, {result} is "
    "{after} instead of {before}: {moved} for {delta}."
)
_ANYWHERE = N_(
    "Check the slope {slope} by nudging: with {name} = {new} instead of {old}, {result} is {after} instead of "
    "{before}: {moved} for {delta}."
)
_OUTPUT_ANYWHERE = N_(
    "Check ∂{result}/∂{name} = {slope} by nudging: with {name} = {new} instead of {old}, {result} is {after} instead "
    "of {before}: {moved} for {delta}."
)
_OUTPUT_AT_A_POINT = N_(
    "Check ∂{result}/∂{name} by nudging at {at}: it is {slope} there. With {name} = {new} instead of {old}, {result} "
    "is {after} instead of {before}: {moved} for {delta}."
)


def slope_is_open(problem: Problem, blank: Blank) -> bool:
    """Whether the local gradient at an edge has symbols in it."""
    if not problem.symbolic or not blank.edge or blank.shape is not None:
        return False
    return has_symbols(problem.exact.edges[blank.edge.target, blank.edge.slot].local)


def as_told(problem: Problem) -> Passes | None:
    """Both passes by the names of the graph; None where they can't be told so."""
    try:
        return told(problem.graph, problem.inputs, problem.start, problem.wrt, problem.goal)
    except (NotANumber, AlgebraError):
        return None


def answer_in_names(problem: Problem, blank: Blank) -> str:
    """The right answer at a blank as a formula in names that an answer may use."""
    passes = as_told(problem) if blank.backward and problem.symbolic else None
    if passes is not None:
        known = problem.names_for(blank).keys()
        told_so = [problem.truth(blank, passes)]
        if blank.edge and "up" in known:
            slope = passes.edges[blank.edge.target, blank.edge.slot].local
            told_so += [tidy(mul(Sym("up"), slope))] if isinstance(slope, Expr) else []
        for value in told_so:
            if isinstance(value, Expr) and names(value) <= known:
                return write(value)
    return show(problem.truth(blank))


def upstream_in_names(problem: Problem, blank: Blank) -> str | None:
    """What reached the node of an edge, by the names of the graph; None where it is a number."""
    passes = as_told(problem) if problem.symbolic and blank.edge else None
    if passes is None or not blank.edge:
        return None
    return show(passes.edges[blank.edge.target, blank.edge.slot].upstream)


def rule_by_name(problem: Problem, blank: Blank) -> Message | None:
    """Which differentiation rule leads to the slope; None where the operation's own words are no answer."""
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    if not operation.names:
        return None
    return Message(operation.text(operation.names, blank.edge.slot), fill(problem, blank))


def slope_as_formula(problem: Problem, blank: Blank) -> Message | None:
    """The local gradient by the names of the graph; None where it is too long to be read."""
    assert blank.edge
    passes = as_told(problem)
    slope = passes.edges[blank.edge.target, blank.edge.slot].local if passes else None
    if not isinstance(slope, Expr) or written_size(slope) > LONG:
        return None
    graph = problem.graph
    return message(
        N_("The slope of {node} here is ∂{output}/∂{input} = {slope}. Multiply the upstream by it."),
        node=graph.nodes[blank.edge.target].sign,
        output=_factor(graph.title(blank.edge.target)),
        input=_factor(graph.title(blank.edge.source)),
        slope=write(slope),
    )


def _factor(title: str) -> str:
    return title if title.isidentifier() or title.startswith("(") else f"({title})"


def nudge_at_a_point(problem: Problem, blank: Blank) -> Message | None:
    """How the node's output moves when this line moves, at a point; None where it can't be shown.

    At a branch's sum it is the output of the graph, when the branched value moves.
    """
    if blank.shape is not None:
        return None
    point = {name: float(value) for name, value in plain_point(problem.domains).items()}
    try:
        return _along_all_lines(problem, blank, point) if blank.edge is None else _along(problem, blank.edge, point)
    except (AlgebraError, ArithmeticError, ValueError, KeyError, TypeError):
        return None


def _along(problem: Problem, edge: Edge, point: Mapping[str, float]) -> Message | None:
    exact, graph = problem.exact, problem.graph
    operation = graph.nodes[edge.target].operation
    operands = [_number(value, point) for value in exact.operands(edge.target)]
    local = exact.edges[edge.target, edge.slot].local
    before = operation.forward(*operands)
    for step in _STEPS:
        moved = list(operands)
        moved[edge.slot] += step
        after = operation.forward(*moved)
        if found := _Moved(operands[edge.slot], step, before, after, _number(local, point)).told():
            used = names(exact.values[edge.source]) | names(local)
            return Message(
                _AT_A_POINT if used & point.keys() else _ANYWHERE,
                {
                    **found,
                    "at": _point(point, used),
                    "name": graph.title(edge.source),
                    "result": graph.title(edge.target),
                },
            )
    return None


def _along_all_lines(problem: Problem, blank: Blank, point: Mapping[str, float]) -> Message | None:
    exact, graph = problem.exact, problem.graph
    if isinstance(problem.start, Sym):
        # What the output's own movement is worth is left out: the slope of the output is what is seen to move.
        point = {**point, problem.start.name: 1.0}
    truth = problem.truth(blank)
    slope = _number(truth, point) / _number(problem.start, point)
    values_there = tuple(_number(value, point) for value in exact.values)
    old, before = values_there[blank.node], values_there[graph.last]
    for step in _STEPS:
        after = nudged(graph, values_there, blank.node, old + step)
        if found := _Moved(old, step, before, after, slope).told():
            used = names(exact.values[graph.last])
            return Message(
                _OUTPUT_AT_A_POINT if used & point.keys() else _OUTPUT_ANYWHERE,
                {**found, "at": _point(point, used), "name": graph.title(blank.node), "result": graph.output},
            )
    return None


@dataclass(frozen=True, slots=True)
class _Moved:
    """A value that is moved by a step, and what that moves, where its slope is known."""

    old: float
    step: float
    before: float
    after: float
    slope: float

    def told(self) -> dict[str, str] | None:
        """The words for it; None where the step is so large that the slope can't be seen."""
        moved = self.after - self.before
        if abs(moved - self.slope * self.step) > 0.05 * abs(moved):
            return None
        return {
            "slope": _plain(self.slope),
            "old": _plain(self.old, 7),
            "new": _plain(self.old + self.step, 7),
            "before": _plain(self.before, 7),
            "after": _plain(self.after, 7),
            "moved": _plain(moved),
            "delta": _plain(self.step),
        }


def _point(point: Mapping[str, float], used: set[str]) -> str:
    return ", ".join(f"{name} = {_plain(value)}" for name, value in point.items() if name in used)


def _number(value: Value, point: Mapping[str, float]) -> float:
    if values.is_matrix(value):
        raise ValueError("a matrix")
    return in_floats(value, point)


def _plain(value: float, digits: int = 4) -> str:
    text = f"{value:.{digits}g}"
    return (f"{value:.0f}" if "e+" in text and abs(value) < _LARGE else text).replace("-", "−")
