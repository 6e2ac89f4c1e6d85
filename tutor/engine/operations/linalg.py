"""Matrix operations: product, transpose, broadcast and rowwise softmax.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from tutor.algebra.ops import (
    Value,
    apply_to_vector,
    broadcast_like,
    constant_like,
    dot,
    matmul,
    num_rows,
    outer,
    shape_of,
    size,
    softmax,
    sum_axis,
    transpose,
    unbroadcast,
)
from tutor.engine import shapes
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations import stable
from tutor.engine.operations.feedback import WRONG_ORDER
from tutor.i18n import N_

_WRONG_SUM_AXIS = N_(
    "That sum runs along the other axis. Which cells of the upstream belong to copies of the first "
    "number of this input?"
)


def _first_copy(e: EdgeContext) -> Value:
    """Return the upstream of the first copy."""
    small, wide = shape_of(e.x), shape_of(e.g)
    if small is None:
        return e.g[..., 0, 0][()]
    assert wide is not None
    rows = e.g if small[0] == wide[0] else e.g[..., :1, :]
    return rows if small[1] == wide[1] else rows[..., :1]


def _sum_wrong_axis(e: EdgeContext) -> Value:
    """Return the upstream summed along the axis that was not repeated. Raises `ValueError` if both or none were."""
    small, wide = shape_of(e.x), shape_of(e.g)
    if small is None or wide is None or (small[0] != wide[0]) == (small[1] != wide[1]):
        raise ValueError("no other axis")
    return sum_axis(e.g, 1 if small[0] != wide[0] else 0)


def _sum_all(e: EdgeContext) -> Value:
    """Return the sum of the whole upstream, in every cell."""
    return broadcast_like(sum_axis(e.g), e.x)


TABLE = (
    Operation(
        id="matmul",
        symbol="@",
        title=N_("matrix product"),
        shape_rule=shapes.matmul,
        forward=matmul,
        vjp=(lambda g, z, x, w: matmul(g, transpose(w)), lambda g, z, x, w: matmul(transpose(x), g)),
        keeps_decimals=True,
        rule=(
            N_(
                "Multiply the upstream U by the other matrix, transposed, with U on the left. For X @ W, "
                "the gradient of X is U @ W.T."
            ),
            N_(
                "Multiply the upstream U by the other matrix, transposed, with U on the right. For X @ W, "
                "the gradient of W is X.T @ U."
            ),
        ),
        confirmation=(
            N_("the upstream times the other matrix's transpose"),
            N_("the other matrix's transpose times the upstream"),
        ),
        skill_name=(
            N_("@ left matrix"),
            N_("@ right matrix"),
        ),
        question=(
            N_(
                "The answer has this input's shape, {shape}; the upstream U is {up_shape}. Row i of "
                "this input affects only row i of the product. So row i of the answer is made from row "
                "i of U, and U is the left factor."
            ),
            N_(
                "The answer has this input's shape, {shape}; the upstream U is {up_shape}. Column j of "
                "this input affects only column j of the product. So column j of the answer is made "
                "from column j of U, and U is the right factor."
            ),
        ),
        why=N_(
            "Each cell of the output is a row of the left matrix times a column of the right matrix, "
            "added up. So one cell of an input affects a whole row or column of the output. Its "
            "gradient is a sum over that row or column: again a matrix product, with the other matrix "
            "transposed."
        ),
        mistakes=(
            Mistake(
                "transposed-result",
                N_("rows and columns swapped"),
                lambda e: transpose(e.g @ transpose(e.o)) if e.slot == 0 else transpose(transpose(e.o) @ e.g),
                N_(
                    "The numbers are right, but rows and columns are swapped. Which part of your "
                    "answer belongs to row 1 of this input?"
                ),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: e.g @ e.o if e.slot == 0 else e.o @ e.g,
                N_(
                    "That multiplies by the other matrix as it is. In the forward pass, what is one cell "
                    "of this input multiplied by: a row of that matrix or a column?"
                ),
            ),
            Mistake(
                "wrong-side",
                N_("wrong order or wrong rule"),
                lambda e: transpose(e.o) @ e.g if e.slot == 0 else e.g @ transpose(e.o),
                WRONG_ORDER,
            ),
            Mistake(
                "wrong-side-no-transpose",
                N_("wrong order, not transposed"),
                lambda e: e.o @ e.g if e.slot == 0 else e.g @ e.o,
                WRONG_ORDER,
            ),
            Mistake(
                "other-operand",
                N_("the other matrix's gradient"),
                lambda e: transpose(e.x) @ e.g if e.slot == 0 else e.g @ transpose(e.x),
                N_("That is the gradient of the other matrix. Which of the two matrices is selected now?"),
            ),
            Mistake(
                "elementwise",
                N_("cell by cell instead of @"),
                lambda e: e.g * transpose(e.o),
                N_(
                    "That multiplies cell by cell. One cell of this input affects several cells of the "
                    "output: how do you combine what comes back from them?"
                ),
            ),
            Mistake(
                "whole-summed",
                N_("the other matrix added up"),
                lambda e: broadcast_like(
                    sum_axis(e.g @ transpose(e.o), 1) if e.slot == 0 else sum_axis(transpose(e.o) @ e.g, 0), e.x
                ),
                N_(
                    "It looks as if you added up the other matrix first. Which of its numbers is one "
                    "cell of this input multiplied by?"
                ),
                asks_in_words=N_("Did you add up the other matrix first?"),
            ),
            Mistake(
                "other-itself",
                N_("the other matrix alone"),
                lambda e: transpose(e.o),
                N_("You have the other matrix, transposed. Which gradient do you still have to multiply it by?"),
                asks_in_words=N_("Did you stop at the other matrix?"),
            ),
        ),
    ),
    Operation(
        id="matvec",
        symbol="@",
        label="matmul",
        title=N_("matrix times vector"),
        shape_rule=shapes.matmul,
        forward=apply_to_vector,
        vjp=(lambda g, z, w, x: outer(g, x), lambda g, z, w, x: g @ w),
        keeps_decimals=True,
        rule=(
            N_("Take the outer product of the upstream U and the vector. For W @ x, the gradient of W is outer(U, x)."),
            N_("Multiply the transposed matrix by the upstream U. For W @ x, the gradient of x is W.T @ U."),
        ),
        skill_name=(N_("W @ x: matrix"), N_("W @ x: vector")),
        confirmation=(
            N_("the outer product of the upstream and the vector"),
            N_("the transposed matrix times the upstream"),
        ),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream U is {up_shape}. Cell [i, "
                "j] is multiplied by entry j of the vector and added to entry i of the output. Which "
                "two numbers do you multiply for its gradient?"
            ),
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry j is "
                "multiplied by column j of the matrix. What do you multiply each number of that column "
                "by before you add them?"
            ),
        ),
        why=N_(
            "Output i is the sum of W[i, j]·x[j] over j. So the gradient of W[i, j] is U[i]·x[j], and "
            "all of them together are outer(U, x). The gradient of x[j] is the sum of U[i]·W[i, j] "
            "over i, and all of them together are W.T @ U."
        ),
        mistakes=(
            Mistake(
                "transposed-result",
                N_("rows and columns swapped"),
                lambda e: transpose(outer(e.g, e.o)),
                N_(
                    "The numbers are right, but rows and columns are swapped. Which entry of the "
                    "output does row 1 of this matrix affect?"
                ),
                slots=(0,),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: apply_to_vector(e.o, e.g),
                N_(
                    "That multiplies by the matrix as it is. In the forward pass, what is entry j of this "
                    "vector multiplied by: row j of the matrix or column j?"
                ),
                slots=(1,),
                asks=N_("Did you multiply by the matrix as it is?"),
            ),
            Mistake(
                "other-itself",
                N_("the vector alone"),
                lambda e: broadcast_like(e.o, e.x),
                N_(
                    "Each row is the vector, and you need it there. Which entry of the upstream do you "
                    "still have to multiply row i by?"
                ),
                slots=(0,),
                asks_in_words=N_("Did you enter the vector alone?"),
            ),
            Mistake(
                "whole-summed",
                N_("the matrix added up"),
                lambda e: sum_axis(e.o, 0),
                N_(
                    "That adds up each column of the matrix. Which entry of the upstream do you multiply "
                    "each number by before you add?"
                ),
                slots=(1,),
                asks_in_words=N_("Did you add up the columns of the matrix?"),
            ),
        ),
    ),
    Operation(
        id="dot",
        symbol="@",
        title=N_("dot product"),
        shape_rule=shapes.matmul,
        forward=dot,
        vjp=(lambda g, z, x, y: broadcast_like(g, y) * y, lambda g, z, x, y: broadcast_like(g, x) * x),
        commutative=True,
        keeps_decimals=True,
        ends_pass=True,
        rule=(
            N_(
                "Multiply the upstream by the other vector. For x @ y, the gradient of x is the upstream times "
                "y, and that of y is the upstream times x."
            ),
        ),
        skill_name=(N_("dot product"),),
        confirmation=(N_("the upstream times the other vector"),),
        question=(
            N_(
                "The answer has this vector's shape, {shape}. When only one entry rises by 1, by how "
                "much does the dot product rise?"
            ),
        ),
        why=N_(
            "x @ y multiplies the entries in pairs and adds up the products. When x[i] rises by 1, the "
            "sum rises by y[i]. So the gradient of each entry is the upstream times the other vector's "
            "entry at the same place."
        ),
        mistakes=(
            Mistake(
                "own-input",
                N_("own input instead of the other"),
                lambda e: broadcast_like(e.g, e.x) * e.x,
                N_(
                    "That multiplies by this vector's own entries. A dot product needs the other "
                    "vector: what is its first entry?"
                ),
                asks_in_words=N_("Did you multiply by this vector itself?"),
            ),
            Mistake(
                "plus-rule",
                N_("rule of Σ"),
                lambda e: broadcast_like(e.g, e.x),
                N_(
                    "That passes the upstream unchanged to every entry, as Σ does. What is each entry "
                    "multiplied by before the sum?"
                ),
                asks_in_words=N_("Did you put the upstream gradient in every entry?"),
            ),
            Mistake(
                "summed",
                N_("the other vector added up"),
                lambda e: broadcast_like(e.g * sum_axis(e.o), e.x),
                N_(
                    "That multiplies by the sum of the other vector. Which single entry of the other "
                    "vector is each entry multiplied by?"
                ),
                asks_in_words=N_("Did you add up the other vector first?"),
            ),
        ),
    ),
    Operation(
        id="outer",
        symbol="outer",
        title=N_("outer product"),
        shape_rule=shapes.outer,
        forward=outer,
        vjp=(lambda g, z, x, y: apply_to_vector(g, y), lambda g, z, x, y: x @ g),
        keeps_decimals=True,
        rule=(
            N_("Multiply the upstream U by the second vector. For outer(x, y), the gradient of x is U @ y."),
            N_(
                "Multiply the transposed upstream U by the first vector. For outer(x, y), the gradient of y is U.T @ x."
            ),
        ),
        skill_name=(N_("outer product: first vector"), N_("outer product: second vector")),
        confirmation=(
            N_("the upstream times the second vector"),
            N_("the transposed upstream times the first vector"),
        ),
        question=(
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry i "
                "affects only row i of the output. What do you multiply the numbers in row i of U by "
                "before you add them?"
            ),
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry j "
                "affects only column j of the output. What do you multiply the numbers in column j of "
                "U by before you add them?"
            ),
        ),
        why=N_(
            "Cell [i, j] of the output is x[i]·y[j]. So the gradient of x[i] is the sum of U[i, "
            "j]·y[j] over j, and all of them together are U @ y. In the same way, the gradient of y is "
            "U.T @ x."
        ),
        mistakes=(
            Mistake(
                "summed-only",
                N_("the other vector left out"),
                lambda e: transpose(sum_axis(e.g, 1)) if e.slot == 0 else sum_axis(e.g, 0),
                N_(
                    "That adds up the upstream alone. Which entry of the other vector do you multiply "
                    "each of its numbers by first?"
                ),
            ),
            Mistake(
                "own-input",
                N_("own input instead of the other"),
                lambda e: apply_to_vector(e.g, e.x) if e.slot == 0 else e.x @ e.g,
                N_(
                    "That multiplies by this vector's own entries. The gradient needs the other "
                    "vector: what is its first entry?"
                ),
                asks_in_words=N_("Did you multiply by this vector itself?"),
            ),
        ),
    ),
    Operation(
        id="transpose",
        symbol="ᵀ",
        title=N_("transpose"),
        shape_rule=shapes.transpose,
        forward=transpose,
        vjp=(lambda g, z, x: transpose(g),),
        keeps_decimals=True,
        rule=(N_("Transpose the upstream U. For X.T, the gradient of X is U.T."),),
        confirmation=(N_("the transposed upstream"),),
        skill_name=(N_("transpose of a matrix"),),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream is {up_shape}. In which row and "
                "column of the output is the cell [i, j] of this matrix?"
            ),
        ),
        why=N_(
            "A transpose computes nothing: it only moves each cell to another place. What comes back "
            "to that place is the gradient of the cell. So you move the upstream back in the same way, "
            "by transposing it."
        ),
        mistakes=(
            Mistake(
                "not-transposed",
                N_("not transposed"),
                lambda e: e.g,
                N_(
                    "That is the upstream, not transposed. Which of its cells belongs to the cell [i, j] "
                    "of this matrix?"
                ),
                asks=N_("Did you pass the upstream gradient on without transposing it?"),
            ),
        ),
    ),
    Operation(
        # The second operand is a constant of ones that gives the shape.
        id="broadcast",
        symbol="broadcast",
        title=N_("broadcast"),
        forward=broadcast_like,
        vjp=(lambda g, z, x, like: unbroadcast(g, x),),
        keeps_decimals=True,
        rule=(N_("Add up the upstream over all copies of a number: that sum is its gradient."),),
        confirmation=(N_("the sum of the upstream over the copies"),),
        skill_name=(N_("sum over copies"),),
        question=(
            N_(
                "This input is {shape} and the upstream is {up_shape}, because each number was copied. "
                "Which cells of the upstream belong to copies of the same number?"
            ),
        ),
        why=N_(
            "Broadcasting uses one value in many cells. When that value changes, all its copies "
            "change, and each has its own effect on the output. These effects add up, as at a branch."
        ),
        mistakes=(
            Mistake(
                "not-summed",
                N_("not summed"),
                lambda e: e.g,
                N_(
                    "That is what comes back to the copies. Each number of this input has several copies: "
                    "how do you combine what comes back to them?"
                ),
                asks=N_("Did you pass on the upstream gradient without adding over the copies?"),
            ),
            Mistake(
                "mean-for-sum",
                N_("mean instead of sum"),
                lambda e: unbroadcast(e.g, e.x) * size(e.x) / size(e.g),
                N_(
                    "That is the mean over the copies. When one number of this input rises by 1, how many "
                    "copies rise with it?"
                ),
                asks=N_("Did you take the mean over the copies?"),
            ),
            Mistake(
                "no-sum-row-1",
                N_("first copy only"),
                _first_copy,
                N_("That came back from the first copy. What came back from the others, and how do you combine it?"),
                asks=N_("Did you take only what came back from the first copy?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                _sum_wrong_axis,
                _WRONG_SUM_AXIS,
                asks=N_("Did you add up along the other axis?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: transpose(_sum_wrong_axis(e)),
                _WRONG_SUM_AXIS,
                asks=N_("Did you add up along the other axis?"),
            ),
            Mistake(
                "added-up",
                N_("everything added up"),
                _sum_all,
                N_("That adds up the whole upstream. Which of its cells belong to copies of one number of this input?"),
                correct_for_shape=lambda rows, columns: rows * columns == 1,
                asks=N_("Did you add up all cells?"),
            ),
        ),
    ),
    Operation(
        id="softmax",
        symbol="softmax",
        title=N_("softmax"),
        shape_rule=shapes.rowwise,
        forward=softmax,
        vjp=(lambda g, z, x: z * (g - sum_axis(g * z, 1)),),
        stable=(stable.softmax_vjp,),
        needs_extra_digits=True,
        rule=(N_("Within each row, subtract the y-weighted mean of the upstreams, then multiply by the output y."),),
        confirmation=(N_("y·(upstream − the row's y-weighted mean)"),),
        skill_name=(N_("softmax by rows"),),
        question=(
            N_(
                "When one input of a row rises, its own output rises. The outputs of a row add up to 1: what "
                "happens to the others?"
            ),
        ),
        why=N_(
            "The outputs of a row always add up to 1. When one input rises, its own output rises and "
            "the others fall, so each input affects every output of its row. That is why you subtract "
            "the weighted mean of the row's upstreams first."
        ),
        mistakes=(
            Mistake(
                "diagonal",
                N_("diagonal only"),
                lambda e: e.z * (constant_like(1, e.z) - e.z) * e.g,
                N_(
                    "With y·(1 − y) you have the effect of each input on its own output. Which other "
                    "outputs does the same input change?"
                ),
                asks_in_words=N_("Did you multiply the upstream gradient by y·(1 − y) alone?"),
            ),
            Mistake(
                "forgot-1-minus",
                N_("weighted mean not subtracted"),
                lambda e: e.z * e.g,
                N_("The factor y is right. What do you subtract from each upstream of the row first?"),
                asks_in_words=N_("Did you multiply the upstream gradient by y alone?"),
            ),
            Mistake(
                "plain-mean",
                N_("plain mean instead of weighted mean"),
                lambda e: e.z * (e.g - sum_axis(e.g, 1) / num_rows(transpose(e.g))),
                N_(
                    "It is right to subtract a mean, but that is the plain mean of the row's "
                    "upstreams. Which values of the row are the weights?"
                ),
                asks_in_words=N_("Did you subtract the plain mean of the upstream gradients?"),
            ),
            Mistake(
                "factor-left-out",
                N_("factor y left out"),
                lambda e: e.g - sum_axis(e.g * e.z, 1),
                N_(
                    "You subtracted the weighted mean, and that is right. An output near 0 hardly changes: "
                    "which factor is still missing?"
                ),
                asks_in_words=N_("Did you leave out the factor y?"),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: e.z * (e.g - sum_axis(e.g * e.z, 0)),
                N_(
                    "It looks as if you took the mean of each column. Which outputs add up to 1 here: "
                    "those of a column or those of a row?"
                ),
                asks_in_words=N_("Did you take the means along the other axis?"),
            ),
            Mistake(
                "whole-matrix",
                N_("one mean for all rows"),
                lambda e: e.z * (e.g - sum_axis(e.g * e.z)),
                N_(
                    "It looks as if you took one mean for all rows. When an input in row 1 changes, do the "
                    "outputs in row 2 change?"
                ),
                correct_for_shape=lambda rows, columns: rows == 1,
                asks_in_words=N_("Did you take one mean for all cells?"),
            ),
        ),
    ),
)
