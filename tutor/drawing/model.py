"""What a drawing is made from, and what comes out: plain data, no screen and no engine.

`boxes` go in (left to right, a box after everything it takes from), a `Drawing` comes out. The fixed part of
the picture never changes while a learner works; only what stands in its `places` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Density = Literal["full", "compact"]
Direction = Literal["left", "right", "up", "down"]
#: What a run of characters is, so that a face can colour it.
Style = Literal["wire", "box", "label", "value", "branch"]


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for one backward value: a blank, or a value that is given. Scalars have one row and column.

    `cell` is how many cells an entry gets at least in a full drawing, so that what is typed there fits.
    """

    id: str
    rows: int = 1
    columns: int = 1
    cell_width: int = 6


@dataclass(frozen=True, slots=True)
class InputLine:
    """An edge into a box. `value` is its forward value, one text per row of a matrix, brackets included;
    empty where none is drawn. `slot` is None where no backward value belongs (a line from data)."""

    source: str
    value: tuple[str, ...] = ()
    slot: Slot | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the picture. An `input` is drawn as its bare label; an `op` and the `output` in a frame.

    `lines` come top to bottom, in the order of the operation's operands; `swappable` says that another order
    means the same (+ and ×), so the drawing may choose. `stem` is the blank of a branch's sum: it stands on
    the part of the wire that all lines out of this box share, right behind the box, left of the branching.
    """

    id: str
    label: str
    kind: Literal["input", "op", "output"]
    lines: tuple[InputLine, ...] = ()
    commutative: bool = False
    stem: Slot | None = None


@dataclass(frozen=True, slots=True)
class StyledRun:
    """Characters of one style on one row, starting at cell `x`."""

    x: int
    text: str
    style: Style


@dataclass(frozen=True, slots=True)
class Place:
    """Where a slot's value is written, in cells from the top left of the drawing.

    Full density: `rows` lines; in each, column c takes `cell` cells from `x + c * (cell + 1)`, and the one
    cell after them is for a mark (✓ ✗ ~), so `width == columns * (cell + 1)`. Compact: one cell, `mark`.
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
    """The finished picture. `rows` hold every fixed character (places are spaces); each is `width`
    cells wide.

    `runs` are the same characters by style, `neighbours` say where the arrow keys go from a place: left to
    what feeds this line's node, right to what it flows into, up and down to the places above and below.
    """

    width: int
    height: int
    density: Density
    rows: tuple[str, ...]
    runs: tuple[tuple[StyledRun, ...], ...]
    places: Mapping[str, Place]
    boxes: Mapping[str, Rect]
    neighbours: Mapping[str, Mapping[Direction, str]]
    #: Drawn in ASCII alone.
    ascii: bool = False
