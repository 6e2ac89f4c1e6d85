"""Right solutions of the exercises in the pack `code`, and of the styles that need no graph."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.code_solutions import solution
from tests.support.layer_solutions import autograd_solution, layer_solution
from tutor.coding.layers import LayerTask
from tutor.coding.new_file import exercise_file
from tutor.coding.steps import StepsTask
from tutor.coding.styles import TaskStyle

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.packs.exercise import Exercise

#: What replaces each open line of a style that needs no graph, and the faults of a layer.
_ACCUMULATION = {
    "dW = ...": "error = 2 * (y - t) / T.size\n        dW = dW + x.T @ error",
    "db = ...": "db = db + error.sum(axis=0)",
}
_GRADIENT_CHECK = {
    "        gradient[index] = ...": """        plus, minus = x.copy(), x.copy()
        plus[index] += 1e-5
        minus[index] -= 1e-5
        gradient[index] = (f(plus) - f(minus)) / 2e-5""",
    "    return ...": """    claimed = gradient(x)
    size = max(np.abs(claimed).max(), np.abs(numerical).max())
    return bool(np.abs(claimed - numerical).max() <= 1e-4 * size)""",
}
_NUMERICAL_FIRST = ("    claimed = gradient(x)", "    numerical = numerical_gradient(f, x)\n    claimed = gradient(x)")
_TRAINING = {
    "        Y = ...": """        self.X = X
        self.H = np.tanh(X @ self.W1 + self.b1)
        Y = self.Y = 1 / (1 + np.exp(-(self.H @ self.W2 + self.b2)))""",
    "        self.dW2 = ...": """        dS = dY * self.Y * (1 - self.Y)
        dA = (dS @ self.W2.T) * (1 - self.H ** 2)
        self.dW2 = self.H.T @ dS""",
    "self.db2 = ...": "self.db2 = dS.sum(axis=0)",
    "self.dW1 = ...": "self.dW1 = self.X.T @ dA",
    "self.db1 = ...": "self.db1 = dA.sum(axis=0)",
    "        ...\n": """        self.W1 = self.W1 - rate * self.dW1
        self.b1 = self.b1 - rate * self.db1
        self.W2 = self.W2 - rate * self.dW2
        self.b2 = self.b2 - rate * self.db2
""",
}
_MENDED = {
    "affine": {
        "self.dW += ": "self.dW = ",
        "self.db = dY\n": "self.db = dY.sum(axis=0)\n",
        "dX = dY @ self.W\n": "dX = dY @ self.W.T\n",
    },
    "softmax-loss": {
        "grown.sum(axis=0)": "grown.sum(axis=1, keepdims=True)",
        "dL * (self.P - self.T)": "dL * (self.P - self.T) / len(self.T)",
    },
}


def lesson_code(exercise: Exercise, changes: Mapping[str, str] | None = None) -> str:
    """Return right code for an exercise that asks for nothing but code; `changes` replace pieces of it."""
    text = _right_code(exercise)
    for old, new in (changes or {}).items():
        assert old in text, (old, text)
        text = text.replace(old, new)
    return text


def _right_code(exercise: Exercise) -> str:
    new, settings = exercise_file(exercise), exercise.code
    template = "\n".join(new.style.code()) + "\n"
    if settings.style == "autograd":
        return autograd_solution()
    if settings.style == "accumulation":
        return _replaced(template, _ACCUMULATION)
    if settings.style == "gradient-check":
        return _replaced(template, _GRADIENT_CHECK).replace(*_NUMERICAL_FIRST)
    if settings.style == "training":
        return _replaced(template, _TRAINING)
    assert isinstance(new.style, TaskStyle)
    task = new.style.task
    if settings.faulty:
        return _replaced(template, _MENDED[settings.layer])
    if isinstance(task, LayerTask):
        return layer_solution(settings.layer)
    assert isinstance(task, StepsTask)
    return solution(task)


def _replaced(template: str, changes: Mapping[str, str]) -> str:
    for old, new in changes.items():
        assert template.count(old) == 1, (old, template)
        template = template.replace(old, new)
    return template
