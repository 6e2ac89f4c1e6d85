"""The sheet the picture is put on: texts in cells, wires as arms that meet in a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from tutor.drawing.layout.cell_width import graphemes
from tutor.drawing.model import Style, StyledRun

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
CROSSING = "┼"
BRANCH = "●"
WIRE_GLYPHS = {
    LEFT | RIGHT: "─",
    UP | DOWN: "│",
    RIGHT | DOWN: "┌",
    LEFT | DOWN: "┐",
    RIGHT | UP: "└",
    LEFT | UP: "┘",
    RIGHT | UP | DOWN: "├",
    LEFT | UP | DOWN: "┤",
    LEFT | RIGHT | DOWN: "┬",
    LEFT | RIGHT | UP: "┴",
}
#: In ASCII every junction is `*`, and `+` is only ever a crossing, as ┼ is.
ASCII_WIRES = str.maketrans("─│┌┐└┘├┤┬┴┼●", "-|,.`'****+*")
ASCII_BOXES = str.maketrans("─│├┤╭╮╰╯", "-|||,.`'")
_OFFSETS = {LEFT: (-1, 0), RIGHT: (1, 0), UP: (0, -1), DOWN: (0, 1)}

Cell = tuple[int, int]


def count_arms(mask: int) -> int:
    """How many arms a cell of a wire has."""
    return mask.bit_count()


@dataclass(slots=True)
class Canvas:
    """Texts and wires. Nothing may be put where something stands: an AssertionError would be our own fault."""

    ascii: bool = False
    texts: dict[Cell, tuple[str, Style]] = field(default_factory=dict)
    wires: dict[Cell, dict[int, int]] = field(default_factory=dict)
    holes: set[Cell] = field(default_factory=set)

    def put_text(self, x: int, y: int, text: str, style: Style) -> None:
        """Puts `text` from cell `x` on row `y`; its spaces leave free what is there."""
        for dx, character in enumerate(graphemes(text)):
            if character != " ":
                assert (x + dx, y) not in self.texts, "two texts in one cell"
                self.texts[x + dx, y] = (character, style)

    def horizontal_wire(self, net: int, y: int, start: int, end: int) -> None:
        """A horizontal wire over the cells `start` to `end`, whose outer arms stay inside."""
        self._add_wire(net, (start, y), (end, y), RIGHT, LEFT)

    def vertical_wire(self, net: int, x: int, start: int, end: int) -> None:
        """A vertical wire over the rows `start` to `end`."""
        self._add_wire(net, (x, start), (x, end), DOWN, UP)

    def attach(self, net: int, x: int, y: int, arm: int) -> None:
        """An arm towards a neighbour that is no wire: a box or a label."""
        cell = self.wires.setdefault((x, y), {})
        cell[net] = cell.get(net, 0) | arm

    def _add_wire(self, net: int, start: Cell, end: Cell, onward: int, back: int) -> None:
        dx, dy = _OFFSETS[onward]
        x, y = start
        while (x, y) != end:
            self.attach(net, x, y, onward)
            x, y = x + dx, y + dy
            self.attach(net, x, y, back)

    def branch_cell(self, net: int, start: Cell) -> Cell | None:
        """The first cell, from the box on, in which the wire of a net has more than two arms."""
        cell, back = start, LEFT
        while net in self.wires.get(cell, {}):
            mask = self.wires[cell][net]
            if count_arms(mask) > 2:
                return cell
            onward = mask & ~back
            if onward not in _OFFSETS:
                return None
            dx, dy = _OFFSETS[onward]
            cell = (cell[0] + dx, cell[1] + dy)
            back = {LEFT: RIGHT, RIGHT: LEFT, UP: DOWN, DOWN: UP}[onward]
        return None

    def draw_wires(self, branch_cells: set[Cell]) -> None:
        """Turns the arms into characters; `branchings` are the cells that are drawn as ●."""
        for (x, y), nets in self.wires.items():
            if (x, y) in self.holes:
                continue
            masks = sorted(nets.values())
            assert (x, y) not in self.texts, "a wire over a text"
            if len(masks) == 2:
                assert masks == [LEFT | RIGHT, UP | DOWN], "two wires in one cell"
                self.texts[x, y] = (CROSSING, "wire")
            elif (x, y) in branch_cells or masks[0] not in WIRE_GLYPHS:
                self.texts[x, y] = (BRANCH, "branch")
            else:
                self.texts[x, y] = (WIRE_GLYPHS[masks[0]], "wire")

    def to_rows(self, width: int, top: int, bottom: int) -> tuple[tuple[str, ...], tuple[tuple[StyledRun, ...], ...]]:
        """The rows from `top` to `bottom`, as whole texts and as runs of one style."""
        lines: list[list[tuple[str, Style] | None]] = [[None] * width for _ in range(bottom - top + 1)]
        for (x, y), (character, style) in self.texts.items():
            if self.ascii and style in ("wire", "branch"):
                character = character.translate(ASCII_WIRES)
            elif self.ascii and style == "box":
                character = character.translate(ASCII_BOXES)
            lines[y - top][x] = (character, style)
        rows = tuple("".join(cell[0] if cell else " " for cell in line) for line in lines)
        return rows, tuple(_merge_runs(line) for line in lines)


def _merge_runs(line: list[tuple[str, Style] | None]) -> tuple[StyledRun, ...]:
    """Neighbouring cells of one style, joined."""
    runs = []
    x = 0
    for style, group in groupby(line, key=lambda cell: cell[1] if cell else None):
        characters = [cell[0] if cell else "" for cell in group]
        if style:
            runs.append(StyledRun(x, "".join(characters), style))
        x += len(characters)
    return tuple(runs)
