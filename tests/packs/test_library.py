"""The list of packs, broken ones included; an exercise is checked when it is opened."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tutor.i18n import set_language
from tutor.packs import library
from tutor.packs.diagnostics import PackError
from tutor.packs.library import read_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pack_files import WritePack

GRAPH = 'graph = "z = a * b"\n'


def test_the_built_in_packs_are_in_the_order_of_the_curriculum() -> None:
    found = [pack.id for pack in library.all_packs(installed=False)]
    assert found[:5] == ["basics", "chains", "curves", "checks", "neuron"]
    first = library.all_packs(installed=False)[0]
    assert [entry.id for entry in first.entries][:3] == ["left-to-right", "read-the-formula", "nudge-it"]


def test_packs_with_an_order_come_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, order in (("a", ""), ("b", "order = 20"), ("c", "order = 3"), ("d", "order = 'first'")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "pack.toml").write_text(f"format = 1\n{order}")
    monkeypatch.setattr(library, "built_in_dir", lambda: tmp_path)
    assert [found.id for found in library.all_packs()] == ["c", "b", "a", "d"]


def test_listing_needs_neither_pydantic_nor_numpy_nor_textual() -> None:
    script = """
import sys
from tutor.packs import library
print([str(entry.title) for pack in library.all_packs() for entry in pack.entries][0])
print(sorted({"pydantic", "numpy", "textual", "sympy"} & set(sys.modules)))
library.find_exercise("basics/add-multiply")
print("pydantic" in sys.modules)
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.splitlines() == ["From left to right", "[]", "True"]


def test_the_folder_of_the_built_in_packs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site" / "tutor"
    (tmp_path / "site" / "exercises" / "checkout").mkdir(parents=True)
    monkeypatch.setattr(library, "__file__", str(package / "packs" / "library.py"))
    assert library.built_in_dir() == tmp_path / "site" / "exercises"
    (package / "exercises").mkdir(parents=True)
    assert library.built_in_dir() == package / "exercises"


def test_ids_are_file_names_without_their_number(write_pack: WritePack) -> None:
    files = {"10-late": GRAPH, "02-two roads": GRAPH, "03-three": GRAPH + "id = 'drei'", "3d": GRAPH, "2024": GRAPH}
    mine = write_pack(**files)
    (mine.folder / ".hidden.toml").write_text(GRAPH)
    (mine.folder / "notes.txt").write_text("x")
    (mine.folder / "folder.toml").mkdir()
    assert [entry.id for entry in read_pack(mine.folder).entries] == ["two roads", "drei", "late", "2024", "3d"]
    with pytest.raises(PackError, match="The file's name gives the id “two roads”"):
        mine.open("two roads")
    assert mine.open("drei").id == "drei"
    assert mine.open("drei").pack == "mine"


def test_broken_exercises_are_listed_and_refused_when_opened(write_pack: WritePack) -> None:
    mine = write_pack(**{"01-good": GRAPH, "02-bad": "graph = ", "03-odd": "title = 3\ngraph = 4", "04-raw": b"\xff"})
    assert [(entry.id, str(entry.title)) for entry in mine.entries] == [
        ("good", "z = a * b"),
        ("bad", "bad"),
        ("odd", "odd"),
        ("raw", "raw"),
    ]
    assert mine.open("good").graph.output == "z"
    for name in ("bad", "odd", "raw"):
        with pytest.raises(PackError):
            mine.open(name)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("format = 2\nzzz = 1", "mine/pack.toml:1: format: This pack needs a newer version of backprop-tutor. Update the program."),
        ("format = ", 'mine/pack.toml:1: This value can\'t be read. Put texts in quotes: "log(3)".'),
        ("title = 'x'", "mine/pack.toml:1: format: “format” is missing. Add it."),
        ("format = 1\nlicense = 'x'", "mine/pack.toml:2: license: There is no key “license” here. Did you mean licence?"),
        ("format = 1\nlanguages = ['de']",
         "mine/pack.toml:2: languages: “de” is not a language of this program. The languages are en, ko."),
        ("format = 1\nmode = 'test'", 'mine/pack.toml:2: mode: The mode must be "practice" or "exam".'),
    ],
)  # fmt: skip
def test_a_broken_pack_file_is_refused_when_an_exercise_is_opened(
    write_pack: WritePack, text: str, expected: str
) -> None:
    mine = write_pack(GRAPH, pack_toml=text)
    assert [entry.id for entry in mine.entries] == ["ex"]
    with pytest.raises(PackError) as caught:
        mine.open("ex")
    assert str(caught.value) == expected


def test_broken_packs_hide_no_others(write_pack: WritePack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, text in (("a", "format = ["), ("b", "format = 1\ntitle = 'B'"), ("c", "format = 9")):
        (tmp_path / "all" / name).mkdir(parents=True)
        (tmp_path / "all" / name / "pack.toml").write_text(text)
        (tmp_path / "all" / name / "01-ex.toml").write_text(GRAPH)
    (tmp_path / "all" / "no-pack").mkdir()
    (tmp_path / "all" / "README.md").write_text("x")
    monkeypatch.setattr(library, "built_in_dir", lambda: tmp_path / "all")
    assert [(found.id, str(found.title), len(found.errors)) for found in library.all_packs()] == [
        ("a", "a", 1),
        ("b", "B", 0),
        ("c", "c", 1),
    ]
    assert library.find_exercise("b/ex").pack == "b"


def test_two_files_with_one_id_are_refused(write_pack: WritePack) -> None:
    mine = write_pack(**{"01-ex": GRAPH, "02-ex": GRAPH})
    with pytest.raises(PackError) as caught:
        mine.open("ex")
    assert str(caught.value) == (
        "mine/02-ex.toml: id: The exercise in 01-ex.toml also has the id “ex”. Rename one of the two."
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("basics/add-multipli", "There is no exercise “basics/add-multipli”. Did you mean basics/add-multiply?"),
        ("add-multiply", "There is no exercise “add-multiply”. Did you mean basics/add-multiply?"),
        ("plus", "There is no exercise “plus”. Did you mean basics/plus?"),
        ("../../etc/passwd", "There is no exercise “../../etc/passwd”. `backprop-tutor list` shows all exercises."),
        ("qqq/\x1b[31m", "There is no exercise “qqq/\\x1b[31m”. `backprop-tutor list` shows all exercises."),
    ],
)
def test_an_unknown_exercise_is_refused_with_the_nearest_name(name: str, expected: str) -> None:
    with pytest.raises(PackError) as caught:
        library.find_exercise(name)
    assert str(caught.value) == expected


def test_titles_are_in_the_current_language(write_pack: WritePack) -> None:
    mine = write_pack(GRAPH + "[title]\nen = 'One'\nko = '하나'", pack_toml="format = 1\ntitle = 'Both'")
    assert [str(mine.title), str(mine.entries[0].title)] == ["Both", "One"]
    set_language("ko")
    assert [str(mine.title), str(mine.entries[0].title), str(mine.open("ex").title)] == ["Both", "하나", "하나"]


HOSTILE = r"[@click=app.bell]x[/] \u001b[31mred\u001b[0m \u202Eright to left\u2066 \u0007 two\nlines"


def test_control_and_direction_characters_are_escaped(write_pack: WritePack) -> None:
    mine = write_pack(GRAPH + f'title = "{HOSTILE}"\ntext = "{HOSTILE}"', pack_toml=f'format = 1\ntitle = "{HOSTILE}"')
    shown = r"[@click=app.bell]x[/] \x1b[31mred\x1b[0m \u202eright to left\u2066 \x07 two"
    assert str(mine.title) == str(mine.entries[0].title) == str(mine.open("ex").title) == f"{shown} lines"
    assert mine.open("ex").variant().text() == f"{shown}\nlines"


def test_control_characters_in_errors_are_escaped(write_pack: WritePack) -> None:
    mine = write_pack(GRAPH + '"\\u001b[31m\\n" = 1')
    with pytest.raises(PackError) as caught:
        mine.open("ex")
    assert "\x1b" not in str(caught.value)
    assert str(caught.value).startswith(r'mine/ex.toml:2: "\x1b[31m\x0a": There is no key “\x1b[31m\x0a” here.')
