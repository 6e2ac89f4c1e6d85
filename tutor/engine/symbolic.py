"""Symbolic passes: both passes as formulas, with symbols for inputs or for the start.

`named_passes` uses the names of the graph: a named node is written by its name, so that a sigmoid called y has the slope
y·(1 − y), and an unnamed short one by its formula. `closed_form_gradients` uses only the inputs. Short numbers stay
numbers; a matrix of numbers is written by its name.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import expr, ops
from tutor.algebra.array_functions import NoValueError
from tutor.algebra.expr import Apply, Expr, Num, Sym, children, free_names, have_symbols, postorder
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.algebra.printing import format_exact, format_expr
from tutor.algebra.simplify import infer_domain, simplify
from tutor.engine.passes import EdgeGradient, NonFiniteError, Passes
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Graph

#: A longer formula of an unnamed node is replaced by its id, and that of a gradient by ∂z/∂(node); in characters.
MAX_READABLE_LENGTH = 40
#: The most different parts of a closed form that is simplified, and the most written-out parts of one that is returned.
_MAX_SIMPLIFIED_PARTS, _MAX_CLOSED_FORM_PARTS = 2_000, 60


def has_symbols(value: Value) -> bool:
    """Return whether a value contains a symbol."""
    if isinstance(value, MatrixExpr):
        return True
    return have_symbols(value.flat if ops.is_matrix(value) else (value,))


def named_passes(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None, target_name: str = ""
) -> Passes:
    """Return both passes in the names of the graph. Raises `NonFiniteError`.

    `target_name` is the name of the differentiated value in ∂z/∂x, by default the output's.
    """
    return _NamedPasses(graph, inputs, target_name or graph.output).backward(start, wrt)


def closed_form_gradients(
    graph: Graph, inputs: Mapping[str, Value], start: Value, wrt: Collection[str] | None = None
) -> Mapping[str, Value]:
    """Return the gradients of the inputs as formulas of the inputs, without those that are too long.

    Raises `NonFiniteError`.
    """
    symbolic = _SymbolicPasses(graph, inputs)
    passes = symbolic.backward(start, wrt)
    gradients = {name: passes.gradients[graph.position[name]] for name in graph.inputs}
    simplified = {
        name: symbolic.simplify_value(gradient)
        for name, gradient in gradients.items()
        if gradient is not None and _count_parts(expr_of(gradient)) <= _MAX_SIMPLIFIED_PARTS
    }
    return {
        name: gradient
        for name, gradient in simplified.items()
        if _count_written_parts(expr_of(gradient)) <= _MAX_CLOSED_FORM_PARTS
    }


class _SymbolicPasses:
    """A forward pass on formulas: `values` for display, `rule_values` as arguments of rules."""

    def __init__(self, graph: Graph, inputs: Mapping[str, Value]) -> None:
        self.graph = graph
        self.inputs = inputs
        self.shapes: dict[str, Shape] = {node.id: node.shape for node in graph.nodes}
        self.shapes |= {node.name: node.shape for node in graph.nodes if node.name}
        self.values: list[Value] = []
        self.rule_values: list[Value] = []
        for position, node in enumerate(graph.nodes):
            if node.op is None:
                value = formula = inputs[node.id]
                if ops.is_array(value):
                    formula = MatrixExpr(Sym(node.id), (value.shape[-2], value.shape[-1]))
            else:
                formula = self.stored_form(self.compute_node(position, self.rule_values))
                is_numeric = not any(arg is not None and has_symbols(self.values[arg]) for arg in node.args)
                value = self.compute_node(position, self.values) if is_numeric else formula
            self.values.append(value)
            self.rule_values.append(self.reference_to(position, formula))

    def compute_node(self, position: int, values: list[Value]) -> Value:
        node = self.graph.nodes[position]
        try:
            return node.operation.forward(*self.operands_of(position, values))
        except ZeroDivisionError:
            raise self.no_value_error(position, N_("{node} divides by zero.")) from None
        except NoValueError as error:
            raise NonFiniteError(node.id, error.message) from None
        except (ArithmeticError, ValueError):
            raise self.no_value_error(position, N_("The value of {node} is not a real number.")) from None

    def no_value_error(self, position: int, text: str) -> NonFiniteError:
        return NonFiniteError(self.graph.nodes[position].id, message(text, node=self.graph.label(position)))

    def operands_of(self, position: int, values: list[Value]) -> tuple[Value, ...]:
        node = self.graph.nodes[position]
        const = node.const
        if node.op == "broadcast" and node.shape is not None and values is self.rule_values:
            # Only the shape of the ones matters.
            const = MatrixExpr(Apply("ones", tuple(map(expr.as_expr, node.shape))), node.shape)
        return tuple(const if arg is None else values[arg] for arg in node.args)

    def reference_to(self, position: int, value: Value) -> Value:
        """Return what represents a node in other formulas."""
        return value

    def upstream_reference(self, position: int, value: Value) -> Value:
        """Return what represents a node's gradient in the gradients of its operands."""
        return value

    def stored_form(self, value: Value) -> Value:
        """Return the form in which a formula is stored."""
        return _spread(value)

    def simplify_value(self, value: Value) -> Value:
        """Return a formula as a person would write it."""
        if isinstance(value, MatrixExpr):
            return MatrixExpr(simplify(value.expr, self.shapes), value.shape)
        if ops.is_matrix(value):
            return ops.map_cells(lambda cell: simplify(cell, self.shapes), value)
        return simplify(value, self.shapes)

    def backward(self, start: Value, wrt: Collection[str] | None) -> Passes:
        graph = self.graph
        shape = graph.nodes[graph.output_position].shape
        if shape is not None and not ops.is_matrix(start):
            is_symbol = isinstance(start, Sym)
            start = MatrixExpr(start if is_symbol else expr.mul(start, _ones_expr(shape)), shape)
            if is_symbol:
                self.shapes[start.expr.name] = shape
        elif shape is not None and not isinstance(start, MatrixExpr):
            start = MatrixExpr(expr_of(start), shape)
        needed = graph.depends_on(wrt)
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
                if graph.carries_gradient(edge, needed):
                    edges[position, edge.slot] = self.edge_gradient(position, edge.slot, upstream)
                    gradient, before = edges[position, edge.slot].gradient, gradients[edge.source]
                    gradients[edge.source] = gradient if before is None else before + gradient
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
            raise self.no_value_error(position, N_("{node} has no derivative for these inputs.")) from None


class _NamedPasses(_SymbolicPasses):
    def __init__(self, graph: Graph, inputs: Mapping[str, Value], target_name: str) -> None:
        self.target_name = target_name
        super().__init__(graph, inputs)

    def stored_form(self, value: Value) -> Value:
        return self.simplify_value(_spread(value))

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
        """Return a symbol for a formula, with the formula's domain."""
        shape = ops.shape_of(value)
        self.shapes[name] = shape
        symbol = Sym(name, domain=infer_domain(expr_of(value), self.shapes))
        return symbol if shape is None else MatrixExpr(symbol, shape)


def _spread(value: Value) -> Value:
    """Return a matrix whose formula is a number, such as X − X, with that number in every entry."""
    if isinstance(value, MatrixExpr) and isinstance(value.expr, Num):
        return MatrixExpr(Apply("mul", (value.expr, _ones_expr(value.shape))), value.shape, value.is_vector)
    return value


def _count_parts(formula: Expr) -> int:
    """Count the different parts of a formula, up to one more than `_MAX_SIMPLIFIED_PARTS`."""
    count = 0
    for _ in postorder(formula):
        count += 1
        if count > _MAX_SIMPLIFIED_PARTS:
            break
    return count


def _count_written_parts(formula: Expr) -> int:
    """Count the parts of a formula as it is written, shared ones each time."""
    sizes: dict[int, int] = {}
    for node in postorder(formula):
        sizes[id(node)] = 1 + sum(sizes[id(child)] for child in children(node))
    return sizes[id(formula)]


def _ones_expr(shape: tuple[int, int]) -> Expr:
    return Apply("ones", (expr.as_expr(shape[0]), expr.as_expr(shape[1])))
