"""Pictures of graphs: valid files that show every value, and nothing that is asked if they are blank."""

from __future__ import annotations

import re
import shutil
import subprocess
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING
from xml.etree import ElementTree

import pytest
from rich.cells import cell_len

from tutor.algebra.printing import format_cells
from tutor.drawing.pictures.picture import Picture, picture_of
from tutor.drawing.pictures.structure import dot, mermaid
from tutor.drawing.pictures.svg import FONT_SIZE, svg
from tutor.drawing.pictures.tikz import tikz
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.run_tutor import Run
    from tutor.grading.problem import Problem

SVG = "{http://www.w3.org/2000/svg}"
SMALL_GRAPH = ("t = x*y; z = t + x", "x=2", "y=3")


@cache
def problems() -> dict[str, Problem]:
    """Return the problem of every built-in exercise that has a graph."""
    exercises = [pack.open(entry.id) for pack in library.all_packs() for entry in pack.entries]
    found = {f"{each.pack}/{each.id}": each.variant().problem for each in exercises}
    return {name: problem for name, problem in found.items() if problem.graph.nodes}


def read(text: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text)
    assert root.tag == f"{SVG}svg"
    return root


def words(root: ElementTree.Element, *, legend: bool = False) -> list[ElementTree.Element]:
    """Return the texts of a picture, without the two of its legend."""
    return list(root.iter(f"{SVG}text"))[: None if legend else -2]


def extent(word: ElementTree.Element) -> tuple[float, float, float, float]:
    """Return left, top, right and bottom of a text in a monospaced font."""
    size = float(word.get("font-size", FONT_SIZE))
    width = cell_len(word.text or "") * size * 0.6
    left = float(word.get("x", 0)) - {"middle": width / 2, "end": width}.get(word.get("text-anchor", ""), 0)
    baseline = float(word.get("y", 0))
    return left, baseline - size * 0.7, left + width, baseline


@pytest.mark.parametrize("blank", [False, True])
def test_no_two_texts_of_an_svg_overlap_and_all_are_inside(blank: bool) -> None:
    for name, problem in problems().items():
        root = read(svg(picture_of(problem, name, blank=blank)))
        width, height = (float(root.get(side, 0)) for side in ("width", "height"))
        boxes = [(word.text, extent(word)) for word in words(root, legend=True)]
        for text, (left, top, right, bottom) in boxes:
            # The group of all texts has a margin of its own.
            assert -14 <= left <= right <= width, (name, text)
            assert -14 <= top <= bottom <= height, (name, text)
        for (text, first), (other, second) in combinations(boxes, 2):
            apart = first[2] <= second[0] + 1 or second[2] <= first[0] + 1
            assert apart or first[3] <= second[1] + 1 or second[3] <= first[1] + 1, (name, text, other)


def test_an_svg_shows_every_value_and_a_blank_one_only_what_is_given() -> None:
    for name, problem in problems().items():
        if any(node.shape and node.shape[0] * node.shape[1] > 40 for node in problem.graph.nodes):
            continue
        shown = [word.text for word in words(read(svg(picture_of(problem, name))))]
        if problem.symbolic:
            continue
        for place in problem.places:
            for row in format_cells(problem.truth(place)):
                assert set(row) <= set(shown), (name, place.id)
        blank = picture_of(problem, name, blank=True)
        gradients = [block for block in blank.values if block.is_gradient]
        assert len([block for block in gradients if block.rows]) == len(problem.given_blanks), name
        assert len(gradients) == len(
            problem.drawn_places
            - {each.id for each in problem.question_blanks}
            - {each.id for each in problem.forward_blanks}
        ), name


def picture(blank: bool = False) -> Picture:
    return picture_of(problems()["basics/two-roads"], "x·y + x", blank=blank)


def test_an_svg_has_a_title_and_says_its_values_in_words() -> None:
    root = read(svg(picture()))
    assert root.get("role") == "img"
    titles = {child.tag.removeprefix(SVG): child.text for child in root}
    assert titles["title"] == "Computational graph: x·y + x"
    assert "x → +" in (titles["desc"] or "")
    assert "http" not in svg(picture()).replace("http://www.w3.org/2000/svg", "")


def test_hostile_titles_and_labels_stay_text() -> None:
    hostile = '</title><script>alert(1)</script>"]\n--> \\input{x} %\x00\x1b[2J & \ud800 <![CDATA['
    problem = problems()["basics/two-roads"]
    shown = picture_of(problem, hostile)
    root = read(svg(shown).encode("utf-8", "replace").decode())
    assert not list(root.iter(f"{SVG}script"))
    assert "\n" not in tikz(shown).partition("\\definecolor")[0].splitlines()[1]
    assert all(line.strip().startswith(("flowchart", "n")) for line in mermaid(shown).splitlines())


def test_structures_name_every_edge_with_both_values() -> None:
    shown = picture_of(problems()["basics/add-multiply"], "(a + b)·c")
    assert dot(shown).splitlines()[-6:] == [
        '    n1 -> n3 [label="50\\n∂ 2"]',
        '    n2 -> n3 [label="70\\n∂ 2"]',
        '    n3 -> n5 [label="120\\n∂ 2"]',
        '    n4 -> n5 [label="2\\n∂ 120"]',
        '    n5 -> n6 [label="240\\n∂ 1"]',
        "}",
    ]
    assert '    n1 -- "50<br/>#8706; 2" --> n3' in mermaid(shown)
    assert "____" in mermaid(picture(blank=True))
    assert "____" not in mermaid(picture())


def test_pictures_are_written_for_formulas_exercises_and_files(run_tutor: Run, tmp_path: Path) -> None:
    exercise = tmp_path / "own.toml"
    exercise.write_text('graph = "z = x*y"\n[inputs]\nx = 5\ny = 8\n[vary]\nx = { from = 2, to = 9 }\n')
    for source in (SMALL_GRAPH, ("basics/two-roads",), (str(exercise),), (str(exercise), "--seed", "3")):
        assert read(run_tutor("solve", *source, "--svg").stdout)
    target = tmp_path / "graph.svg"
    done = run_tutor("solve", str(exercise), "--svg", "--theme", "dark", "--blank", "--to", str(target))
    assert (done.returncode, done.stdout) == (0, "")
    assert "#12141c" in target.read_text()
    assert ">40<" in target.read_text()
    assert ">8<" in target.read_text()


@pytest.mark.parametrize(
    ("args", "sentence"),
    [
        (("z = x*y", "x=2", "y=3", "--blank"), "--blank applies only to a picture"),
        (("z = x*y", "x=2", "y=3", "--svg", "--dot"), "--svg, --dot can't be combined"),
        (("basics/plus", "a=1"), "basics/plus has its own graph and numbers. Leave out NAME=VALUE"),
        (("z = x*y", "x=2", "y=3", "--svg", "--seed", "3"), "only one set of numbers"),
        (("basics/sigmoid-in-python", "--svg"), "has no graph, only questions"),
        (("basics", "--svg"), "basics is a pack"),
        (("z = x*y", "x=2", "y=3", "--svg", "--to", "/no/such/folder/a.svg"), "can't be written"),
    ],
)
def test_what_no_picture_can_be_made_of_is_told(run_tutor: Run, args: tuple[str, ...], sentence: str) -> None:
    done = run_tutor("solve", *args)
    assert done.returncode != 0
    assert sentence in done.stderr
    assert done.stdout == ""


def test_the_values_of_an_exam_are_not_drawn(run_tutor: Run, tmp_path: Path) -> None:
    exam = tmp_path / "exam.toml"
    exam.write_text('mode = "exam"\ngraph = "z = x*y"\n[inputs]\nx = 5\ny = 8\n')
    assert "so its values aren't shown" in run_tutor("solve", str(exam)).stderr
    assert read(run_tutor("solve", str(exam), "--svg", "--blank").stdout)


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="needs LaTeX with TikZ")
def test_latex_typesets_a_tikz_picture(tmp_path: Path) -> None:
    if subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True).returncode:
        pytest.skip("TikZ is not installed")
    names = ("basics/two-roads", "matrices/sigma-xw", "losses/softmax-in-parts", "basics/exp-at-two")
    drawn = "\n\n".join(
        tikz(picture_of(problems()[name], f"{name} 100% _ # {{", blank=blank))
        for name in names
        for blank in (True, False)
    )
    (tmp_path / "a.tex").write_text(
        "\\documentclass{article}\\usepackage[paperwidth=120cm,paperheight=90cm]{geometry}\\usepackage{tikz}"
        f"\\begin{{document}}\n{drawn}\\end{{document}}\n"
    )
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "a.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, re.findall(r"^!.*\n.*\n.*", done.stdout, re.MULTILINE)


@pytest.mark.skipif(not shutil.which("rsvg-convert"), reason="needs a program that makes PNG")
def test_a_png_is_made_by_an_installed_program(run_tutor: Run, tmp_path: Path) -> None:
    target = tmp_path / "graph.png"
    assert run_tutor("solve", *SMALL_GRAPH, "--png", "--to", str(target)).returncode == 0
    assert target.read_bytes().startswith(b"\x89PNG")


def test_a_png_without_a_program_is_refused_with_the_remedy(run_tutor: Run, tmp_path: Path) -> None:
    done = run_tutor("solve", *SMALL_GRAPH, "--png", "--to", str(tmp_path / "a.png"), PATH=str(tmp_path))
    assert done.returncode == 1
    assert "use --svg" in done.stderr
