"""Is what the tutor says about a bug true?"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from tests.simulated import answers
from tests.simulated.bug import FACTS
from tests.simulated.own_pass import Array, try_rule
from tutor.algebra import ops
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.verdict import VerdictKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulated.bug import Bug
    from tests.simulated.populations import Numbers
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank
    from tutor.grading.verdict import Verdict

#: Two floats computed in different ways differ by rounding errors only.
_SAME = 1e-7


class Judgement(StrEnum):
    """What a verdict is to the learner who made a certain bug."""

    NAMED = "named"
    """it states, or asks, what the learner did"""
    UNNAMED = "unnamed"
    """it says nothing of it, or asks about something else"""
    FALSE = "false"
    """it states something that the learner did not do"""
    ACCEPTED = "accepted"
    """it calls the wrong value right"""


@dataclass(frozen=True)
class BuggyAnswer:
    """A bug made at a blank. `value_on` is what it gives on other numbers, `upstream_on` the learner's wrong upstream."""

    bug: Bug
    blank: Blank
    value_on: Callable[[Numbers], Array | None]
    upstream_on: Callable[[Numbers], Array | None] | None = None


def judge(answer: BuggyAnswer, verdict: Verdict, numbers: Numbers) -> Judgement:
    """Judge a verdict by the two rules of `tests.simulated.bug`.

    A verdict on the shape says what is wrong, if the shape is. That a value belongs elsewhere is true if the learner
    typed what belongs there, not if the two agree on these numbers only.
    """
    if verdict.kind is VerdictKind.RIGHT:
        return Judgement.ACCEPTED
    if verdict.kind is VerdictKind.WRONG_SHAPE:
        return Judgement.NAMED
    if verdict.kind is VerdictKind.ELSEWHERE:
        is_true = "elsewhere" in answer.bug.names or _is_value_of_another_blank(answer, numbers.nearby)
        return Judgement.NAMED if is_true else Judgement.UNNAMED
    if verdict.kind is not VerdictKind.MISTAKEN or verdict.mistake is None:
        return Judgement.UNNAMED
    # A question is followed by others, if the answer is no.
    said = {verdict.mistake, *(suspicion.mistake for suspicion in getattr(verdict, "suspicions", ()))}
    if said & answer.bug.names or any(_has_formula_of(mistake, answer, numbers) for mistake in said):
        return Judgement.NAMED
    if verdict.mistake in FACTS:
        return Judgement.UNNAMED
    return Judgement.FALSE if getattr(verdict, "certain", True) else Judgement.UNNAMED


def _has_formula_of(mistake: str, answer: BuggyAnswer, numbers: Numbers) -> bool:
    """Return whether a mistake has the bug's value on other numbers as well."""
    notes = numbers.problem.author_notes.get(answer.blank.id)
    is_authors = notes is not None and mistake in {one.id for one in notes.mistakes}
    nearby = numbers.nearby_with_start if is_authors else numbers.nearby
    value = None if nearby is None else try_rule(answer.value_on, nearby)
    if nearby is None or value is None:
        return False
    blank = nearby.problem.place(answer.blank.id)
    upstream = None if answer.upstream_on is None else try_rule(answer.upstream_on, nearby)
    candidates = candidates_at(nearby.problem, blank, upstream)
    return any(candidate.id == mistake and _is_same(candidate.value, value) for candidate in candidates)


def _is_value_of_another_blank(answer: BuggyAnswer, nearby: Numbers | None) -> bool:
    value = None if nearby is None else try_rule(answer.value_on, nearby)
    if nearby is None or value is None:
        return False
    others = (place for place in nearby.problem.blanks if place.id != answer.blank.id and place.kind != "question")
    return any(_is_same(answers.value_at(nearby.right, other), value) for other in others)


def _is_same(a: Value, b: Array) -> bool:
    if ops.is_exact(a):
        return False
    if np.size(a) == np.size(b) == 1:
        # One number may be typed for a matrix of one cell.
        a, b = np.ravel(a), np.ravel(b)
    if np.shape(a) != np.shape(b):
        return False
    return bool(np.allclose(np.asarray(a, dtype=float), b, rtol=_SAME, atol=1e-12))
