"""The exercise screen: choices, undo, the head, the rungs of help, the result, and the terminal's cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len
from textual import events

from tests.support.app_driver import (
    ExerciseSession,
    open_app,
    paste_text,
    screen_lines,
    screen_text,
    simulate_practice,
    wait_until,
)
from tutor import i18n
from tutor.tui.widgets.answer_pane import AnswerPane
from tutor.tui.widgets.head import Head
from tutor.tui.widgets.side_pane import SidePane
from tutor.tui.widgets.solved_pane import SolvedPane

if TYPE_CHECKING:
    from collections.abc import Sequence

TWO_ROADS = "basics/two-roads"
LARGE = (172, 50)
MEDIUM = (120, 40)


async def _go_to_question(session: ExerciseSession) -> None:
    while not session.state.is_question:
        await session.answer(session.right_answer_text())
        await session.pilot.pause()


async def _answer_all(session: ExerciseSession, answers: Sequence[str]) -> None:
    for answer in answers:
        await session.answer(answer)


# --- the choices of a question ---


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_arrow_keys_choose_and_enter_checks(language: str) -> None:
    i18n.set_language(language)
    async with open_app("basics/left-to-right") as session:
        await _go_to_question(session)
        assert session.state.chosen_choice is None
        await session.pilot.press("down", "down", "down", "down", "up")
        assert session.state.chosen_choice == 2
        await session.pilot.press("up", "up", "enter")
        await wait_until(session.pilot, lambda: session.state.entry.wrong_attempts == 1, "the first one is wrong")
        assert session.state.chosen_choice == 1
        await session.pilot.press("down", "enter")
        await wait_until(session.pilot, lambda: session.state.worksheet.done, "the second one is right")


async def test_a_click_chooses_and_a_second_one_checks() -> None:
    async with open_app("basics/left-to-right", size=MEDIUM) as session:
        await _go_to_question(session)
        lines = screen_lines(session.pilot)
        row = next(y for y, line in enumerate(lines) if " 2   a + b and c" in line)
        pane = session.screen.query_one(AnswerPane)
        spot = (10, row - pane.region.y)
        await session.pilot.click(AnswerPane, offset=spot)
        await wait_until(session.pilot, lambda: session.state.input.text == "2", "chosen")
        assert not session.state.entry.text
        await session.pilot.click(AnswerPane, offset=spot)
        await wait_until(session.pilot, lambda: session.state.worksheet.done, "checked")


async def test_a_question_has_the_whole_width_and_no_close_up() -> None:
    async with open_app("basics/left-to-right", size=MEDIUM) as session:
        await _go_to_question(session)
        await session.wait_for_text("Which two of the nodes")
        assert not session.screen.query_one("#close-up").display
        assert session.screen.query_one(AnswerPane).size.width == 120


# --- undo ---


async def test_undo_takes_back_one_cell_after_the_other_then_the_entry_before() -> None:
    async with open_app("matrices/sigma-xw", size=MEDIUM) as session:
        await session.answer("[[1, 1], [1, 1], [1, 1]]")
        await wait_until(session.pilot, lambda: session.state.focused_id != "S->sum1", "the first one is right")
        await session.pilot.press("enter", "1", "2", "right", "3", "down", "4")
        texts = [[line.text for line in row] for row in session.state.input.cells]
        assert texts == [["12", "3"], ["", "4"], ["", ""]]
        for left in (["12", "3", "", ""], ["12", "", "", ""], ["", "", "", ""]):
            await session.pilot.press("ctrl+z")
            assert [line.text for row in session.state.input.cells for line in row][:4] == left
        assert session.state.worksheet.entry("S->sum1").is_correct
        await session.pilot.press("ctrl+z")
        assert session.state.focused_id == "S->sum1"
        assert not session.state.worksheet.entry("S->sum1").text


async def test_undo_of_a_checked_matrix_leaves_its_cells_to_be_edited() -> None:
    async with open_app("matrices/sigma-xw", size=MEDIUM) as session:
        await paste_text(session, "[[1, 1], [2, 1], [1, 1]]")
        await wait_until(session.pilot, lambda: session.state.input.is_complete, "the cells are filled")
        await session.pilot.press("enter")
        await session.wait_for_text("✗ not yet")
        await session.pilot.press("ctrl+z")
        assert not session.state.worksheet.entry("S->sum1").text
        assert [line.text for row in session.state.input.cells for line in row] == ["1", "1", "2", "1", "1", "1"]
        await session.pilot.press("ctrl+z")
        assert [line.text for row in session.state.input.cells for line in row] == ["1", "1", "2", "1", "1", ""]


async def test_undo_of_a_typed_number_leaves_the_checked_answers() -> None:
    async with open_app(TWO_ROADS) as session:
        await session.answer("14")
        await session.type("61")
        await session.pilot.press("ctrl+z")
        assert session.state.input.is_empty
        await session.wait_for_text("1 of 5")
        await session.pilot.press("ctrl+z")
        await session.wait_for_text("0 of 5")


# --- the head and the side ---


async def test_a_click_on_a_segment_or_an_answer_goes_to_its_blank() -> None:
    async with open_app(TWO_ROADS, size=LARGE) as session:
        blanks = [blank.id for blank in session.state.worksheet.blanks]
        await session.pilot.click(Head, offset=(60, 1))
        await wait_until(session.pilot, lambda: session.state.focused_id == blanks[1], "the second blank")
        row = next(y for y, line in enumerate(screen_lines(session.pilot)) if "· y → +" in line)
        await session.pilot.click(SidePane, offset=(6, row - 2))
        await wait_until(session.pilot, lambda: session.state.focused_id == blanks[-1], "the last blank")


async def test_locked_blanks_cannot_be_clicked() -> None:
    async with open_app("basics/left-to-right", size=MEDIUM) as session:
        first = session.state.focused_id
        await session.pilot.click(Head, offset=(40, 1))
        await wait_until(session.pilot, lambda: session.state.focused_id != first, "a forward value can")
        await session.wait_for_text("z = (a + b)·c·d")


async def test_a_large_window_keeps_the_text_the_answers_and_the_rules() -> None:
    simulate_practice("basics/times")
    async with open_app(TWO_ROADS, size=LARGE) as session:
        await _answer_all(session, ("14", "5"))
        await session.wait_for_text("✗ not yet", "The value of x, 3, goes to two places", "so far", "rules used here")
        await session.wait_for_text("× other input")
        lines = screen_lines(session.pilot)
        assert any("✓ x → ×" in line and "14" in line and "first try" in line for line in lines)
        assert any("✗ (x + y) → ×" in line and "5" in line and "not yet" in line for line in lines)


# --- the rungs of help ---


async def test_a_click_on_the_rungs_gives_the_next_hint_and_a_wrong_answer_keeps_its_reason() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.answer("5")
        await session.wait_for_text("✗ not yet", "hints ○○○○ F2 where to look")
        row = next(y for y, line in enumerate(screen_lines(session.pilot)) if "hints ○" in line)
        pane = session.screen.query_one(AnswerPane)
        await session.pilot.click(AnswerPane, offset=(4, row - pane.region.y))
        await session.wait_for_text("●", "where to look", "✗ not yet", "F2 the rule")


async def test_a_right_step_from_a_wrong_value_costs_nothing() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.answer("15")
        await session.pilot.press("tab")
        await _answer_all(session, ("6", "6", "21"))
        await session.wait_for_text("~ right step · costs nothing", "It starts from your 15")
        assert session.state.entry.wrong_attempts == 0


# --- what is typed, and where ---


async def test_what_is_typed_is_in_graph_close_up_equation_and_answer_line_at_once() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.type("37")
        lines = screen_lines(session.pilot)
        assert sum(line.count("37") for line in lines) == 4
        assert sum("37" in line for line in lines[:22]) == 1


@pytest.mark.parametrize("size", [(60, 16), (80, 24), MEDIUM, LARGE])
async def test_the_terminal_cursor_is_where_text_is_typed(size: tuple[int, int]) -> None:
    async with open_app(TWO_ROADS, size=size) as session:
        await session.type("1가4")
        await session.pilot.press("left")
        await session.pilot.pause()
        x, y = session.app.cursor_position
        row = session.app.screen._compositor.render_strips()[y].text
        assert row.count("› 1가4") == 1
        # The wide character takes two cells.
        assert x == cell_len(row[: row.index("› 1가4")]) + 2 + 3


# --- the result ---


async def test_the_result_has_the_insight_the_next_exercise_and_no_advice_without_a_reason() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.solve()
        await session.wait_for_text(
            "Every blank at the first try.",
            "A value that is used twice collects from both uses",
            "A number times itself",
            "of 21",
            "Wrong answers: 0 Hints: 0 Values shown: 0",
        )
        shown = screen_text(session.pilot)
        assert shown.index("Every blank") < shown.index("∂L/∂x")
        assert "^N" not in shown
        assert "┏━┛┃ ┃" in "\n".join(screen_lines(session.pilot))
        await session.pilot.press("enter")
        await session.wait_for_exercise("times-itself")


async def test_a_click_on_the_card_goes_on() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.solve()
        await session.wait_for_text("─ next ─")
        pane = session.screen.query_one(SolvedPane)
        await session.pilot.click(SolvedPane, offset=(80, pane.size.height - 2))
        await session.wait_for_exercise("times-itself")


async def test_the_celebration_ends_by_itself_and_there_is_none_without_animations() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        session.app.animation_level = "none"
        await session.solve()
        pane = session.screen.query_one(SolvedPane)
        assert pane._celebration is None
        await session.pilot.press("ctrl+z")
        await session.wait_for_text("4 of 5")
        session.app.animation_level = "full"
        await session.solve()
        assert pane._celebration is not None
        await wait_until(session.pilot, lambda: pane._celebration is None, "the sparks are gone")
        assert not set("✦✧⋆") & set("".join(screen_lines(session.pilot)))


async def test_the_wheel_scrolls_what_is_too_long_and_a_short_text_stays() -> None:
    async with open_app(TWO_ROADS, size=(60, 16)) as session:
        pane = session.screen.query_one(AnswerPane)
        assert pane.has_more
        before = screen_lines(session.pilot)
        pane.post_message(events.MouseScrollDown(pane, 5, 4, 0, 1, 0, False, False, False))
        await wait_until(session.pilot, lambda: screen_lines(session.pilot) != before, "scrolled")
        await session.pilot.press("tab", "shift+tab")
        await wait_until(session.pilot, lambda: screen_lines(session.pilot) == before, "at the top again")
