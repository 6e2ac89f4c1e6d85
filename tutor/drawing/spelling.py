"""How the values of a worked graph are written: exact with decimals beside them, or as formulas."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from tutor.algebra import values
from tutor.algebra.show import exact_text, show, write
from tutor.algebra.tree import ONE, Apply, Expr, Sym, names
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.engine import Passes, run
from tutor.grading import Blank, Problem

#: A matrix of exact values is written beside its decimals where it is no longer than this.
_LONGEST_MATRIX = 40


@dataclass(frozen=True)
class Spelling:
    """`passes` are the values of a problem as they are shown: exact, or formulas by the names of the graph.

    `closed` are the output and the gradients in the inputs alone, where something is left as a symbol; `scale` the
    passes in numbers where this is the start alone and a number, so that all gradients are numbers times it.
    """

    problem: Problem
    passes: Passes
    closed: Mapping[str, Value] = field(default_factory=dict)
    scale: Passes | None = None

    @staticmethod
    def of(problem: Problem) -> Spelling:
        """Raises `NotANumber`."""
        if not problem.symbolic:
            return Spelling(problem, problem.exact)
        from tutor.engine.symbolic import closed, has_symbols, told

        graph, inputs, start, wrt = problem.graph, problem.inputs, problem.start, problem.wrt
        passes = told(graph, inputs, start, wrt, problem.goal)
        numbers = not any(map(has_symbols, inputs.values())) and graph.nodes[graph.last].shape is None
        if isinstance(start, Sym) and numbers:
            return Spelling(problem, passes, {}, run(graph, inputs, ONE, wrt))
        return Spelling(problem, passes, closed(graph, inputs, start, wrt))

    def at(self, place: Blank) -> str:
        """The value of a place."""
        value = self.problem.truth(place, self.passes)
        if self.scale is not None and not isinstance(value, Whole):
            return self.scaled(self.problem.truth(place, self.scale), value)
        return written(value)

    def scaled(self, factor: Value, told: Value) -> str:
        """A number times the start: 3e²·∂L/∂z ≈ 22.17·∂L/∂z."""
        from tutor.algebra.tidy import tidy

        plain, start = show(factor), self.problem.start
        if values.is_matrix(factor):
            sign = "=" if all(exact_text(cell) == show(cell) for row in factor for cell in row) else "≈"
            return f"{write(told.tree)} {sign} {plain}·{write(start)}"
        text = exact_text(factor)
        exact = write(told if text is None else tidy(Apply("mul", (factor, start))))
        return exact if plain == text else f"{exact} ≈ {plain}·{write(start)}"

    def factor(self, value: Value) -> str:
        """A value as it stands in a product or a sum."""
        text = _briefly(value)
        loose = text.startswith("−") or (isinstance(value, Apply) and value.op in ("add", "sub") and " " in text)
        return f"({text})" if loose else text

    def defined(self) -> Iterator[tuple[str, list[str]]]:
        """The nodes on the way that have names, or that others are told by: `t` and `a + b`."""
        graph = self.problem.graph
        for position, node in enumerate(graph.nodes):
            if not node.is_input and position != graph.last and (node.name or node.id in self._mentioned):
                yield node.name or node.id, [written(self.passes.values[position])]

    @cached_property
    def _mentioned(self) -> set[str]:
        """Names that stand in what is shown; ∂z/∂t mentions t as well."""
        shown = [*self.passes.values, *(self.problem.truth(place, self.passes) for place in self.problem.places)]
        found = {name for value in shown for name in _names(value)}
        return found | {name.partition("/")[2][1:] for name in found if "/" in name}

    def results(self) -> Iterator[tuple[str, list[str]]]:
        """The output, the gradients that others are told by, and those of the inputs: each by the names of the graph,
        and in the inputs alone where that is another formula.
        """
        problem, graph, passes = self.problem, self.problem.graph, self.passes
        value = passes.values[graph.last]
        yield graph.output, self.with_closed(graph.output, written(value, problem.near_one[graph.last]))
        for position in range(graph.last - 1, -1, -1):
            name = graph.nodes[position].name or graph.nodes[position].id
            if f"d{problem.goal}/d{name}" in self._mentioned:
                yield f"∂{problem.goal}/∂{name}", [written(passes.gradients[position])]
        for name in graph.inputs if problem.wrt is None else problem.wrt:
            position = graph.position[name]
            if self.scale is not None:
                told = self.scaled(self.scale.gradients[position], passes.gradients[position])
            else:
                told = written(passes.gradients[position])
            yield f"∂{problem.goal}/∂{name}", self.with_closed(name, told)

    def with_closed(self, name: str, told: str) -> list[str]:
        closed = self.closed.get(name)
        text = told if closed is None else written(closed)
        return [told] if text == told else [told, text]


def written(value: Value, near_one: bool = False) -> str:
    """A value in full: exact where that is short, with decimals beside it where it is no decimal itself; a formula."""
    if isinstance(value, Whole) or (isinstance(value, Expr) and names(value)):
        return show(value)
    plain = show(value, near_one=near_one)
    if values.is_matrix(value):
        return _matrix_written(value, plain)
    exact = exact_text(value)
    return plain if exact in (None, plain) else f"{exact} ≈ {plain}"


def _matrix_written(value: Value, plain: str) -> str:
    cells = [[exact_text(cell) for cell in row] for row in value]
    if any(cell is None for row in cells for cell in row):
        return plain
    exact = "[" + ", ".join("[" + ", ".join(map(str, row)) + "]" for row in cells) + "]"
    return plain if exact == plain or len(exact) > _LONGEST_MATRIX else f"{exact} ≈ {plain}"


def _briefly(value: Value) -> str:
    """A value in one way: exact where that is short, a formula, or decimals."""
    if isinstance(value, Expr) and not names(value):
        return exact_text(value) or show(value)
    return show(value)


def _names(value: Value) -> set[str]:
    if isinstance(value, Whole):
        return names(value.tree)
    return names(value) if isinstance(value, Expr) else set()
