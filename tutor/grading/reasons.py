"""Reasons to choose from after a right answer: the rule that gives it, and two that named mistakes follow."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from hashlib import sha256
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Num
from tutor.algebra.printing import format_brief
from tutor.grading.confirmation import reason_at
from tutor.grading.mistakes.candidate import is_close
from tutor.grading.mistakes.finder import candidates_at
from tutor.grading.tolerances import FLOAT_TOLERANCE
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: Decimals with a denominator up to this are shown in full.
_MAX_DENOMINATOR = 1_000
#: How many reasons there are to choose from.
NUM_REASONS = 3

_OTHER = N_("the upstream times the other input")
_OWN = N_("the upstream times this input's own value")
_UNCHANGED = N_("the upstream, passed on unchanged")
_NEGATED = N_("the upstream with the opposite sign")
_SHARED = N_("the upstream divided evenly between the inputs")
_BACKWARDS = N_("the upstream with the calculation of {node} inverted")
_TIMES_OUTPUT = N_("the upstream times the output of {node}")
_NOT_TRANSPOSED = N_("the upstream times the other matrix, not transposed")
_NOT_SPREAD = N_("the upstream as a single number")
_TIMES_CELL = N_("the upstream times the value of each cell")
_TO_ALL = N_("the upstream to both inputs")
_TO_LOSER = N_("the upstream to the other input, 0 to this one")
_WRONG_AXIS = N_("what comes back, summed along the other axis")

#: What a mistake takes the gradient for, as a noun phrase.
_WRONG_REASONS: Mapping[str, str] = {
    "add.undo": _BACKWARDS,
    "add.split": _SHARED,
    "add.times-rule": _OTHER,
    "add.own-input": _OWN,
    "sub.no-minus": _UNCHANGED,
    "sub.minus-on-first": _NEGATED,
    "sub.undo": _BACKWARDS,
    "sub.split": _SHARED,
    "sub.times-rule": _OTHER,
    "mul.own-input": _OWN,
    "mul.plus-rule": _UNCHANGED,
    "mul.undo": _BACKWARDS,
    "mul.both-inputs": N_("the upstream times both inputs"),
    "mul.sum-of-inputs": N_("the upstream times the sum of the inputs"),
    "div.no-minus": N_("the upstream times numerator/denominator²"),
    "div.no-numerator": N_("the upstream times −1/denominator²"),
    "div.no-square": N_("the upstream times −numerator/denominator"),
    "div.as-times": _OTHER,
    "div.undo": _BACKWARDS,
    "div.upside-down": N_("the upstream divided by the numerator"),
    "div.numerator-rule": N_("the upstream times one over the denominator"),
    "neg.no-minus": _UNCHANGED,
    "inv.no-minus": N_("the upstream times 1/x² for input x"),
    "inv.no-square": N_("the upstream times −1/x for input x"),
    "inv.at-output": N_("the upstream times −1/y² for output y"),
    "inv.log": N_("the upstream times log x for input x"),
    "inv.two-x": N_("the upstream times −1/(2x) for input x"),
    "inv.undo": _BACKWARDS,
    "inv.logs-rule": N_("the upstream times 1/x for input x"),
    "pow.no-factor": N_("the upstream times x^(n − 1), without the factor n"),
    "pow.not-lowered": N_("the upstream times n·x^n"),
    "pow.function-itself": _TIMES_OUTPUT,
    "pow.undo": _BACKWARDS,
    "pow.no-log": N_("the upstream times the power itself"),
    "pow.power-rule": N_("the upstream times n·x^(n − 1)"),
    "exp.power-rule": N_("the upstream times x·e^(x − 1) for input x"),
    "exp.times-inner": N_("the upstream times x·e^x for input x"),
    "exp.at-output": N_("the upstream times e^y for output y"),
    "exp.undo": _BACKWARDS,
    "exp.logs-rule": N_("the upstream times one over the input"),
    "log.at-output": N_("the upstream times one over the output"),
    "log.times-input": N_("the upstream times the input"),
    "log.undo": _BACKWARDS,
    "log.exps-rule": N_("the upstream times e^x for input x"),
    "log.differentiated-twice": N_("the upstream times −1/x² for input x"),
    "sigmoid.forgot-1-minus": N_("the upstream times y for output y"),
    "sigmoid.one-minus-y": N_("the upstream times 1 − y for output y"),
    "sigmoid.y-squared": N_("the upstream times y·y for output y"),
    "sigmoid.sigma-at-input": N_("the upstream times x·(1 − x) for input x"),
    "sigmoid.tanhs-rule": N_("the upstream times 1 − y² for output y"),
    "sqrt.no-half": N_("the upstream times one over the output"),
    "sqrt.half-over-x": N_("the upstream times one over twice the input"),
    "sqrt.half-only": N_("half the upstream"),
    "sqrt.not-lowered": N_("the upstream times half of the output"),
    "sqrt.undo": _BACKWARDS,
    "sin.swapped-sign": N_("the upstream times −cos of the input"),
    "sin.function-itself": _TIMES_OUTPUT,
    "sin.at-output": N_("the upstream times cos of the output"),
    "sin.cosines-rule": N_("the upstream times −sin of the input"),
    "cos.swapped-sign": N_("the upstream times sin of the input"),
    "cos.function-itself": _TIMES_OUTPUT,
    "cos.at-output": N_("the upstream times −sin of the output"),
    "tanh.sigmas-rule": N_("the upstream times y·(1 − y) for output y"),
    "tanh.at-input": N_("the upstream times 1 − x² for input x"),
    "tanh.no-square": N_("the upstream times 1 − y for output y"),
    "tanh.y-squared": N_("the upstream times y² for output y"),
    "softplus.at-output": N_("the upstream times σ of the output"),
    "softplus.sigmas-rule": N_("the upstream times y·(1 − y) for output y"),
    "softplus.function-itself": _TIMES_OUTPUT,
    "relu.open-gate": N_("the upstream, whatever the sign of the input"),
    "relu.gate-on-gradient": N_("the upstream if it is above 0, else 0"),
    "relu.passes-value": _OWN,
    "abs.unsigned": _UNCHANGED,
    "abs.absolute-gradient": N_("the absolute value of the upstream"),
    "abs.passes-value": _OWN,
    "max.both": _TO_ALL,
    "max.loser": _TO_LOSER,
    "max.split": _SHARED,
    "max.passes-value": _OWN,
    "max.times-rule": _OTHER,
    "min.both": _TO_ALL,
    "min.loser": _TO_LOSER,
    "min.split": _SHARED,
    "min.passes-value": _OWN,
    "min.times-rule": _OTHER,
    "matmul.transposed-result": N_("the transpose of the result"),
    "matmul.no-transpose": _NOT_TRANSPOSED,
    "matmul.wrong-side": N_("the two factors in the opposite order"),
    "matmul.elementwise": N_("the upstream times the other matrix, cell by cell"),
    "matmul.other-itself": N_("the other matrix alone"),
    "matvec.no-transpose": _NOT_TRANSPOSED,
    "dot.own-input": N_("the upstream times this vector's own entries"),
    "dot.plus-rule": N_("the upstream in every entry"),
    "transpose.not-transposed": _UNCHANGED,
    "broadcast.not-summed": N_("what comes back, without summing the copies"),
    "broadcast.mean-for-sum": N_("the mean of what comes back from the copies"),
    "broadcast.wrong-axis": _WRONG_AXIS,
    "broadcast.added-up": N_("the sum of all cells of the upstream"),
    "softmax.diagonal": N_("the upstream times y·(1 − y), cell by cell"),
    "softmax.forgot-1-minus": N_("y times the upstream"),
    "softmax.plain-mean": N_("y times (the upstream minus its mean)"),
    "softmax.factor-left-out": N_("the upstream minus its y-weighted mean"),
    "sum.split": N_("the upstream divided by the number of cells"),
    "sum.times-cell": _TIMES_CELL,
    "sum.not-spread": _NOT_SPREAD,
    "sum.wrong-axis": _WRONG_AXIS,
    "mean.no-one-over-n": N_("the upstream in every cell"),
    "mean.times-cell": _TIMES_CELL,
    "mean.not-spread": _NOT_SPREAD,
    "cross_entropy.no-minus": N_("the upstream times t/p, over the number of rows"),
    "cross_entropy.no-one-over-y": N_("the upstream times −t, over the number of rows"),
    "cross_entropy.log-itself": N_("the upstream times −t·log p, over the number of rows"),
    "cross_entropy.both-nodes": N_("p − t, over the number of rows"),
    "mse.wrong-way": N_("the result with the opposite sign"),
    "mse.no-two": N_("the result without the factor 2"),
    "mse.sum-for-mean": N_("the upstream times 2·(p − t), not divided by the cells"),
    "mse.squared": N_("the upstream times (p − t)², over the number of cells"),
    "branch.one-branch": N_("the gradient of one edge alone"),
    "branch.product": N_("the product of the gradients that came back"),
    "branch.averaged": N_("the mean of the gradients that came back"),
    "branch.difference": N_("the difference of the gradients that came back"),
    "any.dropped-upstream": N_("the local derivative of {node} alone"),
    "any.upstream-only": _UNCHANGED,
    "any.added": N_("the upstream plus the local derivative of {node}"),
    "any.inverted-local": N_("the upstream divided by the local derivative of {node}"),
    "any.times-output": _TIMES_OUTPUT,
    "any.forward-value": N_("the forward value of this edge"),
    "any.wrong-sign": N_("the result with the opposite sign"),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement about the gradient at a blank. `mistake` is the mistake that leads to it, empty if it is true.

    `value` is what it gives on these numbers.
    """

    text: Message
    mistake: str
    value: Value

    @property
    def right(self) -> bool:
        return not self.mistake


def reasons_at(problem: Problem, blank: Blank, key: str) -> tuple[Reason, ...]:
    """Return three reasons in the order in which they are shown, chosen and shuffled by `key`.

    None are returned where the rule has no words of its own, or too few mistakes have.
    """
    # Mistakes are not looked for among formulas of matrices.
    right = None if problem.has_matrix_symbols else _right_reason(problem, blank)
    if right is None:
        return ()

    def order(reason: Reason, purpose: str = "choice") -> bytes:
        return sha256(f"{key}\n{purpose}\n{blank.id}\n{reason.mistake}".encode()).digest()

    wrong = list(_wrong_reasons(problem, blank, right))
    own = [reason for reason in wrong if not reason.mistake.startswith("any.")]
    general = [reason for reason in wrong if reason.mistake.startswith("any.")]
    chosen = [*sorted(own, key=order), *sorted(general, key=order)][: NUM_REASONS - 1]
    if len(chosen) < NUM_REASONS - 1:
        return ()
    # With the order of the choice, the right reason would often come last.
    return tuple(sorted([right, *chosen], key=lambda reason: order(reason, "place")))


def _right_reason(problem: Problem, blank: Blank) -> Reason | None:
    if blank.kind == "sum":
        return Reason(message(N_("the sum of the gradients that came back")), "", problem.truth(blank))
    if blank.edge is None:
        return None
    operation = problem.graph.nodes[blank.edge.target].operation
    if not operation.confirmation:
        return None
    # The words of + and − would name the node, and with it give themselves away.
    is_passed_on = operation.id in ("add", "sub") and not (operation.id == "sub" and blank.edge.slot)
    text = message(_UNCHANGED) if is_passed_on else reason_at(problem, blank)
    return Reason(text, "", problem.truth(blank))


def _wrong_reasons(problem: Problem, blank: Blank, right: Reason) -> Iterator[Reason]:
    """Yield the reasons of mistakes that give another value here, each text once."""
    node = problem.graph.nodes[blank.edge.target].symbol if blank.edge else ""
    seen = {str(right.text)}
    for candidate in candidates_at(problem, blank):
        template = _WRONG_REASONS.get(candidate.id)
        if template is None or candidate.other_node or candidate.on_wrong_upstream:
            continue
        text = message(template, node=node)
        if str(text) not in seen:
            seen.add(str(text))
            yield Reason(text, candidate.id, candidate.value)


def wrong_reason_message(reason: Reason) -> Message:
    """Return what is said to a wrong reason, before the right one."""
    if ops.is_matrix(reason.value):
        return message(N_("That would give another matrix."))
    return message(N_("That would give {value}."), value=format_brief(_without_rounding(reason.value)))


def _without_rounding(value: Value) -> Value:
    """Return the short decimal that a float approximates, because 21.00 looks like a rounded value."""
    if not isinstance(value, float):
        return value
    short = Fraction(value).limit_denominator(_MAX_DENOMINATOR)
    return Num(short) if is_close(float(short), value, FLOAT_TOLERANCE) else value
