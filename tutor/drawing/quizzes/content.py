"""Questions for course systems, made from the blanks of an exercise: each named mistake is an answer with its sentence."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from itertools import product
from math import isfinite
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Num
from tutor.algebra.literals import exact_decimal
from tutor.algebra.simplify import simplify
from tutor.drawing.pictures.picture import picture_of
from tutor.drawing.pictures.svg import svg
from tutor.engine.symbolic import has_symbols
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.wording import describe_blank, place_name, template_values
from tutor.i18n import N_, Message, message
from tutor.packs.sanitize import escape_invisible, strip_markup

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem
    from tutor.grading.question import Question
    from tutor.packs.exercise import Exercise, Variant

#: A value without a short decimal form may be rounded by this share, as in the tutor.
_ROUNDING = 0.005
#: What a float may differ from a short decimal by.
_FLOAT_SHARE = 1e-9
#: The most digits of a short decimal.
_MAX_DIGITS = 6
#: Matrices with more cells are left out: each cell is a question.
_MAX_CELLS = 6
_MAX_MISTAKES = 8

_ALL_THAT_APPLY = N_("{text} Choose all that apply.")
_ASK = N_("{what}. Which number belongs at the “?” in the picture?")
_CELL = N_("{question} Give the number in row {row}, column {column}.")


@dataclass(frozen=True, slots=True)
class NumericAnswer:
    """A number and how far an answer may be from it, with what is said about it."""

    value: float
    tolerance: float
    feedback: str


def plain_number(value: float) -> str:
    """Return a number in decimals, without an exponent, which not every course system reads."""
    return format(Decimal(f"{value:.10g}"), "f")


@dataclass(frozen=True, slots=True)
class ChoiceAnswer:
    text: str
    right: bool
    feedback: str
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class QuizQuestion:
    """A question: a number, which is `right` or one of the `wrong` ones, or one of the `choices`, or with `select_all` all
    right ones of them, or one of the `texts`, or free text if it `is_essay`. `points` is what it is worth.

    `id` consists of letters, digits, - and _; `title` and `text` are plain, `picture` is SVG or empty.
    """

    id: str
    title: str
    text: str
    picture: str
    right: NumericAnswer | None = None
    wrong: tuple[NumericAnswer, ...] = ()
    choices: tuple[ChoiceAnswer, ...] = ()
    texts: tuple[ChoiceAnswer, ...] = ()
    select_all: bool = False
    is_essay: bool = False
    points: float | None = None

    @property
    def html(self) -> str:
        """The text and the picture as HTML that needs no other file."""
        parts = [f"<p>{escape(part)}</p>" for part in self.text.split("\n\n") if part.strip()]
        if self.picture:
            data = b64encode(self.picture.encode()).decode()
            parts.insert(-1, f'<p><img alt="{escape(self.title)}" src="data:image/svg+xml;base64,{data}"/></p>')
        return "".join(parts)


def quiz_questions(exercise: Exercise, seeds: Sequence[int | None]) -> Iterator[QuizQuestion | Message]:
    """Yield the questions of an exercise, for each seed those with its numbers, and what is left out, as a message.

    Raise PackError.
    """
    for seed in seeds:
        variant = exercise.variant(seed)
        for blank in variant.problem.blanks:
            yield from _questions_at(variant, blank)


def _questions_at(variant: Variant, blank: Blank) -> Iterator[QuizQuestion | Message]:
    problem, exercise = variant.problem, variant.exercise
    title = f"{exercise.title} · {place_name(problem, blank)}"
    title += f" · {variant.seed}" if variant.seed is not None else ""
    id = "-".join(part for part in (exercise.pack, exercise.id, _safe(blank.id), str(variant.seed or "")) if part)
    intro = escape_invisible(strip_markup(variant.text()).strip(), keep="\n")
    picture = (
        svg(picture_of(problem, str(exercise.title), blank=True, labels={blank.id: "?"})) if problem.places else ""
    )
    worth = exercise.assessment.worth(problem).get(blank.id) if exercise.assessment.has_points else None
    points = None if worth is None else float(worth)
    if blank.kind == "question" and not problem.question(blank).has_value:
        yield _without_value(problem.question(blank), QuizQuestion(id, title, intro, picture, points=points))
        return
    truth = problem.truth(blank)
    cells = [()] if blank.shape is None else list(product(*map(range, blank.shape)))
    if problem.symbolic or has_symbols(truth) or not ops.is_exact(truth):
        yield message(N_("{title} is left out: its answer is a formula."), title=title)
        return
    if len(cells) > _MAX_CELLS:
        yield message(N_("{title} is left out: it asks for a matrix of {n} numbers."), title=title, n=len(cells))
        return
    for cell in cells:
        asked = _text(problem, blank, cell)
        suffix = "".join(f"-{place + 1}" for place in cell)
        right, wrong = _answers(problem, blank, truth, cell)
        share = None if points is None else points / len(cells)
        text = f"{intro}\n\n{asked}"
        yield QuizQuestion(f"{id}{suffix}", f"{title}{suffix}", text, picture, right, wrong, points=share)


def _without_value(question: Question, frame: QuizQuestion) -> QuizQuestion:
    """Return a question for choices or for a text, in a frame with everything else."""
    prompt = strip_markup(str(question.prompt))
    if question.select_all:
        prompt = str(message(_ALL_THAT_APPLY, text=prompt))
    return replace(
        frame,
        text=f"{frame.text}\n\n{prompt}",
        choices=tuple(
            ChoiceAnswer(
                strip_markup(str(choice.text)), choice.right, strip_markup(str(choice.feedback)), choice.is_last
            )
            for choice in question.choices
        ),
        texts=(
            *(ChoiceAnswer(text, True, "") for text in question.accepted or ()),
            *(ChoiceAnswer(each.text, False, strip_markup(str(each.feedback))) for each in question.text_mistakes),
        ),
        select_all=question.select_all,
        is_essay=question.is_ungraded,
    )


def _safe(name: str) -> str:
    return "".join(character if character.isascii() and character.isalnum() else "_" for character in name)


def _text(problem: Problem, blank: Blank, cell: Sequence[int]) -> str:
    if blank.kind == "question":
        question = strip_markup(str(problem.question(blank).prompt))
    else:
        what = str(describe_blank(problem, blank))
        question = str(message(_ASK, what=what[:1].upper() + what[1:]))
    if not cell:
        return question
    row, column = (problem.graph.first_cell_number + place for place in cell)
    return str(message(_CELL, question=question, row=row, column=column))


def _answers(
    problem: Problem, blank: Blank, truth: Value, cell: Sequence[int]
) -> tuple[NumericAnswer, tuple[NumericAnswer, ...]]:
    """Return the right answer, and wrong ones that can't be confused with it or with each other."""
    exact = _cell_of(truth, cell)
    value = nearest_float(exact)
    is_short = _is_short_decimal(exact)
    right = NumericAnswer(value, abs(value) * (_FLOAT_SHARE if is_short else _ROUNDING), str(message(N_("Right."))))
    wrong: list[NumericAnswer] = []
    values = template_values(problem, blank)
    for candidate in candidates_at(problem, blank):
        number = _float_of(_cell_of(candidate.value, cell))
        if number is None:
            continue
        distance = min(abs(number - other.value) - other.tolerance for other in (right, *wrong))
        if distance <= 0:
            continue
        tolerance = min(abs(number) * _ROUNDING, distance / 2)
        feedback = candidate.feedback({**values, "v": plain_number(float(f"{number:.5g}"))})
        wrong.append(NumericAnswer(number, tolerance, strip_markup(str(feedback))))
        if len(wrong) == _MAX_MISTAKES:
            break
    return right, tuple(wrong)


def _is_short_decimal(value: Value) -> bool:
    """Return whether a value is a decimal that can be typed in full, without rounding."""
    number = simplify(value)
    decimal = exact_decimal(number.value) if isinstance(number, Num) else None
    return decimal is not None and len(decimal.strip("-0.").replace(".", "")) <= _MAX_DIGITS


def _cell_of(value: Value, cell: Sequence[int]) -> Value:
    """Return a cell of a matrix; None if a wrong value has another shape."""
    if not cell:
        return None if ops.is_matrix(value) else value
    rows, columns = ops.shape_of(value) or (0, 0)
    return value[tuple(cell)] if cell[0] < rows and cell[1] < columns else None


def _float_of(value: Value) -> float | None:
    if value is None or has_symbols(value):
        return None
    number = value if isinstance(value, float) else nearest_float(value)
    return number if isfinite(number) else None
