"""Canvas of a drawing: texts in cells, and wires as arms that meet in a cell."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import groupby

from tutor.drawing.cell_width import graphemes
from tutor.drawing.model import Cell, Style, StyledRun
from tutor.glyphs import UNICODE, Glyphs

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
CROSSING = "┼"
BRANCH = "●"
ARROWHEAD = "▸"
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
#: In ASCII every junction is `*`; `+` is always a crossing, as ┼ is.
ASCII_WIRES = str.maketrans("─│┌┐└┘├┤┬┴┼●▸", "-|,.`'****+*>")
ASCII_BOXES = str.maketrans("─│├┤╭╮╰╯", "-|||,.`'")
_OFFSETS = {LEFT: (-1, 0), RIGHT: (1, 0), UP: (0, -1), DOWN: (0, 1)}


def count_arms(mask: int) -> int:
    """Return the number of arms in a cell of a wire."""
    return mask.bit_count()


@dataclass(slots=True)
class Canvas:
    """Texts and wires by cell. Two of them in one cell are a bug and raise AssertionError."""

    glyphs: Glyphs = UNICODE
    texts: dict[Cell, tuple[str, Style]] = field(default_factory=dict)
    wires: dict[Cell, dict[int, int]] = field(default_factory=dict)
    holes: set[Cell] = field(default_factory=set)
    arrowheads: set[Cell] = field(default_factory=set)

    def put_text(self, x: int, y: int, text: str, style: Style) -> None:
        """Put `text` on row `y` from cell `x`; its spaces leave their cells free."""
        for dx, character in enumerate(graphemes(text)):
            if character != " ":
                assert (x + dx, y) not in self.texts, "two texts in one cell"
                self.texts[x + dx, y] = (character, style)

    def horizontal_wire(self, net: int, y: int, start: int, end: int) -> None:
        """Add a horizontal wire over the cells `start` to `end`; the end cells have no outer arms."""
        self._add_wire(net, (start, y), (end, y), RIGHT, LEFT)

    def vertical_wire(self, net: int, x: int, start: int, end: int) -> None:
        """Add a vertical wire over the rows `start` to `end`."""
        self._add_wire(net, (x, start), (x, end), DOWN, UP)

    def attach(self, net: int, x: int, y: int, arm: int) -> None:
        """Add an arm towards a neighbour that is not a wire: a box or a label."""
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
        """Return the first cell from `start` on in which the wire of a net has more than two arms."""
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
        """Turn the arms into characters; `branch_cells` are drawn as ●."""
        for (x, y), nets in self.wires.items():
            if (x, y) in self.holes:
                continue
            masks = sorted(nets.values())
            assert (x, y) not in self.texts, "a wire over a text"
            if len(masks) == 2:
                assert masks == [LEFT | RIGHT, UP | DOWN], "two wires in one cell"
                self.texts[x, y] = (CROSSING, "wire")
            elif (x, y) in self.arrowheads:
                assert masks == [LEFT | RIGHT], "a bend right before a box"
                self.texts[x, y] = (ARROWHEAD, "arrow")
            elif (x, y) in branch_cells or masks[0] not in WIRE_GLYPHS:
                self.texts[x, y] = (BRANCH, "branch")
            else:
                self.texts[x, y] = (WIRE_GLYPHS[masks[0]], "wire")

    def to_rows(self, width: int, top: int, bottom: int) -> tuple[tuple[str, ...], tuple[tuple[StyledRun, ...], ...]]:
        """Return the rows from `top` to `bottom` as texts and as runs of one style."""
        lines: list[list[tuple[str, Style] | None]] = [[None] * width for _ in range(bottom - top + 1)]
        for (x, y), (character, style) in self.texts.items():
            if self.glyphs.ascii and style in ("wire", "arrow", "branch"):
                character = character.translate(ASCII_WIRES)
            elif self.glyphs.ascii and style == "box":
                character = character.translate(ASCII_BOXES)
            lines[y - top][x] = (character, style)
        rows = tuple("".join(cell[0] if cell else " " for cell in line) for line in lines)
        return rows, tuple(_merge_runs(line) for line in lines)


def _merge_runs(line: list[tuple[str, Style] | None]) -> tuple[StyledRun, ...]:
    """Join neighbouring cells of one style."""
    runs = []
    x = 0
    for style, group in groupby(line, key=lambda cell: cell[1] if cell else None):
        characters = [cell[0] if cell else "" for cell in group]
        if style:
            runs.append(StyledRun(x, "".join(characters), style))
        x += len(characters)
    return tuple(runs)
