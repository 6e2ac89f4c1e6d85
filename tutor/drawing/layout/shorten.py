"""Boxes with less text: shapes in place of matrices, and names beside the signs of operations."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.model import MIN_CELL_WIDTH, Slot

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Density, InputLine


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


def has_label_choices(boxes: Sequence[Box]) -> bool:
    """Return whether `with_labels` has more than one choice."""
    return any(box.alias or box.short for box in boxes)


def with_labels(boxes: Sequence[Box], density: Density, choice: int = 0) -> list[Box]:
    """Return the boxes with the labels that are drawn, from 0 for those in full to 2 for the shortest."""
    return [replace(box, label=_label(box, density, choice)) if box.alias or box.short else box for box in boxes]


def full_label(box: Box) -> str:
    """Return the label of a box with all that it is called."""
    return _label(box, "full", 0)


def _label(box: Box, density: Density, choice: int) -> str:
    if not box.alias:
        return box.short if box.short and choice and density == "compact" else box.label
    if density != "compact":
        return box.label if choice else f"{box.label} ({box.alias})"
    # In a compact drawing brackets are those of a node.
    return (f"{box.alias}={box.label}", box.label, min(box.label, box.alias, key=cell_len))[choice]
