"""What is loaded when: the rooms below the screens work without Textual, light commands without heavy libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

SOLVE = 'run(["solve", "z = (a + b) * c", "a=50", "b=70", "c=2", "--json"])'
SIGMOID = 'run(["solve", "y = sigmoid(x)", "x=2", "--json"])'
MATRIX = 'run(["solve", "z = sum(X @ X)", "X=[[1,2],[3,4]]"])'
LIST = 'run(["list"])'


def modules_loaded_by(command: str, home: object) -> set[str]:
    program = f"import sys; from tutor.cli import run; {command}; print(*sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    return {name.partition(".")[0] for name in done.stderr.split()}


@pytest.mark.parametrize(
    ("command", "never"),
    [
        (SOLVE, {"textual", "sympy", "numpy", "flint", "pydantic", "sqlite3"}),
        (SIGMOID, {"textual", "sympy", "numpy", "pydantic"}),
        (MATRIX, {"textual", "sympy", "pydantic"}),
        (LIST, {"textual", "sympy", "numpy", "flint", "pydantic"}),
    ],
)
def test_a_command_loads_only_what_it_needs(command: str, never: set[str], home: object) -> None:
    assert not modules_loaded_by(command, home) & never


NUMBERS = ["z = (a + b) * exp(c)", "a=50", "b=70", "c=2"]
MATRICES = ["f = sum(sigmoid(X @ W))", "X=[[1, 2], [3, 4]]", "W=[[1], [2]]"]


@pytest.mark.parametrize(
    "options",
    [
        *(["--numpy"], ["--torch"], ["--latex"], ["--json"], ["--check", "1e-4"], ["--no-draw"]),
        *(["--start", "dL/dz"], ["--start=-2"], ["--node", "swish(x) = x*sin(x)"]),
    ],
    ids=" ".join,
)
@pytest.mark.parametrize("formula", [NUMBERS, MATRICES], ids=["numbers", "matrices"])
def test_no_form_of_solve_loads_a_library_of_formulas_or_screens(
    formula: list[str], options: list[str], home: object
) -> None:
    if "dL/dz" in options and formula is MATRICES:
        options = ["--start", "dL/df"]
    loaded = modules_loaded_by(f"assert run({['solve', *formula, *options]!r}) == 0", home)
    assert not loaded & {"textual", "sympy", "torch", "pydantic", "sqlite3"}


def test_a_formula_in_symbols_loads_no_library_of_formulas(home: object) -> None:
    for symbols in (["z = x^2 * y", "y=3", "--symbols", "x:positive"], ["f = sum(X @ X)", "--symbols", "X:2x2"]):
        loaded = modules_loaded_by(f"assert run({['solve', *symbols]!r}) == 0", home)
        assert not loaded & {"textual", "sympy", "torch", "pydantic"}


def test_a_closed_form_loads_the_library_of_formulas_in_its_child_process_only(home: object) -> None:
    command = (
        "from tutor.algebra.expr import number; from tutor.packs.builder.formula import exercise_from_formula; "
        "from tutor.practice.closed_form import closed_forms; "
        "problem = exercise_from_formula('z = x/(x*y)', {'x': number(2), 'y': number(3)}).variant().problem; "
        "assert all(form.simplified for form in closed_forms(problem, 60))"
    )
    assert not modules_loaded_by(command, home) & {"sympy", "mpmath", "textual"}


def test_nothing_below_the_screens_loads_textual(home: object) -> None:
    rooms = [
        "algebra",
        "engine",
        "grading",
        "packs",
        "practice.worksheet",
        "practice.storage.store",
        "drawing",
        "plain",
        "commands",
    ]
    command = "import " + ", ".join(f"tutor.{room}" for room in rooms)
    assert "textual" not in modules_loaded_by(command, home)


def test_the_first_screen_is_ready_before_anything_heavy_is_loaded(home: object) -> None:
    command = "import tutor.commands.launch, tutor.tui.app; from tutor.packs import library; library.all_packs()"
    loaded = modules_loaded_by(command, home)
    assert "textual" in loaded
    assert not loaded & {"sympy", "numpy", "flint", "pydantic", "click"}
