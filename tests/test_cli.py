"""The command line in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

SEED = ("solve", "z = (a + b) * c", "a=50", "b=70", "c=2")
X = "X=[[0.1,0.2,0.3],[0.4,0.5,0.6],[0.7,0.8,0.9]]"
W = "W=[[1,2],[3,4],[5,6]]"


def test_solve_json_contains_every_node_and_edge(run_tutor: Run) -> None:
    solved = json.loads(run_tutor(*SEED, "--json").stdout)
    assert solved == {
        "output": "z",
        "value": 240.0,
        "nodes": [
            {"id": "a", "name": "a", "op": None, "value": 50.0, "gradient": 2.0},
            {"id": "b", "name": "b", "op": None, "value": 70.0, "gradient": 2.0},
            {"id": "add1", "op": "add", "value": 120.0, "gradient": 2.0},
            {"id": "c", "name": "c", "op": None, "value": 2.0, "gradient": 120.0},
            {"id": "mul1", "name": "z", "op": "mul", "value": 240.0, "gradient": 1.0},
        ],
        "edges": [
            {"from": "a", "to": "add1", "slot": 0, "upstream": 2.0, "local": 1.0, "gradient": 2.0},
            {"from": "b", "to": "add1", "slot": 1, "upstream": 2.0, "local": 1.0, "gradient": 2.0},
            {"from": "add1", "to": "mul1", "slot": 0, "upstream": 1.0, "local": 2.0, "gradient": 2.0},
            {"from": "c", "to": "mul1", "slot": 1, "upstream": 1.0, "local": 120.0, "gradient": 120.0},
        ],
    }


def test_solve_json_of_matrices_matches_published_values(run_tutor: Run) -> None:
    solved = json.loads(run_tutor("solve", "S = sigmoid(X @ W); f = sum(S)", X, W, "--json").stdout)
    assert solved["value"] == 5.833329393581208
    gradient = next(node["gradient"] for node in solved["nodes"] if node["id"] == "X")
    printed = [
        [1.9788e-01, 4.8555e-01, 7.7323e-01],
        [1.0649e-02, 2.8635e-02, 4.6621e-02],
        [5.9074e-04, 1.6814e-03, 2.7721e-03],
    ]
    assert [[float(f"{cell:.4e}") for cell in row] for row in gradient] == printed
    local = {(edge["from"], edge["to"]): edge["local"] for edge in solved["edges"]}
    assert local["X", "matmul1"] is None
    assert local["S", "sum1"] is None
    assert len(local["matmul1", "S"]) == 3
    assert len(local["matmul1", "S"][0]) == 2


def test_solve_json_puts_constants_in_their_node_and_has_no_minus_zero(run_tutor: Run) -> None:
    solved = json.loads(run_tutor("solve", "z = -x * 2 + 1", "x=0", "--json").stdout)
    by_id = {node["id"]: node for node in solved["nodes"]}
    assert by_id["mul1"]["const"] == 2.0
    assert by_id["add1"]["const"] == 1.0
    assert "-0.0" not in json.dumps(solved)


def test_solve_prints_the_drawing_and_every_gradient(run_tutor: Run) -> None:
    out = run_tutor(*SEED).stdout
    assert "╭───╮" in out
    assert "z = 240" in out
    assert "∂z/∂a = 2" in out
    assert "∂z/∂b = 2" in out
    assert "∂z/∂c = 120" in out


@pytest.mark.parametrize("arguments", [("solve", "-x^2", "x=3"), ("solve", "-(a + b)", "a=-1", "b=2", "--start", "-2")])
def test_a_formula_may_begin_with_a_minus(run_tutor: Run, arguments: tuple[str, ...]) -> None:
    done = run_tutor(*arguments)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("command", ["solve", "play"])
def test_an_unknown_long_option_is_an_error(run_tutor: Run, command: str) -> None:
    done = run_tutor(command, "z = x*y", "x=2", "y=3", "--jsn")
    assert done.returncode == 2
    assert "--jsn" in done.stderr
    assert not done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("solve", "z = (a + b * c", "a=1", "b=2", "c=3"), "This “(” is never closed"),
        (("solve", "z = a * b", "a=1"), "b has no value"),
        (("solve", "z = a * b", "a=1", "b=2", "c=3"), "does not use the input “c”"),
        (("solve", "z = a * b", "a=1", "b=2", "b=3"), "given twice"),
        (("solve", "z = a * b", "a=1", "b"), "name=value"),
        (("solve", "z = a * b", "a=1", "b=2,5"), "Write decimals with a point: 2.5."),
        (("solve", "z = a / b", "a=1", "b=0"), "divides by zero"),
        (("solve", "z = log(a)", "a=-1"), "is not a real number"),
        (("solve", "z = exp(a)", "a=100000"), "too large"),
        (("solve", "z = A @ B", "A=[[1,2]]", "B=[[1,2]]"), "inner sizes 2 and 1 differ"),
        (("solve", "z = a * b", "a=1", "b=[[1,2],[3]]"), "Make all rows the same length"),
        (("solve", "z = a ** 9 ** 9 ** 9", "a=10"), "is not a finite number"),
        (("solve",), "There is no formula. Write one, such as"),
        (("play", "basics/nothing-like-it"), "nothing-like-it"),
        (("play", "nowhere/at-all"), "nowhere"),
        (("play", "basics"), "basics is a pack"),
        (("play", "times"), "There is no exercise “times”. Did you mean basics/times?"),
        (("play", "basics/times", "--start", "3"), "Leave out --start."),
        (("grade", "basics", "--blank", "x", "--answer", "1"), "basics is a pack. Choose one of: basics/"),
        (("sheet", "basic", "--to", "x.html"), "There is no exercise “basic”. Did you mean basics?"),
        (("list", "foo"), "This command doesn't take"),
        (("list", "--lang"), "--lang needs a value"),
        (("play", "x", "--seed", "-1"), "--seed must be a whole number"),
        (("frobnicate",), "no command frobnicate"),
        (("basics/plus",), "Did you mean: backprop-tutor play basics/plus"),
        (("--lang", "xx", "list"), "one of: en, ko"),
        # One way to name an exercise, with one set of sentences.
        *(
            ((command, name, *rest), sentence)
            for command in ("play", "solve", "code")
            for name, rest, sentence in (
                ("basics/times", ("x=3",), "basics/times has its own graph and numbers. Leave out NAME=VALUE."),
                ("basic/two-roads", (), "There is no exercise “basic/two-roads”. Did you mean basics/two-roads?"),
                ("a/b", (), "a, b have no values. Add a=… b=…"),
            )
        ),
    ],
)
def test_an_invalid_command_line_gets_one_sentence(run_tutor: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run_tutor(*arguments)
    assert done.returncode in (1, 2)
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("backprop-tutor: ")
    assert not done.stdout


def test_a_caret_marks_an_error_in_a_formula(run_tutor: Run) -> None:
    lines = run_tutor("solve", "z = a + $", "a=1").stderr.splitlines()
    assert lines[1] == "  z = a + $"
    assert lines[2] == "          ^"


def test_list_prints_every_exercise(run_tutor: Run) -> None:
    out = run_tutor("list").stdout
    for name in ("basics/add-multiply", "basics/two-roads", "matrices/sigma-xw"):
        assert name in out


def test_version_and_help(run_tutor: Run) -> None:
    assert run_tutor("--version").stdout.startswith("backprop-tutor 0.")
    for arguments in (("--help",), ("solve", "--help"), ("play", "--help"), ("list", "--help")):
        assert "Usage" in run_tutor(*arguments).stdout


def test_a_group_without_a_command_lists_its_commands(run_tutor: Run) -> None:
    done = run_tutor("pack")
    assert done.returncode == 2
    assert done.stderr.startswith("Usage: backprop-tutor pack")
    assert "remove" in done.stderr


def test_a_closed_pipe_is_not_an_error(home: object) -> None:
    command = f"{sys.executable} -m tutor list | head -n 1"
    done = subprocess.run(["bash", "-c", command], capture_output=True, encoding="utf-8", timeout=60)
    assert done.stdout
    assert "Error" not in done.stderr
    assert "Traceback" not in done.stderr


def test_option_and_locale_select_korean(run_tutor: Run) -> None:
    for done in (run_tutor("--lang", "ko", "list"), run_tutor("list", LANG="ko_KR.UTF-8")):
        assert any("가" <= character <= "힣" for character in done.stdout)


@pytest.mark.parametrize("closed", ["list <&-", "list >&-", "play basics/times --plain <&-", "list >/dev/full"])
def test_closed_or_full_streams_do_not_crash(closed: str, home: object) -> None:
    done = subprocess.run(
        ["bash", "-c", f"{sys.executable} -m tutor {closed}"], capture_output=True, encoding="utf-8", timeout=60
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "Exception" not in done.stderr, done.stderr


def test_with_a_symbolic_start_gradients_are_of_the_final_output(run_tutor: Run) -> None:
    assert "∂L/∂x = 15" in run_tutor("solve", "z = x * y", "x=2", "y=3", "--start", "5").stdout
    named = run_tutor("solve", "loss = L * J * E", "L=1", "J=2", "E=3", "--start", "2")
    assert named.returncode == 0, named.stderr


def test_errors_are_readable_in_a_locale_of_ascii(run_tutor: Run) -> None:
    process = run_tutor("list", "nosuch", PYTHONIOENCODING="ascii")
    assert process.stderr == "backprop-tutor: This command doesn't take “nosuch”. See backprop-tutor --help.\n"
