"""Comparisons, whose outputs count as data, and the selection between two values by a condition.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from tutor.algebra.ops import SCALAR_FUNCTIONS, constant_like
from tutor.engine.operation import Mistake, Operation
from tutor.i18n import N_

_where = SCALAR_FUNCTIONS["where"]
_WHY_COMPARISON = N_(
    "The output is 1 where the comparison is true, and 0 elsewhere. When an input changes a little, "
    "the output almost always stays the same. So a comparison counts as data, and nothing comes back "
    "through it."
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
            "The output is 1, 0 or −1. When the input changes a little, the output almost always stays "
            "the same. So the sign counts as data, and nothing comes back through it."
        ),
    ),
    Operation(
        id="detach",
        symbol="detach",
        title=N_("stop-gradient"),
        forward=SCALAR_FUNCTIONS["detach"],
        data_slots=(0,),
        rule=(),
        question=(),
        why=N_(
            "The value passes forward unchanged, but no gradient comes back. Programs use it for a "
            "value that they treat as a constant, such as a target. The nodes before it get no "
            "gradient along this edge."
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
            N_("The where node sends this input the upstream if the condition is true, and 0 if it is false."),
            N_("The where node sends this input the upstream if the condition is false, and 0 if it is true."),
        ),
        confirmation=(
            N_("the upstream if the condition is true, else 0"),
            N_("the upstream if the condition is false, else 0"),
        ),
        skill_name=(N_("where: condition true"), N_("where: condition false")),
        question=(
            N_(
                "Does the where node output this input when the condition is true or when it is false? "
                "Which of the two is it here?"
            ),
        ),
        why=N_(
            "Each entry of the output is an entry of one of the two inputs. When that entry changes, "
            "the output changes by as much; when the entry that was not chosen changes, nothing "
            "happens. So the upstream goes back to the entry that was chosen."
        ),
        mistakes=(
            Mistake(
                "both",
                N_("condition ignored"),
                lambda e: e.g,
                N_(
                    "That passes the upstream on whatever the condition is. If the condition picks the "
                    "other input, does this input change the output?"
                ),
                slots=(1, 2),
                asks=N_("Did you pass {up} on unchanged?"),
            ),
            Mistake(
                "loser",
                N_("upstream sent to the other input"),
                lambda e: e.g - e.g * e.l,
                N_(
                    "It looks as if you swapped the two cases of the condition. Does {node} output "
                    "this input when the condition is true or when it is false?"
                ),
                slots=(1, 2),
                asks=N_("Did you send the upstream gradient to the other input?"),
            ),
            Mistake(
                "passes-value",
                N_("multiplied by the input"),
                lambda e: e.g * e.l * e.x,
                N_(
                    "That multiplies by this input's own value. When this input changes a little, by how "
                    "much does the output of {node} change?"
                ),
                slots=(1, 2),
                asks_in_words=N_("Did you multiply by the input of {node}?"),
            ),
            Mistake(
                "condition-on-gradient",
                N_("sign of the upstream used"),
                lambda e: e.g * SCALAR_FUNCTIONS["gt"](e.g, constant_like(0, e.g)),
                N_(
                    "It looks as if you went by the sign of the upstream. Which value decides which of "
                    "the inputs gets it?"
                ),
                slots=(1, 2),
                asks=N_("Did you look at the sign of {up}?"),
            ),
        ),
    ),
)
