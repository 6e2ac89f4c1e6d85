"""`import tutor`: graphs, exercises and checks for scripts and notebooks."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pytest

import tutor
from tests.support.guide import USING, read_page

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.run_tutor import Run

ROOT = Path(__file__).parents[1]


def lines_of_the_guide() -> str:
    match = re.search(r"<!-- the lines in Python -->\n```python\n(.*?)```", read_page(USING), re.DOTALL)
    assert match
    return match[1]


def test_the_lines_of_the_guide_run(run_tutor: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run_tutor("new", "week-1", "--yes")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(lines_of_the_guide(), "USING.md", "exec"), {})  # noqa: S102 - our own guide
    shown = out.getvalue()
    assert shown.startswith("240.0 {'a': 2.0, 'b': 2.0, 'c': 120.0}\n[('a', 'add1', 2.0)")
    assert "z.backward()" in shown
    assert "add1->add2" in shown


def test_gradients_are_those_of_difference_quotients() -> None:
    rng = np.random.default_rng(1)
    inputs: dict[str, Any] = {"X": rng.normal(size=(3, 2)), "W": rng.normal(size=(2, 4)), "b": rng.normal(size=4)}
    formula = "f = sum(tanh(X @ W + b))"
    found = tutor.graph(formula, **inputs)

    def value(values: dict[str, Any]) -> float:
        return float(np.tanh(values["X"] @ values["W"] + values["b"]).sum())

    assert found.value == pytest.approx(value(inputs))
    for name, array in inputs.items():
        gradient = np.asarray(found.gradients[name])
        assert gradient.shape == array.shape
        for place in np.ndindex(array.shape):
            step = np.zeros_like(array)
            step[place] = 1e-6
            slope = (value({**inputs, name: array + step}) - value({**inputs, name: array - step})) / 2e-6
            assert gradient[place] == pytest.approx(slope, abs=1e-6)


def test_every_edge_has_its_part_of_the_backward_pass() -> None:
    found = tutor.graph("z = x*(x + y)", x=3, y=Fraction(1, 2))
    edges = {(edge.source, edge.target): edge for edge in found.edges}
    assert edges["x", "mul1"].gradient == 3.5
    assert (edges["x", "add1"].upstream, edges["x", "add1"].local, edges["x", "add1"].gradient) == (3.0, 1.0, 3.0)
    assert found.gradients == {"x": 6.5, "y": 3.0}
    assert found.values == {"x": 3.0, "y": 0.5, "add1": 3.5, "mul1": 10.5}


def test_some_gradients_only_and_a_start_of_ones_own() -> None:
    found = tutor.graph("z = x*y", x=2, y=3, wrt=("y",), start=10)
    assert found.gradients == {"y": 20.0}
    assert tutor.graph("z = x*y", x=2, y="log(3)", start="dL/dz").gradients["x"] == "∂L/∂z·log(3)"


def test_a_worksheet_checks_answers_as_the_tutor_does() -> None:
    sheet = tutor.exercise("basics/times").worksheet()
    assert sheet.blanks == ("x->mul1", "y->mul1", "q1")
    assert not sheet.answer("x->mul1", 2).right
    wrong = sheet.answer("x->mul1", "2")
    assert (wrong.verdict, wrong.mistake) == ("mistaken", "mul.own-input")
    assert sheet.hint("x->mul1")
    for blank, answer in zip(sheet.blanks, (3, 2, 15), strict=True):
        assert sheet.answer(blank, answer).right
    assert sheet.solved
    assert "<svg" in (sheet._repr_svg_() or "")


def test_a_notebook_shows_graphs() -> None:
    found = tutor.graph("z = x*y", x=2, y=3)
    assert found._repr_svg_() == found.svg()
    assert found.svg(blank=True) != found.svg(theme="dark") != found.svg()


def test_a_check_tells_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text('graph = "z = x*"\n[inputs]\nx = 5\n')
    (finding, *_others) = tutor.check(file)
    assert (finding.severity, finding.file) == ("error", file)
    assert "a value is missing" in finding.message
    assert tutor.check(ROOT / "exercises" / "basics" / "01-left-to-right.toml") == ()


@pytest.mark.parametrize(
    ("use", "sentence"),
    [
        (lambda: tutor.graph("z = x*", x=1), "The text ends too early"),
        (lambda: tutor.graph("z = x*y", x=1), "y has no value"),
        (lambda: tutor.graph("z = x*y", x=cast("Any", object()), y=1), "x has the type object. Give a number"),
        (lambda: tutor.graph("z = x*y", x=True, y=1), "x has the type bool"),
        (lambda: tutor.graph("z = 1/x", x=0), "divides by zero"),
        (lambda: tutor.graph("z = x*y", x=float("nan"), y=1), "x: “nan” is not a number"),
        (
            lambda: tutor.graph("z = x*y", x=1, y=2).svg(theme=cast("Any", "pink")),
            "theme can't be “pink”. Write “light”",
        ),
        (lambda: tutor.graph("z = x*y", x=1, y=2, wrt=("q",)), "not an input of this formula"),
        (lambda: tutor.graph("__import__('os').system('x')"), "'"),
        (lambda: tutor.exercise("no/such"), "There is no exercise"),
        (lambda: tutor.exercise(ROOT / "exercises" / "basics"), "is a pack"),
        (lambda: tutor.exercise("basics/plus").worksheet().answer("q", 1), "There is no blank “q”"),
        (lambda: tutor.check("/no/such"), "There is no such file or folder"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence(use: Callable[[], object], sentence: str) -> None:
    with pytest.raises(tutor.TutorError, match=re.escape(sentence)):
        use()


def test_importing_the_package_loads_nothing_more() -> None:
    code = "import sys, tutor; print([n for n in sys.modules if n.startswith('tutor.') or n in ('numpy', 'textual')])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"
