"""The exercise screen: moving, typing, checking, helping."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from textual.geometry import Offset

from tests.support.app_driver import (
    ExerciseSession,
    exercise_from,
    open_app,
    paste_text,
    screen_lines,
    screen_text,
    wait_until,
)
from tutor import i18n
from tutor.i18n import LocalizedText
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.screens.too_small import TooSmallScreen
from tutor.tui.widgets.graph import GraphView

if TYPE_CHECKING:
    from pathlib import Path


ADD_MULTIPLY = "basics/add-multiply"


# --- moving ---


async def test_a_forward_value_that_is_asked_is_shown_at_its_node() -> None:
    async with open_app("basics/left-to-right", size=(60, 16)) as session:
        await session.pilot.press("f7")
        graph = session.screen.query_one(GraphView)
        for name, sign in {"value(add1)": "+", "value(mul1)": "×", "value(mul2)": "×"}.items():
            assert session.state.focused_id == name
            parts = [part for row in range(graph.size.height) for part in graph.render_line(row) if part.style]
            plain = parts[0].style.bgcolor if parts[0].style else None
            assert any("?" in part.text for part in parts if part.style and part.style.bgcolor != plain)
            assert f"┃ {sign} ┣" in screen_text(session.pilot)
            await session.pilot.press("tab")


async def test_tab_follows_the_backward_pass_in_a_circle() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        order = [blank.id for blank in session.state.worksheet.blanks]
        for name in [*order, order[0]]:
            assert session.state.focused_id == name
            await session.pilot.press("tab")
        await session.pilot.press("shift+tab")
        assert session.state.focused_id == order[0]


async def test_arrows_follow_the_graph() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        for key in ("left", "left", "down", "up", "right", "right", "right"):
            here = session.state.focused_id
            await session.pilot.press(key)
            assert session.state.focused_id == session.drawing.neighbours[here].get(key, here)
        assert session.state.focused_id == "start"


async def test_a_click_focuses_a_blank() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        graph = session.screen.query_one(GraphView)
        place = session.drawing.places["a->add1"]
        spot = graph.origin + Offset(place.x + 1, place.y)
        await session.pilot.click(GraphView, offset=spot)
        await wait_until(session.pilot, lambda: session.state.focused_id == "a->add1", "the click arrived")
        await session.wait_for_text("on the edge a → +")


async def test_the_focused_blank_stays_visible_in_a_wide_graph() -> None:
    chain = "; ".join(f"t{i + 1} = sigmoid(t{i})" for i in range(9))
    async with open_app(exercise_from(f"{chain}; z = 2 * t9", t0=1)) as session:
        graph = session.screen.query_one(GraphView)
        await session.pilot.press("f7")
        for blank in session.state.worksheet.blanks:
            assert session.state.focused_id == blank.id
            place = session.drawing.places[blank.id]
            assert graph.scroll_offset.x <= place.x
            assert place.x + place.width <= graph.scroll_offset.x + graph.size.width
            await session.pilot.press("tab")
        assert graph.max_scroll_x > 0


async def test_the_panel_names_what_is_asked() -> None:
    async with open_app("basics/two-roads") as session:
        await session.wait_for_text("what comes back from × to x, a part of ∂L/∂x")
        await session.answer("14")
        await session.wait_for_text("on the edge (x + y) → ×: ∂L/∂(x + y)")
        await session.answer("6")
        await session.answer("6")
        await session.wait_for_text("from ×: 14", "from +: 6", "together ∂L/∂x = ?")


# --- typing ---


async def test_typing_goes_into_the_blank_and_the_graph_shows_it() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.type("3*e^2")
        await session.wait_for_text("› 3*e^2", "read as 3e² ≈ 22.17")
        assert any("3*e^2" in line for line in screen_lines(session.pilot)[:12])


async def test_a_plain_number_needs_no_echo() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.type("-0.25")
        await session.wait_for_text("› -0.25")
        assert "read as" not in screen_text(session.pilot)


async def test_left_and_right_move_in_the_answer_and_down_keeps_the_input() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.type("13")
        await session.pilot.press("left")
        await session.type("2")
        assert session.state.input.text == "123"
        assert session.state.focused_id == "start"
        await session.pilot.press("home", "delete", "down")
        assert session.state.focused_id != "start"
        assert session.state.input.is_empty
        await session.pilot.press("tab", "shift+tab", "shift+tab")
        session.state.focus("start")
        await session.type("4")
        assert session.state.input.text == "423"
        await session.pilot.press("backspace", "end", "backspace", "ctrl+u")
        assert session.state.input.is_empty


async def test_a_caret_marks_the_error_and_the_answer_costs_nothing() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.type("2 * y1")
        await session.wait_for_text("Unknown name “y1”")
        shown = screen_lines(session.pilot)
        row = next(i for i, line in enumerate(shown) if "› 2 * y1" in line)
        assert shown[row + 1].index("^^") == shown[row].index("y1")
        await session.pilot.press("enter")
        await session.wait_for_text("! can't be read")
        assert session.state.worksheet.entry("start").wrong_attempts == 0
        assert session.state.input.text == "2 * y1"


async def test_the_caret_counts_wide_characters() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.type("가+2")
        await wait_until(session.pilot, lambda: any("^" in line for line in screen_lines(session.pilot)), "a caret")
        shown = [strip.text for strip in session.app.screen._compositor.render_strips()]
        row = next(i for i, line in enumerate(shown) if "› 가+2" in line)
        assert shown[row + 1].index("^") == shown[row].index("가")


async def test_an_answer_that_cannot_be_read_is_mended_from_its_end() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("1,5x")
        await session.wait_for_text("! can't be read")
        shown = [strip.text for strip in session.app.screen._compositor.render_strips()]
        row = next(i for i, line in enumerate(shown) if "› 1,5x" in line)
        assert shown[row + 1].index("^") == shown[row].index(",")
        assert session.state.input.line.cursor == 4
        await session.pilot.press("backspace")
        await wait_until(session.pilot, lambda: session.state.input.text == "1,5", "the last character is gone")


async def test_no_input_breaks_the_screen() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        for junk in ("[/red]", "[@click=app.quit]x", "((((((", "=======", "９９(", "%s{0}\\n", "ㅗㅗㅗ"):
            await session.answer(junk)
            await session.wait_for_text("! can't be read", f"› {junk}")
            await session.pilot.press("ctrl+u")
        await session.answer(session.right_answer_text())
        await session.wait_for_text("1 of 5")


async def test_a_pasted_answer_is_one_line() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await paste_text(session, "1 +\n 0\x1b[31m\n")
        await wait_until(session.pilot, lambda: session.state.input.text.startswith("1 +"), "pasted")
        assert "\n" not in session.state.input.text
        assert "\x1b" not in session.state.input.text


async def test_a_very_long_answer_scrolls_in_its_line() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await paste_text(session, "+".join(["1"] * 300))
        await wait_until(session.pilot, lambda: not session.state.input.is_empty, "pasted")
        assert all(len(line) <= 80 for line in screen_lines(session.pilot))
        await session.pilot.press("home", "enter")
        await session.wait_for_text("! can't be read")


# --- checking ---


async def test_a_wrong_answer_says_why_and_stays() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("240")
        await session.wait_for_text("✗ not yet", "240 is the value of z")
        assert session.state.focused_id == "start"
        assert any("240 ✗" in line for line in screen_lines(session.pilot)[:12])
        await session.answer("1")
        await session.wait_for_text("✓ right", "(a + b) → ×")
        assert session.state.focused_id == session.state.worksheet.blanks[1].id


async def test_backspace_edits_the_last_answer() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("12")
        await session.pilot.press("backspace")
        assert session.state.input.text == "1"
        await session.pilot.press("enter")
        await session.wait_for_text("1 of 5")


async def test_enter_without_an_answer_says_what_to_do() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.pilot.press("enter")
        await session.wait_for_text("Type the value first.")
        assert not session.state.worksheet.entries


@pytest.mark.parametrize("answer", ["1,5", "70", "7/"])
async def test_typing_replaces_a_rejected_answer(answer: str) -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer(answer)
        await session.type("8")
        assert session.state.input.text == "8"


@pytest.mark.parametrize("answer", ["1,5", "75"])
async def test_editing_keys_edit_a_rejected_answer(answer: str) -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer(answer)
        await session.pilot.press("home", "delete", "left")
        await session.type("9")
        assert session.state.input.text == f"9{answer[1:]}"
        assert session.state.focused_id == "start"
        await session.pilot.press("ctrl+u")
        await session.answer("75")
        await session.pilot.press("left")
        await session.type("0")
        assert session.state.input.text == "705"


async def test_a_solved_exercise_stays_solved_whatever_is_typed() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.solve()
        await session.type("12")
        await session.pilot.press("backspace", "delete")
        await paste_text(session, "3")
        await session.wait_for_text("─ solved ─")
        assert session.state.inputs == {}
        await session.pilot.press("ctrl+z")
        await session.wait_for_text("4 of 5")


async def test_undo_removes_the_last_entry() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("1")
        await session.pilot.press("ctrl+z")
        assert session.state.focused_id == "start"
        assert session.state.worksheet.state("start") == "empty"
        await session.wait_for_text("0 of 5")
        await session.pilot.press("ctrl+z")
        await session.wait_for_text("There is nothing to undo.")


async def test_a_given_value_is_not_asked() -> None:
    async with open_app("basics/times") as session:
        await session.pilot.press("right")
        assert session.state.focused_id == "start"
        await session.wait_for_text("This value is given")
        await session.answer("5")
        assert not session.state.worksheet.entries
        assert session.state.inputs == {}


async def test_a_failure_to_save_is_shown(tmp_path: Path) -> None:
    blocked = tmp_path / "a-file"
    blocked.write_text("no folder")
    store = Store.open(blocked / "progress.sqlite3")
    async with open_app(ADD_MULTIPLY, store=store) as session:
        await session.answer("1")
        await session.wait_for_text("not saved", "1 of 5")


# --- helping ---


async def test_question_mark_and_f2_give_hints() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.pilot.press("?")
        await session.wait_for_text("hints ●○○○")
        assert session.state.input.is_empty
        await session.answer("7")
        await session.pilot.press("f2")
        await session.wait_for_text("hints ●●○○")


async def test_a_second_hint_at_once_is_refused_with_a_reason() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.pilot.press("?", "?")
        await session.wait_for_text("Read this hint first", "hints ●○○○")
        await session.pilot.press("tab", "shift+tab")
        assert not session.state.hint_too_soon


async def test_pointers_name_the_upstream_of_plus_and_the_parts_of_a_branch() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        while session.state.focused_id != "a->add1":
            await session.answer(session.right_answer_text())
        await _wrong(session, 2)
        await session.wait_for_text("Look at the marked places: upstream 2")
        assert "other input 2" not in screen_text(session.pilot)
    async with open_app("basics/two-roads") as session:
        while session.state.focused_blank.kind != "sum":
            await session.answer(session.right_answer_text())
        await _wrong(session, 2)
        parts = session.state.worksheet.problem.branch_edges(session.state.focused_blank)
        signs = [session.state.worksheet.problem.graph.nodes[part.edge.target].symbol for part in parts if part.edge]
        listed = ", ".join(f"from {sign}: {dict(zip('×+', (14, 6), strict=True))[sign]}" for sign in signs)
        await session.wait_for_text(f"Look at the marked places: {listed}")


async def _wrong(session: ExerciseSession, times: int) -> None:
    at = session.state.focused_id
    for n in range(times):
        await session.answer(f"{1000 + 7 * n}")
        await wait_until(
            session.pilot, lambda n=n: session.state.worksheet.entry(at).wrong_attempts == n + 1, "refused"
        )


async def test_wrong_answers_bring_more_help() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("1")
        await _wrong(session, 1)
        assert session.state.pointers() == ()
        await session.pilot.press("f8")
        await session.wait_for_text("You can show the value after")
    async with open_app(ADD_MULTIPLY) as session:
        await session.wait_for_text("1 of 5")
        at = session.state.focused_id
        for n in range(2, 6):
            await session.answer(f"{2000 + 7 * n}")
            await wait_until(
                session.pilot, lambda n=n: session.state.worksheet.entry(at).wrong_attempts == n, "refused"
            )
            if n == 2:
                await session.wait_for_text("Look at the marked places: upstream 1, other input 2")
                assert session.screen.query_one(GraphView).look.pointers == {"start", "c->mul1"}
            if n == 3:
                await session.wait_for_text("hints ●●○○")
                await session.wait_for_text("watch the solution step by step")
        await session.wait_for_text("F8 show the value of this blank")
        await session.pilot.press("f8")
        await session.wait_for_text("= shown", "hints ●●●●")
        assert session.state.worksheet.state(at) == "revealed"
        await session.pilot.press("enter")
        assert session.state.focused_id != at
        await session.solve()
        await session.wait_for_text("─ finished ─", "Values shown: 1 of 5")
        assert "solved" not in screen_text(session.pilot)


async def test_the_text_is_shown_until_the_first_answer_and_in_the_help() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.wait_for_text("Now go back from z to the inputs")
        await session.answer("7")
        await session.wait_for_text("✗")
        assert "Now go back from z" not in screen_text(session.pilot)
        await session.pilot.press("f1")
        await session.wait_for_text("Now go back from z", "F2, ?")
        await session.pilot.press("escape")
        await session.wait_for_text("✗")


async def test_a_click_on_a_key_does_what_the_key_does() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        row = screen_lines(session.pilot)[-1]
        await session.pilot.click("#keys", offset=(row.index("hint"), 0))
        await session.wait_for_text("hints ●○○○")
        row = screen_lines(session.pilot)[-1]
        await session.pilot.click("#keys", offset=(row.index("F1"), 0))
        await session.wait_for_text("F2, ?")


# --- other numbers ---


async def test_new_numbers_start_at_the_first_blank_and_ask_only_if_input_is_lost() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.pilot.press("tab", "tab")
        before = session.state.worksheet.problem.inputs
        await session.pilot.press("f3")
        await wait_until(session.pilot, lambda: session.state.worksheet.problem.inputs != before, "other numbers")
        assert session.state.focused_id == "start"
        await session.type("5")
        numbers = session.state.worksheet.problem.inputs
        await session.pilot.press("f3")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, ConfirmScreen), "a question")
        await session.pilot.press("escape")
        assert session.state.worksheet.problem.inputs is numbers
        assert session.state.input.text == "5"
        await session.pilot.press("f3", "enter")
        await wait_until(session.pilot, lambda: session.state.worksheet.problem.inputs is not numbers, "other numbers")
        assert session.state.input.is_empty
        await session.solve()
        await session.wait_for_text("─ solved ─")


async def test_an_exercise_without_other_numbers_says_so() -> None:
    async with open_app(exercise_from("z = x * y", x=2, y=3)) as session:
        await session.pilot.press("f3")
        await session.wait_for_text("one set of numbers")


# --- sizes and views ---


async def test_a_resize_in_the_middle_of_typing_loses_nothing() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("1")
        await session.type("2*")
        await session.pilot.resize_terminal(40, 10)
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, TooSmallScreen), "the sentence")
        await session.wait_for_text("backprop-tutor needs 60 columns and 16 rows.")
        await session.pilot.press("7")
        await session.pilot.resize_terminal(80, 24)
        await wait_until(session.pilot, lambda: session.app.screen is session.screen, "the exercise is back")
        await session.type("1")
        assert session.state.input.text == "2*1"
        await session.pilot.press("enter")
        await session.wait_for_text("2 of 5")


async def test_too_small_still_quits() -> None:
    async with open_app(ADD_MULTIPLY, size=(60, 16)) as session:
        await session.pilot.resize_terminal(40, 10)
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, TooSmallScreen), "the sentence")
        await session.pilot.press("ctrl+q")
        await wait_until(session.pilot, lambda: not session.app.is_running, "it has quit")


async def test_the_graph_is_on_top_and_the_window_decides_what_is_beside() -> None:
    async with open_app("basics/sigmoid-in-parts", size=(60, 16)) as session:
        for size in ((60, 16), (99, 50), (119, 30), (200, 39), (172, 50), (240, 70)):
            await session.pilot.resize_terminal(*size)
            await wait_until(session.pilot, lambda size=size: _is_laid_out(session, *size), f"{size} is laid out")


def _is_laid_out(session: ExerciseSession, width: int, height: int) -> bool:
    """Return whether the parts of the screen are where a window of this size has room for them."""
    regions = {id: session.screen.query_one(f"#{id}").region for id in ("graph", "close-up", "answer-pane", "side")}
    graph, close_up, answer, side = regions.values()
    is_medium = width >= 100 and height >= 30
    overlapping = [
        (one, other) for one in regions for other in regions if one < other and regions[one].overlaps(regions[other])
    ]
    return (
        graph.y == 2
        and graph.height >= min(session.drawing.height, 4)
        and close_up.y >= graph.bottom
        and answer.bottom == height - 1
        and (close_up.y == answer.y and close_up.width == 60) == is_medium
        and (close_up.bottom == answer.y) != is_medium
        and side.width == (52 if width >= 160 and height >= 40 else 0)
        and not overlapping
    )


async def test_f7_toggles_the_density_and_compact_explains_its_signs() -> None:
    async with open_app(ADD_MULTIPLY) as session:
        assert session.drawing.density == "full"
        await session.pilot.press("f7", "tab")
        assert session.drawing.density == "compact"
        await session.wait_for_text("(a + b) 120 c 2 ▸ × ▸ 240 ◂ ? from z", "◇ a blank")
        await session.pilot.press("f7")
        assert session.drawing.density == "full"


async def test_texts_of_a_pack_are_not_read_as_markup() -> None:
    loud = LocalizedText({"": "[bold]x[/bold] [@click=app.quit]leave[/]"})
    exercise = replace(exercise_from("z = x * y", x=2, y=3), title=loud, text=loud)
    async with open_app(exercise) as session:
        shown = screen_text(session.pilot)
        assert shown.count("[bold]x[/bold] [@click=app.quit]leave[/]") == 2


async def test_ascii_draws_only_ascii_characters() -> None:
    async with open_app("basics/two-roads", ascii=True) as session:
        await session.answer("15")
        await session.wait_for_text("X not yet")
        assert all(line.isascii() for line in screen_lines(session.pilot)[1:9])


async def test_without_colour_the_focus_is_reversed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_app(ADD_MULTIPLY) as session:
        graph = session.screen.query_one(GraphView)
        reversed_text = "".join(
            part.text
            for row in range(graph.size.height)
            for part in graph.render_line(row)
            if part.style and part.style.reverse
        )
        assert reversed_text.split() == ["[", "?", "]"]
        for strip in session.app.screen._compositor.render_strips():
            for segment in strip:
                assert segment.style is None or segment.style.color is None or segment.style.color.name == "default"


async def test_a_short_key_bar_keeps_the_keys_that_lead_out() -> None:
    async with open_app(ADD_MULTIPLY, size=(60, 16)) as session:
        await session.wait_for_text("Esc list", "^Q quit", "PgDn more")
        before = screen_text(session.pilot)
        await session.pilot.press("pagedown")
        await wait_until(session.pilot, lambda: screen_text(session.pilot) != before, "scrolled")


async def test_light_markup_of_a_text_becomes_styles() -> None:
    marked = LocalizedText({"": "The *other* line, `up * W.T`, not a * b or 2*a*b."})
    async with open_app(replace(exercise_from("z = x * y", x=2, y=3), text=marked)) as session:
        await session.wait_for_text("The other line, up * W.T, not a * b or 2*a*b.")


# --- leaving ---


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+q"])
async def test_both_keys_quit_and_nothing_is_lost(key: str) -> None:
    async with open_app(ADD_MULTIPLY) as session:
        await session.answer("1")
        await session.pilot.press(key)
        await wait_until(session.pilot, lambda: not session.app.is_running, "it has quit")
        assert session.app.return_value is False
    async with open_app(ADD_MULTIPLY) as session:
        await session.wait_for_text("1 of 5")
        assert session.state.focused_id == session.state.worksheet.blanks[1].id
        await session.solve()
        await session.pilot.press(key)
        await wait_until(session.pilot, lambda: not session.app.is_running, "it has quit")
        assert session.app.return_value is True


async def test_korean_help() -> None:
    i18n.set_language("ko")
    async with open_app(ADD_MULTIPLY) as session:
        await session.pilot.press("f1")
        await session.wait_for_text("순전파" if "순전파" in session.state.worksheet.variant.text() else "z")
    assert default_path().exists()
