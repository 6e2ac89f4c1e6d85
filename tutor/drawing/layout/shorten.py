"""Boxes with less text: shapes in place of matrices, and names beside the signs of operations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.model import MIN_CELL_WIDTH, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, InputLine


def has_matrices(boxes: Sequence[Box]) -> bool:
    """Return whether a value is drawn as a matrix that `with_shapes` would shorten."""
    return any(_shorten_line(line) is not line for box in boxes for line in box.lines)


def with_shapes(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes with one row, such as `3×2`, for each matrix, and one cell for its gradient."""
    shapes = {line.source: line.shape for box in boxes for line in box.lines}
    return [
        replace(
            box,
            lines=tuple([_shorten_line(line) for line in box.lines]),
            stem=_shorten_slot(box.stem, shapes.get(box.id, "")),
        )
        for box in boxes
    ]


def _shorten_line(line: InputLine) -> InputLine:
    value = _shorten_value(line)
    slot = _shorten_slot(line.slot, line.shape)
    return line if value == line.value and slot is line.slot else replace(line, value=value, slot=slot)


def _shorten_value(line: InputLine) -> tuple[str, ...]:
    """Return the shape of a matrix, or the question mark that stands for a value."""
    if not line.shape or not line.value:
        return line.value
    if all(text.strip() == "?" for text in line.value):
        return line.value if len(line.value) == 1 else ("?".center(cell_len(line.shape)),)
    return (line.shape,)


def _shorten_slot(slot: Slot | None, shape: str) -> Slot | None:
    if slot is None or not shape or _has_one_cell(slot):
        return slot
    return Slot(slot.id, cell_width=max(MIN_CELL_WIDTH, cell_len(shape)), shape=shape)


def _has_one_cell(slot: Slot) -> bool:
    return slot.rows == slot.columns == 1


def has_names(boxes: Sequence[Box]) -> bool:
    """Return whether a box has a name beside its label."""
    return any(box.name for box in boxes)


def names_in_labels(boxes: Sequence[Box]) -> list[Box]:
    """Return the boxes with their names in their labels, `c=+`, for drawings without frames."""
    return [replace(box, label=f"{box.name}={box.label}") if box.name else box for box in boxes]
