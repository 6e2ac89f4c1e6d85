"""The plain mode through pipes."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.support.built_in import num_exercises
from tutor.packs import library
from tutor.plain.console import Console
from tutor.plain.exercise import PlainExercise
from tutor.plain.line_commands import EXERCISE_COMMANDS
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

ADD_MULTIPLY = ("play", "basics/add-multiply", "--plain")


def test_the_right_answers_in_order_solve_the_exercise(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n2\n120\n2\n2\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Solved." in done.stdout
    assert "∂z/∂c = 120" in done.stdout


def test_plain_mode_is_the_default_without_a_terminal(run_tutor: Run) -> None:
    assert run_tutor("play", "basics/add-multiply", text="1\n2\n120\n2\n2\n").returncode == 0


def test_an_unfinished_exercise_exits_with_1_and_resumes(run_tutor: Run) -> None:
    assert run_tutor(*ADD_MULTIPLY, text="1\n2\n").returncode == 1
    assert "in progress" in run_tutor("list").stdout
    done = run_tutor(*ADD_MULTIPLY, text="120\n2\n2\n")
    assert done.returncode == 0
    assert "2 of 5 blanks are filled" in done.stdout
    assert "solved" in run_tutor("list").stdout


def test_restart_starts_the_exercise_again(run_tutor: Run) -> None:
    run_tutor(*ADD_MULTIPLY, text="1\n2\n")
    assert run_tutor(*ADD_MULTIPLY, "--restart", text="1\n2\n120\n2\n2\n").returncode == 0


def test_a_wrong_answer_gets_a_reason_and_another_try(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n120\n2\n2\n120\n2\n2\n")
    assert "✗ Did you" in done.stdout
    assert "Reply :yes or :no, or type another value." in done.stdout
    assert done.returncode == 0
    assert "mul.own-input" not in done.stdout.split("Solved.")[0]


def test_a_question_about_a_mistake_is_answered_with_yes_or_no(run_tutor: Run) -> None:
    basics_plus = ("play", "basics/plus", "--plain", "--restart")
    yes = run_tutor(*basics_plus, text="6\ny\n:quit\n").stdout
    assert "Did you add the upstream gradient 5 and the local derivative 1?" in yes
    assert "✗ That is the sum of the upstream and" in yes
    no = run_tutor(*basics_plus, text="6\n:no\nn\n:yes\n:quit\n").stdout
    assert "Did you miscount by one somewhere?" in no
    assert "There is no yes-or-no question here." in no
    korean = run_tutor(*basics_plus, "--lang", "ko", text="6\nㅜ\n:quit\n").stdout
    assert "혹시 계산하다가 1만큼 더 세거나 덜 세셨나요?" in korean


def test_other_numbers_tell_the_suspected_mistakes_apart(run_tutor: Run) -> None:
    add_multiply = ("play", "basics/add-multiply", "--plain", "--restart")
    done = run_tutor(*add_multiply, text="1\n2\n120\n1\n:fresh\n:quit\n").stdout
    assert ":fresh gives you numbers for which these mistakes have different answers." in done
    assert "With these numbers, the mistakes you were asked about give different answers." in done


def test_a_name_in_the_exercise_is_an_answer_and_not_a_yes(run_tutor: Run) -> None:
    done = run_tutor("play", "basics/two-roads", "--plain", text="2\n7\ny\n:quit\n").stdout
    assert "read as y" in done


def test_wrong_answers_open_more_help(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n77\n7.5\n7.25\n7.75\n8.5\n:show\n")
    # The blank that follows has its first lines behind the prompt for it.
    sections = done.stdout.split("[2/")
    assert "Look here" not in sections[1]
    assert "Hint" not in sections[2]
    assert "Look here: upstream 1, other input 2" in sections[2]
    assert "Hint 2/4" in sections[3]
    assert ":explain" in sections[3]
    assert "type :show" not in sections[4]
    assert "type :show" in sections[5]
    assert "Hint 4/4: 2." in sections[6]


def test_a_malformed_answer_costs_nothing_and_gets_a_caret(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n(2\nzwei\n2\n120\n2\n2\n")
    assert "never closed" in done.stdout
    assert "Unknown name “zwei”" in done.stdout
    assert done.returncode == 0
    assert "Mistakes made" not in done.stdout


def test_hints_commands_and_unknown_commands(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="?\n:help\n:frob\n:graph\n:words\n:skip\n:back\n:undo\n:quit\n")
    assert done.returncode == 1
    assert "Hint 1/4" in done.stdout
    assert ":undo" in done.stdout
    assert "no command :frob" in done.stdout
    assert "╭───╮" in done.stdout


def test_a_matrix_can_be_typed_as_an_expression(run_tutor: Run) -> None:
    answers = "[[1,1],[1,1],[1,1]]\nup * S * (1 - S)\nup @ W.T\nX.T @ up\n"
    done = run_tutor("play", "matrices/sigma-xw", "--plain", text=answers)
    assert done.returncode == 0, done.stdout


def test_the_whole_pass_at_once(run_tutor: Run) -> None:
    play = ("play", "chains/three-in-a-row", "--plain")
    first = run_tutor(*play, "--whole", text="1\n:undo\n1\n?\n")
    assert "you see the results after the last blank" in first.stdout
    assert "help is available after the last blank" in first.stdout
    assert first.stdout.count("Noted.") == 2
    number = len(re.findall(r"= empty|noted", run_tutor(*play, text=":words\n").stdout))
    answers = "1\n" * (number - 1)
    last = run_tutor(*play, text=f"{answers}nothing\n:skip\n1\n1\n:quit\n")
    assert f"of {number}." in last.stdout
    assert "Type a number from 1 to" in last.stdout
    assert "the first wrong value" in last.stdout
    assert "Your answers so far are checked" in run_tutor(*play, text=":fresh\n:whole\n:whole\n:quit\n").stdout


def test_a_formula_can_be_played(run_tutor: Run) -> None:
    done = run_tutor("play", "z = x * y", "x=2", "y=3", "--start", "5", "--plain", text="15\n10\n")
    assert done.returncode == 0, done.stdout + done.stderr


def test_with_ascii_all_output_is_ascii(run_tutor: Run) -> None:
    done = run_tutor("play", "z = x * y", "x=2", "y=3", "--plain", "--ascii", text=":graph\n7\n3\n2\n")
    assert done.returncode == 0
    assert all(ord(character) < 128 for line in done.stdout.splitlines() if "“" not in line for character in line), (
        done.stdout
    )


def test_the_list_of_exercises_shows_their_states(run_tutor: Run) -> None:
    run_tutor("play", "basics/times", "--plain", text="1\n:quit\n")
    run_tutor(*ADD_MULTIPLY, text="1\n2\n120\n2\n2\n")
    output = run_tutor("--plain", text="quit\n").stdout
    assert "basics/times  What × sends back  (in progress)" in output
    assert "basics/plus  What + sends back  (3 min)" in output
    assert f"1 of {num_exercises()} solved. Continue with 5: What × sends back." in output
    assert "basics/add-multiply  A sum, then a product  (solved on the first try)" in output


def test_markup_in_texts_is_removed(run_tutor: Run) -> None:
    done = run_tutor("play", "losses/log-sum-exp", "--plain", text=":quit\n")
    assert "log-sum-exp is at the heart" in done.stdout
    assert "**" not in done.stdout


def test_an_exercise_in_korean(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, "--lang", "ko", text="1\n120\n2\n120\n2\n2\n")
    assert done.returncode == 0
    assert "혹시" in done.stdout
    assert ":예" in done.stdout


def test_checked_answers_survive_a_kill(run_tutor: Run) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tutor", *ADD_MULTIPLY],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        env=dict(os.environ),
    )
    assert child.stdin
    assert child.stdout
    child.stdin.write("1\n")
    child.stdin.flush()
    assert any("✓" in line for line in iter(child.stdout.readline, ""))
    child.kill()
    child.wait()
    assert "1 of 5 blanks are filled" in run_tutor(*ADD_MULTIPLY).stdout


def test_a_damaged_store_is_quarantined_and_the_exercise_continues(run_tutor: Run, home: Path) -> None:
    home.mkdir(parents=True)
    (home / "progress.sqlite3").write_bytes(b"this is no database " * 500)
    done = run_tutor(*ADD_MULTIPLY, text="1\n2\n120\n2\n2\n")
    assert done.returncode == 0
    assert "damaged" in done.stderr
    assert any("damaged" in path.name for path in home.iterdir())
    assert "solved" in run_tutor("list").stdout


def test_a_read_only_store_is_reported_and_the_exercise_continues(run_tutor: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    done = run_tutor(*ADD_MULTIPLY, text="1\n2\n120\n2\n2\n", BACKPROP_TUTOR_HOME=str(tmp_path / "file" / "home"))
    assert done.returncode == 0
    assert "not saved yet" in done.stdout
    assert "Traceback" not in done.stderr


def test_lines_that_are_not_utf8_cost_nothing(home: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tutor", *ADD_MULTIPLY],
        input=b"\xff\xfe\n1\n2\n120\n2\n2\n\x00\n",
        capture_output=True,
        timeout=60,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


def test_explain_replays_with_other_numbers_until_another_line_ends_it(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text=":explain\n\nb\nb\n1\n2\n120\n2\n2\n")
    assert done.returncode == 0, done.stdout + done.stderr
    replayed = done.stdout.split("Shown with different numbers.")[1].split("Right.")[0]
    assert replayed.count("1/5  at the output z") == 2
    assert replayed.count("2/5  on the edge (a + b) → ×") == 1
    assert "× multiplies the upstream by the other input." in replayed
    assert "upstream × local derivative = 1 × " in replayed
    assert "no more steps in this direction" in replayed
    assert "z = 240" not in replayed


def test_a_rule_card_shows_only_known_values(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="1\n:rule\n:quit\n")
    card = done.stdout.split("multiplication")[1]
    assert "c = 2 ──▸" in card
    assert "? ◂──" in card
    assert "◂── 1" in card
    assert "Why:" in card
    assert "there is one more q" in card
    assert "Common mistakes:" in card


def test_commands_need_no_colon_unless_they_could_be_answers(run_tutor: Run) -> None:
    done = run_tutor(*ADD_MULTIPLY, text="hint\nskip\nback\n다음\nwords\nquit\n")
    assert "Hint 1/4" in done.stdout
    assert "There is no command" not in done.stdout
    assert "2. on the edge (a + b) → ×: ∂z/∂(a + b) = empty  (you are here)" in done.stdout
    # A name of the exercise is an answer, even if it is the name of a command.
    done = run_tutor("play", "z = hint * back", "hint=2", "back=3", "--plain", text="back\nhint\n")
    assert done.returncode == 0, done.stdout


def test_a_node_can_be_unfolded_filled_in_and_folded(run_tutor: Run) -> None:
    done = run_tutor("play", "basics/sigmoid-folded", "--plain", text="open\nskip\nfold\nup*y*(1-y)\n")
    assert "exp takes m and outputs q" in done.stdout
    assert "s → 1/x: ∂L/∂s = empty" in done.stdout
    assert done.returncode == 0, done.stdout


def test_the_list_leads_to_exercises_review_and_playground(run_tutor: Run, home: Path) -> None:
    lines = [
        "review",
        "playground",
        "L = (w*x",
        "",
        "L = w*x",
        "w=2 x=3",
        "worked",
        "save",
        "",
        "3",
        "2",
        "back",
        "quit",
    ]
    lines += ["a word that is nowhere", "formula-1", "mine/formula-1", "3", "list", "quit"]
    done = run_tutor("--plain", text="\n".join(lines) + "\n")
    assert done.returncode == 1, done.stdout + done.stderr
    assert not done.stderr, done.stdout + done.stderr
    for text in ("No reviews are due", "This “(” is never closed", "∂L/∂x = 2", "Solved.", "Saved as mine/formula-1"):
        assert text in done.stdout
    assert "or a word of a title" in done.stdout
    assert "Not finished. Blanks left: 1." in done.stdout
    assert done.stdout.count("basics/times ") == 2, "the list is shown at the start and on request"


def test_the_playground_compares_a_nudge_with_its_gradient(run_tutor: Run) -> None:
    lines = [
        "playground",
        "L = (w*x + b - y)^2",
        "w=2 x=3 b=4 y=3",
        "nudge w 0.3",
        "nudge q",
        "table w",
        "reset w",
        "inputs",
    ]
    lines += ["x=1 y=0", "x=oops", "code numpy", "밀기 b -1", "back"]
    lines += [
        "Y = X @ W",
        "",
        "nudge X",
        "nudge W[1,0] 1/2",
        "back",
        "y = w[i]^2",
        "",
        "nudge i",
        "nudge i",
        "quit",
        "quit",
    ]
    output = run_tutor("--plain", text="\n".join(lines) + "\n").stdout
    for text in (
        "w: 2 → 2.3\nL: 49 → 62.41\nPredicted change, gradient × step: 42 × 0.3 = 12.6. Actual change: 13.41.\nΔL/Δw = 44.7",
        "“q” is not an input. The inputs are w, x, b, y.",
        "w = 2.1: L = 53.29\nw = 2.2: L = 57.76\nw = 2.3: L = 62.41",
        "w = 2, gradient 42\nx = 3, gradient 28",
        "x = 1, gradient 24",
        "Unknown name “oops”",
        "d_w = ",
        "12 × (−1) = −12",
        "The values were chosen for you: X = [[1, 2, −1], [3, 0.5, −2]], W = ",
        "X has several entries. Choose one, as in nudge X[0, 0] 0.1.",
        "W[1, 0]: −2 → −1.5\nsum(Y): 6.75 → 8",
        "Actual change: −3. Data has no gradient to predict it with.",
        "There is no entry 3",
    ):
        assert text in output, text


def test_every_command_works_in_korean(run_tutor: Run) -> None:
    lines = "힌트\n규칙\n그림\n그래프\n다음\n이전\n설명\n\n도움말\n숫자\n비우기\n되돌리기\n펼치기\n접기\n정답\n그만\n"
    done = run_tutor(*ADD_MULTIPLY, "--lang", "ko", text=lines)
    assert "힌트 1/4" in done.stdout
    assert "╭───╮" in done.stdout
    assert ":힌트, :hint" in done.stdout
    assert "명령은 없습니다" not in done.stdout
    assert "없는 명령" not in done.stdout
    english = [line for line in done.stdout.splitlines() if re.search(r"[a-z]{3,} [a-z]{3,} [a-z]{3,}", line)]
    assert not english


def test_no_command_ends_an_exercise_without_a_graph(home: Path) -> None:
    exercises = [pack.open(entry.id) for pack in library.all_packs() for entry in pack.entries]
    # One that is only code has commands of its own.
    without_graph = [each for each in exercises if not (each.variant().problem.graph.nodes or each.code.only)]
    assert len(without_graph) > 5
    commands = [":" + command.name for command in EXERCISE_COMMANDS if command.name not in ("quit", "list")]
    for exercise in without_graph:
        lines, output = iter([*commands, "b", *commands]), io.StringIO()
        console = Console(lambda _prompt, lines=lines: next(lines, None), output)
        plain = PlainExercise(Worksheet(exercise.variant()), console)
        assert plain.run() == 1
        assert "This node has no smaller nodes inside." in output.getvalue()
