"""Matrices: products, shapes; softmax by rows.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import T, Value, constant, count, gather, rows, shape, softmax, spread, total
from tutor.engine import shapes
from tutor.engine.operation import Mistake, Operation, Spot
from tutor.engine.operations import careful
from tutor.engine.operations.texts import WRONG_ORDER
from tutor.i18n import N_

_WRONG_WAY_OF_ADDING = N_(
    "Looks as if you added along the wrong way. Which cells of the upstream come from the first number here?"
)


def _first_copy(e: Spot) -> Value:
    """What came back from the first of the copies."""
    small, wide = shape(e.x), shape(e.g)
    if small is None:
        return e.g[..., 0, 0][()]
    assert wide is not None
    kept = e.g if small[0] == wide[0] else e.g[..., :1, :]
    return kept if small[1] == wide[1] else kept[..., :1]


def _added_the_other_way(e: Spot) -> Value:
    """The upstream summed along the axis that had not been repeated. Raises `ValueError` where there is none."""
    small, wide = shape(e.x), shape(e.g)
    if small is None or wide is None or (small[0] != wide[0]) == (small[1] != wide[1]):
        raise ValueError("no other axis")
    return total(e.g, 1 if small[0] != wide[0] else 0)


def _added_up(e: Spot) -> Value:
    """Everything in one number, in every place."""
    return spread(total(e.g), e.x)


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
                "whole-summed",
                lambda e: spread(total(e.g @ T(e.o), 1) if e.slot == 0 else total(T(e.o) @ e.g, 0), e.x),
                N_(
                    "Looks as if the other matrix was added up as a whole. Which of its numbers did one cell here meet?"
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
        id="transpose",
        sign="ᵀ",
        shape=shapes.turned,
        forward=T,
        pull=(lambda g, z, x: T(g),),
        says=(N_("A transpose sends the upstream back transposed."),),
        asks=(N_("The answer has this matrix's shape, {shape}; the upstream is {up_shape}. Which cell became which?"),),
        mistakes=(
            Mistake(
                "not-transposed",
                lambda e: e.g,
                N_("That is the upstream as it came, {up_shape}. Which of its cells belongs to row 1, column 2 here?"),
            ),
        ),
    ),
    Operation(
        # The second operand is a constant of ones, for the shape alone.
        id="broadcast",
        sign="broadcast",
        forward=spread,
        pull=(lambda g, z, x, like: gather(g, x),),
        says=(N_("What was repeated gets back the sum of what comes from its copies."),),
        asks=(
            N_(
                "What was repeated is {shape}, the upstream is {up_shape}: each number was used several times. "
                "What came back from each of its copies?"
            ),
        ),
        mistakes=(
            Mistake(
                "not-summed",
                lambda e: e.g,
                N_("That is what came back to the copies, {up_shape}. Each number here went to several of them."),
            ),
            Mistake(
                "mean-for-sum",
                lambda e: gather(e.g, e.x) * count(e.x) / count(e.g),
                N_("You took the mean of what the copies got back. Raise only one number by 1: how many copies rise?"),
            ),
            Mistake(
                "no-sum-row-1",
                _first_copy,
                N_("That came back from the first copy alone. What came back from the others?"),
            ),
            Mistake("wrong-axis", _added_the_other_way, _WRONG_WAY_OF_ADDING),
            Mistake("wrong-axis", lambda e: T(_added_the_other_way(e)), _WRONG_WAY_OF_ADDING),
            Mistake(
                "added-up",
                _added_up,
                N_("You added up everything. Which cells of the upstream come from one number here?"),
            ),
        ),
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
        mistakes=(
            Mistake(
                "diagonal",
                lambda e: e.z * (constant(1, e.z) - e.z) * e.g,
                N_("y·(1 − y) tells how each output moves with its own input. The others of the row move as well."),
            ),
            Mistake(
                "forgot-1-minus",
                lambda e: e.z * e.g,
                N_("The factor y is right. From each upstream something is taken first: what is common to the row?"),
            ),
            Mistake(
                "plain-mean",
                lambda e: e.z * (e.g - total(e.g, 1) / rows(T(e.g))),
                N_("You took off the plain mean of the row's upstreams. Do all outputs of the row count alike?"),
            ),
            Mistake(
                "factor-left-out",
                lambda e: e.g - total(e.g * e.z, 1),
                N_("The weighted mean is taken off, good. One factor is still missing: an output near 0 hardly moves."),
            ),
            Mistake(
                "wrong-axis",
                lambda e: e.z * (e.g - total(e.g * e.z, 0)),
                N_("Looks as if you went down the columns. Which outputs add up to 1 here: a column's or a row's?"),
            ),
            Mistake(
                "whole-matrix",
                lambda e: e.z * (e.g - total(e.g * e.z)),
                N_("Looks as if all rows went into one mean. Does an input of row 1 move the outputs of row 2?"),
            ),
        ),
    ),
)
