"""Lists whose row in focus can be read in every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style as Ink
from textual.command import CommandList
from textual.strip import Strip
from textual.widgets import OptionList

if TYPE_CHECKING:
    from textual.style import Style
    from textual.widgets.option_list import Option


def _recolour(strips: list[Strip], style: Style) -> list[Strip]:
    """A row in the colour of its style: those of its parts are made for the ground, not for the cursor."""
    ink = Ink(color=style.rich_style.color)
    return [
        Strip([Segment(text, (own or Ink()) + ink, control) for text, own, control in strip], strip.cell_length)
        for strip in strips
    ]


class ReadableOptionList(OptionList):
    """A list of rows."""

    def _get_option_render(self, option: Option, style: Style) -> list[Strip]:
        strips = super()._get_option_render(option, style)
        return _recolour(strips, style) if option is self.highlighted_option else strips


class PaletteList(CommandList, can_focus=False):
    """What the palette has found."""

    def _get_option_render(self, option: Option, style: Style) -> list[Strip]:
        strips = super()._get_option_render(option, style)
        return _recolour(strips, style) if option is self.highlighted_option else strips
