"""The named drawings as files that a person can read in a diff.

After a change that is meant: `UPDATE_GOLDEN=1 pytest tests/drawing/test_golden.py`, then read `git diff`.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.drawing.graphs import in_ascii
from tests.drawing.named import NAMED
from tutor.drawing import draw, paint

GOLDEN = Path(__file__).parent / "golden"


def picture(name: str) -> str:
    boxes = NAMED[name]()
    parts = [paint(draw(boxes), {}), paint(draw(boxes, "compact"), {})]
    if name != "hangul":
        plain = in_ascii(boxes)
        parts += [paint(draw(plain, ascii=True), {}), paint(draw(plain, "compact", ascii=True), {})]
    return "\n\n".join("\n".join(lines) for lines in parts) + "\n"


@pytest.mark.parametrize("name", NAMED)
def test_a_named_graph_looks_as_it_did(name: str) -> None:
    file = GOLDEN / f"{name}.txt"
    found = picture(name)
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8")
