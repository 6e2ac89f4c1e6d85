"""A widget that paints itself into a canvas and sends only the cells that differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from textual.geometry import Region, Size
from textual.reactive import Reactive
from textual.strip import Strip
from textual.widget import Widget

from tutor.glyphs import UNICODE, Glyphs
from tutor.tui.canvas import Canvas
from tutor.tui.themes import palette_of

if TYPE_CHECKING:
    from tutor.tui.themes import Palette


class RepaintedWidget(Widget):
    """A widget with a canvas. `repaint` paints it again after a change, and sends only what is different."""

    _canvas: Canvas | None = None

    def _painted(self) -> Canvas:
        """Return a new canvas with the widget as it is now."""
        raise NotImplementedError

    def _fits(self, canvas: Canvas) -> bool:
        """Return whether a canvas painted before has the size, the part and the palette that the widget has now."""
        raise NotImplementedError

    @property
    def palette(self) -> Palette:
        return palette_of(self.app)

    def repaint(self) -> None:
        """Paint the widget as it is now, and send the cells that differ from those on the screen."""
        before = self._canvas
        if before is None or not self._fits(before):
            self._canvas = None
            self.refresh()
            return
        self._canvas = self._painted()
        spans = self._canvas.changed_spans(before)
        if spans:
            self.refresh(*(Region(x, y, width, 1) for y, x, width in spans))

    def notify_style_update(self) -> None:
        """Paint the widget again when the theme changes."""
        super().notify_style_update()
        self._canvas = None

    def render_line(self, y: int) -> Strip:
        if self._canvas is None or not self._fits(self._canvas):
            self._canvas = self._painted()
        if y >= self._canvas.height:
            return Strip.blank(self.size.width, self.rich_style)
        return self._canvas.strip(y)


class CanvasWidget(RepaintedWidget):
    """A widget that `paint` fills."""

    #: Its size is that of its place. Textual would repeat the layout to find the same size, and paint it twice.
    virtual_size = Reactive(Size(0, 0), repaint=False)

    #: The palette's colour behind the widget.
    GROUND: ClassVar[str] = "ground"

    def __init__(self, glyphs: Glyphs = UNICODE, id: str | None = None, classes: str | None = None) -> None:
        super().__init__(id=id, classes=classes)
        self.glyphs = glyphs

    def paint(self, canvas: Canvas) -> None:
        """Paint the widget on an empty canvas of its size."""
        raise NotImplementedError

    def forget(self) -> None:
        """Repaint the widget when it is next shown, without asking for that now."""
        self._canvas = None

    def _fits(self, canvas: Canvas) -> bool:
        return (canvas.width, canvas.height) == self.size and canvas.palette is self.palette

    def _painted(self) -> Canvas:
        canvas = Canvas(self.size.width, self.size.height, self.palette, ascii=self.glyphs.ascii, on=self.GROUND)
        self.paint(canvas)
        return canvas

    def on_resize(self) -> None:
        if self._canvas is None or not self._fits(self._canvas):
            self._canvas = None
            self.refresh()
        else:
            # The new layout has painted it in its new size already. Nothing is sent twice.
            self._exchange_repaint_regions()

    def render(self) -> Any:
        raise NotImplementedError("a canvas is painted line by line")
