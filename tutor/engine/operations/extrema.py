"""The largest and the smallest entry of an array, over all entries or along an axis. Ties share the gradient equally.

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
    """Return 1 for each entry that equals its output, and 0 for the others."""
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
        title=N_("largest entry") if is_max else N_("smallest entry"),
        forward=function,
        vjp=(partial(_vjp, lines),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        has_kink=True,
        kink_pattern=partial(_winners, lines),
        keeps_decimals=True,
        rule=(
            N_(
                "Send the upstream to the largest entry; all others get 0. If several entries tie, each "
                "gets the upstream divided by their number."
            )
            if is_max
            else N_(
                "Send the upstream to the smallest entry; all others get 0. If several entries tie, "
                "each gets the upstream divided by their number."
            ),
        ),
        confirmation=(
            N_("the upstream at the largest entry, 0 elsewhere")
            if is_max
            else N_("the upstream at the smallest entry, 0 elsewhere"),
        ),
        skill_name=(N_("largest entry") if is_max else N_("smallest entry"),),
        question=(
            N_("The answer has the shape of the input, {shape}. Raise one entry a little: does the output rise?")
            if is_max
            else N_("The answer has the shape of the input, {shape}. Lower one entry a little: does the output fall?"),
        ),
        why=N_(
            "One entry decides the output, and the output changes exactly as much as that entry. Small "
            "changes of the other entries have no effect, so their gradient is 0. If n entries tie, "
            "each gets 1/n of the upstream, as in PyTorch."
        ),
        mistakes=(
            Mistake(
                "everywhere",
                N_("upstream in every entry"),
                lambda e: broadcast_like(lines.lift(e.g, e.x), e.x),
                N_(
                    "Here every entry got the upstream. When an entry that was not picked rises a "
                    "little, how much does the output change?"
                ),
                asks=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "tie-not-shared",
                N_("tie not divided"),
                lambda e: lines.lift(e.g, e.x) * _winners(lines, e.z, e.x),
                N_("Several entries tie, and each got the whole upstream. By which number do you have to divide it?"),
                asks=N_("Did you give the whole upstream gradient to each of the tied entries?"),
            ),
            Mistake(
                "first-of-tie",
                N_("first of a tie only"),
                partial(_first_winner, lines),
                N_(
                    "Several entries tie, and only the first got the upstream. How many entries have the "
                    "same value, and what does each of them get?"
                ),
                asks=N_("Did you give the upstream gradient only to the first of the tied entries?"),
            ),
            Mistake(
                "loser",
                N_("gradient at the wrong entry"),
                lambda e: _winners_of(lines, _OPPOSITE[name], lines.axis, e),
                N_("It looks as if you sent the upstream to the smallest entry. Which entry decides the output of max?")
                if is_max
                else N_(
                    "It looks as if you sent the upstream to the largest entry. Which entry decides the output of min?"
                ),
                asks=N_("Did you give the upstream gradient to the smallest entry?")
                if is_max
                else N_("Did you give the upstream gradient to the largest entry?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                partial(_wrong_axis, lines, name),
                N_(
                    "It looks as if you compared entries along the other axis. From which entries is each "
                    "output picked?"
                ),
                asks=N_("Did you compare the entries along the other axis?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the forward values"),
                lambda e: lines.lift(e.g, e.x) * _winners(lines, e.z, e.x) * e.x,
                N_(
                    "That multiplies by the value of the picked entry. When it rises by 1, by how much "
                    "does the output rise?"
                ),
                asks_in_words=N_("Did you multiply by the value of the picked entry?"),
            ),
            Mistake(
                "not-spread",
                N_("zeros left out"),
                _unlike,
                N_(
                    "That is the upstream itself. The answer has the shape {shape}: which entries get the "
                    "upstream, and what do the others get?"
                ),
                asks=N_("Did you pass the upstream gradient on unchanged?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "amax": _extremum,
    "amin": _extremum,
}
TABLE = tuple(_extremum(bound(name, Along()), [(2, 3)]) for name in ("amax", "amin"))
