"""Slips: arithmetic gone wrong on the right way, and answers that are a simple multiple of the right value.

They are looked for when no wrong rule gives an answer. A small whole number next to the right one, twice the right
value or half of it can come about in many ways, so they also cast doubt on a wrong rule that gives the same number.
"""

from __future__ import annotations

from math import log10
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply
from tutor.grading.mistakes import factor_slips
from tutor.grading.mistakes.candidate import GeneralMistake, is_close
from tutor.grading.mistakes.factor_slips import slip_in_a_factor
from tutor.grading.mistakes.matching import cell_pairs, is_rounding
from tutor.grading.mistakes.nodes import COMPARISONS
from tutor.grading.tolerances import MAX_SLIP_DIGITS, MIN_ROUNDED_DIGITS, SLIP_TOLERANCE
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

SLIP = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("Then check the arithmetic again, one step at a time."),
    N_("This is close. Did you make a slip in the arithmetic?"),
)
SWAPPED_DIGITS = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("The digits are right, but two of them are swapped. Which two?"),
    N_("Did you swap two digits?"),
)
POWER_OF_TEN = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("The digits are right. Where does the decimal point belong?"),
    N_("Could the decimal point be in the wrong place?"),
)
MISCOUNTED_DIGITS = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("Then type it again, digit by digit."),
    N_("Did you leave out a digit, or type one twice?"),
)
OFF_BY_ONE = GeneralMistake(
    "everywhere",
    "any.off-by-one",
    N_("off by one"),
    N_("Then calculate it again, one step at a time."),
    N_("Did you miscount by one somewhere?"),
)
DOUBLED = GeneralMistake(
    "everywhere",
    "any.doubled",
    N_("counted twice"),
    N_("Then go through your calculation again: what did you count twice?"),
    N_("Did you count something twice?"),
)
HALVED = GeneralMistake(
    "everywhere",
    "any.halved",
    N_("divided by 2"),
    N_("Then go through your calculation again: where does the ½ come from?"),
    N_("Did you divide by 2 along the way?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(DOUBLED, HALVED, OFF_BY_ONE, *factor_slips.GENERAL_MISTAKES),
    *(SLIP, SWAPPED_DIGITS, POWER_OF_TEN, MISCOUNTED_DIGITS),
)

#: Operations that move numbers without calculating with them.
_COPYING_OPERATIONS = frozenset({"transpose", "sum", "sum.0", "sum.1"})
_POWERS_OF_TEN = tuple(10.0**k for k in (-3, -2, -1, 1, 2, 3))


def simple_relation(answer: ParsedAnswer, value: Value, truth: Value) -> GeneralMistake | None:
    """Return how a wrong answer relates to the right value: twice it, half of it, or off by one.

    `value` is the answer's value in floats, which may have been rounded when it was typed.
    """
    typed_cells = [typed for row in answer.typed_cells for typed in row]
    cells = list(zip(typed_cells, *zip(*cell_pairs(value, truth), strict=True), strict=True))
    if any(right for _, _, right in cells):
        for factor, mistake in ((2.0, DOUBLED), (0.5, HALVED)):
            if all(cell == right == 0 or is_rounding(typed, cell, factor * right) for typed, cell, right in cells):
                return mistake
    if not ops.is_matrix(value):
        (typed, cell, right), *_ = cells
        if is_rounding(typed, cell, right + 1) or is_rounding(typed, cell, right - 1):
            return OFF_BY_ONE
    return None


def other_explanation(
    problem: Problem, blank: Blank, answer: ParsedAnswer, value: Value, right: Value
) -> GeneralMistake | None:
    """Return the slip that gives a wrong answer as well, so that the rule that gives it is in doubt; None without one.

    `right` is the right value, or what follows from the learner's own earlier values, in the shape of the answer.
    """
    if not _is_calculated(problem, blank):
        return None
    typed, value, right = answer.typed_cells[0][0], _unwrapped(value), _unwrapped(right)
    relation = simple_relation(answer, value, right) or slip_in_a_factor(problem, blank, typed, value, right)
    if relation or ops.is_matrix(value) or not (value and right):
        return relation
    if _has_swapped_digits(typed, value, right):
        return SWAPPED_DIGITS
    return POWER_OF_TEN if _is_other_power_of_ten(typed, value, right) else None


def _is_other_power_of_ten(typed: TypedNumber, value: float, right: float) -> bool:
    """Return whether only the point is wrong. A single digit, 2 for 20, may come about in many ways."""
    has_digits = _num_digits(value) >= MIN_ROUNDED_DIGITS
    return has_digits and any(is_rounding(typed, value, right * power) for power in _POWERS_OF_TEN)


def _unwrapped(value: Value) -> Value:
    """Return the number in a matrix of one cell, any other value as it is."""
    return float(value.ravel()[0]) if ops.is_matrix(value) and value.size == 1 else value


def find_slip(
    problem: Problem, blank: Blank, answer: ParsedAnswer, value: Value, rights: Sequence[Value]
) -> tuple[GeneralMistake, bool] | None:
    """Return the slip that turns one of `rights` into an answer, and whether it is certain; None if there is none.

    `rights` are the right value and those that follow from the learner's own earlier values.
    """
    for right in rights if _is_calculated(problem, blank) else ():
        if ops.shape_of(right) != ops.shape_of(value):
            continue
        found = _slip_from(problem, blank, answer, _unwrapped(value), _unwrapped(right))
        if found:
            return found
    return None


def _slip_from(
    problem: Problem, blank: Blank, answer: ParsedAnswer, value: Value, right: Value
) -> tuple[GeneralMistake, bool] | None:
    typed = answer.typed_cells[0][0]
    if not ops.is_matrix(value) and value and right:
        if _has_swapped_digits(typed, value, right):
            return SWAPPED_DIGITS, _num_digits(value) > MIN_ROUNDED_DIGITS
        if _is_other_power_of_ten(typed, value, right):
            return POWER_OF_TEN, True
    is_near = all(is_close(a, b, SLIP_TOLERANCE) for a, b in cell_pairs(value, right))
    if is_near and (ops.is_matrix(value) or value) and has_arithmetic(problem, blank):
        return SLIP, False
    relation = simple_relation(answer, value, right) or slip_in_a_factor(problem, blank, typed, value, right)
    if relation:
        return relation, False
    if not ops.is_matrix(value) and _has_miscounted_digits(typed, value, right):
        return MISCOUNTED_DIGITS, False
    return None


def _are_neighbours_swapped(a: str, b: str) -> bool:
    differences = [i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y]
    if len(a) != len(b) or len(differences) != 2:
        return False
    i, j = differences
    return a[i + 1 : j] in ("", ".") and (a[i], a[j]) == (b[j], b[i])


def _has_miscounted_digits(typed: TypedNumber, value: float, right: float) -> bool:
    """Return whether a literal is right except that a digit is missing or typed twice."""
    if typed.unit is None or not 1 < typed.digits <= MAX_SLIP_DIGITS or value * right <= 0:
        return False
    places = max(0, -round(log10(typed.unit)))
    mine = f"{abs(value):.{places}f}"
    for true_places in {places, places + 1, max(places - 1, 0)}:
        true = f"{abs(right):.{true_places}f}"
        longer, shorter = (true, mine) if len(true) > len(mine) else (mine, true)
        # A single digit, 0.5 for 0.48, would fit many numbers.
        has_digits = len(shorter.replace(".", "").lstrip("0")) > 1
        if len(longer) == len(shorter) + 1 and has_digits and _misses_one_digit(longer, shorter):
            return True
    return False


def _misses_one_digit(longer: str, shorter: str) -> bool:
    """Return whether `shorter` is `longer` without one digit in the middle or at the front."""
    i = next((i for i, (a, b) in enumerate(zip(longer, shorter, strict=False)) if a != b), len(shorter))
    return longer[i].isdigit() and longer[:i] + longer[i + 1 :] == shorter


def _is_calculated(problem: Problem, blank: Blank) -> bool:
    """Return whether the value at a blank comes from a calculation: not a start, nor a comparison's 0 or 1."""
    if blank.kind == "forward":
        return problem.graph.nodes[blank.node].op not in (*COMPARISONS, "sign", "detach")
    return blank.kind != "start"


def has_arithmetic(problem: Problem, blank: Blank) -> bool:
    """Return whether something is calculated at a blank, so that a slip is possible: not where a value is passed on."""
    if blank.kind == "question":
        return isinstance(problem.question(blank).formula, Apply)
    if not blank.edge:
        return blank.kind != "start"
    if problem.graph.nodes[blank.edge.target].op in _COPYING_OPERATIONS:
        return False
    gradient = problem.float_passes.edges[blank.edge.target, blank.edge.slot]
    factors = (gradient.upstream, gradient.local_gradient)
    return not any(_is_one(factor) for factor in factors)


def _is_one(factor: Value) -> bool:
    """Return whether multiplying by a factor needs no arithmetic."""
    return factor is not None and not ops.is_matrix(factor) and abs(float(factor)) == 1


def _num_digits(value: float) -> int:
    """Return the significant digits of a number without the zeros at its end."""
    return len(f"{abs(value):.{MAX_SLIP_DIGITS - 1}e}".partition("e")[0].replace(".", "").rstrip("0"))


def _has_swapped_digits(typed: TypedNumber, value: float, right: float) -> bool:
    """Return whether a literal is right except for two neighbouring digits that are exchanged."""
    if typed.unit is None or not MIN_ROUNDED_DIGITS <= typed.digits <= MAX_SLIP_DIGITS:
        return False
    return _are_neighbours_swapped(*(f"{number:.{typed.digits - 1}e}" for number in (value, right)))
