"""Slips: arithmetic gone wrong on the right way, and answers that are a simple multiple of the right value.

They are looked for when no wrong rule gives an answer. A small whole number next to the right one, twice the right
value or half of it can come about in many ways, so they also cast doubt on a wrong rule that gives the same number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply
from tutor.grading.mistakes.candidate import GeneralMistake, is_close
from tutor.grading.mistakes.matching import cell_pairs
from tutor.grading.tolerances import FLOAT_TOLERANCE, MAX_SLIP_DIGITS, MIN_ROUNDED_DIGITS, SLIP_TOLERANCE
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
    N_("Then check the arithmetic once more, one step at a time."),
    N_("This is close. Could it be a slip in the arithmetic?"),
)
SWAPPED_DIGITS = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("The digits are right, but two of them have changed places. Check the arithmetic."),
    N_("Could two digits have changed places?"),
)
POWER_OF_TEN = GeneralMistake(
    "everywhere",
    "any.slip",
    N_("arithmetic"),
    N_("The digits are right. Check where the point stands."),
    N_("Could the decimal point be in the wrong place?"),
)
OFF_BY_ONE = GeneralMistake(
    "everywhere",
    "any.off-by-one",
    N_("off by one"),
    N_("Then calculate it once more, one step at a time."),
    N_("Could you have miscounted while calculating?"),
)
DOUBLED = GeneralMistake(
    "everywhere",
    "any.doubled",
    N_("counted twice"),
    N_("Then go through your factors once more: each of them counts once."),
    N_("Did you count something twice?"),
)
HALVED = GeneralMistake(
    "everywhere",
    "any.halved",
    N_("divided by 2"),
    N_("Then go through your factors once more. Where does a ½ come from?"),
    N_("Did you divide by 2 along the way?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (DOUBLED, HALVED, OFF_BY_ONE, SLIP, SWAPPED_DIGITS, POWER_OF_TEN)

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
            if all(cell == right == 0 or _is_rounding(typed, cell, factor * right) for typed, cell, right in cells):
                return mistake
    if not ops.is_matrix(value):
        (typed, cell, right), *_ = cells
        if _is_rounding(typed, cell, right + 1) or _is_rounding(typed, cell, right - 1):
            return OFF_BY_ONE
    return None


def find_slip(
    problem: Problem, blank: Blank, answer: ParsedAnswer, value: Value, rights: Sequence[Value]
) -> tuple[GeneralMistake, bool] | None:
    """Return the slip that turns one of `rights` into an answer, and whether it is certain; None if there is none.

    `rights` are the right value and those that follow from the learner's own earlier values.
    """
    for right in rights:
        if ops.shape_of(right) != ops.shape_of(value):
            continue
        found = _slip_from(problem, blank, answer, value, right)
        if found:
            return found
    return None


def _slip_from(
    problem: Problem, blank: Blank, answer: ParsedAnswer, value: Value, right: Value
) -> tuple[GeneralMistake, bool] | None:
    if not ops.is_matrix(value) and value and right:
        typed = answer.typed_cells[0][0]
        if _has_swapped_digits(typed, value, right):
            return SWAPPED_DIGITS, _num_digits(value) > MIN_ROUNDED_DIGITS
        # 2 for 20 may come about in many ways.
        has_digits = _num_digits(value) >= MIN_ROUNDED_DIGITS
        if has_digits and any(_is_rounding(typed, value, right * power) for power in _POWERS_OF_TEN):
            return POWER_OF_TEN, True
    is_near = all(is_close(a, b, SLIP_TOLERANCE) for a, b in cell_pairs(value, right))
    if is_near and (ops.is_matrix(value) or value) and has_arithmetic(problem, blank):
        return SLIP, False
    relation = simple_relation(answer, value, right)
    return (relation, False) if relation else None


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


def _is_rounding(typed: TypedNumber, value: float, right: float) -> bool:
    if is_close(value, right, FLOAT_TOLERANCE):
        return True
    return (
        typed.unit is not None
        and typed.decimal
        and typed.digits >= MIN_ROUNDED_DIGITS
        and abs(value - right) <= float(typed.unit) / 2
    )


def _num_digits(value: float) -> int:
    """Return the significant digits of a number without the zeros at its end."""
    return len(f"{abs(value):.{MAX_SLIP_DIGITS - 1}e}".partition("e")[0].replace(".", "").rstrip("0"))


def _has_swapped_digits(typed: TypedNumber, value: float, right: float) -> bool:
    """Return whether a literal is right except for two neighbouring digits that are exchanged."""
    if typed.unit is None or not MIN_ROUNDED_DIGITS <= typed.digits <= MAX_SLIP_DIGITS:
        return False
    answer_text, true_text = (f"{number:.{typed.digits - 1}e}" for number in (value, right))
    differences = [i for i, (a, b) in enumerate(zip(answer_text, true_text, strict=False)) if a != b]
    if len(answer_text) != len(true_text) or len(differences) != 2:
        return False
    i, j = differences
    are_neighbours = answer_text[i + 1 : j] in ("", ".")
    return are_neighbours and (answer_text[i], answer_text[j]) == (true_text[j], true_text[i])
