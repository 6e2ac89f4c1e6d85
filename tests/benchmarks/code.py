"""How long a check of code takes from the save to the verdict: `python tests/benchmarks/code.py`.

It is measured beside the start of Python with NumPy, without which no check is possible. Exits with 1 if a check of a
steps file takes more than 400 ms, or one of an autograd more than a second. On a machine that is busy, so that this
start takes more than 150 ms, the limits are larger in proportion.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.support.code_solutions import graph_layer_solution, solution
from tests.support.layer_solutions import autograd_solution, layer_solution
from tutor.coding.files import settled_state
from tutor.coding.graph_layer import GraphLayerTask
from tutor.coding.layers import LAYERS, LayerTask
from tutor.coding.session import exercise_style
from tutor.coding.steps import StepsTask
from tutor.coding.styles import AutogradStyle, TaskStyle
from tutor.packs import library

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.coding.styles import CodeStyle

_RUNS = 7
#: Milliseconds between two looks at a file, half of which pass on average until a save is seen.
_POLL = 150
_USUAL_START = 150
_LIMITS = {"steps": 400, "layer": 600, "autograd": 1000}


def _best(action: Callable[[], object]) -> float:
    """Return the milliseconds of the fastest of a few runs, after one that warms up."""
    action()
    times = []
    for _run in range(_RUNS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return 1000 * min(times)


def _cases() -> list[tuple[str, str, CodeStyle, str]]:
    cases: list[tuple[str, str, CodeStyle, str]] = []
    for name in ("basics/sigmoid", "matrices/sigma-xw", "sequences/lstm-gates"):
        style = exercise_style(library.find_exercise(name))
        assert isinstance(style.task, StepsTask)
        first = style.task.values[0].name
        cases.append(("steps", f"{name}, right", style, solution(style.task)))
        cases.append(
            ("steps", f"{name}, wrong", style, solution(style.task, {first: f"{first} = 3 * {style.task.start}"}))
        )
    layer = exercise_style(library.find_exercise("matrices/sigma-xw"), "layer", ("W",))
    assert isinstance(layer.task, GraphLayerTask)
    text = graph_layer_solution(layer.task)
    cases.append(("layer", "matrices/sigma-xw, right", layer, text))
    cases.append(("layer", "matrices/sigma-xw, wrong inside", layer, text.replace("(1 - S)", "(1 - S ** 2)")))
    norm = TaskStyle(LayerTask(LAYERS["batch-norm"]))
    cases.append(("layer", "batch-norm, right", norm, layer_solution("batch-norm")))
    cases.append(("layer", "batch-norm, wrong", norm, layer_solution("batch-norm", {" / self.s\n": "\n"})))
    cases.append(("autograd", "right", AutogradStyle(), autograd_solution()))
    return cases


def main() -> int:
    start = _best(lambda: subprocess.run([sys.executable, "-I", "-B", "-c", "import numpy"], check=True))
    print(f"{'Python and NumPy alone':45} {start:6.0f} ms")
    slowness, failed = max(start / _USUAL_START, 1), False
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "learner.py")
        for group, name, style, text in _cases():
            path.write_text(text, encoding="utf-8")

            def check(style: CodeStyle = style) -> None:
                settled_state(path)
                style.judge(path)

            taken = _best(check) + _POLL / 2
            limit = _LIMITS[group] * slowness
            failed |= taken > limit
            print(f"{group + ': ' + name:45} {taken:6.0f} ms, of {limit:.0f}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
