"""The rungs of help at the focused blank: a row of dots with the last hint, or a ladder of all rungs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.grading.hints.rung_names import rung_names
from tutor.i18n import N_, _
from tutor.tui.flow import Line, flow, flowed_prose

if TYPE_CHECKING:
    from rich.style import Style

    from tutor.glyphs import Glyphs
    from tutor.tui.canvas import Run
    from tutor.tui.exercise_state import ExerciseState
    from tutor.tui.themes import Palette

_HINT_TOO_SOON = N_("Read this hint first. The next one opens in a moment.")


@dataclass(frozen=True)
class HintContent:
    """The rungs at the focused blank, in the styles of a palette."""

    state: ExerciseState
    glyphs: Glyphs
    palette: Palette

    @property
    def are_offered(self) -> bool:
        """Whether there are hints at the focused blank: not if it is given or waits, nor in an exam."""
        state = self.state
        closed = state.is_given or state.is_locked or state.worksheet.help_refusal is not None
        return not closed and (not state.entry.settled or state.hint is not None)

    def rungs(self) -> Line:
        """Return the row of rungs: a dot for each, the name of the last one that was taken, and the key for the next."""
        state, palette = self.state, self.palette
        names = [self.glyphs.render(str(name)) for name in rung_names(state.worksheet.problem, state.focused_blank)]
        taken = len(names) if state.entry.revealed else min(state.entry.hints, len(names))
        line: Line = [(self.glyphs.render(_("hints")) + " ", palette.ink("muted")), *self._dots(taken, len(names))]
        if taken:
            line.append((f"  {names[taken - 1]}", palette.ink("help", bold=True)))
        if taken < len(names) and not state.entry.settled:
            key = self.glyphs.key_label("exercise.hint", "F2")
            line += [(f"   {key}", palette.ink("bright", bold=True)), (f" {names[taken]}", palette.ink("muted"))]
        return line

    def _dots(self, taken: int, count: int) -> Line:
        full, empty = ("*", "o") if self.glyphs.ascii else ("●", "○")
        return [
            (full * taken, self.palette.ink("help", bold=True)),
            (empty * (count - taken), self.palette.ink("faint")),
        ]

    def last_hint(self, width: int) -> list[Line]:
        """Return the last hint that was taken, with a bar at its left; empty if there is none."""
        hint = self.state.hint
        if hint is None:
            return []
        palette = self.palette
        lines = []
        if self.state.hint_too_soon:
            lines = flow([(self.glyphs.render(_(_HINT_TOO_SOON)), palette.ink("muted"))], width - 2)
        lines += flowed_prose(str(hint.text), width - 2, palette, self.glyphs.ascii)
        return [[self._bar(), *line] for line in lines]

    def _bar(self) -> Run:
        return ("| " if self.glyphs.ascii else "┃ ", self.palette.ink("help"))

    def ladder(self, width: int) -> list[Line]:
        """Return all rungs, one below the other, with the last hint below its own."""
        state, palette = self.state, self.palette
        names = [self.glyphs.render(str(name)) for name in rung_names(state.worksheet.problem, state.focused_blank)]
        taken = len(names) if state.entry.revealed else min(state.entry.hints, len(names))
        lines: list[Line] = []
        for number, name in enumerate(names, 1):
            lines.append([*self._dots(int(number <= taken), 1), (f" {name}", self._rung_style(number, taken))])
            if number == taken:
                lines += self.last_hint(width)
            if number == taken + 1 and not state.entry.settled:
                key = self.glyphs.key_label("exercise.hint", "F2")
                lines[-1].append((f"  {key}", palette.ink("bright", bold=True)))
        return lines

    def _rung_style(self, number: int, taken: int) -> Style:
        if number == taken:
            return self.palette.ink("help", bold=True)
        return self.palette.ink("muted" if number < taken else "faint")
