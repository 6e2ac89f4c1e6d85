"""Check that no other number of an exercise counts as the right answer, because it is nearer than answers must be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Num
from tutor.algebra.printing import format_number, format_value
from tutor.engine.symbolic import has_symbols
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.numeric_equality import Match, TypedNumber, compare_numbers, is_correct_rounding
from tutor.grading.shown_values import as_shown
from tutor.grading.tolerances import FLOAT_TOLERANCE, MAX_CORRECTED_DIGITS, NEAR_TOLERANCE, REQUIRED_DIGITS, Precision
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.expr import Expr
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.checks.target import CheckTarget
    from tutor.packs.diagnostics import Diagnostic, KeyPath
    from tutor.packs.exercise import Variant

_TOO_NEAR = N_(
    "At {blank}, the right value is {right}, but {value} is accepted as well: {what}. Add digits = "
    "{digits} or tolerance = {tolerance} under {table}."
)
_FAR_TOO_NEAR = N_(
    "At {blank}, the right value is {right}, but {value} is accepted as well: {what}. Add tolerance = "
    "{tolerance} under {table}."
)
_WITH_NUMBERS = N_("With {numbers}: {text}")
_MISTAKE = N_("the value of the mistake “{id}”")
_IN_TEXT = N_("a number in the text")
_FORWARD_VALUE = N_("the value of {name}")
_GRADIENT = N_("the gradient at {place}")
_OTHER_ANSWER = N_("the answer to question {n}")

#: The digits with which another number is typed to see whether it counts as right.
_DIGITS_TO_TRY = range(REQUIRED_DIGITS, 7)
#: Only numbers nearer than this can count as right, which floats tell at once: a tenth, and a rounding on top.
_FARTHEST = 0.11
_NUMBER = re.compile(r"(?<![\w.,/^−-])[−-]?\d+(?:\.\d+)?(?:e-?\d+)?(?![\w/^]|[.,]\d)")


@dataclass(frozen=True, slots=True)
class _OwnNumber:
    """A number of the exercise, and what it is. `is_incidental`: it is a value of the graph, as the numbers have it."""

    value: float
    what: Message
    text: str = ""
    is_incidental: bool = False


def check(target: CheckTarget, variants: Sequence[Variant]) -> Iterator[Diagnostic]:
    """Yield an error for each blank at which another number of the exercise counts as right, a warning at a graph's value.

    With fresh numbers only mistakes and other answers are compared: two values of a graph may be near by chance.
    """
    reported: set[str] = set()
    for variant in variants:
        for blank in variant.problem.blanks:
            if blank.id in reported:
                continue
            found = _nearest_accepted(variant, blank)
            if found is not None:
                reported.add(blank.id)
                key_path, table = _place_of(target, variant.problem, blank)
                report = target.warning if found.is_incidental else target.error
                yield report(_message(variant.problem, blank, found, table), *key_path)


def _nearest_accepted(variant: Variant, blank: Blank) -> _OwnNumber | None:
    """Return the nearest other number that counts as right at a blank whose answer is one number."""
    problem = variant.problem
    truth = None if blank.shape else problem.truth(blank)
    if truth is None or has_symbols(truth):
        return None
    right = problem.truth_in_floats(blank)
    near = [
        other
        for other in _own_numbers(variant, blank)
        if 0 < abs(other.value - right) <= _FARTHEST * abs(right)
        and abs(other.value - right) > FLOAT_TOLERANCE * abs(right)
    ]
    precision = problem.precision_at(blank)
    accepted = [other for other in near if _counts_as_right(other.value, truth, precision)]
    return min(accepted, key=lambda other: abs(other.value - right), default=None)


def _own_numbers(variant: Variant, blank: Blank) -> Iterator[_OwnNumber]:
    problem = variant.problem
    if blank.kind == "question" or blank.id in problem.author_notes:
        own = (
            {mistake.id for mistake in problem.author_notes[blank.id].mistakes}
            if blank.id in problem.author_notes
            else ()
        )
        for candidate in candidates_at(problem, blank):
            is_number = isinstance(candidate.value, float | int)
            if is_number and (blank.kind == "question" or candidate.id in own):
                yield _OwnNumber(float(candidate.value), message(_MISTAKE, id=candidate.id))
    for other in problem.question_blanks:
        if other.id != blank.id and other.shape is None and problem.question(other).has_value:
            number = None if has_symbols(problem.truth(other)) else problem.truth_in_floats(other)
            if number is not None and as_shown(number) != as_shown(problem.truth_in_floats(blank)):
                yield _OwnNumber(number, message(_OTHER_ANSWER, n=other.id.removeprefix("q")))
    if variant.seed is None:
        yield from _numbers_in_text(variant, blank)
        yield from _values_of_graph(problem, blank)


def _numbers_in_text(variant: Variant, blank: Blank) -> Iterator[_OwnNumber]:
    """Yield the numbers in a question and its choices, or in the exercise's text, but not the right one, rounded."""
    problem, truth = variant.problem, variant.problem.truth(blank)
    texts = [variant.text()]
    if blank.kind == "question":
        texts = [str(problem.question(blank).prompt)]
    for text in texts:
        for match in _NUMBER.finditer(text):
            literal = Num(Fraction(match[0].replace("−", "-")), match[0].replace("−", "-").lstrip("-"))
            if not is_correct_rounding(TypedNumber.from_expr(literal, literal), truth):
                yield _OwnNumber(float(literal.value), message(_IN_TEXT), match[0])


def _values_of_graph(problem: Problem, blank: Blank) -> Iterator[_OwnNumber]:
    """Yield the values of the graph that a learner can tell from the right one on the screen."""
    right = problem.truth_in_floats(blank)

    def own(number: float, what: Message) -> Iterator[_OwnNumber]:
        if abs(number - right) > float(NEAR_TOLERANCE) * abs(right) and as_shown(number) != as_shown(right):
            yield _OwnNumber(number, what, is_incidental=True)

    for node, value in zip(problem.graph.nodes, problem.exact_passes.values, strict=True):
        if node.shape is None and not has_symbols(value):
            yield from own(
                nearest_float(value), message(_FORWARD_VALUE, name=problem.graph.label(problem.graph.position[node.id]))
            )
    for place in problem.places:
        if place.id != blank.id and place.shape is None and not has_symbols(problem.truth(place)):
            yield from own(problem.truth_in_floats(place), message(_GRADIENT, place=place_name(problem, place)))


def _counts_as_right(number: float, truth: Expr, precision: Precision) -> bool:
    """Return whether a number counts as right with some number of digits, although it is not the truth."""
    for digits in _DIGITS_TO_TRY:
        text = f"{abs(number):.{digits - 1}e}"
        literal = Num(Fraction(text), text)
        typed = TypedNumber.from_expr(literal, literal if number > 0 else Num(-literal.value))
        is_truth = isinstance(truth, Num) and isinstance(typed.value, Num) and typed.value.value == truth.value
        if not is_truth and compare_numbers(typed, truth, precision) is Match.EQUAL:
            return True
    return False


def _message(problem: Problem, blank: Blank, other: _OwnNumber, table: str) -> Message:
    truth, right = problem.truth(blank), problem.truth_in_floats(blank)
    digits = next(
        (
            n
            for n in range(REQUIRED_DIGITS + 1, MAX_CORRECTED_DIGITS + 1)
            if not _counts_as_right(other.value, truth, Precision.demanded(n, None))
        ),
        None,
    )
    shown = next(
        n
        for n in range(REQUIRED_DIGITS + 1, MAX_CORRECTED_DIGITS + 4)
        if format_number(other.value, n) != format_number(right, n)
    )
    text = message(
        _TOO_NEAR if digits else _FAR_TOO_NEAR,
        value=other.text or format_number(other.value, shown),
        blank=place_name(problem, blank),
        right=format_number(right, shown),
        what=other.what,
        digits=digits,
        tolerance=f"{abs(other.value - right) / abs(right) / 2:.1g}",
        table=table,
    )
    numbers = ", ".join(f"{name} = {format_value(value)}" for name, value in problem.inputs.items())
    return message(_WITH_NUMBERS, numbers=numbers, text=text) if numbers else text


def _place_of(target: CheckTarget, problem: Problem, blank: Blank) -> tuple[KeyPath, str]:
    """Return the key to blame for a blank, and the table in which its precision is set."""
    if blank.kind == "question":
        return ("question", int(blank.id.removeprefix("q")) - 1, "answer"), "[[question]]"
    names = (name for name in target.source.data.get("blank", {}) if problem.has_place(name))
    name = next((name for name in names if problem.place(name).id == blank.id), None)
    table = f'[blank."{name or blank.id}"]'
    return (("graph",) if name is None else ("blank", name)), table
