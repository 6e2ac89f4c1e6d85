"""Lines along which an array is reduced: all its entries, its columns or its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra.array_functions import resolve_axis
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import broadcast_like, transpose

if TYPE_CHECKING:
    from tutor.algebra.array_reductions import Along
    from tutor.algebra.ops import Shape, Value

#: The arrow after a symbol, by axis.
ARROWS = {None: "", 0: "↓", 1: "→"}


def times_each(number: Value, x: Value) -> Value:
    """Return a number in a form that can be multiplied by a matrix like `x`, also in a batch."""
    return number if isinstance(x, MatrixExpr) else broadcast_like(number, x)


@dataclass(frozen=True)
class Lines:
    """The axis of a reduction in a matrix, None for all entries, and whether the result is a vector without it."""

    axis: int | None
    is_dropped: bool

    @classmethod
    def of(cls, along: Along, shape: Shape) -> Lines:
        """Return the lines of a reduction of a value of this shape."""
        axis = None if along.axis is None else resolve_axis(along.axis, shape, 0, "")
        return cls(axis, not along.keeps)

    def lift(self, value: Value, x: Value) -> Value:
        """Return a value of the result's shape so that it can be multiplied by `x`."""
        if self.axis is None:
            return self.lift_kept(value, x)
        return transpose(value) if self.axis == 1 and self.is_dropped else value

    def lift_kept(self, value: Value, x: Value) -> Value:
        """Return the same for a row, a column or a number."""
        return value if self.axis is not None else times_each(value, x)

    def spread(self, value: Value, x: Value) -> Value:
        """Return a value of the result's shape repeated to the shape of `x`."""
        lifted = self.lift(value, x)
        return lifted if isinstance(x, MatrixExpr) else broadcast_like(lifted, x)
