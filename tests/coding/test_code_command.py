"""`backprop-tutor code`: the file it writes, what it says at each save, and what it never runs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.code_solutions import solution
from tests.support.layer_solutions import autograd_solution, layer_solution
from tests.support.pty_program import PtyProgram
from tests.support.run_tutor import run_in_fork
from tutor.coding.session import exercise_style
from tutor.coding.steps import StepsTask
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Sequence


#: Starting the program takes about a second of the processor.
long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="slow; BACKPROP_TUTOR_LONG runs all")


@pytest.fixture(autouse=True)
def own_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def code(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command; without `--check` it watches until it is ended, so that it gets a file that is solved."""
    return run_in_fork(["code", *arguments])


def write(name: str, *arguments: str) -> Path:
    """Let the command write a file, and return it."""
    command = [sys.executable, "-m", "tutor", "code", *arguments]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with PtyProgram(command=command, environment=environment) as program:
        program.wait_for_text("Created ")
        program.send("q\n")
        program.wait()
    return Path(name)


def right_text(path: Path, name: str) -> str:
    """Return a written file with every line completed."""
    task = exercise_style(library.find_exercise(name)).task
    assert isinstance(task, StepsTask)
    head = path.read_text().partition("import numpy")[0]
    return head + solution(task)


def test_from_the_first_word_to_solved_with_what_the_program_says() -> None:
    environment = {"PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-m", "tutor", "code", "basics/two-roads"]
    with PtyProgram(command=command, environment=environment, columns=120, rows=40) as program:
        program.wait_for_text("Created backprop/basics-two-roads.py.", "You haven't written dx_1 yet", "0 of 5")
        path = Path("backprop/basics-two-roads.py")
        text = path.read_text()
        program.send("h\n")
        program.wait_for_text("dx_1, hint 1 of 4")
        path.write_text(text.replace("dx_1 = ...", "dx_1 = dz * x"))
        program.wait_for_text("✗ dx_1")
        path.write_text(text.replace("dx_1 = ...", "dx_1 = dz * (x + y)"))
        program.wait_for_text("✓ dx_1", "You haven't written dadd1 yet", "1 of 5")
        path.write_text(right_text(path, "basics/two-roads"))
        program.wait_for_text("Everything is right. Solved in code.")
        assert program.wait() == 0
    exported = subprocess.run(
        [*command[:3], "export"], capture_output=True, text=True, env={**os.environ, **environment}, check=True
    )
    events = [json.loads(line) for line in exported.stdout.splitlines()]
    checks = [event for event in events if event["kind"] == "code"]
    assert [event["verdict"] for event in checks] == ["wrong", "wrong", "wrong", "right"]
    assert [event["mistake"] for event in checks] == ["", "mul.own-input", "", ""]
    assert checks[-1]["text"].split() == ["add", "branch", "mul"]


@long
def test_files_are_read_as_editors_write_them() -> None:
    path = write("backprop/basics-two-roads.py", "basics/two-roads")
    text = right_text(path, "basics/two-roads")
    for data in (text.replace("\n", "\r\n").encode(), b"\xef\xbb\xbf" + text.encode()):
        path.write_bytes(data)
        assert "Solved in code." in code(str(path), "--check").stdout
    path.write_bytes(f"{text}\nnote = '\xe9'\n".encode("latin-1", "ignore"))
    assert "not saved as UTF-8" in code(str(path), "--check").stdout


@long
def test_a_file_that_is_there_is_kept_and_fresh_writes_another() -> None:
    path = write("backprop/basics-two-roads.py", "basics/two-roads")
    path.write_text(path.read_text() + "# mine\n")
    write("backprop/basics-two-roads-2.py", "basics/two-roads", "--fresh")
    assert path.read_text().endswith("# mine\n")
    assert Path("backprop/basics-two-roads-2.py").exists()
    # Another file of that name is never overwritten.
    Path("elsewhere").mkdir()
    Path("elsewhere/basics-two-roads.py").write_text("x = 1\n")
    write("elsewhere/basics-two-roads-2.py", "basics/two-roads", "--to", "elsewhere")
    assert Path("elsewhere/basics-two-roads.py").read_text() == "x = 1\n"


@long
@pytest.mark.parametrize(
    ("arguments", "name", "text"),
    [
        (("affine",), "backprop/affine.py", lambda head: head + layer_solution("affine")),
        (("--style", "autograd"), "backprop/autograd.py", lambda head: head + autograd_solution()),
    ],
    ids=["layer", "autograd"],
)
def test_the_other_styles(arguments: Sequence[str], name: str, text: object) -> None:
    path = write(name, *arguments)
    assert code(str(path), "--check").returncode == 1
    head = path.read_text().partition("import ")[0]
    path.write_text(text(head))  # type: ignore[operator]
    checked = code(str(path), "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert "Solved in code." in checked.stdout


@long
def test_a_formula_keeps_its_exact_values() -> None:
    path = write("backprop/z-x-w-b.py", "z = x @ w + b", "x=[1,1/3]", "w=[2,3]", "b=1/7")
    text = path.read_text()
    assert "#: value: x = [1, 1/3]\n#: value: w = [2, 3]\n#: value: b = 1/7\n" in text
    right = text.replace("db = ...", "db = dz").replace("dw = ...", "dw = dmatmul1 * x")
    names = [line.split(" = ")[0].strip() for line in text.splitlines() if line.endswith("= ...")]
    first = next(name for name in names if name not in ("db", "dw", "dx"))
    right = right.replace(f"{first} = ...", f"{first} = dz").replace("dx = ...", f"dx = {first} * w")
    path.write_text(right.replace("dmatmul1", first))
    checked = code(str(path), "--check")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@long
def test_json_has_a_row_for_each_gradient() -> None:
    path = write("backprop/basics-two-roads.py", "basics/two-roads")
    path.write_text(path.read_text().replace("dx_1 = ...", "dx_1 = dz * x"))
    checked = code(str(path), "--check", "--json")
    assert checked.returncode == 1
    data = json.loads(checked.stdout)
    assert data["solved"] is False
    first = data["results"][0]
    assert (first["name"], first["verdict"], first["mistake"], first["certain"]) == (
        "dx_1",
        "wrong",
        "mul.own-input",
        True,
    )
    assert path.read_text().splitlines()[first["line"] - 1].strip() == "dx_1 = dz * x"
    assert [each["verdict"] for each in data["results"][1:]] == ["missing"] * 4


def test_a_file_from_elsewhere_is_run_only_after_a_yes() -> None:
    path = write("backprop/basics-two-roads.py", "basics/two-roads")
    foreign = Path("foreign.py")
    foreign.write_text(path.read_text() + "\nopen('ran', 'w').close()\nprint('it ran')\n")
    refused = code(str(foreign), "--check")
    assert refused.returncode == 2
    assert "foreign.py was not created by this program on this computer. Run it? If so, add --yes." in refused.stderr
    assert "it ran" in code(str(foreign), "--check", "--yes").stdout
    assert "it ran" in code(str(foreign), "--check").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        pytest.param(("nothing.py",), "There is no file nothing.py.", marks=long),
        (("--style", "layer", "nolayer"), "There is no layer nolayer. The layers are sigmoid, relu,"),
        pytest.param(("basics/nothing",), "There is no exercise", marks=long),
        pytest.param(("basics/sigmoid-in-python",), "has no graph", marks=long),
        pytest.param(("z = x*",), "ends too early", marks=long),
        pytest.param(("z = x*y", "x=2"), "y has no value", marks=long),
        pytest.param(("basics/two-roads", "--check"), "--check needs your Python file.", marks=long),
        pytest.param(
            ("mine.py", "other.py"),
            "Only one file can be checked at a time. Leave out what follows mine.py.",
            marks=long,
        ),
        pytest.param(("mine.py", "--style", "layer"), "You can only add --check, --json and --yes.", marks=long),
        pytest.param(("wide.py", "--check", "--yes"), "This file is not saved as UTF-8.", marks=long),
        pytest.param(("--style", "autograd", "--torch"), "needs no library. Leave out --torch.", marks=long),
        (("mine.py", "--check", "--yes"), "mine.py is not a code file of backprop-tutor"),
        pytest.param(("old.py", "--check", "--yes"), "incomplete", marks=long),
    ],
)
def test_what_can_not_be_used_is_one_sentence(arguments: Sequence[str], sentence: str) -> None:
    Path("mine.py").write_text("print('mine')\n")
    Path("wide.py").write_text("#: backprop-tutor code 1\n", encoding="utf-16")
    Path("old.py").write_text("#: backprop-tutor code 1\n#: style: steps\n")
    refused = code(*arguments)
    assert refused.returncode == 2
    assert sentence in refused.stderr
    assert "mine\n" not in refused.stdout
    assert "Traceback" not in refused.stderr
