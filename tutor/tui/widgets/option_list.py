"""Lists whose highlighted row is readable in every theme."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Literal

from rich.segment import Segment
from rich.style import Style as RichStyle
from textual.binding import Binding, BindingType
from textual.strip import Strip
from textual.widgets import OptionList

if TYPE_CHECKING:
    from textual import events
    from textual.geometry import Size
    from textual.style import Style
    from textual.widgets.option_list import Option


def _recolour(strips: list[Strip], style: Style) -> list[Strip]:
    """Return a row in the colour of the cursor's style: its own colours suit the background, not the cursor."""
    colour = RichStyle(color=style.rich_style.color)
    return [
        Strip(
            [Segment(text, (part_style or RichStyle()) + colour, control) for text, part_style, control in strip],
            strip.cell_length,
        )
        for strip in strips
    ]


class ReadableOptionList(OptionList, inherit_bindings=False):
    """A list that leaves Enter to its screen, whose key bar says what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key for key in OptionList.BINDINGS if not (isinstance(key, Binding) and key.key == "enter")
    ]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Return the number of rows; a list without any room is measured as if it had one column for its texts."""
        padding = self.get_component_styles("option-list--option").padding.width
        return super().get_content_height(container, viewport, max(width, padding + 1))

    def _get_option_render(self, option: Option, style: Style) -> list[Strip]:
        strips = super()._get_option_render(option, style)
        return _recolour(strips, style) if option is self.highlighted_option else strips

    def _move_page(self, direction: Literal[-1, 1]) -> None:
        """Move by a page, or not at all before the rows have been measured: a key may come before the first layout."""
        if (self.highlighted or 0) in self._index_to_line:
            super()._move_page(direction)

    async def _on_click(self, event: events.Click) -> None:
        """Ignore a click on a row of an earlier, longer list that was still on the screen."""
        if event.style.meta.get("option", 0) >= len(self.options):
            event.prevent_default()
