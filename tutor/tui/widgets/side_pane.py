"""The pane at the side of a large window: the text of the exercise, the answers so far, and the rules that it uses."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.message import Message

from tutor.drawing.cell_width import truncate
from tutor.grading.wording import place_name
from tutor.i18n import N_, _, message
from tutor.practice.mastery_levels import mastery_label
from tutor.practice.rule_ids import rule_name, rules_at
from tutor.tui.answer_content import AnswerContent
from tutor.tui.flow import Line, cut_line, flow
from tutor.tui.progress_marks import mastery_dots
from tutor.tui.widgets.scrolled_pane import ScrolledPane

if TYPE_CHECKING:
    from textual import events

    from tutor.glyphs import Glyphs
    from tutor.grading.problem import Blank
    from tutor.practice.standing import Standing
    from tutor.tui.canvas import Canvas
    from tutor.tui.exercise_state import ExerciseState

#: The cell where the text begins, after the border.
_LEFT = 3
#: Cells for the value and for what is said about it.
_VALUE, _REMARK = 12, 12

_STATE_HUES = {"right": "right", "wrong": "wrong", "near": "help", "revealed": "help", "noted": "muted"}


class SidePane(ScrolledPane):
    """Shows what stays beside the work. A click on an answer focuses its blank."""

    DEFAULT_CSS: ClassVar[str] = "SidePane { height: 1fr; width: 52; }"

    class PlaceSelected(Message):
        """An answer was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(glyphs, id)
        self._state: ExerciseState | None = None
        self._formula = ""
        self._standing: Standing | None = None
        #: The row of the canvas where each blank is listed.
        self._rows: dict[int, str] = {}

    def set_state(self, state: ExerciseState, formula: str, standing: Standing | None) -> None:
        """Show the state as it is now, with the learner's standing if it is known."""
        self._state, self._formula, self._standing = state, formula, standing
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        border = self.palette.ink("line")
        for y in range(canvas.height):
            canvas.put(0, y, "│", border)
        if self._state is None:
            return
        width = canvas.width - _LEFT - 2
        lines, places = self._lines(self._state, width)
        self.scroll.set_lines(lines, canvas.height - 2)
        self.scroll.paint(canvas, Region(_LEFT, 1, canvas.width - _LEFT, canvas.height - 2), self.palette, self.glyphs)
        first, last = self.scroll.first, self.scroll.first + self.scroll.height
        self._rows = {1 + at - first: place for at, place in places.items() if first <= at < last}

    def _lines(self, state: ExerciseState, width: int) -> tuple[list[Line], dict[int, str]]:
        palette, glyphs = self.palette, self.glyphs
        worksheet = state.worksheet
        title = str(worksheet.variant.exercise.title)
        lines = flow([(glyphs.render(title), palette.ink("bright", bold=True))], width)
        if self._formula:
            lines += flow([(glyphs.render(self._formula), palette.ink("text"))], width)
        if worksheet.variant.text().strip():
            lines += [[], *AnswerContent(state, glyphs, palette).exercise_text(width)]
        lines += [[], self._rule(_("So far"), width), []]
        places = {}
        for blank in worksheet.blanks:
            places[len(lines)] = blank.id
            lines.append(self._answer(state, blank, width))
        rules = rules_at(worksheet.problem, worksheet.blanks)
        if rules and self._standing is not None:
            lines += [[], self._rule(_("Rules used here"), width), []]
            lines += [self._rule_line(rule, self._standing, width) for rule in rules]
        return lines, places

    def _rule(self, title: str, width: int) -> Line:
        text = f" {self.glyphs.render(title)} "
        line = self.palette.ink("line")
        return [("──", line), (text, self.palette.ink("muted", bold=True)), ("─" * (width - 2 - cell_len(text)), line)]

    def _answer(self, state: ExerciseState, blank: Blank, width: int) -> Line:
        """Return a blank with its mark, its value, and how it went."""
        palette, glyphs, worksheet = self.palette, self.glyphs, state.worksheet
        status, entry = worksheet.state(blank.id), worksheet.entry(blank.id)
        is_focused = blank.id == state.focused_id and not worksheet.done
        mark = glyphs.for_state(status) or (glyphs.started if is_focused else glyphs.new)
        hue = _STATE_HUES.get(status, "backward" if is_focused else "faint")
        name = glyphs.render(str(place_name(worksheet.problem, blank)))
        room = width - 2 - _VALUE - _REMARK
        colour = "bright" if is_focused else "muted" if status == "empty" else "text"
        named = truncate(name, room - 1, glyphs.ellipsis)
        value = truncate(self._value(state, blank), _VALUE - 1, glyphs.ellipsis)
        remark = truncate(self._remark(status, entry.wrong_attempts, entry.hints), _REMARK - 1, glyphs.ellipsis)
        value_hue = ("forward" if blank.kind == "forward" else "backward") if status == "right" else hue
        return [
            (f"{mark} ", palette.ink(hue, bold=True)),
            (named + " " * (room - cell_len(named)), palette.ink(colour, bold=is_focused)),
            (" " * (_VALUE - cell_len(value)) + value, palette.ink(value_hue, bold=True)),
            (" " * (_REMARK - cell_len(remark)) + remark, palette.ink("faint")),
        ]

    def _value(self, state: ExerciseState, blank: Blank) -> str:
        rows = state.worksheet.value_text(blank.id)
        if len(rows) == 1 and len(rows[0]) == 1:
            return self.glyphs.render(rows[0][0])
        return self.glyphs.render(f"{len(rows)}×{len(rows[0])}") if rows else ""

    def _remark(self, status: str, wrong: int, hints: int) -> str:
        if status == "right" and not wrong:
            text = _("with hints") if hints else _("first try")
        elif status == "right":
            text = str(message(N_("{n} tries"), n=wrong + 1))
        else:
            labels = {"wrong": _("not yet"), "revealed": _("shown"), "near": _("costs nothing"), "noted": _("noted")}
            text = labels.get(status, "")
        return self.glyphs.render(text)

    def _rule_line(self, rule: str, standing: Standing, width: int) -> Line:
        state = standing.state_of(rule)
        label = self.glyphs.render(mastery_label(state.level))
        room = width - 5 - cell_len(label) - 2
        name = truncate(self.glyphs.render(rule_name(rule)), room, self.glyphs.ellipsis)
        line: Line = [(name + " " * (room - cell_len(name)), self.palette.ink("text"))]
        line += mastery_dots(self.palette, state)
        return cut_line([*line, (f"  {label}", self.palette.ink("muted"))], width)

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        place = self._rows.get(offset.y) if offset is not None else None
        if place is not None:
            self.post_message(self.PlaceSelected(place))
