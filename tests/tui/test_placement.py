"""The placement test on the screen: a row of the list, graphs without verdicts, the result, and where it leads."""

from __future__ import annotations

from tests.support.app_driver import open_home, wait_for_text, wait_until
from tutor.paths import data_folder
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens.placement_graph import PlacementGraphScreen
from tutor.tui.screens.placement_result import PlacementResultScreen


async def test_a_test_is_left_gone_on_with_and_finished() -> None:
    (data_folder() / "welcomed").unlink()
    async with open_home() as pilot:
        await wait_for_text(pilot, "I know some of this")
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "Graph 1 of at most 12", "don't know")
        first = pilot.app.screen
        assert isinstance(first, PlacementGraphScreen)
        await pilot.press("f4")
        await wait_for_text(pilot, "This is a test. There is no help")
        await pilot.press("f2")
        await wait_for_text(pilot, "Graph 2 of at most 12")
        await pilot.press("escape")
        await wait_for_text(pilot, "You left the test.", "Placement test", "continue where you left off")
    async with open_home(placement="first") as pilot:
        await wait_for_text(pilot, "Graph 2 of at most 12")
        while not isinstance(pilot.app.screen, PlacementResultScreen):
            before = pilot.app.screen
            if isinstance(before, PlacementGraphScreen):
                await pilot.press("f2")
            await wait_until(pilot, lambda before=before: pilot.app.screen is not before, "the next screen")
        await wait_for_text(pilot, "Start with “From left to right”", "to learn")
        await pilot.press("enter")
        await wait_for_text(pilot, "From left to right", "0 of 4")
    with Store.open(default_path()) as store:
        assert store.placement_progress() == "finished"


async def test_a_right_answer_is_only_noted() -> None:
    async with open_home(placement="first") as pilot:
        await wait_for_text(pilot, "Graph 1 of at most 12")
        screen = pilot.app.screen
        assert isinstance(screen, PlacementGraphScreen)
        worksheet = screen.state.worksheet
        for blank in worksheet.blanks:
            screen.state.focus(blank.id)
            screen.state.type_text(str(worksheet.problem.truth_in_floats(blank)).replace("(", "[").replace(")", "]"))
            screen.action_check()
        assert "noted" in {worksheet.state(blank.id) for blank in worksheet.blanks}
        assert "right" not in {worksheet.state(blank.id) for blank in worksheet.blanks}
