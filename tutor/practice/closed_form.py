"""Closed-form gradients, simplified by SymPy in a child process with a limit in steps, the same on every machine."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Sym
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.engine.symbolic import closed_form_gradients
from tutor.grading.matrix_formulas import is_equal
from tutor.grading.matrix_points import points_of, value_at
from tutor.grading.symbolic_equality import Outcome, compare_formulas
from tutor.practice.sympy_candidates import count_parts
from tutor.practice.sympy_worker import decode, encode, environment

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem

#: Seconds between two questions whether the formulas are still wanted.
_POLL_INTERVAL = 0.05


@dataclass(frozen=True, slots=True)
class ClosedForm:
    """∂output/∂`name` as a formula in the inputs.

    `simplified`: it is the simplest of what the rules and SymPy write, and not only what the rules write. `agrees`: at
    this problem's inputs it equals the gradient used for grading.
    """

    name: str
    formula: Value
    simplified: bool
    agrees: bool


def never_stop() -> bool:
    return False


def closed_forms(problem: Problem, should_stop: Callable[[], bool] = never_stop) -> tuple[ClosedForm, ...]:
    """Return the gradients of the inputs in `problem.wrt`, without those whose formula would be too long.

    Give up simplifying when `should_stop` returns True. Raise `NonFiniteError` if the graph has no value.
    """
    symbols = {name: _symbolic_input(name, value) for name, value in problem.inputs.items()}
    gradients = closed_form_gradients(problem.graph, symbols, problem.start, problem.wrt)
    trees = {name: expr_of(value) for name, value in gradients.items()}
    simplified = _simplify_in_child(trees, should_stop)
    return tuple(_closed_form(problem, name, gradient, simplified.get(name)) for name, gradient in gradients.items())


def _closed_form(problem: Problem, name: str, gradient: Value, simplified: Expr | None) -> ClosedForm:
    """Return the simpler of two formulas; of equally simple ones the gradient as the rules write it."""
    is_simpler = simplified is not None and count_parts(simplified) < count_parts(expr_of(gradient))
    if is_simpler and _matches_gradient(problem, name, simplified):
        return ClosedForm(name, simplified, True, True)
    # What SymPy made wrong was no comparison.
    is_compared = simplified is not None and not is_simpler
    return ClosedForm(name, gradient, is_compared, _matches_gradient(problem, name, gradient))


def _symbolic_input(name: str, value: Value) -> Value:
    shape = ops.shape_of(value)
    if isinstance(value, MatrixExpr | Sym):
        return value
    return Sym(name) if shape is None else MatrixExpr(Sym(name), shape)


def _matches_gradient(problem: Problem, name: str, formula: Value) -> bool:
    """Return whether a formula equals the exact gradient at the problem's inputs, or at the points of its matrices."""
    if problem.has_matrix_symbols:
        return _matches_at_points(problem, name, formula)
    truth = problem.exact_passes.gradients[problem.graph.position[name]]
    numbers = {name: value for name, value in problem.inputs.items() if not isinstance(value, MatrixExpr | Sym)}
    try:
        value = evaluate(expr_of(formula), numbers)
    except AlgebraError:
        return False
    if isinstance(truth, MatrixExpr) or ops.shape_of(value) != ops.shape_of(truth):
        return False
    pairs = [(value, truth)] if not ops.is_matrix(truth) else list(zip(value.ravel(), truth.ravel(), strict=True))
    return all(compare_formulas(cell, true_cell).outcome is Outcome.SAME for cell, true_cell in pairs)


def _matches_at_points(problem: Problem, name: str, formula: Value) -> bool:
    points, place = points_of(problem), problem.graph.position[name]
    try:
        values = [value_at(formula, point.all_values) for point in points]
    except AlgebraError:
        return False
    truths = [point.exact_passes.gradients[place] for point in points]
    return bool(points) and all(map(is_equal, values, truths))


def _simplify_in_child(trees: Mapping[str, Expr], should_stop: Callable[[], bool]) -> dict[str, Expr]:
    """Return the formulas that the child process could write in our own operations."""
    questions = {name: nodes for name, tree in trees.items() if (nodes := encode(tree)) is not None}
    if not questions or not sys.executable:
        return {}
    try:
        child = subprocess.Popen(
            # Without the folder it is started in, where a file may have the name of a library.
            [sys.executable, "-P", "-m", "tutor.practice.sympy_worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            env=environment(),
        )
    except OSError:
        return {}
    answers: SimpleQueue[str] = SimpleQueue()
    reader = Thread(target=_exchange, args=(child, list(map(json.dumps, questions.values())), answers), daemon=True)
    reader.start()
    lines = _collect_answers(answers, len(questions), should_stop)
    child.kill()
    child.wait()
    reader.join()
    return _parse_answers(zip(questions, lines, strict=False))


def _exchange(child: subprocess.Popen[str], questions: Sequence[str], answers: SimpleQueue[str]) -> None:
    """Send the questions and put each answer into the queue; end with an empty string when the child ends."""
    assert child.stdin
    assert child.stdout
    with suppress(OSError, ValueError), child.stdin, child.stdout:
        child.stdin.write("\n".join(questions) + "\n")
        child.stdin.close()
        for line in child.stdout:
            answers.put(line)
    answers.put("")


def _collect_answers(answers: SimpleQueue[str], count: int, should_stop: Callable[[], bool]) -> list[str]:
    lines: list[str] = []
    while len(lines) < count and not should_stop():
        try:
            line = answers.get(timeout=_POLL_INTERVAL)
        except Empty:
            continue
        if not line:
            break
        lines.append(line)
    return lines


def _parse_answers(answers: Iterable[tuple[str, str]]) -> dict[str, Expr]:
    formulas = {}
    for name, line in answers:
        with suppress(ValueError, KeyError, IndexError, TypeError, ZeroDivisionError):
            nodes = json.loads(line)
            if nodes is not None:
                formulas[name] = decode(nodes)
    return formulas
