"""Sums and means of a matrix: of all cells, down its columns (axis 0), along its rows (axis 1).

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import T, count, rows, spread, total
from tutor.engine import shapes
from tutor.engine.operation import Mistake, Operation
from tutor.i18n import N_

_NOT_SPREAD = N_("That is right for one cell. The answer has a number for every cell of the matrix.")
_NOT_REPEATED = N_("The numbers are right, each for one cell. Which cells of the matrix get which of them?")
_WRONG_AXIS = N_(
    "Looks as if the numbers went along the wrong way. Raise one cell of row 1, column 2: which of the outputs moves?"
)
_SHARED_OUT = N_("A gradient isn't shared out like money. Raise only one cell by 1: by how much does its sum rise?")

_SUM_ALONG = (
    Mistake("split", lambda e: spread(e.g, e.x) * count(e.g) / count(e.x), _SHARED_OUT),
    Mistake(
        "times-cell",
        lambda e: e.g * e.x,
        N_("You multiplied by the cells. Raise one cell by 1: does its sum rise by that cell's value?"),
    ),
    Mistake("wrong-axis", lambda e: T(spread(e.g, e.x)), _WRONG_AXIS),
    Mistake("not-spread", lambda e: e.g, _NOT_REPEATED),
)
_FORGOTTEN_N = Mistake(
    "no-one-over-n",
    lambda e: spread(e.g, e.x),
    N_("That would be right for a sum. This is a mean: raise only one cell by 1, and by how much does it rise?"),
)
_MEAN_OF_ALL = Mistake(
    "wrong-count",
    lambda e: spread(e.g / count(e.x), e.x),
    N_("You divided by the number of all cells. How many of them does each of these means go over?"),
)
_MEAN_TIMES_CELL = Mistake(
    "times-cell",
    lambda e: e.g * e.x * count(e.z) / count(e.x),
    N_("You multiplied by the cells. Raise one cell by 1: does the mean move the more, the larger that cell is?"),
)

TABLE = (
    Operation(
        id="sum",
        sign="Σ",
        shape=shapes.to_number,
        forward=total,
        pull=(lambda g, z, x: spread(g, x),),
        says=(N_("Σ hands the upstream on unchanged, to every cell."),),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}, a number for each cell. "
                "Raise only one cell by 1: by how much does the sum rise?"
            ),
        ),
        mistakes=(
            Mistake(
                "split",
                lambda e: spread(e.g / count(e.x), e.x),
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
        word="sum",
        sign="Σ↓",
        shape=shapes.to_row,
        forward=lambda x: total(x, 0),
        pull=(lambda g, z, x: spread(g, x),),
        says=(N_("Each column's sum hands its upstream on, unchanged, to every cell of the column."),),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the sums rises, and by how much?"
            ),
        ),
        mistakes=_SUM_ALONG,
    ),
    Operation(
        id="sum.1",
        word="sum",
        sign="Σ→",
        shape=shapes.to_column,
        forward=lambda x: total(x, 1),
        pull=(lambda g, z, x: spread(g, x),),
        says=(N_("Each row's sum hands its upstream on, unchanged, to every cell of the row."),),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the sums rises, and by how much?"
            ),
        ),
        mistakes=_SUM_ALONG,
    ),
    Operation(
        id="mean",
        sign="mean",
        shape=shapes.to_number,
        forward=lambda x: total(x) / count(x),
        pull=(lambda g, z, x: spread(g / count(x), x),),
        says=(N_("A mean sends every cell the upstream divided by how many cells there are."),),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}, a number for each cell. "
                "Raise only one cell by 1: by how much does the mean rise?"
            ),
        ),
        mistakes=(
            _FORGOTTEN_N,
            Mistake(
                "wrong-count",
                lambda e: spread(e.g / rows(e.x), e.x),
                N_("You divided by the number of rows. Over how many cells does this mean go?"),
            ),
            Mistake(
                "wrong-count",
                lambda e: spread(e.g / rows(T(e.x)), e.x),
                N_("You divided by the number of columns. Over how many cells does this mean go?"),
            ),
            Mistake("not-spread", lambda e: e.g / count(e.x), _NOT_SPREAD),
            _MEAN_TIMES_CELL,
        ),
    ),
    Operation(
        id="mean.0",
        word="mean",
        sign="mean↓",
        shape=shapes.to_row,
        forward=lambda x: total(x, 0) / rows(x),
        pull=(lambda g, z, x: spread(g / rows(x), x),),
        says=(
            N_("Each column's mean sends its upstream, divided by the number of rows, to every cell of the column."),
        ),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the means rises, and by how much?"
            ),
        ),
        mistakes=(
            _FORGOTTEN_N,
            Mistake(
                "wrong-count",
                lambda e: spread(e.g / rows(T(e.x)), e.x),
                N_("You divided by the number of columns. How many cells does each of these means go over?"),
            ),
            _MEAN_OF_ALL,
            Mistake("wrong-axis", lambda e: T(spread(e.g / rows(e.x), e.x)), _WRONG_AXIS),
            Mistake("not-spread", lambda e: e.g / rows(e.x), _NOT_REPEATED),
            _MEAN_TIMES_CELL,
        ),
    ),
    Operation(
        id="mean.1",
        word="mean",
        sign="mean→",
        shape=shapes.to_column,
        forward=lambda x: total(x, 1) / rows(T(x)),
        pull=(lambda g, z, x: spread(g / rows(T(x)), x),),
        says=(N_("Each row's mean sends its upstream, divided by the number of columns, to every cell of the row."),),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. "
                "Raise only one cell by 1: which of the means rises, and by how much?"
            ),
        ),
        mistakes=(
            _FORGOTTEN_N,
            Mistake(
                "wrong-count",
                lambda e: spread(e.g / rows(e.x), e.x),
                N_("You divided by the number of rows. How many cells does each of these means go over?"),
            ),
            _MEAN_OF_ALL,
            Mistake("wrong-axis", lambda e: T(spread(e.g / rows(T(e.x)), e.x)), _WRONG_AXIS),
            Mistake("not-spread", lambda e: e.g / rows(T(e.x)), _NOT_REPEATED),
            _MEAN_TIMES_CELL,
        ),
    ),
)
