"""The plain mode: the same worksheet, in lines, through pipes."""

from __future__ import annotations

from tests.conftest import Run

ADD_MULTIPLY = ("play", "basics/add-multiply", "--plain")


def test_the_right_answers_in_order_solve_the_exercise(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n2\n120\n2\n2\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Solved." in done.stdout and "∂z/∂c = 120" in done.stdout


def test_without_a_terminal_it_is_plain_by_itself(run_tutor: Run) -> None:
    assert run_tutor("play", "basics/add-multiply", text="1\n2\n120\n2\n2\n").returncode == 0


def test_an_exercise_left_open_ends_with_1_and_goes_on_there(run_tutor: Run) -> None:
    assert run_tutor(*ADD_MULTIPLY, text="1\n2\n").returncode == 1
    assert "begun" in run_tutor("list").stdout
    done = run_tutor(*ADD_MULTIPLY, text="120\n2\n2\n")
    assert done.returncode == 0 and "2 of 5 blanks are filled" in done.stdout
    assert "solved" in run_tutor("list").stdout


def test_restart_begins_again(run_tutor: Run) -> None:
    run_tutor(*ADD_MULTIPLY, text="1\n2\n")
    assert run_tutor(*ADD_MULTIPLY, "--restart", text="1\n2\n120\n2\n2\n").returncode == 0


def test_a_wrong_answer_is_told_why_and_asked_again(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n120\n2\n2\n120\n2\n2\n")
    assert "✗ 120 is what this line itself carried" in done.stdout
    assert done.returncode == 0
    assert "mul.own-input" not in done.stdout.split("Solved.")[0]


def test_what_cannot_be_read_costs_nothing_and_is_pointed_at(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n(2\nzwei\n2\n120\n2\n2\n")
    assert "never closed" in done.stdout and "Unknown name “zwei”" in done.stdout
    assert done.returncode == 0 and "Mistakes met" not in done.stdout


def test_hints_commands_and_unknown_commands(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="?\n:help\n:frob\n:graph\n:words\n:skip\n:back\n:undo\n:quit\n")
    assert done.returncode == 1
    assert "Hint 1/4" in done.stdout and ":undo" in done.stdout and "no command :frob" in done.stdout
    assert "╭───╮" in done.stdout


def test_a_matrix_can_be_typed_as_an_expression(run_tutor: Run) -> None:
    answers = "[[1,1],[1,1],[1,1]]\nup * S * (1 - S)\nup @ W.T\nX.T @ up\n"
    done = run_tutor("play", "matrices/sigma-xw", "--plain", text=answers)
    assert done.returncode == 0, done.stdout


def test_a_formula_is_an_exercise_too(run_tutor: Run) -> None:
    done = run_tutor("play", "z = x * y", "x=2", "y=3", "--start", "5", "--plain", text="15\n10\n")
    assert done.returncode == 0, done.stdout + done.stderr


def test_in_ascii_nothing_else_is_printed(run_tutor: Run) -> None:
    done = run_tutor("play", "z = x * y", "x=2", "y=3", "--plain", "--ascii", text=":graph\n7\n3\n2\n")
    assert done.returncode == 0
    assert all(ord(character) < 128 for line in done.stdout.splitlines() if "“" not in line for character in line), (
        done.stdout
    )


def test_the_same_in_korean(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, "--lang", "ko", text="1\n120\n2\n120\n2\n2\n")
    assert done.returncode == 0
    assert "직접 흘렀던 값" in done.stdout
