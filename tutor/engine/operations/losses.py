"""Losses: how far predictions are from targets.

Mistakes are written with a `Spot` e: g upstream, x own input, o other input, z output, l local gradient.
"""

from __future__ import annotations

from tutor.algebra.values import count, log, rows, spread, total, weighted_inverse, weighted_log
from tutor.engine import shapes
from tutor.engine.operation import Behind, Operation
from tutor.engine.operations import careful
from tutor.i18n import N_

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
            N_("The mean squared error sends each prediction twice its error, divided by how many there are."),
            N_("The mean squared error sends each target minus twice its error, divided by how many there are."),
        ),
        asks=(
            N_("Each cell adds the square of its error to a mean. How fast does a square rise?"),
            N_("When the target rises, does the error p − t rise or fall?"),
        ),
    ),
)
