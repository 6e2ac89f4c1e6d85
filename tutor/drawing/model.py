"""Data of drawings: boxes go in, left to right and each after its inputs, and a `Drawing` comes out.

The fixed part of a drawing never changes while a learner works, only the contents of its `places`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from tutor.glyphs import UNICODE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.glyphs import Glyphs

Density = Literal["full", "compact"]
Direction = Literal["left", "right", "up", "down"]
#: What a run of characters is part of; a screen gives each style a colour.
Style = Literal["wire", "box", "label", "value", "branch"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A backward value: a blank or a given one. A scalar has one row and column.

    `cell_width` is the minimum number of terminal cells for each of its entries in a full drawing.
    """

    id: str
    rows: int = 1
    columns: int = 1
    cell_width: int = 6


@dataclass(frozen=True, slots=True)
class InputLine:
    """An edge into a box.

    `value` is the forward value, one text for each row of a matrix, brackets included; empty to draw none.
    `slot` is None if the edge has no backward value because its source is data.
    """

    source: str
    value: tuple[str, ...] = ()
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A node. An `input` is drawn as its bare label, an `op` and the `output` in a frame.

    `lines` are the edges into it, in the order of the operands; the drawing may reorder those of a `commutative`
    operation (+ and ×). `stem` is the blank of a branch's sum, drawn between the box and the branching.
    """

    id: str
    label: str
    kind: Literal["input", "op", "output"]
    lines: tuple[InputLine, ...] = ()
    commutative: bool = False
    stem: Slot | None = None


@dataclass(frozen=True, slots=True)
class StyledRun:
    """Characters of one style in a row, from cell `x`."""

    x: int
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Place:
    """The position of a slot's value, in cells from the top left of the drawing.

    In a full drawing, column c of each row takes `cell_width` cells from `x + c * (cell_width + 1)`, and the cell
    after them holds a mark (✓ ✗ ~). In a compact drawing a place is one cell, which holds the mark.
    """

    x: int
    y: int
    rows: int
    columns: int
    cell_width: int
    density: Density

    @property
    def width(self) -> int:
        return 1 if self.density == "compact" else self.columns * (self.cell_width + 1)

    @property
    def height(self) -> int:
        return 1 if self.density == "compact" else self.rows


@dataclass(frozen=True, slots=True)
class Rect:
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """A finished drawing.

    `rows` hold every fixed character, with spaces in the places; each is `width` cells wide. `runs` are the same
    characters by style. `neighbours` are the places that the arrow keys lead to: left to the inputs of this edge's
    source, right to where its value flows, up and down to the places above and below.
    """

    width: int
    height: int
    density: Density
    rows: tuple[str, ...]
    runs: tuple[tuple[StyledRun, ...], ...]
    places: Mapping[str, Place]
    boxes: Mapping[str, Rect]
    neighbours: Mapping[str, Mapping[Direction, str]]
    glyphs: Glyphs = UNICODE
