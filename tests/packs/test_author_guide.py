"""Examples of the guide for authors open and pass the checks."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click
import pytest

from tests.support.guide import PAGES, START, USING, read_page
from tutor.packs import library
from tutor.packs.checks.runner import check_packs

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

#: Every block of TOML on any page is an exercise or a pack. A settings file or a roster is marked as ini.
EXAMPLES = [
    (page.stem, text) for page in PAGES for text in re.findall(r"```toml\n(.*?)```", read_page(page), re.DOTALL)
]
PACKS = [text for _page, text in EXAMPLES if text.startswith("format")]
EXERCISES = [(page, text) for page, text in EXAMPLES if text not in PACKS]


def test_the_examples_are_found() -> None:
    assert len(PACKS) == 1
    assert len(EXERCISES) > 20


@pytest.mark.parametrize(
    "text", [text for _page, text in EXERCISES], ids=[f"{page}-{n}" for n, (page, _text) in enumerate(EXERCISES)]
)
def test_an_example_has_no_errors(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "week-1"
    folder.mkdir()
    (folder / "pack.toml").write_text(PACKS[0], encoding="utf-8")
    (folder / "01-example.toml").write_text(text, encoding="utf-8")
    assert [str(finding) for finding in check_packs([folder]) if finding.is_error] == []
    exercise = library.read_pack(folder).open("example")
    assert exercise.variant(1).problem.blanks or exercise.code.only
    assert "?" not in exercise.variant(1).after()


def test_the_pack_of_the_guide_passes_all_checks(tmp_path: Path) -> None:
    folder = tmp_path / "week-1"
    folder.mkdir()
    (folder / "pack.toml").write_text(PACKS[0], encoding="utf-8")
    (folder / "01-example.toml").write_text('graph = "z = x * (x + y)"\n', encoding="utf-8")
    assert check_packs([folder]) == []


def test_a_newcomer_gets_from_nothing_to_a_checked_exercise(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_tutor("new", "week-1", "--yes").returncode == 0
    one_line, numbers, whole = re.findall(r"```toml\n(.*?)```", read_page(START), re.DOTALL)
    assert whole.startswith(numbers)
    for text in (one_line, numbers, whole):
        (tmp_path / "week-1" / "02-one-weight.toml").write_text(text, encoding="utf-8")
        process = run_tutor("check", "week-1", "--strict")
        assert (process.returncode, process.stdout) == (0, "")
    process = run_tutor("play", "week-1/02-one-weight.toml", "--plain", text="5\n10\n10\n30\n")
    assert process.returncode == 0
    assert "You have u. What happens to the exponent 2?" in process.stdout
    assert "∂L/∂w = 30. A small step of w" in process.stdout


def test_the_commands_of_the_guide_exist() -> None:
    from tutor.commands.group import cli
    from tutor.commands.pack import pack_group

    commands = cli.list_commands(click.Context(cli))
    pack_commands = pack_group.list_commands(click.Context(pack_group))
    text = "".join(read_page(page) for page in PAGES if page != USING)
    found = re.findall(r"\bbackprop-tutor (\w+)(?: (\w+))?", text)
    assert len(found) > 30
    for command, subcommand in found:
        assert command in commands
        assert command != "pack" or subcommand in pack_commands


def test_every_pack_is_in_the_index_in_the_order_of_the_list() -> None:
    listed = re.findall(r"^\| \[(\w+)\]\(\1\) \|", read_page(START), re.MULTILINE)
    assert listed == [pack.id for pack in library.all_packs()]
