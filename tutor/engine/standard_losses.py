"""Losses as standard functions: those with labels or one-hot targets, and the rules and texts of the others.

In the rules of mistakes, e is an `EdgeContext`: g upstream, x own input, o other input, z output.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.evaluate import Evaluator, shape_mismatch
from tutor.algebra.expr import Expr
from tutor.algebra.labels import are_labels, at_labels, check_labels, index_text, spread_to_labels
from tutor.algebra.ops import broadcast_like, constant_like, log, sigmoid, sum_axis
from tutor.engine.operation import EdgeContext, Mistake, Operation
from tutor.engine.operations import stable
from tutor.engine.standard_function import StandardFunction, computed_by_parts
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.standard_function import Form


@dataclass(frozen=True)
class LabelLoss(StandardFunction):
    """A loss of scores, a row for each sample, and targets: labels, or one-hot rows of the same shape.

    `matrix_text` is the loss with one-hot targets. With labels, the loss is minus the entries of `scores` at the labels, or
    minus their mean.
    """

    scores: str = ""
    is_mean: bool = True

    def arrange(
        self, form: Form, operands: tuple[Shape | Expr, ...], offset: int
    ) -> tuple[str, tuple[str, ...], tuple[Shape | Expr, ...]]:
        """Return the text for labels or for one-hot targets."""
        # The offset of an error is that of the call.
        if not are_labels(form.shapes, offset, self.name):
            if form.shapes[1] != form.shapes[0]:
                raise shape_mismatch(form.shapes, offset)
            return self.matrix_text, self.inputs, operands
        assert form.shapes[0]
        labels = operands[1]
        if isinstance(labels, Expr):
            check_labels(Evaluator({})(labels), form.shapes[0][1], offset)
        taken = f"{self.scores}{index_text(form.shapes, self.inputs[1])}"
        return f"-mean({taken})" if self.is_mean and form.shapes[1] else f"-{taken}", self.inputs, operands


def _takes_labels(form: Form) -> bool:
    return are_labels(form.shapes, 0, "")


@dataclass(frozen=True)
class _Targets:
    """The targets of a loss, whether they are labels or one-hot rows."""

    shape: tuple[int, int]
    are_labels: bool

    def one_hot(self, targets: Value, like: Value) -> Value:
        """Return the targets as rows, exact or in floats like another value."""
        if not self.are_labels:
            return targets
        return spread_to_labels(constant_like(1, sum_axis(like)), targets, self.shape)

    def difference(self, x: Value, targets: Value) -> Value:
        """Return softmax(x) minus the targets."""
        p, t = ops.softmax(x), self.one_hot(targets, x)
        return p - t if self.are_labels else p * sum_axis(t, 1) - t

    def stable_difference(self, x: Value, targets: Value) -> Value:
        """Return the same for floats, without subtracting numbers that are nearly equal."""
        return stable.weighted_differences(broadcast_like(self.one_hot(targets, x), x), ops.softmax(x))


def loss_of_logits(form: Form) -> Operation:
    """Return the declaration of the cross-entropy of softmax(A): its short gradient, and no overflow in floats."""
    assert form.shapes[0]
    shape = form.shapes[0]
    targets = _Targets(shape, _takes_labels(form))
    rows = shape[0]

    def forward(x: Value, t: Value) -> Value:
        logs = stable.log_softmax(x, x)
        picked = at_labels(logs, t, shape) if targets.are_labels else stable.weighted_logs(t, logs)
        return -sum_axis(picked) / rows

    def share(g: Value, x: Value) -> Value:
        return g / rows if not ops.is_array(g) else broadcast_like(g / rows, x)

    def mistake(
        name: str,
        label: str,
        rule: Callable[[EdgeContext], Value],
        feedback: str,
        asks: str,
        correct_for_shape: Callable[[int, int], bool] | None = None,
    ) -> Mistake:
        return Mistake(name, label, rule, feedback, slots=(0,), asks=asks, correct_for_shape=correct_for_shape)

    def other(e: EdgeContext) -> Value:
        return targets.one_hot(e.o, e.x)

    return Operation(
        id="cross_entropy_with_logits",
        symbol="cross_entropy_with_logits",
        title=N_("cross-entropy of logits"),
        forward=forward,
        vjp=(
            lambda g, z, x, t: share(g, x) * targets.difference(x, t),
            lambda g, z, x, t: -share(g, x) * log(ops.softmax(x)),
        ),
        stable=(
            lambda g, z, x, t: share(g, x) * targets.stable_difference(x, t),
            lambda g, z, x, t: -share(g, x) * stable.log_softmax(x, x),
        ),
        data_slots=(1,) if targets.are_labels else (),
        rule=(
            N_(
                "{node} sends the logits the upstream times (P − Y)/n. P is their softmax by rows, Y "
                "has a 1 at the true class of each row and 0 elsewhere, and n is the number of rows."
            ),
            N_("{node} sends each target the upstream times −log P, divided by the number of rows."),
        ),
        confirmation=(
            N_("the upstream times (P − Y)/n, with P the softmax of the logits"),
            N_("the upstream times −log P, over the number of rows"),
        ),
        question=(
            N_(
                "{node} is a softmax and a cross-entropy in one node. If the probabilities of a row "
                "were equal to its targets, what would its gradient be?"
            ),
            N_(
                "The loss of a row is minus the sum of its t·log P, and {node} is the mean over the rows. "
                "What is the target t multiplied by?"
            ),
        ),
        why=N_(
            "The loss of a row is log Σ e^a minus the logit of the true class. The derivative of log Σ "
            "e^a is the softmax P, and at the true class the subtracted logit contributes −1. So each "
            "logit gets its probability minus its target, and the mean divides that by the number of "
            "rows."
        ),
        mistakes=(
            mistake(
                "not-subtracted",
                N_("target not subtracted"),
                lambda e: share(e.g, e.x) * ops.softmax(e.x),
                N_("Good, the probabilities are there. What do you subtract at the true class?"),
                N_("Did you leave out the 1 at the true class?"),
            ),
            mistake(
                "wrong-way",
                N_("difference with the opposite sign"),
                lambda e: -share(e.g, e.x) * targets.difference(e.x, e.o),
                N_("The sizes are right. When the logit of the true class rises, does the loss rise or fall?"),
                N_("Did you subtract the probabilities from the targets?"),
            ),
            mistake(
                "not-by-rows",
                N_("not divided by the number of rows"),
                lambda e: share(e.g, e.x) * rows * targets.difference(e.x, e.o),
                N_("That would be right for a sum. The loss is a mean over the rows: how many rows are there?"),
                N_("Did you leave out the division by the number of rows?"),
                correct_for_shape=lambda rows, columns: rows == 1,
            ),
            mistake(
                "by-cells",
                N_("divided by all cells"),
                lambda e: share(e.g, e.x) / shape[1] * targets.difference(e.x, e.o),
                N_(
                    "It is right to divide, but not by the number of all logits. The loss is a mean "
                    "over the rows: how many rows are there?"
                ),
                N_("Did you divide by the number of all cells?"),
                correct_for_shape=lambda rows, columns: columns == 1,
            ),
            mistake(
                "logits-for-softmax",
                N_("softmax left out"),
                lambda e: share(e.g, e.x) * (e.x - other(e)),
                N_(
                    "It is right to subtract the targets, but from probabilities. Which function turns "
                    "the logits into probabilities?"
                ),
                N_("Did you use the logits instead of their softmax?"),
            ),
            mistake(
                "stopped-at-softmax",
                N_("stopped before the softmax"),
                lambda e: -share(e.g, e.x) * other(e) / ops.softmax(e.x),
                N_(
                    "That is the gradient of the probabilities. Which function is between the logits and "
                    "the probabilities?"
                ),
                N_("Did you stop at the probabilities?"),
            ),
        ),
    )


def binary_loss_of_logits(form: Form) -> Operation:
    """Return the texts of the binary cross-entropy of σ(a)."""
    count = ops.num_cells(form.shapes[0])

    def share(e: EdgeContext) -> Value:
        return broadcast_like(e.g / count, e.x)

    return Operation(
        id="binary_cross_entropy_with_logits",
        symbol="binary_cross_entropy_with_logits",
        title=N_("binary cross-entropy of logits"),
        forward=computed_by_parts,
        rule=(
            N_("{node} sends each logit a the upstream times σ(a) − t, divided by the number of logits."),
            N_("{node} sends each target the upstream times −a, divided by the number of targets."),
        ),
        confirmation=(
            N_("the upstream times σ(a) − t, over the number of logits"),
            N_("the upstream times −a, over the number of targets"),
        ),
        question=(
            N_(
                "{node} is a sigmoid and a cross-entropy in one node. If σ(a) were equal to t, what would "
                "the gradient be?"
            ),
            N_("In {node}, the loss of one logit is softplus(a) − t·a. What is the target t multiplied by?"),
        ),
        why=N_(
            "The loss of one logit is softplus(a) − t·a. The derivative of softplus is σ, and that of "
            "t·a is t. So each logit gets its probability minus its target, as with softmax and "
            "cross-entropy."
        ),
        mistakes=(
            Mistake(
                "not-subtracted",
                N_("target not subtracted"),
                lambda e: share(e) * sigmoid(e.x),
                N_("Good, the probability is there. What is the derivative of −t·a?"),
                slots=(0,),
                asks=N_("Did you leave out the target?"),
            ),
            Mistake(
                "wrong-way",
                N_("difference with the opposite sign"),
                lambda e: share(e) * (e.o - sigmoid(e.x)),
                N_("The sizes are right. When the target is 1 and the logit rises, does the loss rise or fall?"),
                slots=(0,),
                asks=N_("Did you subtract the probability from the target?"),
            ),
            Mistake(
                "logit-for-sigmoid",
                N_("σ left out"),
                lambda e: share(e) * (e.x - e.o),
                N_(
                    "It is right to subtract the target, but from a probability. Which function turns "
                    "the logit into a probability?"
                ),
                slots=(0,),
                asks=N_("Did you use the logit instead of its σ?"),
            ),
            Mistake(
                "sigmoid-slope",
                N_("extra factor σ·(1 − σ)"),
                lambda e: share(e) * (sigmoid(e.x) - e.o) * sigmoid(e.x) * (constant_like(1, e.x) - sigmoid(e.x)),
                N_(
                    "σ(a) − t is right, and the derivative of σ has already cancelled in it. Which "
                    "factor in your answer should not be there?"
                ),
                slots=(0,),
                asks=N_("Did you multiply by σ·(1 − σ) as well?"),
            ),
        ),
    )


TABLE: tuple[StandardFunction, ...] = (
    LabelLoss(
        "cross_entropy_with_logits",
        ("A", "T"),
        "cross_entropy(softmax(A), T)",
        matrix_text="cross_entropy(softmax(A), T)",
        scores="log_softmax(A)",
        declare=loss_of_logits,
    ),
    LabelLoss(
        "cross_entropy_per_row",
        ("A", "T"),
        "-T * log_softmax(A)",
        matrix_text="-sum(T * log_softmax(A){across})",
        drops_axis=True,
        scores="log_softmax(A)",
        is_mean=False,
    ),
    LabelLoss(
        "nll_loss",
        ("L", "T"),
        "-T * L",
        matrix_text="-sum(T * L) / {rows}",
        scores="L",
    ),
    # Of two numbers or of each cell; of matrices the mean over all cells, as in PyTorch.
    StandardFunction(
        "huber",
        ("y", "t", "d"),
        "u = abs(y - t); m = min(u, d); m * (u - m / 2)",
        matrix_text="u = abs(y - t); m = min(u, d); mean(m * (u - m / 2))",
        defaults=("1",),
    ),
    StandardFunction(
        "smooth_l1",
        ("y", "t", "d"),
        "u = abs(y - t); m = min(u, d); m * (u - m / 2) / d",
        matrix_text="u = abs(y - t); m = min(u, d); mean(m * (u - m / 2)) / d",
        defaults=("1",),
    ),
    StandardFunction("mae", ("y", "t"), "abs(y - t)", matrix_text="mean(abs(y - t))"),
    # The targets are 1 and −1.
    StandardFunction("hinge", ("y", "t"), "relu(1 - t * y)", matrix_text="mean(relu(1 - t * y))"),
    StandardFunction(
        "binary_cross_entropy",
        ("p", "t"),
        "-(t * log(p) + (1 - t) * log(1 - p))",
        matrix_text="-mean(t * log(p) + (1 - t) * log(1 - p))",
    ),
    # softplus(a) − t·a is the same as the above at p = σ(a), and doesn't overflow.
    StandardFunction(
        "binary_cross_entropy_with_logits",
        ("a", "t"),
        "softplus(a) - t * a",
        matrix_text="mean(softplus(a) - t * a)",
        declare=binary_loss_of_logits,
    ),
    StandardFunction("kl_div", ("p", "q"), "p * log(p / q)", matrix_text="sum(p * log(p / q))"),
    # As PyTorch's kl_div: the log-probabilities of the model first, then the probabilities of the target.
    StandardFunction(
        "kl_div_from_logs",
        ("a", "p"),
        "p * (log(p) - a)",
        matrix_text="mean(p * (log(p) - a))",
    ),
    StandardFunction(
        "kl_div_from_logs_sum",
        ("a", "p"),
        "p * (log(p) - a)",
        matrix_text="sum(p * (log(p) - a))",
    ),
    StandardFunction(
        "kl_div_from_logs_batchmean",
        ("a", "p"),
        "p * (log(p) - a)",
        matrix_text="sum(p * (log(p) - a)) / {rows}",
    ),
    StandardFunction(
        "cosine_similarity",
        ("x", "y"),
        "x * y / (abs(x) * abs(y))",
        matrix_text="sum(x * y{across}) / (sqrt(sum(x^2{across})) * sqrt(sum(y^2{across})))",
        drops_axis=True,
    ),
)
