"""The table of exercises in the guide for authors, and the command that writes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.guide import TABLE, read_page
from tutor import i18n
from tutor.cli import run
from tutor.commands.pack_table import BEGIN_MARK, END_MARK, exercise_table
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

EXERCISE = 'title = { en = "a | b", ko = "가 | 나" }\ngraph = "z = x * (x + y)"\n'


@pytest.fixture
def week_pack(tmp_path: Path) -> Path:
    folder = tmp_path / "week-1"
    folder.mkdir()
    (folder / "pack.toml").write_text('format = 1\ntitle = "Week"\n', encoding="utf-8")
    (folder / "01-two-roads.toml").write_text(EXERCISE, encoding="utf-8")
    return folder


def test_the_table_in_the_guide_is_up_to_date() -> None:
    home = library.built_in_dir()
    assert home
    guide = read_page(TABLE)
    packs = [library.read_pack(folder) for folder in library.list_packs(home)]
    listed = guide.partition(f"\n{BEGIN_MARK}\n")[2].partition(f"\n{END_MARK}\n")[0].strip().splitlines()
    assert listed == exercise_table(packs), "renew it: backprop-tutor pack table exercises/*/ --into exercises/TABLE.md"


def test_a_row_has_title_rules_blanks_and_widths(week_pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["pack", "table", str(week_pack)]) == 0
    titles, _line, row = capsys.readouterr().out.splitlines()
    assert titles == "| exercise | title | title in Korean | rules practised | blanks | columns | drawn small |"
    rules = "multiplication, addition, sum at a branch"
    assert row == rf"| week-1/two-roads | a \| b | 가 \| 나 | {rules} | 5 | 51 | 22 |"
    assert run(["--lang", "ko", "pack", "table", str(week_pack)]) == 0
    i18n.set_language("en")
    assert r"| week-1/two-roads | 가 \| 나 | a \| b |" in capsys.readouterr().out


def test_only_the_text_between_the_marks_is_replaced(week_pack: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = week_pack / "README.md"
    page.write_text(f"Before\n\n{BEGIN_MARK}\nold\n{END_MARK}\nAfter\n", encoding="utf-8")
    for _again in range(2):
        assert run(["pack", "table", str(week_pack), "--into", str(page)]) == 0
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"Before\n\n{BEGIN_MARK}\n\n| exercise |")
        assert text.endswith(f"|\n\n{END_MARK}\nAfter\n")
        assert "old" not in text
        assert text.count("two-roads") == 1
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(
    ("page", "place", "sentence"),
    [
        ("No marks here\n", ".", "has no place for the table. Write the lines <!-- table"),
        (f"{END_MARK}\n{BEGIN_MARK}\n", ".", "has no place for the table"),
        (None, ".", "README.md can't be read"),
        ("", "01-two-roads.toml", "is an exercise. Give the folder"),
        ("", "nowhere", "This file does not exist"),
    ],
)
def test_errors_leave_the_page_unchanged(
    week_pack: Path, page: str | None, place: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = week_pack / "README.md"
    if page is not None:
        file.write_text(page, encoding="utf-8")
    assert run(["pack", "table", str(week_pack / place), "--into", str(file)]) == 2
    assert sentence in capsys.readouterr().err
    assert (file.read_text(encoding="utf-8") if file.exists() else None) == page
