"""Files and packs that are watched while their author edits them."""

from __future__ import annotations

from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import screen_text, wait_for_text, wait_until
from tutor.packs.diagnostics import PackError
from tutor.packs.library import Pack
from tutor.packs.path_argument import open_path
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot

    from tutor.packs.exercise import Exercise

EXERCISE_FILE = 'graph = "z = x·y + x"\n[inputs]\nx = 5\ny = 3\n[vary]\nx = { from = 2, to = 9 }\n'


@pytest.fixture
def mine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    folder = Path("mine")
    folder.mkdir()
    (folder / "pack.toml").write_text("format = 1\nid = 'mine'\ntitle = 'Mine'")
    (folder / "01-one.toml").write_text(EXERCISE_FILE)
    return folder


@asynccontextmanager
async def open_watched(path: Path, seed: int | None = None) -> AsyncIterator[Pilot[bool]]:
    found: Exercise | Pack | None
    try:
        found = open_path(path)
    except PackError:
        found = None
    packs, exercise = ((found,), None) if isinstance(found, Pack) else ((), found)
    with Store.open(default_path()) as store:
        app = TutorApp(store, exercise, seed=seed, packs=packs, watch=path)
        async with app.run_test(size=(120, 30)) as pilot:
            yield pilot
        assert not store.states()


async def wait_until_gone(pilot: Pilot[bool], piece: str) -> None:
    await wait_until(pilot, lambda: piece not in screen_text(pilot), f"{piece} goes away")


async def test_a_saved_file_is_reloaded_and_the_focus_is_kept(mine: Path) -> None:
    path = mine / "01-one.toml"
    async with open_watched(path) as pilot:
        await wait_for_text(pilot, "0 of 5", "z = x·y + x")
        await pilot.press("1", "enter")
        await pilot.press("1", "2")
        await wait_for_text(pilot, "1 of 5")
        at = pilot.app.screen.state.focused_id
        path.write_text("title = 'Said now.'\n" + EXERCISE_FILE)
        await wait_for_text(pilot, "Said now.", "1 of 5")
        assert pilot.app.screen.state.focused_id == at
        assert pilot.app.screen.state.input.text == "12"


async def test_an_error_is_shown_with_file_and_line_until_it_is_fixed(mine: Path) -> None:
    path = mine / "01-one.toml"
    async with open_watched(path) as pilot:
        await wait_for_text(pilot, "0 of 5")
        await pilot.press("1", "enter")
        await wait_for_text(pilot, "1 of 5")
        path.write_text(EXERCISE_FILE + "q = [[1")
        await wait_for_text(pilot, "01-one.toml:7:", "A list is not closed.", "This message disappears once you fix")
        path.write_text("titel = 'x'\n" + EXERCISE_FILE)
        await wait_for_text(pilot, "01-one.toml:1: titel: There is no key “titel” here. Did you mean title?")
        path.write_text("title = 'Mended'\n" + EXERCISE_FILE)
        await wait_until_gone(pilot, "This goes away")
        await wait_for_text(pilot, "Mended", "1 of 5")


async def test_a_broken_file_opens_once_it_is_fixed(mine: Path) -> None:
    path = mine / "01-one.toml"
    path.write_text("graph = ")
    async with open_watched(path, seed=3) as pilot:
        await wait_for_text(pilot, "01-one.toml:1:")
        path.write_text(EXERCISE_FILE)
        await wait_for_text(pilot, "0 of 5")
        assert pilot.app.screen.state.worksheet.variant.seed == 3


async def test_a_saved_pack_reloads_its_list_and_the_open_exercise(mine: Path) -> None:
    async with open_watched(mine) as pilot:
        await wait_for_text(pilot, "Mine", "z = x·y + x")
        (mine / "02-two.toml").write_text("title = 'Second'\n" + EXERCISE_FILE)
        await wait_for_text(pilot, "Second")
        await pilot.press("enter")
        await wait_for_text(pilot, "0 of 5")
        (mine / "01-one.toml").write_text("title = 'First'\n" + EXERCISE_FILE)
        await wait_for_text(pilot, "First", "0 of 5")
        (mine / "pack.toml").write_text("format = 1\nid = 'mine'\ntitle = ")
        await wait_for_text(pilot, "pack.toml:3:")
        await pilot.press("escape")
        await wait_until_gone(pilot, "pack.toml:3:")
        (mine / "pack.toml").write_text("format = 1\nid = 'mine'\ntitle = 'Other'")
        await pilot.press("escape")
        await wait_for_text(pilot, "Other", "First", "Second")
