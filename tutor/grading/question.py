"""A question beside a graph, or without one: a value, an expression, or a choice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tutor.algebra.values import Shape, Value, shape
from tutor.i18n import Text


@dataclass(frozen=True, slots=True)
class Choice:
    """One way to answer. `why` is said to who takes a wrong one."""

    text: Text
    right: bool = False
    why: Text = field(default_factory=lambda: Text({}))


@dataclass(frozen=True, slots=True)
class Question:
    """What an author asks, with the numbers of one variant.

    Either `answer` is the right value, exact (with symbols where an expression is asked), and `names` what an
    answer may use, each with its value or the symbol it stands for; or there are `choices`, as they are shown.
    """

    id: str
    prompt: Text
    answer: Value = None
    names: Mapping[str, Value] = field(default_factory=dict)
    choices: tuple[Choice, ...] = ()

    @property
    def shape(self) -> Shape:
        """The shape of the answer."""
        return shape(self.answer)
