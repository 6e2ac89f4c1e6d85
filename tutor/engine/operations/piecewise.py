"""Piecewise linear functions. The slope at the kink itself is that of PyTorch.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from tutor.algebra.ops import absolute, constant_like, maximum, minimum, relu, sign
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations.feedback import SPLIT_EVENLY
from tutor.i18n import N_

#: Mistakes at a node that outputs one of its two inputs.
_SELECTION_MISTAKES = (
    Mistake(
        "both",
        N_("both lines given the upstream"),
        lambda e: e.g,
        N_(
            "Looks as if both lines got the upstream. {node} follows one of them: if only this line moves, does {node} move?"
        ),
        feedback_with_constant=N_(
            "You let the upstream through as it came. If this line moves a little here, does {node} move?"
        ),
        asks=N_("Did you pass {up} on unchanged?"),
    ),
    Mistake(
        "loser",
        N_("the other line given the upstream"),
        lambda e: e.g - e.g * e.l,
        N_("Looks as if the upstream went to the other line. Which one did {node} put out, and which one moves it?"),
        feedback_with_constant=N_("Compare the two once more: which one did {node} put out, this line or the number?"),
        asks=N_("Did you give the upstream gradient to the other input?"),
    ),
    SPLIT_EVENLY,
    Mistake(
        "passes-value",
        N_("multiplied by the input"),
        lambda e: e.g * e.x,
        N_("You multiplied by the value of this line. If it rises by 1 here, does {node} rise by that value?"),
        asks_in_words=N_("Did you multiply by the value that goes into {node}?"),
    ),
    Mistake(
        "times-rule",
        N_("the rule of ×"),
        lambda e: e.g * e.o,
        N_("Multiplying by the other line is the rule of ×. What does {node} do with its two lines?"),
        asks_in_words=N_("Did you multiply by the other input of {node}?"),
        feedback_with_constant="",
    ),
)

TABLE = (
    Operation(
        id="relu",
        symbol="relu",
        title=N_("rectifier"),
        forward=relu,
        # 1 above zero, 0 below zero and at zero.
        derivative=(lambda z, x: sign(z),),
        has_kink=True,
        kink=lambda x: x,
        keeps_decimals=True,
        rule=(N_("relu lets the upstream through where its input is above 0, and stops it elsewhere."),),
        confirmation=(N_("the upstream times 1 where the input is above 0, else 0"),),
        skill_name=(N_("gate of relu"),),
        question=(N_("Is the input of relu above 0 here? Move it a little: does the output move?"),),
        why=N_(
            "Above 0 the output is the input, so the slope is 1. "
            "Below 0 the output stays 0, so the slope is 0. "
            "The gate is opened by what flowed forward, never by the upstream."
        ),
        mistakes=(
            Mistake(
                "open-gate",
                N_("gate left open"),
                lambda e: e.g,
                N_("You let the upstream through as it came. relu is a gate: is it open at this input?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "gate-on-gradient",
                N_("gate opened by the upstream"),
                lambda e: relu(e.g),
                N_("Looks as if you opened the gate where the upstream is above 0. Which value does relu look at?"),
                asks=N_("Did you look at the sign of {up}?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_("You multiplied by the value that came in. If it rises by 1, does relu rise by that value?"),
                asks_in_words=N_("Did you multiply by the value that goes into {node}?"),
            ),
        ),
    ),
    Operation(
        id="abs",
        symbol="|x|",
        title=N_("absolute value"),
        forward=absolute,
        # 0 at zero.
        derivative=(lambda z, x: sign(x),),
        has_kink=True,
        kink=lambda x: x,
        keeps_decimals=True,
        rule=(N_("|x| sends back the upstream with the sign of its input; at 0 it sends 0."),),
        confirmation=(N_("the upstream times the sign of the input"),),
        skill_name=(N_("sign at |x|"),),
        question=(N_("Which sign has the input? When it grows, does |x| grow or shrink?"),),
        why=N_(
            "Right of 0 the output rises with the input, so the slope is 1. "
            "Left of 0 it falls as the input rises: the slope is −1. "
            "At 0 itself there is no slope, and programs agree on 0."
        ),
        mistakes=(
            Mistake(
                "unsigned",
                N_("sign left out"),
                lambda e: e.g,
                N_("The upstream came through as it was. When this input grows a little, does |x| grow or shrink?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "absolute-gradient",
                N_("size of the upstream"),
                lambda e: absolute(e.g),
                N_(
                    "You took the size of the upstream. |x| looks at the sign of its input, not at that of the upstream."
                ),
                asks=N_("Did you take the absolute value of {up}?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_("You multiplied by the value that came in. If it moves by 1, does |x| move by that value?"),
                asks_in_words=N_("Did you multiply by the value that goes into {node}?"),
            ),
        ),
    ),
    Operation(
        id="max",
        symbol="max",
        title=N_("maximum"),
        forward=maximum,
        # Half of each if they are equal.
        derivative=(
            lambda z, x, y: (constant_like(1, z) + sign(x - y)) / 2,
            lambda z, x, y: (constant_like(1, z) - sign(x - y)) / 2,
        ),
        commutative=True,
        has_kink=True,
        kink=lambda x, y: x - y,
        keeps_decimals=True,
        rule=(N_("max sends the upstream to the greater line, and nothing to the other; to equal ones half each."),),
        confirmation=(N_("the upstream to the greater input, 0 to the other, half if equal"),),
        skill_name=(N_("winner of max"),),
        question=(N_("Which of the two lines is greater? If only this line moves a little, does max move?"),),
        rule_with_constant=N_(
            "max lets the upstream through where this line is greater than the number, and stops it elsewhere; "
            "where they are equal half of it."
        ),
        question_with_constant=N_(
            "Is this line greater than the number beside it? If it moves a little, does max move?"
        ),
        why=N_(
            "The greater line alone makes the output: move it a little, and the output moves as much. "
            "Move the other one a little, and nothing happens. "
            "So one line gets the whole upstream and the other one 0."
        ),
        mistakes=_SELECTION_MISTAKES,
    ),
    Operation(
        id="min",
        symbol="min",
        title=N_("minimum"),
        forward=minimum,
        # Half of each if they are equal.
        derivative=(
            lambda z, x, y: (constant_like(1, z) - sign(x - y)) / 2,
            lambda z, x, y: (constant_like(1, z) + sign(x - y)) / 2,
        ),
        commutative=True,
        has_kink=True,
        kink=lambda x, y: x - y,
        keeps_decimals=True,
        rule=(N_("min sends the upstream to the smaller line, and nothing to the other; to equal ones half each."),),
        confirmation=(N_("the upstream to the smaller input, 0 to the other, half if equal"),),
        skill_name=(N_("winner of min"),),
        question=(N_("Which of the two lines is smaller? If only this line moves a little, does min move?"),),
        rule_with_constant=N_(
            "min lets the upstream through where this line is smaller than the number, and stops it elsewhere; "
            "where they are equal half of it."
        ),
        question_with_constant=N_(
            "Is this line smaller than the number beside it? If it moves a little, does min move?"
        ),
        why=N_(
            "The smaller line alone makes the output: move it a little, and the output moves as much. "
            "Move the other one a little, and nothing happens. "
            "So one line gets the whole upstream and the other one 0."
        ),
        mistakes=_SELECTION_MISTAKES,
    ),
)
