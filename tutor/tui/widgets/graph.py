"""The graph widget: it shows a drawing with the contents of its places, and takes clicks on them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual.geometry import Offset, Region, Size, Spacing
from textual.message import Message
from textual.scroll_view import ScrollView

from tutor.glyphs import UNICODE, Glyphs
from tutor.tui.canvas import Canvas
from tutor.tui.graph_look import PLAIN_LOOK, GraphLook, PlaceContent, focus_on
from tutor.tui.graph_painter import paint_contents, paint_graph, paint_ground
from tutor.tui.widgets.canvas import CanvasWidget, RepaintedWidget

if TYPE_CHECKING:
    from collections.abc import Mapping

    from textual import events
    from textual.timer import Timer

    from tutor.drawing.model import Drawing
    from tutor.practice.close_up.crosshair import MarkedCells

#: A click on the wire or the forward value of a place counts as well.
_CLICK_MARGIN = Spacing(2, 1, 0, 1)
#: Cells around the focused place that are kept visible.
_SCROLL_MARGIN = Spacing(3, 4, 1, 4)

_AT_REST = replace(PLAIN_LOOK, lanes_shine=True)

FRAMES_A_SECOND = 20
#: A pulse takes this long, and is not shown in graphs of more boxes.
_PULSE_SECONDS = 0.6
MAX_MOVING_BOXES = 60


def centred(drawing: Drawing, width: int, height: int) -> Offset:
    """Return where a drawing begins in a field: in its middle if there is room, else at its top left."""
    return Offset(max((width - drawing.width) // 2, 0), max((height - drawing.height) // 2, 0))


class GraphView(ScrollView, RepaintedWidget, inherit_bindings=False):
    """Shows a drawing, scrolled or centred. `set_contents` fills the places; only cells that differ are sent."""

    can_focus = True
    ALLOW_MAXIMIZE = False

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
        self.look = PLAIN_LOOK
        self._contents: Mapping[str, PlaceContent] = {}
        self._canvas_scroll = Offset(0, 0)
        #: Values that stay the same in the current window, with the values they depend on.
        self._ground: tuple[object, Canvas] | None = None
        self._pulse_timer: Timer | None = None
        #: The place that is kept visible.
        self._visible = ""

    # --- contents ---

    def set_drawing(self, drawing: Drawing) -> None:
        """Show another drawing."""
        if drawing is self.drawing:
            return
        self.drawing = drawing
        self.virtual_size = Size(drawing.width, drawing.height)
        self._canvas = None
        self.refresh()
        self.scroll_to_focus()

    def set_contents(
        self,
        contents: Mapping[str, PlaceContent],
        focused: str,
        pointers: frozenset[str] = frozenset(),
        node: str | None = None,
        cell: tuple[int, int] | None = None,
        factors: tuple[MarkedCells, ...] = (),
    ) -> None:
        """Show contents by place and what is in focus.

        `node` is in focus if the focused blank has no place. `pointers` are places that the feedback points to, `cell`
        is the active cell of a matrix, and `factors` are the rows and columns that make it. Without a focus, as when
        everything is solved, the lanes of all gradients shine.
        """
        if self.drawing is None:
            return
        look = focus_on(self.drawing, focused, node) if focused or node else _AT_REST
        self.set_look(contents, replace(look, pointers=pointers, cell=cell, factors=factors, pulse=self.look.pulse))

    def set_look(self, contents: Mapping[str, PlaceContent], look: GraphLook, visible: str = "") -> None:
        """Show contents by place in any look; the place `visible`, by default the one in focus, stays visible."""
        before = (self._visible, self.look.node)
        self._contents, self.look, self._visible = contents, look, visible or look.place
        self.repaint()
        if (self._visible, look.node) != before:
            self.scroll_to_focus()

    def pulse(self) -> None:
        """Send a pulse once from the output to every input; nothing moves without animations or in a large graph."""
        drawing = self.drawing
        if drawing is None or len(drawing.boxes) > MAX_MOVING_BOXES or self.app.animation_level == "none":
            return
        if self._pulse_timer is not None:
            self._pulse_timer.stop()
        self.look = replace(self.look, pulse=0.0)
        self._pulse_timer = self.set_interval(1 / FRAMES_A_SECOND, self._step_pulse)

    def _step_pulse(self) -> None:
        """Move the pulse on. It stops itself: a timer that counts may skip steps, and would leave it on its way."""
        if self._pulse_timer is None or self.look.pulse is None:
            return
        pulse = self.look.pulse + 1 / (_PULSE_SECONDS * FRAMES_A_SECOND)
        if pulse > 1:
            self._pulse_timer.stop()
        self.look = replace(self.look, pulse=pulse if pulse <= 1 else None)
        self.repaint()

    # --- position ---

    def scroll_to_focus(self) -> None:
        """Scroll so that the focused place or node and the cells around it are visible."""
        drawing = self.drawing
        if drawing is None:
            return
        place = drawing.places.get(self._visible) or drawing.boxes.get(self.look.node)
        if place is None:
            return
        region = Region(place.x, place.y, place.width, place.height).grow(_SCROLL_MARGIN)
        bounds = Region(0, 0, drawing.width, drawing.height)
        self.scroll_to_region(region.intersection(bounds), animate=False, force=True, origin_visible=False)

    def on_resize(self) -> None:
        self._canvas = None
        self.refresh()
        self.scroll_to_focus()

    @property
    def origin(self) -> Offset:
        """Return where the drawing begins in the widget: it is centred if there is room."""
        if self.drawing is None:
            return Offset(0, 0)
        return centred(self.drawing, *self.scrollable_content_region.size)

    # --- mouse ---

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

    def place_at(self, x: int, y: int) -> str | None:
        """Return the place at a cell of the drawing, or on the wire above it."""
        if self.drawing is None:
            return None
        for margin in (Spacing(0, 0, 0, 0), _CLICK_MARGIN):
            for name, place in self.drawing.places.items():
                if Region(place.x, place.y, place.width, place.height).grow(margin).contains(x, y):
                    return name
        return None

    def node_at(self, x: int, y: int) -> str | None:
        """Return the node at a cell of the drawing."""
        boxes = self.drawing.boxes.items() if self.drawing is not None else ()
        hits = (name for name, box in boxes if Region(box.x, box.y, box.width, box.height).contains(x, y))
        return next(hits, None)

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        self._scroll_sideways(event, 1)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        self._scroll_sideways(event, -1)

    def _scroll_sideways(self, event: events.MouseEvent, direction: int) -> None:
        """Scroll a drawing that is only too wide with the wheel as well."""
        if self.max_scroll_x and not self.max_scroll_y:
            event.stop()
            event.prevent_default()
            self.scroll_relative(x=4 * direction, animate=False)

    # --- painting ---

    def _fits(self, canvas: Canvas) -> bool:
        size = self.scrollable_content_region.size
        return (
            (canvas.width, canvas.height) == size
            and canvas.palette is self.palette
            and self._canvas_scroll == self.scroll_offset
        )

    def _painted(self) -> Canvas:
        width, height = self.scrollable_content_region.size
        palette = self.palette
        self._canvas_scroll = self.scroll_offset
        if self.drawing is None:
            return Canvas(width, height, palette, ascii=self.glyphs.ascii)
        x, y = self.origin - self.scroll_offset
        key = (self.drawing, palette, self.glyphs.ascii, width, height, x, y, self.look.fades)
        if self._ground is None or self._ground[0] != key:
            ground = Canvas(width, height, palette, ascii=self.glyphs.ascii)
            paint_ground(ground, x, y, self.drawing, self.look)
            self._ground = (key, ground)
        canvas = self._ground[1].copy()
        paint_contents(canvas, x, y, self.drawing, self._contents, self.look)
        return canvas


class GraphPreview(CanvasWidget):
    """Shows a drawing that takes no keys or clicks; what doesn't fit is cut off."""

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(glyphs, id, classes)
        self._drawing: Drawing | None = None
        self._contents: Mapping[str, PlaceContent] = {}
        self._look = PLAIN_LOOK

    def set_graph(
        self, drawing: Drawing | None, contents: Mapping[str, PlaceContent] | None = None, look: GraphLook = PLAIN_LOOK
    ) -> None:
        """Show a drawing with contents, or nothing."""
        self._drawing, self._contents, self._look = drawing, contents or {}, look
        self.repaint()

    def paint(self, canvas: Canvas) -> None:
        if self._drawing is not None:
            x, y = centred(self._drawing, canvas.width, canvas.height)
            paint_graph(canvas, x, y, self._drawing, self._contents, self._look)
