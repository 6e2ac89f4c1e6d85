"""The computational graph: one widget that paints a drawing and what stands in its places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Offset, Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.drawing import Drawing, Place, Rect
from tutor.drawing.cells import BEHIND, clusters, shorten
from tutor.tui.signs import UNICODE, Signs

#: How a place is coloured.
Tone = Literal["blank", "draft", "given", "right", "wrong", "near", "revealed"]


@dataclass(frozen=True, slots=True)
class Filling:
    """What stands in a place: texts and marks by row and column (missing ones are dots), and how it stands."""

    tone: Tone = "blank"
    texts: Sequence[Sequence[str]] = ()
    marks: Sequence[Sequence[str]] = ()
    #: The mark for the whole, where a drawing has room for one cell only.
    mark: str = ""


_EMPTY = Filling()

#: What shows also in a free cell: a ground of its own, a line under it.
_GROUNDED = frozenset({"graph--focus", "graph--look"})
#: A place is clicked on its wire and its forward value as well.
_REACH = Spacing(2, 1, 0, 1)
#: What is kept in sight around the focused place.
_AROUND = Spacing(3, 4, 1, 4)


class GraphView(ScrollView, inherit_bindings=False):
    """A drawing in a window that scrolls, in the middle where there is room.

    `fill` says what stands in the places; only places that changed are painted anew.
    """

    can_focus = True
    ALLOW_MAXIMIZE = False

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "graph--wire",
        "graph--box",
        "graph--label",
        "graph--value",
        "graph--branch",
        "graph--blank",
        "graph--draft",
        "graph--given",
        "graph--right",
        "graph--wrong",
        "graph--near",
        "graph--revealed",
        "graph--focus",
        "graph--look",
    }

    class Chosen(Message):
        """A place was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    class NodeChosen(Message):
        """A node was clicked."""

        def __init__(self, node: str) -> None:
            super().__init__()
            self.node = node

    def __init__(self, signs: Signs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.signs = signs
        self.drawing: Drawing | None = None
        self._fillings: Mapping[str, Filling] = {}
        self._focused = ""
        #: The node that is asked about, where what is asked has no place of its own in the drawing.
        self._node = ""
        #: The places that are pointed out beside the focused one.
        self.looked_at: frozenset[str] = frozenset()
        self._fixed: list[list[tuple[str, str]]] = []

    # --- what is shown ---

    def show(self, drawing: Drawing) -> None:
        """Show another drawing."""
        if drawing is self.drawing:
            return
        self.drawing = drawing
        self._fixed = [self._fixed_row(drawing, y) for y in range(drawing.height)]
        self.virtual_size = Size(drawing.width, drawing.height)
        self.refresh()
        self.follow()

    def fill(
        self, fillings: Mapping[str, Filling], focused: str, looked_at: frozenset[str], node: str | None = None
    ) -> None:
        """Show these fillings; refresh where something differs. `node` is in focus where no place is."""
        drawing = self.drawing
        if drawing is None:
            return
        changed = {name for name in drawing.places if fillings.get(name) != self._fillings.get(name)}
        changed |= {self._focused, focused} if focused != self._focused else set()
        changed |= self.looked_at ^ looked_at
        moved = focused != self._focused
        self._fillings, self._focused, self.looked_at = fillings, focused, looked_at
        regions = [self._on_screen(drawing.places[name]) for name in changed if name in drawing.places]
        asked = node if node is not None and node in drawing.boxes and focused not in drawing.places else ""
        if asked != self._node:
            regions += [self._on_screen(drawing.boxes[name]) for name in (self._node, asked) if name in drawing.boxes]
            self._node = asked
        if regions:
            self.refresh(*_by_row(regions))
        if moved:
            self.follow()

    def follow(self) -> None:
        """Scroll so that the focused place, or node, is in sight, with what stands around it."""
        drawing = self.drawing
        if drawing is None:
            return
        place = drawing.places.get(self._focused) or drawing.boxes.get(self._node)
        if place is None:
            return
        region = Region(place.x, place.y, place.width, place.height).grow(_AROUND)
        bounds = Region(0, 0, drawing.width, drawing.height)
        self.scroll_to_region(region.intersection(bounds), animate=False, force=True, origin_visible=False)

    def on_resize(self) -> None:
        self.refresh()
        self.follow()

    @property
    def origin(self) -> Offset:
        """Where the drawing begins in the widget: in the middle where there is room for it."""
        if self.drawing is None:
            return Offset(0, 0)
        width, height = self.scrollable_content_region.size
        free_x, free_y = width - self.drawing.width, height - self.drawing.height
        return Offset(max(free_x // 2, 0), max(min(free_y // 2, 4), 0))

    def place_at(self, x: int, y: int) -> str | None:
        """The place at a cell of the drawing, on its own cells or its wire above."""
        if self.drawing is None:
            return None
        spot = Offset(x, y)
        for reach in (Spacing(0, 0, 0, 0), _REACH):
            for name, place in self.drawing.places.items():
                if Region(place.x, place.y, place.width, place.height).grow(reach).contains_point(spot):
                    return name
        return None

    def on_click(self, event: events.Click) -> None:
        spot = event.get_content_offset(self)
        if spot is None:
            return
        x, y = spot + self.scroll_offset - self.origin
        name = self.place_at(x, y)
        if name is not None:
            self.post_message(self.Chosen(name))
        elif (node := self.node_at(x, y)) is not None:
            self.post_message(self.NodeChosen(node))

    def node_at(self, x: int, y: int) -> str | None:
        """The node drawn at a cell of the drawing."""
        boxes = self.drawing.boxes.items() if self.drawing is not None else ()
        found = (name for name, box in boxes if Region(box.x, box.y, box.width, box.height).contains(x, y))
        return next(found, None)

    def _on_screen(self, place: Place | Rect) -> Region:
        region = Region(place.x, place.y, place.width, place.height)
        return region.translate(self.origin - self.scroll_offset)

    # --- painting ---

    @staticmethod
    def _fixed_row(drawing: Drawing, y: int) -> list[tuple[str, str]]:
        """A row of the drawing: each cell's character and the component that colours it."""
        row = [(cell, "") for cell in clusters(drawing.rows[y])]
        for run in drawing.runs[y]:
            for x, cell in enumerate(clusters(run.text), run.x):
                row[x] = (cell, f"graph--{run.style}")
        return row

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        origin, scrolled = self.origin, self.scroll_offset
        row = y + scrolled.y - origin.y
        if self.drawing is None or not 0 <= row < self.drawing.height:
            return Strip.blank(self.size.width, base)
        cells = list(self._fixed[row])
        for name, place in self.drawing.places.items():
            if place.y <= row < place.y + place.height:
                self._paint(cells, name, place, row - place.y)
        box = self.drawing.boxes.get(self._node)
        if box is not None and box.y <= row < box.y + box.height:
            cells[box.x : box.x + box.width] = [
                (character, "graph--focus") for character, _component in cells[box.x : box.x + box.width]
            ]
        cells[:0] = [(" ", "")] * origin.x
        segments = []
        for component, group in groupby(_joined(cells), key=lambda cell: cell[1]):
            segments.append(Segment("".join(text for text, _ in group), self._style(component, base)))
        strip = Strip(segments, origin.x + self.drawing.width)
        return strip.crop_extend(scrolled.x, scrolled.x + width, base)

    def _style(self, components: str, base: Style) -> Style:
        return self.get_component_rich_style(*components.split()) if components else base

    def _paint(self, cells: list[tuple[str, str]], name: str, place: Place, row: int) -> None:
        filling = self._fillings.get(name, _EMPTY)
        component = f"graph--{filling.tone}"
        if name in self.looked_at:
            component += " graph--look"
        if name == self._focused:
            component = "graph--focus"
        if place.density == "compact":
            cells[place.x] = (filling.mark or self.signs.open, component)
            return
        for column in range(place.columns):
            x = place.x + column * (place.cell + 1)
            text = self._fitted(_at(filling.texts, row, column), place, filling.tone)
            mark = _at(filling.marks, row, column) or " "
            right_in_part = mark == self.signs.right and component == "graph--wrong"
            colour = "graph--right" if right_in_part else component
            for offset, character in enumerate([*clusters(text), mark]):
                cells[x + offset] = (character, colour)

    def _fitted(self, text: str, place: Place, tone: Tone) -> str:
        """A number in the middle, as the one above the wire stands; a matrix's cells to the right."""
        if not text:
            return self.signs.dot * place.cell
        cut = _end(text, place.cell, self.signs.more) if tone == "draft" else shorten(text, place.cell, self.signs.more)
        free = place.cell - cell_len(cut)
        left = (free + 1) // 2 if place.rows == place.columns == 1 else free
        return " " * left + cut + " " * (free - left)


def _by_row(regions: Iterable[Region]) -> Iterable[Region]:
    """One region for each row, from its first cell to its last: for every region a row is sent from its beginning."""
    found: dict[int, Region] = {}
    for region in regions:
        for y in range(region.y, region.bottom):
            row = Region(region.x, y, region.width, 1)
            found[y] = found[y].union(row) if y in found else row
    return found.values()


def _joined(cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """The same to see, in fewer colours: a free cell takes that of the cell before it, where this has no ground."""
    before = ""
    for text, component in cells:
        if text == " " and not component and not _GROUNDED.intersection(before.split()):
            component = before
        before = component
        yield text, component


def _at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _end(text: str, width: int, sign: str) -> str:
    """The end of a text in at most `width` cells: where someone is typing."""
    cells = clusters(text)
    if len(cells) <= width:
        return text
    kept = cells[len(cells) - width + cell_len(sign) :]
    if kept and kept[0] == BEHIND:
        kept = [" ", *kept[1:]]
    return sign + "".join(kept)
