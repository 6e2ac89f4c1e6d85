"""The sentence after a right answer that says why it is right, with this exercise's numbers.

"2 × 120: the upstream times the other input." The reason comes from the operation's declaration, and the product is
written with as many digits as lead to the right value.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.expr import Apply, Expr, Num, Sym, free_names, substitute
from tutor.algebra.parser import parse
from tutor.algebra.printing import format_expr, format_number
from tutor.algebra.simplify import simplify
from tutor.grading.comparison import format_cell
from tutor.grading.hints.rule_formulas import (
    DIGITS_TO_TRY,
    MAX_WRITTEN_CELLS,
    ShownNumber,
    example_cell,
    first_cell,
    forward_with_numbers,
    matmul_expression,
    name_cells,
    node_values,
    parenthesize,
    substitute_numbers,
)
from tutor.grading.hints.symbolic import answer_in_names, named_passes_of
from tutor.i18n import N_, Message, message

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge
    from tutor.grading.problem import Blank, Problem

#: The most characters of a product and its reason, so that a sentence fits one row of the panel beside its mark.
_MAX_LENGTH = 73

_SLOPE_OF_NODE = N_("the upstream times the local derivative of {node}")
_THROUGH_NODE = N_("the upstream, sent back through the steps of {node}")
_WITH_PRODUCT = N_("{product}: {reason}.")
_WITHOUT_NUMBERS = N_("It is {reason}.")


def confirmation(problem: Problem, blank: Blank, visible: Collection[str] | None = None) -> Message | None:
    """Return why the right answer at `blank` is right; None at a question.

    `visible` are the ids of the places whose values the learner sees: a sentence needs no other value. None means all.
    """
    if blank.kind == "question":
        return None
    if blank.kind == "start":
        return _confirm_start(problem, blank)
    if blank.kind == "forward":
        return _confirm_forward(problem, blank, visible)
    if blank.kind == "sum":
        return _confirm_sum(problem, blank, visible)
    reason = reason_at(problem, blank)
    if visible is not None and problem.upstream(blank) not in visible:
        return message(_WITHOUT_NUMBERS, reason=reason)
    return _with_product(problem.memoize(("product", blank.id), lambda: _product(problem, blank, reason)), reason)


def _product(problem: Problem, blank: Blank, reason: Message) -> str | None:
    product = edge_product(problem, blank)
    return product if product is not None and _fits(product, reason) else _matrix_product(problem, blank)


def _with_product(product: str | None, reason: Message) -> Message:
    if product is None or not _fits(product, reason):
        return message(_WITHOUT_NUMBERS, reason=reason)
    return message(_WITH_PRODUCT, product=product, reason=reason)


def _fits(product: str, reason: Message) -> bool:
    return len(product) + len(reason.text) <= _MAX_LENGTH


def _in_cell(problem: Problem, product: str | None, cell: tuple[int, int] | None, shape: Shape) -> str | None:
    """Return a product with the cell that it gives of a value with this shape."""
    return product if product is None or cell is None else f"{format_cell(problem, cell, shape)} = {product}"


# --- the start, forward values and sums --------------------------------------------------------------------


def _confirm_start(problem: Problem, blank: Blank) -> Message:
    if problem.starts_at_one:
        return message(
            N_("∂{output}/∂{output} = 1: when {output} changes by 1, {output} changes by 1."),
            output=problem.graph.output,
        )
    return message(N_("It is the given start value."))


def _confirm_forward(problem: Problem, blank: Blank, visible: Collection[str] | None) -> Message | None:
    node = problem.graph.nodes[blank.node]
    reason = message(N_("what {node} computes from its inputs"), node=node.symbol)
    hidden = {place.node for place in problem.forward_blanks if visible is not None and place.id not in visible}
    if hidden.intersection(arg for arg in node.args if arg is not None):
        return message(_WITHOUT_NUMBERS, reason=reason)
    product = None if problem.symbolic else forward_with_numbers(problem, blank)
    return _with_product(_in_cell(problem, product, (0, 0) if blank.shape else None, blank.shape), reason)


def _confirm_sum(problem: Problem, blank: Blank, visible: Collection[str] | None) -> Message:
    parts = problem.branch_edges(blank)
    if len(parts) == 2:
        reason = message(N_("the sum of both gradients that came back"))
    else:
        reason = message(N_("the sum of all {n} gradients that came back"), n=len(parts))
    if visible is not None and any(part.id not in visible for part in parts):
        return message(_WITHOUT_NUMBERS, reason=reason)
    return _with_product(
        _in_cell(problem, sum_of_parts(problem, blank), (0, 0) if blank.shape else None, blank.shape), reason
    )


def sum_of_parts(problem: Problem, blank: Blank) -> str | None:
    """Write out the sum at a branch, that of its first cell if it is a matrix; None if no digits lead to its value."""
    parts = problem.branch_edges(blank)
    if problem.symbolic:
        return None if blank.shape else _join_sum([answer_in_names(problem, part) for part in parts])
    numbers = [ShownNumber(first_cell(problem.truth(part))) for part in parts]
    truth = nearest_float(first_cell(problem.truth(blank)))
    for digits in DIGITS_TO_TRY:
        shown = [number.rounded(digits) for number in numbers]
        if _is_shown_alike(sum(map(nearest_float, shown)), truth):
            return _join_sum([format_expr(number) for number in shown])
    return None


def _join_sum(parts: Sequence[str]) -> str:
    return " + ".join([parts[0], *(f"({part})" if part.startswith("−") else part for part in parts[1:])])


# --- an edge -----------------------------------------------------------------------------------------------


def reason_at(problem: Problem, blank: Blank) -> Message:
    """Return what the gradient of an edge is, as a noun phrase."""
    assert blank.edge
    node = problem.graph.nodes[blank.edge.target]
    operation = node.operation
    if node.const is not None and operation.confirmation_with_constant:
        return message(operation.confirmation_with_constant)
    if operation.confirmation:
        return message(operation.text_for(operation.confirmation, blank.edge.slot))
    return message(_THROUGH_NODE if operation.vjp else _SLOPE_OF_NODE, node=node.symbol)


def _shown_cell(problem: Problem, blank: Blank) -> tuple[int, int] | None:
    """Return the cell whose product is written out; None for a number."""
    assert blank.edge
    if blank.shape is None:
        return None
    operation = problem.graph.nodes[blank.edge.target].operation
    return (example_cell(problem, blank) or (0, 0)) if operation.vjp else (0, 0)


def edge_product(problem: Problem, blank: Blank) -> str | None:
    """Write out the product at an edge, for one cell of a matrix; None if it is too long or has no short form."""
    assert blank.edge
    if problem.symbolic:
        return _symbolic_product(problem, blank)
    if problem.graph.nodes[blank.edge.target].operation.vjp:
        product = _structural_product(problem, blank, blank.edge)
    else:
        product = _local_product(problem, blank.edge)
    return _in_cell(problem, product, _shown_cell(problem, blank), blank.shape)


def _local_product(problem: Problem, edge: Edge) -> str | None:
    """Write out upstream × local derivative with as few digits as lead to the right value."""
    record = problem.exact_passes.edges[edge.target, edge.slot]
    truth = nearest_float(first_cell(record.gradient))
    upstream, local = ShownNumber(first_cell(record.upstream)), first_cell(record.local_gradient)
    slope, numbers = _slope_in_numbers(problem, edge)
    for digits in DIGITS_TO_TRY:
        factor = upstream.rounded(digits)
        shown = {name: number.rounded(digits) for name, number in numbers.items()}
        for second in (substitute(slope, shown) if slope is not None else None, ShownNumber(local).rounded(digits)):
            if second is None or (value := _value_of(Apply("mul", (factor, second)))) is None:
                continue
            if _is_shown_alike(value, truth):
                return _format_product(factor, second, local)
    return None


def _slope_in_numbers(problem: Problem, edge: Edge) -> tuple[Expr | None, dict[str, ShownNumber]]:
    """Return the local derivative as a formula of the numbers around the node; None if words say more."""
    node = problem.graph.nodes[edge.target]
    if node.operation.has_kink or node.body is not None:
        return None, {}
    names = ["z", *(f"{slot}" for slot in range(len(node.args)))]
    slope: Expr = node.operation.derivative[edge.slot](*map(Sym, names))
    values = node_values(problem, edge)
    numbers = {name: ShownNumber(first_cell(value), extra) for name, (value, extra) in zip(names, values, strict=True)}
    return simplify(slope), numbers


def _format_product(factor: Expr, slope: Expr, local: Expr) -> str:
    """Return a product; ±1 as a second factor shows in the sign only."""
    text = format_expr(factor)
    if isinstance(local, Num) and local.value == 1:
        return text
    if isinstance(local, Num) and local.value == -1:
        return f"−{parenthesize(text)}"
    # A sign in front needs no brackets.
    first = text if parenthesize(text.removeprefix("−")) == text.removeprefix("−") else parenthesize(text)
    return f"{first} × {parenthesize(format_expr(slope))}"


def _value_of(tree: Expr) -> float | None:
    try:
        return nearest_float(evaluate(tree, {}))
    except AlgebraError:
        return None


def _is_shown_alike(value: float, truth: float) -> bool:
    """Return whether a value is shown like the right one."""
    return format_number(value) == format_number(truth)


def _structural_product(problem: Problem, blank: Blank, edge: Edge) -> str | None:
    """Write out one cell of what a structural rule gives."""
    operation = problem.graph.nodes[edge.target].operation
    upstream = problem.exact_passes.edges[edge.target, edge.slot].upstream
    arguments = [(upstream, False), *node_values(problem, edge)]
    if operation.has_kink or sum(ops.size(value) for value, _extra in arguments) > MAX_WRITTEN_CELLS:
        return None
    symbols, numbers = name_cells(arguments, [slot + 2 for slot in operation.data_slots])
    cell = _shown_cell(problem, blank)
    result: Value = operation.vjp[edge.slot](*symbols)
    formula, truth = (
        value[cell] if cell and ops.is_matrix(value) else value for value in (result, problem.truth(blank))
    )
    product = substitute_numbers(formula, numbers, truth)
    value = None if product is None else _value_of(parse(product))
    return product if value is not None and _is_shown_alike(value, nearest_float(truth)) else None


def _matrix_product(problem: Problem, blank: Blank) -> str | None:
    """Return a product of whole matrices as an answer may write it; None for any other rule."""
    assert blank.edge
    is_product = problem.graph.nodes[blank.edge.target].operation.id == "matmul"
    return matmul_expression(problem, blank.edge) if is_product else None


def _symbolic_product(problem: Problem, blank: Blank) -> str | None:
    """Write out upstream × local derivative in the names of the graph."""
    assert blank.edge
    operation = problem.graph.nodes[blank.edge.target].operation
    if operation.vjp:
        return None
    passes = named_passes_of(problem)
    if passes is None or blank.shape is not None:
        return None
    record = passes.edges[blank.edge.target, blank.edge.slot]
    local = record.local_gradient
    if not isinstance(local, Expr) or not isinstance(record.upstream, Expr):
        return None
    known = {*problem.names_at(blank), "pi"}
    if not (free_names(local) | free_names(record.upstream)) <= known:
        return None
    return _format_product(record.upstream, local, local)
