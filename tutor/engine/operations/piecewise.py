"""Functions with a kink. At the kink itself the slope is stated, the same as PyTorch takes.

Mistakes are written with an `EdgeContext` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.ops import absolute, constant_like, maximum, minimum, relu, sign
from tutor.engine.operation import Mistake, Operation
from tutor.engine.operations.feedback import SPLIT
from tutor.i18n import N_

#: What people do at a node that passes on one of its two lines.
_SELECTION_MISTAKES = (
    Mistake(
        "both",
        lambda e: e.g,
        N_(
            "Looks as if both lines got the upstream. {node} follows one of them: if only this line moves, does {node} move?"
        ),
        feedback_with_constant=N_(
            "You let the upstream through as it came. If this line moves a little here, does {node} move?"
        ),
    ),
    Mistake(
        "loser",
        lambda e: e.g - e.g * e.l,
        N_("Looks as if the upstream went to the other line. Which one did {node} put out, and which one moves it?"),
        feedback_with_constant=N_("Compare the two once more: which one did {node} put out, this line or the number?"),
    ),
    Mistake("split", lambda e: e.g / 2, SPLIT, feedback_with_constant=""),
    Mistake(
        "passes-value",
        lambda e: e.g * e.x,
        N_("You multiplied by the value of this line. If it rises by 1 here, does {node} rise by that value?"),
    ),
    Mistake(
        "times-rule",
        lambda e: e.g * e.o,
        N_("Multiplying by the other line is the rule of ×. What does {node} do with its two lines?"),
        feedback_with_constant="",
    ),
)

TABLE = (
    Operation(
        id="relu",
        symbol="relu",
        forward=relu,
        # 1 where the input is above zero, 0 below it and at zero itself.
        derivative=(lambda z, x: sign(z),),
        has_kink=True,
        rule=(N_("relu lets the upstream through where its input is above 0, and stops it elsewhere."),),
        question=(N_("Is the input of relu above 0 here? Move it a little: does the output move?"),),
        mistakes=(
            Mistake(
                "open-gate",
                lambda e: e.g,
                N_("You let the upstream through as it came. relu is a gate: is it open at this input?"),
            ),
            Mistake(
                "gate-on-gradient",
                lambda e: relu(e.g),
                N_("Looks as if you opened the gate where the upstream is above 0. Which value does relu look at?"),
            ),
            Mistake(
                "passes-value",
                lambda e: e.g * e.x,
                N_("You multiplied by the value that came in. If it rises by 1, does relu rise by that value?"),
            ),
        ),
    ),
    Operation(
        id="abs",
        symbol="|x|",
        forward=absolute,
        # 0 at zero itself.
        derivative=(lambda z, x: sign(x),),
        has_kink=True,
        rule=(N_("|x| sends back the upstream with the sign of its input; at 0 it sends 0."),),
        question=(N_("Which sign has the input? When it grows, does |x| grow or shrink?"),),
        mistakes=(
            Mistake(
                "unsigned",
                lambda e: e.g,
                N_("The upstream came through as it was. When this input grows a little, does |x| grow or shrink?"),
            ),
            Mistake(
                "absolute-gradient",
                lambda e: absolute(e.g),
                N_(
                    "You took the size of the upstream. |x| looks at the sign of its input, not at that of the upstream."
                ),
            ),
            Mistake(
                "passes-value",
                lambda e: e.g * e.x,
                N_("You multiplied by the value that came in. If it moves by 1, does |x| move by that value?"),
            ),
        ),
    ),
    Operation(
        id="max",
        symbol="max",
        forward=maximum,
        # Half of each where they are equal.
        derivative=(
            lambda z, x, y: (constant_like(1, z) + sign(x - y)) / 2,
            lambda z, x, y: (constant_like(1, z) - sign(x - y)) / 2,
        ),
        commutative=True,
        has_kink=True,
        rule=(N_("max sends the upstream to the greater line, and nothing to the other; to equal ones half each."),),
        question=(N_("Which of the two lines is greater? If only this line moves a little, does max move?"),),
        rule_with_constant=N_(
            "max lets the upstream through where this line is greater than the number, and stops it elsewhere; "
            "where they are equal half of it."
        ),
        question_with_constant=N_(
            "Is this line greater than the number beside it? If it moves a little, does max move?"
        ),
        mistakes=_SELECTION_MISTAKES,
    ),
    Operation(
        id="min",
        symbol="min",
        forward=minimum,
        # Half of each where they are equal.
        derivative=(
            lambda z, x, y: (constant_like(1, z) - sign(x - y)) / 2,
            lambda z, x, y: (constant_like(1, z) + sign(x - y)) / 2,
        ),
        commutative=True,
        has_kink=True,
        rule=(N_("min sends the upstream to the smaller line, and nothing to the other; to equal ones half each."),),
        question=(N_("Which of the two lines is smaller? If only this line moves a little, does min move?"),),
        rule_with_constant=N_(
            "min lets the upstream through where this line is smaller than the number, and stops it elsewhere; "
            "where they are equal half of it."
        ),
        question_with_constant=N_(
            "Is this line smaller than the number beside it? If it moves a little, does min move?"
        ),
        mistakes=_SELECTION_MISTAKES,
    ),
)
