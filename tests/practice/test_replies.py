"""Replies to questions about mistakes: stored, replayed, undone, counted, exported."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import pytest

from tests.support.events import MemoryJournal, append_events, make_event, rebuilt_skills, stored_skills
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.practice.classroom import ExerciseWork
from tutor.practice.mastery import Skill
from tutor.practice.progress import load_progress
from tutor.practice.telling_numbers import find_telling_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.practice.event import Event


def asked_worksheet() -> tuple[Worksheet, MemoryJournal]:
    """Return a worksheet at whose blank c → + the learner typed 6 for 5."""
    journal = MemoryJournal()
    worksheet = Worksheet(library.find_exercise("basics/plus").variant(), journal)
    verdict = worksheet.answer("c->add2", "6")
    assert (verdict.mistake, verdict.asks) == ("any.added", True)
    return worksheet, journal


def replayed(worksheet: Worksheet, journal: MemoryJournal) -> Worksheet:
    return Worksheet(worksheet.variant, events=journal.events)


@pytest.mark.parametrize("agreed", [True, False])
def test_a_reply_is_stored_and_replayed(agreed: bool) -> None:
    worksheet, journal = asked_worksheet()
    after = worksheet.reply("c->add2", agreed)
    event = journal.events[-1]
    assert (event.kind, event.blank, event.text, event.mistake) == (
        "reply",
        "c->add2",
        "yes" if agreed else "no",
        "any.added",
    )
    again = replayed(worksheet, journal)
    assert again.entry("c->add2").verdict == after == worksheet.entry("c->add2").verdict
    assert again.summary().mistakes == worksheet.summary().mistakes == Counter(["any.added"] if agreed else [])
    assert again.asks("c->add2") is not agreed


def test_a_reply_is_no_attempt_and_the_same_answer_is_not_asked_about_again() -> None:
    worksheet, _journal = asked_worksheet()
    while worksheet.asks("c->add2"):
        worksheet.reply("c->add2", False)
    assert worksheet.entry("c->add2").wrong_attempts == 1
    verdict = worksheet.answer("c->add2", "6")
    assert (verdict.kind, verdict.mistake) == (VerdictKind.WRONG, None)
    with pytest.raises(RuntimeError):
        worksheet.reply("c->add2", True)


def test_undo_takes_the_answer_back_together_with_the_reply() -> None:
    worksheet, journal = asked_worksheet()
    worksheet.reply("c->add2", True)
    assert worksheet.undo() == "c->add2"
    assert worksheet.state("c->add2") == "empty"
    assert replayed(worksheet, journal).state("c->add2") == "empty"
    worksheet.answer("c->add2", "6")
    worksheet.reply("c->add2", False)
    worksheet.answer("c->add2", "5")
    worksheet.undo()
    verdict = worksheet.entry("c->add2").verdict
    assert verdict is not None
    assert verdict.mistake == "any.off-by-one"


def test_a_reply_about_a_mistake_that_is_not_suspected_changes_nothing() -> None:
    worksheet, journal = asked_worksheet()
    worksheet.reply("c->add2", True)
    stray = make_event("reply", journal.events[0].worksheet, blank="c->add2", text="yes", mistake="mul.own-input")
    again = Worksheet(worksheet.variant, events=[*journal.events, stray])
    assert again.entry("c->add2").verdict == worksheet.entry("c->add2").verdict


def reply_events(*replies: tuple[str, str, str]) -> list[Event]:
    """Return a wrong answer with the mistake add.split, and replies as (text, mistake, verdict)."""
    common = {"blank": "x->add1", "rule": "add"}
    answer = make_event("answer", text="1", verdict="mistaken", mistake="add.split", **common)
    return [
        answer,
        *(make_event("reply", text=text, mistake=name, verdict=kind, **common) for text, name, kind in replies),
    ]


COUNTS = [
    ((), {"add.split": 1}),
    ((("yes", "add.split", "mistaken"),), {"add.split": 1}),
    ((("no", "add.split", "mistaken"),), {}),
    ((("no", "add.split", "mistaken"), ("yes", "any.added", "")), {"any.added": 1}),
    ((("no", "add.split", "mistaken"), ("no", "any.added", "")), {}),
]


@pytest.mark.parametrize(("replies", "counts"), COUNTS)
def test_a_denied_mistake_does_not_count(
    replies: tuple[tuple[str, str, str], ...], counts: dict[str, int], tmp_path: Path
) -> None:
    from tutor.practice.exercise_index import ExerciseIndex
    from tutor.practice.storage.store import Store

    events = reply_events(*replies)
    skill, work = Skill("add"), ExerciseWork()
    for event in events:
        skill.apply(event)
        work.apply(event)
    assert skill.mistakes == dict(work.mistakes) == counts
    assert skill.outcomes["x->add1"].wrong_attempts == 1
    with Store.open(tmp_path / "p.sqlite3") as store:
        append_events(store, *events)
        progress = load_progress(store, ExerciseIndex(()), [])
        assert {mistake.id: mistake.count for mistake in progress.mistakes} == counts
        assert stored_skills(store) == rebuilt_skills(store)


def test_numbers_that_tell_the_mistakes_apart_are_taken_on_request() -> None:
    exercise = library.find_exercise("basics/add-multiply")
    journal = MemoryJournal()
    worksheet = Worksheet(exercise.variant(), journal)
    worksheet.answer("mul1", "1")
    verdict = worksheet.answer("a->add1", "1")
    assert verdict.asks
    assert worksheet.offers_telling_numbers("a->add1")
    suspected = [suspicion.mistake for suspicion in verdict.suspicions]
    assert worksheet.take_telling_numbers("a->add1")
    problem = worksheet.problem
    values = {one.id: one.value for one in candidates_at(problem, problem.place("a->add1")) if one.id in suspected}
    assert len(set(values.values())) == len(values) > 1
    assert not worksheet.offers_telling_numbers("a->add1")


def test_without_such_numbers_any_fresh_ones_are_taken() -> None:
    exercise = library.find_exercise("basics/add-multiply")
    assert find_telling_seed(exercise.variant(), "a->add1", ("no.such", "add.split"), range(3)) is None
