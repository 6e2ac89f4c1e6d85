"""Mistakes at a question, derived from the author's formula for the answer.

Difference quotients and gradient steps are recognised and have their own mistakes. In any formula over names, one sign,
factor, exponent or pair of brackets may be wrong.
"""

from __future__ import annotations

from functools import partial
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
from tutor.grading.mistakes.calculations import formula_calculation
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, is_close
from tutor.grading.tolerances import FLOAT_ROUNDING
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Problem
    from tutor.grading.question import Question

#: At most this many formulas with one altered part are evaluated, those altered closest to the root first.
_MAX_FORMULAS = 24

_WRONG_SIGN = GeneralMistake(
    "question", "question.sign", N_("wrong sign"), N_("The size is right. Which sign should it have?")
)
_ONE_WRONG_SIGN = GeneralMistake(
    "question",
    "question.one-sign",
    N_("one wrong sign"),
    N_("It looks as if one sign is wrong. Which terms do you add, and which do you subtract?"),
)
_MISSING_PART = GeneralMistake(
    "question",
    "question.part-missing",
    N_("a term left out"),
    N_("It looks as if a term is missing. What else do you add or subtract?"),
)
_MISSING_FACTOR = GeneralMistake(
    "question",
    "question.factor-missing",
    N_("a factor left out"),
    N_("It looks as if a factor is missing. What else do you multiply or divide by?"),
)
_UPSIDE_DOWN = GeneralMistake(
    "question",
    "question.upside-down",
    N_("multiplying and dividing swapped"),
    N_(
        "It looks as if multiplying and dividing are swapped somewhere. Which values do you multiply by, "
        "and which do you divide by?"
    ),
)
_ADDED_OR_MULTIPLIED = GeneralMistake(
    "question",
    "question.added",
    N_("adding and multiplying swapped"),
    N_("The right values are there. Which of them do you add, and which do you multiply?"),
)
_MISSING_BRACKETS = GeneralMistake(
    "question",
    "question.brackets",
    N_("brackets left out"),
    N_("It looks as if brackets are missing. Which part do you have to calculate first?"),
)
_LOST_EXPONENT = GeneralMistake(
    "question",
    "question.exponent",
    N_("exponent left out"),
    N_("It looks as if an exponent is missing, or you multiplied by it. What does an exponent do?"),
)
_TRANSPOSED = GeneralMistake(
    "question",
    "question.transposed",
    N_("rows and columns swapped"),
    N_("It looks as if rows and columns are swapped somewhere. What belongs in the first row of the answer?"),
)
_WRONG_ORDER = GeneralMistake(
    "question",
    "question.wrong-order",
    N_("wrong order"),
    N_(
        "It looks as if the two factors are in the wrong order. Row i of a product is made from row i of "
        "its left factor: which factor must be on the left here?"
    ),
)

#: All mistakes of this module and of the two below it, in the order of the catalogue.
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
    """Yield the mistakes in a question's formula, the likeliest first; none if the answer is a bare number."""
    formula = question.formula
    if formula is None or not free_names(formula):
        return
    earlier_values: list[Value] = []
    for candidate in (
        *gradient_step.gradient_step_mistakes(problem, question, formula),
        *_evaluate_wrong_formulas(formula, question),
    ):
        # Of several mistakes with one value, the likeliest is enough.
        if not any(_is_same_value(candidate.value, earlier) for earlier in earlier_values):
            earlier_values.append(candidate.value)
            yield candidate


def _is_same_value(a: Value, b: Value) -> bool:
    return isinstance(a, float) and isinstance(b, float) and is_close(a, b, FLOAT_ROUNDING)


def _evaluate_wrong_formulas(formula: Expr, question: Question) -> Iterator[MistakeCandidate]:
    evaluate = Evaluator(question.author_names)
    for mistake, wrong_formula in _wrong_formulas(formula, question):
        try:
            value = evaluate(wrong_formula)
        except AlgebraError:
            continue
        yield mistake.candidate(
            value if has_symbols(value) else ops.map_cells(nearest_float, value),
            calculation=partial(formula_calculation, wrong_formula, question.author_names),
        )


def _wrong_formulas(formula: Expr, question: Question) -> Iterator[tuple[GeneralMistake, Expr]]:
    yield from difference_quotients.difference_quotient_mistakes(formula, question.author_names)
    yield _WRONG_SIGN, Apply("neg", (formula,))
    if ops.is_matrix(question.answer):
        yield _TRANSPOSED, Apply("T", (formula,))
    yield from _drop_brackets(formula, question.author_names)
    altered = sorted(_alter_subformulas(formula, lambda part: part), key=lambda alteration: alteration[0])
    yield from ((mistake, wrong_formula) for _depth, mistake, wrong_formula in altered[:_MAX_FORMULAS])


def _alter_subformulas(
    part: Expr, rebuild: Callable[[Expr], Expr], depth: int = 0
) -> Iterator[tuple[int, GeneralMistake, Expr]]:
    """Yield the whole formula with one alteration in `part`, and its depth.

    `rebuild` returns the whole formula with another expression in the place of `part`.
    """
    if not isinstance(part, Apply):
        return
    for mistake, altered in _alterations(part):
        yield depth, mistake, rebuild(altered)
    for position, arg in enumerate(part.args):
        yield from _alter_subformulas(arg, _operand_replacer(part, position, rebuild), depth + 1)


def _operand_replacer(part: Apply, position: int, rebuild: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    before, after = part.args[:position], part.args[position + 1 :]
    return lambda operand: rebuild(Apply(part.op, (*before, operand, *after)))


def _alterations(part: Apply) -> Iterator[tuple[GeneralMistake, Expr]]:
    """Yield what a part of a formula may be mistaken for."""
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


def _drop_brackets(formula: Expr, known: Mapping[str, Value]) -> Iterator[tuple[GeneralMistake, Expr]]:
    """Yield the formula as it is parsed without one pair of its brackets, or without any."""
    text = format_expr(formula)
    pairs = _bracket_pairs(text)
    for dropped in [*([pair] for pair in pairs), *([pairs] if len(pairs) > 1 else [])]:
        offsets = {offset for pair in dropped for offset in pair}
        without = "".join(character for offset, character in enumerate(text) if offset not in offsets)
        try:
            yield _MISSING_BRACKETS, parse(without, known)
        except AlgebraError:
            continue


def _bracket_pairs(text: str) -> list[tuple[int, int]]:
    """Return the offsets of the pairs of brackets in a formula, except those of function calls."""
    pairs, open_offsets = [], []
    for offset, character in enumerate(text):
        if character == "(":
            open_offsets.append(offset)
        elif character == ")":
            start = open_offsets.pop()
            if not text[start - 1 : start].isalnum():
                pairs.append((start, offset))
    return pairs
