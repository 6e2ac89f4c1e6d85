"""All named mistakes that can be made at a blank, with the wrong values they give on these numbers.

They are in order of likelihood: the author's, the operation's, general ones, those made at other nodes. A mistake that
gives the right value is left out, so that no right answer is accused.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, as_expr
from tutor.engine.symbolic import has_symbols
from tutor.grading.mistakes import edges, formulas, matrices, mix_ups, nodes, other_nodes, slips, whole_pass
from tutor.grading.mistakes.calculations import formula_calculation
from tutor.grading.mistakes.candidate import MistakeCandidate, is_close
from tutor.grading.mistakes.edges import edge_mistakes, mistakes_on_wrong_upstream
from tutor.grading.mistakes.formulas import question_mistakes
from tutor.grading.mistakes.mix_ups import mix_up_mistakes
from tutor.grading.mistakes.nodes import branch_mistakes, forward_mistakes, start_mistakes
from tutor.grading.mistakes.other_nodes import other_node_mistakes
from tutor.grading.mistakes.whole_pass import whole_pass_mistakes
from tutor.grading.symbolic_equality import Outcome, QuickDifference, compare_formulas
from tutor.grading.tolerances import FLOAT_ROUNDING, FLOAT_TOLERANCE, MIN_SEPARATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: The mistakes that no operation declares, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(*edges.GENERAL_MISTAKES, *whole_pass.GENERAL_MISTAKES, *other_nodes.GENERAL_MISTAKES),
    *(*mix_ups.GENERAL_MISTAKES, *nodes.GENERAL_MISTAKES),
    *(*formulas.GENERAL_MISTAKES, *matrices.GENERAL_MISTAKES, *slips.GENERAL_MISTAKES),
)

#: Less likely than that the value was meant for another blank.
UNLIKELY_IDS = whole_pass.UNLIKELY_IDS | mix_ups.UNLIKELY_IDS


def candidates_at(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> list[MistakeCandidate]:
    """Return the mistakes at `blank` that give a wrong value, the likeliest first.

    `wrong_upstream` is the learner's upstream if that is wrong: mistakes may have been made on it as well.
    """
    if wrong_upstream is not None:
        return _distinct_candidates(problem, blank, wrong_upstream)
    return list(problem.memoize(("candidates", blank.id), lambda: _distinct_candidates(problem, blank)))


def _distinct_candidates(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> list[MistakeCandidate]:
    truth = _reference_value(problem, blank)
    is_different = QuickDifference(problem.domains) if has_symbols(truth) else None
    distinct = []
    for candidate in (
        *mistakes_at(problem, blank, wrong_upstream),
        *_less_likely_mistakes(problem, blank, wrong_upstream),
    ):
        if not _is_usable(candidate.value):
            continue
        if blank.shape == (1, 1) and not ops.is_matrix(candidate.value):
            # A learner may type one number for a matrix of one cell.
            candidate = replace(candidate, value=ops.make_matrix(((candidate.value,),)))
        value = candidate.value
        if (is_different and ops.is_exact(value) and is_different(value, truth)) or not (
            _values_coincide(value, truth, FLOAT_TOLERANCE) or _is_rounding_noise(value, truth)
        ):
            distinct.append(candidate)
    return distinct


def _less_likely_mistakes(problem: Problem, blank: Blank, wrong_upstream: Value) -> Iterator[MistakeCandidate]:
    """Yield the mistakes that fresh numbers need not keep apart: about the whole pass, at other nodes, mix-ups."""
    if blank.kind in ("edge", "sum"):
        yield from whole_pass_mistakes(problem, blank)
    yield from other_node_mistakes(problem, blank)
    yield from mix_up_mistakes(problem, blank, wrong_upstream)


def hidden_mistakes(problem: Problem) -> set[tuple[str, str]]:
    """Return the mistakes that these numbers hide, as (blank id, mistake id): their value is too close to the truth."""
    return {(blank.id, mistake) for blank in problem.blanks for mistake in hidden_mistakes_at(problem, blank)}


def hidden_mistakes_at(problem: Problem, blank: Blank, min_separation: float = MIN_SEPARATION) -> set[str]:
    """Return the ids of the mistakes whose value is closer to the truth than `min_separation`; none with symbols."""
    if problem.symbolic or blank.kind == "question":
        return set()
    truth = problem.truth_in_floats(blank)
    return {
        candidate.id
        for candidate in mistakes_at(problem, blank)
        if _is_usable(candidate.value) and _values_coincide(candidate.value, truth, min_separation)
    }


def _reference_value(problem: Problem, blank: Blank) -> Value:
    truth = problem.truth(blank)
    return truth if problem.domains and has_symbols(truth) else problem.truth_in_floats(blank)


def mistakes_at(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> Iterator[MistakeCandidate]:
    """Yield all mistakes at a blank, the likeliest first, even if they give the right value or none.

    If the inputs are batches of floats, so are the values.
    """
    yield from _author_candidates(problem, blank)
    if blank.kind == "start":
        yield from start_mistakes(problem)
    elif blank.kind == "sum":
        yield from branch_mistakes(problem, blank)
    elif blank.kind == "forward":
        yield from forward_mistakes(problem, blank)
    elif blank.kind == "edge":
        yield from edge_mistakes(problem, blank)
        if wrong_upstream is not None and blank.edge:
            yield from mistakes_on_wrong_upstream(problem, blank, wrong_upstream)
    elif blank.kind == "question":
        yield from question_mistakes(problem, problem.question(blank))


def _author_candidates(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    notes = problem.author_notes.get(blank.id)
    if notes is None or not notes.mistakes:
        return
    names = problem.question(blank).author_names if blank.kind == "question" else problem.names_at(blank)
    for mistake in notes.mistakes:
        try:
            value = evaluate(mistake.answer, names)
        except AlgebraError:
            continue
        if not has_symbols(value):
            value = ops.map_cells(nearest_float, value)
        yield MistakeCandidate(
            mistake.id, value, mistake.feedback, calculation=partial(formula_calculation, mistake.answer, names)
        )


def _is_usable(value: Value) -> bool:
    if ops.is_exact(value):
        return True
    return ops.is_finite(value) and (value.ndim == 2 if ops.is_matrix(value) else isinstance(value, int | float))


def _values_coincide(a: Value, b: Value, tolerance: float) -> bool:
    """Return whether two values have the same shape and cells within a relative tolerance; formulas must be equal."""
    if ops.shape_of(a) != ops.shape_of(b):
        return False
    if ops.is_exact(a) or ops.is_exact(b):
        return all(
            compare_formulas(x, y).outcome is Outcome.SAME
            for x, y in zip(_cells_as_exprs(a), _cells_as_exprs(b), strict=True)
        )
    if not ops.is_matrix(a):
        return is_close(float(a), float(b), tolerance)
    return all(is_close(x, y, tolerance) for x, y in zip(a.ravel(), b.ravel(), strict=True))


def _is_rounding_noise(value: Value, truth: Value) -> bool:
    """Return whether two matrices of floats differ only by rounding errors, as 2.8e-17 differs from 0 beside 0.25."""
    if not ops.is_matrix(truth) or ops.shape_of(value) != ops.shape_of(truth):
        return False
    if ops.is_exact(value) or ops.is_exact(truth):
        return False
    return bool(abs(value - truth).max() <= FLOAT_ROUNDING * abs(truth).max())


def _cells_as_exprs(value: Value) -> list[Expr]:
    return [cell if isinstance(cell, Expr) else as_expr(Fraction(cell)) for cell in ops.cells(value)]
