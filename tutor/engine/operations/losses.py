"""Loss functions of predictions and targets.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output, l local derivative.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra.labels import at_labels, spread_to_labels
from tutor.algebra.ops import (
    Value,
    broadcast_like,
    constant_like,
    log,
    num_rows,
    size,
    sum_axis,
    weighted_inverse,
    weighted_log,
)
from tutor.engine import shapes
from tutor.engine.operation import EdgeContext, FusedForm, Mistake, Operation
from tutor.engine.operations import stable
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable


def _upstream_per_row(e: EdgeContext) -> Value:
    """Return the upstream divided by the number of rows, in every cell."""
    return broadcast_like(e.g / num_rows(e.x), e.x)


TABLE = (
    Operation(
        id="cross_entropy",
        symbol="CE",
        title=N_("cross-entropy"),
        shape_rule=shapes.scalar_of_matrices,
        forward=lambda p, t: -sum_axis(weighted_log(t, p)) / num_rows(p),
        vjp=(
            lambda g, z, p, t: -broadcast_like(g / num_rows(p), p) * weighted_inverse(t, p),
            lambda g, z, p, t: -broadcast_like(g / num_rows(p), p) * log(p),
        ),
        fused={
            "softmax": FusedForm(
                stable.cross_entropy,
                (
                    lambda g, z, p, t, x: -broadcast_like(g / num_rows(p), p) * weighted_inverse(t, p),
                    stable.cross_entropy_targets_vjp,
                ),
            )
        },
        ends_pass=True,
        rule=(
            N_("Cross-entropy sends each prediction p the upstream times −t/p, divided by the number of rows."),
            N_("Cross-entropy sends each target the upstream times −log p, divided by the number of rows."),
        ),
        confirmation=(
            N_("the upstream times −t/p, over the number of rows"),
            N_("the upstream times −log p, over the number of rows"),
        ),
        skill_name=(
            N_("cross entropy, to the prediction"),
            N_("cross entropy, to the target"),
        ),
        question=(
            N_("Cross-entropy is minus the mean over the rows of t·log p. How fast does log p rise at this p?"),
            N_("Cross-entropy is minus the mean over the rows of t·log p. What stands beside this t?"),
        ),
        why=N_(
            "Only −t·log p depends on a prediction p. "
            "The slope of log p is 1/p: the less the right class was expected, the harder the push. "
            "The loss is a mean over the rows, so each row counts by one part of them."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: _upstream_per_row(e) * weighted_inverse(e.o, e.x),
                N_("The sizes are right. When the prediction of the right class grows, does the loss grow or shrink?"),
                slots=(0,),
            ),
            Mistake(
                "no-one-over-y",
                N_("1/p left out"),
                lambda e: -_upstream_per_row(e) * e.o,
                N_("The targets are in it. But log p is steep where p is small: where is the p of these predictions?"),
                slots=(0,),
            ),
            Mistake(
                "log-itself",
                N_("log instead of its slope"),
                lambda e: -_upstream_per_row(e) * weighted_log(e.o, e.x),
                N_("That is −t·log p, the loss itself. Asked is how fast it moves with p: what is the slope of log?"),
                slots=(0,),
            ),
            Mistake(
                "not-by-rows",
                N_("not divided by the rows"),
                lambda e: -broadcast_like(e.g, e.x) * weighted_inverse(e.o, e.x),
                N_("That would be right for a sum. The loss is a mean over the rows: how many are there?"),
                slots=(0,),
            ),
            Mistake(
                "both-nodes",
                N_("two nodes in one step"),
                lambda e: _upstream_per_row(e) * (e.x - e.o),
                N_("p − t is what comes back through CE and softmax together. This blank lies between the two."),
                slots=(0,),
            ),
            Mistake(
                "no-minus",
                N_("minus left out"),
                lambda e: _upstream_per_row(e) * log(e.o),
                N_("The sizes are right. Which sign stands in front of the sum of t·log p?"),
                slots=(1,),
            ),
            Mistake(
                "not-by-rows",
                N_("not divided by the rows"),
                lambda e: -broadcast_like(e.g, e.x) * log(e.o),
                N_("That would be right for a sum. The loss is a mean over the rows: how many are there?"),
                slots=(1,),
            ),
            Mistake(
                "other-operand",
                N_("the other matrix's gradient"),
                lambda e: -_upstream_per_row(e) * weighted_inverse(e.x, e.o),
                N_("That is what the predictions get back. This line carries the targets."),
                slots=(1,),
            ),
        ),
    ),
    Operation(
        id="mse",
        symbol="MSE",
        title=N_("mean squared error"),
        shape_rule=shapes.scalar_of_pair,
        forward=lambda p, t: sum_axis((p - t) ** 2) / size(p),
        vjp=(
            lambda g, z, p, t: broadcast_like(g * 2 / size(p), p) * (p - t),
            lambda g, z, p, t: broadcast_like(g * 2 / size(p), p) * (t - p),
        ),
        ends_pass=True,
        rule=(
            N_(
                "The mean squared error sends each prediction the upstream times twice its error, divided by their number."
            ),
            N_(
                "The mean squared error sends each target the upstream times minus twice its error, divided by their number."
            ),
        ),
        confirmation=(
            N_("the upstream times 2·(p − t), over the number of cells"),
            N_("the upstream times 2·(t − p), over the number of cells"),
        ),
        skill_name=(
            N_("squared error, to the prediction"),
            N_("squared error, to the target"),
        ),
        question=(
            N_("Each cell adds the square of its error to a mean. How fast does a square rise?"),
            N_("When the target rises, does the error p − t rise or fall?"),
        ),
        why=N_(
            "An error e counts as e², whose slope is 2e. "
            "The mean divides that by the number of errors. "
            "A target stands behind a minus in its error, so its sign is the other one."
        ),
        mistakes=(
            Mistake(
                "wrong-way",
                N_("error the wrong way round"),
                lambda e: broadcast_like(e.g * 2 / size(e.x), e.x) * (e.o - e.x),
                N_("The sizes are right. When this line rises a little, does the error become larger or smaller?"),
            ),
            Mistake(
                "no-two",
                N_("factor 2 left out"),
                lambda e: broadcast_like(e.g / size(e.x), e.x) * (e.x - e.o),
                N_("The error and the mean are there. What happens to the exponent 2 of a square?"),
            ),
            Mistake(
                "sum-for-mean",
                N_("sum instead of mean"),
                lambda e: broadcast_like(e.g * 2, e.x) * (e.x - e.o),
                N_("That would be right for a sum of squares. This is their mean: over how many cells?"),
            ),
            Mistake(
                "by-rows",
                N_("divided by the rows only"),
                lambda e: broadcast_like(e.g * 2 / num_rows(e.x), e.x) * (e.x - e.o),
                N_("You divided by the number of rows. This mean goes over all cells: how many are there?"),
                correct_for_shape=lambda rows, columns: columns == 1,
            ),
            Mistake(
                "squared",
                N_("the square instead of its slope"),
                lambda e: broadcast_like(e.g / size(e.x), e.x) * (e.x - e.o) ** 2,
                N_("Those are the squares themselves. How fast does a square rise when the error rises?"),
            ),
        ),
    ),
)


# --- labels ----------------------------------------------------------------------------------------------------


def cross_entropy_of_labels(shape: tuple[int, int]) -> Operation:
    """Return the cross-entropy of predictions of this shape with a label for each row instead of one-hot targets.

    It is the same rule: only the prediction at the label has a target that is not 0.
    """
    declared = next(operation for operation in TABLE if operation.id == "cross_entropy")

    def one_hot(p: Value, labels: Value) -> Value:
        return spread_to_labels(constant_like(1, sum_axis(p)), labels, shape)

    def with_targets(mistake: Mistake) -> Mistake:
        return replace(mistake, rule=lambda e: mistake.rule(replace(e, operands=(e.x, one_hot(e.x, e.o)))))

    return replace(
        declared,
        forward=lambda p, labels: -sum_axis(log(at_labels(p, labels, shape))) / shape[0],
        vjp=(
            lambda g, z, p, labels: spread_to_labels(-g / shape[0] / at_labels(p, labels, shape), labels, shape),
            lambda g, z, p, labels: g,
        ),
        fused={"softmax": FusedForm(_loss_of_logits(shape), (_vjp_of_logits(shape), lambda g, z, *operands: g))},
        shape_rule=lambda shapes, offset, name: None,
        data_slots=(1,),
        index_sizes={1: shape[1]},
        rule=declared.rule[:1],
        question=declared.question[:1],
        confirmation=declared.confirmation[:1],
        skill_name=declared.skill_name[:1],
        mistakes=tuple(with_targets(mistake) for mistake in declared.mistakes if mistake.slots == (0,)),
    )


def _loss_of_logits(shape: tuple[int, int]) -> Callable[..., Value]:
    """Return the loss in floats if the predictions are the softmax of `x`."""
    return lambda p, labels, x: -sum_axis(at_labels(stable.log_softmax(p, x), labels, shape)) / shape[0]


def _vjp_of_logits(shape: tuple[int, int]) -> Callable[..., Value]:
    return lambda g, z, p, labels, x: spread_to_labels(-g / shape[0] / at_labels(p, labels, shape), labels, shape)
