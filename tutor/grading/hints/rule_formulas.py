"""An edge's rule as text: in letters, and with this exercise's numbers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym, free_names, substitute
from tutor.algebra.printing import SHOWN_DIGITS, format_expr, format_scalar, format_value
from tutor.algebra.simplify import simplify
from tutor.engine.composite import ONLY_LETTER, operand_letter, readable_formula
from tutor.grading.comparison import format_cell
from tutor.grading.hints.symbolic import upstream_in_names
from tutor.grading.tolerances import FLOAT_TOLERANCE, HINT_TOLERANCE
from tutor.grading.wording import MAX_FORMULA_SIZE, expanded_size, template_values
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from tutor.algebra.ops import Value
    from tutor.engine.graph import Edge, Node
    from tutor.grading.problem import Blank, Problem

#: Numbers are written with the first of these digit counts that leads to the right value.
DIGITS_TO_TRY = (SHOWN_DIGITS, 6, 9, 12)
#: A rule on matrices with more cells than this is not written out.
MAX_WRITTEN_CELLS = 64


def join_sentences(*parts: Message) -> Message:
    """Join two or more sentences."""
    return message(
        N_("{first} {rest}"), first=parts[0], rest=parts[1] if len(parts) == 2 else join_sentences(*parts[1:])
    )


def parenthesize(text: str) -> str:
    """Put a number or formula in brackets if it would need them as a factor."""
    needs_brackets = any(sign in text for sign in "+−·<>≤≥≠=") and not text.startswith("[")
    return f"({text})" if needs_brackets else text


def first_cell(value: Value) -> Value:
    """Return the first cell of a matrix, or the number itself."""
    return value[0, 0] if ops.is_matrix(value) else value


# --- in letters --------------------------------------------------------------------------------------------


def rule_in_letters(problem: Problem, edge: Edge) -> Message | None:
    """Return `For y = p·q: ∂y/∂q = p`, from the operation's rule run on letters; None if words say more."""
    node = problem.graph.nodes[edge.target]
    slope = slope_in_letters(node, edge.slot)
    if slope is None:
        return None
    letters = _letter_operands(node)
    formula: Expr = readable_formula(node.body, letters) if node.body else node.operation.forward(*letters)
    if expanded_size(formula) > MAX_FORMULA_SIZE:
        return None
    return message(
        N_("For y = {formula}: ∂y/∂{operand} = {slope}."),
        formula=format_expr(formula),
        operand=_letter_of(node, edge.slot),
        slope=format_expr(slope),
    )


def slope_in_letters(
    node: Node, slot: int, output: Expr | None = None, operands: Sequence[Expr] | None = None
) -> Expr | None:
    """Return the local derivative at an operand as a formula of `output` and `operands`, by default letters.

    None if words say more, or if it is too long to read.
    """
    operation = node.operation
    if operation.vjp or operation.has_kink:
        return None
    slope: Expr = operation.derivative[slot](output or Sym("y"), *(operands or _letter_operands(node)))
    if node.body is not None:
        slope = simplify(slope)
    return slope if expanded_size(slope) <= MAX_FORMULA_SIZE else None


def _letter_operands(node: Node) -> list[Expr]:
    """Return a letter for each operand, a constant number as it is, and C for a constant matrix."""
    constant = Sym("C") if ops.is_matrix(node.const) else node.const
    return [constant if arg is None else Sym(_letter_of(node, slot)) for slot, arg in enumerate(node.args)]


def _letter_of(node: Node, slot: int) -> str:
    """Return the letter of an operand: x if it is the only one, as in the texts of functions, such as “1/x”."""
    is_alone = node.body is None and sum(arg is not None for arg in node.args) == 1
    return ONLY_LETTER if is_alone else operand_letter(slot)


# --- with numbers ------------------------------------------------------------------------------------------


def rule_with_numbers(problem: Problem, blank: Blank) -> Message:
    """Write out the product at an edge with the numbers as shown, ready to multiply."""
    assert blank.edge
    if problem.graph.nodes[blank.edge.target].operation.vjp:
        return _matrix_rule_with_numbers(problem, blank, blank.edge)
    upstream = first_cell(problem.exact_passes.edges[blank.edge.target, blank.edge.slot].upstream)
    in_names = upstream_in_names(problem, blank) if blank.shape is None else None
    local_gradient = local_gradient_text(problem, blank.edge)
    product = f"{parenthesize(in_names or format_value(upstream))} × {parenthesize(local_gradient)}"
    if blank.shape:
        return message(N_("In the first cell, upstream × local derivative = {product} = ?"), product=product)
    return message(N_("upstream × local derivative = {product} = ?"), product=product)


def forward_with_numbers(problem: Problem, blank: Blank) -> str:
    """Write out what a node computes with its operands' numbers; for a matrix, the first cell."""
    node, exact = problem.graph.nodes[blank.node], problem.exact_passes
    values = [(value, False) for value in exact.operands_of(blank.node)]
    symbols, numbers = name_cells(values, node.operation.data_slots)
    cell = first_cell(node.operation.forward(*symbols))
    return substitute_numbers(cell, numbers, first_cell(exact.values[blank.node])) or format_expr(node.formula)


def local_gradient_text(problem: Problem, edge: Edge) -> str:
    """Write out the local gradient with numbers, at a matrix's first cell; its value if the formula is too long."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    local = first_cell(problem.exact_passes.edges[edge.target, edge.slot].local_gradient)
    if not operation.has_kink:
        names = ["z", *(f"{slot}" for slot in range(len(node.args)))]
        slope: Expr = operation.derivative[edge.slot](*map(Sym, names))
        if node.body is not None:
            slope = simplify(slope)
        values = node_values(problem, edge)
        numbers = {
            name: ShownNumber(first_cell(value), extra) for name, (value, extra) in zip(names, values, strict=True)
        }
        if text := substitute_numbers(slope, numbers, local):
            return text
    return format_value(local)


@dataclass(frozen=True, slots=True)
class ShownNumber:
    """A number to be shown, with more digits near 1 if the rule computes 1 minus it."""

    value: Expr
    needs_extra_digits: bool = False

    def rounded(self, digits: int) -> Expr:
        """Return the number as it is shown with `digits`; a formula stays as it is."""
        if free_names(self.value):
            return self.value
        text = format_scalar(self.value, digits, self.needs_extra_digits)
        return Num(Fraction(text.replace("−", "-")), text)


def node_values(problem: Problem, edge: Edge) -> list[tuple[Value, bool]]:
    """Return the values of a node's output and its operands, and whether each needs more digits near 1."""
    node, exact = problem.graph.nodes[edge.target], problem.exact_passes
    extra_digits = [
        problem.needs_extra_digits[edge.target],
        *(arg is not None and problem.needs_extra_digits[arg] for arg in node.args),
    ]
    return list(zip((exact.values[edge.target], *exact.operands_of(edge.target)), extra_digits, strict=True))


def name_cells(
    values: Sequence[tuple[Value, bool]], kept: Collection[int] = ()
) -> tuple[list[Value], dict[str, ShownNumber]]:
    """Return the values with a symbol for each number, and the numbers by the symbols' names.

    A symbol is named `0`, or `0,row,column` in a matrix, after the position in `values`. Each value comes with whether
    it needs more digits near 1. Values at the positions `kept`, such as indexes, stay as they are.
    """
    numbers: dict[str, ShownNumber] = {}

    def symbol_for(name: str, cell: Expr, extra: bool) -> Sym:
        numbers[name] = ShownNumber(cell, extra)
        return Sym(name)

    symbols: list[Value] = []
    for position, (value, extra) in enumerate(values):
        if position in kept:
            symbols.append(value)
        elif ops.is_matrix(value):
            rows = (
                tuple(symbol_for(f"{position},{i},{j}", cell, extra) for j, cell in enumerate(row))
                for i, row in enumerate(value)
            )
            symbols.append(ops.make_matrix(tuple(rows)))
        else:
            symbols.append(symbol_for(f"{position}", value, extra))
    return symbols, numbers


def substitute_numbers(tree: Expr, numbers: Mapping[str, ShownNumber], truth: Expr) -> str | None:
    """Write `tree` with as few digits as lead to `truth`; return None if it is too long or no digit count does."""
    if expanded_size(tree) > MAX_FORMULA_SIZE:
        return None
    used = free_names(tree)
    for digits in DIGITS_TO_TRY:
        shown = {name: number.rounded(digits) for name, number in numbers.items() if name in used}
        formula = substitute(tree, shown)
        if free_names(formula) or _evaluates_to(formula, truth, shown.values()):
            return format_expr(formula)
    return None


def _evaluates_to(formula: Expr, truth: Expr, numbers: Collection[Expr]) -> bool:
    """Return whether `formula` is close to `truth`; near 0, compared with the largest of its `numbers`."""
    try:
        value = nearest_float(evaluate(formula, {}))
    except AlgebraError:
        return False
    expected = nearest_float(truth)
    largest = max((abs(nearest_float(number)) for number in numbers), default=1.0)
    return abs(value - expected) <= max(HINT_TOLERANCE * abs(expected), FLOAT_TOLERANCE * largest)


# --- operations on whole matrices --------------------------------------------------------------------------


def _matrix_rule_with_numbers(problem: Problem, blank: Blank, edge: Edge) -> Message:
    """Write out one cell of what a structural rule gives."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    upstream = problem.exact_passes.edges[edge.target, edge.slot].upstream
    arguments = [(upstream, False), *node_values(problem, edge)]
    if (operation.has_kink and node.body is not None) or sum(
        ops.size(value) for value, _extra in arguments
    ) > MAX_WRITTEN_CELLS:
        return _too_long_message(problem, blank)
    # Which entry is the greatest can't be told from symbols.
    kept = range(1, len(arguments)) if operation.has_kink else [slot + 2 for slot in operation.data_slots]
    symbols, numbers = name_cells(arguments, kept)
    result = operation.vjp[edge.slot](*symbols)
    row, column = example_cell(problem, blank, result) or (0, 0)
    cell, truth = (value[row, column] if ops.is_matrix(value) else value for value in (result, problem.truth(blank)))
    if isinstance(cell, Sym):
        is_everywhere = all(isinstance(each, Sym) for each in ops.cells(result))
        return _passed_on_message(problem, cell.name, upstream, blank, (row, column), is_everywhere)
    product = substitute_numbers(cell, numbers, truth)
    if product is None:
        return _too_long_message(problem, blank)
    if blank.shape is None:
        return message(N_("With the numbers: {product} = ?"), product=product)
    text = _cell_message(problem, blank, (row, column), product)
    expression = matmul_expression(problem, edge) if operation.id == "matmul" else None
    return (
        join_sentences(text, message(N_("Type the cells, or the whole answer as {whole}."), whole=expression))
        if expression
        else text
    )


def _cell_message(problem: Problem, blank: Blank, cell: tuple[int, int], product: str) -> Message:
    if cell == (0, 0):
        return message(N_("The first cell: {product} = ?"), product=product)
    row, column = (problem.graph.first_cell_number + place for place in cell)
    if ops.is_vector_shape(blank.shape):
        return message(N_("Entry {n}: {product} = ?"), n=column, product=product)
    return message(N_("The cell in row {row}, column {column}: {product} = ?"), row=row, column=column, product=product)


def example_cell(problem: Problem, blank: Blank, symbolic_result: Value = None) -> tuple[int, int] | None:
    """Return the first cell whose gradient is not zero, as (row, column) from 0; None if the blank is a number.

    If `symbolic_result`, the rule's result in symbols, moves cells, it is the first cell in which some were added up,
    or else the first that was moved.
    """
    if blank.shape is None:
        return None
    truth = problem.truth(blank) if problem.symbolic else problem.truth_in_floats(blank)
    cells = [(i, j) for i, row in enumerate(truth) for j, value in enumerate(row) if isinstance(value, Expr) or value]
    moved = [cell for cell in cells if symbolic_result is not None and _is_moved(symbolic_result[cell], cell)]
    picks = symbolic_result is not None and any(isinstance(each, Sym) for each in ops.cells(symbolic_result))
    added = [cell for cell in cells if picks and isinstance(symbolic_result[cell], Apply)]
    return next(iter(added or moved or cells), (0, 0))


def _is_moved(source: Expr, cell: tuple[int, int]) -> bool:
    """Return whether a cell receives the cell of the upstream at another place, unchanged."""
    return isinstance(source, Sym) and source.name.partition(",")[2] not in ("", f"{cell[0]},{cell[1]}")


def _passed_on_message(
    problem: Problem, source: str, upstream: Value, blank: Blank, cell: tuple[int, int], is_everywhere: bool
) -> Message:
    """Explain a cell that receives the upstream, or the cell of it named `source`, unchanged."""
    if not ops.is_matrix(upstream) and not is_everywhere:
        product = f"{parenthesize(format_value(upstream))} × 1"
        return _cell_message(problem, blank, cell, product)
    if not ops.is_matrix(upstream):
        return message(N_("Every cell gets the upstream × 1 = {g} × 1 = ?"), g=parenthesize(format_value(upstream)))
    i, j = map(int, source.split(",")[1:])
    g = parenthesize(format_value(upstream[i, j]))
    if blank.shape is None:
        return message(N_("upstream × 1 = {g} × 1 = ?"), g=g)
    if problem.graph.has_indexes or ops.is_vector_shape(blank.shape):
        return message(
            N_("{cell} gets the upstream at {source}: {g} × 1 = ?"),
            cell=format_cell(problem, cell, blank.shape),
            source=format_cell(problem, (i, j), ops.shape_of(upstream)),
            g=g,
            row=cell[0] + 1,
            column=cell[1] + 1,
        )
    return message(
        N_("Row {row}, column {column} gets the upstream at row {i}, column {j}: {g} × 1 = ?"),
        row=cell[0] + 1,
        column=cell[1] + 1,
        i=i + 1,
        j=j + 1,
        g=g,
    )


def matmul_expression(problem: Problem, edge: Edge) -> str | None:
    """Return the product as an expression that can be typed; None if the other matrix has no name."""
    source = problem.graph.nodes[edge.target].args[1 - edge.slot]
    name = problem.graph.nodes[source].name if source is not None else None
    if name is None:
        return None
    return f"up @ {name}.T" if edge.slot == 0 else f"{name}.T @ up"


def _too_long_message(problem: Problem, blank: Blank) -> Message:
    if blank.edge and problem.graph.nodes[blank.edge.target].body is not None:
        return Message(
            N_(
                "{node} computes {inside} in one node. Unfold it to follow the upstream ({up_shape}) back "
                "through each step."
            ),
            template_values(problem, blank),
        )
    return Message(
        N_(
            "Written out, this is long. Use the rule with the upstream of {node} ({up_shape}), its "
            "inputs and its output."
        ),
        template_values(problem, blank),
    )
