"""Files read within bounds: nothing outside of the pack, nothing huge, nothing that hangs."""

from __future__ import annotations

import os
from fractions import Fraction
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.timing import runs_within
from tutor.packs.diagnostics import PackError
from tutor.packs.library import read_pack

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pack_files import LoadText, RefusalLines, WritePack

GRAPH = 'graph = "z = a * b"\n'


def error_lines(folder: Path, exercise: str) -> str:
    with pytest.raises(PackError) as caught:
        read_pack(folder).open(exercise)
    return str(caught.value)


def test_links_out_of_the_pack_are_not_followed(write_pack: WritePack, tmp_path: Path) -> None:
    (tmp_path / "outside.toml").write_text(GRAPH + "title = 'secret'")
    mine = write_pack(GRAPH)
    (mine.folder / "link.toml").symlink_to(tmp_path / "outside.toml")
    (mine.folder / "up.toml").symlink_to("../outside.toml")
    (mine.folder / "loop.toml").symlink_to("loop.toml")
    (mine.folder / "nowhere.toml").symlink_to("missing.toml")
    entries = {entry.id: str(entry.title) for entry in read_pack(mine.folder).entries}
    assert entries == {"ex": "z = a * b", "link": "link", "up": "up", "loop": "loop", "nowhere": "nowhere"}
    for name in ("link", "up"):
        assert (
            error_lines(mine.folder, name)
            == f"mine/{name}.toml: This file is outside its pack. Copy it into the folder."
        )
    assert error_lines(mine.folder, "loop") == "mine/loop.toml: This file can't be read. Check its permissions."
    assert error_lines(mine.folder, "nowhere") == "mine/nowhere.toml: This file does not exist. Check its name."


def test_links_within_the_pack_are_followed(write_pack: WritePack) -> None:
    mine = write_pack(GRAPH)
    (mine.folder / "same.toml").symlink_to("ex.toml")
    assert read_pack(mine.folder).open("same").graph.output == "z"


def test_a_pack_file_that_links_outside_is_not_read(write_pack: WritePack, tmp_path: Path) -> None:
    mine = write_pack(GRAPH)
    (tmp_path / "outside.toml").write_text("format = 1\ntitle = 'secret'")
    (mine.folder / "pack.toml").unlink()
    (mine.folder / "pack.toml").symlink_to(tmp_path / "outside.toml")
    assert str(read_pack(mine.folder).title) == "mine"
    assert error_lines(mine.folder, "ex").startswith("mine/pack.toml: This file is outside its pack.")


def test_pipes_are_not_read(write_pack: WritePack) -> None:
    mine = write_pack(GRAPH)
    os.mkfifo(mine.folder / "pipe.toml")
    assert error_lines(mine.folder, "pipe") == "mine/pipe.toml: This is not a regular file. Replace it by a text file."


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (b"#" * (1024 * 1024 + 1), "This file is larger than 1 MiB. Split it into several exercises."),
        ("graph = 'z = a'\ntitle = '가'".encode("euc-kr"), "2: This file is not in UTF-8. Save it as UTF-8."),
        ("graph = 'z = a'".encode("utf-16"), "1: This file is not in UTF-8. Save it as UTF-8."),
    ],
)
def test_files_that_are_no_text_or_too_large_are_refused(
    refusal_lines: RefusalLines, raw: bytes, expected: str
) -> None:
    assert [line.strip() for line in refusal_lines(raw)] == [expected]


def test_byte_order_marks_and_windows_line_ends_are_accepted(write_pack: WritePack) -> None:
    raw = b"\xef\xbb\xbf" + (GRAPH + "[inputs]\na = 2\nb = 3").replace("\n", "\r\n").encode()
    assert write_pack(raw).open("ex").graph.inputs == ("a", "b")


def test_names_are_normalised_to_nfc(load_text: LoadText) -> None:
    exercise = load_text('graph = "z = \u1100\u1161 * b"\n[inputs]\n"\uac00" = 3')
    assert exercise.inputs.keys() == {"가"}


def test_numbers_are_exact(load_text: LoadText) -> None:
    exercise = load_text(GRAPH + "[inputs]\na = 0.1\nb = '1/3'")
    assert exercise.inputs["a"].value == Fraction(1, 10)
    assert exercise.inputs["b"].value == Fraction(1, 3)
    assert exercise.inputs["a"].text == ""


@pytest.mark.parametrize(
    "text",
    [
        "a." * 300_000 + "a = 1",
        "[" + '"a b".' * 100_000 + "x]",
        "a = " + "[" * 100_000,
        "a = " + "{a=" * 100_000,
        "a = " + "9" * 100_000,
        "a = 0x" + "f" * 500_000,
        GRAPH + "[inputs]\na = '" + "(" * 5000 + "1" + ")" * 5000 + "'",
        GRAPH + "[inputs]\na = '" + "exp(" * 50 + "9" + ")" * 50 + "'",
        GRAPH + "\n".join(f"k{n} = 1" for n in range(30_000)),
        GRAPH + "wrt = [" + ", ".join(f"'{n}'" for n in range(100_000)) + "]",
        GRAPH + "blanks = [" + ", ".join(f"'{n}'" for n in range(100_000)) + "]",
        GRAPH + "[vary]\na = { choose = [" + "'log(2)', " * 50_000 + "] }",
        GRAPH + "[vary]\na = { from = 1e-30, to = 1e30, step = 1e-30 }\nx = 1",
        'graph = "z = ' + "a+" * 5000 + 'a"',
        'text = """\n' + "\n" * 500_000,
    ],
)
def test_pathological_files_do_not_hang(write_pack: WritePack, text: str) -> None:
    mine = write_pack(text)

    def refusal_lines() -> None:
        with pytest.raises(PackError):
            mine.open("ex")

    assert runs_within(refusal_lines, 700)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["graph", "start", "wrt", "blanks", "given", "level", "id", "inputs", "vary", "text", "blank",
                             "inputs.a", "vary.a", "vary.a.from", "blank.a.hint", "blank.a.mistake", "zzz"]),
            st.sampled_from(["'z = a * b'", "'z = a @ b'", "3", "-0.5", "inf", "true", "[]", "{}", "['a']", "[[1, 2]]",
                             "[{}]", "{ en = 'x {a}' }", "'{'", "{ from = 1, to = 3 }", "1979-05-27", "'1/0'", "'all'",
                             "[{ id = 'm', answer = 'up', en = 'x' }]", "{ choose = [0, 'log(2)'] }"]),
        ),
        max_size=6,
    )
)  # fmt: skip
def test_random_files_open_or_are_refused_with_messages(write_pack: WritePack, lines: list[tuple[str, str]]) -> None:
    mine = write_pack("\n".join(f"{key} = {value}" for key, value in lines) or "#")
    try:
        exercise = mine.open(mine.entries[0].id)
    except PackError as error:
        assert error.diagnostics
        assert all(str(fault).rstrip(")").endswith((".", "”.")) for fault in error.diagnostics), str(error)
    else:
        exercise.variant().text()
        assert exercise.variant(1).problem.blanks
