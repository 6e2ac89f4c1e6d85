"""The playground: a formula drawn while it is typed, inputs that are nudged, and what can be made of both."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual import events
from textual.geometry import Offset
from textual.widgets import Input, OptionList

from tests.support.app_driver import screen_lines, screen_text, wait_for_text, wait_until
from tests.support.pty_program import PtyProgram
from tutor import i18n
from tutor.coding import files
from tutor.packs import library
from tutor.practice.playground import History, PlaygroundInput
from tutor.practice.storage.store import Store, default_path
from tutor.tui.app import TutorApp
from tutor.tui.screens.exercise import ExerciseScreen
from tutor.tui.screens.home import HomeScreen
from tutor.tui.screens.playground import PlaygroundScreen
from tutor.tui.screens.program import ProgramScreen
from tutor.tui.screens.worked_example import WorkedExampleScreen
from tutor.tui.widgets.lab_graph import LabGraph
from tutor.tui.widgets.lab_inputs import LabInputs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

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


def fill_in(pilot: Pilot[bool], formula: str, values: str = "") -> None:
    """Open a formula and its values, as the list of those tried last does."""
    screen = pilot.app.screen
    assert isinstance(screen, PlaygroundScreen)
    screen.replace_input(PlaygroundInput(formula, values))


def row_with(pilot: Pilot[bool], text: str) -> str:
    return next((row for row in screen_lines(pilot) if text in row), "")


LOSS, LOSS_VALUES = "L = (w*x + b - y)^2", "w=2 x=3 b=4 y=3"
#: The LSTM cell of the exercises.
LSTM = "f = sigmoid(af); i = sigmoid(ai); g = tanh(ag); o = sigmoid(ao); c = f*c0 + i*g; h = o*tanh(c)"


# --- drawn while it is typed ---


async def test_the_graph_is_drawn_before_anything_is_confirmed() -> None:
    async with open_playground((120, 40)) as pilot:
        await pilot.press(*"z=a*(b")
        await wait_for_text(pilot, "drawn as far as it can be read", "a ──", "×", "inputs: 2")
        await pilot.press(*"+c)")
        await wait_for_text(pilot, "✓ z = 8", "inputs: 3 · nodes: 2", "c ─")
        await wait_for_text(pilot, "16 │")
        await pilot.press(*"^2")
        await wait_for_text(pilot, "✓ z = 32", "64 │")
        await pilot.press("backspace", "backspace", "backspace", "backspace", *")")
        await wait_until(pilot, lambda: "drawn as far" in screen_text(pilot), "half a formula again")
        assert "c ─" not in screen_text(pilot)


async def test_the_last_good_graph_stays_beside_a_quiet_error() -> None:
    async with open_playground((120, 40)) as pilot:
        await pilot.press(*"z=a*b")
        await wait_for_text(pilot, "✓ z = 6")
        await pilot.press("home", ")")
        await wait_for_text(pilot, "^", "a ──", "gradient")
        assert "✓" not in row_with(pilot, ")z=a*b")


async def test_chosen_values_are_in_italics_and_given_ones_are_not() -> None:
    async with open_playground((120, 40)) as pilot:
        await pilot.press(*"z=a*b", "tab", *"b=7", "enter")
        await wait_for_text(pilot, "✓ z = 14", "chosen for you")
        canvas = pilot.app.screen.query_one(LabInputs)._painted()
        italics = {}
        for cells, styles in zip(canvas.cells, canvas.styles, strict=True):
            text = "".join(cells)
            if text[2:4] in ("a ", "b "):
                value = text.index(" ◂") - 12
                place = next(x for x in range(value, len(text)) if text[x].isdigit())
                italics[text[2]] = bool(styles[place].italic)
        assert italics == {"a": True, "b": False}


# --- taking hold of inputs ---


async def test_a_nudge_moves_every_value_and_is_compared_with_the_gradient() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await wait_for_text(pilot, "✓ L = 49")
        await pilot.press("tab", "right", "right", "right")
        await wait_for_text(
            pilot, "✓ L = 62.41", "6.9", "10.9", "47.4", "36.34", "−15.8", "w 2 → 2.3 L 49 → 62.41",
            "predicted 42 × 0.3 = 12.6 actual change 13.41", "44.7", "L against w", "w = 2.3",
        )  # fmt: skip
        await pilot.press("0")
        await wait_for_text(pilot, "✓ L = 49")
        await pilot.press("down", "left_square_bracket", "left")
        await wait_for_text(pilot, "nudge by 0.01", "x 3 → 2.99", "28 × (−0.01) = −0.28")
        await pilot.press(*["right_square_bracket"] * 3, "up", "right")
        await wait_for_text(pilot, "nudge by 1", "w 2 → 3")


async def test_a_typed_number_replaces_the_chosen_one_at_once() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await pilot.press("tab", "down", *"1.5")
        await wait_for_text(pilot, "✓ L = 16", "28 × (−1.5) = −42")
        editor = pilot.app.screen.query_one("#value", Input)
        assert pilot.app.cursor_position == editor.cursor_screen_offset
        assert editor.region.y == next(y for y, row in enumerate(screen_lines(pilot)) if "x 1.5" in row)
        await pilot.press("escape")
        await wait_for_text(pilot, "✓ L = 49")
        await pilot.press("0", ".", "5", "enter")
        await wait_for_text(pilot, "✓ L = 4")
        await pilot.press(*"w=1", "space", *"y=-1", "enter")
        await wait_for_text(pilot, "✓ L = 30.25")


async def test_the_cells_of_a_matrix_are_chosen_and_a_whole_one_is_typed() -> None:
    async with open_playground((120, 40)) as pilot:
        await pilot.press(*"Y=X@W", "tab", "down", *"7", "enter")
        await wait_for_text(pilot, "X[0, 1]", "2×3", "sum(Y) against X[0, 1]", "✓ Y 2×2")
        await pilot.press("=")
        await wait_until(pilot, lambda: pilot.app.screen.query_one("#value", Input).value.startswith("X=[[1, 7"), "X")
        await pilot.press("ctrl+u")
        pilot.app.post_message(events.Paste("X=[[1,2],[3,4]] W=[[1,0],[0,1]]"))
        await pilot.press("enter")
        await wait_for_text(pilot, "✓ Y 2×2", "W[1, 1]", "[ 3 4]")


async def test_numbers_follow_a_nudge_beside_matrices_drawn_by_their_shapes() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, "P = softmax(Q @ K.T / sqrt(d)) @ V", "d=2")
        await wait_for_text(pilot, "2×2", "1.414")
        await pilot.press("tab", *["pagedown"] * 3, *["up"] * 6, "4", "enter")
        await wait_for_text(pilot, "d 2 → 4", "sum(P) against d")
        graph = "\n".join(pilot.app.screen.query_one(LabGraph)._painted().text())
        assert "1.414" not in graph


async def test_what_has_no_value_is_refused_with_its_reason() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, "y = log(x)", "x=0.1")
        await pilot.press("tab", "left")
        await wait_for_text(pilot, "x can't be 0", "is not a real number", "✓ y = −2.303")


async def test_the_mouse_chooses_drags_and_turns() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await wait_for_text(pilot, "✓ L = 49")
        rows = screen_lines(pilot)
        y = next(y for y, row in enumerate(rows) if row.strip().startswith("b ─") and "●" in row)
        x = rows[y].index("●")
        await pilot.mouse_down(offset=(x, y))
        await pilot.hover(offset=(x + 4, y))
        await pilot.mouse_up(offset=(x + 4, y))
        await wait_for_text(pilot, "L against b", "b 4 →")
        inputs = pilot.app.screen.query_one(LabInputs)
        place = Offset(x, y) - inputs.region.offset
        await pilot.press("0")
        await wait_for_text(pilot, "✓ L = 49")
        wheel = (place.x, place.y, 0, 1, 0, False, False, False, x, y, None)
        inputs.post_message(events.MouseScrollUp(inputs, *wheel))
        await wait_for_text(pilot, "b 4 → 4.1")
        graph = pilot.app.screen.query_one(LabGraph)
        drawing = graph.drawing()
        assert drawing is not None
        left, top = graph._origin(drawing)
        box = drawing.boxes["y"]
        await pilot.click(LabGraph, offset=(left + box.x, top + box.y))
        await wait_for_text(pilot, "L against y")


# --- where it leads ---


async def test_a_typed_formula_becomes_an_exercise_and_is_kept() -> None:
    async with open_playground() as pilot:
        await pilot.press(*"z=a*b", "down", *"a=3", "space", *"b=4", "enter", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        await pilot.press("4", "enter", "3", "enter")
        await wait_for_text(pilot, "─ solved ─")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PlaygroundScreen), "the playground again")
        await pilot.press("f3")
        await wait_for_text(pilot, "Recent formulas", "z=a*b a=3 b=4")
        await pilot.press("escape", "escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, HomeScreen), "the list again")


async def test_nudged_values_are_those_of_the_exercise_and_of_the_program() -> None:
    async with open_playground((120, 40)) as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await pilot.press("tab", "right", "f8")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ProgramScreen), "the program")
        await wait_for_text(pilot, "PyTorch", "import torch", "w = torch.tensor(2.1", "L.backward()")
        await pilot.press("tab")
        await wait_for_text(pilot, "NumPy", "w = 2.1", "d_w = ")
        await pilot.press("c")
        await wait_until(pilot, lambda: "d_w = " in pilot.app.clipboard, "the copy")
        await pilot.press("escape", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        assert float(pilot.app.screen.exercise.inputs["w"].value) == 2.1


async def test_a_formula_is_shown_worked_out() -> None:
    async with open_playground() as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await pilot.press("f6")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, WorkedExampleScreen), "solution")
        await wait_for_text(pilot, "solution", LOSS)
        await pilot.press(*["pagedown"] * 3)
        await wait_for_text(pilot, "∂L/∂w = 42")


async def test_a_formula_is_replaced_by_the_gradient_of_the_input_at_the_cursor() -> None:
    async with open_playground() as pilot:
        fill_in(pilot, "f = x^2*y", "x=3 y=1/2")
        formula, lab = pilot.app.screen.query_one("#formula", Input), pilot.app.screen.lab
        formula.cursor_position = len("f = x^2*y")
        await pilot.press("f7")
        await wait_for_text(pilot, "The formula is now ∂f/∂y")
        assert (formula.value, lab.to_input().values) == ("f_y = x^2", "x=3")
        await pilot.press("f7")
        await wait_until(pilot, lambda: formula.value == "f_yx = 2*x", "the gradient of the gradient")
        await pilot.press("f7")
        await wait_for_text(pilot, "∂f_yx/∂x is 2 for all inputs")
        await pilot.press("f3")
        await wait_for_text(pilot, "Recent formulas", "f = x^2*y")
        await pilot.press("f3", "enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")


FAULTY_FORMULAS = [
    ("z = a * (b", "never closed", "("),
    ("z = a * b + what(a)", "“what” is not a function", "what"),
    ("z = 3", "does not depend on an input", "z"),
]


async def test_an_error_is_shown_with_a_caret_below_it() -> None:
    async with open_playground() as pilot:
        for formula, sentence, marked_text in FAULTY_FORMULAS:
            fill_in(pilot, formula)
            await pilot.press("enter")
            await wait_for_text(pilot, sentence)
            rows = screen_lines(pilot)
            caret = next(row for row in rows if "^" in row and set(row.strip()) == {"^"})
            assert rows[rows.index(caret) - 1][caret.index("^") :].startswith(marked_text)
            await pilot.press("end", "space")
            await wait_until(pilot, lambda: not pilot.app.screen.is_marked, "it is quiet again after the next key")


FAULTY_VALUES = [
    ("b=zwei", "Unknown name “zwei”", "zwei"),
    ("b=2 b=3", "Input b is given twice", "b"),
    ("nine", "Unknown name “nine”", "nine"),
    ("a=[1, 2] b=[1, 2, 3]", "The shapes (2,) and (3,) don't fit", "a=[1"),
    ("-1", "is not a real number", "-1"),
]


async def test_an_error_of_a_value_is_shown_below_the_editor() -> None:
    async with open_playground((100, 32)) as pilot:
        fill_in(pilot, "z = log(a) * b", "a=2 b=3")
        await pilot.press("tab")
        for typed, sentence, marked_text in FAULTY_VALUES:
            pilot.app.screen.query_one(LabInputs).post_message(LabInputs.Typed(typed))
            await wait_until(pilot, lambda: getattr(pilot.app.screen.focused, "id", "") == "value", "the editor")
            await pilot.press("enter")
            await wait_for_text(pilot, sentence)
            rows = screen_lines(pilot)
            caret = next(row for row in rows if "^" in row[:60] and set(row[:60].strip()) == {"^"})
            assert rows[rows.index(caret) - 1][caret.index("^") :].startswith(marked_text)
            await pilot.press("escape")
            await wait_for_text(pilot, "✓ z = 2.079")


async def test_a_saved_formula_is_an_exercise_in_the_learners_own_pack() -> None:
    async with open_playground() as pilot:
        fill_in(pilot, "L = sum(X @ W)", "X=[[1, 2], [3, 4]] W=[[1], [-0.5]] start=2")
        await pilot.press("ctrl+s")
        await wait_for_text(pilot, "Saved as mine/formula-1")
        fill_in(pilot, "z = log(a) * b", "a=2 b=log(3)")
        await pilot.press("ctrl+s")
        await wait_for_text(pilot, "Saved as mine/formula-2")
        await pilot.press("escape")
        await wait_until(pilot, lambda: any(pack.id == "mine" for pack in pilot.app.home.packs), "the list has it")
    saved = library.find_exercise("mine/formula-1")
    assert (saved.graph.text, saved.start.value) == ("L = sum(X @ W)", 2)
    assert str(library.find_exercise("mine/formula-2").variant().problem.graph.output) == "z"


async def test_an_empty_playground_offers_examples() -> None:
    async with open_playground() as pilot:
        await wait_for_text(pilot, "Examples", "a = sigmoid(w*x + b)")
        await pilot.press("down", "down", "enter")
        await wait_for_text(pilot, "✓ z = ")
        assert pilot.app.screen.query_one("#formula", Input).value == "z = x*(x + y)"


async def test_what_a_nudge_changed_is_never_cut_off() -> None:
    async with open_playground((60, 16)) as pilot:
        fill_in(pilot, "z = sigmoid(w*x + b)", "w=2 x=3 b=1")
        await pilot.press("tab", *["right"] * 3)
        await wait_for_text(pilot, "predicted 0.0008192", "actual change 0.0005404")


async def test_recent_formulas_are_kept_and_restored() -> None:
    history = History()
    history.add(PlaygroundInput("z = a * b", "a=1 b=2"))
    history.add(PlaygroundInput("z = a + b", "a=1 b=2"))
    async with open_playground() as pilot:
        await wait_for_text(pilot, "Recent formulas", "z = a + b")
        await pilot.press("down")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen.focused, OptionList), "in the list")
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "✓ z = 2")
        assert pilot.app.screen.query_one("#formula", Input).value == "z = a * b"
        assert pilot.app.screen.lab.to_input().values == "a=1 b=2"


@pytest.mark.parametrize("damage", ["", "[", "{}", "[1]", '[{"formula": 1, "values": 2}]', "[" * 10_000])
def test_a_damaged_history_is_an_empty_one(damage: str) -> None:
    history = History()
    history.path.parent.mkdir(parents=True, exist_ok=True)
    history.path.write_text(damage)
    assert history.read() == []
    history.add(PlaygroundInput("z = a", "a=1"))
    assert history.read() == [PlaygroundInput("z = a", "a=1")]


async def test_values_of_the_history_that_cannot_be_read_are_chosen_again() -> None:
    History().add(PlaygroundInput("z = a * b", "a=1 nonsense("))
    async with open_playground() as pilot:
        await pilot.press("down", "enter")
        await wait_for_text(pilot, "✓ z = 6")


def test_the_history_is_short_and_without_duplicates() -> None:
    history = History()
    for n in range(40):
        history.add(PlaygroundInput(f"z = a * {n % 35}"))
    assert len(history.read()) == 30
    assert len(set(history.read())) == 30
    assert history.read()[0].formula == "z = a * 4"


# --- every terminal ---


async def test_a_small_window_shows_the_curve_on_a_key() -> None:
    async with open_playground() as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await wait_for_text(pilot, "✓ L = 49", "w ──")
        assert "L against w" not in screen_text(pilot)
        await pilot.press("f4")
        await wait_for_text(pilot, "L against w", "⠉")
        await pilot.press("f4")
        await wait_until(pilot, lambda: "L against w" not in screen_text(pilot), "the graph again")


async def test_ascii_has_a_table_in_place_of_the_curve() -> None:
    async with open_playground((120, 40), ascii=True) as pilot:
        fill_in(pilot, LOSS, LOSS_VALUES)
        await pilot.press("tab", "right")
        await wait_for_text(pilot, "L against w", "1.9", "2.3", "62.41", "predicted 42 * 0.1 = 4.2")
        assert all(line.isascii() for line in screen_lines(pilot))


async def test_the_smallest_window_and_ascii_and_korean() -> None:
    i18n.set_language("ko")
    async with open_playground((60, 16), ascii=True) as pilot:
        await wait_for_text(pilot, "놀이터")
        fill_in(pilot, "z = a * (b", "a=1")
        await pilot.press("enter")
        await wait_for_text(pilot, "^", "a", "(*)")


async def test_windows_of_all_sizes_follow_the_formula() -> None:
    async with open_playground((60, 16)) as pilot:
        fill_in(pilot, LSTM)
        for size in ((60, 16), (240, 70), (80, 24), (172, 50)):
            await pilot.resize_terminal(*size)
            await wait_for_text(pilot, "✓ h =", "gradient")
            await pilot.press("tab", "right", "down", "tab")


async def test_what_looks_like_markup_is_text_and_nothing_is_an_error() -> None:
    async with open_playground() as pilot:
        await pilot.press("enter")
        await wait_for_text(pilot, "Type a formula, such as")
        fill_in(pilot, "z = [bold]a[/bold]", "a=1")
        await pilot.press("enter")
        await wait_for_text(pilot, "[bold]a[/bold]", "^")


async def test_a_pasted_function_keeps_its_lines() -> None:
    source = "def loss(w, x):\r\n    p = w * x\r\n    print(p)\r\n    return p**2 + \tbad(p)\r\n"
    async with open_playground() as pilot:
        pilot.app.post_message(events.Paste(source))
        field = pilot.app.screen.query_one("#formula", Input)
        await wait_until(pilot, lambda: bool(field.value), "the text")
        assert field.value.splitlines()[1] == "    p = w * x"
        await pilot.press("enter")
        await wait_for_text(pilot, "Line 4: “bad” isn't defined here.", "return p**2 +", "^^^^^^")
        field.value = field.value.replace("bad(p)", "1")
        await wait_for_text(pilot, "✓ loss = 37")
        await pilot.press("enter")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, ExerciseScreen), "the exercise")
        await wait_for_text(pilot, "Line 3: print(…) is left out")


def test_a_terminal_shows_the_graph_before_enter_and_its_cursor_where_one_types(home: Path) -> None:
    (home / "welcomed").touch()
    with PtyProgram(columns=100, rows=32, environment={"TEXTUAL_ANIMATIONS": "none"}) as program:
        program.wait_for_text("F9")
        program.send("\x1b[20~")
        program.wait_for_text("inputs")
        program.send("z=a*(b")
        screen = program.wait_for_text("z=a*(b", "×", "a ─", "b ─", "z against a", "drawn as far as it can be read")
        row = next(row for row, line in enumerate(screen.splitlines()) if "z=a*(b" in line)
        program.until(lambda: (program.screen.cursor.y, program.screen.cursor.x) == (row, 2 + len("z=a*(b")))
        program.send("+1)\t")
        program.wait_for_text("✓ z = 8", "nudge by 0.1")
        program.send("\x1b[C")
        program.wait_for_text("a 2 → 2.1", "predicted 4 × 0.1 = 0.4", "✓ z = 8.4")
        program.send("3.5")
        screen = program.wait_for_text("✓ z = 14", "a 3.5")
        row = next(row for row, line in enumerate(screen.splitlines()) if "a 3.5" in line)
        program.until(lambda: program.screen.cursor.y == row)
        program.send("\r\x11")
        assert program.wait() == 0


async def test_a_formula_is_written_in_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with open_playground() as pilot:
        fill_in(pilot, "z = x * y", "x=3 y=4")
        await pilot.press("ctrl+e")
        await wait_for_text(pilot, "in code", "You haven't written dx yet")
        assert (tmp_path / "backprop" / "z-x-y.py").exists()
        await pilot.press("escape")
        await wait_until(pilot, lambda: isinstance(pilot.app.screen, PlaygroundScreen), "back at the formula")
        # One that was not written here is run only after a yes.
        files._record().unlink()
        await pilot.press("ctrl+e")
        await wait_for_text(pilot, "was not created by this program")
        await pilot.press("y")
        await wait_for_text(pilot, "You haven't written dx yet")
