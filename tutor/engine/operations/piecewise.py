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
        N_("upstream sent to both inputs"),
        lambda e: e.g,
        N_(
            "That passes the upstream on unchanged. {node} outputs only one of its two inputs: when "
            "only this input changes a little, does the output change?"
        ),
        feedback_with_constant=N_(
            "That passes the upstream on unchanged. When this input changes a little here, does the "
            "output of {node} change?"
        ),
        asks=N_("Did you pass {up} on unchanged?"),
    ),
    Mistake(
        "loser",
        N_("upstream sent to the other input"),
        lambda e: e.g - e.g * e.l,
        N_(
            "It looks as if you sent the upstream to the other input. Which of its two inputs does {node} "
            "output here: this one or the other?"
        ),
        feedback_with_constant=N_(
            "It looks as if you compared the two the wrong way round. Which one does {node} output here: "
            "this input or the constant?"
        ),
        asks=N_("Did you send the upstream gradient to the other input?"),
    ),
    SPLIT_EVENLY,
    Mistake(
        "passes-value",
        N_("multiplied by the input"),
        lambda e: e.g * e.x,
        N_(
            "That multiplies by this input's own value. When this input changes a little, by how much does "
            "the output of {node} change?"
        ),
        asks_in_words=N_("Did you multiply by the input of {node}?"),
    ),
    Mistake(
        "times-rule",
        N_("rule of ×"),
        lambda e: e.g * e.o,
        N_("Multiplying by the other input is the rule of ×. Which of its two inputs does {node} output here?"),
        asks_in_words=N_("Did you multiply by the other input of {node}?"),
        feedback_with_constant="",
    ),
)

TABLE = (
    Operation(
        id="relu",
        symbol="relu",
        title=N_("rectified linear unit"),
        forward=relu,
        # 1 above zero, 0 below zero and at zero.
        derivative=(lambda z, x: sign(z),),
        has_kink=True,
        kink=lambda x: x,
        keeps_decimals=True,
        rule=(N_("relu passes the upstream on where its input is above 0, and sends 0 elsewhere."),),
        confirmation=(N_("the upstream times 1 where the input is above 0, else 0"),),
        skill_name=(N_("rectified linear unit"),),
        question=(N_("Is the input of relu above 0 here? When it changes a little, does the output change?"),),
        why=N_(
            "Above 0 the output equals the input, so the local derivative is 1. Below 0 the output "
            "stays 0, so the local derivative is 0. The forward value decides this, never the upstream."
        ),
        mistakes=(
            Mistake(
                "open-gate",
                N_("passed on below 0 too"),
                lambda e: e.g,
                N_("That passes the upstream on unchanged. relu does so only above 0: is its input above 0 here?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "gate-on-gradient",
                N_("sign of the upstream used"),
                lambda e: relu(e.g),
                N_(
                    "It looks as if you went by the sign of the upstream. Which value decides whether relu "
                    "passes the upstream on?"
                ),
                asks=N_("Did you look at the sign of {up}?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_(
                    "That multiplies by the input of relu. When this input changes a little, by how much "
                    "does the output change?"
                ),
                asks_in_words=N_("Did you multiply by the input of {node}?"),
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
        rule=(N_("|x| multiplies the upstream by the sign of its input. At 0 it sends 0."),),
        confirmation=(N_("the upstream times the sign of the input"),),
        skill_name=(N_("absolute value"),),
        question=(N_("Is the input positive or negative? When it grows, does |x| grow or shrink?"),),
        why=N_(
            "For a positive input the output rises as fast as the input, so the local derivative is 1. "
            "For a negative input it falls as fast as the input rises, so the local derivative is −1. "
            "At 0 there is no derivative, and programs use 0 there."
        ),
        mistakes=(
            Mistake(
                "unsigned",
                N_("sign left out"),
                lambda e: e.g,
                N_("That passes the upstream on unchanged. When this input grows a little, does |x| grow or shrink?"),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "absolute-gradient",
                N_("absolute value of the upstream"),
                lambda e: absolute(e.g),
                N_(
                    "That is the absolute value of the upstream. Which sign matters for |x|: that of "
                    "the upstream or that of its input?"
                ),
                asks=N_("Did you take the absolute value of {up}?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.x,
                N_(
                    "That multiplies by the input of |x|. When this input changes a little, by how much "
                    "does |x| change?"
                ),
                asks_in_words=N_("Did you multiply by the input of {node}?"),
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
        rule=(N_("max sends the upstream to its greater input and 0 to the other. Equal inputs get half each."),),
        confirmation=(N_("the upstream to the greater input, 0 to the other, half if equal"),),
        skill_name=(N_("maximum"),),
        question=(N_("Which of the two inputs is greater? When only this input changes a little, does max change?"),),
        rule_with_constant=N_(
            "max passes the upstream on if this input is greater than the constant, and sends 0 if it "
            "is smaller. If they are equal, it sends half."
        ),
        question_with_constant=N_(
            "Is this input greater than the constant? When it changes a little, does max change?"
        ),
        why=N_(
            "The output is the greater input: when that input changes a little, the output changes by "
            "as much. When the other input changes a little, nothing happens. So one input gets the "
            "whole upstream and the other gets 0."
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
        rule=(N_("min sends the upstream to its smaller input and 0 to the other. Equal inputs get half each."),),
        confirmation=(N_("the upstream to the smaller input, 0 to the other, half if equal"),),
        skill_name=(N_("minimum"),),
        question=(N_("Which of the two inputs is smaller? When only this input changes a little, does min change?"),),
        rule_with_constant=N_(
            "min passes the upstream on if this input is smaller than the constant, and sends 0 if it "
            "is greater. If they are equal, it sends half."
        ),
        question_with_constant=N_(
            "Is this input smaller than the constant? When it changes a little, does min change?"
        ),
        why=N_(
            "The output is the smaller input: when that input changes a little, the output changes by "
            "as much. When the other input changes a little, nothing happens. So one input gets the "
            "whole upstream and the other gets 0."
        ),
        mistakes=_SELECTION_MISTAKES,
    ),
)
