"""One bad exercise does not take down the others: wherever many are read, each has a boundary around it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.app_driver import open_app
from tests.support.pack_files import GOOD_EXERCISE
from tutor.commands.check import check_width
from tutor.commands.group import run_click
from tutor.packs import library
from tutor.packs.boundary import is_unexpected
from tutor.packs.checks import texts
from tutor.packs.checks.runner import check_packs
from tutor.packs.diagnostics import PackError
from tutor.packs.number_selection import NumberSelector
from tutor.practice import rule_ids
from tutor.practice.exercise_index import load_index

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

pytestmark = pytest.mark.usefixtures("second_start")

#: By name: the text of an exercise that crashed an earlier version, or one of its kind.
BAD = {
    "hints of no question": '[[question]]\nprompt = "What?"\nanswer = "2"\n[blank.q2]\nhint = ["a"]\n',
    "huge condition": f'{GOOD_EXERCISE}[[where]]\nthat = "x < exp(1000)"\n',
    "sign in a condition": f'{GOOD_EXERCISE}[[where]]\nthat = "sign(x - 3) > exp(exp(9))"\n',
    "drawn symbol": GOOD_EXERCISE.replace("x = 5", "x = { symbol = true }"),
    "no value with symbols": GOOD_EXERCISE.replace("x * y", "x / y")
    .replace("y = { from = 2, to = 9 }", "y = { choose = [0] }")
    .replace("x = 5", "x = { symbol = true }")
    .replace("x = { from = 2, to = 9 }", ""),
}


@pytest.fixture
def pack(home: Path) -> Path:
    """Return an added pack with one good exercise and all the bad ones."""
    folder = home / "packs" / "mine"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text('format = 1\nid = "mine"\ntitle = "Mine"\nlanguages = ["en"]\n')
    (folder / "01-good.toml").write_text(GOOD_EXERCISE)
    for name, text in BAD.items():
        (folder / f"02-{name.replace(' ', '-')}.toml").write_text(text)
    return folder


def test_every_bad_exercise_gets_its_own_error_and_the_good_one_none(pack: Path) -> None:
    findings = check_packs([pack], (check_width,))
    by_file = {finding.path.name: finding for finding in findings if finding.path and finding.is_error}
    assert set(by_file) == {f"02-{name.replace(' ', '-')}.toml" for name in BAD}
    assert not any(is_unexpected(PackError([finding])) for finding in findings)


def test_commands_over_all_exercises_work_beside_bad_ones(
    pack: Path, run_tutor: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_tutor("play", "mine/good", "--plain", text="start\n7\n").returncode in (0, 1)
    for arguments in (["list"], ["progress"], ["pack", "list"], ["export", "--report", "md"]):
        assert run_click(arguments) in (0, 1), arguments
        assert "Traceback" not in capsys.readouterr().err
    result = run_tutor("review", "--plain", text=":quit\n")
    assert "Traceback" not in result.stderr


@pytest.fixture
def two_exercises(tmp_path: Path) -> Path:
    folder = tmp_path / "two"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\nid = "two"\ntitle = "Two"\nlanguages = ["en"]\n')
    (folder / "01-bad.toml").write_text(GOOD_EXERCISE)
    (folder / "02-good.toml").write_text(GOOD_EXERCISE)
    return folder


def fail_for_bad(name: str) -> tuple[()]:
    if name == "bad":
        raise IndexError("a fault of the program")
    return ()


def test_a_fault_in_one_check_is_reported_with_its_place_and_the_rest_is_checked(
    two_exercises: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "check", lambda target: fail_for_bad(target.exercise.id))
    (finding,) = check_packs([two_exercises])
    assert str(finding).startswith(
        f"{two_exercises / '01-bad.toml'}:1: This exercise can't be used because of an error"
    )
    assert "IndexError, test_one_bad_exercise.py:" in str(finding)


def test_a_fault_while_opening_is_an_error_of_that_exercise(
    two_exercises: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "tutor.packs.builder.exercise._build", lambda context, name, *others: fail_for_bad(name) or pytest.fail(name)
    )
    with pytest.raises(PackError) as caught:
        library.read_pack(two_exercises).open("bad")
    assert is_unexpected(caught.value)
    assert isinstance(caught.value.__cause__, IndexError)


def test_an_index_leaves_out_what_has_a_fault(two_exercises: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = iter(["bad"])
    monkeypatch.setattr(rule_ids, "blank_rules", lambda problem, blank: fail_for_bad(next(calls, "")) or ("mul",))
    index = load_index([library.read_pack(two_exercises)])
    assert [exercise.exercise for exercise in index.exercises] == ["good"]


async def test_new_numbers_that_fail_leave_the_exercise_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    exercise = library.find_exercise("basics/times")
    monkeypatch.setattr(NumberSelector, "choose", lambda selector, seeds: fail_for_bad("bad"))
    async with open_app(exercise) as session:
        await session.pilot.press("f3")
        await session.wait_for_text("because of an error in backprop-tutor")
