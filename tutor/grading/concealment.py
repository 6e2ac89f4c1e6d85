"""Values that the echo of an answer being typed must not give away."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Expr, free_names
from tutor.grading.symbolic_equality import QuickDifference

if TYPE_CHECKING:
    from collections.abc import Collection

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: Values this close are shown with the same digits, or nearly so.
_SAME_WHEN_SHOWN = Fraction(1, 1_000)


@dataclass(frozen=True, slots=True)
class Concealment:
    """The values that an echo conceals: those of `open_blanks`, and of names that mean the value of a `hidden_places`.

    In an unfinished exam there are `no_values` at all.
    """

    hidden_places: Collection[str] = ()
    open_blanks: tuple[Blank, ...] = ()
    no_values: bool = False

    def conceals(self, problem: Problem, blank: Blank, tree: Expr, value: Value) -> bool:
        """Return whether the value of an answer at `blank` has to stay hidden."""
        if self.no_values or any(problem.place_named(blank, name) in self.hidden_places for name in free_names(tree)):
            return True
        same_shape = [other for other in self.open_blanks if _has_value(problem, other, value)]
        if not same_shape:
            return False
        is_different = QuickDifference(problem.domains)
        return any(not is_different(value, problem.truth(other), _SAME_WHEN_SHOWN) for other in same_shape)


def _has_value(problem: Problem, blank: Blank, value: Value) -> bool:
    """Return whether the right answer at a blank is a value of the same shape; a choice or a text has none."""
    has_none = blank.kind == "question" and not problem.question(blank).has_value
    return not has_none and ops.shape_of(problem.truth(blank)) == ops.shape_of(value)
