"""Trace, determinant and inverse of a square matrix.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, z output.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import bound
from tutor.algebra.expr import number
from tutor.algebra.matrix_functions import identity_like
from tutor.algebra.ops import broadcast_like, matmul, transpose
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations.feedback import WRONG_ORDER
from tutor.engine.operations.lines import times_each
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tutor.algebra.array_functions import BoundFunction
    from tutor.algebra.ops import Shape, Value


def _trace(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return Operation(
        id="trace",
        symbol="tr",
        title=N_("trace"),
        forward=function,
        vjp=(lambda g, z, x: times_each(g, x) * identity_like(x),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        ends_pass=True,
        rule=(N_("The trace sends the upstream to every entry of the diagonal, and 0 to all others."),),
        confirmation=(N_("the upstream on the diagonal, 0 elsewhere"),),
        skill_name=(N_("trace to the diagonal"),),
        question=(
            N_("The answer has the shape of the matrix, {shape}. Raise only one entry by 1: does the trace rise?"),
        ),
        why=N_(
            "The trace is the sum of the entries on the diagonal. "
            "Raise one of them by 1, and the trace rises by 1; the entries beside the diagonal have no effect. "
            "So the gradient is the upstream times the identity matrix."
        ),
        mistakes=(
            Mistake(
                "everywhere",
                N_("gradient to all entries"),
                lambda e: broadcast_like(e.g, e.x),
                N_("All entries got the upstream. If an entry beside the diagonal rises, does the trace rise?"),
                asks=N_("Did you give the upstream gradient to all entries?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the values"),
                lambda e: times_each(e.g, e.x) * e.x * identity_like(e.x),
                N_("You multiplied by the entries. Raise one by 1: does the trace rise by that entry's value?"),
                asks_in_words=N_("Did you multiply by the entries of the diagonal?"),
            ),
            Mistake(
                "off-diagonal",
                N_("diagonal and the rest swapped"),
                lambda e: broadcast_like(e.g, e.x) - times_each(e.g, e.x) * identity_like(e.x),
                N_("The entries beside the diagonal got the upstream. Which entries are added up in the trace?"),
                asks=N_("Did you put the zeros on the diagonal?"),
            ),
            Mistake(
                "not-spread",
                N_("without the zeros"),
                lambda e: e.g,
                N_("That is right for one entry of the diagonal. The answer has a number for every entry, {shape}."),
                asks=N_("Did you write the upstream gradient as a single number?"),
            ),
        ),
    )


def _without_signs(e: EdgeContext) -> Value:
    """Return the gradient of a determinant with minors instead of cofactors."""
    if not ops.is_array(e.x):
        raise ValueError("no entries")
    rows = e.x.shape[-1]
    one = number(1) if ops.is_exact(e.x) else 1.0
    signs = ops.make_matrix(tuple(tuple(one if (i + j) % 2 == 0 else -one for j in range(rows)) for i in range(rows)))
    return times_each(e.g, e.x) * bound("cofactors")(e.x) * signs


def _determinant(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return Operation(
        id="det",
        symbol="det",
        title=N_("determinant"),
        forward=function,
        vjp=(lambda g, z, x: times_each(g, x) * bound("cofactors")(x),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        keeps_decimals=True,
        ends_pass=True,
        rule=(
            N_("Each entry gets the upstream times its cofactor; with an inverse that is det(X)·inv(X), transposed."),
        ),
        confirmation=(N_("the upstream times the cofactors"),),
        skill_name=(N_("determinant"),),
        question=(
            N_(
                "The answer has the shape of the matrix, {shape}. Expand the determinant along the row of one entry: "
                "what is that entry multiplied by?"
            ),
        ),
        why=N_(
            "Expanded along a row, the determinant is the sum of the row's entries times their cofactors. "
            "The cofactor of an entry leaves out its row and column, so it doesn't contain the entry itself. "
            "So the slope for each entry is its cofactor."
        ),
        mistakes=(
            Mistake(
                "transposed",
                N_("rows and columns swapped"),
                lambda e: times_each(e.g, e.x) * transpose(bound("cofactors")(e.x)),
                N_("The numbers are right, but rows and columns are swapped. Is the inverse transposed?"),
                asks=N_("Did you leave out the transpose?"),
            ),
            Mistake(
                "no-determinant",
                N_("determinant left out"),
                lambda e: times_each(e.g, e.x) * transpose(bound("matrix_inverse")(e.x)),
                N_("The inverse, transposed, is there. What factor is still missing?"),
                asks=N_("Did you leave out the factor det(X)?"),
            ),
            Mistake(
                "no-signs",
                N_("signs of the cofactors left out"),
                _without_signs,
                N_("The sizes are right. Which signs do the cofactors have, like the squares of a chessboard?"),
                asks=N_("Did you leave out the alternating signs?"),
            ),
            Mistake(
                "no-inverse",
                N_("determinant everywhere"),
                lambda e: broadcast_like(e.g * e.z, e.x),
                N_("Every entry got the determinant. Do all entries move it equally?"),
                asks=N_("Did you multiply the upstream gradient by the determinant only?"),
            ),
            Mistake(
                "like-a-trace",
                N_("gradient to the diagonal"),
                lambda e: times_each(e.g, e.x) * identity_like(e.x),
                N_("The diagonal got the upstream. That is right for a trace: what is an entry multiplied by here?"),
                asks=N_("Did you give the upstream gradient to the diagonal?"),
            ),
        ),
    )


def _inverse(function: BoundFunction, shapes: Sequence[Shape]) -> Operation:
    return Operation(
        id="matrix_inverse",
        symbol="inv",
        title=N_("inverse of a matrix"),
        forward=function,
        vjp=(lambda g, z, x: -matmul(matmul(transpose(z), g), transpose(z)),),
        shape_rule=lambda shapes, offset, name: function.shape(shapes, offset),
        rule=(
            N_("Multiply the upstream U by the inverse Y, transposed, from both sides, with a minus: −Y.T @ U @ Y.T."),
        ),
        confirmation=(N_("minus the upstream between two transposed inverses"),),
        skill_name=(N_("inverse of a matrix"),),
        question=(N_("The derivative of 1/x is −1/x². What takes the place of the two factors 1/x for a matrix?"),),
        why=N_(
            "X @ Y is the identity, so if X changes by dX, then dX @ Y + X @ dY = 0. "
            "Solved for dY this is −Y @ dX @ Y. "
            "On the way back each factor is transposed, so the gradient is −Y.T @ U @ Y.T."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: matmul(matmul(transpose(e.z), e.g), transpose(e.z)),
                N_("Only the sign is wrong. If x rises, does 1/x rise or fall?"),
                asks=N_("Did you leave out the minus?"),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: -matmul(matmul(e.z, e.g), e.z),
                N_("Looks as if the inverse went in as it stands. Which way do its numbers run on the way back?"),
                asks=N_("Did you leave out the transposes?"),
            ),
            Mistake(
                "elementwise",
                N_("cell by cell instead of @"),
                lambda e: -(e.g * e.z * e.z),
                N_("You multiplied cell by cell, as for 1/x. Does one entry of X move only one entry of its inverse?"),
                asks_in_words=N_("Did you multiply cell by cell?"),
            ),
            Mistake(
                "one-side",
                N_("both factors on one side"),
                lambda e: -matmul(matmul(transpose(e.z), transpose(e.z)), e.g),
                WRONG_ORDER,
                asks=N_("Did you put both inverses on the left?"),
            ),
            Mistake(
                "one-factor",
                N_("one factor left out"),
                lambda e: -matmul(transpose(e.z), e.g),
                N_(
                    "The inverse is there once. The derivative of 1/x has two factors 1/x: where does the other one go?"
                ),
                asks=N_("Did you multiply by the inverse only once?"),
            ),
        ),
    )


#: How the operation of each function of arrays is made.
MAKERS: Mapping[str, Callable[[BoundFunction, Sequence[Shape]], Operation]] = {
    "trace": _trace,
    "det": _determinant,
    "matrix_inverse": _inverse,
}
TABLE = tuple(make(bound(name), [(2, 2)]) for name, make in MAKERS.items())
