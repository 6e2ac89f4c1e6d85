"""Mistakes that only code can show: about axes, shapes, and what is kept from one call to the next."""

from __future__ import annotations

from tutor.grading.mistakes.candidate import GeneralMistake
from tutor.i18n import N_

KEEPDIMS = GeneralMistake(
    "code",
    "code.keepdims",
    N_("a missing or extra axis"),
    N_(
        "The numbers of {name} are right, but its shape isn't. Does a sum drop an axis that it should keep "
        "(keepdims=True), or keep one too many?"
    ),
)
NOT_SUMMED = GeneralMistake(
    "code",
    "code.not-summed",
    N_("copies not summed"),
    N_(
        "{name} still has one entry for each copy. The gradient of a value that is used many times is a "
        "sum: over which axis?"
    ),
)
SUMMED_OTHER_AXIS = GeneralMistake(
    "code",
    "code.other-axis",
    N_("summed along the wrong axis"),
    N_("{name} is a sum, but along the wrong axis. Along which axis was the value repeated in the forward pass?"),
)
COUNT_MISSING = GeneralMistake(
    "code",
    "code.count-missing",
    N_("factor 1/n missing"),
    N_(
        "{name} is too large by a factor that equals a number of rows, columns or cells. Did you leave out "
        "the 1/n of a mean?"
    ),
)
COUNT_EXTRA = GeneralMistake(
    "code",
    "code.count-extra",
    N_("divided by n once too often"),
    N_(
        "{name} is too small by a factor that equals a number of rows, columns or cells. Did you divide by "
        "n twice, or average where you should sum?"
    ),
)
CONSTANT_FACTOR = GeneralMistake(
    "code",
    "code.constant-factor",
    N_("a wrong constant factor"),
    N_("{name} is off by the same factor everywhere, for all numbers. Which constant factor is missing or extra?"),
)
CACHED = GeneralMistake(
    "code",
    "code.cached",
    N_("a value kept from an earlier call"),
    N_(
        "{name} is right in the first call but wrong in a later one. What does the code keep from one call to the next?"
    ),
)
ONLY_HERE = GeneralMistake(
    "code",
    "code.only-here",
    N_("right only for the example's numbers"),
    N_(
        "{name} is right for the example's numbers but wrong for others. Did you write one of its "
        "numbers or sizes into the code, or keep a value from an earlier call?"
    ),
)

START_UNCHANGED = GeneralMistake(
    "code",
    "code.start-unchanged",
    N_("the output's gradient, unchanged"),
    N_(
        "{name} is the gradient of the output, unchanged. Which steps are in between, and how does "
        "each of them change the gradient?"
    ),
)

OVERWRITTEN = GeneralMistake(
    "code",
    "code.overwritten",
    N_("gradient overwritten, not added"),
    N_(
        "A value that is used twice keeps only the gradient that came back last. What should happen to "
        "the gradient that is already there?"
    ),
)
WRONG_ORDER = GeneralMistake(
    "code",
    "code.wrong-order",
    N_("gradient sent back before it is complete"),
    N_("A node sends its gradient back before that gradient is complete. In which order must you visit the nodes?"),
)
RECURSION = GeneralMistake(
    "code",
    "code.recursion",
    N_("recursion too deep"),
    N_("In a chain of {n} nodes, Python reaches its recursion limit. Can you find the order with a loop and a list?"),
)
START_NOT_SET = GeneralMistake(
    "code",
    "code.start-not-set",
    N_("start not set"),
    N_("All gradients stay 0. Which gradient does the output start with, and does your code call _backward?"),
)
START_OTHER = GeneralMistake(
    "code",
    "code.start-at-value",
    N_("started from the output's value"),
    N_(
        "backward() starts from the output's value. How much does the output change when the output itself "
        "changes by 1?"
    ),
)
NOT_RESET = GeneralMistake(
    "code",
    "code.not-reset",
    N_("gradients not reset"),
    N_("The second call of backward() gives different gradients. What is left over from the first pass?"),
)

LAST_PART = GeneralMistake(
    "code",
    "code.last-part",
    N_("only the last part of the batch"),
    N_("{name} is the gradient of the last part alone. What happens to the gradients of the earlier parts?"),
)
PARTS_SUMMED = GeneralMistake(
    "code",
    "code.parts-summed",
    N_("means of the parts summed"),
    N_(
        "{name} is the sum of the gradients of each part's own mean. But L is the mean over the whole "
        "batch: by how many cells must you divide each part?"
    ),
)
MEAN_OF_MEANS = GeneralMistake(
    "code",
    "code.mean-of-means",
    N_("the mean of the parts' means"),
    N_(
        "{name} is right only if all parts have the same size. Five rows, for example, are split into "
        "three and two. What weight should each row have?"
    ),
)

NOT_COPIED = GeneralMistake(
    "code",
    "code.not-copied",
    N_("an array that was not copied"),
    N_(
        "It looks as if your two points are the same array, because f never sees both x + h and x − h. "
        "Assignment only adds a second name. What makes a copy?"
    ),
)
NOT_RESTORED = GeneralMistake(
    "code",
    "code.not-restored",
    N_("x not restored"),
    N_(
        "After the call, x has different numbers than before. Which line restores an entry before the next one changes?"
    ),
)
ALL_AT_ONCE = GeneralMistake(
    "code",
    "code.all-at-once",
    N_("several entries changed at once"),
    N_(
        "Your code changes several entries of x at once, so it finds only the sum of their effects. "
        "What happens to f if you change just one entry?"
    ),
)
ONE_SIDED = GeneralMistake(
    "code",
    "code.one-sided",
    N_("one-sided difference instead of a central one"),
    N_("You call f on only one side of x. How much smaller is the error if you use both sides?"),
)
STEP_TINY = GeneralMistake(
    "code",
    "code.step-tiny",
    N_("step too small"),
    N_(
        "With h = {h}, the two values of f agree in nearly all of their 16 digits, so their difference "
        "is mostly rounding error. Which h is better?"
    ),
)
STEP_LARGE = GeneralMistake(
    "code",
    "code.step-large",
    N_("step too large"),
    N_("With h = {h}, f curves noticeably between the two points. Which h is better?"),
)
FLAT = GeneralMistake(
    "code",
    "code.flat",
    N_("gradient without the shape of x"),
    N_("The numbers are right, but the gradient has the shape {found}. What is the shape of x?"),
)
HALF_STEP = GeneralMistake(
    "code",
    "code.half-step",
    N_("divided by half the distance"),
    N_("Your gradients are twice as large as they should be. How far is x + h from x − h?"),
)
BACKWARDS = GeneralMistake(
    "code",
    "code.backwards",
    N_("subtracted in the wrong order"),
    N_("Your gradients have the wrong sign. If f rises with x, which is larger: f(x + h) or f(x − h)?"),
)
NOT_DIVIDED = GeneralMistake(
    "code",
    "code.not-divided",
    N_("not divided by the step"),
    N_("You return how much f changes. How much does it change per unit of x?"),
)
EXACT = GeneralMistake(
    "code",
    "code.exact",
    N_("compared for equality"),
    N_("agrees rejects right gradients. A numerical gradient is never exact: how close must the two be?"),
)
ABSOLUTE = GeneralMistake(
    "code",
    "code.absolute",
    N_("absolute instead of relative difference"),
    N_(
        "Your limit fits gradients of about 1 but not of about {scale}. Relative to what should the "
        "difference be small?"
    ),
)
ZERO = GeneralMistake(
    "code",
    "code.zero",
    N_("0 divided by 0"),
    N_("agrees rejects a right gradient of 0. What do you divide by if both gradients are 0?"),
)

STATISTICS_CONSTANT = GeneralMistake(
    "code",
    "code.statistics-constant",
    N_("mean and variance treated as constants"),
    N_(
        "{name} would be right if the mean and the variance were constants, but both depend on X. In "
        "which two other ways does a cell of X change the output?"
    ),
)
VARIANCE_CONSTANT = GeneralMistake(
    "code",
    "code.variance-constant",
    N_("the variance treated as a constant"),
    N_(
        "The path through the mean is there, but {name} lacks another one. What else is computed from "
        "all of these cells?"
    ),
)
MEAN_CONSTANT = GeneralMistake(
    "code",
    "code.mean-constant",
    N_("the mean treated as a constant"),
    N_("The path through the variance is there, but {name} lacks another one. What is subtracted from every cell?"),
)
MEAN_OTHER_AXIS = GeneralMistake(
    "code",
    "code.mean-other-axis",
    N_("mean along the wrong axis"),
    N_("A mean in {name} is taken along the wrong axis. Along which axis does this layer normalise?"),
)
ROOT_CONSTANT = GeneralMistake(
    "code",
    "code.root-constant",
    N_("the divisor treated as a constant"),
    N_("{name} would be right if the divisor were a constant. From which values is it computed?"),
)

SAME_PARAMETERS = GeneralMistake(
    "code",
    "code.not-updated",
    N_("parameters not updated"),
    N_("update() leaves these parameters unchanged: {names}. Which line should change them?"),
)
UPHILL = GeneralMistake(
    "code",
    "code.uphill",
    N_("update in the direction of the gradient"),
    N_(
        "update() moves the parameters in the direction of their gradients, so the loss rises. In which "
        "direction does it fall?"
    ),
)
NO_RATE = GeneralMistake(
    "code",
    "code.no-rate",
    N_("learning rate left out"),
    N_("update() changes the parameters by their whole gradients. What is rate for?"),
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
    *(LAST_PART, PARTS_SUMMED, MEAN_OF_MEANS, SAME_PARAMETERS, UPHILL, NO_RATE),
    *(NOT_COPIED, NOT_RESTORED, ALL_AT_ONCE, ONE_SIDED, STEP_TINY, STEP_LARGE, FLAT, HALF_STEP, BACKWARDS, NOT_DIVIDED),
    *(EXACT, ABSOLUTE, ZERO, STATISTICS_CONSTANT, VARIANCE_CONSTANT, MEAN_CONSTANT, MEAN_OTHER_AXIS, ROOT_CONSTANT),
)
