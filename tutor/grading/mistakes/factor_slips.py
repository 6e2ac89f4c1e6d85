"""Slips in one of the two factors of a gradient: the upstream gradient or the local derivative, miscopied or off by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.printing import format_number
from tutor.grading.mistakes.candidate import GeneralMistake, is_close
from tutor.grading.mistakes.matching import cell_pairs, is_rounding
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.algebra.ops import Value
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

MISCOPIED_UPSTREAM = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("Then read the upstream gradient again, digit by digit."),
    N_("Did you swap two digits when you copied the upstream gradient?"),
)
FACTOR_OFF_BY_ONE = GeneralMistake(
    "everywhere",
    "any.off-by-one",
    N_("off by one"),
    N_("Then check both factors again: the upstream gradient and the local derivative."),
    N_("Could one of your two factors be off by one?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (FACTOR_OFF_BY_ONE, MISCOPIED_UPSTREAM)

#: How far a cell that is typed with four digits may be off.
_TYPED_TOLERANCE = 5e-4


def slip_in_a_factor(
    problem: Problem, blank: Blank, typed: TypedNumber, value: Value, right: Value
) -> GeneralMistake | None:
    """Return the slip in one factor that leads from the right value to another one; None if there is none.

    `typed` describes the first number that was typed.
    """
    if not blank.edge:
        return None
    gradient = problem.float_passes.edges[blank.edge.target, blank.edge.slot]
    upstream, local = _number(gradient.upstream), _number(gradient.local_gradient)
    if not upstream:
        return None
    if ops.is_matrix(value):
        return FACTOR_OFF_BY_ONE if _is_off_by_one_everywhere(upstream, value, right) else None
    # A factor 1 taken for 0 would leave no gradient at all, which is not a slip of counting.
    if not local or not value:
        return None
    for factor, other in ((upstream, local), (local, upstream)):
        if factor.is_integer() and any(is_rounding(typed, value, (factor + d) * other) for d in (1, -1)):
            return FACTOR_OFF_BY_ONE
    if any(is_rounding(typed, value, miscopied * local) for miscopied in _with_swapped_digits(upstream)):
        return MISCOPIED_UPSTREAM
    return None


def _number(value: Value) -> float | None:
    """Return a number, also from a matrix of one cell; None for other matrices."""
    if value is None or (ops.is_matrix(value) and value.size > 1):
        return None
    return float(value.ravel()[0] if ops.is_matrix(value) else value)


def _is_off_by_one_everywhere(upstream: float, value: Value, right: Value) -> bool:
    """Return whether every cell is the right one with an upstream that is one too large or too small."""
    if not upstream.is_integer() or ops.shape_of(value) != ops.shape_of(right):
        return False
    return any(
        all(is_close(cell, true * (1 + d / upstream), _TYPED_TOLERANCE) for cell, true in cell_pairs(value, right))
        for d in (1, -1)
        if upstream != -d
    )


def _with_swapped_digits(number: float) -> Iterator[float]:
    """Yield a number, as it is shown, with two neighbouring digits exchanged, but for a 0 that would come first."""
    mantissa, _, exponent = format_number(number).replace("−", "-").partition("e")
    for i in range(len(mantissa) - 1):
        if mantissa[i : i + 2].isdigit() and mantissa[i] != mantissa[i + 1]:
            swapped = mantissa[:i] + mantissa[i + 1] + mantissa[i] + mantissa[i + 2 :]
            if not swapped.lstrip("-").startswith("0") or mantissa.lstrip("-").startswith("0"):
                yield float(f"{swapped}e{exponent or 0}")
