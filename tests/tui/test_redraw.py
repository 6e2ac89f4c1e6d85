"""Every screen is drawn again, wherever it is, when keys, glyphs or the language change."""

from __future__ import annotations

import asyncio
import importlib
import pkgutil
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.screen import Screen

import tutor.tui
from tests.support.app_driver import (
    is_showing,
    open_app,
    screen_text,
    simulate_practice,
    wait_for_text,
    wait_until,
    wait_until_steady,
)
from tests.tui.test_file_watching import open_watched
from tutor.glyphs import ASCII
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.host import Redrawable
from tutor.tui.palette import TutorPalette
from tutor.tui.screens.confirm import ConfirmScreen
from tutor.tui.screens.too_small import TooSmallScreen

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.takes_long


def change_key(home: Path, id: str, key: str) -> None:
    home.mkdir(exist_ok=True)
    (home / "settings.toml").write_text(f'[keys]\n"{id}" = "{key}"\n')


def test_every_screen_can_be_drawn_again() -> None:
    for module in pkgutil.walk_packages(tutor.tui.__path__, "tutor.tui."):
        importlib.import_module(module.name)
    classes: list[type] = [Screen]
    found = set()
    while classes:
        kind = classes.pop()
        classes.extend(kind.__subclasses__())
        if kind.__module__.startswith("tutor."):
            found.add(kind)
            assert issubclass(kind, Redrawable), kind
    assert len(found) > 15


async def test_a_changed_key_is_shown_at_the_first_start(home: Path) -> None:
    change_key(home, "app.commands", "ctrl+k")
    (home / "welcomed").unlink()
    with Store.open(default_path()) as store:
        async with TutorApp(store).run_test(size=(80, 24)) as pilot:
            await wait_for_text(pilot, "Start here", "^K menu")


async def test_a_changed_key_with_a_faulty_file_on_the_screen(home: Path, tmp_path: Path) -> None:
    change_key(home, "home.search", "ctrl+k")
    (tmp_path / "faulty.toml").write_text("graph = ")
    # The lines above may be broken anywhere: the path is of any length.
    async with open_watched(tmp_path / "faulty.toml") as pilot:
        await wait_for_text(pilot, "Esc goes back.")
        await wait_until(pilot, lambda: pilot.app.keymap, "the keys")
        await wait_for_text(pilot, "Esc goes back.")
        await pilot.app.preferences.set_ascii(True)
        await wait_for_text(pilot, ASCII.error + " ")


@pytest.mark.parametrize("key", ["f3", "ctrl+p"])
async def test_a_changed_key_with_a_screen_over_the_exercise(home: Path, key: str) -> None:
    change_key(home, "exercise.explain", "ctrl+k")
    async with open_app("basics/two-roads") as session:
        pilot = session.pilot
        await session.answer("14")
        await pilot.press(key)
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen | TutorPalette), "the screen")
        await wait_until(pilot, lambda: session.app.keymap, "the keys")
        if key == "ctrl+p":
            await wait_for_text(pilot, "with new numbers until all is solved ^K")
        await pilot.press("escape")
        await wait_for_text(pilot, "^K ")


async def test_the_notice_of_a_small_window_names_the_changed_key(home: Path) -> None:
    change_key(home, "app.quit", "ctrl+k")
    async with open_app("basics/two-roads") as session:
        await session.pilot.resize_terminal(40, 10)
        await wait_until(session.pilot, lambda: is_showing(session.pilot, TooSmallScreen), "what it needs")
        await wait_for_text(session.pilot, "press ^K to quit")
        await session.app.preferences.set_language("ko")
        await wait_until(session.pilot, lambda: "quit" not in screen_text(session.pilot), "Korean")


@pytest.mark.parametrize("keys", ["f9", "f6", "f1", "f4", "escape", "escape f9", "escape f5", "escape slash", "ctrl+p"])
async def test_messages_that_come_while_a_screen_is_drawn_again(keys: str, home: Path) -> None:
    simulate_practice("basics/times")
    async with open_app("basics/times") as session:
        app, pilot = session.app, session.pilot
        await pilot.press(*keys.split())
        if keys in ("escape f9", "escape f5"):
            await wait_until(
                pilot, lambda: type(app.screen).__name__ in ("PlaygroundScreen", "ProgressScreen"), "a screen from home"
            )
        front = app.screen
        for turn in range(4):
            changes = [app.preferences.set_ascii(turn % 2 == 0), app.preferences.set_language("ko"), pilot.pause()]
            changes += [app.preferences.set_language("en"), app.preferences.set_ascii(turn % 2 == 1)]
            for screen in app.screen_stack:
                screen.post_message(events.Resize(screen.size, screen.size))
                screen.refresh_bindings()
            await asyncio.gather(*changes)
        await wait_until_steady(pilot)
        assert app.screen is front
