"""The list of exercises."""

from __future__ import annotations

import shutil
from datetime import date
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import exercise_from, open_app, open_home, screen_text, wait_for_text, wait_until
from tests.support.built_in import num_exercises
from tests.support.events import make_event
from tutor.packs import library
from tutor.practice.overview import Overview
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from pathlib import Path


async def test_a_new_learner_begins_at_the_first_exercise() -> None:
    async with open_home() as pilot:
        await wait_for_text(
            pilot, "Start From left to right", "▾ The basics", "0/21", "· Change one input a little 4 min"
        )
        assert "Continue" not in screen_text(pilot)
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        await wait_for_text(pilot, "0 of 4", "From left to right")
        await pilot.press("escape")
        await wait_for_text(pilot, "The basics")


async def test_states_have_a_mark_and_a_word_and_continue_comes_first() -> None:
    async with open_app("basics/times") as session:
        await session.solve()
        await session.wait_for_text("─ solved ─")
    async with open_app("basics/two-roads") as session:
        await session.answer("14")
        await session.wait_for_text("1 of 5")
    async with open_home((80, 40)) as pilot:
        await wait_for_text(
            pilot,
            "Continue Two branches from x",
            f"1 of {num_exercises()} solved",
            "✓ What × sends back first try",
            "▸ Two branches from x 1 of 5",
        )
        await pilot.press("enter")
        await wait_for_text(pilot, "1 of 5", "Two branches from x")


async def test_the_list_shows_what_was_done() -> None:
    async with open_home() as pilot:
        await pilot.press("enter", "7", "enter")
        await wait_for_text(pilot, "1 of 4")
        await pilot.press("escape")
        await wait_for_text(pilot, "Continue From left to right", "▸ From left to right 1 of 4")


async def test_an_overview_that_arrives_while_the_app_closes_changes_nothing() -> None:
    async with open_home() as pilot:
        home = pilot.app.screen
        assert isinstance(home, HomeScreen)
        await home.query("*").remove()
        for due in ((), ("mul", "add"), ("mul", "add")):
            home.show_overview(Overview(date(2024, 2, 1), due=due))
        assert home.due_count == 2


@pytest.fixture
def broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return packs with an exercise that is not TOML, one that is not an exercise, and a pack that can't be read."""
    home = library.built_in_dir()
    assert home is not None
    copy = tmp_path / "exercises"
    shutil.copytree(home / "basics", copy / "basics")
    (copy / "basics" / "90-torn.toml").write_text("graph = ")
    (copy / "basics" / "91-empty.toml").write_text('title = "[bold]Empty[/bold]"\ngraph = "z = x +"\n')
    (copy / "zzz").mkdir()
    (copy / "zzz" / "pack.toml").write_text("title = ")
    monkeypatch.setattr(library, "built_in_dir", lambda: copy)
    return copy


async def test_broken_exercises_are_listed_with_the_reason(broken: Path) -> None:
    async with open_home() as pilot:
        await wait_until(pilot, lambda: len(pilot.app.home.open_errors) >= 2, "the faults are found")
        assert "90-torn.toml" in pilot.app.home.open_errors["basics", "torn"]
        await pilot.press("end")
        await wait_for_text(pilot, "! torn", "! [bold]Empty[/bold]", "zzz", "0/0", "This value can't be read")
        assert "91-empty.toml" in pilot.app.home.open_errors["basics", "empty"]
        await pilot.press("home")
        await wait_for_text(pilot, "From left to right")
        await pilot.press("enter")
        await wait_for_text(pilot, "0 of 4")


async def test_a_quarantined_progress_file_is_reported() -> None:
    default_path().parent.mkdir(parents=True, exist_ok=True)
    default_path().write_bytes(b"SQLite format 3\x00" + b"nonsense" * 500)
    async with open_home() as pilot:
        await wait_for_text(pilot, "a new one was started")


async def test_the_cursor_returns_to_the_last_exercise() -> None:
    async with open_home() as pilot:
        await pilot.press(*["down"] * 8, "enter")
        await wait_for_text(pilot, "0 of 3", "What × sends back")
        await pilot.press("3", "enter", "2", "enter", "1", "5", "enter")
        await wait_for_text(pilot, "─ solved ─")
        await pilot.press("enter")
        await wait_for_text(pilot, "0 of 4", "What + sends back")
        await pilot.press("escape")
        await wait_for_text(pilot, "✓ What × sends back first try")
        await pilot.press("enter")
        await wait_for_text(pilot, "0 of 4", "What + sends back")


async def test_help_and_quitting() -> None:
    async with open_home() as pilot:
        await pilot.press("f1")
        await wait_for_text(pilot, "backprop-tutor play basics/left-to-right")
        await pilot.press("escape")
        await pilot.press("ctrl+c")
        await wait_until(pilot, lambda: not pilot.app.is_running, "it has quit")
        assert pilot.app.return_value is None


async def test_an_exercise_without_a_pack_leads_back_to_the_list() -> None:
    async with open_app(exercise_from("z = x * y", x=2, y=3)) as session:
        await session.solve()
        await session.wait_for_text("─ solved ─")
        await session.pilot.press("enter")
        await session.wait_for_text("The basics")


async def test_an_exercise_solved_in_code_has_a_pencil() -> None:
    with Store.open(default_path()) as store:
        store.append(make_event("code", exercise="times", verdict="right", text="mul"))
    async with open_home((120, 40)) as pilot:
        await wait_for_text(pilot, "· What × sends back ✎ 3 min")
        assert "Continue" not in screen_text(pilot)
