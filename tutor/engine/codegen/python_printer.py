"""Formula -> Python text. What an operation is called is a table, one for NumPy and one for PyTorch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.expr import Apply, Expr, Num, Sym, postorder
from tutor.algebra.literals import exact_decimal
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from tutor.algebra.ops import Value

#: A text and how tightly it holds together, as Python reads it.
CodeFragment: TypeAlias = tuple[str, int]
SUM, PRODUCT, SIGN, POWER, ATOM = 10, 20, 25, 30, 50

_INFIX_OPERATORS = {
    "add": (" + ", SUM),
    "sub": (" - ", SUM),
    "mul": (" * ", PRODUCT),
    "div": (" / ", PRODUCT),
    "matmul": (" @ ", PRODUCT),
}
#: Lines longer than this are broken between the rows of a matrix.
_MAX_LINE_LENGTH = 96


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a library writes what has no sign of its own: templates of the operands, by operation.

    Sums along an axis are `sum.0` and `sum.1`. A template that begins with an operand calls its method.
    """

    calls: Mapping[str, str]
    pi: str
    array: tuple[str, str]
    """what stands before and behind the rows of a matrix"""
    number: tuple[str, str] = ("", "")
    """what stands before and behind a number that is an input"""
    constants: Mapping[str, str] | None = None
    """how numbers of a formula are written, where that differs from `calls`"""


def format_python(tree: Expr, names: Mapping[str, CodeFragment], dialect: Dialect) -> CodeFragment:
    """A formula as Python, its names replaced by texts."""
    done: dict[int, CodeFragment] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = format_python_number(part.value)
        elif isinstance(part, Sym):
            done[id(part)] = (dialect.pi, ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Apply):
            done[id(part)] = _format_apply(part, [done[id(arg)] for arg in part.args], dialect)
    return done[id(tree)]


def _format_apply(part: Apply, args: list[CodeFragment], dialect: Dialect) -> CodeFragment:
    if part.op in _INFIX_OPERATORS:
        sign, strength = _INFIX_OPERATORS[part.op]
        left = part.args[0]
        # `a * b @ c` reads left to right, which not everyone expects: brackets say so.
        mixed = (
            strength == PRODUCT and isinstance(left, Apply) and left.op != part.op and "matmul" in (left.op, part.op)
        )
        after = parenthesize(args[1], strength + 1)
        after = f"({after})" if after.startswith("-") else after
        return parenthesize(args[0], strength + mixed) + sign + after, strength
    if part.op == "neg":
        return "-" + parenthesize(args[0], SIGN), SIGN
    if part.op == "pow":
        return f"{parenthesize(args[0], POWER + 1)}**{parenthesize(args[1], SIGN)}", POWER
    op, shown = part.op, args
    if op in ("sum", "mean") and len(args) == 2:
        op, shown = f"{op}.{args[1][0]}", args[:1]
    template = dialect.calls[op]
    strength = ATOM if template.startswith("{0}.") else 0
    return template.format(*(parenthesize(arg, strength) for arg in shown)), ATOM


def parenthesize(text: CodeFragment, strength: int) -> str:
    """A text where at least `strength` is needed, in brackets where it has less."""
    return f"({text[0]})" if text[1] < strength else text[0]


def format_python_number(value: Fraction, with_point: bool = False) -> CodeFragment:
    """An exact number as Python computes the float nearest to it; with a decimal point where `with_point` asks for it."""
    text = exact_decimal(value, 15)
    if text is None:
        top, bottom = value.numerator, value.denominator
        if bottom != 1 and max(abs(top), bottom) < 2**53:
            return f"{top} / {bottom}", PRODUCT
        text = repr(_to_float(Num(value)))
    if with_point and text.lstrip("-").isdigit():
        text += ".0"
    return text, SIGN if text.startswith("-") else ATOM


def format_constant(value: Expr, dialect: Dialect, with_point: bool = False) -> CodeFragment:
    """An exact number as a formula where it is one, `log(3)`, else as a decimal."""
    if isinstance(value, Num):
        return format_python_number(value.value, with_point)
    calls = dialect.calls if dialect.constants is None else dialect.constants
    if all(
        part.op in {*_INFIX_OPERATORS, "neg", "pow", *calls} for part in postorder(value) if isinstance(part, Apply)
    ):
        return format_python(value, {}, replace(dialect, calls=calls))
    text = repr(_to_float(value))
    return text, SIGN if text.startswith("-") else ATOM


def _to_float(value: Expr) -> float:
    found = nearest_float(value)
    if not math.isfinite(found):
        raise AlgebraError(message(N_("This number is too large.")), -1)
    return found


def format_assignment(head: str, value: Value, tail: str, dialect: Dialect) -> list[str]:
    """`head`, the rows of a matrix (or the number) as Python writes them, `tail`: on one line where they fit."""
    if not ops.is_matrix(value):
        return [head + format_constant(value, dialect, with_point=True)[0] + tail]
    rows = ["[" + ", ".join(format_constant(cell, dialect, with_point=True)[0] for cell in row) + "]" for row in value]
    line = f"{head}[{', '.join(rows)}]{tail}"
    if len(line) <= _MAX_LINE_LENGTH or len(rows) == 1:
        return [line]
    indent = " " * (len(head) + 1)
    first, *between, last = rows
    return [f"{head}[{first},", *(f"{indent}{row}," for row in between), f"{indent}{last}]{tail}"]


def comment_lines(text: str) -> list[str]:
    """A text as comments, a line each: nothing in it can end the comment it stands in."""
    return [f"# {''.join(c if c.isprintable() else ' ' for c in line)}".rstrip() for line in text.splitlines()]


def format_print(label: str, expression: str) -> str:
    """A line that prints a value behind its label, whatever characters that has."""
    quoted = f'"{label}"' if label.isprintable() and not set(label) & set('"\\') else repr(label)
    return f"print({quoted}, {expression})"
