"""Tests of class reports."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.support.events import make_event, time_after
from tutor.practice.classroom import MISTAKES_HEADER, WORK_HEADER, Classroom
from tutor.practice.export import Attempt, as_json

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
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
        "exam": "no",
        "exam_resets": "",
        "exam_numbers": "",
        "exam_shared_with": "",
        "solved_in_code": "no",
        "predictions": "0",
        "predictions_right": "0",
        "regraded": "0",
        "not_regraded": "0",
        "regraded_differently": "0",
        "flags": "",
        "points": "",
        "points_of": "",
        "late_answers": "",
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


def exam_events(worksheet: str, start: int, right: int, seed: int | None = 7, finished: bool = True) -> list[Event]:
    """Return a try of an exam with two blanks, `right` of them right, one event a minute."""
    kinds: list[tuple[str, dict[str, Any]]] = [("begin", {}), ("noted", {"blank": "a"}), ("noted", {"blank": "b"})]
    if finished:
        verdicts = ["right"] * right + ["wrong"] * (2 - right)
        kinds += [("answer", {"blank": name, "verdict": v}) for name, v in zip("ab", verdicts, strict=True)]
        kinds.append(("solved", {}))
    return [
        make_event(kind, worksheet, at=time_after(minutes=start + minute), exercise="exam", seed=seed, **fields)
        for minute, (kind, fields) in enumerate(kinds)
    ]


def test_of_an_exam_taken_again_after_a_reset_the_first_finished_try_counts() -> None:
    left = exam_events("try 0", 0, right=0, finished=False)
    first, second = exam_events("try 1", 10, right=1), exam_events("try 2", 30, right=2)
    reset = make_event("reset", "r", pack="basics", exercise="", at=time_after(minutes=20))
    undone = make_event("restore", "r", pack="", exercise="", text=reset.id, at=time_after(minutes=21))
    [row] = csv_rows(classroom_of(ann=[*left, *first, reset, undone, *second]))
    assert (row["solved"], row["tries"], row["first_try_rate"]) == ("yes", "3", "0.500")
    assert (row["verdict_right"], row["verdict_wrong"]) == ("1", "1")
    assert (row["exam"], row["exam_resets"], row["exam_numbers"]) == ("yes", "1", "1")
    [row] = csv_rows(classroom_of(ann=[*first, reset]))
    assert (row["solved"], row["tries"], row["exam_resets"]) == ("yes", "1", "1")
    [row] = csv_rows(classroom_of(ann=left))
    assert (row["solved"], row["tries"], row["verdict_right"]) == ("no", "1", "0")


def test_other_numbers_and_shared_tries_of_an_exam_are_told() -> None:
    ann = exam_events("try 1", 0, right=2, seed=7) + exam_events("try 2", 10, right=2, seed=8)
    bob = exam_events("try 3", 0, right=2, seed=8)
    cem, dan = exam_events("try 4", 0, right=2, seed=None), exam_events("try 5", 0, right=2, seed=None)
    rows = csv_rows(classroom_of(ann=ann, bob=bob, cem=cem, dan=dan, eve=cem))
    assert [row["exam_numbers"] for row in rows] == ["2", "1", "1", "1", "1"]
    assert [row["exam_shared_with"] for row in rows] == ["bob", "ann", "eve", "", "cem"]


def test_the_report_names_who_began_or_reset_an_exam(run_tutor: Run, tmp_path: Path) -> None:
    reset = make_event("reset", "r", pack="", exercise="", at=time_after(minutes=9))
    ann = [*exam_events("try 1", 0, right=1), reset, *exam_events("try 2", 10, right=2, seed=9)]
    files = []
    for name, events in {"ann": ann, "bob": exam_events("try 3", 0, right=2, seed=5)}.items():
        files.append(tmp_path / f"{name}.jsonl")
        files[-1].write_text("".join(as_json(event) + "\n" for event in events), encoding="utf-8")
    done = run_tutor("report", *map(str, files))
    assert done.returncode == 0, done.stderr
    for sentence in (
        "first finished try counts): ann (2)",
        "reset after starting: ann (1)",
        "set of numbers: ann (2)",
    ):
        assert sentence in done.stdout
    assert "bob (" not in done.stdout
