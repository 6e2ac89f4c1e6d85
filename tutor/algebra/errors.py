"""What is wrong with a text, where, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tutor.i18n import Message


class AlgebraError(ValueError):
    """A text that can't be read, or a value it can't have.

    `position` and `length` count characters of the text as it was typed, so that any face can draw a caret; −1 is no
    place in it.
    """

    def __init__(self, message: Message, position: int = 0, length: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.position = position
        self.length = max(length, 1)

    def __str__(self) -> str:
        return str(self.message)
