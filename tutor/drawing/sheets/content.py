"""Contents of a worksheet for paper and of its answer key, independent of the file format."""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from math import isclose
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import number
from tutor.algebra.printing import format_cells, format_value
from tutor.drawing.from_problem import boxes_of
from tutor.drawing.layout.planned import PlannedDrawings
from tutor.drawing.pictures.picture import Picture, picture_of
from tutor.drawing.render_text import render_text
from tutor.drawing.reports.worked import draw_filled
from tutor.drawing.reports.worked_values import WorkedValues, format_full
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.mistakes.labels import mistake_label
from tutor.grading.wording import BRANCH_RULE, describe_blank, place_name
from tutor.i18n import N_, Message, _, message, translate
from tutor.packs.assessment import format_points
from tutor.practice.exam import exam_seed
from tutor.practice.rule_ids import rule_id_at, rule_name, rule_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.packs.exercise import Exercise, Variant

#: The lines for a text of the student's own.
_TEXT_LINES = 5
_ALL_THAT_APPLY = N_("{text} Choose all that apply.")
_WITH_POINTS = N_("{text} (points: {n})")
#: How many of the mistakes that give different values a key lists for each blank.
_MAX_MISTAKES = 4
_MAX_DENOMINATOR = 1_000


@dataclass(frozen=True, slots=True)
class KeyEntry:
    """An entry of a key about a blank: the right value, its rule, and wrong values with their mistakes."""

    value: str
    rule: str
    mistakes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class SheetItem:
    """A blank: its number on the sheet, what it is, the choices of a question, and in a key the answer."""

    number: str
    name: str
    description: str
    is_question: bool
    choices: tuple[str, ...] = ()
    key: KeyEntry | None = None
    num_lines: int = 1
    """the lines to write on, if there are no choices"""


@dataclass(frozen=True, slots=True)
class SheetExercise:
    """An exercise with one set of numbers. It has no picture if it has no graph."""

    title: str
    text: str
    problem: Problem
    picture: Picture | None
    items: tuple[SheetItem, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """The exercises of one student, or of everybody if `student` is empty."""

    student: str
    exercises: tuple[SheetExercise, ...]
    is_key: bool

    @property
    def heading(self) -> Message:
        """The text at the top of each page."""
        if self.student:
            return message(
                N_("Answer key: {student}") if self.is_key else N_("Student: {student}"), student=self.student
            )
        return message(N_("Answer key")) if self.is_key else message(N_("Name: {line}"), line="_" * 30)


def make_sheets(
    exercises: Sequence[Exercise], students: Sequence[str], seed: int | None, *, key: bool
) -> Iterator[Sheet]:
    """Yield a sheet for each student, with numbers of their own, or one for everybody, with those of a seed.

    A student has the same numbers as in an exam of the tutor that was begun with this id. An exercise without fresh
    numbers keeps the author's. Raise PackError.
    """
    for student in students:
        variants = [exercise.variant(exam_seed(exercise, student)) for exercise in exercises]
        yield Sheet(student, tuple(sheet_exercise(variant, key=key) for variant in variants), key)
    if not students:
        variants = [exercise.variant(seed if exercise.has_variants else None) for exercise in exercises]
        yield Sheet("", tuple(sheet_exercise(variant, key=key) for variant in variants), key)


def sheet_exercise(variant: Variant, *, key: bool) -> SheetExercise:
    """Return an exercise as it is printed on a sheet or a key."""
    problem = variant.problem
    title = str(variant.exercise.title)
    numbers = {blank.id: str(number) for number, blank in enumerate(problem.blanks, 1)}
    picture = picture_of(problem, title, blank=not key, labels=numbers) if problem.graph.nodes else None
    values = WorkedValues.of(problem) if key and problem.graph.nodes else None
    assessment = variant.exercise.assessment
    worth = assessment.worth(problem) if assessment.has_points else {}
    items = tuple(
        _with_points(_item(problem, blank, numbers[blank.id], values, key=key), worth.get(blank.id))
        for blank in problem.blanks
    )
    if worth:
        title = str(message(_WITH_POINTS, text=title, n=format_points(sum(worth.values()))))
    return SheetExercise(title, variant.text().strip(), problem, picture, items)


def drawn_as_text(problem: Problem, *, key: bool) -> list[str]:
    """Return the drawing of the terminal: filled for a key, otherwise with what is given; nothing without a graph."""
    if not problem.graph.nodes:
        return []
    if key:
        return draw_filled(problem, WorkedValues.of(problem).passes)
    hidden = [place.node for place in problem.forward_blanks]
    drawing = PlannedDrawings(boxes_of(problem, hidden=hidden, shown=problem.drawn_places)).draw()
    return render_text(drawing, {place.id: format_cells(problem.truth(place)) for place in problem.given_blanks})


def _item(problem: Problem, blank: Blank, number: str, values: WorkedValues | None, *, key: bool) -> SheetItem:
    if blank.kind == "question":
        question = problem.question(blank)
        choices = tuple(str(choice.text) for choice in question.choices)
        entry = _question_key(problem, blank) if key else None
        prompt = str(message(_ALL_THAT_APPLY, text=question.prompt)) if question.select_all else str(question.prompt)
        num_lines = _TEXT_LINES if question.is_ungraded else 1
        return SheetItem(number, str(place_name(problem, blank)), prompt, True, choices, entry, num_lines)
    name, description = str(place_name(problem, blank)), str(describe_blank(problem, blank))
    if not key or values is None:
        return SheetItem(number, name, description, False)
    value = format_full(problem.truth(blank)) if blank.kind == "forward" else values.format_place(blank)
    entry = KeyEntry(value, _rule_at(problem, blank), _wrong_values(problem, blank))
    return SheetItem(number, name, description, False, (), entry)


def _with_points(item: SheetItem, points: Fraction | None) -> SheetItem:
    """Return a blank with what it is worth behind its name, or behind the question."""
    if points is None:
        return item
    in_question = item.is_question and item.key is None
    text = item.description if in_question else item.name
    shown = str(message(_WITH_POINTS, text=text, n=format_points(points)))
    return replace(item, description=shown) if in_question else replace(item, name=shown)


def _rule_at(problem: Problem, blank: Blank) -> str:
    if blank.kind == "sum":
        return translate(BRANCH_RULE)
    rule = rule_id_at(problem, blank)
    return rule_text(rule) or rule_name(rule)


def _question_key(problem: Problem, blank: Blank) -> KeyEntry:
    question = problem.question(blank)
    if question.is_text:
        mistakes = tuple((mistake.text, str(mistake.feedback)) for mistake in question.text_mistakes)
        return KeyEntry(" / ".join(question.accepted or ()) or _("read by the instructor"), "", mistakes)
    if not question.choices:
        return KeyEntry(format_full(question.answer), "", _wrong_values(problem, blank))
    right = [choice_letter(i) for i, choice in enumerate(question.choices) if choice.right]
    wrong = tuple(
        (choice_letter(i), str(choice.feedback))
        for i, choice in enumerate(question.choices)
        if not choice.right and choice.feedback
    )
    return KeyEntry(", ".join(right), "", wrong)


def key_titles() -> tuple[str, ...]:
    """Return the titles of the columns of a key."""
    return _("number"), _("blank"), _("right answer"), _("rule"), _("common mistakes")


def choice_letter(position: int) -> str:
    """Return the letter of a choice."""
    return chr(ord("a") + position)


def _short_fraction(value: Value) -> Value:
    """Return a float as the fraction that it comes from, if that is a short one; other values as they are."""
    if not isinstance(value, float):
        return value
    fraction = Fraction(value).limit_denominator(_MAX_DENOMINATOR)
    return number(fraction) if isclose(fraction, value, rel_tol=1e-9, abs_tol=1e-12) else value


def _wrong_values(problem: Problem, blank: Blank) -> tuple[tuple[str, str], ...]:
    """Return the likeliest wrong values with the names of their mistakes."""
    found: dict[str, str] = {}
    for candidate in candidates_at(problem, blank):
        value = ops.map_cells(_short_fraction, candidate.value)
        is_exact = all(not isinstance(cell, float) for cell in ops.cells(value))
        text = format_full(value) if is_exact else format_value(candidate.value)
        found.setdefault(text, candidate.label or mistake_label(candidate.id))
        if len(found) == _MAX_MISTAKES:
            break
    return tuple(found.items())
