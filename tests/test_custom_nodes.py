"""Custom nodes on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

SWISH = "swish(x) = x*sigmoid(x)"


def test_solve_draws_a_custom_node_and_prints_its_gradients(run_tutor: Run) -> None:
    done = run_tutor("solve", "y = swish(w * x)", "w=log(3)", "x=2", "--node", SWISH, "--start", "3")
    assert (done.returncode, done.stderr) == (0, "")
    assert "│ swish ├" in done.stdout
    assert "(w·x) → swish" in done.stdout


def test_solve_json_contains_a_custom_node(run_tutor: Run) -> None:
    done = run_tutor("solve", "y = leaky(x, 0.1) * gate(2)", "x=-5", "--json",
                     "--node", "leaky(x, a) = max(x, a*x)", "--node", "gate(x) = leaky(x - 3, 1/2) * 4")  # fmt: skip
    solved = json.loads(done.stdout)
    nodes = {node["id"]: (node["op"], node["value"], node["gradient"]) for node in solved["nodes"]}
    assert nodes == {"x": (None, -5.0, -0.2), "leaky1": ("leaky", -0.5, -2.0), "mul1": ("mul", 1.0, 1.0)}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["y = f(x)", "x=2", "--node", "f(x) = x * (2"],
         "backprop-tutor: This “(” is never closed. Add a “)”.\n  f(x) = x * (2\n             ^\n"),
        (["y = f(x)", "x=2", "--node", "f(x) = x^2", "--node", "f(x) = x^3"],
         "backprop-tutor: “f” is defined twice. Give the second value another name.\n  f(x) = x^3\n  ^\n"),
        (["y = f(x)", "x=2", "--node", "f(x) = g(x)", "--node", "g(x) = x^3"],
         "backprop-tutor: “g” is defined later. Move its definition before this one.\n"
         "  f(x) = g(x)\n         ^\n"),
        (["y = 2 * f(x, 3)", "x=2", "--node", "f(x) = x^2"],
         "backprop-tutor: f takes one value: write f(a).\n  y = 2 * f(x, 3)\n          ^\n"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["solve", "play"])
def test_a_caret_marks_an_error_in_a_definition(
    run_tutor: Run, command: str, arguments: list[str], problem: str
) -> None:
    done = run_tutor(command, *arguments)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", problem)


def test_play_asks_for_the_blanks_around_a_custom_node(run_tutor: Run) -> None:
    slope = "sigmoid(x) + x*sigmoid(x)*(1 - sigmoid(x))"
    done = run_tutor("play", "y = swish(x) * 2", "x=3", "--node", SWISH, "--start", "5", "--plain",
                     text="\n".join(["10", "?", "10*sigmoid(3)", f"up * ({slope})"]) + "\n")  # fmt: skip
    assert done.returncode == 0
    assert "swish takes x and outputs swish(x) = 2.858" in done.stdout
    assert "swish computes p·σ(p), and this input is p. In how many places does p appear there?" in done.stdout
    assert "That came back along one path through swish, " in done.stdout
    assert "Hints used: 1\n" in done.stdout
    assert "∂L/∂x = 10.88" in done.stdout
    assert "path left out (1)" in done.stdout


def test_play_explains_a_custom_node_in_korean(run_tutor: Run) -> None:
    done = run_tutor(
        "play", "y = swish(x) * 2", "x=3", "--node", SWISH, "--plain", "--lang", "ko", text="2\n?\n:quit\n"
    )
    assert "swish 노드는 p·σ(p) 전체를 나타내고, 이 입력은 그 안의 p 자리입니다." in done.stdout


def test_node_definitions_are_refused_for_an_exercise(run_tutor: Run) -> None:
    done = run_tutor("play", "basics/plus", "--node", SWISH)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "backprop-tutor: basics/plus has its own graph and numbers. Leave out --node.\n"


def test_a_folded_exercise_can_be_played_in_plain_mode(run_tutor: Run, tmp_path: Path) -> None:
    pack = tmp_path / "mine"
    pack.mkdir()
    (pack / "pack.toml").write_text("format = 1\n", encoding="utf-8")
    (pack / "ex.toml").write_text(
        'graph = "y = 1 / (1 + exp(-x))"\nstart = 2\n[inputs]\nx = "log(4)"\n'
        '[fold]\nsig = ["neg1", "exp1", "add1", "inv1"]\n',
        encoding="utf-8",
    )
    done = run_tutor("play", str(pack / "ex.toml"), "--plain", text="-1.28\n:graph\nup * y * (1 - y)\n")
    assert done.returncode == 0
    assert "That goes back through the last step of sig only" in done.stdout
    assert "│ sig ├" in done.stdout
    assert "∂L/∂x = 0.32" in done.stdout
