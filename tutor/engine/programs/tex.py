"""Formula and value -> LaTeX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import islice
from typing import TypeAlias

from tutor.algebra import values
from tutor.algebra.show import exact_decimal, show_value
from tutor.algebra.tidy import tidy
from tutor.algebra.tree import Apply, Expr, Grid, Num, Sym, names, postorder
from tutor.algebra.values import Value
from tutor.algebra.whole import Whole
from tutor.engine.programs.formulas import Shapes, inner_shapes
from tutor.engine.programs.letters import Letters, text

#: A text and how tightly it holds together.
Text: TypeAlias = tuple[str, int]
SUM, TOTAL, SIGN, PRODUCT, MATRICES, QUOTIENT, POWER, ATOM = 10, 12, 15, 20, 22, 26, 30, 50

_SIGNS = {"add": (" + ", SUM), "sub": (" - ", SUM), "matmul": (r" \, ", MATRICES)}
_FUNCTIONS = {
    "log": r"\log",
    "sin": r"\sin",
    "cos": r"\cos",
    "tanh": r"\tanh",
    "max": r"\max",
    "min": r"\min",
    "sigmoid": r"\sigma",
    "sign": r"\operatorname{sgn}",
}
#: An exact value of more parts than this is told as a decimal.
_SHORT = 12
#: A value of more parts than this is not even tidied.
_LARGE = 400
#: Matrices of more rows or columns than this are shown by their corners.
_MOST = 4


def write(tree: Expr, names: Mapping[str, Text], shapes: Shapes, decimals: bool = False) -> Text:
    """A formula with its names replaced by texts; `shapes` tell which of them are matrices.

    `decimals` asks for 0.5 where it would be 1/2.
    """
    known = inner_shapes(tree, shapes)
    done: dict[int, Text] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = rational(part.value, decimals) or approximate(part)
        elif isinstance(part, Sym):
            done[id(part)] = (r"\pi", ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Grid):
            done[id(part)] = grid([[done[id(cell)][0] for cell in row] for row in part.rows]), ATOM
        elif isinstance(part, Apply):
            whole = [known[id(arg)] is not None for arg in part.args]
            done[id(part)] = _apply(part, [done[id(arg)] for arg in part.args], whole)
    return done[id(tree)]


def _apply(part: Apply, args: list[Text], whole: list[bool]) -> Text:
    if part.op in _SIGNS:
        sign, strength = _SIGNS[part.op]
        # A sum over cells has no end of its own: what follows it would be read into it.
        left = _inside(args[0], SIGN if args[0][1] == TOTAL else strength)
        return left + sign + _second(args[1], strength + (part.op == "sub")), strength
    if part.op == "mul":
        return product(args, whole)
    if part.op == "div":
        if whole[1]:
            return f"{_inside(args[0], PRODUCT)} \\oslash {_second(args[1], MATRICES + 1)}", PRODUCT
        return rf"\frac{{{args[0][0]}}}{{{args[1][0]}}}", QUOTIENT
    if part.op == "neg":
        return "-" + _second(args[0], TOTAL), SIGN
    if part.op == "pow":
        sign = r"\circ " if whole[0] or whole[1] else ""
        return f"{_inside(args[0], POWER + 1)}^{{{sign}{args[1][0]}}}", POWER
    if part.op == "T":
        return rf"{_inside(args[0], POWER + 1)}^{{\top}}", POWER
    if part.op == "exp" and not whole[0]:
        return ("e", ATOM) if args[0][0] == "1" else (f"e^{{{args[0][0]}}}", POWER)
    if part.op == "sqrt":
        return rf"\sqrt{{{args[0][0]}}}", ATOM
    if part.op == "abs":
        return rf"\left|{args[0][0]}\right|", ATOM
    if part.op == "ones":
        return _ones(args[0][0], args[1][0]), ATOM
    if part.op in ("sum", "mean"):
        return _sum(part.op, args)
    if part.op == "broadcast":
        rows, columns = args[1][0], args[2][0]
        return rf"{operator('broadcast')}_{{{rows} \times {columns}}}\left({args[0][0]}\right)", ATOM
    called = _FUNCTIONS.get(part.op) or (r"\exp" if part.op == "exp" else operator(part.op))
    return rf"{called}\left({', '.join(arg for arg, _strength in args)}\right)", ATOM


def product(factors: list[Text], whole: list[bool]) -> Text:
    """A product of numbers, or cell by cell."""
    sign = r" \odot " if all(whole) else r" \cdot "
    first, *others = factors
    # −2·x needs no brackets at the front: the minus is the product's then.
    found = first[0] if first[1] == SIGN else _inside(first, PRODUCT if first[1] != MATRICES else POWER)
    for other in others:
        plain = found.lstrip("-").replace(".", "").isdigit() and other[0].startswith(("e", r"\pi"))
        found += (" " if plain else sign) + _second(other, PRODUCT if other[1] != MATRICES else POWER)
    return found, PRODUCT


def _inside(part: Text, strength: int) -> str:
    return rf"\left({part[0]}\right)" if part[1] < strength else part[0]


def _second(part: Text, strength: int) -> str:
    """An operand that stands behind a sign: a minus of its own is put in brackets."""
    return rf"\left({part[0]}\right)" if part[1] < strength or part[0].startswith("-") else part[0]


def _ones(rows: str, columns: str) -> str:
    return rf"\mathbf{{1}}_{{{rows} \times {columns}}}"


def _sum(op: str, args: list[Text]) -> Text:
    if op == "mean":
        return rf"\operatorname{{mean}}\left({args[0][0]}\right)", ATOM
    over, index = {"": ("i,j", "ij"), "0": ("i", "i,:"), "1": ("j", ":,j")}[args[1][0] if len(args) == 2 else ""]
    single = len(args[0][0]) == 1 or (args[0][0].startswith(r"\begin{pmatrix}") and args[0][1] == ATOM)
    summed = args[0][0] if single else rf"\left({args[0][0]}\right)"
    return rf"\sum_{{{over}}} {summed}_{{{index}}}", TOTAL


def operator(name: str) -> str:
    """A function by its name."""
    return rf"\operatorname{{{text(name)}}}"


def rational(value: Fraction, decimals: bool) -> Text | None:
    """A number in full where it is short: 0.5 or 1/2 as `decimals` asks, else the other way; None where it is long."""
    plain = exact_decimal(value)
    top, bottom = abs(value.numerator), value.denominator
    minus = "-" if value < 0 else ""
    if plain is not None and (decimals or bottom == 1):
        return plain, SIGN if minus else ATOM
    if top < 10_000 and bottom < 1_000:
        return rf"{minus}\frac{{{top}}}{{{bottom}}}", SIGN if minus else QUOTIENT
    return None if plain is None else (plain, SIGN if minus else ATOM)


def approximate(value: Value, near_one: bool = False) -> Text:
    """A number as a decimal, with as many digits as are shown elsewhere."""
    mantissa, _, exponent = show_value(value, near_one=near_one).replace("−", "-").partition("e")
    strength = SIGN if mantissa.startswith("-") else ATOM
    if not exponent:
        return mantissa, strength
    return rf"{mantissa} \times 10^{{{exponent}}}", min(strength, PRODUCT)


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in LaTeX. `exact` is whether it is told in full, `small` whether it has few cells."""

    text: Text
    exact: bool
    small: bool = True


@dataclass(frozen=True, slots=True)
class Values:
    """How the values of one derivation are shown."""

    letters: Letters
    shapes: Shapes
    decimals: bool

    def show(self, value: Value, near_one: bool = False) -> Shown | None:
        """A number, a matrix or a formula; None for a formula that is too long to be of use."""
        if isinstance(value, Whole):
            formula = self._formula(value.tree)
            return formula and Shown(formula, True)
        if values.is_matrix(value):
            return self._matrix(value, near_one)
        exact = self._exact(value)
        if exact is None and isinstance(value, Expr) and names(value):
            return None
        return Shown(exact or approximate(value, near_one), exact is not None)

    def _exact(self, value: Value) -> Text | None:
        if isinstance(value, Num):
            return rational(value.value, self.decimals)
        return self._formula(value) if isinstance(value, Expr) else None

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
        cells = [[value[i][j] for j in _corners(columns)] for i in _corners(rows)]
        flat = [cell for row in cells for cell in row]
        symbolic = any(isinstance(cell, Expr) and names(cell) for cell in flat)
        rational_only = all(isinstance(cell, Num) for cell in flat)
        exact = [[self._exact(cell) if symbolic or rational_only else None for cell in row] for row in cells]
        if symbolic and any(cell is None for row in exact for cell in row):
            return None
        full = all(cell is not None for row in exact for cell in row)
        texts = [
            [(known or approximate(cell, near_one))[0] for known, cell in zip(*pair, strict=True)]
            for pair in zip(exact, cells, strict=True)
        ]
        return Shown((grid(_elided(texts, rows, columns)), ATOM), full, rows * columns <= 2 * _MOST)


def _longer(tree: Expr, parts: int) -> bool:
    return next(islice(postorder(tree), parts, None), None) is not None


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


def grid(cells: list[list[str]]) -> str:
    """A matrix of texts."""
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(row) for row in cells) + r" \end{pmatrix}"
