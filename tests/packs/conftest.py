from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor.packs.diagnostics import PackError
from tutor.packs.library import Pack, read_pack

if TYPE_CHECKING:
    from tests.support.pack_files import LoadText, RefusalLines, WritePack


@pytest.fixture
def write_pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> WritePack:
    """Write a pack into the folder `mine`, one keyword argument for each file, and return it."""
    monkeypatch.chdir(tmp_path)

    def write(exercise: str | bytes = "", pack_toml: str = "format = 1", **files: str | bytes) -> Pack:
        folder = Path("mine")
        folder.mkdir(exist_ok=True)
        (folder / "pack.toml").write_text(pack_toml, encoding="utf-8")
        for name, content in {"ex": exercise, **files}.items() if exercise else files.items():
            raw = content.encode() if isinstance(content, str) else content
            (folder / f"{name}.toml").write_bytes(raw)
        return read_pack(folder)

    return write


@pytest.fixture
def load_text(write_pack: WritePack) -> LoadText:
    """Return the exercise in a file with this text."""
    return lambda text: write_pack(text).open("ex")


@pytest.fixture
def refusal_lines(write_pack: WritePack) -> RefusalLines:
    """Return the lines of the errors of a file with this text, without the name of the file."""

    def lines(text: str | bytes) -> list[str]:
        with pytest.raises(PackError) as caught:
            write_pack(text).open("ex")
        return [line.removeprefix("mine/ex.toml:") for line in str(caught.value).splitlines()]

    return lines
