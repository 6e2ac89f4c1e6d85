"""Programs written to files of their own, or downloaded by a browser."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tutor.i18n import N_, message
from tutor.served import is_in_browser

if TYPE_CHECKING:
    from textual.app import App

    from tutor.i18n import Message


def save_program(app: App[Any], name: str, text: str) -> Message:
    """Save a program in the working folder, or let the browser do it; return where it is. Raise OSError."""
    if is_in_browser():
        app.deliver_text(io.StringIO(text), save_filename=f"{name}.py", mime_type="text/x-python")
        return message(N_("Downloaded: {name}"), name=f"{name}.py")
    path = write_new_file(Path.cwd(), name, text)
    return message(N_("Saved as {name} in {folder}"), name=path.name, folder=path.parent)


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
