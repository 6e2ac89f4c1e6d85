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
    """Return the angle that a calculator set to degrees makes of `x`."""
    return x * _pi_like(x) / 180


#: gelu(x)/x is 1/2 at 0, and at this distance from 0 as well.
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


_DEGREES_FEEDBACK = N_(
    "It looks as if your calculator is set to degrees. The input of this node is an angle in radians: what "
    "do you get in radians?"
)

TABLE = (
    Operation(
        id="exp",
        symbol="exp",
        title=N_("exponential"),
        forward=exp,
        derivative=(lambda z, x: z,),
        rule=(N_("exp sends back the upstream times its output, because the derivative of e^x is e^x."),),
        confirmation=(N_("the upstream times the output of exp"),),
        skill_name=(N_("derivative of exp"),),
        question=(N_("Which function is its own derivative? What is the output of this node?"),),
        calculus_rule=(N_("Differentiating e^x leaves it unchanged: the derivative of e^x is e^x."),),
        why=N_(
            "At every point, the slope of e^x equals its height; this is what makes e special. So the "
            "local derivative at any input is the output. The graph already shows it."
        ),
        mistakes=(
            Mistake(
                "power-rule",
                N_("power rule used"),
                lambda e: e.g * e.x * exp(e.x - constant_like(1, e.x)),
                N_(
                    "That is the power rule, which is for powers of x. Here x is the exponent: what is the "
                    "derivative of e^x?"
                ),
            ),
            Mistake(
                "wrong-sign-argument",
                N_("wrong sign in the exponent"),
                lambda e: e.g * exp(-e.x),
                N_("The exponential is right, but look at the sign of the exponent. What is the input of exp?"),
            ),
            Mistake(
                "times-inner",
                N_("extra factor x"),
                lambda e: e.g * e.x * e.z,
                N_(
                    "The factor e^x is right. The chain rule multiplies it by the derivative of the "
                    "exponent x: what is that?"
                ),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * exp(e.z),
                N_(
                    "It looks as if you applied exp to the output, which is already e^x. What is the derivative of e^x?"
                ),
            ),
            undo(lambda e: log(e.g)),
            Mistake(
                "logs-rule",
                N_("rule of log"),
                lambda e: e.g / e.x,
                N_("Dividing by the input is the rule of log. What is the derivative of e^x?"),
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
        skill_name=(N_("derivative of log"),),
        question=(N_("The larger its input, the more slowly log grows. What is the input of this node?"),),
        calculus_rule=(
            N_("log is the inverse of exp: if y = log x, then x = e^y and dx/dy = e^y. What is dy/dx, written with x?"),
        ),
        why=N_(
            "If y = log x, then x = e^y. When y changes a little, x changes e^y = x times as much. log "
            "goes the other way, so its derivative is 1/x."
        ),
        mistakes=(
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g / e.z,
                N_("The form 1/x is right. Did you take x as the input of log or as its output?"),
            ),
            Mistake(
                "base-10",
                N_("logarithm to base 10"),
                lambda e: e.g / (e.x * log(constant_like(10, e.x))),
                N_(
                    "That is the derivative of the logarithm to base 10. Here log is the natural "
                    "logarithm: what is its derivative?"
                ),
            ),
            Mistake(
                "times-input",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_("That multiplies by the input. When the input is large, does log grow quickly or slowly?"),
            ),
            undo(lambda e: exp(e.g)),
            Mistake(
                "exps-rule",
                N_("rule of exp"),
                lambda e: e.g * exp(e.x),
                N_("e^x is the derivative of exp. What is the derivative of log?"),
            ),
            Mistake(
                "differentiated-twice",
                N_("differentiated twice"),
                lambda e: -e.g / power(e.x, 2),
                N_("It looks as if you differentiated log twice. What did you get the first time?"),
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
        rule=(N_("σ sends back the upstream times y·(1 − y), where y is its output."),),
        confirmation=(N_("the upstream times y·(1 − y) for output y"),),
        skill_name=(N_("derivative of σ"),),
        question=(N_("The derivative of σ needs only its output. What is the output of this node?"),),
        calculus_rule=(
            N_(
                "Write σ as 1/(1 + e^(−x)) and differentiate it step by step with the chain rule. Then "
                "write the result in terms of the output."
            ),
        ),
        why=N_(
            "The chain rule applied to 1/(1 + e^(−x)) gives y·(1 − y), where y is the output. The "
            "output is between 0 and 1, and the curve is flat at both ends. So y·(1 − y) is close to 0 "
            "there, and largest in the middle: 1/4 at y = 1/2."
        ),
        mistakes=(
            Mistake(
                "forgot-1-minus",
                N_("factor 1 − y left out"),
                lambda e: e.g * e.z,
                N_(
                    "The factor y, the output of σ, is right. σ is flat where y is close to 1: which "
                    "second factor is close to 0 there?"
                ),
                asks_in_words=N_("Did you leave out the factor 1 − y?"),
            ),
            Mistake(
                "one-minus-y",
                N_("factor y left out"),
                lambda e: e.g * (constant_like(1, e.z) - e.z),
                N_(
                    "The factor 1 − y is right. σ is also flat where y is close to 0: which second factor "
                    "is close to 0 there?"
                ),
                asks_in_words=N_("Did you leave out the factor y?"),
            ),
            Mistake(
                "y-squared",
                N_("y·y instead of y·(1 − y)"),
                lambda e: e.g * e.z * e.z,
                N_("One factor y is right. σ is flat where y is close to 1: is y·y close to 0 there?"),
                asks_in_words=N_("Did you multiply by y twice?"),
            ),
            Mistake(
                "sigma-at-input",
                N_("derivative of σ taken at the input"),
                lambda e: _sigmoid_gradient_at(e, e.x),
                N_("The form y·(1 − y) is right. Did you take y as the input of σ or as its output?"),
            ),
            Mistake(
                "sigma-twice",
                N_("σ applied twice"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.z)),
                N_(
                    "The form y·(1 − y) is right. It looks as if you used σ(y) in place of the output y: "
                    "how often does the forward pass apply σ?"
                ),
                asks_in_words=N_("Did you apply σ to the output?"),
            ),
            Mistake(
                "tanhs-rule",
                N_("rule of tanh"),
                lambda e: e.g * (constant_like(1, e.z) - power(e.z, 2)),
                N_(
                    "1 − y² is the rule of tanh. At x = 0, σ outputs y = 1/2 and its derivative is 1/4: "
                    "which formula in y gives that?"
                ),
                asks_in_words=N_("Did you use the rule of tanh?"),
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
        skill_name=(N_("derivative of √"),),
        question=(N_("√x is the power x^(1/2). What is the output of this node?"),),
        calculus_rule=(N_("Write √x as a power, x^(1/2). Bring the exponent down as a factor and reduce it by one."),),
        why=N_(
            "If y = √x, then x = y². When y changes a little, x changes 2y times as much. √ goes the "
            "other way, so its derivative is 1/(2y), where y is the output."
        ),
        mistakes=(
            Mistake(
                "no-half",
                N_("factor ½ left out"),
                lambda e: e.g / e.z,
                N_(
                    "The root in the denominator is right. Write √x as x^(1/2): where does the exponent ½ "
                    "go when you differentiate?"
                ),
            ),
            Mistake(
                "half-over-x",
                N_("x instead of its root"),
                lambda e: e.g / (2 * e.x),
                N_("The factor ½ is right. Reduce the exponent ½ by one: which power of x is left?"),
            ),
            Mistake(
                "half-only",
                N_("½ alone"),
                lambda e: e.g / 2,
                N_("The factor ½ is right. The derivative also depends on x: is √x steep or flat when x is large?"),
            ),
            Mistake(
                "not-lowered",
                N_("exponent not reduced"),
                lambda e: e.g * e.z / 2,
                N_("The factor ½ is right. What is the exponent ½ after you reduce it by one?"),
            ),
            undo(lambda e: e.g * e.g),
            Mistake(
                "squares-rule",
                N_("rule of the square"),
                lambda e: 2 * e.g * e.x,
                N_("2x is the derivative of x². Write √x as a power of x: which exponent do you bring down?"),
            ),
        ),
    ),
    Operation(
        id="sin",
        symbol="sin",
        title=N_("sine"),
        forward=sin,
        derivative=(lambda z, x: cos(x),),
        rule=(N_("sin sends back the upstream times cos of its input."),),
        confirmation=(N_("the upstream times cos of the input"),),
        skill_name=(N_("derivative of sin"),),
        question=(N_("Think of the graph of sin at this node's input: does it rise or fall there, and how steeply?"),),
        calculus_rule=(
            N_(
                "Differentiating turns sin into cos, and cos into sin. Only one of the two results has a "
                "minus sign: which one?"
            ),
        ),
        why=N_(
            "A point on the unit circle has the height sin and the horizontal position cos. When the "
            "angle grows a little, the point moves at a right angle to the radius. So its height grows "
            "cos times as fast as the angle: the derivative of sin is cos."
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
                N_("The size is right. Which derivative has a minus sign, that of sin or that of cos?"),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_("That multiplies by sin itself. Which function tells you how steep sin is?"),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * cos(e.z),
                N_(
                    "The derivative of sin is cos, that is right. Did you take cos of this node's input or "
                    "of its output?"
                ),
            ),
            Mistake(
                "cosines-rule",
                N_("rule of cos"),
                lambda e: -e.g * e.z,
                N_("−sin is the derivative of cos. Which function is the derivative of sin?"),
            ),
        ),
    ),
    Operation(
        id="cos",
        symbol="cos",
        title=N_("cosine"),
        forward=cos,
        derivative=(lambda z, x: -sin(x),),
        rule=(N_("cos sends back the upstream times −sin of its input."),),
        confirmation=(N_("the upstream times −sin of the input"),),
        skill_name=(N_("derivative of cos"),),
        question=(N_("At 0, cos has its maximum, 1, and sin is 0. Just to the right of 0, does cos rise or fall?"),),
        calculus_rule=(
            N_(
                "Differentiating turns sin into cos, and cos into sin. Only one of the two results has a "
                "minus sign: which one?"
            ),
        ),
        why=N_(
            "A point on the unit circle has the horizontal position cos and the height sin. When the "
            "angle grows a little, the point moves at a right angle to the radius. So its horizontal "
            "position shrinks sin times as fast as the angle grows: the derivative of cos is −sin."
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
                N_("The size is right. Just to the right of 0, sin is positive: does cos rise or fall there?"),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_("That multiplies by cos itself. Which function tells you how steep cos is?"),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: -e.g * sin(e.z),
                N_(
                    "The derivative of cos is −sin, that is right. Did you take sin of this node's input "
                    "or of its output?"
                ),
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
        rule=(N_("tanh sends back the upstream times 1 − y², where y is its output."),),
        confirmation=(N_("the upstream times 1 − y² for output y"),),
        skill_name=(N_("derivative of tanh"),),
        question=(N_("The derivative of tanh needs only its output. What is the output of this node?"),),
        calculus_rule=(
            N_(
                "Write tanh as the quotient (e^x − e^(−x))/(e^x + e^(−x)) and use the quotient rule. "
                "Then write the result in terms of the output."
            ),
        ),
        why=N_(
            "The quotient rule applied to tanh gives 1 − y², where y is the output. The output is "
            "between −1 and 1, and the curve is flat at both ends. So 1 − y² is close to 0 there, and "
            "largest in the middle: 1 at y = 0."
        ),
        mistakes=(
            Mistake(
                "sigmas-rule",
                N_("rule of σ"),
                lambda e: _sigmoid_gradient_at(e, e.z),
                N_(
                    "y·(1 − y) is the rule of σ. At x = 0, tanh outputs y = 0 and its derivative is 1: "
                    "which formula in y gives that?"
                ),
            ),
            Mistake(
                "at-input",
                N_("derivative taken at the input"),
                lambda e: e.g * (constant_like(1, e.x) - power(e.x, 2)),
                N_("The form 1 − y² is right. Did you take y as the input of tanh or as its output?"),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: e.g * (constant_like(1, e.z) - e.z),
                N_(
                    "At the right end, where y is close to 1, 1 − y is close to 0, as it should be. At the "
                    "left end y is close to −1: is 1 − y close to 0 there?"
                ),
            ),
            Mistake(
                "y-squared",
                N_("y² instead of 1 − y²"),
                lambda e: e.g * power(e.z, 2),
                N_("The square y² is part of it. tanh is flat where y is close to 1: is y² close to 0 there?"),
                asks_in_words=N_("Did you multiply by y twice?"),
            ),
            Mistake(
                "tanh-twice",
                N_("tanh applied twice"),
                lambda e: e.g * (constant_like(1, e.z) - power(tanh(e.z), 2)),
                N_(
                    "The form 1 − y² is right. It looks as if you used tanh(y) in place of the output "
                    "y: how often does the forward pass apply tanh?"
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
        rule=(N_("softplus sends back the upstream times σ of its input."),),
        confirmation=(N_("the upstream times σ of the input"),),
        skill_name=(N_("derivative of softplus"),),
        question=(
            N_(
                "softplus is log(1 + e^x). Far to the right it grows like x: how steep is it there, and how "
                "steep is it far to the left?"
            ),
        ),
        calculus_rule=(
            N_(
                "softplus is the composite function log(1 + e^x). Multiply the derivative of the log "
                "by the derivative of the inner function."
            ),
        ),
        why=N_(
            "softplus is log(1 + e^x), a relu with its corner rounded off. The chain rule gives e^x/(1 "
            "+ e^x), which is σ(x). So its slope goes smoothly from 0 on the left to 1 on the right."
        ),
        mistakes=(
            Mistake(
                "no-inner",
                N_("inner derivative left out"),
                lambda e: e.g / (constant_like(1, e.x) + exp(e.x)),
                N_(
                    "The derivative of the log is right. Inside the log is 1 + e^x: by which inner "
                    "derivative do you still have to multiply?"
                ),
            ),
            Mistake(
                "inner-only",
                N_("inner derivative alone"),
                lambda e: e.g * exp(e.x),
                N_("The inner derivative e^x is right. What is the derivative of the log at 1 + e^x?"),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * sigmoid(e.z),
                N_(
                    "The derivative of softplus is σ, that is right. Did you take σ of this node's input "
                    "or of its output?"
                ),
            ),
            Mistake(
                "sigmas-rule",
                N_("rule of σ"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_(
                    "It looks as if you differentiated twice. Far to the right softplus grows like x: is "
                    "σ(x)·(1 − σ(x)) close to 1 there?"
                ),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_("That multiplies by softplus itself. How much does softplus change when its input grows a little?"),
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
        confirmation=(N_("the upstream times 2/√π·e^(−x²) for input x"),),
        skill_name=(N_("derivative of erf"),),
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
            "erf(x) is the area under the curve 2/√π·e^(−t²) from t = 0 to t = x. When x grows a "
            "little, a thin strip is added on the right. The strip is as tall as the curve at x, and "
            "that height is the derivative."
        ),
        mistakes=(
            Mistake(
                "no-factor",
                N_("factor 2/√π left out"),
                lambda e: e.g * exp(-power(e.x, 2)),
                N_(
                    "The factor e^(−x²) is right. erf approaches 1 far to the right: by which constant "
                    "must you multiply the curve e^(−t²) to get that area?"
                ),
            ),
            Mistake(
                "wrong-sign-argument",
                N_("wrong sign in the exponent"),
                lambda e: e.g * 2 * exp(power(e.x, 2)) / sqrt(_pi_like(e.x)),
                N_("The factor 2/√π is right. erf is flat far from 0: is your other factor close to 0 there?"),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_(
                    "That multiplies by the value of erf itself. How much does erf change when its "
                    "input grows a little?"
                ),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * _erf_slope(e.z),
                N_("The formula is right. Did you take x as this node's input or as its output?"),
            ),
            Mistake(
                "normal-density",
                N_("density of the normal distribution"),
                lambda e: e.g * _normal_density(e.x),
                N_(
                    "That is the density of the normal distribution, e^(−x²/2)/√(2π). Under which curve is "
                    "erf the area?"
                ),
            ),
            Mistake(
                "differentiated-twice",
                N_("differentiated twice"),
                lambda e: -2 * e.g * e.x * _erf_slope(e.x),
                N_(
                    "It looks as if you also differentiated e^(−x²). erf is the area under the curve: "
                    "how much does the area grow when its right edge moves a little?"
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
        skill_name=(N_("derivative of silu"),),
        question=(N_("silu(x) is x·σ(x). When x changes a little, which of the two factors change?"),),
        calculus_rule=(N_("silu is the product x·σ(x). Use the product rule: both factors depend on x."),),
        why=N_(
            "silu is x·σ(x): a gate σ(x), which depends on the input, scales the input. So x acts in "
            "two places, as the scaled value and inside the gate. The product rule adds both effects: "
            "σ(x) + x·σ(x)·(1 − σ(x)), and x·σ(x) is the output y."
        ),
        mistakes=(
            Mistake(
                "gate-only",
                N_("derivative of σ left out"),
                lambda e: e.g * sigmoid(e.x),
                N_(
                    "The term σ(x) is right. But σ(x) also changes with x: which term does the product "
                    "rule add for that?"
                ),
            ),
            Mistake(
                "sigmas-rule",
                N_("rule of σ"),
                lambda e: _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("σ(x)·(1 − σ(x)) is the derivative of σ alone. silu is x·σ(x): what does the product rule give?"),
            ),
            Mistake(
                "gate-slope-only",
                N_("first term of the product rule left out"),
                lambda e: e.x * _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_("The term x times the derivative of σ is right. Which term comes from the change of the factor x?"),
            ),
            Mistake(
                "no-x",
                N_("factor x left out"),
                lambda e: e.g * sigmoid(e.x) + _sigmoid_gradient_at(e, sigmoid(e.x)),
                N_(
                    "The first term is right. By what does the product rule multiply the derivative of σ "
                    "in the second one?"
                ),
                asks_in_words=N_("Did you leave out the factor x in one of the terms?"),
            ),
            Mistake(
                "output-as-sigma",
                N_("output used in place of σ"),
                lambda e: _sigmoid_gradient_at(e, e.z),
                N_(
                    "y·(1 − y) is right if y is the output of σ, but here it is the output of silu, "
                    "x·σ(x). What does the product rule give for x·σ(x)?"
                ),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * _silu_slope(e.z * sigmoid(e.z), e.z),
                N_("The formula is right. Did you take x as this node's input or as its output?"),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_(
                    "That multiplies by the value of silu itself. How much does silu change when its "
                    "input grows a little?"
                ),
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
        skill_name=(N_("derivative of gelu"),),
        question=(
            N_(
                "gelu(x) is x·Φ(x), where Φ(x) is the probability that a standard normal number is below x. "
                "Which of the two factors depend on x?"
            ),
        ),
        calculus_rule=(
            N_(
                "gelu is the product x·Φ(x). Use the product rule. The derivative of Φ is φ, the "
                "density of the normal distribution."
            ),
        ),
        why=N_(
            "gelu is x·Φ(x): the input is scaled by the probability that a standard normal number is "
            "below it. So x acts in two places, as the scaled value and inside Φ, whose derivative is "
            "the density φ. The product rule adds both effects: Φ(x) + x·φ(x)."
        ),
        mistakes=(
            Mistake(
                "gate-only",
                N_("derivative of Φ left out"),
                lambda e: e.g * _normal_cdf(e.x),
                N_(
                    "The term Φ(x) is right. But Φ(x) also changes with x: which term does the product "
                    "rule add for that?"
                ),
            ),
            Mistake(
                "density-only",
                N_("density φ alone"),
                lambda e: e.g * _normal_density(e.x),
                N_("φ(x) is the derivative of Φ alone. gelu is x·Φ(x): what does the product rule give?"),
            ),
            Mistake(
                "no-x",
                N_("factor x left out"),
                lambda e: e.g * (_normal_cdf(e.x) + _normal_density(e.x)),
                N_(
                    "The first term is right. By what does the product rule multiply the derivative of Φ "
                    "in the second one?"
                ),
                asks_in_words=N_("Did you leave out the factor x in one of the terms?"),
            ),
            Mistake(
                "no-root",
                N_("√2 left out in erf"),
                lambda e: e.g * (constant_like(1, e.x) + SCALAR_FUNCTIONS["erf"](e.x) + e.x * _erf_slope(e.x)) / 2,
                N_("That is the derivative of x·(1 + erf(x))/2. What is x divided by inside the erf of Φ(x)?"),
                asks_in_words=N_("Did you leave out the √2 inside erf?"),
            ),
            Mistake(
                "tanh-approximation",
                N_("derivative of the tanh approximation"),
                lambda e: e.g * _tanh_gelu_slope(e.x),
                N_(
                    "That is the derivative of the approximation of gelu with tanh. This node computes "
                    "the exact x·Φ(x): what is the derivative of Φ?"
                ),
                asks_in_words=N_("Did you use the approximation with tanh?"),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: e.g * _gelu_slope(e.z),
                N_("The formula is right. Did you take x as this node's input or as its output?"),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_(
                    "That multiplies by the value of gelu itself. How much does gelu change when its "
                    "input grows a little?"
                ),
            ),
        ),
    ),
)
