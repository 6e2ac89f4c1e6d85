"""Palette, search, settings, themes, the first start and the key bar."""

from __future__ import annotations

import sqlite3
import tomllib
from typing import TYPE_CHECKING

import pytest
from textual.widgets import Input

from tests.support.app_driver import (
    is_showing,
    open_app,
    open_home,
    screen_lines,
    screen_text,
    wait_for_text,
    wait_until,
    wait_until_steady,
)
from tutor import i18n, settings
from tutor.packs import library
from tutor.paths import data_folder
from tutor.practice.mastery_levels import NEW, MasteryState
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.palette import TutorPalette
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.explain import ExplainScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.review_result import ReviewResultScreen
from tutor.tui.screens.settings import SettingsScreen
from tutor.tui.widgets.key_bar import KeyBar, KeySpan
from tutor.tui.widgets.row_list import RowList

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot


async def run_palette_command(pilot: Pilot[bool], query: str, expected: str) -> None:
    """Find a command in the palette and run it."""
    await pilot.press("ctrl+p")
    await wait_until(pilot, lambda: is_showing(pilot, TutorPalette) and pilot.app.screen.focused, "the palette")
    pilot.app.screen.query_one(Input).value = query
    await wait_until(pilot, lambda: expected in first_hit(pilot), f"{expected} is found first")
    await pilot.press("enter")
    await wait_until(pilot, lambda: not is_showing(pilot, TutorPalette), "the palette is gone")


def first_hit(pilot: Pilot[bool]) -> str:
    """Return the first command that the palette lists, with its key and place."""
    found = pilot.app.screen.query(RowList)
    rows = [row for row in found.first().rows if row.id] if found else []
    return f"{rows[0].label} {rows[0].note}" if rows else ""


# --- the palette ---


async def test_the_palette_finds_every_exercise_in_both_languages_from_anywhere() -> None:
    async with open_home() as pilot:
        await run_palette_command(pilot, "두 갈래", "Two branches from x")
        await wait_for_text(pilot, "0 of 1", "Two branches from x")
        await pilot.press("1", "2")
        await run_palette_command(pilot, "basics/times", "What × sends back")
        await wait_for_text(pilot, "0 of 3", "What × sends back")
        await run_palette_command(pilot, "list of exercises", "List of exercises")
        await wait_until(pilot, lambda: is_showing(pilot, HomeScreen), "the list")
        await run_palette_command(pilot, "tworoads", "Two branches from x")
        await wait_for_text(pilot, "› 12")  # what was typed is not lost


async def test_commands_of_the_screen_come_first_and_rules_are_found_by_sign_and_name() -> None:
    async with open_app("basics/two-roads") as session:
        pilot = session.pilot
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: "Show the next hint" in first_hit(pilot), "the first command")
        await pilot.press("escape")
        await run_palette_command(pilot, "next hint", "Show the next hint")
        await session.wait_for_text("hints ●○○○")
        await run_palette_command(pilot, "나눗셈", "division")
        await session.wait_for_text("rule card", "Why:")


async def test_the_palette_reads_no_markup_and_says_if_nothing_matches(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "exercises"
    (home / "evil").mkdir(parents=True)
    (home / "evil" / "pack.toml").write_text('format = 1\nid = "evil"\ntitle = "[@click=app.bell]Pack[/]"\n')
    (home / "evil" / "01-evil.toml").write_text('title = "[@click=app.quit]Press[/] [bold"\ngraph = "z = x * y"\n')
    monkeypatch.setattr(library, "built_in_dir", lambda: home)
    async with open_home() as pilot:
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: is_showing(pilot, TutorPalette) and pilot.app.screen.focused, "the palette")
        pilot.app.screen.query_one(Input).value = "press"
        await wait_for_text(pilot, "[@click=app.quit]Press[/] [bold")
        pilot.app.screen.query_one(Input).value = "[/nothing]"
        await wait_for_text(pilot, "No match for “[/nothing]”")


async def test_the_palette_finds_commands_of_other_screens_and_says_where_they_work() -> None:
    async with open_home() as pilot:
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: is_showing(pilot, TutorPalette) and pilot.app.screen.focused, "the palette")
        pilot.app.screen.query_one(Input).value = "new numbers"
        await wait_for_text(pilot, "The same exercise with new numbers F3 · in an exercise")
        await pilot.press("enter")
        await wait_for_text(pilot, "“The same exercise with new numbers” works in an exercise.")
        assert is_showing(pilot, TutorPalette)
        pilot.app.screen.query_one(Input).value = "ㅠ므ㅜㅜ"
        await wait_for_text(pilot, "No match for")
    async with open_app("basics/two-roads") as session:
        pilot = session.pilot
        await session.type("12")
        # One of the list can be run from anywhere.
        await run_palette_command(pilot, "title or name", "/ · in the list of exercises")
        await wait_until(
            pilot, lambda: is_showing(pilot, HomeScreen) and pilot.app.screen.query("#search"), "the search"
        )
    async with open_app("basics/two-roads") as session:
        pilot = session.pilot
        await pilot.press("f6")
        await wait_until(pilot, lambda: is_showing(pilot, ExplainScreen), "the replay")
        await run_palette_command(pilot, "next hint", "Show the next hint for this blank F2 · in an exercise")
        await session.wait_for_text("hints ●○○○")


def test_the_place_of_every_command_has_a_name() -> None:
    from tutor.tui.all_bindings import ALL_BINDINGS
    from tutor.tui.keymap import PLACES

    assert {str(binding.id).partition(".")[0] for binding in ALL_BINDINGS} - {"app"} == set(PLACES)


async def test_the_palette_gives_no_help_in_an_exam(tmp_path: Path) -> None:
    path = tmp_path / "exam.toml"
    path.write_text('mode = "exam"\ngraph = "z = x * y"\n[inputs]\nx = 2\ny = 3\n')
    from tutor.packs.exercise import Exercise
    from tutor.packs.path_argument import open_path

    exercise = open_path(path)
    assert isinstance(exercise, Exercise)
    async with open_app(exercise) as session:
        pilot = session.pilot
        await pilot.press("ctrl+p")
        await wait_until(pilot, lambda: "List of exercises" in screen_text(pilot), "the palette")
        pilot.app.screen.query_one(Input).value = "division"
        await session.wait_for_text("No match for")


# --- the search ---


async def test_the_list_is_searched_by_titles_and_names_in_either_language() -> None:
    async with open_home() as pilot:
        await pilot.press("slash", *"two-roads")
        await wait_for_text(pilot, "The basics", "Two branches from x", "Esc clear search")
        assert "Change one input a little" not in screen_text(pilot)
        pilot.app.screen.query_one("#search", Input).value = "곱하기 더한"
        await wait_for_text(pilot, "A sum, then a product")
        await pilot.press("down", "up", "enter")
        await wait_for_text(pilot, "A sum, then a product", "0 of 5")
        await pilot.press("escape")
        await wait_for_text(pilot, "곱하기 더한")
        pilot.app.screen.query_one("#search", Input).value = "no such zeppelin"
        await wait_for_text(pilot, "No matching exercises")
        await pilot.press("enter", "escape")
        await wait_for_text(pilot, "Change one input a little", "/ search")
        await pilot.press("ctrl+f")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, Input), "the line again")


async def test_keys_that_the_search_does_not_show_do_nothing() -> None:
    async with open_home() as pilot:
        await pilot.press("slash")
        await wait_for_text(pilot, "Esc clear search")
        await pilot.press("f5", "f4", "f9")
        await wait_until_steady(pilot)
        assert is_showing(pilot, HomeScreen)
        await pilot.press("escape", "f4")
        await wait_for_text(pilot, "Rules and terms")


# --- the settings ---


def saved_settings() -> dict[str, object]:
    return tomllib.loads(settings.default_path().read_text(encoding="utf-8"))


async def test_settings_take_effect_at_once_and_at_the_next_start() -> None:
    async with open_home() as pilot:
        await run_palette_command(pilot, "colour blind", "Theme: Colour-blind safe")
        await wait_until(pilot, lambda: pilot.app.theme == "backprop-colour-blind", "the theme")
        await wait_for_text(pilot, "Theme: Colour-blind safe.")
        await run_palette_command(pilot, "graph compact", "Graph view: Compact")
        await run_palette_command(pilot, "한국어", "Language: 한국어")
        await wait_for_text(pilot, "역전파의 기초", "F1 도움")
        await run_palette_command(pilot, "설정", "설정")
        await wait_until(pilot, lambda: is_showing(pilot, SettingsScreen), "the settings")
        await wait_for_text(pilot, "색각 이상", "언어와 키")
        await pilot.press("end", "up", "up", "left")
        await wait_for_text(pilot, "◂ English ▸")
    assert saved_settings()["theme"] == "colour-blind"
    assert (saved_settings()["density"], saved_settings()["language"]) == ("compact", "en")
    async with open_app("basics/times") as session:
        assert session.app.theme == "backprop-colour-blind"
        await session.wait_for_text("(×)")


async def test_changing_the_language_keeps_the_input() -> None:
    async with open_app("basics/times") as session:
        await session.type("12")
        await run_palette_command(session.pilot, "한국어", "Language: 한국어")
        await session.wait_for_text("곱셈 노드가 돌려보내는 값", "› 12", "F2 힌트")
        await run_palette_command(session.pilot, "ascii", "ASCII 문자로 그리기")
        await session.wait_for_text("> 12")
        assert "╭" not in screen_text(session.pilot)


async def test_keys_of_the_settings_file_work_and_are_shown() -> None:
    path = settings.default_path()
    path.write_text('[keys]\n"exercise.hint" = "ctrl+h"\n"home.glossary" = "g"\n"exercise.card" = "ctrl+q"\n')
    async with open_home((100, 24)) as pilot:
        await wait_for_text(pilot, "line 4: ctrl+q can't be used for exercise.card", "g rules")
        await pilot.press("ㅎ")  # the same key in Korean input mode
        await wait_for_text(pilot, "Rules and terms")
    async with open_app("basics/times") as session:
        await session.wait_for_text("^H hint", "F6 explain")
        await session.pilot.press("f2")
        assert "hints ●" not in screen_text(session.pilot)
        await session.pilot.press("enter")
        await session.wait_for_text("^H gives a hint")
        await session.pilot.press("ctrl+h")
        await session.wait_for_text("hints ●○○○")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('theme = "pink"', 'line 1: theme must be one of "dark", "light"'),
        ("\nthemes = 1", "line 2: There is no setting “themes”. Did you mean theme?"),
        ("ascii = 1", "line 1: ascii must be true or false."),
        ('theme = "light"\nlanguage = ', "line 2: this is not valid TOML"),
        (
            '[keys]\n"exercise.hnt" = "f2"',
            "line 2: There is no key setting “exercise.hnt”. Did you mean exercise.hint?",
        ),
        ('[keys]\nexercise.hint = "h"', "h can't be used for exercise.hint because you type it in answers"),
        ('[keys]\n"exercise.hint" = "f99"', "“f99” is not a key"),
        ('[keys]\n"exercise.hint" = 2', "Write the keys of exercise.hint in quotes"),
    ],
)
async def test_an_error_in_the_settings_file_is_one_sentence_with_its_line(content: str, sentence: str) -> None:
    settings.default_path().write_text(content)
    async with open_home() as pilot:
        await wait_for_text(pilot, sentence)
        await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, ExerciseScreen), "an exercise opens all the same")
    assert settings.default_path().read_text() == content


def test_only_the_line_of_a_setting_is_changed(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('# mine\n# theme = "dark"\nascii = true # really\n\n[keys]\n"exercise.hint" = "f2" # so\n')
    assert settings.save_value("theme", "light", path) is None
    assert settings.save_value("ascii", False, path) is None
    assert settings.save_value("density", "full", path) is None
    lines = path.read_text().splitlines()
    assert lines[1:] == [
        "# mine",
        'theme = "light"',
        "ascii = false # really",
        "",
        "[keys]",
        '"exercise.hint" = "f2" # so',
    ]
    assert lines[0] == 'density = "full"'
    torn = 'theme = "light\n'
    path.write_text(torn)
    assert "is not changed until you fix it" in str(settings.save_value("theme", "dark", path))
    assert path.read_text() == torn


NAMES = ("theme", "language", "density", "ascii")


@pytest.mark.parametrize("language", ["en", "ko"])
def test_a_new_settings_file_lists_all_settings_and_changes_nothing(language: str, tmp_path: Path) -> None:
    from tutor.tui.all_bindings import ALL_BINDINGS
    from tutor.tui.keymap import describe_bindings, validate_keymap

    i18n.set_language(language)
    path = tmp_path / "settings.toml"
    path.write_text(settings.render_file(settings.Settings(), describe_bindings(ALL_BINDINGS)), encoding="utf-8")
    assert settings.load(path) == settings.LoadedSettings()
    everything = path.read_text(encoding="utf-8")
    uncommented = "\n".join(
        line.removeprefix("# ") if line.startswith(('# "', *(f"# {name} =" for name in NAMES))) else line
        for line in everything.splitlines()
    )
    path.write_text(uncommented, encoding="utf-8")
    found = settings.load(path)
    assert not found.faults
    assert len(found.settings.keys) > 60
    assert found.settings.ascii is True
    assert found.settings.language == "en"
    assert validate_keymap(found.settings.keys, ALL_BINDINGS)[1] == []


# --- themes ---


def _to_linear_rgb(colour: str) -> list[float]:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    return [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]


def _contrast_ratio(first: str, second: str) -> float:
    """Return the contrast ratio of two colours by WCAG 2.2."""
    light = sorted(
        sum(w * part for w, part in zip((0.2126, 0.7152, 0.0722), _to_linear_rgb(c), strict=True))
        for c in (first, second)
    )
    return (light[1] + 0.05) / (light[0] + 0.05)


#: How linear red, green and blue appear without one kind of cone (Machado, Oliveira, Fernandes 2009).
_BLIND = {
    "red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def _to_lab(linear: list[float]) -> list[float]:
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(w * part for w, part in zip(row, linear, strict=True)) for row in rows]
    f = [max(v / white, 0.0) for v, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True)]
    x, y, z = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in f)
    return [116 * y - 16, 500 * (x - y), 200 * (y - z)]


def test_themes_are_readable_and_one_is_safe_for_colour_blindness() -> None:
    from itertools import combinations
    from math import dist

    from tutor.tui.themes import THEMES

    assert list(THEMES) == list(settings.THEMES)
    for name, theme in THEMES.items():
        colours = [theme.primary, theme.foreground, theme.accent, theme.success, theme.warning, theme.error]
        grounds = [theme.background, theme.surface, theme.panel]
        least = min(_contrast_ratio(str(colour), str(ground)) for colour in colours for ground in grounds)
        assert least >= (7 if name == "high-contrast" else 4.5), name
    safe = THEMES["colour-blind"]
    for rows in _BLIND.values():
        seen = [
            _to_lab([sum(w * part for w, part in zip(row, _to_linear_rgb(str(colour)), strict=True)) for row in rows])
            for colour in (safe.accent, safe.success, safe.warning, safe.error)
        ]
        assert min(dist(one, two) for one, two in combinations(seen, 2)) > 20


@pytest.mark.parametrize("theme", [*settings.THEMES, "nord"])
async def test_the_row_in_focus_the_key_bar_and_what_can_be_typed_are_readable_in_every_theme(theme: str) -> None:
    settings.default_path().write_text(f'theme = "{theme}"\n')
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, library.find_exercise("basics/times"))
        worksheet.next_hint(worksheet.blanks[0].id)

    def assert_readable(pilot: Pilot[bool], piece: str) -> None:
        strip = next(row for row in pilot.app.screen._compositor.render_strips() if piece in row.text)
        seen = [part.style for part in strip if part.text.strip("▁▂▃▄▅▆▇█▉▊▋▌▍▎▏▐ ") and part.style]
        assert seen
        for style in seen:
            assert style.color
            assert style.bgcolor
            ink, ground = (colour.get_truecolor().hex for colour in (style.color, style.bgcolor))
            assert _contrast_ratio(ink, ground) >= 4.5, (ink, ground)

    async with open_home() as pilot:
        await wait_for_text(pilot, "Continue What × sends back", "Enter open")
        assert_readable(pilot, "Continue")
        assert_readable(pilot, "Enter open")
        await pilot.press("slash")
        await wait_for_text(pilot, "ords of a title")
        assert_readable(pilot, "ords of a title")


# --- the first start ---


async def test_the_first_start_shows_a_pass_and_then_the_exercise_in_stages() -> None:
    (data_folder() / "welcomed").unlink()
    async with open_home() as pilot:
        await wait_for_text(pilot, "Start here", "Watch one small backward pass")
        await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, ExplainScreen), "the replay")
        await wait_for_text(pilot, "1 of 5", "Watch one backward pass")
        await pilot.press("enter", "enter", "enter", "enter")
        await wait_for_text(pilot, "5 of 5", "with one blank to begin with")
        await pilot.press("enter")
        for stage, blanks in enumerate((1, 2, 4), 1):
            await wait_for_text(pilot, f"stage {stage} of 3", f"0 of {blanks}")
            screen = pilot.app.screen
            assert isinstance(screen, ExerciseScreen)
            for _blank in range(blanks):
                problem = screen.state.worksheet.problem
                from tutor.grading.hints.ladder import format_right_answer

                await pilot.press(*format_right_answer(problem, screen.state.focused_blank), "enter")
            await wait_for_text(pilot, "─ solved ─" if stage == 3 else "the same with new numbers")
            await pilot.press("enter")
        await wait_until(pilot, lambda: is_showing(pilot, HomeScreen), "the list")
        await wait_for_text(pilot, "Start From left to right")
        await run_palette_command(pilot, "first steps watch", "First steps: watch one pass")
        await wait_until(pilot, lambda: is_showing(pilot, ExplainScreen), "once more")


async def test_the_first_start_asks_nothing_and_ends_with_the_first_exercise() -> None:
    (data_folder() / "welcomed").unlink()
    async with open_home() as pilot:
        await wait_for_text(pilot, "Start here", "I know some of this")
        await pilot.press(*["down"] * 5, "enter")
        await wait_for_text(pilot, "0 of 4", "From left to right")
        await pilot.press("7", "enter", "escape")
        await wait_for_text(pilot, "Continue From left to right")
        assert "Start here" not in screen_text(pilot)


async def test_a_progress_file_of_a_newer_version_means_no_first_start() -> None:
    (data_folder() / "welcomed").unlink()
    with sqlite3.connect(default_path()) as base:
        Store.open(default_path()).close()
        base.execute("PRAGMA user_version = 99")
    async with open_home() as pilot:
        await wait_for_text(pilot, "newer backprop-tutor")
        await wait_until(
            pilot,
            lambda: pilot.app.background.exercise_index is not None or "F1 help" in screen_text(pilot),
            "the list",
        )
        assert "Start here" not in screen_text(pilot)


# --- the keys at the bottom ---

#: The keys that lead from the list to each screen; `press_keys` handles the words in capitals.
_SCREENS = {
    "the list": ("end",),
    "the search": ("slash", "r"),
    "the playground": ("f9", *"z=a*b", "tab"),
    "the playground's worked example": ("f9", *"z=a*b", "f6"),
    "the playground's program": ("f9", *"z=a*b", "f8"),
    "the rules": ("f4",),
    "a card": ("f4", "enter"),
    "progress": ("f5",),
    "an exercise": ("enter",),
    "an explanation": ("enter", "f6"),
    "a card of an exercise": ("enter", "f4"),
    "the settings": ("ctrl+p", "WAIT", *"settings", "FOUND", "enter"),
    "a solved exercise": ("TIMES", "SOLVED"),
    "details": ("TIMES", "SOLVED", "f9"),
    "cells": ("MATRIX", "enter", "1"),
    "symbols": ("SYMBOLS",),
    "an exam": ("EXAM",),
    "the end of a review": ("REVIEWED",),
}
_EXERCISES = {"TIMES": "basics/times", "MATRIX": "matrices/sigma-xw", "SYMBOLS": "basics/reciprocal-in-symbols"}


async def press_keys(pilot: Pilot[bool], keys: tuple[str, ...]) -> None:
    from tutor.packs.builder.exercise import load_exercise

    app = pilot.app
    assert isinstance(app, TutorApp)
    for key in keys:
        before = app.screen
        if key == "WAIT":
            await wait_until(pilot, lambda: is_showing(pilot, TutorPalette) and pilot.app.screen.focused, "the palette")
        elif key == "FOUND":
            await wait_until(pilot, lambda: first_hit(pilot).startswith("Settings"), "found")
        elif key == "SOLVED":
            screen = app.screen
            assert isinstance(screen, ExerciseScreen)
            await wait_until(
                pilot,
                lambda screen=screen: screen.query_one(KeyBar).spans if screen.query(KeyBar) else 0,
                "the key bar",
            )
            for blank in () if screen.state.worksheet.done else screen.state.worksheet.blanks:
                screen.state.worksheet.reveal(blank.id)
            screen._apply_layout()
        elif key == "REVIEWED":
            app.push_screen(ReviewResultScreen(app, [("mul", NEW, MasteryState("solid", 3))], left_early=False))
        elif key == "EXAM":
            path = data_folder() / "exam.toml"
            path.write_text('mode = "exam"\ngraph = "z = x * y"\n[inputs]\nx = 2\ny = 3\n')
            app.navigator.open_exercise(load_exercise(path, path.parent, "", "exam"))
        elif key in _EXERCISES:
            app.navigator.open_exercise(library.find_exercise(_EXERCISES[key]))
        else:
            await pilot.press(key)
        if key.isupper() or (key.startswith("f") and key[1:].isdigit()) or key == "enter":
            stays_in_front = key in ("WAIT", "FOUND", "SOLVED") or "MATRIX" in keys[:-2]
            await wait_until(
                pilot,
                lambda before=before, stays_in_front=stays_in_front: stays_in_front or app.screen is not before,
                f"{key} opens",
            )
    await wait_until(pilot, lambda: any(bar.spans for bar in app.screen.query(KeyBar)), "the key bar is shown")
    # Until the panel has its size, it may seem to have more text than fits.
    await wait_until_steady(pilot)


def is_shown(pilot: Pilot[bool], span: KeySpan) -> bool:
    """Return whether the key bar of the screen in front shows this key at this place."""
    return any(
        (shown.begin, shown.binding.id) == (span.begin, span.binding.id)
        for bar in pilot.app.screen.query(KeyBar)
        for shown in bar.spans
    )


@pytest.mark.takes_long
@pytest.mark.parametrize(("name", "language"), [*((name, "en") for name in _SCREENS), ("a solved exercise", "ko")])
async def test_every_key_of_the_key_bar_acts_by_key_and_by_click(name: str, language: str) -> None:
    i18n.set_language(language)
    async with open_home((170, 30)) as pilot:
        await press_keys(pilot, _SCREENS[name])
        bar = pilot.app.screen.query_one(KeyBar)
        spans = list(bar.spans)
        assert [span.binding.id for span in spans][-2:] == ["app.commands", "app.quit"]
        assert len(spans) == len(bar.keys), "there is room for all of them"
        for number, span in enumerate(spans):
            before, depth = pilot.app.screen, len(pilot.app.screen_stack)
            await wait_until_steady(pilot)
            if span.binding.id not in {key.id for key in pilot.app.screen.query_one(KeyBar).keys}:
                # A hint that was taken before is kept, and may be shorter than the text in its place.
                assert span.binding.id == "exercise.page-down"
                continue
            span = next(now for now in pilot.app.screen.query_one(KeyBar).spans if now.binding.id == span.binding.id)
            # A key acts once it is shown: the screen may still be arranged, and then nothing scrolls yet.
            await wait_until(pilot, lambda span=span: is_shown(pilot, span), f"{span.binding.key} is shown")
            rows = await wait_until_steady(pilot, polls=2)
            if number % 2:
                await pilot.click(KeyBar, offset=(span.begin + 1, 0))
            else:
                await pilot.press(span.binding.key)
            await wait_until(
                pilot,
                lambda before=before, rows=rows: (
                    not pilot.app.is_running or pilot.app.screen is not before or screen_lines(pilot) != rows
                ),
                f"{span.binding.key} does something",
            )
            if not pilot.app.is_running:
                assert span.binding.id == "app.quit"
                return
            # An exercise is closed before the next one opens.
            await wait_until_steady(pilot)
            if len(pilot.app.screen_stack) <= depth:
                # The screen has changed, or another one took its place: go the same way again.
                await pilot.app.navigator.show_home()
                await pilot.app.home.action_clear_search()
                pilot.app.navigator._playground_input = None
                await press_keys(pilot, _SCREENS[name])
            while (front := pilot.app.screen) is not before and len(pilot.app.screen_stack) > depth:
                await pilot.press("escape")
                # A second Escape would leave the screen below as well.
                await wait_until(pilot, lambda front=front: pilot.app.screen is not front, "Escape closes it")
        raise AssertionError("^Q did not quit")


@pytest.mark.parametrize("language", ["en", "ko"])
async def test_all_keys_of_the_list_fit_in_100_columns_and_the_most_important_in_80(language: str) -> None:
    i18n.set_language(language)
    async with open_home((100, 24)) as pilot:
        bar = pilot.app.screen.query_one(KeyBar)
        await wait_until(pilot, lambda: bar.spans, "the keys")
        assert [span.binding for span in bar.spans] == list(bar.keys)
        await pilot.resize_terminal(80, 24)
        needed = {"home.open", "home.search", "home.help", "app.commands", "app.quit"}
        await wait_until(pilot, lambda: needed < {str(span.binding.id) for span in bar.spans}, "fewer keys")


async def test_help_describes_the_focus() -> None:
    async with open_home() as pilot:
        await pilot.press("down", "down", "f1")
        await wait_for_text(pilot, "Progress", "your most frequent mistakes")
        await pilot.press("escape", "up", "f1")
        await wait_for_text(pilot, "worked out, or save it.")
        await pilot.press("escape", "slash", "f1")
        await wait_for_text(pilot, "Search for words of a title")
        await pilot.press("escape", "escape", "f9", "f1")
        await wait_for_text(pilot, "Type any formula, such as", "Inputs without a value get one")


async def test_texts_name_changed_keys() -> None:
    settings.default_path().write_text('[keys]\n"exercise.check" = "f12"\n"explain.close" = "f10"\n')
    async with open_app("basics/times") as session:
        await session.wait_for_text("type the value and press F12")
        await session.pilot.press("f6", "end")
        await session.wait_for_text("F10 goes back", "F10 back")
