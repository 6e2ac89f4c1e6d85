"""The built-in exercises as they are drawn, at the widths of common terminals.

After a change that is meant: `UPDATE_GOLDEN=1 pytest tests/drawing/test_exercises.py`, then read `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drawing.reader import check
from tutor.drawing import Density, draw, sketch
from tutor.packs import library
from tutor.plain import picture
from tutor.practice.worksheet import Worksheet

GOLDEN = Path(__file__).parent / "golden" / "exercises"
#: Exercises too wide for 120 columns with their values.
WIDE = [
    "losses/softmax-in-parts",
    "layers/batch-norm-in-parts",
    "sequences/lstm-gates",
    "sequences/gru-cell",
    "sequences/attention-head",
]
NAMES = [f"{pack.id}/{entry.id}" for pack in library.packs() for entry in pack.entries]


@pytest.mark.parametrize("density", ["full", "compact"])
@pytest.mark.parametrize("name", NAMES)
def test_the_graph_can_be_read_back_from_its_drawing(name: str, density: Density) -> None:
    boxes = sketch(library.find(name).variant().problem)
    check(draw(boxes, density), boxes)


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_a_solved_exercise_looks_as_it_did(name: str, width: int) -> None:
    worksheet = Worksheet(library.find(name).variant())
    empty = picture(worksheet, width)
    for blank in worksheet.blanks:
        worksheet.reveal(blank.id)
    found = "\n".join([*empty, "", *picture(worksheet, width)]) + "\n"
    _looks_like(GOLDEN / f"{name.replace('/', '-')}-{width}.txt", found)
    assert all(len(line) <= width for line in found.splitlines())


@pytest.mark.parametrize("name", WIDE)
def test_a_wide_exercise_looks_as_it_did_with_its_values_and_in_ascii(name: str) -> None:
    worksheet = Worksheet(library.find(name).variant())
    for blank in worksheet.blanks:
        worksheet.reveal(blank.id)
    shown = [picture(worksheet, 172), picture(worksheet, 172, ascii=True), picture(worksheet, 80, ascii=True)]
    found = "\n\n".join("\n".join(lines) for lines in shown) + "\n"
    _looks_like(GOLDEN / f"{name.replace('/', '-')}-172.txt", found)
    assert max(len(line) for line in shown[0]) <= 172 and max(len(line) for line in shown[2]) <= 80
    assert all(line.isascii() for line in shown[1] + shown[2])


def _looks_like(file: Path, found: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
