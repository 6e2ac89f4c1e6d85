"""Ids of packs and exercises."""

from __future__ import annotations

import re

_ID = re.compile(r"[^\W_][\w.\-]*")


def is_id(text: str) -> bool:
    """Whether `text` can be an id: `pack/exercise` and file names must stay unambiguous."""
    return bool(_ID.fullmatch(text))
