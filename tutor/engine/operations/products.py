"""Products of entries, and running sums, over all entries or along an axis.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra.array_functions import bound, resolve_axis
from tutor.algebra.array_reductions import Along, running_sums
from tutor.algebra.indexing import Index
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.ops import (
    SCALAR_FUNCTIONS,
    broadcast_like,
    constant_like,
    is_array,
    is_exact,
    is_vector,
    is_vector_shape,
    nearest_floats,
    shape_of,
    sum_axis,
)
from tutor.algebra.sizes import has_named_size
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations.lines import ARROWS, Lines
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value


# --- products --------------------------------------------------------------------------------------------------


def _others(axis: int | None, x: Value) -> Value:
    # The axis of a vector is its last one.
    return bound("prod_others", Along(-1 if axis == 1 and is_vector(x) else axis, True))(x)


def _not_zero(x: Value) -> Value:
    """Return 0 for each entry that is 0 and 1 for the others. Raises `ValueError` if no entry is 0."""
    marks = SCALAR_FUNCTIONS["ne"](x, constant_like(0, x))
    if not is_array(marks):
        raise ValueError("no entries")
    lost = nearest_floats(marks) if is_exact(marks) else marks
    if not (lost == 0).any(axis=(-2, -1)).all():
        raise ValueError("no entry is 0")
    return marks


def _other_axis(lines: Lines, e: EdgeContext) -> Value:
    if lines.axis is None:
        raise ValueError("no axis")
    return lines.lift(e.g, e.x) * _others(1 - lines.axis, e.x)


def _product(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    function = function.function.bind(function.parameters.without_vector(shapes[0]))
    lines = Lines.of(function.parameters, shapes[0])
    return Operation(
        id="prod",
        symbol="prod" + ARROWS[lines.axis],
        title=N_("product of entries"),
        forward=function,
        vjp=(lambda g, z, x: lines.lift(g, x) * _others(lines.axis, x),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(N_("Each entry gets the upstream times the product of all the other entries."),),
        confirmation=(N_("the upstream times the product of the other entries"),),
        skill_name=(N_("product of entries"),),
        question=(
            N_(
                "The answer has this input's shape, {shape}. Look at one entry: what is it multiplied "
                "by in the product?"
            ),
        ),
        why=N_(
            "A product is one entry times all the others. When that entry rises by 1, the product "
            "rises by the product of the others. This also holds for an entry that is 0, so don't "
            "divide the product by the entry."
        ),
        mistakes=(
            Mistake(
                "zero-lost",
                N_("0 for an entry that is 0"),
                lambda e: lines.lift(e.g, e.x) * _others(lines.axis, e.x) * _not_zero(e.x),
                N_(
                    "Your answer is 0 where the entry is 0. When that entry rises from 0 to 1, by how much "
                    "does the product rise?"
                ),
                asks=N_("Did you divide the product by each entry, and write 0 for an entry that is 0?"),
            ),
            Mistake(
                "whole-product",
                N_("own entry not left out"),
                lambda e: broadcast_like(lines.spread(e.g * e.z, e.x), e.x),
                N_("That multiplies by the whole product. Which entry do you have to leave out of it?"),
                asks_in_words=N_("Did you multiply by the whole product?"),
            ),
            Mistake(
                "plus-rule",
                N_("rule of a sum"),
                lambda e: broadcast_like(lines.lift(e.g, e.x), e.x),
                N_("That would be right for a sum. When one entry rises by 1, by how much does the product rise?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "own-input",
                N_("own entry instead of the others"),
                lambda e: lines.lift(e.g, e.x) * e.x,
                N_("That multiplies by the entry itself. What is this entry multiplied by in the product?"),
                asks_in_words=N_("Did you multiply by the entry itself?"),
            ),
            Mistake(
                "sum-of-others",
                N_("others added instead of multiplied"),
                lambda e: lines.lift(e.g, e.x) * (lines.lift_kept(sum_axis(e.x, lines.axis), e.x) - e.x),
                N_("It looks as if you added the other entries. How are they combined in a product?"),
                asks_in_words=N_("Did you add the other entries?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                partial(_other_axis, lines),
                N_("It looks as if you multiplied along the other axis. Which entries are in each of these products?"),
                asks=N_("Did you multiply the entries along the other axis?"),
            ),
        ),
    )


# --- running sums ----------------------------------------------------------------------------------------------


def _turned(axis: int | None, g: Value) -> Value:
    """Return the entries in reverse order along an axis."""
    backwards = slice(None, None, -1)
    return bound("index", Index((slice(None), backwards) if axis == 1 else (backwards,)))(g)


def _reverse_sums(axis: int | None, g: Value, x: Value) -> Value:
    """Return the running sums from the last entry on, in the shape of `x`. Without an axis g is one line."""
    if isinstance(g, MatrixExpr) and has_named_size(g.shape):
        # Only a whole axis keeps the name of its size.
        return _like(sum_axis(g, axis) - bound("cumsum", axis)(g) + g, x)
    if isinstance(g, MatrixExpr):
        sums = _turned(axis, bound("cumsum", axis)(_turned(axis, g)))
        return sums if axis is not None or is_vector_shape(shape_of(x)) else _like(sums, x)
    return _like(running_sums(axis, g, backwards=True), x)


def _like(value: Value, x: Value) -> Value:
    if isinstance(value, MatrixExpr):
        return value if value.shape == x.shape else bound("reshape", tuple(x.shape))(value)
    return value.reshape(*value.shape[:-2], *x.shape[-2:])


def _along_other_axis(axis: int | None, e: EdgeContext) -> Value:
    if axis is None:
        raise ValueError("no axis")
    return _reverse_sums(1 - axis, e.g, e.x)


def _running_sum(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    given = function.parameters
    is_line = given is None or is_vector_shape(shapes[0])
    axis = None if is_line else resolve_axis(given, shapes[0], 0, "cumsum")
    function = function.function.bind(axis)
    return Operation(
        id="cumsum",
        symbol="cumsum" + ARROWS[axis],
        title=N_("running sum"),
        forward=function,
        vjp=(lambda g, z, x: _reverse_sums(axis, g, x),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        rule=(N_("Each entry gets the sum of the upstreams from its own place to the end."),),
        confirmation=(N_("the running sum of the upstream, from the end back"),),
        skill_name=(N_("running sum"),),
        question=(N_("When only one entry rises by 1, which of the running sums rise?"),),
        why=N_(
            "An entry is part of the running sum at its own place and of all that follow. When it "
            "rises by 1, each of these rises by 1. So its gradient is the sum of their upstreams, a "
            "running sum from the end."
        ),
        mistakes=(
            Mistake(
                "not-reversed",
                N_("running sum not reversed"),
                lambda e: _like(bound("cumsum", axis)(e.g), e.x),
                N_(
                    "That adds the upstreams from the first place to this one. Which running sums contain "
                    "this entry: the earlier or the later ones?"
                ),
                asks=N_("Did you add up the upstream gradients from the beginning?"),
            ),
            Mistake(
                "own-place-left-out",
                N_("own place left out"),
                lambda e: _reverse_sums(axis, e.g, e.x) - _like(e.g, e.x),
                N_(
                    "That adds only the upstreams after this place. Is the entry also part of the running "
                    "sum at its own place?"
                ),
                asks=N_("Did you leave out the upstream gradient at the entry's own place?"),
            ),
            Mistake(
                "unchanged",
                N_("upstream passed on unchanged"),
                lambda e: _like(e.g, e.x),
                N_("That is the upstream, unchanged. An entry is part of several running sums: which ones?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "added-up",
                N_("everything added up"),
                lambda e: broadcast_like(sum_axis(e.g, axis), e.x),
                N_(
                    "Every entry has the sum of all upstreams. When the last entry changes, does the first "
                    "running sum change?"
                ),
                asks=N_("Did you add up all upstream gradients for each entry?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                partial(_along_other_axis, axis),
                N_(
                    "It looks as if you added along the other axis. Do the running sums here run down the "
                    "columns or along the rows?"
                ),
                asks=N_("Did you add up along the other axis?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "prod": _product,
    "cumsum": _running_sum,
}
TABLE = (_product(bound("prod", Along()), [(2, 3)]), _running_sum(bound("cumsum", None), [(1, 3)]))
