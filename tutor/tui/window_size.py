"""How much a window has room for: small, medium or large."""

from __future__ import annotations

from typing import Literal, TypeAlias

#: How much a window has room for.
WindowSize: TypeAlias = Literal["small", "medium", "large"]

#: The least width and height of a medium and of a large window.
_MEDIUM, _LARGE = (100, 30), (160, 40)


def window_size(width: int, height: int) -> WindowSize:
    """Return how much a window of `width` × `height` cells has room for."""
    if width >= _LARGE[0] and height >= _LARGE[1]:
        return "large"
    return "medium" if width >= _MEDIUM[0] and height >= _MEDIUM[1] else "small"
