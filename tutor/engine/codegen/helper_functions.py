"""Functions of one's own and folded groups in a graph: a program defines them before it uses them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.engine.codegen.identifiers import IdentifierPool
from tutor.engine.graph import CompositeOperation

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tutor.engine.graph import Graph
    from tutor.engine.operation import Operation


def composite_operations(graph: Graph) -> list[Operation]:
    """The composite operations of a graph and of their parts, each once, what others use before them."""
    found: dict[int, Operation] = {}
    stack = [(operation, False) for operation in reversed(list(_custom_operations(graph)))]
    while stack:
        operation, inside_done = stack.pop()
        if id(operation) in found:
            continue
        if inside_done:
            found[id(operation)] = operation
        else:
            stack.append((operation, True))
            stack.extend((inner, False) for inner in reversed(list(_custom_operations(body_of(operation)))))
    return list(found.values())


def _custom_operations(graph: Graph) -> Iterator[Operation]:
    for node in graph.nodes:
        if isinstance(node.custom_operation, CompositeOperation):
            yield node.custom_operation


def body_of(operation: Operation) -> Graph:
    """The graph inside a composite operation; its inputs are the operands in order."""
    assert isinstance(operation, CompositeOperation)
    return operation.body


class HelperFunctions:
    """The functions that a program defines: `lines` define them, `names` are theirs, none of which may be hidden."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: list[str] = []
        self._names_by_operation: dict[int, str] = {}
        self._names_by_body: dict[tuple[str, ...], str] = {}

    def name_of(self, operation: Operation) -> str:
        """The name of an operation's function, once it is defined."""
        return self._names_by_operation[id(operation)]

    def define(self, operation: Operation, bodies: Mapping[str, list[str]]) -> None:
        """Add an operation's functions, by what is put behind its name: the brackets and the lines of each.

        Operations that read the same have one function.
        """
        same = (operation.label, *(line for body in bodies.values() for line in body))
        if same not in self._names_by_body:
            unique = IdentifierPool(self.names)
            name = self._names_by_body[same] = unique.allocate(operation.label)
            for suffix, (arguments, *body) in bodies.items():
                self.names.append(unique.allocate(name + suffix) if suffix else name)
                self.lines += [f"def {self.names[-1]}{arguments}:", *(f"    {line}" for line in body), "", ""]
        self._names_by_operation[id(operation)] = self._names_by_body[same]
