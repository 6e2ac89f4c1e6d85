"""Gradients in closed form: simplified in a child process that has a few seconds, else as the engine writes them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread

from tutor.algebra import AlgebraError, values
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Expr, Sym
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole, formula
from tutor.engine.symbolic import closed
from tutor.grading.identity import Outcome, compare_formulas
from tutor.grading.problem import Problem
from tutor.practice.closed_form import decoded, encoded

#: What the child process gets.
SECONDS = 3.0
_LOOK_EVERY = 0.05


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """∂output/∂`name` as a formula in the inputs. `agrees`: at this problem's values it comes to the truth that
    answers are held against; `simplified`: SymPy wrote it.
    """

    name: str
    formula: Value
    simplified: bool
    agrees: bool


def never() -> bool:
    return False


def closed_forms(
    problem: Problem, seconds: float = SECONDS, stopped: Callable[[], bool] = never
) -> tuple[ClosedForm, ...]:
    """The gradients of the inputs that are asked about, those left out whose formula would be too long.

    Takes up to `seconds`, less where `stopped` says so. Raises `NotANumber` where the graph has no formula.
    """
    symbols = {name: _symbol(name, value) for name, value in problem.inputs.items()}
    found = closed(problem.graph, symbols, problem.start, problem.wrt)
    trees = {name: formula(value) for name, value in found.items()}
    short = _simplified(trees, seconds, stopped)
    forms = []
    for name in found:
        own = ClosedForm(name, found[name], False, _agrees(problem, name, found[name]))
        if name in short and _agrees(problem, name, short[name]):
            own = ClosedForm(name, short[name], True, True)
        forms.append(own)
    return tuple(forms)


def _symbol(name: str, value: Value) -> Value:
    shape = values.shape(value)
    if isinstance(value, Whole | Sym):
        return value
    return Sym(name) if shape is None else Whole(Sym(name), shape)


def _agrees(problem: Problem, name: str, found: Value) -> bool:
    """Whether a formula comes to the gradient the worksheet holds answers against."""
    truth = problem.exact.gradients[problem.graph.position[name]]
    numbers = {name: value for name, value in problem.inputs.items() if not isinstance(value, Whole | Sym)}
    try:
        value = evaluate(formula(found), numbers)
    except AlgebraError:
        return False
    if isinstance(truth, Whole) or values.shape(value) != values.shape(truth):
        return False
    pairs = [(value, truth)] if not values.is_matrix(truth) else list(zip(value.ravel(), truth.ravel(), strict=True))
    return all(compare_formulas(mine, theirs).outcome is Outcome.SAME for mine, theirs in pairs)


def _simplified(trees: Mapping[str, Expr], seconds: float, stopped: Callable[[], bool]) -> dict[str, Expr]:
    """What the child process makes of these in the time it has; those it can't tell are left out."""
    questions = {name: nodes for name, tree in trees.items() if (nodes := encoded(tree)) is not None}
    if not questions or not sys.executable:
        return {}
    root = str(Path(__file__).parents[2])
    paths = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
    try:
        child = subprocess.Popen(
            [sys.executable, "-m", "tutor.practice.closed_form"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env={**os.environ, "PYTHONPATH": paths},
        )
    except OSError:
        return {}
    answers: SimpleQueue[str] = SimpleQueue()
    reader = Thread(target=_exchange, args=(child, list(map(json.dumps, questions.values())), answers), daemon=True)
    reader.start()
    lines = _collected(answers, len(questions), time.monotonic() + seconds, stopped)
    child.kill()
    child.wait()
    reader.join()
    return _read(zip(questions, lines, strict=False))


def _exchange(child: subprocess.Popen[str], questions: Sequence[str], answers: SimpleQueue[str]) -> None:
    """Ask, and pass the answers on, until the child is done or gone. An empty one ends them."""
    assert child.stdin and child.stdout
    with suppress(OSError, ValueError), child.stdin, child.stdout:
        child.stdin.write("\n".join(questions) + "\n")
        child.stdin.close()
        for line in child.stdout:
            answers.put(line)
    answers.put("")


def _collected(answers: SimpleQueue[str], number: int, end: float, stopped: Callable[[], bool]) -> list[str]:
    lines: list[str] = []
    while len(lines) < number and time.monotonic() < end and not stopped():
        try:
            line = answers.get(timeout=_LOOK_EVERY)
        except Empty:
            continue
        if not line:
            break
        lines.append(line)
    return lines


def _read(answers: Iterable[tuple[str, str]]) -> dict[str, Expr]:
    found = {}
    for name, line in answers:
        with suppress(ValueError, KeyError, IndexError, TypeError, ZeroDivisionError):
            nodes = json.loads(line)
            if nodes is not None:
                found[name] = decoded(nodes)
    return found
