"""Functions of a generated program for custom nodes and folded groups."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.codegen.identifiers import IdentifierPool
from tutor.engine.graph import CompositeOperation

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation


def composite_operations(graph: Graph) -> list[Operation]:
    """Return all composite operations of a graph, nested ones included, each once and before those that use it."""
    operations: dict[int, Operation] = {}
    stack = [(operation, False) for operation in reversed(list(_custom_operations(graph)))]
    while stack:
        operation, parts_done = stack.pop()
        if id(operation) in operations:
            continue
        if parts_done:
            operations[id(operation)] = operation
        else:
            stack.append((operation, True))
            stack.extend((inner, False) for inner in reversed(list(_custom_operations(body_of(operation)))))
    return list(operations.values())


def _custom_operations(graph: Graph) -> Iterator[Operation]:
    for node in graph.nodes:
        if isinstance(node.custom_operation, CompositeOperation):
            yield node.custom_operation


def body_of(operation: Operation) -> Graph:
    """Return the graph inside a composite operation; its inputs are the operands in order."""
    assert isinstance(operation, CompositeOperation)
    return operation.body


class HelperFunctions:
    """The `lines` that define the functions of a program, and the `names` of these, which nothing may shadow."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.lines: list[str] = []
        self.names: list[str] = [*taken]
        self._names_by_operation: dict[int, str] = {}
        self._names_by_body: dict[tuple[str, ...], str] = {}

    def name_of(self, operation: Operation) -> str:
        """Return the name of an operation's function after `define`."""
        return self._names_by_operation[id(operation)]

    def define(self, operation: Operation, bodies: Mapping[str, list[str]]) -> None:
        """Add the functions of an operation: parameters and lines of each, by the suffix of its name.

        Operations with the same code share a function.
        """
        key = (operation.label, *(line for body in bodies.values() for line in body))
        if key not in self._names_by_body:
            unique = IdentifierPool(self.names)
            name = self._names_by_body[key] = unique.allocate(operation.label)
            for suffix, (arguments, *body) in bodies.items():
                self.names.append(unique.allocate(name + suffix) if suffix else name)
                self.lines += [f"def {self.names[-1]}{arguments}:", *(f"    {line}" for line in body), "", ""]
        self._names_by_operation[id(operation)] = self._names_by_body[key]
