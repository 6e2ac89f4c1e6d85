"""Plots of curves in Braille characters, 2 × 4 dots in each cell."""

from __future__ import annotations

from functools import cached_property, lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING

from tutor.drawing.braille import braille_cells, dots_between

if TYPE_CHECKING:
    from rich.style import Style

    from tutor.practice.close_up.data import Curve
    from tutor.tui.canvas import Canvas


class Plot:
    """A field of `width` × `height` cells that shows a curve, its tangent and the current point."""

    def __init__(self, curve: Curve, width: int, height: int) -> None:
        self._curve = curve
        self.width, self.height = width, height
        self._columns, self._rows = 2 * width, 4 * height
        self._low, self._high = curve.points[0][0], curve.points[-1][0]
        heights = [value for _at, value in curve.points if value is not None] + [curve.at[1]]
        self._bottom, self._top = min(heights), max(heights)
        if self._top - self._bottom < 1e-12:
            self._bottom, self._top = self._bottom - 1, self._top + 1

    @property
    def spot(self) -> tuple[int, int]:
        """The cell of the current point."""
        column, row = self._column(self._curve.at[0]), self._row(self._curve.at[1])
        return min(max(column // 2, 0), self.width - 1), min(max(row // 4, 0), self.height - 1)

    def curve_dots(self) -> set[tuple[int, int]]:
        """Return the dots of the curve, joined where it is steep."""
        dots: set[tuple[int, int]] = set()
        before: tuple[int, int] | None = None
        for at, value in self._curve.points:
            if value is None:
                before = None
                continue
            column, row = self._column(at), self._row(value)
            if before is not None:
                dots.update(dots_between(*before, column, row))
            dots.add((column, row))
            before = column, row
        return dots

    def tangent_dots(self) -> set[tuple[int, int]]:
        """Return the dots of the tangent."""
        slope = self._curve.slope
        if slope is None:
            return set()
        x, y = self._curve.at
        step = (self._high - self._low) / max(1, self._columns - 1)
        ends = [(column, self._row(y + slope * (self._low + column * step - x))) for column in range(self._columns)]
        dots = {dot for first, second in pairwise(ends) for dot in dots_between(*first, *second, self._rows)}
        return {dot for dot in dots if 0 <= dot[1] < self._rows}

    @cached_property
    def _characters(self) -> list[tuple[int, int, str, bool]]:
        """Each character with its cell, and whether it is the tangent's. Where both meet, it has the curve's colour."""
        line, drawn = self.tangent_dots(), self.curve_dots()
        cells = {(column // 2, row // 4) for column, row in drawn}
        return [
            (column, row, character, (column, row) not in cells)
            for (column, row), character in braille_cells(line | drawn).items()
            if column < self.width and row < self.height
        ]

    def _column(self, at: float) -> int:
        return round((at - self._low) / (self._high - self._low) * (self._columns - 1))

    def _row(self, value: float) -> int:
        share = (self._top - value) / (self._top - self._bottom)
        return round(min(max(share, -9.0), 9.0) * (self._rows - 1))

    def paint(self, canvas: Canvas, x: int, y: int, curve: Style, tangent: Style, point: Style) -> None:
        """Paint the plot with its upper left cell at (x, y)."""
        for column, row, character, is_tangent in self._characters:
            canvas.put(x + column, y + row, character, tangent if is_tangent else curve)
        column, row = self.spot
        canvas.put(x + column, y + row, "●", point)


@lru_cache(maxsize=16)
def plot_of(curve: Curve, width: int, height: int) -> Plot:
    """Return the plot of a curve, the same one while something is typed."""
    return Plot(curve, width, height)
