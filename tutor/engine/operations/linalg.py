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
    "Looks as if you added along the wrong way. Which cells of the upstream come from the first number here?"
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
            N_("The upstream goes back through the other matrix, transposed. It stands in front: U @ W.T."),
            N_("The upstream goes back through the other matrix, transposed. It stands behind: X.T @ U."),
        ),
        confirmation=(
            N_("the upstream times the other matrix, transposed"),
            N_("the other matrix, transposed, times the upstream"),
        ),
        skill_name=(
            N_("@ to the left matrix"),
            N_("@ to the right matrix"),
        ),
        question=(
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
        why=N_(
            "Each cell of the output is a row of the left matrix times a column of the right one, added up. "
            "So a cell is used in a whole row or column of the output, and gets back the sum over that. "
            "Sums of products over rows and columns are a matrix product again, with the other matrix transposed."
        ),
        mistakes=(
            Mistake(
                "transposed-result",
                N_("rows and columns swapped"),
                lambda e: transpose(e.g @ transpose(e.o)) if e.slot == 0 else transpose(transpose(e.o) @ e.g),
                N_(
                    "The numbers are there, lying on their side. Which row of the answer belongs to row 1 of this matrix?"
                ),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: e.g @ e.o if e.slot == 0 else e.o @ e.g,
                N_("Looks as if the other matrix went in as it stands. Which way do its numbers run on the way back?"),
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
                N_("That is what the other matrix gets back. Which of the two matrices is marked now?"),
            ),
            Mistake(
                "elementwise",
                N_("cell by cell instead of @"),
                lambda e: e.g * transpose(e.o),
                N_(
                    "You multiplied cell by cell. Each entry here went into several cells of the product: what do they add up to?"
                ),
            ),
            Mistake(
                "whole-summed",
                N_("the other matrix added up"),
                lambda e: broadcast_like(
                    sum_axis(e.g @ transpose(e.o), 1) if e.slot == 0 else sum_axis(transpose(e.o) @ e.g, 0), e.x
                ),
                N_(
                    "Looks as if the other matrix was added up as a whole. Which of its numbers did one cell here meet?"
                ),
            ),
            Mistake(
                "other-itself",
                N_("the other matrix alone"),
                lambda e: transpose(e.o),
                N_("That is the other matrix, transposed. The upstream is still to be multiplied in."),
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
            N_("The matrix gets the outer product of the upstream and the vector: outer(U, x)."),
            N_("The vector gets the upstream multiplied by the matrix, transposed: W.T @ U."),
        ),
        skill_name=(N_("@ to the matrix of a vector"), N_("@ to the vector")),
        confirmation=(
            N_("the outer product of the upstream and the vector"),
            N_("the upstream times the matrix, transposed"),
        ),
        question=(
            N_(
                "The answer has this matrix's shape, {shape}; the upstream U is {up_shape}. Cell [i, j] is multiplied by "
                "entry j of the vector and goes into entry i of the output: which two numbers meet in its gradient?"
            ),
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry j is multiplied by "
                "column j of the matrix: with what do the numbers of that column meet on the way back?"
            ),
        ),
        why=N_(
            "Output i is the sum of W[i, j]·x[j] over j. "
            "So W[i, j] gets back U[i]·x[j], which is the outer product of U and x. "
            "And x[j] gets back the sum of U[i]·W[i, j] over i, which is W.T @ U."
        ),
        mistakes=(
            Mistake(
                "transposed-result",
                N_("rows and columns swapped"),
                lambda e: transpose(outer(e.g, e.o)),
                N_(
                    "The numbers are right, but rows and columns are swapped. Which entry of the output does row 1 make?"
                ),
                slots=(0,),
            ),
            Mistake(
                "no-transpose",
                N_("not transposed"),
                lambda e: apply_to_vector(e.o, e.g),
                N_("It looks as if you multiplied by the matrix itself. Which way do its numbers go on the way back?"),
                slots=(1,),
            ),
            Mistake(
                "other-itself",
                N_("the vector alone"),
                lambda e: broadcast_like(e.o, e.x),
                N_("Each row holds the vector. By which upstream is each row still to be multiplied?"),
                slots=(0,),
            ),
            Mistake(
                "whole-summed",
                N_("the matrix added up"),
                lambda e: sum_axis(e.o, 0),
                N_("You added up each column of the matrix. By which upstream is each number of it multiplied first?"),
                slots=(1,),
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
        rule=(N_("A dot product sends each vector the upstream times the other vector."),),
        skill_name=(N_("dot product, the other vector"),),
        confirmation=(N_("the upstream times the other vector"),),
        question=(
            N_(
                "The answer has a number for each entry of this vector. Raise only one entry by 1: "
                "by how much does the dot product rise?"
            ),
        ),
        why=N_(
            "x @ y multiplies the entries in pairs and adds up the products. "
            "Raise x[0] by 1, and the sum rises by y[0]. "
            "So each entry gets the upstream times the other vector's entry."
        ),
        mistakes=(
            Mistake(
                "own-input",
                N_("own input instead of the other"),
                lambda e: broadcast_like(e.g, e.x) * e.x,
                N_("Did you use this vector's own entries? A dot product needs those of the other vector."),
            ),
            Mistake(
                "plus-rule",
                N_("the rule of Σ"),
                lambda e: broadcast_like(e.g, e.x),
                N_(
                    "You passed the upstream on to every entry, as Σ does. By what is each entry multiplied before it is added?"
                ),
            ),
            Mistake(
                "summed",
                N_("one number for all entries"),
                lambda e: broadcast_like(e.g * sum_axis(e.o), e.x),
                N_("Each entry got the sum of the other vector. Which single entry does it meet?"),
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
            N_("The first vector gets the upstream times the second vector: U @ y."),
            N_("The second vector gets the upstream, transposed, times the first vector: U.T @ x."),
        ),
        skill_name=(N_("outer product, first vector"), N_("outer product, second vector")),
        confirmation=(
            N_("the upstream times the second vector"),
            N_("the upstream, transposed, times the first vector"),
        ),
        question=(
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry i makes row i of the "
                "output: what do the numbers of that row add up to on the way back?"
            ),
            N_(
                "The answer has this vector's shape, {shape}; the upstream U is {up_shape}. Entry j makes column j of the "
                "output: what do the numbers of that column add up to on the way back?"
            ),
        ),
        why=N_(
            "Cell [i, j] of the output is x[i]·y[j]. "
            "So x[i] gets back the sum of U[i, j]·y[j] over j, which is U @ y. "
            "In the same way y gets back U.T @ x."
        ),
        mistakes=(
            Mistake(
                "summed-only",
                N_("the other vector left out"),
                lambda e: transpose(sum_axis(e.g, 1)) if e.slot == 0 else sum_axis(e.g, 0),
                N_(
                    "You added up the upstream. Each of its numbers is first multiplied by an entry of the other vector: which?"
                ),
            ),
            Mistake(
                "own-input",
                N_("own input instead of the other"),
                lambda e: apply_to_vector(e.g, e.x) if e.slot == 0 else e.x @ e.g,
                N_("Did you use this vector's own entries? Its gradient needs those of the other vector."),
            ),
        ),
    ),
    Operation(
        id="transpose",
        symbol="ᵀ",
        title=N_("transposition"),
        shape_rule=shapes.transpose,
        forward=transpose,
        vjp=(lambda g, z, x: transpose(g),),
        keeps_decimals=True,
        rule=(N_("A transpose sends the upstream back transposed."),),
        confirmation=(N_("the upstream, transposed"),),
        skill_name=(N_("transposed back"),),
        question=(
            N_("The answer has this matrix's shape, {shape}; the upstream is {up_shape}. Which cell became which?"),
        ),
        why=N_(
            "A transpose computes nothing: each cell goes to another place. "
            "What comes back to that place belongs to the cell. "
            "So the upstream is moved back the same way."
        ),
        mistakes=(
            Mistake(
                "not-transposed",
                N_("not transposed"),
                lambda e: e.g,
                N_("That is the upstream as it came, {up_shape}. Which of its cells belongs to row 1, column 2 here?"),
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
        rule=(N_("What was repeated gets back the sum of what comes from its copies."),),
        confirmation=(N_("the sum of what comes back from the copies"),),
        skill_name=(N_("sum over copies"),),
        question=(
            N_(
                "What was repeated is {shape}, the upstream is {up_shape}: each number was used several times. "
                "What came back from each of its copies?"
            ),
        ),
        why=N_(
            "One value is used in many cells. "
            "Move it, and all its copies move, each with its own effect on the output. "
            "Effects along several ways add up, as at a branch."
        ),
        mistakes=(
            Mistake(
                "not-summed",
                N_("not summed"),
                lambda e: e.g,
                N_("That is what came back to the copies, {up_shape}. Each number here went to several of them."),
                asks=N_("Did you pass the upstream gradient on without adding up the copies?"),
            ),
            Mistake(
                "mean-for-sum",
                N_("mean instead of sum"),
                lambda e: unbroadcast(e.g, e.x) * size(e.x) / size(e.g),
                N_("You took the mean of what the copies got back. Raise only one number by 1: how many copies rise?"),
                asks=N_("Did you take the mean over the copies?"),
            ),
            Mistake(
                "no-sum-row-1",
                N_("first copy only"),
                _first_copy,
                N_("That came back from the first copy alone. What came back from the others?"),
                asks=N_("Did you take only what came back to the first copy?"),
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
                N_("You added up everything. Which cells of the upstream come from one number here?"),
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
        rule=(
            N_(
                "softmax, row by row: from each upstream is taken the mean of the row's upstreams, weighted by the "
                "outputs y; the rest is multiplied by y."
            ),
        ),
        confirmation=(N_("y times the upstream less its y-weighted mean, in each row"),),
        skill_name=(N_("softmax by rows"),),
        question=(N_("Raise one input of a row: its own output rises. What do the others do, as they add up to 1?"),),
        why=N_(
            "All cells of a row share one total of 1. "
            "If one cell rises, the others have to fall, so each input moves every output of its row. "
            "That is why the weighted mean of the row's upstreams is taken away first."
        ),
        mistakes=(
            Mistake(
                "diagonal",
                N_("own input only"),
                lambda e: e.z * (constant_like(1, e.z) - e.z) * e.g,
                N_("y·(1 − y) tells how each output moves with its own input. The others of the row move as well."),
            ),
            Mistake(
                "forgot-1-minus",
                N_("mean of the row not subtracted"),
                lambda e: e.z * e.g,
                N_("The factor y is right. From each upstream something is taken first: what is common to the row?"),
            ),
            Mistake(
                "plain-mean",
                N_("plain mean instead of weighted"),
                lambda e: e.z * (e.g - sum_axis(e.g, 1) / num_rows(transpose(e.g))),
                N_("You took off the plain mean of the row's upstreams. Do all outputs of the row count alike?"),
            ),
            Mistake(
                "factor-left-out",
                N_("factor y left out"),
                lambda e: e.g - sum_axis(e.g * e.z, 1),
                N_("The weighted mean is taken off, good. One factor is still missing: an output near 0 hardly moves."),
            ),
            Mistake(
                "wrong-axis",
                N_("wrong axis"),
                lambda e: e.z * (e.g - sum_axis(e.g * e.z, 0)),
                N_("Looks as if you went down the columns. Which outputs add up to 1 here: a column's or a row's?"),
            ),
            Mistake(
                "whole-matrix",
                N_("all rows taken together"),
                lambda e: e.z * (e.g - sum_axis(e.g * e.z)),
                N_("Looks as if all rows went into one mean. Does an input of row 1 move the outputs of row 2?"),
                correct_for_shape=lambda rows, columns: rows == 1,
            ),
        ),
    ),
)
