"""What is asked: a graph with numbers, its blanks in the order of the backward pass, and the truth for each."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import ONE, Expr, Num, Sym
from tutor.engine.passes import Passes, backward, forward_backward
from tutor.engine.symbolic import has_symbols
from tutor.grading.symbolic_equality import symbol_domains
from tutor.i18n import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge, Graph
    from tutor.grading.question import Question


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill: the start, an edge's backward value, the sum at a branch; a forward value; a question.

    `node` is the position of the node whose backward (or forward) value it is part of: the edge's source, the
    branching node, the output; −1 for a question. `edge` is None but for edges.
    """

    id: str
    kind: Literal["start", "edge", "sum", "forward", "question"]
    node: int
    shape: Shape
    edge: Edge | None = None

    @property
    def is_backward(self) -> bool:
        """Whether a backward value is asked."""
        return self.kind in ("start", "edge", "sum")


@dataclass(frozen=True, slots=True)
class AuthorMistake:
    """An author's mistake for one blank: an answer, written as an expression, and what to say to it."""

    id: str
    answer: Expr
    feedback: LocalizedText


@dataclass(frozen=True, slots=True)
class AuthorNotes:
    """What an author adds at one blank: hints before the derived ones, mistakes before the named ones.

    `digits` is how many an answer with decimals must have right, None as everywhere; `symbols` the only names an
    answer may use, None for all that are known there; `after` is said when the answer is right.
    """

    hints: tuple[LocalizedText, ...] = ()
    mistakes: tuple[AuthorMistake, ...] = ()
    digits: int | None = None
    symbols: tuple[str, ...] | None = None
    praise: LocalizedText = field(default_factory=lambda: LocalizedText({}))


@dataclass(frozen=True)
class Problem:
    """One graph with numbers to solve. `inputs` and `start` are exact.

    `wrt` are the inputs that backward values are asked for (None: all); the others are data. `asked` are the
    ids of the blanks to fill (None: all that are not given), `given` those shown filled in from the first.
    `forward` are the nodes whose forward values are asked before, `questions` what is asked after. Without a graph
    (one without nodes) there are only questions. `labels` are drawn in place of names, which stay what is typed.
    """

    graph: Graph
    inputs: Mapping[str, Value]
    start: Value = ONE
    wrt: tuple[str, ...] | None = None
    asked: tuple[str, ...] | None = None
    given: tuple[str, ...] = ("start",)
    author_notes: Mapping[str, AuthorNotes] = field(default_factory=dict)
    forward: tuple[str, ...] = ()
    questions: tuple[Question, ...] = ()
    labels: Mapping[str, LocalizedText] = field(default_factory=dict)

    @cached_property
    def exact_passes(self) -> Passes:
        """Both passes in exact trees: the truth. Raises `NonFiniteError`."""
        if not self.graph.nodes:
            return Passes(self.graph, (), ONE, (), {})
        return forward_backward(self.graph, self.inputs, self.start, self.wrt)

    @cached_property
    def float_passes(self) -> Passes:
        """Both passes in floats, for what only needs to be near. Raises `NonFiniteError`."""
        if not self.graph.nodes:
            return self.exact_passes
        inputs = {name: ops.map_cells(nearest_float, value) for name, value in self.inputs.items()}
        return forward_backward(self.graph, inputs, ops.map_cells(nearest_float, self.start), self.wrt)

    @cached_property
    def passes_from_output(self) -> Passes:
        """The backward pass as it would be if it started from the output's value. Raises `NonFiniteError`."""
        return backward(self.graph, self.passes.values, self.passes.values[self.graph.output_position], self.wrt)

    @cached_property
    def symbolic(self) -> bool:
        """Whether an input or the start is left as a symbol, so that values are formulas."""
        return any(map(has_symbols, (*self.inputs.values(), self.start)))

    @cached_property
    def passes(self) -> Passes:
        """Both passes as rules, right or wrong, are run on: floats, or formulas where there are symbols."""
        return self.exact_passes if self.symbolic else self.float_passes

    @property
    def starts_at_one(self) -> bool:
        """Whether the output is the end of the calculation, so that its own gradient is the identity's slope."""
        return isinstance(self.start, Num) and self.start.value == 1

    @cached_property
    def target_name(self) -> str:
        """What the gradients are gradients of: the output, or where the calculation goes on behind it, its end, L."""
        if self.starts_at_one:
            return self.graph.output
        if isinstance(self.start, Sym):
            return self.start.name.partition("/")[0][1:]
        free = (name for name in ("L", "J", "E", "loss") if name not in self.graph.position)
        return next(free, f"{self.graph.output}'")

    @cached_property
    def needs_gradient(self) -> tuple[bool, ...]:
        """For each node whether anything backward is asked of it: it is, or depends on, an input in `wrt`."""
        return self.graph.depends_on(self.wrt)

    @cached_property
    def places(self) -> tuple[Blank, ...]:
        """Every place for a backward value, in the order of the backward pass; none without a graph.

        From the output leftwards along a path: a node's lines top to bottom, a branch's sum right after its
        last line, then on from the topmost line.
        """
        kept = self.graph.memo
        key = ("places", self.wrt)
        if key not in kept:
            kept[key] = self._places_of_graph()
        found: tuple[Blank, ...] = kept[key]
        return found

    def _places_of_graph(self) -> tuple[Blank, ...]:
        graph = self.graph
        if not graph.nodes:
            return ()
        found = [Blank("start", "start", graph.output_position, graph.nodes[graph.output_position].shape)]
        waiting = [len([e for e in edges if self._edge_needs_gradient(e)]) for edges in graph.outgoing_edges]
        ready = [graph.output_position]
        while ready:
            position = ready.pop()
            next_ready = []
            for edge in graph.incoming_edges[position]:
                if not self._edge_needs_gradient(edge):
                    continue
                source = edge.source
                found.append(Blank(edge.id, "edge", source, graph.nodes[source].shape, edge))
                waiting[source] -= 1
                if waiting[source] == 0:
                    if len(graph.outgoing_edges[source]) > 1:
                        found.append(Blank(graph.nodes[source].id, "sum", source, graph.nodes[source].shape))
                    next_ready.append(source)
            ready.extend(reversed(next_ready))
        return tuple(found)

    def _edge_needs_gradient(self, edge: Edge) -> bool:
        return self.needs_gradient[edge.source]

    @cached_property
    def forward_blanks(self) -> tuple[Blank, ...]:
        """The forward values that are asked, left to right."""
        wanted = {self.graph.position[name] for name in self.forward}
        nodes = enumerate(self.graph.nodes)
        return tuple(
            Blank(f"value({node.id})", "forward", position, node.shape)
            for position, node in nodes
            if position in wanted
        )

    @cached_property
    def question_blanks(self) -> tuple[Blank, ...]:
        """The questions, in their order."""
        return tuple(Blank(question.id, "question", -1, question.shape) for question in self.questions)

    def question(self, blank: Blank) -> Question:
        """The question of a blank that is one."""
        return next(question for question in self.questions if question.id == blank.id)

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """All that is asked: forward values left to right, the places in the order of the backward pass, questions."""
        given = {self.place(name).id for name in self.given if self.has_place(name)}
        asked = None if self.asked is None else {self.place(name).id for name in self.asked}
        backward = tuple(
            place for place in self.places if (place.id in asked if asked is not None else place.id not in given)
        )
        return self.forward_blanks + backward + self.question_blanks

    @cached_property
    def given_blanks(self) -> tuple[Blank, ...]:
        """The places that are filled in from the first."""
        asked = {blank.id for blank in self.blanks}
        given = [self.place(name) for name in self.given if self.has_place(name)]
        return tuple(place for place in given if place.id not in asked)

    @cached_property
    def _places_by_name(self) -> Mapping[str, Blank]:
        """Places by id and by their aliases: the output's name for its node, a node's name for its only edge."""
        named = {place.id: place for place in (*self.forward_blanks, *self.places, *self.question_blanks)}
        if not self.graph.nodes:
            return named
        named |= self._aliases
        output = self.graph.nodes[self.graph.output_position]
        if f"value({output.id})" in named:
            named[f"value({self.graph.output})"] = named[f"value({output.id})"]
        return named

    @property
    def _aliases(self) -> Mapping[str, Blank]:
        """Other names of places for backward values."""
        kept = self.graph.memo
        key = ("aliases", self.wrt)
        if key not in kept:
            kept[key] = self._aliases_of_graph()
        found: Mapping[str, Blank] = kept[key]
        return found

    def _aliases_of_graph(self) -> Mapping[str, Blank]:
        named: dict[str, Blank] = {}
        output = self.graph.nodes[self.graph.output_position]
        for place in self.places:
            if place.edge:
                source, target = self.graph.nodes[place.edge.source], self.graph.nodes[place.edge.target]
                if len(self.graph.outgoing_edges[place.edge.source]) == 1:
                    named[source.id] = place
                if target is output:
                    named[place.id.replace(f"->{output.id}", f"->{self.graph.output}")] = place
        named[self.graph.output] = named[output.id] = self.places[0]
        return named

    def place(self, name: str) -> Blank:
        """The place with this id or alias. Raises `KeyError`."""
        return self.places[0] if name == "start" and self.places else self._places_by_name[name]

    def has_place(self, name: str) -> bool:
        """Whether there is a place with this id or alias."""
        return (name == "start" and bool(self.places)) or name in self._places_by_name

    def truth(self, blank: Blank, passes: Passes | None = None) -> Value:
        """The right value of a blank, exact unless other passes are given."""
        if blank.kind == "question":
            return self.question(blank).answer
        passes = passes or self.exact_passes
        if blank.kind == "forward":
            return passes.values[blank.node]
        if blank.edge:
            return passes.edges[blank.edge.target, blank.edge.slot].gradient
        return passes.gradients[blank.node]

    def truth_in_floats(self, blank: Blank) -> Value:
        """The right value of a blank, each number of it the float nearest to the exact one."""
        if blank.id not in self._float_truth_cache:
            self._float_truth_cache[blank.id] = ops.map_cells(nearest_float, self.truth(blank))
        return self._float_truth_cache[blank.id]

    @cached_property
    def _float_truth_cache(self) -> dict[str, Value]:
        """What `truth_in_floats` has found so far, by blank."""
        return {}

    @cached_property
    def domains(self) -> Mapping[str, str]:
        """The symbols that inputs, the start and questions leave open, each with its domain."""
        given = [*self.inputs.values(), self.start]
        for question in self.questions:
            given += [*question.names.values(), question.answer]
        cells = [cell for value in given for cell in (value.ravel() if ops.is_matrix(value) else (value,))]
        return symbol_domains(*(cell for cell in cells if isinstance(cell, Expr)))

    @cached_property
    def template_values_cache(self) -> dict[str, Mapping[str, Any]]:
        """The words for texts about a blank found so far, by blank."""
        return {}

    @cached_property
    def candidates_cache(self) -> dict[str, Any]:
        """What has been found about wrong answers so far, by blank: it does not depend on the answer."""
        return {}

    def upstream(self, blank: Blank) -> str | None:
        """The id of the place where the upstream of an edge's node stands, None for the start and for sums.

        It may be no place that is asked or shown.
        """
        if not blank.edge:
            return None
        target = blank.edge.target
        if target == self.graph.output_position:
            return "start"
        ahead = self.graph.outgoing_edges[target]
        return ahead[0].id if len(ahead) == 1 else self.graph.nodes[target].id

    def branch_edges(self, blank: Blank) -> Sequence[Blank]:
        """The lines whose backward values meet in a branch's sum."""
        return [self.place(edge.id) for edge in self.graph.outgoing_edges[blank.node]]

    @cached_property
    def needs_extra_digits(self) -> tuple[bool, ...]:
        """For each node whether its value is shown with more digits near 1, for rules that compute 1 − y."""
        return tuple(not node.is_input and node.operation.needs_extra_digits for node in self.graph.nodes)

    def names_at(self, blank: Blank) -> Mapping[str, Value]:
        """What an answer at `blank` may name, with its exact value.

        The inputs and named nodes, `up` (the upstream of the blank's node), and `df/dS` for a named node
        strictly nearer the output. For a forward value what lies before it, for a question its own names. An author
        may allow only some of these.
        """
        known = self._all_names_at(blank)
        advice = self.author_notes.get(blank.id)
        if advice is None or advice.symbols is None:
            return known
        return {name: known[name] for name in advice.symbols if name in known}

    def _all_names_at(self, blank: Blank) -> Mapping[str, Value]:
        if blank.kind == "question":
            return self.question(blank).names
        graph, exact = self.graph, self.exact_passes
        if blank.kind == "forward":
            # What is computed from it would give it away.
            behind = self.nodes_between(blank.node)
            return {node.name: exact.values[i] for i, node in enumerate(graph.nodes) if node.name and i not in behind}
        found = {node.name: exact.values[i] for i, node in enumerate(graph.nodes) if node.name}
        if isinstance(self.start, Sym):
            found[self.start.name] = self.start
        if blank.edge:
            found["up"] = exact.edges[blank.edge.target, blank.edge.slot].upstream
        ahead = [blank.edge] if blank.edge else graph.outgoing_edges[blank.node]
        for position in self.nodes_between(*(edge.target for edge in ahead)):
            node = graph.nodes[position]
            if node.name and position != graph.output_position:
                found[f"d{self.target_name}/d{node.name}"] = exact.gradients[position]
        return found

    def nodes_between(self, *positions: int) -> set[int]:
        """These nodes and all nodes between them and the output."""
        found: set[int] = set()
        stack = list(positions)
        while stack:
            here = stack.pop()
            if here not in found:
                found.add(here)
                stack.extend(edge.target for edge in self.graph.outgoing_edges[here])
        return found
