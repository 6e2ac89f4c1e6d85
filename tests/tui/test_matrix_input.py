"""Matrices typed in cells, pasted, or written as an expression."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import ExerciseSession, open_app, paste_text, screen_lines, wait_until
from tests.support.matrix_files import LAYER
from tutor.packs.builder.exercise import build_exercise
from tutor.packs.toml_source import read_source
from tutor.tui.widgets.answer_grid import AnswerGrid

if TYPE_CHECKING:
    from pathlib import Path

SIGMA = "matrices/sigma-xw"
BIG = (120, 40)


async def _cells(session: ExerciseSession, *texts: str) -> None:
    for text in texts:
        await session.type(text)
        await session.pilot.press("enter")


async def test_enter_opens_the_cells_and_goes_through_them_to_the_check() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.pilot.press("enter")
        assert session.state.in_grid
        await _cells(session, "1", "1", "1", "1", "1")
        assert not session.state.worksheet.entries
        await _cells(session, "1")
        await session.wait_for_text("1 of 4", "✓ right")


async def test_typing_opens_the_cells_and_keys_move_between_them() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.type("1")
        assert session.state.input.active_cell == (0, 0)
        await session.pilot.press("right")
        assert session.state.input.active_cell == (0, 1)
        await session.pilot.press("down", "tab")
        assert session.state.input.active_cell == (2, 0)
        await session.pilot.press("shift+tab", "up", "left")
        assert session.state.input.active_cell == (0, 0)
        await session.pilot.press("down", "down", "down")
        assert session.state.input.active_cell is None
        await session.pilot.press("up")
        assert session.state.input.active_cell == (2, 0)
        at = session.state.focused_id
        await session.pilot.press("escape", "left")
        assert session.state.focused_id != at
        await session.pilot.press("right")
        assert session.state.input.cells[0][0].text == "1"


async def test_wrong_cells_are_marked_and_the_first_is_typed_into() -> None:
    async with open_app(SIGMA, BIG) as session:
        await paste_text(session, "[[1, 1], [2, 1], [1, 1]]")
        await wait_until(session.pilot, lambda: session.state.input.is_complete, "the cells are filled")
        await session.pilot.press("enter")
        await session.wait_for_text("✗ not yet", "All cells except [2,1] are right")
        assert session.state.input.active_cell == (1, 0)
        assert sum(line.count("✓") for line in screen_lines(session.pilot)[:18]) == 5
        grid = session.pilot.app.screen.query_one(AnswerGrid)
        assert grid.render_line(2).text.split() == ["2", "2", "✗", "1", "✓"]  # First the number of the row.
        await session.pilot.press("backspace", "1", "enter")
        await session.wait_for_text("1 of 4")


async def test_an_expression_is_accepted_and_shown_in_the_graph() -> None:
    async with open_app(SIGMA, BIG) as session:
        await paste_text(session, "[[1, 1], [1, 1], [1, 1]]")
        await session.pilot.press("enter")
        await session.wait_for_text("1 of 4")
        await session.type("up * S * (1 - S)")
        assert session.state.input.active_cell is None
        await session.wait_for_text("read as")
        await session.pilot.press("enter")
        await session.wait_for_text("2 of 4")
        await session.answer("up @ W.T")
        await session.wait_for_text("3 of 4")
        await session.answer("X.T @ up")
        await session.wait_for_text("─ solved ─")


async def test_an_error_in_a_cell_puts_the_cursor_there() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.pilot.press("enter")
        await _cells(session, "1", "1", "1+", "1", "1", "1")
        await session.wait_for_text("! can't be read")
        assert session.state.input.active_cell == (1, 0)
        assert session.state.worksheet.entry("S->sum1").wrong_attempts == 0


@pytest.mark.parametrize(
    "table", ["1 2\n3 -4\n5 6", "1\t2\n3\t-4\n5\t6\n", "[[ 1.  2.]\n [ 3. -4.]\n [ 5.  6.]]", "1, 2; 3, -4; 5, 6"]
)
async def test_a_pasted_table_fills_the_cells(table: str) -> None:
    async with open_app(SIGMA, BIG) as session:
        await paste_text(session, table)
        await wait_until(session.pilot, lambda: session.state.input.is_complete, "the cells are filled")
        cells = [[float(line.text.replace("−", "-")) for line in row] for row in session.state.input.cells]
        assert cells == [[1, 2], [3, -4], [5, 6]]


async def test_another_shape_is_wrong() -> None:
    async with open_app(SIGMA, BIG) as session:
        await paste_text(session, "[[1, 1], [1, 1]]")
        await wait_until(session.pilot, lambda: not session.state.input.is_empty, "pasted")
        await session.pilot.press("enter")
        await session.wait_for_text("✗")
        assert session.state.worksheet.entry("S->sum1").wrong_attempts == 1


async def test_a_click_opens_a_cell() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.pilot.click(AnswerGrid, offset=(20, 3))
        await wait_until(session.pilot, lambda: session.state.in_grid, "the cells are open")
        assert session.state.input.active_cell == (2, 1)


async def test_cells_and_graph_fit_a_small_terminal() -> None:
    async with open_app(SIGMA, (60, 16)) as session:
        await session.pilot.press("enter")
        await session.type("1")
        await session.wait_for_text("S →", "1 1 ·", "or as an expression")
        await session.pilot.press("escape")
        await session.wait_for_text("S 3×2 ▸ Σ ▸ 5.833", "S = [ 0.90025 0.94268]")


@pytest.mark.parametrize("size", [(80, 24), (60, 16)])
async def test_the_reason_is_always_visible(size: tuple[int, int]) -> None:
    async with open_app(SIGMA, size) as session:
        for answer in ("[[1, 1], [1, 1], [1, 1]]", "up * S * (1 - S)"):
            await session.answer(answer)
        await wait_until(session.pilot, lambda: len(session.state.visible_texts()) > 2, "two are right")
        session.state.focus("X->A")
        await session.pilot.press("enter", "down", "down", "down")
        await session.answer("W.T @ up")
        await session.wait_for_text("✗ not yet It looks as if the two factors are in the wrong order.")
        await session.pilot.press("?")
        await session.wait_for_text("hints ●○○○")
        await session.type("1")
        assert session.state.input.text == "1"


async def test_typing_replaces_a_rejected_expression_and_rejected_cells() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.answer("up")
        await session.wait_for_text("✗")
        await session.type("1")
        assert session.state.input.expression.text == "1"
        await session.pilot.press("ctrl+u", "up")
        await paste_text(session, "[[1, 1], [2, 1], [1, 1]]")
        await wait_until(session.pilot, lambda: session.state.input.is_complete, "the cells are filled")
        await session.pilot.press("enter")
        await session.wait_for_text("All cells except [2,1] are right")
        await session.answer("1")
        await session.wait_for_text("1 of 4")


async def test_a_bracket_in_an_empty_cell_starts_the_expression() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.type("1")
        await session.pilot.press("right")
        await session.type("[[1")
        assert session.state.input.active_cell is None
        assert session.state.input.expression.text == "[[1"


async def test_an_error_in_a_cell_names_the_cell() -> None:
    async with open_app(SIGMA, BIG) as session:
        await session.pilot.press("right")
        await session.pilot.press("left", "enter", "down")
        await session.type("1+*2")
        await session.wait_for_text("row 2, column 1: 1+*2")
        shown = screen_lines(session.pilot)
        row = next(i for i, line in enumerate(shown) if "row 2, column 1: " in line)
        assert shown[row + 1].index("^") == shown[row].index("*2")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_matrix_of_any_size_is_typed_as_a_formula(tmp_path: Path, size: tuple[int, int]) -> None:
    (tmp_path / "layer.toml").write_text(LAYER, encoding="utf-8")
    exercise = build_exercise(read_source(tmp_path / "layer.toml", tmp_path), "mine", "layer")
    async with open_app(exercise, size) as session:
        await session.wait_for_text("n×3", "3×m", "n×m", "type the formula and press")
        await session.type("X.T @ up")
        await session.wait_for_text("read as Xᵀ @ up")
        assert not session.state.in_grid
        await session.pilot.press("enter")
        await session.wait_for_text("yours has shape", "3×m.")
        await session.solve()
        await session.wait_for_text("─ solved ─", "∂L/∂W = Xᵀ @ ∂L/∂Y")
