"""Rounding noise: what a program prints for a value that is 0, because it rounded the numbers on the way there."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, free_names
from tutor.engine.symbolic import has_symbols
from tutor.grading.rounded_pass import RoundedBackward, rounded_forward
from tutor.grading.tolerances import MACHINE_TOLERANCE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem


#: How many passes with simulated rounding errors are run, and how much larger than theirs the noise may be.
_NUM_PASSES, _FACTOR = 3, 4


def noise_for_zero(problem: Problem, blank: Blank) -> float:
    """Return how far a program may print a cell of `blank` from 0 if it is 0.

    Rounding errors of `MACHINE_TOLERANCE` are simulated: 0.1 + 0.2 − 0.3 moves, relu of a negative number doesn't.
    """
    if has_symbols(problem.truth(blank)) or (problem.symbolic and blank.kind != "question"):
        return 0.0
    return problem.memoize(
        ("noise for zero", blank.id), lambda: _FACTOR * max(_iter_moves(problem, blank), default=0.0)
    )


def _iter_moves(problem: Problem, blank: Blank) -> Iterator[float]:
    try:
        if blank.kind == "question":
            yield from _moves_of_question(problem, blank)
        else:
            yield from (_move_in_graph(problem, blank, Random(seed)) for seed in range(_NUM_PASSES))
    except (AlgebraError, ArithmeticError, ValueError):
        # A number with an error has no value, such as the logarithm of −1e-9.
        return


def _move_in_graph(problem: Problem, blank: Blank, rng: Random) -> float:
    def with_error(value: Value, _position: int = 0) -> Value:
        return ops.map_cells(lambda cell: cell * (1 + rng.choice((-1, 1)) * float(MACHINE_TOLERANCE)), value)

    with ops.ignore_array_errors(any(node.shape for node in problem.graph.nodes)):
        values = rounded_forward(problem, with_error)
        if blank.kind == "forward":
            return _largest_move(values[blank.node], problem.truth_in_floats(blank))
        return _largest_move(
            RoundedBackward(problem, values, with_error, {}).places[blank.id], problem.truth_in_floats(blank)
        )


def _moves_of_question(problem: Problem, blank: Blank) -> Iterator[float]:
    question = problem.question(blank)
    if question.formula is None:
        return
    names: Mapping[str, Value] = {name: question.author_names[name] for name in free_names(question.formula)}
    if any(map(has_symbols, names.values())):
        return
    for name, value in names.items():
        moved = evaluate(question.formula, {**names, name: ops.map_cells(_moved, value)})
        yield _largest_move(ops.map_cells(nearest_float, moved), problem.truth_in_floats(blank))


def _moved(cell: Expr) -> Expr:
    return cell * Num(1 + MACHINE_TOLERANCE)


def _largest_move(value: Value, truth: Value) -> float:
    """Return how far the cells that should be 0 are from it."""
    if not ops.is_matrix(truth):
        return 0.0 if truth else abs(float(value))
    return float(abs(value[truth == 0]).max(initial=0.0))
