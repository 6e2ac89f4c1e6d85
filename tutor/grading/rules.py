"""The rule of an edge for people: in letters, and with this exercise's numbers put in."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from tutor.algebra import values
from tutor.algebra.show import show, write
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Apply, Expr, Num, Sym, names, postorder
from tutor.algebra.values import Value
from tutor.engine import Edge
from tutor.engine.composite import letter
from tutor.engine.graph import Node
from tutor.grading.blank_words import LONG, fill, written_size
from tutor.grading.problem import Blank, Problem
from tutor.i18n import N_, Message, message

#: A rule on matrices of more cells than this is not written out.
_CELLS = 64


def together(*parts: Message) -> Message:
    """Sentences after one another."""
    return message(N_("{first} {rest}"), first=parts[0], rest=parts[1] if len(parts) == 2 else together(*parts[1:]))


def bracketed(text: str) -> str:
    """A number or formula as a factor."""
    return f"({text})" if text.startswith("−") or "+" in text or "−" in text or "·" in text else text


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
    product = f"{bracketed(show(g))} × {bracketed(_slope(problem, blank.edge))}"
    if blank.shape:
        return message(N_("Cell by cell, upstream × slope. The first cell: {product} = ?"), product=product)
    return message(N_("upstream × slope = {product} = ?"), product=product)


def forward_in_numbers(problem: Problem, blank: Blank) -> str:
    """What a node computes, with the numbers that flow in put in; a matrix's first cell."""
    node, exact = problem.graph.nodes[blank.node], problem.exact
    operands = [_as_shown(value) for value in exact.operands(blank.node)]
    named = [_named(value, f"{which}") for which, value in enumerate(operands)]
    cell = first_cell(node.operation.forward(*named))
    if written_size(cell) > LONG:
        return write(node.formula)
    numbers = {name: number for which, value in enumerate(operands) for name, number in _cells(value, f"{which}")}
    return write(_put_in(cell, numbers))


def _slope(problem: Problem, edge: Edge) -> str:
    """The local rule with the numbers put in, a matrix's first cell; its value where that is no formula to read."""
    operation = problem.graph.nodes[edge.target].operation
    if not operation.kink:
        z, *operands = _around(problem, edge)
        slope: Expr = operation.local[edge.slot](Sym("z"), *(Sym(f"{slot}") for slot in range(len(operands))))
        if operation.parts is not None:
            slope = tidy(slope)
        if written_size(slope) <= LONG:
            numbers = {f"{slot}": first_cell(operand) for slot, operand in enumerate(operands)}
            return write(_put_in(slope, numbers | {"z": first_cell(z)}))
    return show(first_cell(problem.exact.edges[edge.target, edge.slot].local))


def _around(problem: Problem, edge: Edge) -> list[Value]:
    """The node's output and its operands, each number as it is shown."""
    node, exact = problem.graph.nodes[edge.target], problem.exact
    near_one = [arg is not None and problem.near_one[arg] for arg in node.args]
    shown = [_as_shown(exact.values[edge.target], problem.near_one[edge.target])]
    return shown + [_as_shown(value, near) for value, near in zip(exact.operands(edge.target), near_one, strict=True)]


def _as_shown(value: Value, near_one: bool = False) -> Value:
    return values.each(lambda cell: _shown(cell, near_one), value)


def _shown(value: Expr, near_one: bool) -> Expr:
    if names(value):
        return value
    return Num(value.value if isinstance(value, Num) else Fraction(0), show(value, near_one=near_one))


def _put_in(tree: Expr, numbers: Mapping[str, Expr]) -> Expr:
    """`tree` with numbers for its symbols, nothing folded."""
    done: dict[int, Expr] = {}
    for node in postorder(tree):
        if isinstance(node, Sym):
            done[id(node)] = numbers.get(node.name, node)
        elif isinstance(node, Apply):
            done[id(node)] = Apply(node.op, tuple(done[id(arg)] for arg in node.args))
        else:
            done[id(node)] = node
    return done[id(tree)]


# --- operations on whole matrices --------------------------------------------------------------------------


def _pulled(problem: Problem, blank: Blank, edge: Edge) -> Message:
    """One cell of what a structural rule gives, written out."""
    operation = problem.graph.nodes[edge.target].operation
    upstream = _as_shown(problem.exact.edges[edge.target, edge.slot].upstream)
    around = [upstream, *_around(problem, edge)]
    if operation.kink or sum(values.count(value) for value in around) > _CELLS:
        return _by_the_rule(problem, blank)
    named = [_named(value, f"{which}") for which, value in enumerate(around)]
    pulled = operation.pull[edge.slot](*named)
    row, column = _telling(problem, blank, pulled)
    cell = pulled[row, column] if values.is_matrix(pulled) else pulled
    if isinstance(cell, Sym):
        return _handed_on(cell.name, upstream, blank, (row, column))
    if written_size(cell) > LONG:
        return _by_the_rule(problem, blank)
    numbers = {name: number for which, value in enumerate(around) for name, number in _cells(value, f"{which}")}
    product = write(_put_in(cell, numbers))
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


def _cells(value: Value, name: str) -> list[tuple[str, Expr]]:
    """The numbers behind the symbols of `_named`."""
    if not values.is_matrix(value):
        return [(name, value)]
    return [(f"{name},{i},{j}", cell) for i, row in enumerate(value) for j, cell in enumerate(row)]


def _telling(problem: Problem, blank: Blank, pulled: Value) -> tuple[int, int]:
    """A cell that shows the rule: the first that is no zero, of a transpose one off the diagonal."""
    if blank.shape is None:
        return 0, 0
    right = problem.truth_in_floats(blank)
    cells = [(i, j) for i, row in enumerate(right) for j, value in enumerate(row) if value != 0]
    moved = [cell for cell in cells if isinstance(pulled[cell], Sym) and not _stays(pulled[cell].name, cell)]
    return next(iter(moved or cells), (0, 0))


def _stays(name: str, cell: tuple[int, int]) -> bool:
    """Whether a cell of the upstream goes to the same place."""
    return name.partition(",")[2] in ("", f"{cell[0]},{cell[1]}")


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
