"""The totals of the progress screen, as four tiles or two lines."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from rich.cells import cell_len
from textual.message import Message

from tutor.i18n import N_, _, message
from tutor.practice.practice_days import activity_level, calendar
from tutor.tui.big_digits import big_digits
from tutor.tui.canvas import line_bar, runs_width
from tutor.tui.progress_marks import day_square
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from textual import events

    from tutor.practice.progress import Progress
    from tutor.tui.canvas import Canvas, Run

#: The days that the tile of days shows.
_LAST_DAYS = 10
#: The weeks that the tile of the rate shows, and the cells of its bars.
_LAST_WEEKS = 20
_BARS = "▁▂▃▄▅▆▇█"
#: The rows of the tiles, and of the same totals as lines with a free row below.
TILE_ROWS, SHORT_ROWS = 7, 3


class _Tile(NamedTuple):
    """A number with its colour and what it counts, the longest text first, and a small picture or text below."""

    number: int | None
    colour: str
    labels: tuple[str, str, str]
    below: list[Run]


def _after_number(texts: tuple[str, str, str], **values: int) -> tuple[str, str, str]:
    """Return what follows the number in each text, with the space that the language has there."""
    longest, middle, shortest = (str(message(text, n="", **values)).split("|", 1)[1] for text in texts)
    return longest, middle, shortest


class ProgressTiles(CanvasWidget):
    """Four totals: exercises solved, right on the first try, days of practice, rules that are due."""

    _progress: Progress | None = None

    class ReviewRequested(Message):
        """The number of due rules was clicked."""

    def show(self, progress: Progress) -> None:
        """Show a learner's totals."""
        self._progress = progress
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        if self._progress is None:
            return
        tiles = self._tiles(self._progress)
        if canvas.height < TILE_ROWS:
            self._paint_lines(canvas, tiles)
            return
        for number, tile in enumerate(tiles):
            self._paint_tile(canvas, tile, number * canvas.width // 4, (number + 1) * canvas.width // 4)

    def _tiles(self, progress: Progress) -> list[_Tile]:
        palette = self.palette
        rate = progress.first_try_rate
        percent = None if rate is None else round(100 * rate)
        due, tomorrow = len(progress.due_rules), progress.due_tomorrow
        days, streak = progress.days_practised, progress.streak
        days_label = N_("{n}| day practised") if days == 1 else N_("{n}| days practised")
        streak_label = N_("{n}| days, {streak} in a row") if streak > 1 else days_label
        tomorrow_text = str(message(N_("{n} more tomorrow"), n=tomorrow)) if tomorrow else ""
        bar = line_bar(progress.solved, progress.exercises, 20, palette.ink("right"), palette.ink("line"))
        rate_labels = (N_("{n}|% right on first try"), N_("{n}|% on first try"), N_("{n}|% on first try"))
        due_labels = (N_("{n}| rules due today"), N_("{n}| rules due"), N_("{n}| due"))
        if due == 1:
            due_labels = (N_("{n}| rule due today"), N_("{n}| rule due"), N_("{n}| due"))
        solved_labels = (N_("{n}| of {all} solved"), N_("{n}| of {all} solved"), N_("{n}| of {all}"))
        below_due = [(tomorrow_text, palette.ink("muted"))]
        return [
            _Tile(progress.solved, "bright", _after_number(solved_labels, all=progress.exercises), bar),
            _Tile(percent, "right", _after_number(rate_labels), self._rates(progress)),
            _Tile(
                days,
                "bright",
                _after_number((streak_label, streak_label, days_label), streak=streak),
                self._last_days(progress),
            ),
            _Tile(due, "help" if due else "bright", _after_number(due_labels), below_due),
        ]

    def _rates(self, progress: Progress) -> list[Run]:
        """Return the rate of each of the last weeks as a small bar, between the lowest and 100 %."""
        rates = [week.first_try_rate for week in progress.weeks if week.first_try_rate is not None][-_LAST_WEEKS:]
        if len(rates) < 2 or self.glyphs.ascii:
            return []
        floor = min(0.5, min(rates))
        bars = "".join(_BARS[round((rate - floor) / (1 - floor) * (len(_BARS) - 1))] for rate in rates)
        return [(bars, self.palette.ink("right", fade=0.3))]

    def _last_days(self, progress: Progress) -> list[Run]:
        days = [day for week in calendar(progress.days, progress.today, 3) for day in week.days][-_LAST_DAYS:]
        runs: list[Run] = []
        for day in days:
            runs += [
                day_square(self.palette, activity_level(day.answers), ascii=self.glyphs.ascii),
                (" ", self.palette.ink()),
            ]
        return runs[:-1]

    def _paint_tile(self, canvas: Canvas, tile: _Tile, left: int, right: int) -> None:
        palette = self.palette
        x = left + 2
        labels = [label.lstrip() for label in tile.labels]
        if tile.number is None:
            after = canvas.put(x, 3, "-", palette.ink(tile.colour, bold=True)) + 1
        elif canvas.ascii:
            # A number of normal size needs only the space that the language has: 57% and 2 days.
            after, labels = canvas.put(x, 3, str(tile.number), palette.ink(tile.colour, bold=True)), list(tile.labels)
        else:
            for row, text in enumerate(big_digits(tile.number)):
                after = canvas.put(x, 1 + row, text, palette.ink(tile.colour, bold=True)) + 1
        label = next((label for label in labels if after + cell_len(label) < right), labels[-1])
        canvas.put(after, 3, label, palette.ink("muted"), limit=right)
        canvas.runs(x, 5, tile.below, limit=right - 1)
        if left:
            for y in range(1, 6):
                canvas.put(left, y, "│", palette.ink("line"))

    def _paint_lines(self, canvas: Canvas, tiles: list[_Tile]) -> None:
        """Paint the totals in a line, and the two small pictures below."""
        palette = self.palette
        for length in range(3):
            texts = self._totals(tiles, length)
            room = canvas.width - 2 - sum(map(runs_width, texts))
            if room >= 2 * len(texts):
                break
        gap = max(2, min(5, room // (len(texts) - 1)))
        x = 1
        for runs in texts:
            x = canvas.runs(x, 0, runs) + gap
        x = 1
        for name, tile in ((_("first tries"), tiles[1]), (_("days"), tiles[2])):
            if tile.below:
                x = canvas.runs(x, 1, [(f"{name} ", palette.ink("muted")), *tile.below]) + 5

    def _totals(self, tiles: list[_Tile], length: int) -> list[list[Run]]:
        """Return the totals in words, with their longest labels (0) to their shortest (2)."""
        texts: list[list[Run]] = []
        for tile in tiles:
            number = "-" if tile.number is None else str(tile.number)
            texts.append(
                [
                    (number, self.palette.ink(tile.colour, bold=True)),
                    (tile.labels[length], self.palette.ink("muted")),
                ]
            )
        return texts

    def on_click(self, event: events.Click) -> None:
        if event.x >= 3 * self.size.width // 4 and self._progress is not None and self._progress.due_rules:
            self.post_message(self.ReviewRequested())
