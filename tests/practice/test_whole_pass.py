"""Tests of the whole pass at once: nothing is judged until the last blank, then the first wrong value is looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.asides import exercise_in
from tests.support.events import MemoryJournal
from tutor.grading.skills import FAULT
from tutor.grading.verdict import VerdictKind
from tutor.packs.library import read_pack
from tutor.practice.exercise_records import load_records
from tutor.practice.mastery import Skill
from tutor.practice.resume import open_worksheet
from tutor.practice.storage.store import Store, default_path
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.exercise import Exercise

FILE = """graph = "z = x * (x + y)"
start = 2
[inputs]
x = 3
y = 4
[vary]
x = { from = 2, to = 90 }
y = { from = 2, to = 90 }
"""
#: The right answers, in the order of the blanks.
RIGHT = {"x->mul1": "14", "add1->mul1": "6", "x->add1": "6", "x": "20", "y->add1": "6"}
#: The own value, 7, in place of that of the other input, 3; all that follows are right steps from 14.
OWN_VALUE = {"x->mul1": "14", "add1->mul1": "14", "x->add1": "14", "x": "28", "y->add1": "14"}


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return exercise_in(tmp_path, FILE)


def fill(worksheet: Worksheet, answers: dict[str, str]) -> None:
    for blank, text in answers.items():
        assert worksheet.answer(blank, text).kind is VerdictKind.NOTED


def begin(exercise: Exercise, journal: MemoryJournal | None = None) -> Worksheet:
    worksheet = Worksheet(exercise.variant(), journal)
    worksheet.start_whole_pass()
    return worksheet


def test_nothing_is_judged_until_the_last_blank(exercise: Exercise) -> None:
    journal = MemoryJournal()
    worksheet = begin(exercise, journal)
    fill(worksheet, {**OWN_VALUE, "y->add1": "3"})
    assert {worksheet.state(blank) for blank in RIGHT} == {"noted"}
    assert not any(event.verdict or event.mistake or event.rule for event in journal.events)
    assert worksheet.whole_pass.is_finding
    assert not worksheet.done


def test_help_waits_but_entries_can_be_changed(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    fill(worksheet, {"x->mul1": "14", "add1->mul1": "14"})
    assert worksheet.help_refusal is not None
    assert not worksheet.can_unfold("mul1")
    fill(worksheet, {"add1->mul1": "6"})
    assert worksheet.undo() == "add1->mul1"
    assert worksheet.entry("add1->mul1").text == "14"
    worksheet.clear("add1->mul1")
    assert worksheet.state("add1->mul1") == "empty"
    fill(worksheet, {name: RIGHT[name] for name in ("add1->mul1", "x->add1", "x", "y->add1")})
    assert worksheet.done


def test_a_pass_that_is_right_is_solved_without_a_wrong_try(exercise: Exercise) -> None:
    journal = MemoryJournal()
    worksheet = begin(exercise, journal)
    fill(worksheet, RIGHT)
    assert worksheet.done
    assert worksheet.whole_pass.was_right_at_once
    assert worksheet.summary().wrong_attempts == 0
    answers = [event for event in journal.events if event.kind == "answer"]
    assert {event.blank for event in answers} == set(RIGHT)
    assert all(event.verdict == "right" for event in answers)
    assert any(event.proof and event.rule for event in answers)
    assert journal.events[-1].kind == "solved"


def test_only_the_first_wrong_value_is_diagnosed_and_the_others_are_carried(exercise: Exercise) -> None:
    journal = MemoryJournal()
    worksheet = begin(exercise, journal)
    fill(worksheet, OWN_VALUE)
    assert str(worksheet.whole_pass.score(worksheet.fillable)) == "Right: 1 of 5."
    worksheet.point_at("add1->mul1")
    verdict = worksheet.entry("add1->mul1").verdict
    assert verdict is not None
    assert (verdict.kind, verdict.mistake) == (VerdictKind.MISTAKEN, "mul.own-input")
    assert [worksheet.state(blank) for blank in RIGHT] == ["right", "wrong", "near", "near", "near"]
    stored = {event.blank: (event.verdict, event.mistake) for event in journal.events if event.kind == "answer"}
    assert stored["add1->mul1"] == ("mistaken", "mul.own-input")
    assert stored["x->add1"] == ("carried", "")
    skill = Skill(FAULT)
    for event in journal.events:
        if event.rule == FAULT:
            skill.apply(event)
    assert skill.state.steps == 1
    pointed = [(event.blank, event.verdict) for event in journal.events if event.kind == "pointed"]
    assert pointed == [("add1->mul1", "right")]
    # From here on the exercise is an ordinary one.
    for blank in ("add1->mul1", "x->add1", "x", "y->add1"):
        assert worksheet.answer(blank, RIGHT[blank]).right
    assert worksheet.done
    assert worksheet.summary().wrong_attempts == 1


def test_after_two_wrong_guesses_the_first_wrong_value_is_shown(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    fill(worksheet, OWN_VALUE)
    worksheet.point_at("x->mul1")
    assert "right" in str(worksheet.whole_pass.said)
    assert worksheet.whole_pass.is_finding
    worksheet.point_at("x->add1")
    assert "right step" in str(worksheet.whole_pass.said)
    assert not worksheet.whole_pass.is_on
    assert worksheet.whole_pass.first_wrong == "add1->mul1"
    assert not worksheet.whole_pass.was_found


def test_a_second_mistake_is_explained_only_after_the_first_is_corrected(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    # The own value at the product, and a 1 in place of the upstream at the sum.
    fill(worksheet, {"x->mul1": "6", "add1->mul1": "14", "x->add1": "1", "x": "7", "y->add1": "14"})
    worksheet.point_at("x->add1")
    assert "earlier" in str(worksheet.whole_pass.said)
    worksheet.point_at("x->mul1")
    later = worksheet.entry("add1->mul1").verdict
    assert later is not None
    assert later.mistake is None
    assert worksheet.answer("x->mul1", "14").right
    later = worksheet.entry("add1->mul1").verdict
    assert later is not None
    assert later.mistake == "mul.own-input"


def test_branches_have_a_first_wrong_value_each(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    fill(worksheet, {**OWN_VALUE, "x->mul1": "6", "x": "20"})
    worksheet.point_at("add1->mul1")
    assert worksheet.whole_pass.was_found


def test_the_mode_can_be_left_and_the_answers_are_judged(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    fill(worksheet, {"x->mul1": "14", "add1->mul1": "14"})
    worksheet.leave_whole_pass()
    assert (worksheet.state("x->mul1"), worksheet.state("add1->mul1")) == ("right", "wrong")
    assert worksheet.help_refusal is None
    assert worksheet.answer("add1->mul1", "6").right


@pytest.mark.parametrize("kept", range(1, 13))
def test_it_is_kept_over_a_kill_at_any_event(exercise: Exercise, kept: int) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.start_whole_pass()
        fill(worksheet, OWN_VALUE)
        worksheet.point_at("x->mul1")
        worksheet.point_at("add1->mul1")
        events = store.events("term", "one")
    assert len(events) == 14
    journal = MemoryJournal()
    again = Worksheet(exercise.variant(), journal, events[: kept + 1])
    assert again.whole_pass.is_on == (kept < 8)
    assert again.whole_pass.is_finding == (6 <= kept < 8)
    # What was not stored before the kill is stored now, and once.
    assert len(journal.events) == (0 if kept < 8 else 13 - kept)
    assert [again.state(blank) for blank in RIGHT].count("noted") == (min(kept - 1, 5) if kept < 8 else 0)


def test_a_list_tells_how_many_blanks_are_filled(exercise: Exercise) -> None:
    with Store.open(default_path()) as store:
        worksheet = open_worksheet(store, exercise)
        worksheet.start_whole_pass()
        fill(worksheet, {"x->mul1": "14", "add1->mul1": "14"})
        assert store.state("term", "one") == "begun"
        record = load_records(store)["term", "one"]
        assert record.unfinished is not None
        assert record.unfinished.filled == 2


def test_new_numbers_are_a_whole_pass_again_unless_it_was_left(exercise: Exercise) -> None:
    worksheet = begin(exercise)
    worksheet.new_numbers(3)
    assert worksheet.whole_pass.is_on
    worksheet.leave_whole_pass()
    worksheet.new_numbers(4)
    assert not worksheet.whole_pass.is_on


def test_too_few_digits_are_not_wrong(tmp_path: Path) -> None:
    folder = tmp_path / "thirds"
    folder.mkdir()
    (folder / "pack.toml").write_text("format = 1\nid = 'thirds'\n")
    (folder / "01-one.toml").write_text("graph = 'z = x * y'\nstart = 1\n[inputs]\nx = '1/3'\ny = '1/7'\n")
    worksheet = begin(read_pack(folder).open("one"))
    fill(worksheet, {"x->mul1": "0.14", "y->mul1": "1/3"})
    assert not worksheet.whole_pass.is_on
    assert worksheet.state("x->mul1") == "near"
