"""Ids of packs and exercises."""

from __future__ import annotations

import re

_ID_PATTERN = re.compile(r"[^\W_][\w.\-]*")


def is_valid_id(text: str) -> bool:
    """Whether `text` can be an id: `pack/exercise` and file names must stay unambiguous."""
    return bool(_ID_PATTERN.fullmatch(text))
