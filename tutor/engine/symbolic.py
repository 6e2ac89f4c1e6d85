"""Both passes as formulas, where inputs or the start are left as symbols.

`told` writes each value by the names of the graph: a named node by its name, an unnamed short one by its formula, so
that a sigmoid called y has the slope y·(1 − y). `closed` writes it in the inputs alone. Numbers stay numbers where
they are short; a matrix of numbers is told by its name.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from tutor.algebra import tree, values
from tutor.algebra.show import exact_text, write
from tutor.algebra.tree import Apply, Expr, Sym, children, names, postorder
from tutor.algebra.values import Shape, Value
from tutor.algebra.whole import Whole, formula
from tutor.engine.graph import Graph
from tutor.engine.passes import EdgeValue, NotANumber, Passes
from tutor.i18n import N_, message

#: An unnamed node, or a gradient, whose formula is longer than this is told by its id, or as ∂z/∂(its node).
LONG = 40
#: A closed form of more different parts than this is not tidied, and one of more parts, written out, is left out.
_LARGE, _LONGEST = 2_000, 60


def has_symbols(value: Value) -> bool:
    """Whether a value is, or contains, a symbol."""
    if isinstance(value, Whole):
        return True
    seen: set[int] = set()
    for cell in value.ravel() if values.is_matrix(value) else (value,):
        # What the cells of a matrix have in common is looked at once.
        for node in postorder(cell, seen):
            if isinstance(node, Sym) and node.name != "pi":
                return True
            seen.add(id(node))
    return False


def told(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None, goal: str = ""
) -> Passes:
    """Both passes by the names of the graph. `goal` is what gradients are of, the output where it is left out.

    Raises `NotANumber`.
    """
    return _Told(graph, inputs, goal or graph.output).backward(start, wrt)


def closed(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> Mapping[str, Value]:
    """The gradients of the inputs, each in the inputs alone.

    What would be too long is left out. Raises `NotANumber`.
    """
    formulas = _Formulas(graph, inputs)
    passes = formulas.backward(start, wrt)
    found = {name: passes.gradients[graph.position[name]] for name in graph.inputs}
    short = {name: value for name, value in found.items() if value is not None and _parts(formula(value)) <= _LARGE}
    tidied = {name: formulas.written(value) for name, value in short.items()}
    return {name: value for name, value in tidied.items() if _written_parts(formula(value)) <= _LONGEST}


class _Formulas:
    """A forward pass on formulas. `values` are for showing, `meant` what rules are run on."""

    def __init__(self, graph: Graph, inputs: Mapping[str, Value]) -> None:
        self.graph = graph
        self.inputs = inputs
        self.shapes: dict[str, Shape] = {node.id: node.shape for node in graph.nodes}
        self.shapes |= {node.name: node.shape for node in graph.nodes if node.name}
        self.values: list[Value] = []
        self.meant: list[Value] = []
        for position, node in enumerate(graph.nodes):
            if node.op is None:
                value = meant = inputs[node.id]
                if values.is_array(value):
                    meant = Whole(Sym(node.id), (value.shape[-2], value.shape[-1]))
            else:
                meant = self.tidied(self.computed(position, self.meant))
                numbers = not any(arg is not None and has_symbols(self.values[arg]) for arg in node.args)
                value = self.computed(position, self.values) if numbers else meant
            self.values.append(value)
            self.meant.append(self.reference(position, meant))

    def computed(self, position: int, found: list[Value]) -> Value:
        node = self.graph.nodes[position]
        try:
            return node.operation.forward(*self.operands(position, found))
        except ZeroDivisionError:
            raise self.without_value(position, N_("{node} divides by zero.")) from None
        except (ArithmeticError, ValueError):
            raise self.without_value(position, N_("{node} has no value as a real number.")) from None

    def without_value(self, position: int, text: str) -> NotANumber:
        return NotANumber(self.graph.nodes[position].id, message(text, node=self.graph.title(position)))

    def operands(self, position: int, found: list[Value]) -> tuple[Value, ...]:
        node = self.graph.nodes[position]
        const = node.const
        if node.op == "broadcast" and node.shape is not None and found is self.meant:
            # Ones that are no cells, for their shape alone.
            const = Whole(Apply("ones", tuple(map(tree.number, node.shape))), node.shape)
        return tuple(const if arg is None else found[arg] for arg in node.args)

    def reference(self, position: int, value: Value) -> Value:
        """What stands for a node in the formulas of others."""
        return value

    def upstream(self, position: int, value: Value) -> Value:
        """What stands for a node's gradient in what goes back from it."""
        return value

    def tidied(self, value: Value) -> Value:
        """A formula as it is kept."""
        return value

    def written(self, value: Value) -> Value:
        """A formula as a person would write it."""
        from tutor.algebra.tidy import tidy

        if isinstance(value, Whole):
            return Whole(tidy(value.tree, self.shapes), value.shape)
        if values.is_matrix(value):
            return values.each(lambda cell: tidy(cell, self.shapes), value)
        return tidy(value, self.shapes)

    def backward(self, start: Value, wrt: Collection[str] | None) -> Passes:
        graph = self.graph
        shape = graph.nodes[graph.last].shape
        if shape is not None and not values.is_matrix(start):
            named = isinstance(start, Sym)
            start = Whole(start if named else tree.mul(start, _ones(shape)), shape)
            if named:
                self.shapes[start.tree.name] = shape
        elif shape is not None and not isinstance(start, Whole):
            start = Whole(formula(start), shape)
        wanted = graph.leading_to(wrt)
        gradients: list[Value] = [None] * len(graph.nodes)
        gradients[graph.last] = start
        edges: dict[tuple[int, int], EdgeValue] = {}
        for position in range(graph.last, -1, -1):
            node = graph.nodes[position]
            if gradients[position] is None:
                continue
            gradients[position] = self.tidied(gradients[position])
            if node.op is None:
                continue
            upstream = self.upstream(position, gradients[position])
            for edge in graph.incoming[position]:
                if wanted[edge.source]:
                    passed = self.passed(position, edge.slot, upstream)
                    edges[position, edge.slot] = passed
                    before = gradients[edge.source]
                    gradients[edge.source] = passed.gradient if before is None else before + passed.gradient
        return Passes(graph, tuple(self.values), start, tuple(gradients), edges)

    def passed(self, position: int, slot: int, upstream: Value) -> EdgeValue:
        node = self.graph.nodes[position]
        rules = node.operation.rules(upstream)
        args, z = self.operands(position, self.meant), self.meant[position]
        try:
            if node.operation.pull:
                return EdgeValue(upstream, None, self.tidied(rules[slot](upstream, z, *args)))
            local = self.tidied(rules[slot](z, *args))
            return EdgeValue(upstream, local, self.tidied(upstream * local))
        except (ArithmeticError, ValueError):
            raise self.without_value(position, N_("{node} has no slope for these inputs.")) from None


class _Told(_Formulas):
    def __init__(self, graph: Graph, inputs: Mapping[str, Value], goal: str) -> None:
        self.goal = goal
        super().__init__(graph, inputs)

    def tidied(self, value: Value) -> Value:
        return self.written(value)

    def reference(self, position: int, value: Value) -> Value:
        node = self.graph.nodes[position]
        if node.op is None:
            return value
        if not isinstance(value, Whole) and not names(value) and exact_text(value) is not None:
            return value
        if node.name is None and len(write(formula(value))) <= LONG:
            return value
        return self.called(node.name or node.id, value)

    def upstream(self, position: int, value: Value) -> Value:
        node = self.graph.nodes[position]
        if position == self.graph.last or len(write(formula(value))) <= LONG:
            return value
        return self.called(f"d{self.goal}/d{node.name or node.id}", value)

    def called(self, name: str, value: Value) -> Value:
        """A name for a formula, with what is known of its sign."""
        from tutor.algebra.tidy import domain_of

        shape = values.shape(value)
        self.shapes[name] = shape
        symbol = Sym(name, domain=domain_of(formula(value), self.shapes))
        return symbol if shape is None else Whole(symbol, shape)


def _parts(formula: Expr) -> int:
    """How many different parts a formula has, counted to a little more than what is large."""
    count = 0
    for _ in postorder(formula):
        count += 1
        if count > _LARGE:
            break
    return count


def _written_parts(formula: Expr) -> int:
    """How many parts a formula has as it is written, where what is shared is written each time."""
    sizes: dict[int, int] = {}
    for node in postorder(formula):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(formula)]


def _ones(shape: tuple[int, int]) -> Expr:
    return Apply("ones", (tree.number(shape[0]), tree.number(shape[1])))
