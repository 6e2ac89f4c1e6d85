"""`backprop-tutor solve --check`: the gradient check report."""

from __future__ import annotations

import re

import pytest
from rich.cells import cell_len

from tutor.cli import run

XW = ["X=[[0.1,0.2,0.3],[0.4,0.5,0.6],[0.7,0.8,0.9]]", "W=[[1,2],[3,4],[5,6]]"]
SUM = ["f = sum(sigmoid(X @ W))", *XW]


def check_output(capsys: pytest.CaptureFixture[str], *args: str) -> list[str]:
    assert run(["solve", *args, "--no-draw"]) == 0
    lines = capsys.readouterr().out.splitlines()
    begin = next(i for i, line in enumerate(lines) if line.startswith(("Numerical check", "수치 미분과 비교")))
    return lines[begin:]


def check_error(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    assert run(["solve", *args]) == 2
    out = capsys.readouterr()
    assert out.out == ""
    return out.err


def test_the_table_contains_the_values_of_the_lesson(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, *SUM, "--check", "0.001", "--wrt", "X")
    assert lines[0] == "Numerical check with step δ = 1e−3:"
    assert lines[2].split() == ["input", "gradient", "forward", "error", "central", "error"]
    assert lines[3].split()[:5] == ["X", "(1,", "1)", "0.197876559", "0.197744986"]
    assert len([line for line in lines if line.startswith("X (")]) == 9
    assert not any("W" in line for line in lines)
    assert "The gradients agree to 5 digits (central) and 2 digits (forward)." in lines


def test_the_error_is_plotted_against_the_step(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "z = exp(x)", "x=1", "--check", "1e-4")
    rows = [re.match(r"(1e−\d+) +(\S+) +(\S+) +([ox*].*)$", line) for line in lines[-12:]]
    assert [row[1] for row in rows if row] == [f"1e−{k}" for k in range(1, 13)]
    errors = [float(row[3].replace("−", "-")) for row in rows if row]
    assert min(errors) == min(errors[3:7])
    places = [line.index("x" if "x" in line else "*") for line in lines[-12:]]
    assert places.index(min(places)) in (3, 4, 5)
    assert places[0] > min(places) < places[-1]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("ascii", [[], ["--ascii"]])
def test_the_report_fits_80_columns(capsys: pytest.CaptureFixture[str], language: str, ascii: list[str]) -> None:
    wide = ["z = a_rather_long_name^3/x7 + exp(-y)", "a_rather_long_name=-0.000123456789", "x7=9876.54321", "y=31.5"]
    for args in (SUM, wide):
        for line in check_output(capsys, *args, "--check", "1e-9", "--start=-2", "--lang", language, *ascii):
            assert cell_len(line) <= 80
            assert not ascii or language == "ko" or line.isascii()


def test_differences_are_multiplied_by_the_start(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "z = x^2", "x=3", "--start=-2", "--check", "1e-5")
    assert "Each difference quotient is multiplied by the start, −2." in lines
    assert next(line for line in lines if line.startswith("x ")).split()[1] == "−12.0000000"


def test_a_matrix_start_weights_each_cell(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "Z = x * ones(1, 2)", "x=3", "--start=[[2, 5]]", "--check", "1e-5")
    assert next(line for line in lines if line.startswith("x ")).split()[1] == "7.00000000"


def test_a_difference_without_a_value_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "z = log(x) * y", "x=0.0003", "y=2", "--check", "0.001")
    assert next(line for line in lines if line.startswith("x ")).split()[-2:] == ["-", "-"]
    assert "x: The value of log(x) is not a real number." in lines
    assert "Central differences without a value: 1 of 2." in lines
    assert any("For x, a step of" in line for line in lines)


def test_a_kink_within_the_step_is_reported(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "z = relu(x)", "x=0.0003", "--check", "0.001")
    assert "x: There is a kink within δ, so the differences on the two sides disagree." in lines
    assert any(line.startswith("They disagree") for line in lines)


def test_only_the_worst_of_many_cells_are_shown(capsys: pytest.CaptureFixture[str]) -> None:
    rows = ",".join("[" + ",".join(f"{i}.{j}" for j in range(10)) + "]" for i in range(1, 11))
    lines = check_output(capsys, "f = sum(X * X * X)", f"X=[{rows}]", "--check", "0.01")
    assert "Cells checked: 100. The 24 with the largest errors are shown." in lines
    assert len([line for line in lines if line.startswith("X (")]) == 24
    assert any(line.startswith("X (10, 10)") for line in lines)


def test_exact_differences_agree_in_all_digits(capsys: pytest.CaptureFixture[str]) -> None:
    lines = check_output(capsys, "z = x + 1", "x=2", "--check", "0.5")
    assert "The gradients agree to 15 digits (central) and 15 digits (forward)." in lines


@pytest.mark.parametrize("delta", ["0", "-1", "2", "1e-16", "1e-30", "[[1]]"])
def test_a_step_out_of_range_gets_an_example(capsys: pytest.CaptureFixture[str], delta: str) -> None:
    sentence = "The step must be above 1e-15 and at most 1, as in --check 1e-4."
    assert sentence in check_error(capsys, "z = x^2", "x=3", f"--check={delta}")


@pytest.mark.parametrize(
    ("delta", "word"), [("abc", "Only numbers"), ("1e-400", "Exponents"), ("", "There is nothing"), ("0,1", "0.1")]
)
def test_a_caret_marks_an_error_in_the_step(capsys: pytest.CaptureFixture[str], delta: str, word: str) -> None:
    assert word in check_error(capsys, "z = x^2", "x=3", f"--check={delta}")


def test_a_step_may_be_a_calculation(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_output(capsys, "z = x^2", "x=3", "--check", "2^-10")[0].endswith("δ = 9.8e−4:")


def test_a_check_is_refused_for_symbols(capsys: pytest.CaptureFixture[str]) -> None:
    assert "needs numbers" in check_error(capsys, "z = x^2", "--symbols", "x", "--check", "1e-3")
    assert "needs numbers" in check_error(capsys, "z = x^2", "x=3", "--start", "dL/dz", "--check", "1e-3")
