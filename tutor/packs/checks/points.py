"""Check that the points of an exercise and those of its blanks fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_, message
from tutor.packs.assessment import format_points

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic

_TOO_MANY = N_("The points of the blanks add up to {sum}, but the exercise has {points}. Change one of them.")
_NOTHING_LEFT = N_("The blanks with points of their own use up all {points}, so {blanks} get none. Add points.")
_NOTHING_GRADED = N_("Nothing is graded here, so points have no effect. Remove them.")
_NOT_ASKED = N_("“{blank}” has points but is not asked for. Ask for it, or remove the points.")
_MAX_SHOWN = 5


def check(target: CheckTarget) -> Iterator[Diagnostic]:
    """Yield an error for points that don't add up, and a warning for blanks that are worth nothing."""
    if target.exercise is None:
        return
    assessment, problem = target.exercise.assessment, target.exercise.variant().problem
    key = ("points",) if "points" in target.source.data else ()
    asked = {blank.id for blank in problem.blanks}
    for blank in assessment.by_blank:
        if blank not in asked:
            yield target.error(message(_NOT_ASKED, blank=blank), "blank")
    if assessment.points is None:
        return
    worth = assessment.worth(problem)
    if not worth:
        yield target.error(message(_NOTHING_GRADED), *key)
        return
    total, points = sum(worth.values()), format_points(assessment.points)
    own = sum(points for blank, points in assessment.by_blank.items() if blank in asked)
    if total != assessment.points:
        yield target.error(message(_TOO_MANY, sum=format_points(own), points=points), *key)
        return
    free = [blank for blank in worth if blank not in assessment.by_blank]
    if free and assessment.points and own == assessment.points:
        shown = ", ".join(free[:_MAX_SHOWN]) + (", …" if len(free) > _MAX_SHOWN else "")
        yield target.warning(message(_NOTHING_LEFT, points=points, blanks=shown), *key)
