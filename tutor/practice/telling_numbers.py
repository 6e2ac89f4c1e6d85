"""Fresh numbers on which two mistakes that give the same answer here give different ones."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.slips import GENERAL_MISTAKES
from tutor.grading.tolerances import MIN_SEPARATION
from tutor.packs.diagnostics import PackError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.verdict import Verdict
    from tutor.packs.exercise import Variant

_SLIPS = frozenset(mistake.id for mistake in GENERAL_MISTAKES)


def distinct_mistakes(verdict: Verdict | None) -> tuple[str, ...]:
    """Return the mistakes that a verdict can't tell apart although their rules differ; none if there is only one."""
    suspicions = verdict.suspicions if verdict is not None else ()
    # A slip may happen on any numbers.
    rules = tuple(one.mistake for one in suspicions if one.mistake not in _SLIPS)
    return rules if len(rules) > 1 else ()


def find_telling_seed(variant: Variant, place: str, mistakes: tuple[str, ...], seeds: Iterable[int]) -> int | None:
    """Return the first of these seeds whose numbers give each of the mistakes a value of its own; None for none."""
    for seed in seeds:
        try:
            problem = variant.with_seed(seed).problem
        except PackError:
            continue
        if problem.has_place(place) and _are_told_apart(problem, problem.place(place), mistakes):
            return seed
    return None


def _are_told_apart(problem: Problem, blank: Blank, mistakes: tuple[str, ...]) -> bool:
    values: dict[str, list[Value]] = {mistake: [] for mistake in mistakes}
    for candidate in candidates_at(problem, blank):
        if candidate.id in values:
            values[candidate.id].append(candidate.value)
    return all(values.values()) and all(
        not _is_near(a, b) for one, other in combinations(values.values(), 2) for a in one for b in other
    )


def _is_near(a: Value, b: Value) -> bool:
    if ops.shape_of(a) != ops.shape_of(b):
        return False
    pairs = zip(a.ravel(), b.ravel(), strict=True) if ops.is_matrix(a) else ((a, b),)
    return all(is_close(float(x), float(y), MIN_SEPARATION) for x, y in pairs)
