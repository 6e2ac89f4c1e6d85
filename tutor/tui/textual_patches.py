"""Changes to Textual: a stylesheet that is parsed once, and scroll bars in ASCII."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment, Segments
from textual.css.stylesheet import Stylesheet
from textual.scrollbar import ScrollBar, ScrollBarRender


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
