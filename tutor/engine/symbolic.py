"""Both passes as formulas, where inputs or the start are left as symbols.

`named_passes` writes each value by the names of the graph: a named node by its name, an unnamed short one by its formula, so
that a sigmoid called y has the slope y·(1 − y). `closed_form_gradients` writes it in the inputs alone. Numbers stay numbers where
they are short; a matrix of numbers is told by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import expr, ops
from tutor.algebra.expr import Apply, Expr, Sym, children, free_names, postorder
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.printing import format_exact, format_expr
from tutor.engine.passes import EdgeGradient, NonFiniteError, Passes
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

#: An unnamed node, or a gradient, whose formula is longer than this is told by its id, or as ∂z/∂(its node).
MAX_READABLE_LENGTH = 40
#: A closed form of more different parts than this is not tidied, and one of more parts, written out, is left out.
_MAX_SIMPLIFIED_PARTS, _MAX_CLOSED_FORM_PARTS = 2_000, 60


def has_symbols(value: Value) -> bool:
    """Whether a value is, or contains, a symbol."""
    if isinstance(value, MatrixExpr):
        return True
    seen: set[int] = set()
    for cell in value.ravel() if ops.is_matrix(value) else (value,):
        # What the cells of a matrix have in common is looked at once.
        for node in postorder(cell, seen):
            if isinstance(node, Sym) and node.name != "pi":
                return True
            seen.add(id(node))
    return False


def named_passes(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None, target_name: str = ""
) -> Passes:
    """Both passes by the names of the graph. `target_name` is what gradients are of, the output where it is left out.

    Raises `NonFiniteError`.
    """
    return _NamedPasses(graph, inputs, target_name or graph.output).backward(start, wrt)


def closed_form_gradients(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> Mapping[str, Value]:
    """The gradients of the inputs, each in the inputs alone.

    What would be too long is left out. Raises `NonFiniteError`.
    """
    formulas = _SymbolicPasses(graph, inputs)
    passes = formulas.backward(start, wrt)
    found = {name: passes.gradients[graph.position[name]] for name in graph.inputs}
    short = {
        name: value
        for name, value in found.items()
        if value is not None and _count_parts(expr_of(value)) <= _MAX_SIMPLIFIED_PARTS
    }
    tidied = {name: formulas.simplify_value(value) for name, value in short.items()}
    return {
        name: value for name, value in tidied.items() if _count_written_parts(expr_of(value)) <= _MAX_CLOSED_FORM_PARTS
    }


class _SymbolicPasses:
    """A forward pass on formulas. `values` are for showing, `rule_values` what rules are run on."""

    def __init__(self, graph: Graph, inputs: Mapping[str, Value]) -> None:
        self.graph = graph
        self.inputs = inputs
        self.shapes: dict[str, Shape] = {node.id: node.shape for node in graph.nodes}
        self.shapes |= {node.name: node.shape for node in graph.nodes if node.name}
        self.values: list[Value] = []
        self.rule_values: list[Value] = []
        for position, node in enumerate(graph.nodes):
            if node.op is None:
                value = meant = inputs[node.id]
                if ops.is_array(value):
                    meant = MatrixExpr(Sym(node.id), (value.shape[-2], value.shape[-1]))
            else:
                meant = self.stored_form(self.compute_node(position, self.rule_values))
                numbers = not any(arg is not None and has_symbols(self.values[arg]) for arg in node.args)
                value = self.compute_node(position, self.values) if numbers else meant
            self.values.append(value)
            self.rule_values.append(self.reference_to(position, meant))

    def compute_node(self, position: int, found: list[Value]) -> Value:
        node = self.graph.nodes[position]
        try:
            return node.operation.forward(*self.operands_of(position, found))
        except ZeroDivisionError:
            raise self.no_value_error(position, N_("{node} divides by zero.")) from None
        except (ArithmeticError, ValueError):
            raise self.no_value_error(position, N_("{node} has no value as a real number.")) from None

    def no_value_error(self, position: int, text: str) -> NonFiniteError:
        return NonFiniteError(self.graph.nodes[position].id, message(text, node=self.graph.label(position)))

    def operands_of(self, position: int, found: list[Value]) -> tuple[Value, ...]:
        node = self.graph.nodes[position]
        const = node.const
        if node.op == "broadcast" and node.shape is not None and found is self.rule_values:
            # Ones that are no cells, for their shape alone.
            const = MatrixExpr(Apply("ones", tuple(map(expr.number, node.shape))), node.shape)
        return tuple(const if arg is None else found[arg] for arg in node.args)

    def reference_to(self, position: int, value: Value) -> Value:
        """What stands for a node in the formulas of others."""
        return value

    def upstream_reference(self, position: int, value: Value) -> Value:
        """What stands for a node's gradient in what goes back from it."""
        return value

    def stored_form(self, value: Value) -> Value:
        """A formula as it is kept."""
        return value

    def simplify_value(self, value: Value) -> Value:
        """A formula as a person would write it."""
        from tutor.algebra.simplify import simplify

        if isinstance(value, MatrixExpr):
            return MatrixExpr(simplify(value.expr, self.shapes), value.shape)
        if ops.is_matrix(value):
            return ops.map_cells(lambda cell: simplify(cell, self.shapes), value)
        return simplify(value, self.shapes)

    def backward(self, start: Value, wrt: Collection[str] | None) -> Passes:
        graph = self.graph
        shape = graph.nodes[graph.output_position].shape
        if shape is not None and not ops.is_matrix(start):
            named = isinstance(start, Sym)
            start = MatrixExpr(start if named else expr.mul(start, _ones_expr(shape)), shape)
            if named:
                self.shapes[start.expr.name] = shape
        elif shape is not None and not isinstance(start, MatrixExpr):
            start = MatrixExpr(expr_of(start), shape)
        wanted = graph.depends_on(wrt)
        gradients: list[Value] = [None] * len(graph.nodes)
        gradients[graph.output_position] = start
        edges: dict[tuple[int, int], EdgeGradient] = {}
        for position in range(graph.output_position, -1, -1):
            node = graph.nodes[position]
            if gradients[position] is None:
                continue
            gradients[position] = self.stored_form(gradients[position])
            if node.op is None:
                continue
            upstream = self.upstream_reference(position, gradients[position])
            for edge in graph.incoming_edges[position]:
                if wanted[edge.source]:
                    passed = self.edge_gradient(position, edge.slot, upstream)
                    edges[position, edge.slot] = passed
                    before = gradients[edge.source]
                    gradients[edge.source] = passed.gradient if before is None else before + passed.gradient
        return Passes(graph, tuple(self.values), start, tuple(gradients), edges)

    def edge_gradient(self, position: int, slot: int, upstream: Value) -> EdgeGradient:
        node = self.graph.nodes[position]
        rules = node.operation.rules_for(upstream)
        args, z = self.operands_of(position, self.rule_values), self.rule_values[position]
        try:
            if node.operation.vjp:
                return EdgeGradient(upstream, None, self.stored_form(rules[slot](upstream, z, *args)))
            local = self.stored_form(rules[slot](z, *args))
            return EdgeGradient(upstream, local, self.stored_form(upstream * local))
        except (ArithmeticError, ValueError):
            raise self.no_value_error(position, N_("{node} has no slope for these inputs.")) from None


class _NamedPasses(_SymbolicPasses):
    def __init__(self, graph: Graph, inputs: Mapping[str, Value], target_name: str) -> None:
        self.target_name = target_name
        super().__init__(graph, inputs)

    def stored_form(self, value: Value) -> Value:
        return self.simplify_value(value)

    def reference_to(self, position: int, value: Value) -> Value:
        node = self.graph.nodes[position]
        if node.op is None:
            return value
        if not isinstance(value, MatrixExpr) and not free_names(value) and format_exact(value) is not None:
            return value
        if node.name is None and len(format_expr(expr_of(value))) <= MAX_READABLE_LENGTH:
            return value
        return self.name_formula(node.name or node.id, value)

    def upstream_reference(self, position: int, value: Value) -> Value:
        node = self.graph.nodes[position]
        if position == self.graph.output_position or len(format_expr(expr_of(value))) <= MAX_READABLE_LENGTH:
            return value
        return self.name_formula(f"d{self.target_name}/d{node.name or node.id}", value)

    def name_formula(self, name: str, value: Value) -> Value:
        """A name for a formula, with what is known of its sign."""
        from tutor.algebra.simplify import infer_domain

        shape = ops.shape_of(value)
        self.shapes[name] = shape
        symbol = Sym(name, domain=infer_domain(expr_of(value), self.shapes))
        return symbol if shape is None else MatrixExpr(symbol, shape)


def _count_parts(formula: Expr) -> int:
    """How many different parts a formula has, counted to a little more than what is large."""
    count = 0
    for _ in postorder(formula):
        count += 1
        if count > _MAX_SIMPLIFIED_PARTS:
            break
    return count


def _count_written_parts(formula: Expr) -> int:
    """How many parts a formula has as it is written, where what is shared is written each time."""
    sizes: dict[int, int] = {}
    for node in postorder(formula):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(formula)]


def _ones_expr(shape: tuple[int, int]) -> Expr:
    return Apply("ones", (expr.number(shape[0]), expr.number(shape[1])))
