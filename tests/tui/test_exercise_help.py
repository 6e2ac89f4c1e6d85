"""The exercise screen: choices, undo, the head, the rungs of help, the result, and the terminal's cursor."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
MEDIUM, LARGE = (120, 40), (172, 50)


async def _go_to_question(session: ExerciseSession) -> None:
    while not session.state.is_question:
        await session.answer(session.right_answer_text())
        await session.pilot.pause()


async def _answer_all(session: ExerciseSession, answers: Sequence[str]) -> None:
    for answer in answers:
        await session.answer(answer)


def _row_with(session: ExerciseSession, text: str) -> int:
    """Return the row of the screen with a text."""
    rows = [y for y, line in enumerate(screen_lines(session.pilot)) if text in line]
    assert rows, "\n".join(screen_lines(session.pilot))
    return rows[0]


def _cells(session: ExerciseSession) -> list[str]:
    return [line.text for row in session.state.input.cells for line in row]


# --- the choices of a question ---


async def test_arrow_keys_choose_and_enter_checks() -> None:
    i18n.set_language("ko")
    async with open_app("basics/left-to-right") as session:
        await _go_to_question(session)
        assert session.state.chosen_choice is None
        await session.pilot.press("enter")
        await session.wait_for_text("먼저 답을 고르세요")
        await session.pilot.press("down", "down", "down", "down", "up")
        assert session.state.chosen_choice == 2
        await session.pilot.press("up", "up", "enter")
        await wait_until(session.pilot, lambda: session.state.entry.wrong_attempts == 1, "the first one is wrong")
        assert session.state.chosen_choice == 1
        await session.pilot.press("down", "enter")
        await wait_until(session.pilot, lambda: session.state.worksheet.done, "the second one is right")


async def test_a_click_chooses_a_second_one_checks_and_a_question_has_the_whole_width() -> None:
    async with open_app("basics/left-to-right", size=MEDIUM) as session:
        first, graph = session.state.focused_id, session.screen.query_one("#graph").region
        await session.pilot.click(Head, offset=(40, 1))
        await wait_until(session.pilot, lambda: session.state.focused_id != first, "another forward value")
        await _go_to_question(session)
        await session.wait_for_text("Which two nodes could be computed", "z = (a + b)·(c·d)")
        assert not session.screen.query_one("#close-up").display
        assert session.screen.query_one("#graph").region == graph
        pane, question = session.screen.query_one(AnswerPane), session.state.focused_id
        assert pane.size.width == 120
        spot = (10, _row_with(session, " 2   a + b and c") - pane.region.y)
        await session.pilot.click(AnswerPane, offset=spot)
        await wait_until(session.pilot, lambda: session.state.input.text == "2", "chosen")
        assert not session.state.entry.text
        await session.pilot.click(AnswerPane, offset=spot)
        await wait_until(session.pilot, lambda: session.state.worksheet.entry(question).is_correct, "checked")


# --- undo ---


async def test_undo_takes_back_one_cell_after_the_other_then_the_entry_before_whose_cells_stay() -> None:
    async with open_app("matrices/sigma-xw", size=MEDIUM) as session:
        await paste_text(session, "[[1, 1], [1, 1], [1, 1]]")
        await session.pilot.press("enter")
        await wait_until(session.pilot, lambda: session.state.focused_id != "S->sum1", "the first one is right")
        await session.pilot.press("enter", "1", "2", "right", "3", "down", "4")
        assert _cells(session) == ["12", "3", "", "4", "", ""]
        for left in (["12", "3", "", ""], ["12", "", "", ""], ["", "", "", ""]):
            await session.pilot.press("ctrl+z")
            assert _cells(session)[:4] == left
        assert session.state.worksheet.entry("S->sum1").is_correct
        await session.pilot.press("ctrl+z")
        assert session.state.focused_id == "S->sum1"
        assert not session.state.worksheet.entry("S->sum1").text
        assert _cells(session) == ["1"] * 6
        await session.pilot.press("ctrl+z")
        assert _cells(session) == ["1"] * 5 + [""]


# --- the head, the side, and what is typed ---


async def test_a_large_window_keeps_the_text_the_answers_and_the_rules_and_clicks_go_to_blanks() -> None:
    simulate_practice("basics/times")
    async with open_app(TWO_ROADS, size=LARGE) as session:
        blanks = [blank.id for blank in session.state.worksheet.blanks]
        await _answer_all(session, ("14", "5"))
        await session.wait_for_text("✗ not yet", "x = 3 is used twice", "So far", "Rules used here")
        await session.wait_for_text("multiplication")
        lines = screen_lines(session.pilot)
        assert any("✓ x → ×" in line and "14" in line and "first try" in line for line in lines)
        assert any("✗ (x + y) → ×" in line and "5" in line and "not yet" in line for line in lines)
        await session.pilot.click(SidePane, offset=(6, _row_with(session, "· y → +") - 2))
        await wait_until(session.pilot, lambda: session.state.focused_id == blanks[-1], "the last blank")
        await session.pilot.click(Head, offset=(60, 1))
        await wait_until(session.pilot, lambda: session.state.focused_id == blanks[1], "the second blank")


async def test_what_is_typed_is_everywhere_at_once_with_the_cursor_and_undo_leaves_checked_answers() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.answer("14")
        await session.type("37")
        lines = screen_lines(session.pilot)
        assert sum(line.count("37") for line in lines) == 4, "in the graph, the close-up, the equation, the answer line"
        await session.pilot.press("ctrl+z")
        assert session.state.input.is_empty
        assert session.state.worksheet.entry(session.state.worksheet.blanks[0].id).is_correct
        await session.type("1가4")
        await session.pilot.press("left")
        for size in ((60, 16), (80, 24), LARGE, MEDIUM):
            await session.pilot.resize_terminal(*size)
            await wait_until(session.pilot, lambda: _cursor_follows(session), f"the cursor at {size}")


def _cursor_follows(session: ExerciseSession) -> bool:
    """Return whether the terminal's cursor is behind the first two characters, of which one is wide."""
    x, y = session.app.cursor_position
    strips = session.app.screen._compositor.render_strips()
    row = strips[y].text if y < len(strips) else ""
    return "› 1가4" in row and x == cell_len(row[: row.index("› 1가4")]) + 2 + 3


# --- what is said ---


async def test_a_click_on_the_rungs_gives_the_next_hint_and_a_wrong_answer_keeps_its_reason() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.answer("5")
        await session.wait_for_text("✗ not yet", "hints ○○○○ F2 where to look")
        pane = session.screen.query_one(AnswerPane)
        await session.pilot.click(AnswerPane, offset=(4, _row_with(session, "hints ○") - pane.region.y))
        await session.wait_for_text("●", "where to look", "✗ not yet", "F2 the rule")


async def test_a_right_step_from_a_wrong_value_costs_nothing() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        await session.answer("15")
        await session.pilot.press("tab")
        await _answer_all(session, ("6", "6", "21"))
        await session.wait_for_text("~ right step · costs nothing", "It starts from your value 15")
        assert session.state.entry.wrong_attempts == 0


async def test_the_wheel_scrolls_what_is_too_long_and_another_blank_begins_at_its_top() -> None:
    async with open_app(TWO_ROADS, size=(60, 16)) as session:
        pane = session.screen.query_one(AnswerPane)
        assert pane.has_more
        before = screen_lines(session.pilot)
        pane.post_message(events.MouseScrollDown(pane, 5, 4, 0, 1, 0, False, False, False))
        await wait_until(session.pilot, lambda: screen_lines(session.pilot) != before, "scrolled")
        await session.pilot.press("tab", "shift+tab")
        await wait_until(session.pilot, lambda: screen_lines(session.pilot) == before, "at the top again")


# --- the result ---


async def test_the_result_celebrates_once_and_has_the_insight_and_one_next_step() -> None:
    async with open_app(TWO_ROADS, size=MEDIUM) as session:
        session.app.animation_level = "none"
        await session.solve()
        await session.wait_for_text(
            "Every blank right on the first try.",
            "value that is used twice collects a gradient",
            "A number times itself",
            "of 21",
            "blanks: 3 · 5 min",
            "Wrong answers: 0 Hints: 0 Values shown: 0",
        )
        shown = screen_text(session.pilot)
        assert "^N" not in shown, "advice without a reason"
        assert "┏━┛┃ ┃" in "\n".join(screen_lines(session.pilot))
        pane = session.screen.query_one(SolvedPane)
        assert pane._celebration is None
        await session.pilot.press("ctrl+z")
        await session.wait_for_text("4 of 5")
        session.app.animation_level = "full"
        await session.solve()
        assert pane._celebration is not None
        await wait_until(session.pilot, lambda: pane._celebration is None, "the sparks are gone")
        assert not set("✦✧⋆") & set("".join(screen_lines(session.pilot)))
        await session.pilot.click(SolvedPane, offset=(80, pane.size.height - 2))
        await session.wait_for_exercise("times-itself")
