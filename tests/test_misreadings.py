"""Formulas that may not be meant as they are read: a warning with the form that says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

MISREAD = [
    # formula and values, words of the warning, what the carets mark
    (("J = 3(a+bc)", "a=5", "bc=6"), ("“bc” is read as one input", "write b*c"), "bc"),
    (("z = wx + b", "wx=5", "b=6"), ("write w*x",), "wx"),
    (("m = max(X, 1); f = sum(X - m)", "X=[[3,5],[7,4]]"), ("compares each entry with 1", "axis=1"), "max"),
    (("Y = X @ W", "X=[[1,2]]", "W=[[1],[2]]"), ("the sum of its entries", "sum(Y)", "dL/dY"), "Y"),
    (("L = cross_entropy(A, T)", "A=[[1,2]]", "T=[[0,1]]"), ("cross_entropy(softmax(A), …)",), "cross_entropy"),
    (("f = sum(A B)", "A=[[1,2],[3,4]]", "B=[[1,2],[3,4]]"), ("cell by cell", "write A @ B."), "B"),
    (("f = sum(w x)", "w=[1,2]", "x=[3,4]"), ("cell by cell", "write w @ x."), "x"),
    (("f = sum(softmax(X) * X)", "X=[[1],[2]]"), ("Each row has only one entry", "axis=0"), "softmax"),
]


@pytest.mark.parametrize(("arguments", "words", "marked"), MISREAD, ids=[row[0][0] for row in MISREAD])
def test_solve_warns_on_standard_error_and_goes_on(
    arguments: tuple[str, ...], words: tuple[str, ...], marked: str, run_tutor: Run
) -> None:
    solved = run_tutor("solve", *arguments, "--json")
    assert solved.returncode == 0
    assert solved.stdout.startswith("{")
    sentence, formula, carets = solved.stderr.splitlines()
    assert "warning:" in sentence
    assert all(word in sentence for word in words)
    assert formula[carets.index("^") :].startswith(marked)
    assert carets.count("^") == len(marked)


@pytest.mark.parametrize("dot", ["·", r"\cdot "])
def test_a_dot_between_vectors_is_told_from_their_dot_product(dot: str, run_tutor: Run) -> None:
    solved = run_tutor("solve", f"L = sum(sigmoid(w{dot}x))", "w=[1,2]", "x=[3,4]")
    assert "For the dot product of two vectors, write w @ x." in solved.stderr
    quiet = run_tutor("solve", "L = sum(w * x)", "w=[1,2]", "x=[3,4]")
    assert (quiet.returncode, quiet.stderr) == (0, "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("z = lr * w", "lr=0.5", "w=3"),
        ("f = sum(max(X, 0))", "X=[[3,5],[7,4]]"),
        ("z = max(x, 1)", "x=3"),
        ("L = cross_entropy(softmax(A), T)", "A=[[1,2]]", "T=[[0,1]]"),
        ("price = apples + tax", "apples=3", "tax=1"),
        ("Y = X @ W", "X=[[1,2]]", "W=[[1],[2]]", "--start", "dL/dY"),
    ],
)
def test_usual_formulas_get_no_warning(arguments: tuple[str, ...], run_tutor: Run) -> None:
    solved = run_tutor("solve", *arguments)
    assert (solved.returncode, solved.stderr) == (0, "")


def test_check_warns_with_file_and_line(tmp_path: Path, run_tutor: Run) -> None:
    file = tmp_path / "joined.toml"
    file.write_text('title = { en = "A product", ko = "곱" }\ngraph = "z = a + bc"\n[inputs]\na = 5\nbc = 3\n')
    checked = run_tutor("check", str(file))
    assert f"{file}:2: warning: graph: “bc” is read as one input." in checked.stdout + checked.stderr


@pytest.mark.parametrize("text", ["S = Q @ K^T; f = sum(S)", "S = Q @ K'; f = sum(S)", "S = Q @ K.T; f = sum(S)"])
def test_a_transpose_is_read_in_each_of_its_spellings(text: str, run_tutor: Run) -> None:
    solved = run_tutor("solve", text, "Q=[[1,2],[3,4]]", "K=[[1,0],[2,5]]", "--no-draw")
    assert (solved.returncode, solved.stderr) == (0, "")
    assert "∂f/∂Q = [[3, 5], [3, 5]]" in solved.stdout


def test_letters_with_values_of_their_own_are_no_joined_name(run_tutor: Run) -> None:
    refused = run_tutor("solve", "J = 3(a+bc)", "a=5", "b=3", "c=2")
    assert refused.returncode == 2
    assert "“bc” is read as one input. For a product write b*c." in refused.stderr


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("-0.5*(x - m).T @ inv(S) @ (x - m)", "−0.75"),
        ("-0.5*(x - m)^T @ inv(S) @ (x - m)", "−0.75"),
        ("-(x - m).T @ S @ (x - m)", "−3"),
        ("k*(x - m).T @ S/3 @ (x - m)", "1"),
        ("sum(2*(x - m).T @ [[3, 4]])", "28"),
        ("sum((S*x.T) @ x)", "6"),
    ],
)
def test_a_transposed_vector_times_a_number_is_turned_as_the_product_needs(
    formula: str, value: str, run_tutor: Run
) -> None:
    values = ["x=[1,2]", "m=[0,1]", "S=[[2,0],[0,1]]", "k=1"]
    used = [each for each in values if each[0] in formula.replace("sum", "")]
    assert f"z = {value}\n" in run_tutor("solve", formula, *used).stdout


def test_a_matrix_of_indexes_is_refused_with_a_form_that_works(run_tutor: Run) -> None:
    values = ("C=[[1,2],[3,4],[5,6]]", "X=[[0,1],[1,2]]")
    refused = run_tutor("solve", "sum(C[X])", *values)
    assert refused.returncode == 2
    assert "C[flatten(X)]" in refused.stderr
    assert "z = 28" in run_tutor("solve", "sum(C[flatten(X)])", *values).stdout


@pytest.mark.parametrize(
    ("program", "results"),
    [
        ("x = 2; w = -3; z = x*w", ["∂z/∂x = −3", "∂z/∂w = 2"]),
        ("a = 2.0\nb = -3.0  # bias\nc = 10\ne = a*b\nd = e + c\nf = -2\nL = d*f", ["L = −8", "∂L/∂a = 6"]),
        ("x = [0.2, 0.4]; W = [[1,2],[3,4]]; y = W @ x; L = sum(y**2)", ["L = 5.84", "∂L/∂x = [15.2, 21.6]"]),
        ("X = [[1,2],[3,4]]; z = sum(X^T @ X)", ["z = 58"]),
    ],
)
def test_values_written_in_a_program_are_its_inputs(program: str, results: list[str], run_tutor: Run) -> None:
    solved = run_tutor("solve", program)
    assert not set(results) - set(solved.stdout.splitlines())


def test_a_number_with_a_name_stays_a_constant_beside_inputs(run_tutor: Run) -> None:
    solved = run_tutor("solve", "k = 2; z = k*x", "x=3")
    assert "∂z/∂x = 2" in solved.stdout
    assert "∂z/∂k" not in solved.stdout
    nothing = run_tutor("solve", "x = 2; y = 3")
    assert nothing.returncode == 2
    assert "The formula does not depend on an input." in nothing.stderr
