"""Data of a close-up: what a node takes, outputs and receives, and the equation for the asked value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tutor.i18n import Message

#: The text of a value that is not known.
UNKNOWN = "?"

#: How a value is known: the states of a blank (`Worksheet.state`), `hinted` for what a hint told, `shown` for a forward
#: value, and `none` where no gradient comes back.
State = Literal["empty", "right", "wrong", "near", "revealed", "given", "noted", "hinted", "shown", "none"]

#: Whether a term is a forward value, a gradient, a local derivative or a part of a rule.
Lane = Literal["forward", "backward", "local"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A value in the close-up: its text, the shape of a matrix (empty for a number), how it is known, and its place."""

    text: str = UNKNOWN
    shape: str = ""
    state: State = "empty"
    place: str | None = None

    @property
    def is_known(self) -> bool:
        """Whether there is a value, right or not."""
        return self.state not in ("empty", "none")

    @property
    def brief(self) -> str:
        """The shape of a matrix that is known, or the text."""
        return self.shape if self.shape and self.is_known else self.text


@dataclass(frozen=True, slots=True)
class Operand:
    """An input of the node: its name, its forward value and the gradient that goes back to it."""

    name: str
    value: Quantity
    gradient: Quantity
    is_asked: bool = False
    is_data: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """The output of the node: its name, its forward value, and the upstream gradient with its source."""

    name: str
    value: Quantity
    upstream: Quantity
    source: str = ""


@dataclass(frozen=True, slots=True)
class BranchPart:
    """A node that a branching value goes to, and the gradient that comes back from it."""

    symbol: str
    gradient: Quantity


@dataclass(frozen=True, slots=True)
class Term:
    """A part of the equation with its caption, and a shorter one for where there is little room."""

    quantity: Quantity
    caption: str | Message
    lane: Lane
    short_caption: str | Message = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """The terms with a sign between each two, then the asked one behind `equals`. A sign not yet known is `?` or empty.

    `note` says in words what the terms cannot.
    """

    terms: tuple[Term, ...]
    signs: tuple[str, ...]
    asked: Term
    equals: str = "="
    note: Message | None = None


@dataclass(frozen=True, slots=True)
class Curve:
    """The graph of a function of one number: points in order with None where it has no value, and the current point.

    `slope` is that of the tangent, None as long as it is not known.
    """

    points: tuple[tuple[float, float | None], ...]
    at: tuple[float, float]
    slope: float | None = None


@dataclass(frozen=True, slots=True)
class CellSource:
    """A row, a column or a cell that makes the active cell: what it is, and its numbers as far as they are known."""

    caption: str | Message
    numbers: tuple[str, ...]
    lane: Lane


@dataclass(frozen=True, slots=True)
class CellOrigin:
    """The rows, columns or cells that make the active cell of a matrix, counted from 1.

    With `is_product`, the cell is the sum of the products of the sources' numbers.
    """

    row: int
    column: int
    sources: tuple[CellSource, ...]
    is_product: bool = False


@dataclass(frozen=True, slots=True)
class CloseUpData:
    """The focused node up close. `kind` is that of the blank; a branch has `parts` in place of operands.

    With `hides_addends`, the gradients of the parts are to be found by the learner.
    """

    kind: Literal["edge", "sum", "start", "forward"]
    place: str
    node: str
    symbol: str
    operands: tuple[Operand, ...]
    output: Output
    equation: Equation
    parts: tuple[BranchPart, ...] = ()
    forward: str = ""
    curve: Curve | None = None
    cell: CellOrigin | None = None
    hides_addends: bool = False
