"""What goes wrong with a difference quotient, forward (f(x + δ) − f(x))/δ or central (f(x + δ) − f(x − δ))/(2δ)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply, Expr, Sym, free_names, number, substitute
from tutor.algebra.printing import format_expr
from tutor.grading.mistakes.candidate import GeneralMistake
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value

_NOT_HALVED = GeneralMistake(
    "quotient",
    "check.not-halved",
    N_("distance taken as δ, not 2δ"),
    N_("How far apart are the two places where you looked, in steps of δ?"),
)
_ONE_SIDED = GeneralMistake(
    "quotient",
    "check.one-sided",
    N_("one side instead of both"),
    N_(
        "That is a difference to one side only. A central one looks to both: where does it begin, and where does it end?"
    ),
)
_BOTH_SIDES = GeneralMistake(
    "quotient",
    "check.both-sides",
    N_("both sides instead of one"),
    N_("That looks to both sides. A forward difference takes one step: from where, and to where?"),
)
_OTHER_SIDE = GeneralMistake(
    "quotient",
    "check.other-side",
    N_("the other side"),
    N_("Looks as if you stepped to the other side. Which one is asked?"),
)
_NOT_DIVIDED = GeneralMistake(
    "quotient",
    "check.not-divided",
    N_("not divided by the step"),
    N_("That is how far it moved. For how long a step, and how much is that per unit?"),
)
_MULTIPLIED = GeneralMistake(
    "quotient",
    "check.multiplied",
    N_("multiplied by the step"),
    N_("You multiplied by the step. Asked is the movement for each unit of it."),
)
_MOVED_VALUE = GeneralMistake(
    "quotient",
    "check.moved-value",
    N_("value after the step"),
    N_("That is the value after the step. How far did it move?"),
)
_REVERSED = GeneralMistake(
    "quotient",
    "check.turned-round",
    N_("difference the wrong way round"),
    N_("The size is right. Which of the two values is taken from which?"),
)
_OTHER_INPUT = GeneralMistake(
    "quotient",
    "check.other-input",
    N_("another variable moved"),
    N_("Looks as if another variable was moved. Which one is asked about?"),
)

#: All of these, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(_NOT_HALVED, _ONE_SIDED, _BOTH_SIDES, _OTHER_SIDE, _NOT_DIVIDED, _MULTIPLIED, _MOVED_VALUE, _REVERSED),
    _OTHER_INPUT,
)


@dataclass(frozen=True, slots=True)
class _DifferenceQuotient:
    """What a difference quotient consists of: f at its two ends and in the middle, or where it began, and the step."""

    upper: Expr
    lower: Expr
    unperturbed: Expr
    variable: Expr
    step: Expr
    denominator: Expr
    central: bool

    def evaluate_at(self, place: Expr) -> Expr:
        """f with another expression for what is moved."""
        return _replace_subtree(self.unperturbed, self.variable, place)


def difference_quotient_mistakes(formula: Expr, known: Mapping[str, Value]) -> Iterator[tuple[GeneralMistake, Expr]]:
    """The formulas that mistakes lead to, the likeliest first; none where a formula is no difference quotient."""
    q = _parse_quotient(formula)
    if q is None:
        return
    rise = _subtract(q.upper, q.lower)
    behind = q.evaluate_at(_subtract(q.variable, q.step))
    if q.central:
        yield _NOT_HALVED, _divide(rise, q.step)
        for one in (_subtract(q.upper, q.unperturbed), _subtract(q.unperturbed, q.lower)):
            yield _ONE_SIDED, _divide(one, q.step)
            yield _ONE_SIDED, _divide(one, q.denominator)
    yield _NOT_DIVIDED, rise
    yield _MULTIPLIED, Apply("mul", (rise, q.denominator))
    yield _MOVED_VALUE, q.upper
    yield _REVERSED, _divide(_subtract(q.lower, q.upper), q.denominator)
    if not q.central:
        yield _OTHER_SIDE, _divide(_subtract(q.unperturbed, behind), q.step)
        yield _BOTH_SIDES, _divide(_subtract(q.upper, behind), Apply("mul", (number(2), q.step)))
    for name in sorted(free_names(q.unperturbed) - free_names(q.variable) - free_names(q.step)):
        if ops.shape_of(known.get(name)) is None:
            up = substitute(q.unperturbed, {name: Apply("add", (Sym(name), q.step))})
            down = substitute(q.unperturbed, {name: Apply("sub", (Sym(name), q.step))}) if q.central else q.unperturbed
            yield _OTHER_INPUT, _divide(_subtract(up, down), q.denominator)


def _subtract(a: Expr, b: Expr) -> Expr:
    return Apply("sub", (a, b))


def _divide(a: Expr, b: Expr) -> Expr:
    return Apply("div", (a, b))


def _parse_quotient(form: Expr) -> _DifferenceQuotient | None:
    """A formula as a difference quotient, None where it is none."""
    if not (isinstance(form, Apply) and form.op == "div"):
        return None
    rise, below = form.args
    if not (isinstance(rise, Apply) and rise.op == "sub"):
        return None
    upper, lower = rise.args
    found = _find_perturbation(upper, lower)
    if found is None:
        return None
    moved, step, central = found
    doubled = {
        format_expr(Apply("mul", (number(2), step))),
        format_expr(Apply("mul", (step, number(2)))),
        format_expr(step + step),
    }
    if format_expr(below) not in (doubled if central else {format_expr(step)}):
        return None
    here = _replace_subtree(lower, _subtract(moved, step), moved) if central else lower
    return _DifferenceQuotient(upper, lower, here, moved, step, below, central)


def _find_perturbation(upper: Expr, lower: Expr) -> tuple[Expr, Expr, bool] | None:
    """What is moved, by which step, and whether to both sides, where two formulas differ in that alone."""
    if isinstance(upper, Apply) and upper.op == "add":
        moved, step = upper.args
        if format_expr(lower) == format_expr(moved):
            return moved, step, False
        if format_expr(lower) == format_expr(_subtract(moved, step)):
            return moved, step, True
    if not (isinstance(upper, Apply) and isinstance(lower, Apply)) or upper.op != lower.op:
        return None
    if len(upper.args) != len(lower.args):
        return None
    different = [(a, b) for a, b in zip(upper.args, lower.args, strict=True) if format_expr(a) != format_expr(b)]
    found = [_find_perturbation(a, b) for a, b in different]
    if not found or any(one is None for one in found):
        return None
    written = {tuple(format_expr(part) if isinstance(part, Expr) else part for part in one) for one in found if one}
    return found[0] if len(written) == 1 else None


def _replace_subtree(tree: Expr, old: Expr, new: Expr) -> Expr:
    """`tree` with another expression wherever one stands."""
    if format_expr(tree) == format_expr(old):
        return new
    return (
        Apply(tree.op, tuple(_replace_subtree(arg, old, new) for arg in tree.args)) if isinstance(tree, Apply) else tree
    )
