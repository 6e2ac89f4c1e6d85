"""Exercises solved in code: what is credited for them, and what they leave as it is."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.events import append_events, make_event, rebuilt_skills, stored_skills, time_after
from tutor.commands.documents import as_html, as_text
from tutor.commands.progress import progress_page
from tutor.packs import library
from tutor.practice.classroom import WORK_HEADER, Classroom
from tutor.practice.code_credit import load_code_credit
from tutor.practice.exercise_index import ExerciseIndex
from tutor.practice.exercise_records import load_records
from tutor.practice.export import Attempt, as_json, read_export
from tutor.practice.progress import load_progress
from tutor.practice.review import due_rules, load_skills
from tutor.practice.storage.store import Store, default_path

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.practice.event import Event

TIMES = ("basics", "times")


def check(verdict: str = "right", rules: str = "mul branch", **fields: Any) -> Event:
    """Return the event of a check of basics/times; each session has an id of its own."""
    return make_event("code", "file", verdict=verdict, text=rules, **({"exercise": "times"} | fields))


@pytest.fixture
def store(home: Path) -> Iterator[Store]:
    with Store.open(default_path()) as store:
        yield store


def test_a_check_begins_nothing_and_moves_nothing(store: Store) -> None:
    append_events(store, make_event("begin", exercise="times"), make_event("answer", exercise="times"))
    append_events(store, make_event("begin", "b"), make_event("answer", "b"))
    append_events(store, check("wrong"), check())
    assert store.solved_in_code() == {TIMES}
    assert store.exercise_to_continue() == ("basics", "add")
    assert store.last_exercise() == ("basics", "add")
    assert [event.kind for event in store.events(*TIMES)] == ["begin", "answer"]
    append_events(store, check(exercise="plus"))
    assert store.state("basics", "plus") == "new"
    assert ("basics", "plus") not in load_records(store)
    assert store.exercise_to_continue() == ("basics", "add")


def test_a_wrong_check_afterwards_takes_nothing_back_and_a_reset_does(store: Store) -> None:
    append_events(store, check(), check("wrong"))
    assert store.solved_in_code() == {TIMES}
    reset = store.reset(*TIMES)
    assert reset is not None
    assert store.solved_in_code() == set()
    assert load_code_credit(store) == {}
    assert store.events(*TIMES) == ()
    assert store.restore(reset.id)
    assert store.solved_in_code() == {TIMES}


def test_rules_are_credited_once_for_each_exercise_and_count_as_one_step(store: Store) -> None:
    append_events(store, make_event("answer", exercise="times", rule="mul:0", blank="mul1.0", verdict="right"))
    due = list(due_rules(store, None))
    append_events(store, check("wrong", "mul"), check(), check(exercise="plus", rules="add mul no-such-rule ☃"))
    assert load_code_credit(store) == {"mul": 2, "branch": 1, "add": 1}
    assert stored_skills(store) == rebuilt_skills(store)
    steps = {rule: skill.state.steps for rule, skill in load_skills(store).items()}
    assert steps == {"mul": 1, "branch": 1, "add": 1, "code": 2}
    assert list(due_rules(store, None)) == due


def test_progress_and_its_pages_tell_it(store: Store) -> None:
    append_events(store, make_event("answer", exercise="times", rule="mul", blank="mul1.0", verdict="right"), check())
    progress = load_progress(store, ExerciseIndex(()), library.all_packs(installed=False))
    assert (progress.in_code, progress.rules[0].in_code) == (1, 1)
    assert progress.as_json()["solved_in_code"] == 1
    assert progress.as_json()["rules_in_code"]["branch"] == 1
    text = "\n".join(as_text(progress_page(progress, "Progress")))
    assert "Exercises solved in code: 1." in text
    assert "1 in code" in text
    assert "right in code" in "\n".join(as_html(progress_page(progress, "Progress")))


def test_a_learner_with_nothing_but_code_has_progress(store: Store) -> None:
    append_events(store, check())
    progress = load_progress(store, ExerciseIndex(()), library.all_packs(installed=False))
    assert "Exercises solved in code: 1." in "\n".join(as_text(progress_page(progress, "Progress")))
    assert progress.days_practised == 0


def test_a_class_report_counts_it_apart_from_tries() -> None:
    classroom = Classroom()
    events = [
        make_event("begin", exercise="times", at=time_after(minutes=1)),
        make_event("answer", exercise="times", verdict="right", blank="a", at=time_after(minutes=2)),
        check(at=time_after(minutes=3)),
    ]
    classroom.add([Attempt("ann", event) for event in events], "file")
    classroom.add([Attempt("bob", make_event("begin", exercise="times"))], "file")
    rows = [dict(zip(WORK_HEADER, row, strict=True)) for row in classroom.work_rows()]
    assert [(row["learner"], row["tries"], row["solved_in_code"]) for row in rows] == [
        ("ann", "1", "yes"),
        ("bob", "1", "no"),
    ]


def test_it_goes_through_an_export_and_an_import(store: Store, tmp_path: Path) -> None:
    file = tmp_path / "ann.jsonl"
    file.write_text(as_json(check()) + "\n", encoding="utf-8")
    store.with_database(lambda database: database.merge([attempt.event for attempt in read_export(file)], "ann"))
    assert store.solved_in_code() == {TIMES}
    store.with_database(lambda database: database.undo_import())
    assert store.solved_in_code() == set()


def test_the_list_marks_it_in_text_and_as_data(run_tutor: Run, store: Store) -> None:
    append_events(store, check())
    marked = [line for line in run_tutor("list", "--ascii").stdout.splitlines() if "solved in code" in line]
    assert len(marked) == 1
    assert "basics/times" in marked[0]
    assert marked[0].endswith("  p solved in code")
    packs = json.loads(run_tutor("list", "--json").stdout)
    coded = [row for pack in packs for row in pack["exercises"] if row["in_code"]]
    assert [(row["id"], row["state"]) for row in coded] == [("basics/times", "new")]
