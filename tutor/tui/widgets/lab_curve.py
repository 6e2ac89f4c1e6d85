"""The output of the lab as a curve over the input in hand, with its tangent; in ASCII a table of five values."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.algebra import ops
from tutor.drawing.braille import braille_cells, dots_between
from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, _, message
from tutor.practice.lab.curve import Curve, reach_of, sample_curve, sample_table
from tutor.practice.lab.numbers import format_float, format_lab_cells
from tutor.practice.lab.words import output_label
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.practice.lab.lab import Lab
    from tutor.practice.lab.model import Handle
    from tutor.tui.canvas import Canvas, Run

#: Cells for the numbers beside the axis, and rows for the title, the axis and the numbers below it.
_AXIS_WIDTH, _TITLE_ROWS, _AXIS_ROWS = 10, 2, 2
#: With fewer cells or rows there is no curve.
_MIN_WIDTH, _MIN_HEIGHT = 12, 3
#: The tangent is drawn over this share of the reach, to each side of the point.
_TANGENT_SHARE = 0.5
#: The dots in a cell.
_DOTS_ACROSS, _DOTS_DOWN = 2, 4


class LabCurve(CanvasWidget):
    """Paints the curve over a handle; `show` tells it which."""

    def __init__(self, lab: Lab, **options: object) -> None:
        super().__init__(**options)  # type: ignore[arg-type]
        self.lab = lab
        self._handle: Handle | None = None
        self._cached: tuple[object, tuple[Value, ...], Curve] | None = None

    def show(self, handle: Handle | None) -> None:
        """Show the curve over a handle as it is now."""
        self._handle = handle
        if self.size:
            self.repaint()

    def paint(self, canvas: Canvas) -> None:
        lab, handle = self.lab, self._handle
        if handle is None or not lab.has(handle):
            return
        title = message(N_("{output} against {input}"), output=output_label(lab), input=handle.label)
        self._paint_title(canvas, str(title), has_tangent=not handle.is_data and lab.output is not None)
        if lab.output is None or handle.is_symbol:
            self._paint_note(canvas, _("There is no curve, because symbols have no numbers."))
        elif canvas.ascii:
            self._paint_table(canvas, handle)
        elif canvas.width - _AXIS_WIDTH - 1 < _MIN_WIDTH or canvas.height - _TITLE_ROWS - _AXIS_ROWS < _MIN_HEIGHT:
            self._paint_note(canvas, _("The window is too small for the curve."))
        else:
            self._paint_curve(canvas, handle)

    def _paint_title(self, canvas: Canvas, title: str, *, has_tangent: bool) -> None:
        palette, text = self.palette, self.glyphs.render(title)
        tail: list[Run] = []
        if has_tangent and not canvas.ascii:
            label = _("slope of the tangent = gradient")
            if cell_len(text) + cell_len(label) + 8 <= canvas.width:
                tail = [(label, palette.ink("backward"))]
        canvas.rule(0, 0, canvas.width, [(text, palette.ink("muted", bold=True))], tail)

    def _paint_note(self, canvas: Canvas, text: str) -> None:
        canvas.put(2, 2, truncate(text, canvas.width - 3, self.glyphs.ellipsis), self.palette.ink("muted"))

    # --- the curve ---

    def _paint_curve(self, canvas: Canvas, handle: Handle) -> None:
        width, height = canvas.width - _AXIS_WIDTH - 1, canvas.height - _TITLE_ROWS - _AXIS_ROWS
        low, high = reach_of(self.lab, handle)
        curve = self._curve(handle, low, high, width * _DOTS_ACROSS)
        if curve.is_empty:
            self._paint_note(canvas, _("There are no values near here."))
            return
        assert self.lab.output is not None
        now, output = self.lab.number(handle), self.lab.output
        bottom, top = curve.vertical_range(now, output)
        plot = _Plot(width, height, low, high, bottom, top)
        dots = plot.curve_dots(curve)
        gradient = self.lab.gradient(handle)
        tangent = set() if gradient is None else plot.tangent_dots(now, output, float(gradient))
        self._paint_axes(canvas, plot, handle, now)
        self._paint_dots(canvas, plot, braille_cells(dots), "forward")
        # A cell in which both meet has the dots of both.
        both = braille_cells(dots | tangent)
        self._paint_dots(canvas, plot, {cell: both[cell] for cell in braille_cells(tangent)}, "backward")
        palette = self.palette
        x, y = plot.column(now) // _DOTS_ACROSS, plot.row(output) // _DOTS_DOWN
        if 0 <= x < width and 0 <= y < height:
            canvas.put(_AXIS_WIDTH + x, _TITLE_ROWS + y, "●", palette.ink("bright", bold=True))

    def _paint_dots(self, canvas: Canvas, plot: _Plot, cells: Mapping[tuple[int, int], str], hue: str) -> None:
        style = self.palette.ink(hue, bold=hue == "backward")
        for (x, y), sign in cells.items():
            if x < plot.width and y < plot.height:
                canvas.put(_AXIS_WIDTH + x, _TITLE_ROWS + y, sign, style)

    def _curve(self, handle: Handle, low: float, high: float, count: int) -> Curve:
        """Return the curve, as before if only its own input moved."""
        key, others = (self.lab.exercise, handle, low, high, count), self.lab.others_of(handle)
        if self._cached is None or self._cached[0] != key or not _are_same(self._cached[1], others):
            self._cached = (key, others, sample_curve(self.lab, handle, low, high, count))
        return self._cached[2]

    def _paint_axes(self, canvas: Canvas, plot: _Plot, handle: Handle, now: float) -> None:
        palette = self.palette
        line, number = palette.ink("line"), palette.ink("muted")
        left, top, bottom = _AXIS_WIDTH - 1, _TITLE_ROWS, _TITLE_ROWS + plot.height
        for y in range(top, bottom):
            canvas.put(left, y, "│", line)
        canvas.put(left, bottom, "└" + "─" * plot.width, line)
        canvas.right(left - 1, top, [(_short(plot.top), number)])
        canvas.right(left - 1, bottom - 1, [(_short(plot.bottom), number)])
        if plot.bottom < 0 < plot.top and 0 < (zero := plot.row(0.0) // _DOTS_DOWN) < plot.height - 1:
            canvas.put(left, top + zero, "┼", line)
            canvas.right(left - 1, top + zero, [("0", number)])
        y = bottom + 1
        first, last = _short(plot.low), _short(plot.high)
        label = self.glyphs.render(f"{handle.label} = {format_lab_cells(self.lab.value(handle))[0][0]}")
        width = cell_len(label)
        x = _AXIS_WIDTH + min(max(plot.column(now) // _DOTS_ACROSS - width // 2, 0), max(plot.width - width, 0))
        if x > _AXIS_WIDTH + cell_len(first) + 1:
            canvas.put(_AXIS_WIDTH, y, first, number)
        if x + width < _AXIS_WIDTH + plot.width - cell_len(last) - 1:
            canvas.right(_AXIS_WIDTH + plot.width, y, [(last, number)])
        canvas.put(x, y, label, palette.ink("forward", bold=True))

    # --- the table ---

    def _paint_table(self, canvas: Canvas, handle: Handle) -> None:
        palette, ink = self.palette, self.palette.ink
        heads = (handle.label, output_label(self.lab))
        canvas.right(14, 2, [(truncate(self.glyphs.render(heads[0]), 12), ink("muted"))])
        canvas.right(30, 2, [(truncate(self.glyphs.render(heads[1]), 14), ink("muted"))])
        for row, (x, y) in enumerate(sample_table(self.lab, handle)):
            now = row == 2
            style = ink("forward", bold=now)
            if now:
                canvas.put(1, 3 + row, "▸", ink("bright", bold=True))
            canvas.right(14, 3 + row, [(self.glyphs.render(format_float(x)), style)])
            text = _("none") if y is None else self.glyphs.render(format_float(y))
            canvas.right(30, 3 + row, [(text, style)])
        gradient = self.lab.gradient(handle)
        if gradient is not None:
            canvas.put(2, 9, _("gradient"), palette.ink("muted"))
            canvas.right(30, 9, [(self.glyphs.render(format_float(float(gradient))), ink("backward", bold=True))])


def _short(value: float) -> str:
    """Return a number beside an axis in at most eight cells."""
    text = f"{value:.4g}".replace("-", "−").replace("e+0", "e").replace("e−0", "e−").replace("e+", "e")
    return "0" if text == "−0" else text


def _are_same(before: Sequence[Value], now: Sequence[Value]) -> bool:
    """Return whether numbers and arrays are the same as before."""
    return len(before) == len(now) and all(
        ops.shape_of(one) == ops.shape_of(other)
        and (bool((one == other).all()) if ops.is_array(one) else bool(one == other))
        for one, other in zip(before, now, strict=True)
    )


class _Plot:
    """Positions in a field of dots."""

    def __init__(self, width: int, height: int, low: float, high: float, bottom: float, top: float) -> None:
        self.width, self.height = width, height
        self.low, self.high, self.bottom, self.top = low, high, bottom, top

    def column(self, x: float) -> int:
        """Return the column of dots of a value of the input."""
        return round((x - self.low) / (self.high - self.low) * (self.width * _DOTS_ACROSS - 1))

    def row(self, y: float) -> int:
        """Return the row of dots of a value of the output, outside of the field if it can't be seen."""
        share = (self.top - y) / (self.top - self.bottom) if math.isfinite(self.top - self.bottom) else 0.5
        return round(min(max(share, -1.0), 2.0) * (self.height * _DOTS_DOWN - 1))

    def curve_dots(self, curve: Curve) -> set[tuple[int, int]]:
        """Return the dots of a curve, which is not joined at poles and where there is no value."""
        dots: set[tuple[int, int]] = set()
        piece: list[tuple[int, int]] = []
        for column, y in enumerate(curve.ys):
            if y is None or column in curve.breaks:
                dots |= _joined(piece)
                piece = []
            if y is not None:
                piece.append((column, self.row(y)))
        return dots | _joined(piece)

    def tangent_dots(self, x: float, y: float, slope: float) -> set[tuple[int, int]]:
        """Return the dots of a line through a point."""
        reach = (self.high - self.low) / 2 * _TANGENT_SHARE
        last = self.width * _DOTS_ACROSS - 1
        columns = range(max(self.column(x - reach), 0), min(self.column(x + reach), last) + 1)
        places = ((column, self.low + (self.high - self.low) * column / last) for column in columns)
        return _joined([(column, self.row(y + slope * (at - x))) for column, at in places])


def _joined(points: Sequence[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the dots of the lines from each point to the next."""
    dots = set(points)
    for (x, y), (to_x, to_y) in pairwise(points):
        dots.update(dots_between(x, y, to_x, to_y))
    return dots
