"""Mistakes at an edge: those declared by its operation, and general ones.

A mistake's rule runs on floats, or on formulas if there are symbols.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.grading.mistakes.calculations import edge_calculation
from tutor.grading.mistakes.candidate import GeneralMistake, MistakeCandidate, apply_rule
from tutor.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tutor.algebra.ops import Value
    from tutor.engine.operation import EdgeContext
    from tutor.grading.problem import Blank, Problem


@dataclass(frozen=True, slots=True)
class EdgeMistake:
    id: str
    label: str
    rule: Callable[[EdgeSurroundings], Value]
    feedback: str
    question: str
    """asks whether it was made"""


@dataclass(frozen=True, slots=True)
class EdgeSurroundings:
    """An edge with its surroundings, for mistakes that depend on more than the edge's own node."""

    context: EdgeContext
    problem: Problem
    blank: Blank

    @property
    def unit_upstream(self) -> Value:
        return ops.constant_like(1, self.context.g)

    @property
    def local_only(self) -> Value:
        return self.apply(self.unit_upstream)

    def apply(self, g: Value) -> Value:
        """Apply the right rule to the upstream `g`."""
        assert self.blank.edge
        node = self.problem.graph.nodes[self.blank.edge.target]
        return node.operation.backpropagate(g, self.context.z, self.context.operands, self.context.slot)

    @property
    def forward_of_upstream(self) -> Value:
        """The upstream pushed forward through the node, which must have one incoming edge."""
        assert self.blank.edge
        graph = self.problem.graph
        node = graph.nodes[self.blank.edge.target]
        if len(graph.incoming_edges[self.blank.edge.target]) != 1:
            raise ValueError("more than one edge")
        args = list(self.context.operands)
        args[self.context.slot] = self.context.g
        return node.operation.forward(*args)

    @property
    def with_start(self) -> Value:
        """The gradient if the start were the upstream."""
        return self.apply(self._shaped_like_upstream(self.problem.passes.start))

    @property
    def with_next_upstream(self) -> Value:
        """The gradient if the next node's upstream were the upstream; that node must be the only one."""
        assert self.blank.edge
        passes = self.problem.passes
        (edge,) = self.problem.gradient_edges[self.blank.edge.target]
        return self.apply(self._shaped_like_upstream(passes.edges[edge.target, edge.slot].upstream))

    @property
    def from_output_value(self) -> Value:
        """The gradient if the backward pass started from the output's value."""
        assert self.blank.edge
        return self.problem.passes_from_output.edges[self.blank.edge.target, self.blank.edge.slot].gradient

    def _shaped_like_upstream(self, value: Value) -> Value:
        """Broadcast `value` to the upstream's shape. Raise `ValueError` if a matrix has another shape."""
        shaped = value if ops.is_matrix(value) else ops.broadcast_like(value, self.context.g)
        if ops.shape_of(shaped) != ops.shape_of(self.context.g):
            raise ValueError("another shape")
        return shaped

    @property
    def following_loss(self) -> tuple[Value, Value]:
        """The upstream and the targets of the cross-entropy that follows this softmax."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = self.problem.gradient_edges[self.blank.edge.target]
        if (graph.nodes[self.blank.edge.target].op, graph.nodes[edge.target].op, edge.slot) != (*_SOFTMAX_LOSS, 0):
            raise ValueError("no such loss")
        return passes.edges[edge.target, edge.slot].upstream, passes.operands_of(edge.target)[1]


#: The two operations whose backward steps are often combined.
_SOFTMAX_LOSS = ("softmax", "cross_entropy")


def _predictions_only(a: EdgeSurroundings) -> Value:
    g, targets = a.following_loss
    return a.context.z * (g / ops.num_rows(targets))


def _sum_over_rows(a: EdgeSurroundings) -> Value:
    g, targets = a.following_loss
    return (a.context.z - targets) * g


#: Mistakes in going back through cross-entropy and softmax in one step.
_LOSS_MISTAKES = (
    EdgeMistake(
        "softmax.y-only",
        N_("target left out"),
        _predictions_only,
        N_("Good, the probabilities are there. What do you still subtract from them?"),
        N_("Did you leave out the targets?"),
    ),
    EdgeMistake(
        "softmax.not-by-rows",
        N_("not divided by the number of rows"),
        _sum_over_rows,
        N_("Probabilities minus targets is right. The loss is a mean over the rows: what do you divide by?"),
        N_("Did you leave out the division by the number of rows?"),
    ),
)

_EDGE_MISTAKES = (
    EdgeMistake(
        "any.dropped-upstream",
        N_("upstream left out"),
        lambda a: a.local_only,
        N_("You have the local derivative of {node}. Which upstream gradient do you still have to multiply it by?"),
        N_("Did you stop at {local}?"),
    ),
    EdgeMistake(
        "any.upstream-only",
        N_("upstream alone"),
        lambda a: a.context.g,
        N_(
            "That is the upstream gradient, passed on unchanged. How much does {node} change when this "
            "edge changes a little?"
        ),
        N_("Did you pass {up} on unchanged?"),
    ),
    EdgeMistake(
        "any.forward-value",
        N_("forward value"),
        lambda a: a.context.x,
        N_(
            "{v} is this edge's forward value. We want its gradient: how much does {goal} change when it "
            "changes a little?"
        ),
        N_("Did you use {own}?"),
    ),
    EdgeMistake(
        "any.wrong-sign",
        N_("wrong sign"),
        lambda a: -a.apply(a.context.g),
        N_("The size is right. When this edge's value grows, does {goal} grow or shrink?"),
        N_("Did you lose a minus sign, or write one too many?"),
    ),
    EdgeMistake(
        "any.ran-forward",
        N_("upstream sent forward"),
        lambda a: a.forward_of_upstream,
        N_(
            "That is what {node} computes from the upstream in a forward pass. The backward pass "
            "multiplies the upstream: by which local derivative?"
        ),
        N_("Did you send {up} forward through {node}?"),
    ),
    EdgeMistake(
        "any.started-at-output",
        N_("started from the output's value"),
        lambda a: a.from_output_value,
        N_(
            "Your steps look right, but they seem to start from the output's value. Which gradient does "
            "the backward pass start with?"
        ),
        N_("Did you start the backward pass with {final}?"),
    ),
    EdgeMistake(
        "any.skipped-node",
        N_("a node skipped"),
        lambda a: a.with_start,
        N_("That would be right if the start were the upstream of {node}. Which gradient came back to {node} itself?"),
        N_("Did you use the start as the upstream gradient of {node}?"),
    ),
    EdgeMistake(
        "any.skipped-node",
        N_("a node skipped"),
        lambda a: a.with_next_upstream,
        N_("That would be right with the upstream of a later node. Which gradient came back to {node} itself?"),
        N_("Did you use the upstream gradient of a node after {node}?"),
    ),
    EdgeMistake(
        "any.added",
        N_("added instead of multiplied"),
        lambda a: a.context.g + a.context.l,
        N_(
            "That is the sum of the upstream and the local derivative. If a node changes 3 times as "
            "fast as its input, and {goal} twice as fast as the node, how do you combine the two?"
        ),
        N_("Did you add {up} and {local}?"),
    ),
    EdgeMistake(
        "any.inverted-local",
        N_("divided by the local derivative"),
        lambda a: a.context.g / a.context.l,
        N_(
            "That is the upstream divided by the local derivative. Does this edge change {node}, or "
            "does {node} change this edge?"
        ),
        N_("Did you divide {up} by {local}?"),
    ),
    EdgeMistake(
        "any.local-twice",
        N_("local derivative used twice"),
        lambda a: a.context.g * a.context.l * a.context.l,
        N_(
            "That has the local derivative of {node} as a factor twice. How many times does the "
            "gradient go through {node}?"
        ),
        N_("Did you multiply by {local} twice?"),
    ),
    EdgeMistake(
        "any.times-output",
        N_("multiplied by the output"),
        lambda a: a.context.g * a.context.z,
        N_(
            "That is the upstream times the output of {node}. How much does that output change when "
            "this edge changes a little?"
        ),
        N_("Did you multiply {up} by {out}?"),
    ),
    EdgeMistake(
        "any.zero",
        N_("answered zero"),
        lambda a: ops.constant_like(0, a.context.x),
        N_(
            "A gradient of zero would mean that this edge doesn't affect {goal}. What happens to {goal} "
            "when you raise this edge's value a little?"
        ),
        N_("Did you assume that this edge has no effect on {goal}?"),
    ),
)

WHOLE_ON_ONE_EDGE = GeneralMistake(
    "branch",
    "any.whole-on-one-line",
    N_("the whole gradient on one edge"),
    N_(
        "That is the whole gradient of {name}. This blank is only its edge into {node}: what comes back "
        "along that edge?"
    ),
    N_("Did you enter the whole gradient of {name}?"),
)
UNSUMMED_UPSTREAM = GeneralMistake(
    "branch",
    "any.unsummed-upstream",
    N_("upstream not summed first"),
    N_(
        "It looks as if you used only one of the gradients that came back to {node}. Its value goes to "
        "{n} places: what is the whole upstream?"
    ),
    N_("Did you use only one of the {n} gradients that came back to {node}?"),
)

#: The mistakes computed by a rule, the likeliest first.
RULE_MISTAKES = (*_LOSS_MISTAKES, *_EDGE_MISTAKES)
#: All mistakes of this module, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(
        GeneralMistake("edge", mistake.id, mistake.label, mistake.feedback, mistake.question)
        for mistake in _EDGE_MISTAKES
    ),
    *(WHOLE_ON_ONE_EDGE, UNSUMMED_UPSTREAM),
    *(
        GeneralMistake("loss", mistake.id, mistake.label, mistake.feedback, mistake.question)
        for mistake in _LOSS_MISTAKES
    ),
)


def declared_mistakes(
    problem: Problem, blank: Blank, context: EdgeContext, wrong_upstream: Value = None
) -> Iterator[MistakeCandidate]:
    """Yield the mistakes that an edge's operation declares; `wrong_upstream` is that of `context` if it is wrong."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    for mistake in operation.mistakes:
        if mistake.slots is None or context.slot in mistake.slots:
            feedback = mistake.feedback
            if node.const is not None and mistake.feedback_with_constant is not None:
                feedback = mistake.feedback_with_constant
            value = apply_rule(mistake.rule, context) if feedback else None
            if value is not None:
                yield MistakeCandidate(
                    f"{operation.label}.{mistake.id}",
                    value,
                    feedback,
                    question_template=mistake.asks,
                    label=mistake.label,
                    calculation=partial(edge_calculation, problem, blank, mistake.rule, wrong_upstream),
                    question_in_words=mistake.asks_in_words,
                )


def edge_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    passes, edge = problem.passes, blank.edge
    assert edge
    context = passes.edge_context(edge)
    if len(problem.gradient_edges[edge.source]) > 1:
        yield WHOLE_ON_ONE_EDGE.candidate(passes.gradients[edge.source])
    yield from declared_mistakes(problem, blank, context)
    surroundings = EdgeSurroundings(context, problem, blank)
    if len(problem.gradient_edges[edge.target]) > 1:
        for part in problem.gradient_edges[edge.target]:
            value = apply_rule(surroundings.apply, passes.edges[part.target, part.slot].gradient)
            if value is not None:
                yield UNSUMMED_UPSTREAM.candidate(value)
    yield from _rule_mistakes(surroundings)


def mistakes_on_wrong_upstream(problem: Problem, blank: Blank, wrong_upstream: Value) -> Iterator[MistakeCandidate]:
    """Yield the same mistakes, made on the learner's wrong upstream."""
    assert blank.edge
    context = problem.passes.edge_context(blank.edge, wrong_upstream)
    surroundings = EdgeSurroundings(context, problem, blank)
    declared = declared_mistakes(problem, blank, context, wrong_upstream)
    for candidate in (*declared, *_rule_mistakes(surroundings)):
        yield replace(candidate, on_wrong_upstream=True)


def _rule_mistakes(surroundings: EdgeSurroundings) -> Iterator[MistakeCandidate]:
    problem, blank = surroundings.problem, surroundings.blank
    for mistake in RULE_MISTAKES:
        value = apply_rule(mistake.rule, surroundings)
        if value is not None:
            yield MistakeCandidate(
                mistake.id,
                value,
                mistake.feedback,
                question_template=mistake.question,
                label=mistake.label,
                calculation=partial(
                    edge_calculation, problem, blank, partial(_in_surroundings, mistake.rule, surroundings)
                ),
            )


def _in_surroundings(
    rule: Callable[[EdgeSurroundings], Value], surroundings: EdgeSurroundings, context: EdgeContext
) -> Value:
    return rule(replace(surroundings, context=context))
