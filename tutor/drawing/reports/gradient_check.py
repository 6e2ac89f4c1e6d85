"""Gradient check report: gradients beside difference quotients, and a plot of the error against the step."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tutor.algebra.balls import nearest_float
from tutor.algebra.printing import format_number, format_value
from tutor.drawing.cell_width import align_columns, truncate
from tutor.engine.finite_differences import check_gradients, error_curve
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.engine.finite_differences import DifferenceQuotient, ErrorPoint, GradientCheck
    from tutor.grading.problem import Problem

#: The maximum numbers of cells that are moved, and of lines in the table.
_MAX_CELLS, _MAX_LINES = 400, 24
_GRADIENT_DIGITS = 9
_NAME_WIDTH, _PLOT_WIDTH = 11, 46
#: The width of the columns beside a plot, and the minimum width of the plot.
_WIDTH_BESIDE_PLOT, _MIN_PLOT_WIDTH = 26, 20
_NO_VALUE = "-"


def gradient_check_report(problem: Problem, step: float, width: int | None = None) -> list[str]:
    """Return a table of gradients and difference quotients for `step`, and whether they agree.

    Below it is a plot of one input's error for steps from 1e-1 to 1e-12, at most `width` cells wide. The problem may
    have no symbols. Raise NonFiniteError.
    """
    graph, inputs, start = problem.graph, problem.inputs, problem.start
    entries = check_gradients(graph, inputs, step, start, problem.wrt, max_cells=_MAX_CELLS)
    scales = _error_scales(entries)
    by_error = sorted(entries, key=lambda entry: -_relative_error(entry.central, scales[entry.name]))
    worst = by_error[0]
    shown = [entry for entry in entries if entry in by_error[:_MAX_LINES]]
    lines = [_("Numerical check with step δ = {delta}:").format(delta=_format_short(step))]
    if not problem.starts_at_one:
        sentence = _("Each difference quotient is multiplied by the start, {start}.")
        lines.append(sentence.format(start=truncate(format_value(start), 40)))
    lines += ["", *_format_table(shown), ""]
    if len(shown) < len(entries):
        sentence = _("Cells checked: {n}. The {k} with the largest errors are shown.")
        lines.append(sentence.format(n=len(entries), k=len(shown)))
    lines += _difference_notes(shown)
    curve = _error_curve(problem, worst)
    lines += [*_agreement_lines(entries, scales, curve, _format_entry_name(worst)), ""]
    title = _("The error of {name} against the step (o forward, x central, * both):")
    plot_width = _PLOT_WIDTH
    if width is not None:
        plot_width = max(min(_PLOT_WIDTH, width - _WIDTH_BESIDE_PLOT), _MIN_PLOT_WIDTH)
    return [*lines, title.format(name=_format_entry_name(worst)), "", *_plot_errors(curve, plot_width)]


def _error_scales(entries: Sequence[GradientCheck]) -> dict[str, float]:
    """Return the scale of the errors by input: its largest gradient; if that is 0 the largest of all, or 1."""
    largest: dict[str, float] = {}
    for entry in entries:
        largest[entry.name] = max(largest.get(entry.name, 0.0), abs(entry.gradient))
    fallback = max(largest.values(), default=0.0) or 1.0
    return {name: size or fallback for name, size in largest.items()}


def _relative_error(quotient: DifferenceQuotient, scale: float) -> float:
    return math.inf if quotient.error is None else quotient.error / scale


def _error_curve(problem: Problem, entry: GradientCheck) -> tuple[ErrorPoint, ...]:
    """Return the error of one entry for every step, measured from the exact gradient."""
    exact = problem.exact_passes.gradients[problem.graph.position[entry.name]]
    gradient = nearest_float(exact if entry.cell is None else exact[entry.cell])
    return error_curve(problem.graph, problem.inputs, entry.name, entry.cell, problem.start, gradient=gradient)


def _format_entry_name(entry: GradientCheck) -> str:
    """Return the name of an input, or of a cell of it by row and column from 1."""
    return entry.name if entry.cell is None else f"{entry.name} ({entry.cell[0] + 1}, {entry.cell[1] + 1})"


def _format_number(value: float | None) -> str:
    return _NO_VALUE if value is None else format_number(value, _GRADIENT_DIGITS)


def _format_short(value: float | None) -> str:
    """Return an error or a step with two digits and a power of ten: `1.6e−5`."""
    if value is None:
        return _NO_VALUE
    if value == 0:
        return "0"
    mantissa, _e, power = f"{value:.1e}".partition("e")
    exponent = f"e{int(power)}" if int(power) else ""
    return (mantissa.removesuffix(".0") + exponent).replace("-", "−")


def _format_table(entries: Sequence[GradientCheck]) -> list[str]:
    heads = (_("input"), _("gradient"), _("forward"), _("error"), _("central"), _("error"))
    rows = [
        (
            truncate(_format_entry_name(entry), _NAME_WIDTH),
            _format_number(entry.gradient),
            _format_number(entry.forward.value),
            _format_short(entry.forward.error),
            _format_number(entry.central.value),
            _format_short(entry.central.error),
        )
        for entry in entries
    ]
    return align_columns([heads, *rows])


def _difference_notes(entries: Sequence[GradientCheck]) -> list[str]:
    """Return a line for each entry whose difference has no value or crosses a kink."""
    lines = []
    for entry in entries:
        reason = entry.central.reason or entry.forward.reason
        if reason is not None:
            lines.append(f"{_format_entry_name(entry)}: {reason}")
        elif entry.crosses_kink:
            lines.append(
                f"{_format_entry_name(entry)}: "
                + _("There is a kink within δ, so the differences on the two sides disagree.")
            )
    return lines


def _agreement_lines(
    entries: Sequence[GradientCheck], scales: dict[str, float], curve: Sequence[ErrorPoint], place: str
) -> list[str]:
    """Return whether gradients and quotients agree, to how many digits, and which step would be better."""
    central = _count_right_digits([_relative_error(entry.central, scales[entry.name]) for entry in entries])
    forward = _count_right_digits([_relative_error(entry.forward, scales[entry.name]) for entry in entries])
    lines = []
    missing = sum(entry.central.value is None for entry in entries)
    if missing:
        sentence = _("Central differences without a value: {k} of {n}.")
        lines.append(sentence.format(k=missing, n=len(entries)))
    if central and forward:
        lines.append(
            _("The gradients agree to {n} digits (central) and {k} digits (forward).").format(n=central, k=forward)
        )
    elif central:
        lines.append(_("The gradients agree to {n} digits (central); forward needs a smaller step.").format(n=central))
    elif missing < len(entries):
        lines.append(_("They disagree: with this step, not even the first digit is right everywhere."))
    known = [point for point in curve if point.central.error is not None]
    best = min(known, key=lambda point: point.central.error or 0.0, default=None)
    if best is not None and min(central, forward) < 2:
        lines.append(_("For {name}, a step of {delta} works best.").format(name=place, delta=_format_short(best.delta)))
    return lines


def _count_right_digits(errors: Sequence[float]) -> int:
    """Return the number of digits that are right everywhere, from relative errors; infinite ones don't count."""
    worst = max((error for error in errors if error < math.inf), default=1.0)
    return 15 if worst == 0 else max(0, min(15, math.floor(-math.log10(worst))))


def _plot_errors(curve: Sequence[ErrorPoint], width: int) -> list[str]:
    """Return a line for each step with its errors, as numbers and as marks on a logarithmic scale."""
    errors = [quotient.error for point in curve for quotient in (point.forward, point.central)]
    known = [math.log10(error) for error in errors if error]
    least, most = (math.floor(min(known)), math.ceil(max(known))) if known else (-16, 0)
    rows = [(_("step"), _("forward"), _("central"), _scale_header(least, most, width))]
    for point in curve:
        marks = [" "] * width
        for error, mark in ((point.forward.error, "o"), (point.central.error, "x")):
            if error is not None:
                place = round((math.log10(error) - least) / max(most - least, 1) * (width - 1)) if error else 0
                marks[place] = mark if marks[place] == " " else "*"
        rows.append(
            (
                _format_short(point.delta),
                _format_short(point.forward.error),
                _format_short(point.central.error),
                "".join(marks),
            )
        )
    return align_columns(rows)


def _scale_header(least: int, most: int, width: int) -> str:
    left, right = _format_short(10.0**least), _format_short(10.0**most)
    return left + " " * (width - len(left) - len(right)) + right
