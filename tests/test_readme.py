"""Commands, paths and names in the README and in the guide for contributors."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import click
import pytest

from tutor.commands.group import cli
from tutor.packs import library

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS_MAP = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
#: Files that the recipes create.
NEW_FILES = {
    "tutor/commands/count.py",
    "tests/test_count.py",
    "tutor/tui/screens/count.py",
    "tutor/locale/de/LC_MESSAGES/tutor.po",
    "exercises/basics/22-times-plus.toml",
}
#: Names in the code that the recipes mention.
NAMES = {
    "tutor/commands/group.py": ("_COMMANDS",),
    "tutor/i18n.py": ("LANGUAGES = ",),
    "tutor/algebra/functions.py": ('id="tanh"',),
    "tutor/engine/operations/elementwise.py": ('id="tanh"',),
    "tutor/tui/palette_commands.py": ("def _app_commands",),
    "tutor/tui/navigator.py": ("self._host",),
    "tutor/tui/all_bindings.py": ("SCREENS = ",),
    "tests/support/random_programs.py": ("UNARY = ",),
    "tests/support/program_runner.py": ("_ALLOWED_MODULE_ATTRIBUTES = ",),
    "tests/engine/test_latex.py": ("COMMANDS = ",),
    "tests/engine/test_jit.py": ("_EVERY",),
}


def commands_of_readme() -> list[list[str]]:
    """Return the arguments of every line of the section on commands, in order."""
    block = re.search(r"<!-- the commands -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert block
    lines = [shlex.split(line, comments=True) for line in block[1].splitlines() if line.strip()]
    assert all(line[0] == "backprop-tutor" for line in lines)
    return [line[1:] for line in lines]


def test_the_commands_of_the_readme_run_one_after_the_other(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_tutor("play", "basics/plus", "--plain", text="1\n")  # so that there is something to export
    processes = {" ".join(line): run_tutor(*line) for line in commands_of_readme()}
    # The exit code is 1 if something is left to do, because nothing is typed into a question.
    assert {line for line, process in processes.items() if process.returncode not in (0, 1)} == set()
    assert {line: p.stderr for line, p in processes.items() if "backprop-tutor: " in p.stderr} == {}


@pytest.mark.parametrize("text", [README, CONTRIBUTING, TESTS_MAP], ids=["README", "CONTRIBUTING", "tests/README"])
def test_commands_and_paths_exist(text: str) -> None:
    known = cli.list_commands(click.Context(cli))
    commands = re.findall(r"(?:bin/|^|`)backprop-tutor ([a-z]+)", text, re.MULTILINE)
    assert set(commands) <= {*known, "count"}
    paths = set(re.findall(r"(?<![\w/<])((?:tutor|tests|exercises|\.ci|\.github)/[\w./-]*\w)", text)) - NEW_FILES
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_the_recipes_name_what_the_files_contain() -> None:
    for path, names in NAMES.items():
        assert path in CONTRIBUTING
        content = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in names if name not in content] == []


def test_the_number_of_exercises_is_true() -> None:
    packs = library.all_packs()
    number = {11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen"}[len(packs)]
    assert f"More than a hundred exercises in {number} packs" in README
    assert sum(len(pack.entries) for pack in packs) > 100


def test_pictures_are_small_and_need_nothing_else() -> None:
    pictures = [ROOT / path for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)]
    assert len(pictures) == 2
    for picture in pictures:
        root = ElementTree.parse(picture).getroot()
        assert root.tag.endswith("svg")
        assert picture.stat().st_size < 300_000
        assert "url(" not in picture.read_text("utf-8")
        assert not [element.tag for element in root.iter() if re.search(r"script|image|foreignObject", element.tag)]
