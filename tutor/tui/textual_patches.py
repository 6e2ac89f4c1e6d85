"""The app's styles: what they cost before the first screen stands."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment, Segments
from textual.css.stylesheet import Stylesheet
from textual.scrollbar import ScrollBar, ScrollBarRender


class CachedStylesheet(Stylesheet):
    """Styles that are parsed again only when a theme has other colours.

    Textual parses everything anew whenever a theme is set: also the first one, just after it was parsed.
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
    """A track of `|` or `-` with a thumb of `#`, which also tells them apart where there are no colours."""

    VERTICAL_BARS: ClassVar[list[str]] = [" "] * 8
    HORIZONTAL_BARS: ClassVar[list[str]] = [" "] * 8

    @classmethod
    def render_bar(cls, *arguments: Any, **named: Any) -> Segments:
        bar = super().render_bar(*arguments, **named)
        track = "|" if bar.new_lines else "-"

        def drawn(segment: Segment) -> Segment:
            if not segment.text or segment.text.strip(" "):
                return segment
            grabbed = segment.style is not None and segment.style.meta.get("@mouse.down") == "grab"
            return Segment(("#" if grabbed else track) * len(segment.text), segment.style, segment.control)

        return Segments([drawn(segment) for segment in bar.segments], new_lines=bar.new_lines)


def set_scroll_bar_style(ascii: bool) -> None:
    """Choose how all scroll bars are drawn from now on."""
    ScrollBar.renderer = AsciiScrollBarRender if ascii else ScrollBarRender
