"""The named mistakes that apply at a blank, with the wrong values they lead to on these numbers.

Order is likelihood: an author's own, the operation's, those that can happen anywhere, those made at other nodes. Where
a mistake's value is the right one it is none here.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.tree import Expr, lift
from tutor.algebra.values import Value
from tutor.engine.symbolic import has_symbols
from tutor.grading import at_edges, at_nodes, further, in_questions
from tutor.grading.apart import Apart
from tutor.grading.at_edges import at_edge, on_own_upstream
from tutor.grading.at_nodes import at_branch, at_forward, at_start
from tutor.grading.further import made_further_off
from tutor.grading.identity import Outcome, compare_formulas
from tutor.grading.in_questions import at_question
from tutor.grading.problem import Blank, Problem
from tutor.grading.suspect import POWER_OF_TEN, SLIP, SWAPPED_DIGITS, Suspect, near

#: Values nearer to each other than this can't be told apart by an answer with decimals.
APART = 0.03

#: The mistakes that no operation declares, in the order of the catalogue.
ANYWHERE = (
    *(*at_edges.ANYWHERE, *further.ANYWHERE, *at_nodes.ANYWHERE, *in_questions.ANYWHERE),
    *(SLIP, SWAPPED_DIGITS, POWER_OF_TEN),
)


def suspects(problem: Problem, blank: Blank, held: Value = None) -> list[Suspect]:
    """The mistakes that lead to another value than the right one here, the likeliest first.

    `held` is the upstream as the learner has it, where that is wrong: mistakes may have been made on it as well.
    """
    if held is not None:
        return _leading_elsewhere(problem, blank, held)
    if blank.id not in problem.suspected:
        problem.suspected[blank.id] = _leading_elsewhere(problem, blank)
    return list(problem.suspected[blank.id])


def _leading_elsewhere(problem: Problem, blank: Blank, held: Value = None) -> list[Suspect]:
    truth = _truth(problem, blank)
    apart = Apart(problem.domains) if has_symbols(truth) else None
    found = []
    for suspect in (*mistakes_at(problem, blank, held), *made_further_off(problem, blank)):
        if not _usable(suspect.value):
            continue
        if blank.shape == (1, 1) and not values.is_matrix(suspect.value):
            # One number is read as a matrix of one cell there.
            suspect = replace(suspect, value=values.matrix(((suspect.value,),)))
        if (apart and values.is_exact(suspect.value) and apart(suspect.value, truth)) or not _coincide(
            suspect.value, truth, 1e-9
        ):
            found.append(suspect)
    return found


def hidden(problem: Problem) -> set[tuple[str, str]]:
    """The mistakes that these numbers hide, as (blank, mistake): their value lies within 3 % of the right one."""
    return {(blank.id, mistake) for blank in problem.blanks for mistake in hidden_at(problem, blank)}


def hidden_at(problem: Problem, blank: Blank, apart: float = APART) -> set[str]:
    """The mistakes whose value at a blank is the right one, or within `apart` of it; none where there are symbols."""
    if problem.symbolic or blank.kind == "question":
        return set()
    truth = problem.truth_in_floats(blank)
    return {
        suspect.id
        for suspect in mistakes_at(problem, blank)
        if _usable(suspect.value) and _coincide(suspect.value, truth, apart)
    }


def _truth(problem: Problem, blank: Blank) -> Value:
    truth = problem.truth(blank)
    return truth if problem.domains and has_symbols(truth) else problem.truth_in_floats(blank)


def mistakes_at(problem: Problem, blank: Blank, held: Value = None) -> Iterator[Suspect]:
    """All mistakes at a blank, the likeliest first, also those that lead to the right value or to none.

    Where the inputs are batches of floats, so are the values.
    """
    yield from _own(problem, blank)
    if blank.kind == "start":
        yield from at_start(problem)
    elif blank.kind == "sum":
        yield from at_branch(problem, blank)
    elif blank.kind == "forward":
        yield from at_forward(problem, blank)
    elif blank.kind == "edge":
        yield from at_edge(problem, blank)
        if held is not None and blank.edge:
            yield from on_own_upstream(problem, blank, held)
    elif blank.kind == "question":
        yield from at_question(problem, problem.question(blank))


def _own(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    advice = problem.advice.get(blank.id)
    if advice is None or not advice.mistakes:
        return
    names = problem.question(blank).known if blank.kind == "question" else problem.names_for(blank)
    for mistake in advice.mistakes:
        try:
            value = evaluate(mistake.answer, names)
        except AlgebraError:
            continue
        if not has_symbols(value):
            value = values.each(nearest_float, value)
        yield Suspect(mistake.id, value, mistake.says)


def _usable(value: Value) -> bool:
    if values.is_exact(value):
        return True
    if values.is_matrix(value):
        import numpy as np

        return value.ndim == 2 and bool(np.isfinite(value).all())
    return isinstance(value, int | float) and math.isfinite(value)


def _coincide(a: Value, b: Value, apart: float) -> bool:
    """Whether two values of one shape lie within `apart` of each other, relatively, in every cell."""
    if values.shape(a) != values.shape(b):
        return False
    if values.is_exact(a) or values.is_exact(b):
        return all(compare_formulas(x, y).outcome is Outcome.SAME for x, y in zip(_exact(a), _exact(b), strict=True))
    if not values.is_matrix(a):
        return near(float(a), float(b), apart)
    return all(near(x, y, apart) for x, y in zip(a.ravel(), b.ravel(), strict=True))


def _exact(value: Value) -> list[Expr]:
    """The cells as trees."""
    cells = list(value.ravel()) if values.is_matrix(value) else [value]
    return [cell if isinstance(cell, Expr) else lift(Fraction(cell)) for cell in cells]
