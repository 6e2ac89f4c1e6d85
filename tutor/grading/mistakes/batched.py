"""The mistakes of `edges.edge_mistakes` at many edges and for many sets of numbers at once, in NumPy arrays.

Every edge with every set of numbers is one member of a large batch, so a rule runs once for all of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from tutor.algebra import ops
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
    """The wrong values at some edges, for `count` sets of numbers.

    Every edge has the same number of mistakes: the missing ones have an empty id and NaN as their values. `values` has
    the shape (edges, mistakes, count); `truth`, the right values, and `upstream` have the shape (edges, count).
    """

    blanks: tuple[Blank, ...]
    mistake_ids: tuple[tuple[str, ...], ...]
    values: Any
    truth: Any
    upstream: Any


@dataclass(frozen=True, slots=True)
class _BatchedSurroundings(EdgeSurroundings):
    """All edges as one edge, with flat arrays of what their surroundings hold."""

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
        if ops.is_matrix(self.problem.passes.start):
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
    """Return whether `blank` is an edge between numbers, into an operation with a local derivative."""
    if not blank.edge:
        return False
    node = problem.graph.nodes[blank.edge.target]
    nodes = (node, *(problem.graph.nodes[arg] for arg in node.args if arg is not None))
    return not node.operation.vjp and all(each.shape is None for each in nodes) and not ops.is_matrix(node.const)


def batched_mistakes(problem: Problem, blanks: Sequence[Blank], count: int) -> BatchedMistakes:
    """Return the mistakes at blanks that can be batched; the problem's inputs are batches of `count` numbers."""
    with np.errstate(all="ignore"):
        return _BatchBuilder(problem, blanks, count).build()


class _BatchBuilder:
    def __init__(self, problem: Problem, blanks: Sequence[Blank], count: int) -> None:
        self.problem = problem
        self.blanks = tuple(blanks)
        self.edges = [blank.edge for blank in blanks if blank.edge]
        self.count = count
        passes = problem.passes
        gradients = [passes.edges[edge.target, edge.slot] for edge in self.edges]
        self.g = self.stack_rows([gradient.upstream for gradient in gradients])
        self.local_gradients = self.stack_rows([gradient.local_gradient for gradient in gradients])
        self.truth = self.stack_rows([gradient.gradient for gradient in gradients])
        self.forward_values = self.stack_rows([None if ops.is_matrix(value) else value for value in passes.values])
        self.z = self.forward_values[[edge.target for edge in self.edges]]
        self.pushed_forward = np.full(self.g.shape, np.nan)

    def stack_rows(self, values: Sequence[Value]) -> Any:
        """Return an array with a row of `count` numbers for each value; None becomes NaN."""
        rows = np.empty((len(values), self.count))
        for position, value in enumerate(values):
            rows[position] = np.nan if value is None else value
        return rows

    def build(self) -> BatchedMistakes:
        groups = self.group_edges()
        num_declared = max(len(mistakes) for _edges, mistakes in groups)
        unsummed = self.unsummed_upstreams()
        unsummed_ids = [UNSUMMED_UPSTREAM.id] * len(unsummed)
        num_mistakes = 1 + num_declared + len(unsummed) + len(RULE_MISTAKES)
        values = np.full((len(self.edges), num_mistakes, self.count), np.nan)
        values[:, 0] = self.whole_gradients()
        declared_ids = self.fill_declared(groups, values[:, 1 : 1 + num_declared])
        for position, part in enumerate(unsummed, 1 + num_declared):
            values[:, position] = part * self.local_gradients
        surroundings = self.surroundings()
        for position, mistake in enumerate(RULE_MISTAKES, 1 + num_declared + len(unsummed)):
            value = apply_rule(mistake.rule, surroundings)
            if value is not None:
                values[:, position] = value.reshape(self.g.shape) if np.ndim(value) else value
        np.copyto(values, np.nan, where=~np.isfinite(values))
        rule_ids = [mistake.id for mistake in RULE_MISTAKES]
        padded = ((*ids, *[""] * (num_declared - len(ids))) for ids in declared_ids)
        mistake_ids = tuple((WHOLE_ON_ONE_EDGE.id, *ids, *unsummed_ids, *rule_ids) for ids in padded)
        return BatchedMistakes(self.blanks, mistake_ids, values, self.truth, self.g)

    def surroundings(self) -> _BatchedSurroundings:
        operands = (self.forward_values[[edge.source for edge in self.edges]].ravel(),)
        context = EdgeContext(self.g.ravel(), self.z.ravel(), operands, 0, self.local_gradients.ravel())
        next_upstreams = self.stack_rows([self._next_upstream(edge) for edge in self.edges])
        arrays = self.pushed_forward, next_upstreams, self._gradients_from_output()
        return _BatchedSurroundings(context, self.problem, self.blanks[0], *(array.ravel() for array in arrays))

    def whole_gradients(self) -> Any:
        """Return the whole gradient of each edge's source, if that is a branch."""
        outgoing, gradients = self.problem.gradient_edges, self.problem.passes.gradients
        return self.stack_rows([gradients[e.source] if len(outgoing[e.source]) > 1 else None for e in self.edges])

    def unsummed_upstreams(self) -> list[Any]:
        """Return the first, second, … part of each edge's upstream, if that is a sum at a branch."""
        outgoing, edges = self.problem.gradient_edges, self.problem.passes.edges
        parts = [[edges[part.target, part.slot].gradient for part in outgoing[edge.target]] for edge in self.edges]
        branches = [part if len(part) > 1 else [] for part in parts]
        most = max(map(len, branches))
        return [self.stack_rows([part[i] if i < len(part) else None for part in branches]) for i in range(most)]

    def _next_upstream(self, edge: Edge) -> Value:
        """Return the upstream of the next node towards the output, if there is only one and it is a number."""
        next_edges = self.problem.gradient_edges[edge.target]
        if len(next_edges) != 1:
            return None
        upstream = self.problem.passes.edges[next_edges[0].target, next_edges[0].slot].upstream
        return None if ops.is_matrix(upstream) else upstream

    def _gradients_from_output(self) -> Any:
        """Return the gradients if the backward pass started from the output's value."""
        passes = self.problem.passes
        start, output = passes.start, passes.values[self.problem.graph.output_position]
        # Gradients are proportional to the start.
        if isinstance(start, float) and start and not ops.is_matrix(output):
            return self.truth * (output / start)
        edges = self.problem.passes_from_output.edges
        return self.stack_rows([edges[edge.target, edge.slot].gradient for edge in self.edges])

    def group_edges(self) -> list[tuple[list[int], list[Mistake]]]:
        """Group the edges into the same slot of the same operation, each group with the mistakes declared there."""
        graph = self.problem.graph
        groups: dict[tuple[object, ...], list[int]] = {}
        for position, edge in enumerate(self.edges):
            operation, const = graph.nodes[edge.target].operation, graph.float_constants[edge.target]
            groups.setdefault((id(operation), edge.slot, const), []).append(position)
        with_mistakes = []
        for group in groups.values():
            node, slot = graph.nodes[self.edges[group[0]].target], self.edges[group[0]].slot
            mistakes = [
                mistake
                for mistake in node.operation.mistakes
                if (mistake.slots is None or slot in mistake.slots)
                and (node.const is None or mistake.feedback_with_constant != "")
            ]
            with_mistakes.append((group, mistakes))
        return with_mistakes

    def fill_declared(self, groups: Sequence[tuple[list[int], list[Mistake]]], columns: Any) -> list[tuple[str, ...]]:
        """Fill the columns of the operations' own mistakes; return their ids by edge."""
        graph = self.problem.graph
        mistake_ids: list[tuple[str, ...]] = [() for _ in self.edges]
        for group, mistakes in groups:
            edge = self.edges[group[0]]
            operation = graph.nodes[edge.target].operation
            context = self._group_context(group)
            if len(graph.incoming_edges[edge.target]) == 1:
                args = [context.g if slot == edge.slot else operand for slot, operand in enumerate(context.operands)]
                self._fill_column(self.pushed_forward, group, partial(operation.forward, *args))
            for position, mistake in enumerate(mistakes):
                self._fill_column(columns[:, position], group, partial(mistake.rule, context))
            for place in group:
                mistake_ids[place] = tuple(f"{operation.label}.{mistake.id}" for mistake in mistakes)
        return mistake_ids

    def _group_context(self, group: list[int]) -> EdgeContext:
        graph, first = self.problem.graph, self.edges[group[0]]
        nodes = [graph.nodes[self.edges[i].target] for i in group]
        operands = tuple(
            graph.float_constants[first.target]
            if arg is None
            else self.forward_values[[node.args[slot] for node in nodes]].ravel()
            for slot, arg in enumerate(nodes[0].args)
        )
        g, z, local = (array[group].ravel() for array in (self.g, self.z, self.local_gradients))
        return EdgeContext(g, z, operands, first.slot, local)

    def _fill_column(self, column: Any, group: list[int], rule: Callable[[], Value]) -> None:
        """Fill a column with a rule's result at a group's edges; leave NaN if the rule has none."""
        value = apply_rule(lambda _nothing: rule(), ())
        if value is not None:
            column[group] = value.reshape(len(group), self.count) if np.ndim(value) else value
