"""An exercise file, and the types of the fixtures that write exercise files."""

from __future__ import annotations

from collections.abc import Callable

from tutor.packs.exercise import Exercise
from tutor.packs.library import Pack

WritePack = Callable[..., Pack]
LoadText = Callable[[str], Exercise]
RefusalLines = Callable[[str | bytes], list[str]]

#: The text of an exercise in which `check` finds nothing.
GOOD_EXERCISE = """graph = "z = x * y"
start = 7
[inputs]
x = 5
y = 3
[vary]
x = { from = 2, to = 9 }
y = { from = 2, to = 9 }
"""
