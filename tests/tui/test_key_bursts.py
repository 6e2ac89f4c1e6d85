"""Keys, pastes and clicks that come faster than screens open: none is lost, and none does anything twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from rich.style import Style
from textual import events
from textual.widgets import Input

from tests.support.app_driver import (
    is_showing,
    open_app,
    open_home,
    screen_lines,
    screen_text,
    wait_for_text,
    wait_until,
)
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.palette import TutorPalette
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.playground import PlaygroundScreen
from tutor.tui.widgets.option_list import ReadableOptionList
from tutor.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from textual.pilot import Pilot


def press_at_once(pilot: Pilot[bool], *keys: str) -> None:
    """Press keys as a terminal sends them in one read: the second comes before the first has any effect."""
    for key in keys:
        name = {" ": "space", "/": "slash"}.get(key, key)
        pilot.app.post_message(events.Key(name, key if len(key) == 1 else None))


async def test_a_search_typed_at_once_finds_its_exercise() -> None:
    async with open_home() as pilot:
        press_at_once(pilot, *"/two roads")
        await wait_until(pilot, lambda: pilot.app.screen.query("#search"), "the search")
        await wait_until(pilot, lambda: pilot.app.screen.query_one("#search", Input).value == "two roads", "all of it")
        press_at_once(pilot, "enter", "1", "2")
        await wait_for_text(pilot, "stage 1 of 3", "› 12")


async def test_an_exercise_opened_and_answered_at_once() -> None:
    async with open_home() as pilot:
        press_at_once(pilot, "enter", "7", "enter", "1", "0")
        await wait_for_text(pilot, "1 of 4", "› 10")


async def test_a_command_typed_and_run_at_once() -> None:
    async with open_home() as pilot:
        press_at_once(pilot, "ctrl+p", *"playground", "enter", *"z=a*b")
        await wait_until(pilot, lambda: is_showing(pilot, PlaygroundScreen), "the playground")
        await wait_until(pilot, lambda: pilot.app.screen.query_one("#formula", Input).value == "z=a*b", "all of it")


async def test_two_enters_in_the_palette_run_one_command() -> None:
    async with open_app("basics/times") as session:
        press_at_once(session.pilot, "ctrl+p", "enter", "enter")
        # The first command shows the help page, which the second Enter closes.
        await wait_until(session.pilot, lambda: session.app.screen is session.screen, "the exercise")
        assert not session.state.input.line.text


async def test_a_double_click_on_a_hit_runs_it_once() -> None:
    async with open_app("basics/times") as session:
        await session.pilot.press("ctrl+p")
        await wait_until(session.pilot, lambda: "Explain this blank" in screen_text(session.pilot), "the commands")
        row = next(y for y, line in enumerate(screen_lines(session.pilot)) if "Explain this blank" in line)
        top = session.app.screen.query_one(RowList).region.y
        await session.pilot.click(RowList, offset=(4, row - top), times=2)
        await wait_until(session.pilot, lambda: is_showing(session.pilot, HelpScreen), "help")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: session.app.screen is session.screen, "the exercise")


@pytest.mark.parametrize("key", ["pagedown", "pageup", "ctrl+end", "down", "escape", "ctrl+p", "ctrl+q"])
async def test_a_key_just_after_the_palette_opens(key: str) -> None:
    async with open_home() as pilot:
        press_at_once(pilot, "ctrl+p", key, *"sig", key, "backspace", key, key)
        await pilot.pause()


async def test_keys_and_clicks_for_a_list_that_has_not_been_measured_yet() -> None:
    async with open_home() as pilot:
        rows = ReadableOptionList("one", "two")
        rows.styles.display = "none"
        await pilot.app.screen.mount(rows)
        rows.highlighted = 0
        for action in ("page_down", "page_up"):
            await rows.run_action(action)
        assert rows.highlighted == 0
        meta = Style.from_meta({"option": 7})
        rows.post_message(events.Click(rows, 0, 0, 0, 0, 1, False, False, False, style=meta))
        await pilot.pause()


async def test_a_huge_paste_into_a_line_is_cut() -> None:
    async with open_home() as pilot:
        press_at_once(pilot, "ctrl+p")
        pilot.app.post_message(events.Paste("times " + "x" * 256_000))
        await wait_until(
            pilot, lambda: is_showing(pilot, TutorPalette) and pilot.app.screen.query_one(Input).value, "the text"
        )
        assert len(pilot.app.screen.query_one(Input).value) <= 200
        await wait_for_text(pilot, "No match for “times xxx")
        press_at_once(pilot, "escape", "/")
        pilot.app.post_message(events.Paste("x" * 256_000))
        await wait_until(pilot, lambda: pilot.app.screen.query("#search"), "the search")
        await wait_until(pilot, lambda: pilot.app.screen.query_one("#search", Input).value, "the text")
        assert len(pilot.app.screen.query_one("#search", Input).value) <= 200


async def test_keys_that_come_while_the_program_is_left_reach_nothing() -> None:
    with Store.open(default_path()) as store:
        app = TutorApp(store)
        async with app.run_test() as pilot:
            await wait_until(pilot, lambda: "Enter" in screen_text(pilot), "the list")
            press_at_once(pilot, "enter", "1", "f1", "ctrl+q", *["escape", "enter", "f5", "ctrl+p", "down", "7"] * 20)
            await wait_until(pilot, lambda: not app.is_running, "the end")
        assert app.return_value is None


async def test_messages_of_a_closing_program_still_have_a_screen() -> None:
    with Store.open(default_path()) as store:
        app = TutorApp(store)
        async with app.run_test() as pilot:
            await wait_until(pilot, lambda: "Enter" in screen_text(pilot), "the list")
        assert not app.screen_stack
        assert app.screen is app.home


async def test_escape_in_a_burst_leaves_one_screen_each() -> None:
    async with open_app("basics/times") as session:
        press_at_once(session.pilot, "f1", "escape", "f4", "escape", "f6", "escape", "escape", "down")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, HomeScreen), "the list")
        assert not any(isinstance(screen, ExerciseScreen) for screen in session.app.screen_stack)


async def test_a_palette_in_a_window_of_one_cell_comes_back() -> None:
    async with open_app("basics/times") as session:
        await session.pilot.press("ctrl+p")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, TutorPalette), "the palette")
        await session.pilot.resize_terminal(1, 1)
        await wait_until(session.pilot, lambda: session.app.size.width == 1, "the small window")
        await session.pilot.resize_terminal(80, 24)
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: session.app.screen is session.screen, "the exercise")


async def test_the_palette_opens_again_while_it_still_closes() -> None:
    async with open_home() as pilot:
        press_at_once(pilot, "ctrl+p", "ctrl+p", "ctrl+p")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, TutorPalette), "the palette")
        await pilot.app.run_action("commands")
        await pilot.app.run_action("commands")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, TutorPalette), "the palette once more")
