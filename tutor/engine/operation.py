"""What one operation declares: how it computes, how a gradient goes back through it, and how people err."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tutor.algebra import ops
from tutor.algebra.ops import Value
from tutor.engine.shapes import ShapeRule, elementwise

if TYPE_CHECKING:
    from tutor.engine.graph import Graph

#: A local rule: `(z, x)` or `(z, x, y)`, the output and the operands -> ∂z/∂(this operand).
DerivativeRule = Callable[..., Value]
#: A structural rule: `(g, z, x, ...)`, the upstream, the output and the operands -> the downstream value.
VjpRule = Callable[..., Value]


@dataclass(frozen=True, slots=True)
class EdgeContext:
    """One edge where a rule, right or wrong, is applied. Values are floats, arrays or trees, all of one kind."""

    g: Value
    """the upstream of the node the edge runs into"""
    z: Value
    """the node's output"""
    operands: tuple[Value, ...]
    """what all its operands are, constants included"""
    slot: int
    """which operand this edge is"""
    l: Value  # noqa: E741 - the letter of the catalogue of mistakes
    """the local gradient, None where the operation has only a vjp"""

    @property
    def x(self) -> Value:
        """What this edge itself carried."""
        return self.operands[self.slot]

    @property
    def o(self) -> Value:
        """What the other operand was."""
        return self.operands[1 - self.slot]


@dataclass(frozen=True, slots=True)
class Mistake:
    """A named wrong rule. `rule` gives the wrong value it leads to; `feedback` points at what to look at.

    `slots` says where it can happen, None everywhere. A rule may fail on some numbers (log of a negative):
    then it leads nowhere there.
    """

    id: str
    rule: Callable[[EdgeContext], Value]
    feedback: str
    slots: tuple[int, ...] | None = None
    feedback_with_constant: str | None = None
    """what to say instead where the other operand is a constant; empty where it can't happen there"""


@dataclass(frozen=True, slots=True)
class FusedForm:
    """How an operation computes in floats where its first operand is what a certain other operation puts out.

    Some digits that it needs are in the other one's operands only: log(1 − 1e-18) in floats is log(1). `forward` and
    the `rules` take the other operation's operands too, after its own: `(x, y, …, inner…)`, `(g, z, x, y, …, inner…)`.
    """

    forward: Callable[..., Value]
    rules: tuple[Callable[..., Value], ...]


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of the table. Texts are templates for `tutor.i18n`; those of hints are one per operand or one for all.

    `symbol` is what is drawn in the node. `derivative` (elementwise) or `vjp` (structural) has one rule per operand.
    `question` is the first rung of the hints: what to look at, without the rule; `rule` the rule in words; `calculus_rule` the
    differentiation rule that leads to it, for where the rule in symbols is the answer.
    """

    id: str
    symbol: str
    forward: Callable[..., Value]
    rule: tuple[str, ...]
    question: tuple[str, ...]
    derivative: tuple[DerivativeRule, ...] = ()
    vjp: tuple[VjpRule, ...] = ()
    commutative: bool = False
    mistakes: tuple[Mistake, ...] = ()
    calculus_rule: tuple[str, ...] = ()
    rule_with_constant: str = ""
    question_with_constant: str = ""
    """the texts of the hints instead where the other operand is a constant"""
    needs_extra_digits: bool = False
    """whether rules compute 1 − output, so that an output near 1 is shown with more digits"""
    shape_rule: ShapeRule = elementwise
    """the shape of the output from those of the operands"""
    custom_label: str = ""
    """what ids, mistakes and people call it; the id where it is left out"""
    stable: tuple[Callable[..., Value], ...] = ()
    """`derivative` or `vjp` for floats, where the declared rule would lose digits or overflow"""
    fused: Mapping[str, FusedForm] = field(default_factory=dict)
    """the same for its place in a graph: by the operation that its first operand comes from"""
    has_kink: bool = False
    """whether the slope jumps somewhere: its rule is told in words, not by a formula"""
    body: Graph | None = None
    """what a composite operation consists of: a graph that begins with an input for each operand"""
    is_group: bool = False
    """whether its parts are nodes of the graph it stands in, which have their ids back when it is opened"""

    @property
    def label(self) -> str:
        """The word that node ids are counted with and mistakes begin with."""
        return self.custom_label or self.id

    def text_for(self, texts: tuple[str, ...], slot: int) -> str:
        """The text for one operand."""
        return texts[min(slot, len(texts) - 1)]

    def backpropagate(self, g: Value, z: Value, operands: tuple[Value, ...], slot: int) -> Value:
        """The downstream value of one operand's edge for an upstream `g`."""
        if self.vjp:
            return self.rules_for(g)[slot](g, z, *operands)
        return g * self.rules_for(g)[slot](z, *operands)

    def rules_for(self, like: Value) -> tuple[Callable[..., Value], ...]:
        """`derivative` or `vjp`, one for each operand; for floats (such as `like`) in their careful form."""
        if self.stable and not ops.is_exact(like):
            return self.stable
        return self.vjp or self.derivative
