"""A backward pass in Python in plain mode: after a solved exercise, and from the playground."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest

from tests.support.code_solutions import solution
from tests.support.lesson_solutions import lesson_code
from tutor import i18n
from tutor.coding import files
from tutor.coding.new_file import exercise_file, place_file
from tutor.coding.session import exercise_style
from tutor.coding.steps import StepsTask
from tutor.packs import library
from tutor.plain.code import run_code
from tutor.plain.console import Console
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.run_tutor import Run

NAME = "basics/two-roads"


@pytest.fixture(autouse=True)
def own_folder(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def converse(*lines: str | Callable[[], str], name: str = NAME) -> str:
    """Write the code of an exercise with these lines; a function changes files first. Return what was printed."""
    out, rest = StringIO(), iter(lines)

    def read(prompt: str) -> str | None:
        line = next(rest, None)
        text = line() if callable(line) else line
        out.write(f"{prompt}{text}\n")
        return text

    with Store.open(default_path()) as store:
        run_code(Console(read, out), library.find_exercise(name), store)
    assert next(rest, None) is None
    return out.getvalue()


def solve_file(path: Path) -> Callable[[], str]:
    def write() -> str:
        task = exercise_style(library.find_exercise(NAME)).task
        assert isinstance(task, StepsTask)
        path.write_text(path.read_text().partition("import numpy")[0] + solution(task))
        return ""

    return write


def test_the_file_is_written_checked_line_by_line_and_solved(tmp_path: Path) -> None:
    path = tmp_path / "backprop" / "basics-two-roads.py"
    text = converse("", "hint", ":hint dx", "what", solve_file(path))
    assert f"Created {path}." in text
    assert "You haven't written dx_1 yet." in text
    assert "0 of 5 are right." in text
    assert "dx_1, hint 1 of 4" in text
    assert "dx, hint 1 of" in text
    assert ":check: check the file now" in text
    assert text.endswith("Everything is right. Solved in code.\n")
    with Store.open(default_path()) as store:
        assert store.solved_in_code() == {("basics", "two-roads")}
        assert store.state("basics", "two-roads") == "new"


def test_a_file_that_was_not_written_here_is_run_after_a_yes(tmp_path: Path) -> None:
    path, _is_new = place_file(exercise_file(library.find_exercise(NAME)))
    path.write_text(path.read_text() + "\nprint('it ran')\n")
    files._record().unlink()
    assert "The file was not run." in converse("no")
    asked = converse("yes", "check", "quit")
    assert "was not created by this program on this computer. Run it? (yes or no)" in asked
    assert "it ran" in asked


def test_a_solved_exercise_offers_it_in_both_languages(run_tutor: Run) -> None:
    done = run_tutor("--plain", text="basics/times\n:code\n3\n2\n15\n:code\n\nquit\nquit\n")
    assert "You can write the code once all blanks are filled in" in done.stdout
    assert "basics-times.py." in done.stdout
    assert "0 of 2 are right." in done.stdout
    done = run_tutor("play", "z = x*y", "x=3", "y=4", "--plain", "--lang", "ko", text="4\n3\n:코드\n:그만\n")
    assert ":코드" in done.stdout
    assert "파일을 만들었습니다" in done.stdout
    assert done.returncode == 0


def test_the_words_of_the_code_are_understood_in_korean() -> None:
    i18n.set_language("ko")
    text = converse("확인", "힌트", "그만")
    assert text.count("dx_1") >= 3


def test_an_exercise_that_asks_for_code_only_shows_its_graph_its_text_and_what_it_teaches(tmp_path: Path) -> None:
    def solve() -> str:
        path = tmp_path / "backprop" / "code-product-and-sum.py"
        code = lesson_code(library.find_exercise("code/product-and-sum"))
        path.write_text(path.read_text().partition("import numpy")[0] + code)
        return ""

    text = converse("hint", solve, name="code/product-and-sum")
    assert text.index("A product, a sum, a product") < text.index("╭─p─╮") < text.index("Replace each ...")
    assert "dq, hint 1 of 4" in text
    assert text.index("Solved in code.") < text.index("Each line is upstream × local derivative")
    with Store.open(default_path()) as store:
        assert store.state("code", "product-and-sum") == "solved"


def test_such_an_exercise_is_opened_from_the_list_and_by_its_name(run_tutor: Run) -> None:
    done = run_tutor("--plain", text="code/a-branch\nquit\nquit\n")
    assert "A value used twice" in done.stdout
    assert "code-a-branch.py." in done.stdout
    left = run_tutor("play", "code/a-branch", "--plain", "--lang", "ko", text=":그만\n")
    assert "두 번 쓰이는 값" in left.stdout
    assert left.returncode == 1
