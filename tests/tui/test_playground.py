"""The playground: a formula as an exercise, worked out, and saved."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.widgets import Input, OptionList

from tests.support.app_driver import screen_lines, screen_text, wait_for_text, wait_until
from tutor import i18n
from tutor.packs import library
from tutor.practice.playground import History, PlaygroundInput
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.playground import PlaygroundScreen, WorkedExampleScreen

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from textual.pilot import Pilot


@asynccontextmanager
async def open_playground(size: tuple[int, int] = (80, 24), ascii: bool = False) -> AsyncIterator[Pilot[bool]]:
    with Store.open(default_path()) as store:
        app = TutorApp(store, ascii=ascii)
        async with app.run_test(size=size, notifications=True) as pilot:
            await wait_until(pilot, lambda: isinstance(app.screen, HomeScreen) and app.screen.focused, "the list")
            await pilot.press("f9")
            await wait_until(
                pilot, lambda: isinstance(app.screen, PlaygroundScreen) and app.screen.focused, "playground"
            )
            yield pilot


def fill_fields(pilot: Pilot[bool], formula: str, values: str = "") -> None:
    pilot.app.screen.query_one("#formula", Input).value = formula
    pilot.app.screen.query_one("#values", Input).value = values


async def test_a_typed_formula_becomes_an_exercise_and_is_kept() -> None:
    async with open_playground() as pilot:
        await pilot.press(*"z=a*b", "down", *"a=3", "space", *"b=4", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        await pilot.press("4", "enter", "3", "enter")
        await wait_for_text(pilot, "─ solved ─")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PlaygroundScreen), "the playground again")
        await wait_for_text(pilot, "Tried last", "z=a*b a=3 b=4")
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen), "the list again")


async def test_a_formula_is_shown_worked_out() -> None:
    async with open_playground() as pilot:
        fill_fields(pilot, "L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3")
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, WorkedExampleScreen), "worked out")
        await wait_for_text(pilot, "worked out", "L = (w*x + b - y)^2")
        await pilot.press(*["pagedown"] * 3)
        await wait_for_text(pilot, "∂L/∂w = 42")


async def test_a_formula_is_replaced_by_the_gradient_of_the_input_at_the_cursor() -> None:
    async with open_playground() as pilot:
        fill_fields(pilot, "f = x^2*y", "x=3 y=1/2")
        formula, values = (pilot.app.screen.query_one(name, Input) for name in ("#formula", "#values"))
        formula.cursor_position = len("f = x^2*y")
        await pilot.press("f7")
        await wait_for_text(pilot, "The formula is now ∂f/∂y")
        assert (formula.value, values.value) == ("f_y = x^2", "x=3")
        await pilot.press("f7")
        await wait_until(pilot, lambda: formula.value == "f_yx = 2*x", "the gradient of the gradient")
        await pilot.press("f7")
        await wait_for_text(pilot, "∂f_yx/∂x is 2 for all inputs")
        await wait_for_text(pilot, "Tried last", "f = x^2*y")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")


@pytest.mark.parametrize(
    ("formula", "values", "sentence", "marked_text"),
    [
        ("z = a * (b", "a=1 b=2", "never closed", "("),
        ("z = a * b", "a=1", "b has no value: add b=…", "b"),
        ("z = a * b", "a=1 b=zwei", "Unknown name “zwei”", "zwei"),
        ("z = a * b", "a=1 a=2", "Input a is given twice", "a"),
        ("z = a * b", "nine", "“nine” is no input", "nine"),
        ("z = log(a)", "a=-1", "has no value", "z"),
    ],
)
async def test_an_error_is_shown_with_a_caret_below_it(
    formula: str, values: str, sentence: str, marked_text: str
) -> None:
    async with open_playground() as pilot:
        fill_fields(pilot, formula, values)
        await pilot.press("enter")
        await wait_for_text(pilot, sentence)
        rows = screen_lines(pilot)
        caret = next(row for row in rows if "^" in row and set(row.strip()) == {"^"})
        marked = rows[rows.index(caret) - 1][caret.index("^") :]
        assert marked.startswith(marked_text)
        await pilot.press("end", "space")
        await wait_until(pilot, lambda: sentence not in screen_text(pilot), "the error disappears with the next key")


async def test_an_empty_formula_is_an_error() -> None:
    async with open_playground() as pilot:
        await pilot.press("enter")
        await wait_for_text(pilot, "Type a formula, such as")


async def test_a_saved_formula_is_an_exercise_in_the_learners_own_pack() -> None:
    async with open_playground() as pilot:
        fill_fields(pilot, "L = sum(X @ W)", "X=[[1, 2], [3, 4]] W=[[1], [-0.5]]")
        await pilot.press("ctrl+s")
        await wait_for_text(pilot, "Saved as mine/formula-1")
        fill_fields(pilot, "z = log(a) * b", "a=2 b=log(3)")
        await pilot.press("ctrl+s")
        await wait_for_text(pilot, "Saved as mine/formula-2")
        await pilot.press("escape")
        await wait_until(pilot, lambda: any(pack.id == "mine" for pack in pilot.app.home.packs), "the list has it")
    assert library.find_exercise("mine/formula-1").graph.text == "L = sum(X @ W)"
    assert str(library.find_exercise("mine/formula-2").variant().problem.graph.output) == "z"


async def test_recent_formulas_are_kept_and_restored() -> None:
    history = History()
    history.add(PlaygroundInput("z = a * b", "a=1 b=2"))
    history.add(PlaygroundInput("z = a + b", "a=1 b=2"))
    async with open_playground() as pilot:
        await wait_for_text(pilot, "Tried last", "z = a + b")
        await pilot.press("down", "down")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, OptionList), "in the list")
        await pilot.press("down", "enter")
        assert pilot.app.screen.query_one("#formula", Input).value == "z = a * b"
        assert pilot.app.screen.query_one("#values", Input).value == "a=1 b=2"


@pytest.mark.parametrize("damage", ["", "[", "{}", "[1]", '[{"formula": 1, "values": 2}]', "[" * 10_000])
def test_a_damaged_history_is_an_empty_one(damage: str) -> None:
    history = History()
    history.path.parent.mkdir(parents=True, exist_ok=True)
    history.path.write_text(damage)
    assert history.read() == []
    history.add(PlaygroundInput("z = a", "a=1"))
    assert history.read() == [PlaygroundInput("z = a", "a=1")]


def test_the_history_is_short_and_without_duplicates() -> None:
    history = History()
    for n in range(40):
        history.add(PlaygroundInput(f"z = a * {n % 35}"))
    assert len(history.read()) == 30
    assert len(set(history.read())) == 30
    assert history.read()[0].formula == "z = a * 4"


async def test_the_smallest_window_and_ascii_and_korean() -> None:
    i18n.set_language("ko")
    async with open_playground((60, 16), ascii=True) as pilot:
        await wait_for_text(pilot, "놀이터", "계산식")
        fill_fields(pilot, "z = a * b", "a=1")
        await pilot.press("enter")
        await wait_for_text(pilot, "b=", "^")


async def test_what_looks_like_markup_is_text() -> None:
    async with open_playground() as pilot:
        fill_fields(pilot, "z = [bold]a[/bold]", "a=1")
        await pilot.press("enter")
        await wait_for_text(pilot, "[bold]a[/bold]", "^")


async def test_a_pasted_function_keeps_its_lines() -> None:
    source = "def loss(w, x):\r\n    p = w * x\r\n    print(p)\r\n    return p**2 + \tbad(p)\r\n"
    async with open_playground() as pilot:
        pilot.app.post_message(events.Paste(source))
        field = pilot.app.screen.query_one("#formula", Input)
        await wait_until(pilot, lambda: bool(field.value), "the text")
        assert field.value.splitlines()[1] == "    p = w * x"
        await pilot.press("down", *"w=2", "space", *"x=3", "enter")
        await wait_for_text(pilot, "Line 4: “bad” isn't defined here.", "return p**2 +", "^^^^^^")
        field.value = field.value.replace("bad(p)", "1")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        await wait_for_text(pilot, "p = w * x; loss = p**2 + 1", "Line 3: print(…) is left out")
