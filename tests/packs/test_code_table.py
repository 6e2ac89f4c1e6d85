"""The table `[code]` of an exercise: the file it leads to, and what is refused. Texts of a pack are never code."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import pytest

from tutor.coding.header import read_header
from tutor.coding.new_file import exercise_file, place_file
from tutor.coding.session import open_session
from tutor.packs.path_argument import exercise_at

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.pack_files import RefusalLines
    from tutor.packs.exercise import Exercise

LAYER = '[code]\nstyle = "layer"\nparameters = ["W", "b"]\n'
NEURONS = (
    'graph = "Y = sigmoid(X @ W + b)"\n[inputs]\nX = [[1, 2], [3, 4], [0, 1]]\nW = [[1, 0.5], [2, 1]]\nb = [0.5, -1]\n'
)


def exercise_in(folder: Path, text: str) -> Exercise:
    path = folder / "neurons.toml"
    path.write_text(text, encoding="utf-8")
    return exercise_at(path)


def test_an_author_chooses_the_style_and_a_learner_another(tmp_path: Path) -> None:
    exercise = exercise_in(tmp_path, NEURONS + LAYER)
    path, is_new = place_file(exercise_file(exercise), tmp_path)
    assert is_new
    assert "def __init__(self, W, b):" in path.read_text()
    header = read_header(path)
    assert (header.style, header.parameters) == ("layer", ("W", "b"))
    assert open_session(path).style.part_names == ["Y", "dW", "db", "dX"]
    assert place_file(exercise_file(exercise), tmp_path) == (path, False)
    steps, is_new = place_file(exercise_file(exercise, "steps"), tmp_path)
    assert is_new
    assert "def backward(X, W, b, dY):" in steps.read_text()
    other, _is_new = place_file(exercise_file(exercise, "layer", ("b",)), tmp_path)
    assert "def __init__(self, b):" in other.read_text()
    assert other != path


def test_no_text_of_a_pack_is_ever_code(tmp_path: Path) -> None:
    bad = '\\"\\"\\"\\nimport os\\nos.system(\\"x\\")\\n#'
    texts = f'title = "{bad}"\ntext = "{bad}"\n'
    exercise = exercise_in(tmp_path, texts + NEURONS + f'[labels]\nW = "{bad}"\nX = "{bad}"\n' + LAYER)
    for style in ("layer", "steps"):
        path, _is_new = place_file(exercise_file(exercise, style), tmp_path / style)
        text = path.read_text()
        tree = ast.parse(text)
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
        assert [ast.unparse(node) for node in imports] == ["import numpy as np"]
        assert "system" not in ast.unparse(tree)
        assert "system" in text


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ('style = "class"', 'Write one of these here: "steps" · "layer" · "autograd"'),
        ('style = "layer"\nparameters = ["W", "V"]', "“V” is not an input of this graph"),
        ('parameters = ["W"]', "Only a layer has parameters."),
        ('style = "layer"\nparameters = ["W", "W"]', "appears twice"),
        ('stile = "layer"', "stile"),
    ],
)
def test_errors_in_the_table_are_told_with_their_line(code: str, sentence: str, refusal_lines: RefusalLines) -> None:
    [line] = refusal_lines(f"{NEURONS}[code]\n{code}\n")
    assert sentence in line
    assert re.match(r"[78]: code", line)


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        ('mode = "exam"\n', "An exam is answered in backprop-tutor"),
        ('[[question]]\nprompt = "1 + 1"\nanswer = "2"\n', "This style needs a graph, and there is none."),
    ],
)
def test_where_there_is_nothing_to_code_the_table_is_refused(
    before: str, sentence: str, refusal_lines: RefusalLines
) -> None:
    text = before + (NEURONS if "exam" in before else "") + '[code]\nstyle = "layer"\n'
    assert any(sentence in line for line in refusal_lines(text))
