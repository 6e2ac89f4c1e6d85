"""Arithmetic operations: sums, products, quotients and powers.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from tutor.algebra.ops import constant_like, log, power
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations.feedback import SPLIT, SPLIT_EVENLY, undo
from tutor.i18n import N_

TABLE = (
    Operation(
        id="add",
        symbol="+",
        title=N_("addition"),
        forward=lambda x, y: x + y,
        derivative=(lambda z, x, y: constant_like(1, z), lambda z, x, y: constant_like(1, z)),
        commutative=True,
        keeps_decimals=True,
        rule=(N_("+ passes the upstream on unchanged."),),
        confirmation=(N_("the upstream, which + passes on unchanged"),),
        skill_name=(N_("addition"),),
        question=(N_("When only this input rises by 1, by how much does the sum rise?"),),
        why=N_(
            "When one input rises a little, the sum rises by exactly as much. So the local derivative "
            "is 1 for every input, whatever its value. The upstream times 1 is the upstream."
        ),
        mistakes=(
            undo(lambda e: e.g - e.o),
            SPLIT_EVENLY,
            Mistake(
                "split-by-size",
                N_("gradient split"),
                lambda e: e.g * e.x / (e.x + e.o),
                SPLIT,
                feedback_with_constant="",
                asks=N_("Did you split {up} in proportion to the inputs?"),
            ),
            Mistake(
                "times-rule",
                N_("rule of ×"),
                lambda e: e.g * e.o,
                N_(
                    "Multiplying by the other input is the rule of ×. When only this input of + rises by "
                    "1, by how much does the sum rise?"
                ),
                asks=N_("Did you multiply {up} by {other}?"),
            ),
            Mistake(
                "own-input",
                N_("own value used"),
                lambda e: e.g * e.x,
                N_(
                    "That multiplies by this input's own value. When only this input rises by 1, by "
                    "how much does the sum rise?"
                ),
                asks=N_("Did you multiply {up} by {own}?"),
            ),
        ),
    ),
    Operation(
        id="sub",
        symbol="−",
        title=N_("subtraction"),
        forward=lambda x, y: x - y,
        derivative=(lambda z, x, y: constant_like(1, z), lambda z, x, y: constant_like(-1, z)),
        keeps_decimals=True,
        rule=(
            N_("− passes the upstream on unchanged to its first input."),
            N_("− sends its second input the upstream with the opposite sign."),
        ),
        confirmation=(
            N_("the upstream, which − passes on unchanged"),
            N_("the upstream with the opposite sign"),
        ),
        skill_name=(
            N_("− first input"),
            N_("− second input"),
        ),
        question=(
            N_("When only this input rises by 1, does the difference rise or fall, and by how much?"),
            N_(
                "This input is subtracted. When only this input rises by 1, does the difference rise or "
                "fall, and by how much?"
            ),
        ),
        why=N_(
            "In p − q, when p rises by 1, the difference rises by 1. When q rises by 1, the difference "
            "falls by 1. So the local derivatives are 1 and −1, whatever the values are."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: e.g,
                N_("The size is right. When this input grows, does the difference grow or shrink?"),
                slots=(1,),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "minus-on-first",
                N_("minus sign on the wrong input"),
                lambda e: -e.g,
                N_("The size is right. Which of the two inputs does − subtract: this one or the other?"),
                slots=(0,),
                asks=N_("Did you change the sign of {up}?"),
            ),
            undo(lambda e: e.g + e.o, slots=(0,)),
            undo(lambda e: e.o - e.g, slots=(1,)),
            SPLIT_EVENLY,
            Mistake(
                "times-rule",
                N_("rule of ×"),
                lambda e: e.g * e.o,
                N_(
                    "Multiplying by the other input is the rule of ×. When only this input of − rises by "
                    "1, how does the difference change?"
                ),
                asks=N_("Did you multiply {up} by {other}?"),
            ),
        ),
    ),
    Operation(
        id="mul",
        symbol="×",
        title=N_("multiplication"),
        forward=lambda x, y: x * y,
        derivative=(lambda z, x, y: y, lambda z, x, y: x),
        commutative=True,
        keeps_decimals=True,
        rule=(N_("× multiplies the upstream by the other input."),),
        confirmation=(N_("the upstream times the other input"),),
        confirmation_with_constant=N_("the upstream times the constant factor"),
        skill_name=(N_("multiplication"),),
        question=(N_("What is the value of the other input of ×?"),),
        rule_with_constant=N_("{node} multiplies the upstream by its constant factor."),
        question_with_constant=N_("Which constant does {node} multiply its input by?"),
        calculus_rule=(
            N_("Treat the other input as a constant. What is the derivative of a constant times this input?"),
        ),
        why=N_(
            "When p rises by 1, p·q rises by q, because there is one more q. So the local derivative "
            "for one input is the value of the other. You can picture the two inputs swapping their "
            "values on the way back."
        ),
        mistakes=(
            Mistake(
                "own-input",
                N_("own value used"),
                lambda e: e.g * e.x,
                N_(
                    "That is the upstream times this input's own value, {x}. × needs the other input: what "
                    "is its value?"
                ),
                feedback_with_constant=N_(
                    "That is the upstream times this input's own value, {x}. When it rises by 1, by "
                    "how much does the output of {node} change?"
                ),
                asks=N_("Did you multiply {up} by {own}?"),
            ),
            Mistake(
                "plus-rule",
                N_("rule of +"),
                lambda e: e.g,
                N_(
                    "Passing the upstream on unchanged is the rule of +. This node multiplies: what does "
                    "it multiply this input by?"
                ),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            undo(lambda e: e.g / e.o),
            Mistake(
                "both-inputs",
                N_("multiplied by both inputs"),
                lambda e: e.g * e.x * e.o,
                N_(
                    "That multiplies by both inputs. When only this input rises by 1, by how much does "
                    "the product change?"
                ),
                feedback_with_constant=N_(
                    "That is the upstream times this input's own value, {x}. When it rises by 1, by "
                    "how much does the output of {node} change?"
                ),
                asks_in_words=N_("Did you multiply by both inputs of {node}?"),
            ),
            Mistake(
                "sum-of-inputs",
                N_("inputs added"),
                lambda e: e.g * (e.x + e.o),
                N_(
                    "That multiplies by the sum of both inputs. When only this input rises by 1, by "
                    "how much does the product change?"
                ),
                feedback_with_constant="",
                asks_in_words=N_("Did you multiply by the sum of the two inputs of {node}?"),
            ),
        ),
    ),
    Operation(
        id="div",
        symbol="÷",
        title=N_("division"),
        forward=lambda x, y: x / y,
        derivative=(lambda z, x, y: constant_like(1, y) / y, lambda z, x, y: -x / power(y, 2)),
        divisor=lambda x, y: y,
        rule=(
            N_("÷ sends its numerator the upstream divided by the denominator."),
            N_("÷ sends its denominator the upstream times −numerator/denominator²."),
        ),
        confirmation=(
            N_("the upstream times one over the denominator"),
            N_("the upstream times −numerator/denominator²"),
        ),
        skill_name=(
            N_("÷ numerator"),
            N_("÷ denominator"),
        ),
        question=(
            N_("This input is the numerator. When it rises by 1, by how much does the quotient change?"),
            N_("This input is the denominator. When it grows, does the quotient grow or shrink?"),
        ),
        calculus_rule=(
            N_(
                "Treat the denominator as a constant. Then ÷ multiplies this input by the constant "
                "1/denominator: what is the derivative?"
            ),
            N_(
                "Treat the numerator as a constant and write 1 over the denominator q as a power, "
                "q^(−1). Bring the exponent down as a factor and reduce it by one."
            ),
        ),
        why=N_(
            "p/q is p times 1/q, so the local derivative for p is the other factor, 1/q. For q, p is a "
            "constant factor, and the derivative of 1/q is −1/q². So the local derivative for q is "
            "−p/q²."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: e.g * e.operands[0] / (e.x * e.x),
                N_("The size is right. When the denominator grows, does the quotient grow or shrink?"),
                slots=(1,),
                asks=N_("Did you leave out the minus sign?"),
            ),
            Mistake(
                "no-numerator",
                N_("numerator left out"),
                lambda e: -e.g / (e.x * e.x),
                N_(
                    "That is the rule of 1/x. Here the numerator is not 1. Treat it as a constant: what "
                    "happens to a constant factor when you differentiate?"
                ),
                slots=(1,),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: -e.g * e.operands[0] / e.x,
                N_(
                    "That is the upstream times −numerator/denominator. Write 1 over the denominator "
                    "as a power: which exponent is left after differentiating?"
                ),
                slots=(1,),
            ),
            Mistake(
                "as-times",
                N_("rule of ×"),
                lambda e: e.g * e.o,
                N_(
                    "Multiplying by the other input is the rule of ×. This node divides: when only this "
                    "input rises by 1, how does the quotient change?"
                ),
            ),
            undo(lambda e: e.g * e.o, slots=(0,)),
            Mistake(
                "upside-down",
                N_("divided by the wrong input"),
                lambda e: e.g / e.x,
                N_("That divides by the numerator. Which of its two inputs does ÷ divide by?"),
                slots=(0,),
            ),
            Mistake(
                "numerator-rule",
                N_("rule of the numerator"),
                lambda e: e.g / e.x,
                N_(
                    "That is the rule of the numerator, but this input is the denominator. When the "
                    "denominator grows, does the quotient grow or shrink?"
                ),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="neg",
        symbol="×−1",
        title=N_("negation"),
        forward=lambda x: -x,
        derivative=(lambda z, x: constant_like(-1, z),),
        keeps_decimals=True,
        rule=(N_("The node ×−1 changes the sign of the upstream."),),
        confirmation=(N_("the upstream with the opposite sign"),),
        skill_name=(N_("negation"),),
        question=(N_("When this input rises by 1, does the output rise or fall, and by how much?"),),
        why=N_(
            "The output is the input with the opposite sign. When the input rises by 1, the output "
            "falls by 1. So the local derivative is −1 everywhere."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: e.g,
                N_("The size is right. When this input grows, does the output of {node} grow or shrink?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
        ),
    ),
    Operation(
        id="inv",
        symbol="1/x",
        title=N_("reciprocal"),
        forward=lambda x: constant_like(1, x) / x,
        derivative=(lambda z, x: -power(z, 2),),
        divisor=lambda x: x,
        rule=(N_("1/x sends back the upstream times −y², where y is its output."),),
        confirmation=(N_("the upstream times −y² for output y"),),
        skill_name=(N_("reciprocal"),),
        question=(
            N_(
                "Multiply the upstream by one factor, the derivative of 1/x. First find its sign: when "
                "x grows, does 1/x grow or shrink?"
            ),
        ),
        calculus_rule=(N_("Write 1/x as a power, x^(−1). Bring the exponent down as a factor and reduce it by one."),),
        why=N_(
            "When x grows, 1/x shrinks; that is why there is a minus sign. 1/x is the power x^(−1), so "
            "its derivative is −1·x^(−2) = −1/x². With the output y = 1/x, this is −y²."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: e.g * e.z * e.z,
                N_("The size is right. When x grows, does 1/x grow or shrink?"),
                asks=N_("Did you leave out the minus sign?"),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: -e.g * e.z,
                N_(
                    "That is the upstream times −1/x. Write 1/x as x^(−1) and bring the exponent down: "
                    "which exponent is left after you reduce it by one?"
                ),
            ),
            Mistake(
                "at-output",
                N_("derivative taken at the output"),
                lambda e: -e.g / (e.z * e.z),
                N_("The form −1/x² is right. Did you take x as the input of 1/x or as its output?"),
            ),
            Mistake(
                "log",
                N_("log x instead of the derivative"),
                lambda e: e.g * log(e.x),
                N_(
                    "Differentiating log x gives 1/x, but here you differentiate 1/x itself. When x grows, "
                    "does 1/x grow or shrink?"
                ),
            ),
            Mistake(
                "two-x",
                N_("x doubled instead of squared"),
                lambda e: -e.g / (e.x + e.x),
                N_("That is the upstream times −1/(2x). Write 1/x as x^(−1): what does the power rule give?"),
            ),
            undo(lambda e: e.g * e.x),
            Mistake(
                "logs-rule",
                N_("rule of log"),
                lambda e: e.g * e.z,
                N_("1/x is the derivative of log. Here 1/x is the function itself: what is its derivative?"),
            ),
        ),
    ),
    Operation(
        id="pow",
        symbol="^",
        title=N_("power"),
        forward=power,
        derivative=(
            lambda z, x, n: n * power(x, n - constant_like(1, n)),
            lambda z, x, n: z * log(x),
        ),
        divisor=lambda x, n: x if isinstance(n, float) and n < 0 else None,
        keeps_decimals=True,
        rule=(
            N_("Bring the exponent down as a factor and reduce it by one."),
            N_("For the exponent: multiply the power itself by the log of its base."),
        ),
        confirmation=(
            N_("the upstream times n·x^(n − 1)"),
            N_("the upstream times a^n·log a"),
        ),
        skill_name=(
            N_("power: base"),
            N_("power: exponent"),
        ),
        question=(
            N_("This input is the base. Which two things happen to the exponent when you differentiate a power?"),
            N_("This input is the exponent. When it rises by 1, what is the power multiplied by?"),
        ),
        calculus_rule=(
            N_("Use the power rule: bring the exponent down as a factor and reduce it by one."),
            N_(
                "Write the power with the base e: a^n = e^(n·log a). Then use the chain rule: the "
                "derivative of exp is exp, times the derivative of n·log a."
            ),
        ),
        why=N_(
            "x³ is x·x·x, so x appears three times. For each x, the other two form the factor x². "
            "Together that is 3·x², and other exponents follow the same pattern."
        ),
        mistakes=(
            Mistake(
                "no-factor",
                N_("exponent not brought down"),
                lambda e: e.g * power(e.x, e.o - constant_like(1, e.o)),
                N_(
                    "The exponent is reduced by one, and that is right. What else happens to the "
                    "exponent when you differentiate a power?"
                ),
                slots=(0,),
            ),
            Mistake(
                "not-lowered",
                N_("exponent not reduced"),
                lambda e: e.g * e.o * e.z,
                N_("The exponent is there as a factor, and that is right. Which exponent is left on the base?"),
                slots=(0,),
            ),
            Mistake(
                "function-itself",
                N_("function instead of its derivative"),
                lambda e: e.g * e.z,
                N_(
                    "That multiplies by the power itself. We need its derivative: what happens to the "
                    "exponent when you differentiate?"
                ),
                slots=(0,),
            ),
            Mistake(
                "wrong-side",
                N_("wrong order or wrong rule"),
                lambda e: e.g * e.z * log(e.x),
                N_(
                    "That is the rule for a variable exponent. Here the base is the variable: what happens "
                    "to the exponent when you differentiate?"
                ),
                slots=(0,),
            ),
            undo(lambda e: power(e.g, constant_like(1, e.o) / e.o), slots=(0,)),
            Mistake(
                "no-log",
                N_("log factor left out"),
                lambda e: e.g * e.z,
                N_(
                    "The power itself is one factor. It is the whole derivative only for the base e: which "
                    "factor comes in for another base?"
                ),
                slots=(1,),
            ),
            Mistake(
                "power-rule",
                N_("power rule used"),
                lambda e: e.g * e.x * power(e.o, e.x - constant_like(1, e.x)),
                N_(
                    "That is the rule for a variable base. Here the exponent n is the variable: what is "
                    "the derivative of e^(n·log a) with respect to n?"
                ),
                slots=(1,),
            ),
        ),
    ),
)
