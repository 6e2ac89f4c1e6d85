"""The mistakes at a question, found in the formula that its author gave for the answer.

A difference quotient and a step downhill are known by their form and have mistakes of their own; in every formula over
names one sign, one factor, one exponent may be wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from tutor.algebra import parse, values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import Evaluator
from tutor.algebra.show import write
from tutor.algebra.tree import Apply, Expr, names
from tutor.algebra.values import Value
from tutor.engine.symbolic import has_symbols
from tutor.grading import quotients, steps
from tutor.grading.problem import Problem
from tutor.grading.question import Question
from tutor.grading.suspect import Named, Suspect, near
from tutor.i18n import N_

#: So many formulas with one thing wrong somewhere are looked at.
_MOST = 24

_SIGN = Named("question", "question.sign", N_("The size is right. Look at the sign."))
_ONE_SIGN = Named(
    "question",
    "question.one-sign",
    N_("Looks as if one sign is the other way round. What is added here, and what is taken away?"),
)
_PART = Named(
    "question",
    "question.part-missing",
    N_("Looks as if a part is still missing. What else is added here, or taken away?"),
)
_FACTOR = Named(
    "question",
    "question.factor-missing",
    N_("Looks as if a factor is still missing. What else is there to multiply with, or to divide by?"),
)
_UPSIDE_DOWN = Named(
    "question",
    "question.upside-down",
    N_("Looks as if you multiplied where one divides, or the other way round. Which is it?"),
)
_ADDED = Named("question", "question.added", N_("The parts are there. Are two of them added, or multiplied?"))
_BRACKETS = Named(
    "question",
    "question.brackets",
    N_("Looks as if brackets are missing: see how the answer is read. What belongs together?"),
)
_EXPONENT = Named("question", "question.exponent", N_("Looks as if an exponent got lost on the way. What does it do?"))
_TURNED = Named(
    "question",
    "question.transposed",
    N_("Looks as if rows and columns are exchanged somewhere. Which rows are the rows of the answer?"),
)
_ORDER = Named(
    "question",
    "question.wrong-order",
    N_("Looks as if the two factors stand in the wrong order. Whose rows are the rows of the answer?"),
)

#: All of these, in the order of the catalogue.
ANYWHERE = (
    *(*quotients.ANYWHERE, *steps.ANYWHERE),
    *(_SIGN, _ONE_SIGN, _PART, _FACTOR, _UPSIDE_DOWN, _ADDED, _BRACKETS, _EXPONENT, _TURNED, _ORDER),
)


def at_question(problem: Problem, question: Question) -> Iterator[Suspect]:
    """The mistakes that may be made with the formula of a question, the likeliest first; none in a bare number."""
    form = question.form
    if form is None or not names(form):
        return
    met: list[Value] = []
    for suspect in (*steps.at_step(problem, question, form), *_with_values(form, question)):
        # What comes to the same is told by its first name.
        if not any(_same(suspect.value, earlier) for earlier in met):
            met.append(suspect.value)
            yield suspect


def _same(a: Value, b: Value) -> bool:
    return isinstance(a, float) and isinstance(b, float) and near(a, b, 1e-12)


def _with_values(form: Expr, question: Question) -> Iterator[Suspect]:
    """What comes of the formula with one thing wrong."""
    value_of = Evaluator(question.known)
    for mistake, wrong in _wrong_formulas(form, question):
        try:
            value = value_of(wrong)
        except AlgebraError:
            continue
        yield mistake.leads_to(value if has_symbols(value) else values.each(nearest_float, value))


def _wrong_formulas(form: Expr, question: Question) -> Iterator[tuple[Named, Expr]]:
    yield from quotients.wrong_quotients(form, question.known)
    yield _SIGN, Apply("neg", (form,))
    if values.is_matrix(question.answer):
        yield _TURNED, Apply("T", (form,))
    yield from _without_brackets(form, question.known)
    # What is outside is looked at before what is deep inside.
    turned = sorted(_turned_somewhere(form, lambda changed: changed), key=lambda found: found[0])
    yield from ((mistake, wrong) for _depth, mistake, wrong in turned[:_MOST])


def _turned_somewhere(part: Expr, whole: Callable[[Expr], Expr], depth: int = 0) -> Iterator[tuple[int, Named, Expr]]:
    """The formula with one thing wrong in a part of it, and how deep; `whole` puts a changed part in its place."""
    if not isinstance(part, Apply):
        return
    for mistake, changed in _turned(part):
        yield depth, mistake, whole(changed)
    for position, arg in enumerate(part.args):
        yield from _turned_somewhere(arg, _around(part, position, whole), depth + 1)


def _around(part: Apply, position: int, whole: Callable[[Expr], Expr]) -> Callable[[Expr], Expr]:
    """What puts an operand that was changed in its place."""
    before, after = part.args[:position], part.args[position + 1 :]
    return lambda changed: whole(Apply(part.op, (*before, changed, *after)))


def _turned(part: Apply) -> Iterator[tuple[Named, Expr]]:
    """What a part of a formula may be taken for."""
    first, last = part.args[0], part.args[-1]
    match part.op:
        case "add":
            yield from ((_ONE_SIGN, Apply("sub", part.args)), (_PART, first), (_PART, last))
            yield _ADDED, Apply("mul", part.args)
        case "sub":
            yield from ((_ONE_SIGN, Apply("add", part.args)), (_PART, first))
            yield from ((_ONE_SIGN, Apply("sub", (last, first))), (_PART, Apply("neg", (last,))))
        case "neg":
            yield _ONE_SIGN, first
        case "mul":
            yield from ((_FACTOR, first), (_FACTOR, last), (_ADDED, Apply("add", part.args)))
            yield _UPSIDE_DOWN, Apply("div", part.args)
        case "div":
            yield _FACTOR, first
            yield from ((_UPSIDE_DOWN, Apply("mul", part.args)), (_UPSIDE_DOWN, Apply("div", (last, first))))
        case "pow":
            yield from ((_EXPONENT, first), (_EXPONENT, Apply("mul", part.args)))
        case "matmul":
            yield from ((_ORDER, Apply("matmul", (last, first))), (_FACTOR, first), (_FACTOR, last))
        case "T":
            yield _TURNED, first


def _without_brackets(form: Expr, known: Mapping[str, Value]) -> Iterator[tuple[Named, Expr]]:
    """How the formula is read when a pair of its brackets is left out, or all of them."""
    text = write(form)
    pairs = _brackets(text)
    for left_out in [*([pair] for pair in pairs), *([pairs] if len(pairs) > 1 else [])]:
        places = {place for pair in left_out for place in pair}
        try:
            yield _BRACKETS, parse("".join(sign for at, sign in enumerate(text) if at not in places), known)
        except AlgebraError:
            continue


def _brackets(text: str) -> list[tuple[int, int]]:
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
