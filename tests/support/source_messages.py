"""The translatable texts of the source."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from babel.messages.extract import extract_from_dir

import tutor

SOURCE = Path(tutor.__file__).parent


@cache
def source_messages() -> dict[str, str]:
    """Return every marked text of the source, with its location."""
    found: dict[str, str] = {}
    for file, line, text, _comments, _context in extract_from_dir(SOURCE, keywords={"_": None, "N_": None}):
        assert isinstance(text, str)
        found.setdefault(text, f"{file}:{line}")
    return found
