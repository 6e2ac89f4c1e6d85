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
    N_("a line left out of the sum"),
    N_(
        "That came back along one line. The value of {name} went to {n} places: what came back from the others, "
        "and how do they go together?"
    ),
    N_("Did you take only what came back along one of the {n} edges?"),
)
_MISSING_BRANCH = GeneralMistake(
    "branch",
    "branch.one-branch",
    N_("a line left out of the sum"),
    N_("Something is still missing. The value of {name} went to {n} places: what came back from each?"),
    N_("Did you leave out one of the {n} edges?"),
)
#: For a start that is not 1: nothing at the output determines it.
START_FROM_TEXT = N_(
    "The calculation goes on behind {output}: the start is what comes back from there. The text says it."
)
_PRODUCT = GeneralMistake(
    "branch",
    "branch.product",
    N_("multiplied instead of added"),
    N_("You multiplied what came back. Each line moves {goal} on its own: how do two movements go together?"),
    N_("Did you multiply what came back along the edges?"),
)
_AVERAGED = GeneralMistake(
    "branch",
    "branch.averaged",
    N_("mean instead of sum"),
    N_("A branch takes no mean. Raise {name} a little: every line moves {goal}, each by its own amount."),
    N_("Did you take the mean of what came back along the edges?"),
)
_FORWARD_VALUE = GeneralMistake(
    "branch",
    "any.forward-value",
    N_("forward value"),
    N_("{v} is the value that flowed forward here. Asked is what comes back."),
    N_("Did you take {own}?"),
)
_START_VALUE = GeneralMistake(
    "start",
    "start.output-value",
    N_("started from the output's value"),
    N_("{v} is the output's value. The backward pass asks how much {name} moves when {name} moves by 1."),
    N_("Did you take {final}?"),
)
_START_ZERO = GeneralMistake(
    "start",
    "start.zero",
    N_("zero"),
    N_("Zero would say that {name} doesn't move when {name} moves. By how much does it?"),
    N_("Did you take 0 because nothing comes after {output}?"),
)
_START_ONE = GeneralMistake(
    "start",
    "start.one",
    N_("started at 1"),
    N_("1 is the start where the output is the end of everything. Here the calculation goes on: look at the text."),
    N_("Did you take 1 because most passes start with 1?"),
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
    N_("Did you take a value that goes into {node}?"),
)
_OTHER_OUTCOME = GeneralMistake(
    "forward",
    "forward.comparison",
    N_("0 and 1 swapped"),
    N_("{node} outputs 1 if the comparison is true and 0 if it is false. Put in the two inputs: is it true?"),
    N_("Did you mix up when {node} outputs 1 and when it outputs 0?"),
)
_SUM_SIGN = GeneralMistake(
    "branch",
    "any.wrong-sign",
    N_("wrong sign"),
    N_("The size is right. If {name} grows, does {goal} grow or shrink?"),
    N_("Did you lose a minus sign, or write one too many?"),
)
_VALUE_SIGN = GeneralMistake(
    "forward",
    "any.wrong-sign",
    N_("wrong sign"),
    N_("The size is right. Look at the sign."),
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
