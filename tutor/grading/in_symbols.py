"""Hints where an input is left as a symbol: the rule with the symbols in it would be the answer.

So the rungs shift down: the differentiation rule by its name, the local gradient as a formula, then the product. What
would be a nudge of these numbers is one at a point that is taken for the purpose.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import in_floats
from tutor.algebra.show import show, write
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Expr, Sym, mul, names
from tutor.algebra.values import Value
from tutor.engine import NotANumber, Passes
from tutor.engine.symbolic import has_symbols, told
from tutor.grading.blank_words import LONG, fill, written_size
from tutor.grading.identity import plain_point
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Message, message

_STEPS = (0.1, 0.01, 0.001)


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
    return title if title.isidentifier() else f"({title})"


def nudge_at_a_point(problem: Problem, blank: Blank) -> Message | None:
    """How the node's output moves when this line moves, at a point; None where it can't be shown."""
    if not blank.edge or blank.shape is not None:
        return None
    edge, exact, graph = blank.edge, problem.exact, problem.graph
    operation = graph.nodes[edge.target].operation
    point = {name: float(value) for name, value in plain_point(problem.domains).items()}
    try:
        operands = [_number(value, point) for value in exact.operands(edge.target)]
        slope = _number(exact.edges[edge.target, edge.slot].local, point)
        before = operation.forward(*operands)
        for step in _STEPS:
            moved = list(operands)
            moved[edge.slot] += step
            after = operation.forward(*moved)
            if abs((after - before) - slope * step) <= 0.05 * abs(after - before):
                return _said(problem, blank, point, (operands[edge.slot], moved[edge.slot], before, after), slope, step)
    except (AlgebraError, ArithmeticError, ValueError, KeyError, TypeError):
        return None
    return None


def _number(value: Value, point: Mapping[str, float]) -> float:
    if values.is_matrix(value):
        raise ValueError("a matrix")
    return in_floats(value, point)


def _said(
    problem: Problem,
    blank: Blank,
    point: Mapping[str, float],
    moved: tuple[float, float, float, float],
    slope: float,
    step: float,
) -> Message:
    assert blank.edge
    graph = problem.graph
    used = names(problem.exact.values[blank.node]) | names(
        problem.exact.edges[blank.edge.target, blank.edge.slot].local
    )
    at = ", ".join(f"{name} = {_plain(value)}" for name, value in point.items() if name in used)
    old, new, before, after = (_plain(value, 7) for value in moved)
    text = N_(
        "Check the slope by nudging at {at}: it is {slope} there. With {name} = {new} instead of {old}, {result} is "
        "{after} instead of {before}: {moved} for {delta}."
    )
    if not at:
        text = N_(
            "Check the slope {slope} by nudging: with {name} = {new} instead of {old}, {result} is {after} instead of "
            "{before}: {moved} for {delta}."
        )
    return message(
        text,
        at=at,
        slope=_plain(slope),
        name=graph.title(blank.node),
        old=old,
        new=new,
        result=graph.title(blank.edge.target),
        before=before,
        after=after,
        moved=_plain(moved[3] - moved[2]),
        delta=_plain(step),
    )


def _plain(value: float, digits: int = 4) -> str:
    return f"{value:.{digits}g}".replace("-", "−")
