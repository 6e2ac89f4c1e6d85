"""Names of the rungs of the hint ladder, for the row of dots that shows how far it was climbed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.grading.hints.ladder import num_author_hints, num_rungs
from tutor.grading.hints.symbolic import local_gradient_is_symbolic
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from tutor.grading.problem import Blank, Problem

_NAMES = (N_("where to look"), N_("the rule"), N_("the numbers"), N_("the value"))
_NAMES_IN_SYMBOLS = (N_("where to look"), N_("the rule"), N_("the local derivative"), N_("the answer"))
_NAMES_AT_QUESTION = (N_("where to start"), N_("the answer"))


def rung_names(problem: Problem, blank: Blank) -> tuple[Message, ...]:
    """Return the name of each rung at a blank, those of the author's own hints first."""
    count, from_author = num_rungs(problem, blank), num_author_hints(problem, blank)
    if blank.kind == "question":
        names: tuple[str, ...] = _NAMES_AT_QUESTION
    elif blank.edge is not None and local_gradient_is_symbolic(problem, blank):
        names = _NAMES_IN_SYMBOLS
    else:
        names = _NAMES
    # An author's hints may replace the first rungs.
    derived = names[len(names) - (count - from_author) :]
    return (*[message(N_("the author's hint"))] * from_author, *map(message, derived))
