"""A graph as one operation: any function can be one node once it can be differentiated.

Its rule is the backward pass over its parts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from tutor.algebra import values
from tutor.algebra.errors import AlgebraError
from tutor.algebra.tree import Expr, Sym
from tutor.algebra.values import Shape, Value
from tutor.algebra.whole import Whole, formula
from tutor.engine.graph import Edge, Graph, Node
from tutor.engine.operation import Mistake, Operation, Spot
from tutor.engine.passes import compute, rules_at
from tutor.i18n import N_, message

_LETTERS = "pqrstuvw"
#: Composites stand inside composites no deeper than this.
DEEPEST = 20

_ASKS_ONE = N_("{node} stands for {inside}, and this line is {letter}. Which step comes last, and what went into it?")
_ASKS_MORE = N_("{node} stands for {inside}, and this line is {letter}. In how many places does {letter} stand there?")
_SAYS_ONE = N_(
    "{node} multiplies by the slopes of its steps, one after the other, from the last one back to this line."
)
_SAYS_MORE = N_("What this line brings goes several ways through {node}: what comes back along each of them is added.")
_SAYS_BACK = N_(
    "{node} sends the upstream back through its steps, from the last one to this line, each by its own rule."
)
_ONE_PATH = N_(
    "That is what comes back along one way through {node}. It stands for {inside}: in how many places does {letter} stand?"
)
_LAST_STEP = N_("That is the slope of the last step in {node}. What stands between that step and this line moves too.")


def composite(name: str, parts: Graph, *, sign: str = "", folded: bool = False) -> Operation:
    """The operation that computes what `parts` computes; its operands are the inputs that `parts` begins with.

    `sign` is what is drawn in the node, the name where it is left out. A `folded` one is made of nodes of the
    graph it stands in. Raises `AlgebraError` where composites are nested too deep.
    """
    if _depth(parts) > DEEPEST:
        text = N_("{name} consists of nodes inside nodes, more than {n} deep. Use fewer levels.")
        raise AlgebraError(message(text, name=name, n=DEEPEST), -1)
    inside = _Inside(parts)
    slots = range(inside.takes)
    several = [inside.branch(slot) is not None for slot in slots]
    local = inside.is_cell_by_cell
    one = _SAYS_ONE if local else _SAYS_BACK
    return Operation(
        # No id of the table: a group may be called like a built-in operation.
        id=f"{name}()" if folded else name,
        word=name,
        sign=sign or name,
        forward=inside.forward,
        local=tuple(partial(inside.slope, slot) for slot in slots) if local else (),
        pull=() if local else tuple(partial(inside.back, slot) for slot in slots),
        shape=inside.shape,
        near_one=parts.nodes[parts.last].operation.near_one,
        kink=any(not node.is_input and node.operation.kink for node in parts.nodes),
        says=tuple(_SAYS_MORE if more else one for more in several),
        asks=tuple(_ASKS_MORE if more else _ASKS_ONE for more in several),
        mistakes=tuple(inside.mistakes()),
        parts=parts,
        folded=folded,
    )


def letter(slot: int, shape: Shape = None) -> str:
    """What an operand is called in a formula that stands for any numbers: p, q, …; capitals for matrices."""
    found = _LETTERS[slot] if slot < len(_LETTERS) else f"{_LETTERS[0]}{slot - len(_LETTERS) + 1}"
    return found if shape is None else found.upper()


def in_letters(parts: Graph) -> Expr:
    """What a composite computes, as a formula."""
    inside = _Inside(parts)
    operands: list[Value] = []
    for slot, node in enumerate(parts.nodes[: inside.takes]):
        symbol = Sym(letter(slot, node.shape))
        operands.append(symbol if node.shape is None else Whole(symbol, node.shape))
    return formula(inside.forward(*operands))


def _depth(graph: Graph) -> int:
    inner = (node.own.parts for node in graph.nodes if node.own is not None)
    return 1 + max((_depth(parts) for parts in inner if parts is not None), default=0)


@dataclass(frozen=True)
class _Inside:
    """The parts of a composite at work. Values are of any kind that rules run on."""

    graph: Graph

    @cached_property
    def takes(self) -> int:
        """How many operands there are."""
        return len(self.graph.inputs)

    @cached_property
    def leading(self) -> tuple[tuple[bool, ...], ...]:
        """For each operand which nodes depend on it."""
        return tuple(self.graph.leading_to((name,)) for name in self.graph.inputs)

    @cached_property
    def is_cell_by_cell(self) -> bool:
        """Whether each cell of the output depends on the same cell of the operands alone."""
        last = self.graph.nodes[self.graph.last]

        def fits(node: Node) -> bool:
            alike = node.shape == last.shape and not values.is_matrix(node.const)
            return alike and (node.is_input or not node.operation.pull)

        return all(map(fits, self.graph.nodes))

    def shape(self, shapes: Sequence[Shape], at: int, name: str) -> Shape:
        """The parts were made for the shapes of the operands."""
        return self.graph.nodes[self.graph.last].shape

    def values(self, operands: Sequence[Value]) -> list[Value]:
        """The value of every part. Raises what arithmetic raises."""
        found = list(operands)
        for position in range(self.takes, len(self.graph.nodes)):
            found.append(compute(self.graph, position, found))
        return found

    def forward(self, *operands: Value) -> Value:
        return self.values(operands)[-1]

    def slope(self, slot: int, z: Value, *operands: Value) -> Value:
        """∂z/∂(operand `slot`), where all is cell by cell."""
        return self.back(slot, values.constant(1, z), z, *operands)

    def back(self, slot: int, g: Value, z: Value, *operands: Value, through: Edge | None = None) -> Value:
        """What comes back to operand `slot` for an upstream `g`; of a branch's lines only the one `through` which."""
        graph, wanted = self.graph, self.leading[slot]
        found = self.values(operands)
        # The output as it is known outside: in symbols rules are then written with it, as y·(1 − y).
        found[-1] = z
        gradients: dict[int, Value] = {graph.last: g}
        for position in range(graph.last, self.takes - 1, -1):
            if position not in gradients:
                continue
            upstream, structural = gradients[position], graph.nodes[position].operation.pull
            rules, args = rules_at(graph, position, found)
            for edge in graph.incoming[position]:
                if not wanted[edge.source] or (through and edge.source == through.source and edge != through):
                    continue
                rule, value = rules[edge.slot], found[position]
                gradient = rule(upstream, value, *args) if structural else upstream * rule(value, *args)
                before = gradients.get(edge.source)
                gradients[edge.source] = gradient if before is None else before + gradient
        return gradients[slot]

    def branch(self, slot: int) -> int | None:
        """The first node on the way of an operand whose value goes to several places, None where there is none."""
        position = slot
        while len(ahead := self.graph.outgoing[position]) == 1:
            position = ahead[0].target
        return position if ahead else None

    def mistakes(self) -> list[Mistake]:
        """What goes wrong in a function made of several: one of its paths alone, or its last step alone."""
        found = []
        for slot in range(self.takes):
            branch = self.branch(slot)
            for edge in () if branch is None else self.graph.outgoing[branch]:
                found.append(Mistake("one-path", partial(self._one_path, slot, edge), _ONE_PATH, slots=(slot,)))
        last = self.graph.incoming[self.graph.last]
        if len(last) == 1 and last[0].source >= self.takes:
            found.append(Mistake("last-step", self._last_step, _LAST_STEP))
        return found

    def _one_path(self, slot: int, through: Edge, e: Spot) -> Value:
        return self.back(slot, e.g, e.z, *e.operands, through=through)

    def _last_step(self, e: Spot) -> Value:
        (edge,) = self.graph.incoming[self.graph.last]
        found = self.values(e.operands)
        rules, args = rules_at(self.graph, edge.target, found)
        structural = self.graph.nodes[edge.target].operation.pull
        rule = rules[edge.slot]
        return rule(e.g, e.z, *args) if structural else e.g * rule(e.z, *args)
