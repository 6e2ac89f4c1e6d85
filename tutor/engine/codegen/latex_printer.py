"""LaTeX of formulas and numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from tutor.algebra import functions
from tutor.algebra.expr import Apply, Expr, Grid, Num, Sym, postorder
from tutor.algebra.literals import exact_decimal
from tutor.algebra.printing import format_scalar
from tutor.engine.codegen.latex_names import escape_latex
from tutor.engine.codegen.rule_formulas import Shapes, part_shapes

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

#: A text and its precedence.
LatexFragment: TypeAlias = tuple[str, int]
SUM, TOTAL, SIGN, PRODUCT, MATRIX_PRODUCT, QUOTIENT, POWER, ATOM = 10, 12, 15, 20, 22, 26, 30, 50

_INFIX_OPERATORS = {"add": (" + ", SUM), "sub": (" - ", SUM), "matmul": (r" \, ", MATRIX_PRODUCT)}
_FUNCTIONS = functions.table(lambda function: {function.id: function.latex} if function.latex else {})


def format_latex(
    tree: Expr, names: Mapping[str, LatexFragment], shapes: Shapes, decimals: bool = False
) -> LatexFragment:
    """Return a formula with its names replaced by texts; `shapes` has the shapes of the names.

    `decimals` prefers 0.5 to 1/2.
    """
    known = part_shapes(tree, shapes)
    done: dict[int, LatexFragment] = {}
    for part in postorder(tree):
        if isinstance(part, Num):
            done[id(part)] = format_rational(part.value, decimals) or format_decimal(format_scalar(part))
        elif isinstance(part, Sym):
            done[id(part)] = (r"\pi", ATOM) if part.name == "pi" else names[part.name]
        elif isinstance(part, Grid):
            done[id(part)] = format_grid([[done[id(cell)][0] for cell in row] for row in part.rows]), ATOM
        elif isinstance(part, Apply):
            are_matrices = [known[id(arg)] is not None for arg in part.args]
            done[id(part)] = _format_apply(part, [done[id(arg)] for arg in part.args], are_matrices)
    return done[id(tree)]


def _format_apply(part: Apply, args: list[LatexFragment], are_matrices: list[bool]) -> LatexFragment:
    if part.op in _INFIX_OPERATORS:
        sign, strength = _INFIX_OPERATORS[part.op]
        # Σ has no closing bracket, so whatever follows would seem to be part of the summand.
        left = _parenthesize(args[0], SIGN if args[0][1] == TOTAL else strength)
        return left + sign + _parenthesize_operand(args[1], strength + (part.op == "sub")), strength
    if part.op == "mul":
        return format_product(args, are_matrices)
    if part.op == "div":
        if are_matrices[1]:
            return (
                f"{_parenthesize(args[0], PRODUCT)} \\oslash {_parenthesize_operand(args[1], MATRIX_PRODUCT + 1)}",
                PRODUCT,
            )
        return rf"\frac{{{args[0][0]}}}{{{args[1][0]}}}", QUOTIENT
    if part.op == "neg":
        return "-" + _parenthesize_operand(args[0], TOTAL), SIGN
    if part.op == "pow":
        sign = r"\circ " if any(are_matrices) else ""
        return f"{_parenthesize(args[0], POWER + 1)}^{{{sign}{args[1][0]}}}", POWER
    if part.op == "T":
        return rf"{_parenthesize(args[0], POWER + 1)}^{{\top}}", POWER
    if part.op == "exp" and not are_matrices[0]:
        return ("e", ATOM) if args[0][0] == "1" else (f"e^{{{args[0][0]}}}", POWER)
    if part.op == "ones":
        return _format_ones(args[0][0], args[1][0]), ATOM
    if part.op in ("sum", "mean"):
        return _format_sum(part.op, args)
    if part.op == "broadcast":
        rows, columns = args[1][0], args[2][0]
        return rf"{operator_name('broadcast')}_{{{rows} \times {columns}}}\left({args[0][0]}\right)", ATOM
    called = _FUNCTIONS.get(part.op) or operator_name(part.op)
    if "{0}" in called:
        return called.format(*(arg for arg, _strength in args)), ATOM
    return rf"{called}\left({', '.join(arg for arg, _strength in args)}\right)", ATOM


def format_product(factors: list[LatexFragment], are_matrices: list[bool]) -> LatexFragment:
    """Return a product of numbers, or an elementwise product of matrices."""
    sign = r" \odot " if all(are_matrices) else r" \cdot "
    first, *others = factors
    # A leading minus needs no brackets: −2·x.
    product = first[0] if first[1] == SIGN else _parenthesize(first, PRODUCT if first[1] != MATRIX_PRODUCT else POWER)
    for other in others:
        plain = product.lstrip("-").replace(".", "").isdigit() and other[0].startswith(("e", r"\pi"))
        product += (" " if plain else sign) + _parenthesize_operand(
            other, PRODUCT if other[1] != MATRIX_PRODUCT else POWER
        )
    return product, PRODUCT


def _parenthesize(part: LatexFragment, strength: int) -> str:
    return rf"\left({part[0]}\right)" if part[1] < strength else part[0]


def _parenthesize_operand(part: LatexFragment, strength: int) -> str:
    """Return an operand after an operator, with brackets around a leading minus."""
    return rf"\left({part[0]}\right)" if part[1] < strength or part[0].startswith("-") else part[0]


def _format_ones(rows: str, columns: str) -> str:
    return rf"\mathbf{{1}}_{{{rows} \times {columns}}}"


def _format_sum(op: str, args: list[LatexFragment]) -> LatexFragment:
    if op == "mean":
        return rf"\operatorname{{mean}}\left({args[0][0]}\right)", ATOM
    over, index = {"": ("i,j", "ij"), "0": ("i", "i,:"), "1": ("j", ":,j")}[args[1][0] if len(args) == 2 else ""]
    single = len(args[0][0]) == 1 or (args[0][0].startswith(r"\begin{pmatrix}") and args[0][1] == ATOM)
    summed = args[0][0] if single else rf"\left({args[0][0]}\right)"
    return rf"\sum_{{{over}}} {summed}_{{{index}}}", TOTAL


def operator_name(name: str) -> str:
    """Return a function name in upright type."""
    return rf"\operatorname{{{escape_latex(name)}}}"


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
