"""Whether an answer leaves no doubt about the mistake that led to it.

A number of few digits is met by many calculations. A mistake is certain only if its value has digits enough that a
wrong number would hardly meet it by chance, if no unrelated mistake has the same value, and if no slip explains the
answer: twice the right value, half of it, off by one, another power of ten. An answer that writes the wrong calculation
out is certain, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num
from tutor.algebra.literals import exact_decimal
from tutor.grading.mistakes.calculations import formula_calculation, is_bare_number, is_same_calculation
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.matching import cell_pairs
from tutor.grading.mistakes.slips import other_explanation
from tutor.grading.tolerances import FLOAT_TOLERANCE, MAX_CHANCE, MIN_TELLING_DIGITS
from tutor.i18n import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.mistakes.candidate import MistakeCandidate
    from tutor.grading.numeric_equality import TypedNumber
    from tutor.grading.problem import Blank, Problem

#: The names of mistakes that say no more than that the sign is wrong.
_ABOUT_THE_SIGN = frozenset(
    {
        "wrong-sign",
        "no-minus",
        "minus-on-first",
        "swapped-sign",
        "turned-round",
        "sign",
        "one-sign",
        "wrong-way",
        "unsigned",
    }
)
#: The digits of a number that has no short decimal, such as e².
_MANY_DIGITS = 9
#: Another mistake counts as near if its value is within this factor of the answer.
_NEAR_FACTOR = 2.5


def is_certain(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    value: Value,
    mistake: MistakeCandidate,
    num_formulas: int,
    rights: Sequence[Value],
) -> bool:
    """Return whether `mistake` surely led to an answer without symbols, whose value in floats is `value`.

    `num_formulas` counts the different wrong formulas that have this value; `rights` are the right value and those that
    follow from the learner's own earlier values.
    """
    if _is_written_out(problem, blank, answer, mistake):
        return True
    if num_formulas > 1:
        return False
    truth = problem.truth_in_floats(blank)
    for right in rights:
        if ops.shape_of(right) == ops.shape_of(value) and other_explanation(problem, blank, answer, value, right):
            return False
    if ops.shape_of(truth) == ops.shape_of(value) and all(
        is_close(a, -b, FLOAT_TOLERANCE) or a == b == 0 for a, b in cell_pairs(value, truth)
    ):
        # The sign is wrong, whatever rule led to that. Of an author's mistakes the author says what they are.
        return mistake.id.rpartition(".")[2] in _ABOUT_THE_SIGN or isinstance(mistake.feedback_template, LocalizedText)
    if ops.is_matrix(value):
        return _telling_digits_of_matrix(answer) > MIN_TELLING_DIGITS
    digits = telling_digits(answer.typed_cells[0][0])
    return digits >= MIN_TELLING_DIGITS and _chance(problem, blank, float(value), digits) <= MAX_CHANCE


def _is_written_out(problem: Problem, blank: Blank, answer: ParsedAnswer, mistake: MistakeCandidate) -> bool:
    """Return whether the answer is the wrong calculation itself, in numbers or in names."""
    if is_bare_number(answer.expr) or mistake.calculation is None:
        return False
    calculation = mistake.calculation()
    typed = formula_calculation(answer.expr, problem.names_at(blank))
    return calculation is not None and typed is not None and is_same_calculation(typed, calculation)


def telling_digits(typed: TypedNumber) -> int:
    """Return how many digits of a typed number matter: 120, 0.012 and 5.10 have two."""
    if isinstance(typed.value, Num):
        number = typed.value.value
        decimal = exact_decimal(number)
        if decimal is None:
            return len(str(number.numerator).lstrip("-")) + len(str(number.denominator))
        return len(decimal.lstrip("-").replace(".", "").strip("0"))
    return _MANY_DIGITS


def _telling_digits_of_matrix(answer: ParsedAnswer) -> int:
    """Return the digits of all different cells, leaving out signs and zeros."""
    digits = {}
    for row in answer.typed_cells:
        for typed in row:
            key = abs(typed.value.value) if isinstance(typed.value, Num) else typed.value
            digits[key] = telling_digits(typed)
    return sum(digits.values())


def _chance(problem: Problem, blank: Blank, value: float, digits: int) -> float:
    """Return how likely a number of that many digits meets one of the known mistakes by chance."""
    near: set[float] = set()
    for candidate in candidates_at(problem, blank):
        if ops.is_matrix(candidate.value):
            continue
        ratio = abs(float(candidate.value) / value) if value else 0.0
        if 1 / _NEAR_FACTOR <= ratio <= _NEAR_FACTOR:
            near.add(round(float(candidate.value), 12))
    if not value:
        return 1.0
    # The numbers of so many digits between half of the value and twice the value; a float has no more than 17.
    digits = min(digits, 17)
    leading = float(f"{abs(value):.{digits - 1}e}".partition("e")[0])
    num_numbers = 1.5 * leading * 10.0 ** (digits - 1)
    return len(near) / num_numbers
