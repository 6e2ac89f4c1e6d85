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

LAST_PART = GeneralMistake(
    "code",
    "code.last-part",
    N_("only the last part of the batch"),
    N_("{name} is the gradient of the last part alone. What becomes of the parts before it?"),
)
PARTS_SUMMED = GeneralMistake(
    "code",
    "code.parts-summed",
    N_("means of the parts added up"),
    N_(
        "{name} is the sum of the gradients of each part's own mean, which is too much. The mean runs over the whole "
        "batch: by how many cells does each part divide?"
    ),
)
MEAN_OF_MEANS = GeneralMistake(
    "code",
    "code.mean-of-means",
    N_("the mean of the parts' means"),
    N_(
        "{name} is right only if all parts have the same size. Here five rows are cut into three and two. How much "
        "should a row count, whichever part it is in?"
    ),
)

NOT_COPIED = GeneralMistake(
    "code",
    "code.not-copied",
    N_("an array with two names"),
    N_(
        "Two of your points are the same: f was never called at x + h and at x − h for one entry. Assigning an array "
        "only gives it a second name. What makes a copy?"
    ),
)
NOT_RESTORED = GeneralMistake(
    "code",
    "code.not-restored",
    N_("x is not restored"),
    N_("After the call x has other numbers than before. Which line puts an entry back before the next one is changed?"),
)
ALL_AT_ONCE = GeneralMistake(
    "code",
    "code.all-at-once",
    N_("all entries are changed together"),
    N_(
        "Your code changes all entries of x together, which gives one number: the sum of all gradients. What if only one entry changes?"
    ),
)
ONE_SIDED = GeneralMistake(
    "code",
    "code.one-sided",
    N_("a forward difference in place of a central one"),
    N_("f is called on one side of x only. How much smaller is the error if x − h is used, too?"),
)
STEP_TINY = GeneralMistake(
    "code",
    "code.step-tiny",
    N_("too small a step"),
    N_(
        "With a step of {h} the two values of f agree in nearly all their 16 digits, and only rounding errors are left "
        "of their difference. Which h is better?"
    ),
)
STEP_LARGE = GeneralMistake(
    "code",
    "code.step-large",
    N_("too large a step"),
    N_("With a step of {h}, f curves noticeably between the two points. Which h is better?"),
)
FLAT = GeneralMistake(
    "code",
    "code.flat",
    N_("the gradient has another shape than x"),
    N_("The numbers are right, but the gradient has the shape {found}. Which shape has x?"),
)
HALF_STEP = GeneralMistake(
    "code",
    "code.half-step",
    N_("divided by half the distance"),
    N_("Your gradients are twice too large. How far is it from x − h to x + h?"),
)
BACKWARDS = GeneralMistake(
    "code",
    "code.backwards",
    N_("the difference the other way round"),
    N_("Your gradients have the wrong sign. If f rises with x, which of f(x + h) and f(x − h) is larger?"),
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
    N_("Every right gradient is refused. A numerical gradient is never exact: how close must the two be?"),
)
ABSOLUTE = GeneralMistake(
    "code",
    "code.absolute",
    N_("the difference is not relative"),
    N_(
        "Your limit fits gradients around 1. For gradients around {scale} it decides wrongly. Compared with what should the "
        "difference be small?"
    ),
)
ZERO = GeneralMistake(
    "code",
    "code.zero",
    N_("0 divided by 0"),
    N_("A right gradient of 0 is refused. What do you divide by if both gradients are 0?"),
)

STATISTICS_CONSTANT = GeneralMistake(
    "code",
    "code.statistics-constant",
    N_("mean and variance treated as constants"),
    N_(
        "{name} would be right if the mean and the variance were constants. But they are computed from X. In which two "
        "other ways does a cell of X change the output?"
    ),
)
VARIANCE_CONSTANT = GeneralMistake(
    "code",
    "code.variance-constant",
    N_("the variance treated as a constant"),
    N_(
        "The way through the mean is there. But {name} lacks a third one: what else is computed from all of these cells?"
    ),
)
MEAN_CONSTANT = GeneralMistake(
    "code",
    "code.mean-constant",
    N_("the mean treated as a constant"),
    N_("The way through the variance is there. But {name} lacks another one: what is subtracted from every cell?"),
)
MEAN_OTHER_AXIS = GeneralMistake(
    "code",
    "code.mean-other-axis",
    N_("a mean along the other axis"),
    N_("A mean in {name} runs along the other axis. Along which one does this layer normalise?"),
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
    N_("parameters that stay as they are"),
    N_("After update() these parameters are as before: {names}. Which line changes them?"),
)
UPHILL = GeneralMistake(
    "code",
    "code.uphill",
    N_("a step up the gradient"),
    N_("update() moves the parameters along their gradients, and the loss rises. Which way does it fall?"),
)
NO_RATE = GeneralMistake(
    "code",
    "code.no-rate",
    N_("the learning rate is left out"),
    N_("update() moves the parameters by their whole gradients. What is rate for?"),
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
