"""Reductions of a matrix: sums and means of all cells, of columns (axis 0) and of rows (axis 1).

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra.array_functions import resolve_axis
from tutor.algebra.ops import broadcast_like, is_vector_shape, num_rows, size, sum_axis, transpose
from tutor.engine import shapes
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value
    from tutor.engine.shapes import ShapeRule

_NOT_SPREAD = N_(
    "That is right for a single cell. The gradient has the shape of this input: which number is in each of its cells?"
)
_NOT_REPEATED = N_("The numbers are right, but each appears only once. Which cells of this input get each of them?")
_WRONG_AXIS = N_(
    "It looks as if you repeated the numbers along the other axis. When the cell in row 1, column 2 "
    "rises, which output rises?"
)
_NO_ONE_OVER_N = Mistake(
    "no-one-over-n",
    N_("factor 1/n missing"),
    lambda e: broadcast_like(e.g, e.x),
    N_("That would be right for a sum. This is a mean: when one cell rises by 1, by how much does the mean rise?"),
    asks_in_words=N_("Did you leave out the factor 1/n?"),
)
_MEAN_TIMES_CELL = Mistake(
    "times-cell",
    N_("multiplied by the cells' values"),
    lambda e: e.g * e.x * size(e.z) / size(e.x),
    N_(
        "That multiplies by the cells' own values. When one cell rises by 1, does the rise of the mean "
        "depend on that cell's value?"
    ),
    asks_in_words=N_("Did you multiply by the cells' values?"),
)
_SUM_WHY = N_(
    "When any one cell rises by 1, the sum rises by 1. So the local derivative is 1 for every cell of "
    "the sum. Each cell gets the upstream of the sum that contains it."
)
_MEAN_WHY = N_(
    "A mean is the sum divided by the number n of its cells. When one cell rises by 1, the mean rises "
    "by 1/n. So each cell gets the upstream divided by n."
)


def _num_columns(x: Value) -> Value:
    return num_rows(transpose(x))


_ASKS_COUNT: Mapping[Callable[[Value], Value], str] = {
    size: N_("Did you divide by the number of all cells?"),
    num_rows: N_("Did you divide by the number of rows?"),
    _num_columns: N_("Did you divide by the number of columns?"),
}


def _wrong_count(count: Callable[[Value], Value], feedback: str) -> Mistake:
    return Mistake(
        "wrong-count",
        N_("divided by the wrong number"),
        lambda e: broadcast_like(e.g / count(e.x), e.x),
        feedback,
        asks_in_words=_ASKS_COUNT[count],
    )


def _not_spread(rule: Callable[[EdgeContext], Value], feedback: str = _NOT_REPEATED) -> Mistake:
    return Mistake(
        "not-spread",
        N_("not repeated for every cell"),
        rule,
        feedback,
        asks_in_words=N_("Did you enter each number only once instead of once for every cell?"),
    )


def _sum_along(axis: int, symbol: str, shape_rule: ShapeRule, rule: str, skill_name: str) -> Operation:
    return Operation(
        id=f"sum.{axis}",
        label="sum",
        symbol=symbol,
        title=N_("sum"),
        shape_rule=shape_rule,
        forward=lambda x: sum_axis(x, axis),
        vjp=(lambda g, z, x: broadcast_like(g, x),),
        keeps_decimals=True,
        rule=(rule,),
        confirmation=(N_("the upstream of its sum, in every cell"),),
        skill_name=(skill_name,),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. When only "
                "one cell rises by 1, which of the sums rises, and by how much?"
            ),
        ),
        why=_SUM_WHY,
        mistakes=(
            Mistake(
                "split",
                N_("gradient split"),
                lambda e: broadcast_like(e.g, e.x) * size(e.g) / size(e.x),
                N_(
                    "A gradient isn't shared out like money. When you raise only one cell by 1, by how "
                    "much does its sum rise?"
                ),
                asks_in_words=N_("Did you divide the upstream gradient by the number of cells?"),
            ),
            Mistake(
                "times-cell",
                N_("multiplied by the cells' values"),
                lambda e: e.g * e.x,
                N_(
                    "That multiplies by the cells' own values. When one cell rises by 1, by how much does its sum rise?"
                ),
                asks_in_words=N_("Did you multiply by the cells' values?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: transpose(broadcast_like(e.g, e.x)),
                _WRONG_AXIS,
                asks_in_words=N_("Did you work along the other axis?"),
            ),
            _not_spread(lambda e: e.g),
        ),
    )


def _mean_along(
    axis: int,
    symbol: str,
    shape_rule: ShapeRule,
    rule: str,
    skill_name: str,
    wrong_count: Mistake,
) -> Operation:
    count = _num_columns if axis else num_rows
    return Operation(
        id=f"mean.{axis}",
        label="mean",
        symbol=symbol,
        title=N_("mean"),
        shape_rule=shape_rule,
        forward=lambda x: sum_axis(x, axis) / count(x),
        vjp=(lambda g, z, x: broadcast_like(g / count(x), x),),
        rule=(rule,),
        confirmation=(N_("the upstream over the number of cells in its mean"),),
        skill_name=(skill_name,),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. When only "
                "one cell rises by 1, which of the means rises, and by how much?"
            ),
        ),
        why=_MEAN_WHY,
        mistakes=(
            _NO_ONE_OVER_N,
            wrong_count,
            _wrong_count(
                size,
                N_(
                    "It is right to divide, but not by the number of all cells. How many cells does "
                    "each of these means have?"
                ),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: transpose(broadcast_like(e.g / count(e.x), e.x)),
                _WRONG_AXIS,
                asks_in_words=N_("Did you work along the other axis?"),
            ),
            _not_spread(lambda e: e.g / count(e.x)),
            _MEAN_TIMES_CELL,
        ),
    )


TABLE = (
    Operation(
        id="sum",
        symbol="Σ",
        title=N_("sum"),
        shape_rule=shapes.reduce_all,
        forward=sum_axis,
        vjp=(lambda g, z, x: broadcast_like(g, x),),
        keeps_decimals=True,
        ends_pass=True,
        rule=(N_("Σ passes the upstream unchanged to every cell."),),
        confirmation=(N_("the upstream, which Σ passes to every cell"),),
        skill_name=(N_("Σ of all cells"),),
        question=(
            N_(
                "The answer has this input's shape, {shape}: one number for each cell. When only one "
                "cell rises by 1, by how much does the sum rise?"
            ),
        ),
        why=_SUM_WHY,
        mistakes=(
            Mistake(
                "split",
                N_("gradient split"),
                lambda e: broadcast_like(e.g / size(e.x), e.x),
                N_(
                    "A gradient isn't shared out like money. When you raise only one cell by 1, by how "
                    "much does the sum rise?"
                ),
                asks_in_words=N_("Did you divide the upstream gradient by the number of cells?"),
            ),
            Mistake(
                "times-cell",
                N_("multiplied by the cells' values"),
                lambda e: e.g * e.x,
                N_(
                    "That multiplies by the cells' own values. When one cell rises by 1, by how much does the sum rise?"
                ),
                asks_in_words=N_("Did you multiply by the cells' values?"),
            ),
            _not_spread(lambda e: e.g, _NOT_SPREAD),
        ),
    ),
    _sum_along(
        0,
        "Σ↓",
        shapes.reduce_rows,
        N_("Each column's sum passes its upstream unchanged to every cell of the column."),
        N_("Σ of columns"),
    ),
    _sum_along(
        1,
        "Σ→",
        shapes.reduce_columns,
        N_("Each row's sum passes its upstream unchanged to every cell of the row."),
        N_("Σ of rows"),
    ),
    Operation(
        id="mean",
        symbol="mean",
        title=N_("mean"),
        shape_rule=shapes.reduce_all,
        forward=lambda x: sum_axis(x) / size(x),
        vjp=(lambda g, z, x: broadcast_like(g / size(x), x),),
        ends_pass=True,
        rule=(N_("A mean sends every cell the upstream divided by the number of cells."),),
        confirmation=(N_("the upstream over the number of cells"),),
        skill_name=(N_("mean of all cells"),),
        question=(
            N_(
                "The answer has this input's shape, {shape}: one number for each cell. When only one "
                "cell rises by 1, by how much does the mean rise?"
            ),
        ),
        why=_MEAN_WHY,
        mistakes=(
            _NO_ONE_OVER_N,
            _wrong_count(
                num_rows,
                N_("It is right to divide, but not by the number of rows. How many cells does this mean have?"),
            ),
            _wrong_count(
                _num_columns,
                N_("It is right to divide, but not by the number of columns. How many cells does this mean have?"),
            ),
            _not_spread(lambda e: e.g / size(e.x), _NOT_SPREAD),
            _MEAN_TIMES_CELL,
        ),
    ),
    _mean_along(
        0,
        "mean↓",
        shapes.reduce_rows,
        N_("Each column's mean sends its upstream, divided by the number of rows, to every cell of the column."),
        N_("mean of columns"),
        _wrong_count(
            _num_columns,
            N_(
                "It is right to divide, but not by the number of columns. How many cells does each of these means have?"
            ),
        ),
    ),
    _mean_along(
        1,
        "mean→",
        shapes.reduce_columns,
        N_("Each row's mean sends its upstream, divided by the number of columns, to every cell of the row."),
        N_("mean of rows"),
        _wrong_count(
            num_rows,
            N_("It is right to divide, but not by the number of rows. How many cells does each of these means have?"),
        ),
    ),
)
_BY_ID = {operation.id: operation for operation in TABLE}


def _dropping(name: str, function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    """Return a reduction that drops its axis, as NumPy does: the rows or columns that are kept become a vector."""
    assert isinstance(function.parameters, int)
    axis = resolve_axis(function.parameters, shapes[0], 0, name)
    if is_vector_shape(shapes[0]):
        return _BY_ID[name]
    kept = _BY_ID[f"{name}.{axis}"]

    def keep(g: Value) -> Value:
        return transpose(g) if axis == 1 else g

    def keep_in(rule: Callable[[EdgeContext], Value]) -> Callable[[EdgeContext], Value]:
        return lambda e: rule(replace(e, g=keep(e.g), z=keep(e.z)))

    return replace(
        kept,
        forward=function,
        vjp=(lambda g, z, x: kept.vjp[0](keep(g), keep(z), x),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        mistakes=tuple(
            replace(mistake, rule=keep_in(mistake.rule)) if mistake.id != "not-spread" else mistake
            for mistake in kept.mistakes
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    name: partial(_dropping, name) for name in ("sum", "mean")
}
