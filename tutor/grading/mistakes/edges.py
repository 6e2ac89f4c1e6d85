"""The mistakes that happen on an edge: those that its operation declares, and those that can happen on any.

A mistake's rule is run in floats, or on formulas where there are symbols.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
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


@dataclass(frozen=True, slots=True)
class EdgeSurroundings:
    """A spot and what lies around it: what a mistake needs that looks past its own node."""

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
        """What the right rule makes of another upstream."""
        assert self.blank.edge
        node = self.problem.graph.nodes[self.blank.edge.target]
        return node.operation.backpropagate(g, self.context.z, self.context.operands, self.context.slot)

    @property
    def forward_of_upstream(self) -> Value:
        """The upstream pushed forward through a node with one line."""
        assert self.blank.edge
        graph = self.problem.graph
        node = graph.nodes[self.blank.edge.target]
        if len(graph.incoming_edges[self.blank.edge.target]) != 1:
            raise ValueError("two lines")
        args = list(self.context.operands)
        args[self.context.slot] = self.context.g
        return node.operation.forward(*args)

    @property
    def with_start(self) -> Value:
        """The rule with the start for the upstream."""
        return self.apply(self._shaped_like_upstream(self.problem.passes.start))

    @property
    def with_next_upstream(self) -> Value:
        """The rule with the upstream of the next node to the right."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing_edges[self.blank.edge.target]
        return self.apply(self._shaped_like_upstream(passes.edges[edge.target, edge.slot].upstream))

    @property
    def from_output_value(self) -> Value:
        """What comes back when the pass starts from the output's value."""
        assert self.blank.edge
        return self.problem.passes_from_output.edges[self.blank.edge.target, self.blank.edge.slot].gradient

    def _shaped_like_upstream(self, value: Value) -> Value:
        """`value` in the upstream's shape. Raises `ValueError` where a matrix has another one."""
        spread = value if ops.is_matrix(value) else ops.broadcast_like(value, self.context.g)
        if ops.shape_of(spread) != ops.shape_of(self.context.g):
            raise ValueError("another shape")
        return spread

    @property
    def following_loss(self) -> tuple[Value, Value]:
        """The upstream of the cross-entropy that takes what this softmax puts out, and its targets."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing_edges[self.blank.edge.target]
        if (graph.nodes[self.blank.edge.target].op, graph.nodes[edge.target].op, edge.slot) != (*_SOFTMAX_LOSS, 0):
            raise ValueError("no such loss")
        return passes.edges[edge.target, edge.slot].upstream, passes.operands_of(edge.target)[1]


#: What is often taken in one step.
_SOFTMAX_LOSS = ("softmax", "cross_entropy")


def _predictions_only(a: EdgeSurroundings) -> Value:
    g, targets = a.following_loss
    return a.context.z * (g / ops.num_rows(targets))


def _sum_over_rows(a: EdgeSurroundings) -> Value:
    g, targets = a.following_loss
    return (a.context.z - targets) * g


#: Mistakes of those who take softmax and the cross-entropy behind it in one step.
_LOSS_MISTAKES = (
    EdgeMistake(
        "softmax.y-only",
        N_("target left out"),
        _predictions_only,
        N_("The outputs are in it. Through CE and softmax together they come back less something: what was wanted?"),
    ),
    EdgeMistake(
        "softmax.not-by-rows",
        N_("not divided by the rows"),
        _sum_over_rows,
        N_("Outputs less targets, right. The loss is a mean over the rows: what becomes of their number?"),
    ),
)

_EDGE_MISTAKES = (
    EdgeMistake(
        "any.dropped-upstream",
        N_("upstream left out"),
        lambda a: a.local_only,
        N_(
            "That is the node's own slope, and it is right. What came in from the right is still waiting to be multiplied in."
        ),
    ),
    EdgeMistake(
        "any.upstream-only",
        N_("upstream only"),
        lambda a: a.context.g,
        N_("That is the upstream, passed on as it came. What does {node} do to a small change on this line?"),
    ),
    EdgeMistake(
        "any.forward-value",
        N_("forward value"),
        lambda a: a.context.x,
        N_("{v} is the value that flowed forward here. Asked is what comes back: how much the output moves with it."),
    ),
    EdgeMistake(
        "any.wrong-sign",
        N_("wrong sign"),
        lambda a: -a.apply(a.context.g),
        N_("The size is right. If this line grows, does the output grow or shrink?"),
    ),
    EdgeMistake(
        "any.ran-forward",
        N_("upstream pushed forward"),
        lambda a: a.forward_of_upstream,
        N_(
            "You sent the upstream through {node} as if it went forward. On the way back it is multiplied by a slope: "
            "how fast does {node} rise here?"
        ),
    ),
    EdgeMistake(
        "any.started-at-output",
        N_("started at the output's value"),
        lambda a: a.from_output_value,
        N_("The steps look right, but the pass started from the output's value. What does it start from?"),
    ),
    EdgeMistake(
        "any.skipped-node",
        N_("a node skipped"),
        lambda a: a.with_start,
        N_("Looks as if you took the start for the upstream. What came back to {node} itself?"),
    ),
    EdgeMistake(
        "any.skipped-node",
        N_("a node skipped"),
        lambda a: a.with_next_upstream,
        N_("Looks as if you took the upstream from further right. What came back to {node} itself?"),
    ),
    EdgeMistake(
        "any.added",
        N_("added instead of multiplied"),
        lambda a: a.context.g + a.context.l,
        N_(
            "You added the upstream and the slope. If 1 here moves {node} by 3, and 1 there moves the output by 2: by how much in all?"
        ),
    ),
    EdgeMistake(
        "any.inverted-local",
        N_("divided by the slope"),
        lambda a: a.context.g / a.context.l,
        N_("Looks as if you divided by the slope. Which one moves which: this line the node, or the node this line?"),
    ),
    EdgeMistake(
        "any.local-twice",
        N_("slope counted twice"),
        lambda a: a.context.g * a.context.l * a.context.l,
        N_("Looks as if the slope of {node} went in twice. It stands for one node and counts once."),
    ),
    EdgeMistake(
        "any.times-output",
        N_("multiplied by the output"),
        lambda a: a.context.g * a.context.z,
        N_("You multiplied by what {node} put out. What counts is how much that moves when this line moves."),
    ),
    EdgeMistake(
        "any.zero",
        N_("zero"),
        lambda a: ops.constant_like(0, a.context.x),
        N_("Zero would say that this line doesn't move the output at all. Raise it a little: what happens?"),
    ),
)

WHOLE_ON_ONE_EDGE = GeneralMistake(
    "branch",
    "any.whole-on-one-line",
    N_("the whole sum on one line"),
    N_("That is the whole of {name}'s gradient; this blank is one line only, into {node}. The parts meet at ●."),
)
UNSUMMED_UPSTREAM = GeneralMistake(
    "branch",
    "any.unsummed-upstream",
    N_("went on before adding"),
    N_(
        "Looks as if you went on with one line's part. The value of {node} goes to {n} places: what comes back is added first."
    ),
)

#: Those that are told by a rule alone, in the order of likelihood.
RULE_MISTAKES = (*_LOSS_MISTAKES, *_EDGE_MISTAKES)
#: All of these, in the order of the catalogue.
GENERAL_MISTAKES = (
    *(GeneralMistake("edge", general.id, general.label, general.feedback) for general in _EDGE_MISTAKES),
    *(WHOLE_ON_ONE_EDGE, UNSUMMED_UPSTREAM),
    *(GeneralMistake("loss", general.id, general.label, general.feedback) for general in _LOSS_MISTAKES),
)


def declared_mistakes(problem: Problem, blank: Blank, spot: EdgeContext) -> Iterator[MistakeCandidate]:
    """The mistakes that the operation behind an edge declares."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    for mistake in operation.mistakes:
        if mistake.slots is None or spot.slot in mistake.slots:
            says = (
                mistake.feedback
                if node.const is None or mistake.feedback_with_constant is None
                else mistake.feedback_with_constant
            )
            value = apply_rule(mistake.rule, spot) if says else None
            if value is not None:
                yield MistakeCandidate(f"{operation.label}.{mistake.id}", value, says)


def edge_mistakes(problem: Problem, blank: Blank) -> Iterator[MistakeCandidate]:
    graph, passes, edge = problem.graph, problem.passes, blank.edge
    assert edge
    spot = passes.edge_context(edge)
    if len(graph.outgoing_edges[edge.source]) > 1:
        yield WHOLE_ON_ONE_EDGE.candidate(passes.gradients[edge.source])
    yield from declared_mistakes(problem, blank, spot)
    around = EdgeSurroundings(spot, problem, blank)
    if len(graph.outgoing_edges[edge.target]) > 1:
        for part in graph.outgoing_edges[edge.target]:
            value = apply_rule(around.apply, passes.edges[part.target, part.slot].gradient)
            if value is not None:
                yield UNSUMMED_UPSTREAM.candidate(value)
    yield from _rule_mistakes(around)


def mistakes_on_wrong_upstream(problem: Problem, blank: Blank, wrong_upstream: Value) -> Iterator[MistakeCandidate]:
    """The same mistakes made on the upstream as the learner has it."""
    assert blank.edge
    spot = problem.passes.edge_context(blank.edge, wrong_upstream)
    for suspect in (*declared_mistakes(problem, blank, spot), *_rule_mistakes(EdgeSurroundings(spot, problem, blank))):
        yield replace(suspect, on_wrong_upstream=True)


def _rule_mistakes(around: EdgeSurroundings) -> Iterator[MistakeCandidate]:
    for general in RULE_MISTAKES:
        value = apply_rule(general.rule, around)
        if value is not None:
            yield MistakeCandidate(general.id, value, general.feedback)
