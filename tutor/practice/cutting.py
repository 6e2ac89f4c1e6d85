"""Cutting of exercises for reviews: the blanks that ask for a rule, as far as the filled in gradients lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from tutor.practice.exercise_index import IndexedExercise

#: An exercise of a review takes about this long at most, if it can be cut so far.
ITEM_MINUTES = 2.0
#: So many blanks are asked for a rule, if there is time.
MAX_BLANKS_FOR_RULE = 2
#: The time to look at a graph.
_LOOKING = 0.25
#: The minutes in an exercise's file are those of a first time, with its text to read. A review takes half as long, and
#: not more than so much for an answer and for each of its numbers.
_REVIEW_PACE = 0.5
_PER_ANSWER, _PER_CELL = 0.35, 0.25


def estimate_minutes(exercise: IndexedExercise, blanks: Iterable[str]) -> float:
    """Return how long these blanks of an exercise take in a review."""
    pace = _REVIEW_PACE * exercise.minutes / max(exercise.blanks, 1)
    work = sum(min(pace, _PER_ANSWER + _PER_CELL * exercise.cells.get(blank, 1)) for blank in blanks)
    return round(_LOOKING + work, 2)


def is_fresh(exercise: IndexedExercise, blank: str, asked_questions: Collection[tuple[str, str]]) -> bool:
    """Return whether a blank may be asked: not a question that was asked before, if it never changes."""
    return blank not in exercise.fixed_questions or (exercise.name, blank) not in asked_questions


def choose_blanks(
    exercise: IndexedExercise, rule: str, fresh: Collection[str], kept: Sequence[str], turn: int, in_a_hurry: bool
) -> tuple[str, ...]:
    """Return the blanks to ask for so that a rule is reviewed, beside those that are `kept`; none if it can't be.

    A short exercise is asked as a whole. Of a longer one some blanks that ask for the rule are taken, as long as they
    are done in `ITEM_MINUTES`, and one at least; only one `in_a_hurry`, when many rules are due. `turn` chooses the
    first of them.
    """
    if not any(rule in exercise.asked[blank] for blank in fresh):
        return ()
    if not in_a_hurry and estimate_minutes(exercise, fresh) <= ITEM_MINUTES:
        return tuple(blank for blank in exercise.whole if blank in fresh)
    asking = [blank for blank in exercise.whole if blank in fresh and rule in exercise.asked[blank]]
    begin = turn % len(asking)
    chosen, most = set(kept), 1 if in_a_hurry else MAX_BLANKS_FOR_RULE
    for blank in asking[begin:] + asking[:begin]:
        number = sum(rule in exercise.asked[other] for other in chosen)
        is_short = number < most and estimate_minutes(exercise, chosen | {blank}) <= ITEM_MINUTES
        if (number == 0 or is_short) and can_ask(exercise, chosen | {blank}):
            chosen.add(blank)
    if not any(rule in exercise.asked[blank] for blank in chosen):
        return ()
    return tuple(blank for blank in exercise.whole if blank in chosen)


def can_ask(exercise: IndexedExercise, blanks: Collection[str]) -> bool:
    """Return whether all these blanks can be found from what is filled in and from one another.

    Forward values would be given away by gradients, so they are not asked together.
    """
    backward = [blank for blank in blanks if blank in exercise.sources]
    if backward and any(blank.startswith("value(") for blank in blanks):
        return False
    return all(
        source in blanks or not any(ancestor in blanks for ancestor in ancestors)
        for blank in backward
        for source, *ancestors in exercise.sources[blank]
    )
