"""Python code of formulas and values, in the dialect of a library."""

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

#: A text and its precedence in Python.
CodeFragment: TypeAlias = tuple[str, int]
SUM, PRODUCT, SIGN, POWER, ATOM = 10, 20, 25, 30, 50

_INFIX_OPERATORS = {
    "add": (" + ", SUM),
    "sub": (" - ", SUM),
    "mul": (" * ", PRODUCT),
    "div": (" / ", PRODUCT),
    "matmul": (" @ ", PRODUCT),
}
#: Longer lines are broken between the rows of a matrix.
_MAX_LINE_LENGTH = 96


@dataclass(frozen=True, slots=True)
class Dialect:
    """The calls of a library: templates of the operands, by operation.

    Sums along an axis are `sum.0` and `sum.1`. A template that starts with an operand calls a method of it.
    """

    calls: Mapping[str, str]
    pi: str
    array: tuple[str, str]
    """the code before and after the rows of a matrix"""
    number: tuple[str, str] = ("", "")
    """the code before and after an input that is a number"""
    constants: Mapping[str, str] | None = None
    """the calls on constants, if they differ from `calls`"""


def format_python(tree: Expr, names: Mapping[str, CodeFragment], dialect: Dialect) -> CodeFragment:
    """Return a formula as Python with its names replaced by texts."""
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
        # Python evaluates `a * b @ c` left to right, which not everyone expects, so write the brackets.
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
    """Return a text in brackets if its precedence is below `strength`."""
    return f"({text[0]})" if text[1] < strength else text[0]


def format_python_number(value: Fraction, with_point: bool = False) -> CodeFragment:
    """Return code whose value is the float nearest to an exact number; `with_point` makes integers floats."""
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
    """Return an exact number as a formula, such as `log(3)`, or as a decimal if the dialect lacks a function."""
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
    nearest = nearest_float(value)
    if not math.isfinite(nearest):
        raise AlgebraError(message(N_("This number is too large.")), -1)
    return nearest


def format_assignment(head: str, value: Value, tail: str, dialect: Dialect) -> list[str]:
    """Return `head`, a number or the rows of a matrix, and `tail`, on one line if they fit."""
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
    """Return a text as comments, without characters that could end a comment."""
    return [f"# {''.join(c if c.isprintable() else ' ' for c in line)}".rstrip() for line in text.splitlines()]


def format_print(label: str, expression: str) -> str:
    """Return a line that prints a label, which may contain any characters, and a value."""
    quoted = f'"{label}"' if label.isprintable() and not set(label) & set('"\\') else repr(label)
    return f"print({quoted}, {expression})"
