"""Pieces of LaTeX: texts with their precedence, brackets, calls, products and matrices."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tutor.algebra.ops import Shape

#: A text and its precedence.
LatexFragment: TypeAlias = tuple[str, int]
SUM, TOTAL, SIGN, PRODUCT, MATRIX_PRODUCT, QUOTIENT, POWER, ATOM = 10, 12, 15, 20, 22, 26, 30, 50

#: A name or a matrix whose cells are meant by an index right behind it: without an index of its own, without brackets.
_INDEXABLE = re.compile(
    r"[A-Za-z]|\\[A-Za-z]+|\\(?:bar|overline|hat|mathrm)\{(?:[^{}]|\{[^{}]*\})*\}|\\begin\{pmatrix\}.*\\end\{pmatrix\}"
)


@dataclass(frozen=True, slots=True)
class Operand:
    """An operand of an operation: its text, the precedence of that, and its shape."""

    text: str
    strength: int
    shape: Shape

    @property
    def fragment(self) -> LatexFragment:
        return self.text, self.strength

    @property
    def is_matrix(self) -> bool:
        """Whether it is a matrix or a vector; an inner product, a matrix with one cell, is as good as a number."""
        return self.shape is not None and self.shape != (1, 1)


def format_call(name: str, operands: Sequence[str]) -> LatexFragment:
    """Return a function in front of its operands in brackets."""
    return rf"{name}\left({', '.join(operands)}\right)", ATOM


def format_product(factors: Sequence[LatexFragment], is_elementwise: bool) -> LatexFragment:
    """Return a product of numbers, or an elementwise product of matrices."""
    sign = r" \odot " if is_elementwise else r" \cdot "
    first, *others = factors
    # A leading minus needs no brackets: −2·x.
    product = first[0] if first[1] == SIGN else parenthesize(first, PRODUCT if first[1] != MATRIX_PRODUCT else POWER)
    for other in others:
        plain = product.lstrip("-").replace(".", "").isdigit() and other[0].startswith(("e^", r"\pi"))
        product += (" " if plain else sign) + parenthesize_operand(
            other, PRODUCT if other[1] != MATRIX_PRODUCT else POWER
        )
    return product, PRODUCT


def format_grid(cells: list[list[str]]) -> str:
    """Return a matrix of texts."""
    # Fractions below each other need some room.
    row_end = r" \\[2pt] " if any(r"\frac" in cell for row in cells for cell in row) else r" \\ "
    return r"\begin{pmatrix} " + row_end.join(" & ".join(row) for row in cells) + r" \end{pmatrix}"


def parenthesize(part: LatexFragment, strength: int) -> str:
    return rf"\left({part[0]}\right)" if part[1] < strength else part[0]


def parenthesize_operand(part: LatexFragment, strength: int) -> str:
    """Return an operand after an operator, with brackets around a leading minus."""
    return rf"\left({part[0]}\right)" if part[1] < strength or part[0].startswith("-") else part[0]


def indexed(operand: Operand) -> str:
    """Return an operand that gets an index behind it."""
    alone = operand.strength == ATOM and _INDEXABLE.fullmatch(operand.text)
    return operand.text if alone else rf"\left({operand.text}\right)"
