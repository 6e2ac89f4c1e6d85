"""Packs that are added, replaced, removed, or offered by installed packages."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support import hostile_packs
from tutor.commands.group import run_click
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.user_packs import install_pack, uninstall_pack

if TYPE_CHECKING:
    from tests.support.run_tutor import Run

GRAPH = "graph = 'z = a * b'\n[inputs]\na = 5\nb = 7\n"


def make_pack_folder(folder: Path, pack_toml: str = "format = 1\nid = 'mine'", **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pack.toml").write_text(pack_toml, encoding="utf-8")
    for name, text in (files or {"01-first": GRAPH}).items():
        (folder / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def pack_ids() -> list[str]:
    """Return the ids of the packs that are not built in."""
    return [found.pack.id for found in library.packs_with_origin() if found.origin != "built-in"]


@pytest.mark.parametrize("zipped", [False, True])
def test_an_added_pack_is_listed(tmp_path: Path, zipped: bool) -> None:
    path = make_pack_folder(tmp_path / "folder")
    if zipped:
        raw = hostile_packs.make_archive(*((file.name, file.read_bytes()) for file in path.iterdir()))
        path = tmp_path / "some.zip"
        path.write_bytes(raw)
    found, replaced = install_pack(path)
    assert (found.id, replaced) == ("mine", False)
    assert pack_ids() == ["mine"]
    assert library.find_exercise("mine/first").pack == "mine"


def test_an_added_pack_does_not_need_its_source(tmp_path: Path) -> None:
    folder = make_pack_folder(tmp_path / "folder")
    install_pack(folder)
    (folder / "01-first.toml").unlink()
    assert library.find_exercise("mine/first").graph.output == "z"


def test_a_new_version_replaces_the_old_one(tmp_path: Path, home: Path) -> None:
    install_pack(make_pack_folder(tmp_path / "old", **{"01-first": GRAPH, "02-gone": GRAPH}))
    found, replaced = install_pack(
        make_pack_folder(tmp_path / "new", **{"05-first": GRAPH.replace("a * b", "a + b"), "06-more": GRAPH})
    )
    assert replaced
    assert [entry.id for entry in found.entries] == ["first", "more"]
    assert str(library.find_exercise("mine/first").title) == "z = a + b"
    assert [path.name for path in (home / "packs").iterdir()] == ["mine.zip"]


def test_a_broken_version_leaves_the_old_one(tmp_path: Path, home: Path) -> None:
    install_pack(make_pack_folder(tmp_path / "old"))
    for pack_toml, files, sentence in (
        ("format = 9\nid = 'mine'", {}, "needs a newer version of backprop-tutor"),
        ("format = 1\nid = 'mine'\nzzz = 1", {}, "There is no key “zzz” here."),
        ("format = 1\nid = 'mine'", {"big": "#" * (1 << 21)}, "This file is larger than 1 MiB."),
    ):
        with pytest.raises(PackError, match=sentence):
            install_pack(make_pack_folder(tmp_path / "new", pack_toml, **files))
        assert library.find_exercise("mine/first").graph.output == "z"
        assert [path.name for path in (home / "packs").iterdir()] == ["mine.zip"]


def test_only_texts_of_the_pack_are_copied(tmp_path: Path) -> None:
    import zipfile

    folder = make_pack_folder(tmp_path / "folder")
    (folder / "solution.py").write_text("x")
    (folder / "sub").mkdir()
    (folder / "sub" / "x.toml").write_text("x")
    (tmp_path / "secret.toml").write_text("x")
    found, _ = install_pack(folder)
    assert zipfile.ZipFile(found.folder).namelist() == ["pack.toml", "01-first.toml"]
    (folder / "02-link.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(PackError, match="This file is outside its pack"):
        install_pack(folder)


@pytest.mark.parametrize(
    ("pack_toml", "sentence"),
    [
        ("format = 1\nid = 'basics'", "“basics” is the id of a built-in pack. Choose another id in pack.toml."),
        (None, "is not a pack. Name a folder with a pack.toml, or a .zip of one."),
    ],
)
def test_unusable_packs_are_not_added(tmp_path: Path, pack_toml: str | None, sentence: str) -> None:
    folder = make_pack_folder(tmp_path / "folder", pack_toml) if pack_toml else tmp_path
    with pytest.raises(PackError) as caught:
        install_pack(folder)
    assert str(caught.value).endswith(sentence)
    empty = make_pack_folder(tmp_path / "empty")
    (empty / "01-first.toml").unlink()
    with pytest.raises(PackError, match="This pack has no exercise"):
        install_pack(empty)


def test_only_added_packs_can_be_removed(tmp_path: Path) -> None:
    install_pack(make_pack_folder(tmp_path / "folder"))
    uninstall_pack("mine")
    assert pack_ids() == []
    for name, sentence in (
        ("mine", "You have not added a pack “mine”. `backprop-tutor pack list` shows all packs."),
        ("basics", "“basics” is a built-in pack and can't be removed."),
        ("../../x", "You have not added a pack “../../x”. `backprop-tutor pack list` shows all packs."),
    ):
        with pytest.raises(PackError) as caught:
            uninstall_pack(name)
        assert str(caught.value) == sentence


def install_entry_point(site: Path, entry: str, package: str = "some_course") -> Path:
    """Write a Python package as an installer would, whose code must not run."""
    folder = site / package
    folder.mkdir(parents=True)
    (folder / "__init__.py").write_text("raise SystemExit('imported')")
    info = site / f"{package}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[backprop_tutor.packs]\ncourse = {entry}\n")
    return folder


@pytest.mark.parametrize(
    ("entry", "where"),
    [
        ("some_course", "."),
        ("some_course.packs", "packs/week"),
        ("some_course:packs", "packs"),
        ("some_course.deep.packs", "deep/packs/x"),
    ],
)
def test_installed_packages_offer_packs_without_being_imported(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str, where: str
) -> None:
    make_pack_folder(install_entry_point(tmp_path / "site", entry) / where)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert pack_ids() == ["mine"]
    assert library.find_exercise("mine/first").pack == "mine"
    assert "some_course" not in sys.modules
    with pytest.raises(PackError, match="belongs to an installed package"):
        uninstall_pack("mine")


@pytest.mark.parametrize("entry", ["some_course...etc", "missing_course", "some_course.missing", "some_course:__init__",
                                   "os.path", "1 2 3", "some_course.link"])  # fmt: skip
def test_entry_points_that_lead_nowhere_are_ignored(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    folder = install_entry_point(tmp_path / "site", entry)
    (folder / "link").symlink_to(make_pack_folder(tmp_path / "elsewhere"))
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert pack_ids() == []


def test_the_first_of_two_packs_with_one_id_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, run_tutor: Run
) -> None:
    make_pack_folder(
        install_entry_point(tmp_path / "site", "some_course.packs") / "packs",
        "format = 1\nid = 'mine'\ntitle = 'Installed'",
    )
    make_pack_folder(tmp_path / "site" / "some_course" / "packs", "format = 1\nid = 'mine'\ntitle = 'Installed'")
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert [str(found.title) for found in library.all_packs() if found.id == "mine"] == ["Installed"]
    install_pack(make_pack_folder(tmp_path / "folder", "format = 1\nid = 'mine'\ntitle = 'Added'"))
    assert [str(found.title) for found in library.all_packs() if found.id == "mine"] == ["Added"]
    listed = run_tutor("pack", "list", PYTHONPATH=f"{tmp_path / 'site'}:{Path(library.__file__).parents[2]}").stdout
    assert "mine: Installed (1; from an installed package)" in listed
    assert "This pack is hidden, because" in listed
    assert "has the same id, “mine”, and comes first." in listed


def test_add_list_and_remove_at_the_command_line(tmp_path: Path, run_tutor: Run) -> None:
    folder = make_pack_folder(tmp_path / "folder", **{"01-first": GRAPH, "02-bad": "graph = 'z ='"})
    added = run_tutor("pack", "add", str(folder))
    assert added.stdout == "Added: mine (mine). Exercises: 2.\n"
    assert added.stderr == f"Some exercises can't be opened: bad. See backprop-tutor check {folder}\n"
    assert (
        run_tutor("pack", "add", str(folder)).stdout == "Replaced: mine (mine). Exercises: 2. Your progress is kept.\n"
    )
    assert "mine/first" in run_tutor("list").stdout
    assert run_tutor("play", "mine/first", text="7\n").stdout.count("Right.") == 1
    assert run_tutor("pack", "add", str(folder)).returncode == 0
    assert "mine/first  z = a * b (in progress, 1 filled)" in run_tutor("list").stdout
    assert run_tutor("pack", "remove", "mine").stdout == "Removed: mine. Your progress in it is kept.\n"
    assert run_tutor("pack", "remove", "mine").returncode == 1
    assert "mine" not in run_tutor("pack", "list").stdout


def seconds_to_add(folder: Path, num_exercises: int) -> float:
    """Return the processor time that adding a pack of so many exercises takes."""
    pack = make_pack_folder(
        folder, f"format = 1\nid = 'of-{num_exercises}'", **{f"{n:04}-x{n}": GRAPH for n in range(num_exercises)}
    )
    start = time.thread_time()
    assert run_click(["pack", "add", str(pack)]) == 0
    return time.thread_time() - start


def test_adding_a_pack_takes_time_in_proportion_to_its_exercises(tmp_path: Path) -> None:
    seconds_to_add(tmp_path / "warm", 1)
    for attempt in range(3):  # The machine may have been slow for a moment.
        few = seconds_to_add(tmp_path / f"few{attempt}", 50)
        many = seconds_to_add(tmp_path / f"many{attempt}", 400)
        if many < 16 * few:
            return
    raise AssertionError(f"8 times the exercises take {many / few:.1f} times as long")


@pytest.mark.parametrize("content", [b"[[[\n= nothing", b"\xff\xfe\x00", b"[backprop_tutor.packs]\nno equals sign\n"])
def test_a_package_whose_entry_points_are_broken_hides_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes
) -> None:
    make_pack_folder(install_entry_point(tmp_path / "site", "some_course"))
    install_entry_point(tmp_path / "site", "broken", "a_broken_one")
    (tmp_path / "site" / "a_broken_one-1.0.dist-info" / "entry_points.txt").write_bytes(content)
    monkeypatch.syspath_prepend(tmp_path / "site")
    assert pack_ids() == ["mine"]
