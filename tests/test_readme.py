"""Commands, paths, links and names in the README, the guide and the guide for contributors."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import click
import pytest

from tests.support.guide import PAGES, USING, read_page
from tutor.commands.group import cli
from tutor.packs import library

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
KOREAN_README = (ROOT / ".github" / "README.ko.md").read_text(encoding="utf-8")
CONTRIBUTING = (ROOT / ".github" / "CONTRIBUTING.md").read_text(encoding="utf-8")
TESTS_MAP = (ROOT / "tests" / "README.md").read_text(encoding="utf-8")
#: Pages outside the guide whose links are followed.
_LINKED = ("README.md", ".github/README.ko.md", ".github/CONTRIBUTING.md", "tutor/README.md", "tests/README.md")
_LINKED_PAGES = [*PAGES, *(ROOT / path for path in _LINKED)]
_START_COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q . && .venv/bin/backprop-tutor\n"
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


def commands_of_the_guide() -> list[list[str]]:
    """Return the arguments of every line of the section on commands, in order."""
    block = re.search(r"<!-- the commands -->\n```sh\n(.*?)```", read_page(USING), re.DOTALL)
    assert block
    lines = [shlex.split(line, comments=True) for line in block[1].splitlines() if line.strip()]
    assert all(line[0] == "backprop-tutor" for line in lines)
    return [line[1:] for line in lines]


def test_the_commands_of_the_guide_run_one_after_the_other(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_tutor("play", "basics/plus", "--plain", text="1\n")  # so that there is something to export
    processes = {" ".join(line): run_tutor(*line) for line in commands_of_the_guide()}
    # The exit code is 1 if something is left to do, because nothing is typed into a question.
    assert {line for line, process in processes.items() if process.returncode not in (0, 1)} == set()
    assert {line: p.stderr for line, p in processes.items() if "backprop-tutor: " in p.stderr} == {}


@pytest.mark.parametrize(
    "text",
    [README, KOREAN_README, CONTRIBUTING, TESTS_MAP, read_page(USING)],
    ids=["README", "README.ko", "CONTRIBUTING", "tests/README", "USING"],
)
def test_commands_and_paths_exist(text: str) -> None:
    known = cli.list_commands(click.Context(cli))
    commands = re.findall(r"(?:bin/|^|`)backprop-tutor ([a-z]+)", text, re.MULTILINE)
    assert set(commands) <= {*known, "count"}
    text = re.sub(r"\]\([^)]*\)", "", text)  # test_links_lead_somewhere looks at links
    paths = set(re.findall(r"(?<![\w/<])((?:tutor|tests|exercises|\.ci|\.github)/[\w./-]*\w)", text)) - NEW_FILES
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_the_recipes_name_what_the_files_contain() -> None:
    for path, names in NAMES.items():
        assert path in CONTRIBUTING
        content = (ROOT / path).read_text(encoding="utf-8")
        assert [name for name in names if name not in content] == []


def test_the_number_of_exercises_is_true() -> None:
    packs = library.all_packs()
    number = {13: "thirteen", 14: "fourteen", 15: "fifteen", 16: "sixteen"}[len(packs)]
    assert f"More than 200 exercises in {number} packs" in README
    assert f"200개가 넘는 문제가 문제집 {len(packs)}권" in KOREAN_README
    assert sum(len(pack.entries) for pack in packs) >= 200


def test_the_readmes_are_short_and_lead_to_each_other() -> None:
    words = re.sub(r"```.*?```", "", README, flags=re.DOTALL).split()
    assert len(words) < 700
    assert "](.github/README.ko.md)" in README
    assert "](../README.md)" in KOREAN_README
    for mark in ("the start command", "the test command"):
        block = re.search(rf"<!-- {mark} -->\n```sh\n(.*?)```", README, re.DOTALL)
        assert block
    assert _START_COMMAND in README
    assert _START_COMMAND in KOREAN_README


def anchors(page: Path) -> set[str]:
    """Return the anchors that GitHub makes of the headings of a page."""
    text = re.sub(r"^```.*?^```", "", read_page(page), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", _LINKED_PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    lost = []
    for link in re.findall(
        r"\]\((?!https?://)([^)\s]+)\)", re.sub(r"```.*?```|`[^`\n]*`", "", read_page(page), flags=re.DOTALL)
    ):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            lost.append(link)
    assert lost == []


def test_pictures_are_small_and_need_nothing_else() -> None:
    pictures = [ROOT / path for path in re.findall(r"!\[[^]]+\]\((?:\.\./)?([^)]+)\)", README + KOREAN_README)]
    assert [picture.name for picture in pictures] == ["replay.svg", "exercise.svg", "replay-ko.svg"]
    for picture in pictures:
        root = ElementTree.parse(picture).getroot()
        assert root.tag.endswith("svg")
        assert picture.stat().st_size < 300_000
        assert "url(" not in picture.read_text("utf-8")
        assert not [element.tag for element in root.iter() if re.search(r"script|image|foreignObject", element.tag)]
