"""Elementwise functions: exp, log, sigmoid and the like.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

import math

from tutor.algebra.expr import Sym, number
from tutor.algebra.ops import (
    SCALAR_FUNCTIONS,
    Value,
    absolute,
    constant_like,
    cos,
    exp,
    is_exact,
    log,
    maximum,
    power,
    sigmoid,
    sign,
    sin,
    softplus,
    sqrt,
    tanh,
)
from tutor.engine.operation import EdgeContext, FusedForm, Mistake, Operation
from tutor.engine.operations import stable
from tutor.engine.operations.feedback import undo
from tutor.i18n import N_


def _sigmoid_gradient_at(e: EdgeContext, value: Value) -> Value:
    return e.g * value * (constant_like(1, value) - value)


def _degrees_to_radians(x: Value) -> Value:
    """Return the angle if a calculator takes `x` for degrees."""
    return x * _pi_like(x) / 180


#: gelu(x)/x is a half at 0, and so at this distance from it.
_SMALLEST_DIVISOR = 1e-30


def _pi_like(x: Value) -> Value:
    return Sym("pi") if is_exact(x) else math.pi


def _erf_slope(x: Value) -> Value:
    return 2 * exp(-power(x, 2)) / sqrt(_pi_like(x))


def _normal_cdf(x: Value) -> Value:
    root = sqrt(number(2) if is_exact(x) else 2.0)
    return (constant_like(1, x) + SCALAR_FUNCTIONS["erf"](x / root)) / 2


def _gelu_slope(x: Value) -> Value:
    return _normal_cdf(x) + x * _normal_density(x)


def _gelu_slope_in_floats(z: Value, x: Value) -> Value:
    """Return Φ(x) + x·φ(x), with Φ from gelu(−|x|)/−|x|, which keeps its digits far to the left."""
    distance = maximum(absolute(x), _SMALLEST_DIVISOR)
    tail = SCALAR_FUNCTIONS["gelu"](-distance) / -distance
    return tail + (1 - 2 * tail) * (1 + sign(x)) / 2 + x * _normal_density(x)


def _tanh_gelu_slope(x: Value) -> Value:
    """Return the slope of x·(1 + tanh(√(2/π)·(x + 0.044715·x³)))/2."""
    scale = sqrt(2 / _pi_like(x))
    bent = tanh(scale * (x + 44715 * power(x, 3) / 1_000_000))
    inner = scale * (constant_like(1, x) + 134145 * power(x, 2) / 1_000_000)
    return (constant_like(1, x) + bent) / 2 + x * (constant_like(1, x) - power(bent, 2)) * inner / 2


def _silu_slope(z: Value, x: Value) -> Value:
    gate = sigmoid(x)
    return gate + z * (constant_like(1, x) - gate)


def _normal_density(x: Value) -> Value:
    return exp(-power(x, 2) / 2) / sqrt(2 * _pi_like(x))


_DEGREES_FEEDBACK = N_("Looks as if your calculator counts in degrees. The input of this node is an angle in radians.")

TABLE = (
    Operation(
        id="exp",
        symbol="exp",
        title=N_("exponential"),
        forward=exp,
        derivative=(lambda z, x: z,),
        rule=(N_("exp is its own slope: it sends back the upstream times its output."),),
        confirmation=(N_("the upstream times the output, which is the slope of exp"),),
        skill_name=(N_("exp from the output"),),
        question=(N_("Which function is its own slope, and what did this node put out?"),),
        calculus_rule=(N_("e^x is the one function that differentiation leaves as it is."),),
        why=N_(
            "exp grows as fast as it is high: that is what makes e special. "
            "So its slope at any input is its own output. "
            "The output stands in the graph already."
        ),
        mistakes=(
            Mistake(
                "power-rule",
                N_("the rule for powers"),
                lambda e: e.g * e.x * exp(e.x - constant_like(1, e.x)),
                N_("That is the rule for powers of x. Here x stands above: what is the slope of e^x?"),
            ),
            Mistake(
                "wrong-sign-argument",
                N_("wrong sign in the exponent"),
                lambda e: e.g * exp(-e.x),
                N_("Look at the sign above: which number did exp really receive?"),
            ),
            Mistake(
                "times-inner",
                N_("extra factor x"),
                lambda e: e.g * e.x * e.z,
                N_("e^x is already the whole slope. Where does the extra x come from?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * exp(e.z),
                N_("You took exp twice. The slope is taken at what came in, and that has been done already."),
            ),
            undo(lambda e: log(e.g)),
            Mistake(
                "logs-rule",
                N_("log's rule"),
                lambda e: e.g / e.x,
                N_("Dividing by the input is the rule of log. What is the slope of e^x?"),
            ),
        ),
    ),
    Operation(
        id="log",
        symbol="log",
        title=N_("logarithm"),
        forward=log,
        derivative=(lambda z, x: constant_like(1, x) / x,),
        fused={
            "sigmoid": FusedForm(stable.log_sigmoid, (lambda z, y, x: 1 / y,)),
            "softmax": FusedForm(stable.log_softmax, (lambda z, y, x: 1 / y,)),
        },
        rule=(N_("log sends back the upstream divided by its input."),),
        confirmation=(N_("the upstream times one over the input"),),
        skill_name=(N_("slope of log"),),
        question=(N_("log grows more and more slowly. What came into this node?"),),
        calculus_rule=(N_("log is the inverse of exp: its slope is one over the slope of exp, where the two meet."),),
        why=N_(
            "log undoes exp, so its slope is one over the slope of exp. "
            "exp is as steep as it is high, and its height is the input x of log. "
            "That leaves 1/x."
        ),
        mistakes=(
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g / e.z,
                N_("The form 1/x is right, but what did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "base-10",
                N_("logarithm to base 10"),
                lambda e: e.g / (e.x * log(constant_like(10, e.x))),
                N_("That is the slope of the logarithm to base 10. Here log is the natural one."),
            ),
            Mistake(
                "times-input",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_("You multiplied by the input. When the input is large, does log rise fast or slowly?"),
            ),
            undo(lambda e: exp(e.g)),
            Mistake(
                "exps-rule",
                N_("exp's rule"),
                lambda e: e.g * exp(e.x),
                N_("e^x is the slope of exp. What is the slope of log at its input?"),
            ),
            Mistake(
                "differentiated-twice",
                N_("differentiated twice"),
                lambda e: -e.g / power(e.x, 2),
                N_(
                    "−1/x² is the slope of 1/x, and 1/x is the slope of log already. How often do you differentiate at this node?"
                ),
            ),
        ),
    ),
    Operation(
        id="sigmoid",
        symbol="σ",
        title=N_("sigmoid"),
        forward=sigmoid,
        derivative=(lambda z, x: z * (constant_like(1, z) - z),),
        stable=(stable.sigmoid_derivative,),
        needs_extra_digits=True,
        rule=(N_("σ sends back the upstream times its output y times what is left above it: y·(1 − y)."),),
        confirmation=(N_("the upstream times y·(1 − y), y the output"),),
        skill_name=(N_("σ′ from the output"),),
        question=(N_("The slope of σ can be told from its output alone. What did this node put out?"),),
        calculus_rule=(
            N_(
                "Write σ as 1/(1 + e^(−x)) and go through it step by step with the chain rule. The result can be written with the output alone."
            ),
        ),
        why=N_(
            "The output y lies between 0 and 1, and flattens out at both ends. "
            "y·(1 − y) is 0 at both ends, and greatest, a quarter, in the middle. "
            "It follows from 1/(1 + e^(−x)), and needs nothing but the output."
        ),
        mistakes=(
            Mistake(
                "forgot-1-minus",
                N_("factor 1 − y left out"),
                lambda e: e.g * e.z,
                N_("You multiplied by σ's output. The slope of σ has a second factor: near 1 it must vanish."),
            ),
            Mistake(
                "one-minus-y",
                N_("factor y left out"),
                lambda e: e.g * (constant_like(1, e.z) - e.z),
                N_("What is left above y is one factor. The other one makes the slope vanish near 0."),
            ),
            Mistake(
                "y-squared",
                N_("y·y instead of y·(1 − y)"),
                lambda e: e.g * e.z * e.z,
                N_("y·y has one factor right. At y near 1 σ is flat: does y·y vanish there?"),
            ),
            Mistake(
                "sigma-at-input",
                N_("σ's slope taken at the input"),
                lambda e: _sigmoid_gradient_at(e, e.x),
                N_("The form y·(1 − y) is right, but what did you put in for y: σ's input or its output?"),
            ),
            Mistake(
                "sigma-twice",
                N_("σ taken twice"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.z)),
                N_("The form y·(1 − y) is right, but you put σ of y in for y. The output has been through σ already."),
            ),
            Mistake(
                "tanhs-rule",
                N_("tanh's rule"),
                lambda e: e.g * (constant_like(1, e.z) - power(e.z, 2)),
                N_("1 − y² is the rule of tanh. At 0, σ outputs ½ and its slope is 1/4: which formula gives that?"),
            ),
        ),
    ),
    Operation(
        id="sqrt",
        symbol="√",
        title=N_("square root"),
        forward=sqrt,
        derivative=(lambda z, x: constant_like(1, z) / (2 * z),),
        rule=(N_("√ sends back the upstream divided by twice its output."),),
        confirmation=(N_("the upstream times one over twice the output"),),
        skill_name=(N_("slope of the root"),),
        question=(N_("√x is x to the power ½. What did this node put out?"),),
        calculus_rule=(
            N_("Write √x as a power, x^(1/2): the exponent comes down as a factor, and is lowered by one."),
        ),
        why=N_(
            "y·y = x: moving y a little moves x by 2y times as much. "
            "The root asks the other way round, so it is one over that. "
            "The slope is 1/(2y), with the output y."
        ),
        mistakes=(
            Mistake(
                "no-half",
                N_("factor ½ left out"),
                lambda e: e.g / e.z,
                N_("The root belongs below, good. √x is x to the power ½: where does this ½ go?"),
            ),
            Mistake(
                "half-over-x",
                N_("x instead of its root"),
                lambda e: e.g / (2 * e.x),
                N_("The ½ is right. Above ½ is lowered by one: which power of x is left, x itself or its root?"),
            ),
            Mistake(
                "half-only",
                N_("½ alone"),
                lambda e: e.g / 2,
                N_("The ½ came down, good. Something of x is left as well: is √x steep or flat where x is large?"),
            ),
            Mistake(
                "not-lowered",
                N_("exponent not lowered"),
                lambda e: e.g * e.z / 2,
                N_("The ½ came down as a factor, good. What is left above, when ½ is lowered by one?"),
            ),
            undo(lambda e: e.g * e.g),
            Mistake(
                "squares-rule",
                N_("the rule of the square"),
                lambda e: 2 * e.g * e.x,
                N_("2x is the slope of x². √x is x to the power ½: which exponent comes down?"),
            ),
        ),
    ),
    Operation(
        id="sin",
        symbol="sin",
        title=N_("sine"),
        forward=sin,
        derivative=(lambda z, x: cos(x),),
        rule=(N_("The slope of sin is cos, at the same input."),),
        confirmation=(N_("the upstream times cos of the input"),),
        skill_name=(N_("slope of sin"),),
        question=(N_("Where sin is steepest, what does cos do there? Look at the node's input."),),
        calculus_rule=(
            N_("sin and cos take turns: differentiation turns each into the other. Which of the two gets a minus?"),
        ),
        why=N_(
            "On the unit circle sin is the height. "
            "As the angle grows, the height grows by as much as cos is across. "
            "So the slope of sin is cos, at the same input."
        ),
        mistakes=(
            Mistake(
                "degrees",
                N_("degrees instead of radians"),
                lambda e: e.g * cos(_degrees_to_radians(e.x)),
                _DEGREES_FEEDBACK,
            ),
            Mistake(
                "swapped-sign",
                N_("wrong sign"),
                lambda e: -e.g * cos(e.x),
                N_("The size is right. Which of the two, sin or cos, brings a minus when it is differentiated?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is sin itself. Asked is how fast it rises here: which function tells its slope?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * cos(e.z),
                N_("The slope is cos, right. Of what did you take it: of the node's input, or of its output?"),
            ),
            Mistake(
                "cosines-rule",
                N_("cos's rule"),
                lambda e: -e.g * e.z,
                N_("−sin is the slope of cos. Which function is the slope of sin?"),
            ),
        ),
    ),
    Operation(
        id="cos",
        symbol="cos",
        title=N_("cosine"),
        forward=cos,
        derivative=(lambda z, x: -sin(x),),
        rule=(N_("The slope of cos is minus sin, at the same input."),),
        confirmation=(N_("the upstream times −sin of the input"),),
        skill_name=(N_("slope of cos"),),
        question=(N_("At 0 cos stands at its top. Just to the right of it, does it rise or fall?"),),
        calculus_rule=(
            N_("sin and cos take turns: differentiation turns each into the other. Which of the two gets a minus?"),
        ),
        why=N_(
            "On the unit circle cos is the way across. "
            "As the angle grows, that way shrinks by as much as sin is high. "
            "So the slope of cos is −sin."
        ),
        mistakes=(
            Mistake(
                "degrees",
                N_("degrees instead of radians"),
                lambda e: -e.g * sin(_degrees_to_radians(e.x)),
                _DEGREES_FEEDBACK,
            ),
            Mistake(
                "swapped-sign",
                N_("wrong sign"),
                lambda e: e.g * sin(e.x),
                N_("The size is right. Just to the right of 0, does cos rise or fall, while sin is positive?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is cos itself. Asked is how fast it rises here: which function tells its slope?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: -e.g * sin(e.z),
                N_("The slope is −sin, right. Of what did you take it: of the node's input, or of its output?"),
            ),
        ),
    ),
    Operation(
        id="tanh",
        symbol="tanh",
        title=N_("hyperbolic tangent"),
        forward=tanh,
        derivative=(lambda z, x: constant_like(1, z) - power(z, 2),),
        stable=(stable.tanh_derivative,),
        needs_extra_digits=True,
        rule=(N_("tanh sends back the upstream times 1 minus the square of its output y: 1 − y²."),),
        confirmation=(N_("the upstream times 1 − y², y the output"),),
        skill_name=(N_("slope of tanh"),),
        question=(N_("The slope of tanh can be told from its output alone. What did this node put out?"),),
        calculus_rule=(
            N_(
                "Write tanh as the quotient (e^x − e^(−x))/(e^x + e^(−x)) and use the rule for quotients. The result can be written with the output alone."
            ),
        ),
        why=N_(
            "The output y lies between −1 and 1, and flattens out at both ends. "
            "1 − y² is 0 at both ends, and greatest, 1, in the middle. "
            "It needs nothing but the output."
        ),
        mistakes=(
            Mistake(
                "sigmas-rule",
                N_("σ's rule"),
                lambda e: _sigmoid_gradient_at(e, e.z),
                N_("y·(1 − y) is the rule of σ. At 0 tanh puts out 0 and is as steep as it gets: what fits that?"),
            ),
            Mistake(
                "at-input",
                N_("slope taken at the input"),
                lambda e: e.g * (constant_like(1, e.x) - power(e.x, 2)),
                N_("The form 1 − y² is right, but what did you put in for y: the node's input or its output?"),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: e.g * (constant_like(1, e.z) - e.z),
                N_("Nearly. tanh is as flat far to the left as far to the right: does 1 − y vanish at y = −1?"),
            ),
            Mistake(
                "y-squared",
                N_("y² instead of 1 − y²"),
                lambda e: e.g * power(e.z, 2),
                N_("The square of y is in it. But where y is near 1 tanh is flat: does y² vanish there?"),
            ),
            Mistake(
                "tanh-twice",
                N_("tanh taken twice"),
                lambda e: e.g * (constant_like(1, e.z) - power(tanh(e.z), 2)),
                N_(
                    "The form 1 − y² is right, but you put tanh of y in for y. The output has been through tanh already."
                ),
            ),
        ),
    ),
    Operation(
        id="softplus",
        symbol="softplus",
        title=N_("softplus"),
        forward=softplus,
        derivative=(lambda z, x: sigmoid(x),),
        rule=(N_("The slope of softplus is σ of its input."),),
        confirmation=(N_("the upstream times σ of the input"),),
        skill_name=(N_("slope of softplus"),),
        question=(N_("softplus is log(1 + e^x). Far to the right it rises like x: what is its slope there?"),),
        calculus_rule=(
            N_(
                "softplus is log(1 + e^x), a function inside a function: the slope of the log, times the slope of what stands inside."
            ),
        ),
        why=N_(
            "softplus is log(1 + e^x), a relu with its corner rounded off. "
            "Its slope goes smoothly from 0 on the left to 1 on the right. "
            "That is what σ does: e^x/(1 + e^x)."
        ),
        mistakes=(
            Mistake(
                "no-inner",
                N_("inner slope left out"),
                lambda e: e.g / (constant_like(1, e.x) + exp(e.x)),
                N_("That is the slope of the log alone. Inside it stands 1 + e^x: how fast does that rise?"),
            ),
            Mistake(
                "inner-only",
                N_("inner slope alone"),
                lambda e: e.g * exp(e.x),
                N_("That is the slope of what stands inside the log. What does the log itself do to a small change?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * sigmoid(e.z),
                N_("The slope is σ, right. Of what did you take it: of the node's input, or of its output?"),
            ),
            Mistake(
                "sigmas-rule",
                N_("σ's rule"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("σ·(1 − σ) is the slope of σ. One step less is asked: far to the right, is softplus flat?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is softplus itself. Asked is how fast it rises here."),
            ),
        ),
    ),
    Operation(
        id="erf",
        symbol="erf",
        title=N_("error function"),
        forward=SCALAR_FUNCTIONS["erf"],
        derivative=(lambda z, x: _erf_slope(x),),
        rule=(N_("erf sends back the upstream times 2/√π·e^(−x²), where x is its input."),),
        confirmation=(N_("the upstream times 2/√π·e^(−x²), x the input"),),
        skill_name=(N_("slope of erf"),),
        question=(
            N_(
                "erf(x) is an area under a scaled bell curve, from 0 to x. "
                "When x grows a little, a thin strip is added: how tall is it?"
            ),
        ),
        calculus_rule=(
            N_(
                "erf(x) is the integral of 2/√π·e^(−t²) from 0 to x. "
                "The derivative with respect to the upper limit is the integrand at that limit."
            ),
        ),
        why=N_(
            "erf(x) is the area under the curve 2/√π·e^(−t²) from t = 0 to t = x. "
            "When x grows a little, a thin strip is added on the right. "
            "The strip is as tall as the curve at x, and that height is the slope."
        ),
        mistakes=(
            Mistake(
                "no-factor",
                N_("factor 2/√π left out"),
                lambda e: e.g * exp(-power(e.x, 2)),
                N_("e^(−x²) is right. erf is scaled so that it approaches 1 far to the right: which factor does that?"),
            ),
            Mistake(
                "wrong-sign-argument",
                N_("wrong sign in the exponent"),
                lambda e: e.g * 2 * exp(power(e.x, 2)) / sqrt(_pi_like(e.x)),
                N_("The factor 2/√π is right. Far from 0, erf is flat: does your slope go to 0 there?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is the value of erf itself. How much does erf change when its input grows a little?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * _erf_slope(e.z),
                N_("The formula is right. Which number did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "normal-density",
                N_("density of the normal distribution"),
                lambda e: e.g * _normal_density(e.x),
                N_("That is the density of the normal distribution. Which exponent and which factor belong to erf?"),
            ),
            Mistake(
                "differentiated-twice",
                N_("differentiated twice"),
                lambda e: -2 * e.g * e.x * _erf_slope(e.x),
                N_(
                    "You also differentiated e^(−x²). The slope of an area is the height of the curve: is −2x part of that?"
                ),
            ),
        ),
    ),
    Operation(
        id="silu",
        symbol="silu",
        title=N_("SiLU"),
        forward=SCALAR_FUNCTIONS["silu"],
        derivative=(_silu_slope,),
        rule=(N_("silu sends back the upstream times σ(x) + y·(1 − σ(x)), where x is its input and y its output."),),
        confirmation=(N_("the upstream times σ(x) + y·(1 − σ(x))"),),
        skill_name=(N_("slope of silu"),),
        question=(N_("silu(x) is x·σ(x). When x changes a little, which of the two factors change?"),),
        calculus_rule=(N_("silu is the product x·σ(x). Use the product rule: both factors depend on x."),),
        why=N_(
            "silu is x·σ(x): the input passes a gate that depends on the input itself. "
            "So x acts twice: the gate scales it, and it moves the gate. "
            "The product rule adds both: σ(x) + x·σ(x)·(1 − σ(x)), and x·σ(x) is the output."
        ),
        mistakes=(
            Mistake(
                "gate-only",
                N_("slope of σ left out"),
                lambda e: e.g * sigmoid(e.x),
                N_("σ(x) is one of the terms. But σ(x) changes with x, too: what does the product rule add for that?"),
            ),
            Mistake(
                "sigmas-rule",
                N_("σ's rule"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("σ·(1 − σ) is the slope of σ alone. silu is x times σ: what does the product rule say?"),
            ),
            Mistake(
                "gate-slope-only",
                N_("first term of the product rule left out"),
                lambda e: e.x * _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("x times the slope of σ is one of the terms. Which term comes from the change of the factor x?"),
            ),
            Mistake(
                "no-x",
                N_("factor x left out"),
                lambda e: e.g * sigmoid(e.x) + _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("Both terms are there. In the second one, what is the slope of σ multiplied by?"),
            ),
            Mistake(
                "output-as-sigma",
                N_("output used as σ"),
                lambda e: _sigmoid_gradient_at(e, e.z),
                N_("y·(1 − y) holds if y is the output of σ. The output of silu is x·σ(x): how large is σ(x) here?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * _silu_slope(e.z * sigmoid(e.z), e.z),
                N_("The formula is right. Which number did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is the value of silu itself. How much does silu change when its input grows a little?"),
            ),
        ),
    ),
    Operation(
        id="gelu",
        symbol="gelu",
        title=N_("GELU"),
        forward=SCALAR_FUNCTIONS["gelu"],
        derivative=(lambda z, x: _gelu_slope(x),),
        stable=(_gelu_slope_in_floats,),
        rule=(
            N_(
                "gelu sends back the upstream times Φ(x) + x·φ(x), where Φ(x) = (1 + erf(x/√2))/2 "
                "and φ(x) = e^(−x²/2)/√(2π)."
            ),
        ),
        confirmation=(N_("the upstream times Φ(x) + x·φ(x)"),),
        skill_name=(N_("slope of gelu"),),
        question=(
            N_(
                "gelu(x) is x·Φ(x), where Φ(x) is the probability that a standard normal number is below x. "
                "Which of the two factors depend on x?"
            ),
        ),
        calculus_rule=(
            N_(
                "gelu is the product x·Φ(x). Use the product rule. "
                "The slope of Φ is the density of the normal distribution."
            ),
        ),
        why=N_(
            "gelu is x·Φ(x): the input is scaled by the probability that a standard normal number is below it. "
            "x scales, and it also moves the probability, whose slope is the density φ. "
            "The product rule adds both: Φ(x) + x·φ(x)."
        ),
        mistakes=(
            Mistake(
                "gate-only",
                N_("slope of Φ left out"),
                lambda e: e.g * _normal_cdf(e.x),
                N_("Φ(x) is one of the terms. But Φ(x) changes with x, too: what does the product rule add for that?"),
            ),
            Mistake(
                "density-only",
                N_("density φ alone"),
                lambda e: e.g * _normal_density(e.x),
                N_("φ(x) is the slope of Φ alone. gelu is x times Φ: what does the product rule say?"),
            ),
            Mistake(
                "no-x",
                N_("factor x left out"),
                lambda e: e.g * (_normal_cdf(e.x) + _normal_density(e.x)),
                N_("Both terms are there. In the second one, what is the slope of Φ multiplied by?"),
            ),
            Mistake(
                "no-root",
                N_("√2 left out in erf"),
                lambda e: e.g * (constant_like(1, e.x) + SCALAR_FUNCTIONS["erf"](e.x) + e.x * _erf_slope(e.x)) / 2,
                N_("That is the slope of x·(1 + erf(x))/2. In Φ, what is x divided by inside erf?"),
            ),
            Mistake(
                "tanh-approximation",
                N_("slope of the tanh approximation"),
                lambda e: e.g * _tanh_gelu_slope(e.x),
                N_(
                    "That is the slope of the approximation with tanh. This node is the exact gelu: which function has it?"
                ),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: e.g * _gelu_slope(e.z),
                N_("The formula is right. Which number did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is the value of gelu itself. How much does gelu change when its input grows a little?"),
            ),
        ),
    ),
)
