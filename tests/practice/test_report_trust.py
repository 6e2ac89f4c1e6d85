"""What a class report tells of rows that are not as they should be, and that it says nothing against the others."""

from __future__ import annotations

import csv
import io
import json
import random
import sqlite3
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.events import MemoryJournal, append_events, make_event, time_after
from tutor.grading.hints.ladder import format_right_answer
from tutor.grading.verdict import VerdictKind
from tutor.packs import library
from tutor.packs.path_argument import open_path
from tutor.practice.chain import own_hash, with_link
from tutor.practice.class_files import class_files, read_class_file
from tutor.practice.class_flags import Flag, class_flags
from tutor.practice.classroom import Classroom
from tutor.practice.event import NOTED, Event
from tutor.practice.exam import exam_seed
from tutor.practice.export import Attempt, Sealing, as_json, read_export
from tutor.practice.gradebook import ExercisePoints, Points, make_gradebook
from tutor.practice.installed_exercises import InstalledExercises
from tutor.practice.regrading import Regrader
from tutor.practice.storage.migrations import protect_events, unprotect_events
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise, Variant

EXERCISE = "chains/diamond"
POINTS = Points({("chains", "diamond"): ExercisePoints("Week 1", 7.0)})


@pytest.fixture(scope="module")
def exercise() -> Exercise:
    return library.find_exercise(EXERCISE)


def work(variant: Variant, wrong: Sequence[str] = (), program: str = "0.1.0") -> list[Event]:
    """Return the events of a try in which all blanks are answered, these wrongly first."""
    journal = MemoryJournal()
    sheet = Worksheet(variant, journal)
    for blank in variant.problem.blanks:
        if blank.id in wrong:
            sheet.answer(blank.id, "77")
        if not sheet.entry(blank.id).settled:
            sheet.answer(blank.id, format_right_answer(variant.problem, blank))
    return [replace(event, program=program) for event in journal.events]


def chained(events: Sequence[Event]) -> list[Event]:
    head, linked = "", []
    for event in events:
        linked.append(with_link(event, head))
        head = own_hash(linked[-1].link)
    return linked


def attempts(events: Sequence[Event], *, seal: bool = True) -> list[Attempt]:
    sealing = Sealing()
    for event in events:
        sealing.add(event)
    return [Attempt("", event, sealing.seal() if seal and event is events[-1] else None) for event in events]


def believed(**learners: Sequence[Event] | list[Attempt]) -> Classroom:
    """Return a class with the verdicts of its files."""
    classroom = Classroom()
    for learner, events in learners.items():
        rows = [event for event in events if isinstance(event, Attempt)]
        classroom.add(rows or attempts([event for event in events if isinstance(event, Event)]), learner)
    return classroom


def installed_here() -> InstalledExercises:
    return InstalledExercises(library.find_exercise, library.exercise_names())


def report_on(**learners: Sequence[Event] | list[Attempt]) -> Classroom:
    """Return a class whose answers are graded again."""
    classroom = believed(**learners)
    classroom.regrade(Regrader(installed_here()))
    return classroom


def flags_of(classroom: Classroom, *, facts: bool = False) -> list[Flag]:
    return [flag for flag in class_flags(classroom) if facts or not flag.is_fact]


def kinds(classroom: Classroom) -> list[tuple[str, str]]:
    return [(flag.learner, flag.kind) for flag in flags_of(classroom)]


def points_of(classroom: Classroom) -> dict[str, float | None]:
    return {learner: row[0] for learner, row in make_gradebook(classroom, POINTS, installed_here()).rows.items()}


# --- nothing is said against honest work ---


def test_honest_work_has_no_flags_and_keeps_its_points(exercise: Exercise) -> None:
    blanks = [blank.id for blank in exercise.variant().problem.blanks]
    class_ = {
        "ann": chained(work(exercise.variant())),
        "bob": chained([*work(exercise.variant(), blanks), *work(exercise.variant(7), blanks[:2])]),
        "cem": chained([*work(exercise.variant(7)), *work(exercise.variant(8))]),
    }
    stored, regraded = believed(**class_), report_on(**class_)
    assert flags_of(regraded, facts=True) == []
    assert points_of(stored) == points_of(regraded) == {"ann": 7.0, "bob": 7.0, "cem": 7.0}
    assert [each.num_kept for tries in regraded.regraded.values() for each in tries] == [0] * 5


def test_every_exercise_confirms_its_own_verdicts() -> None:
    """Answers as learners give them: right, rounded, wrong, right steps from wrong values, parts and stages."""
    dice = random.Random(3)
    names = [f"{pack.id}/{entry.id}" for pack in library.all_packs() for entry in pack.entries]
    for name in dice.sample(names, 8):
        exercise = library.find_exercise(name)
        if exercise.code.only:
            continue
        seed = 11 if exercise.has_variants else None
        for variant in {exercise.variant(seed, stage) for stage in (0, exercise.last_stage)}:
            blanks = [blank.id for blank in variant.problem.blanks]
            events = chained(work(variant, dice.sample(blanks, len(blanks) // 2)))
            classroom = report_on(ann=events)
            assert flags_of(classroom, facts=True) == [], name


def test_steps_from_wrong_values_sums_undone_answers_and_unfolded_nodes_are_replayed(exercise: Exercise) -> None:
    exercise = library.find_exercise("neuron/sigma-neuron")
    journal = MemoryJournal()
    sheet = Worksheet(exercise.variant(), journal)
    blanks = [blank.id for blank in sheet.blanks]
    for blank, text in zip(blanks[:2], ["1", "3"], strict=True):
        sheet.answer(blank, text)
    for node in ("sigmoid1", "mul1"):
        sheet.unfold(node)
    for place in list(sheet.fillable)[:4]:
        sheet.answer(place.id, "0.5")
    sheet.undo()
    sheet.start_whole_pass()
    for place in sheet.blanks:
        sheet.answer(place.id, "0.25")
    sheet.leave_whole_pass()
    assert {event.kind for event in journal.events} >= {"answer", "undo", "unjudged"}
    assert kinds(report_on(ann=chained([replace(event, program="1") for event in journal.events]))) == []


# --- verdicts that differ ---


def test_a_verdict_that_differs_is_replaced_in_the_points_and_flagged_with_its_version(exercise: Exercise) -> None:
    first, last = (exercise.variant().problem.blanks[i].id for i in (1, -1))
    events = work(exercise.variant(), [first], program="0.0.9")
    forged = [
        replace(event, verdict="right", text="77" if event.blank == last else event.text)
        if event.kind == "answer"
        else event
        for event in events
    ]
    classroom = report_on(ann=chained(forged))
    [flag] = flags_of(classroom)
    assert (flag.kind, flag.count, flag.versions) == ("regraded", 2, ("0.0.9",))
    assert "Version 0.0.9 stored them; this is" in str(flag.sentence)
    assert points_of(classroom)["ann"] == pytest.approx(6.0)
    assert points_of(believed(ann=chained(forged)))["ann"] == pytest.approx(7.0)
    work_row = classroom.work_by_learner()["ann", "chains", "diamond"]
    assert not work_row.solved
    downgraded = [
        replace(event, verdict="wrong") if event.kind == "answer" else event for event in work(exercise.variant())
    ]
    assert points_of(report_on(ann=chained(downgraded)))["ann"] == pytest.approx(7.0)


def test_a_difference_to_an_earlier_version_says_so(exercise: Exercise) -> None:
    events = [replace(event, text="78" if event.blank else "") for event in work(exercise.variant(), program="")]
    [flag] = [flag for flag in flags_of(report_on(ann=events)) if flag.kind == "regraded"]
    assert "An earlier version stored them; this is" in str(flag.sentence)


def test_a_part_that_a_review_asks_is_graded_again_when_it_is_finished(exercise: Exercise) -> None:
    kinds_ = {"begin": "review", "solved": "reviewed", "part": "reviewed"}
    blanks = [blank.id for blank in exercise.variant().problem.blanks][2:4]
    events = [replace(event, kind=kinds_.get(event.kind, event.kind)) for event in work(exercise.cut(blanks, 5))]
    finished, left = report_on(ann=chained(events)), report_on(ann=chained(events[:2]))
    assert flags_of(finished, facts=True) == []
    assert [(flag.kind, flag.count) for flag in flags_of(left, facts=True)] == [("not-regraded", 1)]


def test_another_form_of_the_exercise_and_other_numbers_are_told_and_keep_their_verdicts(exercise: Exercise) -> None:
    own = [replace(event, content="0123456789abcdef", fingerprint="feed") for event in work(exercise.variant())]
    other_numbers = [replace(event, seed=9) for event in work(exercise.variant(7))]
    classroom = report_on(ann=chained(own), bob=chained(other_numbers))
    assert kinds(classroom) == [("ann", "other-form"), ("bob", "other-numbers")]
    assert points_of(classroom) == {"ann": 7.0, "bob": 7.0}
    easier = [replace(event, content="0123456789abcdef") for event in work(exercise.variant())]
    wrong = [replace(event, text="77") if event.kind == "answer" else event for event in easier]
    # On the same numbers another form is graded by the one here; some steps from the wrong values are right.
    assert points_of(report_on(cem=chained(wrong))) == {"cem": 1.5}


def test_exams_are_graded_when_their_verdicts_are_not_told(tmp_path: Path) -> None:
    folder = write_exam(tmp_path)
    pack = open_path(folder)
    exam = pack.open(pack.entries[0].id)  # type: ignore[union-attr]
    events = work(exam.variant(5), [exam.variant(5).problem.blanks[0].id])
    untold = [event for event in events if event.kind in ("begin", NOTED)]
    twice = [*untold, *work(exam.variant(5))]
    classroom = Classroom()
    classroom.add(attempts(chained(untold)), "ann")
    classroom.add(
        attempts(chained(work(exam.variant(6)) + [replace(event, id=event.id + "2") for event in twice])), "bob"
    )
    classroom.regrade(Regrader(InstalledExercises(lambda _name: exam, ["midterm/quotient"])))
    row = classroom.work_by_learner()["ann", "midterm", "quotient"]
    assert row.verdicts == {VerdictKind.RIGHT: len(exam.variant().problem.blanks) - 1, VerdictKind.WRONG: 1}
    assert ("bob", "begun-again") in kinds(classroom)


def write_exam(folder: Path) -> Path:
    folder = folder / "midterm"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "midterm"\ntitle = "M"\nlanguages = ["en"]\nmode = "exam"\n')
    (folder / "quotient.toml").write_text(
        'title = "Q"\ngraph = "z = x / y"\n[vary]\nx = {from = 2, to = 9}\ny = {from = 2, to = 9}\n'
    )
    return folder


QUESTIONS = """
title = "Q"
graph = "z = x * y"
[vary]
x = {from = 2, to = 9}
y = {from = 2, to = 9}
[[question]]
prompt = "Which are right?"
select = "all"
none_of_these = true
choices = [{en = "a", right = true}, {en = "b"}, {en = "c", right = true}]
[[question]]
prompt = "What is it called?"
accept = ["chain rule"]
[[question]]
prompt = "Why?"
ungraded = true
"""


def test_numbers_of_another_id_are_told_where_a_class_has_ids(tmp_path: Path) -> None:
    exam = open_path(write_exam(tmp_path)).open("quotient")  # type: ignore[union-attr]

    def kinds_with(**owners: str) -> list[tuple[str, str]]:
        classroom = Classroom()
        for learner, owner in owners.items():
            classroom.add(attempts(chained(work(exam.variant(exam_seed(exam, owner))))), learner)
        classroom.regrade(Regrader(InstalledExercises(lambda _name: exam, ["midterm/quotient"])))
        return kinds(classroom)

    assert kinds_with(ann="ann", bob="somebody") == [("bob", "other-id")]
    assert kinds_with(ann="ann", bob="bob") == []
    assert kinds_with(ann="random", bob="somebody") == []


@pytest.mark.parametrize(("points", "told"), [("points = 10\n", [("ann", "removed-chain")]), ("", [])])
def test_rows_of_no_version_that_could_read_the_exam_are_told(
    tmp_path: Path, points: str, told: list[tuple[str, str]]
) -> None:
    folder = write_exam(tmp_path)
    file = folder / "quotient.toml"
    file.write_text(points + file.read_text())
    exam = open_path(folder).open("quotient")  # type: ignore[union-attr]
    classroom = Classroom()
    # As in an export from which the hashes and the version were taken, to claim any numbers and verdicts.
    forged = [replace(event, content="", fingerprint="0" * 16) for event in work(exam.variant(5), program="")]
    classroom.add(attempts(forged, seal=False), "ann")
    classroom.add(attempts(chained(work(exam.variant(6)))), "bob")
    classroom.regrade(Regrader(InstalledExercises(lambda _name: exam, ["midterm/quotient"])))
    assert kinds(classroom) == told


@pytest.mark.parametrize("seed", [3, 4])
def test_shuffled_choices_and_texts_of_an_exam_keep_their_verdicts(tmp_path: Path, seed: int) -> None:
    folder = write_exam(tmp_path)
    (folder / "quotient.toml").write_text(QUESTIONS)
    exam = open_path(folder).open("quotient")  # type: ignore[union-attr]
    journal = MemoryJournal()
    sheet = Worksheet(exam.variant(seed), journal)
    typed = iter([["1, 3", "Chain  Rule", "because"], ["4", "rule of chains", "why not"]][seed - 3])
    for blank in sheet.blanks:
        text = next(typed) if blank.kind == "question" else format_right_answer(sheet.problem, blank)
        sheet.answer(blank.id, text)
    assert sheet.done
    classroom = Classroom()
    classroom.add(attempts(chained([replace(event, program="0.1.0") for event in journal.events])), "ann")
    classroom.regrade(Regrader(InstalledExercises(lambda _name: exam, ["midterm/quotient"])))
    assert flags_of(classroom, facts=True) == []
    [regraded] = classroom.regraded["ann", ("midterm", "quotient")]
    assert regraded.num_regraded == len(sheet.blanks)


# --- rows of others, clocks, and the chain ---


def test_copied_rows_are_told_and_the_same_right_answers_are_not(exercise: Exercise) -> None:
    ann, own = work(exercise.variant()), work(exercise.variant())
    renamed = [
        replace(event, id=f"new {number}", worksheet="w2") for number, event in enumerate(work(exercise.variant()))
    ]
    shifted = [
        replace(event, id=f"{event.id} 3", worksheet="w3", at=later(event.at, hours=5), duration=1.0203040506 + i)
        for i, event in enumerate(renamed)
    ]
    dan = [replace(event, id=f"{event.id} 4", worksheet="w4", at=later(event.at, hours=1)) for event in shifted]
    copied = [replace(event, id=f"{event.id} 2", worksheet="w5") for event in ann]
    classroom = report_on(
        ann=chained(ann),
        bob=chained(own),
        cem=chained(copied),
        dan=chained(shifted),
        eve=chained(dan),
        fay=chained(own),
    )
    with_whom = {flag.learner: flag.others for flag in flags_of(classroom) if flag.kind == "copied"}
    assert with_whom == {
        "ann": ("cem",), "bob": ("fay",), "cem": ("ann",), "dan": ("eve",), "eve": ("dan",), "fay": ("bob",)
    }  # fmt: skip


def later(at: str, **delta: float) -> str:
    return (datetime.fromisoformat(at) + timedelta(**delta)).isoformat(timespec="microseconds")


def test_a_clock_that_goes_back_in_a_try_or_is_ahead_is_told(exercise: Exercise) -> None:
    def at(number: int, **back: float) -> str:
        return later(time_after(minutes=number), **back)

    events = work(exercise.variant())
    back = [replace(event, at=at(i, hours=-3 if i > 4 else 0)) for i, event in enumerate(events)]
    corrected = [replace(event, at=at(i, seconds=-80 if i > 4 else 0), id=f"b{i}") for i, event in enumerate(events)]
    ahead = [replace(event, at="2090-01-01T00:00:00.000000+00:00", id=f"c{i}") for i, event in enumerate(events)]
    other_try = [make_event("begin", "before", id="d", at=time_after(days=9)), *work(exercise.variant())]
    classroom = report_on(ann=chained(back), bob=chained(corrected), cem=chained(ahead), dan=chained(other_try))
    told = [flag for flag in flags_of(classroom) if flag.kind in ("clock-back", "dated-ahead")]
    assert [(flag.learner, flag.kind) for flag in told] == [("ann", "clock-back"), ("cem", "dated-ahead")]
    assert "by up to 3 h" in str(told[0].sentence)


def test_edited_removed_and_moved_rows_of_an_export_are_told(exercise: Exercise) -> None:
    events = chained(work(exercise.variant()))
    rows = attempts(events)
    edited = [*rows[:3], replace(rows[3], event=replace(events[3], hints=2)), *rows[4:]]
    moved = [rows[0], rows[2], rows[1], *rows[3:]]
    assert [flag.kind for flag in flags_of(report_on(ann=edited))] == ["changed-rows"]
    assert [flag.kind for flag in flags_of(report_on(ann=[*rows[:3], *rows[4:]]))] == ["missing-rows"]
    assert [flag.kind for flag in flags_of(report_on(ann=rows[:-1]))] == ["no-end"]
    assert [flag.kind for flag in flags_of(report_on(ann=moved))] == ["changed-export"]
    assert [flag.kind for flag in flags_of(report_on(ann=[*rows, *rows]))] == []
    assert points_of(report_on(ann=moved)) == {"ann": 7.0}


def test_old_files_are_told_to_have_no_chain_and_nothing_else(exercise: Exercise) -> None:
    old = [replace(event, program="", content="") for event in work(exercise.variant())]
    classroom = report_on(ann=old)
    assert [(flag.kind, flag.count) for flag in flags_of(classroom, facts=True)] == [("without-chain", len(old))]
    assert classroom.regraded["ann", ("chains", "diamond")][0].num_regraded == 7


@pytest.mark.parametrize("seed", range(6))
def test_no_file_of_a_stranger_stops_a_report(exercise: Exercise, seed: int) -> None:
    dice = random.Random(seed)
    texts = ["", "x", "\x1b[31m", "=1+1", "1e999", "9" * 400, "x" * 3000, "right", "open", "undo", "noted", "가"]
    events = work(exercise.variant(), [blank.id for blank in exercise.variant().problem.blanks])
    for _ in range(60):
        place, name = (
            dice.randrange(len(events)),
            dice.choice(["kind", "text", "blank", "verdict", "link", "seed", "at"]),
        )
        value = {
            "kind": dice.choice(
                ["open", "fold", "undo", "noted", "reply", "pointed", "whole", "unjudged", "clear", "x"]
            ),
            "blank": dice.choice([*texts, "x", "add1", events[0].blank, "value(z)"]),
            "seed": dice.choice([None, 0, -5, 2**62]),
            "at": time_after(hours=dice.randrange(99)),
            "link": dice.choice([*texts, "1::", "1:a:b", events[3].link, "1::" + "0" * 16, "7:x:y"]),
        }.get(name, dice.choice([*texts, "z", "add1"]))
        events[place] = replace(events[place], **{name: value})  # type: ignore[arg-type]
    classroom = report_on(ann=events)
    assert all(str(flag.sentence) for flag in flags_of(classroom, facts=True))
    points_of(classroom)


@pytest.mark.parametrize(
    ("change", "flag"),
    [
        ("UPDATE event SET verdict = 'right', hints = 1 WHERE seq = 4", "changed-rows"),
        ("DELETE FROM event WHERE seq = 4", "missing-rows"),
        ("DELETE FROM event WHERE seq > 6", "no-end"),
        ("SELECT 1", ""),
    ],
)
def test_changes_of_a_progress_file_are_told(tmp_path: Path, exercise: Exercise, change: str, flag: str) -> None:
    path = tmp_path / "homes" / "ann" / "progress.sqlite3"
    with Store.open(path) as store:
        append_events(store, *work(exercise.variant()))
    connection = sqlite3.connect(path, isolation_level=None)
    unprotect_events(connection)
    connection.execute(change)
    protect_events(connection)
    connection.close()
    classroom = Classroom()
    for file in class_files(tmp_path / "homes"):
        classroom.add(read_class_file(file), file.learner)
    assert kinds(classroom) == ([("ann", flag)] if flag else [])


def test_the_files_of_one_learner_that_overlap_are_whole(exercise: Exercise) -> None:
    events = chained([*work(exercise.variant()), *work(exercise.variant(7))])
    classroom = Classroom()
    for file in (events[:4], events, events[:9]):
        classroom.add(attempts(file), "ann")
    classroom.regrade(Regrader(installed_here()))
    assert flags_of(classroom, facts=True) == []


# --- the command ---


def test_the_command_tells_flags_in_every_form(run_tutor: Run, tmp_path: Path, exercise: Exercise) -> None:
    events = chained(work(exercise.variant()))
    rows = attempts(events)
    changed = replace(events[4], text="78")
    file = tmp_path / "ann.jsonl"
    lines = [as_json(changed if row.event is events[4] else row.event, "", row.seal) for row in rows]
    file.write_text("\n".join(lines) + "\n", "utf-8")
    assert [attempt.seal is None for attempt in read_export(file)] == [True] * (len(rows) - 1) + [False]
    points = tmp_path / "points.toml"
    points.write_text(f'[points]\n"{EXERCISE}" = 7\n')
    page = run_tutor("report", str(file)).stdout
    for sentence in (
        "Answers graded again with version",
        "Changed verdicts: 1",
        "Worth a look",
        "differ from what was stored: 1",
    ):
        assert sentence in page
    assert "Leave out --no-regrade" in run_tutor("report", str(file), "--no-regrade").stdout
    table = list(csv.DictReader(io.StringIO(run_tutor("report", str(file), "--csv", "flags").stdout)))
    assert [(row["exercise"], row["flag"], row["count"]) for row in table] == [
        ("diamond", "changed-rows", "1"),
        ("diamond", "regraded", "1"),
    ]
    [row] = csv.DictReader(io.StringIO(run_tutor("report", str(file), "--csv", "learners").stdout))
    assert (row["flags"], row["regraded_differently"]) == ("changed-rows regraded", "1")
    for options in (["--json"], ["--items", "--json"]):
        data = json.loads(run_tutor("report", str(file), *options).stdout)
        assert [flag["flag"] for flag in data["flags"]] == ["changed-rows", "regraded"]
        assert (data["regraded"], data["regraded_differently"]) == (7, 1)
    for kind, title, place in (("canvas", "Notes", 5), ("moodle", "notes", 2)):
        out = run_tutor("report", str(file), "--gradebook", kind, "--points", str(points)).stdout
        header, *_, row_ = csv.reader(io.StringIO(out))
        assert header[place] == title
        assert "graded again" in row_[place]
        assert row_[header.index(EXERCISE)] == "6"
