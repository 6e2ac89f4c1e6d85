"""Whole screens compared with golden text files, at four sizes, in both languages and in ASCII.

To accept an intended change, run this and read the diff:
`UPDATE_GOLDEN=1 python -m pytest tests/tui/test_snapshots.py`.
"""

from __future__ import annotations

import os
import random
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from textual import events

from tests.support.app_driver import (
    is_showing,
    open_app,
    open_home,
    paste_text,
    simulate_practice,
    wait_until,
    wait_until_steady,
)
from tutor import i18n
from tutor.practice import mastery_levels, overview, progress, review
from tutor.tui.palette import TutorPalette
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.progress import ProgressScreen
from tutor.tui.screens.summary import SummaryScreen
from tutor.tui.screens.too_small import TooSmallScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from textual.pilot import Pilot

pytestmark = pytest.mark.takes_long

GOLDEN = Path(__file__).parent / "golden"
#: Columns and rows: the smallest window, two common ones, and one with much room.
SIZES = ((60, 16), (80, 24), (120, 40), (172, 50))
ASCII_SIZES = ((80, 24), (120, 40))
TOO_SMALL = ((50, 12), (30, 8))


async def settle(pilot: Pilot[bool]) -> list[str]:
    """Wait until no work is left in the background and the screen is steady, and return its rows."""
    await pilot.app.workers.wait_for_complete()
    return await wait_until_steady(pilot)


async def home(**options: Any) -> AsyncIterator[Pilot[bool]]:
    simulate_practice("basics/times", at=datetime(2024, 1, 10, tzinfo=UTC))
    async with open_home(**options) as pilot:
        await wait_until(pilot, lambda: pilot.app.home.due_count, "what is due")
        yield pilot


async def exercise(**options: Any) -> AsyncIterator[Pilot[bool]]:
    """Give a right answer, then a wrong one."""
    async with open_app("basics/two-roads", **options) as session:
        await session.answer("14")
        await session.answer("5")
        yield session.pilot


async def matrix(**options: Any) -> AsyncIterator[Pilot[bool]]:
    """Check a matrix with a wrong cell."""
    async with open_app("matrices/sigma-xw", **options) as session:
        await paste_text(session, "[[1, 1], [2, 1], [1, 1]]")
        await session.pilot.press("enter")
        yield session.pilot


async def question(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/what-to-keep", **options) as session:
        while not session.state.is_question:
            await session.answer(session.right_answer_text())
        yield session.pilot


async def solved(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        # The rules that have changed are those since the standing was loaded.
        await wait_until(session.pilot, lambda: session.screen.after_solved.before is not None, "the standing")
        await session.solve()
        session.state.worksheet._tally.seconds = 160
        session.screen._show()
        yield session.pilot


async def summary(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.solve()
        await session.pilot.press("f9")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, SummaryScreen), "the summary")
        yield session.pilot


async def progress_page(**options: Any) -> AsyncIterator[Pilot[bool]]:
    simulate_practice("basics/plus", at=datetime(2024, 1, 3, tzinfo=UTC))
    simulate_practice("basics/times", at=datetime(2024, 1, 17, tzinfo=UTC), wrong="5")
    async with open_home(**options) as pilot:
        await settle(pilot)
        await pilot.press("f5")
        await wait_until(pilot, lambda: is_showing(pilot, ProgressScreen), "the progress")
        yield pilot


async def playground(**options: Any) -> AsyncIterator[Pilot[bool]]:
    """Type a formula, give its inputs values, and nudge one of them."""
    async with open_home(**options) as pilot:
        await settle(pilot)
        await pilot.press("f9")
        await settle(pilot)
        pilot.app.post_message(events.Paste("L = (w*x + b - y)^2"))
        await pilot.press("tab")
        pilot.app.post_message(events.Paste("w=2 x=3 b=4 y=3"))
        await pilot.press("enter", "right", "right", "right")
        yield pilot


async def palette(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async for pilot in settings(**options):
        await pilot.press("ctrl+p")
        await wait_until(pilot, partial(is_showing, pilot, TutorPalette), "the palette")
        yield pilot


async def palette_search(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async for pilot in palette(**options):
        await pilot.press(*"sigm")
        yield pilot


async def settings(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_home(**options) as pilot:
        await settle(pilot)
        pilot.app.navigator.show_settings()
        yield pilot


async def themes(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async for pilot in settings(**options):
        await pilot.press("enter")
        yield pilot


async def too_small(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.pilot.resize_terminal(*TOO_SMALL[0])
        await wait_until(session.pilot, lambda: is_showing(session.pilot, TooSmallScreen), "what it needs")
        yield session.pilot


async def review_item(**options: Any) -> AsyncIterator[Pilot[bool]]:
    simulate_practice("basics/times", at=datetime(2024, 1, 3, tzinfo=UTC))
    async with open_home(**options) as pilot:
        await wait_until(pilot, lambda: pilot.app.home.due_count, "what is due")
        await pilot.press("home", "down", "enter")
        await wait_until(pilot, lambda: not is_showing(pilot, HomeScreen), "the first exercise")
        yield pilot


async def rule_card(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.pilot.press("f4")
        yield session.pilot


async def explanation(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.solve()
        await session.pilot.press("f6", "right", "right")
        yield session.pilot


async def help_page(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.pilot.press("f1")
        yield session.pilot


async def carried(**options: Any) -> AsyncIterator[Pilot[bool]]:
    """Answer right from a wrong value."""
    async with open_app("basics/add-multiply", **options) as session:
        await session.answer("9")
        await session.pilot.press("tab")
        await session.answer("18")
        yield session.pilot


async def lstm(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("sequences/lstm-cell", **options) as session:
        yield session.pilot


async def glossary(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_home(**options) as pilot:
        await settle(pilot)
        await pilot.press("f4")
        yield pilot


async def keys(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async for pilot in settings(**options):
        await settle(pilot)
        await pilot.press("end", "up", "enter")
        yield pilot


async def confirm(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async with open_app("basics/two-roads", **options) as session:
        await session.answer("14")
        await session.pilot.press("f3")
        yield session.pilot


async def worked(**options: Any) -> AsyncIterator[Pilot[bool]]:
    async for pilot in playground(**options):
        await settle(pilot)
        await pilot.press("f6")
        yield pilot


#: Tried in English alone, because each takes seconds; BACKPROP_TUTOR_LONG tries all.
IN_ENGLISH = (carried, lstm, glossary, keys, confirm, worked)
SCREENS: dict[str, Callable[..., AsyncIterator[Pilot[bool]]]] = {
    scene.__name__: scene
    for scene in (
        *(home, exercise, matrix, question, solved, summary, progress_page, playground, palette),
        *(palette_search, settings, themes, too_small, review_item, rule_card, explanation, help_page),
        *IN_ENGLISH,
    )
}


@pytest.fixture(autouse=True)
def steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fix the day and the numbers that are drawn."""
    for module in (overview, progress, review):
        monkeypatch.setattr(module, "utc_today", lambda: date(2024, 2, 1))
    # The day depends on when the test runs.
    monkeypatch.setattr(mastery_levels, "describe_again", lambda _due, _today: i18n.translate("again on Thursday"))
    monkeypatch.setattr(random.SystemRandom, "randrange", lambda *_range: 7)


def text_of(pages: dict[tuple[int, int], list[str]]) -> str:
    """Return the text of a golden file: a heading with the size above the rows of each page."""
    return "\n".join(f"=== {columns}×{rows} ===\n" + "\n".join(lines) for (columns, rows), lines in pages.items())


@pytest.mark.parametrize("look", ["en", "ko", "ascii"])
@pytest.mark.parametrize("name", SCREENS)
async def test_a_screen_matches_its_golden_file(name: str, look: str) -> None:
    if look != "en" and SCREENS[name] in IN_ENGLISH and not os.environ.get("BACKPROP_TUTOR_LONG"):
        pytest.skip("one of many; BACKPROP_TUTOR_LONG tries all")
    i18n.set_language("ko" if look == "ko" else "en")
    sizes = TOO_SMALL if name == "too_small" else ASCII_SIZES if look == "ascii" else SIZES
    pages = {}
    async for pilot in SCREENS[name](ascii=look == "ascii"):
        for size in sizes:
            await pilot.resize_terminal(*size)
            pages[size] = await settle(pilot)
    path = GOLDEN / f"{name}.{look}.txt"
    shown = text_of(pages) + "\n"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8"), f"{path.name} differs; see the docstring of this module"
