"""Limits on imports: the modules that each command may load, and imports inside functions.

Heavy libraries are loaded only by the commands that need them:

- NumPy for matrices, flint for exact comparison, pydantic for exercise files, SQLite for stored progress;
- SymPy only in the child process that simplifies closed forms;
- Textual only for the screens.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import tutor

SOURCE = Path(tutor.__file__).parent
#: An import inside a function delays a heavy library, or a screen or command that most runs do not need. Any other
#: import belongs at the top of its module.
MAX_FUNCTION_LEVEL_IMPORTS = 62


def loaded_libraries(code: str) -> set[str]:
    """Return the top-level packages that a new process has loaded after `code`."""
    return {name.partition(".")[0] for name in loaded_modules(code)}


def loaded_modules(code: str) -> set[str]:
    """Return the modules that a new process has loaded after `code`."""
    program = f"import sys; from tutor.cli import run; {code}; print(*sys.modules, file=sys.stderr)"
    process = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, encoding="utf-8", timeout=60, check=True
    )
    return set(process.stderr.split())


@pytest.mark.parametrize(
    ("arguments", "forbidden"),
    [
        (
            ["solve", "z = (a + b) * c", "a=50", "b=70", "c=2", "--json"],
            {"textual", "sympy", "numpy", "flint", "pydantic", "sqlite3"},
        ),
        (["solve", "y = sigmoid(x)", "x=2", "--json"], {"textual", "sympy", "numpy", "pydantic"}),
        (["solve", "z = sum(X @ X)", "X=[[1,2],[3,4]]"], {"textual", "sympy", "pydantic"}),
        (["list"], {"textual", "sympy", "numpy", "flint", "pydantic"}),
    ],
    ids=["solve numbers", "solve a sigmoid", "solve matrices", "list"],
)
def test_a_command_loads_only_what_it_needs(arguments: list[str], forbidden: set[str]) -> None:
    assert not loaded_libraries(f"run({arguments!r})") & forbidden


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
def test_solve_loads_no_screens_no_sympy_and_no_storage(formula: list[str], options: list[str]) -> None:
    if "dL/dz" in options and formula is MATRICES:
        options = ["--start", "dL/df"]
    loaded = loaded_libraries(f"assert run({['solve', *formula, *options]!r}) == 0")
    assert not loaded & {"textual", "sympy", "torch", "pydantic", "sqlite3"}


@pytest.mark.parametrize(
    "arguments",
    [["z = x^2 * y", "y=3", "--symbols", "x:positive"], ["f = sum(X @ X)", "--symbols", "X:2x2"]],
    ids=["numbers", "matrices"],
)
def test_solve_with_symbols_loads_no_sympy(arguments: list[str]) -> None:
    loaded = loaded_libraries(f"assert run({['solve', *arguments]!r}) == 0")
    assert not loaded & {"textual", "sympy", "torch", "pydantic"}


def test_closed_forms_load_sympy_in_the_child_process_only() -> None:
    code = (
        "from tutor.algebra.expr import number; from tutor.packs.builder.formula import exercise_from_formula; "
        "from tutor.practice.closed_form import closed_forms; "
        "problem = exercise_from_formula('z = x/(x*y)', {'x': number(2), 'y': number(3)}).variant().problem; "
        "assert all(form.simplified for form in closed_forms(problem))"
    )
    assert not loaded_libraries(code) & {"sympy", "mpmath", "textual"}


def test_only_the_screens_load_textual() -> None:
    packages = ["algebra", "engine", "grading", "packs", "drawing", "plain", "commands"]
    modules = [*packages, "practice.worksheet", "practice.storage.store"]
    assert "textual" not in loaded_libraries("import " + ", ".join(f"tutor.{module}" for module in modules))


def test_the_first_screen_loads_nothing_heavy_but_textual() -> None:
    code = "import tutor.commands.launch, tutor.tui.app; from tutor.packs import library; library.all_packs()"
    loaded = loaded_libraries(code)
    assert "textual" in loaded
    assert not loaded & {"sympy", "numpy", "flint", "pydantic", "click"}


def test_listing_packs_loads_nothing_that_opens_an_exercise() -> None:
    modules = ["library", "pack", "pack_reader", "title_cache", "toml_source", "ids", "path_argument"]
    loaded = loaded_modules("import " + ", ".join(f"tutor.packs.{module}" for module in modules))
    assert not loaded & {"numpy", "pydantic", "tutor.engine", "tutor.grading", "tutor.packs.exercise"}


def function_level_imports(path: Path) -> list[int]:
    """Return the lines of a module's imports that are inside a function."""
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return sorted(
        {
            node.lineno
            for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(function, functions)
            for node in ast.walk(function)
            if isinstance(node, (ast.Import, ast.ImportFrom))
        }
    )


def test_imports_are_at_the_top_of_modules() -> None:
    lines = [
        f"{path.relative_to(SOURCE.parent)}:{line}"
        for path in sorted(SOURCE.rglob("*.py"))
        for line in function_level_imports(path)
    ]
    assert len(lines) <= MAX_FUNCTION_LEVEL_IMPORTS, "\n".join(lines)
