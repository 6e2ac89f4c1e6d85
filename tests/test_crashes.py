"""An error of the program itself has a calm end: one sentence, a clean terminal, a report without anything personal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.app_driver import open_home, wait_for_text
from tests.support.pty_program import PtyProgram
from tutor import __version__, crash_report
from tutor.practice.storage.store import Store, default_path
from tutor.tui.screens import progress as progress_screen

pytestmark = [pytest.mark.usefixtures("second_start"), pytest.mark.takes_long]

#: Starting the program takes about a second of the processor.
long = pytest.mark.skipif(not os.environ.get("BACKPROP_TUTOR_LONG"), reason="one of many; BACKPROP_TUTOR_LONG runs all")

#: Runs the command line with a method replaced by one that fails, with an answer in its text and among its locals.
FAULTY = """
import sys
from importlib import import_module
from tutor.cli import main

module, name, method = sys.argv[1].split(":")

def fail(*arguments, **named):
    secret = "my secret answer"
    try:
        int(secret)
    except ValueError as error:
        raise {kind}(secret) from error

setattr(getattr(import_module(module), name), method, fail)
main(sys.argv[2:])
"""


def faulty(place: str, *arguments: str, kind: str = "RuntimeError") -> list[str]:
    return [sys.executable, "-c", FAULTY.replace("{kind}", kind), place, *arguments]


def read_report(home: Path) -> str:
    (report,) = home.glob("crash-*.log")
    return report.read_text(encoding="utf-8")


def has_report(home: Path) -> bool:
    return any(home.glob("crash-*.log"))


def shown_text(program: PtyProgram) -> str:
    """Return the text of the screen without line ends."""
    return " ".join(program.text().split())


def assert_report_is_discreet(report: str) -> None:
    assert f"backprop-tutor {__version__}" in report
    for line in ("Python ", "textual ", "Platform: ", "Terminal: ", "Language: ", "builtins.ValueError"):
        assert line in report
    assert "secret answer" not in report.replace('secret = "my secret answer"', "")
    assert str(Path.home()) not in report
    assert str(Path(__file__).parents[1]) not in report


@pytest.mark.parametrize(
    ("place", "keys", "language", "page", "sentence"),
    [
        (
            "tutor.tui.screens.help:HelpScreen:compose",
            "\x1bOP",
            "en",
            "✓ All checked answers are saved.",
            "stopped because of an internal error.",
        ),
        (
            "tutor.tui.screens.exercise:ExerciseScreen:action_hint",
            "?",
            "ko",
            "✓ 채점한 답은 모두 저장되었습니다.",
            "프로그램 내부 오류로 종료되었습니다.",
        ),
        pytest.param(
            "tutor.tui.widgets.graph:GraphView:render_line",
            "",
            "en",
            "backprop-tutor has stopped",
            "because of an internal error.",
            marks=long,
        ),
    ],
    ids=["compose", "action", "render"],
)
def test_a_crash_on_the_screen(place: str, keys: str, language: str, page: str, sentence: str, home: Path) -> None:
    arguments = ("--lang", language, "play", "basics/left-to-right")
    with PtyProgram(command=faulty(place, *arguments, kind="OSError"), columns=200) as program:
        if keys:
            program.until(lambda: "a + b" in program.text())
            program.send("7\r")
            program.until(lambda: re.search("1 of 4|1/4", program.text()))
            program.send(keys)
        # The page is there until a key closes it, and follows the size of the window.
        program.until(lambda: page in shown_text(program))
        for piece in ("ValueError", "<string>", "backprop-tutor where --report", "Enter", str(home)):
            assert piece in shown_text(program), piece
        program.resize(60, 16)
        program.until(lambda: "where --report" in program.text() and page in shown_text(program))
        program.send("\x1b[A7")
        program.send("\r")
        assert program.wait() == crash_report.EXIT_CODE
        assert program.leftovers == []
        shown = program.sent.rpartition(b"\x1b[?1049l")[2].decode()
        assert sentence in shown
        assert str(home) in shown
        assert b"Traceback" not in program.sent
        assert b"secret" not in program.sent
    report = read_report(home)
    assert_report_is_discreet(report)
    assert f"Language: {language}" in report
    assert "Terminal: 200x24" in report
    assert "tutor/tui/__init__.py" in report
    if keys:
        with Store.open(default_path()) as store:
            assert store.state("basics", "left-to-right") == "begun"


@pytest.mark.parametrize(
    ("place", "arguments"),
    [
        ("tutor.plain.exercise:PlainExercise:check_answer", ("play", "basics/times", "--plain")),
        ("tutor.practice.storage.store:Store:states", ("list",)),
    ],
    ids=["plain", "command"],
)
@pytest.mark.parametrize(
    "kind", ["RuntimeError", *(pytest.param(kind, marks=long) for kind in ("MemoryError", "RecursionError"))]
)
def test_a_crash_without_a_screen(place: str, arguments: tuple[str, ...], kind: str, home: Path) -> None:
    done = subprocess.run(
        faulty(place, *arguments, kind=kind), input="3\n", capture_output=True, encoding="utf-8", timeout=60
    )
    assert done.returncode == crash_report.EXIT_CODE
    assert done.stderr.startswith("backprop-tutor: The program has stopped because of an internal error.")
    assert done.stderr.count("\n") == 1
    report = read_report(home)
    assert_report_is_discreet(report)
    assert f"builtins.{kind}" in report


def recurse(depth: int) -> int:
    return recurse(depth + 1)


def test_a_report_is_short_and_few_are_kept(home: Path) -> None:
    with pytest.raises(RecursionError) as caught:
        recurse(0)
    home.mkdir(exist_ok=True)
    for number in range(20):
        (home / f"crash-20200101-0000{number:02}-1.log").touch()
    crash_report.save_crash_report(caught.value)
    reports = sorted(home.glob("crash-*.log"))
    assert len(reports) == 10
    text = reports[-1].read_text(encoding="utf-8")
    assert "builtins.RecursionError" in text
    assert text.count("\n") < 150


def test_a_report_goes_elsewhere_if_the_folder_can_not_be_used(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if home.is_dir():
        shutil.rmtree(home)
    home.touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert str(tmp_path) in str(crash_report.report_end(ValueError("my secret answer")).sentence)
    monkeypatch.setattr("tempfile.tempdir", str(home))
    assert "no report could be saved" in str(crash_report.report_end(ValueError("my secret answer")).sentence)
    assert crash_report.report_in_background(ValueError("my secret answer")) is None


def test_a_report_for_an_issue_has_nothing_private(home: Path) -> None:
    folder = home / "ada"
    folder.mkdir(parents=True)
    (folder / "settings.toml").write_text('theme = "nord"\nlanguage = "xx"\n[keys]\n"exercise.hint" = "ctrl+h"\n')
    environment = {
        **os.environ,
        "BACKPROP_TUTOR_HOME": str(folder),
        "HOME": str(home),
        "USER": "ada",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }
    command = [sys.executable, "-X", "importtime", "-m", "tutor", "where", "--report"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", env=environment, timeout=60)
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert lines[0] == lines[-1] == "```"
    assert lines[1] == f"backprop-tutor {__version__}"
    for line in ("Python ", "textual 8", "numpy ", "sympy ", "Platform: ", "Terminal: "):
        assert any(each.startswith(line) for each in lines), line
    assert "COLORTERM=truecolor" in done.stdout
    assert "Settings: theme = nord, language = -" in done.stdout
    assert "Keys: exercise.hint = ctrl+h" in done.stdout
    assert "Settings file: ~/…/settings.toml, line 2: language must be one of" in done.stdout
    assert str(home) not in done.stdout
    assert "ada" not in done.stdout
    # What is broken may be Textual itself.
    assert not [
        line for line in done.stderr.splitlines() if "| textual" in line.replace("  ", " ") or "textual." in line
    ]
    assert {path.name for path in folder.iterdir()} == {"settings.toml"}


async def test_work_in_the_background_that_fails_is_reported_and_ends_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object) -> None:
        raise RuntimeError("my secret answer")

    monkeypatch.setattr(progress_screen, "load_progress", fail)
    async with open_home() as pilot:
        await pilot.press("f5")
        await wait_for_text(pilot, "A background task has failed")
        await pilot.press("escape")
        await wait_for_text(pilot, "From left to right")
    assert "builtins.RuntimeError" in read_report(home)


async def test_work_that_is_cancelled_has_not_failed(home: Path) -> None:
    async with open_home() as pilot:
        await pilot.press("f5")
        # Each starts the loading again and cancels the one before.
        for _turn in range(12):
            await pilot.press("delete")
        await wait_for_text(pilot, "Nothing has been practised yet.")
    assert not has_report(home)
