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
            N_("Cross-entropy sends each target t the upstream times −log p, divided by the number of rows."),
        ),
        confirmation=(
            N_("the upstream times −t/p, over the number of rows"),
            N_("the upstream times −log p, over the number of rows"),
        ),
        skill_name=(
            N_("cross-entropy: prediction"),
            N_("cross-entropy: target"),
        ),
        question=(
            N_(
                "The loss of a row is minus the sum of its t·log p, and cross-entropy is the mean over the "
                "rows. What is the derivative of log p?"
            ),
            N_(
                "The loss of a row is minus the sum of its t·log p, and cross-entropy is the mean over the "
                "rows. What is the target t multiplied by?"
            ),
        ),
        why=N_(
            "Only −t·log p depends on a prediction p. The derivative of log p is 1/p, so the less "
            "probable the true class seemed, the larger the gradient. The loss is a mean over N rows, "
            "so each row counts only 1/N."
        ),
        mistakes=(
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: _upstream_per_row(e) * weighted_inverse(e.o, e.x),
                N_(
                    "The sizes are right. When the predicted probability of the true class rises, does the "
                    "loss rise or fall?"
                ),
                slots=(0,),
                asks_in_words=N_("Did you leave out the minus sign?"),
            ),
            Mistake(
                "no-one-over-y",
                N_("1/p left out"),
                lambda e: -_upstream_per_row(e) * e.o,
                N_(
                    "Only one factor is missing. Cross-entropy takes log p of each prediction: what is "
                    "the derivative of log p?"
                ),
                slots=(0,),
                asks_in_words=N_("Did you leave out the factor 1/p?"),
            ),
            Mistake(
                "log-itself",
                N_("log instead of its derivative"),
                lambda e: -_upstream_per_row(e) * weighted_log(e.o, e.x),
                N_(
                    "That uses log p itself, as the loss does. We want the derivative with respect to p: "
                    "what is the derivative of log p?"
                ),
                slots=(0,),
                asks_in_words=N_("Did you use log p itself?"),
            ),
            Mistake(
                "not-by-rows",
                N_("not divided by the number of rows"),
                lambda e: -broadcast_like(e.g, e.x) * weighted_inverse(e.o, e.x),
                N_("That would be right for a sum. The loss is a mean over the rows: how many rows are there?"),
                slots=(0,),
                asks_in_words=N_("Did you leave out the division by the number of rows?"),
            ),
            Mistake(
                "both-nodes",
                N_("CE and softmax in one step"),
                lambda e: _upstream_per_row(e) * (e.x - e.o),
                N_(
                    "p − t is right for CE and softmax together. This blank is the gradient of p: what "
                    "comes back through CE alone?"
                ),
                slots=(0,),
                asks_in_words=N_("Did you use p − t, the rule for CE and softmax together?"),
            ),
            Mistake(
                "no-minus",
                N_("minus sign left out"),
                lambda e: _upstream_per_row(e) * log(e.o),
                N_("The sizes are right. Which sign does the loss have in front of the sum of t·log p?"),
                slots=(1,),
                asks_in_words=N_("Did you leave out the minus sign?"),
            ),
            Mistake(
                "not-by-rows",
                N_("not divided by the number of rows"),
                lambda e: -broadcast_like(e.g, e.x) * log(e.o),
                N_("That would be right for a sum. The loss is a mean over the rows: how many rows are there?"),
                slots=(1,),
                asks_in_words=N_("Did you leave out the division by the number of rows?"),
            ),
            Mistake(
                "other-operand",
                N_("the other matrix's gradient"),
                lambda e: -_upstream_per_row(e) * weighted_inverse(e.x, e.o),
                N_(
                    "That is the rule for the predictions, but this input is the targets. What is each "
                    "target multiplied by in the loss?"
                ),
                slots=(1,),
                asks_in_words=N_("Did you use the rule for the predictions?"),
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
                "The mean squared error sends each prediction p the upstream times twice its error p − "
                "t, divided by the number of errors."
            ),
            N_(
                "The mean squared error sends each target t the upstream times minus twice its error p "
                "− t, divided by the number of errors."
            ),
        ),
        confirmation=(
            N_("the upstream times 2·(p − t), over the number of cells"),
            N_("the upstream times 2·(t − p), over the number of cells"),
        ),
        skill_name=(
            N_("squared error: prediction"),
            N_("squared error: target"),
        ),
        question=(
            N_("Each error p − t enters the mean as its square. What is the derivative of a square?"),
            N_("Each error p − t enters the mean as its square. When the target t rises, does p − t rise or fall?"),
        ),
        why=N_(
            "An error e enters the mean as e², which has the derivative 2e. The mean divides it by the "
            "number of errors. The target is subtracted in the error p − t, so its gradient has the "
            "opposite sign."
        ),
        mistakes=(
            Mistake(
                "wrong-way",
                N_("error with the opposite sign"),
                lambda e: broadcast_like(e.g * 2 / size(e.x), e.x) * (e.o - e.x),
                N_("The sizes are right. When this input rises a little, does the error p − t rise or fall?"),
                asks_in_words=N_("Did you swap the prediction and the target?"),
            ),
            Mistake(
                "no-two",
                N_("factor 2 left out"),
                lambda e: broadcast_like(e.g / size(e.x), e.x) * (e.x - e.o),
                N_("The error is right. What happens to the exponent 2 when you differentiate a square?"),
                asks_in_words=N_("Did you leave out the factor 2 of the square?"),
            ),
            Mistake(
                "sum-for-mean",
                N_("sum instead of mean"),
                lambda e: broadcast_like(e.g * 2, e.x) * (e.x - e.o),
                N_("That would be right for a sum of squares. This is their mean: how many squares are there?"),
                asks_in_words=N_("Did you leave out the division of the mean?"),
            ),
            Mistake(
                "by-rows",
                N_("divided by the number of rows"),
                lambda e: broadcast_like(e.g * 2 / num_rows(e.x), e.x) * (e.x - e.o),
                N_(
                    "It is right to divide, but not by the number of rows. This is a mean over all "
                    "cells: how many cells are there?"
                ),
                correct_for_shape=lambda rows, columns: columns == 1,
                asks_in_words=N_("Did you divide by the number of rows?"),
            ),
            Mistake(
                "squared",
                N_("square instead of its derivative"),
                lambda e: broadcast_like(e.g / size(e.x), e.x) * (e.x - e.o) ** 2,
                N_("That uses the squared errors themselves. What is the derivative of a square?"),
                asks_in_words=N_("Did you use the squared errors themselves?"),
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
        rule=(
            N_(
                "Cross-entropy sends the prediction p at each row's label the upstream times −1/p, divided by the number "
                "of rows. All other predictions get 0."
            ),
        ),
        question=(
            N_(
                "The loss of a row is −log p for the prediction p at its label, and cross-entropy is the mean over the "
                "rows. What is the derivative of log p?"
            ),
        ),
        confirmation=(N_("the upstream times −1/p at the label, over the number of rows"),),
        skill_name=declared.skill_name[:1],
        mistakes=tuple(with_targets(mistake) for mistake in declared.mistakes if mistake.slots == (0,)),
    )


def _loss_of_logits(shape: tuple[int, int]) -> Callable[..., Value]:
    """Return the loss in floats if the predictions are the softmax of `x`."""
    return lambda p, labels, x: -sum_axis(at_labels(stable.log_softmax(p, x), labels, shape)) / shape[0]


def _vjp_of_logits(shape: tuple[int, int]) -> Callable[..., Value]:
    return lambda g, z, p, labels, x: spread_to_labels(-g / shape[0] / at_labels(p, labels, shape), labels, shape)
