"""A line to type into."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from rich.style import Style
from rich.text import Text
from textual.binding import Binding, BindingType
from textual.geometry import Offset
from textual.widgets import Input

from tutor.tui.themes import palette_of

if TYPE_CHECKING:
    from textual import events

_WORD_OR_SIGN = re.compile(r"(?P<word>[^\W\d]\w*'*)|(?P<sign>[-+*/^@=<>;,])")


class LineInput(Input, inherit_bindings=False):
    """An input that leaves Enter to its screen, whose key bar says what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key for key in Input.BINDINGS if not (isinstance(key, Binding) and key.key == "enter")
    ]

    @property
    def cursor_screen_offset(self) -> Offset:
        """The cell where the next character comes. Textual's own is one further at the end of the text.

        The terminal's cursor is there, and with it what an input method composes.
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
    """An input that keeps the line breaks of a pasted text, such as a Python function, and shows them as spaces.

    The names of inputs have the colour of what flows forward, and signs stand back.
    """

    #: The names that are inputs.
    input_names: frozenset[str] = frozenset()

    def mark_inputs(self, names: frozenset[str]) -> None:
        """Give these names the colour of inputs."""
        if names != self.input_names:
            self.input_names = names
            self.refresh()

    @property
    def _value(self) -> Text:
        text = Text(self.value.replace("\n", " "), no_wrap=True, overflow="ignore", end="")
        palette = palette_of(self.app)
        has_colours = palette.colours != "none"
        sign = Style(color=palette.muted) if has_colours else Style()
        name = Style(color=palette.forward, bold=True) if has_colours else Style(bold=True)
        for found in _WORD_OR_SIGN.finditer(text.plain):
            if found["sign"]:
                text.stylize(sign, *found.span())
            elif found["word"] in self.input_names:
                text.stylize(name, *found.span())
        return text

    def _on_paste(self, event: events.Paste) -> None:
        # Textual would go on to the handler of its own input, which takes the first line only.
        event.prevent_default()
        event.stop()
        lines = "\n".join(event.text.expandtabs(4).rstrip().splitlines())
        text = "".join(character for character in lines if character.isprintable() or character == "\n")
        start, end = sorted(self.selection)
        self.replace(text, start, end)
