"""The worked graph of `solve --json`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.expr import Expr, Num, free_names
from tutor.algebra.literals import exact_decimal
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.printing import exact_form, format_expr
from tutor.drawing.reports.worked_values import WorkedValues
from tutor.engine.hessian import hessian
from tutor.glyphs import to_ascii
from tutor.packs.sanitize import format_json

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Node
    from tutor.engine.hessian import Hessian
    from tutor.grading.problem import Problem


def worked_json(problem: Problem, hessian_names: tuple[str, ...] | None = None) -> str:
    """Return every node and every edge as a JSON object, with the Hessian by `hessian_names`. Raise NonFiniteError.

    Numbers are floats, matrices nested lists, formulas texts in ASCII; a missing value is null. `exact` holds short exact
    forms that are not decimals, `closed` the formula in the inputs alone if it is another one.
    """
    graph = problem.graph
    worked = WorkedValues.of(problem)
    exact = worked.passes
    approximate = exact if problem.symbolic else problem.float_passes
    nodes = []
    for position, node in enumerate(graph.nodes):
        entry = _node_json(node)
        if node.const is not None:
            entry["const"] = _value_json(graph.float_constants[position])
        entry |= _values_json(
            value=(approximate.values[position], exact.values[position]),
            gradient=(approximate.gradients[position], exact.gradients[position]),
        )
        if node.is_input:
            entry |= _closed_form_json(worked, node.id, exact.gradients[position])
        nodes.append(entry)
    edges = []
    for edge in graph.edges:
        key = edge.target, edge.slot
        approximate_edge, exact_edge = approximate.edges.get(key), exact.edges.get(key)
        edges.append(
            {"from": graph.nodes[edge.source].id, "to": graph.nodes[edge.target].id, "slot": edge.slot}
            | _values_json(
                upstream=(approximate_edge and approximate_edge.upstream, exact_edge and exact_edge.upstream),
                local=(approximate_edge and approximate_edge.local_gradient, exact_edge and exact_edge.local_gradient),
                gradient=(approximate_edge and approximate_edge.gradient, exact_edge and exact_edge.gradient),
            )
        )
    result = _values_json(value=(approximate.values[graph.output_position], exact.values[graph.output_position]))
    result |= _closed_form_json(worked, graph.output, exact.values[graph.output_position])
    data = {"output": graph.output, **result, "nodes": nodes, "edges": edges}
    if hessian_names is not None:
        data["hessian"] = _hessian_json(hessian(problem.graph, problem.inputs, hessian_names))
    return format_json(data)


def _hessian_json(found: Hessian) -> dict[str, Any]:
    """Return the gradients and their derivatives; row i, column j is the derivative by name j of the derivative by name i.

    `closed` holds formulas of the inputs, null for long ones.
    """
    rows: list[dict[str, Any]] = []
    for row in found.rows:
        gradient = {"name": row.gradient.name, "closed": _value_json(row.formula)}
        if row.gradient.graph is not None:
            gradient["graph"] = row.gradient.graph.text
        entries = [
            _values_json(value=(entry, entry)) | {"closed": _value_json(closed)}
            for entry, closed in zip(row.entries, row.closed_forms, strict=True)
        ]
        rows.append({"gradient": gradient | _values_json(value=(row.value, row.value)), "entries": entries})
    values = [[entry["value"] for entry in row["entries"]] for row in rows]
    return {"names": list(found.names), "values": values, "rows": rows, "kinks": list(found.kinks)}


def _node_json(node: Node) -> dict[str, Any]:
    entry: dict[str, Any] = {"id": node.id}
    if node.name is not None:
        entry["name"] = node.name
    if node.op is None:
        return entry | {"op": None}
    entry["op"] = node.operation.label
    # Sums and means along an axis are named `sum.0`, `mean.1`.
    axis = node.op.partition(".")[2]
    return entry | {"axis": int(axis)} if axis.isdigit() else entry


def _values_json(**pairs: tuple[Value, Value]) -> dict[str, Any]:
    """Return values by name from pairs of the approximate and the exact value."""
    values: dict[str, Any] = {name: _value_json(approximate) for name, (approximate, _) in pairs.items()}
    exact = {name: text for name, (_, value) in pairs.items() if (text := _exact_json(value)) is not None}
    return values | {"exact": exact} if exact else values


def _closed_form_json(worked: WorkedValues, name: str, shown_value: Value) -> dict[str, Any]:
    closed = worked.closed_forms.get(name)
    if closed is None or _value_json(closed) == _value_json(shown_value):
        return {}
    return {"closed": _value_json(closed)}


def _value_json(value: Value) -> Any:
    """Return a float, nested lists or a formula; null for no value."""
    if value is None:
        return None
    if isinstance(value, MatrixExpr):
        return _formula_text(value.expr)
    if not ops.is_matrix(value):
        return _cell_json(value)
    rows = [list(map(_cell_json, row)) for row in value]
    return rows[0] if ops.is_vector(value) else rows


def _cell_json(value: Expr | float) -> Any:
    # Adding zero turns −0 into 0.
    if isinstance(value, Expr):
        return _formula_text(value) if free_names(value) else nearest_float(value) + 0.0
    return float(value) + 0.0


def _exact_json(value: Value) -> Any:
    """Return short exact forms as texts; None if a cell has none, or if all are short decimals."""
    if value is None or isinstance(value, MatrixExpr):
        return None
    cells = list(map(list, value)) if ops.is_matrix(value) else [[value]]
    texts = [[_exact_cell_text(cell) for cell in row] for row in cells]
    if any(text is None for row in texts for text in row) or all(
        isinstance(cell, Num) and exact_decimal(cell.value) is not None for row in cells for cell in row
    ):
        return None
    if not ops.is_matrix(value):
        return texts[0][0]
    return texts[0] if ops.is_vector(value) else texts


def _exact_cell_text(cell: Expr) -> str | None:
    if free_names(cell):
        return None
    short = exact_form(cell)
    return None if short is None else _formula_text(short)


def _formula_text(formula: Expr) -> str:
    return to_ascii(format_expr(formula, juxtapose=False))
