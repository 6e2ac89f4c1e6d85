"""The equation of a step of a replay, where every value is known."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra.printing import format_brief
from tutor.grading.hints.ladder import NUM_RUNGS
from tutor.practice.close_up.data import BranchPart, Quantity
from tutor.practice.close_up.equation import branch_equation, edge_equation, start_equation
from tutor.practice.close_up.known import Known, shape_text

if TYPE_CHECKING:
    from tutor.grading.problem import Blank, Problem
    from tutor.practice.close_up.data import Equation


def replayed_equation(problem: Problem, blank: Blank) -> Equation:
    """Return the equation at a place of a backward pass, with all its values."""
    known = _ReplayKnown(problem, blank)
    if blank.kind == "sum":
        edges = [part.edge for part in problem.branch_edges(blank) if part.edge]
        parts = [BranchPart(known.label(edge.target), known.gradient(edge.id)) for edge in edges]
        return branch_equation(known, blank, parts)
    if blank.edge is None:
        return start_equation(known, blank)
    return edge_equation(known, blank, blank.edge, known.upstream())


class _ReplayKnown(Known):
    """All values of a problem."""

    def __init__(self, problem: Problem, blank: Blank) -> None:
        self.problem, self.blank = problem, blank
        self.hidden_nodes = frozenset()

    @property
    def is_correct(self) -> bool:
        return True

    @property
    def rung(self) -> int:
        return NUM_RUNGS

    @property
    def numbers_are_shown(self) -> bool:
        return True

    def gradient(self, place_id: str | None) -> Quantity:
        if place_id is None or not self.problem.has_place(place_id):
            return Quantity("", state="none")
        place = self.problem.place(place_id)
        return Quantity(format_brief(self.problem.truth(place)), shape_text(place.shape), "shown", place_id)
