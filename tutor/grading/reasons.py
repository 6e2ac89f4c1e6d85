"""Why an answer is wrong: the mistake it follows, the place it belongs to, or what to look at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.evaluate import describe
from tutor.algebra.show import show_number
from tutor.algebra.tree import Expr, lift
from tutor.algebra.values import Value
from tutor.engine.symbolic import has_symbols
from tutor.grading.apart import Apart
from tutor.grading.at_nodes import NOT_THE_END
from tutor.grading.blank_words import fill
from tutor.grading.classes import by_accident
from tutor.grading.comparing import all_equal, compare_cells, difference, list_cells
from tutor.grading.equality import Typed, tolerance
from tutor.grading.identity import Outcome
from tutor.grading.mistakes import suspects
from tutor.grading.problem import Blank, Problem
from tutor.grading.reading import Answer
from tutor.grading.suspect import POWER_OF_TEN, SLIP, SWAPPED_DIGITS, Named, Suspect, near
from tutor.grading.verdict import Kind, Verdict
from tutor.grading.wording import place_name
from tutor.i18n import N_, Message, Text, message

_ANOTHER_EDGE = N_("That value belongs somewhere else in this graph. Which edge is marked now?")
_IN_THE_GRAPH = N_("That value stands in the graph. What is asked here is something else: read the question once more.")


def why_not(
    problem: Problem,
    blank: Blank,
    answer: Answer,
    text: str,
    cells: tuple[tuple[bool, ...], ...] | None,
    held: Value = None,
) -> Verdict:
    """The verdict on an answer that is not right. `held` is the learner's own upstream, where that is wrong."""
    words = fill(problem, blank, text)
    if problem.symbolic or (answer.formula and (has_symbols(answer.value) or has_symbols(problem.truth(blank)))):
        return _why_no_formula(problem, blank, answer, words, cells, held)
    value = values.each(nearest_float, answer.value)
    fitting = suspected(problem, blank, answer, held)
    if fitting:
        return _mistaken(problem, blank, fitting, words, cells)
    truth = problem.truth(blank)
    if values.shape(value) != values.shape(truth):
        return Verdict(Kind.WRONG_SHAPE, _wrong_shape(values.shape(value), values.shape(truth)))
    for other in problem.blanks:
        if other.id != blank.id and other.kind != "question" and _equals(answer, value, problem, other):
            return Verdict(
                Kind.ELSEWHERE,
                message(_IN_THE_GRAPH if blank.kind == "question" else _ANOTHER_EDGE),
                cells=cells,
            )
    slip = _slip(answer, value, problem.truth_in_floats(blank))
    if slip:
        return Verdict(Kind.MISTAKEN, message(slip.says), slip.id, cells)
    if cells is not None and any(cell for row in cells for cell in row):
        wrong = list_cells(cells, False)
        return Verdict(
            Kind.WRONG, message(N_("Some cells are right. Look again at {cells}."), cells=wrong), cells=cells
        )
    return Verdict(Kind.WRONG, _nothing_recognised(problem, blank, words), cells=cells)


def suspected(problem: Problem, blank: Blank, answer: Answer, held: Value = None) -> list[Suspect]:
    """The mistakes that lead to an answer without symbols, the likeliest first. `held` as in `why_not`."""
    value = values.each(nearest_float, answer.value)
    own = None if held is None else values.each(nearest_float, held)
    fitting = [suspect for suspect in suspects(problem, blank, own) if _is_it(answer, value, suspect.value)]
    # Who typed exactly what one of them gives did not round what another one gives.
    return sorted(fitting, key=lambda suspect: not _is_exactly(value, suspect.value))


def _why_no_formula(
    problem: Problem,
    blank: Blank,
    answer: Answer,
    words: Mapping[str, Any],
    cells: tuple[tuple[bool, ...], ...] | None,
    held: Value,
) -> Verdict:
    """The same where symbols are involved: mistakes are formulas, and a point shows the difference."""
    truth = problem.truth(blank)
    apart = Apart(problem.domains)
    off = tolerance() if any(typed.decimal or typed.unit for row in answer.typed for typed in row) else None

    def is_it(value: Value) -> bool:
        # Nearly everything is ruled out at one point; what is left is compared in full.
        exact = values.each(_lifted, value)
        return not apart(answer.value, exact, off) and all_equal(compare_cells(answer, exact))

    for suspect in suspects(problem, blank, held):
        if is_it(suspect.value):
            return Verdict(Kind.MISTAKEN, _said_to(problem, blank, suspect, words), suspect.id, cells)
    if values.shape(answer.value) != values.shape(truth):
        return Verdict(Kind.WRONG_SHAPE, _wrong_shape(values.shape(answer.value), values.shape(truth)))
    for other in problem.blanks:
        if other.id == blank.id or other.kind == "question" or other.shape != blank.shape:
            continue
        if is_it(problem.truth(other)):
            return Verdict(
                Kind.ELSEWHERE,
                message(_IN_THE_GRAPH if blank.kind == "question" else _ANOTHER_EDGE),
                cells=cells,
            )
    return Verdict(Kind.WRONG, _witness(answer, truth) or _nothing_recognised(problem, blank, words), cells=cells)


def _witness(answer: Answer, truth: Value) -> Message | None:
    """Where the answer and the right formula part: a point, and both values there."""
    rows = truth if values.is_matrix(truth) else [[truth]]
    pairs = ((typed, rows[i][j]) for i, line in enumerate(answer.typed) for j, typed in enumerate(line))
    found = next((f for typed, right in pairs if (f := difference(typed, right)).outcome is not Outcome.SAME), None)
    if found is None or found.point is None or found.truth is None:
        return None
    at = ", ".join(f"{name} = {show_number(value)}" for name, value in found.point.items())
    needed = _plainly(found.truth)
    if found.mine is None:
        return message(N_("At {at} yours has no value; needed is {needed}."), at=at, needed=needed)
    mine = _plainly(found.mine)
    if mine == needed:
        return message(N_("Yours is near, but not the same: at {at} they differ far behind the point."), at=at)
    return message(N_("At {at} yours is {mine}; needed is {needed}."), at=at, mine=mine, needed=needed)


def _plainly(value: float) -> str:
    """A value at a point; a whole number without zeros behind it."""
    return show_number(Fraction(round(value)) if value == round(value) else value)


def _lifted(cell: Expr | float) -> Expr:
    """A number that is no tree yet as one."""
    return cell if isinstance(cell, Expr) else lift(Fraction(cell))


def _mistaken(
    problem: Problem,
    blank: Blank,
    fitting: Sequence[Suspect],
    words: Mapping[str, Any],
    cells: tuple[tuple[bool, ...], ...] | None,
) -> Verdict:
    """The likeliest of the mistakes that lead to an answer; a guess where another one only happens to."""
    first = fitting[0]
    says = _said_to(problem, blank, first, words)
    if not isinstance(first.says, Text) and by_accident(problem, blank, fitting):
        says = message(N_("Perhaps it is this. {text}"), text=says)
    return Verdict(Kind.MISTAKEN, says, first.id, cells)


def _said_to(problem: Problem, blank: Blank, suspect: Suspect, words: Mapping[str, Any]) -> Message:
    """What is said to a mistake; where it was made on a wrong upstream of the learner's, that as well."""
    says = suspect.said(words)
    upstream = problem.upstream(blank)
    if not suspect.own or upstream is None:
        return says
    at = place_name(problem, problem.place(upstream))
    return message(N_("This goes on from your value at {at}, which isn't right yet. {text}"), at=at, text=says)


def _is_it(answer: Answer, value: Value, wrong: Value) -> bool:
    """Whether the answer is what a mistake leads to, as exactly as it was typed."""
    if values.shape(value) != values.shape(wrong):
        return False
    if not values.is_matrix(value):
        return _near_typed(answer.typed[0][0], value, float(wrong))
    # Beside decimals a whole number may be rounded as well.
    decimal = any(typed.decimal for row in answer.typed for typed in row)
    return all(
        _near_typed(replace(answer.typed[i][j], decimal=decimal), cell, float(wrong[i, j]))
        for (i, j), cell in _cells(value)
    )


def _is_exactly(value: Value, wrong: Value) -> bool:
    if not values.is_matrix(value):
        return near(value, float(wrong), 1e-9)
    return all(near(cell, float(wrong[i, j]), 1e-9) for (i, j), cell in _cells(value))


def _cells(value: Value) -> list[tuple[tuple[int, int], float]]:
    return [((i, j), float(cell)) for i, row in enumerate(value) for j, cell in enumerate(row)]


def _near_typed(typed: Typed, value: float, wrong: float) -> bool:
    if not typed.decimal:
        # A whole number of some digits is what a longer one is rounded to.
        rounded = typed.unit == 1 and typed.digits > 3 and abs(value - wrong) <= 0.5
        return rounded or near(value, wrong, 1e-9) or (value == 0 and abs(wrong) < 1e-12)
    if near(value, wrong, 0.005):
        return True
    return typed.unit is not None and typed.digits >= 2 and abs(value - wrong) <= float(typed.unit) / 2


def _equals(answer: Answer, value: Value, problem: Problem, blank: Blank) -> bool:
    truth, nearly = problem.truth(blank), problem.truth_in_floats(blank)
    if values.shape(value) != values.shape(truth):
        return False
    # Floats rule out nearly every blank; exact arithmetic on all of them would be felt while typing.
    pairs = zip(value.ravel(), nearly.ravel(), strict=True) if values.is_matrix(value) else ((value, nearly),)
    if not all(near(float(a), float(b), 0.01) for a, b in pairs):
        return False
    return all_equal(compare_cells(answer, truth))


def _slip(answer: Answer, value: Value, truth: Value) -> Named | None:
    """Arithmetic, not concept: within 5 %, two digits exchanged, or a power of ten off."""
    if values.is_matrix(value):
        close = all(near(float(a), float(b), 0.05) for a, b in zip(value.ravel(), truth.ravel(), strict=True))
        return SLIP if close else None
    if value == 0 or truth == 0:
        return None
    if _swapped_digits(answer.typed[0][0], value, truth):
        return SWAPPED_DIGITS
    if near(value, truth, 0.05):
        return SLIP
    if any(near(value, truth * 10.0**k, 0.005) for k in (-3, -2, -1, 1, 2, 3)):
        return POWER_OF_TEN
    return None


def _swapped_digits(typed: Typed, value: float, truth: float) -> bool:
    """Whether a number that was typed as such is the right one, but for two digits next to each other."""
    if typed.unit is None or typed.digits < 2 or typed.digits > 15:
        return False
    mine, right = (f"{number:.{typed.digits - 1}e}" for number in (value, truth))
    places = [place for place, (a, b) in enumerate(zip(mine, right, strict=False)) if a != b]
    if len(mine) != len(right) or len(places) != 2:
        return False
    first, last = places
    between = mine[first + 1 : last]
    return between in ("", ".") and (mine[first], mine[last]) == (right[last], right[first])


def _wrong_shape(typed: tuple[int, int] | None, needed: tuple[int, int] | None) -> Message:
    if needed is None:
        return message(N_("Asked is one number; you gave a matrix of {typed}."), typed=describe(typed))
    if typed is None:
        return message(
            N_("The answer has the shape of the value that flowed here, {needed}; you gave one number."),
            needed=describe(needed),
        )
    return message(
        N_("The answer has the shape of the value that flowed here, {needed}; yours is {typed}."),
        needed=describe(needed),
        typed=describe(typed),
    )


def _nothing_recognised(problem: Problem, blank: Blank, words: Mapping[str, Any]) -> Message:
    if blank.kind == "question":
        return message(N_("Not yet. Read the question once more, or ask for a hint."))
    if blank.kind == "forward":
        return Message(N_("Take what flows into {node} and do what its sign says. Which numbers are they?"), words)
    if blank.kind == "start" and not problem.starts_at_one:
        return Message(NOT_THE_END, words)
    if blank.kind == "start":
        return Message(N_("If {name} moves by 1, by how much does {name} move?"), words)
    if blank.kind == "sum":
        return Message(
            N_("What came back along {n} lines meets here. Which lines are they, and how do their values go together?"),
            words,
        )
    return Message(
        N_(
            "Two things make this value: what reached {node} from the right, and how much {node} moves when "
            "only this line moves. Which of the two are you unsure of?"
        ),
        words,
    )
