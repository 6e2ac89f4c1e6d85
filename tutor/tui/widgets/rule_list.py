"""The rules on the progress screen: all of them as a strip, the practised ones as a list, and frequent mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.grading.mistakes.labels import mistake_label
from tutor.i18n import N_, _, message
from tutor.practice.day_texts import describe_due, describe_past
from tutor.practice.mastery_levels import next_step, state_label
from tutor.practice.rule_progress import MAX_TRIES
from tutor.tui.calibration_lines import calibration_lines
from tutor.tui.canvas import runs_width
from tutor.tui.progress_marks import mastery_dots, mastery_legend, mastery_style, rule_square, try_mark
from tutor.tui.widgets.cursor_list import CursorList, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from tutor.practice.progress import MistakeCount, Progress
    from tutor.practice.rule_progress import RuleProgress
    from tutor.tui.canvas import Canvas, Run

_DOTS = 3
#: The cells between the columns of the list, and left of the first one.
_GAP, _LEFT = 2, 2
#: With fewer rows there are no lines below the list.
_MIN_ROWS_FOR_FOOTER = 12


class RuleList(CursorList):
    """All rules, sorted by what needs practice, then the most frequent mistakes."""

    _progress: Progress | None = None
    _titles: Mapping[str, str] = {}

    def show(self, progress: Progress, titles: Mapping[str, str]) -> None:
        """Show a learner's rules and mistakes; `titles` are those of the exercise that reviews each rule."""
        self._progress, self._titles = progress, titles
        self._arrange()

    def on_resize(self) -> None:
        super().on_resize()
        self._arrange()

    def _arrange(self) -> None:
        if self._progress is not None and self.size.width:
            self.set_lines(list(self._make_lines(self._progress)))

    def title(self) -> tuple[Sequence[Run], Sequence[Run]]:
        legend = mastery_legend(self.palette, ascii=self.glyphs.ascii)
        return [(_("Rules"), self.palette.ink("muted", bold=True))], legend

    def footer(self) -> list[list[Run]]:
        """Return what Enter opens on the rule with the cursor, and how far it has come, in words."""
        if self._progress is None or self.size.height < _MIN_ROWS_FOR_FOOTER:
            return []
        palette = self.palette
        rule = next((rule for rule in self._progress.rules if f"rule {rule.id}" == self.highlighted), None)
        if not self.has_focus or rule is None:
            return [[], []]
        # The rule is named, because the list of mistakes may be between it and these rows.
        runs: list[Run] = [(self.glyphs.render(rule.name) + "  ", palette.ink("bright", bold=True))]
        if title := self._titles.get(rule.id):
            runs += [("Enter ", palette.ink("bright", bold=True)), (self.glyphs.render(title), palette.ink())]
        words = " · ".join(filter(None, (state_label(rule.state), next_step(rule.state, self._progress.today))))
        more: list[Run] = [(self.glyphs.render(words) + "  ", mastery_style(palette, rule.standing))]
        if rule.in_code:
            credit = message(N_("{sign} right in code, exercises: {n}"), sign=self.glyphs.coded, n=rule.in_code)
            more.append((self.glyphs.render(str(credit)) + "  ", palette.ink("right")))
        if rule.mistake:
            tendency = message(N_("recurring mistake: {mistake}"), mistake=mistake_label(rule.mistake))
            room = self.size.width - _LEFT - runs_width(more) - 2
            more.append((truncate(self.glyphs.render(str(tendency)), max(room, 0)), palette.ink("wrong")))
        return [runs, more]

    # --- lines ---

    def _make_lines(self, progress: Progress) -> Iterator[Line]:
        yield from self._strip(progress)
        if not progress.rules:
            yield _text_line([(_("Nothing has been practised yet."), self.palette.ink())])
        name_width = self._name_width(progress)
        for rule in progress.rules:
            yield Line(self._rule_painter(rule, progress, name_width), f"rule {rule.id}")
        if progress.mistakes:
            yield _blank_line()
            yield self._heading(_("Most frequent mistakes"))
            yield _blank_line()
        for mistake in progress.mistakes:
            yield Line(self._mistake_painter(mistake, progress), f"mistake {mistake.id}")
            if mistake.title:
                yield Line(self._training_painter(mistake), f"mistake {mistake.id}")
        yield from self._predictions(progress)

    def _predictions(self, progress: Progress) -> Iterator[Line]:
        """Yield how often predictions were right, as one row, so that the cursor reaches it in a low window."""
        width = max(self.size.width - _LEFT - 2, 20)

        def lines_on(ground: str) -> list[list[Run]]:
            return calibration_lines(progress.calibration, width, self.glyphs, self.palette, ground)

        def painter(number: int) -> Callable[[Canvas, int, str], object]:
            return lambda canvas, y, ground: canvas.runs(_LEFT, y, lines_on(ground)[number])

        num_lines = len(lines_on("ground"))
        if num_lines:
            yield _blank_line()
            yield self._heading(_("Predictions"))
            yield _blank_line()
        for number in range(num_lines):
            yield Line(painter(number), "predictions")

    def _strip(self, progress: Progress) -> Iterator[Line]:
        """Yield every rule as a square, with a mark below those that are due."""
        palette = self.palette
        yield _blank_line()
        standings = {rule.id: rule.standing for rule in progress.rules}
        counts = str(message(N_("{n} of {all} practised"), n=len(standings), all=len(progress.all_rules)))
        due = _("due")
        room = max(self.size.width - _LEFT - max(cell_len(counts), cell_len(due) + 2) - _GAP - 1, 10)
        for number, start in enumerate(range(0, len(progress.all_rules), room)):
            group = progress.all_rules[start : start + room]
            squares = [rule_square(palette, standings.get(rule, "new"), ascii=self.glyphs.ascii) for rule in group]
            marks = "".join("▴" if rule in progress.due_rules else " " for rule in group)
            tail: list[Run] = [] if number else [("  " + counts, palette.ink("muted"))]
            yield _text_line([*squares, *tail], {_LEFT + at: f"rule {rule}" for at, rule in enumerate(group)})
            mark_style = palette.ink("help", bold=True)
            legend: list[Run] = [("  ▴ ", mark_style), (due, palette.ink("help"))] if progress.due_rules else []
            yield _text_line([(marks, mark_style), *([] if number else legend)])
        yield _blank_line()

    def _heading(self, text: str) -> Line:
        def paint(canvas: Canvas, y: int, _ground: str) -> None:
            canvas.rule(0, y, canvas.width - 1, [(text, self.palette.ink("muted", bold=True))])

        return Line(paint)

    def _name_width(self, progress: Progress) -> int:
        names = (cell_len(self.glyphs.render(rule.name)) for rule in progress.rules)
        dues = (cell_len(describe_due(rule.due, progress.today)) for rule in progress.rules if rule.due)
        code = self._code_width(progress)
        room = self.size.width - _LEFT - _DOTS - MAX_TRIES - 3 * _GAP - max(dues, default=0) - 2 - code
        return max(8, min(max(names, default=8), room, 32))

    def _code_width(self, progress: Progress) -> int:
        """Return the cells of the column of rules that were right in code; 0 if there are none."""
        counts = [len(str(rule.in_code)) for rule in progress.rules if rule.in_code]
        return max(counts) + 2 + _GAP if counts else 0

    def _rule_painter(
        self, rule: RuleProgress, progress: Progress, name_width: int
    ) -> Callable[[Canvas, int, str], None]:
        is_due = rule.id in progress.due_rules

        def paint(canvas: Canvas, y: int, ground: str) -> None:
            palette = self.palette
            is_here = ground != "ground"
            name = truncate(self.glyphs.render(rule.name), name_width)
            canvas.put(_LEFT, y, name, palette.ink("bright" if is_here else "text", on=ground, bold=is_here))
            x = _LEFT + name_width + _GAP
            x = canvas.runs(x, y, mastery_dots(palette, rule.state, on=ground)) + _GAP
            canvas.runs(x, y, [try_mark(palette, outcome, on=ground) for outcome in rule.tries])
            if rule.in_code:
                text = f"{self.glyphs.coded} {rule.in_code}"
                canvas.put(x + MAX_TRIES + _GAP, y, text, palette.ink("right", on=ground))
            if rule.due is not None:
                colour = "help" if is_due else "muted" if is_here else "faint"
                due = (describe_due(rule.due, progress.today), palette.ink(colour, on=ground, bold=is_due))
                canvas.right(canvas.width - 2, y, [due])

        return paint

    def _mistake_painter(self, mistake: MistakeCount, progress: Progress) -> Callable[[Canvas, int, str], None]:
        def paint(canvas: Canvas, y: int, ground: str) -> None:
            palette = self.palette
            is_here = ground != "ground"
            last = describe_past(mistake.last, progress.today)
            times = f"{mistake.count}×"
            end = canvas.width - 2
            canvas.right(end, y, [(last, palette.ink("muted" if is_here else "faint", on=ground))])
            end -= max(cell_len(describe_past(other.last, progress.today)) for other in progress.mistakes) + _GAP
            end = canvas.right(end, y, [(times, palette.ink("wrong", on=ground, bold=True))])
            name = truncate(self.glyphs.render(mistake.name), max(end - _LEFT - 1, 0))
            canvas.put(_LEFT, y, name, palette.ink("bright" if is_here else "text", on=ground, bold=is_here))

        return paint

    def _training_painter(self, mistake: MistakeCount) -> Callable[[Canvas, int, str], None]:
        def paint(canvas: Canvas, y: int, ground: str) -> None:
            title = truncate(self.glyphs.render(mistake.title), max(canvas.width - 6, 0))
            canvas.put(4, y, f"▸ {title}", self.palette.ink("muted", on=ground))

        return paint


def _blank_line() -> Line:
    return Line(lambda _canvas, _y, _ground: None)


def _text_line(runs: Sequence[Run], marks: Mapping[int, str] | None = None) -> Line:
    return Line(lambda canvas, y, _ground: canvas.runs(_LEFT, y, runs, limit=canvas.width - 1), marks=marks or {})
