"""Lines of which a window shows a part: how far they are scrolled, and whether there are more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.tui.flow import Line, cut_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.geometry import Region

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Canvas
    from tutor.tui.themes import Palette


class LineScroll:
    """The lines, the rows there are for them, and the first one that is visible."""

    def __init__(self) -> None:
        #: The subject of the lines: another subject begins at its first line.
        self.subject: object = None
        self.lines: Sequence[Line] = ()
        self.height = 0
        self.first = 0
        self._had_more = False

    def reset(self, subject: object) -> None:
        """Begin at the first line of another subject."""
        self.subject, self.first = subject, 0

    def set_lines(self, lines: Sequence[Line], height: int) -> None:
        """Show other lines in `height` rows; as far as possible they stay where they are."""
        self.lines, self.height = lines, max(height, 0)
        self.first = min(self.first, self._last_first)

    @property
    def _last_first(self) -> int:
        return max(len(self.lines) - self.height, 0)

    @property
    def has_more(self) -> bool:
        """Return whether there are lines below the visible ones."""
        return self.first < self._last_first

    @property
    def more_has_changed(self) -> bool:
        """Return whether `has_more` differs from the last time this was asked."""
        before, self._had_more = self._had_more, self.has_more
        return before != self._had_more

    def by(self, rows: int) -> bool:
        """Scroll by rows, and return whether that moved anything."""
        before = self.first
        self.first = min(max(self.first + rows, 0), self._last_first)
        return self.first != before

    def to_top(self) -> bool:
        """Scroll to the first line, and return whether that moved anything."""
        return self.by(-self.first)

    def paint(self, canvas: Canvas, region: Region, palette: Palette, glyphs: Glyphs) -> None:
        """Paint the visible lines; a sign at the right tells that there are more above or below."""
        for row in range(min(self.height, len(self.lines) - self.first)):
            line = cut_line(self.lines[self.first + row], region.width - 1, glyphs.ellipsis)
            canvas.runs(region.x, region.y + row, line)
        at = canvas.width - 1
        if self.height and self.first:
            canvas.put(at, region.y, "▴", palette.ink("muted"))
        if self.height and self.has_more:
            canvas.put(at, region.y + self.height - 1, "▾", palette.ink("muted"))
