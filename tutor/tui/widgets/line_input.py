"""A line to type into."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widgets import Input


class LineInput(Input, inherit_bindings=False):
    """An input that leaves Enter to its screen, whose key bar says what it does."""

    BINDINGS: ClassVar[list[BindingType]] = [
        key for key in Input.BINDINGS if not (isinstance(key, Binding) and key.key == "enter")
    ]

    def replace(self, text: str, start: int, end: int) -> None:
        """Replace a part of the line by a text, which is cut if the line would be longer than its `max_length`."""
        if self.max_length:
            room = max(self.max_length - len(self.value) + abs(end - start), 0)
            if len(text) > room:
                self.restricted()
            text = text[:room]
        super().replace(text, start, end)
