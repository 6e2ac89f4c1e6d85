"""Value -> LaTeX: in full where that is short, otherwise as decimals; large matrices by their corners."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from tutor.algebra import values
from tutor.algebra.balls import Balls, nearest_float
from tutor.algebra.show import show_number
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Expr, Num, Sym, children, postorder
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.engine.programs.formulas import Shapes
from tutor.engine.programs.letters import Letters
from tutor.engine.programs.tex import ATOM, QUOTIENT, Text, decimal, grid, rational, write

#: An exact value of more parts than this is told as a decimal.
_SHORT = 12
#: A value of more parts than this is not even tidied.
_LARGE = 100
#: Matrices of more rows or columns than this are shown by their corners.
_MOST = 4


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in LaTeX. `exact` is whether it is told in full, `small` whether it has few cells."""

    text: Text
    exact: bool
    small: bool = True


@dataclass(frozen=True, slots=True)
class Values:
    """How the values of one derivation are shown. They must outlive it: what is known of a part is kept by its id."""

    letters: Letters
    shapes: Shapes
    decimals: bool
    _balls: Balls = field(default_factory=Balls)
    _symbolic: dict[int, bool] = field(default_factory=dict)

    def is_symbolic(self, value: Value) -> bool:
        """Whether names stand in a value."""
        return isinstance(value, Whole) or any(self._has_names(cell) for cell in cells(value))

    def _has_names(self, tree: Expr) -> bool:
        for part in postorder(tree, self._symbolic):
            named = isinstance(part, Sym) and part.name != "pi"
            self._symbolic[id(part)] = named or any(self._symbolic[id(child)] for child in children(part))
        return self._symbolic[id(tree)]

    def approximate(self, value: Expr, near_one: bool = False) -> Text:
        """A number as a decimal, with as many digits as are shown elsewhere."""
        return decimal(show_number(nearest_float(value, self._balls), near_one=near_one))

    def show(self, value: Value, near_one: bool = False) -> Shown | None:
        """A number, a matrix or a formula; None for a formula that is too long to be of use."""
        if isinstance(value, Whole):
            formula = self._formula(value.tree)
            return formula and Shown(formula, True)
        if values.is_matrix(value):
            return self._matrix(value, near_one)
        exact = self._exact(value)
        if exact is None and self._has_names(value):
            return None
        return Shown(exact or self.approximate(value, near_one), exact is not None)

    def _exact(self, value: Expr) -> Text | None:
        return rational(value.value, self.decimals) if isinstance(value, Num) else self._formula(value)

    def _formula(self, tree: Expr) -> Text | None:
        """A tree as a person would write it, None where it is long."""
        if _longer(tree, _LARGE):
            return None
        tidied = tidy(tree, self.shapes)
        return None if _longer(tidied, _SHORT) else self.write(tidied)

    def write(self, tree: Expr) -> Text:
        """A formula in the names of the graph."""
        symbols = {part.name for part in postorder(tree) if isinstance(part, Sym)}
        called = {name: self.letters.letter(name) for name in symbols - {"pi"}}
        texts = {name: (letter, QUOTIENT if letter.startswith(r"\frac") else ATOM) for name, letter in called.items()}
        return write(tree, texts, self.shapes, self.decimals)

    def _matrix(self, value: Value, near_one: bool) -> Shown | None:
        rows, columns = value.shape
        shown = [[value[i][j] for j in _corners(columns)] for i in _corners(rows)]
        symbolic = self.is_symbolic(value)
        rational_only = all(isinstance(cell, Num) for row in shown for cell in row)
        exact = [[self._exact(cell) if symbolic or rational_only else None for cell in row] for row in shown]
        if symbolic and any(cell is None for row in exact for cell in row):
            return None
        full = all(cell is not None for row in exact for cell in row)
        texts = [
            [(known or self.approximate(cell, near_one))[0] for known, cell in zip(*pair, strict=True)]
            for pair in zip(exact, shown, strict=True)
        ]
        return Shown((grid(_elided(texts, rows, columns)), ATOM), full, rows * columns <= 2 * _MOST)


def _longer(tree: Expr, parts: int) -> bool:
    """Whether a tree has more than so many parts, each shared one counted once; no more than these are looked at."""
    seen, ahead = {id(tree)}, [tree]
    while ahead and len(seen) <= parts:
        fresh = {id(child): child for child in children(ahead.pop()) if id(child) not in seen}
        seen.update(fresh)
        ahead.extend(fresh.values())
    return len(seen) > parts


def _corners(size: int) -> list[int]:
    """Which rows or columns of a matrix are shown."""
    return list(range(size)) if size <= _MOST else [0, 1, size - 1]


def _elided(cells: list[list[str]], rows: int, columns: int) -> list[list[str]]:
    """Dots where something is left out before the last row or column."""
    if columns > _MOST:
        cells = [[*row[:-1], r"\cdots", row[-1]] for row in cells]
    if rows > _MOST:
        dots = [r"\vdots"] * len(cells[0])
        if columns > _MOST:
            dots[-2] = r"\ddots"
        cells = [*cells[:-1], dots, cells[-1]]
    return cells


def cells(value: Value) -> Iterator[Expr]:
    """The numbers of a matrix, or the one number."""
    return (cell for row in value for cell in row) if values.is_matrix(value) else iter((value,))
