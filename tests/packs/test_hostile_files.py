"""Exercise files made to do harm are refused or harmless, and neither takes long."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support import hostile_packs
from tests.support.timing import runs_within
from tutor.packs.checks.runner import check_packs
from tutor.packs.library import read_pack

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("name", hostile_packs.HOSTILE_FILES)
def test_hostile_files_are_refused_or_harmless(tmp_path: Path, name: str) -> None:
    text, opens = hostile_packs.HOSTILE_FILES[name]
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\ntitle = "Mine"\nlanguages = ["en"]')
    (folder / "01-ex.toml").write_text(text)
    shown: list[str] = []
    output_lines: list[str] = []

    def looked_at() -> None:
        found = read_pack(folder)
        shown[:] = [str(found.title), *(str(entry.title) for entry in found.entries)]
        output_lines[:] = [str(finding) for finding in check_packs([folder])]

    assert runs_within(looked_at, 1200)
    errors = [line for line in output_lines if ": warning: " not in line]
    assert bool(errors) != opens, output_lines
    for line in (*output_lines, *shown):
        assert line.isprintable() or name == "nearly a megabyte", line
        assert not set(line) & set("\x1b\x07\u202e\u2066\u200f\x9b"), line
    assert all(len(line) < 2000 for line in output_lines)
    # The learner's own folder may have a cache of the built-in packs.
    others = [path.name for path in tmp_path.rglob("*") if "home" not in path.parts]
    assert sorted(others) == ["01-ex.toml", "mine", "pack.toml"]
