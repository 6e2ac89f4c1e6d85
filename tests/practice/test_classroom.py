"""A class: who did what, and which mistakes are frequent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tutor.practice.classroom import MISTAKES_HEADER, WORK_HEADER, Classroom
from tutor.practice.event import Event
from tutor.practice.export import Attempt

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def events_of(*deeds: tuple[str, dict[str, Any]], exercise: str = "times", worksheet: str = "try") -> list[Event]:
    return [
        Event(
            kind=kind,
            at=(START + timedelta(minutes=minute)).isoformat(timespec="microseconds"),
            worksheet=worksheet,
            pack="basics",
            exercise=exercise,
            fingerprint="f00d",
            duration=30.0,
            **more,
        )
        for minute, (kind, more) in enumerate(deeds)
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


MINJI = events_of(
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


def test_a_row_tells_what_a_learner_did_in_an_exercise() -> None:
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


def test_learners_and_exercises_have_rows_of_their_own_in_order() -> None:
    classroom = classroom_of(
        Sora=events_of(right_answer("a")) + events_of(right_answer("a"), exercise="plus", worksheet="2"), Minji=MINJI
    )
    assert [(row["learner"], row["exercise"]) for row in csv_rows(classroom)] == [
        ("Minji", "times"),
        ("Sora", "plus"),
        ("Sora", "times"),
    ]


def test_the_same_attempt_handed_in_twice_counts_once() -> None:
    classroom = classroom_of(Minji=MINJI + MINJI[:5])
    classroom.add([Attempt("Minji", event) for event in MINJI], "again")
    assert csv_rows(classroom) == csv_rows(classroom_of(Minji=MINJI))


def test_attempts_without_a_mark_belong_to_their_file() -> None:
    classroom = Classroom()
    classroom.add([Attempt("", event) for event in MINJI], "minji-export")
    assert classroom.learners == ["minji-export"]


def test_the_mistakes_of_most_learners_come_first() -> None:
    classroom = classroom_of(
        A=events_of(wrong_answer("a"), wrong_answer("b"), wrong_answer("c")),
        B=events_of(wrong_answer("a", "any.dropped-upstream")),
        C=events_of(wrong_answer("a", "any.dropped-upstream"), right_answer("a")),
        D=events_of(right_answer("a")),
    )
    found = [(one.mistake, one.times, one.learners, one.of_learners) for one in classroom.mistake_frequencies()]
    assert found == [("any.dropped-upstream", 2, 2, 4), ("mul.own-input", 3, 1, 4)]
    [first, _] = list(classroom.mistake_rows())
    assert dict(zip(MISTAKES_HEADER, first, strict=True))["name"] == "upstream left out"


def test_what_a_learner_has_reset_is_left_out_unless_it_was_taken_back() -> None:
    later = (START + timedelta(hours=1)).isoformat(timespec="microseconds")
    reset = Event(kind="reset", id="r", at=later, worksheet="", pack="basics", exercise="times", fingerprint="")
    after = (START + timedelta(hours=2)).isoformat(timespec="microseconds")
    restore = Event(kind="restore", at=after, worksheet="", pack="", exercise="", text="r", fingerprint="")
    assert csv_rows(classroom_of(Minji=[*MINJI, reset])) == []
    assert csv_rows(classroom_of(Minji=[*MINJI, reset, restore])) == csv_rows(classroom_of(Minji=MINJI))


def test_a_learner_cannot_name_a_formula_into_the_table() -> None:
    [row] = classroom_of(**{"=cmd|' /C calc'!A0": MINJI}).work_rows()
    assert row[0] == "'=cmd|' /C calc'!A0"
