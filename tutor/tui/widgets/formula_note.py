"""The line below a formula: what is wrong with it, with carets under the place, or how it was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content
from textual.widgets import Static

from tutor.drawing.cell_width import truncate
from tutor.tui.content import styled

if TYPE_CHECKING:
    from tutor.algebra.errors import AlgebraError
    from tutor.glyphs import Glyphs
    from tutor.tui.content import Part

#: Cells left of the formula.
FORMULA_LEFT = 2


class FormulaNote(Static):
    """A line with one error. It is short and quiet while the learner types, and complete on request."""

    def __init__(self, glyphs: Glyphs, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs

    def show_nothing(self) -> None:
        self.update("")
        self.remove_class("-full")

    def show_quietly(self, formula: str, error: AlgebraError, first: int, colour: str = "$muted") -> None:
        """Show an error in one line. `first` is the first cell of the formula that can be seen."""
        self.remove_class("-full")
        room = max(self.size.width - FORMULA_LEFT - 1, 8)
        sentence = self.glyphs.render(str(error))
        place = self._place(formula, error)
        if place is None:
            self.update(styled(self.glyphs, " " * FORMULA_LEFT, (self._cut(sentence, room), colour)))
            return
        before, width = place[0] - first, place[1]
        carets = "^" * max(min(width, room - before), 1)
        parts: list[Part] = []
        if before < 0 or before + cell_len(carets) >= room:
            parts = [" " * FORMULA_LEFT, (self._cut(sentence, room), colour)]
        elif before + cell_len(carets) + 2 + cell_len(sentence) <= room:
            parts = [" " * (FORMULA_LEFT + before), (carets, f"bold {colour}"), "  ", (sentence, colour)]
        elif cell_len(sentence) + 2 <= before:
            gap = " " * (before - cell_len(sentence))
            parts = [" " * FORMULA_LEFT, (sentence, colour), gap, (carets, f"bold {colour}")]
        else:
            shown = self._cut(sentence, max(room - before - cell_len(carets) - 2, 0))
            parts = [" " * (FORMULA_LEFT + before), (carets, f"bold {colour}"), "  ", (shown, colour)]
        self.update(styled(self.glyphs, *parts))

    def show_in_full(self, formula: str, error: AlgebraError, first: int) -> None:
        """Show an error with carets on a row of their own, and the part of the formula above them if it can't be seen."""
        self.add_class("-full")
        lines: list[Content] = []
        if error.position >= 0 and formula:
            lines += self._caret_lines(formula, error, first)
        margin = " " * FORMULA_LEFT
        lines.append(styled(self.glyphs, margin, (str(error), "$wrong")))
        self.update(Content("\n").join(lines))

    def _caret_lines(self, formula: str, error: AlgebraError, first: int) -> list[Content]:
        room = max(self.size.width - FORMULA_LEFT - 2, 8)
        place = self._place(formula, error)
        margin = " " * FORMULA_LEFT
        if place is not None and "\n" not in formula and first <= place[0] < first + room:
            carets = "^" * max(min(place[1], first + room - place[0]), 1)
            return [styled(self.glyphs, margin + " " * (place[0] - first), (carets, "bold $wrong"))]
        line_start = formula.rfind("\n", 0, error.position) + 1
        line = formula[line_start:].partition("\n")[0]
        position = error.position - line_start
        begin = max(position - room // 2, 0) if cell_len(line) > room else 0
        excerpt = printable(line[begin:])
        start = position - begin
        before = cell_len(self.glyphs.render(excerpt[:start]))
        marked = cell_len(self.glyphs.render(excerpt[start : start + error.length]))
        carets = "^" * max(min(marked, room - before), 1)
        return [
            styled(self.glyphs, margin, (self._cut(excerpt, room), "$muted")),
            styled(self.glyphs, margin + " " * before, (carets, "bold $wrong")),
        ]

    def _place(self, formula: str, error: AlgebraError) -> tuple[int, int] | None:
        """Return the cell of the formula at which an error is, and its width; None for an error without a place."""
        if error.position < 0 or not formula:
            return None
        shown = printable(formula)
        end = error.position + error.length
        return cell_len(shown[: error.position]), max(cell_len(shown[error.position : end]), 1)

    def _cut(self, text: str, room: int) -> str:
        return truncate(text, room, self.glyphs.ellipsis) if room > 0 else ""


def printable(text: str) -> str:
    """Return a text in one line, its characters at the same positions."""
    return "".join(character if character.isprintable() else " " for character in text)
