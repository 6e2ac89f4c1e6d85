"""Functions with a kink. At the kink itself the slope is stated, the same as PyTorch takes.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import absolute, constant, maximum, minimum, relu, sign
from tutor.engine.operation import Operation
from tutor.i18n import N_

TABLE = (
    Operation(
        id="relu",
        sign="relu",
        forward=relu,
        # 1 where the input is above zero, 0 below it and at zero itself.
        local=(lambda z, x: sign(z),),
        kink=True,
        says=(N_("relu lets the upstream through where its input is above 0, and stops it elsewhere."),),
        asks=(N_("Is the input of relu above 0 here? Move it a little: does the output move?"),),
    ),
    Operation(
        id="abs",
        sign="|x|",
        forward=absolute,
        # 0 at zero itself.
        local=(lambda z, x: sign(x),),
        kink=True,
        says=(N_("|x| sends back the upstream with the sign of its input; at 0 it sends 0."),),
        asks=(N_("Which sign has the input? When it grows, does |x| grow or shrink?"),),
    ),
    Operation(
        id="max",
        sign="max",
        forward=maximum,
        # Half of each where they are equal.
        local=(
            lambda z, x, y: (constant(1, z) + sign(x - y)) / 2,
            lambda z, x, y: (constant(1, z) - sign(x - y)) / 2,
        ),
        swappable=True,
        kink=True,
        says=(N_("max sends the upstream to the greater line, and nothing to the other; to equal ones half each."),),
        asks=(N_("Which of the two lines is greater? If only this line moves a little, does max move?"),),
    ),
    Operation(
        id="min",
        sign="min",
        forward=minimum,
        # Half of each where they are equal.
        local=(
            lambda z, x, y: (constant(1, z) - sign(x - y)) / 2,
            lambda z, x, y: (constant(1, z) + sign(x - y)) / 2,
        ),
        swappable=True,
        kink=True,
        says=(N_("min sends the upstream to the smaller line, and nothing to the other; to equal ones half each."),),
        asks=(N_("Which of the two lines is smaller? If only this line moves a little, does min move?"),),
    ),
)
