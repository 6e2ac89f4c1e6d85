"""The list and the preview of the home screen: folding, the mouse, what is shown of each row and of each learner."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import (
    is_showing,
    open_app,
    open_home,
    screen_lines,
    screen_text,
    simulate_practice,
    wait_for_text,
    wait_until,
)
from tests.support.pty_program import PtyProgram
from tutor import i18n
from tutor.packs import library
from tutor.paths import data_folder
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.widgets.exercise_list import ExerciseList
from tutor.tui.widgets.preview_pane import PreviewPane

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

LARGE, MEDIUM, SMALL = (172, 50), (120, 40), (80, 24)


def listed(pilot: Pilot[bool]) -> ExerciseList:
    found: ExerciseList = pilot.app.home.query_one(ExerciseList)
    return found


def highlighted_key(pilot: Pilot[bool]) -> tuple[str, ...]:
    row = listed(pilot).highlighted_row
    assert row is not None
    return row.key


async def highlight(pilot: Pilot[bool], *key: str) -> None:
    """Put the cursor on a row, and wait until its preview is shown."""
    listed(pilot).highlight_key(key)
    assert highlighted_key(pilot) == key
    await pilot.pause()


async def click_row(pilot: Pilot[bool], text: str) -> None:
    """Click the row of the list that begins with a text."""
    area = listed(pilot).region
    rows = [line[: area.width] for line in screen_lines(pilot)]
    row = next(number for number, line in enumerate(rows) if line.strip(" ▌▾▸·✓").startswith(text))
    await pilot.click(ExerciseList, offset=(8, row - area.y))


@pytest.fixture
def two_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return packs of two and one exercises; nothing else is listed."""
    built_in = library.built_in_dir()
    assert built_in is not None
    folder = tmp_path / "exercises"
    for pack, files in (("basics", ("*-times.toml", "*-plus.toml")), ("matrices", ("*-sigma-xw.toml",))):
        (folder / pack).mkdir(parents=True)
        for pattern in ("pack.toml", *files):
            for file in (built_in / pack).glob(pattern):
                shutil.copy(file, folder / pack)
    monkeypatch.setattr(library, "built_in_dir", lambda: folder)
    return folder


def test_in_a_terminal_the_preview_follows_the_highlight(home: Path) -> None:
    with PtyProgram(columns=120, rows=40) as program:
        program.wait_for_text("From left to right", "z = (a + b)·(c·d)", "not tried yet")
        program.send("\x1b[B" * 8)
        # The graph with its forward values, and the rules of its blanks.
        shown = program.wait_for_text("z = x·y", "multiplication ○○○", "3 blanks · 3 min · level")
        assert "From left to right" in shown
        assert "z = (a + b)" not in shown
        program.send("\x11")
        assert program.wait() == 0


async def test_the_preview_shows_graph_text_rules_and_how_it_went() -> None:
    simulate_practice("basics/times", days=1, wrong="5")
    async with open_app("basics/two-roads") as session:
        await session.answer("5")
        await session.answer("14")
    async with open_home(MEDIUM) as pilot:
        # The exercise to continue is shown at once.
        await wait_for_text(
            pilot,
            "in progress",
            "z = x·(x + y)",
            "x ─●─",
            "21",
            "sum at a branch ○○○",
            "addition",
            "1 of 5 filled, 1 wrong",
        )
        await wait_for_text(pilot, "5 blanks · 7 min · level ▮▮▯▯▯", "today", "Enter continue")
        await highlight(pilot, "exercise", "basics", "times")
        await wait_for_text(pilot, "z = x·y", "multiplication !○○", "3 wrong · 1 min · yesterday", "Enter again")
        await highlight(pilot, "exercise", "basics", "left-to-right")
        # Forward values that are asked are not given away.
        await wait_for_text(pilot, "z = (a + b)·(c·d)", "not tried yet")
        assert "70" not in screen_text(pilot)


async def test_an_exercise_of_the_list_is_watched_worked_out() -> None:
    async with open_home(SMALL) as pilot:
        await wait_for_text(pilot, "From left to right")
        await highlight(pilot, "exercise", "basics", "times")
        await pilot.press("f6")
        await wait_until(pilot, lambda: is_showing(pilot, ExplainScreen), "the replay")
        await pilot.press("escape")
        await highlight(pilot, "exercise", "basics", "where-it-starts")
        await pilot.press("f6")
        await wait_for_text(pilot, "This exercise has no graph to replay.")


async def test_packs_fold_by_key_and_mouse_and_stay_so_while_the_program_runs() -> None:
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(pilot, "▾ The basics", "▸ Curves")
        await highlight(pilot, "pack", "curves")
        await wait_for_text(pilot, "0 of 12 solved", "next exercise", "Enter unfold", "min left")
        await pilot.press("space")
        await wait_for_text(pilot, "▾ Curves", "Enter fold")
        await pilot.press("right", "left", "left")
        await wait_for_text(pilot, "▸ Curves")
        await pilot.press("right")
        await wait_for_text(pilot, "▾ Curves")
        await click_row(pilot, "The basics")
        await wait_for_text(pilot, "▸ The basics")
        await pilot.press("f1")
        await wait_until(pilot, lambda: not is_showing(pilot, HomeScreen), "help")
        await pilot.press("escape")
        await wait_for_text(pilot, "▾ Curves", "▸ The basics")


async def test_a_click_highlights_and_a_second_one_opens() -> None:
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(pilot, "What × sends back")
        await click_row(pilot, "What × sends back")
        await wait_for_text(pilot, "z = x·y", "Enter open")
        assert is_showing(pilot, HomeScreen)
        await click_row(pilot, "What × sends back")
        await wait_until(pilot, lambda: is_showing(pilot, ExerciseScreen), "the exercise")


async def test_the_wheel_scrolls_the_pane_below_the_pointer_and_the_title_of_the_pack_stays() -> None:
    async with open_home(SMALL) as pilot:
        await wait_for_text(pilot, "From left to right")
        key = highlighted_key(pilot)
        for _turn in range(4):
            await pilot._post_mouse_events([_scroll_down()], ExerciseList, (10, 5))
        await wait_until(pilot, lambda: "Start" not in screen_text(pilot).split("─ ")[0][-900:], "scrolled")
        assert screen_lines(pilot)[2].startswith("  ▾ The basics")
        assert highlighted_key(pilot) == key
        await pilot.press("down")
        await wait_for_text(pilot, "▌ Playground")


def _scroll_down() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_the_first_start_shows_the_two_lanes_and_one_key() -> None:
    (data_folder() / "welcomed").unlink()
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(
            pilot,
            "Start here",
            "Back-propagation, by hand.",
            "┏━━━┓",
            "?",
            "◂ 2",
            "forward",
            "backward",
            "Enter your first backward pass",
        )
        await pilot.resize_terminal(*SMALL)
        await wait_for_text(pilot, "─ Start here ──", "Watch one small backward pass")


async def test_a_learner_who_has_solved_all_sees_a_mosaic_and_what_is_due(two_packs: Path) -> None:
    simulate_practice("basics/times", days=3)
    simulate_practice("basics/plus", days=3, wrong="7")
    async with open_app("matrices/sigma-xw") as session:
        await session.solve()
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(pilot, "3 of 3 solved", "✦ All 3 solved ✦", "The basics ■ ■", "first try", "coming reviews")
        await wait_for_text(pilot, "Review", "rules due", "▸ The basics", "2/2", "2 days late")
        assert "Continue" not in screen_text(pilot)


async def test_one_key_leads_to_the_next_exercise(two_packs: Path) -> None:
    simulate_practice("basics/times")
    async with open_home(SMALL) as pilot:
        await wait_for_text(pilot, "Next What + sends back", "1 of 3 solved")
        await pilot.press("enter")
        await wait_for_text(pilot, "0 of 4", "What + sends back")


async def test_what_is_due_is_listed_with_its_exercises() -> None:
    simulate_practice("basics/times", days=30)
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(pilot, "1 rule due · 2 min", "1 day practised")
        await highlight(pilot, "action", "review")
        await wait_for_text(pilot, "multiplication", "days late", "exercises in this review", "Enter start the review")
        for action, text in (("playground", "see its graph at once"), ("progress", "How well you know each rule")):
            await highlight(pilot, "action", action)
            await wait_for_text(pilot, text)


@pytest.mark.parametrize(
    ("size", "language"),
    [*((size, "en") for size in ((60, 16), (99, 50), (160, 35), (240, 70))), ((60, 16), "ko"), (MEDIUM, "ko")],
    ids=str,
)
async def test_every_kind_of_row_has_a_preview_in_every_size(
    size: tuple[int, int], language: str, two_packs: Path
) -> None:
    i18n.set_language(language)
    simulate_practice("basics/times", days=3)
    async with open_home(size, ascii=language == "en") as pilot:
        pane = pilot.app.home.query_one(PreviewPane)
        await wait_until(pilot, lambda: pilot.app.home.overview and pane.preview, "the first preview")
        seen = {id(pane.preview)}
        for row in listed(pilot).rows:
            if row.key[0] == "note":
                continue
            before = pane.preview
            await highlight(pilot, *row.key)
            await wait_until(pilot, lambda before=before: pane.preview is not before or len(seen) == 1, str(row.key))
            seen.add(id(pane.preview))
        assert all(len(line) <= size[0] for line in screen_lines(pilot))


async def test_a_broken_exercise_is_previewed_with_the_reason(two_packs: Path) -> None:
    (two_packs / "basics" / "90-torn.toml").write_text("graph = ")
    async with open_home(MEDIUM) as pilot:
        await wait_until(pilot, lambda: pilot.app.home.open_errors, "the fault is found")
        await highlight(pilot, "exercise", "basics", "torn")
        await wait_until(pilot, lambda: screen_text(pilot).count("90-torn.toml:1:") == 2, "the reason, twice")


async def test_previews_without_a_progress_file(home: Path) -> None:
    with Store.open(default_path()):
        default_path().write_bytes(b"SQLite format 3\x00" + b"nonsense" * 500)
    async with open_home(MEDIUM) as pilot:
        await wait_for_text(pilot, "a new one was started", "not tried yet")
