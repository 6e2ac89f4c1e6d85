"""Exercises that ask for nothing but code: opened from the list, read, solved, and left for the next one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tests.support.app_driver import is_showing, screen_lines, wait_for_text, wait_until
from tests.support.built_in import num_exercises
from tests.support.code_in_process import judge_text
from tests.support.lesson_solutions import lesson_code
from tutor import i18n
from tutor.coding.session import CodeSession
from tutor.packs import library
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.code import CodeScreen
from tutor.tui.screens.home import HomeScreen

if TYPE_CHECKING:
    from textual.pilot import Pilot

    from tutor.coding.verdict import FileResult

NAMES = [entry.id for pack in library.all_packs() if pack.id == "code" for entry in pack.entries]


@pytest.fixture(autouse=True)
def files_run_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files are written into a folder of the test, and run in its process, which is faster."""
    monkeypatch.chdir(tmp_path)

    def check(session: CodeSession) -> FileResult:
        return judge_text(session.style, session.path.read_text())

    monkeypatch.setattr(CodeSession, "check", check)


def shows_whole_lines(pilot: Pilot[bool]) -> bool:
    lines = screen_lines(pilot)
    return len(lines) == 24 and all(cell_len(line) <= 80 for line in lines)


def write_solution(name: str) -> None:
    path = Path(f"backprop/code-{name}.py")
    path.write_text(path.read_text().partition("import")[0] + lesson_code(library.find_exercise(f"code/{name}")))


#: In a quick run each exercise is opened in one of the languages.
_STEP = 1 if os.environ.get("BACKPROP_TUTOR_LONG") else 2


@pytest.mark.parametrize(("language", "names"), [("en", NAMES[::_STEP]), ("ko", NAMES[_STEP - 1 :: _STEP])])
async def test_every_exercise_of_the_pack_opens_with_its_text(language: str, names: list[str]) -> None:
    i18n.set_language(language)
    with Store.open(default_path()) as store:
        app = TutorApp(store)
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_until(pilot, lambda: is_showing(pilot, HomeScreen), "the list is shown")
            for name in names:
                app.navigator.open_by_name(f"code/{name}")
                exercise = library.find_exercise(f"code/{name}")
                start = " ".join(exercise.variant().text().replace("`", "").replace("*", "").split()[:4])
                await wait_for_text(pilot, str(exercise.title), start)
                assert shows_whole_lines(pilot)
                await pilot.press("escape")
                await wait_until(pilot, lambda: is_showing(pilot, HomeScreen), "back at the list")


async def test_a_solved_exercise_tells_what_it_teaches_and_leads_on() -> None:
    with Store.open(default_path()) as store:
        app = TutorApp(store, library.find_exercise("code/product-and-sum"))
        async with app.run_test(size=(120, 40)) as pilot:
            await wait_for_text(pilot, "From pencil to code › A product, a sum, a product", "0 of 6", "Replace each")
            await pilot.press("f2")
            await wait_for_text(pilot, "hint 1 of 4")
            write_solution("product-and-sum")
            await wait_for_text(pilot, "Solved in code.", "What this teaches", "Next: A value used twice (Enter)")
            await pilot.press("enter")
            await wait_for_text(pilot, "A value used twice", "0 of 8")
            await pilot.press("escape")
            await wait_until(pilot, lambda: is_showing(pilot, HomeScreen), "the list is shown")
            await wait_for_text(pilot, f"1 of {num_exercises()} solved")
        assert store.state("code", "product-and-sum") == "solved"
        assert store.state("code", "a-branch") == "begun"


async def test_the_loss_of_a_network_is_plotted_while_it_is_not_right_yet_and_once_it_is() -> None:
    with Store.open(default_path()) as store:
        app = TutorApp(store, library.find_exercise("code/train-xor"))
        async with app.run_test(size=(80, 24)) as pilot:
            await wait_for_text(pilot, "XOR is the problem")
            write_solution("train-xor")
            await wait_for_text(pilot, "0.469 │", "loss: 0.469 at first, 0.003 at the end")
            assert isinstance(app.screen, CodeScreen)
            await pilot.press("pagedown")
            await wait_for_text(pilot, "hardly changes for a while")
            assert not app.screen.check_action("next", ())
