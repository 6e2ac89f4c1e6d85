"""The legend of a compact drawing: its signs in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tutor.i18n import _
from tutor.tui.flow import Line, cut_line
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from tutor.tui.canvas import Canvas


class Legend(CanvasWidget):
    """Explains the signs of a compact drawing in one row."""

    DEFAULT_CSS: ClassVar[str] = "Legend { height: 1; }"

    def paint(self, canvas: Canvas) -> None:
        palette, glyphs = self.palette, self.glyphs
        signs: list[tuple[str, str, str]] = [
            (glyphs.blank, "backward", _("a blank")),
            (glyphs.given, "backward", _("a given value")),
            (
                f"{glyphs.correct} {glyphs.incorrect} {glyphs.near} {glyphs.revealed}",
                "text",
                _("right, not yet, nearly, shown"),
            ),
            ("(×)", "text", _("a node")),
        ]
        line: Line = []
        for sign, colour, meaning in signs:
            line.append((glyphs.render(f"{sign} "), palette.ink(colour, bold=True)))
            line.append((glyphs.render(f"{meaning}   "), palette.ink("faint")))
        canvas.centre(0, canvas.width, 0, cut_line(line, canvas.width - 1, glyphs.ellipsis))
