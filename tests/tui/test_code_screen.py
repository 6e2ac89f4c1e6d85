"""The code of a solved exercise on the screen: each save is judged, and the editor comes back."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app_driver import is_showing, open_app, wait_for_text, wait_until
from tests.support.code_solutions import solution
from tutor.coding.session import exercise_at, exercise_style
from tutor.coding.steps import StepsTask
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens.code import CodeScreen
from tutor.tui.screens.exercise import ExerciseScreen

PATH = Path("backprop/basics-two-roads.py")


def saved(path: Path = PATH) -> str:
    return path.read_text()


def save(text: str, path: Path = PATH) -> None:
    path.write_text(text)


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
async def test_a_solved_exercise_is_written_in_code(size: tuple[int, int]) -> None:
    async with open_app("basics/two-roads", size) as session:
        await session.solve()
        await session.pilot.press("ctrl+e")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, CodeScreen), "the code is shown")
        await wait_for_text(session.pilot, "You haven't written dx_1 yet", "0 of 5")
        text = saved()
        save(text.replace("dx_1 = ...", "dx_1 = dz * x"))
        await wait_for_text(session.pilot, "not yet Line", "✗ dx_1")
        await session.pilot.press("f2")
        await wait_for_text(session.pilot, "hint 1 of 4")
        task = exercise_style(session.screen.exercise).task
        assert isinstance(task, StepsTask)
        save(text.partition("import numpy")[0] + solution(task))
        await wait_for_text(session.pilot, "Everything is right. Solved in code.", "5 of 5")
        await session.pilot.press("escape")
        await wait_until(session.pilot, lambda: is_showing(session.pilot, ExerciseScreen), "back at the exercise")
    assert "dx_1" in saved()
    with Store.open(default_path()) as store:
        assert store.state("basics", "two-roads") == "solved"


async def test_an_editor_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VISUAL", "/no/such/editor")
    async with open_app("basics/two-roads") as session:
        await session.solve()
        await session.pilot.press("ctrl+e")
        await wait_for_text(session.pilot, "You haven't written dx_1 yet")
        await session.pilot.press("e")
        await wait_for_text(session.pilot, "The editor /no/such/editor can't be started")


async def test_an_exercise_that_is_not_solved_has_no_code_yet() -> None:
    async with open_app("basics/two-roads") as session:
        await session.pilot.press("ctrl+e")
        await wait_for_text(session.pilot, "You can write the code once all blanks are filled in")


async def test_the_layer_that_an_author_chose_is_shown_with_its_graph(tmp_path: Path) -> None:
    path = tmp_path / "neuron.toml"
    graph = 'graph = "y = tanh(w*x + b)"\nwrt = ["x"]\n[inputs]\nx = 1\nw = 2\nb = -1\n'
    save(f'{graph}[code]\nstyle = "layer"\nparameters = ["w", "b"]\n', path)
    async with open_app(exercise_at(path), (120, 40)) as session:
        await session.solve()
        await session.pilot.press("ctrl+e")
        await wait_for_text(session.pilot, "You haven't written dw yet", "1 of 4", "✓ y the value of y")
        written = Path("backprop/neuron-layer.py")
        await session.pilot.press("up", "f2")
        await wait_for_text(session.pilot, "hint 1 of")
        wrong = saved(written).replace("self.db = ...", "self.db = dy * (1 - self.forward(0) ** 2)")
        save(wrong, written)
        await wait_for_text(session.pilot, "✗ db")
