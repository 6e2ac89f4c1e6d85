"""A line to type into."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.widgets import Input

if TYPE_CHECKING:
    from textual import events


class LineInput(Input, inherit_bindings=False):
    """An input that leaves Enter to its screen, whose key bar says what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key for key in Input.BINDINGS if not (isinstance(key, Binding) and key.key == "enter")
    ]

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell where the next character comes. Textual's own is one further at the end of the text.

        The terminal's cursor stands there, and with it what an input method composes.
        """
        x, y, _width, _height = self.content_region
        return Offset(x + self._position_to_cell(self.cursor_position) - self.scroll_offset.x, y)

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the line by a text, which is cut if the line would be longer than its `max_length`."""
        if self.max_length:
            room = max(self.max_length - len(self.value) + abs(end - start), 0)
            if len(text) > room:
                self.restricted()
            text = text[:room]
        super().replace(text, start, end)


class FormulaInput(LineInput):
    """An input that keeps the line breaks of a pasted text, such as a Python function, and shows them as spaces."""

    @property
    def _value(self) -> Text:
        return Text(self.value.replace("\n", " "), no_wrap=True, overflow="ignore", end="")

    def _on_paste(self, event: events.Paste) -> None:
        # Textual would go on to the handler of its own input, which takes the first line only.
        event.prevent_default()
        event.stop()
        lines = "\n".join(event.text.expandtabs(4).rstrip().splitlines())
        text = "".join(character for character in lines if character.isprintable() or character == "\n")
        start, end = sorted(self.selection)
        self.replace(text, start, end)
