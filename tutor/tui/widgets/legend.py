"""The legend of a compact drawing: its signs in one row."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from tutor.i18n import _
from tutor.tui.canvas import runs_width
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
            parts = [
                (glyphs.render(f"{sign} "), palette.ink(colour, bold=True)),
                (glyphs.render(meaning), palette.ink("faint")),
            ]
            # A sign is explained in full or not at all; the first one is always there.
            gap = [("   ", palette.ink())] if line else []
            if line and runs_width([*line, *gap, *parts]) > canvas.width - 1:
                break
            line += [*gap, *parts]
        canvas.centre(0, canvas.width, 0, cut_line(line, canvas.width - 1, glyphs.ellipsis))
