"""The settings screen: values by arrow keys and mouse, themes by looking at them, keys by pressing them."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest
from textual.theme import BUILTIN_THEMES

from tests.support.app_driver import is_showing, open_app, open_home, screen_lines, wait_for_text, wait_until
from tutor import settings
from tutor.tui.screens.key_capture import KeyCaptureScreen
from tutor.tui.screens.key_settings import KeySettingsScreen
from tutor.tui.screens.settings import SettingsScreen
from tutor.tui.screens.theme_choice import ThemeChoiceScreen
from tutor.tui.themes import palette_of_theme
from tutor.tui.widgets.row_list import RowList
from tutor.tui.widgets.theme_sample import ThemeSample

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


def saved() -> dict[str, object]:
    return tomllib.loads(settings.default_path().read_text(encoding="utf-8"))


async def open_settings(pilot: Pilot[bool]) -> None:
    pilot.app.navigator.show_settings()
    await wait_until(pilot, lambda: is_showing(pilot, SettingsScreen) and pilot.app.focused, "the settings")


async def open_rows(pilot: Pilot[bool], id: str, kind: type) -> RowList:
    """Open the settings, and the screen behind one of their rows."""
    await open_settings(pilot)
    move_to(pilot, id)
    await pilot.press("enter")
    await wait_until(pilot, lambda: is_showing(pilot, kind) and pilot.app.focused, "the screen behind the row")
    return pilot.app.screen.query_one(RowList)


def move_to(pilot: Pilot[bool], id: str) -> None:
    """Put the cursor on a row, which takes many keys."""
    rows = pilot.app.screen.query_one(RowList)
    rows._move_to([row.id for row in rows.rows].index(id))


async def test_a_theme_is_seen_before_it_is_taken_and_escape_brings_the_old_one_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("textual.constants.COLOR_SYSTEM", "truecolor")
    async with open_home() as pilot:
        rows = await open_rows(pilot, "theme", ThemeChoiceScreen)
        sample = pilot.app.screen.query_one(ThemeSample)
        await pilot.press("down")
        assert rows.current == "light"
        # The sample at once, everything when the cursor rests.
        assert sample.palette.ground == "#fbfaf6"
        await wait_until(pilot, lambda: pilot.app.theme == "backprop-light", "everything in the theme")
        await pilot.press("escape")
        await wait_until(pilot, lambda: is_showing(pilot, SettingsScreen), "the settings")
        assert pilot.app.theme == "backprop-dark"
        assert not settings.default_path().exists()
        rows = await open_rows(pilot, "theme", ThemeChoiceScreen)
        assert [row.id for row in rows.rows if row.id] == [*settings.THEMES, *settings.TEXTUAL_THEMES]
        move_to(pilot, "textual-light")
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: is_showing(pilot, SettingsScreen), "the settings")
        await wait_for_text(pilot, "◂ nord ▸")
        assert pilot.app.theme == "nord"
    assert saved()["theme"] == "nord"
    async with open_app("basics/times") as session:
        assert session.app.theme == "nord"
        await session.wait_for_text("What × sends back")


def test_every_theme_of_textual_can_be_chosen() -> None:
    assert set(settings.TEXTUAL_THEMES) == set(BUILTIN_THEMES)
    assert all(palette_of_theme(theme) for theme in BUILTIN_THEMES.values())


async def test_no_color_wins_over_every_theme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    settings.default_path().write_text('theme = "nord"\n')
    async with open_home() as pilot:
        rows = await open_rows(pilot, "theme", ThemeChoiceScreen)
        await pilot.press("down", "enter")
        await wait_until(pilot, lambda: is_showing(pilot, SettingsScreen), "the settings")
        assert pilot.app.theme == "ansi-dark"
        assert not any(row.swatch for row in rows.rows)
    assert saved()["theme"] == "gruvbox"


async def test_values_are_changed_by_arrow_keys_and_by_mouse() -> None:
    async with open_home(size=(100, 30)) as pilot:
        await open_settings(pilot)
        await pilot.press("down", "right")
        await wait_for_text(pilot, "< ASCII only >")
        await pilot.press("left")
        await wait_for_text(pilot, "◂ Unicode ▸")
        await pilot.press("down", "space")
        await wait_for_text(pilot, "◂ Off ▸")
        assert pilot.app.animation_level == "none"

        async def click(text: str, part: str) -> None:
            row = next(index for index, line in enumerate(screen_lines(pilot)) if text in line)
            await pilot.click(offset=(screen_lines(pilot)[row].index(part), row))

        await click("Graph view", "Fit to window")
        await wait_for_text(pilot, "Graph view ◂ All values ▸")
        await click("Graph view", "◂")
        await wait_for_text(pilot, "Graph view ◂ Fit to window ▸")
        await click("Theme", "Theme")
        await wait_for_text(pilot, "◂ Dark ▸")
        await click("Theme", "Theme")
        await wait_until(pilot, lambda: is_showing(pilot, ThemeChoiceScreen), "the themes")
    assert saved() == {"ascii": False, "animations": False, "density": "fitting", "keys": {}}


async def test_a_key_is_changed_by_pressing_another_one() -> None:
    path = settings.default_path()
    before = (
        '# mine\ntheme = "light" # bright\nunknown = 3\n\n[keys]\n"exercise.hint" = "f12" # my hint\nstrange = "x"\n'
    )
    path.write_text(before)
    async with open_app("basics/times") as session:
        pilot = session.pilot
        await session.wait_for_text("F12 hint")
        await open_rows(pilot, "keys", KeySettingsScreen)
        move_to(pilot, "exercise.hint")
        await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, KeyCaptureScreen), "the dialog")
        await pilot.press("f3")
        await wait_for_text(pilot, "F3 This key already means “The same exercise with new")
        await pilot.press("h")
        await wait_for_text(pilot, "You type h in answers")
        await pilot.press("ctrl+q")
        await wait_for_text(pilot, "^Q This key already means “Quit (checked answers are")
        await pilot.press("f11")
        await wait_until(pilot, lambda: is_showing(pilot, KeySettingsScreen), "the list")
        await wait_for_text(pilot, "F11 default F2 ?")
        assert path.read_text() == before.replace("f12", "f11").replace('"f11" #', '"f11"  #')
        await pilot.press("escape", "escape")
        await session.wait_for_text("F11 hint")
        await pilot.press("f11")
        await session.wait_for_text("●○○○")
        await open_rows(pilot, "keys", KeySettingsScreen)
        move_to(pilot, "exercise.hint")
        await pilot.press("delete", "escape", "escape")
        await session.wait_for_text("F2 hint")
    lines = path.read_text().splitlines()
    assert lines == [*before.splitlines()[:5], '# "exercise.hint" = "f2,question_mark"  # my hint', 'strange = "x"']


async def test_a_letter_typed_in_korean_is_the_same_key() -> None:
    async with open_home() as pilot:
        await open_rows(pilot, "keys", KeySettingsScreen)
        move_to(pilot, "home.glossary")
        await pilot.press("enter", "ㅎ")
        await wait_until(pilot, lambda: is_showing(pilot, KeySettingsScreen), "the list")
    assert saved()["keys"] == {"home.glossary": "g"}


@pytest.mark.parametrize(
    ("text", "keys", "expected"),
    [
        ("", "f9", '[keys]\n"a.b" = "f9"\n'),
        ("", None, ""),
        ('theme = "dark"\n', "f9", 'theme = "dark"\n\n[keys]\n"a.b" = "f9"\n'),
        ('[keys]\n# "a.b" = "f1"   # what it does\n', "f9", '[keys]\n"a.b" = "f9"  # what it does\n'),
        ('[keys]\na.b = "f1"\n[other]\n"a.b" = "x"\n', "f9", '[keys]\n"a.b" = "f9"\n[other]\n"a.b" = "x"\n'),
        ('[keys]\n"a.b" = "f1" # so\n', None, '[keys]\n# "a.b" = "f2"  # so\n'),
        ('[keys]\n"a.bc" = "f1"\n', None, '[keys]\n"a.bc" = "f1"\n'),
    ],
)
def test_only_the_line_of_a_key_is_changed(text: str, keys: str | None, expected: str) -> None:
    assert settings.with_key(text, "a.b", keys, "f2") == expected


def test_keys_in_an_unusual_form_are_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('keys = { "exercise.hint" = "f12" }\n')
    assert "yourself" in str(settings.save_key("exercise.hint", "f11", "f2", path))
    assert path.read_text() == 'keys = { "exercise.hint" = "f12" }\n'
