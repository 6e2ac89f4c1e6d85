"""Texts measured in terminal cells: a wide character takes two, a combining mark none."""

from __future__ import annotations

from rich.cells import cell_len

#: Stands in a grid of cells behind a wide character, whose second half it is.
WIDE_TAIL = ""


def graphemes(text: str) -> list[str]:
    """The characters of `text` with their combining marks, each followed by BEHIND where it is wide."""
    cells: list[str] = []
    for character in text:
        width = cell_len(character)
        if width == 0:
            last = len(cells) - 1
            while last >= 0 and cells[last] == WIDE_TAIL:
                last -= 1
            if last >= 0:
                cells[last] += character
            continue
        cells.append(character)
        cells.extend([WIDE_TAIL] * (width - 1))
    return cells


def truncate(text: str, width: int, ellipsis: str = "…") -> str:
    """`text` in at most `width` cells, ending in `sign` where something was cut off."""
    cells = graphemes(text)
    if len(cells) <= width:
        return text
    kept = cells[: max(0, width - cell_len(ellipsis))]
    if len(cells) > len(kept) and cells[len(kept)] == WIDE_TAIL and kept:
        kept.pop()
    return "".join(kept) + ellipsis
