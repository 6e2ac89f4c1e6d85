"""Examples of the guide for authors open and pass the checks."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from tutor.packs import library
from tutor.packs.checks.runner import check_packs

GUIDE = (Path(library.built_in_dir() or "") / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
PACKS = [text for text in EXAMPLES if text.startswith("format")]
EXERCISES = [text for text in EXAMPLES if text not in PACKS]


@pytest.mark.parametrize("text", EXERCISES, ids=range(len(EXERCISES)))
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
    (pack_toml,) = PACKS
    (folder / "pack.toml").write_text(pack_toml, encoding="utf-8")
    (folder / "01-example.toml").write_text(EXERCISES[0], encoding="utf-8")
    assert check_packs([folder]) == []


def test_the_commands_of_the_guide_exist() -> None:
    from tutor.commands.group import cli
    from tutor.commands.pack import pack_group

    commands = cli.list_commands(click.Context(cli))
    pack_commands = pack_group.list_commands(click.Context(pack_group))
    hub_guide = Path(library.built_in_dir() or "", "JUPYTERHUB.md").read_text(encoding="utf-8")
    for command, subcommand in re.findall(r"\bbackprop-tutor (\w+)(?: (\w+))?", GUIDE + hub_guide):
        assert command in commands
        assert command != "pack" or subcommand in pack_commands
