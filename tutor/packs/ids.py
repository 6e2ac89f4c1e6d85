"""Ids of packs and exercises."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

from tutor.packs.sanitize import clean_title

if TYPE_CHECKING:
    from pathlib import Path

_ID_PATTERN = re.compile(r"[^\W_][\w.\-]*")
_LEADING_NUMBER = re.compile(r"[0-9]+[-_. ]+(?=.)")


def is_valid_id(text: str) -> bool:
    """Return whether `text` can be an id: `pack/exercise` and file names must stay unambiguous."""
    return bool(_ID_PATTERN.fullmatch(text))


def id_from_path(path: Path) -> str:
    """Return the id that an exercise has by its file name, valid or not: `two-roads` for `01-two-roads.toml`."""
    return clean_title(_LEADING_NUMBER.sub("", unicodedata.normalize("NFC", path.stem), count=1))
