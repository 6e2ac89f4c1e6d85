"""LaTeX for the operations of formulas, from their operands: the table `SPELLINGS`.

To spell an operation, add it to the table, or give its record in `algebra/functions.py` a `latex`. Any other operation
is written `\\operatorname{id}(…)`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tutor.engine.codegen.latex_fragments import (
    ATOM,
    MATRIX_PRODUCT,
    POWER,
    PRODUCT,
    QUOTIENT,
    SIGN,
    SUM,
    TOTAL,
    LatexFragment,
    Operand,
    format_call,
    format_grid,
    format_product,
    indexed,
    parenthesize,
    parenthesize_operand,
)
from tutor.engine.codegen.latex_names import LatexNames
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable

_TRANSPOSED = r"^{\top}"
_MATRIX = re.compile(r"\\begin\{pmatrix\} (.*?) \\end\{pmatrix\}")
_CELL_END = r" (?:&|\\\\(?:\[2pt\])?) "
#: A condition in square brackets, all of them its own.
_IVERSON = re.compile(r"\\left\[((?:(?!\\left\[).)*)\\right\]")


def _format_infix(sign: str, strength: int) -> Callable[[Operand, Operand], LatexFragment]:
    def write(left: Operand, right: Operand) -> LatexFragment:
        # Σ has no closing bracket, so whatever follows would seem to be part of the summand.
        before = parenthesize(left.fragment, SIGN if left.strength == TOTAL else strength)
        return before + sign + parenthesize_operand(right.fragment, strength + (sign == " - ")), strength

    return write


def _format_product(left: Operand, right: Operand) -> LatexFragment:
    return format_product([left.fragment, right.fragment], left.is_matrix and right.is_matrix)


def _format_quotient(above: Operand, below: Operand) -> LatexFragment:
    if below.is_matrix:
        bottom = parenthesize_operand(below.fragment, MATRIX_PRODUCT + 1)
        return f"{parenthesize(above.fragment, PRODUCT)} \\oslash {bottom}", PRODUCT
    minus = "-" if above.text.startswith("-") else ""
    numerator = above.text.removeprefix("-")
    if above.strength in (TOTAL, SIGN) and numerator.startswith(r"\sum"):
        return rf"{minus}\frac{{1}}{{{below.text}}} {numerator}", SIGN if minus else TOTAL
    if above.shape is not None:
        factor = rf"\frac{{1}}{{{below.text}}}", QUOTIENT
        return format_product([factor, above.fragment], is_elementwise=False)
    if minus and above.strength == SIGN:
        return rf"-\frac{{{numerator}}}{{{below.text}}}", SIGN
    return rf"\frac{{{above.text}}}{{{below.text}}}", QUOTIENT


def _format_negation(operand: Operand) -> LatexFragment:
    return "-" + parenthesize_operand(operand.fragment, TOTAL), SIGN


def _format_power(base: Operand, exponent: Operand) -> LatexFragment:
    sign = r"\circ " if base.is_matrix or exponent.is_matrix else ""
    return f"{parenthesize(base.fragment, POWER + 1)}^{{{sign}{exponent.text}}}", POWER


def _format_transpose(operand: Operand) -> LatexFragment:
    if operand.strength == POWER and operand.text.endswith(_TRANSPOSED):
        return operand.text.removesuffix(_TRANSPOSED), ATOM
    return parenthesize(operand.fragment, POWER + 1) + _TRANSPOSED, POWER


def _format_exp(exponent: Operand) -> LatexFragment:
    if exponent.is_matrix:
        return format_call(r"\exp", [exponent.text])
    return ("e", ATOM) if exponent.text == "1" else (f"e^{{{exponent.text}}}", POWER)


def _format_ones(rows: Operand, columns: Operand) -> LatexFragment:
    return rf"\mathbf{{1}}_{{{rows.text} \times {columns.text}}}", ATOM


def _format_broadcast(operand: Operand, rows: Operand, columns: Operand) -> LatexFragment:
    """Return a row or a column that is repeated, as its product with a column or a row of ones."""
    if not operand.is_matrix:
        return format_product([operand.fragment, _format_ones(rows, columns)], is_elementwise=False)
    one = Operand("1", ATOM, None)
    matrix_product = _format_infix(r" \, ", MATRIX_PRODUCT)
    if operand.shape and operand.shape[0] == 1:
        return matrix_product(Operand(*_format_ones(rows, one), (2, 1)), operand)
    return matrix_product(operand, Operand(*_format_ones(one, columns), (1, 2)))


def _format_sum(operand: Operand, axis: Operand | None = None, dropped: Operand | None = None) -> LatexFragment:
    if axis is not None and operand.shape and operand.shape[1] == 1 and dropped is not None:
        axis = None
    over, index = {"": ("i,j", "ij"), "0": ("i", "i,:"), "1": ("j", ":,j")}[axis.text if axis else ""]
    if axis is None and operand.shape and operand.shape[1] == 1:
        over = index = "i"
    return rf"\sum_{{{over}}} {indexed(operand)}_{{{index}}}", TOTAL


def _format_mean(operand: Operand, axis: Operand | None = None, dropped: Operand | None = None) -> LatexFragment:
    if operand.shape is None:
        return format_call(r"\operatorname{mean}", [operand.text])
    rows, columns = operand.shape
    is_column = dropped is not None and columns == 1
    count = rows * columns if axis is None or is_column else rows if axis.text == "0" else columns
    return rf"\frac{{1}}{{{_format_count(count)}}} {_format_sum(operand, axis, dropped)[0]}", TOTAL


def _format_count(count: int) -> str:
    """Return a number of entries, which may be a formula in named sizes."""
    names = LatexNames()
    text = re.sub(r"[^\W\d]\w*", lambda name: names.name(name[0]), str(count))
    return text.replace("·", r" \cdot ").replace("−", "-")


def _format_index(array: Operand, *parts: Operand) -> LatexFragment:
    """Return an index in square brackets at the foot, because x₁ is a name, and counting begins with 0."""
    return rf"{indexed(array)}_{{[{', '.join(map(_index_text, parts))}]}}", ATOM


def _format_scatter(entries: Operand, *parts: Operand) -> LatexFragment:
    """Return the reverse of an index; the last two parts are the shape of the result."""
    index = ", ".join(map(_index_text, parts[:-2]))
    return format_call(rf"\operatorname{{scatter}}_{{[{index}]}}", [entries.text])


def _index_text(part: Operand) -> str:
    """Return a part of an index; a vector of numbers is a list."""
    return _MATRIX.sub(lambda cells: rf"({re.sub(_CELL_END, ', ', cells[1])})", part.text)


def _format_slice(*bounds: Operand) -> LatexFragment:
    texts = [bound.text for bound in bounds]
    return ":".join(texts if texts[-1] else texts[:-1]), ATOM


def _format_unsqueeze(vector: Operand, axis: Operand) -> LatexFragment:
    """Return a vector with one more axis: the column that it is, or a row."""
    return vector.fragment if axis.text in ("1", "-1") else _format_transpose(vector)


def _format_reshape(array: Operand, *sizes: Operand) -> LatexFragment:
    if [size.text for size in sizes] == ["-1"]:
        return format_call(r"\operatorname{flatten}", [array.text])
    shape = r" \times ".join(size.text for size in sizes)
    return format_call(rf"\operatorname{{reshape}}_{{{shape}}}", [array.text])


def _along(axis: str) -> str:
    """Return an axis as the index of a function."""
    return rf"_{{\mathrm{{axis}} = {axis}}}"


def _format_joined(name: str) -> Callable[..., LatexFragment]:
    """Return the spelling of a function of several values and an axis, which is left out if it is the first."""

    def write(*operands: Operand) -> LatexFragment:
        *joined, axis = (operand.text for operand in operands)
        return format_call(rf"\operatorname{{{name}}}" + ("" if axis == "0" else _along(axis)), joined)

    return write


def _format_along(name: str) -> Callable[..., LatexFragment]:
    """Return the spelling of a function that may have an axis behind its operand, with more about it."""

    def write(operand: Operand, *axis: Operand) -> LatexFragment:
        return format_call(name + (_along(axis[0].text) if axis else ""), [operand.text])

    return write


def _format_masked_softmax(scores: Operand, mask: Operand, *axis: Operand) -> LatexFragment:
    """Return a softmax of scores that are −∞ where a mask is 0."""
    shown, _strength = format_call(r"\operatorname{where}", [mask.text, scores.text, r"-\infty"])
    return format_call(r"\operatorname{softmax}" + (_along(axis[0].text) if axis else ""), [shown])


def _format_einsum(subscripts: Operand, *operands: Operand) -> LatexFragment:
    return format_call(rf"\operatorname{{einsum}}_{{{subscripts.text}}}", [operand.text for operand in operands])


def _format_subscripts(*codes: Operand) -> LatexFragment:
    """Return the text of subscripts such as `ij,jk->ik`, of which a formula has the codes of the characters."""
    text = "".join(chr(int(code.text)) for code in codes)
    return re.sub(r"[^A-Za-z,>]", "", text).replace(",", ", ").replace(">", r" \to "), ATOM


def _format_inverse(matrix: Operand) -> LatexFragment:
    return f"{parenthesize(matrix.fragment, POWER + 1)}^{{-1}}", POWER


def _format_matrix(rows: Operand, columns: Operand, *cells: Operand) -> LatexFragment:
    """Return a matrix whose entries are formulas, or a column of them for a vector, which has no rows."""
    texts, size = [cell.text for cell in cells], 1 if rows.text == "0" else int(columns.text)
    return format_grid([texts[i : i + size] for i in range(0, len(texts), size)]), ATOM


def _format_where(condition: Operand, chosen: Operand, other: Operand) -> LatexFragment:
    """Return a choice by a condition: cases for numbers, a call for the entries of matrices."""
    if condition.shape is not None:
        return format_call(r"\operatorname{where}", [condition.text, chosen.text, other.text])
    bracketed = _IVERSON.fullmatch(condition.text)
    test = bracketed[1] if bracketed else rf"{condition.text} \ne 0"
    otherwise = _("otherwise")
    return rf"\begin{{cases}} {chosen.text} & {test} \\ {other.text} & \text{{{otherwise}}} \end{{cases}}", ATOM


def _format_condition(sign: str) -> Callable[..., LatexFragment]:
    """Return a spelling in square brackets, which are 1 where the condition holds and 0 elsewhere."""
    return lambda *operands: (rf"\left[{sign.format(*(operand.text for operand in operands))}\right]", ATOM)


#: How operations are written from their operands. Others have a `latex` in their records, or are calls by their id.
SPELLINGS: dict[str, Callable[..., LatexFragment]] = {
    "add": _format_infix(" + ", SUM),
    "sub": _format_infix(" - ", SUM),
    "matmul": _format_infix(r" \, ", MATRIX_PRODUCT),
    "mul": _format_product,
    "div": _format_quotient,
    "neg": _format_negation,
    "pow": _format_power,
    "T": _format_transpose,
    "exp": _format_exp,
    "ones": _format_ones,
    "broadcast": _format_broadcast,
    "sum": _format_sum,
    "mean": _format_mean,
    "is_positive": _format_condition("{0} > 0"),
    "where": _format_where,
    "index": _format_index,
    "slice": _format_slice,
    "none": lambda: ("", ATOM),
    "scatter_add": _format_scatter,
    "unsqueeze": _format_unsqueeze,
    "reshape": _format_reshape,
    "concat": _format_joined("concat"),
    "stack": _format_joined("stack"),
    "grid": _format_matrix,
    "amax": _format_along(r"\max"),
    "amin": _format_along(r"\min"),
    "softmax": _format_along(r"\operatorname{softmax}"),
    "masked_softmax": _format_masked_softmax,
    **{
        name: _format_along(rf"\operatorname{{{name}}}")
        for name in ("prod", "cumsum", "logsumexp", "norm", "var", "std")
    },
    "det": _format_along(r"\det"),
    "trace": _format_along(r"\operatorname{tr}"),
    "matrix_inverse": _format_inverse,
    "einsum": _format_einsum,
    "subscripts": _format_subscripts,
    "eye": lambda rows: (f"I_{{{rows.text}}}", ATOM),
}
