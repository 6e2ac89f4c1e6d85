"""A graph with numbers, its blanks in the order of the backward pass, and the right value of each."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import ONE, Expr, Num, Sym, as_expr
from tutor.algebra.matrix_expr import MatrixExpr, matrix_symbol
from tutor.algebra.sizes import sizes_in
from tutor.engine.passes import Passes, backward, forward_backward
from tutor.engine.symbolic import has_symbols, named_passes
from tutor.grading.sample_points import symbol_domains
from tutor.grading.tolerances import DEFAULT_PRECISION, Precision
from tutor.grading.typed_names import other_spellings, spellings_of
from tutor.i18n import LocalizedText

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge, Graph
    from tutor.grading.question import Question

_T = TypeVar("_T")


#: A symbolic start, d(end of the calculation)/d(output).
_START_SYMBOL = re.compile(r"[d∂](?P<target>(?!\d)\w+)\s*/\s*[d∂](?P<output>(?!\d)\w+)")


def named_value(name: str, shape: Shape, domain: str = "real") -> Value:
    """Return a number, a vector or a matrix that is known by its name alone."""
    if shape is None:
        return Sym(name, domain=domain)
    return matrix_symbol(name, shape, domain, ops.is_vector_shape(shape))


def formulas_in(value: Value) -> Iterable[Value]:
    """Return the formula of a symbolic matrix, or the entries of any other value."""
    return (value.expr,) if isinstance(value, MatrixExpr) else ops.cells(value)


def parse_start_symbol(text: str) -> Sym | None:
    """Return the symbol of a start such as `dL/dz` or `∂L/∂z`, None if the text is a value."""
    match = _START_SYMBOL.fullmatch(text.strip())
    return Sym(f"d{match['target']}/d{match['output']}") if match else None


@dataclass(frozen=True, slots=True)
class Blank:
    """A place to fill: the start, an edge's gradient, the sum at a branch, a forward value or a question.

    `node` is the position of the node whose gradient or forward value this is (a part of): the edge's source, the
    branching node, the output; −1 for a question. Only blanks of the kind "edge" have an `edge`.
    """

    id: str
    kind: Literal["start", "edge", "sum", "forward", "question"]
    node: int
    shape: Shape
    edge: Edge | None = None
    is_matrix_formula: bool = False
    """whether the answer is a formula that names matrices, and never a table of entries"""

    @property
    def grid(self) -> Shape:
        """The rows and columns of a table to type the answer into; None if it is typed as one line."""
        return None if self.is_matrix_formula else self.shape

    @property
    def is_backward(self) -> bool:
        """Whether a gradient is asked for."""
        return self.kind in ("start", "edge", "sum")


@dataclass(frozen=True, slots=True)
class AuthorMistake:
    """An author's mistake at one blank: the wrong answer, as an expression, and the feedback on it."""

    id: str
    answer: Expr
    feedback: LocalizedText


@dataclass(frozen=True, slots=True)
class AuthorNotes:
    """An author's additions at one blank: hints before the derived ones, mistakes before the general ones.

    `precision` is how precise an answer must be; `symbols` are the only names an answer may use (None: all that are known at the
    blank); `praise` follows a right answer.
    """

    hints: tuple[LocalizedText, ...] = ()
    mistakes: tuple[AuthorMistake, ...] = ()
    precision: Precision = DEFAULT_PRECISION
    symbols: tuple[str, ...] | None = None
    praise: LocalizedText = field(default_factory=lambda: LocalizedText({}))


@dataclass(frozen=True)
class Problem:
    """A graph with exact numbers to solve. It never changes, so everything derived from it is cached.

    `wrt` are the inputs whose gradients are asked for (None: all); the others are data. `asked` are the ids of the
    backward blanks (None: all places that are not `given`, that is, filled in from the beginning). `forward` are the
    nodes whose forward values come before the backward pass; `questions` come after it. A problem whose graph has no
    nodes has only questions. `labels` are drawn beside the names of inputs; a learner may type either.
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
        """Both passes in exact trees: the truth. Raise `NonFiniteError` if a value is not finite.

        With symbolic matrices they are formulas in the names of the graph.
        """
        if not self.graph.nodes:
            return Passes(self.graph, (), ONE, (), {})
        if self.has_matrix_symbols:
            return named_passes(self.graph, self.inputs, self.start, self.wrt, self.target_name)
        return forward_backward(self.graph, self.inputs, self.start, self.wrt)

    @cached_property
    def float_passes(self) -> Passes:
        """Both passes in floats, for comparisons without proof. Raise `NonFiniteError` if a value is not finite."""
        if not self.graph.nodes:
            return self.exact_passes
        inputs = {name: ops.map_cells(nearest_float, value) for name, value in self.inputs.items()}
        return forward_backward(self.graph, inputs, ops.map_cells(nearest_float, self.start), self.wrt)

    @cached_property
    def passes_from_output(self) -> Passes:
        """The backward pass started, by mistake, from the output's value. Raise `NonFiniteError`."""
        return backward(self.graph, self.passes.values, self.passes.values[self.graph.output_position], self.wrt)

    @cached_property
    def symbolic(self) -> bool:
        """Whether an input or the start is a symbol, so that values are formulas."""
        return any(map(has_symbols, (*self.inputs.values(), self.start)))

    @cached_property
    def has_matrix_symbols(self) -> bool:
        """Whether an input or the start is a matrix known by its name, so that all values are formulas of matrices."""
        if any(isinstance(value, MatrixExpr) for value in self.inputs.values()):
            return True
        return isinstance(self.start, Sym) and self.graph.nodes[self.graph.output_position].shape is not None

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """The sizes that are known by a name, in the inputs and in the questions' names."""
        values = [*self.inputs.values(), *(value for question in self.questions for value in question.names.values())]
        return sizes_in(map(ops.shape_of, values))

    @cached_property
    def passes(self) -> Passes:
        """The passes that mistakes are computed from: in floats, or in exact trees if there are symbols."""
        return self.exact_passes if self.symbolic else self.float_passes

    @property
    def starts_at_one(self) -> bool:
        """Whether the output is the end of the calculation, so that its gradient is 1."""
        return isinstance(self.start, Num) and self.start.value == 1

    @cached_property
    def target_name(self) -> str:
        """The name of what is differentiated: the output, or L if the calculation continues after the output."""
        if self.starts_at_one:
            return self.graph.output
        if isinstance(self.start, Sym):
            return self.start.name.partition("/")[0][1:]
        free = (name for name in ("L", "J", "E", "loss") if name not in self.graph.position)
        return next(free, f"{self.graph.output}'")

    @cached_property
    def needs_gradient(self) -> tuple[bool, ...]:
        """Whether each node is, or depends on, an input in `wrt`."""
        return self.graph.depends_on(self.wrt)

    @cached_property
    def places(self) -> tuple[Blank, ...]:
        """Every place for a gradient, in the order of the backward pass; none without a graph.

        A path is followed from the output to the inputs. At each node come its incoming edges from top to bottom, each
        followed by the sum at its source if it was the last edge of that branch; then the topmost source that is ready.
        """
        return self._places_and_aliases[0]

    @property
    def _places_and_aliases(self) -> tuple[tuple[Blank, ...], Mapping[str, Blank]]:
        # All variants of an exercise share one graph, and with it its places.
        derived, key = self.graph.cache.derived, ("places", self.wrt, self.has_matrix_symbols)
        if key not in derived:
            places = self._find_places()
            derived[key] = places, self._find_aliases(places)
        found: tuple[tuple[Blank, ...], Mapping[str, Blank]] = derived[key]
        return found

    def _find_places(self) -> tuple[Blank, ...]:
        graph, is_formula = self.graph, self.has_matrix_symbols
        if not graph.nodes:
            return ()
        output = graph.output_position
        places = [Blank("start", "start", output, graph.nodes[output].shape, None, is_formula)]
        num_missing = [len(edges) for edges in self.gradient_edges]
        ready = [graph.output_position]
        while ready:
            next_ready = []
            for edge in filter(self._edge_needs_gradient, graph.incoming_edges[ready.pop()]):
                source = edge.source
                node = graph.nodes[source]
                places.append(Blank(edge.id, "edge", source, node.shape, edge, is_formula))
                num_missing[source] -= 1
                if num_missing[source] == 0:
                    if len(self.gradient_edges[source]) > 1:
                        places.append(Blank(node.id, "sum", source, node.shape, None, is_formula))
                    next_ready.append(source)
            ready.extend(reversed(next_ready))
        return tuple(places)

    def _edge_needs_gradient(self, edge: Edge) -> bool:
        return self.graph.carries_gradient(edge, self.needs_gradient)

    @property
    def gradient_edges(self) -> tuple[tuple[Edge, ...], ...]:
        """The edges from each node along which something comes back."""
        derived, key = self.graph.cache.derived, ("gradient edges", self.wrt)
        if key not in derived:
            derived[key] = tuple(tuple(filter(self._edge_needs_gradient, edges)) for edges in self.graph.outgoing_edges)
        found: tuple[tuple[Edge, ...], ...] = derived[key]
        return found

    @cached_property
    def forward_blanks(self) -> tuple[Blank, ...]:
        """The blanks for forward values, left to right."""
        positions = sorted({self.graph.position[name] for name in self.forward})
        nodes, is_formula = self.graph.nodes, self.has_matrix_symbols
        return tuple(Blank(f"value({nodes[i].id})", "forward", i, nodes[i].shape, None, is_formula) for i in positions)

    @cached_property
    def question_blanks(self) -> tuple[Blank, ...]:
        """The blanks for questions, in the author's order."""
        return tuple(
            Blank(question.id, "question", -1, question.shape, None, question.is_matrix_formula)
            for question in self.questions
        )

    def question(self, blank: Blank) -> Question:
        """Return the question asked at `blank`, which must be of the kind "question"."""
        return next(question for question in self.questions if question.id == blank.id)

    @cached_property
    def blanks(self) -> tuple[Blank, ...]:
        """All blanks: forward values left to right, gradients in the order of the backward pass, questions."""
        given = {self.place(name).id for name in self.given if self.has_place(name)}
        asked = None if self.asked is None else {self.place(name).id for name in self.asked}
        backward = tuple(
            place for place in self.places if (place.id in asked if asked is not None else place.id not in given)
        )
        return self.forward_blanks + backward + self.question_blanks

    @cached_property
    def given_blanks(self) -> tuple[Blank, ...]:
        """The places that are filled in from the beginning."""
        asked = {blank.id for blank in self.blanks}
        given = dict.fromkeys(self.place(name) for name in self.given if self.has_place(name))
        return tuple(place for place in given if place.id not in asked)

    @cached_property
    def drawn_places(self) -> frozenset[str]:
        """The places for which a drawing of the graph has room: those that are asked for or given."""
        return frozenset(place.id for place in (*self.blanks, *self.given_blanks))

    @cached_property
    def _places_by_name(self) -> Mapping[str, Blank]:
        """Places by id and by alias."""
        places = {place.id: place for place in (*self.forward_blanks, *self.places, *self.question_blanks)}
        if not self.graph.nodes:
            return places
        places |= self._places_and_aliases[1]
        output = self.graph.nodes[self.graph.output_position]
        if f"value({output.id})" in places:
            places[f"value({self.graph.output})"] = places[f"value({output.id})"]
        for name in self.labels:
            if name in places:
                for spelling in spellings_of(name, self.labels):
                    places.setdefault(spelling, places[name])
        return places

    def _find_aliases(self, places: Sequence[Blank]) -> Mapping[str, Blank]:
        """Return places by other names: the output's name for its node, a node's id for its only edge."""
        if not places:
            return {}
        aliases: dict[str, Blank] = {}
        output = self.graph.nodes[self.graph.output_position]
        for place in places:
            if place.edge:
                source, target = self.graph.nodes[place.edge.source], self.graph.nodes[place.edge.target]
                if len(self.gradient_edges[place.edge.source]) == 1:
                    aliases[source.id] = place
                if target is output:
                    aliases[place.id.replace(f"->{output.id}", f"->{self.graph.output}")] = place
        aliases[self.graph.output] = aliases[output.id] = places[0]
        return aliases

    def place(self, name: str) -> Blank:
        """Return the place with this id or alias. Raise `KeyError` if there is none."""
        return self.places[0] if name == "start" and self.places else self._places_by_name[name]

    def has_place(self, name: str) -> bool:
        """Return whether there is a place with this id or alias."""
        return (name == "start" and bool(self.places)) or name in self._places_by_name

    def truth(self, blank: Blank, passes: Passes | None = None) -> Value:
        """Return the right value of a blank, from the exact passes or from `passes`."""
        if blank.kind == "question":
            return self.question(blank).answer
        passes = passes or self.exact_passes
        if blank.kind == "forward":
            return passes.values[blank.node]
        if blank.edge:
            return passes.edges[blank.edge.target, blank.edge.slot].gradient
        return passes.gradients[blank.node]

    def precision_at(self, blank: Blank) -> Precision:
        """Return how precise an answer at `blank` must be."""
        notes = self.author_notes.get(blank.id)
        return DEFAULT_PRECISION if notes is None else notes.precision

    def truth_in_floats(self, blank: Blank) -> Value:
        """Return the right value of a blank, each number of it as the nearest float."""
        return self.memoize(("float truth", blank.id), lambda: ops.nearest_floats(self.truth(blank)))

    @cached_property
    def _cache(self) -> dict[tuple[str, str], Any]:
        return {}

    def memoize(self, key: tuple[str, str], compute: Callable[[], _T]) -> _T:
        """Return what `compute` returned the first time for `key`: the name of the result and a blank's id."""
        if key not in self._cache:
            self._cache[key] = compute()
        result: _T = self._cache[key]
        return result

    @cached_property
    def domains(self) -> Mapping[str, str]:
        """The domain of each symbol in the inputs, the start and the questions."""
        values = [*self.inputs.values(), self.start]
        for question in self.questions:
            values += [*question.names.values(), question.answer]
        cells = [cell for value in values for cell in formulas_in(value)]
        return symbol_domains(*(cell for cell in cells if isinstance(cell, Expr)))

    def upstream(self, blank: Blank) -> str | None:
        """Return the id of the place that holds an edge's upstream; None for any other kind of blank.

        The place need be neither asked for nor shown.
        """
        if not blank.edge:
            return None
        target = blank.edge.target
        if target == self.graph.output_position:
            return "start"
        next_edges = self.gradient_edges[target]
        return next_edges[0].id if len(next_edges) == 1 else self.graph.nodes[target].id

    def branch_edges(self, blank: Blank) -> Sequence[Blank]:
        """Return the places of the edges whose gradients a branch adds up."""
        return [self.place(edge.id) for edge in self.gradient_edges[blank.node]]

    @cached_property
    def needs_extra_digits(self) -> tuple[bool, ...]:
        """Whether each node's value is shown with more digits near 1, because its rule computes 1 − y."""
        return tuple(not node.is_input and node.operation.needs_extra_digits for node in self.graph.nodes)

    def names_at(self, blank: Blank) -> Mapping[str, Value]:
        """Return the names that an answer at `blank` may use, with their exact values.

        At a gradient these are the inputs and named nodes, `up` (the edge's upstream) and `df/dS` for each named node S
        strictly closer to the output; at a forward value the nodes that do not depend on it; at a question its own
        names. An author may allow only some of them.
        """
        names = self._all_names_at(blank)
        notes = self.author_notes.get(blank.id)
        if notes is None or notes.symbols is None:
            return names
        return {name: names[name] for name in notes.symbols if name in names}

    def spellings_at(self, blank: Blank) -> Mapping[str, str]:
        """Return other spellings of the names that an answer at `blank` may use, such as labels, γ for gamma, U for up."""
        return self.memoize(("spellings", blank.id), lambda: other_spellings(self.names_at(blank), self.labels))

    def _all_names_at(self, blank: Blank) -> Mapping[str, Value]:
        if blank.kind == "question":
            return self.question(blank).names
        graph, exact = self.graph, self.exact_passes
        if self.has_matrix_symbols:
            return self._matrix_names_at(blank)
        # A value computed from the forward value that is asked for would give it away.
        excluded = self.nodes_between(blank.node) if blank.kind == "forward" else set()
        names = {node.name: exact.values[i] for i, node in enumerate(graph.nodes) if node.name and i not in excluded}
        if blank.kind == "forward":
            return names
        if isinstance(self.start, Sym):
            names[self.start.name] = self.start
        if blank.edge:
            names["up"] = exact.edges[blank.edge.target, blank.edge.slot].upstream
        next_edges = [blank.edge] if blank.edge else self.gradient_edges[blank.node]
        for position in self.nodes_between(*(edge.target for edge in next_edges)):
            node = graph.nodes[position]
            if node.name and position != graph.output_position and exact.gradients[position] is not None:
                names[f"d{self.target_name}/d{node.name}"] = exact.gradients[position]
        return names

    def _matrix_names_at(self, blank: Blank) -> Mapping[str, Value]:
        """Return the names that an answer may use as matrices that are known by their names, and the names of sizes."""
        nodes, output = self.graph.nodes, self.graph.output_position
        excluded = self.nodes_between(blank.node) if blank.kind == "forward" else set()
        shapes = {node.name: node.shape for i, node in enumerate(nodes) if node.name and i not in excluded}
        if blank.kind != "forward":
            if isinstance(self.start, Sym):
                shapes[self.start.name] = nodes[output].shape
            if blank.edge:
                shapes["up"] = nodes[blank.edge.target].shape
            next_edges = [blank.edge] if blank.edge else self.graph.outgoing_edges[blank.node]
            for position in self.nodes_between(*(edge.target for edge in next_edges)) - {output}:
                if name := nodes[position].name:
                    shapes[f"d{self.target_name}/d{name}"] = nodes[position].shape
        names = {name: named_value(name, shape, self.domains.get(name, "real")) for name, shape in shapes.items()}
        return {name: as_expr(size) for name, size in self.sizes.items()} | names

    def place_named(self, blank: Blank, name: str) -> str | None:
        """Return the id of the place whose value `name` means in an answer at `blank`; None if it is not such a name."""
        if blank.kind == "question":
            return None
        if name == "up" and blank.edge:
            return self.upstream(blank)
        gradient_of = name.removeprefix(f"d{self.target_name}/d") if blank.kind != "forward" else name
        place = gradient_of if gradient_of != name else f"value({name})"
        return self.place(place).id if self.has_place(place) else None

    def nodes_between(self, *positions: int) -> set[int]:
        """Return these nodes and all nodes on the way from them to the output, as positions."""
        found: set[int] = set()
        stack = list(positions)
        while stack:
            position = stack.pop()
            if position not in found:
                found.add(position)
                stack.extend(edge.target for edge in self.graph.outgoing_edges[position])
        return found
