"""Symbolic formulas of operations and their rules, computed by running them on names.

In a formula `z` is the output of the node, `g` its upstream gradient, and `x0` and `x1` are its operands. A constant
operand is a name in the forward formula, so that `x^0` does not become 1, and a number in rules: 2·x, not 2·x^(2 − 1).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.array_functions import call_shape, is_array_call
from tutor.algebra.evaluate import broadcast_shapes
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, number, postorder
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.ops import Shape, Value, VectorShape
from tutor.algebra.sizes import size_of, sizes_in
from tutor.engine.shapes import elementwise

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

OUTPUT, UPSTREAM = "z", "g"
#: The shape of each name in a formula.
Shapes: TypeAlias = Mapping[str, Shape]


def operand_name(slot: int) -> str:
    """Return the name of an operand in formulas."""
    return f"x{slot}"


def is_composite(graph: Graph, position: int) -> bool:
    """Return whether a node is a custom function or a folded group, which programs call by name."""
    return graph.nodes[position].body is not None


def is_elementwise(graph: Graph, position: int) -> bool:
    """Return whether a node is a built-in elementwise operation, for which NumPy and PyTorch broadcast operands."""
    node = graph.nodes[position]
    return node.custom_operation is None and node.op != "broadcast" and node.operation.shape_rule is elementwise


def shapes_at(graph: Graph, position: int) -> Shapes:
    """Return the shapes of the names in a node's formulas."""
    node = graph.nodes[position]
    shapes = {OUTPUT: node.shape, UPSTREAM: node.shape}
    for slot, arg in enumerate(node.args):
        shapes[operand_name(slot)] = ops.shape_of(node.const) if arg is None else graph.nodes[arg].shape
    return shapes


def forward_formula(graph: Graph, position: int) -> Expr:
    """Return the formula of a node that is not composite."""
    node, shapes = graph.nodes[position], shapes_at(graph, position)
    return expr_of(
        node.operation.forward(*(_named_value(operand_name(slot), shapes) for slot in range(len(node.args))))
    )


def derivative_formula(graph: Graph, position: int, slot: int) -> Expr | None:
    """Return ∂(node)/∂(operand), None for a structural operation."""
    operation = graph.nodes[position].operation
    if operation.vjp:
        return None
    z, operands = _rule_operands(graph, position)
    return expr_of(operation.derivative[slot](z, *operands))


def edge_gradient_formula(graph: Graph, position: int, slot: int) -> Expr:
    """Return the gradient of an edge: upstream times local derivative, or the vjp of a structural operation."""
    local = derivative_formula(graph, position, slot)
    if local is not None:
        # Not folded, because a factor of 1 is worth seeing.
        return Apply("mul", (Sym(UPSTREAM), local))
    z, operands = _rule_operands(graph, position)
    g = _named_value(UPSTREAM, shapes_at(graph, position))
    return expr_of(graph.nodes[position].operation.vjp[slot](g, z, *operands))


def _rule_operands(graph: Graph, position: int) -> tuple[Value, list[Value]]:
    node, shapes = graph.nodes[position], shapes_at(graph, position)
    operands = [
        node.const if arg is None and not ops.is_matrix(node.const) else _named_value(operand_name(slot), shapes)
        for slot, arg in enumerate(node.args)
    ]
    return _named_value(OUTPUT, shapes), operands


def _named_value(name: str, shapes: Shapes) -> Value:
    shape = shapes[name]
    return Sym(name) if shape is None else MatrixExpr(Sym(name), shape, ops.is_vector_shape(shape))


def part_shapes(tree: Expr, shapes: Shapes) -> dict[int, Shape]:
    """Return the shape of every part of a formula after broadcasting, by the id of the part."""
    done: dict[int, Shape] = {}
    sizes = sizes_in(shapes.values())
    for part in postorder(tree):
        if isinstance(part, Sym):
            done[id(part)] = shapes.get(part.name)
        elif isinstance(part, Apply) and part.op in ("ones", "broadcast"):
            rows, columns = (size_of(size, sizes.get) or 1 for size in part.args[-2:])
            done[id(part)] = rows, columns
        elif isinstance(part, Apply) and part.op == "eye":
            rows = size_of(part.args[0], sizes.get) or 1
            done[id(part)] = rows, rows
        elif isinstance(part, Apply) and is_array_call(part):
            done[id(part)] = call_shape(part.op, part.args, [done[id(arg)] for arg in part.args])
        elif isinstance(part, Apply) and part.args:
            done[id(part)] = _part_shape(part, [done[id(arg)] for arg in part.args])
        elif isinstance(part, Grid):
            columns = len(part.rows[0])
            done[id(part)] = VectorShape.of_length(columns) if part.is_vector else (len(part.rows), columns)
        else:
            done[id(part)] = None
    return done


def _part_shape(part: Apply, shapes: Sequence[Shape]) -> Shape:
    first = shapes[0]
    if part.op == "T" and first:
        return first[1], first[0]
    if part.op == "matmul" and first and shapes[1]:
        return first[0], shapes[1][1]
    if part.op in ("sum", "mean"):
        if len(part.args) == 1 or first is None:
            return None
        return (1, first[1]) if _as_int(part.args[1]) == 0 else (first[0], 1)
    return broadcast_shapes(shapes)


def _as_int(size: Expr) -> int:
    assert isinstance(size, Num)
    return int(size.value)


def drop_redundant_ones(tree: Expr, shapes: Shapes) -> Expr:
    """Return the formula without matrices of ones that are multiplied by a matrix of the same shape."""
    known = part_shapes(tree, shapes)
    done: dict[int, Expr] = {}
    for part in postorder(tree):
        if not isinstance(part, Apply):
            done[id(part)] = part
            continue
        args = [done[id(arg)] for arg in part.args]
        if part.op == "mul":
            left, right = part.args
            # The ones only matter if the other factor has another shape.
            if known[id(left)] == known[id(right)] and not _ends_in_ones(right):
                args[0] = _drop_ones(args[0])
        done[id(part)] = Apply(part.op, tuple(args))
    return done[id(tree)]


def _ends_in_ones(tree: Expr) -> bool:
    if isinstance(tree, Apply) and tree.op in ("mul", "neg"):
        return _ends_in_ones(tree.args[-1])
    return isinstance(tree, Apply) and tree.op == "ones"


def _drop_ones(tree: Expr) -> Expr:
    if isinstance(tree, Apply) and tree.op == "neg":
        return Apply("neg", (_drop_ones(tree.args[0]),))
    if isinstance(tree, Apply) and tree.op == "mul" and _ends_in_ones(tree.args[1]):
        return tree.args[0]
    return tree


def rewrite_means(tree: Expr, shapes: Shapes) -> Expr:
    """Return the formula with every sum that is divided by its number of terms as a mean."""
    known = part_shapes(tree, shapes)
    done: dict[int, Expr] = {}
    for part in postorder(tree):
        done[id(part)] = part
        if isinstance(part, Apply):
            args = tuple(done[id(arg)] for arg in part.args)
            done[id(part)] = Apply(part.op, args)
            summed = part.args[0] if part.op == "div" else None
            if isinstance(summed, Apply) and summed.op == "sum" and isinstance(args[0], Apply):
                inside, left = known[id(summed.args[0])], known[id(summed)] or (1, 1)
                terms = inside and number(inside[0] * inside[1] // (left[0] * left[1]))
                if terms and isinstance(part.args[1], Num) and part.args[1].value == terms.value:
                    done[id(part)] = Apply("mean", args[0].args)
    return done[id(tree)]
