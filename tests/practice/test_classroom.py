"""A class: who did what, and which mistakes are frequent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from tutor.practice.classroom import HEADER, MISTAKES_HEADER, Classroom
from tutor.practice.event import Event
from tutor.practice.exporting import Attempt

START = datetime(2026, 3, 2, 10, tzinfo=UTC)


def done(*deeds: tuple[str, dict[str, object]], exercise: str = "times", worksheet: str = "try") -> list[Event]:
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


def wrong(blank: str, mistake: str = "mul.own-input") -> tuple[str, dict[str, object]]:
    return "answer", {"blank": blank, "verdict": "mistaken", "mistake": mistake}


def right(blank: str) -> tuple[str, dict[str, object]]:
    return "answer", {"blank": blank, "verdict": "right"}


def of(**learners: list[Event]) -> Classroom:
    classroom = Classroom()
    for learner, events in learners.items():
        classroom.add([Attempt(learner, event) for event in events], "file")
    return classroom


def rows(classroom: Classroom) -> list[dict[str, str]]:
    return [dict(zip(HEADER, row, strict=True)) for row in classroom.rows()]


MINJI = done(
    ("begin", {}),
    wrong("a"),
    right("a"),
    right("b"),
    ("hint", {"blank": "c", "hints": 1}),
    ("hint", {"blank": "c", "hints": 2}),
    right("c"),
    ("answer", {"blank": "d", "verdict": "coarse"}),
    right("d"),
    ("reveal", {"blank": "e"}),
    ("solved", {}),
)


def test_a_row_tells_what_a_learner_did_in_an_exercise() -> None:
    [row] = rows(of(Minji=MINJI))
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
    classroom = of(Sora=done(right("a")) + done(right("a"), exercise="plus", worksheet="2"), Minji=MINJI)
    assert [(row["learner"], row["exercise"]) for row in rows(classroom)] == [
        ("Minji", "times"),
        ("Sora", "plus"),
        ("Sora", "times"),
    ]


def test_the_same_attempt_handed_in_twice_counts_once() -> None:
    classroom = of(Minji=MINJI + MINJI[:5])
    classroom.add([Attempt("Minji", event) for event in MINJI], "again")
    assert rows(classroom) == rows(of(Minji=MINJI))


def test_attempts_without_a_mark_belong_to_their_file() -> None:
    classroom = Classroom()
    classroom.add([Attempt("", event) for event in MINJI], "minji-export")
    assert classroom.learners == ["minji-export"]


def test_the_mistakes_of_most_learners_come_first() -> None:
    classroom = of(
        A=done(wrong("a"), wrong("b"), wrong("c")),
        B=done(wrong("a", "any.dropped-upstream")),
        C=done(wrong("a", "any.dropped-upstream"), right("a")),
        D=done(right("a")),
    )
    found = [(one.mistake, one.times, one.learners, one.of) for one in classroom.mistakes()]
    assert found == [("any.dropped-upstream", 2, 2, 4), ("mul.own-input", 3, 1, 4)]
    [first, _] = list(classroom.mistake_rows())
    assert dict(zip(MISTAKES_HEADER, first, strict=True))["name"] == "upstream left out"


def test_what_a_learner_has_reset_is_left_out_unless_it_was_taken_back() -> None:
    later = (START + timedelta(hours=1)).isoformat(timespec="microseconds")
    reset = Event(kind="reset", id="r", at=later, worksheet="", pack="basics", exercise="times", fingerprint="")
    after = (START + timedelta(hours=2)).isoformat(timespec="microseconds")
    restore = Event(kind="restore", at=after, worksheet="", pack="", exercise="", text="r", fingerprint="")
    assert rows(of(Minji=[*MINJI, reset])) == []
    assert rows(of(Minji=[*MINJI, reset, restore])) == rows(of(Minji=MINJI))


def test_a_learner_cannot_name_a_formula_into_the_table() -> None:
    [row] = of(**{"=cmd|' /C calc'!A0": MINJI}).rows()
    assert row[0] == "'=cmd|' /C calc'!A0"
