"""Exact expression trees: the result of parsing, and exact values that rules compute with.

The operators of `Expr` fold whatever can be folded exactly (1/2 + 1/4 is 3/4, e^0 is 1, e^(log 3) is 3), so that a
tree without symbols is an exact value. The parser builds `Apply` directly and folds nothing. Trees share parts; walk
them with `postorder`, which does not recurse.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import TYPE_CHECKING, Any, Union, cast

from tutor.algebra.limits import MAX_BITS

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Mapping

Scalar = Union["Expr", int, Fraction]


class Expr:
    """An expression. Its operators fold exactly and never round."""

    __slots__ = ()

    def __add__(self, other: Any) -> Expr:
        return _binary(add, self, other)

    def __radd__(self, other: Any) -> Expr:
        return _binary(add, other, self)

    def __sub__(self, other: Any) -> Expr:
        return _binary(sub, self, other)

    def __rsub__(self, other: Any) -> Expr:
        return _binary(sub, other, self)

    def __mul__(self, other: Any) -> Expr:
        return _binary(mul, self, other)

    def __rmul__(self, other: Any) -> Expr:
        return _binary(mul, other, self)

    def __truediv__(self, other: Any) -> Expr:
        return _binary(div, self, other)

    def __rtruediv__(self, other: Any) -> Expr:
        return _binary(div, other, self)

    def __pow__(self, other: Any) -> Expr:
        return _binary(power, self, other)

    def __rpow__(self, other: Any) -> Expr:
        return _binary(power, other, self)

    def __neg__(self) -> Expr:
        return neg(self)

    def is_same_leaf(self, other: Expr) -> bool:
        """Return whether a tree without parts is the same as another one of its kind; False if that isn't known."""
        return False


@dataclass(frozen=True, slots=True, eq=False)
class Num(Expr):
    """A rational number. `text` is how it was typed, if it was typed: it distinguishes 0.50 from 1/2."""

    value: Fraction
    text: str = ""

    @property
    def is_decimal(self) -> bool:
        """Whether it was typed with a point or an exponent, and so is graded with a tolerance."""
        return any(character in self.text for character in ".eE")


#: What the values of a symbol may be limited to, each within the one before; a probability is between 0 and 1.
DOMAINS = ("real", "nonzero", "positive", "probability")
#: The rows of a matrix may also be limited to a single 1 among zeros, as targets of classes are.
ONE_HOT = "one-hot"
MATRIX_DOMAINS = (*DOMAINS, ONE_HOT)


@dataclass(frozen=True, slots=True, eq=False)
class Sym(Expr):
    """A name: an input, a node, `up`, `pi`, `dL/dz`. `position` is its offset in the text.

    `domain` limits its values to one of `DOMAINS`, those of a matrix to one of `MATRIX_DOMAINS`.
    """

    name: str
    position: int = 0
    domain: str = "real"


@dataclass(frozen=True, slots=True, eq=False)
class Apply(Expr):
    """An operation on other expressions. `position` is the offset of its operator or name in the text."""

    op: str
    args: tuple[Expr, ...]
    position: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Grid(Expr):
    """A matrix literal, row by row."""

    rows: tuple[tuple[Expr, ...], ...]
    position: int = 0
    is_vector: bool = False
    """whether its only row was written without the outer brackets"""


#: Structural comparison stops after this many pairs of parts.
_MAX_COMPARED = 500

ZERO, ONE = Num(Fraction(0)), Num(Fraction(1))


def number(value: int | Fraction | str) -> Num:
    """Return an exact number."""
    return Num(Fraction(value))


def as_expr(value: Scalar) -> Expr:
    """Return a number as a tree; a size that is known by its name, such as n, as that name."""
    if isinstance(value, Expr):
        return value
    return getattr(value, "formula", None) or Num(Fraction(value))


def children(tree: Expr) -> tuple[Expr, ...]:
    """Return the operands of an operation, the cells of a matrix literal, or nothing."""
    if isinstance(tree, Apply):
        return tree.args
    if isinstance(tree, Grid):
        return tuple(cell for row in tree.rows for cell in row)
    return ()


def postorder(tree: Expr, skip: Container[int] = ()) -> Iterator[Expr]:
    """Yield every part of `tree`, operands first, shared parts once.

    Parts whose ids are in `skip`, and parts only inside those, are left out.
    """
    seen: set[int] = set()
    stack: list[tuple[Expr, bool]] = [(tree, False)]
    while stack:
        node, operands_done = stack.pop()
        if operands_done:
            yield node
        elif id(node) not in seen and id(node) not in skip:
            seen.add(id(node))
            operands = children(node)
            if not operands:
                yield node
                continue
            stack.append((node, True))
            stack.extend([(child, False) for child in reversed(operands)])


def free_names(tree: Expr) -> set[str]:
    """Return the names in `tree` except `pi`, which is a number."""
    return {node.name for node in postorder(tree) if isinstance(node, Sym) and node.name != "pi"}


def have_symbols(cells: Iterable[Expr]) -> bool:
    """Return whether a symbol occurs in any of the trees."""
    # Faster than `postorder`: a matrix has thousands of parts, and cells share some.
    seen: set[int] = set()
    stack = list(cells)
    while stack:
        node = stack.pop()
        if isinstance(node, Apply):
            if id(node) not in seen:
                seen.add(id(node))
                stack += node.args
        elif isinstance(node, Grid):
            stack += children(node)
        elif isinstance(node, Sym) and node.name != "pi":
            return True
    return False


def structurally_equal(a: Expr, b: Expr) -> bool:
    """Return whether two trees have the same structure, and so the same value; False if they are very large."""
    pairs = [(a, b)]
    for _ in range(_MAX_COMPARED):
        if not pairs:
            return True
        left, right = pairs.pop()
        if left is right:
            continue
        if type(left) is not type(right):
            return False
        if isinstance(left, Apply) and isinstance(right, Apply):
            if left.op != right.op or len(left.args) != len(right.args):
                return False
            pairs += zip(left.args, right.args, strict=True)
        elif isinstance(left, Sym) and isinstance(right, Sym):
            if left.name != right.name:
                return False
        elif isinstance(left, Num) and isinstance(right, Num):
            if left.value != right.value:
                return False
        elif not left.is_same_leaf(right):
            return False
    return False


def as_whole(value: Expr | None) -> int | None:
    """Return a whole number that is written out, perhaps with a sign; None for anything else."""
    sign = 1
    if isinstance(value, Apply) and value.op == "neg":
        sign, value = -1, value.args[0]
    return sign * value.value.numerator if isinstance(value, Num) and value.value.denominator == 1 else None


def substitute(tree: Expr, replacements: Mapping[str, Expr]) -> Expr:
    """Return `tree` with some names replaced by other expressions; nothing is folded."""
    done: dict[int, Expr] = {}
    for node in postorder(tree):
        if isinstance(node, Sym):
            done[id(node)] = replacements.get(node.name, node)
        elif isinstance(node, Apply):
            done[id(node)] = Apply(node.op, tuple(done[id(arg)] for arg in node.args), node.position)
        elif isinstance(node, Grid):
            rows = tuple(tuple(done[id(cell)] for cell in row) for row in node.rows)
            done[id(node)] = Grid(rows, node.position, node.is_vector)
        else:
            done[id(node)] = node
    return done[id(tree)]


def _binary(build: Callable[[Expr, Expr], Expr], left: Any, right: Any) -> Expr:
    # NotImplemented lets NumPy multiply an array by an expression cell by cell.
    if isinstance(left, Expr | int | Fraction) and isinstance(right, Expr | int | Fraction):
        return build(as_expr(left), as_expr(right))
    return cast("Expr", NotImplemented)


def _within_max_bits(value: Fraction) -> bool:
    return value.numerator.bit_length() + value.denominator.bit_length() <= MAX_BITS


def equals_number(tree: Expr, value: int) -> bool:
    return isinstance(tree, Num) and tree.value == value


def add(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Num) and isinstance(b, Num) and _within_max_bits(total := a.value + b.value):
        return Num(total)
    if equals_number(a, 0):
        return b
    if equals_number(b, 0):
        return a
    return Apply("add", (a, b))


def sub(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Num) and isinstance(b, Num) and _within_max_bits(rest := a.value - b.value):
        return Num(rest)
    if equals_number(b, 0):
        return a
    if a is b:
        return ZERO
    if equals_number(a, 0):
        return neg(b)
    return Apply("sub", (a, b))


def mul(a: Expr, b: Expr) -> Expr:
    if isinstance(a, Num) and isinstance(b, Num) and _within_max_bits(product := a.value * b.value):
        return Num(product)
    if equals_number(a, 0) or equals_number(b, 0):
        return ZERO
    if equals_number(a, 1):
        return b
    if equals_number(b, 1):
        return a
    return Apply("mul", (a, b))


def div(a: Expr, b: Expr) -> Expr:
    if isinstance(b, Num):
        if b.value == 0:
            raise ZeroDivisionError
        if isinstance(a, Num) and _within_max_bits(quotient := a.value / b.value):
            return Num(quotient)
        if b.value == 1:
            return a
    # 0/b is not folded: b may be zero, too.
    return Apply("div", (a, b))


def neg(a: Expr) -> Expr:
    if isinstance(a, Num):
        return Num(-a.value)
    if isinstance(a, Apply) and a.op == "neg":
        return a.args[0]
    return Apply("neg", (a,))


def power(a: Expr, b: Expr) -> Expr:
    if isinstance(b, Num):
        if b.value == 1:
            return a
        if isinstance(a, Num):
            if a.value < 0 and b.value.denominator != 1:
                raise ValueError("pow")
            folded = _fold_power(a.value, b.value)
            if folded is not None:
                return Num(folded)
        elif b.value == 0:
            return ONE
    if isinstance(a, Apply) and a.op == "exp":
        return exp(mul(a.args[0], b))
    return Apply("pow", (a, b))


def _fold_power(base: Fraction, exponent: Fraction) -> Fraction | None:
    if exponent.denominator == 1:
        n = exponent.numerator
        if base == 0 and n < 0:
            raise ZeroDivisionError
        # Estimate the size first: 9^(9^9) must not be computed.
        bits = base.numerator.bit_length() + base.denominator.bit_length()
        return base**n if base in (0, 1, -1) or bits * abs(n) <= MAX_BITS else None
    if exponent.denominator == 2 and base >= 0 and (root := exact_sqrt(base)) is not None:
        return _fold_power(root, Fraction(exponent.numerator))
    return None


def exact_sqrt(value: Fraction) -> Fraction | None:
    top, bottom = isqrt(value.numerator), isqrt(value.denominator)
    return Fraction(top, bottom) if top * top == value.numerator and bottom * bottom == value.denominator else None


def exp(a: Expr) -> Expr:
    if equals_number(a, 0):
        return ONE
    if isinstance(a, Apply):
        if a.op == "log":
            return a.args[0]
        if a.op == "neg" and isinstance(a.args[0], Apply) and a.args[0].op == "log":
            return div(ONE, a.args[0].args[0])
        if a.op == "mul" and isinstance(a.args[0], Num) and isinstance(a.args[1], Apply) and a.args[1].op == "log":
            return power(a.args[1].args[0], a.args[0])
    return Apply("exp", (a,))
