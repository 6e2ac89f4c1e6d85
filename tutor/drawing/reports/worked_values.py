"""Values of a worked graph as text: exact with decimals beside them, or formulas."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import ONE, Apply, Expr, Sym, free_names
from tutor.algebra.lexer import COMPARISONS
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import format_exact, format_expr, format_rows, format_value
from tutor.algebra.simplify import simplify
from tutor.engine.passes import Passes, forward_backward
from tutor.engine.symbolic import closed_form_gradients, has_symbols, named_passes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.algebra.ops import Value
    from tutor.grading.problem import Blank, Problem

#: The maximum length of an exact matrix that is written beside its decimals.
_MAX_MATRIX_LENGTH = 40


@dataclass(frozen=True)
class WorkedValues:
    """The values of a problem as they are shown.

    `passes` are exact values, or formulas in the names of the graph's nodes. If there are symbols, `closed_forms` are
    the output and the gradients in the inputs alone. If the start is the only symbol and a number, all gradients are
    multiples of it, and `numeric_passes` hold the factors.
    """

    problem: Problem
    passes: Passes
    closed_forms: Mapping[str, Value] = field(default_factory=dict)
    numeric_passes: Passes | None = None

    @staticmethod
    def of(problem: Problem) -> WorkedValues:
        """Return the values of a problem. Raise NonFiniteError."""
        if not problem.symbolic:
            return WorkedValues(problem, problem.exact_passes)
        graph, inputs, start, wrt = problem.graph, problem.inputs, problem.start, problem.wrt
        passes = named_passes(graph, inputs, start, wrt, problem.target_name)
        numbers = not any(map(has_symbols, inputs.values())) and graph.nodes[graph.output_position].shape is None
        if isinstance(start, Sym) and numbers:
            return WorkedValues(problem, passes, {}, forward_backward(graph, inputs, ONE, wrt))
        return WorkedValues(problem, passes, closed_form_gradients(graph, inputs, start, wrt))

    def format_place(self, place: Blank) -> str:
        """Return the value of a place."""
        value = self.problem.truth(place, self.passes)
        if self.numeric_passes is not None and not isinstance(value, MatrixExpr):
            return self.format_multiple_of_start(self.problem.truth(place, self.numeric_passes), value)
        return format_full(value)

    def format_multiple_of_start(self, factor: Value, symbolic_value: Value) -> str:
        """Return a number times the start: 3e²·∂L/∂z ≈ 22.17·∂L/∂z."""
        plain, start = format_value(factor), self.problem.start
        if ops.is_matrix(factor):
            sign = "=" if all(format_exact(cell) == format_value(cell) for row in factor for cell in row) else "≈"
            return f"{format_expr(symbolic_value.expr)} {sign} {plain}·{format_expr(start)}"
        text = format_exact(factor)
        exact = format_expr(symbolic_value if text is None else simplify(Apply("mul", (factor, start))))
        return exact if plain == text else f"{exact} ≈ {plain}·{format_expr(start)}"

    def format_operand(self, value: Value) -> str:
        """Return a value as part of a product or a sum, in parentheses if it needs them."""
        text = _format_brief(value)
        formula = value.expr if isinstance(value, MatrixExpr) else value
        loose = ("add", "sub", *COMPARISONS.values())
        needs_parentheses = text.startswith("−") or (isinstance(formula, Apply) and formula.op in loose and " " in text)
        return f"({text})" if needs_parentheses else text

    def named_equations(self) -> Iterator[tuple[str, list[str]]]:
        """Yield inner nodes that have names or appear in other formulas: `t` and `a + b`."""
        graph = self.problem.graph
        for position, node in enumerate(graph.nodes):
            if (
                not node.is_input
                and position != graph.output_position
                and (node.name or node.id in self._mentioned_names)
            ):
                yield node.name or node.id, [format_full(self.passes.values[position])]

    @cached_property
    def _mentioned_names(self) -> set[str]:
        """Names in the formulas that are shown; ∂z/∂t mentions t as well."""
        shown = [*self.passes.values, *(self.problem.truth(place, self.passes) for place in self.problem.places)]
        names = {name for value in shown for name in _free_names_of(value)}
        return names | {name.partition("/")[2][1:] for name in names if "/" in name}

    def result_equations(self) -> Iterator[tuple[str, list[str]]]:
        """Yield the output, the gradients that other formulas mention, and those of the inputs.

        Each is given in the names of the graph, and in the inputs alone if that is another formula.
        """
        problem, graph, passes = self.problem, self.problem.graph, self.passes
        value = passes.values[graph.output_position]
        yield (
            graph.output,
            self.add_closed_form(graph.output, format_full(value, problem.needs_extra_digits[graph.output_position])),
        )
        for position in range(graph.output_position - 1, -1, -1):
            name = graph.nodes[position].name or graph.nodes[position].id
            if f"d{problem.target_name}/d{name}" in self._mentioned_names:
                yield f"∂{problem.target_name}/∂{name}", [format_full(passes.gradients[position])]
        for name in graph.differentiable_inputs(problem.wrt):
            position = graph.position[name]
            if self.numeric_passes is not None:
                text = self.format_multiple_of_start(
                    self.numeric_passes.gradients[position], passes.gradients[position]
                )
            else:
                text = format_full(passes.gradients[position])
            yield f"∂{problem.target_name}/∂{name}", self.add_closed_form(name, text)

    def add_closed_form(self, name: str, formula_text: str) -> list[str]:
        closed = self.closed_forms.get(name)
        text = formula_text if closed is None else format_full(closed)
        return [formula_text] if text == formula_text else [formula_text, text]


def format_full(value: Value, near_one: bool = False) -> str:
    """Return a formula, or a value with decimals beside its exact form if that is short and not a decimal."""
    if isinstance(value, MatrixExpr) or (isinstance(value, Expr) and free_names(value)):
        return format_value(value)
    plain = format_value(value, near_one=near_one)
    if ops.is_matrix(value):
        return _format_matrix(value, plain)
    exact = format_exact(value)
    return plain if exact in (None, plain) else f"{exact} ≈ {plain}"


def _format_matrix(value: Value, plain: str) -> str:
    cells = [[format_exact(cell) for cell in row] for row in value]
    if any(cell is None for row in cells for cell in row):
        return plain
    exact = format_rows([list(map(str, row)) for row in cells], ops.is_vector(value))
    return plain if exact == plain or len(exact) > _MAX_MATRIX_LENGTH else f"{exact} ≈ {plain}"


def _format_brief(value: Value) -> str:
    """Return a value in one form: exact if that is short, otherwise as a formula or in decimals."""
    if isinstance(value, Expr) and not free_names(value):
        return format_exact(value) or format_value(value)
    return format_value(value)


def _free_names_of(value: Value) -> set[str]:
    if isinstance(value, MatrixExpr):
        return free_names(value.expr)
    return free_names(value) if isinstance(value, Expr) else set()
