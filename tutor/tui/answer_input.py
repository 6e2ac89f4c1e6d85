"""Typed input that is not checked yet: a line for a number, cells or an expression for a matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Row and column of a cell; None for the line of the expression.
Cell: TypeAlias = tuple[int, int] | None
#: The most characters of a line: more than any answer that is read, and few enough to draw at every key.
MAX_LENGTH = 1_000


@dataclass
class LineEditor:
    """A line of text with a cursor, in characters.

    Typing replaces a line that was `checked`; moving or deleting in it edits it instead.
    """

    text: str = ""
    cursor: int = 0
    checked: bool = False

    def set(self, text: str) -> None:
        """Replace the line and put the cursor at its end."""
        self.text, self.cursor, self.checked = text, len(text), False

    def insert(self, text: str) -> None:
        if self.checked:
            self.set("")
        text = text[: MAX_LENGTH - len(self.text)]
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def move(self, steps: int) -> bool:
        """Move the cursor; return False if it is at that end already."""
        target = min(max(self.cursor + steps, 0), len(self.text))
        moved = target != self.cursor
        self.cursor = target
        self.checked = self.checked and not moved
        return moved

    def home(self) -> None:
        self.cursor, self.checked = 0, False

    def end(self) -> None:
        self.cursor, self.checked = len(self.text), False

    def delete_left(self) -> None:
        self.checked = False
        self.text = self.text[: max(self.cursor - 1, 0)] + self.text[self.cursor :]
        self.move(-1)

    def delete_right(self) -> None:
        self.checked = False
        self.text = self.text[: self.cursor] + self.text[self.cursor + 1 :]

    def clear(self) -> None:
        self.set("")


@dataclass
class AnswerInput:
    """The input at one blank. `shape` is (rows, columns), None for a number, which has no cells.

    The answer is the expression if it has text, otherwise the cells. `active_cell` is being typed into.
    """

    shape: tuple[int, int] | None = None
    active_cell: Cell = None
    expression: LineEditor = field(default_factory=LineEditor)
    cells: list[list[LineEditor]] = field(default_factory=list)
    #: The texts of all lines before each step that `undo` takes back. Typing in one line is one step.
    _steps: list[tuple[Cell, tuple[str, ...]]] = field(default_factory=list, repr=False, compare=False)
    _open_step: tuple[Cell] | None = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.shape:
            rows, columns = self.shape
            self.cells = [[LineEditor() for _ in range(columns)] for _ in range(rows)]
            self.active_cell = (0, 0)

    @property
    def line(self) -> LineEditor:
        """Return the line that is being typed into."""
        return self.expression if self.active_cell is None else self.cells[self.active_cell[0]][self.active_cell[1]]

    @property
    def is_empty(self) -> bool:
        return not self.text

    @property
    def text(self) -> str:
        """Return the answer as it would be checked, empty if nothing is typed."""
        if self.expression.text or not any(line.text for row in self.cells for line in row):
            return self.expression.text
        return self._matrix_literal()[0]

    @property
    def is_complete(self) -> bool:
        """Return whether there is something to check: an expression, or all cells."""
        return bool(self.expression.text.strip()) or (bool(self.cells) and self.next_empty_cell() is None)

    # --- undo ---

    def record(self, *, whole: bool = False) -> None:
        """Remember the lines before the active one changes; with `whole`, before all of them change at once."""
        if not whole and self._open_step == (self.active_cell,):
            return
        self._open_step = None if whole else (self.active_cell,)
        self._steps.append((self.active_cell, self._texts()))

    def undo(self) -> bool:
        """Undo the last step: what was typed into one line, or a matrix that was pasted. Return whether there was one.

        Of cells without a history, such as those of an answer that was loaded again, the last one is emptied.
        """
        while self._steps:
            cell, texts = self._steps.pop()
            self._open_step = None
            if texts != self._texts():
                for line, text in zip(self._lines(), texts, strict=True):
                    line.set(text)
                self.active_cell = cell
                return True
        filled = [(i, j) for i, row in enumerate(self.cells) for j, line in enumerate(row) if line.text]
        if not filled or self.expression.text:
            return False
        self.active_cell = filled[-1]
        self.line.clear()
        return True

    def _texts(self) -> tuple[str, ...]:
        return tuple([line.text for line in self._lines()])

    def _lines(self) -> list[LineEditor]:
        return [self.expression, *(line for row in self.cells for line in row)]

    def mark_checked(self) -> None:
        """Mark all lines as checked, so that typing into one replaces it."""
        self._open_step = None
        for line in self._lines():
            line.checked = bool(line.text)

    def next_empty_cell(self) -> Cell:
        """Return the next empty cell after the active one, wrapping around; None if all are filled."""
        order = [(i, j) for i, row in enumerate(self.cells) for j in range(len(row))]
        begin = order.index(self.active_cell) + 1 if self.active_cell in order else 0
        for i, j in order[begin:] + order[:begin]:
            if not self.cells[i][j].text.strip():
                return i, j
        return None

    def set_cells(self, rows: Sequence[Sequence[str]]) -> bool:
        """Put texts into the cells; return False if they have another shape."""
        if self.shape is None or [len(row) for row in rows] != [self.shape[1]] * self.shape[0]:
            return False
        for lines, texts in zip(self.cells, rows, strict=True):
            for line, text in zip(lines, texts, strict=True):
                line.set(text)
        self.expression.set("")
        return True

    def move_cell(self, rows: int, columns: int) -> bool:
        """Move to a neighbouring cell, from the last row down to the expression; return False at the border."""
        if self.shape is None:
            return False
        if self.active_cell is None:
            if rows >= 0:
                return False
            self.active_cell = (self.shape[0] - 1, 0)
            return True
        row, column = self.active_cell[0] + rows, self.active_cell[1] + columns
        if row == self.shape[0]:
            self.active_cell = None
        elif 0 <= row < self.shape[0] and 0 <= column < self.shape[1]:
            self.active_cell = (row, column)
        else:
            return False
        return True

    def move_in_reading_order(self, step: int) -> bool:
        """Move to the next or previous cell in reading order, or the expression after the last; return False beyond."""
        order: list[Cell] = [(i, j) for i, row in enumerate(self.cells) for j in range(len(row))]
        order.append(None)
        target = order.index(self.active_cell) + step
        if not 0 <= target < len(order):
            return False
        self.active_cell = order[target]
        return True

    def set_cursor(self, offset: int) -> None:
        """Put the cursor at a character of `text`."""
        if self.expression.text or not self.cells:
            self.active_cell = None
            self.expression.cursor = min(offset, len(self.expression.text))
            return
        for (i, j), begin in self._matrix_literal()[1].items():
            line = self.cells[i][j]
            if begin <= offset <= begin + len(line.text):
                self.active_cell = (i, j)
                line.cursor = offset - begin
                return

    def _matrix_literal(self) -> tuple[str, dict[tuple[int, int], int]]:
        """Return the cells as `[[1, 2], [3, 4]]`, and where in it each cell begins."""
        text, begins = "[", {}
        for i, row in enumerate(self.cells):
            text += ", [" if i else "["
            for j, line in enumerate(row):
                text += ", " if j else ""
                begins[i, j] = len(text)
                text += line.text
            text += "]"
        return text + "]", begins
