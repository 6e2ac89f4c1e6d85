"""Python code of formulas and values, in the dialect of a library."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import ops
from tutor.algebra.balls import nearest_float
from tutor.algebra.errors import AlgebraError
from tutor.algebra.evaluate import PARAMETER_OPS
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder
from tutor.algebra.literals import exact_decimal
from tutor.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from tutor.algebra.ops import Value

#: A text and its precedence in Python.
CodeFragment: TypeAlias = tuple[str, int]
#: Writes an operation from its tree and the code of its operands.
Writer: TypeAlias = "Callable[[Apply, Sequence[CodeFragment]], CodeFragment]"
COMPARISON, SUM, PRODUCT, SIGN, POWER, ATOM = 5, 10, 20, 25, 30, 50

_INFIX_OPERATORS = {
    "add": (" + ", SUM),
    "sub": (" - ", SUM),
    "mul": (" * ", PRODUCT),
    "div": (" / ", PRODUCT),
    "matmul": (" @ ", PRODUCT),
    "gt": (" > ", COMPARISON),
    "ge": (" >= ", COMPARISON),
    "lt": (" < ", COMPARISON),
    "le": (" <= ", COMPARISON),
    "eq": (" == ", COMPARISON),
    "ne": (" != ", COMPARISON),
}
#: Operations whose value is a truth value in a library, and 0 or 1 in the engine.
COMPARISONS = frozenset(op for op, (_, strength) in _INFIX_OPERATORS.items() if strength == COMPARISON)
#: Longer lines are broken between the rows of a matrix.
_MAX_LINE_LENGTH = 96


@dataclass(frozen=True, slots=True)
class Dialect:
    """The calls of a library: templates of the operands, by operation.

    A function of arrays that is written in another way with n arguments has the template `sum.n`. A template that
    starts with an operand calls a method of it.
    """

    calls: Mapping[str, str]
    pi: str
    array: tuple[str, str]
    """the code before and after the rows of a matrix"""
    number: tuple[str, str] = ("", "")
    """the code before and after an input that is a number"""
    constants: Mapping[str, str] | None = None
    """the calls on constants, if they differ from `calls`"""
    writers: Mapping[str, Writer] = field(default_factory=dict)
    """what writes an operation that no template can: from the operation and the code of its operands"""
    to_integer: tuple[str, str] = ("int({1})", "{0}.astype(int)")
    """templates that make a number, and an array, an index; `{0}` is the code before a point, `{1}` between brackets"""


def format_python(tree: Expr, names: Mapping[str, CodeFragment], dialect: Dialect) -> CodeFragment:
    """Return a formula as Python with its names replaced by texts."""
    done: dict[int, CodeFragment] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = format_python_number(part.value)
        elif isinstance(part, Sym):
            done[id(part)] = (dialect.pi, ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Grid):
            before, after = dialect.array
            done[id(part)] = f"{before}{format_rows(part, done)}{after}", ATOM
        elif isinstance(part, Apply):
            done[id(part)] = _format_apply(part, [done[id(arg)] for arg in part.args], dialect)
    return done[id(tree)]


def format_rows(part: Grid, cells: Mapping[int, CodeFragment]) -> str:
    """Return the cells of a matrix or a vector as lists of Python."""
    rows = ["[" + ", ".join(cells[id(cell)][0] for cell in row) + "]" for row in part.rows]
    return rows[0] if part.is_vector else f"[{', '.join(rows)}]"


def _format_apply(part: Apply, args: list[CodeFragment], dialect: Dialect) -> CodeFragment:
    if part.op in (*PARAMETER_OPS, "range"):
        return _format_range(part, args), ATOM
    if part.op in dialect.writers:
        return dialect.writers[part.op](part, args)
    if part.op in _INFIX_OPERATORS:
        sign, strength = _INFIX_OPERATORS[part.op]
        left = part.args[0]
        # Python evaluates `a * b @ c` left to right, which not everyone expects, so write the brackets.
        mixed = (
            strength == PRODUCT and isinstance(left, Apply) and left.op != part.op and "matmul" in (left.op, part.op)
        )
        after = parenthesize(args[1], strength + 1)
        after = f"({after})" if after.startswith("-") else after
        mixed |= strength == COMPARISON
        return parenthesize(args[0], strength + mixed) + sign + after, strength
    if part.op == "neg":
        return "-" + parenthesize(args[0], SIGN), SIGN
    if part.op == "pow":
        return f"{parenthesize(args[0], POWER + 1)}**{parenthesize(args[1], SIGN)}", POWER
    template = dialect.calls.get(f"{part.op}.{len(args)}") or dialect.calls[part.op]
    is_method = template.startswith(("{0}.", "{0}["))
    return template.format(*(parenthesize(arg, 0 if slot else ATOM * is_method) for slot, arg in enumerate(args))), ATOM


def _format_range(part: Apply, args: Sequence[CodeFragment]) -> str:
    """Return a part of an index: a bound that is left out, a range of rows, or a list of the first ones."""
    texts = [text for text, _strength in args]
    if part.op == "slice":
        return ":".join(texts if texts[2] else texts[:2])
    return f"range({', '.join(texts)})" if part.op == "range" else ""


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


def format_assignment(head: str, value: Value, tail: str, dialect: Dialect, are_integers: bool = False) -> list[str]:
    """Return `head`, a number or the rows of a matrix, and `tail`, on one line if they fit."""
    with_point = not are_integers
    if not ops.is_matrix(value):
        return [head + format_constant(value, dialect, with_point)[0] + tail]
    rows = ["[" + ", ".join(format_constant(cell, dialect, with_point)[0] for cell in row) + "]" for row in value]
    if ops.is_vector(value):
        return [f"{head}{rows[0]}{tail}"]
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
