"""The table `[code]`: exercises that ask for nothing but code, and what is wrong with others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tutor.coding.layers import LAYERS
from tutor.packs.code_settings import FAULTY_LAYERS, LAYER_NAMES
from tutor.packs.diagnostics import PackError
from tutor.packs.path_argument import exercise_at

if TYPE_CHECKING:
    from pathlib import Path

    from tutor.packs.exercise import Exercise

GRAPH = 'graph = "z = x * y"\n'
INPUTS = "[inputs]\nx = 3\ny = 5\n"


def load(text: str, folder: Path) -> Exercise:
    path = folder / "lesson.toml"
    path.write_text(text)
    return exercise_at(path)


def errors(text: str, folder: Path) -> str:
    with pytest.raises(PackError) as raised:
        load(text, folder)
    return str(raised.value)


def test_the_layers_of_the_format_are_those_that_are_built_in() -> None:
    assert tuple(LAYERS) == LAYER_NAMES
    assert tuple(name for name, layer in LAYERS.items() if layer.faulty is not None) == FAULTY_LAYERS


@pytest.mark.parametrize(
    ("text", "only"),
    [
        (f'{GRAPH}blanks = []\n{INPUTS}[code]\nstyle = "steps"\n', True),
        (f'{GRAPH}{INPUTS}[code]\nstyle = "steps"\n', False),
        ('title = "Norm"\n[code]\nstyle = "layer"\nlayer = "layer-norm"\n', True),
        ('title = "Check"\n[code]\nstyle = "gradient-check"\n', True),
        ('[code]\nstyle = "autograd"\n[[question]]\nprompt = "1 + 1?"\nanswer = "2"\n', False),
    ],
)
def test_an_exercise_without_anything_else_asks_for_code_only(text: str, only: bool, tmp_path: Path) -> None:
    exercise = load(text, tmp_path)
    assert exercise.code.only is only
    assert exercise.code_refusal is None
    assert bool(exercise.variant().problem.blanks) is not only


def test_code_is_what_tells_such_exercises_apart(tmp_path: Path) -> None:
    texts = ['[code]\nstyle = "autograd"\n', '[code]\nstyle = "training"\n']
    fingerprints = {load(text, tmp_path).variant().fingerprint for text in texts}
    assert len(fingerprints) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"{GRAPH}blanks = []\n{INPUTS}", "There is nothing to fill in."),
        ('title = "Nothing"\n', "This exercise asks nothing."),
        ('[code]\nstyle = "layer"\n', "code.style: This style needs a graph, and there is none."),
        ('[code]\nstyle = "layer"\nlayer = "norm"\n', 'Write one of these here: "sigmoid"'),
        ('[code]\nstyle = "steps"\nlayer = "relu"\n', "code.layer: layer needs a style."),
        (f'{GRAPH}{INPUTS}[code]\nstyle = "layer"\nlayer = "relu"\n', "code.layer: This style has its own graph"),
        (f'{GRAPH}{INPUTS}[code]\nstyle = "training"\n', "code.style: This style has its own graph"),
        ('[code]\nstyle = "layer"\nlayer = "relu"\nfaulty = true\n', "code.faulty: Only these layers have bugs to find"),
        ('[code]\nstyle = "layer"\nlayer = "affine"\nparameters = ["W"]\n', "has its own parameters"),
        ('mode = "exam"\n[code]\nstyle = "autograd"\n', "code: An exam is answered in backprop-tutor"),
        (f'{GRAPH}{INPUTS}[code]\nstyle = "layer"\nparameters = ["w"]\n', "“w” is not an input of this graph"),
        ('graph = "z = detach(x) * y"\nwrt = ["x"]\nblanks = []\n[inputs]\nx = 3\ny = 2\n[code]\nstyle = "steps"\n', "wrt"),
    ],
)  # fmt: skip
def test_what_can_not_be_written_in_code_is_reported(text: str, expected: str, tmp_path: Path) -> None:
    assert expected in errors(text, tmp_path)
