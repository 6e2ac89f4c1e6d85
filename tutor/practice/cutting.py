"""Cutting of exercises for reviews: the blanks that ask for a rule, as far as the filled in gradients lead to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tutor.practice.exercise_index import IndexedExercise

#: An exercise of a review takes about this long at most, if it can be cut so far.
ITEM_MINUTES = 2.0
#: The time to look at a graph.
_LOOKING = 0.25
#: The minutes in an exercise's file are those of a first time, with its text to read. A review takes half as long.
_REVIEW_PACE = 0.5


def estimate_minutes(exercise: IndexedExercise, num_blanks: int) -> float:
    """Return how long so many blanks of an exercise take in a review."""
    per_blank = _REVIEW_PACE * exercise.minutes / max(exercise.blanks, 1)
    return round(_LOOKING + per_blank * num_blanks, 2)


def is_fresh(exercise: IndexedExercise, blank: str, asked_questions: Collection[tuple[str, str]]) -> bool:
    """Return whether a blank may be asked: not a question that was asked before, if its words never change."""
    return blank not in exercise.fixed_questions or (exercise.name, blank) not in asked_questions


def choose_blanks(
    exercise: IndexedExercise, rule: str, fresh: Collection[str], kept: Sequence[str], turn: int
) -> tuple[str, ...]:
    """Return the blanks to ask for so that a rule is reviewed, beside those that are `kept`; none if it can't be.

    A short exercise is asked as a whole. Of a longer one as many blanks that ask for the rule are taken as are done in
    `ITEM_MINUTES`, and one at least. `turn` chooses the first of them.
    """
    if not any(rule in exercise.asked[blank] for blank in fresh):
        return ()
    if estimate_minutes(exercise, len(fresh)) <= ITEM_MINUTES:
        return tuple(blank for blank in exercise.whole if blank in fresh)
    asking = [blank for blank in exercise.whole if blank in fresh and rule in exercise.asked[blank]]
    begin = turn % len(asking)
    chosen = set(kept)
    for blank in asking[begin:] + asking[:begin]:
        is_first = not any(rule in exercise.asked[other] for other in chosen)
        is_short = estimate_minutes(exercise, len(chosen) + 1) <= ITEM_MINUTES
        if (is_first or is_short) and can_ask(exercise, chosen | {blank}):
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
