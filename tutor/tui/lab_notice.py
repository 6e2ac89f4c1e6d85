"""The notice below the inputs of the lab: a sentence, or the change by the last nudge."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.drawing.cell_width import truncate
from tutor.i18n import _
from tutor.practice.lab.numbers import format_float, format_lab_cells
from tutor.practice.lab.words import output_label, prediction
from tutor.tui.canvas import runs_width, wrap

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Change
    from tutor.tui.canvas import Canvas, Run

#: Rows that a notice has.
NOTICE_ROWS = 2


def paint_sentence(canvas: Canvas, x: int, y: int, glyphs: Glyphs, text: str, tone: str) -> None:
    """Paint a sentence in two rows at most."""
    room = canvas.width - x - 1
    lines = wrap(glyphs.render(text), room)
    if len(lines) > NOTICE_ROWS:
        lines[NOTICE_ROWS - 1] = truncate(" ".join(lines[NOTICE_ROWS - 1 :]), room, glyphs.ellipsis)
    for number, line in enumerate(lines[:NOTICE_ROWS]):
        canvas.put(x, y + number, line, canvas.palette.ink(tone))


def paint_change(canvas: Canvas, x: int, y: int, glyphs: Glyphs, lab: Lab, change: Change) -> None:
    """Paint what moved, and below it what the gradient predicted beside what happened."""
    ink, render = canvas.palette.ink, glyphs.render
    label, number, muted = ink("bright", bold=True), ink("forward", bold=True), ink("muted")
    before, after = (format_lab_cells(value)[0][0] for value in (change.before, change.after))
    canvas.runs(
        x,
        y,
        [
            (render(f"{change.handle.label} "), label),
            (render(f"{before} → "), muted),
            (render(f"{after}   "), number),
            (render(f"{output_label(lab)} "), label),
            (render(f"{format_float(change.output_before)} → "), muted),
            (render(format_float(change.output_after)), number),
        ],
    )
    actual: list[Run] = [(_("actual change") + " ", muted), (render(format_float(change.actual)), number)]
    if change.predicted is not None and (calculation := prediction(change)):
        # In a narrow window the result must be seen in full, not the way to it.
        for predicted in (calculation, format_float(change.predicted)):
            first: list[Run] = [
                (_("predicted") + " ", muted),
                (render(predicted), ink("backward", bold=True)),
                ("   ", muted),
            ]
            if x + runs_width([*first, *actual]) <= canvas.width:
                break
        canvas.runs(x, y + 1, [*first, *actual])
    else:
        canvas.runs(x, y + 1, [*actual, ("   " + _("no prediction: data has no gradient"), muted)])
