"""Exercises in stages: what is filled in, when they are solved, and where they are resumed."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from tests.support.simulated_learners import builtin_exercise_names
from tutor.algebra.printing import format_value
from tutor.grading.wording import describe_blank
from tutor.packs import library
from tutor.packs.checks.runner import check_packs
from tutor.packs.fading import can_be_computed, dependents
from tutor.practice.close_up.build import close_up
from tutor.practice.close_up.words import describe_close_up
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise

TEXT = """graph = "t = a + b; z = t * c"
stages = [["a", "b"], ["c", "t"], "all"]
text = "Go back from z."
after = "That was all of it."
[inputs]
a = 3
b = 4
c = 5
[vary]
a = { from = 2, to = 9 }
b = { from = 2, to = 9 }
c = { from = 2, to = 9 }
"""
BRANCHES = """graph = "z = x * (x + y)"
[inputs]
x = 3
y = 4
[vary]
x = { from = 2, to = 9 }
y = { from = 2, to = 9 }
"""


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return open_exercise(tmp_path, TEXT)


def open_exercise(folder: Path, text: str) -> Exercise:
    (folder / "pack.toml").write_text("format = 1")
    (folder / "01-one.toml").write_text(text)
    return library.read_pack(folder).open("one")


def fill(worksheet: Worksheet) -> None:
    """Answer every blank."""
    for blank in worksheet.blanks:
        answer = worksheet.problem.truth(blank)
        assert worksheet.answer(blank.id, format_value(answer)).right, blank


def test_a_stage_shows_what_it_does_not_ask(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant(stage=0))
    assert [blank.id for blank in worksheet.blanks] == ["a->t", "b->t"]
    assert [worksheet.state(name) for name in ("start", "t->mul1", "c->mul1", "a->t")] == ["given"] * 3 + ["empty"]
    assert worksheet.value_text("c->mul1") == [["7"]]
    assert "already filled in" in worksheet.variant.text()
    assert "already filled in" not in exercise.variant().text()


def test_a_stage_does_not_show_what_follows_from_a_blank(exercise: Exercise) -> None:
    worksheet = Worksheet(exercise.variant(stage=1))
    assert [blank.id for blank in worksheet.blanks] == ["t->mul1", "c->mul1"]
    # What comes back to a is what comes back to t.
    assert "a->t" not in worksheet.drawn_places
    assert worksheet.value_text("a->t") == []


def test_an_exercise_is_solved_at_its_last_stage(path: Path, exercise: Exercise) -> None:
    with Store.open(path) as store:
        for stage in range(3):
            worksheet = open_worksheet(store, exercise)
            assert worksheet.variant.stage == stage
            assert not worksheet.done
            fill(worksheet)
            assert worksheet.leads_to_stage == (stage < 2)
            state = store.state(exercise.pack, exercise.id)
            assert state == ("begun" if stage < 2 else "solved")
            assert (store.exercise_to_continue() is None) == (stage == 2)
        assert open_worksheet(store, exercise).variant.stage == 2


def test_the_next_stage_keeps_its_numbers_until_it_is_begun(path: Path, exercise: Exercise) -> None:
    with Store.open(path) as store:
        fill(open_worksheet(store, exercise))
        seeds = {open_worksheet(store, exercise).variant.seed for _ in range(3)}
        assert len(seeds) == 1
        assert seeds != {None}
        worksheet = open_worksheet(store, exercise)
        worksheet.answer("c", "1")
        assert open_worksheet(store, exercise).entry("c->mul1").text == "1"


def test_a_try_from_before_the_stages_goes_on(path: Path, tmp_path: Path) -> None:
    before = open_exercise(tmp_path, TEXT.replace('stages = [["a", "b"], ["c", "t"], "all"]\n', ""))
    with Store.open(path) as store:
        open_worksheet(store, before).answer("c", "7")
        again = open_worksheet(store, open_exercise(tmp_path, TEXT))
        assert again.variant.stage == 2
        assert again.entry("c->mul1").text == "7"


def test_stages_can_be_skipped(path: Path, exercise: Exercise) -> None:
    with Store.open(path) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.skip_stages()
        assert open_worksheet(store, exercise).variant.stage == 2
        fill(worksheet)
        assert store.state(exercise.pack, exercise.id) == "solved"


def test_undo_takes_back_the_end_of_a_stage(path: Path, exercise: Exercise) -> None:
    with Store.open(path) as store:
        worksheet = open_worksheet(store, exercise)
        fill(worksheet)
        worksheet.undo()
        assert not worksheet.leads_to_stage
        again = open_worksheet(store, exercise)
        assert (again.variant.stage, again.done) == (0, False)
        fill(again)
        assert open_worksheet(store, exercise).variant.stage == 1


def test_plain_mode_goes_through_the_stages(tmp_path: Path, run_tutor: Run) -> None:
    open_exercise(tmp_path, TEXT.partition("[vary]")[0] + "[vary]\n")
    shown = run_tutor("play", str(tmp_path / "01-one.toml"), "--plain", text="5\n5\n5\n7\n5\n7\n5\n5\n")
    lines = shown.stdout
    assert shown.returncode == 0, lines
    assert lines.index("stage 1 of 3") < lines.index("Done: stage 1 of 3.") < lines.index("Done: stage 2 of 3.")
    assert "7 (given)" in lines
    assert lines.count("where the backward pass starts") == 3
    assert lines.count("That was all of it.") == 1
    assert lines.count("Solved.") == 1


def test_check_names_a_stage_that_can_not_be_done(tmp_path: Path) -> None:
    open_exercise(tmp_path, TEXT.replace('["a", "b"], ["c", "t"]', '["t", "a"], []').replace("t * c", "(t + 1) * c"))
    said = "\n".join(map(str, check_packs((tmp_path,), ())))
    assert "Stage 2 asks for nothing." in said
    assert "Stage 1 asks for a->t" not in said  # t is asked for, too
    open_exercise(
        tmp_path, TEXT.replace('["a", "b"], ["c", "t"]', '["add1", "a"], ["add1"]').replace("t * c", "(t + 1) * c")
    )
    said = "\n".join(map(str, check_packs((tmp_path,), ())))
    assert "Stage 1 asks for a->t, which is computed from t->add1" in said


def test_addends_are_to_be_found_after_two_sums(path: Path, tmp_path: Path) -> None:
    exercise = open_exercise(tmp_path, BRANCHES)
    with Store.open(path) as store:
        for number in range(3):
            worksheet = open_worksheet(store, exercise, seed=number + 1, restart=True)
            hides = number >= 2
            for blank in worksheet.blanks:
                if blank.kind != "sum":
                    worksheet.reveal(blank.id)
            assert worksheet.hides_addends("x") == hides
            data = close_up(worksheet, "x")
            assert data is not None
            words = " ".join(describe_close_up(data))
            parts = [worksheet.value_text(name)[0][0] for name in ("x->mul1", "x->add1")]
            assert all((f"{part} comes back" not in words) == hides for part in parts)
            assert ("which values?" in words) == hides
            assert (
                "?"
                in str(
                    describe_blank(worksheet.problem, worksheet.problem.place("x"), worksheet.visible_texts("x"))
                ).partition("together")[0]
            ) == hides
            fill_sum(worksheet)
            assert not worksheet.hides_addends("x")


def fill_sum(worksheet: Worksheet) -> None:
    assert worksheet.answer("x", format_value(worksheet.problem.truth(worksheet.problem.place("x")))).right


def test_built_in_stages_fade_from_the_output_towards_the_inputs() -> None:
    staged = [found for name in builtin_exercise_names() if (found := library.find_exercise(name)).stages]
    assert len(staged) >= 25
    for exercise in staged:
        problems = [exercise.variant(stage=stage).problem for stage in range(exercise.last_stage + 1)]
        asked = [{blank.id for blank in problem.blanks if blank.is_backward} for problem in problems]
        assert all(fewer < more for fewer, more in pairwise(asked)), exercise.id
        for problem, blanks in zip(problems[:-1], asked, strict=False):
            by_author = {problem.place(name).id for name in exercise.given}
            filled = {place.id for place in problem.given_blanks} - by_author
            assert not filled & dependents(problem, blanks), exercise.id
            assert set(can_be_computed(problem, blanks)) <= blanks
            assert not problem.questions
            assert filled, exercise.id
