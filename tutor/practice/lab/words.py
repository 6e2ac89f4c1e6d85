"""Texts about the lab that all interfaces share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num
from tutor.practice.lab.numbers import format_float

if TYPE_CHECKING:
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Change


def output_label(lab: Lab) -> str:
    """Return the name of the number that follows a nudge: the output, or the sum of a matrix, weighted by the start."""
    name = lab.graph.output
    if not lab.has_matrix_output:
        return name
    is_plain = all(isinstance(cell, Num) and cell.value == 1 for cell in ops.cells(lab.start))
    return f"sum({name})" if is_plain else f"sum(start·{name})"


def prediction(change: Change) -> str:
    """Return the predicted change as a calculation, `42 × 0.3 = 12.6`; empty for data."""
    if change.gradient is None or change.predicted is None:
        return ""
    distance = format_float(change.distance)
    if distance.startswith("−"):
        distance = f"({distance})"
    return f"{format_float(change.gradient)} × {distance} = {format_float(change.predicted)}"
