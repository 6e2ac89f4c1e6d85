"""Matrices: products, sums, means, shapes; softmax by rows.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import T, count, gather, rows, softmax, spread, total
from tutor.engine import shapes
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations import careful
from tutor.engine.operations.texts import WRONG_ORDER
from tutor.i18n import N_

TABLE = (
    Operation(
        id="matmul",
        sign="@",
        shape=shapes.product,
        forward=lambda x, w: x @ w,
        pull=(lambda g, z, x, w: g @ T(w), lambda g, z, x, w: T(x) @ g),
        says=(
            N_("The upstream goes back through the other matrix, transposed. It stands in front: U @ W.T."),
            N_("The upstream goes back through the other matrix, transposed. It stands behind: X.T @ U."),
        ),
        asks=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream U is {up_shape}. Row i of this matrix meets "
                "only row i of the product: so row i of the answer is made from row i of U, and U stands in front."
            ),
            N_(
                "The answer has this matrix's shape, {shape}; the upstream U is {up_shape}. Column j of this matrix "
                "makes only column j of the product: so column j of the answer is made from column j of U, "
                "and U stands behind."
            ),
        ),
        mistakes=(
            Mistake(
                "transposed-result",
                lambda e: T(e.g @ T(e.o)) if e.slot == 0 else T(T(e.o) @ e.g),
                N_(
                    "The numbers are there, lying on their side. Which row of the answer belongs to row 1 of this matrix?"
                ),
            ),
            Mistake(
                "no-transpose",
                lambda e: e.g @ e.o if e.slot == 0 else e.o @ e.g,
                N_("Looks as if the other matrix went in as it stands. Which way do its numbers run on the way back?"),
            ),
            Mistake(
                "wrong-side",
                lambda e: T(e.o) @ e.g if e.slot == 0 else e.g @ T(e.o),
                WRONG_ORDER,
            ),
            Mistake(
                "wrong-side-no-transpose",
                lambda e: e.o @ e.g if e.slot == 0 else e.g @ e.o,
                WRONG_ORDER,
            ),
            Mistake(
                "other-operand",
                lambda e: T(e.x) @ e.g if e.slot == 0 else e.g @ T(e.x),
                N_("That is what the other matrix gets back. Which of the two matrices is marked now?"),
            ),
            Mistake(
                "elementwise",
                lambda e: e.g * T(e.o),
                N_(
                    "You multiplied cell by cell. Each entry here went into several cells of the product: what do they add up to?"
                ),
            ),
            Mistake(
                "other-itself",
                lambda e: T(e.o),
                N_("That is the other matrix, transposed. The upstream is still to be multiplied in."),
            ),
        ),
    ),
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
                lambda e: spread(e.g / (e.x.shape[-1] * e.x.shape[-2]), e.x),
                N_("A gradient isn't shared out like money. Raise only one cell by 1: by how much does the sum rise?"),
            ),
            Mistake(
                "times-cell",
                lambda e: e.g * e.x,
                N_("You multiplied by the cells. Raise one cell by 1: does the sum rise by that cell's value?"),
            ),
            Mistake(
                "not-spread",
                lambda e: e.g,
                N_("That is right for one cell. The answer has a number for every cell of the matrix."),
            ),
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
        asks=(N_("Raise only one cell by 1: which of the sums rises, and by how much?"),),
    ),
    Operation(
        id="sum.1",
        word="sum",
        sign="Σ→",
        shape=shapes.to_column,
        forward=lambda x: total(x, 1),
        pull=(lambda g, z, x: spread(g, x),),
        says=(N_("Each row's sum hands its upstream on, unchanged, to every cell of the row."),),
        asks=(N_("Raise only one cell by 1: which of the sums rises, and by how much?"),),
    ),
    Operation(
        id="mean",
        sign="mean",
        shape=shapes.to_number,
        forward=lambda x: total(x) / count(x),
        pull=(lambda g, z, x: spread(g / count(x), x),),
        says=(N_("A mean sends every cell the upstream divided by how many cells there are."),),
        asks=(N_("Raise only one cell by 1: by how much does the mean rise?"),),
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
        asks=(N_("Raise only one cell by 1: which of the means rises, and by how much?"),),
    ),
    Operation(
        id="mean.1",
        word="mean",
        sign="mean→",
        shape=shapes.to_column,
        forward=lambda x: total(x, 1) / rows(T(x)),
        pull=(lambda g, z, x: spread(g / rows(T(x)), x),),
        says=(N_("Each row's mean sends its upstream, divided by the number of columns, to every cell of the row."),),
        asks=(N_("Raise only one cell by 1: which of the means rises, and by how much?"),),
    ),
    Operation(
        id="transpose",
        sign="ᵀ",
        shape=shapes.turned,
        forward=T,
        pull=(lambda g, z, x: T(g),),
        says=(N_("A transpose sends the upstream back transposed."),),
        asks=(N_("The answer has this matrix's shape, {shape}; the upstream is {up_shape}. Which cell became which?"),),
    ),
    Operation(
        # The second operand is a constant of ones, for the shape alone.
        id="broadcast",
        sign="broadcast",
        forward=spread,
        pull=(lambda g, z, x, like: gather(g, x),),
        says=(N_("What was repeated gets back the sum of what comes from its copies."),),
        asks=(N_("Each number here was used several times. What came back from each of its copies?"),),
    ),
    Operation(
        id="softmax",
        sign="softmax",
        shape=shapes.by_rows,
        forward=softmax,
        pull=(lambda g, z, x: z * (g - total(g * z, 1)),),
        careful=(careful.softmax_back,),
        near_one=True,
        says=(
            N_(
                "softmax, row by row: from each upstream is taken the mean of the row's upstreams, weighted by the "
                "outputs y; the rest is multiplied by y."
            ),
        ),
        asks=(N_("Raise one input of a row: its own output rises. What do the others do, as they add up to 1?"),),
    ),
)
