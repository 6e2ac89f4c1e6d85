"""Previews of the home screen, painted from plain data: an exercise, a pack, a review, an action in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from rich.cells import cell_len

from tutor.drawing.cell_width import truncate
from tutor.i18n import N_, _, message
from tutor.tui.canvas import Canvas, line_bar, runs_width
from tutor.tui.flow import PROSE_WIDTH, cut_line, flow, marked, with_number
from tutor.tui.graph_look import GraphLook
from tutor.tui.graph_painter import paint_graph
from tutor.tui.home_rows import render_words
from tutor.tui.progress_marks import mastery_dots

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.drawing.model import Drawing
    from tutor.glyphs import Glyphs
    from tutor.practice.mastery_levels import MasteryState
    from tutor.tui.canvas import Run
    from tutor.tui.flow import Line
    from tutor.tui.graph_look import PlaceContent
    from tutor.tui.themes import Palette

#: Cells left of the preview's texts and right of them.
LEFT, RIGHT = 3, 3
#: The rows below the text of an exercise: a line, rules, work, last result, keys.
FOOT_ROWS = 8
#: The rows of the title and the formula with the free ones around them, and of the least graph.
HEAD_ROWS, MIN_GRAPH_ROWS = 4, 5
#: A preview with fewer rows is a strip below the list.
STRIP_ROWS = 12
_MAX_LEVEL = 5
_FORWARD_LOOK = GraphLook(shows_gradients=False)


class Preview(Protocol):
    """Something that the preview can show; `scroll` are the lines of text that the wheel has scrolled away."""

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None: ...


@dataclass(frozen=True, slots=True)
class RuleStanding:
    """A rule with how far the learner has come with it, and in words when it is due."""

    name: str
    state: MasteryState
    due: str = ""


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph to be painted: its drawing and what its places hold."""

    drawing: Drawing
    contents: Mapping[str, PlaceContent] = field(default_factory=dict)
    look: GraphLook = _FORWARD_LOOK


def paint_picture(canvas: Canvas, x: int, y: int, width: int, height: int, picture: Picture) -> None:
    """Paint a graph in the middle of a field."""
    if width <= 0 or height <= 0:
        return
    field_ = Canvas(width, height, canvas.palette, ascii=canvas.ascii)
    drawing = picture.drawing
    left, top = max((width - drawing.width) // 2, 0), max((height - drawing.height) // 2, 0)
    with_paper = canvas.height >= STRIP_ROWS
    paint_graph(field_, left, top, drawing, picture.contents, picture.look, with_paper=with_paper)
    canvas.paste(x, y, field_)


def _dot(glyphs: Glyphs) -> str:
    return render_words(" · ", glyphs)


def text_lines(text: str, width: int, glyphs: Glyphs, palette: Palette, hue: str = "text") -> list[Line]:
    """Return a text with light markup in lines."""
    runs = marked(glyphs, text, palette.ink(hue), palette.ink("bright", bold=True))
    return flow(runs, min(max(width, 8), PROSE_WIDTH))


def put_lines(canvas: Canvas, x: int, y: int, lines: Sequence[Line], rows: int, glyphs: Glyphs, scroll: int = 0) -> int:
    """Paint lines from a row on, and return the row after them; an ellipsis stands for what has no room."""
    scroll = max(0, min(scroll, len(lines) - rows))
    shown = list(lines[scroll : scroll + max(rows, 0)])
    while shown and not shown[-1]:
        shown.pop()
    for number, line in enumerate(shown):
        end = canvas.runs(x, y + number, line)
        if number == len(shown) - 1 and scroll + len(shown) < len(lines):
            canvas.put(end + 1, y + number, glyphs.ellipsis, canvas.palette.ink("faint"))
    return y + len(shown)


def put_keys(canvas: Canvas, x: int, y: int, keys: Sequence[tuple[str, str]], glyphs: Glyphs) -> None:
    """Paint keys with what they do."""
    palette = canvas.palette
    runs: list[Run] = []
    for key, action in keys:
        runs += [
            (key, palette.ink("bright", bold=True)),
            (f" {glyphs.render(action)}    ", palette.ink("muted")),
        ]
    canvas.runs(x, y, runs, limit=canvas.width - 1)


def put_rules(canvas: Canvas, x: int, y: int, rules: Sequence[RuleStanding], rows: int, glyphs: Glyphs) -> None:
    """Paint rules one after another, each with its dots, in some rows."""
    palette, start, end = canvas.palette, x, canvas.width - RIGHT
    last = y + rows - 1
    for rule in rules:
        runs = [(f"{glyphs.render(rule.name)} ", palette.ink()), *mastery_dots(palette, rule.state)]
        if x > start and x + runs_width(runs) > end:
            x, y = start, y + 1
        if y > last:
            canvas.put(end - 1, last, glyphs.ellipsis, palette.ink("faint"))
            return
        runs = cut_line(runs, end - start, glyphs.ellipsis)
        x = canvas.runs(x, y, runs) + 2


@dataclass(frozen=True)
class ExercisePreview:
    """An exercise: its formula, its graph, what it teaches, the rules it practises and how it went last."""

    title: str
    state: str
    state_hue: str
    formula: str
    text: str
    text_rows: int
    picture: Picture | None
    has_graph: bool
    rules: Sequence[RuleStanding]
    work: str
    level: int | None
    last_result: str
    result_hue: str
    keys: Sequence[tuple[str, str]]
    #: In a few words, for a strip.
    short: str = ""
    #: The kind of code to write, if nothing else is asked.
    in_code: str = ""

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        if canvas.height < STRIP_ROWS:
            self._paint_strip(canvas, glyphs, scroll)
            return
        palette, width, height = canvas.palette, canvas.width - LEFT - RIGHT, canvas.height
        end = canvas.width - RIGHT
        if self.state_hue == "muted":
            begin = canvas.right(end, 1, [(f" {self.state} ", palette.ink("muted", on="raised"))])
        else:
            begin = end - cell_len(self.state) - 2
            canvas.chip(begin, 1, self.state, self.state_hue)
        title = truncate(glyphs.render(self.title), max(begin - 2 - LEFT, 1), glyphs.ellipsis)
        canvas.put(LEFT, 1, title, palette.ink("bright", bold=True))
        formula = truncate(glyphs.render(self.formula), width, glyphs.ellipsis)
        canvas.put(LEFT, 2, formula, palette.ink("muted"))
        lines = text_lines(self.text, width, glyphs, palette)
        if self.picture is None and not self.has_graph:
            # The text has the rows that a graph would have.
            what = (
                _("Written in Python. There is no graph.") if self.in_code else _("Questions only. There is no graph.")
            )
            canvas.put(LEFT, 2, glyphs.render(what), palette.ink("faint", italic=True))
            y = HEAD_ROWS + 1
        else:
            rows = graph_rows(height, self.text_rows)
            self._paint_graph(canvas, rows, glyphs)
            y = HEAD_ROWS + rows + 1
        put_lines(canvas, LEFT, y, lines, max(height - FOOT_ROWS - y - 1, 0), glyphs, scroll)
        self._paint_foot(canvas, height - FOOT_ROWS, glyphs)

    def _paint_graph(self, canvas: Canvas, rows: int, glyphs: Glyphs) -> None:
        palette, width = canvas.palette, canvas.width - LEFT - RIGHT
        if self.picture is not None:
            paint_picture(canvas, 1, HEAD_ROWS - 1, canvas.width - 2, rows + 2, self.picture)
            return
        notice = _("The graph is too large for this preview.")
        style = palette.ink("faint", italic=True)
        canvas.centre(LEFT, width, HEAD_ROWS + rows // 2, [(glyphs.render(notice), style)])

    def _paint_foot(self, canvas: Canvas, y: int, glyphs: Glyphs) -> None:
        palette, render = canvas.palette, glyphs.render
        canvas.put(1, y, "─" * (canvas.width - 1), palette.ink("line"))
        labels = [render(_("skills")), render(_("work")), render(_("last time"))]
        x = LEFT + max(runs_width([(label, palette.ink())]) for label in labels) + 2
        for row, label in zip((y + 1, y + 3, y + 4), labels, strict=True):
            canvas.put(LEFT, row, label, palette.ink("muted"))
        if self.rules:
            put_rules(canvas, x, y + 1, self.rules, 2, glyphs)
        else:
            canvas.put(x, y + 1, render(self.in_code or _("reading and explaining graphs")), palette.ink())
        work: list[Run] = [(render_words(self.work, glyphs), palette.ink())]
        if self.level is not None:
            level, level_label = min(self.level, _MAX_LEVEL), _("level")
            work += [
                (f"{_dot(glyphs)}{render(level_label)} ", palette.ink("muted")),
                ("▮" * level, palette.ink()),
                ("▯" * (_MAX_LEVEL - level), palette.ink("faint")),
            ]
        canvas.runs(x, y + 3, work, limit=canvas.width - 1)
        canvas.put(
            x, y + 4, render_words(self.last_result, glyphs), palette.ink(self.result_hue), limit=canvas.width - 1
        )
        put_keys(canvas, LEFT, y + 6, self.keys, glyphs)

    def _paint_strip(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        palette = canvas.palette
        hue = "text" if self.state_hue == "muted" else self.state_hue
        tail = [(glyphs.render(self.short or self.state), palette.ink(hue))]
        tail += [(f"{_dot(glyphs)}{render_words(self.work, glyphs)}", palette.ink("muted"))]
        paint_strip_title(canvas, self.title, tail, glyphs)
        x = 2
        if self.picture is not None:
            drawing = self.picture.drawing
            paint_picture(canvas, x, 1, drawing.width, canvas.height - 1, self.picture)
            x += drawing.width + 3
        lines = text_lines(self.text, canvas.width - x - 2, glyphs, palette)
        put_lines(canvas, x, 1 + (canvas.height > 6), lines, canvas.height - 2, glyphs, scroll)


def graph_rows(height: int, text_rows: int) -> int:
    """Return the rows of the graph in the preview of an exercise whose text has some of the rows."""
    return max(height - HEAD_ROWS - text_rows - FOOT_ROWS - 3, 0)


def paint_strip_title(canvas: Canvas, title: str, tail: Sequence[Run], glyphs: Glyphs) -> None:
    """Paint the line that separates a strip from the list, with a title in it."""
    palette = canvas.palette
    room = canvas.width - runs_width(tail) - 10
    if room < 12:
        tail, room = tail[:1], canvas.width - runs_width(tail[:1]) - 10
    if room < 12:
        tail, room = (), canvas.width - 6
    text = truncate(glyphs.render(title), max(room, 1), glyphs.ellipsis)
    canvas.rule(0, 0, canvas.width, [(text, palette.ink("bright", bold=True))], tail)


@dataclass(frozen=True)
class TextPreview:
    """A title with a text and the key that goes there."""

    title: str
    text: str
    keys: Sequence[tuple[str, str]] = ()

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        palette = canvas.palette
        if canvas.height < STRIP_ROWS:
            paint_strip_title(canvas, self.title, (), glyphs)
            lines = text_lines(self.text, canvas.width - 4, glyphs, palette)
            put_lines(canvas, 2, 1 + (canvas.height > 5), lines, canvas.height - 2, glyphs, scroll)
            return
        canvas.put(LEFT, 1, glyphs.render(self.title), palette.ink("bright", bold=True))
        lines = text_lines(self.text, canvas.width - LEFT - RIGHT, glyphs, palette)
        y = put_lines(canvas, LEFT, 3, lines, canvas.height - 6, glyphs, scroll)
        put_keys(canvas, LEFT, y + 1, self.keys, glyphs)


@dataclass(frozen=True)
class PackPreview:
    """A pack: its description, its exercises with their states, the graph of the next one."""

    title: str
    description: str
    solved: int
    #: Each exercise's title, mark, the hue of its mark, and whether it was begun.
    exercises: Sequence[tuple[str, str, str, bool]]
    next_title: str
    picture: Picture | None
    minutes_left: str
    keys: Sequence[tuple[str, str]]

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        palette, width = canvas.palette, canvas.width - LEFT - RIGHT
        number = len(self.exercises)
        solved = glyphs.render(str(message(N_("{n} of {all} solved"), n=self.solved, all=number)))
        count = with_number(solved, palette.ink("bright", bold=True), palette.ink("muted"))
        if canvas.height < STRIP_ROWS:
            paint_strip_title(canvas, self.title, count, glyphs)
            lines = text_lines(self.description, canvas.width - 4, glyphs, palette)
            y = put_lines(canvas, 2, 1 + (canvas.height > 5), lines, canvas.height - 3, glyphs, scroll)
            if self.minutes_left and y < canvas.height:
                canvas.put(2, canvas.height - 1, glyphs.render(self.minutes_left), palette.ink("muted"))
            return
        begin = canvas.right(canvas.width - RIGHT, 1, count)
        title = truncate(glyphs.render(self.title), max(begin - 2 - LEFT, 1), glyphs.ellipsis)
        canvas.put(LEFT, 1, title, palette.ink("bright", bold=True))
        canvas.runs(LEFT, 2, line_bar(self.solved, number, width, palette.ink("right"), palette.ink("line")))
        lines = text_lines(self.description, width, glyphs, palette)
        y = put_lines(canvas, LEFT, 4, lines, 6, glyphs, 0) + 1
        y = self._paint_exercises(canvas, y, glyphs, scroll) + 1
        if self.next_title and canvas.height - y > MIN_GRAPH_ROWS + 6:
            next_label = _("next exercise")
            head = [
                (f"{glyphs.render(next_label)}: ", palette.ink("muted")),
                (
                    truncate(glyphs.render(self.next_title), width - 20, glyphs.ellipsis),
                    palette.ink("bright", bold=True),
                ),
            ]
            canvas.rule(1, y, canvas.width - 1, head)
            if self.picture is not None:
                paint_picture(canvas, 1, y + 1, canvas.width - 2, canvas.height - y - 4, self.picture)
        keys = [*self.keys, ("", self.minutes_left)] if self.minutes_left else self.keys
        put_keys(canvas, LEFT, canvas.height - 2, keys, glyphs)

    def _paint_exercises(self, canvas: Canvas, y: int, glyphs: Glyphs, scroll: int) -> int:
        """Paint the exercises in one or two columns, and return the row after them."""
        palette, width = canvas.palette, canvas.width - LEFT - RIGHT
        columns = 2 if width >= 60 else 1
        half = -(-len(self.exercises) // columns)
        room = canvas.height - y - 3
        scroll = max(0, min(scroll, half - room))
        for number, (title, mark, hue, begun) in enumerate(self.exercises):
            column, row = number // half, number % half - scroll
            if not 0 <= row < room:
                continue
            x = LEFT + column * (width // columns)
            canvas.put(x, y + row, mark, palette.ink(hue, bold=True))
            text = truncate(glyphs.render(title), width // columns - 5, glyphs.ellipsis)
            canvas.put(x + 2, y + row, text, palette.ink("text" if begun else "muted"))
        return y + min(half, room)


@dataclass(frozen=True)
class ReviewPreview:
    """A review: the rules that are due, and the exercises that it would ask."""

    text: str
    minutes: str
    rules: Sequence[RuleStanding]
    exercises: Sequence[str]
    keys: Sequence[tuple[str, str]]

    def paint(self, canvas: Canvas, glyphs: Glyphs, scroll: int) -> None:
        palette, render = canvas.palette, glyphs.render
        tail = [(render(self.minutes), palette.ink("muted"))] if self.minutes else []
        if canvas.height < STRIP_ROWS:
            paint_strip_title(canvas, _("Review"), tail, glyphs)
            names = ", ".join(rule.name for rule in self.rules)
            text = f"{self.text}\n{names}" if names else self.text
            lines = text_lines(text, canvas.width - 4, glyphs, palette)
            put_lines(canvas, 2, 1 + (canvas.height > 5), lines, canvas.height - 2, glyphs, scroll)
            return
        canvas.put(LEFT, 1, render(_("Review")), palette.ink("bright", bold=True))
        canvas.right(canvas.width - RIGHT, 1, tail)
        lines = text_lines(self.text, canvas.width - LEFT - RIGHT, glyphs, palette)
        y = put_lines(canvas, LEFT, 3, lines, 6, glyphs) + 1
        y = put_due_rules(canvas, LEFT, y, self.rules, canvas.height - y - 8, glyphs, scroll) + 1
        if self.exercises:
            canvas.rule(1, y, canvas.width - 1, [(render(_("exercises in this review")), palette.ink("muted"))])
            y += 2
            for title in self.exercises[: max(canvas.height - y - 4, 1)]:
                text = truncate(render(title), canvas.width - LEFT - RIGHT - 2, glyphs.ellipsis)
                canvas.runs(LEFT, y, [(f"{glyphs.new} ", palette.ink("faint")), (text, palette.ink())])
                y += 1
        put_keys(canvas, LEFT, min(y + 1, canvas.height - 2), self.keys, glyphs)


def put_due_rules(
    canvas: Canvas, x: int, y: int, rules: Sequence[RuleStanding], rows: int, glyphs: Glyphs, scroll: int = 0
) -> int:
    """Paint rules below each other with their dots and when they are due; return the row after them."""
    palette, render = canvas.palette, glyphs.render
    if not rules:
        return y
    scroll = max(0, min(scroll, len(rules) - rows))
    shown = rules[scroll : scroll + max(rows, 1)]
    dues = [render(rule.due) for rule in rules]
    end = canvas.width - RIGHT
    longest = max(runs_width([(render(rule.name), palette.ink())]) for rule in rules)
    room = max(runs_width([(due, palette.ink())]) for due in dues)
    width = max(min(longest, end - x - room - 8), 8)
    for number, rule in enumerate(shown):
        name = truncate(render(rule.name), width, glyphs.ellipsis)
        canvas.put(x, y + number, name, palette.ink("bright", bold=True))
        canvas.runs(x + width + 2, y + number, mastery_dots(palette, rule.state))
        canvas.put(x + width + 7, y + number, dues[scroll + number], palette.ink("help"))
    return y + len(shown)
