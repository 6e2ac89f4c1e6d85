"""The mistakes that happen on an edge: those that its operation declares, and those that can happen on any.

A mistake's rule is run in floats, or on formulas where there are symbols.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from tutor.algebra import values
from tutor.algebra.values import Value
from tutor.engine import Spot
from tutor.grading.problem import Blank, Problem
from tutor.grading.suspect import Named, Suspect, led_to
from tutor.i18n import N_


@dataclass(frozen=True, slots=True)
class General:
    id: str
    rule: Callable[[Around], Value]
    says: str


@dataclass(frozen=True, slots=True)
class Around:
    """A spot and what lies around it: what a mistake needs that looks past its own node."""

    spot: Spot
    problem: Problem
    blank: Blank

    @property
    def ones(self) -> Value:
        return values.constant(1, self.spot.g)

    @property
    def without_upstream(self) -> Value:
        return self.back(self.ones)

    def back(self, g: Value) -> Value:
        """What the right rule makes of another upstream."""
        assert self.blank.edge
        node = self.problem.graph.nodes[self.blank.edge.target]
        return node.operation.send_back(g, self.spot.z, self.spot.operands, self.spot.slot)

    @property
    def forward_of_upstream(self) -> Value:
        """The upstream pushed forward through a node with one line."""
        assert self.blank.edge
        graph = self.problem.graph
        node = graph.nodes[self.blank.edge.target]
        if len(graph.incoming[self.blank.edge.target]) != 1:
            raise ValueError("two lines")
        args = list(self.spot.operands)
        args[self.spot.slot] = self.spot.g
        return node.operation.forward(*args)

    @property
    def from_the_start(self) -> Value:
        """The rule with the start for the upstream."""
        return self.back(self._in_place_of_upstream(self.problem.passes.start))

    @property
    def further_right(self) -> Value:
        """The rule with the upstream of the next node to the right."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing[self.blank.edge.target]
        return self.back(self._in_place_of_upstream(passes.edges[edge.target, edge.slot].upstream))

    @property
    def from_the_output(self) -> Value:
        """What comes back when the pass starts from the output's value."""
        assert self.blank.edge
        return self.problem.from_output.edges[self.blank.edge.target, self.blank.edge.slot].gradient

    def _in_place_of_upstream(self, value: Value) -> Value:
        """`value` in the upstream's shape. Raises `ValueError` where a matrix has another one."""
        spread = value if values.is_matrix(value) else values.spread(value, self.spot.g)
        if values.shape(spread) != values.shape(self.spot.g):
            raise ValueError("another shape")
        return spread

    @property
    def loss_behind(self) -> tuple[Value, Value]:
        """The upstream of the cross-entropy that takes what this softmax puts out, and its targets."""
        assert self.blank.edge
        graph, passes = self.problem.graph, self.problem.passes
        (edge,) = graph.outgoing[self.blank.edge.target]
        if (graph.nodes[self.blank.edge.target].op, graph.nodes[edge.target].op, edge.slot) != (*_SOFTMAX_LOSS, 0):
            raise ValueError("no such loss")
        return passes.edges[edge.target, edge.slot].upstream, passes.operands(edge.target)[1]


#: What is often taken in one step.
_SOFTMAX_LOSS = ("softmax", "cross_entropy")


def _predictions_alone(a: Around) -> Value:
    g, targets = a.loss_behind
    return a.spot.z * (g / values.rows(targets))


def _sum_over_rows(a: Around) -> Value:
    g, targets = a.loss_behind
    return (a.spot.z - targets) * g


#: Mistakes of those who take softmax and the cross-entropy behind it in one step.
_BEFORE_A_LOSS = (
    General(
        "softmax.y-only",
        _predictions_alone,
        N_("The outputs are in it. Through CE and softmax together they come back less something: what was wanted?"),
    ),
    General(
        "softmax.not-by-rows",
        _sum_over_rows,
        N_("Outputs less targets, right. The loss is a mean over the rows: what becomes of their number?"),
    ),
)

_AT_EDGES = (
    General(
        "any.dropped-upstream",
        lambda a: a.without_upstream,
        N_(
            "That is the node's own slope, and it is right. What came in from the right is still waiting to be multiplied in."
        ),
    ),
    General(
        "any.upstream-only",
        lambda a: a.spot.g,
        N_("That is the upstream, passed on as it came. What does {node} do to a small change on this line?"),
    ),
    General(
        "any.forward-value",
        lambda a: a.spot.x,
        N_("{v} is the value that flowed forward here. Asked is what comes back: how much the output moves with it."),
    ),
    General(
        "any.wrong-sign",
        lambda a: -a.back(a.spot.g),
        N_("The size is right. If this line grows, does the output grow or shrink?"),
    ),
    General(
        "any.ran-forward",
        lambda a: a.forward_of_upstream,
        N_(
            "You sent the upstream through {node} as if it went forward. On the way back it is multiplied by a slope: "
            "how fast does {node} rise here?"
        ),
    ),
    General(
        "any.started-at-output",
        lambda a: a.from_the_output,
        N_("The steps look right, but the pass started from the output's value. What does it start from?"),
    ),
    General(
        "any.skipped-node",
        lambda a: a.from_the_start,
        N_("Looks as if you took the start for the upstream. What came back to {node} itself?"),
    ),
    General(
        "any.skipped-node",
        lambda a: a.further_right,
        N_("Looks as if you took the upstream from further right. What came back to {node} itself?"),
    ),
    General(
        "any.added",
        lambda a: a.spot.g + a.spot.l,
        N_(
            "You added the upstream and the slope. If 1 here moves {node} by 3, and 1 there moves the output by 2: by how much in all?"
        ),
    ),
    General(
        "any.inverted-local",
        lambda a: a.spot.g / a.spot.l,
        N_("Looks as if you divided by the slope. Which one moves which: this line the node, or the node this line?"),
    ),
    General(
        "any.local-twice",
        lambda a: a.spot.g * a.spot.l * a.spot.l,
        N_("Looks as if the slope of {node} went in twice. It stands for one node and counts once."),
    ),
    General(
        "any.times-output",
        lambda a: a.spot.g * a.spot.z,
        N_("You multiplied by what {node} put out. What counts is how much that moves when this line moves."),
    ),
    General(
        "any.zero",
        lambda a: values.constant(0, a.spot.x),
        N_("Zero would say that this line doesn't move the output at all. Raise it a little: what happens?"),
    ),
)

WHOLE = Named(
    "branch",
    "any.whole-on-one-line",
    N_("That is the whole of {name}'s gradient; this blank is one line only, into {node}. The parts meet at ●."),
)
UNSUMMED = Named(
    "branch",
    "any.unsummed-upstream",
    N_(
        "Looks as if you went on with one line's part. The value of {node} goes to {n} places: what comes back is added first."
    ),
)

#: Those that are told by a rule alone, in the order of likelihood.
GENERAL = (*_BEFORE_A_LOSS, *_AT_EDGES)
#: All of these, in the order of the catalogue.
ANYWHERE = (
    *(Named("edge", general.id, general.says) for general in _AT_EDGES),
    *(WHOLE, UNSUMMED),
    *(Named("loss", general.id, general.says) for general in _BEFORE_A_LOSS),
)


def declared(problem: Problem, blank: Blank, spot: Spot) -> Iterator[Suspect]:
    """The mistakes that the operation behind an edge declares."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    for mistake in operation.mistakes:
        if mistake.slots is None or spot.slot in mistake.slots:
            says = mistake.says if node.const is None or mistake.alone is None else mistake.alone
            value = led_to(mistake.rule, spot) if says else None
            if value is not None:
                yield Suspect(f"{operation.called}.{mistake.id}", value, says)


def at_edge(problem: Problem, blank: Blank) -> Iterator[Suspect]:
    graph, passes, edge = problem.graph, problem.passes, blank.edge
    assert edge
    spot = passes.spot(edge)
    if len(graph.outgoing[edge.source]) > 1:
        yield WHOLE.leads_to(passes.gradients[edge.source])
    yield from declared(problem, blank, spot)
    around = Around(spot, problem, blank)
    if len(graph.outgoing[edge.target]) > 1:
        for part in graph.outgoing[edge.target]:
            value = led_to(around.back, passes.edges[part.target, part.slot].gradient)
            if value is not None:
                yield UNSUMMED.leads_to(value)
    yield from _general(around)


def on_own_upstream(problem: Problem, blank: Blank, held: Value) -> Iterator[Suspect]:
    """The same mistakes made on the upstream as the learner has it."""
    assert blank.edge
    spot = problem.passes.spot(blank.edge, held)
    for suspect in (*declared(problem, blank, spot), *_general(Around(spot, problem, blank))):
        yield replace(suspect, own=True)


def _general(around: Around) -> Iterator[Suspect]:
    for general in GENERAL:
        value = led_to(general.rule, around)
        if value is not None:
            yield Suspect(general.id, value, general.says)
