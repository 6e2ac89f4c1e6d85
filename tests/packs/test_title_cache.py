"""The cache of titles."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor import __version__
from tutor.packs import library, toml_source
from tutor.packs.title_cache import TitleCache

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

PACK = 'format = 1\nid = "own"\ntitle = "Own"\n'


@pytest.fixture
def folder(home: Path) -> Path:
    folder = home / "packs" / "own"
    folder.mkdir(parents=True)
    (folder / "pack.toml").write_text(PACK)
    (folder / "01-first.toml").write_text('title = { en = "One", ko = "하나" }\ngraph = "z = x"\n')
    (folder / "02-second.toml").write_text('graph = "z = x * y"\n')
    return folder


def listed_titles() -> list[str]:
    return [str(entry.title) for found in library.all_packs() if found.id == "own" for entry in found.entries]


def test_unchanged_files_are_not_read_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert listed_titles() == ["One", "z = x * y"]
    monkeypatch.setattr(toml_source, "read_text", lambda *_: pytest.fail("read again"))
    assert listed_titles() == ["One", "z = x * y"]


def test_changed_files_are_read_again(folder: Path) -> None:
    listed_titles()
    (folder / "02-second.toml").write_text('title = "Two"\ngraph = "z = x * y"\n')
    assert listed_titles() == ["One", "Two"]
    (folder / "03-third.toml").write_text('title = "Three"\n')
    (folder / "01-first.toml").unlink()
    assert listed_titles() == ["Two", "Three"]
    (folder / "pack.toml").write_text('format = 99\nid = "own"\ntitle = "Ours"\n')
    (found,) = (found for found in library.all_packs() if found.id == "own")
    assert str(found.title) == "Ours"
    assert "newer" in str(found.errors[0])


@pytest.mark.parametrize(
    "kept", ["", "[]", '{"version": 1}', '{"version": "%s", "folders": {"%s": {"titles": [1], "head": 2}}}']
)
def test_a_damaged_cache_is_ignored(run_tutor: Run, folder: Path, kept: str) -> None:
    memory = TitleCache().path
    memory.write_text(kept % (__version__, folder) if "%s" in kept else kept)
    done = run_tutor("list")
    assert done.returncode == 0
    assert "own/second" in done.stdout
    assert not done.stderr
