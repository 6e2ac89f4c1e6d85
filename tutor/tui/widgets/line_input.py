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
