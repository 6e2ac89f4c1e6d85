"""Formulas of nodes as they are printed: rules in names, without broadcasting, factors of 1 and vectors as rows."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.expr import Apply, Expr, Num, Sym, children, free_names, number, postorder
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.engine.codegen.latex_columns import PrintedFormula, with_column_vectors
from tutor.engine.codegen.rule_formulas import (
    UPSTREAM,
    drop_redundant_ones,
    edge_gradient_formula,
    forward_formula,
    is_composite,
    operand_name,
    shapes_at,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from tutor.algebra.ops import Shape
    from tutor.engine.graph import Edge, Graph

#: The rule of a composite node is written out up to this number of parts.
_MAX_RULE_PARTS = 40
#: Local derivatives that are printed in another form than they are computed in, by operation, one for each operand.
_LOCAL_DERIVATIVES = {"relu": (Apply("is_positive", (Sym(operand_name(0)),)),)}


class NodeFormulas:
    """The printed formulas of a graph's nodes.

    A node that only repeats a smaller operand is hidden: its consumer shows the operand itself, as books do.
    """

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.is_hidden = [
            node.op == "broadcast"
            and not node.name
            and node.args[0] is not None
            and len(graph.outgoing_edges[position]) == 1
            for position, node in enumerate(graph.nodes)
        ]

    def shown_source(self, position: int | None) -> int | None:
        """Return the node that is shown for an operand."""
        while position is not None and self.is_hidden[position]:
            position = self.graph.nodes[position].args[0]
        return position

    def shown_operands(self, position: int) -> list[int | None]:
        """Return the nodes that are shown as the operands of a node, None for a constant."""
        return [self.shown_source(arg) for arg in self.graph.nodes[position].args]

    def _shapes(self, position: int) -> dict[str, Shape]:
        """Return the shapes of the names in a node's printed formulas."""
        shapes = dict(shapes_at(self.graph, position))
        for slot, source in enumerate(self.shown_operands(position)):
            if source is not None:
                shapes[operand_name(slot)] = self.graph.nodes[source].shape
        return shapes

    def forward(self, position: int) -> PrintedFormula | None:
        """Return the formula of a node's value, None if it is written as a call."""
        if is_composite(self.graph, position):
            return None
        tree = _run_on_names(lambda: forward_formula(self.graph, position))
        node = self.graph.nodes[position]
        # What only stops gradients has the formula of its operand, and would look like it.
        if tree is None or (isinstance(tree, Sym) and node.operation.data_slots):
            return None
        return with_column_vectors(tree, self._shapes(position), ops.is_vector_shape(node.shape))

    def shown_edge(self, edge: Edge) -> Edge:
        """Return the edge that leads on to a node that is shown: the edge itself unless its target is hidden."""
        while self.is_hidden[edge.target]:
            (edge,) = self.graph.outgoing_edges[edge.target]
        return edge

    def gradient(self, edge: Edge) -> PrintedFormula | None:
        """Return the formula of what comes back along an edge, None if its rule is not written out."""
        shown = self.shown_edge(edge)
        tree = self._edge_gradient(shown)
        if tree is None:
            return None
        like, gradient = self.graph.nodes[edge.source].shape, tree
        if shown is not edge:
            repeated = self.graph.nodes[edge.target].shape
            assert repeated is not None
            small = number(0) if like is None else MatrixExpr(Sym(UPSTREAM), like)
            gradient = expr_of(ops.unbroadcast(MatrixExpr(tree, repeated), small))
        return with_column_vectors(gradient, self._shapes(shown.target), ops.is_vector_shape(like))

    def _edge_gradient(self, edge: Edge) -> Expr | None:
        position, node = edge.target, self.graph.nodes[edge.target]
        if node.custom_operation is None and node.op in _LOCAL_DERIVATIVES:
            return Apply("mul", (Sym(UPSTREAM), _LOCAL_DERIVATIVES[node.op][edge.slot]))
        tree = _run_on_names(lambda: edge_gradient_formula(self.graph, position, edge.slot))
        if tree is None or (is_composite(self.graph, position) and written_size(tree) > _MAX_RULE_PARTS):
            return None
        return _with_conditions(_drop_unit_factor(drop_redundant_ones(tree, shapes_at(self.graph, position))))

    @cached_property
    def functions(self) -> Collection[str]:
        """The functions and operations that occur in the formulas and constants."""
        trees = [cell for node in self.graph.nodes if node.const is not None for cell in ops.cells(node.const)]
        for position, node in enumerate(self.graph.nodes):
            if not node.is_input:
                forward = self.forward(position)
                trees += [] if forward is None else [forward.tree]
                edges = self.graph.incoming_edges[position]
                trees += [tree for tree in map(self._edge_gradient, edges) if tree is not None]
        return {part.op for tree in trees for part in postorder(tree) if isinstance(part, Apply)}


def _run_on_names(rule: Callable[[], Expr]) -> Expr | None:
    """Return a rule's formula, None for a rule that computes with numbers only."""
    try:
        return rule()
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError):
        return None


def _drop_unit_factor(tree: Expr) -> Expr:
    """Return upstream · local derivative without a local derivative of 1 or −1."""
    if isinstance(tree, Apply) and tree.op == "mul" and isinstance(tree.args[1], Num):
        upstream, local = tree.args
        if isinstance(local, Num) and abs(local.value) == 1:
            return upstream if local.value == 1 else Apply("neg", (upstream,))
    return tree


def _with_conditions(tree: Expr) -> Expr:
    """Return a formula in which the sign of a relu is a condition."""
    done: dict[int, Expr] = {}
    for part in postorder(tree):
        done[id(part)] = part
        if isinstance(part, Apply):
            inside = part.args[0] if part.args else None
            if part.op == "sign" and isinstance(inside, Apply) and inside.op == "relu":
                done[id(part)] = Apply("is_positive", (done[id(inside.args[0])],))
            else:
                done[id(part)] = Apply(part.op, tuple(done[id(arg)] for arg in part.args))
    return done[id(tree)]


def written_size(tree: Expr, sizes: Mapping[str, int] | None = None) -> int:
    """Return the number of parts of a formula when written out; `sizes` has those of names that stand for more."""
    done: dict[int, int] = {}
    for part in postorder(tree):
        own = sizes.get(part.name, 1) if sizes and isinstance(part, Sym) else 1
        # An index is one part, however it is written.
        parts = children(part)[:1] if isinstance(part, Apply) and part.op == "index" else children(part)
        done[id(part)] = own + sum(done[id(child)] for child in parts)
    return done[id(tree)]


def names_in(value: ops.Value) -> set[str]:
    """Return the names in a value."""
    trees = [value.expr] if isinstance(value, MatrixExpr) else ops.cells(value)
    return {name for tree in trees for name in free_names(tree)}
