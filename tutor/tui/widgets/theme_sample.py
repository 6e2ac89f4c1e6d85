"""A sample of a theme: a small graph with both lanes, the marks of verdicts, chips, and texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.i18n import _
from tutor.tui.canvas import line_bar
from tutor.tui.themes import palette_of, palette_of_theme
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from rich.style import Style
    from textual.theme import Theme

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.themes import Palette

#: Cells of the graph: its least and greatest width, and its height.
_MIN_WIDTH, _MAX_WIDTH, _HEIGHT = 34, 64, 9
#: Rows of the inputs and of the outputs of the two nodes; a value is on the row above, a gradient below.
_X, _Y, _SUM, _PRODUCT, _W = 1, 4, 3, 5, 7


class ThemeSample(CanvasWidget):
    """Shows the theme in use, or another one with `show`, without changing anything else."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id=id)
        self._theme: Theme | None = None

    def show(self, theme: Theme | None) -> None:
        """Show a theme; None for the one in use."""
        self._theme = theme
        self.repaint()

    @property
    def palette(self) -> Palette:
        in_use = palette_of(self.app)
        if self._theme is None or self.app.no_color or self.app.console.color_system == "standard":
            return in_use
        return palette_of_theme(self._theme)

    def paint(self, canvas: Canvas) -> None:
        title = (self.glyphs.render(_("Preview")), self.palette.ink("muted", bold=True))
        canvas.rule(1, 0, canvas.width - 2, [title])
        y = 2
        for paint, height in (
            (self._paint_graph, _HEIGHT),
            (self._paint_chips, 1),
            (self._paint_progress, 1),
            (self._paint_texts, 1),
            (self._paint_cursor, 3),
        ):
            if y + height > canvas.height:
                break
            paint(canvas, y)
            y += height + 1

    # --- the graph: z = (x + y) · w ---

    def _paint_graph(self, canvas: Canvas, top: int) -> None:
        """Paint the graph as wide as there is room, the product in focus, with a gradient of each kind."""
        palette = self.palette
        left, right = 2, min(canvas.width - 3, _MAX_WIDTH)
        add, times = left + round((right - left) * 0.34), left + round((right - left) * 0.7)
        wire, lit = palette.ink("edge"), palette.ink("forward")
        for row, name, end, style in ((_X, "x", add, wire), (_Y, "y", add, wire), (_W, "w", times, lit)):
            canvas.put(left, top + row, name, palette.ink("bright", bold=True))
            self._paint_edge(canvas, left + 2, end, top + row, style)
        self._paint_edge(canvas, add + 5, times, top + _SUM, lit)
        self._paint_edge(canvas, times + 5, right - 1, top + _PRODUCT, wire)
        canvas.put(right, top + _PRODUCT, "z", palette.ink("bright", bold=True))
        self._paint_box(canvas, add, top, 6, "+", "╭─╮│╰╯", wire)
        self._paint_box(canvas, times, top + 2, 7, "×", "┏━┓┃┗┛", palette.ink("backward", bold=True))
        spans = {"x": (left + 2, add), "sum": (add + 5, times), "z": (times + 5, right - 1), "w": (left + 2, times)}
        for span, row, value in (
            ("x", _X, "3"),
            ("x", _Y, "4"),
            ("sum", _SUM, "7"),
            ("z", _PRODUCT, "14"),
            ("w", _W, "2"),
        ):
            begin, end = spans[span]
            canvas.put((begin + end - len(value)) // 2, top + row - 1, value, palette.ink("forward"))
        self._paint_lane(canvas, *spans["x"], top + _X + 1, "3", self.glyphs.incorrect, "wrong")
        canvas.put((sum(spans["x"]) - 6) // 2, top + _Y + 1, "······", palette.ink("backward", fade=0.4))
        self._paint_lane(canvas, *spans["sum"], top + _SUM + 1, "2", self.glyphs.correct, "right")
        self._paint_lane(canvas, *spans["z"], top + _PRODUCT + 1, "1", "", "")
        canvas.chip((sum(spans["w"]) - 9) // 2, top + _W + 1, "◂  ?  ", "backward")

    def _paint_edge(self, canvas: Canvas, begin: int, end: int, y: int, style: Style) -> None:
        canvas.put(begin, y, "─" * (end - begin - 1) + "▸", style)

    def _paint_box(self, canvas: Canvas, x: int, y: int, height: int, sign: str, frame: str, style: Style) -> None:
        """Paint a box of five cells, with `frame` for its corners and lines."""
        top_left, across, top_right, down, bottom_left, bottom_right = tuple(frame)
        canvas.put(x, y, top_left + across * 3 + top_right, style)
        for row in range(y + 1, y + height - 1):
            canvas.put(x, row, f"{down}   {down}", style)
        canvas.put(x, y + height - 1, bottom_left + across * 3 + bottom_right, style)
        canvas.put(x + 2, y + height // 2, sign, self.palette.ink("bright", bold=True))

    def _paint_lane(self, canvas: Canvas, begin: int, end: int, y: int, value: str, mark: str, hue: str) -> None:
        """Paint a gradient with its mark on the lane below an edge; a wrong one is a chip."""
        palette = self.palette
        lane, text = palette.ink("backward", fade=0.5), f"◂ {value} {mark}".rstrip()
        canvas.put(begin, y, "╌" * (end - begin), lane)
        start = (begin + end - len(text)) // 2
        if hue == "wrong":
            canvas.chip(start - 1, y, text, hue)
            return
        if end - begin >= len(text) + 2:
            canvas.put(start - 1, y, " " * (len(text) + 2), lane)
        x = canvas.put(start, y, f"◂ {value} ", palette.ink("backward", bold=True), limit=end)
        if mark:
            canvas.put(x, y, mark, palette.ink(hue, bold=True))

    # --- chips and texts ---

    def _paint_chips(self, canvas: Canvas, y: int) -> None:
        x, glyphs = 2, self.glyphs
        for mark, text, hue in (
            (glyphs.correct, _("right"), "right"),
            (glyphs.incorrect, _("not yet"), "wrong"),
            (glyphs.near, _("right step"), "help"),
        ):
            label = f"{mark} {glyphs.render(text)}"
            if x + cell_len(label) + 2 > canvas.width - 1:
                break
            x = canvas.chip(x, y, label, hue) + 1

    def _paint_progress(self, canvas: Canvas, y: int) -> None:
        palette = self.palette
        width = min(canvas.width - 16, 24)
        x = canvas.runs(2, y, line_bar(13, 21, width, palette.ink("right"), palette.ink("line")))
        x = canvas.put(x + 1, y, "13/21", palette.ink("muted"))
        canvas.put(canvas.put(x + 2, y, "●●", palette.ink("right")), y, "○", palette.ink("right"))

    def _paint_texts(self, canvas: Canvas, y: int) -> None:
        x, palette = 2, self.palette
        texts = ((_("names"), "bright"), (_("text"), "text"), (_("labels"), "muted"), (_("notes"), "faint"))
        for text, colour in texts:
            x = canvas.put(x, y, self.glyphs.render(text), palette.ink(colour, bold=colour == "bright")) + 3

    def _paint_cursor(self, canvas: Canvas, y: int) -> None:
        """Paint three rows of a list, the second with the cursor."""
        palette, glyphs = self.palette, self.glyphs
        canvas.fill(1, y + 1, canvas.width - 2, 1, palette.ink("bright", on="raised"))
        canvas.put(1, y + 1, "▌", palette.ink("backward", on="raised"))
        for row, (mark, hue) in enumerate(
            ((glyphs.correct, "right"), (glyphs.started, "backward"), (glyphs.new, "muted"))
        ):
            on = "raised" if row == 1 else "ground"
            canvas.put(3, y + row, mark, palette.ink(hue, on=on, bold=True))
            style = palette.ink("bright" if row == 1 else "text", on=on, bold=row == 1)
            canvas.put(5, y + row, glyphs.render(_("an exercise")), style)
