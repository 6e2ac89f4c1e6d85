"""The table of operations: one declaration each. Everything else about an edge is derived from it.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from collections.abc import Mapping

from tutor.algebra.values import T, Value, constant, exp, log, power, sigmoid, spread, total
from tutor.engine.operation import Mistake, Operation, Spot
from tutor.i18n import N_

_UNDO = N_(
    "You ran the calculation back to where it came from. The backward pass asks something else: "
    "if only this line moves a little, how much does the output move?"
)
_SPLIT = N_(
    "A gradient isn't shared out like money. Raise only this line by 1: by how much does {node} rise? "
    "Now the other one."
)
_WRONG_ORDER = N_("Looks as if the two factors stand in the wrong order. Whose rows are the rows of the answer?")


def _slope_at(e: Spot, value: Value) -> Value:
    return e.g * value * (constant(1, value) - value)


_TABLE = (
    Operation(
        id="add",
        sign="+",
        forward=lambda x, y: x + y,
        local=(lambda z, x, y: constant(1, z), lambda z, x, y: constant(1, z)),
        swappable=True,
        says=(N_("+ hands the upstream on unchanged."),),
        asks=(N_("Raise only this line by 1: by how much does + rise?"),),
        mistakes=(
            Mistake("undo", lambda e: e.g - e.o, _UNDO),
            Mistake("split", lambda e: e.g / 2, _SPLIT, alone=""),
            Mistake("split-by-size", lambda e: e.g * e.x / (e.x + e.o), _SPLIT, alone=""),
            Mistake(
                "times-rule",
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node adds: what does + do to a small change?"),
            ),
            Mistake(
                "own-input",
                lambda e: e.g * e.x,
                N_(
                    "You multiplied by the value of this line. "
                    "If this line rises by 1, does the sum rise by more than 1?"
                ),
            ),
        ),
    ),
    Operation(
        id="sub",
        sign="−",
        forward=lambda x, y: x - y,
        local=(lambda z, x, y: constant(1, z), lambda z, x, y: constant(-1, z)),
        says=(
            N_("− hands the upstream on unchanged to what it takes from."),
            N_("− hands the upstream on with the opposite sign to what it takes away."),
        ),
        asks=(
            N_("Raise only this line by 1: by how much, and which way, does − move?"),
            N_("This line is what is taken away. Raise it by 1: by how much, and which way, does − move?"),
        ),
        mistakes=(
            Mistake(
                "no-minus",
                lambda e: e.g,
                N_("The size is right. When this line grows, does the difference grow or shrink?"),
                slots=(1,),
            ),
            Mistake(
                "minus-on-first",
                lambda e: -e.g,
                N_("The size is right. Which of the two lines is taken away: this one, or the other?"),
                slots=(0,),
            ),
            Mistake("undo", lambda e: e.g + e.o, _UNDO, slots=(0,)),
            Mistake("undo", lambda e: e.o - e.g, _UNDO, slots=(1,)),
            Mistake("split", lambda e: e.g / 2, _SPLIT, alone=""),
            Mistake(
                "times-rule",
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node subtracts."),
            ),
        ),
    ),
    Operation(
        id="mul",
        sign="×",
        forward=lambda x, y: x * y,
        local=(lambda z, x, y: y, lambda z, x, y: x),
        swappable=True,
        says=(N_("× sends each line the upstream times the value of the other line."),),
        asks=(N_("What did × receive on its other line?"),),
        alone_says=N_("{node} sends back the upstream times the number it multiplies by."),
        alone_asks=N_("Which number does {node} multiply by?"),
        mistakes=(
            Mistake(
                "own-input",
                lambda e: e.g * e.x,
                N_(
                    "{v} comes from what this line itself carried. × doesn't return a line's own value: "
                    "what came in on the other one?"
                ),
                alone=N_("{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"),
            ),
            Mistake(
                "plus-rule",
                lambda e: e.g,
                N_("Passing the upstream on unchanged is the rule of +. This node multiplies: what is still missing?"),
            ),
            Mistake("undo", lambda e: e.g / e.o, _UNDO),
            Mistake(
                "both-inputs",
                lambda e: e.g * e.x * e.o,
                N_("You multiplied by both lines. If only this line moves by 1, how much does the product move?"),
                alone=N_("{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"),
            ),
            Mistake(
                "sum-of-inputs",
                lambda e: e.g * (e.x + e.o),
                N_("You added the two lines. If only this line moves by 1, how much does the product move?"),
                alone="",
            ),
        ),
    ),
    Operation(
        id="div",
        sign="÷",
        forward=lambda x, y: x / y,
        local=(lambda z, x, y: constant(1, y) / y, lambda z, x, y: -x / power(y, 2)),
        says=(
            N_("÷ sends its numerator the upstream divided by the denominator."),
            N_("÷ sends its denominator the upstream times minus the numerator over the denominator squared."),
        ),
        asks=(
            N_("This line is the numerator. Raise it by 1: by how much does the quotient rise?"),
            N_("This line is the denominator. When it grows, does the quotient grow or shrink?"),
        ),
        mistakes=(
            Mistake(
                "no-minus",
                lambda e: e.g * e.operands[0] / (e.x * e.x),
                N_("The size is right. When the denominator grows, does the quotient grow or shrink?"),
                slots=(1,),
            ),
            Mistake(
                "no-numerator",
                lambda e: -e.g / (e.x * e.x),
                N_("That is the rule of 1/x. Here something else than 1 stands above the line: where does it go?"),
                slots=(1,),
            ),
            Mistake(
                "no-square",
                lambda e: -e.g * e.operands[0] / e.x,
                N_("Nearly. Write the quotient as a power of the denominator: what becomes of its exponent?"),
                slots=(1,),
            ),
            Mistake(
                "as-times",
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node divides."),
            ),
            Mistake("undo", lambda e: e.g * e.o, _UNDO, slots=(0,)),
            Mistake(
                "upside-down",
                lambda e: e.g / e.x,
                N_("You divided by the numerator. Which line does the numerator get divided by?"),
                slots=(0,),
            ),
            Mistake(
                "numerator-rule",
                lambda e: e.g / e.x,
                N_("That is what the numerator would get. This line is the denominator."),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="neg",
        sign="×−1",
        forward=lambda x: -x,
        local=(lambda z, x: constant(-1, z),),
        says=(N_("A change of sign changes the upstream's sign."),),
        asks=(N_("Raise this line by 1: by how much, and which way, does the output move?"),),
        mistakes=(
            Mistake(
                "no-minus",
                lambda e: e.g,
                N_("The size is right. When this line grows, does {node} grow or shrink?"),
            ),
        ),
    ),
    Operation(
        id="inv",
        sign="1/x",
        forward=lambda x: constant(1, x) / x,
        local=(lambda z, x: -power(z, 2),),
        says=(N_("1/x sends back the upstream times minus the square of its output."),),
        asks=(
            N_(
                "One factor is to be multiplied in: the slope of 1/x here. "
                "Before you calculate: when x grows, does 1/x grow or shrink?"
            ),
        ),
        mistakes=(
            Mistake(
                "no-minus",
                lambda e: e.g * e.z * e.z,
                N_("The size is right. When x grows, does 1/x grow or shrink?"),
            ),
            Mistake(
                "no-square",
                lambda e: -e.g * e.z,
                N_("The sign is right. Write 1/x as a power of x: the exponent −1 comes down, and what is left above?"),
            ),
            Mistake(
                "at-output",
                lambda e: -e.g / (e.z * e.z),
                N_("The form −1/x² is right, but what did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "log",
                lambda e: e.g * log(e.x),
                N_("log x is what 1/x is the slope of. Here the slope of 1/x itself is asked: is 1/x rising?"),
            ),
            Mistake(
                "two-x",
                lambda e: -e.g / (e.x + e.x),
                N_("The denominator is x squared, not x doubled. Try it with x^(−1) and the rule for powers."),
            ),
            Mistake("undo", lambda e: e.g * e.x, _UNDO),
        ),
    ),
    Operation(
        id="pow",
        sign="^",
        forward=power,
        local=(
            lambda z, x, n: n * power(x, n - constant(1, n)),
            lambda z, x, n: z * log(x),
        ),
        says=(
            N_("The exponent comes down as a factor, and above it is lowered by one."),
            N_("A power with the variable above returns itself times the log of its base."),
        ),
        asks=(
            N_("This line is the base. What happens to an exponent when a power is differentiated? Two things."),
            N_("This line is the exponent. How fast does a power grow with it?"),
        ),
        mistakes=(
            Mistake(
                "no-factor",
                lambda e: e.g * power(e.x, e.o - constant(1, e.o)),
                N_("The exponent was lowered, good. It also comes down somewhere: where?"),
                slots=(0,),
            ),
            Mistake(
                "not-lowered",
                lambda e: e.g * e.o * e.z,
                N_("The exponent came down as a factor, good. What is left above?"),
                slots=(0,),
            ),
            Mistake(
                "function-itself",
                lambda e: e.g * e.z,
                N_("That is the power itself. Its slope is asked: how fast does it grow when the base grows?"),
                slots=(0,),
            ),
            Mistake(
                "wrong-side",
                lambda e: e.g * e.z * log(e.x),
                N_("That is the rule for a variable exponent. Here the variable is the base."),
                slots=(0,),
            ),
            Mistake("undo", lambda e: power(e.g, constant(1, e.o) / e.o), _UNDO, slots=(0,)),
            Mistake(
                "no-log",
                lambda e: e.g * e.z,
                N_("That holds for the base e only. Which factor does another base bring?"),
                slots=(1,),
            ),
            Mistake(
                "power-rule",
                lambda e: e.g * e.x * power(e.o, e.x - constant(1, e.x)),
                N_("That is the rule for a variable base. Here the variable is the exponent."),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="exp",
        sign="exp",
        forward=exp,
        local=(lambda z, x: z,),
        says=(N_("exp is its own slope: it sends back the upstream times its output."),),
        asks=(N_("Which function is its own slope, and what did this node put out?"),),
        mistakes=(
            Mistake(
                "power-rule",
                lambda e: e.g * e.x * exp(e.x - constant(1, e.x)),
                N_("That is the rule for powers of x. Here x stands above: what is the slope of e^x?"),
            ),
            Mistake(
                "wrong-sign-argument",
                lambda e: e.g * exp(-e.x),
                N_("Look at the sign above: which number did exp really receive?"),
            ),
            Mistake(
                "times-inner",
                lambda e: e.g * e.x * e.z,
                N_("e^x is already the whole slope. Where does the extra x come from?"),
            ),
            Mistake(
                "at-output",
                lambda e: e.g * exp(e.z),
                N_("You took exp twice. The slope is taken at what came in, and that has been done already."),
            ),
            Mistake("undo", lambda e: log(e.g), _UNDO),
        ),
    ),
    Operation(
        id="log",
        sign="log",
        forward=log,
        local=(lambda z, x: constant(1, x) / x,),
        says=(N_("log sends back the upstream divided by its input."),),
        asks=(N_("log grows more and more slowly. What came into this node?"),),
        mistakes=(
            Mistake(
                "at-output",
                lambda e: e.g / e.z,
                N_("The form 1/x is right, but what did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "base-10",
                lambda e: e.g / (e.x * log(constant(10, e.x))),
                N_("That is the slope of the logarithm to base 10. Here log is the natural one."),
            ),
            Mistake(
                "times-input",
                lambda e: e.g * e.x,
                N_("You multiplied by the input. When the input is large, does log rise fast or slowly?"),
            ),
            Mistake("undo", lambda e: exp(e.g), _UNDO),
        ),
    ),
    Operation(
        id="sigmoid",
        sign="σ",
        forward=sigmoid,
        local=(lambda z, x: z * (constant(1, z) - z),),
        near_one=True,
        says=(N_("σ sends back the upstream times its output y times what is left above it: y·(1 − y)."),),
        asks=(N_("The slope of σ can be told from its output alone. What did this node put out?"),),
        mistakes=(
            Mistake(
                "forgot-1-minus",
                lambda e: e.g * e.z,
                N_("You multiplied by σ's output. The slope of σ has a second factor: near 1 it must vanish."),
            ),
            Mistake(
                "one-minus-y",
                lambda e: e.g * (constant(1, e.z) - e.z),
                N_("What is left above y is one factor. The other one makes the slope vanish near 0."),
            ),
            Mistake(
                "y-squared",
                lambda e: e.g * e.z * e.z,
                N_("y·y has one factor right. At y near 1 σ is flat: does y·y vanish there?"),
            ),
            Mistake(
                "sigma-at-input",
                lambda e: _slope_at(e, e.x),
                N_("The form y·(1 − y) is right, but what did you put in for y: σ's input or its output?"),
            ),
            Mistake(
                "sigma-twice",
                lambda e: _slope_at(e, sigmoid(e.z)),
                N_("The form y·(1 − y) is right, but you put σ of y in for y. The output has been through σ already."),
            ),
        ),
    ),
    Operation(
        id="matmul",
        sign="@",
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
                _WRONG_ORDER,
            ),
            Mistake(
                "wrong-side-no-transpose",
                lambda e: e.o @ e.g if e.slot == 0 else e.g @ e.o,
                _WRONG_ORDER,
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
)

#: Every operation by its id, the word that node ids are counted with.
OPERATIONS: Mapping[str, Operation] = {operation.id: operation for operation in _TABLE}
