"""A graph's passes as lines of Python: every rule is run on names instead of numbers.

It goes the way of `passes.py` and `composite.py`, with the rules that those take for floats.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from tutor.algebra.tree import Expr
from tutor.algebra.values import Shape, Value
from tutor.algebra.whole import Whole
from tutor.engine.graph import Graph
from tutor.engine.lines import Lines, Unwritten
from tutor.engine.operation import Behind

#: What a rule may raise that can't be run on names: it is called as it stands.
_CANNOT = (Unwritten, ArithmeticError, ValueError, TypeError, AttributeError, LookupError)


@dataclass
class Traced:
    """What the lines compute, by name: the value of every node, and what the backward pass leaves.

    `edges` are (target, slot) of the edges that `locals` and `downs` are of.
    """

    values: list[str]
    gradients: list[str | None]
    edges: list[tuple[int, int]]
    locals: list[str | None]
    downs: list[str]


class Tracer:
    """Writes `lines` for graphs. Values are texts: names, or written numbers."""

    def __init__(self) -> None:
        self.lines = Lines()
        # What is inside an operation made of parts is gone through once, however many edges ask.
        self._inner: dict[tuple[int, tuple[str, ...]], list[str]] = {}
        self._sent_back: dict[tuple[int, str, str, tuple[str, ...]], list[str | None]] = {}

    def values(self, graph: Graph, inputs: Sequence[str], shapes: Sequence[Shape]) -> list[str]:
        """The value of every node. `shapes` are those of the nodes."""
        given = iter(inputs)
        found: list[str] = []
        for position, node in enumerate(graph.nodes):
            found.append(next(given) if node.is_input else self._value(graph, position, found, shapes[position]))
        return found

    def passes(self, graph: Graph, found: list[str], start: str, wrt: Collection[str] | None) -> Traced:
        """The backward pass after the forward one; edges that lead to none of the inputs `wrt` are left out."""
        wanted = graph.leading_to(wrt)
        traced = Traced(found, [None] * len(found), [], [], [])
        gradients = traced.gradients
        gradients[graph.last] = start
        for position in range(graph.last, -1, -1):
            upstream = gradients[position]
            if graph.nodes[position].is_input or upstream is None:
                continue
            for edge in graph.incoming[position]:
                if not wanted[edge.source]:
                    continue
                local, down = self._back(graph, position, edge.slot, upstream, found)
                traced.edges.append((position, edge.slot))
                traced.locals.append(local)
                traced.downs.append(down)
                before = gradients[edge.source]
                gradients[edge.source] = down if before is None else self.lines.compute("add", before, down)
        return traced

    def _value(self, graph: Graph, position: int, found: Sequence[str], shape: Shape) -> str:
        operation, operands, behind = graph.nodes[position].operation, *self._operands(graph, position, found)
        if behind:
            return self._run(behind.forward, operands, shape)
        if operation.parts:
            return self._inside(operation.parts, operands)[-1]
        return self._run(operation.forward, operands, shape)

    def _inside(self, parts: Graph, operands: Sequence[str]) -> list[str]:
        """The value of every part of an operation made of parts."""
        key = id(parts), tuple(operands)
        if key not in self._inner:
            self._inner[key] = self.values(parts, operands, [node.shape for node in parts.nodes])
        return self._inner[key]

    def _back(
        self, graph: Graph, position: int, slot: int, upstream: str, found: Sequence[str]
    ) -> tuple[str | None, str]:
        """The local gradient, None for a structural operation, and the downstream value of one operand's edge."""
        operation, z = graph.nodes[position].operation, found[position]
        operands, behind = self._operands(graph, position, found)
        source = graph.nodes[position].args[slot]
        assert source is not None
        if operation.pull:
            if operation.parts and not behind:
                return None, self._through(operation.parts, slot, upstream, z, operands)
            rule = (behind.rules if behind else operation.rules(0.0))[slot]
            return None, self._run(rule, [upstream, z, *operands], self.lines.shape(found[source]))
        shape = self.lines.shape(z)
        if operation.parts and not behind:
            local = self._through(operation.parts, slot, self.lines.repeated("1.0", shape), z, operands)
        else:
            rule = (behind.rules if behind else operation.rules(0.0))[slot]
            local = self._run(rule, [z, *operands], shape)
        return local, self.lines.compute("mul", upstream, local)

    def _through(self, parts: Graph, slot: int, upstream: str, z: str, operands: Sequence[str]) -> str:
        """What comes back to one operand through the parts of a composite operation."""
        key = id(parts), upstream, z, tuple(operands)
        if key not in self._sent_back:
            found = [*self._inside(parts, operands)[:-1], z]
            self._sent_back[key] = self.passes(parts, found, upstream, None).gradients
        gradient = self._sent_back[key][slot]
        if gradient is None:
            raise Unwritten(slot)
        return gradient

    def _operands(self, graph: Graph, position: int, found: Sequence[str]) -> tuple[list[str], Behind | None]:
        """What a node's rules take, and where they look behind what feeds it."""
        node, behind = graph.nodes[position], graph.behind[position]
        const = "" if node.const is None else self.lines.constant(graph.float_consts[position])
        operands = [const if arg is None else found[arg] for arg in node.args]
        if behind:
            assert node.args[0] is not None
            operands += self._operands(graph, node.args[0], found)[0]
        return operands, behind

    def _run(self, rule: Callable[..., Value], operands: Sequence[str], shape: Shape) -> str:
        """The name of what a rule makes of the operands, repeated to this shape."""
        try:
            made = rule(*map(self.lines.symbol, operands))
            if isinstance(made, Whole | Expr):
                return self.lines.write(made.tree if isinstance(made, Whole) else made, shape)
        except _CANNOT:
            pass
        return self.lines.call(rule, operands, shape)
