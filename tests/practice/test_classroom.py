"""Tests of class reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.events import make_event, time_after
from tutor.practice.classroom import MISTAKES_HEADER, WORK_HEADER, Classroom
from tutor.practice.export import Attempt

if TYPE_CHECKING:
    from tutor.practice.event import Event


def make_events(*actions: tuple[str, dict[str, Any]], exercise: str = "times", worksheet: str = "try") -> list[Event]:
    """Return one event a minute, each of which took 30 s."""
    return [
        make_event(kind, worksheet, at=time_after(minutes=minute), exercise=exercise, duration=30.0, **fields)
        for minute, (kind, fields) in enumerate(actions)
    ]


def wrong_answer(blank: str, mistake: str = "mul.own-input") -> tuple[str, dict[str, Any]]:
    return "answer", {"blank": blank, "verdict": "mistaken", "mistake": mistake}


def right_answer(blank: str) -> tuple[str, dict[str, Any]]:
    return "answer", {"blank": blank, "verdict": "right"}


def classroom_of(**learners: list[Event]) -> Classroom:
    classroom = Classroom()
    for learner, events in learners.items():
        classroom.add([Attempt(learner, event) for event in events], "file")
    return classroom


def csv_rows(classroom: Classroom) -> list[dict[str, str]]:
    return [dict(zip(WORK_HEADER, row, strict=True)) for row in classroom.work_rows()]


MINJI = make_events(
    ("begin", {}),
    wrong_answer("a"),
    right_answer("a"),
    right_answer("b"),
    ("hint", {"blank": "c", "hints": 1}),
    ("hint", {"blank": "c", "hints": 2}),
    right_answer("c"),
    ("answer", {"blank": "d", "verdict": "coarse"}),
    right_answer("d"),
    ("reveal", {"blank": "e"}),
    ("solved", {}),
)


def test_a_row_sums_up_a_learners_work_on_an_exercise() -> None:
    [row] = csv_rows(classroom_of(Minji=MINJI))
    assert row == {
        "learner": "Minji",
        "pack": "basics",
        "exercise": "times",
        "solved": "yes",
        "tries": "1",
        "blanks": "4",
        "first_try_rate": "0.500",
        "hints": "2",
        "shown": "1",
        "seconds": "330",
        "verdict_right": "4",
        "verdict_coarse": "1",
        "verdict_carried": "0",
        "verdict_elsewhere": "0",
        "verdict_mistaken": "1",
        "verdict_wrong": "0",
        "verdict_wrong_shape": "0",
    }


def test_rows_are_sorted_by_learner_and_exercise() -> None:
    classroom = classroom_of(
        Sora=make_events(right_answer("a")) + make_events(right_answer("a"), exercise="plus", worksheet="2"),
        Minji=MINJI,
    )
    assert [(row["learner"], row["exercise"]) for row in csv_rows(classroom)] == [
        ("Minji", "times"),
        ("Sora", "plus"),
        ("Sora", "times"),
    ]


def test_an_attempt_added_twice_counts_once() -> None:
    classroom = classroom_of(Minji=MINJI + MINJI[:5])
    classroom.add([Attempt("Minji", event) for event in MINJI], "again")
    assert csv_rows(classroom) == csv_rows(classroom_of(Minji=MINJI))


def test_attempts_without_a_learner_belong_to_their_file() -> None:
    classroom = Classroom()
    classroom.add([Attempt("", event) for event in MINJI], "minji-export")
    assert classroom.learners == ["minji-export"]


def test_the_mistakes_of_most_learners_come_first() -> None:
    classroom = classroom_of(
        A=make_events(wrong_answer("a"), wrong_answer("b"), wrong_answer("c")),
        B=make_events(wrong_answer("a", "any.dropped-upstream")),
        C=make_events(wrong_answer("a", "any.dropped-upstream"), right_answer("a")),
        D=make_events(right_answer("a")),
    )
    frequencies = classroom.mistake_frequencies()
    assert [(row.mistake, row.times, row.learners, row.of_learners) for row in frequencies] == [
        ("any.dropped-upstream", 2, 2, 4),
        ("mul.own-input", 3, 1, 4),
    ]
    [first, _] = list(classroom.mistake_rows())
    assert dict(zip(MISTAKES_HEADER, first, strict=True))["name"] == "upstream left out"


def test_reset_attempts_are_left_out_unless_the_reset_was_undone() -> None:
    reset = make_event("reset", id="r", at=time_after(hours=1), exercise="times")
    restore = make_event("restore", at=time_after(hours=2), pack="", exercise="", text="r")
    assert csv_rows(classroom_of(Minji=[*MINJI, reset])) == []
    assert csv_rows(classroom_of(Minji=[*MINJI, reset, restore])) == csv_rows(classroom_of(Minji=MINJI))


def test_a_learners_name_cannot_become_a_formula() -> None:
    [row] = classroom_of(**{"=cmd|' /C calc'!A0": MINJI}).work_rows()
    assert row[0] == "'=cmd|' /C calc'!A0"
