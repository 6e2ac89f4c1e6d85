"""Every built-in exercise, solved on the screen with keys alone."""

from __future__ import annotations

import pytest

from tests.support.app_driver import open_app, screen_lines, wait_until
from tutor import i18n
from tutor.packs import library
from tutor.practice.storage.store import Store, default_path
from tutor.tui.widgets.solved_pane import SolvedPane

#: The packs whose exercises have blanks; those that are only code have tests of their own.
PACKS = {pack.id: pack for pack in library.all_packs() if not pack.open(pack.entries[0].id).code.only}
#: As many as one test solves, one after the other; with more, some workers would wait for the last one.
NUM_EXERCISES = 8
RUNS = [(pack.id, first) for pack in PACKS.values() for first in range(0, len(pack.entries), NUM_EXERCISES)]


@pytest.mark.takes_long
@pytest.mark.parametrize(("pack_id", "first"), RUNS)
async def test_from_the_first_blank_of_an_exercise_to_the_summary_of_the_last(pack_id: str, first: int) -> None:
    entries = PACKS[pack_id].entries[first : first + NUM_EXERCISES]
    async with open_app(f"{pack_id}/{entries[0].id}") as session:
        for entry in entries:
            await session.wait_for_exercise(entry.id)
            await session.skip_stages()
            await session.solve()
            await session.wait_for_text("─ solved ─")
            worksheet = session.state.worksheet
            assert worksheet.summary().wrong_attempts == 0, entry.id
            result = "".join(
                text for line in session.screen.query_one(SolvedPane).scroll.lines for text, _style in line
            )
            if any(blank.is_backward for blank in worksheet.blanks):
                for wrt, _value in worksheet.summary().gradients[:1]:
                    assert f"∂{worksheet.problem.target_name}/∂{wrt} = " in result, entry.id
            await session.pilot.press("escape" if entry is entries[-1] else "enter")
        await wait_until(session.pilot, lambda: len(session.app.screen_stack) == 1, "the list")
    with Store.open(default_path()) as store:
        assert {entry.id: store.state(pack_id, entry.id) for entry in entries} == {
            entry.id: "solved" for entry in entries
        }


@pytest.mark.parametrize(
    ("name", "size"),
    [("basics/two-roads", (60, 16)), ("matrices/sigma-xw", (80, 24)), ("basics/two-roads", (200, 50))],
)
async def test_in_korean_at_many_sizes(name: str, size: tuple[int, int]) -> None:
    i18n.set_language("ko")
    async with open_app(name, size) as session:
        from rich.cells import cell_len

        shown = screen_lines(session.pilot)
        assert len(shown) == size[1]
        assert all(cell_len(line) <= size[0] for line in shown)
        await session.solve()
        await wait_until(session.pilot, lambda: session.state.worksheet.done, "done")


async def test_enter_goes_on_to_the_next_exercise() -> None:
    async with open_app("basics/times") as session:
        await session.solve()
        await session.wait_for_text("Every blank right on the first try.", "What + sends back")
        await session.pilot.press("enter")
        await session.wait_for_text("0 of 4", "What + sends back")


async def test_after_the_last_exercise_enter_goes_on_to_what_is_needed_first() -> None:
    pack = next(pack for pack in library.all_packs() if pack.id == "checks")
    async with open_app(f"{pack.id}/{pack.entries[-1].id}") as session:
        await session.solve()
        await session.wait_for_text("“From left to right” first")
        await session.pilot.press("enter")
        await session.wait_for_exercise("left-to-right")
