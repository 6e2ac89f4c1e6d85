"""Python functions on the command line, in files and pasted, and in the playground of the plain mode."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tutor.cli import run as run_command

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

MODEL = '''import numpy as np

EPS = 1e-5


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def loss(w, x, b=0.0, y=1.0):
    """Squared error of one neuron."""
    a = sigmoid(w * x + b)
    print("a =", a)
    return (a - y) ** 2


def bad(x):
    if x > 0:
        y = x * 2
    else:
        y = 0
    return y + np.sinus(x) * unknown(x)
'''
PASTED = "def f(x, y):\n    s = x * y\n    s += x\n    return s * s"


@pytest.fixture
def model(tmp_path: Path) -> str:
    path = tmp_path / "model.py"
    path.write_text(MODEL, encoding="utf-8")
    return str(path)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines of standard error after the program's name, with the exit code checked."""
    assert run_command([*arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    return captured.err.removeprefix("backprop-tutor: ").splitlines()


def test_solve_takes_a_function_of_a_file(run_tutor: Run, model: str) -> None:
    done = run_tutor("solve", "--from-python", f"{model}:loss", "w=2", "x=0.5", "b=-1", "--json")
    assert done.returncode == 0
    worked = json.loads(done.stdout)
    assert worked["output"] == "loss"
    assert worked["value"] == 0.25
    gradients = {node["id"]: node["gradient"] for node in worked["nodes"] if node["op"] is None}
    assert gradients == {"w": -0.125, "x": -0.5, "b": -0.25, "y": 1.0}
    assert done.stderr == (
        f"backprop-tutor: {model}:13: print(…) is left out, because the returned value doesn't depend on it.\n"
    )


def test_play_takes_a_function_of_a_file_or_of_standard_input(run_tutor: Run, model: str) -> None:
    played = run_tutor("play", "--from-python", f"{model}:sigmoid", "z=0", text="-0.25\n")
    assert "1 / (1 + np.exp(-z))" in played.stdout
    assert "[2/4]" in played.stdout
    piped = run_tutor("solve", "--from-python", "-", "x=3", "--no-draw", text="def f(x):\n    return x*x\n")
    assert "∂f/∂x = 6" in piped.stdout


def test_all_lines_that_cannot_be_taken_are_shown_with_carets(capsys: pytest.CaptureFixture[str], model: str) -> None:
    assert refused(capsys, "solve", "--from-python", f"{model}:bad", "x=1") == [
        f"{model}:18: An “if” can't be a node, because the numbers decide which branch runs. Write y = where(x > 0, x * 2, 0).",
        "      if x > 0:",
        "      ^^^^^^^^^",
        f"{model}:22: “unknown” isn't defined here. Add its def to the same file, or write it with + - * / **.",
        "      return y + np.sinus(x) * unknown(x)",
        "                               ^^^^^^^^^^",
    ]  # fmt: skip


def test_an_error_of_the_graph_is_shown_in_the_file(capsys: pytest.CaptureFixture[str], model: str) -> None:
    assert refused(capsys, "play", "--from-python", f"{model}:loss", "w=2") == [
        f"{model}:12: x has no value. Add x=…",
        "      a = sigmoid(w * x + b)",
        "                      ^",
    ]


def test_the_last_function_is_taken_without_a_name(capsys: pytest.CaptureFixture[str], model: str) -> None:
    assert run_command(["solve", "--from-python", model, "x=1"]) == 2
    assert "model.py:18: An “if”" in capsys.readouterr().err


def test_names_in_python_are_words_and_other_misreadings_are_warned_of(capsys: pytest.CaptureFixture[str]) -> None:
    source = "def f(x, eps=2):\n    y = x * eps\n    return y"
    assert run_command(["solve", source, "x=3", "--no-draw"]) == 0
    assert capsys.readouterr().err == ""
    assert run_command(["solve", source, "x=[3, 4]", "--no-draw"]) == 0
    assert "Line 2: warning: y is not a single number" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["solve", "play"])
def test_a_file_that_cannot_be_read_is_refused(
    command: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, model: str
) -> None:
    def sentence(argument: str) -> str:
        return "\n".join(refused(capsys, command, "--from-python", argument, "x=1"))

    assert "can't be read: No such file or directory." in sentence(str(tmp_path / "none.py"))
    assert "is a folder. Give a Python file, as in model.py:loss." in sentence(str(tmp_path))
    assert "There is no function “other” here. Choose one of: loss, bad." in sentence(f"{model}:other")
    (tmp_path / "latin.py").write_bytes(b"x = 1\n# caf\xe9\n")
    assert "latin.py:2: This text is not in UTF-8." in sentence(str(tmp_path / "latin.py"))
    (tmp_path / "null.py").write_bytes(b"def f(x):\n    return x\0\n")
    assert "null.py:2: There is a null byte here." in sentence(str(tmp_path / "null.py"))
    (tmp_path / "broken.py").write_text("def f(x):\n    return x x\n")
    assert "broken.py:2: Python can't read this" in sentence(str(tmp_path / "broken.py"))
    (tmp_path / "large.py").write_text("# large\n" * 100_000)
    assert "is larger than 512 KiB." in sentence(str(tmp_path / "large.py"))
    (tmp_path / "empty.py").write_text("")
    assert "There is no function here." in sentence(str(tmp_path / "empty.py"))
    assert "can't be" in sentence("x" * 5_000)
    assert "can't be" in sentence("a\nb\x1b[31m.py:f")


def test_a_file_may_have_a_colon_and_a_byte_order_mark(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "a:b").write_text("\ufefff = lambda x: x*x\n", encoding="utf-8")
    for argument in ("a:b", "a:b:f"):
        assert run_command(["solve", "--from-python", str(tmp_path / argument), "x=3"]) == 0
        assert "∂f/∂x = 6" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "gradient"),
    [(PASTED, "∂f/∂x = 64"), ("lambda x, y: x*y + y", "∂z/∂x = 3"), ("g = lambda x, y=3: x*y", "∂g/∂x = 3")],
)
def test_a_pasted_function_is_a_formula(capsys: pytest.CaptureFixture[str], text: str, gradient: str) -> None:
    assert run_command(["solve", text, "x=2", "y=3", "--no-draw"]) == 0
    assert gradient in capsys.readouterr().out


def test_parameters_keep_their_names_where_formulas_have_another_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["solve", "def f(mean, x):\n    return mean * x", "mean=2", "x=3", "--wrt", "mean"]) == 0
    assert "∂f/∂mean_ = 3" in capsys.readouterr().out


def test_errors_in_a_pasted_function_have_their_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert refused(capsys, "solve", PASTED.replace("s += x", "s += what(x)"), "x=2", "y=3") == [
        "Line 3: “what” isn't defined here. Add its def to the same file, or write it with + - * / **.",
        "      s += what(x)",
        "           ^^^^^^^",
    ]
    assert refused(capsys, "solve", "lambda x: x*what(x)", "x=2")[1:] == [
        "  lambda x: x*what(x)",
        "              ^^^^^^^",
    ]


def test_the_plain_playground_reads_a_pasted_function_to_its_end(run_tutor: Run, home: Path) -> None:
    lines = f"{PASTED.replace('return', 'print(s)' + chr(10) + chr(10) + '    return')}\n\nx=2 y=3\nworked\nsave\nback\n:list\nquit\n"
    done = run_tutor("--plain", text=f":playground\n{lines}:quit\n")
    assert "Line 4: print(…) is left out" in done.stdout
    assert "∂f/∂x = 64" in done.stdout
    saved = (home / "packs" / "mine").glob("*formula-1.toml")
    assert 'graph = "s = x * y; s₂ = s + x; f = s₂ * s₂"' in next(saved).read_text(encoding="utf-8")
    assert "1: def f(x, y):     s = x * y" in done.stdout
