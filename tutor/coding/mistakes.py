"""Mistakes that only code can show: about axes, shapes, and what is kept from one call to the next."""

from __future__ import annotations

from tutor.grading.mistakes.candidate import GeneralMistake
from tutor.i18n import N_

KEEPDIMS = GeneralMistake(
    "code",
    "code.keepdims",
    N_("an axis dropped or added"),
    N_("The numbers of {name} are right, but an axis is missing or too many. Is there a sum that needs keepdims=True?"),
)
NOT_SUMMED = GeneralMistake(
    "code",
    "code.not-summed",
    N_("not added up"),
    N_("{name} still has one entry for each copy. What was used many times gets back the sum: over which axis?"),
)
SUMMED_OTHER_AXIS = GeneralMistake(
    "code",
    "code.other-axis",
    N_("added up along the other axis"),
    N_("{name} is added up, but along the other axis. Along which one was its value repeated?"),
)
COUNT_MISSING = GeneralMistake(
    "code",
    "code.count-missing",
    N_("1/n left out"),
    N_("{name} is too large by a number of rows or cells. Is there a mean whose 1/n is left out?"),
)
COUNT_EXTRA = GeneralMistake(
    "code",
    "code.count-extra",
    N_("divided by n once too often"),
    N_("{name} is too small by a number of rows or cells. Is it divided by n twice, or is a mean taken of a sum?"),
)
CONSTANT_FACTOR = GeneralMistake(
    "code",
    "code.constant-factor",
    N_("a constant factor"),
    N_(
        "{name} is off by the same factor everywhere, whatever the numbers are. Which constant is missing, or too many?"
    ),
)
CACHED = GeneralMistake(
    "code",
    "code.cached",
    N_("a value of an earlier call"),
    N_(
        "{name} is right in the first call and wrong in a later one. What does the code keep from one call to the next?"
    ),
)
ONLY_HERE = GeneralMistake(
    "code",
    "code.only-here",
    N_("right for these numbers only"),
    N_(
        "{name} is right for the numbers of the example, and wrong for others. Is a number or a size of the example written out, or kept from an earlier call?"
    ),
)

START_UNCHANGED = GeneralMistake(
    "code",
    "code.start-unchanged",
    N_("the start as it came"),
    N_(
        "{name} is the gradient at the output, unchanged. Which steps lie between, and what does each of them do to it?"
    ),
)

OVERWRITTEN = GeneralMistake(
    "code",
    "code.overwritten",
    N_("overwritten instead of added"),
    N_(
        "A value that is used twice keeps only what came back last. What has to happen to a gradient that is there already?"
    ),
)
WRONG_ORDER = GeneralMistake(
    "code",
    "code.wrong-order",
    N_("a node sends before all has arrived"),
    N_("A node sends back before everything has come back to it. In which order must the nodes have their turn?"),
)
RECURSION = GeneralMistake(
    "code",
    "code.recursion",
    N_("too deep a recursion"),
    N_("In a chain of {n} nodes Python's recursion is too deep. Can the order be found with a loop and a list?"),
)
START_NOT_SET = GeneralMistake(
    "code",
    "code.start-not-set",
    N_("the start is not set"),
    N_("All gradients stay 0. With which gradient does the pass begin at the output, and is _backward called?"),
)
START_OTHER = GeneralMistake(
    "code",
    "code.start-at-value",
    N_("started at the output's value"),
    N_("backward() starts with the value of the output. How much does the output change when it changes by 1?"),
)
NOT_RESET = GeneralMistake(
    "code",
    "code.not-reset",
    N_("gradients of an earlier pass are kept"),
    N_("Called a second time, backward() gives other gradients. What of the first pass is still there?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(OVERWRITTEN, WRONG_ORDER, RECURSION, START_NOT_SET, START_OTHER, NOT_RESET),
    *(
        KEEPDIMS,
        NOT_SUMMED,
        SUMMED_OTHER_AXIS,
        COUNT_MISSING,
        COUNT_EXTRA,
        CONSTANT_FACTOR,
        CACHED,
        ONLY_HERE,
        START_UNCHANGED,
    ),
)
