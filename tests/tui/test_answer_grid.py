"""The answer grid: numbers of rows and columns, marks, large matrices, and the crosshair of the active cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import open_app, screen_lines, screen_text, wait_until
from tutor.algebra.evaluate import evaluate
from tutor.algebra.parser import parse_value
from tutor.packs.builder.formula import exercise_from_formula
from tutor.practice import worksheet
from tutor.practice.close_up.crosshair import MarkedCells
from tutor.tui.widgets.answer_grid import AnswerGrid
from tutor.tui.widgets.graph import GraphView

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tests.support.app_driver import ExerciseSession
    from tutor.packs.exercise import Exercise

LARGE = (120, 40)


def exercise_of(formula: str, **inputs: str) -> Exercise:
    return exercise_from_formula(formula, {name: evaluate(parse_value(text), {}) for name, text in inputs.items()})


def matrix(rows: int, columns: int) -> str:
    return "[" + ", ".join("[" + ", ".join(str(i + j) for j in range(columns)) + "]" for i in range(rows)) + "]"


def shown(pilot: Pilot[bool]) -> list[str]:
    """Return the rows of the grid."""
    grid = pilot.app.screen.query_one(AnswerGrid)
    return [grid.render_line(y).text.rstrip() for y in range(grid.size.height)]


async def open_cells(session: ExerciseSession) -> None:
    await session.pilot.press("enter")
    await wait_until(session.pilot, lambda: session.state.in_grid, "the cells are open")
    await session.pilot.pause()


def answer_first(session: ExerciseSession, *answers: str) -> None:
    """Answer the first blanks, and go to the next one."""
    for answer in answers:
        session.state.worksheet.answer(session.state.focused_id, answer)
        session.state.focus_next(1)


async def test_rows_and_columns_have_numbers() -> None:
    async with open_app("matrices/sigma-xw", LARGE) as session:
        await open_cells(session)
        await session.type("7")
        await session.pilot.press("right")
        await session.type("8")
        rows = shown(session.pilot)
        assert rows[0].split() == ["1", "2"]
        assert [row.split()[0] for row in rows[1:4]] == ["1", "2", "3"]
        assert rows[1].split()[:3] == ["1", "7", "8"]
        assert len(rows) == 4


async def test_each_cell_gets_its_verdict() -> None:
    async with open_app("matrices/sigma-xw", LARGE) as session:
        await open_cells(session)
        for text in ("1", "1", "1", "2", "1", "1"):
            await session.type(text)
            await session.pilot.press("enter")
        await session.wait_for_text("✗")
        assert [row.count("✓") for row in shown(session.pilot)[1:]] == [2, 1, 2]
        assert "✗" in shown(session.pilot)[2]


async def test_a_vector_is_one_row_without_a_number() -> None:
    exercise = exercise_of("z = sum(sigmoid(v))", v="[1, 2, 3]")
    async with open_app(exercise, LARGE) as session:
        await open_cells(session)
        rows = shown(session.pilot)
        assert len(rows) == 2
        assert rows[0].split() == ["1", "2", "3"]
        assert not rows[1].lstrip().startswith("1 ")


async def test_the_active_cell_of_a_large_matrix_stays_in_view() -> None:
    exercise = exercise_of("z = sum(sigmoid(X))", X=matrix(9, 8))
    async with open_app(exercise, (60, 16)) as session:
        await open_cells(session)
        await session.type("5")
        await session.pilot.press(*["right"] * 7, *["down"] * 8)
        await session.type("77")
        await wait_until(session.pilot, lambda: any("77" in row for row in shown(session.pilot)), "the last cell")
        rows = shown(session.pilot)
        assert rows[0].split()[-1] == "8"
        row = next(row for row in rows if "77" in row)
        assert row.split()[0] == "9"
        grid = session.pilot.app.screen.query_one(AnswerGrid)
        cursor = session.app.cursor_position
        assert grid.region.contains_point(cursor)
        assert session.state.input.active_cell == (8, 7)
        # A click finds the cell that is under the pointer, not the one that was there before it scrolled.
        column = row.index("77")
        await session.pilot.press("up", "left")
        await session.pilot.click(AnswerGrid, offset=(column, rows.index(row)))
        await wait_until(session.pilot, lambda: session.state.input.active_cell == (8, 7), "the cell is active")


async def test_in_ascii_the_active_cell_is_in_brackets() -> None:
    async with open_app("matrices/sigma-xw", LARGE, ascii=True) as session:
        await open_cells(session)
        await session.type("3")
        row = shown(session.pilot)[1]
        assert row.isascii()
        assert row.index("[") < row.index("3") < row.index("]")


@pytest.fixture
def _quick_hints(monkeypatch: pytest.MonkeyPatch) -> None:
    """Open the next hint without a wait."""
    monkeypatch.setattr(worksheet, "HINT_COOLDOWN", 0.0)


@pytest.mark.usefixtures("_quick_hints")
async def test_the_crosshair_follows_the_active_cell_from_the_rule_on() -> None:
    async with open_app("matrices/sigma-xw", LARGE) as session:
        answer_first(session, "ones(3, 2)", "up * S * (1 - S)")
        await open_cells(session)
        graph = session.pilot.app.screen.query_one(GraphView)
        await session.pilot.press("right", "right")
        assert graph.look.cell == (0, 2)
        assert graph.look.factors == ()
        assert "[1,3]" not in screen_text(session.pilot)
        await session.pilot.press("f2", "f2", "left", "right")
        expected = {MarkedCells(0, None, place="A->S"), MarkedCells(2, None, source="W", target="A")}
        await wait_until(session.pilot, lambda: set(graph.look.factors) == expected, "the row of U and that of W")
        await session.wait_for_text("[1,3] 0.08980 0.05404 · 5 6", "row 1 of the upstream", "row 3 of W")
        await session.pilot.press("down")
        await session.wait_for_text("[2,3] 0.007337 0.001656 · 5 6")
        # The cells typed are in the graph, too.
        await session.type("0.25")
        row = next(line for line in screen_lines(session.pilot)[:20] if "0.25" in line)
        assert row.index("0.25") < 40


@pytest.mark.usefixtures("_quick_hints")
async def test_the_crosshair_of_the_right_factor_is_a_column_of_each() -> None:
    async with open_app("matrices/sigma-xw", LARGE) as session:
        answer_first(session, "ones(3, 2)", "up * S * (1 - S)", "up @ W.T")
        await session.pilot.press("f2", "f2")
        await open_cells(session)
        await session.pilot.press("down")
        await session.wait_for_text("[2,1]", "column 1 of the upstream", "column 2 of X", "0.2 0.5 0.8")


async def test_beside_indexes_rows_and_columns_count_from_zero() -> None:
    exercise = exercise_of("E = W[ids]", W="[[3, 4], [5, 6], [7, 8]]", ids="[2, 0]")
    async with open_app(exercise, LARGE) as session:
        await open_cells(session)
        rows = shown(session.pilot)
        assert rows[0].split() == ["0", "1"]
        assert [row.split()[0] for row in rows[1:4]] == ["0", "1", "2"]
