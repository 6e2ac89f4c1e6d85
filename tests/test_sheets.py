"""`backprop-tutor sheet`: worksheets to print and their keys, in a real browser and in LaTeX where they are installed."""

from __future__ import annotations

import re
import shutil
import subprocess
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from tutor.packs import library
from tutor.practice.exam import exam_seed

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run

EXERCISES = ("basics/two-roads", "matrices/sigma-xw", "basics/sigmoid-in-python")
BROWSER = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(not (BROWSER and shutil.which("pdftotext")), reason="needs Chromium and poppler")


class Page(HTMLParser):
    """The words of a page, and its open tags."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def roster(folder: Path, *lines: str) -> Path:
    file = folder / "roster.csv"
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def gradients(name: str, seed: int | None) -> list[str]:
    problem = library.find_exercise(name).variant(seed).problem
    return [str(problem.truth(blank)) for blank in problem.blanks]


def test_a_sheet_asks_and_its_key_answers(run_tutor: Run) -> None:
    sheet = run_tutor("sheet", "basics/two-roads", "--seed", "4").stdout
    key = run_tutor("sheet", "basics/two-roads", "--seed", "4", "--key").stdout
    assert "4. ● x: \\_\\_" in sheet
    assert "| 4 | ● x | 40 | At a branch, add the gradients" in key
    assert "the whole gradient on one edge" in key
    assert not re.search(r"\b40\b", sheet)


def test_each_student_has_numbers_of_their_own_that_stay_the_same(run_tutor: Run, tmp_path: Path) -> None:
    students = roster(tmp_path, "name;Student ID", "Kim;2026-1", "Lee;2026-2", "", "김;학생3")
    first, again = tmp_path / "a.html", tmp_path / "b.html"
    for file in (first, again):
        assert run_tutor("sheet", *EXERCISES, "--students", str(students), "--to", str(file)).returncode == 0
    assert first.read_text("utf-8") == again.read_text("utf-8")
    text = first.read_text("utf-8")
    sheets = text.split('<table class="sheet">')[1:]
    assert [re.findall("Student: ([^<]*)", sheet) for sheet in sheets] == [["2026-1"], ["2026-2"], ["학생3"]]
    assert len({re.sub("2026-.|학생3|s[0-9]+e", "", sheet) for sheet in sheets}) == 3
    # The numbers are those of an exam that was begun with this id.
    exercise = library.find_exercise("basics/two-roads")
    problem = exercise.variant(exam_seed(exercise, "2026-1")).problem
    assert f">{problem.inputs['x'].value}<" in sheets[0]


def test_a_page_takes_nothing_from_elsewhere(run_tutor: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.html"
    run_tutor("sheet", *EXERCISES, "--key", "--to", str(file))
    text = file.read_text("utf-8")
    page = Page(text)
    assert not {"script", "link", "img", "iframe"} & set(page.tags)
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert page.tags.count("h2") == 3


def test_texts_of_others_stay_text(run_tutor: Run, tmp_path: Path) -> None:
    hostile = "</td></table><script>alert(1)</script> \\\\input passwd $x^2 % *bold*"
    exercise, students = tmp_path / "own.toml", roster(tmp_path, "id", "</th><img src=x> \\input{y}")
    graph = 'graph = "z = x*y"\n[inputs]\nx = 5\ny = 8\n'
    exercise.write_text(f'title = "{hostile}"\ntext = "{hostile}"\n{graph}[labels]\nx = "{hostile}"\n')
    for ending in ("html", "tex", "md"):
        file = tmp_path / f"a.{ending}"
        done = run_tutor("sheet", str(exercise), "--students", str(students), "--to", str(file))
        assert done.returncode == 0, done.stderr
        text = file.read_text("utf-8")
        assert ending != "html" or not {"script", "img"} & set(Page(text).tags)
        assert ending != "tex" or "\\input" not in text
        # In a block of code nothing is markup.
        assert ending != "md" or "<script" not in re.sub("```.*?```", "", text, flags=re.DOTALL).replace("\\<", "")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("no/such", "--to", "a.html"), "There is no exercise"),
        (("basics/plus", "--to", "a.docx"), "A sheet must be a .html, .md or .tex file"),
        (("basics/plus", "--seed", "1", "--students", "r.csv"), "all choose the numbers"),
        (("basics/plus", "--students", "no.csv"), "no.csv can't be read"),
        (("basics/plus", "--to", "/no/such/folder/a.html"), "can't be written"),
    ],
)
def test_what_no_sheet_can_be_made_of_is_told(run_tutor: Run, arguments: tuple[str, ...], sentence: str) -> None:
    done = run_tutor("sheet", *arguments)
    assert done.returncode != 0
    assert sentence in done.stderr


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"id\nkim\nlee\nkim\n", ":4: Student kim is already in line 2"),
        (b"id,name\n,Kim\n", ":2: This line has no student id"),
        ("id\n김\n".encode("cp949"), ":2: This text is not in UTF-8"),
        (b"\n\n", "contains no students"),
        (b"id\n" + b"x" * 200, ":2: An id can have at most 100 characters"),
        (b'id,name\n1,"Kim\n2,Lee\n', ":3: This is not a row of CSV. A quotation mark is not closed"),
        ("id\nJos\u00e9\nJose\u0301\u200b\n".encode(), ":3: Student José is already in line 2"),
    ],
)
def test_a_roster_that_cannot_be_used_is_told_with_the_line(
    run_tutor: Run, tmp_path: Path, content: bytes, sentence: str
) -> None:
    file = tmp_path / "r.csv"
    file.write_bytes(content)
    done = run_tutor("sheet", "basics/plus", "--students", str(file))
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_roster_may_be_saved_by_a_spreadsheet(run_tutor: Run, tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "r.csv"
    file.write_text("이름\t학번\r\n김\t001\r\n이\t002\r\n", encoding)
    out = run_tutor("sheet", "basics/plus", "--students", str(file)).stdout
    assert re.findall("# Student: (.*)", out) == ["001", "002"]


def test_a_roster_may_be_what_canvas_exports(run_tutor: Run, tmp_path: Path) -> None:
    file = roster(
        tmp_path,
        "Student,ID,SIS User ID,SIS Login ID,Section",
        "    Points Possible,,,,",
        '"Lee, Ann",12,2026-1,ann,A',
    )
    out = run_tutor("sheet", "basics/plus", "--students", str(file)).stdout
    assert re.findall("# Student: (.*)", out) == ["2026-1"]


@needs_browser
@pytest.mark.parametrize(("paper", "size"), [("a4", "594.96 x 841.92"), ("letter", "612 x 792")])
def test_a_browser_prints_the_sheet_with_the_student_on_each_page(
    run_tutor: Run, tmp_path: Path, paper: str, size: str
) -> None:
    students = roster(tmp_path, "id", "s-1", "s-2")
    page, pdf = tmp_path / "a.html", tmp_path / "a.pdf"
    run_tutor("sheet", *EXERCISES, "losses/softmax-in-parts", "--students", str(students), "--paper", paper,
              "--to", str(page))  # fmt: skip
    command = [str(BROWSER), "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
    subprocess.run([*command, f"--user-data-dir={tmp_path}", f"--print-to-pdf={pdf}", page.as_uri()],
                   check=True, capture_output=True, timeout=120)  # fmt: skip
    assert size in subprocess.run(["pdfinfo", str(pdf)], capture_output=True, text=True).stdout
    pages = subprocess.run(["pdftotext", "-layout", str(pdf), "-"], capture_output=True, text=True).stdout.split("\f")
    heads = [text.split("\n")[0].strip() for text in pages if text.strip()]
    half = len(heads) // 2
    assert heads == ["Student: s-1"] * half + ["Student: s-2"] * half
    assert half >= 2
    # No exercise is torn: its last line is on the page of its title.
    assert [text for text in pages if "2. The sum of" in text] == [
        text for text in pages if "W→@" in text.replace(" ", "")
    ]


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs LaTeX with TikZ")
@pytest.mark.parametrize("key", [False, True])
def test_latex_typesets_a_sheet(run_tutor: Run, tmp_path: Path, key: bool) -> None:
    if subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True).returncode:
        pytest.skip("TikZ is not installed")
    run_tutor("sheet", *EXERCISES, "--to", str(tmp_path / "a.tex"), *(["--key"] if key else []))
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, re.findall(r"^!.*\n.*\n.*", done.stdout, re.MULTILINE)
    assert "Overfull \\hbox" not in done.stdout
