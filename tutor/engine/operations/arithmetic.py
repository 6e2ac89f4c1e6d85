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
        rule=(N_("+ hands the upstream on unchanged."),),
        confirmation=(N_("the upstream, which + passes on unchanged"),),
        skill_name=(N_("+ passes on"),),
        question=(N_("Raise only this line by 1: by how much does + rise?"),),
        why=N_(
            "Raise one line a little, and the sum rises by just as much. "
            "So the slope is 1 on every line, whatever flows there. "
            "The upstream times 1 is the upstream."
        ),
        mistakes=(
            undo(lambda e: e.g - e.o),
            SPLIT_EVENLY,
            Mistake(
                "split-by-size",
                N_("gradient shared out"),
                lambda e: e.g * e.x / (e.x + e.o),
                SPLIT,
                feedback_with_constant="",
                asks=N_("Did you share {up} out by the size of the inputs?"),
            ),
            Mistake(
                "times-rule",
                N_("the rule of ×"),
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node adds: what does + do to a small change?"),
                asks=N_("Did you multiply {up} by {other}?"),
            ),
            Mistake(
                "own-input",
                N_("the line's own value"),
                lambda e: e.g * e.x,
                N_("You multiplied by the value of this line. If this line rises by 1, by how much does the sum rise?"),
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
            N_("− hands the upstream on unchanged to what it takes from."),
            N_("− hands the upstream on with the opposite sign to what it takes away."),
        ),
        confirmation=(
            N_("the upstream, which − passes on unchanged"),
            N_("the upstream with the opposite sign"),
        ),
        skill_name=(
            N_("− passes on"),
            N_("− changes the sign"),
        ),
        question=(
            N_("Raise only this line by 1: by how much, and which way, does − move?"),
            N_("This line is what is taken away. Raise it by 1: by how much, and which way, does − move?"),
        ),
        why=N_(
            "In x − y, raise x by 1 and the difference rises by 1. "
            "Raise y by 1 and the difference falls by 1. "
            "So the slopes are 1 and −1, whatever flows there."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: e.g,
                N_("The size is right. When this line grows, does the difference grow or shrink?"),
                slots=(1,),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "minus-on-first",
                N_("minus on the wrong line"),
                lambda e: -e.g,
                N_("The size is right. Which of the two lines is taken away: this one, or the other?"),
                slots=(0,),
                asks=N_("Did you change the sign of {up}?"),
            ),
            undo(lambda e: e.g + e.o, slots=(0,)),
            undo(lambda e: e.o - e.g, slots=(1,)),
            SPLIT_EVENLY,
            Mistake(
                "times-rule",
                N_("the rule of ×"),
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node subtracts."),
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
        rule=(N_("× sends each line the upstream times the value of the other line."),),
        confirmation=(N_("the upstream times the other input"),),
        confirmation_with_constant=N_("the upstream times the constant factor"),
        skill_name=(N_("× other input"),),
        question=(N_("What did × receive on its other line?"),),
        rule_with_constant=N_("{node} sends back the upstream times the number it multiplies by."),
        question_with_constant=N_("Which number does {node} multiply by?"),
        calculus_rule=(
            N_(
                "Hold the other line fixed: then × multiplies this line by a constant. By how much does such a product rise when this line rises by 1?"
            ),
        ),
        why=N_(
            "Raise x by 1, and x·y rises by y: there is one more y. "
            "So the slope for a line is what the other line carries. "
            "Lines swap their values, one could say, on the way back."
        ),
        mistakes=(
            Mistake(
                "own-input",
                N_("the line's own value"),
                lambda e: e.g * e.x,
                N_(
                    "{v} comes from what this line itself carried. × doesn't return a line's own value: "
                    "what came in on the other one?"
                ),
                feedback_with_constant=N_(
                    "{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"
                ),
                asks=N_("Did you multiply {up} by {own}?"),
            ),
            Mistake(
                "plus-rule",
                N_("the rule of +"),
                lambda e: e.g,
                N_("Passing the upstream on unchanged is the rule of +. This node multiplies: what is still missing?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            undo(lambda e: e.g / e.o),
            Mistake(
                "both-inputs",
                N_("multiplied by both lines"),
                lambda e: e.g * e.x * e.o,
                N_("You multiplied by both lines. If only this line moves by 1, how much does the product move?"),
                feedback_with_constant=N_(
                    "{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"
                ),
                asks_in_words=N_("Did you multiply by both inputs of {node}?"),
            ),
            Mistake(
                "sum-of-inputs",
                N_("the two lines added"),
                lambda e: e.g * (e.x + e.o),
                N_("You added the two lines. If only this line moves by 1, how much does the product move?"),
                feedback_with_constant="",
                asks_in_words=N_("Did you add the two inputs of {node}?"),
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
            N_("÷ sends its denominator the upstream times minus the numerator over the denominator squared."),
        ),
        confirmation=(
            N_("the upstream times one over the denominator"),
            N_("the upstream times −numerator/denominator²"),
        ),
        skill_name=(
            N_("÷ to the numerator"),
            N_("÷ to the denominator"),
        ),
        question=(
            N_("This line is the numerator. Raise it by 1: by how much does the quotient rise?"),
            N_("This line is the denominator. When it grows, does the quotient grow or shrink?"),
        ),
        calculus_rule=(
            N_("Hold the denominator fixed: then ÷ multiplies this line by a constant, one over the denominator."),
            N_(
                "Hold the numerator fixed and write the denominator as a power, y^(−1): the exponent comes down as a factor, and is lowered by one."
            ),
        ),
        why=N_(
            "x/y is x times 1/y, so for x the other factor is 1/y. "
            "For y, x is a constant factor in front of 1/y. "
            "1/y changes by −1/y², so the quotient changes by −x/y²."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: e.g * e.operands[0] / (e.x * e.x),
                N_("The size is right. When the denominator grows, does the quotient grow or shrink?"),
                slots=(1,),
                asks=N_("Did you leave the minus sign out?"),
            ),
            Mistake(
                "no-numerator",
                N_("numerator left out"),
                lambda e: -e.g / (e.x * e.x),
                N_("That is the rule of 1/x. Here something else than 1 stands above the line: where does it go?"),
                slots=(1,),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: -e.g * e.operands[0] / e.x,
                N_("Nearly. Write the quotient as a power of the denominator: what becomes of its exponent?"),
                slots=(1,),
            ),
            Mistake(
                "as-times",
                N_("the rule of ×"),
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node divides."),
            ),
            undo(lambda e: e.g * e.o, slots=(0,)),
            Mistake(
                "upside-down",
                N_("divided by the wrong line"),
                lambda e: e.g / e.x,
                N_("You divided by the numerator. Which line does the numerator get divided by?"),
                slots=(0,),
            ),
            Mistake(
                "numerator-rule",
                N_("the numerator's rule"),
                lambda e: e.g / e.x,
                N_("That is what the numerator would get. This line is the denominator."),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="neg",
        symbol="×−1",
        title=N_("change of sign"),
        forward=lambda x: -x,
        derivative=(lambda z, x: constant_like(-1, z),),
        keeps_decimals=True,
        rule=(N_("A change of sign changes the upstream's sign."),),
        confirmation=(N_("the upstream with the opposite sign"),),
        skill_name=(N_("change of sign"),),
        question=(N_("Raise this line by 1: by how much, and which way, does the output move?"),),
        why=N_(
            "The output is the input with the other sign. "
            "Raise the input by 1, and the output falls by 1. "
            "So the slope is −1 everywhere."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: e.g,
                N_("The size is right. When this line grows, does {node} grow or shrink?"),
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
        rule=(N_("1/x sends back the upstream times minus the square of its output."),),
        confirmation=(N_("the upstream times −y², y the output"),),
        skill_name=(N_("reciprocal"),),
        question=(
            N_(
                "One factor is to be multiplied in: the slope of 1/x here. "
                "Before you calculate: when x grows, does 1/x grow or shrink?"
            ),
        ),
        calculus_rule=(
            N_("Write 1/x as a power, x^(−1): the exponent comes down as a factor, and is lowered by one."),
        ),
        why=N_(
            "When x grows, 1/x shrinks: that is the minus. "
            "1/x is x to the power −1, so its slope is −1/x². "
            "With the output y = 1/x this is −y²."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: e.g * e.z * e.z,
                N_("The size is right. When x grows, does 1/x grow or shrink?"),
                asks=N_("Did you leave the minus sign out?"),
            ),
            Mistake(
                "no-square",
                N_("square left out"),
                lambda e: -e.g * e.z,
                N_("The sign is right. Write 1/x as a power of x: the exponent −1 comes down, and what is left above?"),
            ),
            Mistake(
                "at-output",
                N_("slope taken at the output"),
                lambda e: -e.g / (e.z * e.z),
                N_("The form −1/x² is right, but what did you put in for x: the node's input or its output?"),
            ),
            Mistake(
                "log",
                N_("log x for 1/x"),
                lambda e: e.g * log(e.x),
                N_("log x is what 1/x is the slope of. Here the slope of 1/x itself is asked: is 1/x rising?"),
            ),
            Mistake(
                "two-x",
                N_("x doubled instead of squared"),
                lambda e: -e.g / (e.x + e.x),
                N_("The denominator is x squared, not x doubled. Try it with x^(−1) and the rule for powers."),
            ),
            undo(lambda e: e.g * e.x),
            Mistake(
                "logs-rule",
                N_("log's rule"),
                lambda e: e.g * e.z,
                N_("1/x is the slope of log. Here 1/x is the function itself: what is its slope?"),
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
            N_("The exponent comes down as a factor, and above it is lowered by one."),
            N_("A power with the variable above returns itself times the log of its base."),
        ),
        confirmation=(
            N_("the upstream times n·x^(n − 1), the slope of x^n"),
            N_("the upstream times the power times the log of its base"),
        ),
        skill_name=(
            N_("power, to the base"),
            N_("power, to the exponent"),
        ),
        question=(
            N_("This line is the base. What happens to an exponent when a power is differentiated? Two things."),
            N_("This line is the exponent. How fast does a power grow with it?"),
        ),
        calculus_rule=(
            N_("The rule for powers: the exponent comes down as a factor, and above it is lowered by one."),
            N_(
                "Write the power with the base e: a^n is e^(n·log a). exp is its own slope, and what stands beside n comes down as a factor."
            ),
        ),
        why=N_(
            "x³ is x·x·x: x stands there three times. "
            "Moving x moves each of them while the other two, x², stay as factors. "
            "Three times the same: 3·x². Any exponent goes the same way."
        ),
        mistakes=(
            Mistake(
                "no-factor",
                N_("exponent not brought down"),
                lambda e: e.g * power(e.x, e.o - constant_like(1, e.o)),
                N_("The exponent was lowered, good. It also comes down somewhere: where?"),
                slots=(0,),
            ),
            Mistake(
                "not-lowered",
                N_("exponent not lowered"),
                lambda e: e.g * e.o * e.z,
                N_("The exponent came down as a factor, good. What is left above?"),
                slots=(0,),
            ),
            Mistake(
                "function-itself",
                N_("the function instead of its slope"),
                lambda e: e.g * e.z,
                N_("That is the power itself. Its slope is asked: how fast does it grow when the base grows?"),
                slots=(0,),
            ),
            Mistake(
                "wrong-side",
                N_("wrong order or wrong rule"),
                lambda e: e.g * e.z * log(e.x),
                N_("That is the rule for a variable exponent. Here the variable is the base."),
                slots=(0,),
            ),
            undo(lambda e: power(e.g, constant_like(1, e.o) / e.o), slots=(0,)),
            Mistake(
                "no-log",
                N_("factor log left out"),
                lambda e: e.g * e.z,
                N_("That holds for the base e only. Which factor does another base bring?"),
                slots=(1,),
            ),
            Mistake(
                "power-rule",
                N_("the rule for powers"),
                lambda e: e.g * e.x * power(e.o, e.x - constant_like(1, e.x)),
                N_("That is the rule for a variable base. Here the variable is the exponent."),
                slots=(1,),
            ),
        ),
    ),
)
