"""Named values beside one another, the rows of matrices aligned."""

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
    """A value with its name, a text for each of its rows."""

    name: str
    rows: tuple[str, ...]
    style: str

    @property
    def width(self) -> int:
        return cell_len(f"{self.name} = ") + max(map(cell_len, self.rows))

    def row(self, index: int, glyphs: Glyphs) -> Content:
        """One row in full width, blank below the last."""
        head = f"{self.name} = " if index == 0 else " " * cell_len(f"{self.name} = ")
        text = self.rows[index] if index < len(self.rows) else ""
        fill = " " * (self.width - cell_len(head) - cell_len(text))
        return styled(glyphs, (head, "$foreground 60%"), (text, self.style), fill)


def layout_columns(columns: Sequence[Column], glyphs: Glyphs, width: int) -> Content:
    """As many columns in a line as `width` cells hold, the others below."""
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


_BLOCKS = " ▁▂▃▄▅▆▇█"
_ASCII_BLOCKS = " .:#"


def bar_chart(
    values: Sequence[float | None], maximum: float, height: int, width: int, ascii: bool = False
) -> list[str]:
    """Rows from top to bottom, the last values where not all fit in `width` cells. `most` fills all of the height.

    A value above 0 shows at least a little; None, for one that is not known, leaves its place empty.
    """
    each = bar_width(len(values), width)
    shown = values[-max(width // each, 1) :]
    signs = _ASCII_BLOCKS if ascii else _BLOCKS
    steps = len(signs) - 1
    rows = []
    for level in range(height - 1, -1, -1):
        row = ""
        for value in shown:
            filled = 0 if not value or maximum <= 0 else max(1, round(value / maximum * height * steps))
            sign = signs[min(max(filled - level * steps, 0), steps)]
            row += sign if each == 1 else sign * (each - 1) + " "
        rows.append(row)
    return rows


def bar_width(count: int, width: int) -> int:
    """How many cells each of so many values takes: four at most, with a gap behind it where it is more than one."""
    return max(1, min(4, width // max(count, 1)))
