"""The painter of graphs: two lanes for every edge, the focus, marks, what moves, and all of it without colours too."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from tutor.algebra.printing import format_cells
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout import draw, fit
from tutor.glyphs import ASCII, UNICODE, Glyphs
from tutor.packs import library
from tutor.practice.close_up.crosshair import cells_behind
from tutor.tui.canvas import Canvas
from tutor.tui.graph_look import PLAIN_LOOK, Comet, GraphLook, PlaceContent, focus_on
from tutor.tui.graph_motion import TAIL, comet_path
from tutor.tui.graph_painter import paint_graph
from tutor.tui.themes import DARK_PALETTE, NO_COLOURS, PALETTES, SIXTEEN_COLOURS, Palette, contrast

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rich.color import Color
    from rich.style import Style

    from tutor.drawing.model import Density, Drawing
    from tutor.grading.problem import Problem

ROADS = "basics/two-roads"


def problem_of(name: str) -> Problem:
    return library.find_exercise(name).variant().problem


def roads(glyphs: Glyphs = UNICODE) -> Drawing:
    return fit(boxes_of(problem_of(ROADS), glyphs), 80, 20, glyphs)


def answer(text: str, tone: str = "right", mark: str = "✓") -> PlaceContent:
    return PlaceContent(tone, ((text,),), ((mark,),), mark)  # type: ignore[arg-type]


def painted(
    drawing: Drawing,
    contents: Mapping[str, PlaceContent] | None = None,
    look: GraphLook = PLAIN_LOOK,
    palette: Palette = DARK_PALETTE,
) -> Canvas:
    canvas = Canvas(drawing.width, drawing.height, palette, ascii=drawing.glyphs.ascii)
    paint_graph(canvas, 0, 0, drawing, contents or {}, look)
    return canvas


def style_of(canvas: Canvas, text: str) -> Style:
    """Return the style of the first cell of a text."""
    for cells, styles in zip(canvas.cells, canvas.styles, strict=True):
        if (at := "".join(cell or " " for cell in cells).find(text)) >= 0:
            return styles[at]
    raise AssertionError(f"{text} is not painted")


def hex_of(colour: Color | None) -> str:
    assert colour is not None
    return colour.get_truecolor().hex


def test_a_gradient_lane_appears_with_its_value_and_blanks_are_dots() -> None:
    empty, known = painted(roads()), painted(roads(), {"x->mul1": answer("14")})
    assert "╌" not in "".join(empty.text())
    assert "".join(empty.text()).count("······") == 6
    row = next(line for line in known.text() if "14" in line)
    assert "╌╌╌◂ 14 ✓ ╌╌╌" in row
    assert row.index("╌") > row.index("······")
    assert hex_of(style_of(known, "✓").color) == DARK_PALETTE.right


def test_forward_values_alone_leave_out_the_gradients() -> None:
    text = "".join(painted(roads(), {"start": answer("2")}, replace(PLAIN_LOOK, shows_gradients=False)).text())
    assert "21" in text
    assert not {"╌", "◂", "······"} & set(text)
    assert "··" not in text


def test_the_focus_has_a_heavy_frame_its_edges_a_hue_and_the_upstream_a_line() -> None:
    drawing = roads()
    look = focus_on(drawing, "x->add1")
    assert look.edges == {("x", "add1"), ("y", "add1"), ("add1", "mul1")}
    canvas = painted(drawing, {"add1->mul1": answer("6"), "x->mul1": answer("14")}, look)
    assert any("◂" in line and "?" in line for line in canvas.text())
    assert hex_of(style_of(canvas, "?").bgcolor) == DARK_PALETTE.backward
    assert hex_of(style_of(canvas, "┏").color) == DARK_PALETTE.backward
    assert style_of(canvas, "6 ✓").underline
    assert not style_of(canvas, "14 ✓").underline
    for edge in drawing.edges:
        x, y = edge.cells[-1]
        is_lit = hex_of(canvas.styles[y][x].color) == DARK_PALETTE.forward
        assert is_lit == ((edge.source, edge.target) in look.edges or not edge.target), edge


@pytest.mark.parametrize("name", [*PALETTES])
def test_everything_that_informs_stays_readable_when_it_fades(name: str) -> None:
    drawing = roads()
    contents = {"start": answer("2", "given", ""), "x->mul1": answer("14"), "add1->mul1": answer("9", "wrong", "✗")}
    contents |= {"x->add1": answer("6", "near", "~"), "x": answer("20", "revealed", "=")}
    look = replace(focus_on(drawing, "y->add1"), pointers=frozenset({"x->mul1", "add1->mul1"}))
    canvas = painted(drawing, contents, look, PALETTES[name])
    for cells, styles in zip(canvas.cells, canvas.styles, strict=True):
        for cell, style in zip(cells, styles, strict=True):
            if cell.strip("─│┌┐└┘├┤╭╮╰╯╌·◂▸ "):
                assert contrast(hex_of(style.color), hex_of(style.bgcolor)) >= 4.5, (cell, style)


@pytest.mark.parametrize("palette", [NO_COLOURS, SIXTEEN_COLOURS], ids=["none", "sixteen"])
def test_without_colours_the_focus_the_upstream_and_a_wrong_answer_are_still_told(palette: Palette) -> None:
    drawing = roads()
    contents = {"add1->mul1": answer("9", "wrong", "✗"), "start": answer("2", "given", "")}
    canvas = painted(drawing, contents, focus_on(drawing, "x->mul1"), palette)
    assert any("[" in line and "?" in line and "]" in line for line in canvas.text())
    assert style_of(canvas, "2 ╌").underline
    assert "┏" in "".join(canvas.text())
    if palette is NO_COLOURS:
        assert style_of(canvas, "?").reverse
        assert style_of(canvas, "9 ✗").strike
        assert all(style.color is None and style.bgcolor is None for row in canvas.styles for style in row)


def test_ascii_has_arrows_heavy_frames_and_chips_in_brackets() -> None:
    drawing = roads(ASCII)
    canvas = painted(drawing, {"add1->mul1": answer("6", "right", "v")}, focus_on(drawing, "x->add1"))
    text = "\n".join(canvas.text())
    assert text.isascii()
    assert "< 6 v ..." in text
    assert "===" in text
    assert "[   ?  ]" in text


def test_a_drawing_is_cut_off_the_same_wherever_it_begins() -> None:
    drawing = roads()
    look = replace(focus_on(drawing, "x"), pulse=0.5, comets=(Comet("x->add1", 0.4),))
    contents = {"x->mul1": answer("14"), "x": answer("20", "draft", "")}
    whole = painted(drawing, contents, look)
    for x, y in ((0, 0), (-7, -3), (5, 2), (-drawing.width, 0), (3, -drawing.height)):
        part = Canvas(40, 9, DARK_PALETTE)
        paint_graph(part, x, y, drawing, contents, look, with_paper=False)
        for row in range(9):
            for column in range(40):
                inside = 0 <= column - x < drawing.width and 0 <= row - y < drawing.height
                cell = whole.cells[row - y][column - x] if inside else " "
                assert part.cells[row][column] == (" " if cell == "·" and part.cells[row][column] == " " else cell)


def test_compact_drawings_show_marks_and_the_focus() -> None:
    drawing = draw(boxes_of(problem_of(ROADS)), "compact")
    canvas = painted(
        drawing, {"x->mul1": answer("14"), "add1->mul1": answer("9", "wrong", "✗")}, focus_on(drawing, "x")
    )
    text = "".join(canvas.text())
    assert text.count("✓") == text.count("✗") == 1
    assert text.count("◇") == 4
    assert hex_of(style_of(canvas, "◇").bgcolor) == DARK_PALETTE.backward


# --- matrices ---


def test_the_row_and_the_column_that_make_a_cell_are_marked() -> None:
    problem = problem_of("matrices/sigma-xw")
    drawing = draw(boxes_of(problem))
    cells = tuple(map(tuple, format_cells(problem.truth(problem.place("S->sum1")))))
    contents = {"A->S": PlaceContent("right", cells), "X->A": PlaceContent("draft", (("", "0.5"),))}
    factors = cells_behind(problem, problem.place("X->A"), (0, 1))
    look = replace(focus_on(drawing, "X->A"), cell=(0, 1), factors=factors)
    canvas = painted(drawing, contents, look)
    assert any(" 3×3 " in line for line in canvas.text())
    on = {"forward": "", "backward": ""}
    for row, styles in zip(canvas.cells, canvas.styles, strict=True):
        for cell, style in zip(row, styles, strict=True):
            for hue in on:
                if hex_of(style.bgcolor) == getattr(DARK_PALETTE, hue):
                    on[hue] += cell
    # Row 1 of the upstream with column 2 of the transposed W, which is row 2 of W.
    assert on["forward"].split() == drawing.edges_into["A"][1].values[1].strip("[]").split()
    assert on["backward"].split() == ["0.5", *cells[0]]


@pytest.mark.parametrize("density", ["shapes", "compact"])
def test_matrices_without_cells_have_nothing_marked(density: Density) -> None:
    problem = problem_of("matrices/sigma-xw")
    drawing = draw(boxes_of(problem), density)
    look = focus_on(drawing, "X->A")
    marked = replace(look, cell=(0, 1), factors=cells_behind(problem, problem.place("X->A"), (0, 1)))
    assert not painted(drawing, {}, marked).changed_spans(painted(drawing, {}, look))


# --- what moves ---


def heavy_cells(canvas: Canvas) -> set[tuple[int, int]]:
    return {(x, y) for y, row in enumerate(canvas.cells) for x, cell in enumerate(row) if cell and cell in "━┃┏┓┗┛◂▴▾"}


def test_a_comet_runs_from_the_box_to_where_its_gradient_is_added() -> None:
    drawing = roads()
    path = comet_path(drawing, "x->add1")
    stem = comet_path(drawing, "x")
    assert path[0] == drawing.edge_by_slot["x->add1"].cells[-1]
    assert path[-1] == stem[0]
    assert stem[-1] == drawing.edge_by_slot["x"].cells[0]
    seen = set()
    for step in range(21):
        moving = heavy_cells(painted(drawing, {}, replace(PLAIN_LOOK, comets=(Comet("x->add1", step / 20),))))
        assert moving <= set(path)
        assert len(moving) <= TAIL + 1
        seen |= moving
    assert len(seen) >= len(path) - 1
    assert not moving


def test_a_pulse_reaches_every_input_and_leaves_nothing_behind() -> None:
    drawing = roads()
    starts = {edge.cells[0] for edge in drawing.edges if drawing.kinds[edge.source] == "input"}
    seen = set()
    for step in range(101):
        seen |= heavy_cells(painted(drawing, {}, replace(PLAIN_LOOK, pulse=step / 100)))
    assert starts <= seen
    assert not heavy_cells(painted(drawing, {}, replace(PLAIN_LOOK, pulse=1.0)))
