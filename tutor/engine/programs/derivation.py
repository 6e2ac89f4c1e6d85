"""A graph as a derivation in LaTeX: what every node computes, then the chain rule, node by node, from the output back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from tutor.algebra import values
from tutor.algebra.tree import Expr, Num, children, names, postorder
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.engine.graph import Edge, Graph
from tutor.engine.passes import Passes, run
from tutor.engine.programs.formulas import (
    OUTPUT,
    UPSTREAM,
    back_formula,
    forward_formula,
    is_composite,
    operand,
    readable,
    shapes_at,
)
from tutor.engine.programs.letters import GRADIENT, Letters, differential, text
from tutor.engine.programs.shown import Shown, Values, cells
from tutor.engine.programs.tex import ATOM, PRODUCT, QUOTIENT, TOTAL, Text, operator, write
from tutor.i18n import _

#: The rule of a composite is written out while its formula has no more parts than this.
_LONGEST_RULE = 40
#: Numbers are not put into a formula where more matrices than this would stand in it.
_MOST_MATRICES = 4


def latex(graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None) -> list[str]:
    """The lines of the derivation: two displays (`align*`), for the body of a document that loads `amsmath`.

    Names of other letters than Latin and Greek stand in `\\text{…}` and need fonts for them, as do the headings in
    Korean (`kotex`, or XeLaTeX). `inputs` and `start` are exact; an input that is a symbol (`Sym`, or `Whole` for
    a matrix) stays one. Gradients are those of the inputs in `wrt` and of what leads to them, None for all. Raises
    `NotANumber`, as `run` does.
    """
    derivation = _Derivation(graph, run(graph, inputs, start, wrt), _has_decimals(graph, inputs))
    return [
        *_display(_("Forward pass"), list(derivation.forward())),
        "",
        *_display(_("Backward pass"), list(derivation.backward())),
    ]


def _display(heading: str, equations: list[list[str]]) -> list[str]:
    """Equations, each of a left side and one or more right sides, under a heading."""
    lines = [line for equation in equations for line in _aligned(equation)]
    if not lines:
        return []
    broken = [rf"{line} \\" for line in lines[:-1]] + lines[-1:]
    inside = [r"\begingroup\allowdisplaybreaks", r"\begin{align*}", *broken, r"\end{align*}", r"\endgroup"]
    return [rf"\noindent {text(heading)}:", *inside]


def _aligned(equation: list[str]) -> Iterator[str]:
    left, first, *others = equation
    yield f"{left} &{first}"
    for right in others:
        yield f"  &{right}"


@dataclass(frozen=True, slots=True)
class _Step:
    """One more side of an equation. `near` is whether it is only near to what stands before it."""

    text: str
    near: bool = False

    def __str__(self) -> str:
        return (r"\approx " if self.near else "= ") + self.text


@dataclass(frozen=True, slots=True)
class _Part:
    """One term of an equation: in differentials, as a formula in letters, and with the numbers put in."""

    chain: Text | None
    formula: Text | None
    numbers: Text | None
    rough: bool = False
    """whether a number in the formula is rounded"""
    near: bool = False
    """whether a number that is put in is rounded"""


class _Derivation:
    def __init__(self, graph: Graph, passes: Passes, decimals: bool) -> None:
        self.graph = graph
        self.passes = passes
        self.letters = Letters()
        wanted = [node.name or node.id for node in graph.nodes]
        wanted[graph.last] = graph.output
        self.names = [self.letters.letter(name) for name in wanted]
        self.goal = self._goal()
        self.values = Values(self.letters, {node.id: node.shape for node in graph.nodes if node.is_input}, decimals)
        self.shown = [
            self.values.show(value, not node.is_input and node.operation.near_one)
            for node, value in zip(graph.nodes, passes.values, strict=True)
        ]

    def _goal(self) -> str:
        """What is differentiated: the output, or what comes behind it where the start says that there is more."""
        start = self.passes.start
        if isinstance(start, Num) and start.value == 1:
            return self.names[self.graph.last]
        for symbol in sorted(_symbols(start)):
            if found := GRADIENT.fullmatch(symbol):
                return self.letters.letter(found[1])
        return "L" if "L" not in self.names else r"\mathcal{L}"

    def forward(self) -> Iterator[list[str]]:
        """What each node computes."""
        for position, node in enumerate(self.graph.nodes):
            value, steps = self.passes.values[position], []
            if not node.is_input:
                steps = _steps([self._computed(position)])
            elif self.values.is_symbolic(value):
                continue
            yield self._equation(self.names[position], steps, value, self.shown[position])

    def backward(self) -> Iterator[list[str]]:
        """What comes back to each node: the sum over the places that it feeds."""
        for position in range(self.graph.last, -1, -1):
            gradient = self.passes.gradients[position]
            places = [(edge.target, edge.slot) for edge in self.graph.outgoing[position]]
            edges = [
                edge
                for edge, place in zip(self.graph.outgoing[position], places, strict=True)
                if place in self.passes.edges
            ]
            if edges or position == self.graph.last:
                steps = _steps([self._part(edge) for edge in reversed(edges)])
                shown = self.values.show(gradient)
                if steps or shown is None or shown.text[0] != self._gradient(position):
                    yield self._equation(self._gradient(position), steps, gradient, shown, len(edges))

    def _equation(self, left: str, steps: list[_Step], value: Value, shown: Shown | None, terms: int = 1) -> list[str]:
        """An equation that ends in a value: on one line where it is short, otherwise on one for each step."""
        steps = list(steps)
        if shown is not None:
            if not steps or steps[-1].text != shown.text[0]:
                steps.append(_Step(shown.text[0], not shown.exact or any(step.near for step in steps)))
            if (
                shown.exact
                and isinstance(value, Expr)
                and not isinstance(value, Num)
                and not self.values.is_symbolic(value)
            ):
                steps.append(_Step(self.values.approximate(value)[0], near=True))
        if not values.is_matrix(value) and terms < 2:
            return [left, " ".join(map(str, steps))]
        return [left, *map(str, steps)]

    def _computed(self, position: int) -> _Part:
        """What a node computes."""
        if is_composite(self.graph, position):
            return self._told(None, position)
        return self._told(forward_formula(self.graph, position), position)

    def _part(self, edge: Edge) -> _Part:
        """What comes back along an edge."""
        position = edge.target
        structural = self.graph.nodes[position].operation.pull
        chain = None
        if not structural or is_composite(self.graph, position):
            chain = self._differentials(edge)
        tree = back_formula(self.graph, position, edge.slot)
        if is_composite(self.graph, position) and _size(tree) > _LONGEST_RULE:
            return _Part(chain, None, None)
        return replace(self._told(readable(tree, shapes_at(self.graph, position)), position), chain=chain)

    def _gradient(self, position: int) -> str:
        return differential(self.goal, self.names[position])

    def _differentials(self, edge: Edge) -> Text:
        """The upstream times the local derivative, both as quotients of differentials."""
        local = differential(self.names[edge.target], self.names[edge.source])
        if sum(other.source == edge.source for other in self.graph.incoming[edge.target]) > 1:
            local = rf"\left.{local}\right|_{{{edge.slot + 1}}}"
        sign = " " if self.graph.nodes[edge.target].shape is None else r" \odot "
        return self._gradient(edge.target) + sign + local, PRODUCT

    def _told(self, tree: Expr | None, position: int) -> _Part:
        """A formula of a node in letters and, where there are some, in numbers; None is the call of a composite."""
        node = self.graph.nodes[position]
        letters = {OUTPUT: (self.names[position], ATOM), UPSTREAM: (self._gradient(position), QUOTIENT)}
        rough = False
        for slot, arg in enumerate(node.args):
            if arg is not None:
                letters[operand(slot)] = self.names[arg], ATOM
            elif node.op != "broadcast":
                const = self.values.show(node.const)
                assert const is not None
                letters[operand(slot)], rough = const.text, not const.exact
        formula = self._written(tree, position, letters)
        numbers, near = dict(letters), rough
        for name in names(tree) if tree is not None else letters.keys() - {OUTPUT, UPSTREAM}:
            if name == UPSTREAM:
                value = self.passes.gradients[position]
                shown = self.values.show(value)
            else:
                source = position if name == OUTPUT else node.args[int(name[1:])]
                if source is None:
                    continue
                value, shown = self.passes.values[source], self.shown[source]
            if shown is None or not shown.small or self.values.is_symbolic(value):
                return _Part(None, formula, None, rough)
            numbers[name] = shown.text
            near |= not shown.exact
        put_in = self._written(tree, position, numbers)
        if put_in[0].count(r"\begin{pmatrix}") > _MOST_MATRICES:
            return _Part(None, formula, None, rough)
        return _Part(None, formula, put_in, rough, near)

    def _written(self, tree: Expr | None, position: int, texts: Mapping[str, Text]) -> Text:
        if tree is not None:
            return write(tree, texts, shapes_at(self.graph, position), self.values.decimals)
        node = self.graph.nodes[position]
        operands = ", ".join(texts[operand(slot)][0] for slot in range(len(node.args)))
        return rf"{operator(node.operation.called)}\left({operands}\right)", ATOM


def _steps(parts: list[_Part]) -> list[_Step]:
    """The sums of several terms, from differentials to numbers, as far as all are known."""
    found: list[_Step] = []
    if any(part.chain for part in parts):
        found.append(_Step(_sum([part.chain or part.formula for part in parts])))
    if any(part.formula for part in parts):
        found.append(_Step(_sum([part.formula or part.chain for part in parts]), any(part.rough for part in parts)))
    if parts and all(part.numbers for part in parts):
        found.append(_Step(_sum([part.numbers for part in parts]), any(part.near for part in parts)))
    return [step for step, before in zip(found, [None, *found], strict=False) if not before or step.text != before.text]


def _sum(terms: list[Text | None]) -> str:
    known = [term for term in terms if term]
    if len(known) == 1:
        return known[0][0]
    bracketed = [
        rf"\left({term}\right)" if strength == TOTAL or (term.startswith("-") and n) else term
        for n, (term, strength) in enumerate(known)
    ]
    return " + ".join(bracketed)


def _symbols(start: Value) -> set[str]:
    """The names in a start."""
    trees = [start.tree] if isinstance(start, Whole) else cells(start)
    return {name for tree in trees for name in names(tree)}


def _size(tree: Expr) -> int:
    """How many parts a formula has when it is written out."""
    done: dict[int, int] = {}
    for part in postorder(tree):
        done[id(part)] = 1 + sum(done[id(child)] for child in children(part))
    return done[id(tree)]


def _has_decimals(graph: Graph, inputs: Mapping[str, Value]) -> bool:
    """Whether some numbers were given with a decimal point, so that others are shown with one too."""
    numbers = [cell for value in inputs.values() if not isinstance(value, Whole) for cell in cells(value)]
    typed = any(isinstance(cell, Num) and cell.decimal for cell in numbers)
    return typed or re.search(r"[0-9]\.|\.[0-9]", graph.text) is not None
