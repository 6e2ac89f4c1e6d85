"""A worked graph for machines, as plain data for JSON."""

from __future__ import annotations

from typing import Any

from tutor.algebra import values
from tutor.algebra.balls import nearest_float
from tutor.algebra.show import exact_decimal, exact_tree, write
from tutor.algebra.tree import Expr, Num, names
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.ascii import to_ascii
from tutor.drawing.spelling import Spelling
from tutor.engine import Node
from tutor.grading import Problem


def as_data(problem: Problem) -> dict[str, Any]:
    """Every node and every edge. Raises `NotANumber`.

    Numbers are floats, matrices nested lists, formulas texts in ASCII; null where there is no value. `exact` holds
    what has a short exact form that is no decimal, `closed` the formula in the inputs alone where it is another.
    """
    graph = problem.graph
    spelling = Spelling.of(problem)
    exact = spelling.passes
    plain = exact if problem.symbolic else problem.floats
    nodes = []
    for position, node in enumerate(graph.nodes):
        entry = _described(node)
        if node.const is not None:
            entry["const"] = _machine(graph.float_consts[position])
        entry |= _measured(
            value=(plain.values[position], exact.values[position]),
            gradient=(plain.gradients[position], exact.gradients[position]),
        )
        if node.is_input:
            entry |= _closed(spelling, node.id, exact.gradients[position])
        nodes.append(entry)
    edges = []
    for edge in graph.edges:
        key = edge.target, edge.slot
        near, true = plain.edges.get(key), exact.edges.get(key)
        edges.append(
            {"from": graph.nodes[edge.source].id, "to": graph.nodes[edge.target].id, "slot": edge.slot}
            | _measured(
                upstream=(near and near.upstream, true and true.upstream),
                local=(near and near.local, true and true.local),
                gradient=(near and near.gradient, true and true.gradient),
            )
        )
    result = _measured(value=(plain.values[graph.last], exact.values[graph.last]))
    result |= _closed(spelling, graph.output, exact.values[graph.last])
    return {"output": graph.output, **result, "nodes": nodes, "edges": edges}


def _described(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": node.id}
    if node.name is not None:
        entry["name"] = node.name
    if node.op is None:
        return entry | {"op": None}
    entry["op"] = node.operation.called
    # Sums and means along an axis are called `sum.0`, `mean.1`.
    axis = node.op.partition(".")[2]
    return entry | {"axis": int(axis)} if axis.isdigit() else entry


def _measured(**pairs: tuple[Value, Value]) -> dict[str, Any]:
    """Values by what they are, each given as floats and exactly."""
    found: dict[str, Any] = {name: _machine(near) for name, (near, _) in pairs.items()}
    exact = {name: text for name, (_, true) in pairs.items() if (text := _exact(true)) is not None}
    return found | {"exact": exact} if exact else found


def _closed(spelling: Spelling, name: str, told: Value) -> dict[str, Any]:
    closed = spelling.closed.get(name)
    if closed is None or _machine(closed) == _machine(told):
        return {}
    return {"closed": _machine(closed)}


def _machine(value: Value) -> Any:
    """A float, a matrix, a formula; adding zero turns −0 into 0."""
    if value is None:
        return None
    if isinstance(value, Whole):
        return _text(value.tree)
    return values.nested(values.each(_cell, value))


def _cell(value: Expr | float) -> Any:
    if isinstance(value, Expr):
        return _text(value) if names(value) else nearest_float(value) + 0.0
    return float(value) + 0.0


def _exact(value: Value) -> Any:
    """The short exact forms of what is no short decimal, as text; None where one of the cells has none."""
    if value is None or isinstance(value, Whole):
        return None
    cells = values.nested(value) if values.is_matrix(value) else [[value]]
    texts = [[_exact_cell(cell) for cell in row] for row in cells]
    if any(text is None for row in texts for text in row) or all(
        isinstance(cell, Num) and exact_decimal(cell.value) is not None for row in cells for cell in row
    ):
        return None
    return texts if values.is_matrix(value) else texts[0][0]


def _exact_cell(cell: Expr) -> str | None:
    if names(cell):
        return None
    short = exact_tree(cell)
    return None if short is None else _text(short)


def _text(formula: Expr) -> str:
    return to_ascii(write(formula, touching=False))
