"""Calibration on the progress screen: a bar for each confidence, and what it says in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.grading.prediction import CONFIDENCES
from tutor.i18n import N_, _, message
from tutor.practice.calibration import MIN_PREDICTIONS
from tutor.tui.flow import Line, flow

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.practice.calibration import Calibration, Level
    from tutor.tui.themes import Palette

_BAR_CELLS = 10


def calibration_lines(
    calibration: Calibration, width: int, glyphs: Glyphs, palette: Palette, on: str = "ground"
) -> list[Line]:
    """Return a bar for each confidence with its counts, and sentences; nothing before there are enough predictions."""
    if not calibration.sentences:
        return []
    names = max(cell_len(glyphs.render(_(label))) for label in CONFIDENCES.values())
    lines = [_bar(level, names, glyphs, palette, on) for level in reversed(calibration.levels) if level.made]
    for sentence in filter(None, (*calibration.sentences[:1], calibration.advice)):
        lines += flow([(glyphs.render(str(sentence)), palette.ink("text", on=on))], width)
    return lines


def _bar(level: Level, names: int, glyphs: Glyphs, palette: Palette, ground: str) -> Line:
    """Return the share that was right as a bar; with too few predictions how many are needed."""
    name = glyphs.render(_(CONFIDENCES[level.confidence]))
    lead = (name + " " * (names - cell_len(name)) + "  ", palette.ink("text", on=ground))
    if level.rate is None:
        text = message(N_("{n} so far; the rate appears after {least}"), n=level.made, least=MIN_PREDICTIONS)
        return [lead, (glyphs.render(str(text)), palette.ink("muted", on=ground))]
    full = round(level.rate * _BAR_CELLS)
    on, off = ("#", ".") if glyphs.ascii else ("█", "░")
    counts = message(N_("{right} of {made} right"), right=level.right, made=level.made)
    return [
        lead,
        (on * full, palette.ink("right", on=ground)),
        (off * (_BAR_CELLS - full), palette.ink("faint", on=ground)),
        (f"  {glyphs.render(str(counts))}", palette.ink("muted", on=ground)),
    ]
