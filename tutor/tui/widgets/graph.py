"""The graph widget: it paints a drawing and the contents of its places."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, ClassVar, Literal

from rich.cells import cell_len
from rich.segment import Segment
from textual.geometry import Offset, Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from tutor.drawing.cell_width import WIDE_TAIL, graphemes, truncate
from tutor.drawing.render_text import summarize_matrix
from tutor.glyphs import UNICODE, Glyphs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rich.style import Style
    from textual import events

    from tutor.drawing.model import Drawing, Place, Rect

#: The colour of a place.
Tone = Literal["blank", "draft", "given", "right", "wrong", "near", "revealed"]


@dataclass(frozen=True, slots=True)
class PlaceContent:
    """The content of a place: texts and marks by row and column; a missing text is shown as dots."""

    tone: Tone = "blank"
    texts: Sequence[Sequence[str]] = ()
    marks: Sequence[Sequence[str]] = ()
    #: The only mark that a compact drawing has room for.
    mark: str = ""


_EMPTY_CONTENT = PlaceContent()

#: Styles of a drawing that look like another one.
_COMPONENTS = {"arrow": "wire", "name": "label"}

#: Components that are visible in an empty cell too: a background, an underline.
_BACKGROUND_COMPONENTS = frozenset({"graph--focus", "graph--pointer"})
#: A click on the wire or the forward value of a place counts as well.
_CLICK_MARGIN = Spacing(2, 1, 0, 1)
#: Cells around the focused place that are kept visible.
_SCROLL_MARGIN = Spacing(3, 4, 1, 4)


class GraphView(ScrollView, inherit_bindings=False):
    """Shows a drawing, scrolled or centred.

    `set_contents` fills the places; only places that changed are painted again.
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
        "graph--pointer",
    }

    class PlaceSelected(Message):
        """A place was clicked."""

        def __init__(self, place: str) -> None:
            super().__init__()
            self.place = place

    class NodeSelected(Message):
        """A node was clicked."""

        def __init__(self, node: str) -> None:
            super().__init__()
            self.node = node

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None) -> None:
        super().__init__(id=id)
        self.glyphs = glyphs
        self.drawing: Drawing | None = None
        self._place_contents: Mapping[str, PlaceContent] = {}
        self._focused_place = ""
        #: The node in focus if the focused blank has no place in the drawing.
        self._focused_node = ""
        #: The places that the feedback points to.
        self.pointers: frozenset[str] = frozenset()
        self._static_rows: list[list[tuple[str, str]]] = []

    # --- contents ---

    def set_drawing(self, drawing: Drawing) -> None:
        """Show another drawing."""
        if drawing is self.drawing:
            return
        self.drawing = drawing
        self._static_rows = [self._static_row(drawing, y) for y in range(drawing.height)]
        self.virtual_size = Size(drawing.width, drawing.height)
        self.refresh()
        self.scroll_to_focus()

    def set_contents(
        self, contents: Mapping[str, PlaceContent], focused: str, pointers: frozenset[str], node: str | None = None
    ) -> None:
        """Show contents by place and repaint what differs. `node` is in focus if the focused blank has no place."""
        drawing = self.drawing
        if drawing is None:
            return
        changed = {name for name in drawing.places if contents.get(name) != self._place_contents.get(name)}
        changed |= {self._focused_place, focused} if focused != self._focused_place else set()
        changed |= self.pointers ^ pointers
        moved = focused != self._focused_place
        self._place_contents, self._focused_place, self.pointers = contents, focused, pointers
        regions = [self._screen_region(drawing.places[name]) for name in changed if name in drawing.places]
        focused_node = node if node is not None and node in drawing.boxes and focused not in drawing.places else ""
        if focused_node != self._focused_node:
            regions += [
                self._screen_region(drawing.boxes[name])
                for name in (self._focused_node, focused_node)
                if name in drawing.boxes
            ]
            self._focused_node = focused_node
        if regions:
            self.refresh(*_merge_by_row(regions))
        if moved:
            self.scroll_to_focus()

    def scroll_to_focus(self) -> None:
        """Scroll so that the focused place or node and the cells around it are visible."""
        drawing = self.drawing
        if drawing is None:
            return
        place = drawing.places.get(self._focused_place) or drawing.boxes.get(self._focused_node)
        if place is None:
            return
        region = Region(place.x, place.y, place.width, place.height).grow(_SCROLL_MARGIN)
        bounds = Region(0, 0, drawing.width, drawing.height)
        self.scroll_to_region(region.intersection(bounds), animate=False, force=True, origin_visible=False)

    def on_resize(self) -> None:
        self.refresh()
        self.scroll_to_focus()

    @property
    def origin(self) -> Offset:
        """Return where the drawing begins in the widget: it is centred if there is room."""
        if self.drawing is None:
            return Offset(0, 0)
        width, height = self.scrollable_content_region.size
        free_x, free_y = width - self.drawing.width, height - self.drawing.height
        return Offset(max(free_x // 2, 0), max(min(free_y // 2, 4), 0))

    def place_at(self, x: int, y: int) -> str | None:
        """Return the place at a cell of the drawing, or on the wire above it."""
        if self.drawing is None:
            return None
        for margin in (Spacing(0, 0, 0, 0), _CLICK_MARGIN):
            for name, place in self.drawing.places.items():
                if Region(place.x, place.y, place.width, place.height).grow(margin).contains(x, y):
                    return name
        return None

    def on_click(self, event: events.Click) -> None:
        offset = event.get_content_offset(self)
        if offset is None:
            return
        x, y = offset + self.scroll_offset - self.origin
        name = self.place_at(x, y)
        if name is not None:
            self.post_message(self.PlaceSelected(name))
        elif (node := self.node_at(x, y)) is not None:
            self.post_message(self.NodeSelected(node))

    def node_at(self, x: int, y: int) -> str | None:
        """Return the node at a cell of the drawing."""
        boxes = self.drawing.boxes.items() if self.drawing is not None else ()
        hits = (name for name, box in boxes if Region(box.x, box.y, box.width, box.height).contains(x, y))
        return next(hits, None)

    def _screen_region(self, place: Place | Rect) -> Region:
        region = Region(place.x, place.y, place.width, place.height)
        return region.translate(self.origin - self.scroll_offset)

    # --- painting ---

    @staticmethod
    def _static_row(drawing: Drawing, y: int) -> list[tuple[str, str]]:
        """Return a row of the drawing: the character of each cell and the component that colours it."""
        row = [(cell, "") for cell in graphemes(drawing.rows[y])]
        for run in drawing.runs[y]:
            for x, cell in enumerate(graphemes(run.text), run.x):
                row[x] = (cell, f"graph--{_COMPONENTS.get(run.style, run.style)}")
        return row

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        base = self.rich_style
        origin, scrolled = self.origin, self.scroll_offset
        row = y + scrolled.y - origin.y
        if self.drawing is None or not 0 <= row < self.drawing.height:
            return Strip.blank(self.size.width, base)
        cells = list(self._static_rows[row])
        for name, place in self.drawing.places.items():
            if place.y <= row < place.y + place.height:
                self._paint_place(cells, name, place, row - place.y)
        box = self.drawing.boxes.get(self._focused_node)
        if box is not None and box.y <= row < box.y + box.height:
            cells[box.x : box.x + box.width] = [
                (character, "graph--focus") for character, _component in cells[box.x : box.x + box.width]
            ]
        cells[:0] = [(" ", "")] * origin.x
        segments = []
        for component, group in groupby(_merge_blank_cells(cells), key=lambda cell: cell[1]):
            segments.append(Segment("".join(text for text, _ in group), self._style(component, base)))
        strip = Strip(segments, origin.x + self.drawing.width)
        return strip.crop_extend(scrolled.x, scrolled.x + width, base)

    def _style(self, components: str, base: Style) -> Style:
        return self.get_component_rich_style(*components.split()) if components else base

    def _paint_place(self, cells: list[tuple[str, str]], name: str, place: Place, row: int) -> None:
        content = self._place_contents.get(name, _EMPTY_CONTENT)
        component = f"graph--{content.tone}"
        if name in self.pointers:
            component += " graph--pointer"
        if name == self._focused_place:
            component = "graph--focus"
        if place.density == "compact":
            cells[place.x] = (content.mark or self.glyphs.blank, component)
            return
        texts, marks = content.texts, content.marks
        if place.shape:
            text, mark = summarize_matrix(place.shape, texts, marks, self.glyphs)
            texts, marks = ((text,),), ((mark,),)
        for column in range(place.columns):
            x = place.x + column * (place.cell_width + 1)
            text = self._fit_text(_text_at(texts, row, column), place, content.tone)
            mark = _text_at(marks, row, column) or " "
            right_in_part = mark == self.glyphs.correct and component == "graph--wrong"
            colour = "graph--right" if right_in_part else component
            for offset, character in enumerate([*graphemes(text), mark]):
                cells[x + offset] = (character, colour)

    def _fit_text(self, text: str, place: Place, tone: Tone) -> str:
        """Return a text in the width of its place: numbers centred like those above the wire, cells to the right."""
        if not text:
            return self.glyphs.placeholder * place.cell_width
        cut = (
            _keep_end(text, place.cell_width, self.glyphs.ellipsis)
            if tone == "draft"
            else truncate(text, place.cell_width, self.glyphs.ellipsis)
        )
        free = place.cell_width - cell_len(cut)
        left = (free + 1) // 2 if place.rows == place.columns == 1 else free
        return " " * left + cut + " " * (free - left)


def _merge_by_row(regions: Iterable[Region]) -> Iterable[Region]:
    """Return one region for each row: for every region Textual sends the row from its start."""
    rows: dict[int, Region] = {}
    for region in regions:
        for y in range(region.y, region.bottom):
            row = Region(region.x, y, region.width, 1)
            rows[y] = rows[y].union(row) if y in rows else row
    return rows.values()


def _merge_blank_cells(cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield cells that look the same with fewer changes of colour: blank cells take that of the cell before."""
    before = ""
    for text, component in cells:
        if text == " " and not component and not _BACKGROUND_COMPONENTS.intersection(before.split()):
            component = before
        before = component
        yield text, component


def _text_at(rows: Sequence[Sequence[str]], row: int, column: int) -> str:
    return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""


def _keep_end(text: str, width: int, ellipsis: str) -> str:
    """Return at most `width` cells of a text that is being typed: its end."""
    cells = graphemes(text)
    if len(cells) <= width:
        return text
    end = cells[len(cells) - width + cell_len(ellipsis) :]
    if end and end[0] == WIDE_TAIL:
        end = [" ", *end[1:]]
    return ellipsis + "".join(end)
