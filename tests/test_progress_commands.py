"""The commands progress, review, export, import, reset, report and where."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.built_in import num_rules
from tests.support.events import append_events, make_event
from tests.support.run_tutor import uses_exercise_index
from tutor import cli
from tutor.practice.storage.migrations import SCHEMA_VERSION
from tutor.practice.storage.store import Store

if TYPE_CHECKING:
    from tests.support.caches import Caches
    from tests.support.run_tutor import Run

RECIPROCAL = ("play", "basics/reciprocal", "--plain")
#: A known mistake (the upstream), then the right value.
ANSWERS = "3\n-3/16\n"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory, caches: Caches) -> Path:
    """Make the folder of a learner who has solved one exercise with one mistake."""
    folder = tmp_path_factory.mktemp("practice")
    caches.give(folder, with_index=True)
    environment = {**os.environ, "BACKPROP_TUTOR_HOME": str(folder), "LANG": "C.UTF-8"}
    command = [sys.executable, "-m", "tutor", *RECIPROCAL]
    subprocess.run(command, input=ANSWERS, text=True, env=environment, stdout=subprocess.DEVNULL, check=True)
    return folder


@pytest.fixture
def tutor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, home: Path, caches: Caches) -> Run:
    """Return a function that runs a command line in this process."""

    def run(*arguments: str, text: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdin", io.StringIO(text))
            for name, value in environment.items():
                patch.setenv(name, value)
            own_home = Path(environment.get("BACKPROP_TUTOR_HOME", home))
            caches.give(own_home, with_index=uses_exercise_index(arguments))
            code = cli.run(list(arguments))
        captured = capsys.readouterr()
        return subprocess.CompletedProcess(arguments, code, captured.out, captured.err)

    return run


@pytest.fixture
def practised(practice: Path, home: Path, tutor: Run) -> Run:
    """Return a function that runs a command line as that learner."""
    shutil.copytree(practice, home)
    return tutor


def make_due(home: Path) -> None:
    """Move all due dates to the past."""
    connection = sqlite3.connect(home / "progress.sqlite3")
    connection.execute("UPDATE skill SET due = '2020-01-01'")
    connection.commit()
    connection.close()


def test_a_solved_exercise_ends_with_a_suggestion(tutor: Run) -> None:
    output = tutor(*RECIPROCAL, text=ANSWERS).stdout
    assert "What next? You made a mistake with “reciprocal”. Try “One over x” with new numbers." in output
    assert "  backprop-tutor play basics/" in output
    assert "Or skip that: backprop-tutor" in output


def test_an_unfinished_exercise_ends_without_a_suggestion(tutor: Run) -> None:
    assert "What next" not in tutor(*RECIPROCAL, text="3\n").stdout


def test_progress_shows_rules_packs_weeks_and_mistakes(practised: Run) -> None:
    shown = practised("progress")
    assert shown.returncode == 0
    assert shown.stderr == ""
    for text in (
        "reciprocal",
        "shaky",
        "1 of ",
        "answers: 2",
        "right on the first try: 0%",
        "upstream alone",
        "play basics/",
    ):
        assert text in shown.stdout


def test_progress_as_json(practised: Run) -> None:
    data = json.loads(practised("progress", "--json").stdout)
    assert data["answers"] == 2
    assert data["first_try_rate"] == 0.0
    assert data["due"] == []
    [rule] = data["rules"]
    assert (rule["id"], rule["standing"]) == ("inv", "shaky")
    assert rule["due"] > "2026"
    assert rule["recall"] == 1
    assert data["packs"][0]["id"] == "basics"
    assert data["packs"][0]["solved"] == 1
    assert data["mistakes"][0]["id"] == "any.upstream-only"
    assert data["weeks"][-1]["blanks"] == 1


def test_progress_shows_how_often_predictions_were_right(practised: Run, home: Path) -> None:
    assert "Predictions" not in practised("progress").stdout
    with Store.open(home / "progress.sqlite3") as store:
        for number in range(10):
            verdict = "right" if number < 8 else "wrong"
            text = "negative, certain"
            append_events(store, make_event("predict", f"try {number}", blank="a", text=text, verdict=verdict))
    assert "When you were certain, 8 of 10 predictions were right." in practised("progress").stdout
    assert json.loads(practised("progress", "--json").stdout)["calibration"]["certain"] == {"made": 10, "right": 8}
    assert "<title>certain: 80%</title>" in practised("export", "--report", "html").stdout
    home.joinpath("class.jsonl").write_text(practised("export").stdout, encoding="utf-8")
    report = practised("report", str(home / "class.jsonl")).stdout
    assert re.search(r"Predictions\n +certain +8 of 10 right", report)


def test_progress_before_the_first_exercise(tutor: Run) -> None:
    shown = tutor("progress")
    assert shown.returncode == 0
    assert "You haven't practised anything yet" in shown.stdout
    assert json.loads(tutor("progress", "--json").stdout)["weeks"] == []


def test_with_ascii_all_output_is_ascii(practised: Run) -> None:
    for command in (("progress",), ("where",)):
        assert practised(*command, "--ascii").stdout.isascii()


@pytest.mark.parametrize("days", [3, 400, 10_000])
def test_an_export_from_a_clock_that_was_ahead_can_be_imported_again(
    run_tutor: Run, home: Path, tmp_path: Path, days: int
) -> None:
    at = (datetime.now(UTC) + timedelta(days=days)).isoformat(timespec="microseconds")
    fields = {"verdict": "right", "rule": "mul", "blank": "x", "exercise": "product"}
    with Store.open(home / "progress.sqlite3") as store:
        append_events(store, make_event("answer", at=at, **fields), make_event("answer", **fields))
    export = tmp_path / "export.jsonl"
    assert run_tutor("export", "--to", str(export)).returncode == 0
    shutil.rmtree(home)
    done = run_tutor("import", str(export))
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 new" in done.stdout
    assert run_tutor("progress").returncode == 0
    again = tmp_path / "again.jsonl"
    assert run_tutor("export", "--to", str(again)).returncode == 0
    assert sorted(again.read_text().splitlines()) == sorted(export.read_text().splitlines())


def test_a_review_asks_what_is_due_and_reports_the_outcome(practised: Run, home: Path) -> None:
    assert "No reviews are due" in practised("review", "--plain").stdout
    make_due(home)
    assert "Rules due for review: 1" in practised("progress").stdout
    begun = practised("review", "--plain", text=":quit\n")
    assert begun.returncode == 1
    assert "Rules due: 1" in begun.stdout
    assert "The remaining rules stay due" in begun.stdout
    assert "1/1  reciprocal\nOne over x" in begun.stdout
    assert "solved" in practised("list").stdout


def test_a_reviewed_rule_is_no_longer_due(practised: Run, home: Path) -> None:
    make_due(home)
    done = practised("review", "--plain", text="12345\n23456\n34567\n45678\n56789\n:show\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "reciprocal: shaky, 0 of 3 · again tomorrow" in done.stdout
    assert "The review is finished." in done.stdout
    assert "No reviews are due" in practised("review").stdout


def test_an_export_is_one_json_object_per_line(practised: Run) -> None:
    done = practised("export")
    events = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert [event["kind"] for event in events] == ["begin", "answer", "answer", "solved"]
    assert "learner" not in events[0]
    marked = [json.loads(line) for line in practised("export", "--learner", "20261234 민지").stdout.splitlines()]
    assert {event["learner"] for event in marked} == {"20261234 민지"}


def test_an_id_of_a_learner_that_would_make_lines_too_long_is_refused(practised: Run) -> None:
    assert practised("export", "--learner", "가" * 200).returncode == 0
    done = practised("export", "--learner", "가" * 201)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "backprop-tutor: This id has more than 200 characters. Choose a shorter one.\n"


def test_a_csv_export_contains_no_spreadsheet_formulas(practised: Run) -> None:
    rows = list(csv.DictReader(io.StringIO(practised("export", "--csv", "--learner", "=cmd|' /C calc'!A0").stdout)))
    assert [row["learner"] for row in rows] == ["'=cmd|' /C calc'!A0"] * 4
    assert [row["text"] for row in rows] == ["", "3", "'-3/16", ""]


def test_an_export_to_a_file_is_written_completely_or_not_at_all(practised: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    done = practised("export", "--to", str(file))
    assert done.returncode == 0
    assert done.stdout == ""
    assert len(file.read_text().splitlines()) == 4
    refused = practised("export", "--to", str(tmp_path / "none" / "mine.jsonl"))
    assert refused.returncode == 1
    assert "can't be written" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["mine.jsonl"]


def test_a_learner_report_as_markdown_and_html(practised: Run) -> None:
    page = practised("export", "--report", "md", "--learner", "<b>Min_ji*").stdout
    assert page.startswith("# Progress of \\<b\\>Min\\_ji\\*\n")
    assert "| reciprocal | shaky, 0 of 3 |" in page
    html = practised("export", "--report", "html", "--learner", "<script>alert(1)</script>").stdout
    assert html.startswith("<!DOCTYPE html>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<td>reciprocal</td><td>shaky, 0 of 3</td>" in html


class PageReader(HTMLParser):
    """Collect the tags of a page, and check that each one is closed where it should be."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.sources: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.sources += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("language", ["en", "ko"])
def test_the_html_report_has_figures_and_is_well_formed(practised: Run, home: Path, language: str) -> None:
    with Store.open(home / "progress.sqlite3") as store:
        at = (datetime.now(UTC) - timedelta(days=20)).isoformat(timespec="microseconds")
        append_events(store, make_event("answer", "old", at=at, verdict="right", rule="mul", blank="x"))
    page = practised("export", "--report", "html", "--lang", language).stdout
    reader = PageReader()
    reader.feed(page)
    assert reader.open == []
    assert reader.sources == []  # everything is in the page
    assert reader.tags["figure"] == 3
    assert page.count('role="img"') == 3
    assert page.count('class="day0"') > 300  # squares of the calendar
    assert page.count('class="point"') == 2
    assert "prefers-color-scheme: dark" in page


def test_progress_tells_days_and_tries_in_words(practised: Run) -> None:
    shown = practised("progress").stdout
    today = datetime.now(UTC).date().isoformat()
    assert f"Days practised since {today}: 1. Days in a row so far: 1." in shown
    assert f"Rules practised: 1 of {num_rules()}. Solid: 0. Learning: 0. Shaky: 1." in shown
    assert "0 of 1 right" in shown
    assert f"last on {today}" in shown


def test_an_import_adds_each_attempt_once(practised: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine.jsonl"
    practised("export", "--to", str(file))
    elsewhere = str(tmp_path / "elsewhere")
    first = practised("import", str(file), BACKPROP_TUTOR_HOME=elsewhere)
    assert first.returncode == 0
    assert "4 new, 0 already known" in first.stdout
    assert "0 new, 4 already known" in practised("import", str(file), BACKPROP_TUTOR_HOME=elsewhere).stdout
    assert practised("progress", BACKPROP_TUTOR_HOME=elsewhere).stdout == practised("progress").stdout
    assert practised("export", BACKPROP_TUTOR_HOME=elsewhere).stdout == practised("export").stdout


def test_an_import_skips_files_it_cannot_use(practised: Run, tmp_path: Path) -> None:
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    practised("export", "--to", str(good))
    bad.write_bytes(good.read_bytes()[:-30])
    done = practised("import", str(bad), str(good), str(tmp_path / "none"))
    assert done.returncode == 1
    assert f"Skipped {bad}. Line 4 is damaged" in done.stderr
    assert str(tmp_path / "none") in done.stderr
    assert "0 new, 4 already known" in done.stdout


def test_a_reset_asks_first_and_can_be_undone(practised: Run) -> None:
    kept = practised("reset", "basics/reciprocal", text="n\n")
    assert kept.returncode == 1
    assert "[y/N]" in kept.stderr
    assert "Nothing was reset" in kept.stdout
    assert practised("reset", "basics/reciprocal").returncode == 1  # no answer counts as no
    assert "solved" in practised("list").stdout
    assert practised("reset", "basics/reciprocal", text="y\n").returncode == 0
    assert "solved" not in practised("list").stdout
    assert "You haven't practised anything yet" in practised("progress").stdout
    undo = practised("reset", "--undo")
    assert undo.returncode == 0
    assert "Restored: basics/reciprocal." in undo.stdout
    assert "solved" in practised("list").stdout
    assert "reciprocal" in practised("progress").stdout
    assert practised("reset", "--undo").returncode == 1


@pytest.mark.parametrize("what", [("basics",), ("--all",)])
def test_a_pack_or_everything_can_be_reset(practised: Run, what: tuple[str, ...]) -> None:
    assert practised("reset", *what, "--yes").returncode == 0
    assert "solved" not in practised("list").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("reset",), "Give one of these"),
        (("reset", "basics", "--all"), "Give one of these"),
        (("reset", "basics/nothing"), "no exercise or pack"),
        (("reset", "nothing", "--yes"), "no exercise or pack"),
        (("reset", "/"), "no exercise or pack"),
        (("reset", "basics/"), "no exercise or pack"),
        (("export", "--csv", "--report", "md"), "can't be combined"),
        (("export", "--report", "pdf"), "--report must be one of: md, html"),
        (("export", "extra"), "This command doesn't take"),
        (("import",), "Give the files to import"),
        (("report",), "is missing"),
        (
            ("report", "--csv", "x", "y"),
            "--csv must be one of: learners, mistakes, flags, texts, items, wrong-answers, messages",
        ),
        (("progress", "--jsom"), "no option --jsom"),
    ],
)
def test_an_invalid_command_line_gets_one_line(tutor: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = tutor(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_resetting_an_untouched_exercise_does_nothing(practised: Run) -> None:
    done = practised("reset", "matrices", "--yes")
    assert done.returncode == 0
    assert "nothing to reset" in done.stdout
    assert practised("reset", "--undo").returncode == 1


def test_a_class_report_as_text_and_csv(practised: Run, tmp_path: Path) -> None:
    files = []
    for learner in ("Minji", "=Sora"):
        files.append(str(tmp_path / f"{learner}.jsonl"))
        practised("export", "--learner", learner, "--to", files[-1])
    summary = practised("report", *files)
    assert summary.returncode == 0
    assert "Learners: 2" in summary.stdout
    assert "learners who started: 2, solved: 2, right on the first try: 0%" in summary.stdout
    assert "upstream alone" in summary.stdout
    assert "learners: 2 of 2" in summary.stdout
    rows = list(csv.DictReader(io.StringIO(practised("report", "--csv", "learners", *files).stdout)))
    assert [(row["learner"], row["solved"], row["verdict_mistaken"]) for row in rows] == [
        ("'=Sora", "yes", "1"),
        ("Minji", "yes", "1"),
    ]
    [row] = csv.DictReader(io.StringIO(practised("report", "--csv", "mistakes", *files).stdout))
    assert (row["mistake"], row["times"], row["of_learners"]) == ("any.upstream-only", "2", "2")


def test_a_class_report_skips_files_it_cannot_use(practised: Run, tmp_path: Path) -> None:
    good, foreign = tmp_path / "good.jsonl", tmp_path / "photo.jpg"
    practised("export", "--to", str(good))
    foreign.write_bytes(os.urandom(3000))
    empty = tmp_path / "empty"
    empty.mkdir()
    done = practised("report", str(foreign), str(good), str(empty))
    assert done.returncode == 1
    assert "Learners: 1" in done.stdout
    assert f"Skipped {foreign}." in done.stderr
    assert f"Skipped {empty}." in done.stderr
    assert practised("report", str(foreign)).stdout == ""


def test_a_class_report_to_a_file(practised: Run, tmp_path: Path) -> None:
    file = tmp_path / "class.csv"
    practised("export", "--to", str(tmp_path / "a.jsonl"))
    assert practised("report", str(tmp_path / "a.jsonl"), "--csv", "learners", "--to", str(file)).returncode == 0
    assert file.read_text().startswith("learner,pack,exercise,solved")


def test_where_prints_the_files_in_use(tutor: Run, home: Path) -> None:
    done = tutor("where")
    assert done.returncode == 0
    assert f"{home / 'progress.sqlite3'} (not there yet)" in done.stdout
    tutor(*RECIPROCAL, text=ANSWERS)
    assert str(home / "progress.sqlite3") + "\n" in tutor("where").stdout


def test_progress_commands_in_korean(practised: Run, home: Path, tmp_path: Path) -> None:
    output = practised("progress", "--lang", "ko").stdout
    assert "역수" in output
    assert "미숙" in output
    assert "첫 시도 정답률" in output
    assert "복습할 것이 없습니다" in practised("review", "--lang", "ko").stdout
    assert "학습 기록" in practised("where", "--lang", "ko").stdout
    page = practised("export", "--report", "md", "--learner", "민지", "--lang", "ko").stdout
    assert page.startswith("# 진도: 민지\n")
    assert "되돌릴 초기화가 없습니다." in practised("reset", "--undo", "--lang", "ko").stderr
    practised("export", "--to", str(tmp_path / "a.jsonl"))
    assert "학습자 1명" in practised("report", str(tmp_path / "a.jsonl"), "--lang", "ko").stdout
    assert "다음은 무엇을 할까요?" in practised(*RECIPROCAL, "--lang", "ko", "--restart", text=ANSWERS).stdout
    assert practised("reset", "--all", "--lang", "ko", text="네\n").returncode == 0


@pytest.mark.parametrize("command", [["export"], ["progress"], ["export", "--csv"], ["where"]])
def test_a_closed_pipe_does_not_crash(practised: Run, command: list[str]) -> None:
    child = subprocess.Popen(
        [sys.executable, "-m", "tutor", *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.close()
    assert "Traceback" not in child.stderr.read()
    assert child.wait() in (0, 1, 141)
    child.stderr.close()


def test_no_command_changes_a_store_of_a_newer_version(practised: Run, home: Path, tmp_path: Path) -> None:
    practised("export", "--to", str(tmp_path / "a.jsonl"))
    connection = sqlite3.connect(home / "progress.sqlite3")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
    connection.close()
    before = (home / "progress.sqlite3").read_bytes()
    for command in (("import", str(tmp_path / "a.jsonl")), ("reset", "--all", "--yes"), ("export",)):
        done = practised(*command)
        assert done.returncode == 1
        assert "newer backprop-tutor" in done.stderr
        assert "Traceback" not in done.stderr
    done = practised("progress")
    assert (done.returncode, done.stdout) == (1, "")
    assert "newer backprop-tutor" in done.stderr
    assert (home / "progress.sqlite3").read_bytes() == before


@pytest.mark.parametrize(
    "command", [("progress",), ("progress", "--json"), ("export", "--csv"), ("export", "--report", "md")]
)
def test_nothing_is_said_about_a_store_that_cannot_be_opened(
    home: Path, run_tutor: Run, command: tuple[str, ...]
) -> None:
    (home / "progress.sqlite3").mkdir(parents=True)
    done = run_tutor(*command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "can't be saved" in done.stderr


def test_progress_commands_load_no_textual(practised: Run) -> None:
    code = "import sys; from tutor.cli import run; run({!r}); print(*sys.modules, file=sys.stderr)"
    for command in (["progress"], ["export"], ["where"], ["reset", "--undo"]):
        done = subprocess.run([sys.executable, "-c", code.format(command)], capture_output=True, text=True, check=True)
        loaded = {name.partition(".")[0] for name in done.stderr.split()}
        assert not loaded & {"textual", "sympy"}
        if command != ["progress"]:
            assert not loaded & {"numpy", "pydantic", "flint"}, command
