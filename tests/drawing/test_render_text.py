"""Drawings with filled places: texts, marks, placeholders and truncation."""

from __future__ import annotations

from dataclasses import replace

from tests.support.random_drawings import boxes_in_ascii
from tests.support.sample_drawings import SAMPLE_DRAWINGS
from tutor.drawing.layout import draw
from tutor.drawing.render_text import render_text
from tutor.glyphs import ASCII, UNICODE


def test_an_empty_place_has_dots_and_a_filled_one_text_and_mark() -> None:
    drawing = draw(SAMPLE_DRAWINGS["mul_add"]())
    lines = render_text(drawing, {"start": [["1"]], "a->add.0": []}, {"start": [["✓"]]})
    assert lines[3].endswith("│    1  ✓ ╰───╯")
    assert sum(line.count("······") for line in lines) == 4
    assert not any(line.endswith(" ") for line in lines)


def test_the_placeholder_is_one_of_the_glyphs() -> None:
    glyphs = replace(UNICODE, placeholder="_")
    assert "______" in "".join(render_text(draw(SAMPLE_DRAWINGS["square"](), glyphs=glyphs), {}))


def test_a_long_text_is_truncated() -> None:
    drawing = draw(SAMPLE_DRAWINGS["sigmoid"]())
    assert "−0.12…  ╰" in render_text(drawing, {"start": [["−0.123456"]]})[2]


def test_a_wide_character_is_not_split() -> None:
    drawing = draw(SAMPLE_DRAWINGS["sigmoid"]())
    lines = render_text(drawing, {"start": [["가나다라"]]})
    assert " 가나…  ╰" in lines[2]


def test_matrix_cells_are_aligned_right_before_their_marks() -> None:
    drawing = draw(SAMPLE_DRAWINGS["matrix"]())
    place = drawing.places["W->mm.1"]
    texts = [["1", "2"], ["3", ""], ["5", "6.25"]]
    lines = render_text(drawing, {"W->mm.1": texts}, {"W->mm.1": [["✓", "✗"]]})
    shown = [line[place.x : place.x + place.width] for line in lines[place.y : place.y + 3]]
    assert shown == ["     1✓     2✗", "     3 ······ ", "     5   6.25 "]


def test_a_compact_place_is_its_mark() -> None:
    drawing = draw(SAMPLE_DRAWINGS["sigmoid"](), "compact")
    assert render_text(drawing, {}, {"start": [["✓"]]}) == ["x─◇▸(×−1)─◇▸(exp)─◇▸(+1)─◇▸(1/x)─✓▸(y)"]


def test_ascii_drawings_are_filled_in_ascii() -> None:
    boxes = boxes_in_ascii(SAMPLE_DRAWINGS["fanout"]())
    for density in ("full", "compact"):
        assert "".join(render_text(draw(boxes, density, ASCII), {"start": [["1234567890"]]})).isascii()
