"""Keys that come faster than screens open, and texts longer than any answer."""

from __future__ import annotations

from textual import events

from tests.support.app_driver import open_app, wait_until
from tutor.packs import library
from tutor.tui.screens.help import HelpScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.widgets.exercise_list import ExerciseList


async def test_two_escapes_at_once_lead_only_to_the_list() -> None:
    async with open_app("basics/times") as session:
        for _ in range(2):
            session.screen.post_message(session.screen.Left(session.state.worksheet.variant.exercise))
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, HomeScreen), "the list")
        await session.pilot.press("down")
        assert isinstance(session.app.screen, HomeScreen)


async def test_two_enters_at_once_open_an_exercise_once() -> None:
    async with open_app("basics/times") as session:
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, HomeScreen), "the list")
        home = session.app.screen
        assert isinstance(home, HomeScreen)
        pack = library.all_packs()[0]
        for _ in range(2):
            home.post_message(home.ExerciseSelected(pack, pack.entries[0]))
        await wait_until(session.pilot, lambda: session.app.screen is not home, "the exercise")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: session.app.screen is home, "the list again")
        assert home.query_one(ExerciseList).has_focus


async def test_help_opens_once() -> None:
    async with open_app("basics/times") as session:
        for _ in range(2):
            session.screen.post_message(events.Key("f1", None))
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, HelpScreen), "help")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: session.app.screen is session.screen, "the exercise again")


async def test_a_pasted_page_does_not_block_the_screen() -> None:
    async with open_app("basics/times") as session:
        session.screen.post_message(events.Paste("3 + " * 20_000))
        await wait_until(session.pilot, lambda: len(session.state.input.line.text) > 400, "the text")
        assert len(session.state.input.line.text) <= 1_000
        await session.pilot.press("enter")
        await session.wait_for_text("longer than 400 characters")


async def test_an_undone_matrix_leaves_its_cells_and_loses_one_after_the_other() -> None:
    async with open_app("matrices/sigma-xw", size=(120, 40)) as session:
        session.screen.post_message(events.Paste("[[1,1],[1,1],[1,2]]"))
        await wait_until(session.pilot, lambda: session.state.input.is_complete, "the matrix is typed")
        await session.pilot.press("enter")
        at = session.state.worksheet.blanks[0].id
        await wait_until(session.pilot, lambda: session.state.worksheet.state(at) == "wrong", "refused")
        await session.pilot.press("ctrl+z")
        await wait_until(session.pilot, lambda: session.state.worksheet.state(at) == "empty", "taken back")
        assert session.state.input.is_complete
        await session.pilot.press("ctrl+z")
        assert session.state.input.cells[2][1].text == ""
        assert session.state.input.cells[2][0].text == "1"
