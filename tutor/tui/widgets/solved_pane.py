"""The result of a finished exercise, in the place of the close-up and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.i18n import _
from tutor.tui.big_digits import big_number
from tutor.tui.flow import PROSE_WIDTH, Line, cut_line
from tutor.tui.solved_content import SolvedContent
from tutor.tui.widgets.scrolled_pane import ScrolledPane

if TYPE_CHECKING:
    from textual import events
    from textual.timer import Timer

    from tutor.glyphs import Glyphs
    from tutor.tui.after_solved import AfterSolved
    from tutor.tui.canvas import Canvas
    from tutor.tui.exercise_state import ExerciseState

#: Two columns need this width and height; the first one is this wide.
_MIN_WIDTH, _MIN_HEIGHT, _LEFT = 96, 12, 60
#: The celebration: its seconds and its frames in a second.
_SECONDS, _FRAMES = 0.8, 20
#: The sparks around the sentence: their places in a field of 60 × 5 cells, their signs and their hues.
_SPARKS = (
    (3, 0, "✦", "right"), (11, 1, "·", "forward"), (18, 0, "⋆", "backward"), (27, 1, "✧", "help"), (35, 0, "·", "right"),
    (43, 1, "✦", "forward"), (50, 0, "⋆", "help"), (6, 2, "⋆", "backward"), (55, 2, "✧", "backward"),
    (22, 2, "·", "forward"), (47, 3, "·", "right"), (2, 4, "✧", "help"), (57, 4, "⋆", "forward"), (39, 2, "✧", "backward"),
    (13, 3, "✦", "help"),
)  # fmt: skip
#: The cells between two large numbers.
_NUMBER_GAP = 6


class SolvedPane(ScrolledPane):
    """Shows what was found, what it teaches and changed, and what comes next. A click on that goes on."""

    DEFAULT_CSS: ClassVar[str] = "SolvedPane { height: 1fr; width: 1fr; }"

    class NextRequested(Message):
        """The next step was clicked."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._state: ExerciseState | None = None
        self._after: AfterSolved | None = None
        self._next_region = Region()
        self._celebration: Timer | None = None
        self._frame = 0

    def set_state(self, state: ExerciseState, after: AfterSolved) -> None:
        """Show a finished worksheet and what can be done after it."""
        self._state, self._after = state, after
        self.repaint()

    def celebrate(self) -> None:
        """Let sparks appear around the result for a moment, unless animations are off."""
        self.stop_celebration()
        if self.app.animation_level != "none" and not self.glyphs.ascii:
            self._frame = 1
            self._celebration = self.set_interval(1 / _FRAMES, self._next_frame)

    def _next_frame(self) -> None:
        self._frame += 1
        if self._frame > _SECONDS * _FRAMES:
            self.stop_celebration()
        self.repaint()

    def stop_celebration(self) -> None:
        """Leave no spark behind."""
        if self._celebration is not None:
            self._celebration.stop()
            self._celebration = None
        self._frame = 0

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        if self._state is None or self._after is None:
            return
        content = SolvedContent(self._state, self._after, self.glyphs, self.palette)
        if canvas.width >= _MIN_WIDTH and canvas.height >= _MIN_HEIGHT:
            self._paint_result(canvas, content)
            self._paint_next(canvas, content, _LEFT)
        else:
            self._paint_narrow(canvas, content)
        if self.scroll.more_has_changed:
            self.post_message(self.MoreChanged())

    def _title(self, canvas: Canvas, content: SolvedContent, width: int, tail: Line) -> None:
        text, colour = content.title()
        canvas.rule(0, 0, width, [(self.glyphs.render(text), self.palette.ink(colour, bold=True))], tail)

    def _paint_result(self, canvas: Canvas, content: SolvedContent) -> None:
        """Paint the left column: the sentence, the gradients in large digits, the check, the statistics."""
        width, bottom = _LEFT, canvas.height
        self._title(canvas, content, width, [(self.glyphs.render(content.duration()), self.palette.ink("muted"))])
        canvas.centre(0, width, 2, cut_line(content.headline(), width - 2, self.glyphs.ellipsis))
        statistics = content.statistics(width - 6)
        for number, line in enumerate(statistics):
            canvas.runs(3, bottom - len(statistics) + number, cut_line(line, width - 4, self.glyphs.ellipsis))
        bottom -= len(statistics) + 1
        y = self._paint_numbers(canvas, content, 4, bottom)
        check = content.check(width - 6)
        if y + 1 + len(check) <= bottom:
            for number, line in enumerate(check):
                canvas.runs(3, y + 1 + number, line)
        self._paint_sparks(canvas, width)

    def _paint_numbers(self, canvas: Canvas, content: SolvedContent, y: int, bottom: int) -> int:
        """Paint the gradients large if they are few numbers, else as lines, and return the row after them."""
        pairs = content.gradients()
        big = [(name, big_number(rows[0]) if len(rows) == 1 else None) for name, rows in pairs]
        widths = [max(cell_len(name), len(rows[0]) if rows else 0) for name, rows in big]
        needed = sum(widths) + _NUMBER_GAP * (len(widths) - 1)
        if (
            not self.glyphs.ascii
            and big
            and all(rows for _name, rows in big)
            and needed <= _LEFT - 4
            and y + 5 <= bottom
        ):
            x = (_LEFT - needed) // 2
            for (name, rows), width in zip(big, widths, strict=True):
                for number, row in enumerate(rows or ()):
                    canvas.centre(x, width, y + number, [(row, self.palette.ink(content.gradient_hue, bold=True))])
                canvas.centre(x, width, y + 4, [(name, self.palette.ink("muted"))])
                x += width + _NUMBER_GAP
            return y + 5
        lines = content.gradient_lines(_LEFT - 6)
        for number, line in enumerate(lines[: max(bottom - y, 0)]):
            canvas.runs(3, y + number, cut_line(line, _LEFT - 4, self.glyphs.ellipsis))
        return y + min(len(lines), max(bottom - y, 0))

    def _paint_next(self, canvas: Canvas, content: SolvedContent, x: int) -> None:
        """Paint the right column: what it teaches and changed, and the card of what comes next."""
        width = canvas.width - x
        title = self.glyphs.render(_("What you learned"))
        canvas.rule(x, 0, width, [(title, self.palette.ink("muted", bold=True))])
        prose = min(width - 4, PROSE_WIDTH)
        card = canvas.height - 3
        canvas.rule(x, card - 1, width, [(self.glyphs.render(_("Next")), self.palette.ink("muted", bold=True))])
        self._paint_card(canvas, content, Region(x + 1, card, width - 2, 2))
        lines = self._join(content.insight(prose), content.recommendation(prose), content.changes(prose))
        # The free rows above and below are the first to go.
        top, rows = (2, card - 4) if len(lines) <= card - 4 else (1, card - 2)
        self.scroll.set_lines(lines, rows)
        self.scroll.paint(canvas, Region(x + 2, top, width - 2, rows), self.palette, self.glyphs)

    def _paint_card(self, canvas: Canvas, content: SolvedContent, region: Region) -> None:
        """Paint what Enter leads to on two raised rows."""
        palette, glyphs = self.palette, self.glyphs
        self._next_region = region
        canvas.fill(region.x, region.y, region.width, region.height, palette.ink(on="raised"), " ")
        for y in range(region.y, region.bottom):
            canvas.put(region.x, y, "▌", palette.ink("backward", on="raised"))
        key = glyphs.key_label("exercise.check", "Enter")
        end = canvas.right(region.right - 1, region.y, [(key, palette.ink("bright", on="raised", bold=True))])
        room = end - region.x - 4
        title = truncate(content.next_title(), room, glyphs.ellipsis)
        canvas.put(region.x + 2, region.y, title, palette.ink("bright", on="raised", bold=True))
        facts = content.next_facts()
        if region.height > 1 and facts:
            canvas.put(region.x + 2, region.y + 1, facts, palette.ink("muted", on="raised"))

    def _paint_narrow(self, canvas: Canvas, content: SolvedContent) -> None:
        """Paint everything in one column: the insight first, the next step always visible."""
        width = canvas.width
        text, _colour = content.title()
        room = width - cell_len(self.glyphs.render(text)) - 10
        self._title(canvas, content, width, cut_line(content.headline(), max(room, 1), self.glyphs.ellipsis))
        self._paint_card(canvas, content, Region(0, canvas.height - 1, width, 1))
        prose = min(width - 3, PROSE_WIDTH)
        parts = (
            content.insight(prose),
            content.recommendation(prose),
            content.gradient_lines(prose),
            content.changes(prose),
            content.check(prose),
            content.statistics(prose),
        )
        lines = self._join(*parts)
        self.scroll.set_lines(lines, canvas.height - 2)
        self.scroll.paint(canvas, Region(1, 1, width - 1, canvas.height - 2), self.palette, self.glyphs)

    @staticmethod
    def _join(*parts: list[Line]) -> list[Line]:
        """Return parts with a free row between them."""
        lines: list[Line] = []
        for part in parts:
            lines += [*([[]] if lines and part else []), *part]
        return lines

    def _paint_sparks(self, canvas: Canvas, width: int) -> None:
        """Paint the sparks of this frame where nothing else is: they light up one after another and fade."""
        if not self._frame:
            return
        age = self._frame / (_SECONDS * _FRAMES)
        for number, (x, y, sign, hue) in enumerate(_SPARKS):
            begin = 0.5 * number / len(_SPARKS)
            if not begin <= age <= begin + 0.5:
                continue
            cells = canvas.cells[1 + y] if 1 + y < canvas.height else []
            if x + 2 < width and all(cell == " " for cell in cells[max(x - 2, 0) : x + 3]):
                canvas.put(x, 1 + y, sign, self.palette.ink(hue, fade=min(2 * (age - begin), 1.0)))

    # --- mouse ---

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is not None and self._next_region.contains_point(offset):
            self.post_message(self.NextRequested())
