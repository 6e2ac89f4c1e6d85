"""A graph as one operation: any function can be one node once it can be differentiated.

Its rule is the backward pass over its parts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Expr, Sym
from tutor.algebra.matrix_expr import MatrixExpr, expr_of
from tutor.engine.graph import CompositeOperation
from tutor.engine.operation import EdgeContext, Mistake
from tutor.engine.passes import evaluate_node, node_rules
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape, Value
    from tutor.engine.graph import Edge, Graph, Node

_LETTERS = "pqrstuvw"
#: Composites stand inside composites no deeper than this.
MAX_DEPTH = 20

_QUESTION_ONE_PATH = N_(
    "{node} stands for {inside}, and this line is {letter}. Which step comes last, and what went into it?"
)
_QUESTION_MANY_PATHS = N_(
    "{node} stands for {inside}, and this line is {letter}. In how many places does {letter} stand there?"
)
_RULE_ELEMENTWISE = N_(
    "{node} multiplies by the slopes of its steps, one after the other, from the last one back to this line."
)
_RULE_MANY_PATHS = N_(
    "What this line brings goes several ways through {node}: what comes back along each of them is added."
)
_RULE_STRUCTURAL = N_(
    "{node} sends the upstream back through its steps, from the last one to this line, each by its own rule."
)
_FEEDBACK_ONE_PATH = N_(
    "That is what comes back along one way through {node}. It stands for {inside}: in how many places does {letter} stand?"
)
_FEEDBACK_LAST_STEP = N_(
    "That is the slope of the last step in {node}. What stands between that step and this line moves too."
)


#: The names of mistakes at any composite operation.
MISTAKE_LABELS = {"one-path": N_("a way left out"), "last-step": N_("only the last step")}


def composite_operation(name: str, body: Graph, *, symbol: str = "", is_group: bool = False) -> CompositeOperation:
    """The operation that computes what `body` computes; its operands are the inputs that `body` begins with.

    `symbol` is what is drawn in the node, the name where it is left out. A `is_group` one is made of nodes of the
    graph it stands in. Raises `AlgebraError` where composites are nested too deep.
    """
    if _depth(body) > MAX_DEPTH:
        text = N_("{name} consists of nodes inside nodes, more than {n} deep. Use fewer levels.")
        raise AlgebraError(message(text, name=name, n=MAX_DEPTH), -1)
    inside = _CompositeBody(body)
    slots = range(inside.num_operands)
    several = [inside.branch_position(slot) is not None for slot in slots]
    local = inside.is_elementwise
    one = _RULE_ELEMENTWISE if local else _RULE_STRUCTURAL
    return CompositeOperation(
        # No id of the table: a group may be called like a built-in operation.
        id=f"{name}()" if is_group else name,
        label=name,
        symbol=symbol or name,
        forward=inside.forward,
        derivative=tuple(partial(inside.derivative, slot) for slot in slots) if local else (),
        vjp=() if local else tuple(partial(inside.vjp, slot) for slot in slots),
        shape_rule=inside.output_shape,
        needs_extra_digits=body.nodes[body.output_position].operation.needs_extra_digits,
        has_kink=any(not node.is_input and node.operation.has_kink for node in body.nodes),
        rule=tuple(_RULE_MANY_PATHS if more else one for more in several),
        question=tuple(_QUESTION_MANY_PATHS if more else _QUESTION_ONE_PATH for more in several),
        mistakes=tuple(inside.mistakes()),
        body=body,
        is_group=is_group,
    )


def operand_letter(slot: int, shape: Shape = None) -> str:
    """What an operand is called in a formula that stands for any numbers: p, q, …; capitals for matrices."""
    found = _LETTERS[slot] if slot < len(_LETTERS) else f"{_LETTERS[0]}{slot - len(_LETTERS) + 1}"
    return found if shape is None else found.upper()


def formula_in_letters(body: Graph) -> Expr:
    """What a composite computes, as a formula."""
    inside = _CompositeBody(body)
    operands: list[Value] = []
    for slot, node in enumerate(body.nodes[: inside.num_operands]):
        symbol = Sym(operand_letter(slot, node.shape))
        operands.append(symbol if node.shape is None else MatrixExpr(symbol, node.shape))
    return expr_of(inside.forward(*operands))


def _depth(graph: Graph) -> int:
    inner = (node.body for node in graph.nodes)
    return 1 + max((_depth(parts) for parts in inner if parts is not None), default=0)


@dataclass(frozen=True)
class _CompositeBody:
    """The parts of a composite at work. Values are of any kind that rules run on."""

    graph: Graph

    @cached_property
    def num_operands(self) -> int:
        """How many operands there are."""
        return len(self.graph.inputs)

    @cached_property
    def depends_on_operand(self) -> tuple[tuple[bool, ...], ...]:
        """For each operand which nodes depend on it."""
        return tuple(self.graph.depends_on((name,)) for name in self.graph.inputs)

    @cached_property
    def is_elementwise(self) -> bool:
        """Whether each cell of the output depends on the same cell of the operands alone."""
        last = self.graph.nodes[self.graph.output_position]

        def fits(node: Node) -> bool:
            alike = node.shape == last.shape and not ops.is_matrix(node.const)
            return alike and (node.is_input or not node.operation.vjp)

        return all(map(fits, self.graph.nodes))

    def output_shape(self, shapes: Sequence[Shape], at: int, name: str) -> Shape:
        """The parts were made for the shapes of the operands."""
        return self.graph.nodes[self.graph.output_position].shape

    def forward_values(self, operands: Sequence[Value]) -> list[Value]:
        """The value of every part. Raises what arithmetic raises."""
        found = list(operands)
        for position in range(self.num_operands, len(self.graph.nodes)):
            found.append(evaluate_node(self.graph, position, found))
        return found

    def forward(self, *operands: Value) -> Value:
        return self.forward_values(operands)[-1]

    def derivative(self, slot: int, z: Value, *operands: Value) -> Value:
        """∂z/∂(operand `slot`), where all is cell by cell."""
        return self.vjp(slot, ops.constant_like(1, z), z, *operands)

    def vjp(self, slot: int, g: Value, z: Value, *operands: Value, through: Edge | None = None) -> Value:
        """What comes back to operand `slot` for an upstream `g`; of a branch's lines only the one `through` which."""
        graph, wanted = self.graph, self.depends_on_operand[slot]
        found = self.forward_values(operands)
        # The output as it is known outside: in symbols rules are then written with it, as y·(1 − y).
        found[-1] = z
        gradients: dict[int, Value] = {graph.output_position: g}
        for position in range(graph.output_position, self.num_operands - 1, -1):
            if position not in gradients:
                continue
            upstream, structural = gradients[position], graph.nodes[position].operation.vjp
            rules, args = node_rules(graph, position, found)
            for edge in graph.incoming_edges[position]:
                if not wanted[edge.source] or (through and edge.source == through.source and edge != through):
                    continue
                rule, value = rules[edge.slot], found[position]
                gradient = rule(upstream, value, *args) if structural else upstream * rule(value, *args)
                before = gradients.get(edge.source)
                gradients[edge.source] = gradient if before is None else before + gradient
        return gradients[slot]

    def branch_position(self, slot: int) -> int | None:
        """The first node on the way of an operand whose value goes to several places, None where there is none."""
        position = slot
        while len(ahead := self.graph.outgoing_edges[position]) == 1:
            position = ahead[0].target
        return position if ahead else None

    def mistakes(self) -> list[Mistake]:
        """What goes wrong in a function made of several: one of its paths alone, or its last step alone."""
        found = []
        for slot in range(self.num_operands):
            branch = self.branch_position(slot)
            for edge in () if branch is None else self.graph.outgoing_edges[branch]:
                found.append(
                    Mistake(
                        "one-path",
                        MISTAKE_LABELS["one-path"],
                        partial(self._one_path_gradient, slot, edge),
                        _FEEDBACK_ONE_PATH,
                        slots=(slot,),
                    )
                )
        last = self.graph.incoming_edges[self.graph.output_position]
        if len(last) == 1 and last[0].source >= self.num_operands:
            found.append(
                Mistake("last-step", MISTAKE_LABELS["last-step"], self._last_step_gradient, _FEEDBACK_LAST_STEP)
            )
        return found

    def _one_path_gradient(self, slot: int, through: Edge, e: EdgeContext) -> Value:
        return self.vjp(slot, e.g, e.z, *e.operands, through=through)

    def _last_step_gradient(self, e: EdgeContext) -> Value:
        (edge,) = self.graph.incoming_edges[self.graph.output_position]
        found = self.forward_values(e.operands)
        rules, args = node_rules(self.graph, edge.target, found)
        structural = self.graph.nodes[edge.target].operation.vjp
        rule = rules[edge.slot]
        return rule(e.g, e.z, *args) if structural else e.g * rule(e.z, *args)
