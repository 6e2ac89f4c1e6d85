"""The mistakes at many edges at once, where values are batches of numbers: what `at_edge` gives edge by edge.

Every edge at every set of numbers is a member of one larger batch, so that a rule runs once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from tutor.algebra import ops as values
from tutor.engine.operation import EdgeContext, Mistake
from tutor.grading.mistakes.candidate import apply_rule
from tutor.grading.mistakes.edges import RULE_MISTAKES, UNSUMMED_UPSTREAM, WHOLE_ON_ONE_EDGE, EdgeSurroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge
    from tutor.grading.problem import Blank, Problem


@dataclass(frozen=True, slots=True)
class BatchedMistakes:
    """What mistakes lead to at some edges, for M sets of numbers. Each edge has a place for the same number of mistakes;
    where one can't happen its name is empty and its values are nan.
    """

    blanks: tuple[Blank, ...]
    mistake_ids: tuple[tuple[str, ...], ...]
    values: Any
    """by edge, mistake and set of numbers"""
    truth: Any
    """the right value, by edge and set of numbers"""
    upstream: Any
    """what reaches the edge's node, by edge and set of numbers"""


@dataclass(frozen=True, slots=True)
class _BatchedSurroundings(EdgeSurroundings):
    """All the edges as one spot, with what else is needed at each of them."""

    pushed_forward: Any
    next_upstreams: Any
    gradients_from_output: Any

    def apply(self, g: Value) -> Value:
        return g * self.context.l

    @property
    def forward_of_upstream(self) -> Value:
        return self.pushed_forward

    @property
    def with_start(self) -> Value:
        if values.is_matrix(self.problem.passes.start):
            raise ValueError("another shape")
        return self.apply(self.problem.passes.start)

    @property
    def with_next_upstream(self) -> Value:
        return self.apply(self.next_upstreams)

    @property
    def from_output_value(self) -> Value:
        return self.gradients_from_output

    @property
    def following_loss(self) -> tuple[Value, Value]:
        raise ValueError("no such loss")


def can_batch(problem: Problem, blank: Blank) -> bool:
    """Whether a blank is an edge that can be looked at together with others: numbers alone, and a slope."""
    if not blank.edge:
        return False
    node = problem.graph.nodes[blank.edge.target]
    around = (node, *(problem.graph.nodes[arg] for arg in node.args if arg is not None))
    return not node.operation.vjp and all(one.shape is None for one in around) and not values.is_matrix(node.const)


def batched_mistakes(problem: Problem, blanks: Sequence[Blank], count: int) -> BatchedMistakes:
    """The mistakes at edges that fit, in a problem whose inputs are batches of `count` sets of numbers."""
    import numpy as np

    with np.errstate(all="ignore"):
        return _BatchBuilder(problem, blanks, count).build()


class _BatchBuilder:
    def __init__(self, problem: Problem, blanks: Sequence[Blank], count: int) -> None:
        import numpy as np

        self.problem = problem
        self.blanks = tuple(blanks)
        self.edges = [blank.edge for blank in blanks if blank.edge]
        self.count = count
        passes = problem.passes
        passed = [passes.edges[edge.target, edge.slot] for edge in self.edges]
        self.g = self.stack_rows([one.upstream for one in passed])
        self.local_gradients = self.stack_rows([one.local_gradient for one in passed])
        self.truth = self.stack_rows([one.gradient for one in passed])
        numbers = [None if values.is_matrix(value) else value for value in passes.values]
        self.forward_values = self.stack_rows(numbers)
        self.z = self.forward_values[[edge.target for edge in self.edges]]
        self.pushed_forward = np.full(self.g.shape, np.nan)

    def stack_rows(self, found: Sequence[Value]) -> Any:
        """Numbers for all sets, one above the other; None becomes nan."""
        import numpy as np

        rows = np.empty((len(found), self.count))
        for position, value in enumerate(found):
            rows[position] = np.nan if value is None else value
        return rows

    def build(self) -> BatchedMistakes:
        import numpy as np

        fitting = self.group_edges()
        declared = max(len(mistakes) for _edges, mistakes in fitting)
        unsummed = self.unsummed_upstreams()
        several = [UNSUMMED_UPSTREAM.id] * len(unsummed)
        found = np.full((len(self.edges), 1 + declared + len(several) + len(RULE_MISTAKES), self.count), np.nan)
        found[:, 0] = self.whole_gradients()
        names = self.fill_declared(fitting, found[:, 1 : 1 + declared])
        for position, part in enumerate(unsummed, 1 + declared):
            found[:, position] = part * self.local_gradients
        around = self.surroundings()
        for position, general in enumerate(RULE_MISTAKES, 1 + declared + len(several)):
            value = apply_rule(general.rule, around)
            if value is not None:
                found[:, position] = value.reshape(self.g.shape) if np.ndim(value) else value
        # What is no finite number leads nowhere.
        np.copyto(found, np.nan, where=~np.isfinite(found))
        general_names = [general.id for general in RULE_MISTAKES]
        filled = ((*own, *[""] * (declared - len(own))) for own in names)
        return BatchedMistakes(
            self.blanks,
            tuple((WHOLE_ON_ONE_EDGE.id, *own, *several, *general_names) for own in filled),
            found,
            self.truth,
            self.g,
        )

    def surroundings(self) -> _BatchedSurroundings:
        operands = (self.forward_values[[edge.source for edge in self.edges]].ravel(),)
        spot = EdgeContext(self.g.ravel(), self.z.ravel(), operands, 0, self.local_gradients.ravel())
        further = self.stack_rows([self._next_upstream(edge) for edge in self.edges])
        flat = self.pushed_forward.ravel(), further.ravel(), self._gradients_from_output().ravel()
        return _BatchedSurroundings(spot, self.problem, self.blanks[0], *flat)

    def whole_gradients(self) -> Any:
        """The whole gradient of what is at the other end, where that has several lines."""
        outgoing, gradients = self.problem.graph.outgoing_edges, self.problem.passes.gradients
        return self.stack_rows([gradients[e.source] if len(outgoing[e.source]) > 1 else None for e in self.edges])

    def unsummed_upstreams(self) -> list[Any]:
        """What comes back along one line only to the node, in turn."""
        outgoing, passed = self.problem.graph.outgoing_edges, self.problem.passes.edges
        parts = [[passed[part.target, part.slot].gradient for part in outgoing[edge.target]] for edge in self.edges]
        several = [part if len(part) > 1 else [] for part in parts]
        most = max(map(len, several))
        return [self.stack_rows([one[i] if i < len(one) else None for one in several]) for i in range(most)]

    def _next_upstream(self, edge: Edge) -> Value:
        """The upstream of the next node to the right, where there is one such node and it has a number for it."""
        ahead = self.problem.graph.outgoing_edges[edge.target]
        if len(ahead) != 1:
            return None
        upstream = self.problem.passes.edges[ahead[0].target, ahead[0].slot].upstream
        return None if values.is_matrix(upstream) else upstream

    def _gradients_from_output(self) -> Any:
        """What comes back when the pass starts from the output's value: all of it is as many times as large."""
        passes = self.problem.passes
        start, output = passes.start, passes.values[self.problem.graph.output_position]
        if isinstance(start, float) and start and not values.is_matrix(output):
            return self.truth * (output / start)
        edges = self.problem.passes_from_output.edges
        return self.stack_rows([edges[edge.target, edge.slot].gradient for edge in self.edges])

    def group_edges(self) -> list[tuple[list[int], list[Mistake]]]:
        """The edges into the same operand of the same operation, with the mistakes that it declares there."""
        graph = self.problem.graph
        groups: dict[tuple[object, ...], list[int]] = {}
        for position, edge in enumerate(self.edges):
            operation, const = graph.nodes[edge.target].operation, graph.float_constants[edge.target]
            groups.setdefault((id(operation), edge.slot, const), []).append(position)
        found = []
        for group in groups.values():
            node, slot = graph.nodes[self.edges[group[0]].target], self.edges[group[0]].slot
            there = [mistake for mistake in node.operation.mistakes if mistake.slots is None or slot in mistake.slots]
            found.append(
                (group, [mistake for mistake in there if node.const is None or mistake.feedback_with_constant != ""])
            )
        return found

    def fill_declared(
        self, edge_groups: Sequence[tuple[list[int], list[Mistake]]], columns: Any
    ) -> list[tuple[str, ...]]:
        """What the operations declare, put into columns; its names by edge."""
        graph = self.problem.graph
        names: list[tuple[str, ...]] = [() for _ in self.edges]
        for group, mistakes in edge_groups:
            edge = self.edges[group[0]]
            operation = graph.nodes[edge.target].operation
            spot = self._group_context(group)
            if len(graph.incoming_edges[edge.target]) == 1:
                args = [spot.g if position == edge.slot else one for position, one in enumerate(spot.operands)]
                self._fill_column(self.pushed_forward, group, partial(operation.forward, *args))
            for position, mistake in enumerate(mistakes):
                self._fill_column(columns[:, position], group, partial(mistake.rule, spot))
            for place in group:
                names[place] = tuple(f"{operation.label}.{mistake.id}" for mistake in mistakes)
        return names

    def _group_context(self, group: list[int]) -> EdgeContext:
        nodes, const = (
            [self.problem.graph.nodes[self.edges[i].target] for i in group],
            self.problem.graph.float_constants,
        )
        operands = tuple(
            const[self.edges[group[0]].target]
            if arg is None
            else self.forward_values[[node.args[slot] for node in nodes]].ravel()
            for slot, arg in enumerate(nodes[0].args)
        )
        g, z, local = (array[group].ravel() for array in (self.g, self.z, self.local_gradients))
        return EdgeContext(g, z, operands, self.edges[group[0]].slot, local)

    def _fill_column(self, column: Any, group: list[int], rule: Callable[[], Value]) -> None:
        """What a rule makes of a group's edges, at their places in a column; nan where it leads nowhere."""
        import numpy as np

        value = apply_rule(lambda _nothing: rule(), ())
        if value is not None:
            column[group] = value.reshape(len(group), self.count) if np.ndim(value) else value
