"""The types of the fixtures that write exercise files."""

from __future__ import annotations

from collections.abc import Callable

from tutor.packs.exercise import Exercise
from tutor.packs.library import Pack

WritePack = Callable[..., Pack]
LoadText = Callable[[str], Exercise]
RefusalLines = Callable[[str | bytes], list[str]]
