"""An answer that is being typed: one line for a number, a grid of lines or an expression for a matrix."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

#: Row and column of a cell; None is the line for the whole as an expression.
Cell: TypeAlias = tuple[int, int] | None
#: No line holds more: far beyond the longest answer that is read, and short enough to be drawn at every key.
MAX_LENGTH = 1_000


@dataclass
class LineEditor:
    """A line of text with a cursor, which counts characters.

    Where it was `checked`, what is typed next begins anew; moving in it or deleting takes it up for editing.
    """

    text: str = ""
    cursor: int = 0
    checked: bool = False

    def set(self, text: str) -> None:
        """Replace the whole line, the cursor at its end."""
        self.text, self.cursor, self.checked = text, len(text), False

    def insert(self, text: str) -> None:
        if self.checked:
            self.set("")
        text = text[: MAX_LENGTH - len(self.text)]
        self.text = self.text[: self.cursor] + text + self.text[self.cursor :]
        self.cursor += len(text)

    def move(self, steps: int) -> bool:
        """Move the cursor; False where it stood at that end already."""
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
    """What is typed at one blank and not yet checked. `shape` is None for a number, which has no cells.

    `at` is the cell that is typed into. Where the expression holds text, it is the answer, otherwise the cells.
    """

    shape: tuple[int, int] | None = None
    active_cell: Cell = None
    expression: LineEditor = field(default_factory=LineEditor)
    cells: list[list[LineEditor]] = field(default_factory=list)

    def __post_init__(self) -> None:
        if self.shape:
            rows, columns = self.shape
            self.cells = [[LineEditor() for _ in range(columns)] for _ in range(rows)]
            self.active_cell = (0, 0)

    @property
    def line(self) -> LineEditor:
        """The line that is typed into."""
        return self.expression if self.active_cell is None else self.cells[self.active_cell[0]][self.active_cell[1]]

    @property
    def is_empty(self) -> bool:
        return not self.text

    @property
    def text(self) -> str:
        """The answer as it would be checked; "" where nothing is typed."""
        if self.expression.text or not any(line.text for row in self.cells for line in row):
            return self.expression.text
        return self._matrix_literal()[0]

    @property
    def is_complete(self) -> bool:
        """Whether there is something to check: an expression, or every cell."""
        return bool(self.expression.text.strip()) or (bool(self.cells) and self.next_empty_cell() is None)

    def mark_checked(self) -> None:
        """What stands here was checked: the next character typed into a line begins that line anew."""
        for line in (self.expression, *(line for row in self.cells for line in row)):
            line.checked = bool(line.text)

    def next_empty_cell(self) -> Cell:
        """The next cell without text, going round from the one that is typed into; None where all are filled."""
        order = [(i, j) for i, row in enumerate(self.cells) for j in range(len(row))]
        begin = order.index(self.active_cell) + 1 if self.active_cell in order else 0
        for i, j in order[begin:] + order[:begin]:
            if not self.cells[i][j].text.strip():
                return i, j
        return None

    def set_cells(self, rows: Sequence[Sequence[str]]) -> bool:
        """Put texts into the cells; False where they are not of this shape."""
        if self.shape is None or [len(row) for row in rows] != [self.shape[1]] * self.shape[0]:
            return False
        for lines, texts in zip(self.cells, rows, strict=True):
            for line, text in zip(lines, texts, strict=True):
                line.set(text)
        self.expression.set("")
        return True

    def move_cell(self, rows: int, columns: int) -> bool:
        """Go to a neighbouring cell, below the last row to the expression; False at the border."""
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
        """Go to the next or previous cell in reading order, the expression after the last; False beyond."""
        order: list[Cell] = [(i, j) for i, row in enumerate(self.cells) for j in range(len(row))]
        order.append(None)
        here = order.index(self.active_cell) + step
        if not 0 <= here < len(order):
            return False
        self.active_cell = order[here]
        return True

    def set_cursor(self, offset: int) -> None:
        """Put the cursor on a character of `text`."""
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
        """`[[1, 2], [3, 4]]`, and where in it each cell begins."""
        text, begins = "[", {}
        for i, row in enumerate(self.cells):
            text += ", [" if i else "["
            for j, line in enumerate(row):
                text += ", " if j else ""
                begins[i, j] = len(text)
                text += line.text
            text += "]"
        return text + "]", begins
