"""Changes to Textual: a stylesheet that is parsed once, updates that send only their cells, scroll bars in ASCII."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from rich.control import Control
from rich.segment import Segment, Segments
from textual import _compositor
from textual._compositor import ChopsUpdate
from textual.css.stylesheet import Stylesheet
from textual.scrollbar import ScrollBar, ScrollBarRender

if TYPE_CHECKING:
    from rich.console import Console
    from textual.strip import Strip


class CachedStylesheet(Stylesheet):
    """A stylesheet that is parsed again only when the theme has other colours.

    Textual parses it again whenever a theme is set, even the first one just after the start.
    """

    def __init__(self, *, variables: dict[str, str]) -> None:
        super().__init__(variables=variables)
        self._applied_variables = variables
        self._stale = False

    def set_variables(self, variables: dict[str, str]) -> None:
        if variables != self._applied_variables:
            self._applied_variables, self._stale = variables, True
            super().set_variables(variables)

    def reparse(self) -> None:
        if self._stale:
            super().reparse()
            self._stale = False
        else:
            self.parse()


class SpanUpdate(ChopsUpdate):
    """An update of parts of the screen. Textual sends each row from the left of its widget on."""

    def render_segments(self, console: Console) -> str:
        sequences: list[str] = []
        for y, first, end in self.spans:
            for chop_end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= end or chop_end <= first:
                    continue
                start = _whole_cell(strip, max(first - x, 0))
                cut = strip.crop(start, min(chop_end, end) - x)
                sequences += (Control.move_to(x + start, y).segment.text, cut.render(console))
        return "".join(sequences)


def _whole_cell(strip: Strip, cell: int) -> int:
    """Return the cell, or the one before it if it is the second half of a wide character."""
    if not cell or strip.text.isascii() or strip.text.startswith(strip.crop(0, cell).text):
        return cell
    return cell - 1


def send_only_changes() -> None:
    """Send only the cells of an update from now on."""
    _compositor.ChopsUpdate = SpanUpdate  # type: ignore[misc]


class AsciiScrollBarRender(ScrollBarRender):
    """Draw a track of `|` or `-` with a thumb of `#`, which differ without colours too."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8

    @classmethod
    def render_bar(cls, *arguments: Any, **named: Any) -> Segments:
        bar = super().render_bar(*arguments, **named)
        track = "|" if bar.new_lines else "-"

        def draw(segment: Segment) -> Segment:
            if not segment.text or segment.text.strip(" "):
                return segment
            grabbed = segment.style is not None and segment.style.meta.get("@mouse.down") == "grab"
            return Segment(("#" if grabbed else track) * len(segment.text), segment.style, segment.control)

        return Segments([draw(segment) for segment in bar.segments], new_lines=bar.new_lines)


def set_scroll_bar_style(ascii: bool) -> None:
    """Draw all scroll bars in ASCII from now on, or as Textual does."""
    ScrollBar.renderer = AsciiScrollBarRender if ascii else ScrollBarRender
