"""Programs written to files of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def write_new_file(folder: Path, name: str, text: str) -> Path:
    """Write a text to a new file, numbered if the name is taken. Raise OSError if that is impossible."""
    number = 1
    while True:
        path = folder / (f"{name}.py" if number == 1 else f"{name}-{number}.py")
        try:
            with path.open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            number += 1
        else:
            return path
