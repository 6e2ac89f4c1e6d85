"""The mistakes that happen at a node: where the lines of a branch meet, at a forward value, at the start."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tutor.grading.problem import Blank, Problem

_ONE_BRANCH = GeneralMistake(
    "branch",
    "branch.one-branch",
    N_("a line left out of the sum"),
    N_(
        "That came back along one line. The value of {name} went to {n} places: what came back from the others, "
        "and how do they go together?"
    ),
)
_MISSING_BRANCH = GeneralMistake(
    "branch",
    "branch.one-branch",
    N_("a line left out of the sum"),
    N_("Something is still missing. The value of {name} went to {n} places: what came back from each?"),
)
#: Where the start is no 1, nothing at the output tells it.
START_FROM_TEXT = N_(
    "The calculation goes on behind {output}: the start is what comes back from there. The text says it."
)
_PRODUCT = GeneralMistake(
    "branch",
    "branch.product",
    N_("multiplied instead of added"),
    N_("You multiplied what came back. Each line moves the output on its own: how do two movements go together?"),
)
_AVERAGED = GeneralMistake(
    "branch",
    "branch.averaged",
    N_("mean instead of sum"),
    N_("A branch takes no mean. Raise only {name} by 1: every line moves the output, each by its own amount."),
)
_FORWARD_VALUE = GeneralMistake(
    "branch",
    "any.forward-value",
    N_("forward value"),
    N_("{v} is the value that flowed forward here. Asked is what comes back."),
)
_START_VALUE = GeneralMistake(
    "start",
    "start.output-value",
    N_("started at the output's value"),
    N_("{v} is the output's value. The backward pass asks how much {name} moves when {name} moves by 1."),
)
_START_ZERO = GeneralMistake(
    "start",
    "start.zero",
    N_("zero"),
    N_("Zero would say that {name} doesn't move when {name} moves. By how much does it?"),
)
_START_ONE = GeneralMistake(
    "start",
    "start.one",
    N_("started at 1"),
    N_("1 is the start where the output is the end of everything. Here the calculation goes on: look at the text."),
)
_OTHER_OPERATION = GeneralMistake(
    "forward",
    "forward.other-operation",
    N_("another operation"),
    N_("That is another operation on the same values. Which sign stands in the node?"),
)
_OTHER_ORDER = GeneralMistake(
    "forward",
    "forward.other-order",
    N_("the other order"),
    N_("The two values are there, in the other order. Which line comes first?"),
)
_OPERAND = GeneralMistake(
    "forward",
    "forward.operand",
    N_("a value that flows in"),
    N_("That is a value that flows in. What does {node} make of it?"),
)
_SUM_SIGN = GeneralMistake(
    "branch",
    "any.wrong-sign",
    N_("wrong sign"),
    N_("The size is right. If this line grows, does the output grow or shrink?"),
)
_VALUE_SIGN = GeneralMistake("forward", "any.wrong-sign", N_("wrong sign"), N_("The size is right. Look at the sign."))


#: All of these, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(_ONE_BRANCH, _MISSING_BRANCH, _PRODUCT, _AVERAGED, _FORWARD_VALUE, _SUM_SIGN),
    *(_OTHER_OPERATION, _OTHER_ORDER, _OPERAND, _VALUE_SIGN),
    *(_START_VALUE, _START_ZERO, _START_ONE),
)


def branch_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    passes = problem.passes
    parts = [problem.truth(part, passes) for part in problem.branch_edges(blank)]
    for part in parts:
        yield _ONE_BRANCH.candidate(part)
    if len(parts) > 2:
        for left_out in range(len(parts)):
            rest = [part for i, part in enumerate(parts) if i != left_out]
            yield _MISSING_BRANCH.candidate(sum(rest[1:], rest[0]))
    product = parts[0]
    for part in parts[1:]:
        product = product * part
    yield _PRODUCT.candidate(product)
    yield _AVERAGED.candidate(passes.gradients[blank.node] / len(parts))
    yield _FORWARD_VALUE.candidate(passes.values[blank.node])
    yield _SUM_SIGN.candidate(-passes.gradients[blank.node])


def forward_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """What comes out where another operation is carried out, or none."""
    passes = problem.passes
    operands, right = passes.operands_of(blank.node), passes.values[blank.node]
    if len(operands) == 2:
        for op in ("add", "mul", "sub", "div"):
            for pair in (operands, operands[::-1]):
                value = apply_rule(lambda both, op=op: OPERATIONS[op].forward(*both), pair)
                if value is not None and op != problem.graph.nodes[blank.node].op:
                    yield _OTHER_OPERATION.candidate(value)
                elif value is not None:
                    yield _OTHER_ORDER.candidate(value)
    for operand in operands:
        yield _OPERAND.candidate(operand)
    yield _VALUE_SIGN.candidate(-right)


def start_mistakes(problem: Problem) -> Iterator[MistakeCandidate]:
    output = problem.passes.values[problem.graph.output_position]
    end = problem.starts_at_one
    for mistake, value in ((_START_VALUE, output), (_START_ZERO, ops.constant_like(0, output))):
        yield mistake.candidate(value) if end else MistakeCandidate(mistake.id, value, START_FROM_TEXT)
    yield _START_ONE.candidate(ops.constant_like(1, output))
