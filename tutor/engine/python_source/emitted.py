"""Emitted code: text of the graph language in pieces, each with its place in the Python source."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tutor.engine.python_source.errors import Fault

#: How tightly an operation binds, from loose to tight, in Python and in the graph language alike.
COMPARISON, SUM, PRODUCT, UNARY, POWER, ATOM = 5, 10, 20, 25, 30, 100


class Piece(NamedTuple):
    """A part of the text that replaces the source from `start` to `end`; `is_name`: it is the name of a value."""

    text: str
    start: int
    end: int
    is_name: bool = False


@dataclass
class Code:
    """An expression in pieces. `binding` is that of its outermost operation."""

    pieces: list[Piece]
    binding: int = ATOM
    #: Why parts of it can't be taken, which is reported only if the value is used.
    faults: tuple[Fault, ...] = ()

    @property
    def name(self) -> str | None:
        """The name that is all of this expression, None if it is more."""
        return self.pieces[0].text if len(self.pieces) == 1 and self.pieces[0].is_name else None

    @property
    def names(self) -> set[str]:
        """The names of all values in it."""
        return {piece.text for piece in self.pieces if piece.is_name}

    @property
    def text(self) -> str:
        """The expression as text."""
        return "".join(piece.text for piece in self.pieces)

    @property
    def span(self) -> tuple[int, int]:
        """The place of the whole expression in the source."""
        return self.pieces[0].start, max(piece.end for piece in self.pieces)

    def in_brackets(self, least: int) -> Code:
        """Return this in brackets if it binds less tightly than `least`."""
        if self.binding >= least:
            return self
        start, end = self.span
        return join([Piece("(", start, start + 1), self, Piece(")", end - 1, end)], ATOM)


def join(parts: Iterable[Code | Piece], binding: int = ATOM) -> Code:
    """Return parts one after the other as one expression."""
    pieces: list[Piece] = []
    faults: tuple[Fault, ...] = ()
    for part in parts:
        if isinstance(part, Code):
            pieces += part.pieces
            faults += part.faults
        else:
            pieces.append(part)
    return Code(pieces, binding, faults)


@dataclass(frozen=True, slots=True)
class Equation:
    """`name = code`; the last one of a formula may have no name."""

    name: str | None
    code: Code
    #: The place of the statement in the source.
    start: int
    end: int

    @property
    def pieces(self) -> list[Piece]:
        """The equation in pieces."""
        if self.name is None:
            return self.code.pieces
        return [
            Piece(self.name, self.start, self.end, is_name=True),
            Piece(" = ", self.start, self.end),
            *self.code.pieces,
        ]


@dataclass
class EmittedText:
    """The text of several equations, and where each character comes from."""

    equations: list[Equation]
    separator: str = "; "
    text: str = ""
    _offsets: list[int] = field(default_factory=list)
    _pieces: list[Piece] = field(default_factory=list)

    def __post_init__(self) -> None:
        texts: list[str] = []
        length = 0
        for equation in self.equations:
            pieces = equation.pieces
            if texts:
                pieces = [Piece(self.separator, equation.start, equation.end), *pieces]
            for piece in pieces:
                self._offsets.append(length)
                self._pieces.append(piece)
                texts.append(piece.text)
                length += len(piece.text)
        self.text = "".join(texts)

    def span(self, position: int, length: int) -> tuple[int, int]:
        """Return the place in the source of `length` characters from `position`."""
        first = max(bisect_right(self._offsets, position) - 1, 0)
        last = max(bisect_right(self._offsets, position + max(length, 1) - 1) - 1, first)
        start, end = self._pieces[first].start, self._pieces[last].end
        return start, max(end, start + 1)
