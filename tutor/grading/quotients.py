"""What goes wrong with a difference quotient, forward (f(x + δ) − f(x))/δ or central (f(x + δ) − f(x − δ))/(2δ)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tutor.algebra import values
from tutor.algebra.show import write
from tutor.algebra.tree import Apply, Expr, Sym, names, number, put_in
from tutor.algebra.values import Value
from tutor.grading.suspect import Named
from tutor.i18n import N_

_NOT_HALVED = Named(
    "quotient", "check.not-halved", N_("How far apart are the two places where you looked, in steps of δ?")
)
_ONE_SIDED = Named(
    "quotient",
    "check.one-sided",
    N_(
        "That is a difference to one side only. A central one looks to both: where does it begin, and where does it end?"
    ),
)
_BOTH_SIDES = Named(
    "quotient",
    "check.both-sides",
    N_("That looks to both sides. A forward difference takes one step: from where, and to where?"),
)
_OTHER_SIDE = Named(
    "quotient", "check.other-side", N_("Looks as if you stepped to the other side. Which one is asked?")
)
_NOT_DIVIDED = Named(
    "quotient", "check.not-divided", N_("That is how far it moved. For how long a step, and how much is that per unit?")
)
_MULTIPLIED = Named(
    "quotient",
    "check.multiplied",
    N_("You multiplied by the step. Asked is the movement for each unit of it."),
)
_MOVED_VALUE = Named("quotient", "check.moved-value", N_("That is the value after the step. How far did it move?"))
_TURNED_ROUND = Named(
    "quotient", "check.turned-round", N_("The size is right. Which of the two values is taken from which?")
)
_OTHER_INPUT = Named(
    "quotient", "check.other-input", N_("Looks as if another variable was moved. Which one is asked about?")
)

#: All of these, in the order of the catalogue.
ANYWHERE = (
    *(_NOT_HALVED, _ONE_SIDED, _BOTH_SIDES, _OTHER_SIDE, _NOT_DIVIDED, _MULTIPLIED, _MOVED_VALUE, _TURNED_ROUND),
    _OTHER_INPUT,
)


@dataclass(frozen=True, slots=True)
class _Quotient:
    """What a difference quotient consists of: f at its two ends and in the middle, or where it began, and the step."""

    upper: Expr
    lower: Expr
    here: Expr
    moved: Expr
    step: Expr
    below: Expr
    central: bool

    def at(self, place: Expr) -> Expr:
        """f with another expression for what is moved."""
        return _replaced(self.here, self.moved, place)


def wrong_quotients(form: Expr, known: Mapping[str, Value]) -> Iterator[tuple[Named, Expr]]:
    """The formulas that mistakes lead to, the likeliest first; none where a formula is no difference quotient."""
    q = _read(form)
    if q is None:
        return
    rise = _minus(q.upper, q.lower)
    behind = q.at(_minus(q.moved, q.step))
    if q.central:
        yield _NOT_HALVED, _over(rise, q.step)
        for one in (_minus(q.upper, q.here), _minus(q.here, q.lower)):
            yield _ONE_SIDED, _over(one, q.step)
            yield _ONE_SIDED, _over(one, q.below)
    yield _NOT_DIVIDED, rise
    yield _MULTIPLIED, Apply("mul", (rise, q.below))
    yield _MOVED_VALUE, q.upper
    yield _TURNED_ROUND, _over(_minus(q.lower, q.upper), q.below)
    if not q.central:
        yield _OTHER_SIDE, _over(_minus(q.here, behind), q.step)
        yield _BOTH_SIDES, _over(_minus(q.upper, behind), Apply("mul", (number(2), q.step)))
    for name in sorted(names(q.here) - names(q.moved) - names(q.step)):
        if values.shape(known.get(name)) is None:
            up = put_in(q.here, {name: Apply("add", (Sym(name), q.step))})
            down = put_in(q.here, {name: Apply("sub", (Sym(name), q.step))}) if q.central else q.here
            yield _OTHER_INPUT, _over(_minus(up, down), q.below)


def _minus(a: Expr, b: Expr) -> Expr:
    return Apply("sub", (a, b))


def _over(a: Expr, b: Expr) -> Expr:
    return Apply("div", (a, b))


def _read(form: Expr) -> _Quotient | None:
    """A formula as a difference quotient, None where it is none."""
    if not (isinstance(form, Apply) and form.op == "div"):
        return None
    rise, below = form.args
    if not (isinstance(rise, Apply) and rise.op == "sub"):
        return None
    upper, lower = rise.args
    found = _moved(upper, lower)
    if found is None:
        return None
    moved, step, central = found
    doubled = {write(Apply("mul", (number(2), step))), write(Apply("mul", (step, number(2)))), write(step + step)}
    if write(below) not in (doubled if central else {write(step)}):
        return None
    here = _replaced(lower, _minus(moved, step), moved) if central else lower
    return _Quotient(upper, lower, here, moved, step, below, central)


def _moved(upper: Expr, lower: Expr) -> tuple[Expr, Expr, bool] | None:
    """What is moved, by which step, and whether to both sides, where two formulas differ in that alone."""
    if isinstance(upper, Apply) and upper.op == "add":
        moved, step = upper.args
        if write(lower) == write(moved):
            return moved, step, False
        if write(lower) == write(_minus(moved, step)):
            return moved, step, True
    if not (isinstance(upper, Apply) and isinstance(lower, Apply)) or upper.op != lower.op:
        return None
    if len(upper.args) != len(lower.args):
        return None
    different = [(a, b) for a, b in zip(upper.args, lower.args, strict=True) if write(a) != write(b)]
    found = [_moved(a, b) for a, b in different]
    if not found or any(one is None for one in found):
        return None
    written = {tuple(write(part) if isinstance(part, Expr) else part for part in one) for one in found if one}
    return found[0] if len(written) == 1 else None


def _replaced(tree: Expr, old: Expr, new: Expr) -> Expr:
    """`tree` with another expression wherever one stands."""
    if write(tree) == write(old):
        return new
    return Apply(tree.op, tuple(_replaced(arg, old, new) for arg in tree.args)) if isinstance(tree, Apply) else tree
