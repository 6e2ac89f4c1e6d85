"""Mistakes in a difference quotient, forward (f(x + δ) − f(x))/δ or central (f(x + δ) − f(x − δ))/(2δ)."""

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
    N_("divided by δ, not 2δ"),
    N_("The difference is right. How many steps apart are the two points that you compared?"),
)
_ONE_SIDED = GeneralMistake(
    "quotient",
    "check.one-sided",
    N_("one-sided instead of central"),
    N_("That is a one-sided difference. A central difference has a point on each side: which two points are they?"),
)
_BOTH_SIDES = GeneralMistake(
    "quotient",
    "check.both-sides",
    N_("central instead of forward"),
    N_("That is a central difference. A forward difference takes one step: from which point to which?"),
)
_OTHER_SIDE = GeneralMistake(
    "quotient",
    "check.other-side",
    N_("step to the other side"),
    N_("It looks as if you stepped to the other side. To which side does a forward difference step?"),
)
_NOT_DIVIDED = GeneralMistake(
    "quotient",
    "check.not-divided",
    N_("not divided by the step"),
    N_("That is the whole change. What do you divide it by to get the change per unit?"),
)
_MULTIPLIED = GeneralMistake(
    "quotient",
    "check.multiplied",
    N_("multiplied by the step"),
    N_("That is the change times the step. How do you get the change per unit instead?"),
)
_MOVED_VALUE = GeneralMistake(
    "quotient",
    "check.moved-value",
    N_("value after the step"),
    N_("That is the value at one of the two points. What is the difference between the two?"),
)
_REVERSED = GeneralMistake(
    "quotient",
    "check.turned-round",
    N_("difference with the opposite sign"),
    N_("The size is right. Which of the two values do you subtract from the other?"),
)
_OTHER_INPUT = GeneralMistake(
    "quotient",
    "check.other-input",
    N_("another variable changed"),
    N_("It looks as if you changed another variable. Which one does the question ask about?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(_NOT_HALVED, _ONE_SIDED, _BOTH_SIDES, _OTHER_SIDE, _NOT_DIVIDED, _MULTIPLIED, _MOVED_VALUE, _REVERSED),
    _OTHER_INPUT,
)


@dataclass(frozen=True, slots=True)
class _DifferenceQuotient:
    """The parts of a difference quotient: f at both ends and at the unperturbed variable, the variable and the step."""

    upper: Expr
    lower: Expr
    unperturbed: Expr
    variable: Expr
    step: Expr
    denominator: Expr
    central: bool

    def evaluate_at(self, point: Expr) -> Expr:
        """Return f with `point` in place of the variable."""
        return _replace_subtree(self.unperturbed, self.variable, point)


def difference_quotient_mistakes(formula: Expr, known: Mapping[str, Value]) -> Iterator[tuple[GeneralMistake, Expr]]:
    """Yield the wrong formulas, the likeliest first; none if `formula` is not a difference quotient."""
    q = _parse_quotient(formula)
    if q is None:
        return
    rise = _subtract(q.upper, q.lower)
    backward = q.evaluate_at(_subtract(q.variable, q.step))
    if q.central:
        yield _NOT_HALVED, _divide(rise, q.step)
        for one_sided in (_subtract(q.upper, q.unperturbed), _subtract(q.unperturbed, q.lower)):
            yield _ONE_SIDED, _divide(one_sided, q.step)
            yield _ONE_SIDED, _divide(one_sided, q.denominator)
    yield _NOT_DIVIDED, rise
    yield _MULTIPLIED, Apply("mul", (rise, q.denominator))
    yield _MOVED_VALUE, q.upper
    yield _REVERSED, _divide(_subtract(q.lower, q.upper), q.denominator)
    if not q.central:
        yield _OTHER_SIDE, _divide(_subtract(q.unperturbed, backward), q.step)
        yield _BOTH_SIDES, _divide(_subtract(q.upper, backward), Apply("mul", (number(2), q.step)))
    for name in sorted(free_names(q.unperturbed) - free_names(q.variable) - free_names(q.step)):
        if ops.shape_of(known.get(name)) is None:
            upper = substitute(q.unperturbed, {name: Apply("add", (Sym(name), q.step))})
            lower = q.unperturbed
            if q.central:
                lower = substitute(q.unperturbed, {name: Apply("sub", (Sym(name), q.step))})
            yield _OTHER_INPUT, _divide(_subtract(upper, lower), q.denominator)


def _subtract(a: Expr, b: Expr) -> Expr:
    return Apply("sub", (a, b))


def _divide(a: Expr, b: Expr) -> Expr:
    return Apply("div", (a, b))


def _parse_quotient(formula: Expr) -> _DifferenceQuotient | None:
    """Return the parts of a difference quotient, or None if `formula` is not one."""
    if not (isinstance(formula, Apply) and formula.op == "div"):
        return None
    rise, denominator = formula.args
    if not (isinstance(rise, Apply) and rise.op == "sub"):
        return None
    upper, lower = rise.args
    perturbation = _find_perturbation(upper, lower)
    if perturbation is None:
        return None
    variable, step, central = perturbation
    doubled = {
        format_expr(Apply("mul", (number(2), step))),
        format_expr(Apply("mul", (step, number(2)))),
        format_expr(step + step),
    }
    if format_expr(denominator) not in (doubled if central else {format_expr(step)}):
        return None
    unperturbed = _replace_subtree(lower, _subtract(variable, step), variable) if central else lower
    return _DifferenceQuotient(upper, lower, unperturbed, variable, step, denominator, central)


def _find_perturbation(upper: Expr, lower: Expr) -> tuple[Expr, Expr, bool] | None:
    """Return the variable, the step and whether both sides moved; None if the formulas differ in more than that."""
    if isinstance(upper, Apply) and upper.op == "add":
        variable, step = upper.args
        if format_expr(lower) == format_expr(variable):
            return variable, step, False
        if format_expr(lower) == format_expr(_subtract(variable, step)):
            return variable, step, True
    if not (isinstance(upper, Apply) and isinstance(lower, Apply)) or upper.op != lower.op:
        return None
    if len(upper.args) != len(lower.args):
        return None
    different = [(a, b) for a, b in zip(upper.args, lower.args, strict=True) if format_expr(a) != format_expr(b)]
    found = [_find_perturbation(a, b) for a, b in different]
    distinct = {item and (format_expr(item[0]), format_expr(item[1]), item[2]) for item in found}
    return found[0] if len(distinct) == 1 else None


def _replace_subtree(tree: Expr, old: Expr, new: Expr) -> Expr:
    if format_expr(tree) == format_expr(old):
        return new
    if not isinstance(tree, Apply):
        return tree
    return Apply(tree.op, tuple(_replace_subtree(arg, old, new) for arg in tree.args))
