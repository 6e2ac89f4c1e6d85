"""`backprop-tutor solve`: values, formulas, options and their errors."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

HANGUL = re.compile("[가-힣]")
SIGMOID_XW = "S = sigmoid(X @ W); f = sum(S)"


def lines(out: str) -> list[str]:
    return [line.strip() for line in out.splitlines()]


def solve_json(run_tutor: Run, *arguments: str) -> str:
    done = run_tutor("solve", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("z = exp(x) * y", "x=2", "y=3"), "∂z/∂x = 3e² ≈ 22.17"),
        (("z = x*(1/y) + y", "x=4", "y=3"), "∂z/∂x = 1/3 ≈ 0.3333"),
        (("z = x*(1/y) + y", "x=4", "y=2"), "∂z/∂x = 0.5"),
        (("y = 1/x", "x=-2"), "∂y/∂x = −0.25"),
        (("y = 3*sqrt(x)", "x=2"), "y = 3·sqrt(2) ≈ 4.243"),
        (("y = sigmoid(x)", "x=2"), "∂y/∂x = σ(2)·(1 − σ(2)) ≈ 0.1050"),
        (("y = sigmoid(x)", "x=log(3)"), "∂y/∂x = 0.1875"),
        (("f = mean(X)", "X=[[1,2,3]]"), "∂f/∂X = [[1/3, 1/3, 1/3]] ≈ [[0.3333, 0.3333, 0.3333]]"),
        # Long values are shown in decimals only.
        (("y = sigmoid(sin(x)*x + 0.1)", "x=2"), "y = 0.8720"),
        # −0 is shown as 0.
        (("y = -x", "x=0"), "y = 0"),
        (("y = x * z", "x=0", "z=-3"), "y = 0"),
        (("z = x*y", "x=2", "y=3", "--start", "dL/dz"), "∂L/∂x = 3·∂L/∂z"),
        (("z = x*y", "x=2", "y=3", "--start", "∂L/∂z"), "∂L/∂y = 2·∂L/∂z"),
        (("y = exp(x)", "x=2", "--start", "dE/dy"), "∂E/∂x = e²·∂E/∂y ≈ 7.389·∂E/∂y"),
        (("f = sum(X @ W)", "X=[[1,2]]", "W=[[3],[4]]", "--start", "dL/df"),
         "∂L/∂X = ∂L/∂f·Wᵀ = [[3, 4]]·∂L/∂f"),
        (("Z = X @ W", "X=[[1,2]]", "W=[[3],[4]]", "--start", "dL/dZ"), "∂L/∂X = ∂L/∂Z @ Wᵀ"),
        (("y = 1/x", "--symbols", "x:nonzero"), "∂y/∂x = −y² = −1/x²"),
        (("y = x^2 * a", "a=3", "--symbols", "x"), "∂y/∂x = 6·x"),
        (("y = abs(x) + sqrt(x^2)", "--symbols", "x:positive"), "∂y/∂x = 2"),
        ((SIGMOID_XW, "--symbols", "X:3x3", "--symbols", "W:3x2"),
         "∂f/∂X = (S·(1 − S)) @ Wᵀ = (σ(X @ W)·(1 − σ(X @ W))) @ Wᵀ"),
        (("y = swish(x)", "--symbols", "x", "--node", "swish(x) = x*sigmoid(x)"), "y = x·σ(x)"),
    ],
)  # fmt: skip
def test_results_are_formatted_as_people_write_them(run_tutor: Run, arguments: tuple[str, ...], line: str) -> None:
    assert line in lines(solve_json(run_tutor, *arguments))


def test_the_table_has_exact_values_with_decimals_beside_them(run_tutor: Run) -> None:
    out = lines(solve_json(run_tutor, "z = exp(x) * y", "x=2", "y=3", "--no-draw"))
    assert "x → exp     3 × e² = 3e² ≈ 22.17" in out
    assert "(e^x) → ×   1 × 3  = 3" in out


def test_symbols_are_shown_with_their_domains(run_tutor: Run) -> None:
    out = solve_json(run_tutor, "y = x*z + sum(X)*n", "--symbols", "x:positive,z,n:nonzero,X:2x3:positive")
    assert out.splitlines()[0].endswith("    x > 0, z, X > 0: 2×3, n ≠ 0")


def test_wrt_omits_other_gradients(run_tutor: Run) -> None:
    out = solve_json(run_tutor, "z = (a + b) * c", "a=50", "b=70", "c=2", "--wrt", "c, b")
    assert "∂z/∂c = 120" in out
    assert "∂z/∂b = 2" in out
    assert "∂z/∂a" not in out
    assert "a → +" not in out
    # A node without a derivative is allowed if its gradient is not needed.
    assert "∂z/∂x = −4" in solve_json(run_tutor, "z = x^n", "x=-2", "n=2", "--wrt", "x")


def test_the_drawing_is_shown_if_it_fits_or_on_request(run_tutor: Run) -> None:
    formula = ("z = (a + b) * c", "a=50", "b=70", "c=2")
    assert "╭" in solve_json(run_tutor, *formula, "--width", "60")
    assert "╭" not in solve_json(run_tutor, *formula, "--width", "30")
    assert "╭" in solve_json(run_tutor, *formula, "--width", "30", "--draw")
    assert "╭" not in solve_json(run_tutor, *formula, "--no-draw")


LONG = "p = sigmoid(w1*x + b1); q = tanh(w2*p + b2); L = (q - t)^2 / (1 + exp(-q))"


def test_matrices_are_drawn_as_shapes_if_their_numbers_are_too_wide(run_tutor: Run) -> None:
    formula = ("L = sum(sigmoid(X @ W))", "X=[[0.125, 0.25], [0.375, 0.5]]", "W=[[0.1, 0.2], [0.3, 0.4]]")
    wide, narrow = (run_tutor("solve", *formula, "--width", width).stdout for width in ("120", "60"))
    assert "[0.125 0.25]" in wide
    assert "2×2   ╭───╮" in narrow
    assert "[0.125 0.25]" not in narrow


@pytest.mark.parametrize("width", [40, 72, 120, 200])
@pytest.mark.parametrize("ascii", [False, True])
def test_output_keeps_to_the_width_and_breaks_formulas_at_signs(run_tutor: Run, width: int, ascii: bool) -> None:
    options = ["--width", str(width), *(["--ascii"] if ascii else [])]
    numbers = ("w1=0.3", "x=0.7", "b1=0.11", "w2=-1.3", "b2=0.9", "t=0.25")
    out = solve_json(run_tutor, LONG, *numbers, *options)
    assert all(cell_len(line) <= width for line in out.splitlines()[2:])
    results = solve_json(run_tutor, LONG, "--symbols", "w1,x,b1,w2,b2,t", *options)
    for line in results.splitlines()[2:]:
        # A line is too long only if it has no sign outside of brackets at which it could be broken.
        inside = line
        while "(" in inside:
            inside = re.sub(r"\([^()]*\)", "", inside)
        assert cell_len(line) <= width or not re.search(r"\S.* [=+−-] ", inside.replace("= ", "", 1)), line
    assert not ascii or (out + results).isascii()


def test_ascii_powers_can_be_parsed_again(run_tutor: Run) -> None:
    out = solve_json(run_tutor, "y = 3*exp(x)*pi", "x=2", "--ascii")
    assert "dy/dx = 3e^2*pi ~ 69.64" in out
    assert "dy/dx = -y^2 = -1/x^2" in solve_json(run_tutor, "y = 1/x", "--symbols", "x", "--ascii")
    assert "df/dX = 2*X" in solve_json(run_tutor, "f = sum(X^2)", "--symbols", "X:2x2", "--ascii")


def test_solve_in_korean(run_tutor: Run) -> None:
    done = run_tutor("solve", "z = x*y", "x=2", "--symbols", "y", "--lang", "ko")
    assert "시작값" in done.stdout
    assert "∂z/∂x = y" in done.stdout
    for arguments in (("--start", "dL/dy"), ("--symbols", "y:odd"), ("--wrt", "k"), ("--json", "--latex")):
        refused = run_tutor("solve", "z = x*y", "x=2", "y=3", *arguments, "--lang", "ko")
        assert refused.returncode == 2, refused.stderr
        assert HANGUL.search(refused.stderr), refused.stderr


def test_json_has_short_exact_values_beside_floats(run_tutor: Run) -> None:
    data = json.loads(solve_json(run_tutor, "z = exp(x) * y", "x=2", "y=3", "--json"))
    nodes = {node["id"]: node for node in data["nodes"]}
    assert nodes["x"]["gradient"] == pytest.approx(22.16716829679195)
    assert nodes["x"]["exact"] == {"gradient": "3*e^2"}
    assert data["exact"] == {"value": "3*e^2"}
    assert nodes["mul1"]["exact"] == {"value": "3*e^2"}
    edges = {(edge["from"], edge["to"]): edge for edge in data["edges"]}
    assert edges["x", "exp1"]["exact"] == {"local": "e^2", "gradient": "3*e^2"}
    assert "exact" not in edges["exp1", "mul1"]
    thirds = json.loads(solve_json(run_tutor, "f = mean(X)", "X=[[1,2,3]]", "--json"))
    assert thirds["nodes"][0]["exact"] == {"gradient": [["1/3", "1/3", "1/3"]]}


def test_json_contains_the_axis_and_null_for_omitted_gradients(run_tutor: Run) -> None:
    data = json.loads(
        solve_json(run_tutor, "f = sum(sum(X, 0) * b)", "X=[[1,2],[3,4]]", "b=-0", "--wrt", "b", "--json")
    )
    by_id = {node["id"]: node for node in data["nodes"]}
    assert (by_id["sum1"]["op"], by_id["sum1"]["axis"]) == ("sum", 0)
    assert "axis" not in by_id["sum2"]
    assert by_id["X"]["gradient"] is None
    assert by_id["b"]["gradient"] == 10
    edges = {(edge["from"], edge["to"]): edge for edge in data["edges"]}
    assert edges["X", "sum1"]["gradient"] is None
    assert edges["X", "sum1"]["upstream"] is None
    assert "-0.0" not in json.dumps(data)


def test_json_of_symbols_contains_formulas(run_tutor: Run) -> None:
    data = json.loads(solve_json(run_tutor, "y = 1/x", "--symbols", "x:nonzero", "--start", "dL/dy", "--json"))
    (x, y), (edge,) = data["nodes"], data["edges"]
    assert (x["value"], x["gradient"], x["closed"]) == ("x", "-dL/dy*y^2", "-dL/dy/x^2")
    assert (y["value"], y["gradient"], edge["local"]) == ("1/x", "dL/dy", "-y^2")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--json", "--torch"), "--torch, --json can't be combined. Choose one of them."),
        (("--numpy", "--check", "1e-4"), "--numpy, --check can't be combined. Choose one of them."),
        (("--start", "dL/dy"), "The start dL/dy does not match the output, which is z. Write dL/dz."),
        (("--start", "dx/dz"), "The start dx/dz can't be used because x is already in the formula."),
        (("--start", "dL"), "“dL” can't be used as the start. Write a value, or a symbol such as dL/dz."),
        (("--start", "[[1,2]]"), "The start has the shape 1×2, but the output has the shape 1."),
        (("--symbols", "x"), "x has a value and is also listed as a symbol. Remove one of the two."),
        (("--symbols", "q"), "The formula does not use the input “q”."),
        (("--symbols", "q,q"), "Symbol q is given twice. Remove one of the two."),
        (("--symbols", "q:odd"), "Symbol q can't be “odd”. It can be real, nonzero, positive,"),
        (("--symbols", "q:0x3"), "The shape of symbol q can't be used. A matrix can have 1 to 10000 entries."),
        (("--symbols", "2q"), "“2q” is not a symbol. Write names such as x, x:positive or X:2x3."),
        (("--wrt", "q"), "“q” is not an input of this formula. Its inputs are x, y."),
        (("--wrt", ","), "“,” is not a list of inputs. Write their names, as in a,b."),
        (("--width", "10"), "--width must be a whole number of at least 20."),
        (("--check", "0"), "as in --check 1e-4"),
        (("--node", "f(x) = x*"), "The text ends too early"),
    ],
)
def test_an_invalid_option_gets_one_sentence(run_tutor: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run_tutor("solve", "z = x*y", "x=2", "y=3", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert not done.stdout
    assert done.stderr.startswith("backprop-tutor: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("form", ["--torch", "--numpy"])
def test_programs_need_numbers(run_tutor: Run, form: str) -> None:
    done = run_tutor("solve", "z = x*y", "x=2", "--symbols", "y", form)
    assert done.returncode == 2
    assert "y is a symbol" in done.stderr


def test_a_gradient_check_needs_numbers(run_tutor: Run) -> None:
    done = run_tutor("solve", "z = x*y", "x=2", "--symbols", "y", "--check", "1e-4")
    assert done.returncode == 2
    assert "A numerical check needs numbers" in done.stderr


def test_programs_and_gradient_checks_of_numbers(run_tutor: Run) -> None:
    formula = ("z = x*y", "x=2", "y=3")
    assert "import torch" in solve_json(run_tutor, *formula, "--torch")
    assert "import numpy" in solve_json(run_tutor, *formula, "--numpy")
    assert r"\partial" in solve_json(run_tutor, *formula, "--latex")
    checked = solve_json(run_tutor, *formula, "--check", "1e-4", "--no-draw")
    assert checked.startswith("z = x*y")
    assert "∂z/∂x = 3" in checked
    assert "1e−12" in checked


def test_an_exercise_with_a_symbolic_start_can_be_played(run_tutor: Run) -> None:
    play = ("play", "z = x*y", "x=2", "y=3", "--start", "dL/dz", "--plain")
    done = run_tutor(*play, text="3 dL/dz\n2*dL/dz\n")
    assert done.returncode == 0
    assert "∂L/∂x = 3·∂L/∂z" in done.stdout
    refused = run_tutor("play", "Z = X*X", "X=[[1,2]]", "--start", "dL/dZ", "--plain")
    assert refused.returncode == 2
    assert "would be a matrix of symbols" in refused.stderr


def test_a_long_formula_can_be_solved(run_tutor: Run) -> None:
    text = "; ".join(["t0 = x + y", *(f"t{i} = t{i - 1} * (t{i - 1} + y)" for i in range(1, 30))])
    out = solve_json(run_tutor, text, "--symbols", "x,y", "--width", "100")
    assert "t1 = t0·(t0 + y)" in out
    assert len(out) < 60_000


def test_options_are_completed_in_a_shell(run_tutor: Run) -> None:
    words = {"COMP_WORDS": "backprop-tutor solve --st", "COMP_CWORD": "2"}
    done = run_tutor(_BACKPROP_TUTOR_COMPLETE="bash_complete", **words)
    assert done.stdout.split() == ["plain,--start"]


def test_symbolic_matrices_have_sizes_with_names(run_tutor: Run) -> None:
    out = solve_json(run_tutor, "Y = X @ W + b", "--symbols", "X:nx3,W:3xm,b:1xm", "--start", "dL/dY")
    assert "X: n×3, W: 3×m, b: 1×m" in out
    assert {"∂L/∂W = Xᵀ @ ∂L/∂Y", "∂L/∂b = sum(∂L/∂Y, 0)"} <= set(lines(out))


def test_one_hot_targets_give_prediction_minus_truth(run_tutor: Run) -> None:
    graph, symbols = "p = softmax(z); L = cross_entropy(p, y)", "z:nxk,y:nxk:one-hot"
    out = solve_json(run_tutor, graph, "--symbols", symbols, "--wrt", "z")
    assert "∂L/∂z = (p − y)/n = (softmax(z) − y)/n" in lines(out)
    formulas = json.loads(solve_json(run_tutor, graph, "--symbols", symbols, "--wrt", "z", "--json"))
    assert next(node["gradient"] for node in formulas["nodes"]) == "(p - y)/n"


@pytest.mark.parametrize(
    ("symbols", "problem"),
    [
        ("X:nx3,W:2xm", "n×3 @ 2×m doesn't fit: the inner sizes 3 and 2 differ."),
        ("X:Wx3,W:3xm", "“W” can't be the name of a size"),
        ("X:one-hot,W:3xm", "Give symbol X a shape, as in X:nx3:one-hot."),
        ("X:nx0,W:3xm", "The shape of symbol X can't be used."),
    ],
)
def test_sizes_that_can_not_be_used_are_refused(run_tutor: Run, symbols: str, problem: str) -> None:
    done = run_tutor("solve", "Y = X @ W", "--symbols", symbols)
    assert done.returncode == 2
    assert problem in done.stderr


def test_a_file_may_begin_with_a_minus_and_one_alone_is_standard_output(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    formula = ("solve", "z = -x*y", "x=1", "y=2", "--svg", "--to")
    assert run_tutor(*formula, "-").stdout.startswith("<svg")
    done = run_tutor(*formula, "-x.svg")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "-x.svg").read_text().startswith("<svg")
    assert run_tutor("sheet", "basics/plus", "--to", "-").stdout.startswith("#")
    assert [path.name for path in tmp_path.iterdir()] == ["-x.svg"]
