"""Exercises that ask for predictions and reasons, whatever the built-in ones do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.packs.library import read_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.exercise import Exercise

#: The reason for the first right answer is asked for; which answers are asked about follows from the id.
ASKS_WHY = "bill"
#: Every answer to it is 5.
SUM = """graph = "z = a + b + c"
start = 5
[inputs]
a = 4
b = 9
c = 7
[vary]
"""
#: A prediction comes before the second blank.
PRODUCT = """title = "What × sends back"
graph = "z = x * y"
[inputs]
x = 2
y = 3
[vary]
[[prediction]]
before = "y"
about = "size"
than = "x"
"""


def exercise_in(folder: Path, text: str, id: str = "one") -> Exercise:
    """Write an exercise into a pack with the id `term`, and return it."""
    place = folder / "term"
    place.mkdir(exist_ok=True)
    (place / "pack.toml").write_text("format = 1\nid = 'term'\n", encoding="utf-8")
    (place / f"{id}.toml").write_text(text, encoding="utf-8")
    return read_pack(place).open(id)
