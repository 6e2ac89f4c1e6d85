"""The days of practice: a calendar with a cursor, and the first-try rate by week as a line or a table."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.binding import Binding, BindingType
from textual.geometry import Offset

from tutor.drawing.braille import braille_cells, dots_between
from tutor.i18n import N_, _, format_percent, message
from tutor.practice.day_texts import format_day, month_label, weekday_label
from tutor.practice.practice_days import YEAR_WEEKS, Day, activity_level, calendar, monday_of, month_starts
from tutor.practice.progress import format_duration
from tutor.tui.canvas import wrap
from tutor.tui.progress_marks import day_square
from tutor.tui.widgets.canvas import CanvasWidget

if TYPE_CHECKING:
    from datetime import date

    from textual import events

    from tutor.practice.practice_days import CalendarWeek
    from tutor.practice.progress import Progress, Week
    from tutor.tui.canvas import Canvas, Run

#: The rows with the title, the months and the days of the week.
_ROWS_OF_DAYS = 9
#: With fewer rows the day with the cursor is in the title, and there is no free row below the title.
_MIN_ROWS_FOR_TEXT, _MIN_ROWS_FOR_GAP = 12, 20
_MIN_CHART_ROWS, _MAX_CHART_ROWS = 2, 9
#: The height at which the rates are shown with the dates of the first and the last week.
LEAST_ROWS_WITH_CHART = _ROWS_OF_DAYS + 4 + _MIN_CHART_ROWS + 1
_LEFT = 2


class PracticeCalendar(CanvasWidget, can_focus=True):
    """A square for each day of the last weeks; the arrow keys or a click tell what was done on one."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "move(-1)", show=False),
        Binding("down", "move(1)", show=False),
        Binding("left", "move(-7)", show=False),
        Binding("right", "move(7)", show=False),
        Binding("home", "move(-100000)", show=False),
        Binding("end", "move(100000)", show=False),
    ]

    _progress: Progress | None = None
    _at: date | None = None

    def show(self, progress: Progress) -> None:
        """Show a learner's days; the cursor is on today at first."""
        self._progress = progress
        self._at = self._at or progress.today
        self.repaint()

    # --- painting ---

    def paint(self, canvas: Canvas) -> None:
        palette, ascii = self.palette, self.glyphs.ascii
        muted = palette.ink("muted")
        steps = [day_square(palette, level, ascii=ascii) for level in range(5)]
        if self._progress is not None and canvas.height < _MIN_ROWS_FOR_TEXT:
            canvas.rule(0, 0, canvas.width, [self._day_text(self._progress)])
        else:
            legend = [(_("fewer") + " ", muted), *steps, (" " + _("more answers"), muted)]
            canvas.rule(0, 0, canvas.width, [(_("Days"), palette.ink("muted", bold=True))], legend)
        if self._progress is None or self._at is None:
            return
        weeks = self._weeks(self._progress)
        self._paint_labels(canvas, weeks)
        first_x, first_y = self._first_column, self._first_row
        for column, week in enumerate(weeks):
            for row, day in enumerate(week.days):
                canvas.put(first_x + 2 * column, first_y + row, *steps[activity_level(day.answers)])
        if self.has_focus:
            self._paint_cursor(canvas, weeks)
        if canvas.height >= _MIN_ROWS_FOR_TEXT:
            canvas.runs(_LEFT, self._first_row + 8, [self._day_text(self._progress)], limit=canvas.width - 1)
        if canvas.height > self._rates_row + _MIN_CHART_ROWS:
            self._paint_rates(canvas, self._progress)

    @property
    def _first_row(self) -> int:
        """The row of the first day of the week."""
        return 3 if self.size.height >= _MIN_ROWS_FOR_GAP else 2

    @property
    def _rates_row(self) -> int:
        """The row of the title of the rates."""
        return self._first_row + 10

    @property
    def _first_column(self) -> int:
        return _LEFT + max(cell_len(weekday_label(day)) for day in (0, 2, 4, 6)) + 1

    def _weeks(self, progress: Progress) -> list[CalendarWeek]:
        room = (self.size.width - self._first_column - 1) // 2
        return calendar(progress.days, progress.today, max(1, min(YEAR_WEEKS, room)))

    def _paint_labels(self, canvas: Canvas, weeks: list[CalendarWeek]) -> None:
        palette = self.palette
        for day in (0, 2, 4, 6):
            canvas.put(_LEFT, self._first_row + day, weekday_label(day), palette.ink("faint"))
        free_from = 0
        starts = month_starts(weeks)
        for number, start in enumerate(starts):
            x = self._first_column + 2 * start
            label = month_label(weeks[start].monday)
            following = starts[number + 1] if number + 1 < len(starts) else None
            is_cut = following is not None and 2 * (following - start) <= cell_len(label)
            if x >= free_from and x + cell_len(label) <= canvas.width and not is_cut:
                free_from = canvas.put(x, self._first_row - 1, label, palette.ink("muted")) + 1

    def _paint_cursor(self, canvas: Canvas, weeks: list[CalendarWeek]) -> None:
        """Put brackets around the day with the cursor, which show without colours, too."""
        at = self._at
        for column, week in enumerate(weeks):
            for row, day in enumerate(week.days):
                if day.day == at:
                    x, style = self._first_column + 2 * column, self.palette.ink("backward", bold=True)
                    canvas.put(x - 1, self._first_row + row, "[", style)
                    canvas.put(x + 1, self._first_row + row, "]", style)

    def _day_text(self, progress: Progress) -> Run:
        """Return what was done on the day with the cursor."""
        day = next((day for day in progress.days if day.day == self._at), None)
        return (self.describe_day(day, progress), self.palette.ink("text" if self.has_focus else "muted"))

    def describe_day(self, day: Day | None, progress: Progress) -> str:
        """Return the date with the cursor and what was done on it."""
        assert self._at is not None
        name = str(
            message(
                N_("{weekday}, {day}"),
                weekday=weekday_label(self._at.weekday()),
                day=format_day(self._at, progress.today),
            )
        )
        if day is None or not day.answers:
            return str(message(N_("{day}: no answers"), day=name))
        text = N_("{day}: 1 answer") if day.answers == 1 else N_("{day}: {n} answers")
        parts = [str(message(text, day=name, n=day.answers))]
        if day.first_try_rate is not None:
            parts.append(str(message(N_("{rate} on the first try"), rate=format_percent(day.first_try_rate))))
        parts.append(format_duration(day.seconds))
        return ", ".join(parts)

    # --- first-try rate ---

    def _paint_rates(self, canvas: Canvas, progress: Progress) -> None:
        palette = self.palette
        canvas.put(_LEFT, self._rates_row, _("Right on the first try, by week"), palette.ink("muted"))
        weeks = [week for week in progress.weeks if week.first_try_rate is not None]
        if len(weeks) < 2:
            text = _("The curve appears here after the second week.")
            for row, line in enumerate(wrap(text, canvas.width - _LEFT - 1)):
                canvas.put(_LEFT, self._rates_row + 1 + row, line, palette.ink("faint"))
        elif self.glyphs.ascii:
            self._paint_table(canvas, weeks)
        else:
            self._paint_line(canvas, weeks)

    def _paint_table(self, canvas: Canvas, weeks: list[Week]) -> None:
        """Paint the last weeks with their rates, newest last, in columns as they fit."""
        rows = canvas.height - self._rates_row - 1
        cells = [f"{week.monday.isoformat()}  {format_percent(week.first_try_rate or 0.0):>5}" for week in weeks]
        width = max(map(cell_len, cells)) + 3
        columns = max(1, (canvas.width - _LEFT) // width)
        shown = cells[-rows * columns :]
        for number, cell in enumerate(shown):
            x, y = _LEFT + number // rows * width, self._rates_row + 1 + number % rows
            canvas.put(x, y, cell, self.palette.ink())

    def _paint_line(self, canvas: Canvas, weeks: list[Week]) -> None:
        """Paint the rates as a line, from 0 at the bottom to 100 % at the top."""
        palette = self.palette
        top = format_percent(1.0)
        left = _LEFT + cell_len(top) + 1
        width = max(canvas.width - left - 2, 1)
        has_dates = canvas.height - self._rates_row - 1 > _MIN_CHART_ROWS
        height = min(_MAX_CHART_ROWS, canvas.height - self._rates_row - 1 - has_dates)
        first, last = weeks[0].monday, weeks[-1].monday
        span = max((last - first).days, 1)
        points = [
            (
                round((week.monday - first).days / span * (2 * width - 1)),
                round((1 - (week.first_try_rate or 0.0)) * (4 * height - 1)),
            )
            for week in weeks
        ]
        dots = {dot for start, end in pairwise(points) for dot in dots_between(*start, *end)}
        for (column, row), character in braille_cells(dots).items():
            canvas.put(left + column, self._rates_row + 1 + row, character, palette.ink("right"))
        canvas.right(left - 1, self._rates_row + 1, [(top, palette.ink("faint"))])
        canvas.right(left - 1, self._rates_row + height, [(format_percent(0.0), palette.ink("faint"))])
        if has_dates and self._progress is not None:
            y = self._rates_row + 1 + height
            canvas.put(left, y, format_day(first, self._progress.today), palette.ink("faint"))
            canvas.right(left + width, y, [(format_day(last, self._progress.today), palette.ink("faint"))])

    # --- keys and mouse ---

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell of the day with the cursor, which screen readers and magnifiers follow."""
        x, y = self._first_column, self._first_row
        if self._progress is not None and self._at is not None:
            weeks = self._weeks(self._progress)
            x += 2 * max((monday_of(self._at) - weeks[0].monday).days // 7, 0)
            y += self._at.weekday()
        return self.content_region.offset + Offset(x, y)

    def action_move(self, days: int) -> None:
        if self._progress is None or self._at is None:
            return
        first = self._weeks(self._progress)[0].monday
        last = self._progress.today
        offset = max((first - self._at).days, min(days, (last - self._at).days))
        self._at += timedelta(days=offset)
        self.repaint()

    def on_click(self, event: events.Click) -> None:
        if self._progress is None:
            return
        column, row = (event.x - self._first_column + 1) // 2, event.y - self._first_row
        weeks = self._weeks(self._progress)
        if 0 <= column < len(weeks) and 0 <= row < len(weeks[column].days):
            self._at = weeks[column].days[row].day
            self.repaint()

    def on_focus(self) -> None:
        self.repaint()

    def on_blur(self) -> None:
        self.repaint()
