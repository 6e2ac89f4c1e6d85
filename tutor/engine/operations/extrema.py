"""The greatest and the smallest entry of an array, over all entries or along an axis. Ties share the gradient equally.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra.array_functions import bound
from tutor.algebra.array_reductions import Along, running_sums
from tutor.algebra.ops import SCALAR_FUNCTIONS, broadcast_like, constant_like, is_matrix, sum_axis
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations.lines import ARROWS, Lines
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value

_equal = SCALAR_FUNCTIONS["eq"]
_SYMBOLS = {"amax": "max", "amin": "min"}
_OPPOSITE = {"amax": "amin", "amin": "amax"}


def _winners(lines: Lines, z: Value, x: Value) -> Value:
    """Return 1 for each entry that equals the output it went into, and 0 for the others."""
    return _equal(x, lines.spread(z, x))


def _vjp(lines: Lines, g: Value, z: Value, x: Value) -> Value:
    winners = _winners(lines, z, x)
    return lines.lift(g, x) * winners / lines.lift_kept(sum_axis(winners, lines.axis), x)


def _first_winner(lines: Lines, e: EdgeContext) -> Value:
    winners = _winners(lines, e.z, e.x)
    counted = running_sums(lines.axis, winners).reshape(e.x.shape)
    return lines.lift(e.g, e.x) * winners * _equal(counted, constant_like(1, counted))


def _winners_of(lines: Lines, name: str, axis: int | None, e: EdgeContext) -> Value:
    """Return the upstream at the entries that another reduction would pick."""
    picked = bound(name, Along(axis, axis is not None))(e.x)
    return lines.lift(e.g, e.x) * _equal(e.x, picked if axis is not None else broadcast_like(picked, e.x))


def _wrong_axis(lines: Lines, name: str, e: EdgeContext) -> Value:
    if lines.axis is None:
        raise ValueError("no axis")
    return _winners_of(lines, name, 1 - lines.axis, e)


def _unlike(e: EdgeContext) -> Value:
    if is_matrix(e.g) and e.g.shape[-2:] == e.x.shape[-2:]:
        raise ValueError("the same shape")
    return e.g


def _extremum(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    name = function.function.id
    function = function.function.bind(function.parameters.without_vector(shapes[0]))
    lines = Lines.of(function.parameters, shapes[0])
    is_max = name == "amax"
    return Operation(
        id=name,
        symbol=_SYMBOLS[name] + ARROWS[lines.axis],
        title=N_("greatest entry") if is_max else N_("smallest entry"),
        forward=function,
        vjp=(partial(_vjp, lines),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        has_kink=True,
        kink_pattern=partial(_winners, lines),
        keeps_decimals=True,
        rule=(
            N_("The upstream goes to the greatest entry; entries that are equally great share it. The rest gets 0.")
            if is_max
            else N_(
                "The upstream goes to the smallest entry; entries that are equally small share it. The rest gets 0."
            ),
        ),
        confirmation=(
            N_("the upstream at the greatest entry, 0 elsewhere")
            if is_max
            else N_("the upstream at the smallest entry, 0 elsewhere"),
        ),
        skill_name=(N_("greatest entry") if is_max else N_("smallest entry"),),
        question=(
            N_(
                "The answer has the shape of the input, {shape}. Raise only one entry a little: does the greatest one rise?"
            )
            if is_max
            else N_(
                "The answer has the shape of the input, {shape}. Lower only one entry a little: does the smallest one fall?"
            ),
        ),
        why=N_(
            "Only one entry decides the output, and the output moves exactly as much as that entry. "
            "The others can move a little without any effect, so they get 0. "
            "If several entries tie, each gets an equal share, as in PyTorch."
        ),
        mistakes=(
            Mistake(
                "everywhere",
                N_("upstream in every entry"),
                lambda e: broadcast_like(lines.lift(e.g, e.x), e.x),
                N_(
                    "All entries got the upstream. If an entry that was not picked rises a little, does the output rise?"
                ),
                asks=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "tie-not-shared",
                N_("tie not shared"),
                lambda e: lines.lift(e.g, e.x) * _winners(lines, e.z, e.x),
                N_("Several entries tie, and each got the whole upstream. How do they share it?"),
                asks=N_("Did you give the whole upstream gradient to each of the tied entries?"),
            ),
            Mistake(
                "first-of-tie",
                N_("only the first of a tie"),
                partial(_first_winner, lines),
                N_("Several entries tie, and only the first got the upstream. Are the others any different from it?"),
                asks=N_("Did you give the upstream gradient only to the first of the tied entries?"),
            ),
            Mistake(
                "loser",
                N_("gradient to the wrong entry"),
                lambda e: _winners_of(lines, _OPPOSITE[name], lines.axis, e),
                N_("Looks as if the upstream went to the smallest entry. Which one decides the output?")
                if is_max
                else N_("Looks as if the upstream went to the greatest entry. Which one decides the output?"),
                asks=N_("Did you give the upstream gradient to the smallest entry?")
                if is_max
                else N_("Did you give the upstream gradient to the greatest entry?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                partial(_wrong_axis, lines, name),
                N_("Looks as if you looked along the other axis. Which entries did each output choose from?"),
                asks=N_("Did you compare the entries along the other axis?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the values"),
                lambda e: lines.lift(e.g, e.x) * _winners(lines, e.z, e.x) * e.x,
                N_("You multiplied by the entry. If it rises by 1, does the output rise by that entry's value?"),
                asks_in_words=N_("Did you multiply by the entry that was picked?"),
            ),
            Mistake(
                "not-spread",
                N_("zeros left out"),
                _unlike,
                N_("That is the upstream itself. The answer has a number for every entry, {shape}."),
                asks=N_("Did you pass the upstream gradient on as it came?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "amax": _extremum,
    "amin": _extremum,
}
TABLE = tuple(_extremum(bound(name, Along()), [(2, 3)]) for name in ("amax", "amin"))
