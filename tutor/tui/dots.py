"""The mastery of a rule as three dots."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs
    from tutor.tui.flow import Line
    from tutor.tui.themes import Palette

_NUM_DOTS = 3


def mastery_dots(glyphs: Glyphs, palette: Palette, dots: int, before: int | None = None) -> Line:
    """Return `dots` of three dots; those that were gained since `before` stand out."""
    full, empty = ("*", "o") if glyphs.ascii else ("●", "○")
    old = min(dots, dots if before is None else before)
    line: Line = [(full * old, palette.ink("right", fade=0.35 if before is not None and before < dots else 0.0))]
    line.append((full * (dots - old), palette.ink("right", bold=True)))
    line.append((empty * (_NUM_DOTS - dots), palette.ink("faint")))
    return [run for run in line if run[0]]
