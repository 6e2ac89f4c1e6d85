"""The packs on the progress screen, each with a bar of what is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.i18n import _
from tutor.tui.canvas import line_bar
from tutor.tui.widgets.cursor_list import CursorList, Line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.practice.progress import PackProgress, Progress
    from tutor.tui.canvas import Canvas, Run

_LEFT, _GAP = 2, 1
_MIN_BAR = 6


class PackList(CursorList):
    """All packs in their order."""

    _packs: Sequence[PackProgress] = ()

    def show(self, progress: Progress) -> None:
        """Show how far each pack has come."""
        self._packs = progress.packs
        blank = Line(lambda _canvas, _y, _ground: None)
        self.set_lines([blank, *(self._line(pack) for pack in progress.packs)])

    def title(self) -> tuple[Sequence[Run], Sequence[Run]]:
        return [(_("Packs"), self.palette.ink("muted", bold=True))], []

    def rows_needed(self) -> int:
        """Return the height at which every pack can be seen."""
        return 3 + len(self._packs)

    def _line(self, pack: PackProgress) -> Line:
        def paint(canvas: Canvas, y: int, ground: str) -> None:
            palette = self.palette
            is_here = ground != "ground"
            widest = max(cell_len(self.glyphs.render(other.title)) for other in self._packs)
            count_width = max(len(f"{other.solved}/{other.exercises}") for other in self._packs)
            bar_end = canvas.width - 2 - count_width - 2
            name_width = max(8, min(widest, 30, bar_end - _LEFT - _GAP - _MIN_BAR))
            colour = "bright" if is_here else "text" if pack.solved or pack.begun else "muted"
            name = truncate(self.glyphs.render(pack.title), name_width)
            canvas.put(_LEFT, y, name, palette.ink(colour, on=ground, bold=is_here))
            x = _LEFT + name_width + _GAP
            on, off = palette.ink("right", on=ground), palette.ink("line", on=ground)
            canvas.runs(x, y, line_bar(pack.solved, pack.exercises, max(bar_end - x, 0), on, off))
            done = "bright" if pack.solved else "faint"
            count = [
                (str(pack.solved), palette.ink(done, on=ground, bold=bool(pack.solved))),
                (f"/{pack.exercises}", palette.ink("muted", on=ground)),
            ]
            canvas.right(canvas.width - 2, y, count)

        return Line(paint, f"pack {pack.id}")
