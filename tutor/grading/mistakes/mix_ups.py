"""One value taken for another at an edge or a branch: a forward value, the other input, one path counted twice.

They are less likely than the mistakes that the operations declare, so fresh numbers need not keep them apart.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Node
    from tutor.engine.operation import EdgeContext
    from tutor.grading.problem import Blank, Problem

_TIMES_INPUT = GeneralMistake(
    "edge",
    "any.times-input",
    N_("multiplied by the input"),
    N_(
        "That is the upstream times this edge's own value. How much does {node} change when that value "
        "changes a little?"
    ),
    N_("Did you multiply {up} by {own}?"),
)
_EXTRA_INPUT = GeneralMistake(
    "edge",
    "any.extra-input",
    N_("the input as an extra factor"),
    N_("Your product contains the upstream and the local derivative. Which other factor doesn't belong in it?"),
    N_("Did you also multiply by {own}?"),
)
_OUTPUT_AS_UPSTREAM = GeneralMistake(
    "edge",
    "any.output-as-upstream",
    N_("output used as upstream"),
    N_("That is the local derivative times the output of {node}. Which gradient do you multiply it by instead?"),
    N_("Did you use {out} as the upstream gradient?"),
)
_TIMES_OTHER = GeneralMistake(
    "edge",
    "any.times-other",
    N_("rule of ×"),
    N_("Multiplying by the other input is the rule of ×. How much does {node} change when this edge changes a little?"),
    N_("Did you multiply {up} by {other}?"),
)
_OTHER_INPUT = GeneralMistake(
    "edge",
    "any.other-input",
    N_("the other input's value"),
    N_("{v} is the value of the other input of {node}. How much does {goal} change when this edge changes a little?"),
    N_("Did you use {other}?"),
)
_RAN_FORWARD = GeneralMistake(
    "edge",
    "any.ran-forward",
    N_("upstream sent forward"),
    N_(
        "That is what {node} computes from the upstream in a forward pass. The backward pass "
        "multiplies the upstream: by which local derivative?"
    ),
    N_("Did you send {up} forward through {node}?"),
)
_SQUARED_UPSTREAM = GeneralMistake(
    "edge",
    "any.upstream-twice",
    N_("upstream used twice"),
    N_("That has the upstream gradient as a factor twice. Which two factors make up the gradient of this edge?"),
    N_("Did you multiply by {up} twice?"),
)
_ZERO_SUM = GeneralMistake(
    "branch",
    "any.zero",
    N_("answered zero"),
    N_("A gradient of zero would mean that {name} doesn't affect {goal}. What came back along each of its {n} edges?"),
    N_("Did you assume that {name} has no effect on {goal}?"),
)
_COUNTED_TWICE = GeneralMistake(
    "branch",
    "branch.counted-twice",
    N_("an edge counted twice"),
    N_("Adding is right. How many times does each of the {n} edges count?"),
    N_("Did you add the gradient of one edge twice?"),
)
_DIFFERENCE = GeneralMistake(
    "branch",
    "branch.difference",
    N_("subtracted instead of added"),
    N_("It looks as if you subtracted the gradient of one edge. How do the effects along the {n} edges combine?"),
    N_("Did you subtract the gradient of one edge from the rest?"),
)
_SUM_FROM_OUTPUT = GeneralMistake(
    "branch",
    "any.started-at-output",
    N_("started from the output's value"),
    N_(
        "Your steps look right, but they seem to start from the output's value. Which gradient does the "
        "backward pass start with?"
    ),
    N_("Did you start the backward pass with {final}?"),
)

#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(_TIMES_INPUT, _EXTRA_INPUT, _OUTPUT_AS_UPSTREAM, _TIMES_OTHER, _OTHER_INPUT, _RAN_FORWARD, _SQUARED_UPSTREAM),
    *(_ZERO_SUM, _COUNTED_TWICE, _DIFFERENCE, _SUM_FROM_OUTPUT),
)
#: Less likely than that the value was meant for another blank.
UNLIKELY_IDS = frozenset(
    mistake.id
    for mistake in (
        *(_TIMES_INPUT, _EXTRA_INPUT, _OUTPUT_AS_UPSTREAM, _TIMES_OTHER, _OTHER_INPUT, _SQUARED_UPSTREAM),
        *(_COUNTED_TWICE, _DIFFERENCE),
    )
)


def mix_up_mistakes(problem: Problem, blank: Blank, wrong_upstream: Value = None) -> Iterator[MistakeCandidate]:
    """Yield the results at a gradient, the likeliest first; those on the learner's wrong upstream after the others."""
    if blank.kind == "sum":
        yield from _mix_ups_at_branch(problem, blank)
    if blank.edge is None:
        return
    node = problem.graph.nodes[blank.edge.target]
    yield from _applied(_EDGE_RULES, problem.passes.edge_context(blank.edge), node)
    if wrong_upstream is not None:
        rules = (*_EDGE_RULES, (_SQUARED_UPSTREAM, _squared_upstream))
        for candidate in _applied(rules, problem.passes.edge_context(blank.edge, wrong_upstream), node):
            yield replace(candidate, on_wrong_upstream=True)


def _applied(
    rules: tuple[tuple[GeneralMistake, Callable[[EdgeContext, Node], Value]], ...], context: EdgeContext, node: Node
) -> Iterator[MistakeCandidate]:
    for mistake, rule in rules:
        value = apply_rule(lambda e, rule=rule: rule(e, node), context)
        if value is not None:
            yield mistake.candidate(value)


def _squared_upstream(e: EdgeContext, node: Node) -> Value:
    return _backpropagate(e, node, e.g * e.g)


def _output_as_upstream(e: EdgeContext, node: Node) -> Value:
    return _backpropagate(e, node, e.z)


def _backpropagate(e: EdgeContext, node: Node, upstream: Value) -> Value:
    return node.operation.backpropagate(upstream, e.z, e.operands, e.slot)


def _other_input(e: EdgeContext, node: Node) -> Value:
    if len(e.operands) != 2:
        raise ValueError("one operand")
    return e.o


def _pushed_forward(e: EdgeContext, node: Node) -> Value:
    if len(e.operands) != 2:
        raise ValueError("one operand")
    operands = list(e.operands)
    operands[e.slot] = e.g
    return node.operation.forward(*operands)


_EDGE_RULES: tuple[tuple[GeneralMistake, Callable[[EdgeContext, Node], Value]], ...] = (
    (_TIMES_INPUT, lambda e, node: e.g * e.x),
    (_OUTPUT_AS_UPSTREAM, _output_as_upstream),
    (_EXTRA_INPUT, lambda e, node: e.g * e.l * e.x),
    (_TIMES_OTHER, lambda e, node: e.g * _other_input(e, node)),
    (_OTHER_INPUT, _other_input),
    (_RAN_FORWARD, _pushed_forward),
)


def _mix_ups_at_branch(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    passes = problem.passes
    total = passes.gradients[blank.node]
    parts = [problem.truth(part, passes) for part in problem.branch_edges(blank)]
    yield _ZERO_SUM.candidate(ops.constant_like(0, total))
    value = apply_rule(lambda _: problem.passes_from_output.gradients[blank.node], total)
    if value is not None:
        yield _SUM_FROM_OUTPUT.candidate(value)
    for part in parts:
        yield _DIFFERENCE.candidate(total - part - part)
    for part in parts:
        yield _COUNTED_TWICE.candidate(total + part)
