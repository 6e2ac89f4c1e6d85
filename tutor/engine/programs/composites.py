"""Functions of one's own and folded groups in a graph: a program defines them before it uses them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tutor.engine.graph import Graph
from tutor.engine.operation import Operation
from tutor.engine.programs.names import Names


def composites(graph: Graph) -> list[Operation]:
    """The composite operations of a graph and of their parts, each once, what others use before them."""
    found: dict[int, Operation] = {}
    stack = [(operation, False) for operation in reversed(list(_own(graph)))]
    while stack:
        operation, inside_done = stack.pop()
        if id(operation) in found:
            continue
        if inside_done:
            found[id(operation)] = operation
        else:
            stack.append((operation, True))
            stack.extend((inner, False) for inner in reversed(list(_own(parts(operation)))))
    return list(found.values())


def _own(graph: Graph) -> Iterator[Operation]:
    for node in graph.nodes:
        if node.own is not None and node.own.parts is not None:
            yield node.own


def parts(operation: Operation) -> Graph:
    """The graph inside a composite operation; its inputs are the operands in order."""
    assert operation.parts is not None
    return operation.parts


class Functions:
    """The functions that a program defines: `lines` define them, `names` are theirs, none of which may be hidden."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: list[str] = []
        self._given: dict[int, str] = {}
        self._same: dict[tuple[str, ...], str] = {}

    def called(self, operation: Operation) -> str:
        """The name of an operation's function, once it is defined."""
        return self._given[id(operation)]

    def define(self, operation: Operation, bodies: Mapping[str, list[str]]) -> None:
        """Add an operation's functions, by what is put behind its name: the brackets and the lines of each.

        Operations that read the same have one function.
        """
        same = (operation.called, *(line for body in bodies.values() for line in body))
        if same not in self._same:
            unique = Names(self.names)
            name = self._same[same] = unique.new(operation.called)
            for suffix, (arguments, *body) in bodies.items():
                self.names.append(unique.new(name + suffix) if suffix else name)
                self.lines += [f"def {self.names[-1]}{arguments}:", *(f"    {line}" for line in body), "", ""]
        self._given[id(operation)] = self._same[same]
