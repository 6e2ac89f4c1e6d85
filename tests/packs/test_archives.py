"""Packs in zip archives."""

from __future__ import annotations

import itertools
import os
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import hostile_packs
from tutor.packs.diagnostics import PackError
from tutor.packs.pack import read_pack
from tutor.packs.path_argument import open_path
from tutor.packs.user_packs import install_pack

GOOD = [("pack.toml", b"format = 1\nid = 'mine'\ntitle = 'Mine'"), ("01-first.toml", b"graph = 'z = a * b'")]

#: Different times for files that are written within one tick of the clock.
FILE_TIMES = itertools.count(1_000_000_000, 1_000_000)


def files_below(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@pytest.mark.parametrize("prefix", ["", "mine/", "a/b/"])
def test_an_archive_of_a_pack_or_its_folder_is_a_pack(tmp_path: Path, prefix: str) -> None:
    path = tmp_path / "some.zip"
    extra = [(f"{prefix}README.md", b"x" * 2_000_000), ("__MACOSX/._pack.toml", b"\0"), (f"{prefix}sub/x.toml", b"")]
    path.write_bytes(hostile_packs.make_archive(*((prefix + name, text) for name, text in GOOD), *extra))
    found = read_pack(path)
    assert (found.id, str(found.title), [entry.id for entry in found.entries]) == ("mine", "Mine", ["first"])
    assert found.open("first").graph.output == "z"
    assert files_below(tmp_path) == ["some.zip"]


def test_an_error_in_an_archive_names_the_file_in_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("some.zip").write_bytes(
        hostile_packs.make_archive(GOOD[0], ("01-first.toml", b"graph = 'z = a * b'\ntitel = 'x'"))
    )
    with pytest.raises(PackError) as caught:
        read_pack(Path("some.zip")).open("first")
    assert str(caught.value) == "some.zip/01-first.toml:2: titel: There is no key “titel” here. Did you mean title?"


def test_a_changed_archive_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    path.write_bytes(hostile_packs.make_archive(*GOOD))
    assert str(read_pack(path).title) == "Mine"
    path.write_bytes(hostile_packs.make_archive((GOOD[0][0], b"format = 1\nid = 'mine'\ntitle = 'Other'"), GOOD[1]))
    assert str(read_pack(path).title) == "Other"


def test_names_in_the_encoding_of_a_korean_windows_are_read(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    raw = hostile_packs.make_archive(GOOD[0], ("01-aaaa.toml", b"graph = 'z = a * b'"))
    path.write_bytes(raw.replace(b"01-aaaa", b"01-" + "뉴런".encode("cp949")))
    assert [entry.id for entry in read_pack(path).entries] == ["뉴런"]
    assert read_pack(path).open("뉴런").graph.output == "z"


@pytest.mark.parametrize("name", hostile_packs.HOSTILE_ARCHIVES)
def test_hostile_archives_are_refused_and_nothing_is_written(tmp_path: Path, home: Path, name: str) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    path = hostile_packs.write_archive(inside, name)
    before = files_below(tmp_path)
    for way in (open_path, install_pack):
        with pytest.raises(PackError) as caught:
            way(path)
        assert str(caught.value) == f"{path}: {hostile_packs.HOSTILE_ARCHIVES[name][1]}"
    assert files_below(tmp_path) == before
    assert not home.exists()


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), min_size=1, max_size=8), st.integers(0, 400))
def test_damaged_archives_open_or_are_refused(tmp_path: Path, changes: list[tuple[int, int]], cut: int) -> None:
    raw = bytearray(hostile_packs.make_archive(*GOOD))
    for at, byte in changes:
        raw[at % len(raw)] = byte
    path = tmp_path / "some.zip"
    path.write_bytes(raw[: len(raw) - cut % 3 * (cut % 50)])
    os.utime(path, ns=(0, next(FILE_TIMES)))
    try:
        open_path(path)
    except PackError as error:
        assert len(error.diagnostics) == 1


def test_only_texts_are_read_from_archives(tmp_path: Path) -> None:
    path = tmp_path / "some.zip"
    with zipfile.ZipFile(path, "w") as file:
        for name, text in GOOD:
            file.writestr(name, text)
        file.writestr("01-first.py", "raise SystemExit")
        file.writestr("pack.py", "raise SystemExit")
    assert [entry.id for entry in read_pack(path).entries] == ["first"]
