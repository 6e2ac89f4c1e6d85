"""The named drawings as files that a person can read in a diff.

After a change that is meant: `UPDATE_GOLDEN=1 pytest tests/drawing/test_golden.py`, then read `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.support.random_drawings import boxes_in_ascii
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw
from tutor.drawing.render_text import render_text
from tutor.glyphs import ASCII

GOLDEN = Path(__file__).parent / "golden"


def picture(name: str) -> str:
    boxes = SAMPLE_DRAWINGS[name]()
    parts = [render_text(draw(boxes), {}), render_text(draw(boxes, "compact"), {})]
    if name != "hangul":
        plain = boxes_in_ascii(boxes)
        parts += [render_text(draw(plain, glyphs=ASCII), {}), render_text(draw(plain, "compact", ASCII), {})]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


@pytest.mark.parametrize("name", SAMPLE_DRAWINGS)
def test_a_named_graph_looks_as_it_did(name: str) -> None:
    file = GOLDEN / f"{name}.txt"
    found = picture(name)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
