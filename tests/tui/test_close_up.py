"""Tests of the close-up's widget, painted from real worksheets."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len

from tests.support.app_driver import open_app, screen_lines, wait_until
from tests.support.simulated_learners import builtin_exercise_names
from tutor.glyphs import ASCII, UNICODE
from tutor.grading.hints.ladder import num_rungs
from tutor.i18n import set_language
from tutor.packs import library
from tutor.practice.close_up.build import close_up
from tutor.practice.worksheet import Worksheet
from tutor.tui.canvas import Canvas
from tutor.tui.themes import DARK_PALETTE, NO_COLOURS, Palette
from tutor.tui.widgets.close_up import CloseUp

if TYPE_CHECKING:
    from tutor.glyphs import Glyphs

SIZES = [(60, 17), (60, 19), (60, 13), (52, 8), (80, 4), (40, 4), (40, 15), (40, 1), (172, 19)]


def two_roads(*answers: tuple[str, str]) -> Worksheet:
    worksheet = Worksheet(library.find_exercise("basics/two-roads").variant())
    for place, text in (("x->mul1", "14"), ("add1->mul1", "6"), *answers):
        worksheet.answer(place, text)
    return worksheet


def painted(
    worksheet: Worksheet,
    place: str,
    size: tuple[int, int] = (60, 17),
    typed: str = "",
    glyphs: Glyphs = UNICODE,
    palette: Palette = DARK_PALETTE,
    cell: tuple[int, int] | None = None,
) -> list[str]:
    widget = CloseUp(glyphs)
    widget.set_close_up(close_up(worksheet, place, cell), typed)
    canvas = Canvas(*size, palette, ascii=glyphs.ascii)
    widget.paint(canvas)
    return canvas.text()


def test_the_node_is_drawn_large_with_both_lanes_and_the_equation() -> None:
    assert painted(two_roads(), "x->add1", typed="6") == [
        "─ + up close ────────────────────────────────── 3 + 4 = 7 ──",
        "",
        "                         ┏━━━━━━━━━┓",
        "           x ──── 3 ────▸┃         ┃",
        "             ◂╌╌╌ 6▏ ╌╌╌╌┃         ┃",
        "                         ┃    ▄    ┃──── 7 ────▸",
        "                         ┃  ▄▄█▄▄  ┃◂╌╌╌ 6 ╌╌╌╌╌",
        "                         ┃    █    ┃   from ×",
        "           y ──── 4 ────▸┃         ┃",
        "             ◂╌╌ ··· ╌╌╌╌┃         ┃",
        "                         ┗━━━━━━━━━┛",
        "",
        "",
        "   ▄▄▄▄▄▄▄▄▄▄▄▄▄▄     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄▄     ▄▄▄▄▄▄▄▄▄▄▄▄▄▄",
        "         6         ×         ?          =        6▏",
        "   ▀▀▀▀▀▀▀▀▀▀▀▀▀▀     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀▀     ▀▀▀▀▀▀▀▀▀▀▀▀▀▀",
        "      upstream        local derivative     part of ∂L/∂x",
    ]


def test_a_branch_is_drawn_with_what_comes_back_from_each_node() -> None:
    rows = painted(two_roads(("x->add1", "6")), "x")
    assert [row.strip() for row in rows[4:10]] == [
        "┌──────────────▸ +",
        "│◂╌╌╌╌╌ 6 ╌╌╌╌╌╌",
        "x ──── 3 ────●",
        "◂╌╌╌ ? ╌╌╌╌└──────────────▸ ×",
        "◂╌╌╌╌ 14 ╌╌╌╌╌╌",
        "",
    ]
    assert rows[14].split() == ["6", "?", "14", "=", "?"]


def test_four_rows_hold_the_equation_with_its_captions() -> None:
    rows = painted(two_roads(("x->add1", "20")), "x->add1", (80, 4))
    assert rows[1].strip() == "x 3  y 4  ▸ + ▸ 7   ◂ 6 from ×"
    assert rows[2].split() == ["upstream", "6", "×", "local", "?", "=", "part", "of", "∂L/∂x", "20", "✗"]


def test_in_ascii_and_without_colours_chips_and_wells_are_in_brackets() -> None:
    ascii_rows = painted(two_roads(), "x->add1", glyphs=ASCII)
    assert all(row.isascii() for row in ascii_rows)
    assert "[?]" in ascii_rows[4]
    assert ascii_rows[14].split() == ["[", "6", "]", "*", "[", "?", "]", "=", "[", "?", "]"]
    assert painted(two_roads(), "x->add1", palette=NO_COLOURS)[14].count("[") == 3


def test_a_curve_is_plotted_and_left_out_in_ascii() -> None:
    worksheet = Worksheet(library.find_exercise("basics/sigmoid").variant())
    place = worksheet.blanks[0].id
    rows = painted(worksheet, place)
    assert any("⠀" < character <= "⣿" for row in rows for character in row)
    assert any("●" in row for row in rows)
    assert all(row.isascii() for row in painted(worksheet, place, glyphs=ASCII))


def test_the_active_cell_of_a_matrix_comes_with_its_numbers() -> None:
    worksheet = Worksheet(library.find_exercise("matrices/sigma-xw").variant(), clock=iter(range(0, 10**6, 9)).__next__)
    for place, text in (("S->sum1", "ones(3, 2)"), ("A->S", "up * S * (1 - S)")):
        worksheet.answer(place, text)
    assert "[1,3]" not in "".join(painted(worksheet, "X->A", cell=(0, 2)))
    for _rung in range(2):
        worksheet.next_hint("X->A")
    rows = painted(worksheet, "X->A", cell=(0, 2))
    assert rows[11].split() == ["[1,3]", "0.08980", "0.05404", "·", "5", "6"]
    assert rows[12].strip() == "row 1 of the upstream   row 3 of W"
    small = painted(worksheet, "X->A", (80, 4), cell=(0, 2))
    assert small[3].split() == ["[1,3]", "0.08980", "0.05404", "·", "5", "6"]
    # Without room for the numbers it says where they are.
    assert "row 1 of the" in painted(worksheet, "X->A", (30, 4), cell=(0, 2))[3]


def test_every_blank_can_be_painted_in_every_size() -> None:
    for number, name in enumerate(builtin_exercise_names()):
        set_language(("en", "ko")[number % 2])
        worksheet = Worksheet(library.find_exercise(name).variant(), clock=iter(range(0, 10**6, 9)).__next__)
        for index, place in enumerate(place for place in worksheet.fillable if place.kind != "question"):
            for _rung in range((number + index) % num_rungs(worksheet.problem, place)):
                worksheet.next_hint(place.id)
            size = SIZES[(number + index) % len(SIZES)]
            glyphs = ASCII if index % 3 == 2 else UNICODE
            rows = painted(worksheet, place.id, size, "x" * (index % 2 * 30), glyphs, cell=(0, 0))
            assert len(rows) == size[1]
            assert all(cell_len(row) <= size[0] for row in rows)
            equation = rows[min(2, size[1] - 1)] if size[1] < 7 else rows[-3 if size[1] > 12 else -1]
            assert {"=", "→", ">"} & set(equation) or place.kind == "start"


async def test_what_is_typed_appears_and_a_click_on_a_value_goes_to_its_blank() -> None:
    async with open_app("basics/two-roads", size=(120, 40)) as session:
        blanks = [blank.id for blank in session.state.worksheet.blanks]
        await session.pilot.press("1", "4")
        await session.wait_for_text("14▏")
        top = session.screen.query_one(CloseUp).region.y
        row = next(y for y, line in enumerate(screen_lines(session.pilot)) if y > top and "···" in line[:60])
        await session.pilot.click(CloseUp, offset=(18, row - top))
        await wait_until(session.pilot, lambda: session.state.focused_id == blanks[1], "the other input")
