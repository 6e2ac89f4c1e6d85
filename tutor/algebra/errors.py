"""The error of a text that cannot be parsed or evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.i18n import Message


class AlgebraError(ValueError):
    """A text that cannot be parsed, or an expression without a value.

    `position` and `length` count characters of the text as typed, so that any interface can draw a caret; a position of
    −1 is nowhere in it.
    """

    def __init__(self, message: Message, position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.length = max(length, 1)

    def __str__(self) -> str:
        return str(self.message)
