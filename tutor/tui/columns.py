"""Named values beside one another, the rows of matrices aligned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from textual.content import Content

from tutor.tui.contents import content
from tutor.tui.signs import Signs

_GAP = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A value with its name, a text for each of its rows."""

    name: str
    rows: tuple[str, ...]
    style: str

    @property
    def width(self) -> int:
        return cell_len(f"{self.name} = ") + max(map(cell_len, self.rows))

    def row(self, index: int, signs: Signs) -> Content:
        """One row in full width, blank below the last."""
        head = f"{self.name} = " if index == 0 else " " * cell_len(f"{self.name} = ")
        text = self.rows[index] if index < len(self.rows) else ""
        fill = " " * (self.width - cell_len(head) - cell_len(text))
        return content(signs, (head, "$foreground 60%"), (text, self.style), fill)


def side_by_side(columns: Sequence[Column], signs: Signs, width: int) -> Content:
    """As many columns in a line as `width` cells hold, the others below."""
    lines: list[Content] = []
    for group in _groups(columns, width):
        for index in range(max(len(column.rows) for column in group)):
            lines.append(Content(" " * _GAP).join(column.row(index, signs) for column in group))
    return Content("\n").join(lines)


def _groups(columns: Sequence[Column], width: int) -> list[list[Column]]:
    groups: list[list[Column]] = []
    used = 0
    for column in columns:
        if groups and used + _GAP + column.width <= width:
            groups[-1].append(column)
            used += _GAP + column.width
        else:
            groups.append([column])
            used = column.width
    return groups
