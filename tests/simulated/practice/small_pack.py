"""A pack of exercises in a few lines each, for a run that takes seconds and does not change with the built-in packs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.simulated.practice.term import Curriculum
from tests.support.simulated_term import make_term_pack
from tutor.packs import library

if TYPE_CHECKING:
    from pathlib import Path

_FOLDED_SIGMOID = """
graph = "m = -x; q = exp(m); s = 1 + q; y = 1 / s; z = y * c"
start = 3
[fold]
sigma = ["m", "q", "s", "y"]
"""
_OTHER_SIGMOID = _FOLDED_SIGMOID.replace("-x;", "-t;").replace('graph = "', 'graph = "t = x - w; ')
_BELL = """
graph = "u = x * x; v = 1 + u; w = 1 / v; z = w * c"
start = 3
[fold]
bell = ["u", "v", "w"]
"""
_OTHER_BELL = _BELL.replace("x * x", "t * t").replace('graph = "', 'graph = "t = a * b; ')
_LOSS = """
graph = "P = softmax(A); L = cross_entropy(P, T)"
wrt = ["A"]
[fold]
loss = ["P", "L"]
[inputs]
A = [["log(1)", "log(2)", "log(5)"]]
T = [[0, 1, 0]]
[vary]
A = { choose = ["log(1)", "log(2)", "log(3)", "log(4)", "log(5)", "log(7)"] }
"""
_OTHER_LOSS = (
    _LOSS.replace("P = softmax(A)", "A = B * 2; P = softmax(A)").replace('"A"', '"B"').replace("\nA =", "\nB =")
)
_QUESTION = """
graph = "z = (a + b) * c"
[[question]]
prompt = "Which of these does + pass on?"
choices = [{ en = "the upstream", right = true }, { en = "the other input" }, { en = "1" }]
skills = ["add"]
"""

#: More exercises than those of the term, which have operations of numbers only, and some of these only once.
_FILES = {
    "30-smooth": 'graph = "z = exp(-x * y) * c"\nstart = 3\n',
    "31-largest": 'graph = "z = max(a * b, c) * d"\nstart = 3\n',
    "32-cut": 'graph = "z = relu(a * b) * c"\nstart = 3\n',
    "33-length": 'graph = "z = sqrt(x ^ 2 * y) + x"\nstart = 3\n',
    "40-folded": _FOLDED_SIGMOID,
    "41-bell": _BELL,
    "42-loss": _LOSS,
    "43-asked": _QUESTION,
    "44-folded-again": _OTHER_SIGMOID,
    "45-other-bell": _OTHER_BELL,
    "46-other-loss": _OTHER_LOSS,
}


def small_curriculum(folder: Path) -> Curriculum:
    """Write the pack into a new folder and return it."""
    make_term_pack(folder)
    for name, text in _FILES.items():
        (folder / f"{name}.toml").write_text(text.lstrip(), encoding="utf-8")
    return Curriculum([library.read_pack(folder)])
