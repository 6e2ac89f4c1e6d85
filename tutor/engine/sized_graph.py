"""Graphs with numbers in place of the names of sizes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.array_functions import BoundFunction
from tutor.algebra.expr import ONE
from tutor.algebra.sizes import has_named_size, shape_in_numbers
from tutor.engine.composite import composite_operation
from tutor.engine.graph import Graph
from tutor.engine.operations import ARRAY_OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tutor.engine.graph import Node
    from tutor.engine.operation import Operation


def has_named_sizes(graph: Graph) -> bool:
    """Return whether the shape of a node, or of a node inside it, is not known in numbers."""
    return any(has_named_size(node.shape) or (node.body and has_named_sizes(node.body)) for node in graph.nodes)


def graph_in_numbers(graph: Graph, numbers: Mapping[str, int]) -> Graph:
    """Return the same graph with numbers in place of the names of sizes."""
    if not has_named_sizes(graph):
        return graph
    nodes = tuple(_node_in_numbers(node, numbers) for node in graph.nodes)
    return Graph(nodes, graph.output, graph.text, graph.unfolded_order)


def _node_in_numbers(node: Node, numbers: Mapping[str, int]) -> Node:
    shape, const = shape_in_numbers(node.shape, numbers), node.const
    if node.op == "broadcast" and shape is not None:
        const = ops.make_matrix(((ONE,) * shape[1],) * shape[0])
    custom = node.custom_operation and _operation_in_numbers(node.custom_operation, node.body, numbers)
    return replace(node, shape=shape, const=const, custom_operation=custom)


def _operation_in_numbers(operation: Operation, body: Graph | None, numbers: Mapping[str, int]) -> Operation:
    if isinstance(operation.forward, BoundFunction):
        return _bound_in_numbers(operation, operation.forward, numbers)
    if body is None or not has_named_sizes(body):
        return operation
    is_group = getattr(operation, "is_group", False)
    return composite_operation(
        operation.label, graph_in_numbers(body, numbers), symbol=operation.symbol, is_group=is_group
    )


def _bound_in_numbers(operation: Operation, function: BoundFunction, numbers: Mapping[str, int]) -> Operation:
    """Return the operation of a function of arrays that was made for operands of these shapes."""
    shapes = [shape_in_numbers(shape, numbers) for shape in function.operand_shapes]
    if not any(map(has_named_size, function.operand_shapes)) or function.function.id not in ARRAY_OPERATIONS:
        return operation
    return ARRAY_OPERATIONS[function.function.id](replace(function, operand_shapes=tuple(shapes)), shapes)
