"""Columns of named values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.cells import cell_len
from textual.content import Content

from tutor.tui.content import styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.glyphs import Glyphs

_GAP = 3


@dataclass(frozen=True, slots=True)
class Column:
    """A named value, with a text for each of its rows."""

    name: str
    rows: tuple[str, ...]
    style: str

    @property
    def width(self) -> int:
        return cell_len(f"{self.name} = ") + max(map(cell_len, self.rows))

    def row(self, index: int, glyphs: Glyphs) -> Content:
        """Return one row in full width, blank below the last."""
        head = f"{self.name} = " if index == 0 else " " * cell_len(f"{self.name} = ")
        text = self.rows[index] if index < len(self.rows) else ""
        fill = " " * (self.width - cell_len(head) - cell_len(text))
        return styled(glyphs, (head, "$muted"), (text, self.style), fill)


def layout_columns(columns: Sequence[Column], glyphs: Glyphs, width: int) -> Content:
    """Return the columns side by side, as many as fit in `width` cells, the others below."""
    lines: list[Content] = []
    for group in _wrap_columns(columns, width):
        for index in range(max(len(column.rows) for column in group)):
            lines.append(Content(" " * _GAP).join(column.row(index, glyphs) for column in group))
    return Content("\n").join(lines)


def _wrap_columns(columns: Sequence[Column], width: int) -> list[list[Column]]:
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
