"""The rule of an edge for people: in letters, and with this exercise's numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import evaluate
from tutor.algebra.show import show, show_value, write
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Expr, Num, Sym, names, put_in
from tutor.algebra.values import Value
from tutor.engine import Edge
from tutor.engine.composite import letter
from tutor.engine.graph import Node
from tutor.grading.blank_words import LONG, fill, written_size
from tutor.grading.in_symbols import upstream_in_names
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Message, message

#: So many digits of the numbers are tried, until what is written comes to the right value.
_DIGITS = (4, 6, 9, 12)
#: A rule on matrices of more cells than this is not written out.
_CELLS = 64


def together(*parts: Message) -> Message:
    """Sentences after one another."""
    return message(N_("{first} {rest}"), first=parts[0], rest=parts[1] if len(parts) == 2 else together(*parts[1:]))


def bracketed(text: str) -> str:
    """A number or formula as a factor."""
    loose = any(sign in text for sign in "+−·") and not text.startswith("[")
    return f"({text})" if loose else text


def first_cell(value: Value) -> Value:
    """The first cell of a matrix, or the number itself."""
    return value[0, 0] if values.is_matrix(value) else value


# --- in letters --------------------------------------------------------------------------------------------


def in_letters(problem: Problem, edge: Edge) -> Message | None:
    """`For y = p·q: ∂y/∂q = p`, by running the operation and its rule on letters; None where words say more."""
    node = problem.graph.nodes[edge.target]
    operation = node.operation
    if operation.pull or operation.kink:
        return None
    operands = _letters(node)
    formula: Expr = operation.forward(*operands)
    slope: Expr = operation.local[edge.slot](Sym("y"), *operands)
    if operation.parts is not None:
        slope = tidy(slope)
    if written_size(formula) > LONG or written_size(slope) > LONG:
        return None
    return message(
        N_("For y = {formula}: ∂y/∂{operand} = {slope}."),
        formula=write(formula),
        operand=letter(edge.slot),
        slope=write(slope),
    )


def _letters(node: Node) -> list[Expr]:
    """A letter for each operand, numbers as they are, C for a constant matrix."""
    constant = Sym("C") if values.is_matrix(node.const) else node.const
    return [constant if arg is None else Sym(letter(slot)) for slot, arg in enumerate(node.args)]


# --- with the numbers put in -------------------------------------------------------------------------------


def in_numbers(problem: Problem, blank: Blank) -> Message:
    """What is to be multiplied at an edge, with the numbers as they are shown, nothing multiplied out."""
    assert blank.edge
    if problem.graph.nodes[blank.edge.target].operation.pull:
        return _pulled(problem, blank, blank.edge)
    g = first_cell(problem.exact.edges[blank.edge.target, blank.edge.slot].upstream)
    named = upstream_in_names(problem, blank) if blank.shape is None else None
    product = f"{bracketed(named or show(g))} × {bracketed(_slope(problem, blank.edge))}"
    if blank.shape:
        return message(N_("Cell by cell, upstream × slope. The first cell: {product} = ?"), product=product)
    return message(N_("upstream × slope = {product} = ?"), product=product)


def forward_in_numbers(problem: Problem, blank: Blank) -> str:
    """What a node computes, with the numbers that flow in put in; a matrix's first cell."""
    node, exact = problem.graph.nodes[blank.node], problem.exact
    operands = [_numbers(value) for value in exact.operands(blank.node)]
    cell = first_cell(node.operation.forward(*(_named(value, f"{which}") for which, value in enumerate(operands))))
    numbers = {name: number for which, value in enumerate(operands) for name, number in _cells(value, f"{which}")}
    return _with_numbers(cell, numbers, first_cell(exact.values[blank.node])) or write(node.formula)


def _slope(problem: Problem, edge: Edge) -> str:
    """The local rule with the numbers put in, a matrix's first cell; its value where that is no formula to read."""
    operation = problem.graph.nodes[edge.target].operation
    local = first_cell(problem.exact.edges[edge.target, edge.slot].local)
    if not operation.kink:
        z, *operands = map(first_cell, _around(problem, edge))
        slope: Expr = operation.local[edge.slot](Sym("z"), *(Sym(f"{slot}") for slot in range(len(operands))))
        if operation.parts is not None:
            slope = tidy(slope)
        numbers = {f"{slot}": operand for slot, operand in enumerate(operands)} | {"z": z}
        if text := _with_numbers(slope, numbers, local):
            return text
    return show(local)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number that is shown; `near_one` where it needs the digits that 1 minus it has."""

    value: Expr
    near_one: bool = False

    def shown(self, digits: int) -> Expr:
        """With so many digits; what has symbols stays a formula."""
        if names(self.value):
            return self.value
        text = show_value(self.value, digits, self.near_one)
        return Num(Fraction(text.replace("−", "-")), text)


def _around(problem: Problem, edge: Edge) -> list[Value]:
    """The node's output and its operands."""
    node, exact = problem.graph.nodes[edge.target], problem.exact
    near_one = [problem.near_one[edge.target], *(arg is not None and problem.near_one[arg] for arg in node.args)]
    around = (exact.values[edge.target], *exact.operands(edge.target))
    return [_numbers(value, near) for value, near in zip(around, near_one, strict=True)]


def _numbers(value: Value, near_one: bool = False) -> Value:
    if not values.is_matrix(value):
        return _Number(value, near_one)
    import numpy as np

    return np.frompyfunc(lambda cell: _Number(cell, near_one), 1, 1)(value)


def _with_numbers(tree: Expr, numbers: Mapping[str, _Number], truth: Expr) -> str | None:
    """`tree` with as many digits of the numbers in it as it takes to come to `truth`; None where it is too long."""
    if written_size(tree) > LONG:
        return None
    used = names(tree)
    for digits in _DIGITS:
        shown = {name: number.shown(digits) for name, number in numbers.items() if name in used}
        filled = put_in(tree, shown)
        if names(filled) or _comes_to(filled, truth, max(map(_size, shown.values()), default=1.0)):
            return write(filled)
    return None


def _comes_to(filled: Expr, truth: Expr, size: float) -> bool:
    """Whether what is written there is right, as far as an answer has to be; what cancels, among numbers of a `size`."""
    try:
        value = nearest_float(evaluate(filled, {}))
    except AlgebraError:
        return False
    right = nearest_float(truth)
    return abs(value - right) <= max(0.001 * abs(right), 1e-9 * size)


def _size(number: Expr) -> float:
    return abs(nearest_float(number))


# --- operations on whole matrices --------------------------------------------------------------------------


def _pulled(problem: Problem, blank: Blank, edge: Edge) -> Message:
    """One cell of what a structural rule gives, written out."""
    operation = problem.graph.nodes[edge.target].operation
    upstream = problem.exact.edges[edge.target, edge.slot].upstream
    around = [_numbers(upstream), *_around(problem, edge)]
    if operation.kink or sum(values.count(value) for value in around) > _CELLS:
        return _by_the_rule(problem, blank)
    pulled = operation.pull[edge.slot](*(_named(value, f"{which}") for which, value in enumerate(around)))
    row, column = telling_cell(problem, blank, pulled) or (0, 0)
    cell, truth = (value[row, column] if values.is_matrix(value) else value for value in (pulled, problem.truth(blank)))
    if isinstance(cell, Sym):
        return _handed_on(cell.name, upstream, blank, (row, column))
    numbers = {name: number for which, value in enumerate(around) for name, number in _cells(value, f"{which}")}
    product = _with_numbers(cell, numbers, truth)
    if product is None:
        return _by_the_rule(problem, blank)
    if blank.shape is None:
        return message(N_("With the numbers put in: {product} = ?"), product=product)
    said = _at_cell(row, column, product)
    whole = _whole_product(problem, edge) if operation.id == "matmul" else None
    return together(said, message(N_("Type the cells, or the whole as {whole}."), whole=whole)) if whole else said


def _at_cell(row: int, column: int, product: str) -> Message:
    if (row, column) == (0, 0):
        return message(N_("The first cell: {product} = ?"), product=product)
    return message(
        N_("The cell in row {row}, column {column}: {product} = ?"), row=row + 1, column=column + 1, product=product
    )


def _named(value: Value, name: str) -> Value:
    """A symbol for a number, a matrix of symbols for a matrix."""
    if not values.is_matrix(value):
        return Sym(name)
    rows, columns = value.shape
    return values.matrix(tuple(tuple(Sym(f"{name},{i},{j}") for j in range(columns)) for i in range(rows)))


def _cells(value: Value, name: str) -> list[tuple[str, _Number]]:
    """The numbers behind the symbols of `_named`."""
    if not values.is_matrix(value):
        return [(name, value)]
    return [(f"{name},{i},{j}", cell) for i, row in enumerate(value) for j, cell in enumerate(row)]


def telling_cell(problem: Problem, blank: Blank, pulled: Value = None) -> tuple[int, int] | None:
    """A cell that shows the rule, the first that gets no zero; None where a number is asked.

    `pulled` is what the rule gives in symbols: where cells change their places one that does is taken.
    """
    if blank.shape is None:
        return None
    right = problem.truth(blank) if problem.symbolic else problem.truth_in_floats(blank)
    cells = [(i, j) for i, row in enumerate(right) for j, value in enumerate(row) if isinstance(value, Expr) or value]
    moved = [cell for cell in cells if pulled is not None and _moves(pulled[cell], cell)]
    return next(iter(moved or cells), (0, 0))


def _moves(pulled: Expr, cell: tuple[int, int]) -> bool:
    """Whether a cell of the upstream goes to this cell as it is, from another place."""
    return isinstance(pulled, Sym) and pulled.name.partition(",")[2] not in ("", f"{cell[0]},{cell[1]}")


def _handed_on(name: str, upstream: Value, blank: Blank, cell: tuple[int, int]) -> Message:
    """What to say where a cell gets a cell of the upstream as it is."""
    if not values.is_matrix(upstream):
        return message(N_("Every cell gets the upstream × 1 = {g} × 1 = ?"), g=bracketed(show(upstream)))
    i, j = map(int, name.split(",")[1:])
    g = bracketed(show(upstream[i, j]))
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


def _whole_product(problem: Problem, edge: Edge) -> str | None:
    """The product as an expression that can be typed, None where the other matrix has no name."""
    source = problem.graph.nodes[edge.target].args[1 - edge.slot]
    name = problem.graph.nodes[source].name if source is not None else None
    if name is None:
        return None
    return f"up @ {name}.T" if edge.slot == 0 else f"{name}.T @ up"


def _by_the_rule(problem: Problem, blank: Blank) -> Message:
    return Message(
        N_(
            "Written out this is long. Put into the rule what stands around {node}: the upstream, {up_shape}, that came "
            "from the right, its output, and what came in on its left."
        ),
        fill(problem, blank),
    )
