"""The progress screen: its panes at every size, what Enter opens, and the calendar."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import (
    is_showing,
    open_home,
    screen_lines,
    screen_text,
    simulate_practice,
    wait_for_text,
    wait_until,
)
from tests.support.built_in import num_exercises, num_rules
from tutor import i18n
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.progress import ProgressScreen
from tutor.tui.widgets.pack_list import PackList
from tutor.tui.widgets.practice_calendar import PracticeCalendar
from tutor.tui.widgets.rule_list import RuleList

if TYPE_CHECKING:
    from textual.pilot import Pilot

LARGE = (172, 50)


async def show_progress(pilot: Pilot[bool]) -> ProgressScreen:
    """Open the progress screen and wait for what it shows."""
    await pilot.press("f5")
    await wait_until(pilot, lambda: is_showing(pilot, ProgressScreen), "progress")
    screen = pilot.app.screen
    assert isinstance(screen, ProgressScreen)
    await wait_until(pilot, lambda: screen._progress is not None, "what is known")
    await pilot.pause()
    return screen


def find_cell(pilot: Pilot[bool], text: str) -> tuple[int, int]:
    """Return the column and the row where a text begins on the screen."""
    for row, line in enumerate(screen_lines(pilot)):
        if text in line:
            return line.index(text), row
    raise AssertionError(f"{text} is not on the screen")


async def test_every_part_is_on_a_large_screen() -> None:
    simulate_practice("basics/plus", days=20)
    simulate_practice("basics/times", days=8, wrong="5")
    async with open_home(size=LARGE) as pilot:
        screen = await show_progress(pilot)
        solved, practised = f"of {num_exercises()} solved", f"{num_rules()} practised"
        await wait_for_text(pilot, solved, "% right on first try", "days practised", "rule", practised)
        text = screen_text(pilot)
        for part in ("addition", "●○○", "▴ due", "The basics", "2/21", "fewer", "Right on the first try, by week"):
            assert part in text
        # Mistakes come with the exercise in which they are trained.
        assert screen._progress is not None
        mistake = screen._progress.mistakes[0]
        assert mistake.name in text
        assert f"▸ {mistake.title}" in text


async def test_enter_reviews_the_rule_with_the_cursor_and_r_all_that_are_due() -> None:
    simulate_practice("basics/times", days=40, wrong="5")
    simulate_practice("basics/plus", days=40)
    async with open_home(size=(120, 40)) as pilot:
        await show_progress(pilot)
        await wait_for_text(pilot, "▌ multiplication")
        await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, ExerciseScreen), "the review of one rule")
        await wait_for_text(pilot, "Review 1/1")
        screen = pilot.app.screen
        assert isinstance(screen, ExerciseScreen)
        assert "mul" in {node.op for node in screen.state.worksheet.problem.graph.nodes}
        await pilot.press("escape")
        await show_progress(pilot)
        # The other key reviews all that are due, also in Korean input mode.
        await wait_for_text(pilot, "r review")
        await pilot.press("ㄱ")
        await wait_for_text(pilot, "Review 1/2")


async def test_mistakes_and_packs_lead_to_an_exercise() -> None:
    simulate_practice("basics/times", days=8, wrong="5")
    async with open_home(size=(100, 45)) as pilot:
        await show_progress(pilot)
        await pilot.press("end", "enter")
        await wait_until(pilot, lambda: is_showing(pilot, ExerciseScreen), "an exercise that trains the mistake")
        await pilot.press("escape")
        await show_progress(pilot)
        await wait_for_text(pilot, "Chains and branches")
        await pilot.press("2", "down")
        await wait_for_text(pilot, "▌ Chains and branches")
        await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, ExerciseScreen), "the next one of the pack")


@pytest.mark.parametrize(("size", "language"), [((60, 16), "ko"), ((80, 24), "en"), ((240, 70), "en")], ids=str)
async def test_progress_fits_and_every_pane_can_be_reached(size: tuple[int, int], language: str) -> None:
    i18n.set_language(language)
    simulate_practice("basics/plus", days=70)
    simulate_practice("basics/times", days=8, wrong="5")
    async with open_home(size=size, ascii=language == "en") as pilot:
        screen = await show_progress(pilot)
        await pilot.press("end")
        assert screen._progress is not None
        await wait_for_text(pilot, screen.glyphs.render(screen._progress.mistakes[-1].name))
        await pilot.press("home")
        await wait_for_text(pilot, i18n.translate("Rules"))
        for pane in (PackList, PracticeCalendar, RuleList):
            await pilot.press("tab")
            await wait_until(pilot, lambda pane=pane: isinstance(screen.focused, pane), str(pane))
            assert screen.focused is not None
            assert screen.focused.size.height > 5
            assert screen.size.width >= screen.focused.region.right
        if language == "en":
            assert screen_text(pilot).isascii()


async def test_the_calendar_tells_what_was_done_on_a_day() -> None:
    now = datetime.now(UTC)
    simulate_practice("basics/times", at=now - timedelta(days=7), wrong="5")
    async with open_home(size=(120, 40)) as pilot:
        screen = await show_progress(pilot)
        assert screen._progress is not None
        await wait_for_text(pilot, "no answers")
        await pilot.press("3", "left")
        await wait_for_text(pilot, "6 answers, 0% on the first try")
        # The terminal's own cursor is on that day, for screen readers and magnifiers.
        x, y = pilot.app.cursor_position
        assert screen_lines(pilot)[y][x - 1] == "["
        await pilot.press("up")
        await wait_for_text(pilot, "no answers")
        # A click chooses a day, too. Today is in the last column, so a week ago is two cells left of it.
        calendar = pilot.app.screen.query_one(PracticeCalendar)
        row = find_cell(pilot, "Mon ")[1] + now.weekday()
        today = len(screen_lines(pilot)[row][: calendar.region.right].rstrip()) - 1
        await pilot.click(offset=(today - 2, row))
        await wait_for_text(pilot, "6 answers")
        # On the strip a click goes to the rule of a square.
        await wait_for_text(pilot, "multiplication")
        row = find_cell(pilot, f"{num_rules()} practised")[1]
        await pilot.click(offset=(2 + screen._progress.all_rules.index("mul"), row))
        await wait_for_text(pilot, "▌ multiplication")


async def test_a_pack_can_be_reset_from_its_row_and_everything_from_others() -> None:
    simulate_practice("basics/times", days=1)
    simulate_practice("curves/root", days=1)
    async with open_home(size=(120, 40)) as pilot:
        await show_progress(pilot)
        await pilot.press("2", "delete")
        await wait_for_text(pilot, "Reset The basics?")
        await pilot.press("enter")
        await wait_for_text(pilot, "Reset: The basics.", "0/21", "1/12")
        await pilot.press("1", "delete")
        await wait_for_text(pilot, "Reset all progress?")
        await pilot.press("enter")
        await wait_for_text(pilot, "Reset: all progress.", "Nothing has been practised yet.")
        await pilot.press("ctrl+z")
        await wait_for_text(pilot, "Restored: all progress.", "derivative of √")


async def test_help_explains_the_squares() -> None:
    async with open_home(size=(100, 40), ascii=True) as pilot:
        await show_progress(pilot)
        await pilot.press("f1")
        await wait_for_text(pilot, "# right")
