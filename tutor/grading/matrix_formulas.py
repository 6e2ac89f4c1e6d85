"""Judging of formulas of matrices, at points with numbers for the sizes and the entries.

A formula is right if it has the right value at every point. The mistakes of a wrong one are those made with the numbers of
two points, so each has to explain both.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.balls import BALL_CACHE
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, as_expr, free_names, postorder
from tutor.algebra.limits import ANSWER
from tutor.algebra.precision import PRECISIONS, working_precision
from tutor.algebra.printing import format_value
from tutor.grading.answer import parse_answer
from tutor.grading.diagnosis import COUNTEREXAMPLES, feedback_on, misplaced_message, shape_message
from tutor.grading.follow_through import follow_through, follow_through_message
from tutor.grading.general_feedback import fallback_message
from tutor.grading.matrix_points import points_of, small_points_of, value_at
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.matching import matches_exactly
from tutor.grading.mistakes.matrices import SIGNS_OF_FORMULA, find_pattern
from tutor.grading.verdict import Verdict, VerdictKind
from tutor.grading.wording import template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.grading.answer import ParsedAnswer
    from tutor.grading.matrix_points import PointProblem
    from tutor.grading.problem import Blank, Problem

#: Values that agree at this precision are equal.
_BITS = PRECISIONS[1]
#: A mistake must explain an answer at so many points.
_NUM_MISTAKE_POINTS = 2
#: A counterexample shows matrices with at most so many entries together, and so many in each value.
_MAX_SHOWN_ENTRIES, _MAX_SHOWN_VALUE = 14, 9

_UNDECIDABLE = N_("This can't be computed precisely enough to compare. Write it in another form.")


def judge_matrix_formula(
    problem: Problem,
    blank: Blank,
    answer: ParsedAnswer,
    text: str,
    wrong_values: Mapping[str, Value],
    earlier: Sequence[str],
) -> Verdict | None:
    """Return the verdict on a formula of matrices, None if it is right. The arguments are those of `grade`."""
    judge = _Judge(problem, blank, answer)
    if not judge.points:
        return Verdict(VerdictKind.UNDECIDED, message(_UNDECIDABLE))
    if judge.has_right_shape and judge.is_right:
        return None
    return (
        judge.carried_verdict(wrong_values)
        or judge.mistake_verdict(text, wrong_values)
        or judge.misplaced_verdict()
        or judge.wrong_verdict(text, earlier)
    )


class _Judge:
    """An answer at one blank, with its values at the points."""

    def __init__(self, problem: Problem, blank: Blank, answer: ParsedAnswer) -> None:
        self.problem, self.blank, self.answer = problem, blank, answer
        self.points = points_of(problem)
        has_decimals = any(isinstance(part, Num) and part.is_decimal for part in postorder(answer.expr))
        self.tolerance = problem.precision_at(blank).tolerance if has_decimals else None

    @cached_property
    def shape(self) -> Shape:
        """The shape of the answer, in the names of sizes."""
        return ops.shape_of(self.answer.value)

    @property
    def has_right_shape(self) -> bool:
        return self.shape == self.blank.shape

    @cached_property
    def values(self) -> Sequence[Value]:
        """The answer at each point; None where it has no value."""
        return [_evaluate_at(point, self.blank, self.answer.expr) for point in self.points]

    @property
    def is_right(self) -> bool:
        return self.equals(point.truth(point.place(self.blank.id)) for point in self.points)

    def equals(self, truths: Iterator[Value]) -> bool:
        """Return whether the answer has these values at the points."""
        return all(
            value is not None and is_equal(value, truth, self.tolerance)
            for value, truth in zip(self.values, truths, strict=False)
        )

    def carried_verdict(self, wrong_values: Mapping[str, Value]) -> Verdict | None:
        """Return the verdict on a right step from the learner's wrong values; None if it is none."""
        place = ""
        for point, value in zip(self.points, self.values, strict=True):
            wrong = _wrong_values_at(point, wrong_values)
            followed = follow_through(point, point.place(self.blank.id), wrong)
            if followed is None or value is None or not is_equal(value, followed[1], self.tolerance):
                return None
            place = followed[0]
        return Verdict(VerdictKind.CARRIED, follow_through_message(self.problem, place, wrong_values[place]))

    def mistake_verdict(self, text: str, wrong_values: Mapping[str, Value]) -> Verdict | None:
        """Return the verdict that names the mistake which explains the answer; None if there is none."""
        values = template_values(self.problem, self.blank, text)
        # The numbers of later points coincide less often.
        chosen = list(zip(self.points, self.values, strict=True))[-_NUM_MISTAKE_POINTS:]
        explained: list[dict[Any, tuple[str, Message]]] = []
        for point, value in chosen:
            if value is None:
                return None
            explained.append(dict(self._explanations(point, ops.nearest_floats(value), values, wrong_values)))
        for key, (mistake, feedback) in explained[0].items():
            if all(key in other for other in explained):
                return Verdict(VerdictKind.MISTAKEN, self._with_shapes(feedback), mistake)
        return None

    def _with_shapes(self, feedback: Message) -> Message:
        if self.has_right_shape:
            return feedback
        return message(N_("{first} {rest}"), first=shape_message(self.shape, self.blank), rest=feedback)

    def _explanations(
        self, point: PointProblem, value: Value, values: Mapping[str, Any], wrong_values: Mapping[str, Value]
    ) -> Iterator[tuple[Any, tuple[str, Message]]]:
        """Yield a key, the id and the feedback of each mistake that gives the answer's value at a point."""
        blank = point.place(self.blank.id)
        upstream = _wrong_values_at(point, wrong_values).get(point.upstream(blank) or "")
        wrong_upstream = None if upstream is None else ops.nearest_floats(upstream)
        for candidate in candidates_at(point, blank, wrong_upstream):
            if ops.shape_of(candidate.value) == ops.shape_of(value) and matches_exactly(value, candidate.value):
                yield candidate.key, (candidate.id, feedback_on(self.problem, self.blank, candidate, values))
        truth = point.truth_in_floats(blank)
        if ops.is_matrix(value) and ops.is_matrix(truth):
            marks = [[False] * truth.shape[1]] * truth.shape[0]
            found = find_pattern(value, truth, marks, ops.is_vector_shape(blank.shape))
            if found is not None and found[1] is None:
                mistake = found[0]
                feedback = SIGNS_OF_FORMULA if "{cells}" in mistake.feedback else mistake.feedback
                yield mistake.id, (mistake.id, message(feedback))

    def misplaced_verdict(self) -> Verdict | None:
        """Return the verdict on an answer of another shape, or with the value of another blank; None otherwise."""
        if not self.has_right_shape:
            return Verdict(VerdictKind.WRONG_SHAPE, shape_message(self.shape, self.blank))
        for other in self.problem.blanks:
            is_other = other.id != self.blank.id and other.kind != "question" and other.shape == self.blank.shape
            if is_other and self.equals(point.truth(point.place(other.id)) for point in self.points):
                return Verdict(VerdictKind.ELSEWHERE, misplaced_message(self.blank, other))
        return None

    def wrong_verdict(self, text: str, earlier: Sequence[str]) -> Verdict:
        """Return the verdict on an answer that nothing explains, with a point that shows the difference if possible."""
        values = template_values(self.problem, self.blank, text)
        fallback = fallback_message(self.problem, self.blank, values, earlier)
        return Verdict(VerdictKind.WRONG, self._counterexample(earlier) or fallback)

    def _counterexample(self, earlier: Sequence[str]) -> Message | None:
        """Return a point at which the answer has another value than the right formula; None if all are too large."""
        names = free_names(self.answer.expr)
        if not names:
            return None
        for point in (*small_points_of(self.problem), *self.points):
            value = _evaluate_at(point, self.blank, self.answer.expr)
            truth = point.truth(point.place(self.blank.id))
            at = None if is_equal(value, truth, self.tolerance) else self._describe(point)
            if at is None or ops.size(truth) > _MAX_SHOWN_VALUE:
                continue
            short, full = COUNTEREXAMPLES["none" if value is None else "value"]
            mine = None if value is None else format_value(value)
            needed = format_value(truth)
            if mine == needed:
                continue
            return Message(
                full if self._is_later_attempt(earlier) else short, {"at": at, "mine": mine, "needed": needed}
            )
        return None

    def _describe(self, point: PointProblem) -> str | None:
        """Return the matrices and numbers of a point that the formulas name; None if they are too large."""
        names = point.names_at(point.place(self.blank.id))
        used = [name for name in names if name in self._names_of_formulas and name not in point.numbers]
        if "up" in used:
            # The right formula may have another name for the same matrix.
            typed = free_names(self.answer.expr)
            used = [name for name in used if name in typed or not is_equal(names[name], names["up"])]
        if sum(ops.size(names[name]) for name in used) > _MAX_SHOWN_ENTRIES:
            return None
        sizes = [name for name in point.numbers if name in self._names_of_formulas]
        return ", ".join(f"{name} = {format_value(names[name])}" for name in [*sizes, *used])

    @cached_property
    def _names_of_formulas(self) -> set[str]:
        """The names in the answer, and those in the right formula that an answer may use."""
        truth = self.problem.truth(self.blank)
        formula = getattr(truth, "expr", truth)
        return free_names(self.answer.expr) | (free_names(formula) if isinstance(formula, Expr) else set())

    def _is_later_attempt(self, earlier: Sequence[str]) -> bool:
        """Return whether the answer is another formula of the right shape than one of the wrong ones before it."""
        for text in earlier:
            try:
                before = parse_answer(self.problem, self.blank, text)
            except AlgebraError:
                continue
            other = _Judge(self.problem, self.blank, before)
            if free_names(before.expr) and other.has_right_shape and not self.equals(iter(other.values)):
                return True
        return False


def is_equal(value: Value, truth: Value, tolerance: Fraction | None = None) -> bool:
    """Return whether two values without symbols are equal, or differ by at most that part of `truth` in each entry."""
    if value is None or truth is None or ops.shape_of(value) != ops.shape_of(truth):
        return False
    pairs = list(zip(map(_as_expr, ops.cells(value)), map(_as_expr, ops.cells(truth)), strict=True))
    with working_precision(_BITS):
        return all(_are_close(a, b, tolerance) for a, b in pairs)


def _as_expr(cell: Any) -> Expr:
    return cell if isinstance(cell, Expr) else as_expr(Fraction(cell))


def _are_close(a: Expr, b: Expr, tolerance: Fraction | None) -> bool:
    if isinstance(a, Num) and isinstance(b, Num):
        return abs(a.value - b.value) <= (tolerance or 0) * abs(b.value)
    left, right = BALL_CACHE(a), BALL_CACHE(b)
    if not left.is_finite() or not right.is_finite():
        return False
    if tolerance is None:
        return bool(left.overlaps(right))
    return bool(abs(left - right) <= BALL_CACHE(Num(tolerance)) * abs(right)) or bool(left.overlaps(right))


def _evaluate_at(point: PointProblem, blank: Blank, tree: Expr) -> Value:
    """Return a formula's value at a point; None if it has none."""
    try:
        return evaluate(tree, point.names_at(point.place(blank.id)), ANSWER)
    except AlgebraError:
        return None


def _wrong_values_at(point: PointProblem, wrong_values: Mapping[str, Value]) -> dict[str, Value]:
    """Return the learner's wrong values with the numbers of a point, without those that have no value there."""
    found = {}
    for place, value in wrong_values.items():
        try:
            found[place] = value_at(value, point.names_at(point.place(place)))
        except AlgebraError:
            continue
    return found
