"""Functions of one number.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import Value, constant, cos, exp, log, sigmoid, sin, softplus, sqrt, tanh
from tutor.engine.operation import Behind, Mistake, Operation, Spot
from tutor.engine.operations import careful
from tutor.engine.operations.texts import UNDO
from tutor.i18n import N_


def _slope_at(e: Spot, value: Value) -> Value:
    return e.g * value * (constant(1, value) - value)


TABLE = (
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
            Mistake("undo", lambda e: log(e.g), UNDO),
        ),
    ),
    Operation(
        id="log",
        sign="log",
        forward=log,
        local=(lambda z, x: constant(1, x) / x,),
        behind={
            "sigmoid": Behind(careful.log_sigmoid, (lambda z, y, x: 1 / y,)),
            "softmax": Behind(careful.log_softmax, (lambda z, y, x: 1 / y,)),
        },
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
            Mistake("undo", lambda e: exp(e.g), UNDO),
        ),
    ),
    Operation(
        id="sigmoid",
        sign="σ",
        forward=sigmoid,
        local=(lambda z, x: z * (constant(1, z) - z),),
        careful=(careful.sigmoid_slope,),
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
        id="sqrt",
        sign="√",
        forward=sqrt,
        local=(lambda z, x: constant(1, z) / (z + z),),
        says=(N_("√ sends back the upstream divided by twice its output."),),
        asks=(N_("√x is x to the power ½. What did this node put out?"),),
    ),
    Operation(
        id="sin",
        sign="sin",
        forward=sin,
        local=(lambda z, x: cos(x),),
        says=(N_("The slope of sin is cos, at the same input."),),
        asks=(N_("Where sin is steepest, what does cos do there? Look at the node's input."),),
    ),
    Operation(
        id="cos",
        sign="cos",
        forward=cos,
        local=(lambda z, x: -sin(x),),
        says=(N_("The slope of cos is minus sin, at the same input."),),
        asks=(N_("At 0 cos stands at its top. Just to the right of it, does it rise or fall?"),),
    ),
    Operation(
        id="tanh",
        sign="tanh",
        forward=tanh,
        local=(lambda z, x: constant(1, z) - z * z,),
        careful=(careful.tanh_slope,),
        near_one=True,
        says=(N_("tanh sends back the upstream times 1 minus the square of its output y: 1 − y²."),),
        asks=(N_("The slope of tanh can be told from its output alone. What did this node put out?"),),
    ),
    Operation(
        id="softplus",
        sign="softplus",
        forward=softplus,
        local=(lambda z, x: sigmoid(x),),
        says=(N_("The slope of softplus is σ of its input."),),
        asks=(N_("softplus is log(1 + e^x). Far to the right it rises like x: what is its slope there?"),),
    ),
)
