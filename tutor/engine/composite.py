"""Composite operations: a graph as a single node, whose gradient rule is the backward pass over its body."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Sym
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.engine.graph import CompositeOperation
from tutor.engine.operation import EdgeContext, Mistake
from tutor.engine.operations import OPERATIONS
from tutor.engine.passes import evaluate_node, node_rules
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge, Graph, Node

_LETTERS = "pqrstuvw"
#: The letter of an operand in the texts of functions of one operand.
ONLY_LETTER = "x"
#: Two floats that should be equal differ by less than this share.
_ROUNDING = 1e-12
#: The deepest nesting of composites inside composites.
MAX_DEPTH = 20

_QUESTION_ONE_PATH = N_(
    "{node} computes {inside}, and this input is {letter}. Which step comes last, and what is its input?"
)
_QUESTION_MANY_PATHS = N_(
    "{node} computes {inside}, and this input is {letter}. In how many places does {letter} appear there?"
)
_RULE_ELEMENTWISE = N_(
    "{node} multiplies the upstream by the derivatives of its steps, one by one, from the last step back to this input."
)
_RULE_MANY_PATHS = N_("This input takes several paths through {node}. Add what comes back along each path.")
_RULE_STRUCTURAL = N_(
    "{node} sends the upstream back through its steps, from the last one to this input. Each step follows its own rule."
)
_FEEDBACK_ONE_PATH = N_(
    "That came back along one path through {node}, which computes {formula}. This input is {operand}: "
    "in how many places does it appear there?"
)
_FEEDBACK_LAST_STEP = N_(
    "That goes back through the last step of {node} only, which computes {formula}. This input is "
    "{operand}: which steps are between it and the last one?"
)
_ASKS_ONE_PATH = N_("Did you follow only one of the paths through {node}?")
_ASKS_LAST_STEP = N_("Did you differentiate only the last step of {node}?")
#: The names of mistakes at any composite operation.
MISTAKE_LABELS = {"one-path": N_("path left out"), "last-step": N_("last step only")}


def composite_operation(name: str, body: Graph, *, symbol: str = "", is_group: bool = False) -> CompositeOperation:
    """Return the operation that computes what `body` computes, on the inputs that `body` begins with.

    `symbol` is drawn in the node, by default the name. With `is_group`, the body's nodes are those of the surrounding
    graph. Raises `AlgebraError` if composites are nested too deeply.
    """
    if _depth(body) > MAX_DEPTH:
        text = N_("The nodes inside {name} are nested more than {n} levels deep. Use fewer levels.")
        raise AlgebraError(message(text, name=name, n=MAX_DEPTH), -1)
    inside = _CompositeBody(body)
    slots = range(inside.num_operands)
    data_slots = tuple(slot for slot in slots if not inside.requested[slot])
    has_branch = [inside.branch_position(slot) is not None for slot in slots if slot not in data_slots]
    is_elementwise = inside.is_elementwise
    one_path_rule = _RULE_ELEMENTWISE if is_elementwise else _RULE_STRUCTURAL
    return CompositeOperation(
        # Groups and custom functions may have the name of a built-in operation, but not its id.
        id=f"{name}()" if is_group or name in OPERATIONS else name,
        label=name,
        symbol=symbol or name,
        forward=inside.forward,
        derivative=tuple(partial(inside.derivative, slot) for slot in slots) if is_elementwise else (),
        vjp=() if is_elementwise else tuple(partial(inside.vjp, slot) for slot in slots),
        shape_rule=inside.output_shape,
        data_slots=data_slots,
        index_sizes={slot: body.index_sizes[name] for slot, name in enumerate(body.inputs) if name in body.index_sizes},
        needs_extra_digits=body.nodes[body.output_position].operation.needs_extra_digits,
        has_kink=any(not node.is_input and node.operation.has_kink for node in body.nodes),
        rule=tuple(_RULE_MANY_PATHS if several else one_path_rule for several in has_branch),
        question=tuple(_QUESTION_MANY_PATHS if several else _QUESTION_ONE_PATH for several in has_branch),
        mistakes=tuple(inside.mistakes()),
        body=body,
        is_group=is_group,
    )


def operand_letter(slot: int, shape: Shape = None) -> str:
    """Return the letter of an operand in a general formula: p, q, …; capitals for matrices."""
    letter = _LETTERS[slot] if slot < len(_LETTERS) else f"{_LETTERS[0]}{slot - len(_LETTERS) + 1}"
    return letter if shape is None else letter.upper()


def operand_letters(body: Graph) -> tuple[str, ...]:
    """Return the letters of a composite's operands."""
    return tuple(operand_letter(slot, node.shape) for slot, node in enumerate(body.nodes[: len(body.inputs)]))


def formula_in_names(body: Graph, names: Sequence[str]) -> Expr:
    """Return the formula of a composite, each operand by its name or letter."""
    operands: list[Value] = []
    for name, node in zip(names, body.nodes, strict=False):
        symbol = Sym(name)
        is_vector = ops.is_vector_shape(node.shape)
        operands.append(symbol if node.shape is None else MatrixExpr(symbol, node.shape, is_vector))
    return readable_formula(body, operands)


def readable_formula(body: Graph, operands: Sequence[Value]) -> Expr:
    """Return the formula of a body for symbols and numbers as it was written, with its stopped gradients."""
    return expr_of(_readable_value(body, operands))


def _readable_value(body: Graph, operands: Sequence[Value]) -> Value:
    """Return the formula of a body for symbols. What is smaller is not written out for every cell."""
    values = list(operands)
    for position in range(len(body.inputs), len(body.nodes)):
        node = body.nodes[position]
        if node.op == "broadcast" and node.args[0] is not None:
            value = values[node.args[0]]
        elif node.body is not None:
            value = _readable_value(node.body, [values[arg] for arg in node.args if arg is not None])
        elif node.op == "detach" and node.args[0] is not None:
            # Evaluated, it is its operand, and the slope of the formula would look wrong.
            value = _as_call(node.op, values[node.args[0]])
        else:
            value = evaluate_node(body, position, values)
        values.append(_in_shape_of(node, value))
    return values[-1]


def _as_call(op: str, value: Value) -> Value:
    call = Apply(op, (expr_of(value),))
    return MatrixExpr(call, value.shape, value.is_vector) if isinstance(value, MatrixExpr) else call


def _in_shape_of(node: Node, value: Value) -> Value:
    """Return the value of a node, marked as a vector if it is one."""
    return ops.as_vector(value) if ops.is_vector_shape(node.shape) and ops.is_matrix(value) else value


def _depth(graph: Graph) -> int:
    return 1 + max((_depth(node.body) for node in graph.nodes if node.body is not None), default=0)


@dataclass(frozen=True)
class _CompositeBody:
    """The computations of a composite, on values of any kind that rules accept."""

    graph: Graph

    @cached_property
    def num_operands(self) -> int:
        return len(self.graph.inputs)

    @cached_property
    def depends_on_operand(self) -> tuple[tuple[bool, ...], ...]:
        """For each operand, which nodes depend on it."""
        return tuple(self.graph.depends_on((name,)) for name in self.graph.inputs)

    @cached_property
    def is_elementwise(self) -> bool:
        """Whether each cell of the output depends only on the same cell of the operands."""
        last = self.graph.nodes[self.graph.output_position]

        def is_cellwise(node: Node) -> bool:
            same_shape = node.shape == last.shape and not ops.is_matrix(node.const)
            return same_shape and (node.is_input or not node.operation.vjp)

        return all(map(is_cellwise, self.graph.nodes))

    def output_shape(self, shapes: Sequence[Shape], offset: int, name: str) -> Shape:
        """Return the shape of the body's output; the body was built for these operands."""
        return self.graph.nodes[self.graph.output_position].shape

    def forward_values(self, operands: Sequence[Value]) -> list[Value]:
        """Return the value of every node of the body. Raises what arithmetic raises."""
        values = [_in_shape_of(node, value) for node, value in zip(self.graph.nodes, operands, strict=False)]
        for position in range(self.num_operands, len(self.graph.nodes)):
            values.append(_in_shape_of(self.graph.nodes[position], evaluate_node(self.graph, position, values)))
        return values

    def forward(self, *operands: Value) -> Value:
        return self.forward_values(operands)[-1]

    def derivative(self, slot: int, z: Value, *operands: Value) -> Value:
        """Return ∂z/∂(operand `slot`) of an elementwise body."""
        return self.vjp(slot, ops.constant_like(1, z), z, *operands)

    def vjp(self, slot: int, g: Value, z: Value, *operands: Value, through: Edge | None = None) -> Value:
        """Return the gradient of operand `slot`; `through` restricts the branch at its source to this one edge."""
        graph, needed = self.graph, self.depends_on_operand[slot]
        values = self.forward_values(operands)
        # With the output's own symbol, formulas become y·(1 − y) instead of an expression of the operands.
        values[-1] = _in_shape_of(graph.nodes[-1], z)
        gradients: dict[int, Value] = {graph.output_position: g}
        for position in range(graph.output_position, self.num_operands - 1, -1):
            if position not in gradients:
                continue
            upstream, structural = gradients[position], graph.nodes[position].operation.vjp
            rules, args = node_rules(graph, position, values)
            for edge in graph.incoming_edges[position]:
                if not graph.carries_gradient(edge, needed):
                    continue
                if through and edge.source == through.source and edge != through:
                    continue
                rule, value = rules[edge.slot], values[position]
                gradient = rule(upstream, value, *args) if structural else upstream * rule(value, *args)
                before = gradients.get(edge.source)
                total = gradient if before is None else before + gradient
                gradients[edge.source] = _in_shape_of(graph.nodes[edge.source], total)
        return gradients[slot]

    def branch_position(self, slot: int) -> int | None:
        """Return the first node on the way from an operand that has several outgoing edges; None if there is none."""
        position = slot
        while len(ahead := self.gradient_edges_from(position)) == 1:
            position = ahead[0].target
        return position if ahead else None

    def gradient_edges_from(self, position: int) -> tuple[Edge, ...]:
        """Return the edges from a node along which something comes back."""
        requested = self.requested
        return tuple(
            edge for edge in self.graph.outgoing_edges[position] if self.graph.carries_gradient(edge, requested)
        )

    @cached_property
    def requested(self) -> tuple[bool, ...]:
        """Which nodes get a gradient."""
        return self.graph.depends_on(None)

    def mistakes(self) -> list[Mistake]:
        """Return the mistakes at a composite: following one path only, or the last step only."""
        mistakes = []
        for slot in range(self.num_operands):
            branch = self.branch_position(slot)
            for edge in () if branch is None else self.gradient_edges_from(branch):
                mistakes.append(
                    Mistake(
                        "one-path",
                        MISTAKE_LABELS["one-path"],
                        partial(self._one_path_gradient, slot, edge),
                        _FEEDBACK_ONE_PATH,
                        slots=(slot,),
                        asks_in_words=_ASKS_ONE_PATH,
                    )
                )
        last = self.graph.incoming_edges[self.graph.output_position]
        if len(last) == 1 and last[0].source >= self.num_operands:
            mistakes.append(
                Mistake(
                    "last-step",
                    MISTAKE_LABELS["last-step"],
                    self._last_step_gradient,
                    _FEEDBACK_LAST_STEP,
                    asks_in_words=_ASKS_LAST_STEP,
                )
            )
        return mistakes

    def _one_path_gradient(self, slot: int, through: Edge, e: EdgeContext) -> Value:
        return _unlike_simpler_mistakes(e, self.vjp(slot, e.g, e.z, *e.operands, through=through))

    def _last_step_gradient(self, e: EdgeContext) -> Value:
        (edge,) = self.graph.incoming_edges[self.graph.output_position]
        rules, args = node_rules(self.graph, edge.target, self.forward_values(e.operands))
        structural = self.graph.nodes[edge.target].operation.vjp
        rule = rules[edge.slot]
        return _unlike_simpler_mistakes(e, rule(e.g, e.z, *args) if structural else e.g * rule(e.z, *args))


def _unlike_simpler_mistakes(e: EdgeContext, gradient: Value) -> Value:
    """Return a wrong gradient. Raise `ValueError` if it is 0 or the upstream itself: no path has to be known for these."""
    if ops.is_exact(gradient):
        return gradient
    is_upstream = ops.shape_of(gradient) == ops.shape_of(e.g) and not _any(abs(gradient - e.g) > _ROUNDING * abs(e.g))
    if is_upstream or not _any(gradient):
        raise ValueError("another mistake's value")
    return gradient


def _any(value: Value) -> bool:
    return bool(value.any() if hasattr(value, "any") else value)
