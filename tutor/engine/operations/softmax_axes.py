"""softmax down the columns, and softmax over the entries that a mask leaves.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import bound, resolve_axis
from tutor.algebra.masked_softmax import kept_entries
from tutor.algebra.ops import constant_like, is_vector_shape, sum_axis, transpose
from tutor.engine import shapes as shape_rules
from tutor.engine.operation import EdgeContext, Mistake, Operation, no_gradient
from tutor.engine.operations import linalg, stable
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value

_BY_ROWS = next(operation for operation in linalg.TABLE if operation.id == "softmax")
_QUESTION = N_(
    "When one input of a column rises, its own output rises. The outputs of a column add up to 1: what "
    "happens to the others?"
)


def _vjp(axis: int, g: Value, z: Value, x: Value, *mask: Value) -> Value:
    return z * (g - sum_axis(g * z, axis))


def _size(x: Value, axis: int) -> int:
    return int(x.shape[axis - 2])


# --- columns ---------------------------------------------------------------------------------------------------


def _by_columns(function: BoundFunction) -> Operation:
    return Operation(
        id="softmax.0",
        label="softmax",
        symbol="softmax↓",
        title=N_("softmax of columns"),
        forward=function,
        vjp=(partial(_vjp, 0),),
        stable=(lambda g, z, x: transpose(stable.softmax_vjp(transpose(g), transpose(z), transpose(x))),),
        shape_rule=shape_rules.rowwise,
        needs_extra_digits=True,
        rule=(N_("Within each column, subtract the y-weighted mean of the upstreams, then multiply by the output y."),),
        confirmation=(N_("y·(upstream − the column's y-weighted mean)"),),
        skill_name=(N_("softmax by columns"),),
        question=(_QUESTION,),
        why=N_(
            "The outputs of a column always add up to 1. When one input rises, its own output rises "
            "and the others fall, so each input affects every output of its column. That is why you "
            "subtract the weighted mean of the column's upstreams first."
        ),
        mistakes=(
            *_shared_mistakes(0),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: e.z * (e.g - sum_axis(e.g * e.z, 1)),
                N_(
                    "It looks as if you took the mean of each row. Which outputs add up to 1 here: those "
                    "of a column or those of a row?"
                ),
                asks=N_("Did you take the mean along the other axis?"),
            ),
        ),
    )


def _shared_mistakes(axis: int) -> tuple[Mistake, ...]:
    return (
        Mistake(
            "diagonal",
            N_("diagonal only"),
            lambda e: e.z * (constant_like(1, e.z) - e.z) * e.g,
            N_(
                "With y·(1 − y) you have the effect of each input on its own output. Which other outputs "
                "does the same input change?"
            ),
            asks_in_words=N_("Did you multiply the upstream gradient by y·(1 − y) alone?"),
        ),
        Mistake(
            "forgot-1-minus",
            N_("weighted mean not subtracted"),
            lambda e: e.z * e.g,
            N_("The factor y is right. What do you subtract from each upstream first?"),
            asks_in_words=N_("Did you multiply the upstream gradient by y alone?"),
        ),
        Mistake(
            "plain-mean",
            N_("plain mean instead of weighted mean"),
            lambda e: e.z * (e.g - sum_axis(e.g, axis) / _size(e.g, axis)),
            N_(
                "It is right to subtract a mean, but that is the plain mean of the upstreams. Which "
                "values are the weights?"
            ),
            asks_in_words=N_("Did you subtract the plain mean of the upstream gradients?"),
        ),
        Mistake(
            "factor-left-out",
            N_("factor y left out"),
            lambda e: e.g - sum_axis(e.g * e.z, axis),
            N_(
                "You subtracted the weighted mean, and that is right. An output near 0 hardly changes: "
                "which factor is still missing?"
            ),
            asks_in_words=N_("Did you leave out the factor y?"),
        ),
        Mistake(
            "whole-matrix",
            N_("one mean for all entries"),
            lambda e: e.z * (e.g - sum_axis(e.g * e.z)),
            N_("It looks as if you took one mean for all entries. Which outputs add up to 1 here?"),
            correct_for_shape=lambda rows, columns: (columns, rows)[axis] == 1,
            asks_in_words=N_("Did you take one mean for all cells?"),
        ),
    )


def _softmax(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    axis = resolve_axis(function.parameters, shapes[0], 0, "softmax")
    return _BY_ROWS if axis == 1 else _by_columns(function)


# --- masks -----------------------------------------------------------------------------------------------------


def _kept(e: EdgeContext) -> Value:
    """Return 1 for each entry that the mask leaves. Raises `ValueError` for formulas."""
    if not ops.is_array(e.x) or not ops.is_array(e.operands[1]):
        raise ValueError("no entries")
    return kept_entries(e.x, e.operands[1])


def _leaking(axis: int, e: EdgeContext) -> Value:
    """Return the gradient of a softmax without the mask."""
    y = bound("softmax", axis)(e.x)
    return _vjp(axis, e.g, y, e.x)


def _plain_mean(axis: int, e: EdgeContext) -> Value:
    """Return the gradient with the plain mean of the entries that the mask leaves."""
    kept = _kept(e)
    return e.z * (e.g - sum_axis(e.g * kept, axis) / sum_axis(kept, axis))


def _masked(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    axis = resolve_axis(function.parameters, shapes[0], 0, "softmax")
    if is_vector_shape(shapes[0]):
        function = function.function.bind(-1)
    return Operation(
        id="masked_softmax",
        symbol="masked softmax" + ("↓" if axis == 0 else ""),
        title=N_("softmax with a mask"),
        forward=function,
        vjp=(partial(_vjp, axis), no_gradient),
        data_slots=(1,),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        needs_extra_digits=True,
        rule=(
            N_(
                "As for softmax, subtract the y-weighted mean of the upstreams, then multiply by the "
                "output y. A masked entry has y = 0, so it gets 0."
            ),
        ),
        confirmation=(N_("y·(upstream − y-weighted mean), 0 for masked entries"),),
        skill_name=(N_("softmax with a mask"),),
        question=(
            N_(
                "Which of these inputs change an output at all? The outputs add up to 1: when one of "
                "them rises, what happens to the others?"
            ),
        ),
        why=N_(
            "A masked entry has the score −∞, so its output is 0 whatever its input is, and nothing "
            "comes back to it. The outputs of the other entries add up to 1. So each of their inputs "
            "affects all of them, and you subtract the weighted mean of their upstreams first."
        ),
        mistakes=(
            Mistake(
                "leaking",
                N_("mask ignored"),
                partial(_leaking, axis),
                N_(
                    "That is right for a softmax without the mask. When a masked input changes, does any output change?"
                ),
                asks=N_("Did you leave out the mask?"),
            ),
            Mistake(
                "masked-upstream",
                N_("upstream sent to masked entries"),
                lambda e: _vjp(axis, e.g, e.z, e.x) + e.g * (constant_like(1, e.x) - _kept(e)),
                N_(
                    "The other entries are right, but the masked entries have their upstream here. When a "
                    "masked input rises, does any output change?"
                ),
                asks=N_("Did you pass the upstream gradient on to masked entries?"),
            ),
            Mistake(
                "plain-mean-kept",
                N_("plain mean instead of weighted mean"),
                partial(_plain_mean, axis),
                N_(
                    "It is right to subtract a mean, but that is the plain mean of the upstreams. "
                    "Which values are the weights?"
                ),
                asks=N_("Did you take the plain mean of the upstream gradients?"),
            ),
            *_shared_mistakes(axis),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "softmax": _softmax,
    "masked_softmax": _masked,
}
TABLE = (_softmax(bound("softmax", 0), [(2, 3)]), _masked(bound("masked_softmax", -1), [(2, 3), (2, 3)]))
