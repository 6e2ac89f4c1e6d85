"""Scroll bars in ASCII."""

from __future__ import annotations

from typing import Any, ClassVar

from rich.segment import Segment, Segments
from textual.scrollbar import ScrollBar, ScrollBarRender


class AsciiBars(ScrollBarRender):
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


def draw_scroll_bars(ascii: bool) -> None:
    """Choose how all scroll bars are drawn from now on."""
    ScrollBar.renderer = AsciiBars if ascii else ScrollBarRender
