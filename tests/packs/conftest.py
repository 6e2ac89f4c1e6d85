from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tutor.packs.diagnostics import PackError
from tutor.packs.library import Pack, read_pack

if TYPE_CHECKING:
    from tutor.packs.exercise import Exercise

Write = Callable[..., Pack]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Writes a pack into the current folder, `mine`, one keyword argument a file, and gives it back."""
    monkeypatch.chdir(tmp_path)

    def written(exercise: str | bytes = "", pack_toml: str = "format = 1", **files: str | bytes) -> Pack:
        folder = Path("mine")
        folder.mkdir(exist_ok=True)
        (folder / "pack.toml").write_text(pack_toml, encoding="utf-8")
        for name, content in {"ex": exercise, **files}.items() if exercise else files.items():
            raw = content.encode() if isinstance(content, str) else content
            (folder / f"{name}.toml").write_bytes(raw)
        return read_pack(folder)

    return written


@pytest.fixture
def opened(write: Write) -> Callable[[str], Exercise]:
    """The exercise of a file with this text."""
    return lambda text: write(text).open("ex")


@pytest.fixture
def refused(write: Write) -> Callable[[str | bytes], list[str]]:
    """The lines that a file with this text is refused with, without the name of the file."""

    def lines(text: str | bytes) -> list[str]:
        with pytest.raises(PackError) as caught:
            write(text).open("ex")
        return [line.removeprefix("mine/ex.toml:") for line in str(caught.value).splitlines()]

    return lines
