"""Mistakes at a node: at the sum of a branch, at a forward value, at the start."""

from __future__ import annotations

from dataclasses import replace
from functools import partial, reduce
from operator import add, mul
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply
from tutor.engine.operations import OPERATIONS
from tutor.grading.mistakes.calculations import shown_number
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tutor.algebra.expr import Expr
    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

_ONE_BRANCH = GeneralMistake(
    "branch",
    "branch.one-branch",
    N_("an edge left out of the sum"),
    N_(
        "That came back along one edge. The value of {name} goes to {n} places: what comes back from "
        "the others, and how do you combine it?"
    ),
    N_("Did you use the gradient of only one of the {n} edges?"),
)
_MISSING_BRANCH = GeneralMistake(
    "branch",
    "branch.one-branch",
    N_("an edge left out of the sum"),
    N_(
        "Adding is right, but one edge seems to be missing. The value of {name} goes to {n} places: what "
        "came back from each?"
    ),
    N_("Did you leave out one of the {n} edges?"),
)
#: For a start that is not 1: nothing at the output determines it.
START_FROM_TEXT = N_(
    "The calculation continues after {output}, so the start is the gradient that comes back from "
    "there. Which start does the text give?"
)
_PRODUCT = GeneralMistake(
    "branch",
    "branch.product",
    N_("multiplied instead of added"),
    N_(
        "That is the product of the gradients that came back. Each edge changes {goal} on its own: how "
        "do these changes combine?"
    ),
    N_("Did you multiply the gradients of the edges?"),
)
_AVERAGED = GeneralMistake(
    "branch",
    "branch.averaged",
    N_("mean instead of sum"),
    N_(
        "That is the mean of the gradients that came back. When {name} changes a little, {goal} "
        "changes through each of its {n} edges: what is the total change?"
    ),
    N_("Did you average the gradients of the edges?"),
)
_FORWARD_VALUE = GeneralMistake(
    "branch",
    "any.forward-value",
    N_("forward value"),
    N_(
        "{v} is the forward value of {name}. We want its gradient: how much does {goal} change when it "
        "changes a little?"
    ),
    N_("Did you use {own}?"),
)
_START_VALUE = GeneralMistake(
    "start",
    "start.output-value",
    N_("started from the output's value"),
    N_(
        "{v} is the value of {name}. The backward pass starts with its gradient: when {name} changes by 1, "
        "how much does {name} itself change?"
    ),
    N_("Did you use {final}?"),
)
_START_ZERO = GeneralMistake(
    "start",
    "start.zero",
    N_("answered zero"),
    N_("Zero would mean that {name} doesn't change when {name} changes. By how much does it change?"),
    N_("Did you enter 0 because nothing comes after {output}?"),
)
_START_ONE = GeneralMistake(
    "start",
    "start.one",
    N_("started at 1"),
    N_("The start is 1 only when the calculation ends at {output}. Here it continues: which start does the text give?"),
    N_("Did you enter 1 because most passes start with 1?"),
)
_OTHER_OPERATION = GeneralMistake(
    "forward",
    "forward.other-operation",
    N_("another operation"),
    N_("You used the right inputs, but another operation. What does {node} compute?"),
)
_OTHER_ORDER = GeneralMistake(
    "forward",
    "forward.other-order",
    N_("inputs in the wrong order"),
    N_("The operation is right, but the two inputs are swapped. Which one comes first?"),
)
_OPERAND = GeneralMistake(
    "forward",
    "forward.operand",
    N_("an input of the node"),
    N_("That value goes into {node}. What does {node} compute from it?"),
    N_("Did you enter a value that goes into {node}?"),
)
_OTHER_OUTCOME = GeneralMistake(
    "forward",
    "forward.comparison",
    N_("0 and 1 swapped"),
    N_("{node} outputs 1 if the comparison is true and 0 if it is false. Substitute the two inputs: is it true?"),
    N_("Did you mix up when {node} outputs 1 and when it outputs 0?"),
)
_SUM_SIGN = GeneralMistake(
    "branch",
    "any.wrong-sign",
    N_("wrong sign"),
    N_("The size is right. When {name} grows, does {goal} grow or shrink?"),
    N_("Did you lose a minus sign, or write one too many?"),
)
_VALUE_SIGN = GeneralMistake(
    "forward",
    "any.wrong-sign",
    N_("wrong sign"),
    N_("The size is right. Which sign should it have?"),
    N_("Did you lose a minus sign, or write one too many?"),
)


#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(_ONE_BRANCH, _MISSING_BRANCH, _PRODUCT, _AVERAGED, _FORWARD_VALUE, _SUM_SIGN),
    *(_OTHER_OPERATION, _OTHER_ORDER, _OTHER_OUTCOME, _OPERAND, _VALUE_SIGN),
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
            yield _MISSING_BRANCH.candidate(reduce(add, rest))
    yield _PRODUCT.candidate(reduce(mul, parts))
    yield _AVERAGED.candidate(passes.gradients[blank.node] / len(parts))
    yield _FORWARD_VALUE.candidate(passes.values[blank.node])
    yield _SUM_SIGN.candidate(-passes.gradients[blank.node])


#: The operations whose operands have no order.
_COMMUTATIVE = frozenset({"add", "mul"})
#: The operations whose output is 0 or 1.
COMPARISONS = ("gt", "ge", "lt", "le", "eq", "ne")


def forward_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    """Yield the results of other operations, the operands, and the value with the wrong sign."""
    passes = problem.passes
    operands = passes.operands_of(blank.node)
    if problem.graph.nodes[blank.node].op in COMPARISONS:
        # Neither a sum of the two values nor one of them could be taken for the outcome.
        yield _OTHER_OUTCOME.candidate(1 - passes.values[blank.node])
        return
    shown = problem.exact_passes.operands_of(blank.node)
    if len(operands) == 2:
        own = problem.graph.nodes[blank.node].op
        orders = (operands, shown), (operands[::-1], shown[::-1])
        for op in ("add", "mul", "sub", "div"):
            if op == own and op in _COMMUTATIVE:
                continue
            mistake = _OTHER_ORDER if op == own else _OTHER_OPERATION
            for pair, shown_pair in orders[1:] if op == own else orders:
                value = apply_rule(lambda pair, op=op: OPERATIONS[op].forward(*pair), pair)
                if value is not None:
                    yield mistake.candidate(value, calculation=partial(_calculate, op, shown_pair))
    for operand in operands:
        yield _OPERAND.candidate(operand)
    yield _VALUE_SIGN.candidate(-passes.values[blank.node])


def start_mistakes(problem: Problem) -> Iterator[MistakeCandidate]:
    output = problem.passes.values[problem.graph.output_position]
    for mistake, value in ((_START_VALUE, output), (_START_ZERO, ops.constant_like(0, output))):
        feedback = mistake.feedback if problem.starts_at_one else START_FROM_TEXT
        yield replace(mistake, feedback=feedback).candidate(value)
    yield _START_ONE.candidate(ops.constant_like(1, output))


def _calculate(op: str, operands: Sequence[Value]) -> Expr | None:
    """Return an operation on two numbers as they are shown; None for matrices."""
    if any(map(ops.is_matrix, operands)):
        return None
    return Apply(op, tuple(map(shown_number, operands)))
