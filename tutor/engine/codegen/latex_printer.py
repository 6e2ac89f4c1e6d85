"""LaTeX of formulas and numbers.

To spell an operation of formulas in LaTeX, add it to `_SPELLINGS`, or give its record in `algebra/functions.py` a
`latex`. Any other operation is written `\\operatorname{id}(…)`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Grid, Num, Sym, postorder
from tutor.algebra.literals import exact_decimal
from tutor.algebra.printing import format_scalar
from tutor.engine.codegen.latex_names import LatexNames, function_name
from tutor.i18n import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from fractions import Fraction

    from tutor.algebra.ops import Shape
    from tutor.engine.codegen.latex_columns import PrintedFormula

#: A text and its precedence.
LatexFragment: TypeAlias = tuple[str, int]
SUM, TOTAL, SIGN, PRODUCT, MATRIX_PRODUCT, QUOTIENT, POWER, ATOM = 10, 12, 15, 20, 22, 26, 30, 50

_FUNCTIONS = functions.table(lambda function: {function.id: function.latex} if function.latex else {})
_TRANSPOSED = r"^{\top}"
#: A name or a matrix whose cells are meant by an index right behind it: without an index of its own, without brackets.
_INDEXABLE = re.compile(
    r"[A-Za-z]|\\[A-Za-z]+|\\(?:bar|overline|hat|mathrm)\{(?:[^{}]|\{[^{}]*\})*\}|\\begin\{pmatrix\}.*\\end\{pmatrix\}"
)
_MATRIX = re.compile(r"\\begin\{pmatrix\} (.*?) \\end\{pmatrix\}")
_CELL_END = r" (?:&|\\\\) "
#: A condition in square brackets, all of them its own.
_IVERSON = re.compile(r"\\left\[((?:(?!\\left\[).)*)\\right\]")


@dataclass(frozen=True, slots=True)
class _Operand:
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


def format_latex(
    formula: PrintedFormula,
    names: Mapping[str, LatexFragment],
    decimals: bool = False,
    rows: Mapping[str, LatexFragment] | None = None,
) -> LatexFragment:
    """Return a formula with its names replaced by texts.

    `decimals` prefers 0.5 to 1/2. `rows` has the transposes of vectors whose text is not a name.
    """
    tree, known = formula.tree, formula.shapes
    done: dict[int, LatexFragment] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = format_rational(part.value, decimals) or format_decimal(format_scalar(part))
        elif isinstance(part, Sym):
            done[id(part)] = (r"\pi", ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Grid):
            done[id(part)] = format_grid([[done[id(cell)][0] for cell in row] for row in part.rows]), ATOM
        elif isinstance(part, Apply):
            arg = part.args[0] if part.args else None
            if part.op == "T" and rows and isinstance(arg, Sym) and arg.name in rows:
                done[id(part)] = rows[arg.name]
            else:
                done[id(part)] = _format_apply(
                    part.op, [_Operand(*done[id(arg)], known.get(id(arg))) for arg in part.args]
                )
    return done[id(tree)]


def _format_apply(op: str, operands: Sequence[_Operand]) -> LatexFragment:
    if op in _SPELLINGS:
        return _SPELLINGS[op](*operands)
    called = _FUNCTIONS.get(op) or function_name(op)
    if "{0}" in called:
        return called.format(*(operand.text for operand in operands)), ATOM
    return format_call(called, [operand.text for operand in operands])


def format_call(name: str, operands: Sequence[str]) -> LatexFragment:
    """Return a function in front of its operands in brackets."""
    return rf"{name}\left({', '.join(operands)}\right)", ATOM


def _format_infix(sign: str, strength: int) -> Callable[[_Operand, _Operand], LatexFragment]:
    def write(left: _Operand, right: _Operand) -> LatexFragment:
        # Σ has no closing bracket, so whatever follows would seem to be part of the summand.
        before = _parenthesize(left.fragment, SIGN if left.strength == TOTAL else strength)
        return before + sign + _parenthesize_operand(right.fragment, strength + (sign == " - ")), strength

    return write


def _format_product(left: _Operand, right: _Operand) -> LatexFragment:
    return format_product([left.fragment, right.fragment], left.is_matrix and right.is_matrix)


def format_product(factors: Sequence[LatexFragment], is_elementwise: bool) -> LatexFragment:
    """Return a product of numbers, or an elementwise product of matrices."""
    sign = r" \odot " if is_elementwise else r" \cdot "
    first, *others = factors
    # A leading minus needs no brackets: −2·x.
    product = first[0] if first[1] == SIGN else _parenthesize(first, PRODUCT if first[1] != MATRIX_PRODUCT else POWER)
    for other in others:
        plain = product.lstrip("-").replace(".", "").isdigit() and other[0].startswith(("e^", r"\pi"))
        product += (" " if plain else sign) + _parenthesize_operand(
            other, PRODUCT if other[1] != MATRIX_PRODUCT else POWER
        )
    return product, PRODUCT


def _format_quotient(above: _Operand, below: _Operand) -> LatexFragment:
    if below.is_matrix:
        bottom = _parenthesize_operand(below.fragment, MATRIX_PRODUCT + 1)
        return f"{_parenthesize(above.fragment, PRODUCT)} \\oslash {bottom}", PRODUCT
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


def _format_negation(operand: _Operand) -> LatexFragment:
    return "-" + _parenthesize_operand(operand.fragment, TOTAL), SIGN


def _format_power(base: _Operand, exponent: _Operand) -> LatexFragment:
    sign = r"\circ " if base.is_matrix or exponent.is_matrix else ""
    return f"{_parenthesize(base.fragment, POWER + 1)}^{{{sign}{exponent.text}}}", POWER


def _format_transpose(operand: _Operand) -> LatexFragment:
    if operand.strength == POWER and operand.text.endswith(_TRANSPOSED):
        return operand.text.removesuffix(_TRANSPOSED), ATOM
    return _parenthesize(operand.fragment, POWER + 1) + _TRANSPOSED, POWER


def _format_exp(exponent: _Operand) -> LatexFragment:
    if exponent.is_matrix:
        return format_call(r"\exp", [exponent.text])
    return ("e", ATOM) if exponent.text == "1" else (f"e^{{{exponent.text}}}", POWER)


def _format_ones(rows: _Operand, columns: _Operand) -> LatexFragment:
    return rf"\mathbf{{1}}_{{{rows.text} \times {columns.text}}}", ATOM


def _format_broadcast(operand: _Operand, rows: _Operand, columns: _Operand) -> LatexFragment:
    """Return a row or a column that is repeated, as its product with a column or a row of ones."""
    if not operand.is_matrix:
        return format_product([operand.fragment, _format_ones(rows, columns)], is_elementwise=False)
    one = _Operand("1", ATOM, None)
    matrix_product = _format_infix(r" \, ", MATRIX_PRODUCT)
    if operand.shape and operand.shape[0] == 1:
        return matrix_product(_Operand(*_format_ones(rows, one), (2, 1)), operand)
    return matrix_product(operand, _Operand(*_format_ones(one, columns), (1, 2)))


def _format_sum(operand: _Operand, axis: _Operand | None = None, dropped: _Operand | None = None) -> LatexFragment:
    if axis is not None and operand.shape and operand.shape[1] == 1 and dropped is not None:
        axis = None
    over, index = {"": ("i,j", "ij"), "0": ("i", "i,:"), "1": ("j", ":,j")}[axis.text if axis else ""]
    if axis is None and operand.shape and operand.shape[1] == 1:
        over = index = "i"
    return rf"\sum_{{{over}}} {_indexed(operand)}_{{{index}}}", TOTAL


def _indexed(operand: _Operand) -> str:
    """Return an operand that gets an index behind it."""
    alone = operand.strength == ATOM and _INDEXABLE.fullmatch(operand.text)
    return operand.text if alone else rf"\left({operand.text}\right)"


def _format_mean(operand: _Operand, axis: _Operand | None = None, dropped: _Operand | None = None) -> LatexFragment:
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


def _format_index(array: _Operand, *parts: _Operand) -> LatexFragment:
    """Return an index in square brackets at the foot, because x₁ is a name, and counting begins with 0."""
    return rf"{_indexed(array)}_{{[{', '.join(map(_index_text, parts))}]}}", ATOM


def _format_scatter(entries: _Operand, *parts: _Operand) -> LatexFragment:
    """Return the reverse of an index; the last two parts are the shape of the result."""
    index = ", ".join(map(_index_text, parts[:-2]))
    return format_call(rf"\operatorname{{scatter}}_{{[{index}]}}", [entries.text])


def _index_text(part: _Operand) -> str:
    """Return a part of an index; a vector of numbers is a list."""
    return _MATRIX.sub(lambda cells: rf"({re.sub(_CELL_END, ', ', cells[1])})", part.text)


def _format_slice(*bounds: _Operand) -> LatexFragment:
    texts = [bound.text for bound in bounds]
    return ":".join(texts if texts[-1] else texts[:-1]), ATOM


def _format_unsqueeze(vector: _Operand, axis: _Operand) -> LatexFragment:
    """Return a vector with one more axis: the column that it is, or a row."""
    return vector.fragment if axis.text in ("1", "-1") else _format_transpose(vector)


def _format_reshape(array: _Operand, *sizes: _Operand) -> LatexFragment:
    if [size.text for size in sizes] == ["-1"]:
        return format_call(r"\operatorname{flatten}", [array.text])
    shape = r" \times ".join(size.text for size in sizes)
    return format_call(rf"\operatorname{{reshape}}_{{{shape}}}", [array.text])


def _format_joined(name: str) -> Callable[..., LatexFragment]:
    """Return the spelling of a function of several values and an axis, which is left out if it is the first."""

    def write(*operands: _Operand) -> LatexFragment:
        *joined, axis = (operand.text for operand in operands)
        along = "" if axis == "0" else rf"_{{\mathrm{{axis}} = {axis}}}"
        return format_call(rf"\operatorname{{{name}}}{along}", joined)

    return write


def _format_matrix(rows: _Operand, columns: _Operand, *cells: _Operand) -> LatexFragment:
    """Return a matrix whose entries are formulas, or a column of them for a vector, which has no rows."""
    texts, size = [cell.text for cell in cells], 1 if rows.text == "0" else int(columns.text)
    return format_grid([texts[i : i + size] for i in range(0, len(texts), size)]), ATOM


def _format_where(condition: _Operand, chosen: _Operand, other: _Operand) -> LatexFragment:
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
_SPELLINGS: dict[str, Callable[..., LatexFragment]] = {
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
}


def _parenthesize(part: LatexFragment, strength: int) -> str:
    return rf"\left({part[0]}\right)" if part[1] < strength else part[0]


def _parenthesize_operand(part: LatexFragment, strength: int) -> str:
    """Return an operand after an operator, with brackets around a leading minus."""
    return rf"\left({part[0]}\right)" if part[1] < strength or part[0].startswith("-") else part[0]


def format_rational(value: Fraction, decimals: bool) -> LatexFragment | None:
    """Return a short number exactly, as 0.5 or 1/2 as `decimals` prefers; None for a long one."""
    plain = exact_decimal(value)
    top, bottom = abs(value.numerator), value.denominator
    minus = "-" if value < 0 else ""
    if plain is not None and (decimals or bottom == 1):
        return plain, SIGN if minus else ATOM
    if top < 10_000 and bottom < 1_000:
        return rf"{minus}\frac{{{top}}}{{{bottom}}}", SIGN if minus else QUOTIENT
    return None if plain is None else (plain, SIGN if minus else ATOM)


def format_decimal(text: str) -> LatexFragment:
    """Return a decimal of `format_number`, such as `−1.5e−7`, in LaTeX."""
    mantissa, _, exponent = text.replace("−", "-").partition("e")
    strength = SIGN if mantissa.startswith("-") else ATOM
    if not exponent:
        return mantissa, strength
    return rf"{mantissa} \times 10^{{{exponent}}}", min(strength, PRODUCT)


def format_grid(cells: list[list[str]]) -> str:
    """Return a matrix of texts."""
    return r"\begin{pmatrix} " + r" \\ ".join(" & ".join(row) for row in cells) + r" \end{pmatrix}"
