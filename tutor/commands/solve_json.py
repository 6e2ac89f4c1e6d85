"""A worked graph for machines, as plain data for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num, free_names
from tutor.algebra.literals import exact_decimal
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import exact_form, format_expr
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.glyphs import to_ascii

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Node
    from tutor.grading.problem import Problem


def worked_json(problem: Problem) -> dict[str, Any]:
    """Every node and every edge. Raises `NonFiniteError`.

    Numbers are floats, matrices nested lists, formulas texts in ASCII; null where there is no value. `exact` holds
    what has a short exact form that is no decimal, `closed` the formula in the inputs alone where it is another.
    """
    graph = problem.graph
    spelling = WorkedValues.of(problem)
    exact = spelling.passes
    plain = exact if problem.symbolic else problem.float_passes
    nodes = []
    for position, node in enumerate(graph.nodes):
        entry = _node_json(node)
        if node.const is not None:
            entry["const"] = _value_json(graph.float_constants[position])
        entry |= _values_json(
            value=(plain.values[position], exact.values[position]),
            gradient=(plain.gradients[position], exact.gradients[position]),
        )
        if node.is_input:
            entry |= _closed_form_json(spelling, node.id, exact.gradients[position])
        nodes.append(entry)
    edges = []
    for edge in graph.edges:
        key = edge.target, edge.slot
        near, true = plain.edges.get(key), exact.edges.get(key)
        edges.append(
            {"from": graph.nodes[edge.source].id, "to": graph.nodes[edge.target].id, "slot": edge.slot}
            | _values_json(
                upstream=(near and near.upstream, true and true.upstream),
                local=(near and near.local_gradient, true and true.local_gradient),
                gradient=(near and near.gradient, true and true.gradient),
            )
        )
    result = _values_json(value=(plain.values[graph.output_position], exact.values[graph.output_position]))
    result |= _closed_form_json(spelling, graph.output, exact.values[graph.output_position])
    return {"output": graph.output, **result, "nodes": nodes, "edges": edges}


def _node_json(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": node.id}
    if node.name is not None:
        entry["name"] = node.name
    if node.op is None:
        return entry | {"op": None}
    entry["op"] = node.operation.label
    # Sums and means along an axis are called `sum.0`, `mean.1`.
    axis = node.op.partition(".")[2]
    return entry | {"axis": int(axis)} if axis.isdigit() else entry


def _values_json(**pairs: tuple[Value, Value]) -> dict[str, Any]:
    """Values by what they are, each given as floats and exactly."""
    found: dict[str, Any] = {name: _value_json(near) for name, (near, _) in pairs.items()}
    exact = {name: text for name, (_, true) in pairs.items() if (text := _exact_json(true)) is not None}
    return found | {"exact": exact} if exact else found


def _closed_form_json(spelling: WorkedValues, name: str, shown_value: Value) -> dict[str, Any]:
    closed = spelling.closed_forms.get(name)
    if closed is None or _value_json(closed) == _value_json(shown_value):
        return {}
    return {"closed": _value_json(closed)}


def _value_json(value: Value) -> Any:
    """A float, a matrix, a formula; adding zero turns −0 into 0."""
    if value is None:
        return None
    if isinstance(value, MatrixExpr):
        return _formula_text(value.expr)
    return ops.to_lists(ops.map_cells(_cell_json, value))


def _cell_json(value: Expr | float) -> Any:
    if isinstance(value, Expr):
        return _formula_text(value) if free_names(value) else nearest_float(value) + 0.0
    return float(value) + 0.0


def _exact_json(value: Value) -> Any:
    """The short exact forms of what is no short decimal, as text; None where one of the cells has none."""
    if value is None or isinstance(value, MatrixExpr):
        return None
    cells = ops.to_lists(value) if ops.is_matrix(value) else [[value]]
    texts = [[_exact_cell_text(cell) for cell in row] for row in cells]
    if any(text is None for row in texts for text in row) or all(
        isinstance(cell, Num) and exact_decimal(cell.value) is not None for row in cells for cell in row
    ):
        return None
    return texts if ops.is_matrix(value) else texts[0][0]


def _exact_cell_text(cell: Expr) -> str | None:
    if free_names(cell):
        return None
    short = exact_form(cell)
    return None if short is None else _formula_text(short)


def _formula_text(formula: Expr) -> str:
    return to_ascii(format_expr(formula, juxtapose=False))
