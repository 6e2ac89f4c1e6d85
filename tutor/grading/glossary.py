"""What each rule is called, and why it is so, in a few short sentences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The names of operations for people, by `Operation.label`.
OPERATION_NAMES: Mapping[str, str] = {
    "abs": N_("absolute value"),
    "add": N_("addition"),
    "broadcast": N_("broadcast"),
    "cos": N_("cosine"),
    "cross_entropy": N_("cross-entropy"),
    "div": N_("division"),
    "exp": N_("exponential"),
    "inv": N_("reciprocal"),
    "log": N_("logarithm"),
    "matmul": N_("matrix product"),
    "max": N_("maximum"),
    "mean": N_("mean"),
    "min": N_("minimum"),
    "mse": N_("mean squared error"),
    "mul": N_("multiplication"),
    "neg": N_("change of sign"),
    "pow": N_("power"),
    "relu": N_("rectifier"),
    "sigmoid": N_("sigmoid"),
    "sin": N_("sine"),
    "softmax": N_("softmax"),
    "softplus": N_("softplus"),
    "sqrt": N_("square root"),
    "sub": N_("subtraction"),
    "sum": N_("sum"),
    "tanh": N_("hyperbolic tangent"),
    "transpose": N_("transposition"),
}

RULE_REASONS: Mapping[str, str] = {
    "abs": N_(
        "Right of 0 the output rises with the input, so the slope is 1. "
        "Left of 0 it falls as the input rises: the slope is −1. "
        "At 0 itself there is no slope, and programs agree on 0."
    ),
    "add": N_(
        "Raise one line a little, and the sum rises by just as much. "
        "So the slope is 1 on every line, whatever flows there. "
        "The upstream times 1 is the upstream."
    ),
    "broadcast": N_(
        "One value is used in many cells. "
        "Move it, and all its copies move, each with its own effect on the output. "
        "Effects along several ways add up, as at a branch."
    ),
    "cos": N_(
        "On the unit circle cos is the way across. "
        "As the angle grows, that way shrinks by as much as sin is high. "
        "So the slope of cos is −sin."
    ),
    "cross_entropy": N_(
        "Only −t·log p depends on a prediction p. "
        "The slope of log p is 1/p: the less the right class was expected, the harder the push. "
        "The loss is a mean over the rows, so each row counts by one part of them."
    ),
    "div": N_(
        "x/y is x times 1/y, so for x the other factor is 1/y. "
        "When y grows, the quotient shrinks: that is the minus. "
        "1/y changes by −1/y², and x stands in front of it as a factor."
    ),
    "exp": N_(
        "exp grows as fast as it is high: that is what makes e special. "
        "So its slope at any input is its own output. "
        "The output stands in the graph already."
    ),
    "inv": N_(
        "When x grows, 1/x shrinks: that is the minus. "
        "1/x is x to the power −1, so its slope is −1/x². "
        "With the output y = 1/x this is −y²."
    ),
    "log": N_(
        "log undoes exp, so its slope is one over the slope of exp. "
        "exp is as steep as it is high, and its height is the input x of log. "
        "That leaves 1/x."
    ),
    "matmul": N_(
        "Each cell of the output is a row of the left matrix times a column of the right one, added up. "
        "So a cell is used in a whole row or column of the output, and gets back the sum over that. "
        "Sums of products over rows and columns are a matrix product again, with the other matrix transposed."
    ),
    "max": N_(
        "The greater line alone makes the output: move it a little, and the output moves as much. "
        "Move the other one a little, and nothing happens. "
        "So one line gets the whole upstream and the other one 0."
    ),
    "mean": N_(
        "A mean is the sum divided by the number n of cells. "
        "Raise one cell by 1, and the mean rises by 1/n. "
        "All cells are treated alike, so all get the same."
    ),
    "min": N_(
        "The smaller line alone makes the output: move it a little, and the output moves as much. "
        "Move the other one a little, and nothing happens. "
        "So one line gets the whole upstream and the other one 0."
    ),
    "mse": N_(
        "An error e counts as e², whose slope is 2e. "
        "The mean divides that by the number of errors. "
        "A target stands behind a minus in its error, so its sign is the other one."
    ),
    "mul": N_(
        "Raise x by 1, and x·y rises by y: there is one more y. "
        "So the slope for a line is what the other line carries. "
        "Lines swap their values, one could say, on the way back."
    ),
    "neg": N_(
        "The output is the input with the other sign. "
        "Raise the input by 1, and the output falls by 1. "
        "So the slope is −1 everywhere."
    ),
    "pow": N_(
        "x³ is x·x·x: x stands there three times. "
        "Moving x moves each of them while the other two, x², stay as factors. "
        "Three times the same: 3·x². Any exponent goes the same way."
    ),
    "relu": N_(
        "Above 0 the output is the input, so the slope is 1. "
        "Below 0 the output stays 0, so the slope is 0. "
        "The gate is opened by what flowed forward, never by the upstream."
    ),
    "sigmoid": N_(
        "The output y lies between 0 and 1, and flattens out at both ends. "
        "y·(1 − y) is 0 at both ends, and greatest, a quarter, in the middle. "
        "It follows from 1/(1 + e^(−x)), and needs nothing but the output."
    ),
    "sin": N_(
        "On the unit circle sin is the height. "
        "As the angle grows, the height grows by as much as cos is across. "
        "So the slope of sin is cos, at the same input."
    ),
    "softmax": N_(
        "All cells of a row share one total of 1. "
        "If one cell rises, the others have to fall, so each input moves every output of its row. "
        "That is why the weighted mean of the row's upstreams is taken away first."
    ),
    "softplus": N_(
        "softplus is log(1 + e^x), a relu with its corner rounded off. "
        "Its slope goes smoothly from 0 on the left to 1 on the right. "
        "That is what σ does: e^x/(1 + e^x)."
    ),
    "sqrt": N_(
        "y·y = x: moving y a little moves x by 2y times as much. "
        "The root asks the other way round, so it is one over that. "
        "The slope is 1/(2y), with the output y."
    ),
    "sub": N_(
        "In x − y, raise x by 1 and the difference rises by 1. "
        "Raise y by 1 and the difference falls by 1. "
        "So the slopes are 1 and −1, whatever flows there."
    ),
    "sum": N_(
        "Raise any one cell by 1, and the sum rises by 1. "
        "So the slope is 1 for every cell that was added. "
        "Every cell gets the upstream of the sum it went into."
    ),
    "tanh": N_(
        "The output y lies between −1 and 1, and flattens out at both ends. "
        "1 − y² is 0 at both ends, and greatest, 1, in the middle. "
        "It needs nothing but the output."
    ),
    "transpose": N_(
        "A transpose computes nothing: each cell goes to another place. "
        "What comes back to that place belongs to the cell. "
        "So the upstream is moved back the same way."
    ),
}

#: Of a node of one's own, or a group shown as one.
WHY_COMPOSITE = N_(
    "Inside, several steps follow one another. "
    "Each multiplies the change that reaches it by its own slope, so the slopes are multiplied. "
    "Where a value takes several ways inside, what comes back along them is added."
)
WHY_START = N_(
    "The backward pass asks how the output moves when something else moves. "
    "The first question is about the output itself, and it moves as it moves: 1. "
    "Where the calculation goes on behind it, what comes back from there stands in place of the 1."
)
WHY_BRANCH = N_(
    "The value goes along several lines at once. "
    "Move it a little, and the output feels it along every one of them. "
    "Small effects add up, so what comes back is added."
)

#: The words of the subject with what they mean, in the order in which a beginner meets them.
TERMS: tuple[tuple[str, str], ...] = (
    (N_("computational graph"), N_("a calculation drawn as nodes and the values between them")),
    (N_("node"), N_("one operation, or an input")),
    (N_("edge"), N_("a line along which a value flows from one node to the next")),
    (N_("forward value"), N_("what flows along an edge from the inputs to the output")),
    (N_("forward pass"), N_("computing all forward values, from the inputs to the output")),
    (N_("backward pass"), N_("computing how the output moves with every value, from the output to the inputs")),
    (N_("upstream gradient"), N_("what a node receives from the right: how the output moves with the node's output")),
    (N_("local gradient"), N_("the node's own slope: how its output moves with one of its inputs")),
    (N_("backward value"), N_("what a node sends back along an edge: upstream × local gradient")),
    (N_("chain rule"), N_("slopes of steps that follow one another are multiplied")),
    (N_("branch"), N_("where a value flows to several nodes; on the way back the parts are added")),
    (N_("kink"), N_("a point where the slope jumps, as that of relu at 0")),
)
