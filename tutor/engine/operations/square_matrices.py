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
        rule=(N_("The trace sends the upstream to every entry on the diagonal, and 0 to all others."),),
        confirmation=(N_("the upstream on the diagonal, 0 elsewhere"),),
        skill_name=(N_("trace of a matrix"),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}. Which entries affect the trace, and by how "
                "much does it rise when one of them rises by 1?"
            ),
        ),
        why=N_(
            "The trace is the sum of the entries on the diagonal. When one of them rises by 1, the "
            "trace rises by 1; the entries off the diagonal have no effect. So the gradient is the "
            "upstream times the identity matrix."
        ),
        mistakes=(
            Mistake(
                "everywhere",
                N_("upstream in every entry"),
                lambda e: broadcast_like(e.g, e.x),
                N_(
                    "The diagonal is right, but you have the upstream in every entry. When an entry off "
                    "the diagonal rises, does the trace rise?"
                ),
                asks=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "times-value",
                N_("multiplied by the forward values"),
                lambda e: times_each(e.g, e.x) * e.x * identity_like(e.x),
                N_(
                    "The zeros are right, but the diagonal is multiplied by its own entries. When one of "
                    "them rises by 1, by how much does the trace rise?"
                ),
                asks_in_words=N_("Did you multiply by the entries of the diagonal?"),
            ),
            Mistake(
                "off-diagonal",
                N_("diagonal and the rest swapped"),
                lambda e: broadcast_like(e.g, e.x) - times_each(e.g, e.x) * identity_like(e.x),
                N_("You have the upstream off the diagonal and 0 on it. Which entries does the trace add up?"),
                asks=N_("Did you put the zeros on the diagonal?"),
            ),
            Mistake(
                "not-spread",
                N_("zeros left out"),
                lambda e: e.g,
                N_(
                    "That is right for an entry on the diagonal. The gradient has the shape of this "
                    "matrix: what is in its other cells?"
                ),
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
            N_(
                "Each entry gets the upstream times its cofactor. If X has an inverse, the cofactors are "
                "det(X)·inv(X).T."
            ),
        ),
        confirmation=(N_("the upstream times the cofactors"),),
        skill_name=(N_("determinant"),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}. Expand the determinant along the row of "
                "one entry: what is that entry multiplied by?"
            ),
        ),
        why=N_(
            "Expanded along a row, the determinant is the sum of the row's entries times their "
            "cofactors. The cofactor of an entry leaves out its row and column, so it doesn't contain "
            "the entry itself. So the local derivative for each entry is its cofactor."
        ),
        mistakes=(
            Mistake(
                "transposed",
                N_("rows and columns swapped"),
                lambda e: times_each(e.g, e.x) * transpose(bound("cofactors")(e.x)),
                N_(
                    "The numbers are right, but rows and columns are swapped. In which row and column does "
                    "the cofactor of the entry [i, j] belong?"
                ),
                asks=N_("Did you leave out the transpose?"),
            ),
            Mistake(
                "no-determinant",
                N_("determinant left out"),
                lambda e: times_each(e.g, e.x) * transpose(bound("matrix_inverse")(e.x)),
                N_("You have the transposed inverse. Which factor turns it into the cofactors?"),
                asks=N_("Did you leave out the factor det(X)?"),
            ),
            Mistake(
                "no-signs",
                N_("signs of the cofactors left out"),
                _without_signs,
                N_(
                    "The sizes are right. The signs of the cofactors alternate like a chessboard: which "
                    "sign belongs to row 1, column 2?"
                ),
                asks=N_("Did you leave out the alternating signs?"),
            ),
            Mistake(
                "no-inverse",
                N_("determinant in every entry"),
                lambda e: broadcast_like(e.g * e.z, e.x),
                N_("That has the determinant in every entry. Expand it along a row: what is one entry multiplied by?"),
                asks=N_("Did you multiply the upstream gradient by the determinant only?"),
            ),
            Mistake(
                "like-a-trace",
                N_("rule of the trace"),
                lambda e: times_each(e.g, e.x) * identity_like(e.x),
                N_(
                    "That would be right for a trace. Expand the determinant along a row: what is one "
                    "entry multiplied by?"
                ),
                asks=N_("Did you put the upstream gradient on the diagonal?"),
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
            N_(
                "Multiply the upstream U by the transposed inverse on both sides and change the sign. For "
                "Y = inv(X), the gradient of X is −Y.T @ U @ Y.T."
            ),
        ),
        confirmation=(N_("−Y.T @ upstream @ Y.T, with Y the inverse"),),
        skill_name=(N_("inverse of a matrix"),),
        question=(
            N_(
                "For a number, the derivative of 1/x is −(1/x)·(1/x). For a matrix, what takes the place of "
                "the two factors 1/x?"
            ),
        ),
        why=N_(
            "X @ Y is the identity matrix, so when X changes by a small dX, dX @ Y + X @ dY = 0. "
            "Solving for dY gives dY = −Y @ dX @ Y. On the way back both factors are transposed, so "
            "the gradient is −Y.T @ U @ Y.T."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: matmul(matmul(transpose(e.z), e.g), transpose(e.z)),
                N_("Everything but the sign is right. When a number x grows, does 1/x grow or shrink?"),
                asks=N_("Did you leave out the minus sign?"),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: -matmul(matmul(e.z, e.g), e.z),
                N_(
                    "The sign and both inverses are right. On the way back through a matrix product, what "
                    "happens to the other factor?"
                ),
                asks=N_("Did you leave out the transposes?"),
            ),
            Mistake(
                "elementwise",
                N_("cell by cell instead of @"),
                lambda e: -(e.g * e.z * e.z),
                N_(
                    "That multiplies cell by cell, as for numbers. Does one entry of X affect only one "
                    "entry of its inverse?"
                ),
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
                    "You have the sign and one inverse. The derivative of 1/x has two factors 1/x: on "
                    "which side of the upstream U does the other one go?"
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
