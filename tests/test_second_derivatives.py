"""`--hessian` and `--gradient`: second derivatives on the command line and in plain mode."""

from __future__ import annotations

import ast
import json
import re
from typing import TYPE_CHECKING

import pytest
from rich.cells import cell_len

from tutor.cli import run

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

PRODUCT = ("f = x^2*y", "x=3", "y=2")
HANGUL = re.compile("[가-힣]")


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    assert run([*arguments]) == 0
    out = capsys.readouterr()
    assert not out.err
    return out.out.splitlines()


def error_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert run([*arguments]) == 2
    out = capsys.readouterr()
    assert not out.out
    return out.err


def hessian_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> list[str]:
    """Return the lines below the table of edges and first derivatives."""
    lines = output_of(capsys, "solve", *arguments, "--no-draw")
    return lines[next(i for i, line in enumerate(lines) if "Hess" in line or "헤세" in line) :]


def test_the_hessian_is_a_table_with_a_derivation_of_each_row(capsys: pytest.CaptureFixture[str]) -> None:
    assert hessian_of(capsys, *PRODUCT, "--hessian", "x,y") == [
        "Hessian of f: row x, column y is ∂f_x/∂y, the derivative of f_x = ∂f/∂x with respect to y.",
        "",
        "     x  y",
        "  x  4  6",
        "  y  6  0",
        "",
        "f_x = ∂f/∂x = 2·y·x = 12",
        "  ∂f_x/∂x = 2·y = 4",
        "  ∂f_x/∂y = 2·x = 6",
        "f_y = ∂f/∂y = x² = 9",
        "  ∂f_y/∂x = 2·x = 6",
        "  ∂f_y/∂y = 0",
        "",
        "The matrix is symmetric: the order of the two derivatives doesn't matter.",
    ]


def test_entries_are_exact_if_the_inputs_are(capsys: pytest.CaptureFixture[str]) -> None:
    lines = hessian_of(capsys, "z = x*exp(y) + log(x)", "x=3", "y=2", "--hessian", "y,x")
    assert lines[2:5] == ["     y    x", "  y  3e²  e²", "  x  e²   −1/9"]
    assert "  ∂z_x/∂x = −1/x² = −1/9 ≈ −0.1111" in lines


def test_symbols_give_formulas(capsys: pytest.CaptureFixture[str]) -> None:
    lines = hessian_of(capsys, "f = x^2*sin(y)", "--symbols", "x,y", "--hessian", "x,y")
    assert [line.split("  ")[-1] for line in lines[3:5]] == ["2·x·cos(y)", "−x²·sin(y)"]


def test_a_kink_is_mentioned_only_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    note = "The input of relu(x) is exactly at a kink, where its derivative jumps, so it has no second derivative."
    assert hessian_of(capsys, "f = relu(x)*x", "x=0", "--hessian", "x")[-1].startswith(note)
    assert not any("kink" in line for line in hessian_of(capsys, "f = relu(x)*x", "x=1", "--hessian", "x"))


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("ascii", [[], ["--ascii"]])
def test_wide_tables_are_split_into_blocks(capsys: pytest.CaptureFixture[str], language: str, ascii: list[str]) -> None:
    names = [f"weight_{n}" for n in range(1, 8)]
    formula = f"f = {' * '.join(f'exp({name}/7)' for name in names)}"
    lines = hessian_of(
        capsys, formula, *(f"{name}={n}.123" for n, name in enumerate(names, 1)), "--hessian", ",".join(names),
        "--width", "80", "--lang", language, *ascii,
    )  # fmt: skip
    heads = [line.split() for line in lines if set(line.split()) <= set(names) and line]
    assert len(heads) > 1
    assert [name for head in heads for name in head] == names
    assert all(cell_len(line) <= 80 for line in lines[2 : lines.index("", 3)])
    assert not ascii or all(line.isascii() for line in lines if not HANGUL.search(line))


def test_json_has_the_hessian_only_on_request(capsys: pytest.CaptureFixture[str]) -> None:
    plain = json.loads("\n".join(output_of(capsys, "solve", *PRODUCT, "--json")))
    data = json.loads("\n".join(output_of(capsys, "solve", *PRODUCT, "--json", "--hessian", "y,x")))
    found = data.pop("hessian")
    assert data == plain
    assert found["names"] == ["y", "x"]
    assert found["values"] == [[0, 6], [6, 4]]
    assert found["rows"][1]["gradient"] == {"name": "f_x", "closed": "2*y*x", "graph": "f_x = 2*y*x", "value": 12}
    assert found["rows"][1]["entries"] == [{"value": 6, "closed": "2*x"}, {"value": 4, "closed": "2*y"}]
    assert found["kinks"] == []
    exact = json.loads(
        "\n".join(output_of(capsys, "solve", "f = exp(x)*y/3", "x=1", "y=2", "--json", "--hessian", "y,x"))
    )
    assert exact["hessian"]["rows"][0]["entries"][1]["exact"] == {"value": "e/3"}


def test_the_pytorch_program_differentiates_twice(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output_of(capsys, "solve", "f = x^2*y*w", "x=3", "y=2", "w=1", "--hessian", "y,x", "--torch")
    ast.parse("\n".join(lines))
    assert "hessian = torch.autograd.functional.hessian(function, (y, x))" in lines
    assert "def function(y, x):" in lines


def test_the_graph_of_a_gradient_is_solved_like_any_graph(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output_of(capsys, "solve", *PRODUCT, "--gradient", "x")
    assert lines[0] == "f_x = 2*y*x    y = 2, x = 3"
    assert {"f_x = 12", "∂f_x/∂y = 6", "∂f_x/∂x = 4"} <= set(lines)
    again = output_of(capsys, "solve", "f_x = 2*y*x", "y=2", "x=3")
    assert again == lines
    for form, text in (("--numpy", "grad"), ("--torch", "f_x.backward()"), ("--latex", "f_{x}")):
        assert text in "\n".join(output_of(capsys, "solve", *PRODUCT, "--gradient", "x", form))
    check = output_of(capsys, "solve", *PRODUCT, "--gradient", "x", "--check", "1e-4", "--no-draw")
    assert any(line.startswith("The gradients agree") for line in check)
    third = hessian_of(capsys, "f = x^3", "x=2", "--gradient", "x", "--hessian", "x")
    assert third[3].split() == ["x", "6"]


def test_the_graph_of_a_gradient_says_on_which_side_of_a_kink_it_holds(capsys: pytest.CaptureFixture[str]) -> None:
    lines = output_of(capsys, "solve", "f = relu(x)*x^2", "x=2", "--gradient", "x")
    assert lines[-1].startswith("relu(x) has a kink.")
    assert lines[0].startswith("v1 = x^2; f_x = v1 + 2*relu(x)*x") or "f_x" in lines[0]
    lines = output_of(capsys, "solve", "f = relu(x)*x^2", "x=0", "--gradient", "x")
    assert lines[-1].startswith("relu(x) is exactly at its kink")


def test_the_graph_of_a_gradient_is_an_exercise(run_tutor: Run) -> None:
    done = run_tutor("play", *PRODUCT, "--gradient", "x", "--plain", text="3\n9\n4\n6\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "This graph computes f_x = ∂f/∂x of f = x^2*y" in done.stdout.replace("`", "")
    assert "Solved." in done.stdout


def test_the_plain_playground_turns_a_formula_into_its_gradient(run_tutor: Run) -> None:
    lines = ["playground", "f = x^2*y + 1", "x=3 y=1/2", "gradient w", "gradient y", "worked", "gradient", "gradient"]
    done = run_tutor("--plain", text="\n".join([*lines, "quit"]) + "\n")
    for text in (
        "“w” is not an input of this formula. Its inputs are x, y.",
        "f_y = x^2   x=3",
        "∂f_y/∂x = 6",
        "f_yx = 2*x   x=3",
        "∂f_yx/∂x is 2 for all inputs",
    ):
        assert text in done.stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((*PRODUCT, "--hessian", "x,z"), "“z” is not an input of this formula. Its inputs are x, y."),
        ((*PRODUCT, "--hessian", "x,z", "--torch"), "“z” is not an input of this formula. Its inputs are x, y."),
        ((*PRODUCT, "--hessian", "x,y,x"), "“x” is listed twice. Remove one."),
        ((*PRODUCT, "--hessian", ""), "is not a list of inputs"),
        ((*PRODUCT, "--hessian", "x,,y"), "is not a list of inputs"),
        ((*PRODUCT, "--hessian", "x", "--latex"), "Use --gradient x --latex for the graph of one row."),
        ((*PRODUCT, "--hessian", "x", "--check", "1e-3"), "Use --gradient x --check for the graph of one row."),
        ((*PRODUCT, "--hessian", "x", "--start", "2"), "Leave out --start."),
        ((*PRODUCT, "--hessian", "x", "--start", "dL/df"), "Leave out --start."),
        (("f = sum(X)*y", "X=[[1,2]]", "y=2", "--hessian", "y"), "there is a matrix at X. Write each entry"),
        (("f = sum(X)*y", "X=[[1,2]]", "y=2", "--gradient", "y"), "there is a matrix at X. Write each entry"),
        (("f = sum([1, 2]*y)", "y=2", "--hessian", "y"), "there is a matrix at"),
        (("f = x^1.5", "x=0", "--hessian", "x"), "has no derivative for these inputs"),
        (("f = abs(x)", "--symbols", "x", "--hessian", "x"), "Give every input a value instead of a symbol."),
        ((*PRODUCT, "--gradient", "z"), "“z” is not an input of this formula. Its inputs are x, y."),
        ((*PRODUCT, "--gradient", "x,y"), "--gradient takes one input"),
        ((*PRODUCT, "--gradient", "y", "--wrt", "y"), "“y” is not an input of this formula. Its inputs are x."),
        (("f = x + y", "x=3", "y=2", "--gradient", "x"), "∂f/∂x is 1 for all inputs"),
        (("f = x*y", "x=3", "y=2", "--gradient", "x"), "∂f/∂x is y for all inputs"),
        (("f = " + "*".join(f"x{n}" for n in range(13)), *(f"x{n}=1" for n in range(13)),
          "--hessian", ",".join(f"x{n}" for n in range(13))), "at most 12 rows, but you listed 13"),
    ],
)  # fmt: skip
def test_what_is_refused_is_one_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    assert sentence in error_of(capsys, "solve", *arguments)
    assert HANGUL.search(error_of(capsys, "solve", *arguments, "--lang", "ko"))


@pytest.mark.parametrize("target", [(), ("no/such/file.toml",)])
def test_gradient_needs_a_formula(capsys: pytest.CaptureFixture[str], target: tuple[str, ...]) -> None:
    assert "--gradient needs a formula" in error_of(capsys, "play", *target, "--gradient", "x")
