"""The mistakes at a question, found in the formula that its author gave for the answer.

A difference quotient and a step downhill are known by their form and have mistakes of their own; in every formula over
names one sign, one factor, one exponent may be wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import Evaluator
from tutor.algebra.expr import Apply, Expr, free_names
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr
from tutor.engine.symbolic import has_symbols
from tutor.grading.mistakes import difference_quotients, gradient_step
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, is_close
from tutor.grading.tolerances import FLOAT_ROUNDING
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.grading.question import Question

#: So many formulas with one thing wrong somewhere are looked at.
_MAX_FORMULAS = 24

_WRONG_SIGN = GeneralMistake("question", "question.sign", N_("wrong sign"), N_("The size is right. Look at the sign."))
_ONE_WRONG_SIGN = GeneralMistake(
    "question",
    "question.one-sign",
    N_("one sign the other way round"),
    N_("Looks as if one sign is the other way round. What is added here, and what is taken away?"),
)
_MISSING_PART = GeneralMistake(
    "question",
    "question.part-missing",
    N_("a part left out"),
    N_("Looks as if a part is still missing. What else is added here, or taken away?"),
)
_MISSING_FACTOR = GeneralMistake(
    "question",
    "question.factor-missing",
    N_("a factor left out"),
    N_("Looks as if a factor is still missing. What else is there to multiply with, or to divide by?"),
)
_UPSIDE_DOWN = GeneralMistake(
    "question",
    "question.upside-down",
    N_("divided by the wrong line"),
    N_("Looks as if you multiplied where one divides, or the other way round. Which is it?"),
)
_ADDED_OR_MULTIPLIED = GeneralMistake(
    "question",
    "question.added",
    N_("added instead of multiplied"),
    N_("The parts are there. Are two of them added, or multiplied?"),
)
_MISSING_BRACKETS = GeneralMistake(
    "question",
    "question.brackets",
    N_("brackets left out"),
    N_("Looks as if brackets are missing: see how the answer is read. What belongs together?"),
)
_LOST_EXPONENT = GeneralMistake(
    "question",
    "question.exponent",
    N_("exponent lost"),
    N_("Looks as if an exponent got lost on the way. What does it do?"),
)
_TRANSPOSED = GeneralMistake(
    "question",
    "question.transposed",
    N_("rows and columns swapped"),
    N_("Looks as if rows and columns are exchanged somewhere. Which rows are the rows of the answer?"),
)
_WRONG_ORDER = GeneralMistake(
    "question",
    "question.wrong-order",
    N_("wrong order"),
    N_("Looks as if the two factors stand in the wrong order. Whose rows are the rows of the answer?"),
)

#: All of these, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(*difference_quotients.GENERAL_MISTAKES, *gradient_step.GENERAL_MISTAKES),
    *(
        _WRONG_SIGN,
        _ONE_WRONG_SIGN,
        _MISSING_PART,
        _MISSING_FACTOR,
        _UPSIDE_DOWN,
        _ADDED_OR_MULTIPLIED,
        _MISSING_BRACKETS,
        _LOST_EXPONENT,
        _TRANSPOSED,
        _WRONG_ORDER,
    ),
)


def question_mistakes(problem: Problem, question: Question) -> Iterator[MistakeCandidate]:
    """The mistakes that may be made with the formula of a question, the likeliest first; none in a bare number."""
    form = question.formula
    if form is None or not free_names(form):
        return
    met: list[Value] = []
    for suspect in (
        *gradient_step.gradient_step_mistakes(problem, question, form),
        *_evaluate_wrong_formulas(form, question),
    ):
        # What comes to the same is told by its first name.
        if not any(_is_same_value(suspect.value, earlier) for earlier in met):
            met.append(suspect.value)
            yield suspect


def _is_same_value(a: Value, b: Value) -> bool:
    return isinstance(a, float) and isinstance(b, float) and is_close(a, b, FLOAT_ROUNDING)


def _evaluate_wrong_formulas(form: Expr, question: Question) -> Iterator[MistakeCandidate]:
    """What comes of the formula with one thing wrong."""
    value_of = Evaluator(question.author_names)
    for mistake, wrong in _wrong_formulas(form, question):
        try:
            value = value_of(wrong)
        except AlgebraError:
            continue
        yield mistake.candidate(value if has_symbols(value) else ops.map_cells(nearest_float, value))


def _wrong_formulas(form: Expr, question: Question) -> Iterator[tuple[GeneralMistake, Expr]]:
    yield from difference_quotients.difference_quotient_mistakes(form, question.author_names)
    yield _WRONG_SIGN, Apply("neg", (form,))
    if ops.is_matrix(question.answer):
        yield _TRANSPOSED, Apply("T", (form,))
    yield from _drop_brackets(form, question.author_names)
    # What is outside is looked at before what is deep inside.
    turned = sorted(_alter_subformulas(form, lambda changed: changed), key=lambda found: found[0])
    yield from ((mistake, wrong) for _depth, mistake, wrong in turned[:_MAX_FORMULAS])


def _alter_subformulas(
    part: Expr, whole: Callable[[Expr], Expr], depth: int = 0
) -> Iterator[tuple[int, GeneralMistake, Expr]]:
    """The formula with one thing wrong in a part of it, and how deep; `whole` puts a changed part in its place."""
    if not isinstance(part, Apply):
        return
    for mistake, changed in _alterations(part):
        yield depth, mistake, whole(changed)
    for position, arg in enumerate(part.args):
        yield from _alter_subformulas(arg, _operand_replacer(part, position, whole), depth + 1)


def _operand_replacer(part: Apply, position: int, whole: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    """What puts an operand that was changed in its place."""
    before, after = part.args[:position], part.args[position + 1 :]
    return lambda changed: whole(Apply(part.op, (*before, changed, *after)))


def _alterations(part: Apply) -> Iterator[tuple[GeneralMistake, Expr]]:
    """What a part of a formula may be taken for."""
    first, last = part.args[0], part.args[-1]
    match part.op:
        case "add":
            yield from ((_ONE_WRONG_SIGN, Apply("sub", part.args)), (_MISSING_PART, first), (_MISSING_PART, last))
            yield _ADDED_OR_MULTIPLIED, Apply("mul", part.args)
        case "sub":
            yield from ((_ONE_WRONG_SIGN, Apply("add", part.args)), (_MISSING_PART, first))
            yield from ((_ONE_WRONG_SIGN, Apply("sub", (last, first))), (_MISSING_PART, Apply("neg", (last,))))
        case "neg":
            yield _ONE_WRONG_SIGN, first
        case "mul":
            yield from (
                (_MISSING_FACTOR, first),
                (_MISSING_FACTOR, last),
                (_ADDED_OR_MULTIPLIED, Apply("add", part.args)),
            )
            yield _UPSIDE_DOWN, Apply("div", part.args)
        case "div":
            yield _MISSING_FACTOR, first
            yield from ((_UPSIDE_DOWN, Apply("mul", part.args)), (_UPSIDE_DOWN, Apply("div", (last, first))))
        case "pow":
            yield from ((_LOST_EXPONENT, first), (_LOST_EXPONENT, Apply("mul", part.args)))
        case "matmul":
            yield from (
                (_WRONG_ORDER, Apply("matmul", (last, first))),
                (_MISSING_FACTOR, first),
                (_MISSING_FACTOR, last),
            )
        case "T":
            yield _TRANSPOSED, first


def _drop_brackets(form: Expr, known: Mapping[str, Value]) -> Iterator[tuple[GeneralMistake, Expr]]:
    """How the formula is read when a pair of its brackets is left out, or all of them."""
    text = format_expr(form)
    pairs = _bracket_pairs(text)
    for left_out in [*([pair] for pair in pairs), *([pairs] if len(pairs) > 1 else [])]:
        places = {place for pair in left_out for place in pair}
        try:
            yield _MISSING_BRACKETS, parse("".join(sign for at, sign in enumerate(text) if at not in places), known)
        except AlgebraError:
            continue


def _bracket_pairs(text: str) -> list[tuple[int, int]]:
    """The pairs of brackets in a formula, those of functions aside."""
    found, open_at = [], []
    for at, sign in enumerate(text):
        if sign == "(":
            open_at.append(at)
        elif sign == ")":
            begun = open_at.pop()
            if not text[begun - 1 : begun].isalnum():
                found.append((begun, at))
    return found
