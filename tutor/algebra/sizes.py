"""Named sizes: numbers of rows or columns that are known by a name, such as n, wherever a shape needs an int.

A shape such as (n, 3) goes through the same rules as (4, 3): products and transposes hand its sizes on, and what counts
entries gets a formula, 3·n. A named size equals no number, so that n×3 never fits 7×3.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tutor.algebra import expr
from tutor.algebra.expr import Apply, Expr, Num, Sym, free_names, postorder
from tutor.algebra.ops import VectorShape, is_vector_shape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from tutor.algebra.ops import Shape

#: The numbers used for the names, in their order, when an int is needed: different products of them differ.
_STAND_INS = (7, 11, 13, 17, 19, 23)
#: The most names of sizes side by side.
MAX_SIZE_NAMES = len(_STAND_INS)


class Size(int):
    """A size given by a formula, which `text` writes; as an int it is what the stand-ins of its names give."""

    formula: Expr
    text: str

    def __new__(cls, formula: Expr, text: str, stand_in: int) -> Size:
        """Return a size with a formula, its text and the int that stands for it."""
        size = super().__new__(cls, stand_in)
        size.formula, size.text = formula, text
        return size

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Size) and int(self) == int(other) and self.names == other.names

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__

    @property
    def names(self) -> set[str]:
        """The names in its formula."""
        return free_names(self.formula)

    def __str__(self) -> str:
        return self.text

    __repr__ = __str__

    def __add__(self, other: int) -> int:
        return _combine(expr.add, int.__add__, "{} + {}", self, other)

    def __radd__(self, other: int) -> int:
        return _combine(expr.add, int.__add__, "{} + {}", other, self)

    def __sub__(self, other: int) -> int:
        return _combine(expr.sub, int.__sub__, "{} − {}", self, other)

    def __mul__(self, other: int) -> int:
        return self if other == 1 else _combine(expr.mul, int.__mul__, "{}·{}", self, other)

    def __rmul__(self, other: int) -> int:
        return self if other == 1 else _combine(expr.mul, int.__mul__, "{}·{}", other, self)

    def __floordiv__(self, other: int) -> int:
        return self if other == 1 else _combine(expr.div, int.__floordiv__, "{}/{}", self, other)


def _combine(
    build: Callable[[Expr, Expr], Expr], count: Callable[[int, int], int], text: str, left: int, right: int
) -> Size:
    if not isinstance(left, int) or not isinstance(right, int):
        # A tuple is repeated as often as the int says.
        return NotImplemented
    formula = build(expr.as_expr(left), expr.as_expr(right))
    return Size(formula, text.format(left, right), count(int(left), int(right)))


def named_sizes(names: Iterable[str]) -> dict[str, Size]:
    """Return a size for each of at most `MAX_SIZE_NAMES` different names."""
    return {
        name: Size(Sym(name, domain="positive"), name, stand_in)
        for name, stand_in in zip(names, _STAND_INS, strict=False)
    }


def sizes_in(shapes: Iterable[Shape]) -> dict[str, Size]:
    """Return the sizes in shapes that are known by a name alone, by their names."""
    return {size.text: size for shape in shapes for size in shape or () if isinstance(size, Size)}


_COUNTS: Mapping[str, Callable[[int, int], int]] = {
    "add": lambda a, b: a + b,
    "sub": lambda a, b: a - b,
    "mul": lambda a, b: a * b,
    "div": lambda a, b: a // b,
}


def size_of(tree: Expr, known: Callable[[str], Expr | int | None]) -> int | None:
    """Return the size that a formula of numbers and known names gives; None if it gives none that can be a size."""
    done: dict[int, int | None] = {}
    for node in postorder(tree):
        size: Expr | int | None = None
        if isinstance(node, Apply) and len(node.args) == 2 and node.op in _COUNTS:
            left, right = (done[id(arg)] for arg in node.args)
            size = None if left is None or right is None else _COUNTS[node.op](left, right)
        elif isinstance(node, Sym):
            size = known(node.name)
        elif isinstance(node, Num):
            size = node
        if isinstance(size, Num):
            size = size.value.numerator if size.value.denominator == 1 else None
        done[id(node)] = size if isinstance(size, int) and size > 0 else None
    return done[id(tree)]


def settled(size: int) -> int:
    """Return a size as a number if its names cancel, as in n − (n − 1)."""
    if not isinstance(size, Size):
        return size
    names = sorted(size.names)
    counts = {
        size_of(size.formula, {name: base + 13 * place for place, name in enumerate(names)}.get) for base in (101, 211)
    }
    (count, *others) = counts
    return size if others or count is None else count


def has_named_size(shape: Shape) -> bool:
    """Return whether a shape is not known in numbers."""
    return any(isinstance(size, Size) for size in shape or ())


def shape_in_numbers(shape: Shape, numbers: Mapping[str, int]) -> Shape:
    """Return a shape, of the same kind, with numbers in place of the names of sizes."""
    if shape is None or not has_named_size(shape):
        return shape
    sizes = [size_of(size.formula, numbers.get) if isinstance(size, Size) else size for size in shape]
    rows, columns = (size or 1 for size in sizes)
    return VectorShape.of_length(columns) if is_vector_shape(shape) else (rows, columns)
