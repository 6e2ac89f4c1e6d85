"""Golden drawings of the built-in exercises at the widths of common terminals.

To accept an intended change: `UPDATE_GOLDEN=1 pytest tests/drawing/test_builtin_exercises.py`, then review `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.drawing_reader import assert_reads_back
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw
from tutor.drawing.layout.shorten import with_labels
from tutor.glyphs import ASCII
from tutor.packs import library
from tutor.plain.describe import graph_text
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tutor.drawing.model import Density

GOLDEN = Path(__file__).parent / "golden" / "exercises"
#: Exercises too wide for 120 columns with their values.
WIDE_EXERCISES = [
    "losses/softmax-in-parts",
    "layers/batch-norm-in-parts",
    "sequences/lstm-gates",
    "sequences/gru-cell",
    "sequences/attention-head",
    "modern/rms-norm-in-parts",
    "modern/self-attention",
]
NAMES = [f"{pack.id}/{entry.id}" for pack in library.all_packs() for entry in pack.entries]


@pytest.mark.parametrize("density", ["full", "compact"])
@pytest.mark.parametrize("name", NAMES)
def test_the_graph_can_be_read_back_from_its_drawing(name: str, density: Density) -> None:
    boxes = boxes_of(library.find_exercise(name).variant().problem)
    assert_reads_back(draw(boxes, density), with_labels(boxes, density))


@pytest.mark.parametrize("width", [80, 120])
@pytest.mark.parametrize("name", NAMES)
def test_a_solved_exercise_matches_its_golden_file(name: str, width: int) -> None:
    worksheet = Worksheet(library.find_exercise(name).variant())
    empty = graph_text(worksheet, width)
    for blank in worksheet.blanks:
        worksheet.reveal(blank.id)
    drawings = "\n".join([*empty, "", *graph_text(worksheet, width)]) + "\n"
    _assert_golden(GOLDEN / f"{name.replace('/', '-')}-{width}.txt", drawings)
    assert all(len(line) <= width for line in drawings.splitlines())


@pytest.mark.parametrize("name", WIDE_EXERCISES)
def test_a_wide_exercise_matches_its_golden_file(name: str) -> None:
    worksheet = Worksheet(library.find_exercise(name).variant())
    for blank in worksheet.blanks:
        worksheet.reveal(blank.id)
    shown = [graph_text(worksheet, 172), graph_text(worksheet, 172, ASCII), graph_text(worksheet, 80, ASCII)]
    drawings = "\n\n".join("\n".join(lines) for lines in shown) + "\n"
    _assert_golden(GOLDEN / f"{name.replace('/', '-')}-172.txt", drawings)
    assert max(len(line) for line in shown[0]) <= 172
    assert max(len(line) for line in shown[2]) <= 80
    assert all(line.isascii() for line in shown[1] + shown[2])


def _assert_golden(file: Path, drawings: str) -> None:
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(drawings, encoding="utf-8")
    assert drawings == file.read_text(encoding="utf-8")
