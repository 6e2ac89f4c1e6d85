"""LaTeX derivations: the forward pass, then the gradients as adjoints, node by node from the output back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Expr, Num, Sym, free_names
from tutor.algebra.literals import exact_decimal
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.codegen.latex_formulas import NodeFormulas, names_in
from tutor.engine.codegen.latex_fragments import ATOM, LatexFragment, format_product
from tutor.engine.codegen.latex_layout import Equation, EquationSide, display_lines, width
from tutor.engine.codegen.latex_names import GRADIENT_PATTERN, partial_derivative
from tutor.engine.codegen.latex_notes import LatexNotes
from tutor.engine.codegen.latex_steps import LatexSteps
from tutor.engine.codegen.rule_formulas import OUTPUT, UPSTREAM, operand_name
from tutor.engine.passes import Passes, forward_backward

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.codegen.latex_columns import PrintedFormula
    from tutor.engine.codegen.latex_values import LatexValue
    from tutor.engine.graph import Edge, Graph

#: Values are not inserted into a formula if it would then contain more matrices than this.
_MAX_MATRICES = 4
#: Nor if it would be wider than this, in letters; nor is the rule of a call written out then.
_MAX_TERM_WIDTH = 50


def latex_derivation(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> list[str]:
    r"""Return the lines of a derivation: two displays (`align*`), for the body of a document that loads `amsmath`.

    A bar marks a gradient, so that x̄ is ∂z/∂x; a heading says so. The displays without `\allowdisplaybreaks` are also
    those of KaTeX and MathJax. Names in letters other than Latin and Greek are in `\text{…}` and need fonts for them,
    as do the headings in Korean (`kotex`, or XeLaTeX). `inputs` and `start` are exact; an input that is a symbol
    (`Sym`, or `MatrixExpr` for a matrix) stays one. Gradients are those of the inputs in `wrt` and of what leads to
    them, None for all. Raises `NonFiniteError`, as `forward_backward` does.
    """
    derivation = _Derivation(graph, forward_backward(graph, inputs, start, wrt), _has_decimals(graph, inputs))
    return derivation.lines()


@dataclass(frozen=True, slots=True)
class _Term:
    """One term of a sum: with a local derivative, as a formula with names, and with values inserted."""

    chain_rule: LatexFragment | None
    formula: LatexFragment | None
    numbers: LatexFragment | None = None
    formula_is_rounded: bool = False
    """whether a number in the formula is rounded"""
    numbers_are_rounded: bool = False
    """whether an inserted value is rounded"""


class _Derivation:
    def __init__(self, graph: Graph, passes: Passes, decimals: bool) -> None:
        self.graph = graph
        self.passes = passes
        self.formulas = NodeFormulas(graph)
        self.steps = LatexSteps(graph, self.formulas, decimals)
        self.formatter = self.steps.formatter
        self.forward_latex = [
            self.formatter.format_value(value, not node.is_input and node.operation.needs_extra_digits)
            for node, value in zip(graph.nodes, passes.values, strict=True)
        ]

    def lines(self) -> list[str]:
        """Return both displays under their headings."""
        target, start = self._find_target(), self._start_symbol()
        output = self.steps.adjoints[self.graph.output_position]
        forward = list(self.forward_equations())
        if start is not None:
            self.steps.names.set_alias(start, output)
        backward = list(self.backward_equations())
        if start is not None:
            derivative = partial_derivative(target, self.steps.texts[self.graph.output_position][0])
            backward.insert(0, Equation(output, (EquationSide((derivative,)),)))
        notes = LatexNotes()
        heading = notes.forward_heading(self.steps.symbols, self._repeats_operands(), forward)
        lines = [*display_lines(heading, forward), ""]
        return [*lines, *display_lines(self._backward_heading(notes, target, backward), backward)]

    def _backward_heading(self, notes: LatexNotes, target: str, equations: Sequence[Equation]) -> str:
        """Return the heading of the backward pass, with an input that has a gradient as the example."""
        texts = [text for text, _strength in self.steps.texts]
        reached = [
            position
            for position, node in enumerate(self.graph.nodes)
            if node.is_input and self.passes.gradients[position] is not None
        ]
        with_shape = [position for position in reached if self.graph.nodes[position].shape is not None]
        example = min((texts[position] for position in with_shape or reached), key=len, default=texts[-1])
        step = None if any(node.shape for node in self.graph.nodes) else self.steps.step_letter
        return notes.backward_heading(target, texts[self.graph.output_position], example, step, equations)

    def _repeats_operands(self) -> bool:
        """Return whether a row or a column is an operand beside a larger matrix."""
        return any(
            is_hidden and self.graph.nodes[self.formulas.shown_source(position) or 0].shape is not None
            for position, is_hidden in enumerate(self.formulas.is_hidden)
        )

    def _start_symbol(self) -> str | None:
        """Return the name of a start that is a symbol such as dL/dz."""
        start = self.passes.start
        return start.name if isinstance(start, Sym) and GRADIENT_PATTERN.fullmatch(start.name) else None

    def _find_target(self) -> str:
        """Return the name of what is differentiated: the output, or L if the start is dL/dz."""
        start = self.passes.start
        if isinstance(start, Num) and start.value == 1:
            return self.steps.texts[self.graph.output_position][0]
        for symbol in sorted(names_in(start)):
            if match := GRADIENT_PATTERN.fullmatch(symbol):
                return self.steps.names.name(match[1])
        texts = [text for text, _strength in self.steps.texts]
        return "L" if "L" not in texts else r"\mathcal{L}"

    def forward_equations(self) -> Iterator[Equation]:
        """Yield an equation for the value of each node: the inputs first, then the steps."""
        for position in sorted(
            range(len(self.graph.nodes)), key=lambda position: not self.graph.nodes[position].is_input
        ):
            node, value = self.graph.nodes[position], self.passes.values[position]
            if self.formulas.is_hidden[position] or (node.is_input and self.formatter.is_symbolic(value)):
                continue
            sides = [] if node.is_input else _equation_sides([self._forward_term(position)])
            yield from self._equation(self.steps.texts[position][0], sides, value, self.forward_latex[position])

    def backward_equations(self) -> Iterator[Equation]:
        """Yield an equation for the gradient of each node: the sum over its outgoing edges."""
        for position in range(self.graph.output_position, -1, -1):
            edges = [
                edge for edge in self.graph.outgoing_edges[position] if (edge.target, edge.slot) in self.passes.edges
            ]
            if self.formulas.is_hidden[position] or not (edges or position == self.graph.output_position):
                continue
            gradient = self.passes.gradients[position]
            sides = _equation_sides([self._edge_term(edge) for edge in reversed(edges)])
            yield from self._equation(
                self.steps.adjoints[position], sides, gradient, self.formatter.format_value(gradient)
            )

    def _equation(
        self, left: str, sides: Sequence[EquationSide], value: Value, shown: LatexValue | None
    ) -> Iterator[Equation]:
        """Yield an equation that ends in a value, unless it would only repeat its left side."""
        known = [side for side in sides if side.text != left]
        if shown is not None:
            known += self._value_sides(value, shown, any(side.is_approximate for side in known))
        distinct = [
            side
            for side, before in zip(known, [left, *(side.text for side in known)], strict=False)
            if side.text != before
        ]
        if distinct:
            yield Equation(left, tuple(distinct))

    def _value_sides(self, value: Value, shown: LatexValue, is_rounded: bool) -> list[EquationSide]:
        """Return the value, exactly and as a decimal; `is_rounded` is whether a side before it is rounded."""
        is_irrational = isinstance(value, Expr) and not isinstance(value, Num) and not self.formatter.is_symbolic(value)
        if not is_irrational or not shown.is_exact:
            return [EquationSide((shown.text[0],), is_rounded or not shown.is_exact)]
        decimal = EquationSide((self.formatter.format_approximately(value)[0],), is_approximate=True)
        return [decimal] if is_rounded else [EquationSide((shown.text[0],)), decimal]

    def _forward_term(self, position: int) -> _Term:
        """Return the term for the value of a node."""
        return self._formula_term(self.formulas.forward(position), position)

    def _edge_term(self, edge: Edge) -> _Term:
        """Return the term for the gradient of an edge: with its local derivative if that is written as one."""
        shown, formula = self.formulas.shown_edge(edge), self.formulas.gradient(edge)
        called = self.formulas.forward(shown.target) is None
        chain = self._chain_rule(shown) if called else None
        term = _Term(chain, None) if formula is None else self._formula_term(formula, shown.target, chain)
        is_wide = chain is not None and term.formula is not None and width(term.formula[0]) > _MAX_TERM_WIDTH
        return _Term(chain, None) if is_wide else term

    def _chain_rule(self, edge: Edge) -> LatexFragment:
        """Return the upstream gradient times a local derivative."""
        node = self.graph.nodes[edge.target]
        factors = (self.steps.adjoints[edge.target], ATOM), self.steps.local_derivative(edge.target, edge.slot)
        return format_product(factors, node.shape is not None and not node.operation.vjp)

    def _formula_term(self, formula: PrintedFormula | None, position: int, chain: LatexFragment | None = None) -> _Term:
        """Return a formula of a node, None for a call, with names and with values if there are any."""
        operands, rows, is_rounded = self.steps.operand_texts(position)
        own = {OUTPUT: self.steps.texts[position], UPSTREAM: (self.steps.adjoints[position], ATOM)}
        names = operands | own
        written = self.steps.format(formula, position, names, rows)
        term = _Term(chain, written, None, is_rounded)
        values = self._values(operands.keys() if formula is None else free_names(formula.tree), position)
        if values is None:
            return term
        known = {name: value.text for name, value in values.items()}
        known_rows = {name: value.row for name, value in values.items() if value.row}
        inserted = self.steps.format(formula, position, names | known, rows | known_rows)
        if inserted[0].count(r"\begin{pmatrix}") > _MAX_MATRICES or width(inserted[0]) > _MAX_TERM_WIDTH:
            return term
        near = is_rounded or any(not value.is_exact for value in values.values())
        return _Term(chain, written, inserted, is_rounded, near)

    def _values(self, names: Collection[str], position: int) -> dict[str, LatexValue] | None:
        """Return the values of names in a formula of a node, None if one of them has no value that can be inserted."""
        values: dict[str, LatexValue] = {}
        sources = {operand_name(slot): arg for slot, arg in enumerate(self.formulas.shown_operands(position))}
        for name in names:
            # A name that is none of the node's is that of a size.
            source = position if name in (OUTPUT, UPSTREAM) else sources.get(name)
            if source is None:
                continue
            value = self.passes.gradients[source] if name == UPSTREAM else self.passes.values[source]
            shown = self.formatter.format_value(value) if name == UPSTREAM else self.forward_latex[source]
            if shown is None or not shown.is_small or self.formatter.is_symbolic(value):
                return None
            values[name] = shown
        return values


def _equation_sides(parts: list[_Term]) -> list[EquationSide]:
    """Return the right sides: the sums of the terms with local derivatives, with names, and with values if known."""
    sides: list[EquationSide] = []
    if any(part.chain_rule for part in parts):
        sides.append(EquationSide(_format_terms([part.chain_rule or part.formula for part in parts])))
    if any(part.formula for part in parts):
        near = any(part.formula_is_rounded for part in parts)
        sides.append(EquationSide(_format_terms([part.formula or part.chain_rule for part in parts]), near))
    if parts and all(part.numbers for part in parts):
        near = any(part.numbers_are_rounded for part in parts)
        sides.append(EquationSide(_format_terms([part.numbers for part in parts]), near))
    return sides


def _format_terms(terms: list[LatexFragment | None]) -> tuple[str, ...]:
    """Return the terms of a sum, all but the first with their signs."""
    texts = [term[0] for term in terms if term]
    return (
        texts[0],
        *(f"- {text.removeprefix('-')}" if text.startswith("-") else f"+ {text}" for text in texts[1:]),
    )


def _has_decimals(graph: Graph, inputs: Mapping[str, Value]) -> bool:
    """Return whether a number was typed with a decimal point, or is as 0.1, so that others are shown with one, too."""
    numbers = [cell for value in inputs.values() if not isinstance(value, MatrixExpr) for cell in ops.cells(value)]
    typed = any(isinstance(cell, Num) and (cell.is_decimal or _is_decimal_fraction(cell)) for cell in numbers)
    return typed or re.search(r"[0-9]\.|\.[0-9]", graph.text) is not None


def _is_decimal_fraction(value: Num) -> bool:
    """Return whether a number is a fraction such as 1/10, which people write as a decimal."""
    return value.value.denominator % 5 == 0 and exact_decimal(value.value) is not None
