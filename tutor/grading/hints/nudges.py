"""Nudge hints: move one value a little and see the output move, to find a gradient yourself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.printing import SHOWN_DIGITS, format_value
from tutor.engine.nudge import perturbed_output
from tutor.grading.comparison import format_cell
from tutor.grading.hints.rule_formulas import example_cell, join_sentences
from tutor.grading.tolerances import DIFFERENCE_TOLERANCE, MAX_ZERO_MOVEMENT, NUDGE_TOLERANCE
from tutor.i18n import N_, Message

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


def nudge_hint(problem: Problem, blank: Blank) -> Message | None:
    """Say how the output moves when the value at `blank` moves; return None if it can't be shown."""
    if problem.symbolic:
        return None
    graph, floats = problem.graph, problem.float_passes
    before = floats.values[graph.output_position]
    value = floats.values[blank.node]
    if ops.is_matrix(before):
        return None
    edge = blank.edge if blank.edge and len(problem.gradient_edges[blank.node]) > 1 else None
    cell = example_cell(problem, blank)
    gradient = problem.truth(blank, floats)
    gradient = gradient if cell is None else gradient[cell]
    for delta in (1.0, 0.01, 0.0001):
        try:
            after = perturbed_output(graph, floats.values, blank.node, _perturb(value, delta, cell), edge)
        except (ArithmeticError, ValueError):
            continue
        moved = (after - before) * floats.start
        if abs(moved - gradient * delta) <= NUDGE_TOLERANCE * abs(moved) or (
            gradient == 0 and abs(moved) < MAX_ZERO_MOVEMENT * delta
        ):
            text = _nudge_text(problem, blank, delta, before, after, cell, edge is not None)
            if text:
                return text
    return None


def _perturb(value: Value, delta: float, cell: tuple[int, int] | None) -> Value:
    if cell is None:
        return value + delta
    moved = value.copy()
    moved[cell] += delta
    return moved


def _nudge_text(
    problem: Problem,
    blank: Blank,
    delta: float,
    before: float,
    after: float,
    cell: tuple[int, int] | None,
    on_edge: bool,
) -> Message | None:
    """Return the sentence, or None if the numbers in it would not show the movement."""
    graph = problem.graph
    exact_before = problem.exact_passes.values[blank.node]
    old = nearest_float(exact_before if cell is None else exact_before[cell])
    place = "" if cell is None else format_cell(problem, cell, blank.shape)
    inputs, outputs = _format_distinct(old, old + delta), _format_distinct(before, after)
    if not inputs or not outputs:
        return None
    values = {
        "name": graph.label(blank.node) + place,
        "place": place,
        "output": graph.output,
        "old": inputs[0],
        "new": inputs[1],
        "before": outputs[0],
        "after": outputs[1],
        "moved": _format_number(after - before, SHOWN_DIGITS if (after - before) % 1 else 7),
        "delta": _format_number(delta),
        "start": format_value(problem.start),
    }
    if on_edge and cell:
        text = N_(
            "To check it, change {place} from {old} to {new} on this edge only: {output} goes from "
            "{before} to {after}, a change of {moved} for {delta}."
        )
    elif on_edge:
        text = N_(
            "To check it, change this edge alone from {old} to {new}: {output} goes from {before} to "
            "{after}, a change of {moved} for {delta}."
        )
    else:
        text = N_(
            "To check it, change {name} from {old} to {new}: {output} goes from {before} to {after}, a "
            "change of {moved} for {delta}."
        )
    if problem.starts_at_one:
        return Message(text, values)
    return join_sentences(
        Message(text, values),
        Message(N_("The pass starts with {start}, so the gradient is {start} times that."), values),
    )


def _format_distinct(old: float, new: float) -> tuple[str, str] | None:
    """Format two numbers with as many digits as show their difference; return None if 13 do not."""
    for digits in (7, 9, 11, 13):
        texts = _format_number(old, digits), _format_number(new, digits)
        shown_difference = float(texts[1].replace("−", "-")) - float(texts[0].replace("−", "-"))
        if abs(shown_difference - (new - old)) <= DIFFERENCE_TOLERANCE * abs(new - old):
            return texts
    return None


def _format_number(value: float, digits: int = 7) -> str:
    """Format with at most `digits` significant digits, without trailing zeros."""
    return f"{value:.{digits}g}".replace("-", "−")
