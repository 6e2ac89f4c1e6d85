"""Text of numbers, matrices and formulas.

Numbers have four significant digits; a short exact number is shown in full. The minus is − (U+2212), the product ·, and
small integer exponents are superscripts.
"""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

from tutor.algebra import balls, functions, ops
from tutor.algebra.call_texts import CALL_TEXTS
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder
from tutor.algebra.lexer import COMPARISONS
from tutor.algebra.limits import GRAPH
from tutor.algebra.literals import MAX_EXACT_BITS, bit_length, exact_decimal
from tutor.algebra.matrix_expr import MatrixExpr
from tutor.algebra.matrix_product import Entry
from tutor.algebra.simplify import simplify

if TYPE_CHECKING:
    from tutor.algebra.ops import Value

SHOWN_DIGITS = 4
#: A cell of a large product is written with so many digits in a formula.
_ENTRY_DIGITS = 12
#: Of a matrix with more cells, a sentence shows the corner of so many rows and columns.
_MAX_BRIEF_CELLS, _CORNER = 200, 3

#: The most characters of an exact number, fraction or expression, and the most parts of a tree to try it for.
_MAX_EXACT_NUMBER, _MAX_EXACT_FRACTION, _MAX_EXACT_TEXT, _MAX_EXACT_PARTS = 10, 8, 16, 24

_GRADIENT = re.compile(r"^d(\w+)/d(\w+)$")
_TO_SUPERSCRIPT = str.maketrans("0123456789-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁻")


def format_number(value: float | Fraction, digits: int = SHOWN_DIGITS, near_one: bool = False) -> str:
    """Return a number rounded to `digits` significant digits; a short exact one in full.

    With `near_one`, a value just below 1 gets enough digits for 1 − value, which some rules compute.
    """
    if isinstance(value, Fraction):
        exact = exact_decimal(value)
        if exact is not None and len(exact) <= 10:
            return exact.replace("-", "−")
        value = _as_float(value)
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return "∞" if value > 0 else "−∞" if value < 0 else "?"
    if near_one and 0.9 < value < 1:
        digits -= math.floor(math.log10(1 - value)) + 1
    exponent = int(f"{value:.{digits - 1}e}".partition("e")[2])
    if -5 < exponent < 7:
        text = f"{value:.{max(digits - 1 - exponent, 0)}f}"
    else:
        mantissa, _, power = f"{value:.{digits - 1}e}".partition("e")
        text = f"{mantissa}e{int(power)}"
    return text.replace("-", "−")


def _as_float(value: Fraction) -> float:
    try:
        return float(value)
    except OverflowError:
        return math.inf if value > 0 else -math.inf


def format_scalar(value: Any, digits: int = SHOWN_DIGITS, near_one: bool = False) -> str:
    """Return a float or an exact scalar tree as a rounded number, a tree with symbols as a formula."""
    if isinstance(value, Num):
        return format_number(value.value, digits, near_one)
    if isinstance(value, Expr):
        try:
            return format_number(balls.nearest_float(value), digits, near_one)
        except KeyError:
            return format_expr(simplify(value))
    return format_number(float(value), digits, near_one)


def format_exact(value: Expr) -> str | None:
    """Return an exact number as a short expression, `0.25`, `1/3` or `3e²`; None if it is long."""
    short = exact_form(value)
    return None if short is None else format_expr(short)


def exact_form(value: Expr) -> Expr | None:
    """Return the tree that `format_exact` writes, None if it is long."""
    if isinstance(value, Num):
        most = _MAX_EXACT_FRACTION if exact_decimal(value.value) is None else _MAX_EXACT_NUMBER
        return Num(value.value) if _num_characters(value.value) <= most else None
    for count, part in enumerate(postorder(value)):
        if (
            count > _MAX_EXACT_PARTS
            or isinstance(part, Entry)
            or (isinstance(part, Num) and bit_length(part.value) > MAX_EXACT_BITS)
        ):
            return None
    simplified = simplify(value)
    if isinstance(simplified, Num):
        return exact_form(simplified)
    return simplified if len(format_expr(simplified)) <= _MAX_EXACT_TEXT else None


def _num_characters(value: Fraction) -> int:
    return MAX_EXACT_BITS if bit_length(value) > MAX_EXACT_BITS else len(exact_decimal(value) or str(value))


def format_cells(value: Value, digits: int = SHOWN_DIGITS, near_one: bool = False) -> list[list[str]]:
    """Return the texts of the cells of a matrix; a number or a formula is a single cell."""
    if isinstance(value, MatrixExpr):
        return [[format_expr(value.expr)]]
    if ops.is_matrix(value):
        return [[format_scalar(cell, digits, near_one) for cell in row] for row in value]
    return [[format_scalar(value, digits, near_one)]]


def format_value(value: Value, near_one: bool = False, digits: int = SHOWN_DIGITS) -> str:
    """Return a number, a formula, a vector as `[1, 2]` or a matrix as `[[1, 2], [3, 4]]`, on one line."""
    rows = format_cells(value, digits, near_one)
    if isinstance(value, MatrixExpr) or not ops.is_matrix(value):
        return rows[0][0]
    return format_rows(rows, ops.is_vector(value))


def format_rows(rows: list[list[str]], is_vector: bool = False) -> str:
    """Return the texts of a matrix, or of the only row of a vector, in brackets."""
    texts = ["[" + ", ".join(row) + "]" for row in rows]
    return texts[0] if is_vector else "[" + ", ".join(texts) + "]"


def format_brief(value: Value, near_one: bool = False) -> str:
    """Return a value as `format_value` does, of a large matrix only the corner: `[[1, 2, 3, …], …]`."""
    if isinstance(value, MatrixExpr) or ops.size(value) <= _MAX_BRIEF_CELLS:
        return format_value(value, near_one)
    rows = [", ".join([*row, *["…"] * (value.shape[1] > _CORNER)]) for row in
            format_cells(value[:_CORNER, :_CORNER], near_one=near_one)]  # fmt: skip
    return "[" + ", ".join([*(f"[{row}]" for row in rows), *["…"] * (value.shape[0] > _CORNER)]) + "]"


# Precedence, as in the parser.
_COMPARISON, _SUM, _PRODUCT, _UNARY, _POWER, _ATOM = 5, 10, 20, 25, 30, 50
_OPERATORS = {"add": (" + ", _SUM), "sub": (" − ", _SUM), "mul": ("·", _PRODUCT), "div": ("/", _PRODUCT)}
_OPERATORS |= {"matmul": (" @ ", _PRODUCT)}
_OPERATORS |= {op: (f" {functions.FUNCTIONS[op].symbol} ", _COMPARISON) for op in COMPARISONS.values()}
_SYMBOLS = functions.table(lambda function: {function.id: function.symbol or function.id})


def format_expr(tree: Expr, juxtapose: bool = True, *, keeps_groups: bool = False) -> str:
    """Return a tree as a formula that parses to the same value, or with `keeps_groups` to the same tree.

    The product of a number and a power of e or π is written `3e²`, or `3·e²` without `juxtapose`. Unless groups are kept,
    `a·(b·c)` is written without brackets.
    """
    done: _FormattedParts = {}
    for node in postorder(tree):
        text, strength = _format_node(node, done, juxtapose, keeps_groups)
        # Shared parts are written each time, so a formula can be far longer than its tree.
        done[id(node)] = (text, strength) if len(text) <= _MAX_FORMATTED else ("…", _ATOM)
    return done[id(tree)][0]


#: A longer part is replaced by an ellipsis. Formulas from the parser are always shorter.
_MAX_FORMATTED = 4 * GRAPH.characters
#: The text of each part and its precedence, by the id of the part.
_FormattedParts: TypeAlias = dict[int, tuple[str, int]]


def _format_node(tree: Expr, done: _FormattedParts, juxtapose: bool, keeps_groups: bool) -> tuple[str, int]:
    """Return the text and precedence of a part whose operands are in `done`."""
    if isinstance(tree, Num):
        return _format_num(tree)
    if isinstance(tree, Sym):
        return _format_name(tree.name), _ATOM if tree.name.isidentifier() else _PRODUCT
    if isinstance(tree, Grid):
        return format_rows([[done[id(cell)][0] for cell in row] for row in tree.rows], tree.is_vector), _ATOM
    if isinstance(tree, Entry):
        return _format_entry(tree)
    assert isinstance(tree, Apply)
    if tree.op in _OPERATORS:
        sign, strength = _OPERATORS[tree.op]
        left, right = tree.args
        if juxtapose and tree.op == "mul" and _is_juxtaposed(left, right):
            return done[id(left)][0] + done[id(right)][0], _PRODUCT
        # A second operand of the same precedence needs brackets, except in a + (b + c) and a·(b·c).
        associative = (
            isinstance(right, Apply) and right.op == tree.op and tree.op in ("add", "mul") and not keeps_groups
        )
        named = tree.op in ("mul", "matmul") and isinstance(right, Sym)
        same = strength if associative or named else strength + 1
        # `1/2x` and `S * U @ W` are parsed left to right, which not everyone expects, so write the brackets.
        before = left.op if isinstance(left, Apply) and _OPERATORS.get(left.op, ("", 0))[1] == strength else tree.op
        apart = strength == _PRODUCT and before != tree.op and (before, tree.op) != ("mul", "div")
        apart = apart or strength == _COMPARISON
        second = _ATOM if done[id(right)][0].startswith("−") else same
        return _parenthesize(left, strength + 1 if apart else strength, done) + sign + _parenthesize(
            right, second, done
        ), strength
    if tree.op == "neg" and isinstance(tree.args[0], Sym):
        return "−" + done[id(tree.args[0])][0], _UNARY
    if tree.op == "neg":
        return "−" + _parenthesize(tree.args[0], _UNARY, done), _UNARY
    if tree.op == "pow":
        return _format_power(_parenthesize(tree.args[0], _POWER + 1, done), tree.args[1], done)
    if tree.op == "exp":
        return ("e", _ATOM) if _is_e(tree) else _format_power("e", tree.args[0], done)
    if tree.op == "T":
        return _parenthesize(tree.args[0], _POWER + 1, done) + "ᵀ", _POWER + 1
    if tree.op in _INDEX_OPS:
        return _format_index(tree, done), _ATOM
    if tree.op in CALL_TEXTS:
        return CALL_TEXTS[tree.op](tree, [done[id(arg)][0] for arg in tree.args]), _ATOM
    name = _SYMBOLS.get(tree.op, tree.op)
    return f"{name}({', '.join(done[id(arg)][0] for arg in tree.args)})", _ATOM


#: Parts of formulas that are written with brackets or with a keyword.
_INDEX_OPS = (
    "index",
    "slice",
    "none",
    "unsqueeze",
    "grid",
    "scatter_add",
    "concat",
    "stack",
    *(f"{name}" for name in ("sum", "mean")),
)


def _format_index(tree: Apply, done: _FormattedParts) -> str:
    """Return an index, a matrix whose entries are formulas, or a call with an axis."""
    texts = [done[id(arg)][0] for arg in tree.args]
    if tree.op == "index":
        return f"{_parenthesize(tree.args[0], _ATOM, done)}[{', '.join(texts[1:])}]"
    if tree.op == "slice":
        return ":".join(texts if texts[2] else texts[:2])
    if tree.op == "none":
        return ""
    if tree.op == "unsqueeze":
        return f"{_parenthesize(tree.args[0], _ATOM, done)}[{'None, :' if texts[1] == '0' else ':, None'}]"
    if tree.op == "scatter_add":
        return f"scatter({texts[0]}, [{', '.join(texts[1:-2])}])"
    if tree.op == "grid":
        columns = int(texts[1])
        rows = [texts[i : i + columns] for i in range(2, len(texts), columns)]
        return format_rows(rows, is_vector=texts[0] == "0")
    if tree.op in ("concat", "stack"):
        axis = [] if texts[-1] == "0" else [f"axis={texts[-1]}"]
        return f"{tree.op}({', '.join([*texts[:-1], *axis])})"
    if len(texts) == _AXIS_DROPPED:
        return f"{tree.op}({texts[0]}, axis={texts[1]})"
    return f"{tree.op}({', '.join(texts)})"


#: The number of arguments of a reduction that drops its axis.
_AXIS_DROPPED = 3


def _format_entry(tree: Entry) -> tuple[str, int]:
    """Return a cell of a large product, which has no formula, as a number."""
    text = format_number(balls.nearest_float(tree), _ENTRY_DIGITS)
    return text, _UNARY if text.startswith("−") else _ATOM


def _format_name(name: str) -> str:
    """Return a name as displayed: π for pi, ∂L/∂z for dL/dz."""
    if name == "pi":
        return "π"
    return _GRADIENT.sub(r"∂\1/∂\2", name)


def _is_juxtaposed(left: Expr, right: Expr) -> bool:
    """Return whether a product is written without an operator: a number before e or π, as in 3e² and 2π."""
    if isinstance(left, Apply) and left.op == "neg":
        left = left.args[0]
    if not isinstance(left, Num) or (left.text and not left.text.replace(".", "").isdecimal()):
        return False
    if not left.text and exact_decimal(left.value) is None:
        return False
    if isinstance(right, Apply) and right.op == "pow":
        right = right.args[0]
        return isinstance(right, Apply) and right.op == "exp" and _is_e(right)
    return (isinstance(right, Apply) and right.op == "exp") or (isinstance(right, Sym) and right.name == "pi")


def _is_e(tree: Apply) -> bool:
    power = tree.args[0]
    return isinstance(power, Num) and power.value == 1


def _parenthesize(tree: Expr, strength: int, done: _FormattedParts) -> str:
    text, precedence = done[id(tree)]
    return f"({text})" if precedence < strength else text


def _format_num(tree: Num) -> tuple[str, int]:
    if tree.text:
        return tree.text, _UNARY if tree.text[0] in "-−" else _ATOM
    text = exact_decimal(tree.value) or str(tree.value)
    strength = _PRODUCT if "/" in text else _UNARY if tree.value < 0 else _ATOM
    return text.replace("-", "−"), strength


def _format_power(left: str, exponent: Expr, done: _FormattedParts) -> tuple[str, int]:
    inner = exponent.args[0] if isinstance(exponent, Apply) and exponent.op == "neg" else exponent
    if isinstance(inner, Num) and inner.value.denominator == 1 and not inner.is_decimal and abs(inner.value) < 1000:
        sign = "" if inner is exponent else "−"
        return left + (sign + done[id(inner)][0]).translate(_TO_SUPERSCRIPT), _POWER
    return f"{left}^{_parenthesize(exponent, _POWER, done)}", _POWER
