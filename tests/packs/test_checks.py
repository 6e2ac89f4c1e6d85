"""Diagnostics of `check` for broken packs, each with its expected lines."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import hostile_packs
from tests.support.pack_files import GOOD_EXERCISE
from tutor.commands.check import check_width
from tutor.packs import library
from tutor.packs.checks.runner import check_packs

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

BROKEN = Path(__file__).parent / "broken"
RULES = sorted(path.name for path in BROKEN.iterdir())


def lines(*places: Path) -> list[str]:
    return [str(finding) for finding in check_packs(places, (check_width,))]


@pytest.mark.parametrize("rule", RULES)
def test_each_broken_pack_gives_the_expected_lines(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    lines_found = lines(Path(rule))
    assert lines_found == (BROKEN / rule / "expected.txt").read_text(encoding="utf-8").splitlines()
    for line in lines_found:
        assert re.fullmatch(rf"{rule}/[\w.-]+\.toml:[0-9]+: (?:warning: |note: )?.+[.:”)] .+[.?)]", line), line


def test_diagnostics_are_sorted_by_file_and_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in RULES:
        shutil.copytree(BROKEN / rule, tmp_path / rule, ignore=shutil.ignore_patterns("expected.txt"))
    monkeypatch.chdir(tmp_path)
    lines_found = lines(*(Path(rule) for rule in reversed(RULES)))
    expected = [
        line for rule in RULES for line in (BROKEN / rule / "expected.txt").read_text(encoding="utf-8").splitlines()
    ]
    places = [(line.split(":")[0], int(line.split(":")[1])) for line in lines_found]
    assert sorted(lines_found) == sorted(expected)
    assert places == sorted(places)


@pytest.mark.takes_long
def test_the_built_in_packs_have_no_errors_or_warnings() -> None:
    home = library.built_in_dir()
    assert home is not None
    assert [line for line in lines(*library.list_packs(home)) if ": note: " not in line] == []


def test_several_processes_find_the_same_as_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tutor.packs.checks import runner

    monkeypatch.chdir(tmp_path)
    Path("many").mkdir()
    Path("many/pack.toml").write_text('format = 1\ntitle = "Many"\nlanguages = ["en"]')
    for number in range(8):
        Path(f"many/{number}-e{number}.toml").write_text(
            GOOD_EXERCISE.replace("y = 3", "y = 5") if number % 2 else GOOD_EXERCISE
        )
    alone = lines(Path("many"))
    assert len(alone) == 8
    monkeypatch.setattr(runner, "_MIN_FOR_PROCESSES", 2)
    monkeypatch.setattr(runner, "_TASK_SIZE", 3)
    assert lines(Path("many")) == alone


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    Path("mine").mkdir()
    Path("mine/pack.toml").write_text('format = 1\ntitle = "Mine"\nlanguages = ["en"]')
    Path("mine/01-ex.toml").write_text(GOOD_EXERCISE)
    return Path("mine")


def test_exit_codes_depend_on_severity(pack: Path, run_tutor: Run) -> None:
    assert run_tutor("check", "mine").returncode == 0
    assert run_tutor("check", "mine", "--strict").returncode == 0
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE.replace("y = 3", "y = 5"))
    assert run_tutor("check", "mine").returncode == 0
    assert run_tutor("check", "mine", "--strict").returncode == 1
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE + "q = 3")
    assert run_tutor("check", "mine").returncode == 1
    done = run_tutor("check", str(BROKEN / "fresh-alike"), "--strict")
    assert (done.returncode, done.stderr) == (0, "No problems found.\n")
    assert ": note: " in done.stdout
    for arguments in (("nowhere",), (".",), (), ("mine", "--json", "--github"), ("mine/pack.txt",)):
        done = run_tutor("check", *arguments)
        assert done.returncode == 2
        assert len(done.stderr.splitlines()) == 1
        assert not done.stdout


def test_archives_and_single_files_are_checked(pack: Path, run_tutor: Run) -> None:
    (pack / "02-bad.toml").write_text("graph = 'z = x'")
    Path("mine.zip").write_bytes(
        hostile_packs.make_archive(*((file.name, file.read_bytes()) for file in pack.iterdir()))
    )
    assert run_tutor("check", "mine.zip").stdout.startswith("mine.zip/02-bad.toml:1: graph: ")
    assert run_tutor("check", "mine/02-bad.toml").stdout.startswith("mine/02-bad.toml:1: graph: ")
    assert run_tutor("check", "mine/01-ex.toml").stdout == ""
    Path("evil.zip").write_bytes(hostile_packs.HOSTILE_ARCHIVES["up"][0]())
    done = run_tutor("check", "evil.zip")
    assert done.stdout == f"evil.zip:1: {hostile_packs.HOSTILE_ARCHIVES['up'][1]}\n"
    assert done.returncode == 1


def test_diagnostics_as_json(pack: Path, run_tutor: Run) -> None:
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE.replace("y = 3", "y = 5") + "q = 3")
    found = json.loads(run_tutor("check", "mine", "--json").stdout)
    assert found == [
        {
            "file": "mine/01-ex.toml",
            "line": 9,
            "key": "vary.q",
            "severity": "error",
            "message": "Write a table here, such as { key = value }.",
        }
    ]
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE)
    assert json.loads(run_tutor("check", "mine", "--json").stdout) == []


def test_diagnostics_as_github_annotations(pack: Path, run_tutor: Run) -> None:
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE.replace("y = 3", "y = 5") + '[text]\nen = "100 % {q}"')
    assert run_tutor("check", "mine", "--github").stdout == (
        "::error file=mine/01-ex.toml,line=10::text.en: Unknown name “q”. You can use grad(x), grad(y), grad(z), "
        "x, y, z. (Character 7: “{q}”.)\n"
    )


def test_diagnostics_are_in_the_current_language(pack: Path, run_tutor: Run) -> None:
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE.replace("y = 3", "y = 5"))
    lines_found = run_tutor("check", "mine", "--lang", "ko").stdout
    assert lines_found.startswith("mine/01-ex.toml:3: 경고: inputs: ")


def test_diagnostics_can_not_style_the_terminal(pack: Path, run_tutor: Run) -> None:
    (pack / "01-ex.toml").write_text(GOOD_EXERCISE + '"\\u001b[31m" = 1\n')
    assert "\x1b" not in run_tutor("check", "mine").stdout


@pytest.mark.parametrize(
    "graph",
    [
        "t = x - y; u = d + t; s = c ^ 4 * t ^ 2 * u * y; z = s ^ 2",
        "t = 1 / (d ^ 2 * (c - x) + 1 / y) - y; z = t ^ 2",
        "t = c * d * x; u = (t * c) ^ 2; v = 1 / u; w = 1 / v; z = (w - u) * y",
    ],
)
def test_flat_spots_and_rounding_are_no_disagreement(tmp_path: Path, graph: str) -> None:
    (tmp_path / "flat.toml").write_text(
        f'graph = "{graph}"\nstart = 3\n[inputs]\nx = 12\ny = 2\nd = -10\nc = 12\n[vary]\n'
    )
    assert not [line for line in lines(tmp_path / "flat.toml") if "moving" in line]


@pytest.mark.parametrize("graph", ["z = x * detach(x) + y", "z = y * ste(x)"])
def test_a_stopped_gradient_is_no_disagreement(tmp_path: Path, graph: str) -> None:
    node = '[nodes.ste]\ninputs = ["x"]\nvalue = "x + detach(3 - x)"\n' if "ste" in graph else ""
    (tmp_path / "stop.toml").write_text(f'graph = "{graph}"\nstart = 3\n{node}[inputs]\nx = 5\ny = 7\n[vary]\n')
    assert not [line for line in lines(tmp_path / "stop.toml") if "moving" in line]
