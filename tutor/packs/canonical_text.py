"""Texts of values and computations that never change between versions, to be hashed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.engine.graph import CompositeOperation

if TYPE_CHECKING:
    from tutor.algebra.ops import Value
    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation


def composite_keys(graph: Graph) -> list[str]:
    """Return a text for each composite operation; the text of the graph tells the other operations apart."""
    return [
        f"{node.id}:{_composite_key(node.custom_operation)}"
        for node in graph.nodes
        if isinstance(node.custom_operation, CompositeOperation)
    ]


def _composite_key(operation: Operation) -> str:
    """Return the computation of a composite operation as a text that never changes between versions."""
    assert isinstance(operation, CompositeOperation)
    parts = []
    for node in operation.body.nodes:
        if node.custom_operation and not node.body:
            # Its parameters, such as an index, are in its formula.
            parts.append(f"{node.op} {node.args} {canonical_text(node.formula)}")
            continue
        inside = _composite_key(node.operation) if node.body else node.op
        parts.append(f"{inside} {node.args} {'' if node.const is None else canonical_text(node.const)}")
    return f"({'; '.join(parts)})"


def canonical_text(value: Value) -> str:
    """Return an exact value as a text that never changes between versions, however values are shown."""
    if isinstance(value, MatrixExpr):
        sizes = "x".join(str(size) for size in value.shape)
        return f"{canonical_text(value.expr)}:{sizes}"
    if ops.is_matrix(value):
        return "[" + ";".join(",".join(canonical_text(cell) for cell in row) for row in value) + "]"
    text_of: dict[int, str] = {}
    for node in postorder(value):
        assert isinstance(node, Expr)
        if isinstance(node, Num):
            text_of[id(node)] = f"{node.value.numerator}/{node.value.denominator}"
        elif isinstance(node, Sym):
            text_of[id(node)] = node.name
        elif isinstance(node, Apply):
            text_of[id(node)] = f"{node.op}({','.join(text_of[id(arg)] for arg in node.args)})"
        elif isinstance(node, Grid):
            rows = ";".join(",".join(text_of[id(cell)] for cell in row) for row in node.rows)
            text_of[id(node)] = f"[{rows}]" if node.is_vector else f"[[{rows}]]"
    return text_of[id(value)]
