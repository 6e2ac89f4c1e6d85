"""Exams with points, times and a student's numbers: as their author checks them, a student takes them, a teacher grades."""

from __future__ import annotations

import asyncio
import csv
import json
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import open_app, screen_lines, screen_text
from tutor.grading.hints.ladder import format_right_answer
from tutor.packs.library import read_pack
from tutor.packs.path_argument import open_path
from tutor.practice.exam import exam_seed
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.packs.exercise import Exercise

pytestmark = pytest.mark.usefixtures("second_start")

EXAM = """title = "First"
graph = "q = w * x; L = q * t"
points = 10
[vary]
w = { from = 2, to = 90 }
x = { from = 2, to = 90 }
t = { from = 2, to = 90 }
[blank.w]
points = 3
[[question]]
prompt = "Which rule joins them?"
accept = ["chain rule", "연쇄 법칙"]
[[question]]
prompt = "Which pass it on?"
select = "all"
none_of_these = true
choices = [{ en = "a sum", right = true }, { en = "a copy", right = true, why = "A copy is a sum." }, { en = "a product" }]
[[question]]
prompt = "What comes back at −2?"
none_of_these = true
choices = [{ en = "the upstream" }, { en = "half of it" }]
[[question]]
prompt = "Why backward?"
ungraded = true
"""
PACK = 'format = 1\nid = "mid"\ntitle = "Midterm"\nlanguages = ["en"]\nmode = "exam"\n'
HOUR = timedelta(hours=1)


def moment(after: timedelta) -> str:
    return (datetime.now(UTC) + after).isoformat(timespec="seconds")


def write_pack(folder: Path, header: str = "", exercise: str = EXAM) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "pack.toml").write_text(PACK + header, encoding="utf-8")
    (folder / "01-first.toml").write_text(exercise, encoding="utf-8")
    return folder


def right_answers(exercise: Exercise, student: str) -> dict[str, str]:
    """Return the right answers of a student, choices by the numbers that the student sees."""
    problem = exercise.variant(exam_seed(exercise, student)).problem
    answers = {blank.id: format_right_answer(problem, blank) for blank in problem.blanks}
    several = problem.questions[1].choices
    answers |= {"q1": "Chain-rule", "q2": ", ".join(str(i) for i, each in enumerate(several, 1) if each.right)}
    answers |= {"q3": "3", "q4": "one output"}
    return {blank.id: str(answers[blank.id]) for blank in problem.blanks}


@pytest.fixture
def exercise(tmp_path: Path) -> Exercise:
    return read_pack(write_pack(tmp_path / "mid")).open("first")


def play(run: Run, folder: Path, answers: dict[str, str], *options: str) -> str:
    file = str(folder / "01-first.toml")
    return run("play", file, "--plain", *options, text="\n".join(answers.values()) + "\n").stdout


# --- what authors write ---


def test_points_are_shared_out_among_the_blanks(exercise: Exercise) -> None:
    worth = exercise.assessment.worth(exercise.variant().problem)
    assert worth["w->q"] == 3
    assert sum(worth.values()) == 10
    assert "q4" not in worth
    assert len({points for blank, points in worth.items() if blank != "w->q"}) == 1


@pytest.mark.parametrize(
    ("header", "exercise", "sentence"),
    [
        ("open = 2026-12-01T09:00:00\n", EXAM, "This time has no time zone. Write it as 2026-12-01T09:00:00+09:00"),
        ("due = 2026-12-01\n", EXAM, "Write a date and a time with a time zone"),
        ("open = 2026-12-01T09:00:00Z\ndue = 2026-12-01T08:00:00Z\n", EXAM, "It is due before it opens."),
        ('reveal = "after-due"\n', EXAM, "Write when it is due"),
        ('reveal = "soon"\n', EXAM, '"at-end" · "after-due" · "never"'),
        ("points = { second = 3 }\n", EXAM, "There is no exercise “second” in this pack. Its exercises are first."),
        ("points = -1\n", EXAM, "The points must be a number from 0 to 10000."),
        ("carried = 2\n", EXAM, "The share must be a number from 0 to 1"),
        (
            "",
            EXAM.replace("points = 3", "points = 30"),
            "The points of the blanks add up to 30, but the exercise has 10.",
        ),
        ("", EXAM.replace("points = 3", "points = 10"), "so q->mul1, "),
        ("", EXAM.replace('accept = ["chain rule", "연쇄 법칙"]', 'accept = "\u200b"'), "An accepted text is empty"),
        ("", EXAM.replace("ungraded = true", 'ungraded = true\naccept = "x"'), "A question needs exactly one of"),
        ("", EXAM.replace("ungraded = true", "ungraded = true\npoints = 1"), "This text is not graded."),
        ("", EXAM + '[[question]]\nprompt = "P"\nanswer = "1"\nselect = "all"\n', "This works only with choices."),
        (
            "",
            EXAM.replace('{ en = "half of it" }', '{ en = "None of the above.", right = true }'),
            "“None of the above.” is shuffled with the other choices.",
        ),
    ],
)
def test_what_does_not_fit_is_told_by_check(
    tmp_path: Path, run_tutor: Run, header: str, exercise: str, sentence: str
) -> None:
    done = run_tutor("check", str(write_pack(tmp_path / "mid", header, exercise)))
    assert sentence in done.stdout + done.stderr


def test_a_new_exam_passes_every_check(tmp_path: Path, run_tutor: Run) -> None:
    folder = tmp_path / "mid"
    assert run_tutor("new", str(folder), "--yes", "--exam").returncode == 0
    assert run_tutor("new", str(folder / "second"), "--graph", "z = x * y", "--exam").returncode == 0
    header = (folder / "pack.toml").read_text()
    assert 'mode = "exam"' in header
    (folder / "pack.toml").write_text(header.replace("# ", ""))
    assert run_tutor("check", str(folder), "--strict").returncode == 0
    assert open_path(folder / "02-second.toml").assessment.points == 10  # type: ignore[union-attr]


# --- the numbers of a student ---


def test_the_same_id_gives_the_same_numbers_everywhere(tmp_path: Path, run_tutor: Run, exercise: Exercise) -> None:
    folder, answers = tmp_path / "mid", right_answers(exercise, "2026-7")
    file = str(folder / "01-first.toml")
    lines = "".join(json.dumps({"blank": blank, "answer": text}) + "\n" for blank, text in answers.items())
    graded = run_tutor("grade", file, "--student", "2026-7", "--json", text=lines).stdout.splitlines()
    assert [json.loads(line)["verdict"] for line in graded] == ["right"] * 7 + ["noted"]
    sheet = run_tutor("sheet", file, "--student", "2026-7").stdout
    problem = exercise.variant(exam_seed(exercise, "2026-7")).problem
    shown = re.findall(r"- \[ \] \w\) (.*)", sheet)
    assert shown == [str(choice.text) for question in problem.questions for choice in question.choices]
    assert {shown[3], shown[6]} == {"None of these"}
    for home in ("one", "reinstalled"):
        out = run_tutor("play", file, "--student", "2026-7", "--plain", BACKPROP_TUTOR_HOME=str(tmp_path / home)).stdout
        assert f"w = {problem.inputs['w'].value}\nx = {problem.inputs['x'].value}" in out
        # It is kept for exams that are opened from the list, and says whose an export is.
        again = run_tutor("play", file, "--plain", BACKPROP_TUTOR_HOME=str(tmp_path / home)).stdout
        assert again.split("\n[")[0] == out.split("\n[")[0]
    assert exam_seed(exercise, "2026-8") != exam_seed(exercise, "2026-7")
    assert "both choose the numbers" in run_tutor("grade", file, "--student", "a", "--seed", "1", "--json").stderr
    assert "A student id has 1 to 100 characters" in run_tutor("play", file, "--student", " ").stderr


# --- the result ---


def test_a_score_stands_in_place_of_solved_and_the_first_sitting_counts(
    tmp_path: Path, run_tutor: Run, exercise: Exercise
) -> None:
    folder, answers = tmp_path / "mid", right_answers(exercise, "ann")
    wrong = {**answers, "w->q": "1", "q2": answers["q2"].partition(",")[0], "q3": "1"}
    out = play(run_tutor, folder, wrong, "--student", "ann")
    assert "The exam is finished. 5.25 of 10 points. Right answers: 4 of 7." in out
    assert "Right answer: " not in out
    run_tutor("pack", "add", str(folder))
    assert "First (exam: 5.25 of 10 points)" in run_tutor("list").stdout
    assert "The first sitting still counts" in run_tutor("reset", "mid/first", "--yes").stderr
    assert "First (exam: 5.25 of 10 points)" in run_tutor("list").stdout
    again = play(run_tutor, folder, answers)
    assert "That sitting counts, with 5.25 of 10 points; this one is for practice." in again
    assert "The exam is finished. 10 of 10 points. Right answers: 7 of 7." in again
    assert "5.25 of 10 points" in run_tutor("progress").stdout
    export = tmp_path / "ann.jsonl"
    run_tutor("export", "--to", str(export))
    [titles, most, row] = csv.reader(run_tutor("report", str(export), "--gradebook", "canvas").stdout.splitlines())
    assert (titles[-1], most[-1], row[0], row[-1]) == ("First", "10", "ann", "5.25")
    page = run_tutor("report", str(export)).stdout
    assert "points of 10: 5.25 on average" in page
    assert "one output" in page
    texts = list(csv.DictReader(run_tutor("report", str(export), "--csv", "texts").stdout.splitlines()))
    assert [(text["blank"], text["answer"], text["verdict"]) for text in texts] == [
        ("q1", "Chain-rule", "right"),
        ("q4", "one output", "noted"),
    ]


def test_an_exam_in_progress_is_not_begun_again_by_a_reset(tmp_path: Path, run_tutor: Run, exercise: Exercise) -> None:
    play(run_tutor, tmp_path / "mid", {"q->mul1": "7"})
    run_tutor("reset", "--all", "--yes")
    assert "1 of 8 blanks are filled" in play(run_tutor, tmp_path / "mid", {"x": ":quit"})


# --- times ---


def test_before_it_opens_an_exam_is_not_shown(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "mid", f"open = {moment(HOUR)}\n")
    done = run_tutor("play", str(folder / "01-first.toml"), "--plain")
    assert done.returncode != 0
    assert re.search(r"First opens on \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\+00:00\)", done.stderr)
    assert "w = " not in done.stdout


def test_until_it_is_due_nothing_tells_what_is_right(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "mid", f"due = {moment(HOUR)}\n")
    file, key = str(folder / "01-first.toml"), tmp_path / "key.md"
    exercise = read_pack(folder).open("first")
    answers = right_answers(exercise, "ann")
    out = play(run_tutor, folder, {**answers, "w->q": "1"}, "--student", "ann")
    assert "You see the right answers after" in out
    for leak in ("∂L/∂w = ", "✓", "✗", "points"):
        assert leak not in out.split("The exam is finished")[1], leak
    stored = run_tutor("export").stdout
    assert {json.loads(line)["verdict"] for line in stored.splitlines()} == {""}
    for arguments in (
        ("solve", file),
        ("grade", file, "--blank", "q1", "--answer", "x"),
        ("sheet", file, "--key", "--to", str(key)),
        ("pack", "export", file, "--gift"),
    ):
        done = run_tutor(*arguments)
        assert done.returncode == 2, arguments
        assert "chain rule" not in done.stdout
    assert not key.exists()
    assert "chain rule" in run_tutor("sheet", file, "--key", "--before-due").stdout
    assert "∂L/∂w = " in run_tutor("solve", file, "--before-due").stdout
    # The teacher's report grades the answers before they are told.
    export = tmp_path / "ann.jsonl"
    export.write_text(stored)
    run_tutor("pack", "add", str(folder))
    options: tuple[tuple[str, ...], ...] = (("--gradebook", "canvas"), ("--csv", "learners"), ("--json",), ())
    for chosen in options:
        done = run_tutor("report", str(export), *chosen)
        assert "If you are its instructor, add --before-due" in done.stderr
        assert not re.search(r'points of \d|,7,10,|"points": "7"', done.stdout), done.stdout
    done = run_tutor("report", str(export), "--gradebook", "canvas", "--before-due")
    [_titles, _most, row] = csv.reader(done.stdout.splitlines())
    assert row[-1] == "7"
    # After it was due, the same sitting tells its points, the right answers and their reasons.
    write_pack(folder, f"due = {moment(timedelta(0))}\n")
    told = play(run_tutor, folder, {})
    assert "Right answers: 6 of 7." in told
    assert "Right answer: " in told
    assert "multiplies" in told or "sends each line" in told


def test_an_exam_that_tells_its_score_alone_tells_no_right_answer(tmp_path: Path, run_tutor: Run) -> None:
    closing = '[after]\nen = "It was {grad(w)}."\n'
    folder = write_pack(tmp_path / "mid", exercise=EXAM + closing)
    exercise = read_pack(folder).open("first")
    answers = {**right_answers(exercise, "ann"), "w->q": "1", "q1": "sum rule", "q2": "3"}
    out = play(run_tutor, folder, answers, "--student", "ann")
    assert "You see your score at the end." in out
    told = out.split("The exam is finished")[1]
    assert "of 10 points" in told
    for leak in ("\n∂L/∂w = ", "Right answer: ", "It was", "ask for a hint", "What exactly does the question ask for"):
        assert leak not in told, leak
    sheet = Worksheet(exercise.variant(exam_seed(exercise, "ann")), None)
    for blank, answer in answers.items():
        sheet.answer(blank, answer)
    assert sheet.tells_result
    assert not sheet.tells_answers
    assert sheet.help_refusal is not None
    # A pack that tells the right answers tells the closing text as well.
    write_pack(folder, 'reveal = "at-end"\n', EXAM + closing)
    told = play(run_tutor, folder, {})
    for line in ("\n∂L/∂w = ", "Right answer: ", "It was "):
        assert line in told, line


def test_answers_after_it_was_due_are_late_and_do_not_count(tmp_path: Path, run_tutor: Run) -> None:
    folder = write_pack(tmp_path / "mid", f"due = {moment(-HOUR)}\n")
    exercise = read_pack(folder).open("first")
    out = play(run_tutor, folder, right_answers(exercise, "ann"), "--student", "ann")
    assert "This was due on" in out
    assert "0 of 10 points. Right answers: 7 of 7." in out
    assert "Answers that came too late to count: 7." in out
    run_tutor("pack", "add", str(folder))
    export, points = tmp_path / "ann.jsonl", tmp_path / "points.toml"
    run_tutor("export", "--to", str(export))
    points.write_text('late = 0.5\n[points]\n"mid/first" = 10\n')
    rows = csv.reader(
        run_tutor("report", str(export), "--gradebook", "moodle", "--points", str(points)).stdout.splitlines()
    )
    assert [row[-1] for row in rows] == ["mid/first", "5"]
    [row] = csv.DictReader(run_tutor("report", str(export), "--csv", "learners").stdout.splitlines())
    assert (row["points"], row["points_of"], row["late_answers"]) == ("0", "10", "7")


# --- the screen ---


def test_choices_are_marked_by_arrows_space_and_clicks(tmp_path: Path) -> None:
    file = re.sub(r"graph = .*\npoints = 10\n(.*\n)*?(?=\[\[question)", "", EXAM, count=1)
    exercise = read_pack(write_pack(tmp_path / "mid", 'reveal = "at-end"\n', file)).open("first")

    async def take_exam() -> None:
        async with open_app(exercise, size=(80, 24)) as session:
            state, pilot = session.state, session.pilot
            await session.type("is it chain rule?")
            assert state.input.line.text == "is it chain rule?"
            await pilot.press("enter")
            await session.wait_for_text("Choose all that apply", "[ ] None of these")
            await pilot.press("space", "down", "space")
            assert list(state.marked_choices) == [1, 2]
            await pilot.press("up", "space", "3")
            assert list(state.marked_choices) == [2, 3]
            await pilot.press("4")
            assert list(state.marked_choices) == [4]
            row = next(y for y, line in enumerate(screen_lines(pilot)) if "[ ] " in line)
            await pilot.click(offset=(6, row))
            assert state.input.line.text == "1"
            await session.type(", 2")
            assert list(state.marked_choices) == [1, 2]
            await pilot.press("enter")
            await session.wait_for_text("What comes back")
            await pilot.press("up", "enter")
            await session.wait_for_text("Why backward?")
            await session.type("one output")
            await pilot.press("enter")
            await session.wait_for_text("Right answers:", "Right answer: chain rule.")
            assert "one output" not in screen_text(pilot).split("Right answers")[0]

    asyncio.run(take_exam())


def test_an_id_that_can_not_be_kept_still_gives_the_numbers(tmp_path: Path, run_tutor: Run, exercise: Exercise) -> None:
    (tmp_path / "file").write_text("no folder")
    done = run_tutor(
        "play",
        str(tmp_path / "mid" / "01-first.toml"),
        "--student",
        "ann",
        "--plain",
        BACKPROP_TUTOR_HOME=str(tmp_path / "file" / "home"),
    )
    problem = exercise.variant(exam_seed(exercise, "ann")).problem
    assert "The student id can't be saved" in done.stderr
    assert f"w = {problem.inputs['w'].value}\n" in done.stdout
