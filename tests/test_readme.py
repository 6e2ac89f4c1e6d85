"""What the README says to type does something."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from tutor.packs import library

if TYPE_CHECKING:
    import pytest

    from tests.support.run_tutor import Run

README = (Path(__file__).parents[1] / "README.md").read_text(encoding="utf-8")


def commands() -> list[list[str]]:
    """The arguments of every line of the section on commands, in order."""
    block = re.search(r"<!-- the commands -->\n```sh\n(.*?)```", README, re.DOTALL)
    assert block
    lines = [shlex.split(line, comments=True) for line in block[1].splitlines() if line.strip()]
    assert all(line[0] == "backprop-tutor" for line in lines)
    return [line[1:] for line in lines]


def test_every_command_can_be_typed_one_after_the_other(
    run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run_tutor("play", "basics/plus", "--plain", text="1\n")  # so that there is something to take along
    found = {" ".join(line): run_tutor(*line) for line in commands()}
    # 1 where it ends with something to do: nothing is typed into what asks.
    assert {line for line, ran in found.items() if ran.returncode not in (0, 1)} == set()
    assert {line: ran.stderr for line, ran in found.items() if "backprop-tutor: " in ran.stderr} == {}


def test_the_number_of_exercises_is_true() -> None:
    packs = library.all_packs()
    assert "More than a hundred exercises in ten packs" in README
    assert len(packs) == 10
    assert sum(len(pack.entries) for pack in packs) > 100
