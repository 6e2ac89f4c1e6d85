"""LaTeX derivations: the forward pass, then the chain rule node by node from the output back."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Expr, Num, children, free_names, postorder
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.codegen.latex_names import GRADIENT_PATTERN, LatexNames, escape_latex, partial_derivative
from tutor.engine.codegen.latex_printer import (
    ATOM,
    PRODUCT,
    QUOTIENT,
    TOTAL,
    LatexFragment,
    format_latex,
    operator_name,
)
from tutor.engine.codegen.latex_values import LatexValue, LatexValues
from tutor.engine.codegen.rule_formulas import (
    OUTPUT,
    UPSTREAM,
    drop_redundant_ones,
    edge_gradient_formula,
    forward_formula,
    is_composite,
    operand_name,
    shapes_at,
)
from tutor.engine.passes import Passes, forward_backward
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge, Graph

#: The rule of a composite node is written out up to this number of parts.
_MAX_RULE_PARTS = 40
#: Values are not inserted into a formula if it would then contain more matrices than this.
_MAX_MATRICES = 4


def latex_derivation(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    """Return the lines of a derivation: two displays (`align*`), for the body of a document that loads `amsmath`.

    Names in letters other than Latin and Greek are in `\\text{…}` and need fonts for them, as do the headings in
    Korean (`kotex`, or XeLaTeX). `inputs` and `start` are exact; an input that is a symbol (`Sym`, or `MatrixExpr` for
    a matrix) stays one. Gradients are those of the inputs in `wrt` and of what leads to them, None for all. Raises
    `NonFiniteError`, as `forward_backward` does.
    """
    derivation = _Derivation(graph, forward_backward(graph, inputs, start, wrt), _has_decimals(graph, inputs))
    return [
        *_display_lines(_("Forward pass"), list(derivation.forward_equations())),
        "",
        *_display_lines(_("Backward pass"), list(derivation.backward_equations())),
    ]


def _display_lines(heading: str, equations: list[list[str]]) -> list[str]:
    """Return a display of equations, each with a left side and one or more right sides, under a heading."""
    lines = [line for equation in equations for line in _align_equation(equation)]
    if not lines:
        return []
    broken = [rf"{line} \\" for line in lines[:-1]] + lines[-1:]
    inside = [r"\begingroup\allowdisplaybreaks", r"\begin{align*}", *broken, r"\end{align*}", r"\endgroup"]
    return [rf"\noindent {escape_latex(heading)}:", *inside]


def _align_equation(equation: list[str]) -> Iterator[str]:
    left, first, *others = equation
    yield f"{left} &{first}"
    for right in others:
        yield f"  &{right}"


@dataclass(frozen=True, slots=True)
class _EquationSide:
    """A right side of an equation. `is_approximate` is whether it is only approximately equal to the side before it."""

    text: str
    is_approximate: bool = False

    def __str__(self) -> str:
        return (r"\approx " if self.is_approximate else "= ") + self.text


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of an equation: as partial derivatives, as a formula with names, and with values inserted."""

    chain_rule: LatexFragment | None
    formula: LatexFragment | None
    numbers: LatexFragment | None
    formula_is_rounded: bool = False
    """whether a number in the formula is rounded"""
    numbers_are_rounded: bool = False
    """whether an inserted value is rounded"""


class _Derivation:
    def __init__(self, graph: Graph, passes: Passes, decimals: bool) -> None:
        self.graph = graph
        self.passes = passes
        self.latex_names = LatexNames()
        preferred_names = [node.name or node.id for node in graph.nodes]
        preferred_names[graph.output_position] = graph.output
        self.names = [self.latex_names.name(name) for name in preferred_names]
        self.target = self._find_target()
        self.formatter = LatexValues(
            self.latex_names, {node.id: node.shape for node in graph.nodes if node.is_input}, decimals
        )
        self.forward_latex = [
            self.formatter.format_value(value, not node.is_input and node.operation.needs_extra_digits)
            for node, value in zip(graph.nodes, passes.values, strict=True)
        ]

    def _find_target(self) -> str:
        """Return the name of what is differentiated: the output, or L if the start is dL/dz."""
        start = self.passes.start
        if isinstance(start, Num) and start.value == 1:
            return self.names[self.graph.output_position]
        for symbol in sorted(_names_in(start)):
            if match := GRADIENT_PATTERN.fullmatch(symbol):
                return self.latex_names.name(match[1])
        return "L" if "L" not in self.names else r"\mathcal{L}"

    def forward_equations(self) -> Iterator[list[str]]:
        """Yield an equation for the value of each node."""
        for position, node in enumerate(self.graph.nodes):
            value, steps = self.passes.values[position], []
            if not node.is_input:
                steps = _equation_sides([self._forward_term(position)])
            elif self.formatter.is_symbolic(value):
                continue
            yield self._make_equation(self.names[position], steps, value, self.forward_latex[position])

    def backward_equations(self) -> Iterator[list[str]]:
        """Yield an equation for the gradient of each node: the sum over its outgoing edges."""
        for position in range(self.graph.output_position, -1, -1):
            gradient = self.passes.gradients[position]
            places = [(edge.target, edge.slot) for edge in self.graph.outgoing_edges[position]]
            edges = [
                edge
                for edge, place in zip(self.graph.outgoing_edges[position], places, strict=True)
                if place in self.passes.edges
            ]
            if edges or position == self.graph.output_position:
                steps = _equation_sides([self._edge_term(edge) for edge in reversed(edges)])
                shown = self.formatter.format_value(gradient)
                if steps or shown is None or shown.text[0] != self._gradient_name(position):
                    yield self._make_equation(self._gradient_name(position), steps, gradient, shown, len(edges))

    def _make_equation(
        self, left: str, steps: list[_EquationSide], value: Value, shown: LatexValue | None, terms: int = 1
    ) -> list[str]:
        """Return an equation that ends in a value, on one line if it is short, otherwise with a line for each side."""
        steps = list(steps)
        if shown is not None:
            if not steps or steps[-1].text != shown.text[0]:
                steps.append(
                    _EquationSide(shown.text[0], not shown.is_exact or any(step.is_approximate for step in steps))
                )
            if (
                shown.is_exact
                and isinstance(value, Expr)
                and not isinstance(value, Num)
                and not self.formatter.is_symbolic(value)
            ):
                steps.append(_EquationSide(self.formatter.format_approximately(value)[0], is_approximate=True))
        if not ops.is_matrix(value) and terms < 2:
            return [left, " ".join(map(str, steps))]
        return [left, *map(str, steps)]

    def _forward_term(self, position: int) -> _Term:
        """Return the term for the value of a node."""
        if is_composite(self.graph, position):
            return self._formula_term(None, position)
        return self._formula_term(forward_formula(self.graph, position), position)

    def _edge_term(self, edge: Edge) -> _Term:
        """Return the term for the gradient of an edge."""
        position = edge.target
        structural = self.graph.nodes[position].operation.vjp
        chain = None
        if not structural or is_composite(self.graph, position):
            chain = self._chain_rule_latex(edge)
        tree = edge_gradient_formula(self.graph, position, edge.slot)
        if is_composite(self.graph, position) and _written_size(tree) > _MAX_RULE_PARTS:
            return _Term(chain, None, None)
        return replace(
            self._formula_term(drop_redundant_ones(tree, shapes_at(self.graph, position)), position), chain_rule=chain
        )

    def _gradient_name(self, position: int) -> str:
        return partial_derivative(self.target, self.names[position])

    def _chain_rule_latex(self, edge: Edge) -> LatexFragment:
        """Return the upstream gradient times the local derivative, both as partial derivatives."""
        local = partial_derivative(self.names[edge.target], self.names[edge.source])
        if sum(other.source == edge.source for other in self.graph.incoming_edges[edge.target]) > 1:
            local = rf"\left.{local}\right|_{{{edge.slot + 1}}}"
        sign = " " if self.graph.nodes[edge.target].shape is None else r" \odot "
        return self._gradient_name(edge.target) + sign + local, PRODUCT

    def _formula_term(self, tree: Expr | None, position: int) -> _Term:
        """Return a formula of a node, None for the call of a composite, with names and with values if there are any."""
        node = self.graph.nodes[position]
        letters = {OUTPUT: (self.names[position], ATOM), UPSTREAM: (self._gradient_name(position), QUOTIENT)}
        is_rounded = False
        for slot, arg in enumerate(node.args):
            if arg is not None:
                letters[operand_name(slot)] = self.names[arg], ATOM
            elif node.op != "broadcast":
                const = self.formatter.format_value(node.const)
                assert const is not None
                letters[operand_name(slot)], is_rounded = const.text, not const.is_exact
        formula = self._format_formula(tree, position, letters)
        numbers, near = dict(letters), is_rounded
        for name in free_names(tree) if tree is not None else letters.keys() - {OUTPUT, UPSTREAM}:
            if name == UPSTREAM:
                value = self.passes.gradients[position]
                shown = self.formatter.format_value(value)
            else:
                source = position if name == OUTPUT else node.args[int(name[1:])]
                if source is None:
                    continue
                value, shown = self.passes.values[source], self.forward_latex[source]
            if shown is None or not shown.is_small or self.formatter.is_symbolic(value):
                return _Term(None, formula, None, is_rounded)
            numbers[name] = shown.text
            near |= not shown.is_exact
        inserted = self._format_formula(tree, position, numbers)
        if inserted[0].count(r"\begin{pmatrix}") > _MAX_MATRICES:
            return _Term(None, formula, None, is_rounded)
        return _Term(None, formula, inserted, is_rounded, near)

    def _format_formula(self, tree: Expr | None, position: int, texts: Mapping[str, LatexFragment]) -> LatexFragment:
        if tree is not None:
            return format_latex(tree, texts, shapes_at(self.graph, position), self.formatter.decimals)
        node = self.graph.nodes[position]
        operands = ", ".join(texts[operand_name(slot)][0] for slot in range(len(node.args)))
        return rf"{operator_name(node.operation.label)}\left({operands}\right)", ATOM


def _equation_sides(parts: list[_Term]) -> list[_EquationSide]:
    """Return the right sides: the sums of the terms as partial derivatives, with names, and with values if known."""
    sides: list[_EquationSide] = []
    if any(part.chain_rule for part in parts):
        sides.append(_EquationSide(_format_sum([part.chain_rule or part.formula for part in parts])))
    if any(part.formula for part in parts):
        sides.append(
            _EquationSide(
                _format_sum([part.formula or part.chain_rule for part in parts]),
                any(part.formula_is_rounded for part in parts),
            )
        )
    if parts and all(part.numbers for part in parts):
        sides.append(
            _EquationSide(
                _format_sum([part.numbers for part in parts]), any(part.numbers_are_rounded for part in parts)
            )
        )
    return [step for step, before in zip(sides, [None, *sides], strict=False) if not before or step.text != before.text]


def _format_sum(terms: list[LatexFragment | None]) -> str:
    known = [term for term in terms if term]
    if len(known) == 1:
        return known[0][0]
    bracketed = [
        rf"\left({term}\right)" if strength == TOTAL or (term.startswith("-") and n) else term
        for n, (term, strength) in enumerate(known)
    ]
    return " + ".join(bracketed)


def _names_in(start: Value) -> set[str]:
    """Return the names in a start."""
    trees = [start.expr] if isinstance(start, MatrixExpr) else ops.cells(start)
    return {name for tree in trees for name in free_names(tree)}


def _written_size(tree: Expr) -> int:
    """Return the number of parts of a formula when written out, with shared parts repeated."""
    done: dict[int, int] = {}
    for part in postorder(tree):
        done[id(part)] = 1 + sum(done[id(child)] for child in children(part))
    return done[id(tree)]


def _has_decimals(graph: Graph, inputs: Mapping[str, Value]) -> bool:
    """Return whether any number was given with a decimal point, so that others are shown with one, too."""
    numbers = [cell for value in inputs.values() if not isinstance(value, MatrixExpr) for cell in ops.cells(value)]
    typed = any(isinstance(cell, Num) and cell.is_decimal for cell in numbers)
    return typed or re.search(r"[0-9]\.|\.[0-9]", graph.text) is not None
