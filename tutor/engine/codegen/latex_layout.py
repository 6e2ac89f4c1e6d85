"""Layout of derivations: equations on one line or on several, in `align*` displays."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: The width of a display, in letters: that of a page in the class `article`. The right sides get at least half of it.
_MAX_WIDTH = 54
_STYLED = re.compile(r"(?:[_^]|(?<![A-Za-z])|\\(?!frac|begin|end)[A-Za-z]+ ?)\{([^{}]*)\}")
_FRACTION = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
_MATRIX = re.compile(r"\\begin\{pmatrix\}((?:(?!\\begin).)*?)\\end\{pmatrix\}")


@dataclass(frozen=True, slots=True)
class EquationSide:
    """A right side of an equation: terms to be added, of which all but the first begin with their sign.

    `is_approximate` is whether it is only approximately equal to the side before it.
    """

    terms: tuple[str, ...]
    is_approximate: bool = False

    @property
    def text(self) -> str:
        """The sum."""
        return " ".join(self.terms)

    @property
    def relation(self) -> str:
        """The sign in front of this side."""
        return r"\approx" if self.is_approximate else "="


@dataclass(frozen=True, slots=True)
class Equation:
    """A left side and one or more right sides."""

    left: str
    sides: tuple[EquationSide, ...]

    @property
    def text(self) -> str:
        """The whole equation."""
        return " ".join([self.left, *(f"{side.relation} {side.text}" for side in self.sides)])


def display_lines(heading: str, equations: Sequence[Equation]) -> list[str]:
    """Return a display of equations under a heading in LaTeX."""
    left = max((width(equation.left) for equation in equations), default=0)
    most = max(_MAX_WIDTH - left, _MAX_WIDTH // 2)
    lines = [line for equation in equations for line in _equation_lines(equation, most)]
    if not lines:
        return []
    broken = [rf"{line} \\" for line in lines[:-1]] + lines[-1:]
    inside = [r"\begingroup\allowdisplaybreaks", r"\begin{align*}", *broken, r"\end{align*}", r"\endgroup"]
    return [rf"\noindent {heading}", *inside]


def _equation_lines(equation: Equation, most: int) -> list[str]:
    """Return an equation on one line if it is short, otherwise with a line for each side, or more for a long sum."""
    whole = " ".join(f"{side.relation} {side.text}" for side in equation.sides)
    if width(whole) <= most:
        return [f"{equation.left} &{whole}"]
    first, *others = (line for side in equation.sides for line in _side_lines(side, most))
    return [f"{equation.left} &{first}", *(f"  &{line}" for line in others)]


def _side_lines(side: EquationSide, most: int) -> Iterator[str]:
    line = f"{side.relation} {side.terms[0]}"
    for term in side.terms[1:]:
        if width(line + term) > most:
            yield line
            line = rf"\quad {term}"
        else:
            line += f" {term}"
    yield line


def width(text: str) -> int:
    """Return about how many letters wide a formula is when it is typeset."""
    before = ""
    while before != text:
        before = text
        text = _STYLED.sub(r"\1", text)
        text = _FRACTION.sub(lambda match: max(match[1], match[2], key=_plain_width), text)
        text = _MATRIX.sub(lambda match: "8" * _matrix_width(match[1]), text)
    return _plain_width(text)


def _plain_width(text: str) -> int:
    """Return the width of a formula without groups: a command is one letter, and an operator with its spaces two."""
    text = re.sub(r" (?:[-+=]|\\[a-z]+) ", "88", text)
    text = re.sub(r"\\left(?![a-z])|\\right(?![a-z])|\\,", "", text)
    return len(re.sub(r"\s", "", re.sub(r"\\[A-Za-z]+|\\.", "x", text)))


def _matrix_width(cells: str) -> int:
    rows = [[_plain_width(cell) for cell in row.split("&")] for row in re.split(r"\\\\(?:\[2pt\])?", cells)]
    return sum(max(column) + 2 for column in zip(*rows, strict=False))
