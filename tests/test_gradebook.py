"""`report FOLDER` and `report --gradebook`: a class whose files lie in folders, and points for a course system."""

from __future__ import annotations

import csv
import io
import os
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.support.events import make_event, time_after
from tutor.packs import library
from tutor.practice.export import as_json, read_export
from tutor.practice.gradebook import ExercisePoints, with_titles_apart
from tutor.practice.storage.store import Store
from tutor.practice.worksheet import Worksheet

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

EXERCISE = "basics/add-multiply"
RIGHT = {"start": "1", "c->mul1": "120", "add1->mul1": "2", "a->add1": "2", "b->add1": "2"}


def work(store: Path, answers: dict[str, str], *, reveal: str = "") -> None:
    """Write the store of a learner who gave these answers."""
    store.parent.mkdir(parents=True, exist_ok=True)
    with Store.open(store) as opened:
        sheet = Worksheet(library.find_exercise(EXERCISE).variant(), opened)
        for blank, answer in answers.items():
            sheet.answer(blank, answer)
        if reveal:
            sheet.reveal(reveal)


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def homes(tmp_path: Path) -> Path:
    """Return a folder with the homes of three learners."""
    folder = tmp_path / "homes"
    inner = Path(".local", "share", "backprop-tutor", "progress.sqlite3")
    work(folder / "ann" / inner, RIGHT)
    work(folder / "bob" / inner, {"c->mul1": "2", "add1->mul1": "2", "a->add1": "3"}, reveal="b->add1")
    work(folder / "cem" / inner, {})
    (folder / "notes.txt").write_text("nothing")
    return folder


def points_file(folder: Path, text: str) -> str:
    file = folder / "points.toml"
    file.write_text(text, "utf-8")
    return str(file)


def test_a_report_reads_the_stores_below_a_folder_and_leaves_them_alone(run_tutor: Run, homes: Path) -> None:
    before = {file: file.read_bytes() for file in homes.rglob("*") if file.is_file()}
    done = run_tutor("report", str(homes), "--csv", "learners")
    assert done.returncode == 0, done.stderr
    assert {row["learner"]: row["solved"] for row in rows(done.stdout)} == {"ann": "yes", "bob": "no"}
    # Files of SQLite's would lock the learner out if they belonged to the instructor.
    assert {file: file.read_bytes() for file in homes.rglob("*") if file.is_file()} == before


def test_a_learner_who_is_at_work_is_read_as_well(run_tutor: Run, homes: Path) -> None:
    store = next((homes / "cem").rglob("progress.sqlite3"))
    with Store.open(store) as opened:
        Worksheet(library.find_exercise(EXERCISE).variant(), opened).answer("c->mul1", "120")
        done = run_tutor("report", str(homes), "--csv", "learners")
    assert {row["learner"] for row in rows(done.stdout)} == {"ann", "bob", "cem"}


def test_other_files_in_a_home_are_the_learners_own_business(run_tutor: Run, homes: Path) -> None:
    with sqlite3.connect(homes / "ann" / "django.sqlite3") as connection:
        connection.execute("CREATE TABLE t (x)")
    (homes / "ann" / "data.jsonl").write_text('{"text": "a data set"}\n')
    (homes / "eve.jsonl").write_text("")  # the export of a learner who has not begun
    # What a report by an instructor who may read everything must not follow, or wait for.
    (homes / "dan").mkdir()
    (homes / "dan" / "progress.sqlite3").symlink_to(next((homes / "ann").rglob("progress.sqlite3")))
    os.mkfifo(homes / "dan" / "pipe.jsonl")
    done = run_tutor("report", str(homes), "--csv", "learners")
    assert (done.returncode, done.stderr) == (0, "")
    assert {row["learner"] for row in rows(done.stdout)} == {"ann", "bob"}


def test_nothing_counts_that_a_learner_says_in_the_name_of_another(run_tutor: Run, homes: Path) -> None:
    forged = make_event("answer", "start", verdict="right", pack="basics", exercise="add-multiply")
    (homes / "dan").mkdir()
    (homes / "dan" / "work.jsonl").write_text(as_json(forged, "bob") + "\n")
    done = run_tutor("report", str(homes), "--csv", "learners")
    assert done.returncode == 1
    assert "dan/work.jsonl" in done.stderr
    assert "has attempts of bob" in done.stderr
    assert [row["tries"] for row in rows(done.stdout) if row["learner"] == "bob"] == ["1"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be"])
def test_an_export_may_be_written_by_a_shell_of_windows(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "mine.jsonl"
    lines = [as_json(make_event("answer", id=str(number), text="½"), "김") for number in range(3)]
    mark = "\ufeff" if encoding == "utf-16-be" else ""
    file.write_bytes((mark + "\r\n".join(lines) + "\r\n").encode(encoding))
    assert [(each.learner, each.event.id, each.event.text) for each in read_export(file)] == [
        ("김", str(number), "½") for number in range(3)
    ]


def test_points_are_shared_by_the_blanks(run_tutor: Run, homes: Path, tmp_path: Path) -> None:
    points = points_file(
        tmp_path, f'[points]\n"{EXERCISE}" = 8\n"basics/plus" = 3\n[titles]\n"{EXERCISE}" = "Week 1"\n'
    )
    done = run_tutor("report", str(homes), "--gradebook", "moodle", "--points", points)
    assert [(row["username"], row["Week 1"], row["basics/plus"]) for row in rows(done.stdout)] == [
        ("ann", "8", ""),
        ("bob", "1.6", ""),
    ]


def test_canvas_gets_its_columns_and_the_most_points(run_tutor: Run, homes: Path, tmp_path: Path) -> None:
    points = points_file(tmp_path, f'[points]\n"{EXERCISE}" = {{ "c->mul1" = 5, "a->add1" = 1.5 }}\n')
    out = run_tutor("report", str(homes), "--gradebook", "canvas", "--points", points).stdout
    table = list(csv.reader(io.StringIO(out)))
    assert table[0] == ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", EXERCISE]
    assert table[1] == ["Points Possible", "", "", "", "", "6.5"]
    assert table[2] == ["ann", "", "ann", "ann", "", "6.5"]
    assert table[3] == ["bob", "", "bob", "bob", "", "0"]


def test_two_exercises_of_one_title_are_two_columns() -> None:
    titles = {("mid", "a"): "Neuron", ("final", "a"): "Neuron", ("final", "b"): "Words"}
    told = with_titles_apart({name: ExercisePoints(title) for name, title in titles.items()})
    assert [worth.title for worth in told.values()] == ["Neuron (mid/a)", "Neuron (final/a)", "Words"]


def test_a_right_step_from_a_wrong_value_gets_a_share(run_tutor: Run, tmp_path: Path) -> None:
    file = tmp_path / "ann.jsonl"
    answers: list[dict[str, Any]] = [
        {"blank": "c->mul1", "verdict": "wrong"},
        {"blank": "a->add1", "verdict": "carried"},
        {"blank": "b->add1", "verdict": "right"},
    ]
    events = [
        make_event(
            "answer", f"e{number}", pack="basics", exercise="add-multiply", at=time_after(minutes=number), **answer
        )
        for number, answer in enumerate(answers)
    ]
    file.write_text("".join(as_json(event) + "\n" for event in events), "utf-8")
    text = f'carried = 0.25\n[points]\n"{EXERCISE}" = {{ c = 4, "a->add1" = 4, "b->add1" = 4 }}\n'
    points = points_file(tmp_path, text)
    out = run_tutor("report", str(file), "--gradebook", "moodle", "--points", points).stdout
    assert rows(out) == [{"username": "ann", EXERCISE: "5"}]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "There are no points"),
        ("[points]\n", "There are no points"),
        ("[points\n", "points.toml:1: The name of this table is not closed"),
        ('[points]\n"plus" = 3\n', "“plus” is not the name of an exercise"),
        ('[points]\n"basics/plus" = "three"\n', "points of basics/plus must be a number"),
        ('[points]\n"basics/plus" = { x = -1 }\n', "points of basics/plus must be a number"),
        ('[points]\n"basics/add-multiply" = { c = 1, q9 = 2 }\n', "basics/add-multiply has no blank “q9”"),
        ('carried = 2\n[points]\n"basics/plus" = 3\n', "carried must be a number between 0 and 1"),
        ('[pints]\n"basics/plus" = 3\n', "“pints” is not a known name"),
        ('[points]\n"basics/plus" = 3\n[titles]\n"basics/plus" = 3\n', "title of basics/plus must be a text"),
    ],
)
def test_a_file_of_points_that_cannot_be_used_is_told(run_tutor: Run, homes: Path, text: str, sentence: str) -> None:
    done = run_tutor("report", str(homes), "--gradebook", "moodle", "--points", points_file(homes.parent, text))
    assert (done.returncode, done.stdout) == (2, "")
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--gradebook", "canvas"), "None of these exercises has points"),
        (("--points", "p.toml"), "--points belongs to a gradebook"),
        (("--gradebook", "canvas", "--points", "p.toml", "--items"), "Leave out --csv, --json and --items"),
        (("--gradebook", "canvas", "--points", "no.toml"), "no.toml can't be read"),
    ],
)
def test_options_that_do_not_go_together_are_told(
    run_tutor: Run, homes: Path, arguments: tuple[str, ...], sentence: str
) -> None:
    done = run_tutor("report", str(homes), *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr


def test_a_file_among_others_that_is_no_store_is_skipped(run_tutor: Run, homes: Path) -> None:
    (homes / "dan").mkdir()
    (homes / "dan" / "progress.sqlite3").write_bytes(b"no database at all, but long enough" * 40)
    with sqlite3.connect(homes / "other.sqlite3") as connection:
        connection.execute("CREATE TABLE t (x)")
    done = run_tutor("report", str(homes), "--csv", "learners")
    assert done.returncode == 1
    assert done.stderr.count("Skipped") == 2
    assert {row["learner"] for row in rows(done.stdout)} == {"ann", "bob"}
    assert run_tutor("report", str(homes.parent / "homes" / "dan")).returncode == 1
