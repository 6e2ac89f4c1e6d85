"""A reader that recovers the graph from the characters of a drawing alone, by following its wires.

It is strict: it raises `UnreadableDrawingError` for anything that is not exactly a box, a wire whose arms all meet
another arm, a label, a value right above its wire or a blank right below it.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.drawing.render_text import render_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.drawing.model import Box, Drawing

LEFT, RIGHT, UP, DOWN = 1, 2, 4, 8
OFFSETS = {LEFT: (-1, 0), RIGHT: (1, 0), UP: (0, -1), DOWN: (0, 1)}
OPPOSITE = {LEFT: RIGHT, RIGHT: LEFT, UP: DOWN, DOWN: UP}
UNICODE_ARMS = {
    "─": LEFT | RIGHT,
    "│": UP | DOWN,
    "┌": RIGHT | DOWN,
    "┐": LEFT | DOWN,
    "└": RIGHT | UP,
    "┘": LEFT | UP,
    "├": RIGHT | UP | DOWN,
    "┤": LEFT | UP | DOWN,
    "┬": LEFT | RIGHT | DOWN,
    "┴": LEFT | RIGHT | UP,
}
ASCII_ARMS = {"-": LEFT | RIGHT, "|": UP | DOWN, ",": RIGHT | DOWN, ".": LEFT | DOWN, "`": RIGHT | UP, "'": LEFT | UP}
WIRES = frozenset("─│┌┐└┘├┤┬┴┼●▸╭╮╰╯")
ASCII_WIRES = frozenset("-|,.`'+*>")
OPENING, CLOSING = "⎡⎢⎣[", "⎤⎥⎦]"

Cell = tuple[int, int]
#: A visit of a cell: crossings are visited twice, once along each of their wires.
Visit = tuple[int, int, bool]


class UnreadableDrawingError(Exception):
    """The characters do not draw a graph."""


@dataclass
class ReadNode:
    """A box or an input that was read: its rectangle, its label and its incoming edges."""

    x: int
    y: int
    width: int
    height: int
    label: str
    edges: list[ReadEdge] = field(default_factory=list)
    stem: ReadEdge | None = None
    name: str = ""
    port_rows: list[int] = field(default_factory=list)


@dataclass
class ReadEdge:
    """An edge, or the stem of a branch: its source, the value above it and the name of its blank."""

    source: ReadNode
    value: tuple[str, ...] = ()
    place: str | None = None


def place_codes(drawing: Drawing) -> dict[str, str]:
    """Return a character for each blank, so that its content identifies it."""
    return {chr(0x100 + number): name for number, name in enumerate(drawing.places)}


def lines_with_place_codes(drawing: Drawing) -> list[str]:
    """Return the drawing with every blank filled with its own character."""
    texts, marks = {}, {}
    for code, name in place_codes(drawing).items():
        place = drawing.places[name]
        texts[name] = [[code * place.cell_width] * place.columns] * place.rows
        marks[name] = [[code] * place.columns] * place.rows
    # A place that stands for a whole matrix is filled like that of a number.
    places = {name: replace(place, shape="") for name, place in drawing.places.items()}
    return render_text(replace(drawing, places=places), texts, marks)


def replace_cell(lines: Sequence[str], cell: Cell, character: str) -> list[str]:
    """Return the lines with another character in one cell."""
    x, y = cell
    grid = _character_grid(lines[y : y + 1])
    grid[x, 0] = character
    end = max(column for column, _ in grid)
    row = "".join(grid.get((column, 0), " ") for column in range(end + 1))
    return [*lines[:y], row, *lines[y + 1 :]]


def assert_reads_back(drawing: Drawing, boxes: Sequence[Box]) -> None:
    """Assert that the drawing reads back as the graph that was drawn.

    Raises `UnreadableDrawingError` or `AssertionError`.
    """
    assert_same_graph(read_nodes(drawing, lines_with_place_codes(drawing)), drawing, boxes)


def assert_same_graph(nodes: Sequence[ReadNode], drawing: Drawing, boxes: Sequence[Box]) -> None:
    where = {(rect.x, rect.y, rect.width, rect.height): name for name, rect in drawing.boxes.items()}
    name_of: dict[int, str] = {}
    for node in nodes:
        key = (node.x, node.y, node.width, node.height)
        if key not in where:
            raise UnreadableDrawingError(f"no box was drawn at {key}")
        name_of[id(node)] = where[key]
    found = {name_of[id(node)]: node for node in nodes}
    if len(found) != len(nodes) or set(found) != {box.id for box in boxes}:
        raise UnreadableDrawingError("not the boxes that were drawn")
    full = drawing.density != "compact"
    first: dict[str, tuple[str, ...]] = {}
    for box in boxes:
        for line in box.lines:
            first.setdefault(line.source, line.value if full else ())
    for box in boxes:
        node = found[box.id]
        if node.label != box.label:
            raise UnreadableDrawingError(f"{box.id} is labelled {node.label!r}")
        if full and node.name != box.name:
            raise UnreadableDrawingError(f"{box.id} has the name {node.name!r}")
        expected = [(x.source, x.value if full else (), x.slot.id if x.slot else None) for x in box.lines]
        seen = [(name_of[id(entry.source)], entry.value, entry.place) for entry in node.edges]
        if box.commutative:
            expected, seen = sorted(expected, key=repr), sorted(seen, key=repr)
        if expected != seen:
            raise UnreadableDrawingError(f"{box.id} takes {seen}, not {expected}")
        stem = (node.stem.value, node.stem.place) if node.stem else ((), None)
        if stem != ((first.get(box.id, ()), box.stem.id) if box.stem else ((), None)):
            raise UnreadableDrawingError(f"the stem of {box.id} carries {stem}")


def read_nodes(drawing: Drawing, lines: Sequence[str]) -> list[ReadNode]:
    """Return the nodes that the lines show. Of `drawing`, use only its alphabet, density and codes."""
    return _DrawingParser(lines, place_codes(drawing), drawing.density == "compact", drawing.glyphs.ascii).parse()


class _DrawingParser:
    def __init__(self, lines: Sequence[str], names: dict[str, str], compact: bool, ascii: bool) -> None:
        self.grid = _character_grid(lines)
        self.place_of_code, self.compact = names, compact
        self.arms = ASCII_ARMS if ascii else UNICODE_ARMS
        self.ascii = ascii
        self.crossing, self.branch, self.arrowhead = ("+", "*", ">") if ascii else ("┼", "●", "▸")
        self.node_of_cell: dict[Cell, ReadNode] = {}
        self.visited: dict[Visit, int] = {}
        self.ports_of_cell: dict[Cell, list[tuple[ReadNode, int]]] = {}
        self.source_of_cell: dict[Cell, ReadNode] = {}
        self.label_cells: set[Cell] = set()

    def parse(self) -> list[ReadNode]:
        found = self._find_compact_nodes() if self.compact else self._find_boxes()
        inputs: list[ReadNode] = []
        for node in found:
            for row in node.port_rows:
                if (node.x - 1, row, False) in self.visited:
                    continue
                inputs += self._follow_net((node.x - 1, row))
        self._check_crossings()
        self._assign_texts()
        for node in found:
            for port, row in enumerate(node.port_rows):
                if (node, port) not in self.ports_of_cell.get((node.x - 1, row), ()):
                    raise UnreadableDrawingError("a port without its line")
        return found + inputs

    def character_at(self, cell: Cell) -> str:
        return self.grid.get(cell, " ")

    # Nodes

    def _find_boxes(self) -> list[ReadNode]:
        corner = "," if self.ascii else "╭"
        found = []
        for cell, character in sorted(self.grid.items(), key=lambda pair: (pair[0][1], pair[0][0])):
            if character == corner and cell not in self.node_of_cell:
                node = self._parse_box(*cell)
                if node:
                    found.append(node)
                elif not self.ascii:
                    raise UnreadableDrawingError(f"no box begins at {cell}")
        return found

    def _parse_box(self, x: int, y: int) -> ReadNode | None:
        top_right, low_left, low_right = (".", "`", "'") if self.ascii else ("╮", "╰", "╯")
        flat, side, leave = ("-", "|", "|") if self.ascii else ("─", "│", "├")
        right = x + 1
        while self.character_at((right, y)) not in (top_right, " "):
            right += 1
        top = "".join(self.character_at((column, y)) for column in range(x + 1, right))
        name = top.strip(flat)
        if self.character_at((right, y)) != top_right or right - x < 4:
            return None
        bottom = y + 1
        while self.character_at((x, bottom)) == side and self.character_at((right, bottom)) in (side, leave):
            bottom += 1
        if self.character_at((x, bottom)) != low_left or self.character_at((right, bottom)) != low_right:
            return None
        if any(self.character_at((column, bottom)) != flat for column in range(x + 1, right)):
            return None
        rows = [
            "".join(self.character_at((column, row)) for column in range(x + 1, right)) for row in range(y + 1, bottom)
        ]
        labelled = [number for number, row in enumerate(rows) if row.strip(" ")]
        if len(labelled) != 1:
            return None
        label = rows[labelled[0]]
        if not (label.startswith(" ") and label.endswith(" ")):
            raise UnreadableDrawingError("a label out of place")
        node = ReadNode(x, y, right - x + 1, bottom - y + 1, label.strip(), name=name)
        for row in range(y + 1, bottom):
            if self.ascii:
                exit_ = self.character_at((right + 1, row)) in (*self.arms, self.branch, self.crossing)
            else:
                exit_ = self.character_at((right, row)) == leave
            if self.character_at((x - 1, row)) == self.arrowhead:
                node.port_rows.append(row)
            if exit_ and row != y + 1 + labelled[0]:
                raise UnreadableDrawingError("a wire leaves a box beside its label")
            if exit_ and not self._has_arm((right + 1, row), LEFT):
                raise UnreadableDrawingError("nothing leaves where a wire should")
        for column in range(x, right + 1):
            for row in range(y, bottom + 1):
                self.node_of_cell[column, row] = node
        if not node.port_rows:
            raise UnreadableDrawingError("a box that nothing enters")
        return node

    def _find_compact_nodes(self) -> list[ReadNode]:
        spans: dict[Cell, tuple[int, str]] = {}
        for (x, y), character in self.grid.items():
            if character == "(":
                # A label may have brackets of its own, as in ×(−2).
                end, depth = x, 1
                while depth:
                    end += 1
                    depth += {"(": 1, ")": -1}.get(self.character_at((end, y)), 0)
                    if end > x + 60:
                        raise UnreadableDrawingError("a node without an end")
                spans[x, y] = (end, "".join(self.character_at((column, y)) for column in range(x + 1, end)))
        found = []
        for (x, y), (end, _) in sorted(spans.items(), key=lambda pair: (pair[0][0], pair[0][1])):
            if (x, y) in self.node_of_cell:
                continue
            rows = [y]
            while spans.get((x, rows[-1] + 1), (0, ""))[0] == end:
                rows.append(rows[-1] + 1)
            for part in _split_stack([spans[x, row][1] for row in rows]):
                node_rows = rows[part.start : part.stop]
                label = spans[x, node_rows[(len(node_rows) - 1) // 2]][1]
                node = ReadNode(x, node_rows[0], end - x + 1, len(node_rows), label, port_rows=list(node_rows))
                for row in node_rows:
                    for column in range(x, end + 1):
                        self.node_of_cell[column, row] = node
                found.append(node)
        return found

    # Wires

    def _is_straight(self, cell: Cell) -> bool:
        """Return whether wires pass straight: at a crossing, or at a blank on a compact wire."""
        return self.character_at(cell) == self.crossing or (
            self.compact and self.character_at(cell) in self.place_of_code
        )

    def _has_arm(self, cell: Cell, arm: int) -> bool:
        """Return whether the wire in a cell has an arm in this direction."""
        if cell in self.node_of_cell:
            return False
        character = self.character_at(cell)
        if character == self.crossing:
            return True
        if character == self.arrowhead or (self.compact and character in self.place_of_code):
            return arm in (LEFT, RIGHT)
        if character == self.branch:
            dx, dy = OFFSETS[arm]
            other = (cell[0] + dx, cell[1] + dy)
            if other in self.node_of_cell:
                return False
            return self.character_at(other) == self.branch or self._has_arm(other, OPPOSITE[arm])
        return bool(self.arms.get(character, 0) & arm)

    def _arms_of(self, cell: Cell) -> list[int]:
        return [arm for arm in OFFSETS if self._has_arm(cell, arm)]

    def _follow_net(self, start: Cell) -> list[ReadNode]:
        """Follow a net from a port to all its ends. Return its source if that is an input."""
        if self.character_at(start) != self.arrowhead:
            raise UnreadableDrawingError(f"no arrowhead points to the port at {start}")
        seen: dict[Visit, list[tuple[int, Visit]]] = {}
        waiting: list[Visit] = [(*start, False)]
        exits: list[tuple[Visit, ReadNode | None]] = []
        ends: dict[Visit, tuple[ReadNode, int]] = {}
        while waiting:
            visit = waiting.pop()
            if visit in seen:
                continue
            seen[visit] = []
            x, y, upright = visit
            arms = self._arms_of((x, y))
            if self.character_at((x, y)) == self.arrowhead and (x + 1, y) not in self.node_of_cell:
                raise UnreadableDrawingError(f"an arrowhead in the middle of a wire at {(x, y)}")
            if self.character_at((x, y)) == self.crossing:
                arms = [UP, DOWN] if upright else [LEFT, RIGHT]
            for arm in arms:
                dx, dy = OFFSETS[arm]
                other = (x + dx, y + dy)
                if other in self.node_of_cell:
                    node = self.node_of_cell[other]
                    pointed = self.character_at((x, y)) == self.arrowhead
                    if arm == RIGHT and pointed and other[0] == node.x and y in node.port_rows:
                        ends[visit] = (node, node.port_rows.index(y))
                    elif arm == LEFT and other[0] == node.x + node.width - 1 and self._exit_row(node) == y:
                        exits.append((visit, node))
                    else:
                        raise UnreadableDrawingError(f"a wire runs into a box at {other}")
                elif self._has_arm(other, OPPOSITE[arm]):
                    next_visit = (*other, self.character_at(other) == self.crossing and arm in (UP, DOWN))
                    seen[visit].append((arm, next_visit))
                    waiting.append(next_visit)
                elif arm == LEFT and self._is_beside_label(x, y):
                    exits.append((visit, None))
                else:
                    raise UnreadableDrawingError(f"a loose end at {(x, y)}")
        for visit in seen:
            if visit in self.visited:
                raise UnreadableDrawingError("two nets in one cell")
            self.visited[visit] = 1
        if len(exits) != 1:
            raise UnreadableDrawingError(f"a net with {len(exits)} beginnings")
        root, source = exits[0]
        found = []
        if source is None:
            source = self._parse_input(root)
            found.append(source)
        self._assign_net(root, source, seen, ends)
        return found

    def _exit_row(self, node: ReadNode) -> int:
        if self.compact:
            return node.y + (node.height - 1) // 2
        rows = [y for y in range(node.y + 1, node.y + node.height - 1) if self._row_text(node, y).strip(" ")]
        if not self.ascii and self.character_at((node.x + node.width - 1, rows[0])) != "├":
            raise UnreadableDrawingError("a wire leaves where the box has no port")
        return rows[0]

    def _row_text(self, node: ReadNode, y: int) -> str:
        return "".join(self.character_at((column, y)) for column in range(node.x + 1, node.x + node.width - 1))

    def _is_text(self, cell: Cell) -> bool:
        character = self.character_at(cell)
        wires = ASCII_WIRES if self.ascii else WIRES
        return (
            character != " "
            and character not in wires
            and character not in self.place_of_code
            and cell not in self.node_of_cell
        )

    def _is_beside_label(self, x: int, y: int) -> bool:
        """Return whether a wire begins in a cell: right behind its label, or in a full drawing after a free cell."""
        return self._label_end(x, y) is not None

    def _label_end(self, x: int, y: int) -> int | None:
        for end in (x - 1,) if self.compact else (x - 1, x - 2):
            if self._is_text((end, y)):
                return end
            if self.character_at((end, y)) != " ":
                break
        return None

    def _parse_input(self, root: Visit) -> ReadNode:
        y = root[1]
        right = self._label_end(root[0], y)
        assert right is not None
        x = self._cell_before_word(right, y)
        # A label may have several words, one space apart. A word right above a wire is a value.
        while self._is_text((x - 1, y)) and not self._is_above_wire(
            before := self._cell_before_word(x - 1, y), x - 1, y
        ):
            x = before
        self.label_cells.update(
            (column, y) for column in range(x + 1, right + 1) if self.character_at((column, y)) != " "
        )
        text = "".join(self.character_at((column, y)) for column in range(x + 1, right + 1))
        return ReadNode(x + 1, y, right - x, 1, text)

    def _cell_before_word(self, x: int, y: int) -> int:
        """Return the column left of the word that ends at a cell."""
        while self.character_at((x, y)) != " " and x >= 0 and (x, y) not in self.node_of_cell:
            x -= 1
        return x

    def _is_above_wire(self, before: int, end: int, y: int) -> bool:
        """Return whether a wire runs below a word, or below the matrix that the word is part of."""
        flat = "-" if self.ascii else "─"
        return any(
            all(self.character_at((column, row)) == flat for column in range(before + 1, end + 1))
            and all(self._is_text((end, between)) for between in range(y, row))
            for row in range(y + 1, y + 5)
        )

    def _assign_net(
        self,
        root: Visit,
        source: ReadNode,
        seen: dict[Visit, list[tuple[int, Visit]]],
        ends: dict[Visit, tuple[ReadNode, int]],
    ) -> None:
        """Walk the net from its source. It must be a tree, marked at its first branching only."""
        parent: dict[Visit, Visit | None] = {root: None}
        order = [root]
        branchings = []
        for visit in order:
            onward = [other for _, other in seen[visit] if other != parent[visit]]
            for other in onward:
                if other in parent:
                    raise UnreadableDrawingError("a wire runs in a circle")
                parent[other] = visit
                order.append(other)
            arms = len(self._arms_of(visit[:2]))
            if arms > 2 and not self._is_straight(visit[:2]):
                branchings.append((visit, arms))
            if not onward and visit not in ends:
                raise UnreadableDrawingError("a wire that ends nowhere")
        for number, (visit, arms) in enumerate(branchings):
            marked = self.character_at(visit[:2]) == self.branch
            if marked != (self.ascii or number == 0 or arms == 4):
                raise UnreadableDrawingError(f"a branch drawn in another way at {visit}")
        if any(self.character_at(visit[:2]) == self.branch and len(self._arms_of(visit[:2])) < 3 for visit in seen):
            raise UnreadableDrawingError("a branch that does not branch")
        for node, port in ends.values():
            node.edges.extend([ReadEdge(source)] * (len(node.port_rows) - len(node.edges)))
            node.edges[port] = ReadEdge(source)
        for visit, end in ends.items():
            step: Visit | None = visit
            while step is not None:
                if not (self.character_at(step[:2]) == self.crossing and step[2]):
                    self.ports_of_cell.setdefault(step[:2], []).append(end)
                    self.source_of_cell[step[:2]] = source
                step = parent[step]
        self.num_ports = getattr(self, "num_ports", {})
        self.num_ports[id(source)] = len(ends)

    def _check_crossings(self) -> None:
        for cell, character in self.grid.items():
            x, y = cell
            if cell in self.node_of_cell or cell in self.label_cells:
                continue
            if (character == self.crossing and (x, y, False) in self.visited) or (x, y, True) in self.visited:
                if not ((x, y, False) in self.visited and (x, y, True) in self.visited):
                    raise UnreadableDrawingError("a crossing of one wire")
            elif not self.ascii and character in WIRES and (x, y, False) not in self.visited:
                raise UnreadableDrawingError(f"a piece of wire leads nowhere at {cell}")

    # Texts

    def _edge_at(self, cells: Sequence[Cell]) -> ReadEdge:
        """Return the edge or the stem that has its plain wire in these cells."""
        ends = self.ports_of_cell.get(cells[0])
        if not ends or any(self.ports_of_cell.get(cell) != ends for cell in cells):
            raise UnreadableDrawingError(f"no single wire beside the text at {cells[0]}")
        flat = "-" if self.ascii else "─"
        if any(
            self.character_at(cell) != flat and not (self.compact and self.character_at(cell) in self.place_of_code)
            for cell in cells
        ):
            raise UnreadableDrawingError("a text beside something else than a plain wire")
        if len(ends) == 1:
            node, port = ends[0]
            return node.edges[port]
        source = self.source_of_cell[cells[0]]
        if len(ends) != self.num_ports[id(source)]:
            raise UnreadableDrawingError("a text between two branchings")
        if source.stem is None:
            source.stem = ReadEdge(source)
        return source.stem

    def _assign_texts(self) -> None:
        places: dict[str, list[Cell]] = {}
        rest: dict[Cell, str] = {}
        for cell, character in self.grid.items():
            if cell in self.node_of_cell or cell in self.label_cells:
                continue
            if character in self.place_of_code:
                places.setdefault(character, []).append(cell)
            elif (*cell, False) not in self.visited and (*cell, True) not in self.visited and character != " ":
                rest[cell] = character
        if set(places) != set(self.place_of_code):
            raise UnreadableDrawingError("a place is missing")
        for code, cells in places.items():
            self._assign_place(self.place_of_code[code], cells)
        self._assign_values(rest)

    def _assign_place(self, name: str, cells: list[Cell]) -> None:
        xs, ys = [x for x, _ in cells], [y for _, y in cells]
        if len(cells) != (max(xs) - min(xs) + 1) * (max(ys) - min(ys) + 1):
            raise UnreadableDrawingError(f"the place {name} is not a rectangle")
        wire = min(ys) - (0 if self.compact else 1)
        entry = self._edge_at([(x, wire) for x in range(min(xs), max(xs) + 1)])
        if entry.place is not None:
            raise UnreadableDrawingError("two places on one line")
        entry.place = name

    def _assign_values(self, rest: dict[Cell, str]) -> None:
        runs: dict[tuple[int, int, int], str] = {}
        done: set[Cell] = set()
        for cell in sorted(rest, key=lambda cell: (cell[1], cell[0])):
            if cell in done or rest[cell] == "":
                continue
            x, y = cell
            bracket = rest[cell] in OPENING
            end = x
            # A formula has single spaces; two texts side by side are at least two spaces apart.
            while (
                (end + 1, y) in rest or (end + 2, y) in rest or (bracket and rest.get((end, y)) not in tuple(CLOSING))
            ):
                if bracket and rest.get((end, y)) in tuple(CLOSING):
                    break
                end += 1
                if end > x + 200:
                    raise UnreadableDrawingError("a bracket that does not close")
            done.update((column, y) for column in range(x, end + 1))
            runs[x, end, y] = "".join(rest.get((column, y), " ") for column in range(x, end + 1))
        for (x, end, y), text in sorted(runs.items(), key=lambda pair: -pair[0][2]):
            wire = y + 1
            while (x, end, wire) in runs:
                wire += 1
            entry = self._edge_at([(column, wire) for column in range(x, end + 1)])
            entry.value = (text, *entry.value)


def _character_grid(lines: Sequence[str]) -> dict[Cell, str]:
    """Return every character by its cell. The second half of a wide one is an empty string."""
    grid: dict[Cell, str] = {}
    for y, line in enumerate(lines):
        x = 0
        for character in line:
            width = cell_len(character)
            if not width:
                grid[x - 1, y] += character
                continue
            grid[x, y] = character
            for offset in range(1, width):
                grid[x + offset, y] = ""
            x += width
    return grid


def _split_stack(rows: Sequence[str]) -> list[range]:
    """Return the rows of each node in a stack of `(…)`: nodes of one or two rows, or a single taller one."""
    labels = [number for number, row in enumerate(rows) if row.strip(" ")]
    if len(labels) == 1 and labels[0] == (len(rows) - 1) // 2:
        return [range(len(rows))]
    parts = []
    for number, start in enumerate(labels):
        end = labels[number + 1] if number + 1 < len(labels) else len(rows)
        if end - start > 2:
            raise UnreadableDrawingError("a stack of nodes that could be parted in two ways")
        parts.append(range(start, end))
    if not labels or labels[0] != 0:
        raise UnreadableDrawingError("a node without a label")
    return parts
