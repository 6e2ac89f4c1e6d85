"""Comparisons, which give 1 or 0 and send nothing back, and the choice between two values by such a condition.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from tutor.algebra.ops import SCALAR_FUNCTIONS, constant_like
from tutor.engine.operation import Mistake, Operation
from tutor.i18n import N_

_where = SCALAR_FUNCTIONS["where"]
_WHY_COMPARISON = N_(
    "The output is 1 where the comparison holds and 0 elsewhere. "
    "Move an input a little, and the output stays as it is. "
    "So the slope is 0 everywhere: a comparison is data, and nothing comes back through it."
)


def _comparison(id: str, symbol: str, title: str) -> Operation:
    return Operation(
        id=id,
        symbol=symbol,
        title=title,
        forward=SCALAR_FUNCTIONS[id],
        data_slots=(0, 1),
        has_kink=True,
        kink_pattern=lambda z, x, y: z,
        kink=lambda x, y: x - y,
        rule=(),
        question=(),
        why=_WHY_COMPARISON,
    )


TABLE = (
    _comparison("gt", ">", N_("greater than")),
    _comparison("ge", "≥", N_("at least")),
    _comparison("lt", "<", N_("less than")),
    _comparison("le", "≤", N_("at most")),
    _comparison("eq", "=", N_("equal to")),
    _comparison("ne", "≠", N_("not equal to")),
    Operation(
        id="sign",
        symbol="sign",
        title=N_("sign"),
        forward=SCALAR_FUNCTIONS["sign"],
        data_slots=(0,),
        has_kink=True,
        kink_pattern=lambda z, x: z,
        kink=lambda x: x,
        rule=(),
        question=(),
        why=N_(
            "The output is 1, 0 or −1. "
            "Move the input a little, and the output stays as it is. "
            "So the slope is 0: the sign is data, and nothing comes back through it."
        ),
    ),
    Operation(
        id="detach",
        symbol="detach",
        title=N_("stop of the gradient"),
        forward=SCALAR_FUNCTIONS["detach"],
        data_slots=(0,),
        rule=(),
        question=(),
        why=N_(
            "The value goes on unchanged, and nothing comes back. "
            "Programs use it for a value that is meant as a constant, such as a target. "
            "What it was computed from gets no gradient along this line."
        ),
    ),
    Operation(
        id="where",
        symbol="where",
        title=N_("choice by a condition"),
        forward=_where,
        derivative=(
            lambda z, c, x, y: constant_like(0, z),
            lambda z, c, x, y: _where(c, constant_like(1, z), constant_like(0, z)),
            lambda z, c, x, y: _where(c, constant_like(0, z), constant_like(1, z)),
        ),
        data_slots=(0,),
        has_kink=True,
        kink_pattern=lambda z, c, x, y: _where(c, constant_like(1, z), constant_like(0, z)),
        keeps_decimals=True,
        rule=(
            N_("where sends this line the upstream where the condition holds, and 0 elsewhere."),
            N_("where sends this line the upstream where the condition doesn't hold, and 0 elsewhere."),
        ),
        confirmation=(
            N_("the upstream where the condition holds, else 0"),
            N_("the upstream where the condition doesn't hold, else 0"),
        ),
        skill_name=(N_("where the condition holds"), N_("where the condition doesn't hold")),
        question=(
            N_("Where does the output come from this line? If only this line moves a little, where does it move?"),
        ),
        why=N_(
            "Each entry of the output is an entry of one of the two lines. "
            "Move that entry, and the output moves as much; move the one that was not chosen, and nothing happens. "
            "So the upstream goes back to the one that was chosen."
        ),
        mistakes=(
            Mistake(
                "both",
                N_("condition ignored"),
                lambda e: e.g,
                N_(
                    "You let the upstream through everywhere. Where the other line was chosen: does this one move {node}?"
                ),
                slots=(1, 2),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "loser",
                N_("the other line given the upstream"),
                lambda e: e.g - e.g * e.l,
                N_(
                    "Looks as if the upstream went where the other line was chosen. Which places are made from this line?"
                ),
                slots=(1, 2),
                asks=N_("Did you give the upstream gradient to the other line?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.l * e.x,
                N_("You multiplied by the value of this line. If it rises by 1, does {node} rise by that value?"),
                slots=(1, 2),
                asks_in_words=N_("Did you multiply by the value that goes into {node}?"),
            ),
            Mistake(
                "condition-on-gradient",
                N_("condition on the upstream"),
                lambda e: e.g * SCALAR_FUNCTIONS["gt"](e.g, constant_like(0, e.g)),
                N_("Looks as if the sign of the upstream decided. What decides here is the condition of {node}."),
                slots=(1, 2),
                asks=N_("Did you look at the sign of {up}?"),
            ),
        ),
    ),
)
