"""Text measured in terminal cells: a wide character takes two, a combining mark none."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from rich.cells import cell_len

if TYPE_CHECKING:
    from collections.abc import Sequence

#: The second cell of a wide character in a grid of cells.
WIDE_TAIL = ""


def graphemes(text: str) -> list[str]:
    """Return the characters of `text` with their combining marks, and `WIDE_TAIL` after each wide one.

    They are as many as `cell_len` counts cells, whichever sequences of characters this version of Rich joins.
    """
    widths = [cell_len(character) for character in text]
    if sum(widths) != cell_len(text):
        ends = [cell_len(text[:end]) for end in range(len(text) + 1)]
        widths = [after - before for before, after in pairwise(ends)]
    cells: list[str] = []
    for character, width in zip(text, widths, strict=True):
        if width > 0:
            cells.append(character)
            cells.extend([WIDE_TAIL] * (width - 1))
            continue
        for _narrowed in range(-width):
            cells.pop()
        last = len(cells) - 1
        while last >= 0 and cells[last] == WIDE_TAIL:
            last -= 1
        if last >= 0:
            cells[last] += character
    return cells


def truncate(text: str, width: int, ellipsis: str = "…") -> str:
    """Return `text` in at most `width` cells, ending in `ellipsis` if it was too long."""
    cells = graphemes(text)
    if len(cells) <= width:
        return text
    start = cells[: max(0, width - cell_len(ellipsis))]
    if len(cells) > len(start) and cells[len(start)] == WIDE_TAIL and start:
        start.pop()
    return "".join(start) + ellipsis


def align_columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a line for each row, with two spaces between columns that are as wide as their widest cell."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    padded = ([cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)] for row in rows)
    return ["  ".join(row).rstrip() for row in padded]
