"""Losses: how far predictions are from targets.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import Value, count, log, rows, spread, total, weighted_inverse, weighted_log
from tutor.engine import shapes
from tutor.engine.operation import Behind, Mistake, Operation, Spot
from tutor.engine.operations import careful
from tutor.i18n import N_


def _by_row(e: Spot) -> Value:
    """The upstream's part for each row, in every cell."""
    return spread(e.g / rows(e.x), e.x)


TABLE = (
    Operation(
        id="cross_entropy",
        sign="CE",
        shape=shapes.number_from_matrices,
        forward=lambda p, t: -total(weighted_log(t, p)) / rows(p),
        pull=(
            lambda g, z, p, t: -spread(g / rows(p), p) * weighted_inverse(t, p),
            lambda g, z, p, t: -spread(g / rows(p), p) * log(p),
        ),
        behind={
            "softmax": Behind(
                careful.cross_entropy,
                (
                    lambda g, z, p, t, x: -spread(g / rows(p), p) * weighted_inverse(t, p),
                    careful.cross_entropy_to_targets,
                ),
            )
        },
        says=(
            N_("Cross-entropy sends each prediction p the upstream times −t/p, divided by the number of rows."),
            N_("Cross-entropy sends each target the upstream times −log p, divided by the number of rows."),
        ),
        asks=(
            N_("Cross-entropy is minus the mean over the rows of t·log p. How fast does log p rise at this p?"),
            N_("Cross-entropy is minus the mean over the rows of t·log p. What stands beside this t?"),
        ),
        mistakes=(
            Mistake(
                "no-minus",
                lambda e: _by_row(e) * weighted_inverse(e.o, e.x),
                N_("The sizes are right. When the prediction of the right class grows, does the loss grow or shrink?"),
                slots=(0,),
            ),
            Mistake(
                "no-one-over-y",
                lambda e: -_by_row(e) * e.o,
                N_("The targets are in it. But log p is steep where p is small: where is the p of these predictions?"),
                slots=(0,),
            ),
            Mistake(
                "log-itself",
                lambda e: -_by_row(e) * weighted_log(e.o, e.x),
                N_("That is −t·log p, the loss itself. Asked is how fast it moves with p: what is the slope of log?"),
                slots=(0,),
            ),
            Mistake(
                "not-by-rows",
                lambda e: -spread(e.g, e.x) * weighted_inverse(e.o, e.x),
                N_("That would be right for a sum. The loss is a mean over the rows: how many are there?"),
                slots=(0,),
            ),
            Mistake(
                "both-nodes",
                lambda e: _by_row(e) * (e.x - e.o),
                N_("p − t is what comes back through CE and softmax together. This blank lies between the two."),
                slots=(0,),
            ),
            Mistake(
                "no-minus",
                lambda e: _by_row(e) * log(e.o),
                N_("The sizes are right. Which sign stands in front of the sum of t·log p?"),
                slots=(1,),
            ),
            Mistake(
                "not-by-rows",
                lambda e: -spread(e.g, e.x) * log(e.o),
                N_("That would be right for a sum. The loss is a mean over the rows: how many are there?"),
                slots=(1,),
            ),
            Mistake(
                "other-operand",
                lambda e: -_by_row(e) * weighted_inverse(e.x, e.o),
                N_("That is what the predictions get back. This line carries the targets."),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="mse",
        sign="MSE",
        shape=shapes.number_from_pair,
        forward=lambda p, t: total((p - t) ** 2) / count(p),
        pull=(
            lambda g, z, p, t: spread(g * 2 / count(p), p) * (p - t),
            lambda g, z, p, t: spread(g * 2 / count(p), p) * (t - p),
        ),
        says=(
            N_(
                "The mean squared error sends each prediction the upstream times twice its error, divided by their number."
            ),
            N_(
                "The mean squared error sends each target the upstream times minus twice its error, divided by their number."
            ),
        ),
        asks=(
            N_("Each cell adds the square of its error to a mean. How fast does a square rise?"),
            N_("When the target rises, does the error p − t rise or fall?"),
        ),
        mistakes=(
            Mistake(
                "wrong-way",
                lambda e: spread(e.g * 2 / count(e.x), e.x) * (e.o - e.x),
                N_("The sizes are right. When this line rises a little, does the error become larger or smaller?"),
            ),
            Mistake(
                "no-two",
                lambda e: spread(e.g / count(e.x), e.x) * (e.x - e.o),
                N_("The error and the mean are there. What happens to the exponent 2 of a square?"),
            ),
            Mistake(
                "sum-for-mean",
                lambda e: spread(e.g * 2, e.x) * (e.x - e.o),
                N_("That would be right for a sum of squares. This is their mean: over how many cells?"),
            ),
            Mistake(
                "by-rows",
                lambda e: spread(e.g * 2 / rows(e.x), e.x) * (e.x - e.o),
                N_("You divided by the number of rows. This mean goes over all cells: how many are there?"),
            ),
            Mistake(
                "squared",
                lambda e: spread(e.g / count(e.x), e.x) * (e.x - e.o) ** 2,
                N_("Those are the squares themselves. How fast does a square rise when the error rises?"),
            ),
        ),
    ),
)
