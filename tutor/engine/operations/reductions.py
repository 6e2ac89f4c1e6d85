"""Sums and means of a matrix: of all cells, down its columns (axis 0), along its rows (axis 1).

Mistakes are written with an `EdgeContext` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.ops import broadcast_like, num_rows, size, sum_axis, transpose
from tutor.engine import shapes
from tutor.engine.operation import Mistake, Operation
from tutor.i18n import N_

_NOT_SPREAD = N_("That is right for one cell. The answer has a number for every cell of the matrix.")
_NOT_REPEATED = N_("The numbers are right, each for one cell. Which cells of the matrix get which of them?")
_WRONG_AXIS = N_(
    "Looks as if the numbers went along the wrong way. Raise one cell of row 1, column 2: which of the outputs moves?"
)
_SPLIT_FEEDBACK = N_("A gradient isn't shared out like money. Raise only one cell by 1: by how much does its sum rise?")

_AXIS_SUM_MISTAKES = (
    Mistake("split", lambda e: broadcast_like(e.g, e.x) * size(e.g) / size(e.x), _SPLIT_FEEDBACK),
    Mistake(
        "times-cell",
        lambda e: e.g * e.x,
        N_("You multiplied by the cells. Raise one cell by 1: does its sum rise by that cell's value?"),
    ),
    Mistake("wrong-axis", lambda e: transpose(broadcast_like(e.g, e.x)), _WRONG_AXIS),
    Mistake("not-spread", lambda e: e.g, _NOT_REPEATED),
)
_NO_ONE_OVER_N = Mistake(
    "no-one-over-n",
    lambda e: broadcast_like(e.g, e.x),
    N_("That would be right for a sum. This is a mean: raise only one cell by 1, and by how much does it rise?"),
)
_WRONG_COUNT = Mistake(
    "wrong-count",
    lambda e: broadcast_like(e.g / size(e.x), e.x),
    N_("You divided by the number of all cells. How many of them does each of these means go over?"),
)
_MEAN_TIMES_CELL = Mistake(
    "times-cell",
    lambda e: e.g * e.x * size(e.z) / size(e.x),
    N_("You multiplied by the cells. Raise one cell by 1: does the mean move the more, the larger that cell is?"),
)

TABLE = (
    Operation(
        id="sum",
        symbol="Σ",
        shape_rule=shapes.reduce_all,
        forward=sum_axis,
        vjp=(lambda g, z, x: broadcast_like(g, x),),
        rule=(N_("Σ hands the upstream on unchanged, to every cell."),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}, a number for each cell. "
                "Raise only one cell by 1: by how much does the sum rise?"
            ),
        ),
        mistakes=(
            Mistake(
                "split",
                lambda e: broadcast_like(e.g / size(e.x), e.x),
                N_("A gradient isn't shared out like money. Raise only one cell by 1: by how much does the sum rise?"),
            ),
            Mistake(
                "times-cell",
                lambda e: e.g * e.x,
                N_("You multiplied by the cells. Raise one cell by 1: does the sum rise by that cell's value?"),
            ),
            Mistake("not-spread", lambda e: e.g, _NOT_SPREAD),
        ),
    ),
    Operation(
        id="sum.0",
        custom_label="sum",
        symbol="Σ↓",
        shape_rule=shapes.reduce_rows,
        forward=lambda x: sum_axis(x, 0),
        vjp=(lambda g, z, x: broadcast_like(g, x),),
        rule=(N_("Each column's sum hands its upstream on, unchanged, to every cell of the column."),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the sums rises, and by how much?"
            ),
        ),
        mistakes=_AXIS_SUM_MISTAKES,
    ),
    Operation(
        id="sum.1",
        custom_label="sum",
        symbol="Σ→",
        shape_rule=shapes.reduce_columns,
        forward=lambda x: sum_axis(x, 1),
        vjp=(lambda g, z, x: broadcast_like(g, x),),
        rule=(N_("Each row's sum hands its upstream on, unchanged, to every cell of the row."),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the sums rises, and by how much?"
            ),
        ),
        mistakes=_AXIS_SUM_MISTAKES,
    ),
    Operation(
        id="mean",
        symbol="mean",
        shape_rule=shapes.reduce_all,
        forward=lambda x: sum_axis(x) / size(x),
        vjp=(lambda g, z, x: broadcast_like(g / size(x), x),),
        rule=(N_("A mean sends every cell the upstream divided by how many cells there are."),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}, a number for each cell. "
                "Raise only one cell by 1: by how much does the mean rise?"
            ),
        ),
        mistakes=(
            _NO_ONE_OVER_N,
            Mistake(
                "wrong-count",
                lambda e: broadcast_like(e.g / num_rows(e.x), e.x),
                N_("You divided by the number of rows. Over how many cells does this mean go?"),
            ),
            Mistake(
                "wrong-count",
                lambda e: broadcast_like(e.g / num_rows(transpose(e.x)), e.x),
                N_("You divided by the number of columns. Over how many cells does this mean go?"),
            ),
            Mistake("not-spread", lambda e: e.g / size(e.x), _NOT_SPREAD),
            _MEAN_TIMES_CELL,
        ),
    ),
    Operation(
        id="mean.0",
        custom_label="mean",
        symbol="mean↓",
        shape_rule=shapes.reduce_rows,
        forward=lambda x: sum_axis(x, 0) / num_rows(x),
        vjp=(lambda g, z, x: broadcast_like(g / num_rows(x), x),),
        rule=(
            N_("Each column's mean sends its upstream, divided by the number of rows, to every cell of the column."),
        ),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the means rises, and by how much?"
            ),
        ),
        mistakes=(
            _NO_ONE_OVER_N,
            Mistake(
                "wrong-count",
                lambda e: broadcast_like(e.g / num_rows(transpose(e.x)), e.x),
                N_("You divided by the number of columns. How many cells does each of these means go over?"),
            ),
            _WRONG_COUNT,
            Mistake("wrong-axis", lambda e: transpose(broadcast_like(e.g / num_rows(e.x), e.x)), _WRONG_AXIS),
            Mistake("not-spread", lambda e: e.g / num_rows(e.x), _NOT_REPEATED),
            _MEAN_TIMES_CELL,
        ),
    ),
    Operation(
        id="mean.1",
        custom_label="mean",
        symbol="mean→",
        shape_rule=shapes.reduce_columns,
        forward=lambda x: sum_axis(x, 1) / num_rows(transpose(x)),
        vjp=(lambda g, z, x: broadcast_like(g / num_rows(transpose(x)), x),),
        rule=(N_("Each row's mean sends its upstream, divided by the number of columns, to every cell of the row."),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the means rises, and by how much?"
            ),
        ),
        mistakes=(
            _NO_ONE_OVER_N,
            Mistake(
                "wrong-count",
                lambda e: broadcast_like(e.g / num_rows(e.x), e.x),
                N_("You divided by the number of rows. How many cells does each of these means go over?"),
            ),
            _WRONG_COUNT,
            Mistake(
                "wrong-axis", lambda e: transpose(broadcast_like(e.g / num_rows(transpose(e.x)), e.x)), _WRONG_AXIS
            ),
            Mistake("not-spread", lambda e: e.g / num_rows(transpose(e.x)), _NOT_REPEATED),
            _MEAN_TIMES_CELL,
        ),
    ),
)
