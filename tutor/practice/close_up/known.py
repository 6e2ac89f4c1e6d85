"""The learner's knowledge around a blank: checked and given values, forward values that are shown, and open hints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.evaluate import format_shape
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_brief, format_value
from tutor.grading.hints.ladder import NUM_RUNGS, num_rungs
from tutor.grading.hints.symbolic import upstream_in_names
from tutor.grading.wording import drawn_name
from tutor.practice.close_up.data import UNKNOWN, Quantity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape
    from tutor.grading.problem import Blank, Problem
    from tutor.practice.worksheet import Worksheet

#: The derived rungs that state the rule and the product.
RULE, PRODUCT = 2, 3


class Known:
    """The values around one blank of a worksheet, as far as the learner may see them."""

    def __init__(self, worksheet: Worksheet, blank: Blank) -> None:
        self.worksheet, self.blank = worksheet, blank
        self.problem: Problem = worksheet.problem
        #: Positions of nodes whose forward value is not shown.
        self.hidden_nodes = worksheet.hidden_nodes
        self._drawn = worksheet.drawn_places

    @property
    def is_correct(self) -> bool:
        """Whether the asked value is right or revealed, and the learner knows it."""
        return self.worksheet.entry(self.blank.id).is_correct

    @property
    def rung(self) -> int:
        """The highest open rung of those that come after an author's hints; all of them if the value is known."""
        if self.is_correct:
            return NUM_RUNGS
        hints = self.worksheet.entry(self.blank.id).hints
        return hints - (num_rungs(self.problem, self.blank) - NUM_RUNGS) if hints else 0

    @property
    def numbers_are_shown(self) -> bool:
        """Whether all forward values around the asked edge are shown, so that its local derivative tells none of them."""
        edge, hidden = self.blank.edge, self.hidden_nodes
        if edge is None:
            return True
        return not hidden.intersection(
            (edge.target, *(e.source for e in self.problem.graph.incoming_edges[edge.target]))
        )

    def gradient(self, place_id: str | None) -> Quantity:
        """Return the gradient at a place, as the graph shows it."""
        if place_id is None or place_id not in self._drawn:
            return Quantity("", state="none")
        place, state = self.problem.place(place_id), self.worksheet.state(place_id)
        shape, rows = shape_text(place.shape), self.worksheet.value_text(place_id)
        if not rows:
            return Quantity(UNKNOWN, shape, state, place_id)
        if place.grid is not None and place.grid != (len(rows), len(rows[0])):
            # An answer of another shape has no shape that could be shown in place of it.
            return Quantity(self.worksheet.entry(place_id).text, "", state, place_id)
        return Quantity(self._text(place, rows), shape, state, place_id)

    def hidden(self, place_id: str) -> Quantity:
        """Return the gradient at a place without its value, which the learner has to find in the graph."""
        return Quantity(shape=shape_text(self.problem.place(place_id).shape), place=place_id)

    @staticmethod
    def _text(place: Blank, rows: Sequence[Sequence[str]]) -> str:
        """Return the cells of a place on one line."""
        if place.grid is None:
            return rows[0][0]
        cells = [", ".join(row) for row in rows]
        return (
            f"[{cells[0]}]" if ops.is_vector_shape(place.shape) else "[" + ", ".join(f"[{row}]" for row in cells) + "]"
        )

    def upstream(self) -> Quantity:
        """Return the upstream of the asked edge.

        Where the learner is never asked for it, the hint with the product gives it.
        """
        place_id = self.problem.upstream(self.blank)
        found = self.gradient(place_id)
        if found.state != "none" or self.blank.edge is None:
            return found
        edge = self.blank.edge
        value = self.problem.exact_passes.edges[edge.target, edge.slot].upstream
        shape = shape_text(self.problem.graph.nodes[edge.target].shape)
        # It may depend on any forward value.
        if self.rung < PRODUCT or self.hidden_nodes:
            return Quantity(shape=shape)
        return Quantity(upstream_in_names(self.problem, self.blank) or format_brief(value), shape, "hinted")

    def forward(self, position: int) -> Quantity:
        """Return a node's forward value, unless it is a blank that is not right yet."""
        problem = self.problem
        shape = shape_text(problem.graph.nodes[position].shape)
        if position in self.hidden_nodes:
            return Quantity(shape=shape)
        value = problem.exact_passes.values[position]
        if isinstance(value, MatrixExpr):
            return Quantity(shape or format_value(value), shape, "shown")
        return Quantity(format_brief(value, near_one=problem.needs_extra_digits[position]), shape, "shown")

    def label(self, position: int) -> str:
        """Return the text drawn in a node."""
        node = self.problem.graph.nodes[position]
        return drawn_name(self.problem, position) if node.is_input else node.symbol


def shape_text(shape: Shape) -> str:
    """Return the shape of a matrix; empty for a number."""
    return format_shape(shape) if shape else ""
