"""Reviews, suggestions, resets and the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual import events

from tests.support.app_driver import (
    open_app,
    open_home,
    screen_text,
    simulate_practice,
    wait_for_text,
    wait_until,
)
from tutor.algebra.printing import format_value
from tutor.packs import library
from tutor.practice.review import ReviewSession, plan_for_today
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.review_result import ReviewResultScreen
from tutor.tui.screens.summary import SummaryScreen

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

#: The characters at the ends of a scroll bar in Textual.
BAR_ENDS = str.maketrans("", "", "▁▂▃▄▅▆▇█▉▊▋▌▍▎▏")


async def solve(pilot: Pilot[bool]) -> None:
    """Answer every blank of the exercise in front."""
    screen = pilot.app.screen
    assert isinstance(screen, ExerciseScreen)
    desk = screen.state
    for _blank in desk.worksheet.blanks:
        if not desk.worksheet.done:
            at = desk.focused_id
            pilot.app.post_message(events.Paste(format_value(desk.worksheet.problem.truth(desk.focused_blank))))
            await wait_until(pilot, lambda: desk.input.is_complete, "the answer is there")
            await pilot.press("enter")
            await wait_until(pilot, lambda at=at: desk.worksheet.entry(at).settled, f"{at} is right")
    await wait_for_text(pilot, "─ solved ─")


async def test_nothing_is_due_for_a_new_learner() -> None:
    async with open_home() as pilot:
        await wait_until(pilot, lambda: pilot.app.background.exercise_index is not None, "all is looked up")
        assert "rules due" not in screen_text(pilot)
        assert "rule due" not in screen_text(pilot)


async def test_a_review_from_the_list_to_its_end() -> None:
    simulate_practice("basics/times", days=40)
    simulate_practice("basics/plus", days=40)
    # Wide enough for the place in the review before any title and formula.
    async with open_home(size=(120, 40)) as pilot:
        await wait_for_text(pilot, "Review 2 rules due")
        await pilot.press("home", "down", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the first exercise")
        await wait_for_text(pilot, "Review 1/")
        for number in range(1, 3):
            if not isinstance(pilot.app.screen, ExerciseScreen):
                break
            await wait_for_text(pilot, f"Review {number}/")
            await solve(pilot)
            assert "What next?" not in screen_text(pilot)
            await pilot.press("enter")
            await pilot.pause()
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ReviewResultScreen), "the outcome")
        await wait_for_text(pilot, "The review is finished.", "multiplication", "addition", "again on")
        await pilot.press("enter")
        await wait_for_text(pilot, "The basics")
        await wait_until(pilot, lambda: "due)" not in screen_text(pilot), "nothing is due any more")
    with Store.open(default_path()) as store:
        kinds = [kind for (kind,) in store.with_database(lambda base: base.query("SELECT kind FROM event")) or []]
        assert "reviewed" in kinds or "part" in kinds


async def test_a_review_can_be_left_at_any_time() -> None:
    simulate_practice("basics/times", days=40)
    simulate_practice("basics/plus", days=40)
    async with open_home() as pilot:
        await wait_for_text(pilot, "Review 2 rules due")
        await pilot.press("home", "down", "enter")
        await wait_for_text(pilot, "Review 1/")
        await pilot.press("escape")
        await wait_for_text(pilot, "You have left the review", "The basics", "Review 2 rules due")
        await pilot.press("home", "down", "enter")
        await wait_for_text(pilot, "Review 1/")


async def test_a_review_starts_from_the_palette() -> None:
    simulate_practice("basics/times", days=40)
    async with open_home() as pilot:
        await wait_for_text(pilot, "Review 1 rule due")
        await pilot.press("ctrl+p", *"review")
        await wait_for_text(pilot, "Review: the rules that are due")
        await pilot.press("enter")
        await wait_for_text(pilot, "Review 1/1")


async def test_a_review_started_at_the_command_line() -> None:
    from tutor.practice.exercise_index import load_index

    simulate_practice("basics/times", days=40)
    with Store.open(default_path()) as store:
        atlas = load_index(library.all_packs())
        session = ReviewSession(store, plan_for_today(store, atlas))
        app = TutorApp(store, review=session)
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_for_text(pilot, "Review 1/1")
            await solve(pilot)
            await pilot.press("enter")
            await wait_for_text(pilot, "The review is finished.")
            await pilot.press("ctrl+q")
            await wait_until(pilot, lambda: not app.is_running, "it has quit")
        assert app.return_value is True


async def test_one_recommendation_with_its_reason_and_a_key_to_accept_it() -> None:
    async with open_app("basics/times") as session:
        await session.answer("5")
        before = session.state.worksheet.problem.inputs
        await session.solve()
        await session.wait_for_text("^N You made a mistake with “multiplication”", "What + sends back")
        await session.pilot.press("ctrl+n")
        await session.wait_for_text("0 of 3")
        assert session.state.worksheet.problem.inputs != before


async def test_a_reset_asks_first_and_can_be_undone() -> None:
    simulate_practice("basics/times", days=1)
    async with open_home() as pilot:
        await wait_for_text(pilot, "✓ What × sends back first try")
        home = pilot.app.home
        home._return_name = ("basics", "times")
        home.refresh_list()
        await pilot.press("delete")
        await wait_for_text(pilot, "Reset What × sends back?")
        await pilot.press("escape")
        await wait_for_text(pilot, "✓ What × sends back first try")
        await pilot.press("delete")
        await wait_for_text(pilot, "Reset What × sends back?")
        await pilot.press("enter")
        await wait_for_text(pilot, "Reset: What × sends back.", "· What × sends back")
        assert "✓ What × sends back" not in screen_text(pilot)
        await pilot.press("ctrl+z")
        await wait_for_text(pilot, "Restored: What × sends back.", "✓ What × sends back first try")
        await pilot.press("ctrl+z")
        await wait_for_text(pilot, "There is nothing to undo.")


async def test_the_summary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_app("basics/times", size=(100, 60)) as session:
        await session.pilot.press("f9")
        await session.wait_for_text("The details open once every")
        await session.solve()
        await session.pilot.press("f9")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, SummaryScreen), "the details")
        await session.wait_for_text(
            "In closed form", "∂z/∂x = y", "agrees with your answer: 3", "The gradients agree", "1e−12"
        )
        await session.pilot.press("end")
        await session.wait_for_text("The same in PyTorch", "import torch", "backward()")
        await session.pilot.press("c")
        await session.wait_for_text("Copied.")
        assert "import torch" in session.app.clipboard
        await session.pilot.press("s")
        await session.wait_for_text("Saved as", "times.py")
        await session.pilot.press("s")
        await session.wait_for_text("times-2.py")
        assert (tmp_path / "times.py").read_text(encoding="utf-8") == session.app.clipboard
        await session.pilot.press("escape")
        await session.wait_for_text("─ solved ─")


@pytest.mark.parametrize("name", ["basics/goes-on", "basics/reciprocal-in-symbols", "matrices/sigma-xw"])
async def test_the_summary_of_symbols_and_matrices(name: str) -> None:
    async with open_app(name, size=(60, 16), ascii=True) as session:
        await session.solve()
        await session.pilot.press("f9")
        await wait_until(session.pilot, lambda: isinstance(session.app.screen, SummaryScreen), "the details")
        await wait_until(
            session.pilot, lambda: not session.app.screen.query(".of-closed_form.-waiting"), "all is there"
        )
        for _page in range(6):
            assert screen_text(session.pilot).translate(BAR_ENDS).isascii()
            await session.pilot.press("pagedown")
        await session.pilot.press("end")
        await session.wait_for_text("f.backward()" if name.startswith("matrices") else "A program needs numbers")
