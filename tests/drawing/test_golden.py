"""Golden drawings of named graphs.

To accept an intended change: `UPDATE_GOLDEN=1 pytest tests/drawing/test_golden.py`, then review `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.random_drawings import boxes_in_ascii
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.render_text import render_text
from tutor.glyphs import ASCII

GOLDEN = Path(__file__).parent / "golden"


def picture(name: str) -> str:
    boxes = SAMPLE_DRAWINGS[name]()
    drawings = PlannedDrawings(boxes)
    shown = [*(drawings.draw(density) for density in drawings.densities), drawings.fit(180, 40)]
    parts = [render_text(drawing, {}) for drawing in shown]
    if name != "hangul":
        plain = boxes_in_ascii(boxes)
        parts += [render_text(draw(plain, glyphs=ASCII), {}), render_text(draw(plain, "compact", ASCII), {})]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_a_named_graph_matches_its_golden_file(name: str) -> None:
    file = GOLDEN / f"{name}.txt"
    drawing = picture(name)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(drawing, encoding="utf-8")
    assert drawing == file.read_text(encoding="utf-8")
