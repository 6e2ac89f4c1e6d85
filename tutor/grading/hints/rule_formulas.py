"""The rule of an edge for people: in letters, and with this exercise's numbers put in."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Expr, Num, Sym, free_names, substitute
from tutor.algebra.printing import format_expr, format_scalar, format_value
from tutor.algebra.simplify import simplify
from tutor.engine.composite import operand_letter
from tutor.grading.hints.symbolic import upstream_in_names
from tutor.grading.message_values import MAX_FORMULA_SIZE, expanded_size, template_values
from tutor.grading.tolerances import FLOAT_TOLERANCE, HINT_TOLERANCE
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge, Node
    from tutor.grading.problem import Blank, Problem

#: So many digits of the numbers are tried, until what is written comes to the right value.
_DIGITS_TO_TRY = (4, 6, 9, 12)
#: A rule on matrices of more cells than this is not written out.
_MAX_CELLS = 64


def join_sentences(*parts: Message) -> Message:
    """Sentences after one another."""
    return message(
        N_("{first} {rest}"), first=parts[0], rest=parts[1] if len(parts) == 2 else join_sentences(*parts[1:])
    )


def parenthesize(text: str) -> str:
    """A number or formula as a factor."""
    loose = any(sign in text for sign in "+−·") and not text.startswith("[")
    return f"({text})" if loose else text


def first_cell(value: Value) -> Value:
    """The first cell of a matrix, or the number itself."""
    return value[0, 0] if ops.is_matrix(value) else value


# --- in letters --------------------------------------------------------------------------------------------


def rule_in_letters(problem: Problem, edge: Edge) -> Message | None:
    """`For y = p·q: ∂y/∂q = p`, by running the operation and its rule on letters; None where words say more."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    if operation.vjp or operation.has_kink:
        return None
    operands = _letter_operands(node)
    formula: Expr = operation.forward(*operands)
    slope: Expr = operation.derivative[edge.slot](Sym("y"), *operands)
    if operation.body is not None:
        slope = simplify(slope)
    if expanded_size(formula) > MAX_FORMULA_SIZE or expanded_size(slope) > MAX_FORMULA_SIZE:
        return None
    return message(
        N_("For y = {formula}: ∂y/∂{operand} = {slope}."),
        formula=format_expr(formula),
        operand=operand_letter(edge.slot),
        slope=format_expr(slope),
    )


def _letter_operands(node: Node) -> list[Expr]:
    """A letter for each operand, numbers as they are, C for a constant matrix."""
    constant = Sym("C") if ops.is_matrix(node.const) else node.const
    return [constant if arg is None else Sym(operand_letter(slot)) for slot, arg in enumerate(node.args)]


# --- with the numbers put in -------------------------------------------------------------------------------


def rule_with_numbers(problem: Problem, blank: Blank) -> Message:
    """What is to be multiplied at an edge, with the numbers as they are shown, nothing multiplied out."""
    assert blank.edge
    if problem.graph.nodes[blank.edge.target].operation.vjp:
        return _matrix_rule_with_numbers(problem, blank, blank.edge)
    g = first_cell(problem.exact_passes.edges[blank.edge.target, blank.edge.slot].upstream)
    named = upstream_in_names(problem, blank) if blank.shape is None else None
    product = f"{parenthesize(named or format_value(g))} × {parenthesize(_local_gradient_text(problem, blank.edge))}"
    if blank.shape:
        return message(N_("Cell by cell, upstream × slope. The first cell: {product} = ?"), product=product)
    return message(N_("upstream × slope = {product} = ?"), product=product)


def forward_with_numbers(problem: Problem, blank: Blank) -> str:
    """What a node computes, with the numbers that flow in put in; a matrix's first cell."""
    node, exact = problem.graph.nodes[blank.node], problem.exact_passes
    operands = [_as_numbers(value) for value in exact.operands_of(blank.node)]
    cell = first_cell(node.operation.forward(*(_as_symbols(value, f"{which}") for which, value in enumerate(operands))))
    numbers = {
        name: number for which, value in enumerate(operands) for name, number in _numbers_by_symbol(value, f"{which}")
    }
    return _substitute_numbers(cell, numbers, first_cell(exact.values[blank.node])) or format_expr(node.formula)


def _local_gradient_text(problem: Problem, edge: Edge) -> str:
    """The local rule with the numbers put in, a matrix's first cell; its value where that is no formula to read."""
    operation = problem.graph.nodes[edge.target].operation
    local = first_cell(problem.exact_passes.edges[edge.target, edge.slot].local_gradient)
    if not operation.has_kink:
        z, *operands = map(first_cell, _node_numbers(problem, edge))
        slope: Expr = operation.derivative[edge.slot](Sym("z"), *(Sym(f"{slot}") for slot in range(len(operands))))
        if operation.body is not None:
            slope = simplify(slope)
        numbers = {f"{slot}": operand for slot, operand in enumerate(operands)} | {"z": z}
        if text := _substitute_numbers(slope, numbers, local):
            return text
    return format_value(local)


@dataclass(frozen=True, slots=True)
class _ShownNumber:
    """A number that is shown; `near_one` where it needs the digits that 1 minus it has."""

    value: Expr
    needs_extra_digits: bool = False

    def rounded(self, digits: int) -> Expr:
        """With so many digits; what has symbols stays a formula."""
        if free_names(self.value):
            return self.value
        text = format_scalar(self.value, digits, self.needs_extra_digits)
        return Num(Fraction(text.replace("−", "-")), text)


def _node_numbers(problem: Problem, edge: Edge) -> list[Value]:
    """The node's output and its operands."""
    node, exact = problem.graph.nodes[edge.target], problem.exact_passes
    near_one = [
        problem.needs_extra_digits[edge.target],
        *(arg is not None and problem.needs_extra_digits[arg] for arg in node.args),
    ]
    around = (exact.values[edge.target], *exact.operands_of(edge.target))
    return [_as_numbers(value, near) for value, near in zip(around, near_one, strict=True)]


def _as_numbers(value: Value, needs_extra_digits: bool = False) -> Value:
    if not ops.is_matrix(value):
        return _ShownNumber(value, needs_extra_digits)
    import numpy as np

    return np.frompyfunc(lambda cell: _ShownNumber(cell, needs_extra_digits), 1, 1)(value)


def _substitute_numbers(tree: Expr, numbers: Mapping[str, _ShownNumber], truth: Expr) -> str | None:
    """`tree` with as many digits of the numbers in it as it takes to come to `truth`; None where it is too long."""
    if expanded_size(tree) > MAX_FORMULA_SIZE:
        return None
    used = free_names(tree)
    for digits in _DIGITS_TO_TRY:
        shown = {name: number.rounded(digits) for name, number in numbers.items() if name in used}
        filled = substitute(tree, shown)
        if free_names(filled) or _evaluates_to(filled, truth, max(map(_magnitude, shown.values()), default=1.0)):
            return format_expr(filled)
    return None


def _evaluates_to(filled: Expr, truth: Expr, size: float) -> bool:
    """Whether what is written there is right, as far as an answer has to be; what cancels, among numbers of a `size`."""
    try:
        value = nearest_float(evaluate(filled, {}))
    except AlgebraError:
        return False
    right = nearest_float(truth)
    return abs(value - right) <= max(HINT_TOLERANCE * abs(right), FLOAT_TOLERANCE * size)


def _magnitude(number: Expr) -> float:
    return abs(nearest_float(number))


# --- operations on whole matrices --------------------------------------------------------------------------


def _matrix_rule_with_numbers(problem: Problem, blank: Blank, edge: Edge) -> Message:
    """One cell of what a structural rule gives, written out."""
    operation = problem.graph.nodes[edge.target].operation
    upstream = problem.exact_passes.edges[edge.target, edge.slot].upstream
    around = [_as_numbers(upstream), *_node_numbers(problem, edge)]
    if operation.has_kink or sum(ops.size(value) for value in around) > _MAX_CELLS:
        return _too_long_message(problem, blank)
    pulled = operation.vjp[edge.slot](*(_as_symbols(value, f"{which}") for which, value in enumerate(around)))
    row, column = example_cell(problem, blank, pulled) or (0, 0)
    cell, truth = (value[row, column] if ops.is_matrix(value) else value for value in (pulled, problem.truth(blank)))
    if isinstance(cell, Sym):
        return _passed_on_message(cell.name, upstream, blank, (row, column))
    numbers = {
        name: number for which, value in enumerate(around) for name, number in _numbers_by_symbol(value, f"{which}")
    }
    product = _substitute_numbers(cell, numbers, truth)
    if product is None:
        return _too_long_message(problem, blank)
    if blank.shape is None:
        return message(N_("With the numbers put in: {product} = ?"), product=product)
    said = _cell_message(row, column, product)
    whole = _matmul_expression(problem, edge) if operation.id == "matmul" else None
    return join_sentences(said, message(N_("Type the cells, or the whole as {whole}."), whole=whole)) if whole else said


def _cell_message(row: int, column: int, product: str) -> Message:
    if (row, column) == (0, 0):
        return message(N_("The first cell: {product} = ?"), product=product)
    return message(
        N_("The cell in row {row}, column {column}: {product} = ?"), row=row + 1, column=column + 1, product=product
    )


def _as_symbols(value: Value, name: str) -> Value:
    """A symbol for a number, a matrix of symbols for a matrix."""
    if not ops.is_matrix(value):
        return Sym(name)
    rows, columns = value.shape
    return ops.make_matrix(tuple(tuple(Sym(f"{name},{i},{j}") for j in range(columns)) for i in range(rows)))


def _numbers_by_symbol(value: Value, name: str) -> list[tuple[str, _ShownNumber]]:
    """The numbers behind the symbols of `_named`."""
    if not ops.is_matrix(value):
        return [(name, value)]
    return [(f"{name},{i},{j}", cell) for i, row in enumerate(value) for j, cell in enumerate(row)]


def example_cell(problem: Problem, blank: Blank, symbolic_result: Value = None) -> tuple[int, int] | None:
    """A cell that shows the rule, the first that gets no zero; None where a number is asked.

    `pulled` is what the rule gives in symbols: where cells change their places one that does is taken.
    """
    if blank.shape is None:
        return None
    right = problem.truth(blank) if problem.symbolic else problem.truth_in_floats(blank)
    cells = [(i, j) for i, row in enumerate(right) for j, value in enumerate(row) if isinstance(value, Expr) or value]
    moved = [cell for cell in cells if symbolic_result is not None and _is_moved(symbolic_result[cell], cell)]
    return next(iter(moved or cells), (0, 0))


def _is_moved(pulled: Expr, cell: tuple[int, int]) -> bool:
    """Whether a cell of the upstream goes to this cell as it is, from another place."""
    return isinstance(pulled, Sym) and pulled.name.partition(",")[2] not in ("", f"{cell[0]},{cell[1]}")


def _passed_on_message(name: str, upstream: Value, blank: Blank, cell: tuple[int, int]) -> Message:
    """What to say where a cell gets a cell of the upstream as it is."""
    if not ops.is_matrix(upstream):
        return message(N_("Every cell gets the upstream × 1 = {g} × 1 = ?"), g=parenthesize(format_value(upstream)))
    i, j = map(int, name.split(",")[1:])
    g = parenthesize(format_value(upstream[i, j]))
    if blank.shape is None:
        return message(N_("upstream × 1 = {g} × 1 = ?"), g=g)
    return message(
        N_("Row {row}, column {column} gets what came to row {i}, column {j}: {g} × 1 = ?"),
        row=cell[0] + 1,
        column=cell[1] + 1,
        i=i + 1,
        j=j + 1,
        g=g,
    )


def _matmul_expression(problem: Problem, edge: Edge) -> str | None:
    """The product as an expression that can be typed, None where the other matrix has no name."""
    source = problem.graph.nodes[edge.target].args[1 - edge.slot]
    name = problem.graph.nodes[source].name if source is not None else None
    if name is None:
        return None
    return f"up @ {name}.T" if edge.slot == 0 else f"{name}.T @ up"


def _too_long_message(problem: Problem, blank: Blank) -> Message:
    return Message(
        N_(
            "Written out this is long. Put into the rule what stands around {node}: the upstream, {up_shape}, that came "
            "from the right, its output, and what came in on its left."
        ),
        template_values(problem, blank),
    )
