"""Sums, products, quotients, powers.

Mistakes are written with an `EdgeContext` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.ops import constant_like, log, power
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations.feedback import SPLIT, UNDO
from tutor.i18n import N_

TABLE = (
    Operation(
        id="add",
        symbol="+",
        forward=lambda x, y: x + y,
        derivative=(lambda z, x, y: constant_like(1, z), lambda z, x, y: constant_like(1, z)),
        commutative=True,
        rule=(N_("+ hands the upstream on unchanged."),),
        question=(N_("Raise only this line by 1: by how much does + rise?"),),
        mistakes=(
            Mistake("undo", lambda e: e.g - e.o, UNDO),
            Mistake("split", lambda e: e.g / 2, SPLIT, feedback_with_constant=""),
            Mistake("split-by-size", lambda e: e.g * e.x / (e.x + e.o), SPLIT, feedback_with_constant=""),
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
        symbol="−",
        forward=lambda x, y: x - y,
        derivative=(lambda z, x, y: constant_like(1, z), lambda z, x, y: constant_like(-1, z)),
        rule=(
            N_("− hands the upstream on unchanged to what it takes from."),
            N_("− hands the upstream on with the opposite sign to what it takes away."),
        ),
        question=(
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
            Mistake("undo", lambda e: e.g + e.o, UNDO, slots=(0,)),
            Mistake("undo", lambda e: e.o - e.g, UNDO, slots=(1,)),
            Mistake("split", lambda e: e.g / 2, SPLIT, feedback_with_constant=""),
            Mistake(
                "times-rule",
                lambda e: e.g * e.o,
                N_("Multiplying is the rule of ×. This node subtracts."),
            ),
        ),
    ),
    Operation(
        id="mul",
        symbol="×",
        forward=lambda x, y: x * y,
        derivative=(lambda z, x, y: y, lambda z, x, y: x),
        commutative=True,
        rule=(N_("× sends each line the upstream times the value of the other line."),),
        question=(N_("What did × receive on its other line?"),),
        rule_with_constant=N_("{node} sends back the upstream times the number it multiplies by."),
        question_with_constant=N_("Which number does {node} multiply by?"),
        calculus_rule=(
            N_(
                "Hold the other line fixed: then × multiplies this line by a constant. By how much does such a product rise when this line rises by 1?"
            ),
        ),
        mistakes=(
            Mistake(
                "own-input",
                lambda e: e.g * e.x,
                N_(
                    "{v} comes from what this line itself carried. × doesn't return a line's own value: "
                    "what came in on the other one?"
                ),
                feedback_with_constant=N_(
                    "{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"
                ),
            ),
            Mistake(
                "plus-rule",
                lambda e: e.g,
                N_("Passing the upstream on unchanged is the rule of +. This node multiplies: what is still missing?"),
            ),
            Mistake("undo", lambda e: e.g / e.o, UNDO),
            Mistake(
                "both-inputs",
                lambda e: e.g * e.x * e.o,
                N_("You multiplied by both lines. If only this line moves by 1, how much does the product move?"),
                feedback_with_constant=N_(
                    "{v} comes from what this line carried. If it rises by 1, by how much does {node} rise?"
                ),
            ),
            Mistake(
                "sum-of-inputs",
                lambda e: e.g * (e.x + e.o),
                N_("You added the two lines. If only this line moves by 1, how much does the product move?"),
                feedback_with_constant="",
            ),
        ),
    ),
    Operation(
        id="div",
        symbol="÷",
        forward=lambda x, y: x / y,
        derivative=(lambda z, x, y: constant_like(1, y) / y, lambda z, x, y: -x / power(y, 2)),
        rule=(
            N_("÷ sends its numerator the upstream divided by the denominator."),
            N_("÷ sends its denominator the upstream times minus the numerator over the denominator squared."),
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
            Mistake("undo", lambda e: e.g * e.o, UNDO, slots=(0,)),
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
        symbol="×−1",
        forward=lambda x: -x,
        derivative=(lambda z, x: constant_like(-1, z),),
        rule=(N_("A change of sign changes the upstream's sign."),),
        question=(N_("Raise this line by 1: by how much, and which way, does the output move?"),),
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
        symbol="1/x",
        forward=lambda x: constant_like(1, x) / x,
        derivative=(lambda z, x: -power(z, 2),),
        rule=(N_("1/x sends back the upstream times minus the square of its output."),),
        question=(
            N_(
                "One factor is to be multiplied in: the slope of 1/x here. "
                "Before you calculate: when x grows, does 1/x grow or shrink?"
            ),
        ),
        calculus_rule=(
            N_("Write 1/x as a power, x^(−1): the exponent comes down as a factor, and is lowered by one."),
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
            Mistake("undo", lambda e: e.g * e.x, UNDO),
        ),
    ),
    Operation(
        id="pow",
        symbol="^",
        forward=power,
        derivative=(
            lambda z, x, n: n * power(x, n - constant_like(1, n)),
            lambda z, x, n: z * log(x),
        ),
        rule=(
            N_("The exponent comes down as a factor, and above it is lowered by one."),
            N_("A power with the variable above returns itself times the log of its base."),
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
        mistakes=(
            Mistake(
                "no-factor",
                lambda e: e.g * power(e.x, e.o - constant_like(1, e.o)),
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
            Mistake("undo", lambda e: power(e.g, constant_like(1, e.o) / e.o), UNDO, slots=(0,)),
            Mistake(
                "no-log",
                lambda e: e.g * e.z,
                N_("That holds for the base e only. Which factor does another base bring?"),
                slots=(1,),
            ),
            Mistake(
                "power-rule",
                lambda e: e.g * e.x * power(e.o, e.x - constant_like(1, e.x)),
                N_("That is the rule for a variable base. Here the variable is the exponent."),
                slots=(1,),
            ),
        ),
    ),
)
