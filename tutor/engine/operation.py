"""The declaration of an operation: forward computation, gradient rules, texts for hints and cards, common mistakes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.ops import Value
from tutor.engine.shapes import ShapeRule, elementwise

#: Local derivative rule: `(z, x)` or `(z, x, y)`, the output and the operands -> ∂z/∂(this operand).
DerivativeRule = Callable[..., Value]
#: Vector-Jacobian product: `(g, z, x, ...)`, the upstream, the output and the operands -> this operand's gradient.
VjpRule = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class EdgeContext:
    """The values around one edge, to which a rule, right or wrong, is applied: all floats, all arrays or all trees."""

    g: Value
    """the upstream gradient of the edge's target"""
    z: Value
    """the output of the target"""
    operands: tuple[Value, ...]
    """all operands of the target, constants included"""
    slot: int
    """the position of this edge among the operands"""
    l: Value  # noqa: E741 - the letter of the catalogue of mistakes
    """the local derivative, None if the operation has only a vjp"""

    @property
    def x(self) -> Value:
        """The forward value of this edge."""
        return self.operands[self.slot]

    @property
    def o(self) -> Value:
        """The other operand."""
        return self.operands[1 - self.slot]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named wrong rule. `rule` computes the wrong gradient, `feedback` asks the learner what to look at.

    A rule may fail on some numbers (log of a negative); then the mistake does not apply to them.
    """

    id: str
    label: str
    """the short name for lists and summaries; mistakes with the same id may share it"""
    rule: Callable[[EdgeContext], Value]
    feedback: str
    slots: tuple[int, ...] | None = None
    """the operands at which it can happen; None for all"""
    feedback_with_constant: str | None = None
    """the feedback if the other operand is a constant; empty if the mistake cannot happen then"""
    asks: str = ""
    """asks whether the mistake was made; if it is empty, the question shows the calculation"""
    asks_in_words: str = ""
    """asks it without the calculation, where that is too long or would give the answer away"""
    correct_for_shape: Callable[[int, int], bool] | None = None
    """whether the rule is right for every input with these numbers of rows and columns"""


@dataclass(frozen=True, slots=True)
class FusedForm:
    """The float computation of an operation whose first operand is the output of a certain other operation.

    It uses the operands of that other operation because its output has lost digits: log(1 − 1e-18) is log(1) in
    floats. `forward` takes `(x, y, …, inner…)` and each of the `rules` `(z, x, y, …, inner…)`, or
    `(g, z, x, y, …, inner…)` for a vjp.
    """

    forward: Callable[..., Value]
    rules: tuple[Callable[..., Value], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation. Texts are templates for `tutor.i18n`.

    `derivative` (elementwise) or `vjp` (structural) has one rule per operand. The tuples of texts have one text per
    operand, or a single one for all.
    """

    id: str
    symbol: str
    """drawn in the node"""
    forward: Callable[..., Value]
    rule: tuple[str, ...]
    """the rule in words, the second rung of the hints"""
    question: tuple[str, ...]
    """what to look at, the first rung; does not reveal the rule"""
    confirmation: tuple[str, ...] = ()
    """what the gradient is, as a noun phrase for the sentence after a right answer, one for each operand or for all"""
    confirmation_with_constant: str = ""
    """the same if the other operand is a constant"""
    label: str = ""
    """prefix of node ids and of mistake ids; the id if left out"""
    title: str = ""
    """the heading of the rule card; the label if left out"""
    skill_name: tuple[str, ...] = ()
    """the name of the skill in progress and reviews, one for each text in `rule`"""
    why: str = ""
    """the reason on the rule card"""
    derivative: tuple[DerivativeRule, ...] = ()
    vjp: tuple[VjpRule, ...] = ()
    commutative: bool = False
    mistakes: tuple[Mistake, ...] = ()
    calculus_rule: tuple[str, ...] = ()
    """the differentiation rule, used instead of `rule` if the rule in symbols would be the answer"""
    rule_with_constant: str = ""
    question_with_constant: str = ""
    """`rule` and `question` if the other operand is a constant"""
    shape_rule: ShapeRule = elementwise
    """the shape of the output from those of the operands"""
    stable: tuple[Callable[..., Value], ...] = ()
    """`derivative` or `vjp` for floats, if the declared rule would lose digits or overflow"""
    fused: Mapping[str, FusedForm] = field(default_factory=dict)
    """the form for floats by the operation that outputs the first operand"""
    divisor: Callable[..., Value | None] | None = None
    """`(x, ...)` -> the value whose zero is a pole, None if these operands have none"""
    needs_extra_digits: bool = False
    """whether rules compute 1 − output, so that an output near 1 is shown with more digits"""
    data_slots: tuple[int, ...] = ()
    """the operands that are data, such as an index or a condition: nothing comes back to them"""
    index_sizes: Mapping[int, int] = field(default_factory=dict)
    """for each operand that is an index, the number of entries it may pick from"""
    has_kink: bool = False
    """whether the slope jumps somewhere, so that hints give the rule in words, not as a formula"""
    kink_pattern: Callable[..., Value] | None = None
    """`(z, x, ...)` -> what stays the same between two kinks, if that is not the slopes"""
    kink: Callable[..., Value] | None = None
    """`(x, ...)` -> the value whose zero is the kink"""
    keeps_decimals: bool = False
    """whether decimals with few digits give a decimal, not 0.333…"""
    rule_indices: tuple[int, ...] = ()
    """which of the declared rules belongs to each operand, if constants have become part of the operation"""
    ends_pass: bool = False
    """whether it usually is the last node, with the start of the pass as its upstream"""

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", self.label or self.id)
        object.__setattr__(self, "title", self.title or self.label)

    def text_for(self, texts: tuple[str, ...], slot: int) -> str:
        """Return the text for the operand `slot`."""
        return texts[self.text_index(texts, slot)]

    def text_index(self, texts: tuple[str, ...], slot: int) -> int:
        """Return the index of the text for the operand `slot`; operands that are data have none."""
        return min(slot - sum(data < slot for data in self.data_slots), len(texts) - 1)

    def backpropagate(self, g: Value, z: Value, operands: tuple[Value, ...], slot: int) -> Value:
        """Return the gradient of the operand `slot` for an upstream `g`."""
        if self.vjp:
            return self.rules_for(g)[slot](g, z, *operands)
        return g * self.rules_for(g)[slot](z, *operands)

    def rules_for(self, like: Value) -> tuple[Callable[..., Value], ...]:
        """Return `derivative` or `vjp`, in its stable form if `like` is a float or an array of floats."""
        if self.stable and not ops.is_exact(like):
            return self.stable
        return self.vjp or self.derivative


def no_gradient(g: Value, z: Value, *operands: Value) -> Value:
    """Stand at the place of an operand that is data; never called."""
    raise ValueError("data")


def absorb_constants(operation: Operation, constants: Mapping[int, Value], num_operands: int) -> Operation:
    """Return an operation on the remaining operands, with `constants`, exact values by slot, as part of it."""
    slots = [slot for slot in range(num_operands) if slot not in constants]
    in_floats = {slot: ops.map_cells(nearest_float, value) for slot, value in constants.items()}

    def fill(operands: tuple[Value, ...]) -> list[Value]:
        known = constants if any(map(ops.is_exact, operands)) else in_floats
        remaining = iter(operands)
        return [known[slot] if slot in known else next(remaining) for slot in range(num_operands)]

    def rule(function: Callable[..., Value], num_before: int) -> Callable[..., Value]:
        return lambda *args: function(*args[:num_before], *fill(args[num_before:]))

    def mistake(declared: Mistake) -> Mistake:
        def wrong(e: EdgeContext) -> Value:
            return declared.rule(replace(e, operands=tuple(fill(e.operands)), slot=slots[e.slot]))

        return replace(
            declared,
            rule=wrong,
            slots=None if declared.slots is None else tuple(slots.index(s) for s in declared.slots if s in slots),
        )

    def remaining_texts(texts: tuple[str, ...]) -> tuple[str, ...]:
        kept = [slot for slot in slots if slot not in operation.data_slots]
        return tuple(operation.text_for(texts, slot) for slot in kept) if len(texts) > 1 else texts

    pattern = operation.kink_pattern
    return replace(
        operation,
        forward=rule(operation.forward, 0),
        derivative=tuple(rule(operation.derivative[slot], 1) for slot in slots) if operation.derivative else (),
        vjp=tuple(rule(operation.vjp[slot], 2) for slot in slots) if operation.vjp else (),
        stable=tuple(rule(operation.stable[slot], 2 if operation.vjp else 1) for slot in slots)
        if operation.stable
        else (),
        fused={},
        divisor=None,
        kink_pattern=rule(pattern, 1) if pattern else None,
        index_sizes={slots.index(slot): size for slot, size in operation.index_sizes.items() if slot in slots},
        data_slots=tuple(slots.index(slot) for slot in operation.data_slots if slot in slots),
        mistakes=tuple(map(mistake, operation.mistakes)),
        rule=remaining_texts(operation.rule),
        question=remaining_texts(operation.question),
        confirmation=remaining_texts(operation.confirmation),
        skill_name=remaining_texts(operation.skill_name),
        commutative=False,
        rule_indices=tuple(operation.text_index(operation.rule, slot) for slot in slots),
    )
