"""Error messages with a caret under the place in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tutor.engine.python_source.errors import PythonError

if TYPE_CHECKING:
    from tutor.algebra.errors import AlgebraError


def caret_lines(text: str, position: int, length: int = 1) -> str:
    """Return two lines: `text`, and carets under `length` characters from `position`, as wide as these are.

    Of a text of several lines it is the one with the position.
    """
    begin = text.rfind("\n", 0, position) + 1
    text, position = text[begin:].partition("\n")[0], position - begin
    printable = "".join(character if character.isprintable() else " " for character in text)
    width = max(cell_len(printable[position : position + length]), 1)
    return f"  {printable}\n  {' ' * cell_len(printable[:position])}{'^' * width}"


def format_error(error: AlgebraError, text: str) -> str:
    """Return the sentence of an error in `text`, with carets under the place if it has one.

    An error in a Python source has a sentence for each of its lines.
    """
    if isinstance(error, PythonError):
        return "\n".join(
            f"{sentence}\n{caret_lines(error.source.text, fault.start, fault.end - fault.start)}"
            if fault and fault.start >= 0
            else str(sentence)
            for sentence, fault in error.reports
        )
    return str(error) if error.position < 0 else f"{error}\n{caret_lines(text, error.position, error.length)}"
